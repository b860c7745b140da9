"""Makes the packages for Debian, and has lintian look: package_test.py BUILD"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

build = pathlib.Path(sys.argv[1]).resolve()
NEEDED = ("cpack", "dpkg-deb", "dpkg-shlibdeps", "lintian")
SKIPPED = 77


def run(*words):
    """The output of a command; a failure is an error that contains it."""
    result = subprocess.run(
        [str(word) for word in words], stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240,
        check=False)
    if result.returncode != 0:
        raise AssertionError(f"{words}: {result.returncode}\n{result.stdout}")
    return result.stdout


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        run("cpack", "--config", build / "CPackConfig.cmake",
            "-B", directory.name)
        cls.packages = {path.name.split("_")[0]: path for path in
                        pathlib.Path(directory.name).glob("*.deb")}

    def test_there_is_one_for_users_one_for_authors_and_one_for_readers(self):
        self.assertEqual(sorted(self.packages), [
            "libslowpoetry-dev", "slowpoetry", "slowpoetry-doc"])
        for package, path in {
                "slowpoetry": "./usr/bin/get-poetry-async",
                "libslowpoetry-dev": "./usr/include/slowpoetry/net/socket.h",
                "slowpoetry-doc": "./usr/share/doc/slowpoetry-doc/README.md",
        }.items():
            self.assertIn(path, run("dpkg-deb", "-c", self.packages[package]))

    @unittest.skipUnless((build / "packaging/book").is_dir(), "there is no book")
    def test_readers_get_the_book(self):
        self.assertIn("./usr/share/doc/slowpoetry-doc/book/index.html",
                      run("dpkg-deb", "-c", self.packages["slowpoetry-doc"]))

    def test_the_programs_depend_on_their_libraries(self):
        depends = run("dpkg-deb", "-f", self.packages["slowpoetry"], "Depends")
        for library in ("libc6", "libfmt", "libspdlog"):
            self.assertIn(library, depends)

    def test_lintian_finds_no_error(self):
        run("lintian", "--fail-on", "error", *self.packages.values())


if __name__ == "__main__":
    missing = [tool for tool in NEEDED if not shutil.which(tool)]
    if missing:
        print("skipped: there is no", ", no ".join(missing))
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1], verbosity=2)
