"""Which lines of any two programs belong together, as `git diff` says.

A pair is a text such as "=12-3+4<2=5": 12 lines are the same, 3 are only in the
first program, 4 only in the second, and 2 have moved away from where they were
in the first. A > is for lines that have moved to where they are in the second.
"""

import itertools
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from pygments.lexers import DiffLexer

from sources import coloured

# The colours that tell the lines apart.
KINDS = {"": "=", "31": "-", "32": "+", "34": "<", "36": ">"}
MOVED = {"<": "-", ">": "+"}
COLOURS = {
    "old": "red", "new": "green", "context": "normal",
    "oldMoved": "blue", "oldMovedAlternative": "blue",
    "newMoved": "cyan", "newMovedAlternative": "cyan"}


def git_diff(root, a, b, *options):
    """The diff that scripts/diff-stages shows."""
    settings = [word for name, colour in COLOURS.items()
                for word in ("-c", f"color.diff.{name}={colour}")]
    return subprocess.run(
        ["git", *settings, "diff", "--no-index", "--no-ext-diff", "--patience",
         "-w", *options, "--", a, b],
        cwd=root, text=True, stdout=subprocess.PIPE, check=False,
        env={**os.environ, "GIT_CONFIG_NOSYSTEM": "1",
             "GIT_CONFIG_GLOBAL": os.devnull}).stdout


def kinds(diff):
    """A letter for each line below the head of the diff."""
    lines = iter(diff.split("\n")[:-1])
    for line in lines:
        if "@@" in line:
            break
    for line in lines:
        kind = KINDS[re.match(r"(?:\x1b\[(\d+)m)?", line)[1] or ""]
        # A line with only a brace is everywhere: it has not moved.
        if kind in MOVED and len(re.findall(r"[a-zA-Z]", line)) < 10:
            kind = MOVED[kind]
        yield kind


def pair(root, a, b):
    diff = git_diff(
        root, a, b, "--color=always", "--color-moved=plain",
        "--color-moved-ws=ignore-all-space", "--ws-error-highlight=none",
        "-U1000000")
    return "".join(f"{kind}{len(list(run))}"
                   for kind, run in itertools.groupby(kinds(diff)))


def pairs(root, paths):
    """The pairs (0, 1), (0, 2), ..., (1, 2), ... of the paths."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda ab: pair(root, *ab),
                             itertools.combinations(paths, 2)))


def as_text(root, a, b):
    """The diff as HTML, for a browser without JavaScript."""
    return f"<pre>{coloured(git_diff(root, a, b), DiffLexer())}</pre>\n"


def changed_lines(text):
    """The numbers of the lines that only one of the two programs has."""
    before, after, a, b = [], [], 1, 1
    for kind, count in re.findall(r"(\D)(\d+)", text):
        count = int(count)
        if kind in "-<":
            before += range(a, a + count)
        elif kind in "+>":
            after += range(b, b + count)
        a += count if kind in "=-<" else 0
        b += count if kind in "=+>" else 0
    return before, after


def turned(text):
    """The same pair, with the second program first."""
    return text.translate(str.maketrans("-+<>", "+-><"))
