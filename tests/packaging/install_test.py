"""Uses the files of `cmake --install`: install_test.py BUILD VERSION"""

import gzip
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

build = pathlib.Path(sys.argv[1]).resolve()
version = sys.argv[2]
# Those that have options.
PROGRAMS = ("slowpoetry", "slowpoetry-reactor",
            "get-poetry-blocking", "get-poetry-threaded",
            "get-poetry-async", "get-poetry-reactor-1", "get-poetry-broken",
            "get-poetry-reactor-2", "get-poetry-simple", "get-poetry-stack",
            "get-poetry-reactor-3", "get-poetry-coroutine",
            "poetry-compare", "poetry-trace")

directory = tempfile.TemporaryDirectory()
prefix = pathlib.Path(directory.name) / "moved"


def run(*words):
    """The output of a command that succeeds, in a directory without poems."""
    return subprocess.run(
        [str(word) for word in words], stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, timeout=60, check=True, cwd=prefix).stdout


def setUpModule():
    first = prefix.with_name("first")
    subprocess.run(["cmake", "--install", build, "--prefix", first],
                   stdout=subprocess.DEVNULL, check=True, timeout=60)
    first.rename(prefix)


def tearDownModule():
    directory.cleanup()


def options(program):
    """The long options that --help has: {"--port": "N", "--once": ""}"""
    rows = re.findall(r"^  (?:-.,|   ) (--[a-z-]+)(?: (\S+))?",
                      run(prefix / "bin" / program, "--help"), re.MULTILINE)
    return dict(rows)


def complete(program, *typed):
    """The completions of bash for the last word."""
    script = next(prefix.rglob(f"completions/{program}"))
    function = "_" + program.replace("-", "_")
    return run("bash", "-c", 'source "$0"; f=$1; shift; COMP_WORDS=("$@"); '
               'COMP_CWORD=$(($# - 1)); $f "$1" "${!#}" "${@: -2:1}"; '
               'printf "%s\n" "${COMPREPLY[@]}"',
               script, function, program, *typed).split()


class InstallTest(unittest.TestCase):
    def test_a_program_calls_itself_what_it_is_installed_as(self):
        for name in PROGRAMS:
            with self.subTest(name):
                program = prefix / "bin" / name
                self.assertEqual(run(program, "--version"),
                                 f"{name} {version}\n")
                usage = run(program, "--help").split("Usage:\n  ")[1]
                self.assertTrue(usage.startswith(name + " "), usage)

    def test_poetry_compare_finds_poems_clients_and_tracer(self):
        printed = run(prefix / "bin" / "poetry-compare", "--no-timeline",
                      "--delay", ".001", "--variants", "async,simple")
        self.assertRegex(printed, r"^3 poems, 4\s279 bytes")
        # Only a traced program has a longest turn.
        self.assertRegex(printed, r"\nsimple .* ms .* ms\n")

    def test_every_program_has_a_man_page(self):
        if not next(prefix.rglob("slowpoetry.1.gz"), None):
            self.skipTest("there was no help2man when it was built")
        programs = list((prefix / "bin").iterdir())
        self.assertEqual(len(programs), len(PROGRAMS) + 6)
        for program in programs:
            with self.subTest(program.name):
                page, = prefix.rglob(program.name + ".1.gz")
                text = gzip.open(page, "rt").read()
                self.assertIn(f"\n{program.name} \\- ", text)
                self.assertIn(version, text)

    def test_man_page_and_completions_have_the_options_of_help(self):
        for name in PROGRAMS:
            texts = [(path, path.read_text()) for path in
                     (*prefix.rglob(f"completions/{name}"),
                      *prefix.rglob(f"_{name}"))]
            self.assertEqual(len(texts), 2)
            for page in prefix.rglob(name + ".1.gz"):
                text = gzip.open(page, "rt").read().replace("\\-", "-")
                texts.append((page, text))
            fish, = prefix.rglob(name + ".fish")
            for option in options(name):
                for path, text in texts:
                    self.assertRegex(text, option + r"\b", path)
                self.assertIn(f" -l {option[2:]} ", fish.read_text())

    def test_bash_completes_options_values_and_files(self):
        self.assertEqual(complete("slowpoetry", "--se"), ["--send-timeout"])
        self.assertEqual(complete("get-poetry-simple", "--reactor", "po"),
                         ["poll"])
        self.assertEqual(complete("poetry-compare", "--color", ""),
                         ["auto", "always", "never"])
        self.assertEqual(complete("poetry-compare", "--traces", "sha"),
                         ["share"])
        self.assertEqual(complete("slowpoetry", "--port", ""), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
