"""The recipes of docs/gallery.md, replayed: gallery_test.py BUILD

Each client has to get every poem, byte by byte. A recipe whose program or
library is not installed is skipped.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

build = pathlib.Path(sys.argv[1]).resolve()
root = pathlib.Path(__file__).resolve().parent.parent.parent
page = root / "docs" / "gallery.md"

# Short enough for a test.
QUICKLY = " --no-timeline --delay .005 --json out.json poetry/science.txt" \
          " poetry/geduld.txt"


def recipes():
    """The commands of each block of the page."""
    for block in re.findall(r"^```\n(\$ .*?)^```$", page.read_text(),
                            re.DOTALL | re.MULTILINE):
        commands = re.findall(r"^\$ (.*)$", block, re.MULTILINE)
        if "--sweep" not in commands[-1]:
            yield commands


class GalleryTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        place = pathlib.Path(self.directory.name)
        (place / "build").mkdir()
        for name, target in {"build/compare": build / "compare",
                             "docs": root / "docs",
                             "poetry": root / "poetry"}.items():
            os.symlink(target, place / name)

    def run_command(self, command):
        return subprocess.run(
            ["bash", "-c", command], cwd=self.directory.name, timeout=60,
            stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False)

    def require(self, command):
        """Skips the test if the client of the command is not installed."""
        client = re.search(r"--with '?\w+=(?:sh:)?(\S+)", command).group(1)
        if not client.startswith("build/") and not shutil.which(client):
            self.skipTest(f"there is no {client}")
        if "twisted" in command and self.run_command(
                f"{client} -c 'import twisted'").returncode != 0:
            self.skipTest(f"{client} has no Twisted")

    def check(self, commands):
        for command in commands[:-1]:
            made = self.run_command(command)
            if made.returncode != 0:
                self.assertRegex(made.stdout, r"No such file|not found")
                self.skipTest(made.stdout.splitlines()[0])
        self.require(commands[-1])
        shown = self.run_command(commands[-1] + QUICKLY)
        self.assertEqual(shown.returncode, 0, shown.stdout)
        text = (pathlib.Path(self.directory.name) / "out.json").read_text()
        client = json.loads(text)["variants"][-1]
        self.assertEqual(client["result"], "complete")
        self.assertTrue(client["seen"])
        self.assertEqual({task["outcome"] for task in client["tasks"]},
                         {"complete"})


def add_test(commands):
    name = re.search(r"--with '?(\w+)=", commands[-1]).group(1)
    setattr(GalleryTest, "test_" + name, lambda self: self.check(commands))


if __name__ == "__main__":
    for each in recipes():
        add_test(each)
    unittest.main(argv=sys.argv[:1], verbosity=2)
