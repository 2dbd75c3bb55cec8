"""Words of a table of a PDF, and its columns: what words of many rows cover without a space from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kg.sources.layout.blocks import TextRow
from kg.sources.layout.pages import Char

NUMBER = re.compile(r"[>~<≈±+\-−–]?\d[\d,.]*[%×xKMBGT]?|[-—–]|N/?A", re.I)
SPACE = 0.4  # em; largest space between two words of a cell, least space between two columns
_FEW = 2  # rows, which show columns only by wider spaces
_WIDE = 0.6  # em; of these
_LOW = 0.1  # em; by which lowered digits stand below those before them
_SMALL = 0.9  # of the size of a line, that raised digits have at most; others belong to a line set higher
_BINDS = ("×", "±", "=", "+", "·", "→", "∗", "/")  # signs between two parts of one cell
_STEPS = 4  # in a point
_FILLED = 0.12  # share of the rows that may cross the space between two columns
_MANY = 0.5  # share of the most cells of a row, in rows that show the columns

Space = tuple[float, float]  # from left to right


@dataclass
class GridWords:
    """Words that stand together in a row, and the columns and the rows that they cover."""

    text: str
    left: float
    right: float
    y: float
    bold: bool
    first: int = 0
    last: int = 0
    rows: int = 1
    head: bool = False

    @property
    def center(self) -> float:
        return (self.left + self.right) / 2

    def add(self, other: GridWords) -> None:
        """Append words that follow; a word that a line end divides is closed up."""
        if self.text[-1:] == "-" and self.text[-2:-1].isalpha() and other.text[:1].islower() and other.y > self.y:
            self.text = self.text[:-1] + other.text
        else:
            self.text += f" {other.text}"
        self.left, self.right = min(self.left, other.left), max(self.right, other.right)
        self.bold = self.bold and other.bold


Row = list[GridWords]


def words(row: TextRow) -> Row:
    """The words of a row; raised digits are powers ("10^-3"), or numbers of notes, which are left out."""
    out: Row = []
    for line in sorted(row.lines, key=lambda line: line.left):
        before: Char | None = None
        is_power = False
        for char in line.chars:
            is_small = char.raised and char.font.size < _SMALL * line.size
            is_sign = is_small and (char.text.isdigit() or char.text in "-−–+" or (is_power and char.text == "."))
            is_near = before is not None and char.left - before.right < SPACE * line.size
            mark = "^" if is_sign and not is_power else ""
            is_power = is_sign and (is_power or (is_near and _bears_power(out[-1].text)))
            if is_sign and not is_power and char.text.isdigit():
                continue
            is_low = before is not None and char.y - before.y > _LOW * line.size and before.text.isdigit()
            bold = char.font.bold or not char.text.isalnum()
            if before is None or is_low or (char.space and not is_power):
                out.append(GridWords(char.text, char.left, char.right, line.y, bold))
            else:
                last = out[-1]
                last.text += mark * is_power + char.text
                last.right, last.bold = max(last.right, char.right), last.bold and bold
            before = char
    return _bound(out, row.size)


def _bears_power(text: str) -> bool:
    """Whether raised digits after this text are a power: it ends with a digit, a bracket or a single letter."""
    return text[-1:].isdigit() or text[-1:] in ")-−–+" or (text[-1:].isalpha() and not text[-2:-1].isalpha())


def _bound(found: Row, em: float) -> Row:
    """Words, where those around a sign of an operation are one: "3.2 × C", "85.3 ± 0.2"."""
    out = found[:1]
    for word in found[1:]:
        is_bound = out[-1].text[-1] in _BINDS or word.text in _BINDS
        if is_bound and -em < word.left - out[-1].right < _WIDE * em:
            out[-1].add(word)
        else:
            out.append(word)
    return out


def count_cells(row: Row, em: float) -> int:
    """How many cells a row has at least: words that stand close together are one."""
    return 1 + sum(b.left - a.right > _WIDE * em for a, b in pairwise(row))


def columns(own: Sequence[Row], em: float) -> list[Space]:
    """The columns of a table, from left to right."""
    counts = [count_cells(row, em) for row in own]
    start, end = min(word.left for row in own for word in row), max(word.right for row in own for word in row)
    shown = [row for row, count in zip(own, counts, strict=True) if count >= max(2, _MANY * max(counts))]
    covered = [0] * (int((end - start) * _STEPS) + 1)
    for row in shown:
        places = (range(int((w.left - start) * _STEPS), int((w.right - start) * _STEPS)) for w in row)
        for at in {x for place in places for x in place}:
            covered[at] += 1
    clumps = sorted((clump[0].left, clump[-1].right, clump[0].y) for row in own for clump in _clumps(row, em))
    least = (SPACE if len(shown) > _FEW else _WIDE) * em
    edges = [start]
    for first, last in _runs(covered, _FILLED * len(shown)):
        low, high = start + first / _STEPS, start + last / _STEPS
        held = [edge for one in _held(clumps, low, high) for edge in one]
        for a, b in zip([low, *held[1::2]], [*held[::2], high], strict=True):
            if b - a >= least and a > start + 0.5 and b < end - 0.5:
                edges += (a, b)
    edges.append(end)
    return _shown_twice(list(zip(edges[::2], edges[1::2], strict=True)), shown, em)


def _runs(covered: Sequence[int], most: float) -> Iterator[Space]:
    """Where at most so many rows have words."""
    first: int | None = None
    for x, count in enumerate([*covered, most + 1]):
        if count <= most:
            first = x if first is None else first
        elif first is not None:
            yield first, x
            first = None


def _held(clumps: Sequence[tuple[float, float, float]], low: float, high: float) -> list[Space]:
    """Columns with words in few rows: what words of at least two rows cover between these edges."""
    out: list[tuple[float, float, set[float]]] = []
    for left, right, y in clumps:
        if left < low - 0.3 or right > high + 0.3:
            continue
        if out and left <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(out[-1][1], right), out[-1][2] | {y})
        else:
            out.append((left, right, {y}))
    return [(left, right) for left, right, ys in out if len(ys) > 1]


def _clumps(row: Row, em: float) -> Iterator[Row]:
    """The words of a row that stand close together."""
    clump: Row = []
    for word in row:
        if clump and word.left - clump[-1].right >= SPACE * em:
            yield clump
            clump = []
        clump.append(word)
    yield clump


def _shown_twice(found: Sequence[Space], shown: Sequence[Row], em: float) -> list[Space]:
    """Columns without those that are the end of one long cell: words of one row behind a narrow space."""
    out = list(found[:1])
    for left, right in found[1:]:
        count = sum(any(word.left < right and left < word.right for word in row) for row in shown)
        if count < _FEW < len(shown) and left - out[-1][1] < em:
            out[-1] = (out[-1][0], right)
        else:
            out.append((left, right))
    return out
