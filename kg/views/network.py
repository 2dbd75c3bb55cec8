"""The graph as a typed networkx multigraph, whole or around a concept, and its bare links.

Links come from the graph's tables, without the texts behind them: thousands in a second.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from typing import TYPE_CHECKING, NamedTuple

from kg.entity_types import LISTS
from kg.identifiers import kind_of
from kg.model import KgError, Record, Statement
from kg.query.conditions import Where, related
from kg.query.corpus import Corpus, Papers
from kg.query.shown import stated
from kg.rdf.store import Store
from kg.rdf.triples import LINKS
from kg.store.contents import labels, load_entry
from kg.store.file import StoreFile
from kg.text import one_line

if TYPE_CHECKING:
    import networkx

    from kg.views.reader import GraphReader

_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: The day of writing in a GEXF file.
STAMP = re.compile(rb' lastmodifieddate="[^"]*"')


class _Tie(NamedTuple):
    head: str
    relation: str
    tail: str
    paper: str
    entry: str
    quote: str
    said: Statement


class PaperLink(NamedTuple):
    """A paper has a concept: `role` is its role of a technique ("proposed"), else the concept's type ("hardware")."""

    paper: str
    role: str
    concept: str


class PaperRelation(NamedTuple):
    """A paper says a relation between two concepts."""

    paper: str
    head: str
    relation: str  # one of kg.model.RELATION_TYPES
    tail: str


def papers(store: Store) -> list[str]:
    """All papers (CURIEs), sorted."""
    return [paper for (paper,) in store.rows("SELECT curie FROM papers ORDER BY curie")]


def paper_of(store: Store, entry: str) -> str:
    """The paper (CURIE) of an entry ("002-22"); "" when there is none."""
    return store.papers_of([entry]).get(entry, "")


def links(store: Store, papers: Iterable[str]) -> list[PaperLink]:
    """What papers have, each link once, sorted."""
    return _links(store, "p.curie", papers)


def having(store: Store, concepts: Iterable[str]) -> list[PaperLink]:
    """The papers that have some concepts, each link once, sorted."""
    return _links(store, "c.curie", concepts)


def relations(store: Store, papers: Iterable[str]) -> list[PaperRelation]:
    """What papers say between concepts, each once, sorted."""
    sql = """SELECT DISTINCT e.paper, h.curie, x.type, t.curie FROM entries e JOIN relations x ON x.entry = e.id
        JOIN concepts h ON h.id = x.head JOIN concepts t ON t.id = x.tail WHERE e.paper IN ({})"""
    return sorted(PaperRelation(*row) for row in store.some(sql, papers))


def titles(store: Store, papers: Iterable[str]) -> dict[str, str]:
    """The titles of papers that have one."""
    return dict(store.some("SELECT curie, title FROM papers WHERE title <> '' AND curie IN ({})", papers))


def _links(store: Store, column: str, named: Iterable[str]) -> list[PaperLink]:
    found: set[PaperLink] = set()
    wanted = set(named)
    for table, of, role in (("mentions", "concept", "x.role"), ("topics", "topic", "''")):
        sql = f"""SELECT DISTINCT p.curie, {role}, c.curie, c.type FROM {table} x JOIN papers p ON p.id = x.paper
            JOIN concepts c ON c.id = x.{of} WHERE {column} IN ({{}})"""
        for paper, said, concept, kind in store.some(sql, wanted):
            found.add(PaperLink(paper, (said or "mentioned") if kind == "technique" else kind, concept))
    return sorted(found)


def network(store: Store, entries: Iterable[str] | None = None) -> networkx.MultiDiGraph:
    """Papers, their concepts and institutions, and what is said between them; of some entries, or of all.

    Nodes are CURIEs with `type`, `label_en` and `label_zh` ("" where unknown). An edge's key is its relation:
    how a paper has a concept (`proposes`, `hardware`, ...), or a relation type (`outperforms`, ...). Edges carry
    `relation`, `entries` (names, separated by spaces), `support` (how many papers), one `quote` and its `quote_entry`;
    `score` is the highest of the claims behind it, `sure` whether any of them is.
    Nodes and edges are sorted; texts are `cleaned`.
    """
    import networkx

    papers: dict[str, str] = {}
    edges: dict[tuple[str, str, str], list[_Tie]] = {}
    for name in store.names() if entries is None else entries:
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
        graph.add_node(node, type=kind_of(node), label_en=cleaned(english), label_zh=cleaned(chinese))
    for (head, tail, relation), said in sorted(edges.items()):
        graph.add_edge(head, tail, key=relation, **_support(relation, said))
    return graph


def graphml(graph: networkx.MultiDiGraph) -> bytes:
    """GraphML, for yEd, Gephi, Cytoscape, igraph."""
    import networkx

    out = io.BytesIO()
    networkx.write_graphml_xml(_labelled(graph), out, named_key_ids=True)
    return out.getvalue() + b"\n"


def gexf(graph: networkx.MultiDiGraph) -> bytes:
    """GEXF, for Gephi."""
    import networkx

    labelled = _labelled(graph)
    for head, tail, key, data in labelled.edges(keys=True, data=True):
        data["id"] = f"{head} {key} {tail}"
    out = io.BytesIO()
    networkx.write_gexf(labelled, out)
    return STAMP.sub(b"", out.getvalue()) + b"\n"  # the day of writing is no part of the content


def _labelled(graph: networkx.MultiDiGraph) -> networkx.MultiDiGraph:
    """A copy with the attribute that programs show: nodes are labelled in English, edges by their relation."""
    import networkx

    made = networkx.MultiDiGraph()
    made.add_nodes_from((node, data | {"label": data["label_en"]}) for node, data in graph.nodes(data=True))
    edges = graph.edges(keys=True, data=True)
    made.add_edges_from((head, tail, key, data | {"label": key}) for head, tail, key, data in edges)
    return made


def _edges(record: Record) -> Iterator[_Tie]:
    own, behind = record.paper, (record.paper, record.id)
    for kind, mentions in LISTS.items():
        for mention in getattr(record, mentions):
            if mention.concept:
                link = LINKS[(mention.role or "mentioned") if kind == "technique" else kind]
                yield _Tie(own, link, mention.concept, *behind, mention.surface, mention)
    for topic in record.topics:
        quote = topic.evidence.quote if topic.evidence else ""
        yield _Tie(own, "topic", f"topic:{topic.id}", *behind, quote, topic)
    for result in record.results:
        if result.metric_concept:
            yield _Tie(own, "metric", result.metric_concept, *behind, result.evidence.quote, result)
    for said in record.relations:
        if said.head_concept and said.tail_concept:
            yield _Tie(said.head_concept, said.type, said.tail_concept, *behind, said.evidence.quote, said)


def _support(relation: str, said: list[_Tie]) -> dict[str, str | float]:
    shown = next((edge for edge in said if edge.quote), said[0])
    return {
        "relation": relation,
        "entries": cleaned(" ".join(dict.fromkeys(edge.entry for edge in said))),
        "support": len({edge.paper for edge in said}),
        "quote": cleaned(shown.quote),
        "quote_entry": cleaned(shown.entry),
        "score": round(max(edge.said.confidence for edge in said), 4),
        "sure": any(edge.said.sure for edge in said),
    }


def cleaned(text: str) -> str:
    """A text on one line, without what XML forbids and what turns its direction."""
    return _NOT_XML.sub("\ufffd", one_line(text))


#: What papers say between the concept and another thing: head, relation, tail, with how many papers say so.
_Said = Counter[tuple[str, str, str]]


def neighbourhood(graph: GraphReader, concept: str, limit: int = 100) -> networkx.MultiDiGraph[str]:
    """A concept or a narrower one, the newest of its papers, and the things they have: at most `limit` of each.

    Things that papers relate to it come first, then those that most of its papers have. Nodes are CURIEs with `type`,
    `label_en` and, of things, `papers`: how many papers of the concept have them. An edge's key is its relation, as in
    `kg.views.network.network`; those between things carry `support`, the papers that say so. Raises KgError for a
    concept that no paper has.
    """
    import networkx

    corpus = Corpus.of(graph.store)
    own = graph.vocabulary.narrower(concept)
    papers = corpus.papers_with(sorted(own))
    names = corpus.names(papers)
    if not names:
        raise KgError(f"The graph holds no paper that has {concept!r}: see `kg ask` and `kg show`.")
    had = corpus.kept("neighbours", papers, lambda: _had(graph.store, papers))
    most = nsmallest(limit + len(own), had, key=lambda thing: (-had[thing], thing))
    said = _said(graph.store, own)
    told = Counter({end: n for (head, _, tail), n in said.items() for end in (head, tail) if end not in own})
    beside = sorted(told, key=lambda thing: (-told[thing], thing))
    order = dict.fromkeys(thing for thing in (*beside, *most) if thing not in own)
    shown = own | set(list(order)[:limit])
    newest = names[-limit:]
    out: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    titled = titles(graph.store, newest)
    for paper in newest:
        out.add_node(paper, type="paper", label_en=titled.get(paper, ""))
    lexicon = graph.lexicon()
    for link in links(graph.store, newest):
        if link.concept in shown:
            kind = kind_of(link.concept)
            relation = LINKS[link.role if kind == "technique" else kind]
            out.add_edge(link.paper, link.concept, key=relation, relation=relation)
    for (head, relation, tail), support in sorted(said.items()):
        if head in shown and tail in shown:
            out.add_edge(head, tail, key=relation, relation=relation, support=support)
    for thing in sorted(out.nodes - set(newest)):
        out.add_node(thing, type=kind_of(thing), label_en=lexicon.label(thing), papers=had.get(thing, 0))
    return out


def _had(store: StoreFile, papers: Papers) -> dict[str, int]:
    """The entities that papers of a set have, in any role, with how many do."""
    among = papers.of("x.paper")
    sql = " UNION ALL ".join(
        f"""SELECT c.curie, n.papers FROM (SELECT x.{column} AS concept, count(DISTINCT x.paper) AS papers
            FROM {table} x WHERE {among.sql} GROUP BY x.{column}) n JOIN concepts c ON c.id = n.concept"""
        for table, column in (("mentions", "concept"), ("topics", "topic"))
    )
    return dict(store.rows(sql, *2 * among.given))


def _said(store: StoreFile, own: Iterable[str]) -> _Said:
    """What papers say between some entities and others."""
    ends = [related(end, own) for end in ("head", "tail")]
    where = Where(f"({ends[0].sql} OR {ends[1].sql})", ends[0].given + ends[1].given)
    return Counter(one[1:] for one in {(r.paper, r.head, r.type, r.tail) for r in stated(store, where)})
