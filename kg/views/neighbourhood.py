"""What lies around a concept: its papers, what else they have, and what papers say between it and other things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from heapq import nsmallest
from typing import TYPE_CHECKING

from kg.model import KgError
from kg.names import kind_of
from kg.query.conditions import Where, related
from kg.query.corpus import Corpus, Papers
from kg.query.nodes import stated
from kg.rdf.triples import LINKS
from kg.store.file import StoreFile
from kg.views.network import links, titles

if TYPE_CHECKING:
    import networkx

    from kg.views.reader import GraphReader

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
