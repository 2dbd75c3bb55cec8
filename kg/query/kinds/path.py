"""How two things hang together: the cheapest paths between them that papers give evidence for.

A step is a relation that a paper states between two things, or that a paper has a thing; a paper is a node like any
other. What is one step from each of the two is seen, then what is a step from that. What very many papers have (hubs)
links everything with everything and is passed over; the more papers have a thing, the weaker a bridge it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice, pairwise
from math import log, sqrt
from typing import NamedTuple

from kg.identifiers import is_curie, kind_of
from kg.query.answer import Answer, Grid, Line
from kg.query.conditions import Where, concepts, related
from kg.query.corpus import ALL, Corpus, Papers
from kg.query.filter import Condition, Entity, Filter, Query
from kg.query.lexicon import Lexicon
from kg.query.nodes import stated
from kg.query.sayings import Sayings
from kg.query.shown import entry_of, quotes
from kg.rdf.triples import LINKS, RELATIONS
from kg.store.file import StoreFile
from kg.text import fold

_COLUMNS = ("path", "step", "from", "relation", "to", "paper", "quote")
#: Paths that are shown, steps that one has at most, and how many paths make it needless to look for longer ones.
_PATHS, _STEPS, _ENOUGH = 5, 4, 3
#: Nodes from which the search goes on, edges that are read at once, paths and nodes that are looked at closely.
_FRONTIER, _EDGES, _TRIED, _NARROW = 60, 2_000, 30, 80
#: What a step costs: what papers state between two things counts more than that a paper has both; doubt costs more.
_RELATION, _DOUBT = 0.7, 0.5
_LINK = {"proposed": 0.9, "baseline": 1.3, "mentioned": 1.6}
_START, _END = "start", "end"


class _Step(NamedTuple):
    """An edge as a path passes it: `head` has the relation to `tail`, as a node of the graph shows."""

    start: str
    end: str
    head: str
    relation: str  # "kg:uses"
    tail: str
    node: str
    sure: bool


#: A path from the first thing to the second.
_Path = tuple[_Step, ...]


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """Up to five paths between the first two things of a query, at most `limit`; a line a step."""
    say = Sayings(query.language)

    def told(verdict: str, paths: Sequence[_Path] = (), *more: str) -> Answer:
        lines, chain = search.lines(paths[:limit]) if paths else ((), "")
        notes = (*query.filter.notes, *([] if lines else [verdict]), *filter(None, more))
        return Answer(question, query, (), notes, Grid(_COLUMNS, lines, verdict or chain))

    search = _Search(store, lexicon, say, query.things)
    if len(query.things) < 2:
        return told(say("path.two"))
    first, second = query.things[:2]
    ends = {"first": first.label, "second": second.label}
    if first.concept in search.own[1] or second.concept in search.own[0]:
        return told(say("path.same", **ends))
    search.look()
    for side, thing in ((_START, first), (_END, second)):
        if side not in search.graph:
            return told(say("path.unknown", thing=thing.label))
    both = sorted(search.own[0] & search.own[1])  # what counts as both is a bridge between them
    labels = say.listed([lexicon.label(concept, say.language) for concept in both])
    note = say("path.shared", len(both), both=labels, **ends) if both else ""
    if found := search.find():
        has = (Condition(thing.label, (thing,)) for thing in (first, second))
        together = search.corpus.count(search.corpus.holding(Filter(tuple(has))))
        return told("", found, say("path.together", together, **ends) if together else "", note)
    found = search.paths(through_hubs=True)[:1]
    hub = next((step.end for path in found for step in path if step.end in search.hubs), "")
    if not hub:
        return told(say("path.none", steps=_STEPS, **ends), (), note)
    papers = search.corpus.count(search.corpus.papers_with([hub]))
    return told(say("path.hub", papers, hub=lexicon.label(hub, say.language), **ends), found)


class _Search:
    """The part of the graph between two things that has been seen so far."""

    def __init__(self, store: StoreFile, lexicon: Lexicon, say: Sayings, things: Sequence[Entity]) -> None:
        import networkx

        self.store, self.lexicon, self.say, self.things = store, lexicon, say, things
        self.corpus = Corpus.of(store)
        self.own = [self._concepts(thing) for thing in things[:2]]
        one, two = self.own if len(self.own) == 2 else (set(), set())
        self.sides = dict.fromkeys(one - two, _START) | dict.fromkeys(two - one, _END)
        self.graph = networkx.Graph()  # what was seen: the cheapest edge between two nodes
        self.degrees: dict[str, int] = {}
        # How many papers may have a thing that paths lead through: it grows as the root of their number.
        self.limit = max(10, int(2 * sqrt(len(self.corpus))))

    def _concepts(self, thing: Entity) -> set[str]:
        """The thing and what counts as it; of a topic also the techniques, tasks and problems of its name."""
        named = self.lexicon.senses(fold(self.lexicon.label(thing.concept))) if thing.field == "topic" else []
        return {c for sense in named if sense.type != "metric" for c in self.lexicon.family(sense.concept)} | {
            *thing.concepts
        }

    @property
    def hubs(self) -> set[str]:
        """The things that were seen to be in too many papers."""
        return {thing for thing, degree in self.degrees.items() if degree > self.limit}

    def look(self) -> None:
        """See all that is one step from the two things, and first the papers that have both."""
        both = [self.corpus.papers_with(side) for side in self._sides()]
        sql = f"SELECT id FROM papers WHERE id IN ({both[0].sql}) AND id IN ({both[1].sql})"
        self._link(Papers(sql, both[0].given + both[1].given), self.sides)
        for side in self._sides():
            self._take(side)

    def _sides(self) -> list[list[str]]:
        return [sorted(c for c, own in self.sides.items() if own == side) for side in (_START, _END)]

    def find(self) -> list[_Path]:
        """Paths without hubs from the cheapest on, none more than a step longer than the shortest."""
        if len(found := self.paths()) < _ENOUGH:
            for side in (_START, _END):
                self._open(side)
            found = self.paths()
        return found

    def _open(self, side: str) -> None:
        """See what is a step from what is a step from a side; hubs stay closed."""
        near = self.graph[side]
        nodes = sorted(set(near) - {_START, _END}, key=lambda node: (near[node]["cost"], node))[:_FRONTIER]
        things = [node for node in nodes if not _is_paper(node)]
        self._weigh(things)
        self._take([node for node in things if node not in self.hubs])
        self._link(self.corpus.those(node for node in nodes if _is_paper(node)))

    def _take(self, things: list[str]) -> None:
        """See all that is one step from things."""
        ends = [related(end, things) for end in ("head", "tail")]
        for one in stated(
            self.store, Where(f"({ends[0].sql} OR {ends[1].sql})", ends[0].given + ends[1].given), _EDGES
        ):
            self._add(one.head, f"kg:{RELATIONS[one.type]}", one.tail, one.node, bool(one.sure), _RELATION)
        self._link(ALL, things)

    def _link(self, papers: Papers, things: Iterable[str] | None = None) -> None:
        """See that papers have some entities, or all that they have."""
        among = papers.of("x.paper")
        for table, column, role in (("mentions", "concept", "x.role"), ("topics", "topic", "''")):
            own = concepts(things) if things is not None else None
            sql = f"""SELECT e.name, x.number, p.curie, c.curie, {role}, x.sure FROM {table} x
                JOIN entries e ON e.id = x.entry JOIN papers p ON p.id = x.paper JOIN concepts c ON c.id = x.{column}
                WHERE {among.sql} {f"AND x.{column} IN {own.sql}" if own else ""} ORDER BY 4, 3, 2 LIMIT ?"""
            rows = self.store.rows(sql, *among.given, *(own.given if own else ()), _EDGES)
            for entry, number, paper, thing, role_of, sure in rows:
                said = (role_of or "mentioned") if kind_of(thing) == "technique" else kind_of(thing)
                node = f"entry:{entry}/mention/{number}"
                self._add(paper, f"kg:{LINKS[said]}", thing, node, bool(sure), _LINK.get(said, 1.0))

    def _add(self, head: str, relation: str, tail: str, node: str, sure: bool, cost: float) -> None:
        """Note an edge between two things, or of a paper and a thing.

        Institutions link all that is done at a place: they are bridges between institutions only.
        """
        is_place = kind_of(tail) == "institution" and tail not in self.sides
        if not (is_curie(head) and is_curie(tail)) or (is_place and {t.field for t in self.things} != {"institution"}):
            return
        first, second = self.sides.get(head, head), self.sides.get(tail, tail)
        new = (cost + (0.0 if sure else _DOUBT), (head, relation, tail), node, sure)
        known = self.graph.get_edge_data(first, second)
        if first != second and (known is None or new < known["said"]):
            self.graph.add_edge(first, second, cost=new[0], said=new)

    def _weigh(self, things: Iterable[str]) -> None:
        """Count the entries that name things."""
        self.degrees |= {one: self.corpus.once(self.corpus.degree, one) for one in things if one not in self.degrees}

    def paths(self, through_hubs: bool = False) -> list[_Path]:
        """Paths through what was seen, the first of all that rest on the same papers; hubs are passed over.

        What is surely said comes first, then what is said of the two things themselves and not of kinds of them.
        """
        import networkx

        graph = self.graph
        reach = [networkx.single_source_shortest_path_length(graph, side, _STEPS) for side in (_START, _END)]
        between = {n for n in reach[0].keys() & reach[1].keys() if reach[0][n] + reach[1][n] <= _STEPS}
        self._weigh(n for n in sorted(between) if not _is_paper(n) and n not in (_START, _END))
        graph = graph.subgraph(between if through_hubs else between - self.hubs)
        top = log(2 + self.limit)  # the toll of a thing is paid half on the way in, half on the way out
        for first, second, edge in graph.edges(data=True):
            tolls = (log(1 + self.degrees.get(node, 0)) for node in (first, second))
            edge["toll"] = edge["cost"] + sum(tolls) / top / 2
        if not {_START, _END} <= set(graph) or not networkx.has_path(graph, _START, _END):
            return []
        cost, rest = (networkx.single_source_dijkstra_path_length(graph, s, weight="toll") for s in (_START, _END))
        best = sorted(cost.keys() & rest.keys(), key=lambda node: (cost[node] + rest[node], node))[:_NARROW]
        graph = graph.subgraph({*best, _START, _END})
        found = []
        for nodes in islice(networkx.shortest_simple_paths(graph, _START, _END, "toll"), _TRIED):
            steps = tuple(self._step(start, *graph.edges[start, end]["said"][1:]) for start, end in pairwise(nodes))
            found += [steps] if len(steps) <= _STEPS else []
        least = min(map(len, found), default=0)
        labels = {thing.label for thing in self.things}

        def place(path: _Path) -> tuple[int, int, int]:
            others = sum(self.name(node) not in labels for node in (path[0].start, path[-1].end))
            return sum(not step.sure for step in path), others, len(path)

        out: dict[tuple[str, ...], _Path] = {}
        for path in sorted((path for path in found if len(path) <= least + 1), key=place):
            out.setdefault(tuple(dict.fromkeys(entry_of(step.node) for step in path)), path)
        return list(out.values())[:_PATHS]

    def _step(self, start: str, edge: tuple[str, str, str], node: str, sure: bool) -> _Step:
        """An edge in the direction of a path that comes from a node."""
        head, _, tail = edge
        ends = (head, tail) if start in (head, self.sides.get(head)) else (tail, head)
        return _Step(*ends, *edge, node, sure)

    def name(self, node: str) -> str:
        """What a node is called."""
        return self.lexicon.label(node, self.say.language)

    def lines(self, paths: Sequence[_Path]) -> tuple[tuple[Line, ...], str]:
        """A line a step, and the first path in one sentence: "LoRA is used by 002-19, which is about ..."."""
        papers = {node for path in paths for step in path for node in step[:2] if _is_paper(node)}
        names = {name: paper.entries[0] for name, paper in self.corpus.backers(papers).items()}
        words = quotes(self.store, {step.node: self.name(step.tail) for path in paths for step in path})
        called = {row.paper: row.name for row in self.corpus.rows(papers)}
        out, chain = [], []
        for number, path in enumerate(paths, 1):
            for at, step in enumerate(path, 1):
                quote = words.get(step.node)
                direction = "forward" if step.start == step.head else "back"
                relation = self.say(f"path.{step.relation.partition(':')[2]}_{direction}")
                ends = [names.get(node) or self.name(node) for node in step[:2]]
                cells = (number, at, ends[0], relation, ends[1], entry_of(step.node), quote.quote if quote else "")
                out.append(Line(cells, (entry_of(step.node),), (quote,) if quote else (), step.end))
                if number == 1:
                    chain.append(self.say("path.arrow", relation=relation, to=called.get(step.end) or ends[1]))
        start = called.get(paths[0][0].start) or self.name(paths[0][0].start)
        return tuple(out), self.say("path.chain", len(paths), start=start, steps=" ".join(chain))


def _is_paper(node: str) -> bool:
    return node.startswith("paper:")
