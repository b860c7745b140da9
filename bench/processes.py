"""Other programs: each runs on one processor, and is ended in any case."""

import ctypes
import os
import re
import resource
import select
import signal
import subprocess

PROCESSORS = sorted(os.sched_getaffinity(0))
SERVER, CLIENT = PROCESSORS[0], PROCESSORS[-1]
PATIENCE = 120  # seconds that a program may take
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG

libc = ctypes.CDLL(None)


class Failed(Exception):
    """A result is wrong; the text says which."""


def parse(line):
    """The figures of a report: name=number, and other words."""
    def value(text):
        for kind in (int, float):
            try:
                return kind(text)
            except ValueError:
                pass
        return text

    return {name: value(text) for name, text in re.findall(r"(\w+)=(\S+)",
                                                           line)}


class Program:
    """Runs until it ends itself, or until the `with` statement ends it."""

    def __init__(self, command, processor=CLIENT, output=subprocess.PIPE):
        self.command = [str(word) for word in command]
        self.processor = processor
        try:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.PIPE, text=True, preexec_fn=self._prepare)
        except OSError as error:
            raise Failed(f"cannot start {self}: {error.strerror}") from None

    def _prepare(self):
        os.sched_setaffinity(0, {self.processor})
        libc.prctl(DIE_WITH_PARENT, signal.SIGKILL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    def __str__(self):
        words = self.command if len(self.command) < 12 else [
            *self.command[:4], "..."]
        return " ".join(words)

    def port(self):
        """The first line of a server."""
        stdout = self.process.stdout
        ready, _, _ = select.select([stdout], [], [], PATIENCE)
        words = parse(stdout.readline()) if ready else {}
        if "port" not in words:
            self.process.kill()
            self.finish()
            raise Failed(f"{self}: did not print its port")
        return int(words["port"])

    def output(self):
        """All its output; its exit status has to be 0."""
        try:
            output, errors = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self}: did not end within {PATIENCE} s") from None
        output = output or ""  # None if it went to a file
        if self.process.returncode != 0:
            lines = (output + errors).strip().splitlines() or [""]
            raise Failed(f"{self}: exit status {self.process.returncode}: "
                         f"{lines[-1]}")
        return output

    def finish(self):
        """Its last report; process_cpu_s is all the time that it used."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        lines = self.output().splitlines() or [""]
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        figures = parse(lines[-1])
        figures["process_cpu_s"] = (
            after.ru_utime - before.ru_utime
            + after.ru_stime - before.ru_stime)
        return figures


def expect(program, figures, **wanted):
    """Compares a count with the expected one."""
    for name, value in wanted.items():
        if figures.get(name) != value:
            raise Failed(f"{program}: {name} is {figures.get(name)}, "
                         f"but should be {value}")
