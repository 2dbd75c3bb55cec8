"""Things side by side: a row for each aspect of which a paper says something about one of them.

What a thing has is what the papers have that propose or use it (of a model, hardware, ...: that have it). Which of two
things is better is said as papers state it (kg.query.between). Figures are those of one thing over another.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple

from kg.entity_types import LISTS
from kg.model import RELATION_TYPES, ROLES
from kg.query.answer import Answer, Cell, Grid, Line, Quote, Row
from kg.query.between import Between, Stated
from kg.query.conditions import OWN, Where, concepts
from kg.query.corpus import Corpus, Papers
from kg.query.filter import Condition, Entity, Fact, Filter, Phrase, Query
from kg.query.lexicon import Lexicon
from kg.query.measures import Block, Figures, Measures, blocks
from kg.query.nodes import Reported, namings, reported
from kg.query.question_reader import about
from kg.query.sayings import Sayings
from kg.query.setups import Obtained, Setups
from kg.query.shown import entry_of, quotes
from kg.query.topic import only_naming
from kg.store.file import StoreFile
from kg.text import is_kind
from kg.trust import thresholds

#: Kinds of paper that look at things side by side.
_STUDIES = ("study", "benchmark")
#: Types of what papers have, in the order of their rows.
_HAD = (*(kind for kind in LISTS if kind not in ("technique", "institution")), "topic", "institution")
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


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The things of a query side by side, at most `limit` rows."""
    return _Comparison(store, lexicon, question, query).answer(limit)


def _can_be_sure(kind: str) -> bool:
    """Whether claims of a type are ever sure; a type that somebody adds has no threshold at first."""
    return LISTS.get(kind, "topics") in thresholds()


def _apart(things: Sequence[Entity]) -> list[Entity]:
    """The things, none with what is another of them: LoRA beside QLoRA is what is no QLoRA."""
    out = []
    for thing in things:
        kinds = [other for other in things if set(other.concepts) < set(thing.concepts)]
        theirs = {one for kind in kinds for one in (*kind.concepts, *kind.titles)}
        concepts, titles = (tuple(c for c in own if c not in theirs) for own in (thing.concepts, thing.titles))
        out.append(replace(thing, concepts=concepts, titles=titles))
    return out


class _Comparison:
    def __init__(self, store: StoreFile, lexicon: Lexicon, question: str, query: Query) -> None:
        self.store, self.lexicon, self.question, self.query = store, lexicon, question, query
        self.say = Sayings(query.language)
        self.measures = Measures(lexicon, self.say)
        self.notes = list(query.filter.notes)
        self.things = _apart(query.things)
        self.corpus = Corpus.of(store)
        self.papers: list[Papers] = []
        self.obtained = Obtained(self.corpus, lexicon, query.filter)
        self.proposed: dict[str, set[str]] = defaultdict(set)  # techniques, by paper

    @cached_property
    def between(self) -> Between:
        """What papers state between the things, once these are found."""
        return Between(self.store, self.lexicon, self.say, self.things, self.papers)

    def answer(self, limit: int | None) -> Answer:
        columns = ("aspect", *_distinct(self.things))
        if len(self.things) < 2:
            note = self.say("comparison.two")
            return Answer(self.question, self.query, (), (*self.notes, note), Grid(columns))
        for at, thing in enumerate(self.things):
            self._find(at, thing)
        if not any(map(self.corpus.count, self.papers)):
            return Answer(self.question, self.query, (), tuple(self.notes), Grid(columns))
        stated = self.between.stated()
        lines = [
            *self._counted(),
            *self._as_baseline(),
            *self._relations(stated),
            *self._results(),
            *self._around(),
            *self._first(),
        ]
        table = Grid(columns, tuple(lines[:limit]), self.between.verdict(stated, self._both))
        both = self._rows()
        return Answer(self.question, self.query, both, tuple(self.notes), table, fulfilling=len(both) or None)

    # The papers

    def _find(self, at: int, thing: Entity) -> None:
        """The papers of a thing; where none proposes or uses a technique, those that name it at all."""
        found = self._papers(thing)
        if not self.corpus.count(found) and thing.field == "technique" and not thing.roles:
            self.things[at] = replace(thing, roles=ROLES)
            found = self._named(thing)
            if self.corpus.count(found):
                self.notes.append(self.say("comparison.any_role", thing=thing.label))
        if not self.corpus.count(found):
            self.notes.append(self.say("comparison.unknown", thing=thing.label))
        self.papers.append(found)

    def _papers(self, thing: Entity) -> Papers:
        return self.corpus.holding(self._filter(thing))

    def _filter(self, thing: Entity) -> Filter:
        """The conditions of the question with a thing: of a topic, that papers work on it."""
        is_whole = thing.is_topic and thing in self.query.things
        own = about(self.lexicon, thing.concept).conditions if is_whole else (Condition(thing.label, (thing,)),)
        return Filter((*self.query.filter.conditions, *own))

    def _named(self, thing: Entity) -> Papers:
        """The papers that have a thing in whatever role, or name it in their texts where it has a name of its own."""
        wanted = replace(thing, roles=ROLES) if thing.field == "technique" else thing
        labels = (label for label in self.lexicon.labels(thing.concept) if label.isascii())
        names = tuple(label for label in labels if not is_kind(label))
        terms = (wanted, Phrase(thing.label, names)) if names else (wanted,)
        return self.corpus.holding(Filter((*self.query.filter.conditions, Condition(thing.label, terms))))

    def _both(self, first: int, second: int) -> list[str]:
        """The papers that name both of two things."""
        one, other = (set(self.corpus.names(self._named(self.things[at]))) for at in (first, second))
        return sorted(one & other)

    def _rows(self) -> tuple[Row, ...]:
        """The papers that name two of the things, which the comparison rests on first of all; studies come first."""
        pairs = combinations(range(len(self.things)), 2)
        named = dict.fromkeys(paper for pair in pairs for paper in self._both(*pair))
        studies = set(self.corpus.found(Filter((Condition("", tuple(Fact("kind", kind, kind) for kind in _STUDIES)),))))
        found = dict.fromkeys(sorted(named, key=lambda paper: paper not in studies))
        concepts = {concept for thing in self.things for concept in thing.concepts}
        said = self._words(list(found)[:_ENTRIES], concepts)
        quoted: dict[str, list[Quote]] = defaultdict(list)
        for (paper, _), quote in said.items():
            quoted[paper].append(quote)
        rows = {row.paper: row for row in self.corpus.rows(found)}
        return tuple(replace(rows[paper], score=1.0, evidence=tuple(quoted[paper])) for paper in found if paper in rows)

    def _entries(self, papers: Iterable[str]) -> list[str]:
        """The first entries of papers."""
        return self.corpus.listed(sorted(set(papers))[:_ENTRIES])

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
        every = [self.corpus.names(papers) for papers in self.papers]
        first = [papers[:_QUOTED] for papers in every]
        said = self._words({p for some in first for p in some}, {c for thing in self.things for c in thing.concepts})
        for at, papers in enumerate(every):
            kinds = len(self._proposed(self.things[at]).concepts) > 1
            key = "comparison.proposing_kinds" if kinds else "comparison.proposing"
            told: Cell = self.say(key, len(papers), own=own[at]) if own[at] else len(papers)
            shown = {p: said[p, c] for c in reversed(self.things[at].concepts) for p in first[at] if (p, c) in said}
            behind = (self._entries(papers), list(shown.values()))
            counts.append(_Part(told, *behind))
            supports.append(_Part(self.corpus.support(self.corpus.dated(self.papers[at])), *behind))
        is_used = any(thing.field == "technique" and not thing.roles for thing in self.things)
        key = "working" if all(thing.is_topic for thing in self.things) else "users" if is_used else "papers"
        lines = self._row(self.say(f"comparison.{key}"), counts)
        naming = [only_naming(self.corpus, self._filter(thing)) if thing.is_topic else [] for thing in self.things]
        lines += self._row(self.say("comparison.naming"), [_Part(len(some), self._entries(some)) for some in naming])
        is_place = any(thing.field == "institution" for thing in self.things)  # which all of its papers share
        if not is_place and all(map(self.corpus.tells_support, self.papers)):
            lines += self._row(self.say("comparison.support"), supports)
        return lines

    def _proposing(self) -> list[int]:
        """How many papers propose each thing, where it is a technique."""
        return [
            self.corpus.count(self._papers(self._proposed(thing))) if thing.field == "technique" else 0
            for thing in self.things
        ]

    def _as_baseline(self) -> list[Line]:
        """How many papers compare with each thing, where it is a technique: their results are not its own."""
        parts = []
        for thing in self.things:
            found = self._papers(replace(thing, roles=("baseline",))) if thing.field == "technique" else None
            papers = self.corpus.names(found) if found else []
            parts.append(_Part(len(papers), self._entries(papers)))
        return self._row(self.say("comparison.as_baseline"), parts)

    def _proposed(self, thing: Entity) -> Entity:
        """A technique as what papers propose; of one with a name of its own no other ("Fair-GPTQ") is a kind."""
        concepts = thing.concepts if is_kind(self.lexicon.label(thing.concept)) else (thing.concept,)
        return replace(thing, roles=("proposed",), concepts=concepts, titles=())

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
                entries = self._entries(paper for each in cell for paper in each.papers)
                said = [quoted[pair] for each in cell if (pair := (each.papers[0], each.thing)) in quoted]
                parts.append(_Part(names, entries, said))
            out += self._row(self.say(f"comparison.{kind}"), parts)
        return out

    def _had(self, at: int) -> dict[str, list[_Value]]:
        """What most papers of a thing surely have by type, but for the thing itself."""
        thing, papers = self.things[at], self.papers[at]
        least = 2 if self.corpus.count(papers) > _FEW else 1

        def order(value: tuple[str, int]) -> tuple[object, ...]:
            return -value[1], self._label(value[0]).casefold(), value[0]

        out = {}
        for kind in _HAD:
            most, _ = self.corpus.most(kind, papers, sure=_can_be_sure(kind))
            found = [one for one in most if one[0] not in thing.concepts]
            if kind == "problem":  # the others are a paper's own words, often half a sentence
                found = [one for one in found if one[0] in self.lexicon.vocabulary]
            enough = found[:_LISTED][-1][1] if found else 0  # labels are only looked up of what may be shown
            shown = sorted((one for one in found if one[1] >= max(enough, least)), key=order)[:_LISTED]
            if not self.corpus.leads(kind, papers):
                shown.sort(key=lambda one: self._label(one[0]).casefold())
            out[kind] = [_Value(name, number, self._having(kind, name, papers)) for name, number in shown]
        return out

    def _having(self, kind: str, thing: str, papers: Papers) -> list[str]:
        return [paper.curie for paper in self.corpus.behind(kind, thing, papers, sure=_can_be_sure(kind))[:_ENTRIES]]

    def _label(self, concept: str) -> str:
        return self.lexicon.label(concept, self.say.language)

    def _words(self, papers: Iterable[str], things: Iterable[str]) -> dict[tuple[str, str], Quote]:
        """The words by which some papers name some things, by paper and thing."""
        wanted = set(things)
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for one in namings(self.store, papers):
            if one.concept in wanted:
                found[one.paper, one.concept].append(one.node)
        said = quotes(self.store, {node: self._label(pair[1]) for pair, nodes in found.items() for node in nodes})
        quoted = {pair: [said[node] for node in nodes if node in said] for pair, nodes in found.items()}
        return {pair: next((one for one in some if one.sure), some[0]) for pair, some in quoted.items() if some}

    def _first(self) -> list[Line]:
        """When each thing was first seen, in which paper."""
        parts = []
        for papers in self.papers:
            dated = [paper for paper in self.corpus.dated(papers) if paper.when]
            earliest = min((paper.when for paper in dated), default="")
            first = self.corpus.backers(paper.curie for paper in dated if paper.when == earliest)
            known = sorted((paper.when[:10], paper.entries) for paper in first.values())
            parts.append(_Part(*known[0]) if known else _Part())
        return self._row(self.say("comparison.first"), parts)

    # Results

    def _results(self) -> list[Line]:
        """A row for each kind of figure that papers give for one of the things over another.

        What papers report over anything else was measured on setups of their own, and compares nothing.
        """
        every = [self._over_others(at) for at in range(len(self.things))]
        wanted = set(self.query.metric.metrics) if self.query.metric else set()
        sizes = Counter(block for found in every for block, figures in found.items() for _ in figures.figures)

        def place(block: Block) -> tuple[Any, ...]:
            return block.metric not in wanted, -sizes[block], block.metric, block.unit, block.change

        out = []
        for block in sorted(sizes, key=place)[:_RESULTS]:
            parts = [self._figured(at, block, found.get(block)) for at, found in enumerate(every)]
            out += self._row(self.measures.name(block), parts, block.metric)
        if out:
            self.notes.append(self.say("comparison.apart"))
        self.notes += self.obtained.notes(self.say)
        return out

    def _over_others(self, at: int) -> dict[Block, Figures]:
        """The results that a thing surely has over the others, by block; those of a technique's own papers.

        Of a thing that is no technique, the graph states that a result was obtained on it.
        """
        thing = self.things[at]
        is_technique = thing.field == "technique"
        own = replace(thing, roles=("proposed",), titles=()) if is_technique else thing
        rivals = concepts({c for one in self.things for c in one.concepts} - set(thing.concepts))
        where = self._papers(own).of("x.paper")
        sql = (
            f"{where.sql} AND {OWN} AND x.metric IS NOT NULL AND x.change <> 'absolute' AND x.baseline IN {rivals.sql}"
        )
        found = reported(self.store, Where(sql, (*where.given, *rivals.given)))
        said = quotes(self.store, {one.node: "" for one in found})
        setups = Setups(self.corpus, (one.node for one in found))
        for naming in namings(self.store, {one.paper for one in found}):
            if naming.role == "proposed":
                self.proposed[naming.paper].add(naming.concept)

        def is_own(one: Reported) -> bool:
            quote, proposed = said.get(one.node), self.proposed[one.paper]
            is_alone = bool(proposed) and proposed <= set(own.concepts)
            is_on = not is_technique and not set(own.concepts).isdisjoint(setups.said(one.node).get(thing.field, ()))
            return quote is not None and quote.sure and (is_alone if is_technique else is_on)

        own_ones = self.obtained.among(filter(is_own, found))
        every = blocks(own_ones, self.measures.as_level)
        return {block: figures for block, figures in every.items() if not self.measures.is_odd(block)}

    def _figured(self, at: int, block: Block, figures: Figures | None) -> _Part:
        """The best of some figures, each with what it is over, and of which kind of the thing it is."""
        if not figures:
            return _Part()
        best = [figure.said for figure in figures.sorted(self.measures.low_is_good(block)).figures[:_QUOTED]]
        told = tuple(self._over(at, one) for one in best)
        said = quotes(self.store, {one.node: self._label(block.metric) for one in best})
        return _Part(told, [entry_of(one.node) for one in best], list(said.values()))

    def _over(self, at: int, one: Reported) -> str:
        """ "3x over full fine-tuning", "a variant of LoRA (QR-LoRA): 3x over full fine-tuning"."""
        said = self.say("comparison.over", amount=self.measures.amount_of(one), rival=self._label(one.baseline))
        thing, proposed = self.things[at], self.proposed[one.paper]
        kinds = proposed if thing.field == "topic" else proposed.intersection(thing.concepts)
        is_own = not kinds or not kinds.isdisjoint(self.between.own(at))
        return said if is_own else self.say("comparison.of", what=self.between.meant(at, kinds), said=said)

    # Relations

    def _relations(self, stated: Stated) -> list[Line]:
        """A row for each relation that papers state between the things."""
        out = []
        for relation in RELATION_TYPES:
            parts = []
            for at in range(len(self.things)):
                groups = self.between.groups_of(stated, at, relation)
                nodes = [one.node for group in groups for one in group.papers.values()]
                said = quotes(self.store, dict.fromkeys(nodes[: 2 * _QUOTED], self.things[at].label))
                names = tuple(self.between.grouped(at, group) for group in groups)
                parts.append(_Part(names, [entry_of(node) for node in nodes], list(said.values())))
            out += self._row(self.say(f"comparison.{relation}", 1), parts)
        return out


def _distinct(things: Sequence[Entity]) -> list[str]:
    """The labels of things as names of columns, each once."""
    out: list[str] = []
    for thing in things:
        name = thing.label
        if name in (*out, "aspect", "concept", "entries", "evidence"):
            name = f"{name} ({thing.concept})"
        out.append(name)
    return out
