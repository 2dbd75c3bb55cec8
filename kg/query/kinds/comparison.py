"""Things side by side: a row for each aspect of which a paper says something about one of them.

What a thing has is what the papers have that propose or use it (of a model, hardware, ...: that have it). Which of two
things is better is said only where papers state it; where papers contradict one another, both are said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kg.model import RELATION_TYPES, ROLES
from kg.query.answer import Answer, Cell, Line, Quote, Table
from kg.query.corpus import Corpus
from kg.query.filter import Condition, Entity, Filter, Query
from kg.query.lexicon import Lexicon
from kg.query.measures import Block, Figures, Measures, blocks
from kg.query.pairs import span
from kg.query.sayings import Sayings
from kg.query.shown import entry_of, quotes, words
from kg.store.file import StoreFile

if TYPE_CHECKING:
    from kg.query.pairs import Bools

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


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The things of a query side by side, at most `limit` rows."""
    return _Comparison(store, lexicon, question, query).answer(limit)


class _Comparison:
    def __init__(self, store: StoreFile, lexicon: Lexicon, question: str, query: Query) -> None:
        self.store, self.lexicon, self.question, self.query = store, lexicon, question, query
        self.say = Sayings.of(question)
        self.measures = Measures(lexicon, self.say)
        self.notes = list(query.filter.notes)
        self.things = list(query.things)
        self.corpus = Corpus.of(store)
        self.papers: list[Bools] = []

    def answer(self, limit: int | None) -> Answer:
        columns = ("aspect", *_distinct(self.things))
        if len(self.things) < 2:
            note = self.say("comparison.two")
            return Answer(self.question, self.query, (), (*self.notes, note), Table(columns))
        for at, thing in enumerate(self.things):
            self._find(at, thing)
        if not any(papers.any() for papers in self.papers):
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
        if not found.any() and thing.field == "technique" and not thing.roles:
            self.things[at] = replace(thing, roles=ROLES)
            found = self._papers(self.things[at])
            if found.any():
                self.notes.append(self.say("comparison.any_role", thing=thing.label))
        if not found.any():
            self.notes.append(self.say("comparison.unknown", thing=thing.label))
        self.papers.append(found)

    def _papers(self, thing: Entity) -> Bools:
        return self.corpus.holding(Filter((*self.query.filter.conditions, Condition(thing.label, (thing,)))))

    def _entries(self, papers: Bools) -> list[str]:
        """The first entries of papers."""
        return self.corpus.listed(np.flatnonzero(papers)[:_ENTRIES].tolist())

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
        first = [self.corpus.columns.papers.names(np.flatnonzero(papers)[:_QUOTED]) for papers in self.papers]
        said = self._words({p for some in first for p in some}, {c for thing in self.things for c in thing.concepts})
        for at, papers in enumerate(self.papers):
            number = int(papers.sum())
            told: Cell = self.say("comparison.proposing", number, own=own[at]) if own[at] else number
            shown = {p: said[p, c] for c in reversed(self.things[at].concepts) for p in first[at] if (p, c) in said}
            behind = (self._entries(papers), list(shown.values()))
            counts.append(_Part(told, *behind))
            supports.append(_Part(self.corpus.support(np.flatnonzero(papers).astype(np.int32)), *behind))
        say = self.say
        return [*self._row(say("comparison.papers"), counts), *self._row(say("comparison.support"), supports)]

    def _proposing(self) -> list[int]:
        """How many papers propose each thing, where it is a technique."""
        return [
            int(self._papers(replace(thing, roles=("proposed",))).sum()) if thing.field == "technique" else 0
            for thing in self.things
        ]

    def _around(self) -> list[Line]:
        """What most papers of each thing have, a row a type, each value with the words of one paper."""
        every = [self._had(at) for at in range(len(self.things))]
        had = {kind: [found[kind] for found in every] for kind in _HAD}
        shown = [each for cells in had.values() for cell in cells for each in cell]
        quoted = self._words({each.papers[0] for each in shown}, {each.thing for each in shown})
        out = []
        for kind, cells in had.items():
            parts = []
            for cell in cells:
                names = tuple(self.say("comparison.named", each.number, name=self._label(each.thing)) for each in cell)
                entries = self._entries(self.corpus.those(paper for each in cell for paper in each.papers))
                said = [quoted[pair] for each in cell if (pair := (each.papers[0], each.thing)) in quoted]
                parts.append(_Part(names, entries, said))
            out += self._row(self.say(f"comparison.{kind}"), parts)
        return out

    def _had(self, at: int) -> dict[str, list[_Value]]:
        """What most papers of a thing have by type, but for the thing itself."""
        thing, papers = self.things[at], self.papers[at]
        least = 2 if papers.sum() > _FEW else 1

        def order(value: _Value) -> tuple[object, ...]:
            return -value.number, self._label(value.thing).casefold(), value.thing

        out = {}
        for kind in _HAD:
            pairs = self.corpus.pairs(kind, among=papers)
            things, counts = np.unique(pairs.things, return_counts=True)
            kept = (counts >= least) & ~np.isin(things, [pairs.names.number(concept) for concept in thing.concepts])
            things, counts = things[kept], counts[kept]
            # Labels are only looked up of what may be shown.
            enough = np.sort(counts)[-_LISTED:][:1]
            values = []
            for n in np.flatnonzero(counts >= enough).tolist() if len(counts) else []:
                first, last = span(pairs.things, int(things[n]))
                behind = self.corpus.columns.papers.names(pairs.papers[first:last][:_ENTRIES])
                values.append(_Value(pairs.names.name(int(things[n])), int(counts[n]), behind))
            out[kind] = sorted(values, key=order)[:_LISTED]
        return out

    def _label(self, concept: str) -> str:
        return self.lexicon.label(concept, self.say.language)

    def _words(self, papers: Iterable[str], things: Iterable[str]) -> dict[tuple[str, str], Quote]:
        """The words by which some papers name some things, by paper and thing."""
        columns = self.corpus.columns
        among = {n: thing for thing in things if (n := columns.things.number(thing)) >= 0}
        rows: dict[tuple[str, str], tuple[bool, int]] = {}
        for paper in papers:
            own = self.corpus.mentions_in(np.array(self.corpus.entry_numbers(columns.papers.number(paper))))
            for row in own[np.isin(columns["mentions", "thing"][own], list(among))].tolist():
                pair = paper, among[int(columns["mentions", "thing"][row])]
                place = bool(columns["mentions", "start"][row] < 0), row
                rows[pair] = min(place, rows.get(pair, place))
        said = words(self.corpus, "mentions", {row: self._label(thing) for (_, thing), (_, row) in rows.items()})
        return {pair: said[row] for pair, (_, row) in rows.items() if row in said}

    def _first(self) -> list[Line]:
        """When each thing was first seen, in which paper."""
        parts = []
        when = self.corpus.tables.when
        for papers in self.papers:
            dated = np.flatnonzero(papers & (when >= 0))
            first = dated[when[dated] == when[dated].min()].tolist() if len(dated) else []
            known = sorted((paper.when[:10], paper.entries) for paper in map(self.corpus.backer, first))
            parts.append(_Part(*known[0]) if known else _Part())
        return self._row(self.say("comparison.first"), parts)

    # Results

    def _results(self) -> list[Line]:
        """A row for each kind of figure, those first that most things have."""
        found = [self._figures(papers) for papers in self.papers]
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
            parts = [self._figured(block, by_block.get(block)) for by_block in found]
            out += self._row(self.measures.name(block), parts, block.metric)
        return out

    def _figures(self, papers: Bools) -> dict[Block, Figures]:
        """The results of papers on a metric that is known, by block."""
        right = papers[self.corpus.tables.figures()] & (self.corpus.columns["results", "metric"] >= 0)
        return blocks(self.corpus, np.flatnonzero(right).astype(np.int32))

    def _figured(self, block: Block, figures: Figures | None) -> _Part:
        """The best and the median of some figures, with the words of the best ones."""
        if not figures:
            return _Part()
        rises = self.measures.low_is_good(block)
        figures = figures.sorted(rises)
        first = figures.first(self.corpus, 0, _ENTRIES)
        shown = [figure.row for figure in first[:_QUOTED]]
        label = self.lexicon.label(block.metric, self.say.language)
        said = words(self.corpus, "results", dict.fromkeys(shown, label))
        best = self.measures.amount(*first[0].said)
        told = best
        if len(figures) > 1:
            middle = float(np.median(figures.low if rises else figures.high))
            told_of = {"best": best, "median": self.measures.amount(middle, middle, block.unit)}
            told = self.say("comparison.best", len(figures), **told_of)
        return _Part(told, [entry_of(figure.node) for figure in first], [said[row] for row in shown if row in said])

    # Relations

    def _stated(self) -> dict[_Pair, dict[str, str]]:
        """What papers state between the things: the node of each statement, by paper."""
        columns = self.corpus.columns
        related = self.corpus.related
        heads, tails = ([related(end, thing.concepts) for thing in self.things] for end in ("head", "tail"))
        papers = self.corpus.tables.paper_of[columns["relations", "entry"]]
        out: dict[_Pair, dict[str, str]] = defaultdict(dict)
        for head, tail in permutations(range(len(self.things)), 2):
            for row in np.flatnonzero(heads[head] & tails[tail]).tolist():
                pair = _Pair(head, RELATION_TYPES[columns["relations", "type"][row]], tail)
                out[pair].setdefault(columns.papers.name(int(papers[row])), self.corpus.node("relations", row))
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
                said = quotes(self.store, dict.fromkeys(nodes[: 2 * _QUOTED], self.things[at].label))
                parts.append(_Part(names, [entry_of(node) for node in nodes], list(said.values())))
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
        both = int((self.papers[first] & self.papers[second]).sum())
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
