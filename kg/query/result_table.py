"""Results as lines of a table: metric, value, baseline, retained quality, data set, model, hardware, quotes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from kg.model import OBTAINED
from kg.query.answer import Cell, Line, Quote
from kg.query.answer import Row as PaperRow
from kg.query.comparable import Comparable, Measured, Measures, measured, settings
from kg.query.conditions import OWN, Where, concepts
from kg.query.corpus import Corpus
from kg.query.filter import Entity, Filter
from kg.query.lexicon import Lexicon
from kg.query.sayings import Sayings
from kg.query.shown import Reported, context, entry_of, quotes, reported
from kg.store.file import StoreFile
from kg.text import is_kind

#: A result in the graph.
Row = Measured[Reported]
COLUMNS = (
    *("paper", "metric", "value", "baseline", "quality", "dataset", "model", "hardware", "bits", "setting", "quote"),
)
#: The most things named in a cell.
_LISTED = 3
#: The most entries in a line.
_ENTRIES = 100
#: Key sentences that state the claim of a paper, the best first.
_CLAIMS = ("result", "proposes")


def _wanted(wanted: Filter, lexicon: Lexicon) -> Iterable[tuple[str, frozenset[str]]]:
    """The types and concepts that results must be obtained on; MMLU-Pro is a separate benchmark from MMLU."""
    for condition in wanted.conditions:
        terms = [term for term in condition.any_of if isinstance(term, Entity) and term.field in OBTAINED]
        kinds = {term.field for term in terms}
        if not condition.negated and len(kinds) == 1 and len(terms) == len(condition.any_of):
            kind = kinds.pop()
            counted = (lexicon.versions(term.concept) if kind == "dataset" else term.concepts for term in terms)
            yield kind, frozenset(concept for some in counted for concept in some)


class ResultTable:
    """Selects results that were obtained on what a filter asks for, and formats them."""

    def __init__(self, store: StoreFile, lexicon: Lexicon, say: Sayings, wanted: Filter) -> None:
        self.store, self.lexicon, self.say = store, lexicon, say
        self.corpus, self.measures = Corpus.of(store), Measures(lexicon, say)
        self._wanted = list(_wanted(wanted, lexicon))
        self.left_out: dict[str, set[str]] = {"elsewhere": set(), "unsaid": set()}  # results by reason

    def rows(
        self, where: Where, read_as: Callable[[Reported], Reported] = lambda one: one, every: bool = False
    ) -> list[Row]:
        """The results that fulfil a condition; `read_as` reinterprets a result. A paper reports a number only once.

        Results on unknown metrics, and ratios given as sizes (3 MB), are left out, unless `every` result is wanted.
        """
        found = self.corpus.once(self._reported, where)
        on = self._setups(found)
        entries: dict[tuple[object, ...], str] = {}
        out = []
        for one in self._obtained(found, on):
            said = read_as(one)
            key = (one.paper, one.metric or one.wording, one.low, one.high, one.unit, one.change)
            if (every or self._is_known(one)) and entries.setdefault(key, entry_of(one.node)) == entry_of(one.node):
                block = self.measures.block(said.metric, said.unit, said.change)
                baseline = (one.baseline, one.baseline_text)
                out.append(measured(one, one.paper, block, (one.low, one.high), baseline, one.setting, on[one.node]))
        return out

    def _setups(self, found: Iterable[Reported]) -> dict[str, dict[str, set[str]]]:
        """What results were obtained on, by node and type."""
        out = {one.node: {kind: set[str]() for kind in OBTAINED} for one in found}
        sql = """SELECT e.name, x.result, c.type, c.curie FROM entries e JOIN result_on x ON x.entry = e.id
            JOIN concepts c ON c.id = x.concept WHERE e.name IN ({})"""
        for entry, number, kind, concept in self.store.some(sql, set(map(entry_of, out))):
            if own := out.get(f"entry:{entry}/result/{number}"):
                own[kind].add(concept)
        return out

    def _obtained(self, found: Iterable[Reported], on: Mapping[str, Mapping[str, set[str]]]) -> list[Reported]:
        """The results that were obtained on the requested things; the others are recorded as left out."""
        kept, known = list(found), self.lexicon.vocabulary
        for kind, wanted in self._wanted:
            wider = {broad for one in wanted for broad in known.broader(one)} - wanted  # too general to decide
            own = {one.node: on[one.node][kind] - wider for one in kept}
            self.left_out["elsewhere"] |= {node for node, some in own.items() if some and not some & wanted}
            self.left_out["unsaid"] |= {node for node, some in own.items() if not some}
            kept = [one for one in kept if own[one.node] & wanted]
        return kept

    def notes(self) -> list[str]:
        """How many results were left out: on something else, or without a statement of what they were obtained on."""
        return [self.say(f"ranking.omitted_{why}", len(nodes)) for why, nodes in self.left_out.items() if nodes]

    def _is_known(self, one: Reported) -> bool:
        """Whether its metric is known, and its unit suits the metric."""
        return bool(one.metric) and not self.measures.is_odd(one.metric, one.unit)

    def metric(self, row: Row) -> str:
        """The metric of a result with its direction: by the label of the metric, else in the paper's words."""
        block = row.block._replace(metric=row.said.metric)
        if self._is_known(row.said):
            return self.measures.metric(block)
        return self.say(f"measure.{block.change}", metric=row.said.wording)

    def _reported(self, where: Where) -> list[Reported]:
        return reported(self.store, where)

    # Lines

    def lines(
        self, groups: Iterable[tuple[str, Sequence[Row]]], more: Mapping[str, Callable[[Row], Cell]] | None = None
    ) -> list[Line]:
        """A line for each result, under the headings of their groups; `more` are cells before the others, by column."""
        known = [(heading, rows) for heading, rows in groups if rows]
        every = [row for _, rows in known for row in rows]
        said = quotes(self.store, {row.said.node: self.label(row.said.metric) for row in every})
        quality = self._quality(every, said)
        bits = self._bits({row.paper for row in every})
        out = []
        for heading, rows in known:
            for row in (row for row in rows if row.said.node in said):
                one, own = row.said, said[row.said.node]
                kept = quality.get(one.node)
                cells: dict[str, Cell] = {name: cell(row) for name, cell in (more or {}).items()}
                cells |= {
                    "paper": entry_of(one.node),
                    "metric": self.metric(row),
                    "value": self.measures.amount(one),
                }
                cells |= {"baseline": self.over(one), "quality": kept[0] if kept else ""}
                cells["setting"] = one.setting if row.setting else ""
                cells |= {kind: self.labels(named) for kind, named in zip(OBTAINED, row.on, strict=True)}
                cells |= {"bits": self.labels(bits.get(row.paper, ())), "quote": own.quote}
                evidence = dict.fromkeys([own, *([kept[1]] if kept else [])])
                values = tuple(cells[name] for name in (*(more or ()), *COLUMNS))
                out.append(Line(values, (entry_of(one.node),), tuple(evidence), "", heading, row.factor))
        return out

    def heading(self, group: Comparable) -> str:
        """What comparable results have in common."""
        say, first = self.say, group.rows[0]
        name = self.measures.name(group.block)
        on = [self.label(one) for own in first.on for one in own]
        name = say("results.over", metric=name, baseline=self.over(first.said)) if first.baseline else name
        name = say("results.on", metric=name, on=say.listed(on)) if on else name
        return say("results.together", len(group.rows), group=name)

    def over(self, one: Reported) -> str:
        """The baseline of a result, in the paper's words if the language has them; for a level, only a number."""
        if one.change == "absolute" and not one.baseline_text[:1].isdigit():
            return ""
        is_named = one.baseline and (self.say.language == "zh" or not one.baseline_text)
        return self.label(one.baseline) if is_named else one.baseline_text

    def label(self, concept: str) -> str:
        """The label of a concept in the language of the answer."""
        return self.lexicon.label(concept, self.say.language)

    def labels(self, named: Iterable[str]) -> tuple[str, ...]:
        """The first labels of some concepts."""
        return tuple(sorted(map(self.label, named)))[:_LISTED]

    def family(self, column: str) -> set[str]:
        """The concepts that belong in a column."""
        return {one for root in settings()["columns"][column] for one in self.lexicon.family(root)}

    def _quality(self, rows: Sequence[Row], said: Mapping[str, Quote]) -> dict[str, tuple[str, Quote]]:
        """The quality that a paper reports in the sentence of another result, by the node of that result."""
        metrics = self.family("quality")
        others = [row for row in rows if row.said.metric not in metrics and row.said.node in said]
        if not others:
            return {}
        named, among = concepts(metrics), self.corpus.those({row.paper for row in others}).of("x.paper")
        where = Where(f"x.sure = 1 AND {OWN} AND x.metric IN {named.sql} AND {among.sql}", (*named.given, *among.given))
        found = self.corpus.once(self._reported, where)
        words = quotes(self.store, {one.node: self.label(one.metric) for one in found})
        beside = {
            (words[one.node].source, words[one.node].context): one for one in reversed(found) if one.node in words
        }
        out = {}
        for row in others:
            own = said[row.said.node]
            if one := beside.get((own.source, own.context)):
                metric = self.measures.metric(self.measures.block(one.metric, one.unit, one.change))
                out[row.said.node] = f"{metric} {self.measures.amount(one)}", words[one.node]
        return out

    def _bits(self, papers: set[str]) -> dict[str, list[str]]:
        """The proposed or used things that give the bit widths of papers."""
        wanted, out = self.family("bits"), defaultdict(list)
        for paper, thing in self.corpus.had("technique", self.corpus.those(papers), sure=True) if papers else ():
            if thing in wanted and is_kind(self.lexicon.label(thing)):
                out[paper].append(thing)
        return out


def line_of(
    columns: Sequence[str],
    cells: Mapping[str, Cell],
    papers: Sequence[str],
    evidence: Sequence[Quote] = (),
    heading: str = "",
    amount: float | None = None,
    concept: str = "",
) -> Line:
    """A line of a table from its cells by column; columns without a cell are empty."""
    values = tuple(cells.get(name) for name in columns)
    return Line(values, tuple(papers)[:_ENTRIES], tuple(evidence), concept, heading, amount)


def claims_of(store: StoreFile, papers: Iterable[str], called: str = "") -> dict[str, Quote]:
    """The key sentences that state the claims of papers, in order; `called` is the label of the quotes."""
    sql = """SELECT e.name, e.paper, t.field, t.raw, e.record ->> '$.key' FROM entries e
        JOIN texts t ON t.entry = e.id WHERE e.paper IN ({}) ORDER BY e.name"""
    order, said = list(papers), dict[str, Quote]()
    for entry, paper, field, raw, key in store.some(sql, order):
        places = json.loads(key or "{}")
        place = next((places[role] for role in _CLAIMS if role in places), None)
        if place and place["field"] == field:
            start, end = place["start"], place["end"]
            said.setdefault(paper, Quote(entry, field, raw[start:end], start, end, called, context(raw, start, end)))
    return {paper: said[paper] for paper in order if paper in said}


def with_claims(store: StoreFile, found: Iterable[PaperRow], called: str) -> tuple[PaperRow, ...]:
    """Papers, each with the sentence that states its claim as evidence, if it has one."""
    papers = list(found)
    said = claims_of(store, [row.paper for row in papers], called)
    return tuple(replace(row, evidence=(said[row.paper],)) if row.paper in said else row for row in papers)
