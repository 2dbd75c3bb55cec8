"""The graph as a typed networkx multigraph, for paths, communities and drawing programs; and its bare links.

Links are read without the texts behind them, so that thousands of papers cost seconds.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from kg.graph.contents import entry_names, labels, load_entry
from kg.graph.rdf import LINKS, RELATIONS
from kg.graph.store import Store
from kg.model import LISTS, Record
from kg.names import iri

if TYPE_CHECKING:
    import networkx

_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: The day of writing in a GEXF file.
STAMP = re.compile(rb' lastmodifieddate="[^"]*"')
#: Things that a query names at most.
_BATCH = 500
_ROLES = {predicate: role for role, predicate in LINKS.items()}
_TYPES = {predicate: kind for kind, predicate in RELATIONS.items()}
_PREDICATES = ", ".join(f"kg:{predicate}" for predicate in LINKS.values())


class _Edge(NamedTuple):
    head: str
    relation: str
    tail: str
    paper: str
    entry: str
    quote: str


class Link(NamedTuple):
    """A paper has a concept: `role` is its role of a technique ("proposed"), else the concept's type ("hardware")."""

    paper: str
    role: str
    concept: str


class Said(NamedTuple):
    """A paper says a relation between two concepts."""

    paper: str
    head: str
    relation: str  # one of kg.model.RELATION_TYPES
    tail: str


def papers(store: Store) -> list[str]:
    """All papers (CURIEs), sorted."""
    return sorted({str(row["p"]) for row in store.select("SELECT ?p { ?e kg:paper ?p }")})


def paper_of(store: Store, entry: str) -> str:
    """The paper (CURIE) of an entry ("002-22"); "" when there is none."""
    rows = store.select(f"SELECT ?p {{ <{iri(f'entry:{entry}')}> kg:paper ?p }}")
    return str(rows[0]["p"]) if rows else ""


def links(store: Store, papers: Sequence[str]) -> Iterator[Link]:
    """What papers have, each link once."""
    for bound in _bound("p", papers):
        sparql = f"SELECT DISTINCT ?p ?l ?c {{ {bound} ?p ?l ?c FILTER(?l IN ({_PREDICATES})) }}"
        for row in store.select(sparql):
            yield Link(str(row["p"]), _ROLES[str(row["l"]).partition(":")[2]], str(row["c"]))


def having(store: Store, concepts: Iterable[str]) -> Iterator[Link]:
    """The papers that have some concepts."""
    for bound in _bound("c", sorted(concepts)):
        sparql = f"SELECT DISTINCT ?p ?l ?c {{ {bound} ?p ?l ?c . ?p kg:entry ?e FILTER(?l IN ({_PREDICATES})) }}"
        for row in store.select(sparql):
            yield Link(str(row["p"]), _ROLES[str(row["l"]).partition(":")[2]], str(row["c"]))


def relations(store: Store, *, papers: Sequence[str] = (), heads: Iterable[str] = ()) -> Iterator[Said]:
    """What papers say between concepts: all that some papers say, or all that is said of some heads."""
    if papers:
        for bound in _bound("p", papers):
            yield from _said(store, f"{bound} ?e kg:paper ?p ; kg:relation ?r .")
    else:
        for bound in _bound("h", sorted(heads)):
            yield from _said(store, f"{bound} ?r kg:head ?h . ?e kg:relation ?r ; kg:paper ?p .")


def titles(store: Store, papers: Sequence[str]) -> dict[str, str]:
    """The titles of papers that have one; where entries differ, the alphabet's first."""
    found: dict[str, str] = {}
    for bound in _bound("p", papers):
        for row in store.select(f"SELECT ?p ?t {{ {bound} ?p kg:title ?t }}"):
            found[str(row["p"])] = min(str(row["t"]), found.get(str(row["p"]), str(row["t"])))
    return found


def _said(store: Store, pattern: str) -> Iterator[Said]:
    rows = store.select(f"SELECT DISTINCT ?p ?h ?k ?t {{ {pattern} ?r kg:relationType ?k ; kg:head ?h ; kg:tail ?t }}")
    for row in rows:
        kind = _TYPES.get(str(row["k"]).partition(":")[2])
        if kind:
            yield Said(str(row["p"]), str(row["h"]), kind, str(row["t"]))


def _bound(variable: str, names: Sequence[str]) -> Iterator[str]:
    """VALUES blocks of so many CURIEs as a query may name."""
    for at in range(0, len(names), _BATCH):
        yield f"VALUES ?{variable} {{ {' '.join(f'<{iri(name)}>' for name in names[at : at + _BATCH])} }}"


def network(store: Store, entries: Iterable[str] | None = None) -> networkx.MultiDiGraph:
    """Papers, their concepts and institutions, and what is said between them; of some entries, or of all.

    Nodes are CURIEs with `type`, `label_en` and `label_zh` ("" where unknown). An edge's key is its relation:
    how a paper has a concept (`proposes`, `hardware`, ...), or a relation type (`outperforms`, ...). Edges carry
    `relation`, `entries` (names, separated by spaces), `support` (how many papers), one `quote` and its `quote_entry`.
    Nodes and edges are sorted; texts hold no character that XML forbids.
    """
    import networkx

    papers: dict[str, str] = {}
    edges: dict[tuple[str, str, str], list[_Edge]] = {}
    for name in entry_names(store) if entries is None else entries:
        _, record = load_entry(store, name)
        papers[record.paper] = papers.get(record.paper) or record.title or record.name or name
        for edge in _edges(record):
            edges.setdefault((edge.head, edge.tail, edge.relation), []).append(edge)
    graph = networkx.MultiDiGraph()
    concepts = {end for head, tail, _ in edges for end in (head, tail)} - papers.keys()
    known = labels(store, concepts)
    for node in sorted(papers.keys() | concepts):
        label = known.get(node, {})
        english = papers.get(node) or label.get("en") or label.get("zh") or node.partition(":")[2]
        chinese = papers.get(node) or label.get("zh", "")
        graph.add_node(node, type=_type(node), label_en=cleaned(english), label_zh=cleaned(chinese))
    for (head, tail, relation), said in sorted(edges.items()):
        graph.add_edge(head, tail, key=relation, **_support(relation, said))
    return graph


def graphml(graph: networkx.MultiDiGraph) -> bytes:
    """GraphML, for yEd, Gephi, Cytoscape, igraph."""
    import networkx

    out = io.BytesIO()
    networkx.write_graphml_xml(graph, out, named_key_ids=True)
    return out.getvalue() + b"\n"


def gexf(graph: networkx.MultiDiGraph) -> bytes:
    """GEXF, for Gephi; nodes are labelled in English, edges by their relation."""
    import networkx

    labelled = networkx.MultiDiGraph()
    labelled.add_nodes_from((node, data | {"label": data["label_en"]}) for node, data in graph.nodes(data=True))
    labelled.add_edges_from(
        (head, tail, key, data | {"label": key, "id": f"{head} {key} {tail}"})
        for head, tail, key, data in graph.edges(keys=True, data=True)
    )
    out = io.BytesIO()
    networkx.write_gexf(labelled, out)
    return STAMP.sub(b"", out.getvalue()) + b"\n"  # the day of writing is no part of the content


def _edges(record: Record) -> Iterator[_Edge]:
    for kind, mentions in LISTS.items():
        for mention in getattr(record, mentions):
            if mention.concept:
                link = LINKS[(mention.role or "mentioned") if kind == "technique" else kind]
                yield _Edge(record.paper, link, mention.concept, record.paper, record.id, mention.surface)
    for topic in record.topics:
        quote = topic.evidence.quote if topic.evidence else ""
        yield _Edge(record.paper, "topic", f"topic:{topic.id}", record.paper, record.id, quote)
    for result in record.results:
        if result.metric_concept:
            yield _Edge(record.paper, "metric", result.metric_concept, record.paper, record.id, result.evidence.quote)
    for relation in record.relations:
        if relation.head_concept and relation.tail_concept:
            yield _Edge(
                relation.head_concept,
                relation.type,
                relation.tail_concept,
                record.paper,
                record.id,
                relation.evidence.quote,
            )


def _support(relation: str, said: list[_Edge]) -> dict[str, str | int]:
    shown = next((edge for edge in said if edge.quote), said[0])
    return {
        "relation": relation,
        "entries": cleaned(" ".join(dict.fromkeys(edge.entry for edge in said))),
        "support": len({edge.paper for edge in said}),
        "quote": cleaned(shown.quote),
        "quote_entry": cleaned(shown.entry),
    }


def _type(node: str) -> str:
    kind = node.partition(":")[0]
    return "institution" if kind == "ror" else kind


def cleaned(text: str) -> str:
    """A text without the characters that XML forbids."""
    return _NOT_XML.sub("\ufffd", text)
