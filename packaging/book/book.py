"""The contents of the book, and the place of each file in it.

The book has the pages that can be reached from docs/README.md, in the order of
the links, and the sources that these pages name.
"""

import itertools
import pathlib
import posixpath

import notes
import pages
import pairs
import sources

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FIRST = "docs/README.md"


def file_name(path):
    if path == FIRST:
        return "index.html"
    return path.removeprefix("docs/").removesuffix(".md").lower() \
        .replace("/", "-") + ".html"


def pair_place(a, b):
    return f"compare.html#{program_name(a)}:{program_name(b)}"


def program_name(path):
    return path.removesuffix(".cpp")


class Book:
    def __init__(self):
        self.pages = read_pages()
        self.guide, self.reference = self._groups()
        self.stages = sources.stages(ROOT)
        self.exercises = sources.files(ROOT, "docs/exercises/*.cpp")
        self.programs = self.stages + self.exercises
        self.other_sources = self._other_sources()
        self.sources = {path: sources.Source(ROOT, path)
                        for path in self.programs + self.other_sources}
        self.names = {path: file_name(path)
                      for path in [*self.pages, *self.sources]}
        self.pairs = dict(zip(itertools.combinations(self.programs, 2),
                              pairs.pairs(ROOT, self.programs)))
        for page in self.pages.values():
            pages.rewrite(page, self)
        for page in self.pages.values():
            notes.note_excerpts(page, self)
            notes.note_steps(page, self)

    def _other_sources(self):
        """The headers of the core, and all other sources that a page names."""
        named = [path for page in self.pages.values()
                 for path in page.named_files()
                 if sources.is_source(ROOT, path)]
        headers = sources.files(ROOT, "core/**/*.h")
        return sorted({*named, *headers} - {*self.programs})

    def _groups(self):
        """The pages of the guide, which docs/README.md names before its first
        section, and the others."""
        first = self.pages[FIRST]
        named = {FIRST, *(path for path, section in first.links()
                          if section is first.sections[0])}
        return ([path for path in self.pages if path in named],
                [path for path in self.pages if path not in named])

    # --- Places ---------------------------------------------------------------

    def place(self, path, name=""):
        """Where a file of the repository is in the book, or None."""
        if path in self.names:
            return self.names[path] + (f"#{name}" if name else "")
        if any(source.startswith(path + "/") for source in self.other_sources):
            return f"sources.html#{path}"
        return posixpath.basename(path) if path.endswith(".svg") else None

    def place_of_code(self, child):
        step = self.step(child)
        if step:
            return pair_place(*step)
        for path in (child.content, child.content + ".cpp"):
            if path in self.sources:
                return self.names[path]
        return None

    def step(self, child):
        """The two programs of a `scripts/diff-stages A B`, or None."""
        if child.type != "code_inline" or \
                not child.content.startswith("scripts/diff-stages "):
            return None
        paths = [self._program(name) for name in pages.expand(child.content)]
        return tuple(paths[1:]) if len(paths) == 3 and all(paths[1:]) else None

    def _program(self, name):
        for path in (f"{name}.cpp", f"{name}/get-poetry.cpp"):
            if path in self.programs:
                return path
        return None

    def pair(self, a, b):
        return self.pairs[a, b] if (a, b) in self.pairs \
            else pairs.turned(self.pairs[b, a])

    def steps(self):
        """The pairs that the pages compare, each with the first page and the
        section that does, in the order of the guide."""
        found = {}
        for path in sorted(self.pages, key=lambda path: path == "README.md"):
            for section in self.pages[path].sections:
                for step in section.steps:
                    found.setdefault(step, (path, section))
        return found


def read_pages():
    """The pages that can be reached from the first one, in the order of the
    links. The other pages of docs/ follow."""
    found = {}
    waiting = [FIRST]
    others = sources.files(ROOT, "docs/*.md")
    while waiting or others:
        path = (waiting or others).pop(0)
        if path not in found:
            page = found[path] = pages.Page(ROOT, path)
            waiting += [link for link, _ in page.links()
                        if link.endswith(".md") and (ROOT / link).is_file()]
    return found
