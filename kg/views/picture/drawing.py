"""The data of a picture: papers and entities as nodes, relations between them as edges."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.views.selection import TYPES, EntryQuote

#: Types of nodes, in the order of the legend.
KINDS = ("paper", *(kind for kind in TYPES if kind != "institution"), "institution")
#: The edge between two nodes that papers name together without stating a relation.
TOGETHER = "together"


@dataclass(slots=True)
class DrawnNode:
    """A paper or concept; `papers` are CURIEs, the newest first once a drawing is filled."""

    id: str
    type: str
    label: str = ""
    papers: list[str] = field(default_factory=list)
    support: int = 0  # independent support: papers of which no two share an institution
    years: list[str] = field(default_factory=list)
    quotes: list[EntryQuote] = field(default_factory=list)
    community: int = -1
    since: str = ""  # when a paper of the graph first proposed it, ISO 8601; "" if none did


@dataclass(slots=True)
class Edge:
    """An edge between two nodes: a relation type, a role, a type of mention, or "together"."""

    head: str
    tail: str
    relation: str
    papers: list[str] = field(default_factory=list)
    weight: float = 1.0
    years: list[str] = field(default_factory=list)
    quotes: list[EntryQuote] = field(default_factory=list)
    is_mutual: bool = False  # papers state it in both directions


@dataclass(slots=True)
class About:
    """The facts about a paper shown in the panel."""

    entries: list[str]
    title: str = ""
    when: str = ""  # ISO 8601, as precise as known
    called: str = ""  # "SnapKV 2024"
    link: str = ""


@dataclass(slots=True)
class Drawing:
    """The nodes and edges that are drawn, and how many there were."""

    nodes: dict[str, DrawnNode]
    edges: list[Edge]
    all_nodes: int = 0
    all_papers: int = 0
    naming_papers: int = 0  # those that name anything of the types drawn
    centre: str = ""
    view: str = ""
    sized_by: str = "support"  # or "papers", if no paper has a known institution
    about: dict[str, About] = field(default_factory=dict)
    communities: list[str] = field(default_factory=list)  # the label of each, largest first
    periods: list[str] = field(default_factory=list)  # of a lineage: what its columns are, "" for what is older

    @property
    def is_map(self) -> bool:
        """Whether concepts alone are drawn, in regions."""
        return not self.view and not any(node.type == "paper" for node in self.nodes.values())

    def measure(self, node: DrawnNode) -> int:
        """The quantity shown by a node's size."""
        return node.support if self.sized_by == "support" and node.type != "institution" else len(node.papers)
