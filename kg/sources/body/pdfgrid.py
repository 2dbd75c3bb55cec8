"""Words of a table of a PDF, the spaces between its columns, and the columns of the words of a row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kg.sources.layout.blocks import TextRow
from kg.sources.layout.pages import Char

NUMBER = re.compile(r"[>~<≈±+\-−–]?\d[\d,.]*[%×xKMBGT]?|[-—–]|N/?A", re.I)
SPACE = 0.4  # em; largest space between two words of a cell, least space between two columns
_FEW = 2  # rows, which show columns only by wider spaces
_WIDE = 0.6  # em; of these
_LOW = 0.1  # em; by which lowered digits stand below those before them
_BINDS = ("×", "±", "=", "+", "·", "→", "∗", "/")  # signs between two parts of one cell
_GLUE = 0.12  # em; least gap of two words
_STEPS = 4  # in a point
_FILLED = 0.12  # share of the rows that may cross the space between two columns
_MANY = 0.5  # share of the most cells of a row, in rows that show the columns
_TOUCHED = 0.12  # share of a cell that reaches into a column without covering it

Space = tuple[float, float]


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

    def add(self, other: GridWords, gap: str = " ") -> None:
        """Append words that follow; a word that a line end divides is closed up."""
        if gap == " " and self.text[-1:] == "-" and self.text[-2:-1].isalpha() and other.text[:1].islower():
            self.text = self.text[:-1] + other.text
        else:
            self.text += gap + other.text
        self.left, self.right = min(self.left, other.left), max(self.right, other.right)
        self.bold = self.bold and other.bold


def words(row: TextRow) -> list[GridWords]:
    """The words of a row; raised digits are powers ("10^-3"), or numbers of notes, which are left out."""
    out: list[GridWords] = []
    for line in sorted(row.lines, key=lambda line: line.left):
        before: Char | None = None
        is_power = False
        for char in line.chars:
            is_sign = char.raised and (char.text.isdigit() or char.text in "-−–+" or (is_power and char.text == "."))
            is_near = before is not None and char.left - before.right < SPACE * line.size
            is_first = is_sign and not is_power
            is_power = is_sign and (is_power or (is_near and _bears_power(out[-1].text)))
            if is_sign and not is_power and char.text.isdigit():
                continue
            bold = char.font.bold or not char.text.isalnum()
            is_low = before is not None and char.y - before.y > _LOW * line.size and before.text.isdigit()
            if before is None or is_low or (char.space and not is_power):
                out.append(GridWords(char.text, char.left, char.right, line.y, bold))
            else:
                last = out[-1]
                last.text += ("^" if is_power and is_first else "") + char.text
                last.right, last.bold = max(last.right, char.right), last.bold and bold
            before = char
    return list(_bound(out, row.size))


def _bound(found: Sequence[GridWords], em: float) -> Iterator[GridWords]:
    """Words, where those around a sign of an operation are one: "3.2 × C", "85.3 ± 0.2"."""
    last: GridWords | None = None
    for word in found:
        is_bound = last is not None and (last.text[-1] in _BINDS or word.text in _BINDS)
        if last is not None and is_bound and -em < word.left - last.right < _WIDE * em:
            last.add(word)
            continue
        if last is not None:
            yield last
        last = word
    if last is not None:
        yield last


def _bears_power(text: str) -> bool:
    """Whether raised digits after this text are a power: it ends with a digit, a bracket or a single letter."""
    return text[-1:].isdigit() or text[-1:] in ")-−–+" or (text[-1:].isalpha() and not text[-2:-1].isalpha())


def joined(row: Sequence[GridWords], em: float) -> int:
    """How many cells a row has at least: words that stand close together are one."""
    return 1 + sum(b.left - a.right > _WIDE * em for a, b in pairwise(row))


def spaces(own: Sequence[Sequence[GridWords]], em: float) -> list[Space]:
    """The spaces between columns, from left to right."""
    counts = [joined(row, em) for row in own]
    if not counts or max(counts) < 2:
        return []
    shown = [row for row, count in zip(own, counts, strict=True) if count >= max(2, _MANY * max(counts))]
    start = min(word.left for row in own for word in row) - 1
    end = max(word.right for row in own for word in row) + 1
    covered = [0] * (int((end - start) * _STEPS) + 2)
    for row in shown:
        for at in {
            x for word in row for x in range(int((word.left - start) * _STEPS), int((word.right - start) * _STEPS))
        }:
            covered[at] += 1
    least = (SPACE if len(shown) > _FEW else _WIDE) * em
    clumps = sorted((clump[0].left, clump[-1].right, clump[0].y) for row in own for clump in _clumps(row, em))
    out: list[Space] = []
    for first, last in _runs(covered, _FILLED * len(shown)):
        low, high = start + first / _STEPS, start + last / _STEPS
        edges = [edge for one in _held(clumps, low, high) for edge in one]
        pieces = zip([low, *edges[1::2]], [*edges[::2], high], strict=True)
        out += [(a, b) for a, b in pieces if b - a >= least and a > start + 1 and b < end - 1]
    return out


def _runs(covered: Sequence[int], most: float) -> Iterator[tuple[int, int]]:
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


def _clumps(row: Sequence[GridWords], em: float) -> Iterator[list[GridWords]]:
    """The words of a row that stand close together."""
    clump: list[GridWords] = []
    for word in row:
        if clump and word.left - clump[-1].right >= SPACE * em:
            yield clump
            clump = []
        clump.append(word)
    yield clump


def column(x: float, bounds: Sequence[Space]) -> int:
    """The column of a place."""
    return sum(x > (left + right) / 2 for left, right in bounds)


def placed(row: Sequence[GridWords], bounds: Sequence[Space], em: float) -> list[GridWords]:
    """The cells of a row with their columns."""
    out: list[GridWords] = []
    for word in map(replace, row):
        word.first, word.last = column(word.left + 1, bounds), column(word.right - 1, bounds)
        last = out[-1] if out else None
        if last:
            gap = word.left - last.right
            is_same = word.first == last.last and last.first == last.last
            both = NUMBER.fullmatch(word.text) and NUMBER.fullmatch(last.text.rpartition(" ")[2])
            if is_same or gap < _GLUE * em or (gap < SPACE * em and not both):
                last.add(word, " " if gap > _GLUE * em or word.text[0] in "+-−" else "")
                last.last = max(last.last, word.last)
                continue
            if word.first <= last.last:  # a label that reaches into the next column
                last.last = max(last.first, word.first - 1)
                word.first = max(word.first, last.last + 1)
                word.last = max(word.first, word.last)
        out.append(word)
    for one in out:
        one.bold = one.bold and any(map(str.isalnum, one.text))
        least = _TOUCHED * (one.right - one.left)
        while one.first < one.last and bounds[one.first][0] - one.left < least:
            one.first += 1
        while one.first < one.last and one.right - bounds[one.last - 1][1] < least:
            one.last -= 1
    return out


def extents(body: Iterable[Sequence[GridWords]], bounds: Sequence[Space], edges: Space) -> list[Space]:
    """From where to where the cells of each column reach."""
    out: list[Space] = []
    single = [one for row in body for one in row if one.first == one.last]
    sides = [edges[0], *(x for bound in bounds for x in bound), edges[1]]
    for at in range(len(bounds) + 1):
        own = [one for one in single if one.first == at]
        left, right = (
            min((one.left for one in own), default=sides[2 * at]),
            max((o.right for o in own), default=sides[2 * at + 1]),
        )
        out.append((left, right))
    return out
