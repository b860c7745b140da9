"""The transcripts of some pages, replayed: readme_test.py BUILD PAGE...

Each command has to print the lines that the page shows. Times are masked, the
ports are free ones, and the servers are ten times as fast. Processes that a page
has started are ended at its end.
"""

import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import unittest

build, *pages = (pathlib.Path(file).resolve() for file in sys.argv[1:])
root = pathlib.Path(__file__).resolve().parent.parent.parent

# Commands that are replayed differently, so that they are quick and do not
# disturb other servers.
INSTEAD = {
    "scripts/start-servers": "scripts/start-servers --any-port --delay .01",
    "--timeout 1.05": "--timeout .21",
    "(sleep 1; kill": "(sleep .3; kill",
    "--port 10003": "--port 0",
    "build/compare/poetry-compare": "build/compare/poetry-compare --delay .01",
    # On a terminal the progress is gone in the end.
    "--no-timeline": "--no-timeline 2>/dev/null",
}


def transcripts(page):
    """The commands in a page, in order: (command, what it prints)."""
    for block in re.findall(r"^```.*?^```$", page.read_text(),
                            re.DOTALL | re.MULTILINE):
        block = block.removesuffix("```")
        if block.startswith("```\n$ "):
            block = block.removeprefix("```\n")
            for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, output = entry.partition("\n")
                yield command, output


def masked(command, output):
    """Without what differs from run to run."""
    output = re.sub(r"\d+:\d\d:\d\d\.\d{6}", "TIME", output)
    output = re.sub(r"Somebody at \S+", "Somebody at ADDRESS", output)
    output = re.sub(r"^(real|user|sys) \d+\.\d+$", r"\1 TIME", output,
                    flags=re.MULTILINE)
    if re.search("--timeout|kill", command):  # how far it came by then
        output = re.sub(r"\d+ bytes", "N bytes", output)
    if re.match("ulimit|cat /proc", command):  # a limit of this machine
        output = re.sub(r"\d+|unlimited", "N", output)
    if "| head" in command and "broken" not in command:  # who came first
        output = re.sub(r"Task \d: got \d+ bytes of poetry from \S+$",
                        "Task N: got N bytes", output, flags=re.MULTILINE)
    if "threaded-client/" in command:  # who came first, here too
        output = "".join(sorted(output.splitlines(keepends=True)))
    if "poetry-compare" in command:
        output = re.sub(r"\d+( \d{3})*(\.\d+)?", "N", output)
        output = re.sub(r" +", " ", output)
        output = re.sub("[▁-█]+", "LINE", output)
        # Not every build has the debug information for a line.
        output = re.sub("was stuck in recv.*", "was stuck in recv", output)
    return output


class TranscriptTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        for name, target in {"build": build, "scripts": root / "scripts",
                             "poetry": root / "poetry"}.items():
            os.symlink(target, pathlib.Path(self.directory.name) / name)
        self.environment = {**os.environ, "BUILD_DIR": str(build)}
        # A port without a listener, which no other program can take.
        self.closed = socket.socket()
        self.addCleanup(self.closed.close)
        self.closed.bind(("127.0.0.1", 0))
        self.ports = {"9999": str(self.closed.getsockname()[1])}
        self.addCleanup(self.run_command, "scripts/stop-servers")

    def run_command(self, command):
        return subprocess.run(
            ["bash", "-c", command], cwd=self.directory.name, timeout=60,
            env=self.environment, stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            check=False).stdout

    def start(self, command):
        """The output of a server in the background."""
        server = subprocess.Popen(
            ["bash", "-c", "exec " + command], cwd=self.directory.name,
            env=self.environment, stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

        def end():
            server.kill()
            server.wait()
            server.stdout.close()

        self.addCleanup(end)
        return server.stdout.readline()

    def replay(self, command, documented):
        """The output of the command, with the documented ports."""
        for port, used in self.ports.items():
            command = re.sub(rf"\b{port}\b", used, command)
        for words, others in INSTEAD.items():
            command = command.replace(words, others)
        if command.endswith(" &"):
            output = self.start(command[:-2])
        else:
            output = self.run_command(command)
        serving = r"Serving .* on port (\d+)\."
        self.ports.update(zip(re.findall(serving, documented),
                              re.findall(serving, output)))
        for port, used in self.ports.items():
            output = re.sub(rf"\b{used}\b", port, output)
        return output

    def check(self, commands):
        for command, documented in commands:
            with self.subTest(command):
                expected = masked(command, documented)
                # A machine that is busy with something else is what
                # poetry-compare is made to see; but it does not last.
                tries = 3 if "poetry-compare" in command else 1
                for _ in range(tries):
                    printed = masked(command,
                                     self.replay(command, documented))
                    if printed == expected:
                        break
                self.assertEqual(printed, expected)


def add_test(page):
    commands = list(transcripts(page))
    if commands:
        name = "test_" + re.sub(r"\W", "_", page.stem)
        setattr(TranscriptTest, name, lambda self: self.check(commands))


if __name__ == "__main__":
    for each in pages:
        add_test(each)
    unittest.main(argv=sys.argv[:1], verbosity=2)
