"""The book: book_test.py DIRECTORY

All pages without a browser, and then in one: in light and dark, wide and
narrow, with and without JavaScript. Exit status 77: there is no browser.
"""

import functools
import html.parser
import pathlib
import re
import sys
import unittest
import urllib.parse

from browser import Browser, missing

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
book = pathlib.Path(sys.argv[1]).resolve()
STEP = "compare.html#async-client/get-poetry:reactor-client-1/get-poetry"


class Page(html.parser.HTMLParser):
    """What a page loads, what it links to, and its places."""

    def __init__(self, file):
        super().__init__()
        self.loads, self.links, self.ids, self.relations = [], [], [], {}
        self.feed(file.read_text())

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids += [values["id"]] if "id" in values else []
        if tag == "a":
            self.links.append(values["href"])
        elif tag == "link":
            self.relations[values["rel"]] = values["href"]
        target = values.get("src") or (tag == "link" and values["href"])
        if target and not target.startswith("data:"):
            self.loads.append(target)


@functools.cache
def pages():
    return {file.name: Page(file) for file in sorted(book.glob("*.html"))}


def leads_somewhere(target, name):
    """Whether a link on the page of this name does."""
    file, _, place = urllib.parse.unquote(target).partition("#")
    file = file or name
    if not place:
        return (book / file).is_file()
    if file == "compare.html" and ":" in place:
        return all((ROOT / f"{program}.cpp").is_file()
                   for program in place.split(":"))
    return file in pages() and place in pages()[file].ids


class FilesTest(unittest.TestCase):
    def test_each_link_leads_to_a_file_and_to_a_place_in_it(self):
        for name, page in pages().items():
            for target in page.links:
                if not re.match("https?://|mailto:", target):
                    self.assertTrue(leads_somewhere(target, name),
                                    f"{name}: {target}")

    def test_nothing_is_loaded_from_elsewhere(self):
        for name, page in pages().items():
            for target in page.loads:
                self.assertTrue((book / target).is_file(), f"{name}: {target}")
        for style in book.glob("*.css"):
            self.assertNotRegex(style.read_text(), r"url\(|@import")

    def test_an_id_stands_once_on_a_page(self):
        for name, page in pages().items():
            self.assertEqual(len(page.ids), len(set(page.ids)), name)

    def test_each_page_is_in_the_contents(self):
        contents = pages()["index.html"].links
        for path in [*ROOT.glob("docs/*.md"), *ROOT.glob("*.md")]:
            name = "index" if path.parent.name == "docs" and \
                path.stem == "README" else path.stem.lower()
            self.assertIn(f"{name}.html", contents)

    def test_the_next_page_leads_through_the_whole_book(self):
        name, seen = "index.html", []
        while name:
            seen.append(name)
            following = pages()[name].relations.get("next")
            if following:
                self.assertEqual(pages()[following].relations["prev"], name)
            name = following
        self.assertEqual(sorted(seen), sorted(pages()))

    def test_the_book_has_a_few_megabytes_at_most(self):
        self.assertLess(sum(file.stat().st_size for file in book.iterdir()),
                        6e6)


class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser().__enter__()
        cls.addClassCleanup(cls.browser.__exit__)

    def open(self, name, width=1400, **emulation):
        self.browser.emulate(width=width, **emulation)
        self.browser.open("about:blank")
        self.browser.log("browser")
        self.browser.requests()
        self.browser.open(f"{book.as_uri()}/{name}")

    def look(self, script):
        return self.browser.run("return " + script)

    def place(self):
        return self.look("location.href").rsplit("/", 1)[1]

    def check_silence(self):
        self.assertEqual(self.browser.log("browser"), [])
        for url in self.browser.requests():
            self.assertTrue(url.startswith((book.as_uri(), "data:")), url)

    # --- Every page -----------------------------------------------------------

    def test_every_page_is_quiet_and_fits_the_screen(self):
        self.open("index.html")
        for name in pages():
            self.browser.open(f"{book.as_uri()}/{name}")
            for width, scheme in ((400, "dark"), (1400, "light")):
                self.browser.emulate(width, scheme=scheme)
                self.assertLessEqual(self.look(
                    "document.documentElement.scrollWidth"), width, name)
        self.check_silence()

    def test_follows_the_colour_scheme_but_not_on_paper(self):
        ground = "getComputedStyle(document.documentElement).backgroundColor"
        self.open("part-4.html", scheme="light")
        light = self.look(ground)
        self.open("part-4.html", scheme="dark")
        self.assertNotEqual(self.look(ground), light)
        self.browser.devtools("Emulation.setEmulatedMedia", media="print")
        self.assertEqual(self.look(ground), light)
        self.assertEqual(
            self.look("getComputedStyle(contents).display"), "none")
        self.browser.devtools("Emulation.setEmulatedMedia", media="")

    def test_can_be_read_without_javascript(self):
        self.open("part-4.html", script=False)
        self.assertFalse(self.look(
            "document.querySelector('form').checkVisibility()"))
        self.open("compare.html", script=False)
        self.assertIn("+  std::error_code do_read() override {",
                      self.look("document.querySelector('main').innerText"))
        self.assertFalse(self.look("chooser.checkVisibility()"))

    # --- Keys and search ------------------------------------------------------

    def test_arrows_turn_the_page(self):
        self.open("part-1.html")
        self.browser.press("ArrowRight")
        self.browser.wait("location.href.endsWith('part-2.html')")
        self.browser.press("ArrowLeft")
        self.browser.wait("location.href.endsWith('part-1.html')")

    def test_finds_words_and_opens_their_place_by_the_keyboard(self):
        self.open("index.html")
        self.browser.press("/")
        self.browser.type("duck typing")
        self.browser.wait("document.querySelectorAll('.found a').length")
        self.browser.press("ArrowDown")
        self.browser.type("\ue007")
        self.browser.wait("location.href.includes('part-4.html#is-there-ever')")
        self.check_silence()

    def test_finds_the_line_of_a_source(self):
        self.open("part-1.html")
        self.browser.press("/")
        self.browser.type("::select(last")
        self.browser.wait("document.querySelectorAll('.found a').length")
        href = self.look("[...document.querySelectorAll('.found a')].map(a => "
                         "a.href.split('/').pop())")
        lines = (ROOT / "async-client/get-poetry.cpp").read_text().split("\n")
        n = [at for at, line in enumerate(lines, 1) if "::select(last" in line]
        self.assertIn(f"async-client-get-poetry.cpp.html#L{n[0]}", href)

    def test_says_that_nothing_is_found(self):
        self.open("index.html")
        self.browser.press("/")
        self.browser.type("xyzzy")
        self.browser.wait("document.querySelector('.found p')")
        self.browser.type("\ue00c")
        self.assertFalse(self.look(
            "document.querySelector('.found').checkVisibility()"))

    # --- The guide and the lines ----------------------------------------------

    def test_an_excerpt_leads_to_its_lines_and_they_lead_back(self):
        self.open("part-2.html")
        href = self.look("[...document.querySelectorAll('.excerpt a')].map("
                         "a => a.getAttribute('href')).find("
                         "href => href.startsWith('async'))")
        words = self.look("document.querySelector(`.excerpt a[href="
                          f"'{href}']`).closest('figure').querySelector('pre')"
                          ".innerText.trimEnd()")
        self.open(href)
        here = "[...document.querySelectorAll('.line.here')]"
        self.assertEqual(self.look(
            here + ".map(line => line.innerText).join('\\n')"), words)
        beside = "one('.line.here').previousElementSibling"
        self.open(self.look(beside + ".querySelector('a').href.split('/').pop()"))
        self.assertIn(words, self.look(
            "document.querySelector('figure:target').innerText"))

    # --- Two programs side by side --------------------------------------------

    def test_shows_all_lines_of_any_two_programs_beside_each_other(self):
        self.open("compare.html")
        wrong = self.look("""book.programs.flatMap((_, a) =>
            book.programs.flatMap((_, b) => {
          const bare = line => line.text.replace(/\\s/g, "");
          const rows = rows_of(a, b);
          const complete = [a, b].every((n, side) => rows.map(row => row[side])
              .filter(Boolean).map(line => line.text).join("\\n") ===
              text_of(book.programs[n]).join("\\n"));
          const same = rows.every(([left, right]) => left?.kind !== "same" ||
              bare(left) === bare(right));
          return complete && same ? [] : [[a, b]];
        }))""")
        self.assertEqual(wrong, [])

    def test_marks_the_idea_and_aligns_lines_that_are_alike(self):
        self.open(STEP)
        self.assertEqual(self.look(
            "all('#pair .idea').map(cell => cell.id)"), ["a3", "b3", "a4"])
        rows = self.look("all('#pair tr').map(row => [...row.cells].map("
                         "cell => cell.textContent.trim()))")
        self.assertIn(["int fileno() const { return sock_.fd(); }",
                       "int fileno() const override { return sock_.fd(); }"],
                      rows)
        self.assertIn("override", self.look(
            "all('#pair .add mark').map(mark => mark.textContent)"))

    def test_tells_moved_lines_and_leads_to_where_they_are(self):
        self.open("compare.html#reactor-client-1/get-poetry:"
                  "reactor-client-2/get-poetry")
        report = "void report() const {"
        here, there = self.look(
            "all('#pair .moved').filter(cell => cell.textContent.trim()"
            f".startsWith('{report}')).map(cell => cell.id)")
        self.browser.run(f"document.querySelector('#{here} .twin').click()")
        self.browser.wait(f"document.querySelector('#{there}.here')")

    def test_shows_the_words_of_the_guide_beside_the_lines(self):
        self.open(STEP)
        words = self.look("all('#pair aside').map(aside => [aside.innerText,"
                          "aside.closest('tr').nextElementSibling.innerText])")
        self.assertTrue(any("derives from ReadDescriptor" in text and
                            "class PoetrySocket final" in line
                            for text, line in words), words)
        self.assertEqual(self.look("about.innerText"), "The guide compares "
                         "them: Part 4: The diff, and how to read it")

    def test_pickers_answer_to_the_keyboard(self):
        self.open(STEP)
        self.browser.run("right.focus()")
        before = self.look("right.value")
        self.browser.type("\ue015")
        self.browser.wait(
            f"right.value !== '{before}' && location.hash.endsWith("
            "':' + book.programs[right.value].name)")
        left = self.look("left.value")
        self.browser.run("swap.focus()")
        self.browser.type(" ")
        self.browser.wait(f"right.value === '{left}'")


if __name__ == "__main__":
    reason = missing()
    if reason:
        print("not tried in a browser:", reason)
        del BrowserTest
    result = unittest.main(argv=sys.argv[:1], verbosity=2, exit=False).result
    sys.exit(1 if not result.wasSuccessful() else 77 if reason else 0)
