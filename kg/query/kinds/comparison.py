"""Things side by side: a row for each aspect of which a paper says something about one of them.

What a thing has is what the papers have that propose or use it (of a model, hardware, ...: that have it). Which of two
things is better is said only where papers state it; where papers contradict one another, both are said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, permutations
from statistics import median
from typing import Any, NamedTuple

from kg.graph.rdf import RELATIONS
from kg.model import RELATION_TYPES, ROLES
from kg.names import iri, is_curie
from kg.query.answer import Answer, Cell, Line, Quote, Table
from kg.query.filter import Condition, Entity, Filter, Query
from kg.query.lexicon import Lexicon, Selects
from kg.query.measures import Block, Figure, Measures, blocks
from kg.query.sayings import Sayings
from kg.query.shown import entry_of, quotes
from kg.query.sparql import values, where
from kg.query.support import support
from kg.query.tally import Backer, backers, listed

#: Types of what papers have, in the order of their rows.
_HAD = ("problem", "task", "hardware", "model", "dataset", "topic", "institution")
#: What a cell names at most, rows of results, entries that a row lists, and quotes of a cell.
_LISTED, _RESULTS, _ENTRIES, _QUOTED = 5, 6, 100, 3
#: Papers of which all that they have is read; of more, only what several of them have.
_FEW = 300


class _Part(NamedTuple):
    """A cell with what shows it."""

    cell: Cell = None
    entries: Sequence[str] = ()
    evidence: Sequence[Quote] = ()


class _Value(NamedTuple):
    """What papers of a thing have, how many do, and which: all of them or one."""

    thing: str  # CURIE
    number: int
    papers: list[str]


class _Pair(NamedTuple):
    """A relation that papers state between two of the things, by their places."""

    head: int
    relation: str
    tail: int


def answer(store: Selects, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The things of a query side by side, at most `limit` rows."""
    return _Comparison(store, lexicon, question, query).answer(limit)


class _Comparison:
    def __init__(self, store: Selects, lexicon: Lexicon, question: str, query: Query) -> None:
        self.store, self.lexicon, self.question, self.query = store, lexicon, question, query
        self.say = Sayings.of(question)
        self.measures = Measures(lexicon, self.say)
        self.notes = list(query.filter.notes)
        self.things = list(query.things)
        self.filters: list[Filter] = []
        self.papers: list[dict[str, Backer]] = []

    def answer(self, limit: int | None) -> Answer:
        columns = ("aspect", *_distinct(self.things))
        if len(self.things) < 2:
            note = self.say("comparison.two")
            return Answer(self.question, self.query, (), (*self.notes, note), Table(columns))
        for at, thing in enumerate(self.things):
            self._find(at, thing)
        if not any(self.papers):
            return Answer(self.question, self.query, (), tuple(self.notes), Table(columns))
        stated = self._stated()
        lines = [
            *self._counted(),
            *self._relations(stated),
            *self._results(),
            *self._around(),
            *self._first(),
        ]
        table = Table(columns, tuple(lines[:limit]), self._verdict(stated))
        return Answer(self.question, self.query, (), tuple(self.notes), table)

    # The papers

    def _find(self, at: int, thing: Entity) -> None:
        """The papers of a thing; where none proposes or uses a technique, those that name it at all."""
        found = self._papers(thing)
        if not found and thing.field == "technique" and not thing.roles:
            self.things[at] = replace(thing, roles=ROLES)
            found = self._papers(self.things[at])
            if found:
                self.notes.append(self.say("comparison.any_role", thing=thing.label))
        if not found:
            self.notes.append(self.say("comparison.unknown", thing=thing.label))
        self.filters.append(self._filter(self.things[at]))
        self.papers.append(backers(self.store, found))

    def _filter(self, thing: Entity) -> Filter:
        return Filter((*self.query.filter.conditions, Condition(thing.label, (thing,))))

    def _papers(self, thing: Entity) -> list[str]:
        found = self.store.select(f"SELECT DISTINCT ?paper WHERE {{ {where(self._filter(thing))} }}")
        return sorted(str(row["paper"]) for row in found)

    # The rows

    def _row(self, aspect: str, parts: Sequence[_Part], concept: str = "") -> list[Line]:
        """A row, unless no thing has anything there."""
        if all(part.cell in (None, "", (), 0) for part in parts):
            return []
        entries = dict.fromkeys(entry for part in parts for entry in part.entries)
        evidence = dict.fromkeys(quote for part in parts for quote in part.evidence)
        entries |= dict.fromkeys(quote.source for quote in evidence)
        cells = (aspect, *(part.cell for part in parts))
        return [Line(cells, tuple(entries)[:_ENTRIES], tuple(evidence), concept)]

    def _counted(self) -> list[Line]:
        """How many papers, and how many independent ones, with the words of the first."""
        counts, supports = [], []
        own = self._proposing()
        first = [list(papers)[:_QUOTED] for papers in self.papers]
        words = self._words({p for some in first for p in some}, {c for thing in self.things for c in thing.concepts})
        for at, papers in enumerate(self.papers):
            told: Cell = len(papers)
            if own[at]:
                told = self.say("comparison.proposing", len(papers), own=own[at])
            shown = {p: words[p, c] for c in reversed(self.things[at].concepts) for p in first[at] if (p, c) in words}
            behind = (listed(papers.values())[:_ENTRIES], list(shown.values()))
            counts.append(_Part(told, *behind))
            supports.append(_Part(support(paper.supporter for paper in papers.values()), *behind))
        say = self.say
        return [*self._row(say("comparison.papers"), counts), *self._row(say("comparison.support"), supports)]

    def _proposing(self) -> list[int]:
        """How many papers propose each thing, where it is a technique."""
        out = []
        for thing in self.things:
            found = []
            if thing.field == "technique":
                proposed = self._filter(replace(thing, roles=("proposed",)))
                found = self.store.select(f"SELECT (COUNT(DISTINCT ?paper) AS ?n) WHERE {{ {where(proposed)} }}")
            out.append(int(str(found[0]["n"])) if found else 0)
        return out

    def _around(self) -> list[Line]:
        """What most papers of each thing have, a row a type, each value with the words of one paper."""
        every = [self._had(at) for at in range(len(self.things))]
        had = {kind: [found[kind] for found in every] for kind in _HAD}
        shown = [each for cells in had.values() for cell in cells for each in cell]
        words = self._words({each.papers[0] for each in shown}, {each.thing for each in shown})
        out = []
        for kind, cells in had.items():
            parts = []
            for at, cell in enumerate(cells):
                names = tuple(self.say("comparison.named", each.number, name=self._label(each.thing)) for each in cell)
                entries = [entry for each in cell for paper in each.papers for entry in self.papers[at][paper].entries]
                said = [words[pair] for each in cell if (pair := (each.papers[0], each.thing)) in words]
                parts.append(_Part(names, entries, said))
            out += self._row(self.say(f"comparison.{kind}"), parts)
        return out

    def _had(self, at: int) -> dict[str, list[_Value]]:
        """What most papers of a thing have by type, but for the thing itself."""
        thing, papers = self.things[at], self.papers[at]
        links = ", ".join(f"kg:{kind}" for kind in _HAD)
        had = f"{values('paper', papers)} ?paper ?p ?x FILTER(?p IN ({links}))"
        found: dict[str, list[_Value]] = defaultdict(list)
        if len(papers) <= _FEW:
            behind: dict[tuple[str, str], set[str]] = defaultdict(set)
            for row in self.store.select(f"SELECT ?paper ?p ?x WHERE {{ {had} }}"):
                behind[str(row["p"]), str(row["x"])].add(str(row["paper"]))
            for (link, named), some in behind.items():
                found[link].append(_Value(named, len(some), sorted(some)))
        else:
            counts = "?p ?x (COUNT(DISTINCT ?paper) AS ?n) (SAMPLE(?paper) AS ?one)"
            more = "GROUP BY ?p ?x HAVING(COUNT(DISTINCT ?paper) > 1)"
            for row in self.store.select(f"SELECT {counts} WHERE {{ {had} }} {more}"):
                found[str(row["p"])].append(_Value(str(row["x"]), int(str(row["n"])), [str(row["one"])]))

        def order(value: _Value) -> tuple[object, ...]:
            return -value.number, self._label(value.thing).casefold(), value.thing

        out = {}
        for kind in _HAD:
            others = [
                value for value in found[f"kg:{kind}"] if value.thing not in thing.concepts and is_curie(value.thing)
            ]
            least = sorted((value.number for value in others), reverse=True)[:_LISTED][-1:] or [0]
            # Labels are only looked up of what may be shown.
            out[kind] = sorted((value for value in others if value.number >= least[0]), key=order)[:_LISTED]
        return out

    def _label(self, concept: str) -> str:
        return self.lexicon.label(concept, self.say.language)

    def _words(self, papers: Iterable[str], things: Iterable[str]) -> dict[tuple[str, str], Quote]:
        """The words by which some papers name some things, by paper and thing."""
        some = ", ".join(f"<{iri(thing)}>" for thing in sorted(things))
        found = self.store.select(
            f"""SELECT ?paper ?x ?node WHERE {{ {values("paper", sorted(papers))} ?paper kg:entry ?entry .
  ?entry kg:mentions ?node . ?node kg:entity ?x FILTER(?x IN ({some})) ?node kg:quote ?quote }}"""
        )
        nodes: dict[tuple[str, str], str] = {}
        for row in sorted(found, key=lambda row: str(row["node"])):
            nodes.setdefault((str(row["paper"]), str(row["x"])), str(row["node"]))
        words = quotes(self.store, {node: self._label(thing) for (_, thing), node in nodes.items()})
        return {pair: words[node] for pair, node in nodes.items() if node in words}

    def _first(self) -> list[Line]:
        """When each thing was first seen, in which paper."""
        parts = []
        for papers in self.papers:
            known = sorted((paper.when, paper.entries) for paper in papers.values() if paper.when)
            parts.append(_Part(known[0][0][:10], known[0][1]) if known else _Part())
        return self._row(self.say("comparison.first"), parts)

    # Results

    def _results(self) -> list[Line]:
        """A row for each kind of figure, those first that most things have."""
        found = [blocks(self._figures(at)) if papers else {} for at, papers in enumerate(self.papers)]
        wanted = set(self.query.metric.metrics) if self.query.metric else set()
        sizes: dict[Block, list[int]] = defaultdict(lambda: [0] * len(found))
        for at, by_block in enumerate(found):
            for block, figures in by_block.items():
                sizes[block][at] = len(figures)

        def place(block: Block) -> tuple[Any, ...]:
            shared = sum(map(bool, sizes[block]))
            return block.metric not in wanted, -shared, -sum(sizes[block]), block.metric, block.unit, block.change

        out = []
        for block in sorted(sizes, key=place)[:_RESULTS]:
            parts = [self._figured(block, by_block.get(block, [])) for by_block in found]
            out += self._row(self.measures.name(block), parts, block.metric)
        return out

    def _figures(self, at: int) -> list[dict[str, object]]:
        return self.store.select(
            f"""SELECT DISTINCT (STR(?n) AS ?node) (STR(?m) AS ?metric) ?low ?high ?unit ?change ?bound WHERE {{
  {values("paper", self.papers[at])} ?paper kg:result ?n . ?n kg:metric ?m .
  ?n kg:low ?low ; kg:high ?high ; kg:change ?change
  OPTIONAL {{ ?n kg:unit ?unit }} OPTIONAL {{ ?n kg:bound ?bound }}
}}"""
        )

    def _figured(self, block: Block, figures: list[Figure]) -> _Part:
        """The best and the median of some figures, with the words of the best ones."""
        if not figures:
            return _Part()
        rises = self.measures.low_is_good(block)
        end = (lambda figure: (figure.low, figure.node)) if rises else (lambda figure: (-figure.high, figure.node))
        ordered = sorted(figures, key=end)
        shown = [figure.node for figure in ordered[:_QUOTED]]
        words = quotes(self.store, dict.fromkeys(shown, self.lexicon.label(block.metric, self.say.language)))
        best = self.measures.amount(*ordered[0].said)
        told = best
        if len(figures) > 1:
            middle = median(figure.low if rises else figure.high for figure in figures)
            values_told = {"best": best, "median": self.measures.amount(middle, middle, block.unit)}
            told = self.say("comparison.best", len(figures), **values_told)
        return _Part(told, [entry_of(figure.node) for figure in ordered], [words[n] for n in shown if n in words])

    # Relations

    def _stated(self) -> dict[_Pair, dict[str, str]]:
        """What papers state between the things: the node of each statement, by paper."""
        known = {f"kg:{name}": kind for kind, name in RELATIONS.items()}
        relations = ", ".join(known)
        out: dict[_Pair, dict[str, str]] = defaultdict(dict)
        for head, tail in permutations(range(len(self.things)), 2):
            tails = ", ".join(f"<{iri(concept)}>" for concept in self.things[tail].concepts)
            some = f"{values('h', self.things[head].concepts)} ?h ?p ?t FILTER(?p IN ({relations}) && ?t IN ({tails}))"
            pairs = self.store.select(f"SELECT DISTINCT ?h ?p ?t WHERE {{ {some} }}")
            if not pairs:
                continue
            stated = " ".join(f"({' '.join(f'<{iri(str(row[name]))}>' for name in 'hpt')})" for row in pairs)
            found = self.store.select(
                f"""SELECT ?p ?node ?paper WHERE {{ VALUES (?h ?p ?t) {{ {stated} }}
  ?node kg:head ?h ; kg:tail ?t ; kg:relationType ?p . ?entry kg:relation ?node . ?entry kg:paper ?paper }}"""
            )
            for row in sorted(found, key=lambda row: str(row["node"])):
                pair = _Pair(head, known[str(row["p"])], tail)
                out[pair].setdefault(str(row["paper"]), str(row["node"]))
        return out

    def _relations(self, stated: dict[_Pair, dict[str, str]]) -> list[Line]:
        """A row for each relation that papers state between the things."""
        out = []
        for relation in RELATION_TYPES:
            parts = []
            for at in range(len(self.things)):
                pairs = [(pair, nodes) for pair, nodes in sorted(stated.items()) if pair[:2] == (at, relation)]
                names = tuple(
                    self.say("comparison.named", len(nodes), name=self.things[pair.tail].label) for pair, nodes in pairs
                )
                nodes = [node for _, found in pairs for node in found.values()]
                words = quotes(self.store, dict.fromkeys(nodes[: 2 * _QUOTED], self.things[at].label))
                parts.append(_Part(names, [entry_of(node) for node in nodes], list(words.values())))
            out += self._row(self.say(f"comparison.{relation}"), parts)
        return out

    def _verdict(self, stated: dict[_Pair, dict[str, str]]) -> str:
        """Which thing papers call better, that they do not say so, or that they disagree; one clause a pair."""
        say = self.say
        clauses = []
        for first, second in combinations(range(len(self.things)), 2):
            wins = [self._wins(stated, *pair) for pair in ((first, second), (second, first))]
            if all(wins):
                clauses.append(say("comparison.disagree", one=wins[0], other=wins[1]))
                continue
            clauses += [win for win in wins if win] or self._open(stated, first, second)
        text = say("list.semicolon").join(clauses) + say("ranking.full_stop")
        return text[:1].upper() + text[1:] if clauses[0][:1] != self.things[0].label[:1] else text

    def _wins(self, stated: dict[_Pair, dict[str, str]], first: int, second: int) -> str:
        papers = stated.get(_Pair(first, "outperforms", second), {})
        names = {"first": self.things[first].label, "second": self.things[second].label}
        return self.say("comparison.wins", len(papers), **names) if papers else ""

    def _open(self, stated: dict[_Pair, dict[str, str]], first: int, second: int) -> list[str]:
        """What to say of two things of which none is called the better one."""
        names = {"first": self.things[first].label, "second": self.things[second].label}
        rivals = "institution" not in (self.things[first].field, self.things[second].field)
        return [*([self.say("comparison.open", **names)] if rivals else []), *self._other(stated, first, second)]

    def _other(self, stated: dict[_Pair, dict[str, str]], first: int, second: int) -> Iterator[str]:
        """What else papers state of two things, and how many have both."""
        for pair, papers in sorted(stated.items()):
            if {pair.head, pair.tail} == {first, second}:
                names = {"first": self.things[pair.head].label, "second": self.things[pair.tail].label}
                relation = self.say(f"comparison.{pair.relation}")
                yield self.say("comparison.related", len(papers), relation=relation, **names)
        both = len(self.papers[first].keys() & self.papers[second].keys())
        yield self.say("comparison.both", both) if both else self.say("comparison.not_both")


def _distinct(things: Sequence[Entity]) -> list[str]:
    """The labels of things as names of columns, each once."""
    out: list[str] = []
    for thing in things:
        name = thing.label
        if name in (*out, "aspect", "concept", "entries", "evidence"):
            name = f"{name} ({thing.concept})"
        out.append(name)
    return out
