"""The Markdown pages as HTML, with links that stay inside the book."""

import html
import posixpath
import re

from markdown_it import MarkdownIt
from pygments.lexers import get_lexer_by_name

from sources import coloured


def anchor(heading):
    """The anchor that a web site makes from a heading, see scripts/check-docs."""
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w -]", "", words).replace(" ", "-")


def plain(inline):
    return "".join(" " if child.type == "softbreak" else child.content
                   for child in inline.children)


def expand(words):
    """The words of a command. The shell makes ab and ac of a{b,c}."""
    found = re.search(r"(.* )(\S*)\{(.*)\}", words)
    if not found:
        return words.split()
    return found[1].split() + [found[2] + end for end in found[3].split(",")]


class Section:
    """What is below one heading."""

    def __init__(self, level, title, name):
        self.level, self.title, self.name = level, title, name
        self.words = []
        self.steps = []  # the pairs of stages that it compares


class Page:
    """One Markdown page, read but not yet written."""

    def __init__(self, root, path):
        self.path = path
        self.text = (root / path).read_text()
        self.env = {}
        self.tokens = MarkdownIt("commonmark").enable("table").parse(
            self.text, self.env)
        self.sections = []
        self._find_sections()
        self.title = self.sections[0].title
        self.short_title = self.title.split(":")[0]

    def _find_sections(self):
        taken = {}
        for token, inline in zip(self.tokens, self.tokens[1:] + [None]):
            if token.type == "heading_open":
                name = anchor(inline.content)
                again = taken[name] = taken.get(name, -1) + 1
                name += f"-{again}" if again else ""
                token.attrSet("id", name)
                self.sections.append(
                    Section(int(token.tag[1]), plain(inline), name))
            token.meta["section"] = self.sections[-1]
            if token.type == "inline":
                self.sections[-1].words.append(plain(token))
            elif token.type in ("fence", "code_block"):
                self.sections[-1].words.append(token.content)

    def inlines(self):
        return (token for token in self.tokens if token.type == "inline")

    def links(self):
        """The targets of the links inside the repository, as paths from its
        root, each with the section that it is in."""
        for token in self.inlines():
            for child in token.children:
                target = child.attrGet("href") or ""
                if target and "://" not in target:
                    yield self.resolve(target)[0], token.meta["section"]

    def named_files(self):
        return [*(path for path, _ in self.links()),
                *(path for _, path in self.excerpts())]

    def resolve(self, target):
        path, _, name = target.partition("#")
        here = posixpath.dirname(self.path)
        path = posixpath.normpath(posixpath.join(here, path)) if path \
            else self.path
        return path, name

    def pictures(self):
        for token in self.inlines():
            for child in token.children:
                if child.type == "image":
                    yield self.resolve(child.attrGet("src"))[0]

    def excerpts(self):
        """The fences that quote a file, with its path."""
        for at, token in enumerate(self.tokens):
            words = token.info.split() if token.type == "fence" else []
            if len(words) == 2:
                yield at, words[1]

    def paragraph_before(self, at):
        """The HTML of the paragraph that introduces a fence, or ''."""
        if at < 3 or self.tokens[at - 1].type != "paragraph_close":
            return ""
        return self.render(self.tokens[at - 2:at - 1])

    def place_at(self, at):
        """The anchor of an excerpt or of a paragraph, which gets one if it has
        none. For a row of a table, the anchor of its section."""
        token = self.tokens[at]
        if token.type == "inline":
            token = self.tokens[at - 1]
            # A paragraph of a short list is not an element of its own.
            token = self.tokens[at - 2] if token.hidden else token
        if token.type == "td_open":
            return token.meta["section"].name
        token.attrSet("id", f"words-{at}")
        return f"words-{at}"

    def words_at(self, at):
        """The HTML of a paragraph, or of a table's row and its head."""
        types = [token.type for token in self.tokens]
        if types[at - 1] != "td_open":
            return self.render(self.tokens[at:at + 1])
        head = at - types[at::-1].index("table_open")
        row = at - types[at::-1].index("tr_open")
        return self.render(
            self.tokens[head:types.index("thead_close", head) + 1]
            + self.tokens[row:types.index("tr_close", at) + 1]) \
            + "</table></div>"

    def render(self, tokens=None):
        return WRITER.renderer.render(
            self.tokens if tokens is None else tokens, WRITER.options, self.env)


# --- Rewriting, once all pages are known --------------------------------------

def rewrite(page, book):
    """Makes all links lead to places in the book."""
    for token in page.inlines():
        outside = None
        for child in token.children:
            if child.type == "link_open":
                outside = _rewrite_link(page, book, child)
            elif child.type == "link_close":
                child.tag = "span" if outside else "a"
                outside = None
            elif child.type == "image":
                child.attrSet("src", posixpath.basename(child.attrGet("src")))
            elif child.type == "code_inline" and outside is None:
                child.meta["href"] = book.place_of_code(child)


def _rewrite_link(page, book, link):
    """Whether the target is not in the book. Then it is no longer a link."""
    target = link.attrGet("href")
    if "://" in target:
        return False
    place = book.place(*page.resolve(target))
    if place:
        link.attrSet("href", place)
        return False
    link.tag = "span"
    link.attrs = {"class": "outside"}
    return True


# --- Rules --------------------------------------------------------------------

def fence(self, tokens, at, options, env):
    token = tokens[at]
    code = token.content
    language = token.info.split()[0] if token.info else \
        "console" if code.startswith("$ ") else "text"
    text = f'<pre class="{language}"><code>' \
           f"{coloured(code, get_lexer_by_name(language))}" \
           "</code></pre>\n"
    place = token.meta.get("place")
    if not place:
        return text
    href, words = place
    name = token.attrGet("id")
    return f'<figure class="excerpt" id="{name}">\n' \
           f'<figcaption><a href="{href}">' \
           f"{html.escape(words)}</a></figcaption>\n{text}</figure>\n"


def code_inline(self, tokens, at, options, env):
    token = tokens[at]
    code = f"<code>{html.escape(token.content)}</code>"
    href = token.meta.get("href")
    return f'<a href="{href}">{code}</a>' if href else code


def image(self, tokens, at, options, env):
    token = tokens[at]
    words = html.escape(" ".join(token.content.split()))
    source = token.attrGet("src")
    return f'<a class="figure" href="{source}">' \
           f'<img src="{source}" alt="{words}"></a>'


def table_open(self, tokens, at, options, env):
    return '<div class="table"><table>\n'


def table_close(self, tokens, at, options, env):
    return "</table></div>\n"


WRITER = MarkdownIt("commonmark").enable("table")
for rule in (fence, code_inline, image, table_open, table_close):
    WRITER.add_render_rule(rule.__name__, rule)
