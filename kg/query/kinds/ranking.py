"""Results in order, those kept apart that measure different things, and whether the leading ones can be compared.

A number is only better than another where both measure the same thing, against the same baseline, on the same hardware
with the same model and data set, in the same setting: `group` numbers the results of which that is so, and the verdict
says what differs among the first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from kg.model import OBTAINED
from kg.query.answer import Answer, Cell, Grid, Line, Quote, Row
from kg.query.conditions import OWN, Where, concepts, reporting
from kg.query.corpus import Corpus
from kg.query.filter import Filter, Outcome, Query
from kg.query.lexicon import Lexicon
from kg.query.measures import Block, Figure, Figures, Measures, blocks, comparable
from kg.query.nodes import Reported, reported
from kg.query.sayings import Sayings
from kg.query.setups import Obtained, Setups
from kg.query.shown import entry_of, quotes, rows
from kg.rdf.triples import LINKS
from kg.store.file import StoreFile
from kg.text import fold

_COLUMNS = ("group", "paper", "value", "metric", "baseline", "setting", "hardware", "model", "dataset", "quote")
#: What results may differ in; of the first it is told how many do not name them.
_TOLD = ("baseline", "hardware", "model")
_PARTS = (*_TOLD, "dataset", "setting")
#: Lines of a ranking where nobody says how many; of the first block of results, and of each other one.
_SHOWN, _FIRST, _NEXT = 20, 10, 4
#: What all scores of a benchmark are told as.
_SCORE = "metric:average-score"
#: Papers with results on nearly what is asked for.
_NEAREST = 5
#: Blocks that a sentence counts, and things that a cell names.
_NAMED, _LISTED = 4, 3


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A result in a block, with all that is told of it."""

    figure: Figure
    baseline: str  # CURIE, or the folded words where it has none
    baseline_text: str
    setting: str
    setup: dict[str, tuple[str, ...]]  # hardware, models and data sets, as CURIEs
    quote: Quote

    def shares(self, parts: Iterable[str]) -> tuple[object, ...]:
        """What it has of some parts of a comparison: baseline, hardware, model, dataset, setting."""
        own = {"baseline": self.baseline, "setting": fold(self.setting), **self.setup}
        return tuple(own[part] for part in parts)


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The best (worst, highest, lowest) results of the papers that a filter lets through, one a paper and block."""
    return _Ranking(store, lexicon, question, query).answer(limit)


class _Ranking:
    def __init__(self, store: StoreFile, lexicon: Lexicon, question: str, query: Query) -> None:
        self.store, self.lexicon, self.question, self.query = store, lexicon, question, query
        self.corpus = Corpus.of(store)
        self.say = Sayings(query.language)
        self.measures = Measures(lexicon, self.say)
        self.metric = query.metric or self._usual()
        self.is_level = False  # whether levels stand in for changes that no paper states
        self.obtained = Obtained(self.corpus, lexicon, query.filter)
        self.unsure: set[str] = set()  # nodes of results that are left out

    def answer(self, limit: int | None) -> Answer:
        shown = self.leading()
        if not shown and not (self._is_threshold and self.corpus.found(self.query.filter)):
            return self._empty()
        blocks, order = self.blocks, self.order
        first = next(iter(shown.items()), None)
        table = Grid(self._columns, self._lines(shown)[:limit], self._verdict(*first)) if first else None
        notes = (*self.query.filter.notes, *self._notes(blocks, order, shown))
        found = rows(self.store, table.lines) if table else ()
        if self._is_advice or self._is_threshold:  # other papers on what is asked for, whose results are told otherwise
            others = self.corpus.found(self.query.filter)[::-1]
            room = max((limit or _SHOWN) - len(found), 0)
            found += tuple(self.corpus.rows({*others} - {row.paper for row in found}))[:room]
        return Answer(self.question, self.query, found, notes, table)

    @property
    def _is_advice(self) -> bool:
        """Whether a question asks what to use, and names no metric."""
        return self.query.metric is None and self.query.wants == "technique" and bool(self.query.filter.conditions)

    @property
    def _is_threshold(self) -> bool:
        """Whether a question asks for results past a number, in whatever way they are told."""
        return self.metric.value is not None

    def leading(self) -> dict[Block, list[_Ranked]]:
        """The first results of each block that has any: sure ones, and all where none is sure."""
        return self._first(sure=True) or self._first()

    def _first(self, sure: bool = False) -> dict[Block, list[_Ranked]]:
        self.unsure = set()
        shown: dict[Block, list[_Ranked]] = {}
        most = self.query.most or _SHOWN
        for block in self.order:
            first = self.query.most or (_NEXT if shown else _FIRST)
            room = min(first, most - sum(map(len, shown.values())))
            if room > 0 and (found := self._leading(block, self.blocks[block], room, sure)):
                shown[block] = found
        return shown

    # What is ranked

    @property
    def blocks(self) -> dict[Block, Figures]:
        """The results on the metric by block, in order."""
        return self._ranked[0]

    @property
    def against(self) -> int:
        """How many results go the other way."""
        return self._ranked[1]

    @cached_property
    def _ranked(self) -> tuple[dict[Block, Figures], int]:
        return self._blocks(self.query.filter)

    @cached_property
    def order(self) -> list[Block]:
        """The blocks, that first which answers best."""
        return sorted(self.blocks, key=lambda block: self._place(block, len(self.blocks[block])))

    def _usual(self) -> Outcome:
        """The metrics that are meant where a question names none: those of speed."""
        known = self.lexicon.vocabulary
        found = {metric for word in self.lexicon.words.bearing("fastest") for metric in word.facts.get("metric", ())}
        named = (known.find(label, "metric") for label in ("throughput", "latency"))
        found |= {concept.curie for concept in named if concept}
        metrics = sorted({narrow for metric in found for narrow in self.lexicon.family(metric)})
        return Outcome("", "", tuple(metrics))

    def _blocks(self, wanted: Filter) -> tuple[dict[Block, Figures], int]:
        """The results on the metric by block, in order, and how many others go the other way."""
        asked = self.metric
        attempts = [asked] if asked.metrics else []
        if asked.change and asked.metrics and not self._is_threshold:
            attempts.append(replace(asked, change=""))
        if asked.words and not self._is_threshold:
            attempts.append(replace(asked, metrics=()))
        if not self.query.metric and wanted.conditions:
            attempts.append(Outcome("", ""))
        left: set[str] = set()
        for attempt in attempts:
            every = blocks(self._results(wanted, attempt), self._read_as)
            found = {block: figures for block, figures in every.items() if not self.measures.is_odd(block)}
            against = [] if self._is_threshold else [block for block in found if self._is_against(block)]
            left |= {figure.said.node for block in against for figure in found.pop(block).figures}
            if found:
                self.is_level = bool(asked.change) and not attempt.change
                return {block: figures.sorted(self._rises(block)) for block, figures in found.items()}, len(left)
        return {}, len(left)

    def _read_as(self, one: Reported) -> Reported:
        return self.measures.as_level(self._scored(one) if self._is_score else one)

    def _is_against(self, block: Block) -> bool:
        """Whether its results go the other way than is asked: losses of what is to be best, or highest."""
        order = self.query.order
        if block.change == "absolute":
            return False
        if self.metric.change:
            return block.change != self._meant(self.metric.change, block.metric)
        if order in ("highest", "lowest"):
            return (block.change == "increase") != self._is_high(block)
        return self.measures.is_loss(block) == (order == "best")

    def _is_turned(self, metric: str) -> bool:
        """Whether a metric falls where the one that is asked for rises: FID, which is one of generation quality."""
        asked = self.metric.concept
        return bool(asked) and self.measures.better(metric) != self.measures.better(asked)

    def _meant(self, change: str, metric: str) -> str:
        """What a change of the metric that is asked for is in another one."""
        other = {"increase": "decrease", "decrease": "increase"}
        return other.get(change, change) if self._is_turned(metric) else change

    def _is_high(self, block: Block) -> bool:
        """Whether "highest" or "lowest" wants a block's metric to be high."""
        return (self.query.order == "highest") != self._is_turned(block.metric)

    def _results(self, wanted: Filter, metric: Outcome) -> list[Reported]:
        """The results of papers on a metric."""
        among = self.corpus.holding(wanted).of("x.paper")
        sql, given = f"x.metric IS NOT NULL AND {OWN} AND {among.sql}", among.given
        if metric.value is not None:
            past = reporting(metric)
            sql, given = f"{sql} AND {past.sql}", (*given, *past.given)
        elif metric.metrics:
            named = concepts(metric.metrics)
            sql, given = f"{sql} AND x.metric IN {named.sql}", (*given, *named.given)
        found = self.corpus.once(self._reported, Where(sql, given))
        if metric.change and metric.value is None:
            found = [one for one in found if one.change == self._meant(metric.change, one.metric)]
        if metric.words and not metric.metrics and metric.value is None:
            found = [one for one in found if _holds(one.wording, metric.words)]
        return self.obtained.among(found) if wanted is self.query.filter else found

    def _reported(self, where: Where) -> list[Reported]:
        return reported(self.store, where)

    def _rises(self, block: Block) -> bool:
        """Whether the smallest number of a block comes first."""
        order = self.query.order
        if order in ("best", "worst"):
            return self.measures.low_is_good(block) == (order == "best")
        if self.metric.change and block.change != "absolute":  # of a change: by how much it changes
            return order == "lowest"
        # "lowest latency": the one that falls most
        return self._is_high(block) == (block.change == "decrease")

    def _place(self, block: Block, size: int) -> tuple[Any, ...]:
        """Where a block stands among the others."""
        other = self._is_score and block.metric != _SCORE and not self._names_benchmark(block.metric)
        of_levels = self._is_score or self.query.order in ("highest", "lowest")  # which no gain tells
        level = of_levels and block.change != "absolute"
        narrower = bool(self.metric.concept) and block.metric != self.metric.concept
        return self._is_against(block), other, level, narrower, -size, block.metric, block.unit, block.change

    @property
    def _is_score(self) -> bool:
        """Whether a question asks for the scores of a benchmark."""
        return self.query.metric is not None and not self.query.metric.concept

    def _scored(self, one: Reported) -> Reported:
        """A result, the levels of accuracy and the like in per cent or points as scores that stand in one row."""
        alike = one.metric in self._scores and one.change == "absolute" and one.unit in ("", "%", "points")
        return one._replace(metric=_SCORE, unit="points") if alike and one.high > 1 else one

    @cached_property
    def _scores(self) -> frozenset[str]:
        """The metrics that mean whatever score a benchmark has."""
        general = self.lexicon.words.meaning("any-score")[0].facts["metric"]
        return frozenset(narrower for metric in general for narrower in self.lexicon.family(metric))

    def _names_benchmark(self, metric: str) -> bool:
        """Whether a metric is the score of a data set that is asked for: "LongBench score" of LongBench."""
        terms = (term for one in self.query.filter.conditions for term in one.any_of if term.field == "dataset")
        return any(fold(self.lexicon.label(term.concept)) in fold(self.lexicon.label(metric)) for term in terms)

    # What leads

    def _leading(self, block: Block, found: Figures, room: int, sure: bool) -> list[_Ranked]:
        """The first results of a block, the best of each paper."""
        out: dict[str, _Ranked] = {}
        step = 2 * room + 4
        for at in range(0, min(len(found), 10 * step), step):
            for one in self._details(block, found.figures[at : at + step]):
                if sure and not one.quote.sure:
                    self.unsure.add(one.figure.said.node)
                elif len(out) < room:
                    out.setdefault(one.figure.said.paper, one)
            if len(out) >= room:
                break
        return list(out.values())

    def _details(self, block: Block, figures: Sequence[Figure]) -> Iterator[_Ranked]:
        """Results with their circumstances, in the same order."""
        label = self.lexicon.label(block.metric, self.say.language)
        quoted = quotes(self.store, {figure.said.node: label for figure in figures})
        setups = Setups(self.corpus, (one.said.node for one in figures))
        for figure in figures:
            said = figure.said
            if said.node not in quoted:
                continue
            quote = quoted[said.node]
            said = _without_rival(said)
            baseline = said.baseline or fold(said.baseline_text)
            yield _Ranked(figure, baseline, said.baseline_text, said.setting, setups.said(said.node), quote)

    def _had(self, papers: Iterable[str], link: str) -> list[tuple[str, str]]:
        """Papers with what they have by a link."""
        roles = ("proposed",) if link == LINKS["proposed"] else ()
        return self.corpus.had("technique" if roles else link, self.corpus.those(papers), roles)

    # How it is told

    @property
    def _columns(self) -> tuple[str, ...]:
        wants = self.query.wants
        is_more = wants == "technique" or (wants in LINKS and wants not in _COLUMNS)
        return (*_COLUMNS, wants) if is_more else _COLUMNS

    def _lines(self, shown: dict[Block, list[_Ranked]]) -> tuple[Line, ...]:
        groups: dict[tuple[object, ...], int] = {}
        wanted = self._wanted({one.figure.said.paper for found in shown.values() for one in found})
        out = []
        for block, found in shown.items():
            for one in found:
                group = groups.setdefault(_comparable(block, one), len(groups) + 1)
                baseline = self._against(one)
                entry = entry_of(one.figure.said.node)
                said = replace(block, metric=one.figure.said.metric)
                what = (self.measures.amount_of(one.figure.said), self.measures.metric(said))
                setup = [self._labels(one.setup[kind]) for kind in OBTAINED]
                cells: list[Cell] = [group, entry, *what, baseline, one.setting, *setup, one.quote.quote]
                if len(self._columns) > len(_COLUMNS):
                    cells.append(self._labels(wanted[one.figure.said.paper]))
                out.append(Line(tuple(cells), (entry,), (one.quote,), block.metric))
        return tuple(out)

    def _against(self, one: _Ranked) -> str:
        """What a result is over, in the paper's own words where the language has them."""
        is_named = ":" in one.baseline and (self.say.language == "zh" or not one.baseline_text)
        return self._label(one.baseline) if is_named else one.baseline_text

    def _wanted(self, papers: set[str]) -> dict[str, tuple[str, ...]]:
        """What a question ranks by their results, of each paper: the techniques it proposes, its institutions."""
        wants = self.query.wants
        out: dict[str, tuple[str, ...]] = defaultdict(tuple)
        if len(self._columns) > len(_COLUMNS):
            link = LINKS["proposed" if wants == "technique" else wants]
            for paper, thing in self._had(papers, link):
                out[paper] += (thing,)
        return out

    def _label(self, concept: str) -> str:
        return self.lexicon.label(concept, self.say.language)

    def _labels(self, concepts: Sequence[str]) -> tuple[str, ...]:
        return tuple(sorted(map(self._label, concepts)))[:_LISTED]

    def _name(self, block: Block) -> str:
        """What a block is called: that of scores holds accuracies and others alike."""
        is_mixed = self._is_score and (block.metric, block.unit, block.change) == (_SCORE, "points", "absolute")
        return self.say("ranking.scores") if is_mixed else self.measures.name(block)

    def _verdict(self, block: Block, found: list[_Ranked]) -> str:
        """Whether the results of the first block can be compared, and what differs."""
        say = self.say
        name = self._name(block)
        if len(found) == 1:
            return say("ranking.one", group=name) + say("ranking.full_stop")
        parts = tuple(part for part in _PARTS if part != "baseline" or block.change != "absolute")
        kinds = {part: Counter(one.shares([part])[0] or None for one in found) for part in parts}
        shared = [part for part in parts if len(kinds[part]) == 1 and None not in kinds[part]]
        if shared and all(len(kind) == 1 for kind in kinds.values()) and parts[0] in ("hardware", *shared):
            told = say.listed([say(f"ranking.{part}") for part in shared])
            return say("ranking.comparable", len(found), group=name, shared=told)
        differing = [say(f"ranking.{part}") for part in parts if len(kinds[part].keys() - {None}) > 1]
        why = [say("ranking.differing", parts=say.listed(differing))] if differing else []
        why += self._sharing(found, [part for part in parts if part in ("baseline", "hardware")])
        unsaid = [part for part in parts if kinds[part][None] and (part in _TOLD or len(kinds[part]) > 1)]
        why += [say("ranking.unsaid", kinds[part][None], what=say(f"ranking.{part}")) for part in unsaid]
        said = say("list.semicolon").join(why)
        return say("ranking.differ", len(found), group=name, why=said) + say("ranking.full_stop")

    def _sharing(self, found: list[_Ranked], parts: list[str]) -> list[str]:
        """How many share all of some parts; nothing where fewer than two name them."""
        counts = Counter(one.shares(parts) for one in found if all(one.shares(parts)))
        most = max(counts.values(), default=0)
        told = self.say.listed([self.say(f"ranking.{part}") for part in parts])
        if counts.total() < 2:
            return []
        return [
            self.say("ranking.share", most, all=len(found), shared=told)
            if most > 1
            else self.say("ranking.share_none", shared=told)
        ]

    def _notes(self, blocks: dict[Block, Figures], order: list[Block], shown: dict[Block, list[_Ranked]]) -> list[str]:
        say = self.say
        out = [say("ranking.level", metric=self.metric.label)] if self.is_level else []
        if self.query.metric is None and not self._is_advice:
            out.append(say("ranking.usual"))
        if len(blocks) > 1:
            sizes = [say("ranking.group_size", len(blocks[b]), group=self._name(b)) for b in order]
            out.append(say("ranking.several", len(blocks), groups=say.first(sizes, _NAMED)))
        lines, all_results = sum(map(len, shown.values())), sum(map(len, blocks.values()))
        if lines < all_results:
            out.append(say("ranking.cut", all_results, shown=lines))
        return [*out, *self._omitted()]

    def _omitted(self) -> list[str]:
        """How many results are left out: obtained on something else, not said to be on what is asked for, not sure."""
        counts = (("unsure", len(self.unsure)), ("against", self.against))
        told = [self.say(f"ranking.omitted_{key}", count) for key, count in counts if count]
        return [*self.obtained.notes(self.say), *told]

    def _empty(self) -> Answer:
        say, label = self.say, self.metric.label
        if self.against and not self.blocks:
            notes = [say("ranking.only_against" if label else "ranking.only_against_any", self.against, metric=label)]
        else:
            notes = [say("ranking.none", metric=label) if label else say("ranking.none_at_all"), *self._omitted()]
            if len(notes) == 1 and self.query.filter.conditions:
                without = sum(map(len, self._blocks(Filter())[0].values()))
                notes += [say("ranking.elsewhere", without)] if without else []
        table = Grid(self._columns)
        near, told = self._nearest()
        notes += told
        return Answer(self.question, self.query, (), (*self.query.filter.notes, *notes), table, partly=near)

    def _nearest(self) -> tuple[tuple[Row, ...], list[str]]:
        """The papers with results on all but one of what is asked for: the data set, else the model, else hardware."""
        conditions = self.query.filter.conditions
        kinds = [next((t.field for t in one.any_of if t.field in OBTAINED), "") for one in conditions]
        for kind in reversed(OBTAINED) if len(conditions) > 1 else ():
            for at in (at for at, own in enumerate(kinds) if own == kind):
                rest = Filter((*conditions[:at], *conditions[at + 1 :]))
                found = _Ranking(self.store, self.lexicon, self.question, replace(self.query, filter=rest))
                lines = [line for some in found.leading().values() for line in some][:_NEAREST]
                if lines:
                    papers = dict.fromkeys(one.figure.said.paper for one in lines)
                    known = {row.paper: row for row in self.corpus.rows(papers)}
                    left = self.say("empty.quoted", words=conditions[at].text)
                    return tuple(known[one] for one in papers), [self.say("ranking.nearest", without=left)]
        return (), []


def _without_rival(said: Reported) -> Reported:
    """A result without its baseline where it is a level, which is over nothing; what it came from ("256") stays."""
    is_over = said.change != "absolute" or said.baseline_text[:1].isdigit()
    return said if is_over else said._replace(baseline="", baseline_text="")


def _comparable(block: Block, one: _Ranked) -> tuple[object, ...]:
    """What results share that may be compared; one of which nothing is said is like no other."""
    setup = [*(one.setup[kind] for kind in OBTAINED), tuple(filter(None, [fold(one.setting)]))]
    node = one.figure.said.node
    return comparable(block, node, one.baseline or ("" if any(setup) else node), setup)


def _holds(said: str, phrases: Iterable[str]) -> bool:
    """Whether a wording has every word of one of some folded phrases."""
    words = set(fold(said).split())
    return any(words.issuperset(phrase.split()) for phrase in phrases)
