"""The benchmarks, in small: bench_test.py ROOT BUILD

They count correctly and notice failures. The times are not tested, because they
depend on the machine.
"""

import pathlib
import socket
import subprocess
import sys
import unittest

root, build = (pathlib.Path(file).resolve() for file in sys.argv[1:3])
sys.path.insert(0, str(root / "bench"))

import processes  # noqa: E402
from processes import Program  # noqa: E402
from workloads import HOST, Workloads  # noqa: E402

bench = build / "bench"
workloads = Workloads(bench / "servers")
PEERS = ("raw", "core")
processes.PATIENCE = 30

# Text that a report has to contain, besides what is checked anyway.
REPORTED = {
    "ring": "n active wall_s cpu_s ns_per_event cpu_ns_per_event rss_kb",
    "timers": "n cpu_s sched_ns cancel_ns fire_ns ns_per_timer rss_kb",
    "poems": "p reads wall_s cpu_s sys_s us_per_poem rss_kb",
    "saga": "mode reads wall_s cpu_s sys_s mb_per_s rss_kb",
    "pingpong": "c wall_s cpu_s msg_per_s cpu_us_per_msg rss_kb",
}


def run(*command):
    return subprocess.run([str(word) for word in command], timeout=60,
                          stdin=subprocess.DEVNULL, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class ProgramsTest(unittest.TestCase):
    """Each does what it is to count; the workloads look at that."""

    def for_each_peer(self, name, work):
        for peer in PEERS:
            with self.subTest(f"{peer}/{name}"):
                figures = work([bench / peer / name])
                self.assertLessEqual(set(REPORTED[name].split()),
                                     set(figures))

    def test_ring(self):
        def work(command):
            figures = workloads.ring(command, 10, 2, 100)
            self.assertEqual(figures["hits"], "10..10")
            return figures

        self.for_each_peer("ring", work)

    def test_timers(self):
        def work(command):
            figures = workloads.timers(command, 1000, 50)
            self.assertEqual(figures["misordered"], 0)
            return figures

        self.for_each_peer("timers", work)

    def test_poems(self):
        self.for_each_peer("poems", lambda command: workloads.poems(
            command, 5, 1))

    def test_saga(self):
        for mode in ("keep", "discard"):
            self.for_each_peer("saga", lambda command: workloads.saga(
                command, mode, 200_000))

    def test_pingpong(self):
        self.for_each_peer("pingpong", lambda command: workloads.pingpong(
            command, 2, 10))

    def test_startup(self):
        for peer in PEERS:
            with Program([bench / peer / "startup"]) as program:
                program.finish()

    def test_client_of_the_suite(self):
        client = build / "reactor-client-2/get-poetry-simple"
        workloads.client([client], 5, 1)


class WrongTest(unittest.TestCase):
    """Each failure has one line, and an exit status."""

    def assert_refused(self, status, *command):
        with self.subTest(command):
            ended = run(*command)
            self.assertEqual(ended.returncode, status)
            self.assertEqual(ended.stdout, "")
            self.assertRegex(ended.stderr, r"^[^\n]+\n$")

    def test_words_that_make_no_sense(self):
        for peer in PEERS:
            for words in ("ring", "ring 10 2", "ring 0 1 1", "ring 10 2 1",
                          "ring 10 2 100 1", "ring ten 2 100", "ring 1x 1 1",
                          "timers", "timers 1000", "timers 1 50",
                          "timers 1000 -50", "poems", "poems localhost 1 1 1",
                          "poems 127.0.0.1 65536 1 1", "saga",
                          "saga lose 1 127.0.0.1 1", "saga keep 1 127.0.0.1",
                          "pingpong", "pingpong server", "pingpong server 0",
                          "pingpong client 127.0.0.1 1 2 1"):
                name, *rest = words.split()
                if words.startswith("poems localhost") and peer == "core":
                    continue  # which may look it up
                self.assert_refused(2, bench / peer / name, *rest)
        for words in ("poem_server", "poem_server 1 1 1", "saga_server",
                      "poem_server 0 1 1 1", "saga_server x", "touch_memory"):
            name, *rest = words.split()
            self.assert_refused(2, bench / "servers" / name, *rest)

    def test_nobody_listens(self):
        with socket.socket() as closed:
            closed.bind((HOST, 0))
            port = closed.getsockname()[1]
            for peer in PEERS:
                self.assert_refused(1, bench / peer / "poems", HOST, port, 2, 9)
                self.assert_refused(1, bench / peer / "saga", "keep", 9, HOST,
                                    port)
                self.assert_refused(1, bench / peer / "pingpong", "client",
                                    HOST, port, 2, 9)

    def test_another_poem_than_expected(self):
        for peer in PEERS:
            with workloads.poem_server(2, 1, 50) as port:
                ended = run(bench / peer / "poems", HOST, port, 2, 51)
            self.assertEqual(ended.returncode, 1)
            self.assertIn(" ok=0 bad=2 ", ended.stdout)

    def test_a_saga_that_is_too_short(self):
        for peer in PEERS:
            with Program([bench / "servers/saga_server", 999]) as server:
                ended = run(bench / peer / "saga", "keep", 1000, HOST,
                            server.port())
            self.assertEqual(ended.returncode, 1)
            self.assertIn(" ok=0 ", ended.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
