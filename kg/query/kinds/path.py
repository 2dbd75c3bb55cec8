"""How two things hang together: the shortest paths between them that papers give evidence for.

A step is a relation that a paper states between two things, or that a paper has a thing; a paper is a node like any
other. The search starts from both ends and goes through the graph level by level, so that it
sees no more of a large graph than it needs; networkx then finds the cheapest ways through what was seen. What very many
papers have (hubs) links everything with everything and is passed over; the more papers have a thing, the weaker a
bridge it is, so that passing it costs the logarithm of their number.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence, Set
from functools import cached_property
from itertools import islice, pairwise
from math import log, sqrt
from typing import TYPE_CHECKING, NamedTuple

from kg.identifiers import is_curie, kind_of
from kg.query.answer import Answer, Grid, Line
from kg.query.conditions import Where, concepts, related
from kg.query.corpus import ALL, Corpus, Papers
from kg.query.filter import Condition, Entity, Filter, Query
from kg.query.lexicon import Lexicon
from kg.query.nodes import nodes_at, stated
from kg.query.sayings import Sayings
from kg.query.shown import entry_of, quotes
from kg.rdf.triples import LINKS, RELATIONS
from kg.store.file import StoreFile
from kg.text import fold

if TYPE_CHECKING:
    import networkx

_COLUMNS = ("path", "step", "from", "relation", "to", "paper", "quote")
#: Paths that are shown, and steps that one has at most.
_PATHS, _STEPS = 5, 4
#: How many paths make it needless to look for longer ones.
_ENOUGH = 3
#: Nodes of a level from which the search goes on, and edges of a level that are read.
_FRONTIER, _EDGES = 60, 2_000
#: Paths that networkx is asked for, those of them that are looked at closely, nodes with the cheapest paths through
#: them that it is asked about, and bridges whose papers are counted.
_TRIED, _KEPT, _NARROW, _WEIGHED = 30, 15, 80, 100
#: What a step costs: what papers state between two things counts more than that a paper has both.
_RELATION = 0.7
_LINK = {"proposed": 0.9, "baseline": 1.3, "mentioned": 1.6}
_COSTS = {f"kg:{LINKS[kind]}": _LINK.get(kind, 1.0) for kind in LINKS} | {
    f"kg:{name}": _RELATION for name in RELATIONS.values()
}
#: What it costs more where it is not surely read.
_DOUBT = 0.5
_STATED = tuple(sorted(f"kg:{name}" for name in RELATIONS.values()))
_START, _END = "start", "end"


class _PathEdge(NamedTuple):
    """A triple of the graph: a relation between two things, or that a paper has a thing."""

    head: str
    relation: str  # "kg:uses"
    tail: str


class _Step(NamedTuple):
    """An edge as a path passes it."""

    start: str
    end: str
    edge: _PathEdge


#: A path from the first thing to the second.
_Path = tuple[_Step, ...]


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """Up to five paths between the first two things of a query, at most `limit`; a line a step."""
    say = Sayings(query.language)

    def told(verdict: str, paths: Sequence[_Path] = (), *more: str) -> Answer:
        lines = telling.lines(paths[:limit])
        table = Grid(_COLUMNS, lines, verdict or _chain(lines, say, telling.called))
        notes = (*query.filter.notes, *([] if lines else [verdict]), *filter(None, more))
        return Answer(question, query, (), notes, table)

    telling = _Telling(store, lexicon, say, (thing.label for thing in query.things))
    if len(query.things) < 2:
        return told(say("path.two"))
    first, second = query.things[:2]
    ends = {"first": first.label, "second": second.label}
    search = _Search(store, lexicon, first, second)
    if search.is_same:
        return told(say("path.same", **ends))
    unknown = search.unknown()
    if unknown:
        return told(say("path.unknown", thing=ends[unknown]))
    found = telling.different(search.find())
    both = say.listed([lexicon.label(concept, say.language) for concept in search.shared])
    note = say("path.shared", len(search.shared), both=both, **ends) if both else ""
    if found:
        corpus, has = Corpus.of(store), (Condition(thing.label, (thing,)) for thing in (first, second))
        together = corpus.count(corpus.holding(Filter(tuple(has))))
        return told("", found, say("path.together", together, **ends) if together else "", note)
    found = telling.different(search.through_hubs())[:1]
    hub = next((step.end for path in found for step in path if step.end in search.hubs), "")
    if not hub:
        return told(say("path.none", steps=_STEPS, **ends), (), note)
    papers = search.papers_of(hub)
    return told(say("path.hub", papers, hub=lexicon.label(hub, say.language), **ends), found)


class _Search:
    """The part of the graph between two things that has been seen so far."""

    def __init__(self, store: StoreFile, lexicon: Lexicon, first: Entity, second: Entity) -> None:
        self.store, self.lexicon, self.corpus = store, lexicon, Corpus.of(store)
        one, two = self._concepts(first), self._concepts(second)
        self.is_same = first.concept in two or second.concept in one
        # What counts as both is a bridge between them.
        self.shared = sorted(one & two)
        self.sides = dict.fromkeys(one - two, _START) | dict.fromkeys(two - one, _END)
        self.near: dict[str, dict[str, _PathEdge]] = {}  # what was seen: the cheapest edge between two nodes
        self.costs: dict[_PathEdge, float] = {}
        self.stated: set[frozenset[str]] = set()  # things between which papers surely state a relation
        self.hubs: set[str] = set()
        self.degrees: dict[str, int] = {}
        # Institutions link all that is done at a place: a bridge between institutions only.
        self.institutions = first.field == second.field == "institution"

    def _concepts(self, thing: Entity) -> set[str]:
        """The thing and what counts as it; of a topic also the techniques, tasks and problems of its name."""
        out = set(thing.concepts)
        if thing.field == "topic":
            named = self.lexicon.senses(fold(self.lexicon.label(thing.concept)))
            out |= {c for sense in named if sense.type != "metric" for c in self.lexicon.family(sense.concept)}
        return out

    def unknown(self) -> str:
        """Which of the two things, "first" or "second", nothing in the graph names."""
        for name, side in (("first", _START), ("second", _END)):
            own = self._side(side)
            if not any(map(self.corpus.degree, own)) and not stated(self.store, _at_an_end(own), 1):
                return name
        return ""

    def find(self) -> list[_Path]:
        """Paths without hubs from the cheapest on, none more than a step longer than the shortest."""
        found: list[_Path] = []
        for level in (self._around, self._third, self._fourth):
            is_last = bool(found)
            level()
            found = self._paths()
            if is_last or len(found) >= _ENOUGH:
                break
        return _short(found)

    def through_hubs(self) -> list[_Path]:
        """Paths through what was passed over, after a search that found none without."""
        return _short(self._paths(self.hubs))

    def papers_of(self, hub: str) -> int:
        """How many papers have a thing."""
        return self.corpus.count(self.corpus.papers_with([hub]))

    # Levels

    def _side(self, name: str) -> list[str]:
        return sorted(concept for concept, side in self.sides.items() if side == name)

    def _around(self) -> None:
        """All that is one step from the two things: what papers state of them, papers that have them."""
        cut = False
        for side in (_START, _END):
            cut |= self._take(self._side(side))
        if cut:  # not all papers were read: those that have both things are looked for
            sides = [self.corpus.papers_with(self._side(side)) for side in (_START, _END)]
            both = Papers(f"SELECT id FROM papers WHERE id IN ({sides[0].sql}) AND id IN ({sides[1].sql})",
                          sides[0].given + sides[1].given)  # fmt: skip
            self._link(both, self.sides)

    def _third(self) -> None:
        """What is two steps from the side of which less has been seen."""
        sizes = {side: len(self.near.get(side, ())) for side in (_START, _END)}
        self.wider = max((_START, _END), key=lambda side: (sizes[side], side))
        self._open(_END if self.wider == _START else _START)

    def _fourth(self) -> None:
        """What is two steps from the other side."""
        self._open(self.wider)

    def _open(self, side: str) -> None:
        """See what is a step from what is a step from a side; hubs stay closed."""
        costs = {node: self.costs[edge] for node, edge in self.near.get(side, {}).items()}
        nodes = sorted(costs.keys() - {_START, _END}, key=lambda node: (costs[node], node))[:_FRONTIER]
        things = [node for node in nodes if not _is_paper(node)]
        self._weigh(things)
        things = [node for node in things if node not in self.hubs]
        self._take(things)
        self._link(self.corpus.those(node for node in nodes if _is_paper(node)))

    def _take(self, things: list[str]) -> bool:
        """See all that is one step from things; whether that was too much to be read."""
        said = stated(self.store, _at_an_end(things), _EDGES + 1)
        for one in said[:_EDGES]:
            self._add(one.head, f"kg:{RELATIONS[one.type]}", one.tail, bool(one.sure))
        return self._link(ALL, things) or len(said) > _EDGES

    def _link(self, papers: Papers, things: Iterable[str] | None = None) -> bool:
        """See that papers have some entities, or all that they have; whether this was too much to be read."""
        among = papers.of("x.paper")
        sql, given = [], []
        for table, column, role in (("mentions", "concept", "x.role"), ("topics", "topic", "''")):
            own = concepts(things) if things is not None else None
            named = f" AND x.{column} IN {own.sql}" if own else ""
            sql.append(f"SELECT x.entry, x.number, x.paper, x.{column} AS concept, {role} AS role, x.sure"
                       f" FROM {table} x WHERE {among.sql}{named}")  # fmt: skip
            given += [*among.given, *(own.given if own else ())]
        rows = self.store.rows(
            f"SELECT p.curie, c.curie, x.role, x.sure FROM ({' UNION ALL '.join(sql)}) x"
            " JOIN papers p ON p.id = x.paper JOIN concepts c ON c.id = x.concept"
            " ORDER BY c.curie, p.curie, x.number LIMIT ?",
            *given, _EDGES + 1)  # fmt: skip
        for paper, thing, role, sure in rows[:_EDGES]:
            of = kind_of(thing)
            self._add(paper, f"kg:{LINKS[(role or 'mentioned') if of == 'technique' else of]}", thing, bool(sure))
        return len(rows) > _EDGES

    def _add(self, head: str, relation: str, tail: str, sure: bool) -> None:
        """Note an edge between two things, or of a paper and a thing; the vocabulary's own are no evidence."""
        is_stated = relation in _STATED
        if _is_paper(head) == is_stated or not (is_curie(head) and is_curie(tail)):
            return
        if not self.institutions and kind_of(tail) == "institution" and tail not in self.sides:
            return
        first, second = self.sides.get(head, head), self.sides.get(tail, tail)
        if first == second:
            return
        if is_stated and sure:
            self.stated.add(frozenset((head, tail)))
        edge = _PathEdge(head, relation, tail)
        cost = _COSTS[relation] + (0.0 if sure else _DOUBT)
        self.costs[edge] = min(self.costs.get(edge, cost), cost)
        known = self.near.setdefault(first, {}).get(second)
        if known is None or (self.costs[edge], edge) < (self.costs[known], known):
            self.near[first][second] = self.near.setdefault(second, {})[first] = edge

    # Paths

    def _paths(self, open_hubs: Container[str] = ()) -> list[_Path]:
        """Paths through what was seen, from the cheapest on; hubs are passed over but for some."""
        self._weigh(self._bridges(self._between(open_hubs)))
        between = self._between(open_hubs)
        self._weigh(self._bridges(between))
        closed = {node for node in self.hubs if node not in open_hubs}
        return self._cheapest(self._graph(between.keys() - closed))

    def _bridges(self, between: dict[str, int]) -> list[str]:
        """The things among some nodes with most neighbours, which may be hubs."""
        things = (node for node in between if not _is_paper(node) and node not in (_START, _END))
        return sorted(things, key=lambda node: (-len(self.near[node]), node))[:_WEIGHED]

    def _between(self, open_hubs: Container[str]) -> dict[str, int]:
        """Nodes of paths with at most a step more than the shortest, with the steps of the shortest through each."""
        steps, back = (self._steps(side, open_hubs) for side in (_START, _END))
        least = min(back.get(_START, _STEPS) + 1, _STEPS)
        found = {node: far + back[node] for node, far in steps.items() if node in back}
        return {node: far for node, far in found.items() if far <= least}

    def _steps(self, side: str, open_hubs: Container[str]) -> dict[str, int]:
        """How many steps lead from a side to each node that is near enough."""
        other = _END if side == _START else _START
        closed = {node for node in self.hubs if node not in open_hubs}
        steps = {side: 0}
        level = [side]
        for far in range(1, _STEPS + 1):
            near = [near for node in level if node != other for near in self.near.get(node, ())]
            level = [node for node in dict.fromkeys(near) if node not in steps and node not in closed]
            steps |= dict.fromkeys(level, far)
        return steps

    def _graph(self, nodes: Set[str]) -> networkx.Graph:
        """What was seen of some nodes; the toll of a thing is paid half on the way in, half on the way out."""
        import networkx

        top = log(2 + self._limit)
        tolls = {node: log(1 + self.degrees.get(node, 0)) / top / 2 for node in nodes}
        graph = networkx.Graph()
        for first in sorted(nodes):
            for second, edge in sorted(self.near.get(first, {}).items()):
                if second in nodes and first < second:
                    graph.add_edge(first, second, edge=edge, cost=self.costs[edge] + tolls[first] + tolls[second])
        return graph

    def _cheapest(self, graph: networkx.Graph) -> list[_Path]:
        import networkx

        if _START not in graph or _END not in graph or not networkx.has_path(graph, _START, _END):
            return []
        cost, rest = (
            networkx.single_source_dijkstra_path_length(graph, side, weight="cost") for side in (_START, _END)
        )
        best = sorted(cost.keys() & rest.keys(), key=lambda node: (cost[node] + rest[node], node))[:_NARROW]
        graph = graph.subgraph({*best, _START, _END})
        found = []
        for nodes in islice(networkx.shortest_simple_paths(graph, _START, _END, "cost"), _TRIED):
            edges = [graph.edges[pair]["edge"] for pair in pairwise(nodes)]
            if len(edges) <= _STEPS and not _goes_round(nodes, edges, self.stated):
                found.append(tuple(self._step(node, edge) for node, edge in zip(nodes, edges, strict=False)))
            if len(found) >= _KEPT:
                break
        return found

    def _step(self, node: str, edge: _PathEdge) -> _Step:
        """An edge in the direction of a path that comes from a node."""
        forward = node in (edge.head, self.sides.get(edge.head))
        return _Step(edge.head, edge.tail, edge) if forward else _Step(edge.tail, edge.head, edge)

    # Hubs

    @cached_property
    def _limit(self) -> int:
        """How many papers may have a thing that paths lead through: it grows as the root of their number."""
        return max(10, int(2 * sqrt(len(self.corpus))))

    def _weigh(self, things: Iterable[str]) -> None:
        """Count the entries that name things."""
        for thing in things:
            if thing not in self.degrees:
                self.degrees[thing] = self.corpus.once(self.corpus.degree, thing)
                if self.degrees[thing] > self._limit:
                    self.hubs.add(thing)


def _short(paths: list[_Path]) -> list[_Path]:
    """Paths by their number of steps, none with more than one step more than the first."""
    least = min(map(len, paths), default=0)
    return sorted((path for path in paths if len(path) <= least + 1), key=len)


def _goes_round(nodes: Sequence[str], edges: Sequence[_PathEdge], stated: Container[frozenset[str]]) -> bool:
    """Whether a path goes by a paper from one thing to another between which papers state a relation."""
    pairs = zip(edges, edges[1:], nodes[1:], strict=False)
    return any(_is_paper(node) and frozenset((one.tail, two.tail)) in stated for one, two, node in pairs)


class _Telling:
    """Paths in words, each step with the words that show it."""

    def __init__(self, store: StoreFile, lexicon: Lexicon, say: Sayings, things: Iterable[str]) -> None:
        """`things` are the labels of what is asked for."""
        self.store, self.lexicon, self.say, self.things = store, lexicon, say, set(things)
        self.corpus = Corpus.of(store)
        self.called: dict[str, str] = {}  # papers that are nodes, by their entry
        self.nodes: dict[_PathEdge, str] = {}
        self.sure: set[str] = set()  # those of these nodes that are sure

    def different(self, paths: Sequence[_Path]) -> list[_Path]:
        """The first of all paths that rest on the same papers: a paper and what it proposes go the same way.

        What is surely said comes first, then what is said of the two things themselves and not of kinds of them.
        """
        self.nodes |= self._found({step.edge for path in paths for step in path} - self.nodes.keys())
        out: dict[tuple[str, ...], _Path] = {}
        for path in sorted(paths, key=self._place):
            entries = (entry_of(self.nodes[step.edge]) for step in path if step.edge in self.nodes)
            out.setdefault(tuple(dict.fromkeys(entries)), path)
        return list(out.values())[:_PATHS]

    def _place(self, path: _Path) -> tuple[int, int]:
        kinds = (self._name(node, {}) not in self.things for node in (path[0].start, path[-1].end))
        return sum(self.nodes.get(step.edge) not in self.sure for step in path), sum(kinds)

    def lines(self, paths: Sequence[_Path]) -> tuple[Line, ...]:
        """A line a step."""
        named = {self.nodes[edge]: edge.tail for path in paths for _, _, edge in path if edge in self.nodes}
        words = quotes(self.store, {node: self.lexicon.label(tail, self.say.language) for node, tail in named.items()})
        papers = {node for path in paths for step in path for node in step[:2] if _is_paper(node)}
        names = self._entries(papers)
        self.called |= {row.id: row.name for row in self.corpus.rows(papers)}
        out = []
        for number, path in enumerate(paths, 1):
            for at, (start, end, edge) in enumerate(path, 1):
                quote = words.get(self.nodes.get(edge, ""))
                direction = "forward" if start == edge.head else "back"
                relation = self.say(f"path.{edge.relation.partition(':')[2]}_{direction}")
                entry = quote.source if quote else names.get(edge.head, "")
                ends = (self._name(start, names), relation, self._name(end, names))
                cells = (number, at, *ends, entry, quote.quote if quote else "")
                out.append(Line(cells, (entry,) if entry else (), (quote,) if quote else (), end))
        return tuple(out)

    def _name(self, node: str, names: dict[str, str]) -> str:
        return names.get(node) or self.lexicon.label(node, self.say.language)

    def _entries(self, papers: Iterable[str]) -> dict[str, str]:
        """The first entry of each paper."""
        return {name: paper.entries[0] for name, paper in self.corpus.backers(papers).items()}

    def _found(self, edges: Iterable[_PathEdge]) -> dict[_PathEdge, str]:
        """The node that shows each edge: the surest, then that of the first entry."""
        out: dict[_PathEdge, str] = {}
        for is_stated in (True, False):
            some = sorted(edge for edge in edges if (edge.relation in _STATED) == is_stated)
            for row in sorted(self._nodes(some, is_stated) if some else (), key=_surest):
                out.setdefault(_PathEdge(str(row["h"]), str(row["p"]), str(row["t"])), str(row["node"]))
        return out

    def _nodes(self, edges: list[_PathEdge], is_stated: bool) -> list[dict[str, object]]:
        """The nodes that say edges, with their edge and how sure they are."""
        find = self._stating if is_stated else self._naming
        said = {node: edge for edge in edges for node in find(edge)}
        found = [one for one in nodes_at(self.store, said) if one.start >= 0]
        self.sure |= {one.node for one in found if one.sure}
        return [{"node": n.node, "sure": n.score, **dict(zip("hpt", said[n.node], strict=True))} for n in found]

    def _stating(self, edge: _PathEdge) -> list[str]:
        kind = next(kind for kind, name in RELATIONS.items() if f"kg:{name}" == edge.relation)
        ends = related("head", [edge.head]), related("tail", [edge.tail])
        where = Where(f"x.type = ? AND {ends[0].sql} AND {ends[1].sql}", (kind, *ends[0].given, *ends[1].given))
        return [one.node for one in stated(self.store, where)]

    def _naming(self, edge: _PathEdge) -> list[str]:
        table, column = ("topics", "topic") if kind_of(edge.tail) == "topic" else ("mentions", "concept")
        sql = f"""SELECT e.name, x.number FROM entries e JOIN {table} x ON x.entry = e.id
            JOIN concepts c ON c.id = x.{column} WHERE e.paper = ? AND c.curie = ?"""
        return [f"entry:{entry}/mention/{number}" for entry, number in self.store.rows(sql, edge.head, edge.tail)]


def _at_an_end(things: Iterable[str]) -> Where:
    """The relations that have one of some entities at an end."""
    ends = [related(end, things) for end in ("head", "tail")]
    return Where(f"({ends[0].sql} OR {ends[1].sql})", ends[0].given + ends[1].given)


def _surest(row: dict[str, object]) -> tuple[float, str]:
    sure = row["sure"]
    return -(float(sure) if isinstance(sure, int | float) else 0.0), str(row["node"])


def _chain(lines: Sequence[Line], say: Sayings, called: Mapping[str, str]) -> str:
    """The first path in one sentence: "LoRA is used by 002-19, which is about KV cache compression"."""
    first = [[called.get(str(cell), cell) for cell in line.values] for line in lines if line.values[0] == 1]
    if not first:
        return ""
    steps = " ".join(say("path.arrow", relation=cells[3], to=cells[4]) for cells in first)
    return say("path.chain", len({line.values[0] for line in lines}), start=first[0][2], steps=steps)


def _is_paper(node: str) -> bool:
    return node.startswith("paper:")
