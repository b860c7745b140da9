"""The figures of calls: calls_test.py SOURCES BUILD COMPILER CLASS

The stored figures show the order that the programs print. The command of
docs/calls.md draws the calls of a program that uses the library.
"""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sources, build = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
compiler = sys.argv[3]


def run(*words):
    """The output of a command; a failure is an error that contains it."""
    result = subprocess.run(
        [str(word) for word in words], stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240,
        check=False, env={**os.environ, "CXX": compiler})
    if result.returncode != 0:
        raise AssertionError(f"{words}: {result.returncode}\n{result.stdout}")
    return result.stdout


def description(figure):
    return re.search("<desc.*?>(.*?)</desc>", figure.read_text())[1]


def stack_in(figure, innermost):
    """The functions that are open when this one is called, outermost first."""
    stack = ["main()"]
    for sentence in description(figure).split(". "):
        call = re.match(r"(\S+) calls (\S+\(\))$", sentence)
        if call:
            stack = stack[:stack.index(call[1]) + 1] + [call[2]]
            if call[2].endswith(innermost):
                return stack
    raise AssertionError(f"{innermost} is not in {figure}")


def printed(*words):
    """The functions that a program prints, as a figure has them."""
    output = subprocess.run(words, stdin=subprocess.DEVNULL, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            timeout=60, check=False).stdout
    names = [re.sub(r"\(.*|reactor::", "", line) + "()"
             for line in output.splitlines()]
    return names[names.index("main()"):]


class StoredFiguresTest(unittest.TestCase):
    def check_order(self, number, innermost, stack):
        drawn = stack_in(sources / f"docs/figure-{number}.svg", innermost)
        self.assertEqual([name for name in stack if name in drawn], drawn)

    def test_figure_6_has_the_order_that_stack_prints(self):
        stack = printed("timeout", "-s", "INT", "1",
                        build / "basic-reactor/stack")
        self.check_order(6, "stack()", stack)

    def test_figure_10_has_the_order_that_get_poetry_stack_prints(self):
        server = subprocess.Popen(
            [build / "reactor-server/slowpoetry", "--iface", "127.0.0.1",
             sources / "poetry/science.txt"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        port = re.search(r"(\d+)\.$", server.stdout.readline())[1]
        stack = printed(build / "reactor-client-2/get-poetry-stack", port)
        self.check_order(10, "data_received()", stack)

    def test_each_figure_has_its_number_and_a_description(self):
        for number in range(5, 11):
            figure = sources / f"docs/figure-{number}.svg"
            self.assertIn(f">Figure {number}: ", figure.read_text())
            self.assertTrue(description(figure).startswith("main() runs."))


class DrawCallsTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def make(self):
        """The echo server of docs/embedding.md, with the library as a part of
        its sources."""
        directory = self.directory / "build"
        run("cmake", "-S", sources / "tests/packaging/consumer",
            "-B", directory, f"-DSLOWPOETRY_SOURCES={sources}",
            "-DCMAKE_CXX_FLAGS=-finstrument-functions")
        run("cmake", "--build", directory, "--target", "echo",
            "--parallel", "2")
        return directory / "echo"

    def draw(self, program, *options):
        """The description of the figure of an echo. The server is ended by a
        signal."""
        figure = self.directory / "echo.svg"
        drawing = subprocess.Popen(
            [sources / "scripts/draw-calls", "-o", figure, *options, program],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "BUILD_DIR": str(build)},
            start_new_session=True)
        try:
            port = int(drawing.stdout.readline())
            with socket.create_connection(("127.0.0.1", port), 10) as sock:
                sock.sendall(b"Is there anybody?")
                self.assertEqual(sock.makefile("rb").read(17),
                                 b"Is there anybody?")
            os.killpg(drawing.pid, signal.SIGINT)  # Ctrl-C
            self.assertEqual(drawing.wait(60), 0)
        finally:
            drawing.kill()
            drawing.wait()
            drawing.stdout.close()
        return description(figure)

    def test_the_calls_of_an_echo_server_are_drawn(self):
        program = self.make()
        whole = self.draw(program)
        for sentence in ("main() calls Reactor::run().",
                         "Reactor::do_iteration() calls epoll_wait().",
                         "calls EchoFactory::build_protocol().",
                         "calls Echo::data_received().",
                         "Echo::data_received() calls Protocol::transport().",
                         "TcpConnection::write() calls send()."):
            self.assertIn(sentence, whole)
        followed = self.draw(program, "--follow", "data_received",
                             "--show", "main,Reactor::run,data_received")
        self.assertEqual(
            followed,
            "main() runs. main() calls Reactor::run(). Reactor::run() calls "
            "Echo::data_received(). Echo::data_received() returns to "
            "Reactor::run(). Reactor::run() returns to main().")


if __name__ == "__main__":
    del sys.argv[1:4]
    unittest.main(verbosity=2)
