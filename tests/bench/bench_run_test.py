"""The rows that scripts/bench measures: bench_run_test.py ROOT BUILD"""

import contextlib
import io
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

root, build = (pathlib.Path(file).resolve() for file in sys.argv[1:3])
sys.path.insert(0, str(root / "bench"))

import tables  # noqa: E402

bench = build / "bench"


def run(*command):
    return subprocess.run([str(word) for word in command], timeout=60,
                          stdin=subprocess.DEVNULL, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class FalsePeer(unittest.TestCase):
    """A build whose core prints whatever a test wants."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.build = pathlib.Path(directory.name)
        (self.build / "bench/core").mkdir(parents=True)
        for name in ("raw", "servers"):
            os.symlink(bench / name, self.build / "bench" / name)

    def make(self, program, script):
        file = self.build / "bench/core" / program
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def command(self, workload):
        return [sys.executable, "-B", str(root / "bench/run.py"), "--quick",
                str(self.build), workload]

    def assert_found_out(self, workload, script, words):
        self.make(workload, script)
        ended = run(*self.command(workload))
        self.assertEqual(ended.returncode, 1)
        line = ended.stderr.splitlines()[-1]
        self.assertRegex(line, f"^bench: .*core/{workload} .*{words}")

    def test_who_counts_wrong_is_found_out(self):
        self.assert_found_out("ring", "echo ring reads=7 writes=8",
                              "reads is 7, but should be 20000")
        self.assert_found_out("timers", "echo timers ok=1 fired=3",
                              "fired is 3, but should be 15000")
        self.assert_found_out("poems", "echo 'poems: gone' >&2; exit 1",
                              "exit status 1: poems: gone")
        self.assert_found_out("pingpong", "echo hello",
                              "did not print its port")

    def test_a_signal_ends_everything(self):
        self.make("poems", "exec sleep 100")
        runner = subprocess.Popen(
            self.command("poems"), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.addCleanup(runner.kill)
        children = self.wait_for_children_of(runner)
        runner.send_signal(signal.SIGINT)
        self.assertEqual(runner.wait(timeout=30), -signal.SIGINT)
        for child in children:
            self.assertFalse(os.path.exists(f"/proc/{child}"), child)

    def wait_for_children_of(self, runner):
        """The server and the client that sleeps, once both are there."""
        file = pathlib.Path(f"/proc/{runner.pid}/task/{runner.pid}/children")
        for _ in range(600):
            children = file.read_text().split()
            names = []
            for child in children:
                with contextlib.suppress(OSError):
                    names.append(
                        pathlib.Path(f"/proc/{child}/comm").read_text())
            if names == ["poem_server\n", "sleep\n"]:
                return children
            time.sleep(.05)
        self.fail("there is no server with a client that sleeps")


class TablesTest(unittest.TestCase):
    def setUp(self):
        self.turns = []

    def case(self, **more):
        def measure(command, slow):
            self.turns.append(command)
            return {"us": len(self.turns) if command == "b" else 2,
                    "rss_kb": 2048}

        return tables.Case("N=1", measure, **more)

    def peers(self):
        return [tables.Peer(name, lambda program, name=name:
                            None if name == "c" else name) for name in "abc"]

    def printed(self, case, repetitions=3):
        table = tables.Table("A title", "ring", "us", "µs", [case],
                             memory=True)
        with contextlib.redirect_stdout(io.StringIO()) as output:
            with contextlib.redirect_stderr(io.StringIO()):
                tables.print_table(table, self.peers(),
                                   tables.Patience(repetitions, 60), 1000)
        return output.getvalue()

    def test_takes_turns_and_compares_within_a_repetition(self):
        self.assertEqual(
            self.printed(self.case()),
            "### A title\n\n"
            "| | N=1 | MiB |\n"
            "| --- | --: | --: |\n"
            "| a | 2.00 µs | 2.0 |\n"
            "| b | 1.50 (1.00–3.00) | 2.0 |\n\n")
        self.assertEqual("".join(self.turns), "abbaab")

    def test_too_few_descriptors(self):
        output = self.printed(self.case(descriptors=1001))
        self.assertIn("N=1 is left out: it needs 1001 descriptors, and the "
                      "limit here is 1000.", output)
        self.assertEqual(self.turns, [])


class ScriptTest(unittest.TestCase):
    def test_help(self):
        for option in ("-h", "--help"):
            ended = run(root / "scripts/bench", option)
            self.assertEqual(ended.returncode, 0)
            self.assertIn("scripts/bench [--quick] [WORKLOAD...]",
                          ended.stdout)

    def test_usage_errors(self):
        for words in (["--slow"], ["rings"], ["ring", "--quick=1"]):
            ended = run(root / "scripts/bench", *words)
            self.assertEqual(ended.returncode, 2)
            self.assertEqual(ended.stdout, "")
            self.assertRegex(ended.stderr, r"^bench: [^\n]+\ntry --help\n$")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
