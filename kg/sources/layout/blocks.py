"""Group the lines of a page into the rows of a column and into paragraphs of running text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from kg.sources.layout.pages import Char, Font, TextLine, written
from kg.text import count_han

_WORDS = re.compile(r"[^\W\d_]+")
_LINK = re.compile(r"https?://\S+|\bwww\.\S+")
_HAN_SENTENCE = re.compile(r"[，。；、的了]")
_FEW_HAN = 12  # characters of a line of running text
_FEW_WORDS = 8  # of a line of running text in a script without capitals
_LOW = 0.45  # share of words in running text that begin with a lower-case letter
_FEW = 25  # letters of a line of running text
_LEVEL = 0.45  # em; largest distance between baselines of one row


@dataclass
class TextRow:
    """The lines on one baseline of a column: one, or several separated by wide gaps."""

    lines: list[TextLine]

    @cached_property
    def chars(self) -> list[Char]:
        out: list[Char] = []
        for line in sorted(self.lines, key=lambda line: line.left):
            for at, char in enumerate(line.chars):
                char.space = char.space if at else True
                out.append(char)
        return out

    @cached_property
    def text(self) -> str:
        return written(self.chars)

    @cached_property
    def font(self) -> Font:
        return max(self.lines, key=lambda line: line.letters).font

    @property
    def size(self) -> float:
        return self.font.size

    @property
    def left(self) -> float:
        return min(line.left for line in self.lines)

    @property
    def right(self) -> float:
        return max(line.right for line in self.lines)

    @property
    def y(self) -> float:
        return max(self.lines, key=lambda line: line.letters).y

    @property
    def letters(self) -> int:
        return sum(line.letters for line in self.lines)

    @cached_property
    def is_bold(self) -> bool:
        """Whether all words are bold, not just the first."""
        bold = sum(c.font.bold for c in self.chars if c.text.isalnum())
        return bold > 0.9 * sum(c.text.isalnum() for c in self.chars)


def rows(lines: Iterable[TextLine]) -> list[TextRow]:
    """Rows from top to bottom, each made of the lines on one baseline."""
    out: list[TextRow] = []
    for line in sorted(lines, key=lambda line: (line.y, line.left)):
        if out and abs(out[-1].y - line.y) <= _LEVEL * max(out[-1].size, line.size):
            out[-1] = TextRow([*out[-1].lines, line])
        else:
            out.append(TextRow([line]))
    return out


def body_size(lines: Iterable[TextLine]) -> float:
    """The font size of most of the text."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += line.letters
    return max(sizes, key=lambda size: sizes[size], default=10.0)


def is_running(text: str) -> bool:
    """Whether a line is part of a sentence, not a title, name or address; judged by its lower-case words."""
    han = count_han(text)
    if han > 0.5 * len(text):
        return han >= _FEW_HAN and bool(_HAN_SENTENCE.search(text))
    words = _WORDS.findall(_LINK.sub(" ", text))
    letters = sum(map(len, words))
    if sum(w[0].islower() or w[0].isupper() for w in words) < 0.5 * len(words):  # Arabic and Hebrew have no capitals
        return letters >= _FEW and len(words) >= _FEW_WORDS
    return letters >= _FEW and sum(w[0].islower() for w in words) > _LOW * len(words)


def without_blocks(lines: Iterable[TextLine], starts: Callable[[str], object]) -> list[TextLine]:
    """The lines from top to bottom without those that start a block, and those that go on directly below them."""
    out: list[TextLine] = []
    last: TextLine | None = None  # of a block
    for line in sorted(lines, key=lambda line: line.y):
        goes_on = last is not None and abs(line.left - last.left) < 2 and 0 < line.y - last.y < 1.5 * line.size
        if (goes_on and not line.chars[0].raised) or starts(line.text):
            last = line
        else:
            out.append(line)
    return out


def paragraphs(lines: Sequence[TextLine], least: int = 4) -> Iterator[list[TextLine]]:
    """Yield runs of at least `least` lines of running text in one column and font, in the file's order."""
    run: list[TextLine] = []
    for line in sorted(lines, key=lambda line: line.order):
        if run and not _goes_on(run[-1], line):
            if len(run) >= least:
                yield run
            run = []
        if is_running(line.text):
            run.append(line)
        elif run and line.letters:
            continue  # a short last line, or a line of formulas
    if len(run) >= least:
        yield run


def _goes_on(before: TextLine, line: TextLine) -> bool:
    size = before.size
    if abs(line.size - size) > 0.08 * size:
        return line.letters < _FEW and abs(line.y - before.y) < 2 * size
    return -0.5 * size <= line.y - before.y <= 2.6 * size and line.left < before.right and line.right > before.left
