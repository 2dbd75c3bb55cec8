"""What lies around a concept: its papers, what else they have, and what papers say between it and other things."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from kg.model import RELATION_TYPES, KgError
from kg.names import kind_of
from kg.query.corpus import Corpus
from kg.rdf.triples import LINKS
from kg.views.network import links, titles

if TYPE_CHECKING:
    import networkx

    from kg.query.pairs import Numbers
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
    numbers = corpus.numbers(sorted(own))
    papers = np.unique(corpus.paper_of(corpus.mentions_of(numbers.tolist())))
    if not len(papers):
        raise KgError(f"The graph holds no paper that has {concept!r}: see `kg ask` and `kg show`.")
    things, counts = _had(corpus, papers)
    most = things[np.lexsort((things, -counts))[: limit + len(own)]]
    said = _said(corpus, numbers)
    told = Counter({end: n for (head, _, tail), n in said.items() for end in (head, tail) if end not in own})
    related = sorted(told, key=lambda thing: (-told[thing], thing))
    order = dict.fromkeys(thing for thing in (*related, *corpus.columns.things.names(most)) if thing not in own)
    shown = own | set(list(order)[:limit])
    newest = corpus.columns.papers.names(papers[-limit:].tolist())
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
    had = dict(zip(things.tolist(), counts.tolist(), strict=True))
    for thing in sorted(out.nodes - set(newest)):
        number = had.get(corpus.columns.things.number(thing), 0)
        out.add_node(thing, type=kind_of(thing), label_en=lexicon.label(thing), papers=number)
    return out


def _had(corpus: Corpus, papers: Numbers) -> tuple[Numbers, Numbers]:
    """The things that some papers have, by number, with how many do."""
    among = np.zeros(len(corpus), bool)
    among[papers] = True
    rows = corpus.mentions_in(np.flatnonzero(among[corpus.tables.paper_of]).astype(np.int32))
    things = corpus.columns["mentions", "thing"][rows].astype(np.int64)
    each = np.unique(things * len(corpus) + corpus.paper_of(rows)) // len(corpus)
    found, counts = np.unique(each, return_counts=True)
    return found.astype(np.int32), counts.astype(np.int32)


def _said(corpus: Corpus, numbers: Numbers) -> _Said:
    """What papers say between some things and others."""
    columns = corpus.columns
    head, tail = columns["relations", "head"], columns["relations", "tail"]
    rows = np.union1d(corpus.relations_of("head", numbers), corpus.relations_of("tail", numbers))
    paper = corpus.tables.paper_of[columns["relations", "entry"][rows]]
    told = zip(paper.tolist(), head[rows].tolist(), columns["relations", "type"][rows].tolist(), tail[rows].tolist(),
               strict=True)  # fmt: skip
    name = columns.things.name
    return Counter((name(h), RELATION_TYPES[kind], name(t)) for _, h, kind, t in sorted(set(told)))
