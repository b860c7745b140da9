"""The source files in the book, and what the guide says about their lines."""

import pathlib
import re
import subprocess

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import CppLexer

PLAIN = HtmlFormatter(nowrap=True)


def coloured(code, lexer=None):
    """The code as HTML. No element reaches over the end of a line."""
    lexer = lexer or CppLexer(stripnl=False, ensurenl=False)
    return highlight(code, lexer, PLAIN)


class Source:
    """One source file. Its lines are counted from 1."""

    def __init__(self, root, path):
        self.path = path
        self.text = (root / path).read_text()
        self.lines = self.text.splitlines()
        self.html = coloured(self.text).splitlines()
        self.title = re.split(r"\s{2,}", self.lines[0].lstrip("/ "))[0]
        self.idea = self._idea()
        self.notes = []

    def _idea(self):
        """The lines of the title comment's second paragraph."""
        if self.lines[1] != "//":
            return range(0)
        end = 2
        while self.lines[end].startswith("// "):
            end += 1
        return range(3, end + 1)

    def idea_words(self):
        return " ".join(self.lines[n - 1][3:] for n in self.idea)

    def find(self, excerpt):
        """The lines of an excerpt, or None."""
        at = ("\n" + self.text).find("\n" + excerpt)
        if at < 0:
            return None
        first = self.text.count("\n", 0, at) + 1
        return range(first, first + excerpt.count("\n"))

    def find_words(self, words, lines):
        """The first of these lines that has the words outside of a comment; ...
        stands for any text."""
        pattern = re.escape(words).replace(r"\.\.\.", ".*")
        return next((n for n in lines if re.search(
            rf"(?<!\w){pattern}(?!\w)", self.lines[n - 1].split("//")[0])),
            None)


def stages(root):
    """The paths of the stages' sources, as the scripts have them."""
    return subprocess.run(
        ["bash", "-c", ". scripts/lib.sh && stages"], cwd=root, text=True,
        check=True, stdout=subprocess.PIPE).stdout.split()


def files(root, *patterns):
    return [path.relative_to(root).as_posix()
            for pattern in patterns for path in sorted(root.glob(pattern))]


def is_source(root, path):
    return (pathlib.PurePath(path).suffix in (".cpp", ".h")
            and (root / path).is_file())
