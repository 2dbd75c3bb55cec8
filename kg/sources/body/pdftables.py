"""The cells of a table of a PDF: gaps between words give columns, rules give the head and what its cells span."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from kg.model import Cell
from kg.sources.body.pdffloats import Frame
from kg.sources.body.pdfpages import Box
from kg.sources.layout.blocks import TextRow, rows

_NUMBER = re.compile(r"[>~<≈±+\-−–]?\d[\d,.]*[%×xKMBGT]?|[-—–]|N/?A", re.I)
_GAP = 0.33  # em; least gap of two words of a cell in numbers
_SPACE = 0.6  # em; of other words
_LEAST = 3  # points between two columns
_FILLED = 0.12  # share of the rows that may cross the space between two columns
_MANY = 0.5  # share of the most cells of a row, in rows that show the columns
_BELOW = 0.95  # em; from a cell of the head down to the rule that shows its span
_MARGIN = 4.0  # points around a table
_TOUCHED = 0.12  # share of a cell that reaches into a column without covering it
_FEW_NUMBERS = 0.3  # share of the cells of a column that names rows


@dataclass
class GridWords:
    """Words that stand together in a row, and the columns that they cover."""

    text: str
    left: float
    right: float
    bold: bool
    first: int = 0
    last: int = 0
    rows: int = 1


def cells(frames: Sequence[Frame]) -> list[Cell]:
    """The cells of a table, all its parts one below the other."""
    out: list[Cell] = []
    below = 0
    for frame in frames:
        grid, heads = _grid(frame)
        named = _naming([row for at, row in enumerate(grid) if at not in heads])
        for at, row in enumerate(grid):
            for one in row:
                is_head = at in heads or (one.first < named and not _NUMBER.fullmatch(one.text))
                out.append(Cell(below + at, one.first, one.text, one.rows, one.last - one.first + 1, is_head, one.bold))
        below += len(grid)
    return out


def _naming(body: Sequence[Sequence[GridWords]]) -> int:
    """How many columns at the left name the rows: the first, and those behind it that hold few numbers."""
    most = max((one.last for row in body for one in row), default=0)
    for column in range(1, most):
        texts = [one.text for row in body for one in row if one.first == column]
        if not texts or sum(any(map(str.isdigit, text)) for text in texts) > _FEW_NUMBERS * len(texts):
            return column
    return 1


def _grid(frame: Frame) -> tuple[list[list[GridWords]], set[int]]:
    """The rows of a frame, and which of them are its heads."""
    own = rows(frame.lines)
    top, bottom = frame.box.top + 2, frame.box.bottom - 2
    wide = frame.box.right - frame.box.left
    inner = [rule for rule in frame.rules if top < rule.top < bottom]
    whole = sorted({round(rule.top, 1) for rule in inner if rule.right - rule.left > 0.93 * wide})
    short = [rule for rule in inner if rule.right - rule.left <= 0.93 * wide]
    parts = _parts(own, whole)
    body = [row for part in parts[1:] for row in part]
    bounds = _columns(body if len(body) > 1 else own, frame.box) or _columns(own, frame.box)
    out: list[list[GridWords]] = []
    heads: set[int] = set()
    for at, part in enumerate(parts):
        grid = [_placed(row, bounds) for row in part]
        is_head = len(parts) > 1 and (not at or _is_head(part, grid, len(bounds)))
        if is_head:
            for row, made in zip(part, grid, strict=True):
                for one in made:
                    _span(one, row, short, bounds)
            heads.update(range(len(out), len(out) + len(grid)))
            out += grid
        else:
            out += _labelled(_merged(part, grid))
    return out, heads


def _parts(own: Sequence[TextRow], whole: Sequence[float]) -> list[list[TextRow]]:
    """The rows between the rules of full width."""
    out: list[list[TextRow]] = [[]]
    ends = list(whole)
    for row in own:
        while ends and row.y > ends[0]:
            ends.pop(0)
            out.append([])
        out[-1].append(row)
    return [part for part in out if part]


def _is_head(part: Sequence[TextRow], grid: Sequence[Sequence[GridWords]], bounds: int) -> bool:
    """Whether rows between two rules are a head: the only cell names what follows, or no cell is a number."""
    made = [one for row in grid for one in row]
    if len(part) > 2 or not bounds:
        return False
    return len(made) == 1 or (len(made) > bounds / 2 and not any(_NUMBER.fullmatch(one.text) for one in made))


def _words(row: TextRow, split: bool = False) -> list[GridWords]:
    """The words of a row; with `split`, those that stand close together as one."""
    out: list[GridWords] = []
    em = row.size
    for line in sorted(row.lines, key=lambda line: line.left):
        is_first = True
        for char in line.chars:
            if not is_first and not char.space and out:
                last = out[-1]
                last.text, last.right, last.bold = (
                    last.text + char.text,
                    max(last.right, char.right),
                    last.bold and (char.font.bold or not char.text.isalnum()),
                )
            else:
                out.append(GridWords(char.text, char.left, char.right, char.font.bold or not char.text.isalnum()))
            is_first = False
    if not split:
        return out
    joined: list[GridWords] = []
    for word in out:
        if joined:
            gap = word.left - joined[-1].right
            both = _NUMBER.fullmatch(word.text) and _NUMBER.fullmatch(joined[-1].text.rpartition(" ")[2])
            if gap < _GAP * em or (gap < _SPACE * em and not both):
                joined[-1].text += f" {word.text}"
                joined[-1].right = word.right
                continue
        joined.append(GridWords(word.text, word.left, word.right, word.bold))
    return joined


def _columns(own: Sequence[TextRow], box: Box) -> list[tuple[float, float]]:
    """The spaces between columns, from left to right."""
    counts = [len(_words(row, split=True)) for row in own]
    if not counts or max(counts) < 2:
        return []
    shown = [row for row, count in zip(own, counts, strict=True) if count >= max(2, _MANY * max(counts))]
    start = min([box.left, *(row.left for row in shown)]) - _MARGIN
    end = max([box.right, *(row.right for row in shown)]) + _MARGIN
    covered = [0] * (int(end - start) + 3)
    for row in shown:
        for word in _words(row, split=True):
            for x in range(max(0, int(word.left - start)), min(len(covered), math.ceil(word.right - start) + 1)):
                covered[x] += 1
    out: list[tuple[float, float]] = []
    first = None
    for x, count in enumerate([*covered, len(shown) + 1]):
        if count <= _FILLED * len(shown):
            first = x if first is None else first
        elif first is not None:
            if first > 0 and x < len(covered) and x - first >= _LEAST:
                out.append((start + first, start + x))
            first = None
    return out


def _column(x: float, bounds: Sequence[tuple[float, float]]) -> int:
    return sum(x > (left + right) / 2 for left, right in bounds)


def _placed(row: TextRow, bounds: Sequence[tuple[float, float]]) -> list[GridWords]:
    """The cells of a row with their columns."""
    out: list[GridWords] = []
    for word in _words(row):
        word.first, word.last = _column(word.left + 1, bounds), _column(word.right - 1, bounds)
        last = out[-1] if out else None
        if last:
            gap = word.left - last.right
            is_parted = any(left < word.left and right > last.right for left, right in bounds[last.last : word.first])
            is_near = gap < _SPACE * row.size
            is_own = (word.first == last.last and last.first == last.last) or gap < 0.12 * row.size
            if is_own or (is_near and (not is_parted or word.first <= last.last)):
                last.text += f" {word.text}" if gap > 0.1 * row.size else word.text
                last.last, last.right, last.bold = max(last.last, word.last), word.right, last.bold and word.bold
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


def _span(one: GridWords, row: TextRow, short: Sequence[Box], bounds: Sequence[tuple[float, float]]) -> None:
    """Widen a cell of the head to the columns above whose rule it stands."""
    for rule in short:
        shared = min(rule.right, one.right) - max(rule.left, one.left)
        if 0 < rule.top - row.y < _BELOW * row.size and shared > 0.5 * (one.right - one.left):
            one.first = min(one.first, _column(rule.left + 3, bounds))
            one.last = max(one.last, _column(rule.right - 3, bounds))


def _merged(part: Sequence[TextRow], grid: Sequence[list[GridWords]]) -> list[list[GridWords]]:
    """Rows without those that go on with the cells above them, which are joined to these."""
    steps = [b.y - a.y for a, b in pairwise(part)]
    usual = median(steps) if steps else 0.0
    out: list[list[GridWords]] = []
    for at, made in enumerate(grid):
        is_near = bool(out) and part[at].y - part[at - 1].y < 1.05 * usual
        if is_near and made[0].first > 0 and not any(c.isdigit() for one in made for c in one.text):
            for one in made:
                same = next((old for old in out[-1] if old.first == one.first), None)
                if same:
                    same.text += f" {one.text}"
                else:
                    out[-1].append(one)
        else:
            out.append(made)
    return out


def _labelled(part: list[list[GridWords]]) -> list[list[GridWords]]:
    """Rows in which a label at the left that names several of them spans these; it may be set at their middle."""
    labels = [row[0] for row in part if row[0].first == 0]
    data = [row for row in part if row[-1].last > 0]
    if len(data) < 2 or not labels or len(labels) == len(part) == len(data):
        return part
    if part[0][0].first > 0 or part[0][-1].last == 0:  # set at the middle: the rows have one label
        places = [at for at, row in enumerate(part) if row[0].first == 0]
        if len(data) < len(labels) or (len(places) > 3 and places[-1] - places[0] >= len(places) + 2):
            return part
        label = labels[0]
        label.text, label.rows = " ".join(one.text for one in labels), len(data)
        bare = [[one for one in row if one.first > 0] for row in data]
        return [[label, *bare[0]], *bare[1:]]
    for at, row in enumerate(part):
        if row[0].first == 0:
            row[0].rows = next((n for n in range(at + 1, len(part)) if part[n][0].first == 0), len(part)) - at
    return part
