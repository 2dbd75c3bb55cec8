"""Comparison of things: what papers measure between them and against both, then sentences that name both.

A row is a method with its lead over each of the things, which are columns. What papers state of a kind of a thing is
reported as such, and decides nothing on the thing itself. Sentences count whether or not a relation was recognized.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from kg.identifiers import kind_of
from kg.model import OBTAINED, ROLES
from kg.query.answer import Answer, Cell, Grid, Line, Quote, Row
from kg.query.condition_evidence import AnswerEvidence
from kg.query.conditions import OWN, Where, concepts
from kg.query.corpus import Corpus, Papers
from kg.query.filter import Condition, Entity, Fact, Filter, Phrase, Query
from kg.query.lexicon import Lexicon
from kg.query.result_table import COLUMNS, ResultTable, line_of
from kg.query.sayings import Sayings
from kg.query.shared_ground import Ground, shared_ground
from kg.query.shown import quotes, sentence_part
from kg.query.shown import stated as related_in
from kg.query.tiers import is_hard, lacking
from kg.store.file import StoreFile
from kg.text import fold, is_kind

#: Kinds of paper that study things side by side.
_STUDIES = ("study", "benchmark")
#: Cues of sentences that compare.
_COMPARING = ("compare", "set-against", "win")  # the last tell most
#: Columns that the columns of the things replace, and numbers of names in a sentence.
_REPLACED, _NAMED = ("value", "baseline"), 3
#: Letters of a sentence that are shown before its first quote, and half of those behind its last.
_AROUND = 70
#: Headings of rows, in order.
_HEADINGS = ("between", "kinds", "both", "ground", "ground_method", "one")
#: The most tables on shared ground, and results of each thing in one.
_GROUNDS, _EACH = 4, 4


class _Named(NamedTuple):
    """A paper that names two of the things, and its sentence that tells most of them."""

    row: Row
    things: tuple[int, ...]  # the indices of those that the sentence names
    compares: int  # 0 if it has no words that compare them, else how much they tell
    has_number: bool
    quotes: tuple[Quote, ...]


class _Figure(NamedTuple):
    """How much a method has over a thing."""

    metric: str  # "" for a relation without a number
    value: str
    size: tuple[float, float]  # by which leads on a metric are ordered
    cells: dict[str, Cell]  # what it was obtained on


class _Lead(NamedTuple):
    """What a method has over one of the things: a result, or a relation without a number."""

    over: int  # index of the thing
    of: int | None  # index of the thing that the method is, or is a kind of
    is_kind: bool  # whether the method is only a kind of the thing
    method: str
    paper: str  # CURIE
    metric: str  # "" for a relation
    value: str
    size: tuple[float, float]  # by which leads on a metric are ordered
    line: Line  # its quotes and entries
    cells: dict[str, Cell]  # what it was obtained on


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The comparison of the things of a query, at most `limit` rows.

    Conditions that papers may lack restrict nothing; the papers that lack them are in the second tier.
    """
    say = Sayings(query.language)
    if len(query.things) < 2:
        return Answer(question, query, (), (*query.filter.notes, say("comparison.two")), Grid(COLUMNS))
    if why := _is_one(lexicon, query.things, say):
        return Answer(question, query, (), (*query.filter.notes, why), Grid(COLUMNS, (), why))
    soft = [one for one in query.filter.conditions if not is_hard(one)]
    hard = replace(query.filter, conditions=tuple(one for one in query.filter.conditions if is_hard(one)))
    found = _Comparison(store, lexicon, replace(query, filter=hard)).answer(question, limit)
    if not soft:
        return found
    texts = [say("empty.quoted", words=one.text) for one in soft]
    note = say("comparison.without", len(texts), conditions=say.listed(texts))
    all_told = lacking(Corpus.of(store), lexicon, query.filter, [row.paper for row in found.rows], query.language)
    rows = [replace(row, evidence=own.evidence) for row, own in zip(all_told, found.rows, strict=True)]
    first, partly = (tuple(row for row in rows if bool(row.lacks) == lacks) for lacks in (False, True))
    return replace(
        found, query=query, rows=first, partly=partly, notes=(note, *found.notes), fulfilling=len(first) or None
    )


def _is_one(lexicon: Lexicon, things: Sequence[Entity], say: Sayings) -> str:
    """Why all of some things are one: they have one name, or one is the kind of the other; else ""."""
    one, other = things[:2]
    names = {fold(lexicon.label(thing.concept)) for thing in things}
    first, second = (thing.label for thing in (one, other))
    if len(names) == 1 or {*one.concepts} == {*other.concepts}:
        return say("comparison.same", first=first, second=second)
    if len(things) > 2 or not all(is_kind(name) for name in (first, second)):
        return ""  # LoRA and QLoRA are compared, and so is a kind with a method of its own name
    for kind, whole in ((one, other), (other, one)):
        if kind.concept in whole.concepts:
            return say("comparison.narrower", first=kind.label, second=whole.label)
    return ""


def _apart(things: Sequence[Entity]) -> list[Entity]:
    """The things, none including another: beside QLoRA, LoRA means LoRA other than QLoRA."""
    out = []
    for thing in things:
        kinds = [other for other in things if set(other.concepts) < set(thing.concepts)]
        theirs = {one for kind in kinds for one in (*kind.concepts, *kind.titles)}
        own, titles = (tuple(c for c in some if c not in theirs) for some in (thing.concepts, thing.titles))
        out.append(replace(thing, concepts=own, titles=titles))
    return out


class _Comparison:
    def __init__(self, store: StoreFile, lexicon: Lexicon, query: Query) -> None:
        self.store, self.lexicon, self.query = store, lexicon, query
        self.say, self.corpus = Sayings(query.language), Corpus.of(store)
        self.things = _apart(query.things)
        self.members = [self._members(thing) for thing in self.things]
        self.exact = [self._exact(at) for at in range(len(self.things))]
        self.table = ResultTable(store, lexicon, self.say, query.filter)
        kept = (name for name in COLUMNS if name not in ("paper", "metric", *_REPLACED))
        self.columns = ("method", "paper", "metric", *(thing.label for thing in self.things), *kept)

    def answer(self, question: str, limit: int | None) -> Answer:
        """The verdict, the leads under their headings, and sentences that name both."""
        order = [self.say(f"comparison.{name}") for name in _HEADINGS]
        lines = [*map(self._row, self._grouped().values()), *self._ground_lines()]
        lines.sort(key=lambda line: order.index(line.heading))
        shown = {quote.context for line in lines for quote in line.evidence}
        lines += [line for line in self._sentences() if line.evidence and line.evidence[0].context not in shown]
        names = (thing.label for thing in self.things if not self.corpus.count(self._having(thing)))
        notes = [*self.query.filter.notes, *(self.say("comparison.unknown", thing=name) for name in names)]
        table = Grid(self.columns, tuple(lines[:limit]), self._verdict())
        both = tuple(one.row for one in self.named)
        return Answer(question, self.query, both, (*notes, *self.table.notes()), table, fulfilling=len(both) or None)

    # The things

    def _members(self, thing: Entity) -> frozenset[str]:
        """A thing and its kinds; for a topic, also the techniques with its name and their kinds."""
        names = self.lexicon.senses(fold(self.lexicon.label(thing.concept))) if thing.field == "topic" else []
        same = (one.concept for one in names if one.type == "technique" and one.known)
        return frozenset({*thing.concepts}.union(*map(self.lexicon.family, same)))

    def _exact(self, at: int) -> frozenset[str]:
        """A thing itself under all its types, without its kinds; for hardware and the like, with its versions."""
        thing = self.things[at]
        versions = self.lexicon.versions(thing.concept) if thing.field in OBTAINED else ()
        return frozenset({*versions, *self.lexicon.namesakes(thing.concept, (thing.concept, *self.members[at]))})

    def _place(self, concept: str) -> tuple[int | None, bool]:
        """The index of the thing that a concept is, and whether it is only a kind of it."""
        for is_only_kind, groups in ((False, self.exact), (True, self.members)):
            for at, own in enumerate(groups):
                if concept in own:
                    return at, is_only_kind
        return None, False

    def _having(self, thing: Entity) -> Papers:
        """The papers that have a thing in any role, or name it."""
        return self.corpus.holding(Filter((*self.query.filter.conditions, self._naming(thing))))

    def _naming(self, thing: Entity) -> Condition:
        """The condition that a paper has a thing in any role, or its texts contain the name, if it is a proper name."""
        wanted = replace(thing, roles=ROLES) if thing.field == "technique" else thing
        if wanted.roles and not is_kind(self.lexicon.label(thing.concept)):  # QLoRA does not name LoRA
            wanted = replace(wanted, concepts=tuple(sorted(self.exact[self.things.index(thing)])))
        labels = (label for label in self.lexicon.labels(thing.concept) if label.isascii())
        names = tuple(label for label in labels if not is_kind(label))
        terms = (wanted, Phrase(thing.label, names)) if names else (wanted,)
        return Condition(thing.label, terms)

    # What has a lead over them

    @cached_property
    def leads(self) -> list[_Lead]:
        """Sure results and relations of methods over the things, the largest first; those on asked metrics alone."""
        measured = list(self._measured())
        known = {(one.paper, one.over) for one in measured}
        found = [*measured, *(one for one in self._won() if (one.paper, one.over) not in known)]
        asked = self.query.metric.metrics if self.query.metric else ()
        labels = {self.lexicon.label(metric, self.say.language) for metric in asked}
        on_metric = [one for one in found if any(label in one.metric for label in labels)]
        return sorted(on_metric or found, key=lambda one: one.size, reverse=True)

    def _over(self, column: str) -> Where:
        """The condition that a sure statement of a paper on its own work has one of the things in a column."""
        among, own = self.corpus.holding(self.query.filter).of("x.paper"), frozenset[str]().union(*self.exact)
        things = concepts(own)
        sql = f"{among.sql} AND {OWN} AND x.sure = 1 AND {column} IN {things.sql}"
        return Where(sql, (*among.given, *things.given))

    def _measured(self) -> Iterator[_Lead]:
        """Gains over a thing that papers report; what a paper gains belongs to the method that it proposes."""
        where = self._over("x.baseline")
        found = [row for row in self.table.rows(where) if row.block.change != "absolute"]
        found = [row for row in found if not self.table.measures.is_loss(row.block)]
        proposed = defaultdict[str, set[str]](set)
        for paper, thing in self.corpus.had("technique", self.corpus.those({r.paper for r in found}), ("proposed",)):
            proposed[paper].add(thing)
        lines = self.table.lines([("", found)], {"node": lambda row: row.said.node})
        by_node = {str(line.values[0]): line for line in lines}
        for row in (row for row in found if row.said.node in by_node):
            line, own = by_node[row.said.node], proposed[row.paper]
            cells = dict(zip(("node", *COLUMNS), line.values, strict=True))
            over, _ = self._place(row.said.baseline)
            of = next((place for one in sorted(own) if (place := self._place(one))[0] is not None), (None, False))
            if over is not None and of[0] != over:
                name = self.say.first(sorted(map(self.table.label, own)), 1) if len(own) == 1 else ""
                size = (row.factor, row.high)
                yield _Lead(over, *of, name, row.paper, str(cells["metric"]), str(cells["value"]), size, line, cells)

    def _won(self) -> Iterator[_Lead]:
        """Relations that papers state of a method over a thing, with the number that their words give."""
        over_them = self._over("x.tail")
        found = related_in(self.store, Where(f"{over_them.sql} AND x.type = 'outperforms'", over_them.given))
        said = quotes(self.store, {one.node: self.table.label(one.head) for one in found})
        verb, figures = self.say("comparison.outperforms"), self._figures({one.paper for one in found})
        for one in (one for one in found if one.node in said):
            (over, _), (of, is_only_kind) = self._place(one.tail), self._place(one.head)
            if over is not None and of != over:
                name, line = self.table.label(one.head), Line((), (one.entry,), (said[one.node],))
                figure = figures.get((one.entry, one.tail, said[one.node].context), _Figure("", verb, (0.0, 0.0), {}))
                cells = {**figure.cells, "paper": one.entry}
                yield _Lead(over, of, is_only_kind, name, one.paper, *figure[:3], line, cells)

    def _figures(self, papers: set[str]) -> dict[tuple[str, str, str], _Figure]:
        """Gains by entry, baseline and sentence, where the words of the number name the baseline themselves.

        They need not be sure: a sure relation says the same.
        """
        among = self.corpus.those(papers).of("x.paper")
        rows = [row for row in self.table.rows(Where(f"{among.sql} AND {OWN}", among.given)) if row.said.baseline]
        rows = [row for row in rows if row.block.change != "absolute" and not self.table.measures.is_loss(row.block)]
        out = dict[tuple[str, str, str], _Figure]()
        for line in self.table.lines([("", rows)], {"over": lambda row: row.said.baseline}):
            cells, quote = dict(zip(("over", *COLUMNS), line.values, strict=True)), line.evidence[0]
            if fold(self.table.label(str(cells["over"]))) in fold(quote.quote):
                figure = _Figure(str(cells["metric"]), str(cells["value"]), (line.amount or 0.0, 0.0), cells)
                out.setdefault((quote.source, str(cells["over"]), quote.context), figure)
        return out

    # Results of each thing on shared ground

    @cached_property
    def grounds(self) -> list[Ground]:
        """Gains on one metric and model that papers on each of two things report; papers on several belong to none."""
        found = [row for row in self.table.rows(self._of_any()) if len(self._sides[row.paper]) == 1]
        tables = shared_ground(found, self.table.measures.is_loss, 2)
        return [one for one in tables if len({at for row in one.rows for at in self._sides[row.paper]}) > 1]

    def _of_any(self) -> Where:
        """The condition that a sure result is of a paper on one of the things, obtained by the paper itself."""
        among = self.corpus.those(set(self._sides)).of("x.paper")
        return Where(f"{among.sql} AND {OWN} AND x.sure = 1", among.given)

    @cached_property
    def _sides(self) -> dict[str, set[int]]:
        """The indices of the things that papers surely propose or, of topics, surely have."""
        out = defaultdict[str, set[int]](set)
        papers = self.corpus.holding(self.query.filter)
        for at, members in enumerate(self.members):
            topic = self.lexicon.vocabulary.find(self.lexicon.label(self.things[at].concept), "topic")
            own = members | ({topic.curie} if topic else set())  # a technique has the label of its topic
            for kind, roles in (("technique", ("proposed",)), ("model", ("proposed",)), ("topic", ())):
                if any(kind_of(one) == kind for one in own):
                    for paper, thing in self.corpus.had(kind, papers, roles, sure=True):
                        if thing in own:
                            out[paper].add(at)
        return out

    def _ground_lines(self) -> Iterator[Line]:
        """A line for each of the best results of each thing, table by table."""
        for ground in self.grounds[:_GROUNDS]:
            kept = [row for at in range(len(self.things))
                    for row in [row for row in ground.rows if at in self._sides[row.paper]][:_EACH]]  # fmt: skip
            model = self.table.label(ground.model)
            heading = self.say("comparison.ground" if ground.is_original else "comparison.ground_method")
            for row, line in zip(kept, self.table.lines([("", kept)]), strict=True):
                cells = dict(zip(COLUMNS, line.values, strict=True))
                (at,) = self._sides[row.paper]
                cells |= {self.things[at].label: cells["value"], "model": (model,)}
                yield line_of(self.columns, cells, line.papers, line.evidence, heading)

    def _grouped(self) -> dict[tuple[str, str, str], dict[int, _Lead]]:
        """Leads by paper, method and metric: the largest over each thing."""
        out = defaultdict[tuple[str, str, str], dict[int, _Lead]](dict)
        for one in self.leads:
            out[one.paper, one.method, one.metric].setdefault(one.over, one)
        for paper, method, metric in [key for key in out if not key[2]]:  # without a number, beside one with
            other = next((key for key in out if key[:2] == (paper, method) and key[2]), None)
            if other is not None:
                out[other] = out.pop((paper, method, metric)) | out[other]
        return out

    def _row(self, own: dict[int, _Lead]) -> Line:
        """A line for a method: its lead over each of the things that it is measured against."""
        every = list(own.values())
        first = next((one for one in every if one.metric), every[0])
        is_between = any(one.of is not None for one in every)
        name = "both" if len(own) > 1 else "one"
        if is_between:
            name = "kinds" if all(one.is_kind for one in every if one.of is not None) else "between"
        method = first.method
        if name == "kinds" and first.of is not None:
            called = method or self._called(first.paper)
            method = self.say("comparison.of", name=called, thing=self.things[first.of].label)
        cells = first.cells | {"method": method, "metric": first.metric or None}
        cells |= {self.things[at].label: one.value for at, one in own.items()}
        evidence = dict.fromkeys(quote for one in every for quote in one.line.evidence)
        entries = dict.fromkeys(entry for one in every for entry in one.line.papers)
        return line_of(self.columns, cells, tuple(entries), tuple(evidence), self.say(f"comparison.{name}"))

    # Sentences that name two of the things

    @cached_property
    def named(self) -> list[_Named]:
        """The papers that name two of the things: those with a sentence that compares both first, then with both."""
        pairs = combinations([set(self.corpus.names(self._having(thing))) for thing in self.things], 2)
        papers = sorted(set[str]().union(*(one & other for one, other in pairs)))
        studies = set(self.corpus.found(Filter((Condition("", tuple(Fact("kind", kind, kind) for kind in _STUDIES)),))))
        asked = Filter(tuple(map(self._naming, self.things)))
        found = AnswerEvidence(self.corpus, self.lexicon, asked, papers, self.say.language)
        out = []
        for row in (found.row(paper) for paper in papers if paper in found.rows):
            sentences = defaultdict[tuple[str, str], list[tuple[int, Quote]]](list)
            for entry in row.sources:
                for n in range(len(self.things)):
                    for quote in filter(_is_alone, found.quotes.get((entry, n), ())):
                        sentences[entry, quote.context].append((n, quote))
            best = max(map(self._telling, sentences.values()), key=lambda one: one[:3], default=((), 0, False, ()))
            others = tuple(quote for quote in row.evidence if quote not in best[3])
            out.append(_Named(replace(row, score=1.0, evidence=(*best[3], *others)), *best))
        order = [(len(one.things), one.compares, one.has_number, one.row.paper in studies) for one in out]
        return [one for _, one in sorted(zip(order, out, strict=True), key=lambda pair: pair[0], reverse=True)]

    def _telling(self, said: list[tuple[int, Quote]]) -> tuple[tuple[int, ...], int, bool, tuple[Quote, ...]]:
        """Which of the things a sentence names, whether it compares them, and has a number; its quotes."""
        text, cues = said[0][1].context, self.lexicon.vocabulary.cues
        things = tuple(sorted({n for n, _ in said}))
        words = set(re.findall(r"\w+", text.lower()))
        found = [place for place, group in enumerate(_COMPARING, 1) if words & cues(group)]
        compares = max(found, default=0) if len(things) > 1 else 0
        quoted = dict.fromkeys(quote for _, quote in said)
        return things, compares, any(map(str.isdigit, text)), tuple(quoted)

    def _sentences(self) -> Iterator[Line]:
        for one in self.named:
            heading = self.say("comparison.comparing" if one.compares else "comparison.naming_both")
            first = one.quotes[0].context if one.quotes else None
            cells: dict[str, Cell] = {"paper": one.row.id, "quote": first}
            yield line_of(self.columns, cells, one.row.sources, one.quotes, heading)

    # The verdict

    def _verdict(self) -> str:
        """Which thing papers call better, from counted statements; else what is missing, and what comes nearest."""
        pairs = combinations(range(len(self.things)), 2)
        clauses = [clause for pair in pairs for clause in self._pair(*pair)]
        text = self.say("list.semicolon").join(clauses) + self.say("list.full_stop")
        is_name = any(text.startswith(thing.label) for thing in self.things)
        return text if is_name else text[:1].upper() + text[1:]

    def _pair(self, one: int, other: int) -> Iterator[str]:
        """The clauses on two of the things."""
        say, names = self.say, {"first": self.things[one].label, "second": self.things[other].label}
        direct = [*self._wins(one, other), *self._wins(other, one)]
        yield from direct
        shared = self._shared(one, other)
        if not direct:
            yield say("comparison.open", **names)
        yield from shared
        for head, tail in ((one, other), (other, one)):
            kinds = [lead for lead in self.leads if lead.is_kind and (lead.of, lead.over) == (head, tail)]
            if papers := {lead.paper for lead in kinds}:
                methods = list(dict.fromkeys(lead.method or self._called(lead.paper) for lead in kinds))
                ends = {"first": self.things[head].label, "second": self.things[tail].label}
                yield say("comparison.of_kind", len(papers), names=say.first(methods, _NAMED), **ends)
        beaten = [
            len({lead.paper for lead in self.leads if lead.over == at and not lead.is_kind}) for at in (one, other)
        ]
        if any(beaten) and not direct:
            yield say("comparison.beaten", beaten[0], other=beaten[1], **names)
        sides = [
            ground
            for ground in self.grounds
            if {one, other} <= {at for r in ground.rows for at in self._sides[r.paper]}
        ]
        if sides:
            models = list(dict.fromkeys(self.table.label(ground.model) for ground in sides))
            yield say("comparison.grounds", len(sides), models=say.first(models, _NAMED), **names)
        if not (direct or shared or sides):
            yield from self._nearest(one, other)

    def _nearest(self, one: int, other: int) -> Iterator[str]:
        """What sentences come nearest to deciding, the first of them in its words."""
        both = [named for named in self.named if {one, other} <= {*named.things}]
        comparing = [named for named in both if named.compares]
        if comparing:
            first = comparing[0]
            said = {"paper": first.row.name or first.row.id, "sentence": sentence_part(first.quotes, _AROUND)}
            yield self.say("comparison.sentences", len(comparing), **said)
        elif both:
            yield self.say("comparison.both_named", len(both))
        else:
            yield self.say("comparison.not_both")

    def _wins(self, head: int, tail: int) -> list[str]:
        """ "A outperforms B in 2 papers: speed ↑ up to 3x (Paper)"."""
        own = [lead for lead in self.leads if (lead.of, lead.over, lead.is_kind) == (head, tail, False)]
        if not own:
            return []
        ends = {"first": self.things[head].label, "second": self.things[tail].label}
        text = self.say("comparison.wins", len({lead.paper for lead in own}), **ends)
        numbered = next((lead for lead in own if lead.metric), None)
        if numbered:
            name = self._called(numbered.paper)
            text += self.say("comparison.by", metric=numbered.metric, value=numbered.value, paper=name)
        return [text]

    def _shared(self, one: int, other: int) -> list[str]:
        """In how many papers that measure a lead over both each is ahead: the one over which the lead is smaller."""
        both = [own for own in self._grouped().values() if one in own and other in own]
        both = [own for own in both if own[one].metric and own[other].metric]
        ahead: dict[int, set[str]] = {
            at: {own[at].paper for own in both if own[at].size < own[beside].size}
            for at, beside in ((one, other), (other, one))
        }
        if not both:
            return []
        first, second = (self.things[at].label for at in (one, other))
        own = both[0]
        said = {"paper": self._called(own[one].paper), "metric": own[one].metric}
        said |= {"first": first, "second": second, "over_first": own[one].value, "over_second": own[other].value}
        text = self.say("comparison.measured", len({o[one].paper for o in both}), **said)
        counted = [
            self.say("comparison.ahead", len(papers), thing=self.things[at].label)
            for at, papers in sorted(ahead.items(), key=lambda item: -len(item[1]))
            if papers
        ]
        return [text, *counted]

    def _called(self, paper: str) -> str:
        return next((row.name or row.title or row.id for row in self.corpus.rows([paper])), paper)


def _is_alone(quote: Quote) -> bool:
    """Whether a name does not only end a longer one in its sentence: "LoRA" in "ARD-LoRA"."""
    words = re.escape(" ".join(quote.quote.split()))
    return re.search(rf"(?<![\w-]){words}", quote.context) is not None
