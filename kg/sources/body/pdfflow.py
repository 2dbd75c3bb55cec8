"""Put the lines of a paper into reading order: heads and feet, floats and notes apart from the columns of text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from statistics import median

from kg.sources.body.pdffloats import LESS, LETTERS, NOTE, Float, PageFloats, side
from kg.sources.body.pdfforms import PdfForms
from kg.sources.body.pdfpages import DrawnPage
from kg.sources.layout.blocks import TextRow, is_running, rows
from kg.sources.layout.join import plain
from kg.sources.layout.pages import TextLine

_TOP, _FOOT = 0.12, 0.88  # of a page; heads and feet are outside
_SAME = 2.5  # points; heads of all pages have one height
_CROSSED = 0.1  # share of lines that may cross the space between columns
_BESIDE = 0.2  # least share of lines on either side
_FEWEST = 6  # lines of a page with columns
_APART = 1.75  # em between a head and the text
_MOST_NEAR = 0.2  # share of pages with text at the height of a head
_DIGITS = re.compile(r"\d+")
_SIGN = re.compile(r"[\d*∗†‡§¶‖∥⋆♣♠♦♥♯♭]")
_CELLS = 4  # parts of a row that is one of a table, no head of a page


@dataclass
class FlowRow:
    """A row of a column, with the column's edges and the distance to the row above it (infinite at the top)."""

    row: TextRow
    page: int
    column: int
    edges: tuple[float, float]
    gap: float

    @cached_property
    def text(self) -> str:
        return plain(self.row.chars)

    @cached_property
    def left(self) -> float:
        return self.row.left

    @cached_property
    def right(self) -> float:
        return self.row.right

    @cached_property
    def y(self) -> float:
        return self.row.y

    @cached_property
    def size(self) -> float:
        return self.row.size

    @property
    def is_short(self) -> bool:
        """Whether the row ends before the edge of its column."""
        return self.right < self.edges[1] - 2 * self.size


@dataclass
class PageFlow:
    """What the pages hold, in reading order."""

    rows: list[FlowRow] = field(default_factory=list)
    floats: list[Float] = field(default_factory=list)
    notes: list[list[FlowRow]] = field(default_factory=list)
    size: float = 10.0
    leading: float = 12.0


def page_flow(pages: Sequence[DrawnPage]) -> PageFlow:
    """The text of the pages in reading order, with floats and notes beside it."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.page.lines:
            sizes[line.size] += line.letters
    out = PageFlow(size=max(sizes, key=lambda size: sizes[size], default=10.0))
    heads = _heads_and_feet(pages)
    kept = [[line for line in page.page.lines if id(line) not in heads] for page in pages]
    gutters = [_gutter(lines, page.page.width) for page, lines in zip(pages, kept, strict=True)]
    known = [gutter for gutter in gutters if gutter is not None]
    usual = median(known) if len(known) > len(pages) / 3 else None
    gaps: list[float] = []
    for page, lines, gutter in zip(pages, kept, gutters, strict=True):
        if gutter is None and usual is not None and _divides(usual, lines, out.size):
            gutter = usual
        held = PageFloats(page, lines, gutter, out.size)
        ordered = list(_ordered([line for line in lines if id(line) not in held.gone], gutter, page.page.number))
        found, notes = _without_notes(ordered, page, out.size)
        out.floats += held.floats
        out.rows += found
        out.notes += notes
        gaps += (row.gap for row in found if 0.9 * out.size < row.gap < 2.5 * out.size and row.size == out.size)
    out.leading = median(gaps) if gaps else 1.2 * out.size
    return out


def _heads_and_feet(pages: Sequence[DrawnPage]) -> set[int]:
    """The lines that are repeated at the top or bottom of pages, and page numbers."""
    number = PdfForms.load().page_number
    ends: list[tuple[bool, TextLine, DrawnPage]] = []
    tops: list[tuple[bool, float, bool, list[TextLine]]] = []
    for page in pages:
        high = page.page.height
        all_rows = rows(page.page.lines)
        for is_top, outer in ((True, all_rows[:3]), (False, all_rows[:-4:-1])):
            kept = (row for row in outer if len(row.lines) < _CELLS)
            ends += ((is_top, line, page) for row in kept for line in row.lines if _is_end(line.y, high, is_top))
            if len(outer) > 1 and _is_end(outer[0].y, high, is_top):
                is_apart = abs(outer[1].y - outer[0].y) > _APART * outer[0].size
                tops.append((is_top, outer[0].y, is_apart, outer[0].lines))
    held: dict[tuple[bool, str, int], set[int]] = {}
    named = [((is_top, _DIGITS.sub("#", line.text), round(line.y / 8)), line, page) for is_top, line, page in ends]
    for name, _, page in named:
        held.setdefault(name, set()).add(page.page.number)
    least = 2 if len(pages) < 6 else 3
    gone = {id(line) for name, line, _ in named if len(held[name]) >= least and line.letters > 1}
    heights = Counter((is_top, round(y / _SAME), is_apart) for is_top, y, is_apart, _ in tops)
    for is_top, y, is_apart, lines in tops:
        apart, near = (sum(heights[is_top, round(y / _SAME) + d, yes] for d in (-1, 0, 1)) for yes in (True, False))
        if is_apart and apart > max(2, len(pages) / 3) and near < _MOST_NEAR * apart:
            gone.update(map(id, lines))
        if len(lines) == 1 and number.fullmatch(lines[0].text):
            gone.add(id(lines[0]))
    return gone


def _is_end(y: float, high: float, is_top: bool) -> bool:
    return y < _TOP * high if is_top else y > _FOOT * high


def _gutter(lines: Iterable[TextLine], width: float) -> float | None:
    """The middle of the space between two columns of a page; None for one column."""
    text = [line for line in lines if line.letters >= LETTERS]
    if len(text) < _FEWEST:
        return None
    across = [0] * (int(width) + 2)
    for line in text:
        across[max(0, int(line.left))] += 1
        across[min(len(across) - 1, int(line.right) + 1)] -= 1
    total, run, best = 0, 0, (0, 0)
    for x, change in enumerate(across):
        total += change
        run = run + 1 if total <= _CROSSED * len(text) else 0
        if 0.3 * width < x < 0.7 * width and run > best[0]:
            best = (run, x)
    wide, end = best
    middle = end - wide / 2
    before, after = (sum(line.right < middle + 2 for line in text), sum(line.left > middle - 2 for line in text))
    is_divided = wide >= 5 and min(before, after) >= _BESIDE * len(text)
    return middle if is_divided and 0.3 * width < middle < 0.7 * width else None


def _divides(gutter: float, lines: Sequence[TextLine], size: float) -> bool:
    """Whether the columns of other pages hold the text of a page, most of which tables and figures fill."""
    text = [o for o in lines if o.size > LESS * size and o.letters >= LETTERS and is_running(o.text)]
    return 2 * sum(side(line, gutter) >= 0 for line in text) > len(text)


def _ordered(lines: Sequence[TextLine], gutter: float | None, page: int) -> Iterator[FlowRow]:
    """Rows in reading order: a row over the whole width ends the columns above it."""
    wide = [line for line in lines if side(line, gutter) < 0]
    beside = [line for line in lines if side(line, gutter) >= 0]
    bands: list[tuple[list[TextLine], list[TextLine]]] = [([], [])]  # wide lines, and the columns below them
    heights = sorted(line.y for line in wide)
    for row in rows(wide):
        if bands[-1][1] or any(bands[-1][0][-1].y < o.y < row.y - row.size / 2 for o in beside if bands[-1][0]):
            bands.append(([], []))
        bands[-1][0].extend(row.lines)
        low = next((y for y in heights if y > row.y + row.size / 2), 1e9)
        bands[-1][1].extend(o for o in beside if row.y - row.size / 3 <= o.y < low - 1)
    if wide:
        top = [o for o in beside if o.y < heights[0] - 1 and all(o not in band[1] for band in bands)]
        bands.insert(0, ([], top))
    else:
        bands = [([], list(beside))]
    for across, columns in bands:
        yield from _column(across, -1, page)
        yield from _column([o for o in columns if side(o, gutter) == 0], 0, page)
        yield from _column([o for o in columns if side(o, gutter) == 1], 1, page)


def _column(lines: Sequence[TextLine], column: int, page: int) -> Iterator[FlowRow]:
    """The rows of a column."""
    if not lines:
        return
    text = [line for line in lines if line.letters >= LETTERS] or lines
    lefts, rights = Counter(round(line.left) for line in text), sorted(line.right for line in text)
    left = min(x for x, n in lefts.items() if n >= max(lefts.values()) / 3)
    edges = (float(left), rights[min(len(rights) - 1, int(0.9 * len(rights)))])
    above = None
    for row in rows(line for line in lines if not _counts(line, text)):
        yield FlowRow(row, page, column, edges, row.y - above if above is not None else float("inf"))
        above = row.y


def _counts(line: TextLine, text: Sequence[TextLine]) -> bool:
    """Whether a line is the number of a line, small and beside the text."""
    return line.text.isdigit() and line.size < NOTE * text[0].size and line.right <= min(one.left for one in text)


def _without_notes(found: Sequence[FlowRow], page: DrawnPage, size: float) -> tuple[list[FlowRow], list[list[FlowRow]]]:
    """The rows without the notes at the foot of their columns, and these."""
    notes: list[list[FlowRow]] = []
    gone: set[int] = set()
    for column in dict.fromkeys(row.column for row in found):
        own = [row for row in found if row.column == column]
        start = len(own)
        while start and own[start - 1].size < NOTE * size and own[start - 1].y > 0.3 * page.page.height:
            start -= 1
        last = own[start:]
        if not last:
            continue
        signs = [at for at, row in enumerate(last) if _bears_sign(row)]
        rules = (r for r in page.rules if 30 < r.right - r.left < 0.6 * page.page.width and r.left < last[0].right)
        if not signs and any(0 < last[0].y - rule.top < 2.5 * size for rule in rules):
            signs = [0]
        for at, end in pairwise([*signs, len(last)]):
            notes.append(last[at:end])
            gone.update(id(row) for row in last[at:end])
    return [row for row in found if id(row) not in gone], notes


def _bears_sign(row: FlowRow) -> bool:
    """Whether a row starts with the sign of a note: raised, or alone before the text."""
    chars = row.row.chars
    if not _SIGN.match(chars[0].text):
        return False
    return chars[0].raised or not chars[0].text.isdigit() or (len(chars) > 2 and chars[1].text.isalpha())
