"""How two things are connected: the cheapest paths between them; each step is a paper's statement or entity.

A paper is a node like any other. Things that too many papers have, relative to the root of all, are not bridges.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise
from math import sqrt
from typing import TYPE_CHECKING

from kg.identifiers import is_curie, kind_of
from kg.query.answer import Answer, Grid, Line
from kg.query.conditions import Where, related
from kg.query.corpus import Corpus
from kg.query.filter import Condition, Filter, Query
from kg.query.lexicon import Lexicon
from kg.query.sayings import Sayings
from kg.query.shown import entry_of, namings, quotes, stated
from kg.rdf.triples import LINKS, RELATIONS
from kg.store.file import StoreFile

if TYPE_CHECKING:
    import networkx

_COLUMNS = ("path", "step", "from", "relation", "to", "paper", "quote")
#: The numbers of paths, of steps in a path, and of papers read for each thing, newest first.
_PATHS, _STEPS, _READ = 5, 4, 400
#: The cost of a step: a relation costs less than an entity of a paper, a mention more; doubt adds to it.
_RELATION, _HAS, _MENTION, _DOUBT = 0.7, 1.0, 1.5, 1.5


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """Up to five paths between the first two things of a query, at most `limit`; a line for each step."""
    say, corpus, notes = Sayings(query.language), Corpus.of(store), query.filter.notes
    table = Grid(_COLUMNS)
    if len(query.things) < 2:
        return Answer(question, query, (), (*notes, say("path.two")), table)
    first, second = query.things[:2]
    ends = {"first": first.label, "second": second.label}
    if first.concept in second.concepts or second.concept in first.concepts:
        return Answer(question, query, (), (*notes, say("path.same", **ends)), table)
    for thing in (first, second):
        if not corpus.count(corpus.papers_with(thing.concepts)):
            return Answer(question, query, (), (*notes, say("path.unknown", thing=thing.label)), table)
    found = list(islice(_paths(_seen(store, corpus, query), first.label, second.label), limit or _PATHS))
    if not found:
        return Answer(question, query, (), (*notes, say("path.none", steps=_STEPS, **ends)), table)
    has = (Condition(thing.label, (thing,)) for thing in (first, second))
    together = corpus.count(corpus.holding(Filter(tuple(has))))
    notes = (*notes, say("path.together", together, **ends)) if together else notes
    return Answer(question, query, (), notes, _table(store, corpus, lexicon, say, found))


#: A step: its start and end, the subject of the relation, the relation, and the node that shows it.
_Step = tuple[str, str, str, str, str]


def _seen(store: StoreFile, corpus: Corpus, query: Query) -> networkx.Graph[str]:
    """The graph of steps from the two things, whose nodes are their labels, and of their papers' entities."""
    import networkx

    graph: networkx.Graph[str] = networkx.Graph()
    things = query.things[:2]
    own = {concept: thing.label for thing in things[::-1] for concept in thing.concepts}

    def add(head: str, relation: str, tail: str, node: str, cost: float) -> None:
        start, end = own.get(head, head), own.get(tail, tail)
        known = graph.get_edge_data(start, end)
        if start != end and is_curie(head) and is_curie(tail) and (known is None or cost < known["cost"]):
            graph.add_edge(start, end, cost=cost, said=(start, relation, node))

    sides = [related(side, own) for side in ("head", "tail")]
    for one in stated(store, Where(" OR ".join(side.sql for side in sides), sides[0].given + sides[1].given)):
        add(one.head, f"kg:{RELATIONS[one.type]}", one.tail, one.node, _RELATION + _DOUBT * (not one.sure))
    papers = (corpus.names(corpus.papers_with(thing.concepts))[-_READ:] for thing in things)
    for naming in namings(store, {paper for some in papers for paper in some}):
        kind = kind_of(naming.concept)
        said = (naming.role or "mentioned") if kind == "technique" else kind
        if kind != "institution" or naming.concept in own:  # sharing an institution is not a connection
            cost = _MENTION if said == "mentioned" else _HAS
            add(naming.paper, f"kg:{LINKS[said]}", naming.concept, naming.node, cost)
    most = max(10, int(2 * sqrt(len(corpus))))
    between = [one for one, degree in graph.degree if degree > 1 and not one.startswith("paper:") and is_curie(one)]
    graph.remove_nodes_from([one for one in between if corpus.once(corpus.degree, one) > most])
    return graph


def _paths(graph: networkx.Graph[str], start: str, end: str) -> Iterator[list[_Step]]:
    """The cheapest paths, at most a step longer than the first; one of those that rest on the same papers."""
    import networkx

    if not (start in graph and end in graph and networkx.has_path(graph, start, end)):
        return
    least, papers = 0, set[frozenset[str]]()
    for nodes in islice(networkx.shortest_simple_paths(graph, start, end, "cost"), _PATHS * _STEPS):
        least = least or len(nodes)
        path: list[_Step] = [(one, other, *graph.edges[one, other]["said"]) for one, other in pairwise(nodes)]
        said = frozenset(entry_of(step[-1]) for step in path)
        if len(path) <= min(_STEPS, least) and said not in papers:
            papers.add(said)
            yield path


def _table(store: StoreFile, corpus: Corpus, lexicon: Lexicon, say: Sayings, paths: list[list[_Step]]) -> Grid:
    """A line for each step, and the first path in one sentence: "LoRA is used by 002-19, which is about ..."."""
    nodes = {node for path in paths for step in path for node in step[:2]}
    called = {node: lexicon.label(node, say.language) if is_curie(node) else node for node in nodes}
    papers = {row.paper: row for row in corpus.rows(node for node in nodes if node.startswith("paper:"))}
    ids = called | {name: row.id for name, row in papers.items()}
    called |= {name: row.name or row.id for name, row in papers.items()}
    words = quotes(store, {step[4]: called[step[1]] for path in paths for step in path})
    lines, chain = [], []
    for number, path in enumerate(paths, 1):
        for at, (start, end, head, relation, node) in enumerate(path, 1):
            said = say(f"path.{relation.partition(':')[2]}_{'forward' if start == head else 'back'}")
            quote = words.get(node)
            cells = (number, at, ids[start], said, ids[end], entry_of(node), quote.quote if quote else "")
            concept = end if is_curie(end) else ""
            lines.append(Line(cells, (entry_of(node),), (quote,) if quote else (), concept))
            chain += [say("path.arrow", relation=said, to=called[end])] if number == 1 else []
    verdict = say("path.chain", len(paths), start=called[paths[0][0][0]], steps=" ".join(chain))
    return Grid(_COLUMNS, tuple(lines), verdict)
