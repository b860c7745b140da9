"""Writes the book into a directory: make_book.py DIRECTORY"""

import html
import json
import pathlib
import shutil
import string
import sys

import pairs
from book import ROOT, Book, pair_place, program_name

HERE = pathlib.Path(__file__).resolve().parent
SHELL = string.Template((HERE / "page.html").read_text())


def link(href, text, **attributes):
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<a href="{href}"{more}>{html.escape(text)}</a>'


def listed(items):
    entries = "".join(f"<li>{item}</li>\n" for item in items)
    return f"<ul>\n{entries}</ul>\n"


# --- The sources as pages -----------------------------------------------------

def source_page(book, source):
    lines = "".join(source_line(source, n)
                    for n in range(1, len(source.lines) + 1))
    return f"<h1>{html.escape(source.path)}</h1>\n{neighbours(book, source)}" \
           f'<div class="listing">\n{lines}</div>\n'


def neighbours(book, source):
    """Links to the steps from this program, and to it."""
    steps = [step for step in book.steps() if source.path in step]
    if not steps:
        return ""
    others = (link(pair_place(a, b), program_name(a if b == source.path else b))
              for a, b in steps)
    return f"<p>Side by side with {', '.join(others)}</p>\n"


def source_line(source, n):
    """A line, after the words that speak of it."""
    beside = [note for note in source.notes if note.lines[0] == n]
    words = "".join(f'<span id="L{n}-L{last}"></span>' for last in sorted(
        {note.lines[-1] for note in beside}))
    words += "".join(
        f"<aside>{link(note.href, note.title)}{note.words}</aside>\n"
        for note in beside)
    kinds = "line" + (" idea" if n in source.idea else "") + (
        " quoted" if any(n in note.lines for note in source.notes) else "")
    return f'{words}<div class="{kinds}" id="L{n}" data-n="{n}">' \
           f"{source.html[n - 1]}</div>\n"


# --- All sources, and two of them side by side --------------------------------

def sources_page(book):
    def row(path):
        source = book.sources[path]
        words = source.idea_words() if path in book.programs else source.title
        return f"<tr><td>{link(book.names[path], program_name(path))}</td>" \
               f"<td>{html.escape(words or source.title)}</td></tr>\n"

    def table(name, title, paths):
        return f'<h2 id="{name}">{title}</h2>\n<div class="table"><table>\n' \
               f"{''.join(map(row, paths))}</table></div>\n"

    places = sorted({str(pathlib.PurePosixPath(path).parent)
                     for path in book.other_sources} - {"reactor-client-3"})
    return "<h1>The programs and the library</h1>\n" \
        "<p>Each program begins with its idea.</p>\n" \
        + table("stages", "The stages", book.stages) \
        + table("exercises", "The exercises", book.exercises) \
        + "".join(table(place, place, [
            path for path in book.other_sources
            if str(pathlib.PurePosixPath(path).parent) == place])
            for place in places)


def compare_page(book):
    steps = book.steps()
    return string.Template((HERE / "compare.html").read_text()).substitute(
        steps=listed(step_line(book, *step) for step in steps.items()),
        diffs="".join(pairs.as_text(ROOT, *step) for step in steps))


def step_line(book, step, where):
    names = " and ".join(map(program_name, step))
    return f"{link(pair_place(*step), names)}, see " \
        + link(*where_in(book, *where))


def where_in(book, path, section):
    return (f"{book.names[path]}#{section.name}",
            f"{book.pages[path].short_title}: {section.title}")


def compare_data(book):
    number = {path: n for n, path in enumerate(book.programs)}

    def key(step):
        return ":".join(map(str, sorted(number[path] for path in step)))

    def note(it):
        return [it.lines[0], it.href, it.title, it.words, key(it.step)]

    def program(path):
        source = book.sources[path]
        return {"name": program_name(path), "href": book.names[path],
                "lines": source.html, "idea": list(source.idea),
                "notes": [note(it) for it in source.notes]}

    def step(programs, where):
        href, title = where_in(book, *where)
        return {"key": key(programs), "href": href, "title": title}

    return {"programs": [program(path) for path in book.programs],
            "stages": len(book.stages), "pairs": list(book.pairs.values()),
            "steps": [step(*each) for each in book.steps().items()]}


# --- Search -------------------------------------------------------------------

def search_index(book):
    """What can be found: title, page, place, words."""
    index = [[section.title, page.title, f"{book.names[path]}#{section.name}",
              "\n".join(section.words)]
             for path, page in book.pages.items() for section in page.sections]
    index += [[path, source.title, book.names[path], source.text]
              for path, source in book.sources.items()]
    return index


# --- The whole ----------------------------------------------------------------

class Writer:
    def __init__(self, book, directory):
        self.book, self.directory = book, directory
        self.order = self._order()

    def _order(self):
        """All pages of the book, one after the other: file and title."""
        book = self.book

        def page(path):
            return book.names[path], book.pages[path].title

        return [*map(page, book.guide),
                ("sources.html", "The programs and the library"),
                ("compare.html", "Two programs side by side"),
                *((book.names[path], program_name(path))
                  for path in book.sources),
                *map(page, book.reference)]

    def write(self):
        book = self.book
        for path, page in book.pages.items():
            self.page(book.names[path], page.render(), "text",
                      below=page.sections)
        for path, source in book.sources.items():
            self.page(book.names[path], source_page(book, source), "source")
        self.page("sources.html", sources_page(book), "text")
        self.page("compare.html", compare_page(book), "compare",
                  '<script src="programs.js" defer></script>\n'
                  '<script src="compare.js" defer></script>\n')
        self.data("programs.js", "const book = ", compare_data(book))
        self.data("search.js", "set_index", search_index(book))
        for file in [*HERE.glob("*.css"), *HERE.glob("*.js"),
                     *ROOT.glob("docs/*.svg")]:
            shutil.copy(file, self.directory)

    def data(self, name, before, data):
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        (self.directory / name).write_text(f"{before}({text});\n")

    def page(self, name, main, kind, scripts="", below=()):
        at = [file for file, _ in self.order].index(name)
        relations, turn = "", ""
        for way, to in (("prev", at - 1), ("next", at + 1)):
            if 0 <= to < len(self.order):
                href, title = self.order[to]
                relations += f'<link rel="{way}" href="{href}">\n'
                turn += link(href, title, rel=way) + "\n"
        (self.directory / name).write_text(SHELL.substitute(
            title=html.escape(self.order[at][1]), main=main, kind=kind,
            scripts=scripts, relations=relations, turn=turn,
            contents=self.contents(name, below)))

    def contents(self, name, below):
        book, titles = self.book, dict(self.order)

        def entry(file):
            inner = inside.get(file, "")
            here = {"aria-current": "page"} if file == name else {}
            return link(file, titles[file], **here) + inner

        def group(title, files):
            return f"<h2>{title}</h2>\n" + listed(map(entry, files))

        inside = {name: listed(link(f"#{section.name}", section.title)
                               for section in below[1:] if section.level < 4)}
        files = [book.names[path] for path in book.programs]
        if name in files:
            inside["sources.html"] = listed(map(entry, files))
        return group("The guide", [book.names[p] for p in book.guide]) \
            + group("The programs", ["sources.html", "compare.html"]) \
            + group("Reference", [book.names[p] for p in book.reference])


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    Writer(Book(), target).write()
