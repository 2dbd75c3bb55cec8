"""Rows of a table of a PDF set in its columns; the lines of a head one by one, from the lowest up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kg.sources.body.pdfgrid import GridWords, Row, Space
from kg.sources.body.pdfpages import Box

_TIGHT = 0.3  # em; a space between words
_APART = 0.5  # em; a space between heads
_CELL = 1.0  # em; no cell has a wider space
_OFF = 0.15  # em; by which a head may stand beside its column
_SPAN = 0.8  # cost of a head over a column that has none of its own
_OVER = 0.1  # of one over columns that have their own
_LEVEL = 0.8  # em; lines that are nearer stand beside each other
_STACK = 1.9  # em; largest distance of the lines of one head
_CENTER = 0.6  # em; by which a head may miss the middle of the columns that it spans
_MOST_WAYS = 60_000  # to set a line over columns; one of 30 words over 15 columns has 7,000


@dataclass
class Columns:
    """The columns of a table, of which the first `named` hold labels of rows, and its rules."""

    edges: Sequence[Space]
    named: int
    rules: Sequence[Box]
    em: float

    def place(self, row: Row, below: Collection[int] = (), rules: Sequence[Box] = ()) -> Row:
        """The cells of a row: each word in its column, or else the cheapest way to part words and to set them.

        `below` are columns that have a head below this row, over which a cell may stand.
        """
        if made := self.plain(row):
            return made
        best: list[dict[int, tuple[float, int, int, int]]] = [{} for _ in range(len(row) + 1)]  # cost, words, columns
        best[0][-1] = (0.0, 0, -1, -1)
        for at in range(len(row) if len(row) * len(self.edges) ** 2 < _MOST_WAYS else 0):
            for end in range(at + 1, len(row) + 1):
                if end > at + 1 and row[end - 1].left - row[end - 2].right > _CELL * self.em:
                    break
                gap = (row[end].left - row[end - 1].right) / self.em if end < len(row) else _APART
                ways = list(self._ways(row[at:end], below, rules))
                for before, (cost, *_) in best[at].items():
                    for more, first, last in ways:
                        whole = cost + more + 2 * max(0.0, _APART - gap)
                        if first > before and (last not in best[end] or whole < best[end][last][0]):
                            best[end][last] = (whole, at, first, before)
        return self._cheapest(row, best) if best[-1] else self.plain(row, far=True)

    def plain(self, row: Row, far: bool = False) -> Row:
        """The cells of a row whose words stand each within a column; with `far`, in the nearest one."""
        out: Row = []
        for word in row:
            away = [max(left - word.left, word.right - right) for left, right in self.edges]
            at = min(range(len(away)), key=away.__getitem__)
            if away[at] > 1 and not far:
                return []
            if out and at <= out[-1].last:
                out[-1].add(word)
            else:
                out.append(replace(word, first=at, last=at))
        return out

    @staticmethod
    def _cheapest(row: Row, best: Sequence[dict[int, tuple[float, int, int, int]]]) -> Row:
        out: Row = []
        at, last = len(row), min(best[-1], key=lambda k: best[-1][k][0])
        while at:
            _, start, first, before = best[at][last]
            cell = replace(row[start], first=first, last=last)
            for word in row[start + 1 : at]:
                cell.add(word)
            out.insert(0, cell)
            at, last = start, before
        return out

    def _ways(self, group: Row, below: Collection[int], rules: Sequence[Box]) -> Iterator[tuple[float, int, int]]:
        """Where words may stand as one cell: the cost, the first and the last column."""
        left, right, em = group[0].left, group[-1].right, self.em
        inner = sum(4 * max(0.0, (b.left - a.right) / em - _TIGHT) for a, b in pairwise(group))
        touched = [max(0.0, min(right, high) - max(left, low)) for low, high in self.edges]
        for at, (low, high) in enumerate(self.edges):
            off = min(abs(left - low), abs(right - high), abs(left + right - low - high) / 2) / em
            yield inner + max(0.0, off - _OFF) + 2 * (sum(touched) - touched[at]) / em, at, at
        covered = [at for at, share in enumerate(touched) if share > 0]
        if len(covered) > 1:
            run = range(covered[0], covered[-1] + 1)
            if any(0 < r.top - group[0].y < _STACK * em and r.left < left and right < r.right for r in rules):
                yield inner / 2, run[0], run[-1]
            yield inner + max(_OVER, sum(_SPAN for at in run if at not in below)), run[0], run[-1]

    def headed(self, lines: Sequence[Row]) -> list[Row]:
        """The rows of a head: cells over the columns, from the outermost level down."""
        ys = [word.y for row in lines for word in row]
        rules = [rule for rule in self.rules if ys and min(ys) < rule.top < max(ys) + 2 * self.em]
        made: list[Row] = []
        for line in reversed(lines):
            y = max(word.y for word in line) + _LEVEL * self.em
            below = {at for row in made for one in row if one.y > y for at in range(one.first, one.last + 1)}
            made.insert(0, self.place(line, below, rules))
        for at, row in reversed(list(enumerate(made))):
            for one in row:
                self._widen(one, made, [o for lower in made[at + 1 :] for o in lower], rules)
        cells = self._stacked([one for row in made for one in row], rules)
        for one in cells:
            if one.first < self.named <= one.last and any(o.y > one.y and o.first < self.named for o in cells):
                one.first = self.named  # what stands over labels and values names the values
        return levels(cells)

    def _widen(self, one: GridWords, made: Sequence[Row], lower: Row, rules: Sequence[Box]) -> None:
        """Let a head span the columns above whose rule it stands, else those around whose middle it stands."""
        em, count = self.em, len(self.edges)
        low = one.y + _LEVEL * em
        under = [o for o in lower if o.y > one.y and o.left < one.right and one.left < o.right]
        next_ = min(under, key=lambda o: o.y, default=one)
        if (
            next_ is not one
            and next_.first < next_.last
            and next_.y - one.y < _STACK * em
            and abs(next_.center - one.center) < _CENTER * em
        ):
            one.first, one.last = next_.first, next_.last  # the next line of the same head
            return
        beside = [o for row in made for o in row if o is not one and abs(o.y - one.y) < _LEVEL * em]
        taken = {at for o in beside for at in range(o.first, o.last + 1)}
        heads = {o.first: o for o in reversed(lower) if o.first == o.last and o.y > low}
        bare = set(range(count)) - {at for row in made for o in row for at in range(o.first, o.last + 1)}
        free = {at for at in (*heads, *bare) if at not in taken and at >= self.named} | {
            *range(one.first, one.last + 1)
        }
        for rule in rules:
            own = [at for at, (a, b) in enumerate(self.edges) if rule.left - 2 < (a + b) / 2 < rule.right + 2]
            is_below = rule.top > one.y and not any(low < o.y < rule.top and o.first in own for o in lower)
            if 0 < len(own) < count and is_below and rule.left < one.center < rule.right:
                if not any(o.first in own for o in beside):
                    one.first, one.last = min(one.first, own[0]), max(one.last, own[-1])
                    return
                free &= {*own, *range(one.first, one.last + 1)}
                break
        runs = [
            (a, b) for a in range(one.first + 1) for b in range(one.last, count) if free.issuperset(range(a, b + 1))
        ]
        for a, b in sorted(runs, key=lambda run: run[0] - run[1]):
            left = min(self.edges[a][0], heads[a].left if a in heads else self.edges[a][0])
            right = max(self.edges[b][1], heads[b].right if b in heads else self.edges[b][1])
            if abs(one.center - (left + right) / 2) < _CENTER * em and b - a > one.last - one.first:
                one.first, one.last = a, b
                return

    def _stacked(self, cells: Row, rules: Sequence[Box]) -> Row:
        """The cells of a head, where lines over the same columns become one cell if no rule parts them."""
        out: Row = []
        for one in sorted(cells, key=lambda one: one.y):
            above = [o for o in out if o.first <= one.last and one.first <= o.last]
            last = max(above, key=lambda o: o.y, default=one)
            is_ruled = any(last.y < r.top < one.y and r.left < one.right and one.left < r.right for r in rules)
            is_same = (last.first, last.last) == (one.first, one.last) and one.y - last.y < _STACK * self.em
            if above and is_same and not is_ruled:
                last.add(one)
                last.y = one.y
            else:
                out.append(one)
        return out


def levels(cells: Row) -> list[Row]:
    """The rows of a head: a cell stands one row below the lowest that stands over it, and reaches to the next below."""
    level: dict[int, int] = {}
    over = {id(one): [o for o in cells if o.y < one.y and o.first <= one.last and one.first <= o.last] for one in cells}
    for one in sorted(cells, key=lambda one: one.y):
        level[id(one)] = 1 + max((level[id(o)] for o in over[id(one)]), default=-1)
    out: list[Row] = [[] for _ in range(1 + max(level.values(), default=-1))]
    for one in sorted(cells, key=lambda one: one.first):
        under = [level[id(o)] for o in cells if any(above is one for above in over[id(o)])]
        one.rows, one.head = min(under, default=len(out)) - level[id(one)], True
        out[level[id(one)]].append(one)
    return out
