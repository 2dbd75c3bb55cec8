"""A picture of papers and what they name: one HTML file that opens without a network, the same bytes on every run.

Drawn by pyvis (vis-network); the layout is computed here, so that nothing moves. A click on a node shows its papers
and their words, a click on a line the sentence that says it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from kg.model import KgError, Paper
from kg.views.base import View
from kg.views.render import render
from kg.views.selection import TYPES, Quote, Selection, clean, ids, quoted, title

if TYPE_CHECKING:
    from kg.api import Graph

#: The colour of each type of node, told apart by people who do not see red and green too.
COLOURS = {
    "paper": "#6b7785",
    "technique": "#3b7dd8",
    "problem": "#d1495b",
    "task": "#9160b8",
    "hardware": "#8a5a3b",
    "model": "#2e9e6b",
    "dataset": "#a8a02c",
    "institution": "#e58a2b",
    "topic": "#2aa7b8",
}
_MOST_QUOTES = 6
_LABEL = 30  # characters of a label beside its node; the panel shows it whole
_MOST_SPREAD = 500  # nodes that are pushed apart for their labels; more have no room anyway
_SEED = 7


@dataclass(slots=True)
class Node:
    """A paper or concept with the papers that name it, by their first entry, and quotes."""

    id: str
    type: str
    label: str
    papers: list[str] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)


@dataclass(slots=True)
class Edge:
    """What is said between two nodes, with the entries that say it."""

    head: str
    tail: str
    relation: str
    entries: list[str] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)


@dataclass(slots=True)
class Drawing:
    """What is drawn, and how much there was to draw."""

    nodes: dict[str, Node]
    edges: list[Edge]
    all_nodes: int
    all_edges: int


def picture(graph: Graph, selection: str = "", lang: str = "en", limit: int = 200) -> View:
    """A picture of the papers of a selection and what they name, `limit` nodes at most; saves itself as .html."""
    if limit < 1:
        raise KgError(f"A picture of {limit} nodes shows nothing: give a limit of 1 or more.")
    shown = Selection(graph, selection, lang)
    words = shown.words
    heading = words("picture.title", selection=clean(shown.name)) if shown.name else words("picture.title_all")
    drawing = cut(gather(shown), [paper.id for paper in shown.papers], limit)
    return View(heading, {"html": lambda: _page(shown, heading, drawing)}, papers=len(shown.papers))


def gather(shown: Selection) -> Drawing:
    """Papers, what they name, and what they say between these."""
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str, str], Edge] = {}
    for paper in shown.papers:
        cited = ids(paper)[0]
        nodes[paper.id] = Node(paper.id, "paper", title(paper) or cited, [cited])
        for thing in shown.all_things(paper):
            if ":" in thing.concept:
                node = nodes.setdefault(thing.concept, Node(thing.concept, thing.type, thing.label))
                node.papers.append(cited)
                node.quotes += thing.quotes
                _say(edges, paper.id, thing.concept, thing.role or thing.type, ids(paper), thing.quotes)
        _say_relations(edges, nodes, paper)
    return Drawing(nodes, list(edges.values()), len(nodes), len(edges))


def _say(
    edges: dict[tuple[str, str, str], Edge],
    head: str,
    tail: str,
    relation: str,
    entries: Iterable[str],
    quotes: Iterable[Quote],
) -> None:
    edge = edges.setdefault((head, tail, relation), Edge(head, tail, relation))
    edge.entries += entries
    edge.quotes += quotes


def _say_relations(edges: dict[tuple[str, str, str], Edge], nodes: dict[str, Node], paper: Paper) -> None:
    for document, record in paper.entries:
        for relation in record.relations:
            head, tail = relation.head_concept, relation.tail_concept
            if head in nodes and tail in nodes and head != tail:
                quotes = [quoted(document, relation.evidence)] if relation.evidence.quote else []
                _say(edges, head, tail, relation.type, [document.id], quotes)


def cut(drawing: Drawing, papers: list[str], limit: int) -> Drawing:
    """The nodes that say most: papers in the order of the answer, up to half of them, and what most papers name."""
    if len(drawing.nodes) <= limit:
        return drawing
    concepts = [node for node in drawing.nodes.values() if node.type != "paper"]
    degree = {node.id: 0 for node in concepts}
    for edge in drawing.edges:
        for end in (edge.head, edge.tail):
            if end in degree:
                degree[end] += 1
    concepts.sort(key=lambda n: (-len(n.papers), -degree[n.id], TYPES.index(n.type), n.label.casefold(), n.id))
    room = max(limit - len(concepts), (limit + 1) // 2)
    kept = set(papers[:room])
    kept |= {node.id for node in concepts[: limit - len(kept)]}
    return Drawing(
        {name: node for name, node in drawing.nodes.items() if name in kept},
        [edge for edge in drawing.edges if edge.head in kept and edge.tail in kept],
        drawing.all_nodes,
        drawing.all_edges,
    )


def layout(drawing: Drawing) -> dict[str, tuple[int, int]]:
    """Where each node stands, in pixels; the same on every run."""
    names = sorted(drawing.nodes)
    at = {name: i for i, name in enumerate(names)}
    pairs = sorted({tuple(sorted((at[edge.head], at[edge.tail]))) for edge in drawing.edges})
    if len(names) < 2:
        return dict.fromkeys(names, (0, 0))
    reach = 105 * math.sqrt(len(names))
    places = springs(len(names), [(a, b) for a, b in pairs if a != b])
    found = {name: (x * reach * 1.25, y * reach) for name, (x, y) in zip(names, places, strict=True)}
    if len(names) > _MOST_SPREAD:
        return {name: (round(x), round(y)) for name, (x, y) in found.items()}
    return _spread(found)


def springs(n: int, pairs: list[tuple[int, int]]) -> list[tuple[float, float]]:
    """Places within [-1, 1] of `n` nodes that `pairs` draw together and all push apart (Fruchterman, Reingold 1991).

    Ours, since networkx needs scipy for it from 500 nodes on.
    """
    import numpy

    at = numpy.random.RandomState(_SEED).uniform(-1, 1, (n, 2)).astype("float32")
    bound = numpy.zeros((n, n), dtype="float32")
    for a, b in pairs:
        bound[a, b] = bound[b, a] = 1
    best = 2.2 / math.sqrt(n)  # the distance that linked nodes seek
    rounds = max(40, min(200, 60_000 // n))
    for step in range(rounds):
        gap_x = at[:, None, 0] - at[None, :, 0]
        gap_y = at[:, None, 1] - at[None, :, 1]
        distance = numpy.sqrt(gap_x * gap_x + gap_y * gap_y).clip(0.01, None)
        force = best * best / (distance * distance) - bound * distance / best
        push = numpy.stack([(gap_x * force).sum(axis=1), (gap_y * force).sum(axis=1)], axis=1)
        length = numpy.sqrt((push * push).sum(axis=1, keepdims=True)).clip(0.01, None)
        at += push * (0.2 * (1 - step / rounds) / length)
    at -= at.mean(axis=0)
    at /= max(float(numpy.abs(at).max()), 1e-6)
    return [(float(x), float(y)) for x, y in at]


def _spread(places: dict[str, tuple[float, float]], wide: float = 130, high: float = 44) -> dict[str, tuple[int, int]]:
    """Push nodes apart whose labels would overlap."""
    import numpy

    names = list(places)
    at = numpy.array([places[name] for name in names])
    least = numpy.array([wide, high])
    for _ in range(60):
        gap = at[:, None, :] - at[None, :, :]
        lack = least - numpy.abs(gap)
        crowded = (lack > 0).all(axis=2)
        numpy.fill_diagonal(crowded, False)
        if not crowded.any():
            break
        way = numpy.where(gap >= 0, 1.0, -1.0)
        way[..., 1] = numpy.where(gap[..., 1] == 0, numpy.sign(gap[..., 0] + 0.5), way[..., 1])
        push = numpy.zeros_like(gap)
        push[..., 1] = numpy.where(crowded, way[..., 1] * lack[..., 1] * 0.5, 0)
        push[..., 0] = numpy.where(crowded, way[..., 0] * lack[..., 0] * 0.08, 0)
        at = at + push.sum(axis=1).clip(-high, high) * 0.5
    return {name: (round(float(x)), round(float(y))) for name, (x, y) in zip(names, at, strict=True)}


def _page(shown: Selection, heading: str, drawing: Drawing) -> str:
    from pyvis.network import Network

    words = shown.words
    places = layout(drawing)
    network = Network(height="100%", width="100%", directed=True, cdn_resources="in_line")
    network.set_options(json.dumps(_options(len(drawing.nodes))))
    most = max((len(node.papers) for node in drawing.nodes.values()), default=1)
    for node in drawing.nodes.values():
        network.add_node(node.id, **_drawn(node, places[node.id], most))
    for edge in drawing.edges:
        network.add_edge(edge.head, edge.tail, **_line(shown, edge))
    named = {ids(paper)[0]: title(paper) for paper in shown.papers}
    cited = {name for node in drawing.nodes.values() for name in node.papers}
    types = [kind for kind in COLOURS if any(node.type == kind for node in drawing.nodes.values())]
    network.template = _Template(
        shown.lang,
        {
            "heading": heading,
            "empty": not drawing.nodes,
            "counts": words(
                "picture.shown",
                nodes=f"{len(drawing.nodes):,}",
                all_nodes=f"{drawing.all_nodes:,}",
                edges=f"{len(drawing.edges):,}",
                all_edges=f"{drawing.all_edges:,}",
            ),
            "legend": [(kind, words(f"type.{kind}"), COLOURS[kind]) for kind in types],
            "kinds": {kind: words(f"type.{kind}") for kind in types},
            "titles": {name: said for name, said in named.items() if name in cited},
            "library": vis_network(),
        },
    )
    return str(network.generate_html(notebook=True))


@dataclass(frozen=True, slots=True)
class _Template:
    """The page that pyvis fills: ours, since its own loads scripts from elsewhere."""

    lang: str
    values: dict[str, Any]

    def render(self, **given: Any) -> str:
        drawn = {name: given[name] for name in ("nodes", "edges")} | {"options": json.loads(given["options"])}
        return render("picture.html.jinja", self.lang, **drawn, **self.values)


def _drawn(node: Node, place: tuple[int, int], most: int) -> dict[str, Any]:
    is_paper = node.type == "paper"
    size = 9 if is_paper else 7 + round(17 * math.sqrt(len(node.papers) / most), 1)
    return {
        "label": node.label if len(node.label) <= _LABEL else node.label[: _LABEL - 1].rstrip() + "…",
        "shape": "square" if is_paper else "dot",
        "color": COLOURS[node.type],
        "size": size,
        "x": place[0],
        "y": place[1],
        "physics": False,
        "kind": node.type,
        "name": node.label,
        "papers": list(dict.fromkeys(node.papers)),
        "quotes": _quotes(node.quotes),
    }


def _line(shown: Selection, edge: Edge) -> dict[str, Any]:
    is_said = edge.head.partition(":")[0] != "paper"
    return {
        "arrows": "to" if is_said else "",
        "dashes": edge.relation in ("mentioned", "baseline", "compared_with"),
        "width": 1.6 if is_said else 0.8,
        "relation": shown.words(f"relation.{edge.relation}"),
        "entries": list(dict.fromkeys(edge.entries)),
        "quotes": _quotes(edge.quotes),
    }


def _quotes(quotes: Iterable[Quote]) -> list[dict[str, str]]:
    """The first quote of each sentence."""
    found = {(quote.entry, quote.sentence): quote for quote in reversed(list(quotes))}
    firsts = list(reversed(found.values()))[:_MOST_QUOTES]
    return [{"entry": q.entry, "quote": q.quote, "sentence": q.sentence} for q in firsts]


def _options(n: int) -> dict[str, Any]:
    return {
        "physics": {"enabled": False},
        "layout": {"improvedLayout": False},
        "nodes": {"borderWidth": 1, "font": {"size": 15}},
        "edges": {
            "smooth": False,
            "selectionWidth": 2,
            "hoverWidth": 0.5,
            "arrows": {"to": {"scaleFactor": 0.5}},
        },
        "interaction": {"hover": n <= 500, "hideEdgesOnDrag": n > 500, "keyboard": False, "multiselect": False},
    }


@cache
def vis_network() -> Any:
    """The script that draws, as pyvis brings it."""
    from markupsafe import Markup

    found = sorted((files("pyvis") / "templates" / "lib").iterdir(), key=lambda folder: folder.name)
    scripts = [folder / "vis-network.min.js" for folder in found if folder.name.startswith("vis-")]
    if not scripts:
        raise KgError("pyvis lacks its script vis-network.min.js: install pyvis again.")
    return Markup(scripts[-1].read_text("utf-8").replace("</script", "<\\/script"))


VIEW = picture
