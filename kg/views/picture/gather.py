"""Collects nodes and edges from papers and their links, and selects the most important ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from kg.identifiers import kind_of
from kg.query.corpus import Corpus
from kg.query.support import Backer, support
from kg.text import is_kind
from kg.views.network import relations
from kg.views.picture.drawing import KINDS, TOGETHER, Drawing, DrawnNode, Edge
from kg.views.picture.layers import is_readable
from kg.views.picture.scope import Scope

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

#: The relations of a lineage.
LINEAGE = ("uses", "part_of", "outperforms")
#: Roles of techniques in a paper, strongest first; other links rank with the first.
_STRENGTH = {"proposed": 0, "used": 1, "baseline": 2, "mentioned": 3}
#: Candidates as a multiple of the limit; "together" edges kept per node; edges of any kind that are drawn per node.
_CANDIDATES, _STRONGEST, _KEPT = 5, 4, 12
#: With more papers than this, two of them must name both entities for a "together" edge.
_MANY = 40
#: Two concepts of so many papers each are related in a lineage only where two papers state it.
_COMMON = 10
#: A lineage keeps so many nodes, however it looks.
_FEWEST = 12


@dataclass(slots=True)
class PaperFacts:
    """Facts about papers: entries, date, institutions."""

    papers: dict[str, Backer]
    order: dict[str, int] = field(default_factory=dict)  # position in the selection

    def support(self, papers: Iterable[str]) -> int:
        """The independent support of a set of papers."""
        return support(self.papers[p] for p in papers if p in self.papers)

    def years(self, papers: Iterable[str]) -> list[str]:
        """The years in which papers appeared, sorted."""
        return sorted({self.papers[p].when[:4] for p in papers if p in self.papers and self.papers[p].when})


class Gathering:
    """The nodes and edges of a scope; `types` restricts the node types, all if empty."""

    def __init__(self, graph: GraphReader, found: Scope, types: Sequence[str] = ()) -> None:
        self.store, self.scope, self.vocabulary = graph.store, found, graph.vocabulary
        order = {paper: place for place, paper in enumerate(found.papers)}
        self.facts = PaperFacts(Corpus.of(graph.store).backers(found.papers), order)
        self.types = types
        self.nodes: dict[str, DrawnNode] = {}
        self.role: dict[tuple[str, str], str] = {}
        for link in found.links:
            key = (link.paper, link.concept)
            kind = type_of(link.concept)
            if types and kind not in types:
                continue
            node = self.nodes.setdefault(link.concept, DrawnNode(link.concept, kind))
            if key not in self.role:
                node.papers.append(link.paper)
            if key not in self.role or _STRENGTH.get(link.role, 0) < _STRENGTH.get(self.role[key], 0):
                self.role[key] = link.role
        for node in self.nodes.values():
            node.papers.sort(key=self.facts.order.__getitem__)
            node.support = self.facts.support(node.papers)
        self.sized_by = "support" if any(known.institutions for known in self.facts.papers.values()) else "papers"

    def draw(self, limit: int, view: str = "", whole: bool = False) -> Drawing:
        """A drawing of at most `limit` nodes: papers and concepts, or only concepts if there are too many papers.

        A lineage that is to be seen `whole` has fewer nodes where a page could not show that many readably.
        """
        if view == "lineage":
            out = self._lineage(limit, whole)
        elif view == "collaboration":
            out = self._map(limit, said=False)
        elif self._draws_papers(limit):
            out = self._with_papers(limit)
        else:
            out = self._map(limit)
        out.naming_papers = len({paper for node in self.nodes.values() for paper in node.papers})
        out.all_papers, out.centre, out.view = len(self.scope.papers), self.scope.centre, view
        out.sized_by = self.sized_by
        for edge in out.edges:
            edge.papers.sort(key=self.facts.order.__getitem__)
            edge.years = self.facts.years(edge.papers)
        for node in out.nodes.values():
            node.years = self.facts.years(node.papers)
        return out

    def _draws_papers(self, limit: int) -> bool:
        if self.types:
            return "paper" in self.types
        return 2 * len(self.scope.papers) <= limit or type_of(self.scope.centre) == "paper"

    # Papers and concepts

    def _with_papers(self, limit: int) -> Drawing:
        all_nodes = len(self.nodes) + len(self.scope.papers)
        ranked = self._ranked()
        shared = Counter[str]()
        for node in ranked:
            if len(node.papers) > 1:
                shared.update(node.papers)
        firsts = sorted(self.scope.papers, key=lambda p: (p != self.scope.centre, -shared[p], self.facts.order[p]))
        room = max(limit - len(ranked), (limit + 1) // 2)
        nodes = {p: DrawnNode(p, "paper", papers=[p], support=1) for p in firsts[:room]}
        for node in ranked:
            if len(nodes) >= limit:
                break
            if any(paper in nodes for paper in node.papers):
                nodes[node.id] = node
        drawn = {node.id for node in nodes.values() if node.type == "paper"}
        edges = [
            Edge(paper, concept, role, [paper])
            for (paper, concept), role in sorted(self.role.items())
            if paper in drawn and concept in nodes
        ]
        return Drawing(nodes, edges + self._said(nodes), all_nodes)

    # Concepts only

    def _map(self, limit: int, said: bool = True) -> Drawing:
        """Concepts connected by relations, or by being named together."""
        ranked = self._ranked()
        candidates = {node.id: node for node in ranked[: _CANDIDATES * limit]}
        edges = self._said(candidates) if said else []
        spoken = {frozenset((edge.head, edge.tail)) for edge in edges}
        # Also connect the first nodes to each other, because their strongest neighbours are often rare and not drawn.
        for near in ({node.id: node for node in ranked[:limit]}, candidates):
            for edge in self._together(near):
                pair = frozenset((edge.head, edge.tail))
                if pair not in spoken:
                    spoken.add(pair)
                    edges.append(edge)
        return self._connected(candidates, edges, limit)

    def _lineage(self, limit: int, whole: bool) -> Drawing:
        candidates = {node.id: node for node in self._ranked()[: 10 * _CANDIDATES * limit]}
        said = [e for e in self._said(candidates) if e.relation in LINEAGE and not self._is_kind(e.tail, e.head)]
        edges: list[Edge] = []
        doubtful: list[Edge] = []
        for edge in merged(said):
            (edges if len(edge.papers) > 1 or not self._is_general(edge) else doubtful).append(edge)
        degree = Counter[str]()
        for edge in edges:
            degree.update({edge.head: len(edge.papers), edge.tail: len(edge.papers)})
        ranked = sorted(
            candidates.values(),
            key=lambda n: (n.id != self.scope.centre, -n.support * degree[n.id], -degree[n.id], -len(n.papers), n.id),
        )
        linked = {node.id: node for node in ranked if degree[node.id]}
        out = self._connected(linked, edges, limit)
        while whole and limit > _FEWEST and not is_readable(out):
            limit -= 2
            out = self._connected(linked, edges, limit)
        out.left_out = sum(edge.head in out.nodes and edge.tail in out.nodes for edge in doubtful)
        return out

    def _is_general(self, edge: Edge) -> bool:
        """Whether both ends are concepts of the vocabulary that are no names, or that many papers name.

        What one paper says of its own method is a fact; what one sentence says of such concepts is often a misreading.
        """
        ends = [self.nodes[edge.head], self.nodes[edge.tail]]
        if not all(node.id in self.vocabulary for node in ends):
            return False
        is_named = not all(is_kind(self.vocabulary[node.id].label.get("en", "")) for node in ends)
        return not is_named or all(len(node.papers) >= _COMMON for node in ends)

    def _is_kind(self, one: str, other: str) -> bool:
        """Whether a technique is a kind of another: then that one does not use it."""
        return one in self.vocabulary and other in self.vocabulary and one in self.vocabulary.narrower(other)

    def _connected(self, ranked: dict[str, DrawnNode], edges: list[Edge], limit: int) -> Drawing:
        """The first nodes that are connected to another drawn node; isolated nodes are left out."""
        beside: dict[str, set[str]] = defaultdict(set)
        for edge in edges:
            beside[edge.head].add(edge.tail)
            beside[edge.tail].add(edge.head)
        first = set(list(ranked)[:limit])
        kept = {name for name in first if beside[name] & first or name == self.scope.centre}
        before = -1
        while len(kept) < limit and len(kept) > before:
            before = len(kept)
            kept |= set([name for name in ranked if name not in kept and beside[name] & kept][: limit - before])
        nodes = {name: node for name, node in ranked.items() if name in kept}
        drawn = [edge for edge in edges if edge.head in nodes and edge.tail in nodes]
        return Drawing(nodes, _strongest(drawn), len(self.nodes))

    def _ranked(self) -> list[DrawnNode]:
        """Concepts by independent support; those that papers propose come before those that they only mention."""
        strength: dict[str, int] = {}
        for (_, concept), role in self.role.items():
            strength[concept] = min(strength.get(concept, 9), _STRENGTH.get(role, 1))
        order = {kind: place for place, kind in enumerate(KINDS)}
        return sorted(
            self.nodes.values(),
            key=lambda n: (
                n.id != self.scope.centre,
                *((-n.support, -len(n.papers)) if n.type != "institution" else (-len(n.papers), 0)),
                strength[n.id],
                order[n.type],
                n.id,
            ),
        )

    def _said(self, nodes: dict[str, DrawnNode]) -> list[Edge]:
        """The relations that the papers of the scope state between nodes."""
        edges: dict[tuple[str, str, str], Edge] = {}
        for said in relations(self.store, self.scope.papers):
            if said.head in nodes and said.tail in nodes and said.head != said.tail:
                key = (said.head, said.tail, said.relation)
                edges.setdefault(key, Edge(said.head, said.tail, said.relation)).papers.append(said.paper)
        for edge in edges.values():
            edge.papers = list(dict.fromkeys(edge.papers))
            edge.weight = float(len(edge.papers))
        return [edges[key] for key in sorted(edges)]

    def _together(self, nodes: dict[str, DrawnNode]) -> list[Edge]:
        """Edges between concepts that papers name together; the weight is the cosine of their sets of papers."""
        of_paper: dict[str, list[str]] = defaultdict(list)
        for name in sorted(nodes):
            for paper in nodes[name].papers:
                of_paper[paper].append(name)
        both = Counter[tuple[str, str]]()
        for names in of_paper.values():
            both.update(combinations(names, 2))
        size = {name: len(nodes[name].papers) for name in nodes}
        near = {pair: n / (size[pair[0]] * size[pair[1]]) ** 0.5 for pair, n in both.items()}
        if len(self.scope.papers) > _MANY and "institution" not in self.types:
            # A single paper that names both is weak evidence; it counts only for nodes without other edges.
            tied = {end for pair, n in both.items() if n > 1 for end in pair}
            near = {pair: weight for pair, weight in near.items() if both[pair] > 1 or not tied.issuperset(pair)}
        best: dict[str, list[tuple[float, tuple[str, str]]]] = defaultdict(list)
        for pair, weight in near.items():
            for end in pair:
                best[end].append((-weight, pair))
        most = _STRONGEST if "institution" not in self.types else 3 * _STRONGEST
        chosen = sorted({pair for found in best.values() for _, pair in sorted(found)[:most]})
        out = []
        for one, other in chosen:
            shared = set(nodes[other].papers)
            out.append(Edge(one, other, TOGETHER, [p for p in nodes[one].papers if p in shared], near[one, other]))
        return out


def merged(edges: list[Edge]) -> list[Edge]:
    """Edges where two that state a relation in both directions are one without a direction, of more papers ahead."""
    found = {(edge.head, edge.relation, edge.tail): edge for edge in edges}
    out = []
    for (head, relation, tail), edge in found.items():
        back = found.get((tail, relation, head))
        if back is None:
            out.append(edge)
        elif (-len(edge.papers), head) < (-len(back.papers), tail):
            papers = list(dict.fromkeys([*edge.papers, *back.papers]))
            out.append(Edge(head, tail, relation, papers, float(len(papers)), is_mutual=True))
    return out


def _strongest(edges: list[Edge]) -> list[Edge]:
    """The edges that are among the strongest of one of their ends; the others would clutter the drawing."""
    best: dict[str, list[tuple[int, float, str, str, str]]] = defaultdict(list)
    for edge in edges:
        key = (-len(edge.papers), -edge.weight, edge.head, edge.relation, edge.tail)
        best[edge.head].append(key)
        best[edge.tail].append(key)
    first = {name: sorted(found)[:_KEPT] for name, found in best.items()}
    kept = {key[2:] for found in first.values() for key in found}
    return [edge for edge in edges if (edge.head, edge.relation, edge.tail) in kept]


def type_of(concept: str) -> str:
    """The type of a node by its CURIE."""
    return kind_of(concept)
