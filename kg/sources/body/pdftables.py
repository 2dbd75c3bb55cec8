"""The cells of a table of a PDF: gaps between words give columns, rules give the head and what its cells span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from statistics import median

from kg.model import Cell
from kg.sources.body.pdffloats import Frame
from kg.sources.body.pdfgrid import NUMBER, SPACE, GridWords, Row, Space, columns, count_cells, words
from kg.sources.body.pdflabels import labelled, stand_between
from kg.sources.body.pdfpages import Box
from kg.sources.body.pdftableheads import Columns, levels
from kg.sources.layout.blocks import rows

_EDGE = 9.0  # points by which a rule of full width may miss the edge of the table
_WHOLE = 0.8  # share of the width that rules at one height cover, of full width together
_FEW_NUMBERS = 0.3  # share of the cells of a column that names rows
_NUMBERS = 2  # rows of numbers between the first two rules, at most, if these hold the head
_SAME = 0.6  # share of the words of a head that a row repeats, if it is a head
_SET_UP = 3  # rows below a head that make its columns differ, at most
_FULL = 0.75  # share of the columns with cells in a row that begins a part
_SIGNS = '!"#$&;?@\\^\ufffd'
_MOST_SIGNS = 8  # of a font of a table, which has more of other characters
_ONE = 0.5  # share of the parts of several rows that have one label, if the labels of the others are one, too
_LINES = 4  # of a label
_WORDS = 0.8  # share of words in a column that names what stands right of it


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
    for frame in frames if _is_readable(frames) else ():
        grid = _grid(frame)
        for at, row in enumerate(grid):
            out += (Cell(below + at, o.first, o.text, o.rows, o.last - o.first + 1, o.head, o.bold) for o in row)
        below += len(grid)
    return out


def _is_readable(frames: Sequence[Frame]) -> bool:
    """Whether no font of a table lacks a map to characters, so that its words are rows of signs: "P!"#$"."""
    lines = [line for frame in frames for line in frame.lines if any(sign in line.text for sign in _SIGNS)]
    counts: dict[str, Counter[bool]] = {}
    for char in (char for line in lines for char in line.chars):
        counts.setdefault(char.font.name, Counter())[char.text in _SIGNS] += 1
    return not any(count[True] > max(_MOST_SIGNS, count[False]) for count in counts.values())


def _grid(frame: Frame) -> list[Row]:
    """The rows of a frame."""
    found = [(row, made) for row in rows(frame.lines) if (made := words(row))]
    if not found:
        return []
    em = median(row.size for row, _ in found)
    inner = [rule for rule in frame.rules if frame.box.top + 2 < rule.top < frame.box.bottom - 2]
    parts = _parts([line for _, line in found], _whole(inner, frame.box))
    body = [row for part in parts[1:] for row in part]
    edges = columns(body, em) if len(body) > 1 else []
    edges = edges if len(edges) > 1 else columns([line for _, line in found], em)
    split = _labels(parts[1:] or parts, edges[0][1], em)
    if split:
        edges = [(edges[0][0], split[0]), (split[1], edges[0][1]), *edges[1:]]
    top = _top(parts, edges, em)
    table = Columns(edges, 1 + bool(split), inner, em)
    return _Table(parts[top:], table).rows([row for part in parts[:top] for row in part], _title(frame))


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


def _labels(parts: Sequence[Sequence[Row]], end: float, em: float) -> Space | None:
    """The space behind labels of several rows, where it shows only in the part between two rules that has them."""
    for part in parts:
        own = [[word for word in row if word.right <= end + 1] for row in part]
        full = [row for row, whole in zip(own, part, strict=True) if row and len(row) < len(whole)]
        first = min((row[-1].left for row in full), default=0.0)
        low = max((word.right for row in own for word in row if word.right < first), default=0.0)
        high = min((word.left for row in own for word in row if word.left > low), default=0.0)
        left = [row for row in own if any(word.right <= low for word in row)]
        is_free = not any(word.left < low < word.right for row in own for word in row)
        if len(full) > 1 and low and high - low > SPACE * em and is_free and len(left) < len(full):
            return low, high
    return None


def _top(parts: list[list[Row]], edges: Sequence[Space], em: float) -> int:
    """How many parts are the head of the table; if no rule stands below the head, its rows become a part."""
    if len(parts) < 2 or sum(2 * sum(map(_is_numeric, row)) > len(row) for row in parts[0]) > _NUMBERS:
        start = edges[1][0] - 1 if len(edges) > 1 else 0.0
        part = parts[0]
        values = (at for at, row in enumerate(part) if any(NUMBER.fullmatch(o.text) for o in row if o.left >= start))
        first = next(values, 1)
        if not 0 < first < len(part):
            return 0
        parts[:1] = [part[:first], part[first:]]
    top = 1
    while top < len(parts) - 1 and _names_columns(parts[top], edges, em):
        top += 1
    return top


def _names_columns(part: Sequence[Row], edges: Sequence[Space], em: float) -> bool:
    """Whether the rows between two rules name columns: no number stands among them, and they are many."""
    if max(count_cells(row, em) for row in part) < 2:
        return False  # a title of the rows below
    most = max(sum(any(o.left < right and left < o.right for o in row) for left, right in edges) for row in part)
    return (
        len(part) < 3 and 2 * most > len(edges) - 1 and not any(NUMBER.fullmatch(o.text) for row in part for o in row)
    )


def _naming(body: Sequence[Row]) -> int:
    """How many columns at the left name the rows: the first, and those behind it that hold few numbers."""
    most = max((one.last for row in body for one in row), default=0)
    for column in range(1, most + 1):
        own = [one for row in body for one in row if one.first == column]
        if sum(map(_is_numeric, own)) > _FEW_NUMBERS * len(own) or not own:
            return column
    return 1


def _is_numeric(one: GridWords) -> bool:
    """Whether a cell has as many digits as letters, as a number with its unit."""
    return 2 * sum(map(str.isdigit, one.text)) >= sum(map(str.isalnum, one.text))


class _Table:
    """The rows of a table, set in its columns."""

    def __init__(self, parts: Sequence[list[Row]], columns: Columns) -> None:
        self.parts, self.columns = parts, columns
        self.em, self.count = columns.em, len(columns.edges)
        columns.named = max(columns.named, _naming([columns.plain(row, far=True) for part in parts for row in part]))
        full = [[count_cells(row, self.em) >= _FULL * self.count for row in part] for part in parts]
        #: Whether each part between two rules is one row of the table, of several lines.
        self.is_ruled = len(parts) > 2 and all(len(part) == 1 or sum(part) == 1 for part in full)

    def rows(self, head: list[Row], title: Row) -> list[Row]:
        """All rows: those of tables that stand below each other, and of tables beside each other, one by one."""
        out: list[Row] = []
        for one in self._stacks(head, title):
            out += self.columns.headed(one.head)
            out += self._set_up(out, one.parts)
            if one.title:
                out.append([self._across(one.title)])
            out += self._joined([self._body(part) for part in one.parts])
        return list(_beside(out, self.columns.named, self.count))

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
                    is_title = count_cells(before, self.em) == 1
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
        out = replace(row[0], first=0, last=self.count - 1, head=True)
        for word in row[1:]:
            out.add(word)
        return out

    def _set_up(self, head: Sequence[Row], parts: list[list[Row]]) -> list[Row]:
        """The rows below a rule that tell columns of the same heads apart, such as sizes of models of one name."""
        values = range(self.columns.named, self.count)
        paths = {at: tuple(o.text for row in head for o in row if o.first <= at <= o.last) for at in values}
        if len(parts) < 2 or len(parts[0]) > _SET_UP or not all(paths.values()):
            return []
        out: list[Row] = []
        for row in parts[0]:
            if len(set(paths.values())) == len(paths) and (not out or any(NUMBER.fullmatch(o.text) for o in row)):
                break
            out.append([replace(one, head=True) for one in self.columns.place(row)])
            paths = {at: (*path, *(o.text for o in out[-1] if o.first <= at <= o.last)) for at, path in paths.items()}
        if len(set(paths.values())) < len(paths):
            return []
        parts[0] = parts[0][len(out) :]
        return out

    def _joined(self, parts: list[list[Row]]) -> Iterator[Row]:
        """The rows of all parts; where most parts have one label in a column, labels of several lines are one, too."""
        for column in range(self.columns.named - 1):
            labels = [[one for row in part for one in row if one.first == column == one.last] for part in parts]
            several = [len(own) for own, part in zip(labels, parts, strict=True) if len(part) > 1]
            if several.count(1) <= _ONE * len(several):
                continue
            for own, part in zip(labels, parts, strict=True):
                beside = [row[1].first for row in part if len(row) > 1]
                if 1 < len(own) == len(part) == beside.count(column + 1) <= _LINES:
                    for row in part[1:]:
                        own[0].add(row.pop(0))
                    own[0].rows = len(part)
        return chain.from_iterable(parts)

    def _body(self, lines: Sequence[Row]) -> list[Row]:
        """The rows between two rules."""
        named, edges = self.columns.named, self.columns.edges
        is_lone = len(lines) == 1 and count_cells(lines[0], self.em) == 1
        part = [self.columns.place(row, range(named)) for row in lines]
        for at, (row, line) in enumerate(zip(part, lines, strict=True)):
            is_mid = abs(line[0].left + line[-1].right - edges[0][0] - edges[-1][1]) < 2 * self.em
            if count_cells(line, self.em) == 1 and row[0].first and (is_lone or is_mid):
                part[at] = [self._across(line)]  # "Knowledge" over the middle of the table
        part = [_one_row(part)] if self.is_ruled and part else _merged(part)
        while named < self.count - 1 and stand_between(part, named):
            named += 1  # a size at the middle of its rows
        for column in range(named):
            beside = [rule.top for rule in self.columns.rules if rule.left < edges[column][1]]
            part = labelled(part, column, named, beside)
        for row in part:
            for one in row:
                one.bold = one.bold and any(map(str.isalnum, one.text))
                one.head = one.head or is_lone or (one.first < self.columns.named and not NUMBER.fullmatch(one.text))
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
    names = {one.first: one.text for row in made[: _head_rows(made)] for one in row if one.first == one.last}
    values = [one for row in made for one in row if not one.head]
    own = [one for one in values if one.first == at == one.last]
    beside = [one for one in values if one.first in (at - 1, at + 1)]
    is_wordy = sum(not _is_numeric(one) and any(map(str.isalpha, one.text)) for one in own) > _WORDS * len(own)
    is_numeric = sum(map(_is_numeric, beside)) > (1 - _FEW_NUMBERS) * len(beside)
    return len(own) > 1 and is_wordy and is_numeric and names.get(at) in (None, names.get(0))
