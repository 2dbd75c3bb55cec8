"""Collects nodes and edges from papers and their links, and selects the most important ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

from kg.files import toml_file
from kg.identifiers import kind_of
from kg.query.corpus import Corpus
from kg.query.support import Backer, support
from kg.store.contents import labels
from kg.text import fold, is_kind
from kg.views.network import relations
from kg.views.picture.drawing import KINDS, TOGETHER, Drawing, DrawnNode, Edge
from kg.views.picture.layers import ahead, is_readable
from kg.views.picture.scope import Scope

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

#: The relations of a lineage.
LINEAGE = ("uses", "part_of", "outperforms")
#: Roles of techniques in a paper, strongest first; other links rank with the first.
_STRENGTH = {"proposed": 0, "used": 1, "baseline": 2, "mentioned": 3}
#: Candidates as a multiple of the limit; "together" edges kept per node; edges of any kind that are drawn per node.
_CANDIDATES, _STRONGEST, _KEPT = 5, 4, 12
#: Papers themselves are drawn where there are so many at most.
_FEW_PAPERS = 24
#: With more papers than this, two of them must name both entities for a "together" edge.
_MANY = 40
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
            out = self._map(limit, whole=whole)
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
        return len(self.scope.papers) <= _FEW_PAPERS or type_of(self.scope.centre) == "paper"

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

    def _map(self, limit: int, said: bool = True, whole: bool = False) -> Drawing:
        """Concepts connected by relations, or by being named together."""
        ranked = [node for node in self._ranked() if self._is_telling(node)]
        if len(self.scope.papers) > _MANY and "institution" not in self.types:  # what one paper alone names comes last
            alone = [node for node in ranked if len(node.papers) == 1]
            ranked = [node for node in ranked if len(node.papers) > 1] + ([] if whole else alone)
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

    def _is_telling(self, node: DrawnNode) -> bool:
        """Whether a concept tells papers apart: most have it not. A topic gives way to its technique."""
        if node.type == "topic" and (known := self.vocabulary.concepts.get(node.id)):
            named = self.vocabulary.bearing(fold(known.label.get("en", "")))
            if any(one.curie in self.nodes and one.type != "topic" for one in named):
                return False
        is_few = len(self.scope.papers) <= _MANY
        return is_few or node.type == "institution" or len(node.papers) <= len(self.scope.papers) / 2

    def _lineage(self, limit: int, whole: bool) -> Drawing:
        """Methods with a name of their own, and what they build on: never what is newer, a kind or a number format."""
        candidates = {node.id: node for node in self._ranked()[: 10 * _CANDIDATES * limit] if self._is_method(node)}
        proposals = [
            (self.facts.papers[paper].when, concept)
            for (paper, concept), role in self.role.items()
            if role == "proposed" and concept in candidates
        ]
        for when, concept in sorted(proposals, reverse=True):
            candidates[concept].since = when
        edges = [edge for edge in merged(self._said(candidates)) if edge.relation in LINEAGE and self._is_later(edge)]
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
        return out

    def _is_method(self, node: DrawnNode) -> bool:
        """Whether a technique has a name of its own and is no number format."""
        if node.id in self.vocabulary:
            return not is_kind(self.vocabulary[node.id].label.get("en", "")) and node.id not in self._formats
        return not is_kind(self.minted.get(node.id, ""))

    @cached_property
    def _formats(self) -> frozenset[str]:
        known = toml_file(__file__, "lineage.toml")["formats"]
        return frozenset(kind for one in known for kind in (one, *self.vocabulary.narrower(one)))

    @cached_property
    def minted(self) -> dict[str, str]:
        """The English names of concepts that the vocabulary does not know."""
        found = labels(self.store, sorted(name for name in self.nodes if name not in self.vocabulary))
        return {name: said.get("en", "") for name, said in found.items()}

    def _is_later(self, edge: Edge) -> bool:
        """Whether the later end of a relation appeared no earlier than the other; mutual ones have no such end."""
        one, other = (self.nodes[end].since for end in ahead(edge))
        return not edge.is_mutual and bool(other) and one[: len(other)] <= other[: len(one) or None]

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
        """Concepts by independent support; what has a name comes before phrases, proposals before mentions."""
        strength: dict[str, int] = {}
        for (_, concept), role in self.role.items():
            strength[concept] = min(strength.get(concept, 9), _STRENGTH.get(role, 1))
        order = {kind: place for place, kind in enumerate(KINDS)}
        return sorted(
            self.nodes.values(),
            key=lambda n: (
                n.id != self.scope.centre,
                *((-n.support, -len(n.papers)) if n.type != "institution" else (-len(n.papers), 0)),
                is_kind(self.minted.get(n.id, "")),
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
