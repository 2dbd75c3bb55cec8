"""The flow of text through elements of XML and HTML: blocks become parts, what stands in a line becomes pieces."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from typing import NamedTuple

from kg.model import Cell
from kg.sources import xml
from kg.sources.body.bodyparts import Anchor, Builder, Piece

_BOLD = ("bold", "b", "strong")
_OF_NUMBERS = 0.4  # of a column's cells, from which on it holds numbers
_COMMAND = re.compile(r"\\[A-Za-z]+")  # of LaTeX, in a formula
_CODE = ("script", "style")


class GridCell(NamedTuple):
    """A cell of a row as it is written, before the spans of other rows give it a column."""

    pieces: Sequence[Piece]
    rowspan: int = 1
    colspan: int = 1
    is_head: bool = False
    is_bold: bool = False


class Flow:
    """Walks through the elements of a body; a format says by name which of them are blocks, links or left out."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.blocks: dict[str, Callable[[xml.Element], None]] = {}
        self.links: dict[str, Callable[[xml.Element], bool]] = {}  # of what is no block: whether it was dealt with
        self.without: frozenset[str] = frozenset(_CODE)
        self._kind = "paragraph"
        self._pieces: list[Piece] = []
        self._notes: list[Sequence[Piece]] = []

    def whole(self, element: xml.Element) -> None:
        """Read an element that holds the body or a part of it."""
        self.inside(element)
        self.end()

    def end(self) -> None:
        """End the open paragraph; its footnotes follow it."""
        self.builder.add(self._kind, self._pieces)
        self._pieces = []
        notes, self._notes = self._notes, []
        for pieces in notes:
            self.builder.add("footnote", pieces, self.builder.named("fn"))

    def block(self, element: xml.Element, kind: str = "") -> None:
        """Read an element as a part of its own, with the blocks in it; an empty kind keeps that of what is around."""
        self.end()
        before, self._kind = self._kind, kind or self._kind
        self.inside(element)
        self.end()
        self._kind = before

    def item(self, element: xml.Element) -> None:
        """Read an element as an item of a list."""
        self.block(element, "item")

    def formula(self, element: xml.Element) -> None:
        """Read an element as a formula of its own."""
        self.end()
        self.builder.add("formula", self.pieces(element))

    def note(self, element: xml.Element) -> bool:
        """Read an element as a footnote of the open paragraph."""
        self._notes.append(self.pieces(element))
        return True

    def cites(self, element: xml.Element, key: str) -> bool:
        """Read an element as a citation; False where it prints nothing or leads nowhere."""
        shown = xml.text(element)
        if not (key and shown):
            return False
        self._pieces.append(Anchor(key, shown))
        return True

    def pieces(self, element: xml.Element, without: Iterable[str] = ()) -> list[Piece]:
        """The pieces of an element on one line, blocks in it included."""
        held = self._pieces, self.blocks, self.without
        self._pieces, self.blocks, self.without = [], {}, self.without | frozenset(without)
        self.inside(element)
        made = self._pieces
        self._pieces, self.blocks, self.without = held
        return made

    def inside(self, element: xml.Element, skip: Iterable[str] = ()) -> None:
        """Walk through what an element holds, but for its children of these names."""
        left_out = frozenset(skip)
        self.say(element.text)
        for below in element:
            if (name := xml.local(below)) and name not in left_out:
                self._walk(below, name)
            elif not name and (below.text or "").startswith("&"):  # an entity of a DTD that is not loaded
                self.say(html.unescape(below.text))
            self.say(below.tail)

    def say(self, text: str | None) -> None:
        """Add text to the open paragraph."""
        if text:
            self._pieces.append(text)

    def _walk(self, element: xml.Element, name: str) -> None:
        if name in self.without:
            return
        if name in self.blocks:
            self.end()
            self.blocks[name](element)
            self.end()
            return
        if name in self.links and self.links[name](element):
            return
        if name in ("math", "formula", "inline-formula"):
            self.say(xml.text(element))
            return
        if xml.is_power(element, self._pieces[-1] if self._pieces and isinstance(self._pieces[-1], str) else ""):
            self.say("^")
        space = " " if name in xml.BLOCKS else ""
        self.say(space)
        self.inside(element)
        self.say(space)

    def grid(self, table: xml.Element) -> Iterator[list[GridCell]]:
        """The rows of a table of XML or HTML, without those of tables in its cells."""
        for row in _rows(table):
            is_head = any(xml.local(above) == "thead" for above in row.iterancestors("{*}thead"))
            yield [self._cell(one, is_head) for one in row if xml.local(one) in ("td", "th", "cell", "entry")]

    def _cell(self, cell: xml.Element, is_head: bool) -> GridCell:
        is_bold = any(xml.local(one) in _BOLD or "ltx_font_bold" in (one.get("class") or "") for one in cell.iter())
        spans = [_number(cell.get(name)) for name in ("rowspan", "colspan")]
        cols = _number(cell.get("cols"))  # of TEI
        is_head = is_head or xml.local(cell) == "th" or cell.get("role") == "label"
        return GridCell(self.pieces(cell), spans[0], max(spans[1], cols), is_head, is_bold)


def _rows(table: xml.Element) -> Iterator[xml.Element]:
    groups = {table, *xml.children(table, "tgroup")}
    for row in xml.descendants(table, "tr", "row"):
        if next(row.iterancestors("{*}table", "{*}tgroup", "{*}array"), table) in groups:
            yield row


def _number(text: str | None) -> int:
    return min(int(text), 1000) if text and text.strip().isdecimal() and len(text) < 6 and int(text) else 1


def placed(rows: Iterable[Sequence[GridCell]], most: int) -> list[tuple[Sequence[Piece], Cell]]:
    """Cells at the columns that the spans of rows above leave to them; `most` bounds the number of columns."""
    made: list[tuple[Sequence[Piece], Cell]] = []
    taken: dict[int, int] = {}  # by column: the last row that a cell from above takes
    for at, row in enumerate(rows):
        column = 0
        for cell in row:
            while taken.get(column, -1) >= at:
                column += 1
            if column >= most:
                break
            wide = min(cell.colspan, most - column)
            made.append((cell.pieces, Cell(at, column, "", cell.rowspan, wide, cell.is_head, cell.is_bold)))
            if cell.rowspan > 1:
                taken |= dict.fromkeys(range(column, column + wide), at + cell.rowspan - 1)
            column += wide
    return with_heads(made)


def with_heads(
    cells: Sequence[tuple[Sequence[Piece], Cell]], heads: Set[int] = frozenset()
) -> list[tuple[Sequence[Piece], Cell]]:
    """Cells with all of those marked that name rows or columns.

    These are the rows `heads` and those whose cells are all marked, else the first if it has no number; rows that such
    a cell reaches into; the first column; and words in columns left of the first one of numbers.
    """
    bare = {cell.row for pieces, cell in cells if not (cell.head or is_blank(pieces))}
    heads = heads | ({cell.row for _, cell in cells if cell.column} - bare)
    if not heads and not any(is_number(printed(pieces)) for pieces, cell in cells if not cell.row):
        heads = {0}
    heads |= {row for _, cell in cells if cell.row in heads for row in range(cell.row, cell.row + min(cell.rowspan, 5))}
    body = [(cell.column, pieces) for pieces, cell in cells if cell.row not in heads and not is_blank(pieces)]
    stub = _stub([(column, printed(pieces)) for column, pieces in body])
    return [
        (pieces, replace(cell, head=cell.head or cell.row in heads or _names_row(pieces, cell.column, stub)))
        for pieces, cell in cells
    ]


def _stub(cells: Sequence[tuple[int, str]]) -> int:
    """How many columns name rows: the first, and those of words behind it if numbers follow."""
    counts = Counter(column for column, _ in cells)
    numbers = Counter(column for column, text in cells if is_number(text))
    words = Counter(column for column, text in cells if _is_word(text))
    at = 1
    while at < len(counts) and words[at] > counts[at] / 2 and numbers[at] <= _OF_NUMBERS * counts[at]:
        at += 1
    return at if numbers[at] > _OF_NUMBERS * counts[at] else 1


def _names_row(pieces: Sequence[Piece], column: int, stub: int) -> bool:
    return not column or (column < stub and _is_word(printed(pieces)))


def _is_word(text: str) -> bool:
    return any(map(str.isalnum, text)) and not is_number(text)


def is_blank(pieces: Sequence[Piece]) -> bool:
    """Whether a cell prints nothing."""
    return not any(one.strip() if isinstance(one, str) else one for one in pieces)


def is_number(text: str) -> bool:
    """Whether a cell holds a number with its unit: at least as many digits as letters."""
    digits = sum(map(str.isdigit, text))
    return digits > 0 and digits >= sum(map(str.isalpha, text))


def printed(pieces: Sequence[Piece]) -> str:
    """The words and numbers of a cell, without commands of LaTeX in its formulas, and without citations."""
    return _COMMAND.sub("", "".join(one for one in pieces if isinstance(one, str)))
