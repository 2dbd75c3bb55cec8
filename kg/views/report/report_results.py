"""What papers of a report state: comparable results, the other sure results, pools of tables, who beats whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from shlex import join
from typing import Any

from kg.identifiers import kind_of
from kg.model import Paper
from kg.query.comparable import Measured, Measures, comparable, measured
from kg.query.sayings import Sayings
from kg.query.table_pools import shared_pools
from kg.views.report.layout import Section
from kg.views.report.report_parts import Group, Row, cited, identity, lit, section
from kg.views.selection import EntryQuote, Selection, quoted
from kg.views.statement import ON, ResultRow, marked, rows


def results(shown: Selection, part: Section) -> dict[str, Any]:
    """Comparable results of two papers or more, best first, then the others by metric."""
    words, measures = shown.words, Measures(shown.graph.lexicon(), Sayings(shown.lang))
    every = [_measured(one, measures) for paper in shown.papers for one in rows(shown, paper, sure=True)]
    groups: list[Group] = []
    alone = {id(one.said): one.said for one in every}
    for found in (one for one in comparable(every, measures.low_is_good) if one.together):
        said = [alone.pop(id(one.said)) for one in found.rows]
        on = [label for column in ON for label in said[0].on[column].values()]
        against = [words("statement.than", baseline=said[0].baseline)] if found.rows[0].baseline else []
        label = words("report.join").join([said[0].metric, *on, *against])
        groups.append(Group([_stated(one) for one in said], label, words("report.comparable"), "comparable"))
    groups.sort(key=lambda group: (-len(group.rows), group.label))
    rest = sorted(map(_stated, alone.values()), key=lambda row: (row["metric"].casefold(), row["paper"]))
    listed = [*groups, Group(rest, words("report.others") if groups else "", "", "apart")]
    return section(shown, part, listed, words("report.results_note")) | {"comparable": len(groups)}


def pools(shown: Selection, part: Section) -> dict[str, Any]:
    """The data sets whose numbers several papers print in their tables; `pool` is the command that lists these."""
    papers = {paper.id: paper for paper in shown.papers}
    found: list[Row] = []
    for pool in shared_pools(shown.graph.store, papers):
        asked = ["kg", "tables", "--dataset", pool.dataset, *(["--metric", pool.metric] if pool.metric else [])]
        found.append(
            {
                "dataset": pool.dataset,
                "metric": pool.metric,
                "numbers": sum(pool.numbers.values()),
                "papers": cited(papers[paper] for paper in pool.numbers),
                "pool": join([*asked, "--pool"]),
            }
        )
    return section(shown, part, [Group(found)], shown.words("report.pools_note"))


def _measured(one: ResultRow, measures: Measures) -> Measured[ResultRow]:
    """A result with what it is compared by."""
    result = one.result
    value = result.value if isinstance(result.value, tuple) else (result.value, result.value)
    block = measures.block(identity(result.metric_concept, result.metric), result.unit, result.change)
    over = (result.baseline_concept, result.baseline)
    return measured(one, one.paper.id, block, value, over, result.setting, one.on)


_KINDS = ("technique", "model")


@dataclass(frozen=True, slots=True)
class Win:
    """A paper's claim about a pair, and the results of its sentence against the loser."""

    winner: str
    loser: str
    paper: Paper
    quote: EntryQuote
    marks: tuple[str, ...]
    results: tuple[ResultRow, ...] = ()


def claims(shown: Selection) -> Iterator[Win]:
    """All sure claims of papers that one named thing outperforms another."""
    for paper in shown.papers:
        results = rows(shown, paper)
        for document, record in paper.entries:
            for relation in record.relations:
                ends = (relation.head_concept, relation.tail_concept)
                if relation.type != "outperforms" or not relation.sure or ends[0] == ends[1]:
                    continue
                if not all(end and kind_of(end) in _KINDS for end in ends):
                    continue
                quote = quoted(document, relation.evidence)
                beside = (
                    one
                    for one in results
                    if one.quote.sentence == quote.sentence and one.result.baseline_concept == relation.tail_concept
                )
                yield Win(*ends, paper, quote, relation.marks, tuple(beside))


def wins(shown: Selection, part: Section) -> dict[str, Any]:
    """A line a pair, of most papers first, then with a result; where papers disagree, they are a group of their own."""
    pairs: dict[tuple[str, str], dict[str, Win]] = defaultdict(dict)
    for claim in claims(shown):
        known = pairs[claim.winner, claim.loser].get(claim.paper.id)
        if known is None or (claim.results and not known.results):
            pairs[claim.winner, claim.loser][claim.paper.id] = claim
    has_none = {pair: not any(one.results for one in found.values()) for pair, found in pairs.items()}
    order = sorted(pairs, key=lambda pair: (-len(pairs[pair]), has_none[pair], *map(shown.label, pair), *pair))
    made: dict[bool, list[Row]] = {True: [], False: []}
    for winner, loser in order:
        made[(loser, winner) in pairs].append(_row(shown, list(pairs[winner, loser].values())))
    words = shown.words
    groups = [
        Group(made[True], words("report.contrary"), words("report.contrary_note"), "contrary"),
        Group(made[False], mark="wins"),
    ]
    return section(shown, part, groups, words("report.wins_note"))


def _row(shown: Selection, found: list[Win]) -> Row:
    first = max(found, key=lambda one: len(one.results))
    result = first.results[0].cells() if first.results else {"metric": "", "value": "", "setting": "", "dataset": []}
    is_told = set(first.marks) <= set(first.results[0].result.marks if first.results else ())
    value = result["value"] if is_told else marked(shown.words, str(result["value"]), first.marks)
    return {
        "winner": {"concept": first.winner, "label": shown.label(first.winner)},
        "loser": {"concept": first.loser, "label": shown.label(first.loser)},
        **{name: result[name] for name in ("metric", "setting", "dataset")},
        "value": value,
        "papers": cited(one.paper for one in found),
        "quote": lit((one.quote for one in found), (result for one in found for result in one.results)),
    }


def _stated(one: ResultRow) -> Row:
    return one.cells() | {"quote": lit([one.quote], [one])}
