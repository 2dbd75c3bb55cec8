"""What is drawn: papers and what they name as nodes, what is said between them as edges; plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.views.selection import TYPES, Quote

#: Types of nodes, in the order of the legend.
KINDS = ("paper", *(kind for kind in TYPES if kind != "institution"), "institution")
#: What two nodes have in common when no paper says more of them: the edge "together".
TOGETHER = "together"


@dataclass(slots=True)
class Node:
    """A paper or concept; `papers` are CURIEs, the first those that the selection puts first."""

    id: str
    type: str
    label: str = ""
    papers: list[str] = field(default_factory=list)
    support: int = 0  # independent support: papers no two of which share an institution
    years: list[str] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    community: int = -1


@dataclass(slots=True)
class Edge:
    """What is said between two nodes: a relation type, a role, a type of thing, or "together"."""

    head: str
    tail: str
    relation: str
    papers: list[str] = field(default_factory=list)
    weight: float = 1.0
    years: list[str] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)


@dataclass(slots=True)
class About:
    """What a picture shows of a paper beside its node."""

    entries: list[str]
    title: str = ""
    when: str = ""  # ISO 8601, as well as it is known


@dataclass(slots=True)
class Drawing:
    """The nodes and edges that are drawn, and how much there was to draw."""

    nodes: dict[str, Node]
    edges: list[Edge]
    all_nodes: int = 0
    all_papers: int = 0
    centre: str = ""
    view: str = ""
    sized_by: str = "support"  # or "papers", where no paper has a known institution
    about: dict[str, About] = field(default_factory=dict)
    communities: list[str] = field(default_factory=list)  # the label of each, largest first

    @property
    def has_papers(self) -> bool:
        """Whether papers are nodes of their own."""
        return any(node.type == "paper" for node in self.nodes.values())

    def measure(self, node: Node) -> int:
        """What a node's size stands for."""
        return node.support if self.sized_by == "support" and node.type != "institution" else len(node.papers)
