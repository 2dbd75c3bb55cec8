"""Comparison of things: papers that compare them, with numbers and quotes, then results of several, then counts.

A technique stands for the papers that propose or use it; a model, hardware and the like for the papers that have it.
Which of two things is better is reported as the papers state it; if they contradict one another, both are reported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations, permutations
from typing import NamedTuple

from kg.model import OBTAINED, ROLES
from kg.query.answer import Answer, Cell, Grid, Line, Quote, Row
from kg.query.comparable import comparable
from kg.query.condition_evidence import AnswerEvidence
from kg.query.conditions import OWN, Where, related
from kg.query.corpus import Corpus, Papers
from kg.query.filter import Condition, Entity, Fact, Filter, Phrase, Query
from kg.query.lexicon import Lexicon
from kg.query.question_reader import about
from kg.query.result_table import COLUMNS, ResultTable
from kg.query.result_table import Row as Found
from kg.query.sayings import Sayings
from kg.query.shown import Related, namings, quotes
from kg.query.shown import stated as related_in
from kg.query.topic import only_naming
from kg.store.file import StoreFile
from kg.text import fold, is_kind

#: Kinds of paper that study things side by side.
_STUDIES = ("study", "benchmark")
_COLUMNS = ("method", *COLUMNS)
#: The numbers of entries in a line, and of kinds of a thing that are named.
_ENTRIES, _NAMED = 100, 5


class _Pair(NamedTuple):
    """A relation that papers state between two of the things, by their indices."""

    head: int
    relation: str
    tail: int


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The comparison of the things of a query, at most `limit` rows."""
    return _Comparison(store, lexicon, question, query).answer(limit)


def _apart(things: Sequence[Entity]) -> list[Entity]:
    """The things, none including another: beside QLoRA, LoRA means LoRA other than QLoRA."""
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
        self.notes = list(query.filter.notes)
        self.things = _apart(query.things)
        self.corpus = Corpus.of(store)
        self.papers: list[Papers] = []
        self.proposed: dict[str, set[str]] = defaultdict(set)  # techniques, by paper
        self.table = ResultTable(store, lexicon, self.say, query.filter)

    def answer(self, limit: int | None) -> Answer:
        if len(self.things) < 2:
            note = self.say("comparison.two")
            return Answer(self.question, self.query, (), (*self.notes, note), Grid(_COLUMNS))
        for at, thing in enumerate(self.things):
            self._find(at, thing)
        if not any(map(self.corpus.count, self.papers)):
            return Answer(self.question, self.query, (), tuple(self.notes), Grid(_COLUMNS))
        stated, both = self._stated(), self._rows()
        own = [self._own(at) for at in range(len(self.things))]
        lines = [*self._comparing(stated, own, both), *self._differences(own)] or self._claimed()
        lines += self._counted()
        self.notes += self.table.notes()
        table = Grid(_COLUMNS, tuple(lines[:limit]), self._verdict(stated))
        return Answer(self.question, self.query, both, tuple(self.notes), table, fulfilling=len(both) or None)

    # The papers

    def _find(self, at: int, thing: Entity) -> None:
        """Find the papers of a thing; if none proposes or uses a technique, those that name it at all."""
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
        """The conditions of the question plus a thing: for a topic, that papers work on it."""
        is_whole = thing.is_topic and thing in self.query.things
        own = about(self.lexicon, thing.concept).conditions if is_whole else (Condition(thing.label, (thing,)),)
        return Filter((*self.query.filter.conditions, *own))

    def _named(self, thing: Entity) -> Papers:
        """The papers that have a thing in any role, or name it."""
        return self.corpus.holding(Filter((*self.query.filter.conditions, self._naming(thing))))

    def _naming(self, thing: Entity) -> Condition:
        """The condition that a paper has a thing in any role, or its texts contain the name, if it is a proper name."""
        wanted = replace(thing, roles=ROLES) if thing.field == "technique" else thing
        labels = (label for label in self.lexicon.labels(thing.concept) if label.isascii())
        names = tuple(label for label in labels if not is_kind(label))
        terms = (wanted, Phrase(thing.label, names)) if names else (wanted,)
        return Condition(thing.label, terms)

    def _both(self, first: int, second: int) -> list[str]:
        """The papers that name both of two things."""
        one, other = (set(self.corpus.names(self._named(self.things[at]))) for at in (first, second))
        return sorted(one & other)

    def _rows(self) -> tuple[Row, ...]:
        """The papers that name two of the things: first those that do so in one sentence, then studies."""
        pairs = combinations(range(len(self.things)), 2)
        named = dict.fromkeys(paper for pair in pairs for paper in self._both(*pair))
        studies = set(self.corpus.found(Filter((Condition("", tuple(Fact("kind", kind, kind) for kind in _STUDIES)),))))
        asked = Filter(tuple(self._naming(thing) for thing in self.things))
        found = AnswerEvidence(self.corpus, self.lexicon, asked, list(named), self.say.language)
        rows = []
        for row in (found.row(paper) for paper in named if paper in found.rows):
            things: dict[str, set[str]] = defaultdict(set)
            for quote in row.evidence:
                things[quote.context].add(quote.entity)
            words = sorted(row.evidence, key=lambda one: (-len(things[one.context]), one.field == "T", not one.sure))
            rows.append((max(map(len, things.values()), default=0), replace(row, score=1.0, evidence=tuple(words))))
        return tuple(row for _, row in sorted(rows, key=lambda one: (-one[0], one[1].paper not in studies)))

    # Statements of papers about the things

    def _stated(self) -> dict[_Pair, list[Related]]:
        """The sure relations that papers state between the things, once each."""
        out: dict[_Pair, list[Related]] = {}
        for head, tail in permutations(range(len(self.things)), 2):
            for one in self._between(head, tail):
                known = out.setdefault(_Pair(head, one.type, tail), [])
                if one.paper not in {other.paper for other in known}:
                    known.append(one)
        return out

    def _between(self, head: int, tail: int) -> list[Related]:
        """The sure relations from one thing to another; if a paper is on a topic, also those of what it proposes.

        A paper on both topics is no evidence for one over the other.
        """
        ends = related("head", self._members(head)), related("tail", self._members(tail))
        sql = " AND ".join(["x.sure = 1", OWN, *(end.sql for end in ends)])
        found = related_in(self.store, Where(sql, ends[0].given + ends[1].given))
        if self.things[head].field != "topic":
            return found
        among = self.papers[head].of("x.paper")
        sql = f"{ends[1].sql} AND x.type = 'outperforms' AND x.sure = 1 AND {among.sql}"
        wins = related_in(self.store, Where(sql, (*ends[1].given, *among.given)))
        named = namings(self.store, {win.paper for win in wins})
        proposed = {(one.paper, one.concept) for one in named if one.role == "proposed"}
        on_both = {one.paper for one in named if one.concept == self.things[tail].concept and not one.role}
        wins = [win for win in wins if (win.paper, win.head) in proposed and win.paper not in on_both]
        return list(dict.fromkeys((*found, *wins)))

    def _members(self, at: int) -> tuple[str, ...]:
        """A thing and its kinds; for a topic, also the techniques with its name."""
        thing = self.things[at]
        names = self.lexicon.senses(fold(self.lexicon.label(thing.concept))) if thing.field == "topic" else []
        same = (one.concept for one in names if one.type == "technique" and one.known)
        return tuple({*thing.concepts}.union(*map(self.lexicon.family, same)))

    def _called(self, at: int, concepts: Iterable[str]) -> str:
        """The name of a thing, or of its kinds that the statements are about: "QLoRA (LoRA)"."""
        thing, named = self.things[at], set(concepts)
        own = self.lexicon.namesakes(thing.concept, (thing.concept, *self._members(at)))
        if not named or not named.isdisjoint(own):
            return thing.label
        names = self.say.first(sorted(map(self.table.label, named)), _NAMED)
        return self.say("comparison.of", name=names, thing=thing.label)

    def _verdict(self, stated: dict[_Pair, list[Related]]) -> str:
        """Which thing papers call better, the things themselves before their kinds; else that no paper states it."""
        clauses: list[str] = []
        for pair in combinations(range(len(self.things)), 2):
            wins = [(one, found) for one, found in stated.items() if {one.head, one.tail} == {*pair}]
            told = [said for one, found in wins if one.relation == "outperforms" for said in self._told(one, found)]
            first, second = (self.things[at].label for at in pair)
            if not told and "institution" not in {self.things[at].field for at in pair}:
                told = [self.say("comparison.open", first=first, second=second)]
                told += [said for one, found in wins for said in self._told(one, found)]
                number = len(self._both(*pair))
                told.append(self.say("comparison.both" if number else "comparison.not_both", number))
            clauses += told
        text = self.say("list.semicolon").join(clauses) + self.say("list.full_stop")
        is_name = any(text.startswith(thing.label) for thing in self.things)
        return text if is_name else text[:1].upper() + text[1:]

    def _told(self, pair: _Pair, found: list[Related]) -> list[str]:
        """ "LoRA uses pruning in 2 papers"."""
        alike: dict[tuple[str, str], set[str]] = defaultdict(set)
        for one in found:
            alike[self._called(pair.head, [one.head]), self._called(pair.tail, [one.tail])].add(one.paper)
        own = (self.things[pair.head].label, self.things[pair.tail].label)
        verb = self.say(f"comparison.{pair.relation}", 1)
        return [
            self.say("comparison.related", len(papers), relation=verb, first=ends[0], second=ends[1])
            for ends, papers in sorted(alike.items(), key=lambda one: (one[0] != own, one[0]))
        ]

    # Papers that compare the things

    def _comparing(self, stated: dict[_Pair, list[Related]], own: list[list[Found]], both: Sequence[Row]) -> list[Line]:
        """Lines for results of one thing over another, other stated relations, and papers that name both."""
        heading, lines = self.say("comparison.between"), []
        every = {concept for thing in self.things for concept in thing.concepts}
        shown: set[str] = set()
        for at, rows in enumerate(own):
            others = every - set(self.things[at].concepts)
            over = [row for row in rows if row.block.change != "absolute" and row.said.baseline in others]
            lines += self._numbers(heading, over, at)
            shown |= {row.said.node for row in over}
        among = self.corpus.those(row.paper for row in both).of("x.paper")
        against = self.table.rows(Where(f"{among.sql} AND {OWN} AND x.sure = 1", among.given)) if both else []
        beside = [row for row in against if row.said.baseline in every and row.said.node not in shown]
        lines += self._numbers(heading, [row for row in beside if row.block.change != "absolute"])
        told = {quote.context for line in lines for quote in line.evidence}
        for pair, found in sorted(stated.items()):
            said = quotes(self.store, dict.fromkeys((one.node for one in found), self.things[pair.head].label))
            for one in found:
                if one.node in said and said[one.node].context not in told:
                    lines.append(self._related(pair, one, said[one.node], heading))
        named = {entry for line in lines for entry in line.papers}
        for row in both:
            if named.isdisjoint(row.sources):
                first = row.evidence[0].context if row.evidence else ""
                cells: dict[str, Cell] = {"paper": row.id, "quote": first or None}
                words = tuple(quote for quote in row.evidence if quote.context == first)
                lines.append(self._line(cells, row.sources, words, self.say("comparison.naming_both")))
        return lines

    def _numbers(self, heading: str, rows: list[Found], at: int | None = None) -> list[Line]:
        """The results of a thing, or of a paper's own method, with the requested metric first."""
        asked = self.query.metric.metrics if self.query.metric else ()
        rows.sort(key=lambda row: (row.said.metric not in asked, -row.factor))
        return self.table.lines([(heading, rows)], {"method": lambda row: None if at is None else self._name(at, row)})

    def _name(self, at: int, row: Found) -> str:
        """The label of a row in a thing's results: the thing, or the kind of it that the paper proposes."""
        kinds, thing = self.proposed[row.paper], self.things[at]
        return self._called(at, kinds if thing.field == "topic" else kinds & set(thing.concepts))

    def _own(self, at: int) -> list[Found]:
        """The sure results of a thing: for a technique, of papers that propose only it; for a topic, of its papers.

        For other types, the graph states that a result was obtained on the thing.
        """
        thing = self.things[at]
        is_technique = thing.field == "technique"
        own = replace(thing, roles=("proposed",), titles=()) if is_technique else thing
        among = self._papers(own).of("x.paper")
        found = self.table.rows(Where(f"{among.sql} AND {OWN} AND x.sure = 1", among.given))
        for paper, named in self.corpus.had("technique", self._papers(own), ("proposed",)):
            self.proposed[paper].add(named)
        if thing.field in OBTAINED:
            return [row for row in found if not set(own.concepts).isdisjoint(row.on[OBTAINED.index(thing.field)])]
        if is_technique:
            return [row for row in found if self.proposed[row.paper] and self.proposed[row.paper] <= set(own.concepts)]
        others = {paper for n, papers in enumerate(self.papers) if n != at for paper in self.corpus.names(papers)}
        return [row for row in found if row.paper not in others]

    def _related(self, pair: _Pair, one: Related, quote: Quote, heading: str) -> Line:
        cells: dict[str, Cell] = {"method": self._called(pair.head, [one.head]), "paper": one.entry}
        cells |= {"value": self.say(f"comparison.{one.type}", 1), "baseline": self._called(pair.tail, [one.tail])}
        return self._line(cells | {"quote": quote.quote}, (one.entry,), (quote,), heading)

    def _line(self, cells: dict[str, Cell], entries: Sequence[str], evidence: tuple[Quote, ...], heading: str) -> Line:
        return Line(tuple(cells.get(name) for name in _COLUMNS), tuple(entries)[:_ENTRIES], evidence, "", heading)

    # Results of several things, and counts

    def _differences(self, own: list[list[Found]]) -> list[Line]:
        """The comparable results of several things."""
        of = {row.said.node: at for at, rows in enumerate(own) for row in rows}
        lines: list[Line] = []

        def names(row: Found) -> Cell:
            return self._name(of[row.said.node], row)

        for group in comparable((row for rows in own for row in rows), self.table.measures.low_is_good):
            if group.together and len({of[row.said.node] for row in group.rows}) > 1:
                lines += self.table.lines([(self.table.heading(group), group.rows)], {"method": names})
        return lines

    def _claimed(self) -> list[Line]:
        """The claims of the first papers of each thing, if none compares them: those that propose it come first."""
        lines = []
        for thing, papers in zip(self.things, self.papers, strict=True):
            own = self.corpus.names(self._papers(self._as_proposed(thing))) if thing.field == "technique" else []
            first = list(dict.fromkeys((*own, *self.corpus.names(papers))))[:_NAMED]
            lines += self.table.claimed(first, self.say("comparison.claims", thing=thing.label), _COLUMNS)
        return lines

    def _counted(self) -> list[Line]:
        """How many papers propose, use or work on each thing, and how many only name it."""
        is_used = any(thing.field == "technique" and not thing.roles for thing in self.things)
        key = "working" if all(thing.is_topic for thing in self.things) else "users" if is_used else "papers"
        lines = []
        for thing, found in zip(self.things, self.papers, strict=True):
            naming = only_naming(self.corpus, self._filter(thing)) if thing.is_topic else []
            for name, papers in ((key, self.corpus.names(found)), ("naming", naming)):
                cells: dict[str, Cell] = {"method": thing.label, "metric": self.say(f"comparison.{name}")}
                entries = self.corpus.listed(sorted(papers)[:_ENTRIES])
                if papers or name == key:
                    own = cells | {"value": len(papers)}
                    lines.append(self._line(own, entries, (), self.say("comparison.counts")))
        return lines

    def _as_proposed(self, thing: Entity) -> Entity:
        """A technique as a proposal; another one with a proper name ("Fair-GPTQ") is not a kind of it."""
        names = thing.concepts if is_kind(self.lexicon.label(thing.concept)) else (thing.concept,)
        return replace(thing, roles=("proposed",), concepts=names, titles=())
