"""The graph as a typed networkx multigraph, for paths, communities and drawing programs."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from kg.graph.contents import entry_names, labels, load_entry
from kg.graph.rdf import LINKS
from kg.graph.store import Store
from kg.model import LISTS, Record

if TYPE_CHECKING:
    import networkx

_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STAMP = re.compile(rb' lastmodifieddate="[^"]*"')


class _Edge(NamedTuple):
    head: str
    relation: str
    tail: str
    paper: str
    entry: str
    quote: str


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
        graph.add_node(node, type=_type(node), label_en=_clean(english), label_zh=_clean(chinese))
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
    return _STAMP.sub(b"", out.getvalue()) + b"\n"  # the day of writing is no part of the content


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
        "entries": _clean(" ".join(dict.fromkeys(edge.entry for edge in said))),
        "support": len({edge.paper for edge in said}),
        "quote": _clean(shown.quote),
        "quote_entry": _clean(shown.entry),
    }


def _type(node: str) -> str:
    kind = node.partition(":")[0]
    return "institution" if kind == "ror" else kind


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
