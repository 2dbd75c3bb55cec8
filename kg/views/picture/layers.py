"""Layered layout of a lineage (Sugiyama, Tagawa, Toda 1981), with the foundations on the left.

Edges point from left to right: from what is used to its user, from the part to the whole, from what is outperformed to
what outperforms it.
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
#: How much wider than high the part of a page is that shows a drawing.
_WIDE = 1.1
_NEARLY = 1.15
#: Maximum number of nodes in one group.
_MANY = 40
_ROUNDS = 12
#: Rows and columns of boxes that a window of 1280 by 800 pixels shows whole and readably.
_MOST_ROWS, _MOST_COLUMNS = 24, 6
#: Rows from one group to the next; no band without a node is higher.
_APART = 1.6


def ahead(edge: Edge) -> tuple[str, str]:
    """The earlier and the later end of a relation."""
    return (edge.head, edge.tail) if edge.relation == "part_of" else (edge.tail, edge.head)


def is_across(drawing: Drawing, one: str, other: str) -> bool:
    """Whether two nodes of a large drawing belong to different communities, which are laid out separately."""
    return len(drawing.nodes) > _MANY and drawing.nodes[one].community != drawing.nodes[other].community


def layered(drawing: Drawing) -> Places:
    """The position of each node in pixels; disconnected groups are laid out separately, the largest first.

    A single large group would have columns longer than a page, so it is split into its communities.
    """
    import networkx

    arcs = _without_cycles(drawing)
    if len(drawing.nodes) > _MANY:
        arcs.remove_edges_from([ends for ends in arcs.edges if is_across(drawing, *ends)])
    layer = _layers(arcs)
    groups = sorted(map(sorted, networkx.weakly_connected_components(arcs)), key=lambda group: (-len(group), group))
    blocks = [_placed(columns, arcs) for columns in (_ordered(group, arcs, layer) for group in groups)]
    highest = max(map(_height, blocks), default=0.0)
    sums = list(accumulate((_height(block) + _APART for block in blocks), initial=0.0))
    stacks = [_squeezed(_stacked(blocks, max(highest, height))) for height in reversed(sums)] if blocks else [{}]
    least = min(map(_size, stacks), default=0.0)
    return next(found for found in stacks if _size(found) <= _NEARLY * least)  # fewer columns, if hardly smaller


def is_readable(drawing: Drawing) -> bool:
    """Whether a page shows a drawing whole in letters that can be read."""
    found = layered(drawing).values()
    rows = {axis: [place[axis] for place in found] for axis in (0, 1)}
    if not drawing.nodes:
        return True
    return len(set(rows[0])) <= _MOST_COLUMNS and max(rows[1]) - min(rows[1]) <= (_MOST_ROWS - 1) * _ROW


def _size(found: Places) -> float:
    """How far a drawing must be reduced to fit a page: the larger of its width and height, in the page's measure."""
    if not found:
        return 0.0
    across, down = ([place[axis] for place in found.values()] for axis in (0, 1))
    return max((max(across) - min(across) + _COLUMN) / _WIDE, max(down) - min(down) + _ROW)


def _stacked(blocks: list[dict[str, tuple[int, float]]], tallest: float) -> Places:
    """Groups below each other up to so many rows, then to the right."""
    out: Places = {}
    left = top = 0.0
    across = 0
    for block in blocks:
        if top and top + _height(block) > tallest:
            left, top, across = left + across + 1, 0.0, 0
        for name, (column, row) in block.items():
            out[name] = (round((left + column) * _COLUMN), round((top + row) * _ROW))
        top += _height(block) + _APART
        across = max(across, *(column for column, _ in block.values()))
    return out


def _squeezed(places: Places) -> Places:
    """The same without high bands that hold no node."""
    rows = sorted({y for _, y in places.values()})
    steps = (min(below - above, round(_APART * _ROW)) for above, below in pairwise(rows))
    moved = dict(zip(rows, accumulate(steps, initial=0), strict=True)) if rows else {}
    return {name: (x, moved[y]) for name, (x, y) in places.items()}


def _height(block: dict[str, tuple[int, float]]) -> float:
    return max(row for _, row in block.values())


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
            shift = sum(w - g for w, g in zip(wanted, got, strict=True)) / len(got)
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


def _layers(arcs: networkx.DiGraph[str]) -> dict[str, int]:
    """The column of each node: after its last predecessor, or, without one, right before its first successor."""
    import networkx

    layer: dict[str, int] = {}
    order = list(networkx.topological_sort(arcs))
    for name in order:
        layer[name] = max((layer[one] + 1 for one in arcs.pred[name]), default=0)
    for name in reversed(order):
        if not arcs.pred[name] and arcs.succ[name]:
            layer[name] = min(layer[other] for other in arcs.succ[name]) - 1
    return layer


def _ordered(group: list[str], arcs: networkx.DiGraph[str], layer: dict[str, int]) -> list[list[str]]:
    """The columns of a group, ordered to reduce edge crossings (barycentre heuristic, alternating directions)."""
    first = min(layer[name] for name in group)
    columns: list[list[str]] = [[] for _ in range(max(layer[name] for name in group) - first + 1)]
    for name in group:
        columns[layer[name] - first].append(name)
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
    return [column for column in columns if column]
