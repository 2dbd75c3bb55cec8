"""The cells of a table of a PDF: gaps between words give columns, rules give the head and what its cells span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from kg.model import Cell
from kg.sources.body.pdffloats import Frame
from kg.sources.body.pdfgrid import NUMBER, SPACE, GridWords, Space, extents, joined, placed, spaces, words
from kg.sources.body.pdflabels import labelled
from kg.sources.body.pdfpages import Box
from kg.sources.body.pdftableheads import headed, levels, line_cells
from kg.sources.layout.blocks import rows

_EDGE = 9.0  # points by which a rule of full width may miss the edge of the table
_WHOLE = 0.8  # share of the width that rules at one height cover, of full width together
_FEW_NUMBERS = 0.3  # share of the cells of a column that names rows
_NUMBERS = 2  # rows of numbers between the first two rules, at most, if these hold the head
_SAME = 0.6  # share of the words of a head that a row repeats, if it is a head
_SET_UP = 3  # rows below a head that make its columns differ, at most
_FULL = 0.75  # share of the columns with cells in a row that begins a part
_WORDS = 0.8  # share of words in a column that names what stands right of it

Row = list[GridWords]


@dataclass
class _Stack:
    """One of the tables that stand below each other: lines of its head, its title, and the rows between rules."""

    head: list[Row]
    title: Row = field(default_factory=list)
    parts: list[list[Row]] = field(default_factory=list)


def cells(frames: Sequence[Frame]) -> list[Cell]:
    """The cells of a table, all its parts one below the other."""
    out: list[Cell] = []
    below = 0
    for frame in frames:
        grid = _grid(frame)
        for at, row in enumerate(grid):
            out += (Cell(below + at, o.first, o.text, o.rows, o.last - o.first + 1, o.head, o.bold) for o in row)
        below += len(grid)
    return out


def _grid(frame: Frame) -> list[Row]:
    """The rows of a frame."""
    found = [(row, made) for row in rows(frame.lines) if (made := words(row))]
    if not found:
        return []
    em = median(row.size for row, _ in found)
    lines = [line for _, line in found]
    inner = [rule for rule in frame.rules if frame.box.top + 2 < rule.top < frame.box.bottom - 2]
    parts = _parts(lines, _whole(inner, frame.box))
    body = [row for part in parts[1:] for row in part]
    bounds = spaces(body, em) if len(body) > 1 else []
    bounds = bounds or spaces(lines, em)
    labels = _labels(parts[1:] or parts, bounds, em)
    bounds = sorted([*bounds, *labels])
    if len(parts) == 1:
        parts = _without_rule(parts[0], bounds)
    top = _top(parts, bounds, em)
    return _Table(parts[top:], bounds, inner, em, 1 + len(labels)).rows(
        [row for part in parts[:top] for row in part], _title(frame)
    )


def _title(frame: Frame) -> Row:
    """The words above one of several tables with a common caption: "(a) 7B"."""
    return [word for row in rows(frame.title) for word in words(row)]


def _whole(inner: Sequence[Box], box: Box) -> list[float]:
    """The heights at which rules reach from edge to edge, in one piece or in several."""
    levels: list[list[Box]] = []
    for rule in sorted(inner, key=lambda rule: rule.top):
        if levels and rule.top - levels[-1][0].top < 1:
            levels[-1].append(rule)
        else:
            levels.append([rule])
    out: list[float] = []
    for level in levels:
        left, right = min(r.left for r in level), max(r.right for r in level)
        is_covered = sum(r.right - r.left for r in level) > _WHOLE * (box.right - box.left)
        if is_covered and left < box.left + _EDGE and right > box.right - _EDGE:
            out.append(level[0].top)
    return out


def _parts(made: Sequence[Row], whole: Sequence[float]) -> list[list[Row]]:
    """The rows between the rules of full width."""
    out: list[list[Row]] = [[]]
    ends = list(whole)
    for row in made:
        while ends and row[0].y > ends[0]:
            ends.pop(0)
            out.append([])
        out[-1].append(row)
    return [part for part in out if part]


def _labels(parts: Sequence[Sequence[Row]], bounds: Sequence[Space], em: float) -> list[Space]:
    """The space behind labels of several rows, where it shows only in the part between two rules that has them."""
    end = bounds[0][0] if bounds else 0.0
    for part in parts:
        own = [[word for word in row if word.right <= end + 1] for row in part]
        full = [row for row, whole in zip(own, part, strict=True) if row and len(row) < len(whole)]
        first = min((row[-1].left for row in full), default=0.0)
        low = max((word.right for row in own for word in row if word.right < first), default=0.0)
        high = min((word.left for row in own for word in row if word.left > low), default=0.0)
        left = [row for row in own if any(word.right <= low for word in row)]
        is_free = not any(word.left < low < word.right for row in own for word in row)
        if len(full) > 1 and low and high - low > SPACE * em and is_free and len(left) < len(full):
            return [(low, high)]
    return []


def _without_rule(part: Sequence[Row], bounds: Sequence[Space]) -> list[list[Row]]:
    """The head and the rest of a table without rules: its first rows, up to that with a number behind its label."""
    first = bounds[0][1] if bounds else 0.0
    for at, row in enumerate(part):
        if any(NUMBER.fullmatch(word.text) for word in row if word.left >= first - 1):
            return [list(part[:at]), list(part[at:])] if at else [list(part)]
    return [list(part[:1]), list(part[1:])] if len(part) > 1 else [list(part)]


def _top(parts: list[list[Row]], bounds: Sequence[Space], em: float) -> int:
    """How many parts are the head of the table."""
    if len(parts) < 2:
        return 0
    if sum(2 * sum(_is_numeric(word.text) for word in row) > len(row) for row in parts[0]) > _NUMBERS:
        parts[:1] = _without_rule(parts[0], bounds)
    top = 1
    while top < len(parts) - 1 and _names_columns(parts[top], bounds, em):
        top += 1
    return top


def _names_columns(part: Sequence[Row], bounds: Sequence[Space], em: float) -> bool:
    """Whether the rows between two rules name columns: no number stands among them, and they are many."""
    made = [word for row in part for word in row]
    count = max(joined(row, em) for row in part)
    return len(part) < 3 and count > len(bounds) / 2 and not any(NUMBER.fullmatch(word.text) for word in made)


def _naming(body: Sequence[Row]) -> int:
    """How many columns at the left name the rows: the first, and those behind it that hold few numbers."""
    most = max((one.last for row in body for one in row), default=0)
    for column in range(1, most + 1):
        texts = [one.text for row in body for one in row if one.first == column]
        if not texts or sum(map(_is_numeric, texts)) > _FEW_NUMBERS * len(texts):
            return column
    return 1


def _is_numeric(text: str) -> bool:
    """Whether a cell has as many digits as letters, as a number with its unit."""
    return 2 * sum(map(str.isdigit, text)) >= sum(map(str.isalnum, text))


class _Table:
    """The columns of a table, and the rows that are set in them."""

    def __init__(
        self, parts: Sequence[list[Row]], bounds: Sequence[Space], rules: Sequence[Box], em: float, named: int
    ) -> None:
        self.parts, self.bounds, self.rules, self.em = parts, bounds, rules, em
        made = [row for part in parts for row in part]
        body = [placed(row, bounds, em) for row in made]
        edges = (min(word.left for row in made for word in row), max(word.right for row in made for word in row))
        self.columns = extents(body, bounds, edges)
        self.named = max(named, _naming(body))
        wide = _FULL * len(self.columns)
        #: Whether each part between two rules is one row of the table, of several lines.
        self.is_ruled = len(parts) > 2 and all(
            len(part) == 1 or sum(joined(row, em) >= wide for row in part) == 1 for part in parts
        )

    def rows(self, head: list[Row], title: Row) -> list[Row]:
        """All rows: those of tables that stand below each other, and of tables beside each other, one by one."""
        out: list[Row] = []
        for one in self._stacks(head, title):
            ys = [word.y for row in one.head for word in row]
            near = [rule for rule in self.rules if ys and min(ys) < rule.top < max(ys) + 2 * self.em]
            out += headed(one.head, self.columns, near, self.em, self.named)
            out += self._set_up(out, one.parts)
            if one.title:
                out.append([self._across(one.title)])
            for part in one.parts:
                out += self._body(part)
        return list(_beside(out, self.named, len(self.columns)))

    def _stacks(self, head: list[Row], title: Row) -> list[_Stack]:
        """The tables below each other: a row of the same words as the head is the head of the next."""
        known = Counter(word.text for word in head[-1]) if head else Counter[str]()
        out = [_Stack(head, title)]
        for part in self.parts:
            out[-1].parts.append([])
            for row in part:
                last = out[-1]
                same = (known & Counter(word.text for word in row)).total()
                if same < 3 or same <= _SAME * max(len(row), known.total()):
                    last.parts[-1].append(row)
                elif not any(last.parts):
                    last.head.append(row)
                else:
                    before = [row for part in last.parts for row in part][-1]
                    is_title = joined(before, self.em) == 1
                    last.parts = [[row for row in part if row is not before or not is_title] for part in last.parts]
                    out.append(_Stack([row], before if is_title else [], [[]]))
        firsts = [one.head[-1][0].text for one in out if one.head]
        for one in out:
            one.parts = [part for part in one.parts if part]
            if len(set(firsts)) > 1 and not one.title:  # "7B | bit | W2", "13B | bit | W2"
                one.title = [replace(one.head[-1][0])]
        return out

    def _across(self, row: Row) -> GridWords:
        """A row that names those below it, as one cell."""
        out = replace(row[0], first=0, last=len(self.columns) - 1, head=True)
        for word in row[1:]:
            out.add(word)
        return out

    def _set_up(self, head: Sequence[Row], parts: list[list[Row]]) -> list[Row]:
        """The rows below a rule that tell columns of the same heads apart, such as sizes of models of one name."""
        paths = {
            at: tuple(o.text for row in head for o in row if o.first <= at <= o.last) for at in range(len(self.columns))
        }
        values = {at: path for at, path in paths.items() if at >= self.named}
        if (
            len(parts) < 2
            or len(parts[0]) > _SET_UP
            or not all(values.values())
            or len(set(values.values())) == len(values)
        ):
            return []
        out: list[Row] = []
        for row in parts[0]:
            out.append(self._placed(row))
            for one in out[-1]:
                one.head = True
            values = {at: (*path, *(o.text for o in out[-1] if o.first <= at <= o.last)) for at, path in values.items()}
            if len(set(values.values())) == len(values):
                parts[0] = parts[0][len(out) :]
                return out
        return []

    def _placed(self, row: Row) -> Row:
        """The cells of a row; one over several columns may be several that stand close together."""
        out = placed(row, self.bounds, self.em)
        if any(one.first < one.last and one.last >= self.named for one in out) and joined(row, self.em) > 1:
            return line_cells(row, self.columns, set(), (), self.em) or out
        return out

    def _body(self, lines: Sequence[Row]) -> list[Row]:
        """The rows between two rules."""
        part = [self._placed(row) for row in lines]
        is_lone = len(part) == 1 and len(part[0]) == 1
        part = [_one_row(part)] if self.is_ruled and part else _merged(part)
        for column in range(self.named):
            beside = [rule.top for rule in self.rules if rule.left < self.columns[column][1]]
            part = labelled(part, column, beside)
        for row in part:
            for one in row:
                one.head = one.head or is_lone or (one.first < self.named and not NUMBER.fullmatch(one.text))
        return part


def _one_row(part: Sequence[Row]) -> Row:
    """A row of several lines."""
    out: dict[int, GridWords] = {}
    for one in (one for row in part for one in row):
        if one.first in out:
            out[one.first].add(one)
        else:
            out[one.first] = one
    return [out[at] for at in sorted(out)]


def _merged(part: list[Row]) -> list[Row]:
    """Rows without those that go on with the cells above them, which are joined to these."""
    steps = [b[0].y - a[0].y for a, b in pairwise(part)]
    usual = median(steps) if steps else 0.0
    start, most = min((row[0].first for row in part), default=0), max(map(len, part), default=0)
    out: list[Row] = []
    for at, made in enumerate(part):
        is_near = bool(out) and steps[at - 1] < 1.05 * usual
        is_part = made[0].first > start and 2 * len(made) <= most
        if is_near and is_part and not any(c.isdigit() for one in made for c in one.text):
            out[-1] = _one_row([out[-1], made])
        else:
            out.append(made)
    return out


def _beside(made: list[Row], named: int, count: int) -> Iterator[Row]:
    """Rows in which a column of words in the middle begins a table of its own, whose rows follow those of the first."""
    start = next((at for at in range(named + 1, count - 1) if _begins(made, at)), None)
    if start is None:
        yield from made
        return
    yield from filter(None, ([one for one in row if one.first < start] for row in made))
    right = [
        [replace(one, first=one.first - start, last=one.last - start) for one in row if one.first >= start]
        for row in made
    ]
    for row in right:
        for one in row:
            is_over = one.head and one.first == 0 < one.last
            one.first, one.head = (1 if is_over else one.first), one.head or one.first == 0
    right = [row for row in right if row]
    top = _head_rows(right)
    right[:top] = levels([one for row in right[:top] for one in row])
    yield from _beside(right, 1, count - start)


def _head_rows(made: Sequence[Row]) -> int:
    """How many rows at the top have heads only."""
    return next((at for at, row in enumerate(made) if not all(one.head for one in row)), 0)


def _begins(made: Sequence[Row], at: int) -> bool:
    """Whether a column names what is right of it: words below a head that is empty or that of the first column."""
    own = [one for row in made for one in row if one.first == at == one.last]
    names = {one.first: one.text for row in made[: _head_rows(made)] for one in row if one.first == one.last}
    texts = [one.text for one in own if not one.head]
    beside = [o.text for row in made for o in row if o.first in (at - 1, at + 1) and not o.head]
    is_wordy = sum(not _is_numeric(text) and any(map(str.isalpha, text)) for text in texts) > _WORDS * len(texts)
    is_numeric = sum(map(_is_numeric, beside)) > (1 - _FEW_NUMBERS) * len(beside)
    return len(texts) > 1 and is_wordy and is_numeric and names.get(at) in (None, names.get(0))
