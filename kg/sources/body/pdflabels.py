"""Labels of several rows of a table of a PDF: set at the first of these, or at their middle."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from kg.sources.body.pdfgrid import GridWords

_HALF = 0.75  # of the distance of rows: a label that is nearer stands between them
_MISFIT = 0.6  # of the distance of rows, by which labels miss the middle of their rows on the average
_MOST = 1_000_000  # ways to set labels beside rows; a table of 50 rows has 25,000
_LINES = 4  # of a label
_NEXT = 1.6  # of the distance of rows, between two lines of a label


def stand_between(part: Sequence[list[GridWords]], column: int) -> bool:
    """Whether rows end with this column at heights between those of the rows that go on."""
    data = [row for row in part if row[-1].first > column]
    lone = [row[-1].y for row in part if row[-1].first == row[-1].last == column]
    return len(data) > 1 and _is_between(lone, data)


def labelled(part: list[list[GridWords]], column: int, named: int, rules: Sequence[float]) -> list[list[GridWords]]:
    """Rows in which a label of a column that names several of them spans these; labels end at the heights `rules`.

    Rows of values go on behind the columns before `named`.
    """
    labels = sorted((one for row in part for one in row if one.first == column), key=lambda one: one.y)
    data = [row for row in part if row[-1].first >= named]
    if len(data) < 2 or not labels or len(labels) == len(part) == len(data):
        return part
    step = _step(data)
    lone = [one.y for row in part if row[-1].first < named for one in row if one.first == column]
    if not _is_between(lone, data) and data[0][0].first <= column:
        return _downward(part, column)
    is_one = _lines(labels, 0, step)[-1][0] == len(labels) and data[0][0].first > column
    blocks = [(labels, 0, len(data))] if is_one else _blocks(labels, [row[-1].y for row in data], step, rules)
    if not blocks:
        return _downward(part, column) if data[0][0].first <= column else part
    for row in part:
        row[:] = [one for one in row if one.first != column]
    for names, first, count in blocks:
        label = names[0]
        for name in names[1:]:
            label.add(name)
        label.rows = count
        data[first].append(label)
        data[first].sort(key=lambda one: one.first)
    return [row for row in part if row]


def _step(data: Sequence[list[GridWords]]) -> float:
    return median(b[-1].y - a[-1].y for a, b in pairwise(data))


def _is_between(lone: Sequence[float], data: Sequence[list[GridWords]]) -> bool:
    return any(min(abs(y - row[-1].y) for row in data) < _HALF * _step(data) for y in lone)


def _downward(part: list[list[GridWords]], column: int) -> list[list[GridWords]]:
    """Let each label span the rows below it without one."""
    for at, row in enumerate(part):
        own = next((one for one in row if one.first == column), None)
        if own and row[-1].first > column:
            until = (n for n in range(at + 1, len(part)) if any(one.first <= column for one in part[n]))
            own.rows = next(until, len(part)) - at
    return part


def _blocks(
    labels: Sequence[GridWords], ys: Sequence[float], step: float, rules: Sequence[float]
) -> list[tuple[list[GridWords], int, int]]:
    """The rows at whose middle each label stands: (its lines, first row, count); none if they misfit."""
    if len(labels) * len(ys) ** 2 > _MOST:
        return []
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for at in range(len(labels)):
        for row in range(len(ys)):
            if (at, row) not in best:
                continue
            for end, middle in _lines(labels, at, step):
                for until in range(row + 1, len(ys) + 1):
                    if any(ys[row] < rule < ys[until - 1] for rule in rules):
                        break
                    cost = best[at, row][0] + abs(middle - (ys[row] + ys[until - 1]) / 2) / step
                    is_near = cost <= _MISFIT * len(labels)
                    if is_near and ((end, until) not in best or cost < best[end, until][0]):
                        best[end, until] = (cost, (at, row))
    at, row = len(labels), len(ys)
    if (at, row) not in best:
        return []
    out: list[tuple[list[GridWords], int, int]] = []
    while at:
        before, first = best[at, row][1]
        out.insert(0, (list(labels[before:at]), first, row - first))
        at, row = before, first
    return out


def _lines(labels: Sequence[GridWords], at: int, step: float) -> list[tuple[int, float]]:
    """Where a label that begins with this line may end, and the height of its middle."""
    out: list[tuple[int, float]] = []
    for end in range(at + 1, min(len(labels), at + _LINES) + 1):
        if end > at + 1 and labels[end - 1].y - labels[end - 2].y > _NEXT * step:
            break
        out.append((end, (labels[at].y + labels[end - 1].y) / 2))
    return out
