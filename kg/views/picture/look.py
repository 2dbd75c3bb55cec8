"""The appearance of a drawing for all renderers: positions, sizes, colours and the legend."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from kg.entity_types import TABLE
from kg.views.columns import shortened, width
from kg.views.picture.drawing import KINDS, TOGETHER, Drawing, DrawnNode, Edge
from kg.views.picture.force_layout import LEAST, MORE, Places, places, radii
from kg.views.picture.layers import ahead, column_of, layered
from kg.views.words import PageWords

#: The colour of each node type; distinguishable with red-green colour blindness.
COLOURS = {"paper": "#7b8794"} | {one.name: one.colour for one in TABLE.values()}
#: The colours of the largest communities, dark enough for white names in boxes; the others are grey.
_COMMUNITIES = (
    *("#3070c9", "#ad5f17", "#217f55", "#c73f52", "#8552ad"),
    *("#167a8b", "#80700f", "#b3478a", "#5a772b", "#8a5a26"),
)
_OTHER = "#6b7680"
#: Nodes from which on a community is a region with a name.
_REGION = 3
#: The colours of relations in a lineage.
_LINES = {"uses": "#3b7dd8", "part_of": "#2e9e6b", "outperforms": "#d9622b"}
#: Characters of a label beside a node and in a box; the panel shows all.
LABEL, IN_BOX = 46, 52
#: Weak relations, drawn with dashed lines.
_WEAK = ("mentioned", "baseline", "compared_with")


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A line of the legend: its filter key, label, colour and number of nodes."""

    key: str
    label: str
    colour: str
    count: int


@dataclass
class Look:
    """A drawing with the appearance of its nodes and edges; `colour` is "type" or "community"."""

    drawing: Drawing
    places: Places
    words: PageWords
    heading: str
    colour: str

    @classmethod
    def of(cls, drawing: Drawing, words: PageWords, heading: str, colour: str) -> Look:
        """The appearance of a drawing."""
        return cls(drawing, layered(drawing) if drawing.view == "lineage" else places(drawing), words, heading, colour)

    @property
    def is_layered(self) -> bool:
        """Whether nodes are labelled boxes in columns."""
        return self.drawing.view == "lineage"

    def font(self, node: DrawnNode) -> float:
        """The font size of a label in a box, in pixels: larger for more support."""
        return round(14 + 6 * (self.radius[node.id] - LEAST) / MORE, 1)

    def name(self, node: DrawnNode) -> str:
        """The label of a node without its type."""
        return node.label.removesuffix(self._kind(node))

    def short(self, node: DrawnNode, most: int) -> str:
        """The label of a node cut to a width; a type behind it ("(topic)") stays."""
        kind = node.label[len(self.name(node)) :]
        return shortened(self.name(node), most - width(kind)) + kind

    def _kind(self, node: DrawnNode) -> str:
        return self.words("picture.of_type", label="", type=self.words(f"type.{node.type}"))

    @cached_property
    def radius(self) -> dict[str, float]:
        """The radius of each node in pixels."""
        return radii(self.drawing)

    def fill(self, node: DrawnNode, by: str = "") -> str:
        """The colour of a node, by type or by community."""
        if (by or self.colour) == "type":
            return COLOURS[node.type]
        return _COMMUNITIES[node.community] if 0 <= node.community < len(_COMMUNITIES) else _OTHER

    def line(self, edge: Edge) -> str:
        """The colour of an edge; "" for the default."""
        return _LINES.get(edge.relation, "") if self.is_layered else ""

    def ends(self, edge: Edge) -> tuple[str, str]:
        """Start and end of an edge as drawn; in a lineage one without a direction leads to the right, too."""
        if self.is_layered and edge.is_mutual and self.places[edge.tail] < self.places[edge.head]:
            return edge.tail, edge.head
        if edge.is_mutual:
            return edge.head, edge.tail
        return (edge.head, edge.tail) if not self.is_layered else ahead(edge)

    def has_arrow(self, edge: Edge) -> bool:
        """Whether an edge has an arrow: relations between concepts have a direction."""
        return edge.relation != TOGETHER and not edge.is_mutual and self.drawing.nodes[edge.head].type != "paper"

    def is_faint(self, edge: Edge) -> bool:
        """Whether an edge leaves its region of a map."""
        nodes = self.drawing.nodes
        return not self.is_layered and nodes[edge.head].community != nodes[edge.tail].community

    @cached_property
    def regions(self) -> dict[int, str]:
        """The names of the regions of a map that are drawn, by community; none where papers are drawn, too."""
        if not self.drawing.is_map:
            return {}
        sizes = Counter(node.community for node in self.drawing.nodes.values())
        named = enumerate(self.drawing.communities[: len(_COMMUNITIES)])
        return {number: label for number, label in named if sizes[number] >= _REGION}

    def region_colour(self, community: int) -> str:
        """The colour of a region."""
        return _COMMUNITIES[community]

    def period(self, x: int) -> str:
        """What a column of a lineage is: a period, or all that is older."""
        return self.drawing.periods[column_of(x)] or self.words("picture.older")

    def is_weak(self, edge: Edge) -> bool:
        """Whether an edge is a weak relation."""
        return edge.relation in _WEAK

    def width(self, edge: Edge) -> float:
        """The width of an edge in pixels, larger for more papers."""
        grown = min(1.0 + 0.5 * math.sqrt(max(len(edge.papers), 1) - 1), 4.0)
        return round(grown * 0.8 if edge.relation == TOGETHER else grown, 2)

    @cached_property
    def kinds(self) -> list[LegendEntry]:
        """The legend of node types."""
        counts = Counter(node.type for node in self.drawing.nodes.values())
        return [LegendEntry(k, self.words(f"type.{k}"), COLOURS[k], counts[k]) for k in KINDS if counts[k]]

    @cached_property
    def groups(self) -> list[LegendEntry]:
        """The legend of communities with their labels, then all others."""
        nodes = list(self.drawing.nodes.values())
        out = [
            LegendEntry(str(number), label, _COMMUNITIES[number], sum(node.community == number for node in nodes))
            for number, label in enumerate(self.drawing.communities[: len(_COMMUNITIES)])
        ]
        rest = sum(node.community < 0 or node.community >= len(_COMMUNITIES) for node in nodes)
        return out + ([LegendEntry("-1", self.words("picture.others"), _OTHER, rest)] if rest else [])

    @cached_property
    def lines(self) -> list[LegendEntry]:
        """The legend of relations with a colour of their own."""
        counts = Counter(edge.relation for edge in self.drawing.edges if self.is_layered)
        return [LegendEntry(k, self.words(f"picture.line_{k}"), _LINES[k], counts[k]) for k in _LINES if counts[k]]

    @property
    def first(self) -> str:
        """The node that the panel opens on; "" for an empty drawing.

        It is the centre, or what the heading names, or the concept drawn largest: of several, that of most papers, then
        of most relations.
        """
        drawing = self.drawing
        if drawing.centre in drawing.nodes:
            return drawing.centre
        degree = Counter(end for edge in drawing.edges for end in (edge.head, edge.tail))

        def order(node: DrawnNode) -> tuple[object, ...]:
            is_named = re.search(rf"[:：]\s*{re.escape(self.name(node))}$", self.heading)
            weight = -self.radius[node.id], -len(node.papers), -degree[node.id]
            return node.type == "paper", not is_named, *weight, node.label.casefold(), node.id

        return min(drawing.nodes.values(), key=order).id if drawing.nodes else ""

    @property
    def legend(self) -> list[LegendEntry]:
        """The legend of node colours."""
        return self.kinds if self.colour == "type" else self.groups

    @property
    def counts(self) -> str:
        """How much of the graph is drawn, in a sentence."""
        drawing = self.drawing
        is_best = drawing.view == "lineage" and len(drawing.nodes) < drawing.all_nodes
        said = self.words(
            "picture.shown_best" if is_best else "picture.shown",
            nodes=f"{len(drawing.nodes):,}",
            all_nodes=f"{drawing.all_nodes:,}",
            edges=f"{len(drawing.edges):,}",
        )
        papers = self.words.count("count.paper", drawing.all_papers)
        if drawing.view and drawing.naming_papers < drawing.all_papers:
            named = {"n": f"{drawing.naming_papers:,}", "papers": papers}
            said += self.words(f"picture.coverage_{drawing.view}", **named)
        else:
            said += self.words("picture.of_papers", papers=papers)
        return said

    @property
    def size(self) -> str:
        """The meaning of node sizes."""
        return self.words(f"picture.size_{self._sized_by}")

    @property
    def support(self) -> str:
        """What independent support is, in a sentence; "" where sizes are numbers of papers."""
        return self.words("picture.support_means") if self._sized_by == "support" else ""

    @property
    def _sized_by(self) -> str:
        kinds = {node.type for node in self.drawing.nodes.values()} - {"paper"}
        return "papers" if kinds <= {"institution"} else self.drawing.sized_by
