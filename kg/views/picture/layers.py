"""Layered layout of a lineage (Sugiyama, Tagawa, Toda 1981) over time: a column is a month, a quarter or longer.

Edges point from left to right: from what is used to its user, from the part to the whole, from what is outperformed to
what outperforms it. What no paper of the graph proposed is older than the others, and stands on the left.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from kg.views.picture.drawing import Drawing, Edge
from kg.views.picture.force_layout import Places

if TYPE_CHECKING:
    import networkx

#: Pixels between columns and between rows.
_COLUMN, _ROW = 215, 34
_ROUNDS = 12
#: Rows and columns of boxes that a window of 1280 by 800 pixels shows whole and readably.
_MOST_ROWS, _MOST_COLUMNS = 24, 8
#: Months of a column.
_STEPS = (1, 3, 6, 12, 24, 60, 120)
#: Rows from one group to the next; no band without a node is higher.
_APART = 1.6


def ahead(edge: Edge) -> tuple[str, str]:
    """The earlier and the later end of a relation."""
    return (edge.head, edge.tail) if edge.relation == "part_of" else (edge.tail, edge.head)


def layered(drawing: Drawing) -> Places:
    """The position of each node in pixels: columns in time, groups that nothing connects below each other."""
    import networkx

    arcs = _without_cycles(drawing)
    column, drawing.periods = _in_time(drawing)
    groups = sorted(map(sorted, networkx.weakly_connected_components(arcs)), key=lambda group: (-len(group), group))
    out: Places = {}
    top = 0.0
    for group in groups:
        block = _placed(_ordered(group, arcs, column), arcs)
        out |= {name: (round(at * _COLUMN), round((top + row) * _ROW)) for name, (at, row) in block.items()}
        top += max(row for _, row in block.values()) + _APART
    return _squeezed(out)


def column_of(x: int) -> int:
    """The number of the column at a position."""
    return round(x / _COLUMN)


def _in_time(drawing: Drawing) -> tuple[dict[str, int], list[str]]:
    """The column of each node, and what the columns are: equal steps of time, behind one of all that is older."""
    months = {name: _month(node.since) for name, node in drawing.nodes.items() if node.since}
    if not months:
        return dict.fromkeys(drawing.nodes, 0), [""]
    first, last = min(months.values()), max(months.values())
    step = next((n for n in _STEPS if last // n - first // n + 2 <= _MOST_COLUMNS), _STEPS[-1])
    names = [_named(at * step, step) for at in range(first // step, last // step + 1)]
    column = {name: months[name] // step - first // step + 1 if name in months else 0 for name in drawing.nodes}
    return column, ["", *names]


def _month(when: str) -> int:
    return 12 * int(when[:4]) + int(when[5:7] or 1) - 1


def _named(month: int, step: int) -> str:
    """A step of time by its first month, "2025-04", or its year."""
    year, at = divmod(month, 12)
    return f"{year}" if step % 12 == 0 else f"{year}-{at + 1:02}"


def is_readable(drawing: Drawing) -> bool:
    """Whether a page shows a drawing whole in letters that can be read."""
    found = layered(drawing).values()
    rows = {axis: [place[axis] for place in found] for axis in (0, 1)}
    if not drawing.nodes:
        return True
    return len(set(rows[0])) <= _MOST_COLUMNS and max(rows[1]) - min(rows[1]) <= (_MOST_ROWS - 1) * _ROW


def _squeezed(places: Places) -> Places:
    """The same without high bands that hold no node."""
    rows = sorted({y for _, y in places.values()})
    steps = (min(below - above, round(_APART * _ROW)) for above, below in pairwise(rows))
    moved = dict(zip(rows, accumulate(steps, initial=0), strict=True)) if rows else {}
    return {name: (x, moved[y]) for name, (x, y) in places.items()}


def _placed(columns: list[list[str]], arcs: networkx.DiGraph[str]) -> dict[str, tuple[int, float]]:
    """Column and row of each node: close to the mean row of its neighbours, with the order and distinct rows kept."""
    beside = _neighbours(arcs)
    row = {name: float(place) for column in columns for place, name in enumerate(column)}
    for turn in range(_ROUNDS):
        for column in columns if turn % 2 == 0 else reversed(columns):
            wanted = [sum(row[o] for o in beside[n]) / len(beside[n]) if beside[n] else row[n] for n in column]
            got: list[float] = []
            for place in wanted:
                got.append(max(place, got[-1] + 1) if got else place)
            shift = sum(w - g for w, g in zip(wanted, got, strict=True)) / max(len(got), 1)
            row |= {name: place + shift for name, place in zip(column, got, strict=True)}
    first = min(row.values())
    return {name: (number, row[name] - first) for number, column in enumerate(columns) for name in column}


def _neighbours(arcs: networkx.DiGraph[str]) -> dict[str, list[str]]:
    return {name: sorted((*arcs.pred[name], *arcs.succ[name])) for name in arcs}


def _without_cycles(drawing: Drawing) -> networkx.DiGraph[str]:
    """The nodes with the edges of most papers that do not close a cycle."""
    import networkx

    arcs: networkx.DiGraph[str] = networkx.DiGraph()
    arcs.add_nodes_from(drawing.nodes)
    for edge in sorted(drawing.edges, key=lambda e: (-len(e.papers), e.head, e.relation, e.tail)):
        one, other = ahead(edge)
        if not edge.is_mutual and not networkx.has_path(arcs, other, one):
            arcs.add_edge(one, other)
    return arcs


def _ordered(group: list[str], arcs: networkx.DiGraph[str], layer: dict[str, int]) -> list[list[str]]:
    """The columns of a group, ordered to reduce edge crossings (barycentre heuristic, alternating directions)."""
    columns: list[list[str]] = [[] for _ in range(max(layer[name] for name in group) + 1)]
    for name in group:
        columns[layer[name]].append(name)
    beside = _neighbours(arcs)
    place: dict[str, float] = {}
    for column in columns:
        place |= {name: row - len(column) / 2 for row, name in enumerate(column)}
    for turn in range(_ROUNDS):
        for column in columns if turn % 2 == 0 else reversed(columns):
            middle = {
                name: sum(place[other] for other in beside[name]) / len(beside[name]) if beside[name] else place[name]
                for name in column
            }
            column.sort(key=lambda name: (middle[name], place[name], name))
            place |= {name: row - len(column) / 2 for row, name in enumerate(column)}
    return columns
