"""Force-directed layout, computed in advance and identical on every run, so that pictures can be compared.

Communities are found by Louvain (Blondel et al. 2008). Positions come from springs along edges and repulsion between
all nodes (Fruchterman, Reingold 1991), with stronger springs inside communities.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from kg.views.picture.drawing import TOGETHER, Drawing, DrawnNode, Edge

_SEED = 7
#: Decreasing resolutions of Louvain, until the largest communities hold this share of the nodes.
_FINENESS = (1.0, 0.6, 0.35, 0.2)
_NAMED, _MOST = 10, 0.75
#: Pixels between two linked nodes without other neighbours.
_REACH = 62
#: The radius of a node: the minimum, and the range above it.
LEAST, MORE = 5.0, 19.0
#: The spring strength of an edge by relation.
_PULL = {TOGETHER: 1.0, "mentioned": 0.4, "topic": 0.5}

Places = dict[str, tuple[int, int]]


def communities(drawing: Drawing) -> None:
    """Set the community of every node, largest first and -1 for isolated nodes, and the label of each community."""
    import networkx

    names = sorted(drawing.nodes)
    at = {name: place for place, name in enumerate(names)}  # integers, because sets of strings differ between runs
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(names)))
    for (one, other), weight in sorted(_pairs(drawing, at).items()):
        graph.add_edge(one, other, weight=weight)
    groups: list[list[int]] = []
    for fineness in _FINENESS if names else ():
        found = networkx.community.louvain_communities(graph, weight="weight", resolution=fineness, seed=_SEED)
        groups = sorted((sorted(group) for group in found if len(group) > 1), key=lambda group: (-len(group), group))
        if sum(map(len, groups[:_NAMED])) > _MOST * len(names):
            break
    for number, group in enumerate(groups):
        members = [drawing.nodes[names[place]] for place in group]
        for node in members:
            node.community = number
        degree = {place: graph.degree(place) for place in group}
        head = max(group, key=lambda place: _prominence(drawing, drawing.nodes[names[place]], degree[place]))
        drawing.communities.append(drawing.nodes[names[head]].label)


def _prominence(drawing: Drawing, node: DrawnNode, degree: int) -> tuple[bool, int, int, str]:
    return node.type not in ("paper", "topic"), drawing.measure(node), degree, node.id


def radii(drawing: Drawing) -> dict[str, float]:
    """The radius of each node in pixels; its area is proportional to its support."""
    sizes = {name: drawing.measure(node) for name, node in drawing.nodes.items() if node.type != "paper"}
    most = max(sizes.values(), default=1)
    shares = {name: max(size - 1, 0) / max(most - 1, 4) for name, size in sizes.items()}
    return {
        name: round(LEAST + MORE * math.sqrt(shares[name]), 1) if name in shares else LEAST + 1
        for name in drawing.nodes
    }


def places(drawing: Drawing) -> Places:
    """The position of each node in pixels; identical on every run."""
    import numpy

    names = sorted(drawing.nodes)
    if len(names) < 2:
        return dict.fromkeys(names, (0, 0))
    at = {name: place for place, name in enumerate(names)}
    pairs = _pairs(drawing, at)
    groups = numpy.array([drawing.nodes[name].community for name in names])
    wide = radii(drawing)
    sizes = numpy.array([wide[name] for name in names])
    found = _springs(numpy, len(names), pairs, groups)
    found = _gathered(numpy, found) * _REACH * math.sqrt(len(names))
    found[:, 0] *= 1.15  # pages are wider than high
    found = _spread(numpy, found, sizes)
    return {name: (round(float(x)), round(float(y))) for name, (x, y) in zip(names, found, strict=True)}


def _pairs(drawing: Drawing, at: dict[str, int]) -> dict[tuple[int, int], float]:
    out: dict[tuple[int, int], float] = {}
    for edge in drawing.edges:
        one, other = sorted((at[edge.head], at[edge.tail]))
        if one != other:
            out[one, other] = out.get((one, other), 0.0) + _pull(edge)
    return {pair: min(weight, 3.0) for pair, weight in out.items()}


def _pull(edge: Edge) -> float:
    return _PULL.get(edge.relation, 1.0) * (1 + math.log(len(edge.papers) or 1) / 3)


def _springs(numpy: Any, n: int, pairs: dict[tuple[int, int], float], groups: Any) -> Any:
    """Positions of `n` nodes (n, 2), up to about 1 from the centre; own code, because networkx needs scipy for it."""
    at = _start(numpy, n, groups)
    order = sorted(pairs)
    ends = numpy.array(order, dtype="int64").reshape(-1, 2)
    weight = numpy.array([pairs[pair] for pair in order])
    degree = numpy.zeros(n)
    for side in (0, 1):
        numpy.add.at(degree, ends[:, side], weight)
    inside = groups[ends[:, 0]] == groups[ends[:, 1]]
    # Weaken the edges of hubs, which would pull all neighbours into one cluster.
    weight = weight * numpy.where(inside, 1.0, 0.22) / numpy.sqrt(numpy.minimum(degree[ends[:, 0]], degree[ends[:, 1]]))
    mass = (0.6 + 0.5 * numpy.sqrt(degree)).astype("float32")
    best = 1 / math.sqrt(n)
    rounds = max(90, min(300, 120_000 // n))
    for step in range(rounds):
        here = at.astype("float32")
        gap_x = here[:, None, 0] - here[None, :, 0]
        gap_y = here[:, None, 1] - here[None, :, 1]
        force = gap_x * gap_x
        force += gap_y * gap_y
        force += numpy.float32(1e-5)
        numpy.divide(mass[None, :] * numpy.float32(best * best), force, out=force)
        gap_x *= force
        gap_y *= force
        push = numpy.stack([gap_x.sum(axis=1), gap_y.sum(axis=1)], axis=1).astype("float64") * mass[:, None]
        gap = at[ends[:, 0]] - at[ends[:, 1]]
        pull = gap * (weight * numpy.sqrt((gap * gap).sum(axis=1)) / best * 1.5)[:, None]
        for side, sign in ((0, -1), (1, 1)):
            for axis in (0, 1):
                push[:, axis] += sign * numpy.bincount(ends[:, side], weights=pull[:, axis], minlength=n)
        push -= at * (mass[:, None] * 1.1 * best)  # a weak pull to the centre
        length = numpy.sqrt((push * push).sum(axis=1, keepdims=True)).clip(1e-9, None)
        most = 0.12 * (1 - step / rounds) + 0.002
        at = at + push * (numpy.minimum(length, most) / length)
    return at - at.mean(axis=0)


def _start(numpy: Any, n: int, groups: Any) -> Any:
    """Communities on a spiral, the largest in the centre, and the members of each on a spiral around its position."""
    counts = Counter(int(group) for group in groups)
    at = numpy.zeros((n, 2))
    turn = math.pi * (3 - math.sqrt(5))
    before = 0
    ordered = sorted(counts, key=lambda group: (group < 0, group))
    for number, group in enumerate(ordered):
        members = numpy.nonzero(groups == group)[0]
        far = math.sqrt((before + len(members) / 2) / n) if number else 0.0
        middle = numpy.array([math.cos(number * turn), math.sin(number * turn)]) * far
        wide = 0.7 * math.sqrt(len(members) / n)
        for place, member in enumerate(members):
            out = wide * math.sqrt((place + 0.5) / len(members))
            at[member] = middle + numpy.array([math.cos(place * turn), math.sin(place * turn)]) * out
        before += len(members)
    return at


def _gathered(numpy: Any, at: Any) -> Any:
    """Positions scaled so that the inner half of the nodes fills the same part of every picture."""
    far = numpy.sqrt((at * at).sum(axis=1))
    middle = max(float(numpy.median(far)), 1e-6)
    # Pull outliers in, because they would make the rest small.
    rim = max(float(numpy.quantile(far, 0.9)), 1.2 * middle)
    shrunk = numpy.where(far > rim, rim * (1 + 0.35 * numpy.tanh((far / rim - 1) / 0.7)), far)
    return at * (shrunk / numpy.maximum(far, 1e-9))[:, None] * (0.62 / middle)


def _spread(numpy: Any, at: Any, sizes: Any) -> Any:
    """Push overlapping nodes apart, and their labels too if there is room."""
    n = len(at)
    small = n <= 500
    wide = sizes[:, None] + sizes[None, :] + (62 if n <= 120 else 26 if small else 5)
    high = sizes[:, None] + sizes[None, :] + (20 if small else 5)
    for _ in range(80 if small else 25):
        crowded = numpy.abs(at[:, None, 0] - at[None, :, 0]) < wide
        crowded &= numpy.abs(at[:, None, 1] - at[None, :, 1]) < high
        numpy.fill_diagonal(crowded, False)
        one, other = numpy.nonzero(crowded)  # few of all pairs
        if not len(one):
            break
        gap = at[one] - at[other]
        way = numpy.where(gap == 0, numpy.sign(one - other)[:, None], numpy.sign(gap))
        room = numpy.stack([wide[one, other], high[one, other]], axis=1)
        lack = room - numpy.abs(gap)
        by_x = lack[:, 0] * room[:, 1] < lack[:, 1] * room[:, 0]  # along the shorter way out
        push = way * lack * numpy.stack([by_x, ~by_x], axis=1)
        pushed = [numpy.bincount(one, weights=push[:, axis], minlength=n) for axis in (0, 1)]
        at = at + numpy.stack(pushed, axis=1).clip(-60, 60) * 0.45
    return at
