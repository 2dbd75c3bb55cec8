"""The head of a table of a PDF: its words are set over the columns of the body, line by line from the lowest up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from kg.sources.body.pdfgrid import GridWords, Space, placed
from kg.sources.body.pdfpages import Box

_TIGHT = 0.3  # em; a space between words
_APART = 0.5  # em; a space between heads
_MOST = 9  # words of one line of a head
_MOST_WAYS = 60_000  # to set a line over columns; one of 30 words over 15 columns has 7,000
_OFF = 0.15  # em; by which a head may stand beside its column
_SPAN = 0.8  # cost of a head over a column that has none of its own
_OVER = 0.1  # of one over columns that have their own
_LEVEL = 0.8  # em; lines that are nearer stand beside each other
_STACK = 1.9  # em; largest distance of the lines of one head
_CENTER = 0.6  # em; by which a head may miss the middle of the columns that it spans


def headed(
    lines: Sequence[Sequence[GridWords]], columns: Sequence[Space], rules: Sequence[Box], em: float, named: int
) -> list[list[GridWords]]:
    """The rows of a head: cells over the columns, from the outermost level down.

    `rules` are those that stand between its lines; the first `named` columns hold labels of rows.
    """
    made: list[list[GridWords]] = []
    for line in reversed(lines):
        found = line_cells(line, columns, _below(line, made, em), rules, em)
        made.insert(0, found or placed(line, [(a[1], b[0]) for a, b in pairwise(columns)], em))
    for at, cells in reversed(list(enumerate(made))):
        lower = [one for row in made[at + 1 :] for one in row]
        for one in cells:
            beside = [o for row in made for o in row if o is not one and abs(o.y - one.y) < _LEVEL * em]
            _widen(one, beside, lower, columns, rules, em, named)
    cells = _stacked([one for row in made for one in row], rules, em)
    for one in cells:
        if one.first < named <= one.last and any(o.y > one.y and o.first < named for o in cells):
            one.first = named  # what stands over labels and values names the values
    return levels(cells)


def _below(line: Sequence[GridWords], made: Sequence[Sequence[GridWords]], em: float) -> set[int]:
    """The columns that have a head below this line."""
    y = max(word.y for word in line)
    return {at for row in made for one in row if one.y > y + _LEVEL * em for at in range(one.first, one.last + 1)}


def line_cells(
    line: Sequence[GridWords], columns: Sequence[Space], below: set[int], rules: Sequence[Box], em: float
) -> list[GridWords]:
    """The cells of one line: the cheapest way to part its words and to set these over columns, from left to right."""
    if len(line) * len(columns) ** 2 > _MOST_WAYS:
        return []
    best: list[dict[int, tuple[float, int, int, int]]] = [{} for _ in range(len(line) + 1)]  # cost, words, its column
    best[0][-1] = (0.0, 0, -1, -1)
    for at in range(len(line)):
        if not best[at]:
            continue
        for end in range(at + 1, min(len(line), at + _MOST) + 1):
            if end > at + 1 and line[end - 1].left - line[end - 2].right > 1.5 * em:
                break
            ways = list(_ways(line[at:end], columns, below, rules, em))
            apart = _split(line[end - 1], line[end], em) if end < len(line) else 0.0
            for before, (cost, *_) in best[at].items():
                for more, first, last in ways:
                    whole = cost + more + apart
                    if first > before and (last not in best[end] or whole < best[end][last][0]):
                        best[end][last] = (whole, at, first, before)
    if not best[-1]:
        return []
    out: list[GridWords] = []
    at, last = len(line), min(best[-1], key=lambda k: best[-1][k][0])
    while at:
        _, start, first, before = best[at][last]
        cell = replace(line[start])
        for word in line[start + 1 : at]:
            cell.add(word)
        cell.first, cell.last = first, last
        out.insert(0, cell)
        at, last = start, before
    return out


def _split(before: GridWords, word: GridWords, em: float) -> float:
    """The cost of a new head behind a narrow space."""
    return 2 * max(0.0, _APART - (word.left - before.right) / em)


def _ways(
    group: Sequence[GridWords], columns: Sequence[Space], below: set[int], rules: Sequence[Box], em: float
) -> Iterator[tuple[float, int, int]]:
    """Where words may stand as one head: the cost, the first and the last column."""
    left, right = group[0].left, group[-1].right
    inner = sum(4 * max(0.0, (b.left - a.right) / em - _TIGHT) for a, b in pairwise(group))
    touched = [max(0.0, min(right, high) - max(left, low)) for low, high in columns]
    total = sum(touched)
    for at, (low, high) in enumerate(columns):
        off = min(abs(left - low), abs(right - high), abs(left + right - low - high) / 2) / em
        yield inner + max(0.0, off - _OFF) + 2 * (total - touched[at]) / em, at, at
    ruled = next(
        (r for r in rules if 0 < r.top - group[0].y < _STACK * em and r.left < (left + right) / 2 < r.right), None
    )
    covered = [at for at, share in enumerate(touched) if share > 0]
    if len(covered) > 1:
        run = range(covered[0], covered[-1] + 1)
        cost = sum(_SPAN for at in run if at not in below)
        yield inner + max(_OVER, cost if ruled is None else _OVER), run[0], run[-1]


def _widen(
    one: GridWords,
    beside: Sequence[GridWords],
    lower: Sequence[GridWords],
    columns: Sequence[Space],
    rules: Sequence[Box],
    em: float,
    named: int,
) -> None:
    """Let a head span the columns above whose rule it stands, else those around whose middle it stands."""
    under = min(
        (o for o in lower if o.y > one.y and o.left < one.right and one.left < o.right), key=_height, default=one
    )
    if under.y - one.y < _STACK * em and under.first < under.last and abs(under.center - one.center) < _CENTER * em:
        one.first, one.last = under.first, under.last  # the next line of the same head
        return
    taken = {at for o in beside for at in range(o.first, o.last + 1)}
    heads = {at: o for o in reversed(lower) if o.first == o.last and o.y > one.y + _LEVEL * em for at in [o.first]}
    free = {at for at in heads if at not in taken and at >= named} | set(range(one.first, one.last + 1))
    low = high = one.first
    while low - 1 in free:
        low -= 1
    while high + 1 in free:
        high += 1
    for rule in rules:
        own = [at for at, (a, b) in enumerate(columns) if rule.left - 2 < (a + b) / 2 < rule.right + 2]
        if not own or len(own) == len(columns):  # below the whole head
            continue
        is_below = rule.top > one.y and not any(one.y + _LEVEL * em < o.y < rule.top for o in lower if o.first in own)
        if is_below and rule.left < one.center < rule.right:
            if not any(o.first in own for o in beside):
                one.first, one.last = min(one.first, own[0]), max(one.last, own[-1])
                return
            low, high = max(low, own[0]), min(high, own[-1])
            break
    runs = [
        (a, b)
        for a in range(low, one.first + 1)
        for b in range(max(one.last, a), high + 1)
        if b - a > one.last - one.first
    ]
    for a, b in sorted(runs, key=lambda run: run[0] - run[1]):
        left = min([columns[a][0], *(heads[a].left for _ in [0] if a in heads)])
        right = max([columns[b][1], *(heads[b].right for _ in [0] if b in heads)])
        if abs(one.center - (left + right) / 2) < _CENTER * em and set(range(a, b + 1)) <= free:
            one.first, one.last = a, b
            return


def _height(one: GridWords) -> float:
    return one.y


def _stacked(cells: Sequence[GridWords], rules: Sequence[Box], em: float) -> list[GridWords]:
    """The cells of a head, where lines over the same columns become one cell if no rule parts them."""
    out: list[GridWords] = []
    for one in sorted(cells, key=lambda one: one.y):
        above = [o for o in out if o.first <= one.last and one.first <= o.last]
        last = max(above, key=lambda o: o.y, default=None)
        is_same = last is not None and (last.first, last.last) == (one.first, one.last)
        if last and is_same and one.y - last.y < _STACK * em and not _ruled(last, one, rules):
            last.add(one)
            last.y = one.y
        else:
            out.append(one)
    return out


def _ruled(above: GridWords, below: GridWords, rules: Sequence[Box]) -> bool:
    return any(above.y < rule.top < below.y and rule.left < below.right and below.left < rule.right for rule in rules)


def levels(cells: Sequence[GridWords]) -> list[list[GridWords]]:
    """The rows of a head: a cell stands one row below the lowest that stands over it, and reaches to the next below."""
    level: dict[int, int] = {}
    over = {id(one): [o for o in cells if o.y < one.y and o.first <= one.last and one.first <= o.last] for one in cells}
    for one in sorted(cells, key=lambda one: one.y):
        level[id(one)] = 1 + max((level[id(o)] for o in over[id(one)]), default=-1)
    count = 1 + max(level.values(), default=-1)
    out: list[list[GridWords]] = [[] for _ in range(count)]
    for one in sorted(cells, key=lambda one: one.first):
        under = [level[id(o)] for o in cells if any(above is one for above in over[id(o)])]
        one.rows = min(under, default=count) - level[id(one)]
        one.head = True
        out[level[id(one)]].append(one)
    return out
