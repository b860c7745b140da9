"""Builds a program that uses the library:
consumer_test.py SOURCES BUILD VERSION COMPILER FLAGS

From what `cmake --install` leaves behind, and from the sources: an echo server,
which has to answer.
"""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

sources, build = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
version, compiler, flags = sys.argv[3:6]
consumer = sources / "tests" / "packaging" / "consumer"


def run(*words):
    """The output of a command; a failure is an error that contains it."""
    result = subprocess.run(
        [str(word) for word in words], stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240,
        check=False, env={**os.environ, "CXX": compiler, "CXXFLAGS": flags})
    if result.returncode != 0:
        raise AssertionError(f"{words}: {result.returncode}\n{result.stdout}")
    return result.stdout


class ConsumerTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def install(self):
        """The prefix: not where it was installed, it has been moved since."""
        first = self.directory / "first"
        run("cmake", "--install", build, "--prefix", first,
            "--component", "development")
        return first.rename(self.directory / "prefix")

    def make(self, *options):
        """The echo server, made by CMake."""
        directory = self.directory / "build"
        run("cmake", "-S", consumer, "-B", directory, *options)
        run("cmake", "--build", directory, "--parallel", "2")
        return directory / "echo"

    def check(self, program):
        server = subprocess.Popen([program], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, text=True)
        try:
            port = int(server.stdout.readline())
            with socket.create_connection(("127.0.0.1", port), 10) as sock:
                sock.sendall(b"Is there anybody?")
                answer = sock.makefile("rb").read(17)
            self.assertEqual(answer, b"Is there anybody?")
            poll_loop = program.parent / "poll_loop"
            if poll_loop.exists():
                self.assertEqual(run(poll_loop, port),
                                 "Is there anybody?\nGoodbye.\n")
                self.assertEqual(run(program.parent / "coroutine_client", port),
                                 "Is there anybody?\n")
            server.terminate()
            self.assertEqual(server.wait(10), 0)
        finally:
            server.kill()
            server.wait()
            server.stdout.close()

    def test_find_package_finds_what_was_installed(self):
        prefix = self.install()
        self.check(self.make(f"-DCMAKE_PREFIX_PATH={prefix}",
                             f"-DSLOWPOETRY_VERSION={version}"))

    def test_find_package_refuses_another_interface(self):
        prefix = self.install()
        with self.assertRaisesRegex(AssertionError, "compatible"):
            self.make(f"-DCMAKE_PREFIX_PATH={prefix}",
                      "-DSLOWPOETRY_VERSION=99.0")

    def test_pkg_config_finds_what_was_installed(self):
        if not shutil.which("pkg-config"):
            self.skipTest("there is no pkg-config here")
        package, = self.install().rglob("slowpoetry.pc")
        found = run("env", f"PKG_CONFIG_PATH={package.parent}",
                    "pkg-config", "--cflags", "--libs", "slowpoetry")
        echo = self.directory / "echo"
        run(compiler, "-std=c++20", *flags.split(), consumer / "echo.cpp",
            *found.split(), "-o", echo)
        self.check(echo)

    def test_add_subdirectory_builds_the_library_alone(self):
        echo = self.make(f"-DSLOWPOETRY_SOURCES={sources}")
        self.check(echo)
        self.assertEqual(list(echo.parent.rglob("get-poetry*")), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
