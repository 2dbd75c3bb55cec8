"""Rankings of results that pass the conditions: comparable sets, the best first, then the others by metric.

No metric is assumed: if a question names none, each metric has its own heading. Papers without such a number follow
with their claims.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from kg.query.answer import Answer, Cell, Grid, Line
from kg.query.comparable import Block, Comparable, comparable, first_of_each
from kg.query.conditions import OWN, Where, concepts, reporting
from kg.query.corpus import Corpus
from kg.query.filter import Entity, Filter, Outcome, Query
from kg.query.lexicon import Lexicon
from kg.query.method_families import families
from kg.query.result_table import COLUMNS, ResultTable, with_claims
from kg.query.result_table import Row as Found
from kg.query.sayings import Sayings
from kg.query.shown import Reported, rows
from kg.query.tiers import worded
from kg.rdf.triples import LINKS
from kg.store.file import StoreFile
from kg.text import fold

#: The metric that stands for all benchmark scores.
_SCORE = "metric:average-score"
#: The numbers of papers that a sentence names, and that lead on a metric under a heading.
_NAMED, _LEAD = 3, 2
#: The most families of techniques that have a line each.
_FAMILIES = 6
#: The default number of papers that an answer rests on in addition to those in its lines.
_SHOWN = 20


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The results of the papers that pass a filter, one for each paper and group of results."""
    return _Ranking(store, lexicon, question, query).answer(limit)


class _Ranking:
    def __init__(self, store: StoreFile, lexicon: Lexicon, question: str, query: Query) -> None:
        self.store, self.lexicon, self.question, self.query = store, lexicon, question, query
        self.corpus, self.say = Corpus.of(store), Sayings(query.language)
        self.metric = query.metric or Outcome("", "")
        self.table = ResultTable(store, lexicon, self.say, query.filter)
        self.measures = self.table.measures
        self.is_level = False  # whether levels replace changes that no paper states
        self.against = 0  # results in the opposite direction

    def answer(self, limit: int | None) -> Answer:
        """The results under their headings, and the other papers that fulfil the conditions with their claims."""
        lines = self.table.lines(self._headed(), self._wanted)
        every, most = len(lines), limit or self.query.most or len(lines)
        notes = (*self.query.filter.notes, *(self._notes(min(limit or most, most), every) if every else ()))
        table = Grid(self._columns, tuple(lines[:most]), self._verdict() if every else self._none())
        every_row = rows(self.store, table.lines)
        leading = {entry for line in self._leading(table.lines) for entry in line.papers}
        found = tuple(row for row in every_row if not leading.isdisjoint(row.sources))
        near = self._near
        if not self.query.most and (self._is_open or not every):
            papers = {*self.corpus.found(self.query.filter)} - {row.paper for row in found}
            room = max((limit or _SHOWN) - len(found), 0)
            others = self.corpus.rows(sorted(papers, key=lambda one: (-near.get(one, 0.0), one))[:room])
            found += with_claims(self.store, others, self.say("results.claims"))
        if self.query.metric is None:  # advice: the most relevant papers first
            found = tuple(sorted(found, key=lambda row: -near.get(row.paper, 0.0)))
        total = max(len(found), len(every_row))
        return Answer(self.question, self.query, found, notes, table, fulfilling=total)

    @property
    def _is_open(self) -> bool:
        """Whether papers without such a number count too: if no metric is named, or a threshold is given."""
        return self._is_threshold or (self.query.metric is None and bool(self.query.filter.conditions))

    @property
    def _is_threshold(self) -> bool:
        """Whether a question asks for results past a threshold, in any wording."""
        return self.metric.value is not None

    # Results to rank

    @cached_property
    def groups(self) -> list[Comparable]:
        """Comparable sets and other groups: sure results of papers that work on the subject of the question."""
        return self._grouped(self._ranked)

    @cached_property
    def _ranked(self) -> list[Found]:
        own = [one for one in self.found if one.paper in self._working] or self.found
        return [one for one in own if one.said.sure] or own

    def _grouped(self, found: list[Found]) -> list[Comparable]:
        groups = comparable(found, self._rises)
        if self.query.most:  # "top 5": by their numbers alone
            blocks: dict[Block, list[Found]] = {}
            for row in (row for group in groups for row in group.rows):
                blocks.setdefault(row.block, []).append(row)
            groups = [Comparable(False, first_of_each(some, self._rises)) for some in blocks.values()]
        return sorted(groups, key=self._place)

    def _headed(self) -> list[tuple[str, list[Found]]]:
        """All results by heading: comparable sets, the best of each family of techniques, then all others."""
        sets = [(self.table.heading(one), one.rows) for one in self.groups if one.together]
        first = [row for _, row in self._best_of_families] if len(self._best_of_families) > 1 else []
        below = [row for one in self.groups if not one.together for row in one.rows if row not in first]
        ranked = {one.said.node for one in self._ranked}
        rest = [one for one in self.found if one.said.node not in ranked]
        unsure, using = ([one for one in rest if (one.paper in self._working) == own] for own in (True, False))
        groups = [("technique", first), ("single", below)]
        for key, some in (("unsure", unsure), ("using", using)):
            groups.append((key, [row for one in self._grouped(some) for row in one.rows]))
        if self.query.metric is None:  # different metrics: the most relevant papers first
            groups = [(key, sorted(some, key=lambda row: -self._near.get(row.paper, 0.0))) for key, some in groups]
        return [*sets, *((self.say(f"results.{key}"), some) for key, some in groups)]

    @cached_property
    def _families(self) -> dict[str, dict[str, bool]]:
        """The families of techniques of the papers with results, but not those that the question is on."""
        asked = {c for one in self.query.filter.conditions for t in one.any_of for c in getattr(t, "concepts", ())}
        papers = {row.paper for row in self.found} if not self.query.most else set[str]()
        return families(self.corpus, self.lexicon, papers, asked)

    @cached_property
    def _best_of_families(self) -> list[tuple[str, Found]]:
        """The largest families, each with its first result in the order of the ranking; no result twice."""
        out: list[tuple[str, Found]] = []
        for concept, papers in self._families.items():
            own = (row for one in self.groups if not one.together for row in one.rows if row.paper in papers)
            row = next((row for row in own if row not in [known for _, known in out]), None)
            if row is not None and len(out) < _FAMILIES:
                out.append((concept, row))
        return out

    def _family(self, row: Found) -> Cell:
        """The families of a result's paper, that which it is the best of first."""
        best = [concept for concept, known in self._best_of_families if known == row]
        own = dict.fromkeys([*best, *(one for one, papers in self._families.items() if row.paper in papers)])
        return self.table.label(next(iter(own))) if own else None

    @cached_property
    def _near(self) -> dict[str, float]:
        """How well the texts of papers match the question."""
        return worded(self.corpus, self.lexicon, self.query.filter, self.question)

    @cached_property
    def _working(self) -> set[str]:
        """The papers that work on the topics and techniques of the question, and do not only use them."""
        asked = [one for one in self.query.filter.conditions if not one.negated]
        about = [one for one in asked if any(isinstance(term, Entity) and term.is_topic for term in one.any_of)]
        every = [set(self.corpus.found(Filter((one,)))) for one in about if len(asked) > 1]
        for one in asked:  # a technique without a topic must be proposed, or named in the title
            own = tuple(term for term in one.any_of if isinstance(term, Entity) and term.field == "technique")
            if own and not any(term.roles or term.is_topic for term in own):
                proposed = tuple(replace(term, roles=("proposed",)) for term in own)
                every.append(set(self.corpus.found(Filter((replace(one, any_of=proposed),)))))
        return set.intersection(*every) if every else {one.paper for one in self.found}

    @cached_property
    def found(self) -> list[Found]:
        """The results on the metric; counts those in the opposite direction."""
        asked, is_open = self.metric, not self._is_threshold
        attempts = [asked]
        if is_open and asked.change and asked.metrics:
            attempts.append(replace(asked, change=""))
        if is_open and asked.words and asked.metrics:
            attempts.append(replace(asked, metrics=()))
        found: list[Found] = []
        for attempt in attempts:
            every = self._results(attempt)
            found = [one for one in every if self._is_threshold or not self._is_against(one.block)]
            self.against = max(self.against, len(every) - len(found))
            if found:
                self.is_level = bool(asked.change) and not attempt.change
                break
        return found

    def _results(self, metric: Outcome) -> list[Found]:
        """The results of papers on a metric."""
        among = self.corpus.holding(self.query.filter).of("x.paper")
        sql, given = f"x.metric IS NOT NULL AND {OWN} AND {among.sql}", among.given
        if metric.value is not None:
            past = reporting(metric)
            sql, given = f"{sql} AND {past.sql}", (*given, *past.given)
        elif metric.metrics:
            named = concepts({*metric.metrics, *self._also})
            sql, given = f"{sql} AND x.metric IN {named.sql}", (*given, *named.given)
        found = self.table.rows(Where(sql, given), self._scored if self._is_score else lambda one: one)
        if metric.value is None:
            found = [one for one in found if self._is_asked(one, metric)]
        return found

    def _is_asked(self, one: Found, metric: Outcome) -> bool:
        """Whether a result is on the metric in the requested direction, or matches its words."""
        if metric.words and not metric.metrics:
            words = set(fold(one.said.wording).split())
            return any(words.issuperset(phrase.split()) for phrase in metric.words)
        return not metric.change or one.said.metric in self._also or one.said.change == self._meant(one.said.metric)

    @cached_property
    def _also(self) -> frozenset[str]:
        """Further metrics, if the question asks for the best change: throughput and latency for "fastest"."""
        asked = (
            self.lexicon.with_gains(self.metric) if self.metric.change and self.query.order == "best" else self.metric
        )
        return frozenset((*asked.gains, *asked.savings)) - {*asked.metrics}

    # Order

    def _wants_more(self, metric: str) -> bool:
        """Whether high values of a metric are wanted: for FID low ones, though generation quality should be high."""
        asked, order = self.metric, self.query.order
        is_high = self.measures.better(metric) == "higher"
        if not asked.change and order in ("best", "worst"):
            return is_high == (order == "best")
        wants = asked.change == "increase" if asked.change else order == "highest"
        return wants != (bool(asked.concept) and is_high != (self.measures.better(asked.concept) == "higher"))

    def _meant(self, metric: str) -> str:
        """The requested change of a metric."""
        return "increase" if self._wants_more(metric) else "decrease"

    def _is_against(self, block: Block) -> bool:
        """Whether its results go in the opposite direction: losses, if the best or highest is asked for."""
        return block.change not in ("absolute", self._meant(block.metric))

    def _rises(self, block: Block) -> bool:
        """Whether the smallest number of a block comes first."""
        order = self.query.order
        if order in ("best", "worst"):
            return self.measures.low_is_good(block) == (order == "best")
        if block.change == "absolute":
            return not self._wants_more(block.metric)
        return bool(self.metric.change) and order == "lowest"

    def _place(self, group: Comparable) -> tuple[Any, ...]:
        """The sort key of a group: requested metrics first, then comparable sets."""
        block = group.block
        other = self._is_score and block.metric != _SCORE and not self._names_benchmark(block.metric)
        of_levels = self._is_score or self.query.order in ("highest", "lowest")  # gains do not report levels
        level = of_levels and block.change != "absolute"
        narrower = bool(self.metric.concept) and block.metric != self.metric.concept
        is_asked = block.metric not in self._also
        return not is_asked, not group.together, other, level, narrower, -len(group.rows), block, group.rows[0].on

    @property
    def _is_score(self) -> bool:
        """Whether a question asks for the scores of a benchmark."""
        return self.query.metric is not None and not self.query.metric.concept

    def _scored(self, one: Reported) -> Reported:
        """A result; levels of accuracy and the like in per cent or points become scores, and share a ranking."""
        alike = one.metric in self._scores and one.change == "absolute" and one.unit in ("", "%", "points")
        return one._replace(metric=_SCORE, unit="points") if alike and one.high > 1 else one

    @cached_property
    def _scores(self) -> frozenset[str]:
        """The metrics that stand for any benchmark score."""
        general = self.lexicon.words.meaning("any-score")[0].facts["metric"]
        return frozenset(narrower for metric in general for narrower in self.lexicon.family(metric))

    def _names_benchmark(self, metric: str) -> bool:
        """Whether a metric is the score of a requested data set: "LongBench score" for LongBench."""
        terms = (term for one in self.query.filter.conditions for term in one.any_of if term.field == "dataset")
        return any(fold(self.lexicon.label(term.concept)) in fold(self.lexicon.label(metric)) for term in terms)

    def _leading(self, lines: Sequence[Line]) -> Sequence[Line]:
        """The lines that answer a question for the best: the first on each metric under each heading; else all."""
        numbers = (t.value for one in self.query.filter.conditions for t in one.any_of if isinstance(t, Outcome))
        if self._is_open or self.query.most or any(number is not None for number in numbers):
            return lines
        at, shown = self._columns.index("metric"), Counter[tuple[str, Cell]]()
        shown_as = [(line.heading, line.values[at]) for line in lines]
        return [
            line for line, key in zip(lines, shown_as, strict=True) if not shown.update([key]) and shown[key] <= _LEAD
        ]

    # Presentation

    @property
    def _columns(self) -> tuple[str, ...]:
        return (*self._wanted, *COLUMNS)

    @cached_property
    def _wanted(self) -> dict[str, Callable[[Found], Cell]]:
        """The type to rank by results, as a column with the cell of each paper: its institutions, else its families."""
        wants = self.query.wants
        if wants not in LINKS or wants in COLUMNS:
            return {"technique": self._family} if self._families else {}
        had = defaultdict[str, list[str]](list)
        for paper, thing in self.corpus.had(LINKS[wants], self.corpus.those({row.paper for row in self.found})):
            had[paper].append(thing)
        return {wants: lambda row: self.table.labels(had[row.paper])}

    def _verdict(self) -> str:
        """What decides: the first of comparable results; else that nothing does, and who reports most."""
        sets = [one.rows[0] for one in self.groups if one.together][:_NAMED]
        if sets:
            said = [self.say("results.sets", said=self._firsts(sets))]
        elif len({row.paper for row in self.found}) == 1:
            said = [self.say("results.only_one")]
        else:
            said = [self.say("results.undecided")]
        blocks = dict.fromkeys(one.block for one in self.groups)
        rows = [first_of_each((row for row in self._ranked if row.block == one), self._rises)[:1] for one in blocks]
        first = [row for some in rows for row in some if row not in sets][:_NAMED]
        said += [self.say("results.first", said=self._firsts(first))] if first else []
        return self.say("list.between").join(said)

    def _firsts(self, rows: list[Found]) -> str:
        names = {row.paper: row.name or row.id for row in self.corpus.rows({one.paper for one in rows})}
        told = [
            self.say("results.one", group=self.measures.metric(one.block), name=names[one.paper],
                     value=self.measures.amount(one.said))
            for one in rows
        ]  # fmt: skip
        return self.say("list.semicolon").join(told)

    def _notes(self, shown: int, every: int) -> list[str]:
        say = self.say
        out = [say("ranking.level", metric=self.metric.label)] if self.is_level else []
        if self.query.metric is None and every:
            out.append(say("ranking.no_metric"))
        if shown < every:
            out.append(say("ranking.cut", every, shown=shown))
        out += self.table.notes()
        return [*out, *([say("ranking.omitted_against", self.against)] if self.against else [])]

    def _none(self) -> str:
        """A note that there is no such result, and why."""
        against, label = self.against, self.metric.label
        key = "only_against" if against else "none" if label else "none_at_all"
        return self.say(f"ranking.{key}{'' if label or not against else '_any'}", against, metric=label)
