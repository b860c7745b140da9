"""The words of the guide that speak of lines of the sources."""

from pairs import changed_lines


class Note:
    """Some lines, the place where the guide speaks of them, and its words as
    HTML."""

    def __init__(self, page, book, at, lines, words, step=()):
        self.lines, self.words = lines, words
        self.step = step  # the two programs that it is about, if it is a diff
        self.href = f"{book.names[page.path]}#{page.place_at(at)}"
        section = page.tokens[at].meta["section"]
        self.title = f"{page.short_title}: {section.title}"


def note_excerpts(page, book):
    """Connects each excerpt with the lines that it quotes, both ways."""
    for at, path in page.excerpts():
        token = page.tokens[at]
        lines = path in book.sources and \
            book.sources[path].find(token.content)
        if not lines:
            continue
        first, last = lines[0], lines[-1]
        where = f"line {first}" if first == last else f"lines {first} to {last}"
        token.meta["place"] = (
            f"{book.names[path]}#L{first}-L{last}", f"{path}, {where}")
        book.sources[path].notes.append(
            Note(page, book, at, lines, page.paragraph_before(at)))


def note_steps(page, book):
    """Connects each text about a diff with a line: the first changed line that
    has the first piece of code of the text, or its second, and so on."""
    step = section = None
    for at, token in enumerate(page.tokens):
        for child in token.children or ():
            found = book.step(child)
            if found:
                step, section = found, token.meta["section"]
                section.steps.append(found)
        if step and token.meta["section"] is section and token.children:
            _note_step(page, book, at, step)


def _note_step(page, book, at, step):
    token = page.tokens[at]
    sides = list(zip(step, changed_lines(book.pair(*step))))
    # A text is about the second program, except in the first column of a table.
    if page.tokens[at - 2].type != "tr_open":
        sides.reverse()
    for words in (child.content for child in token.children
                  if child.type == "code_inline" and not book.step(child)):
        for path, lines in sides:
            n = book.sources[path].find_words(words, lines)
            if n:
                book.sources[path].notes.append(
                    Note(page, book, at, range(n, n + 1), page.words_at(at),
                         step))
                return
