"""Force-directed layout, computed in advance and identical on every run, so that pictures can be compared.

Communities are found by Louvain (Blondel et al. 2008). Positions come from springs along edges and repulsion between
all nodes (ForceAtlas2, Jacomy et al. 2014), with stronger springs inside communities.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from kg.views.picture.drawing import TOGETHER, Drawing, DrawnNode, Edge

_SEED = 7
#: Decreasing resolutions of Louvain, until the largest communities hold this share of the nodes.
_FINENESS = (1.0, 0.6, 0.35, 0.2)
_NAMED, _MOST = 10, 0.75
#: Pixels between two linked nodes without other neighbours.
_REACH = 62
#: The pull of an edge between communities beside one inside; at least and at most so many steps, fewer for more nodes.
_ACROSS, _STEPS = 0.3, (60, 300, 60_000)
#: Edges of a map that are drawn: of each node within its region, and between two regions.
_OWN, _BETWEEN = 3, 1
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
        tied = {place: _ties(graph, place, set(group)) for place in group}
        head = max(group, key=lambda place: _telling(drawing.nodes[names[place]], *tied[place]))
        drawing.communities.append(drawing.nodes[names[head]].label)


def _ties(graph: Any, place: int, group: set[int]) -> tuple[float, float]:
    """The weight of a node's edges within its community, and of all of them."""
    ties = [(other, tie["weight"]) for other, tie in graph[place].items()]
    return sum(weight for other, weight in ties if other in group), sum(weight for _, weight in ties)


def _telling(node: DrawnNode, inside: float, every: float) -> tuple[bool, float, str]:
    """How well a node names its community: many papers have it, and most of its ties stay inside."""
    share = inside / (every or 1.0)
    return node.type not in ("paper", "dataset", "model", "hardware"), len(node.papers) * share * share, node.id


def thin(drawing: Drawing) -> None:
    """Keep the strongest edges of each node in its region, and the strongest between two regions."""
    kept: set[int] = set()
    own: dict[str, int] = defaultdict(int)
    between: dict[tuple[int, int], int] = defaultdict(int)
    ranked = sorted(
        enumerate(drawing.edges), key=lambda one: (-_pull(one[1]) * one[1].weight, one[1].head, one[1].tail)
    )
    for place, edge in ranked:
        one, other = (drawing.nodes[end].community for end in (edge.head, edge.tail))
        if one == other and min(own[edge.head], own[edge.tail]) < _OWN:
            own[edge.head] += 1
            own[edge.tail] += 1
            kept.add(place)
        elif one != other and between[min(one, other), max(one, other)] < _BETWEEN:
            between[min(one, other), max(one, other)] += 1
            kept.add(place)
    drawing.edges = [edge for place, edge in enumerate(drawing.edges) if place in kept]


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
    if drawing.is_map and len(set(groups.tolist())) > 1:
        found = _in_regions(numpy, pairs, groups)
    else:
        found = _springs(numpy, len(names), pairs, groups)
        found = _gathered(numpy, found) * _REACH * math.sqrt(len(names))
    found[:, 0] *= 1.15  # pages are wider than high
    found = _spread(numpy, found, sizes)
    return {name: (round(float(x)), round(float(y))) for name, (x, y) in zip(names, found, strict=True)}


def _in_regions(numpy: Any, pairs: dict[tuple[int, int], float], groups: Any) -> Any:
    """Positions of nodes around the middles of their communities, which lie apart."""
    regions = sorted(set(groups.tolist()))
    members = {region: numpy.flatnonzero(groups == region) for region in regions}
    far: dict[tuple[int, int], float] = defaultdict(float)
    for (one, other), weight in sorted(pairs.items()):
        ends = sorted((regions.index(groups[one]), regions.index(groups[other])))
        if ends[0] != ends[1]:
            far[ends[0], ends[1]] += weight
    wide = numpy.array([_REACH * 0.8 * math.sqrt(len(members[region])) for region in regions])
    middles = _springs(numpy, len(regions), dict(far), numpy.zeros(len(regions)))
    middles = _gathered(numpy, middles) * _REACH * math.sqrt(len(groups))
    middles = _spread(numpy, middles, wide + _REACH / 2)
    out = numpy.zeros((len(groups), 2))
    for at, region in enumerate(regions):
        place = {int(node): n for n, node in enumerate(members[region])}
        own = {(place[a], place[b]): weight for (a, b), weight in pairs.items() if a in place and b in place}
        if len(place) > 1:
            inner = _springs(numpy, len(place), own, numpy.zeros(len(place)))
            reach = max(float(numpy.sqrt((inner * inner).sum(axis=1)).max()), 1e-6)
            out[members[region]] = inner * (wide[at] / reach)
        out[members[region]] += middles[at]
    return out


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
    """Positions of `n` nodes (n, 2) around the centre."""
    import networkx

    graph = networkx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from((one, other, weight) for (one, other), weight in sorted(pairs.items()))
    degree = dict(graph.degree(weight="weight"))
    for one, other, tie in graph.edges(data=True):  # weaken the edges of hubs, which would pull all into one cluster
        inside = 1.0 if groups[one] == groups[other] else _ACROSS
        tie["weight"] *= inside / math.sqrt(min(degree[one], degree[other]))
    least, most, share = _STEPS
    steps = max(least, min(most, share // n))
    found = networkx.forceatlas2_layout(graph, max_iter=steps, weight="weight", seed=_SEED, scaling_ratio=1.0)
    at = numpy.array([found[node] for node in range(n)])
    return at - at.mean(axis=0)


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
