"""What papers of a report state: gains on shared ground, pools of tables, who beats whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from shlex import join
from typing import Any

from kg.identifiers import kind_of
from kg.model import NOT_OWN, Paper
from kg.query.comparable import Measured, Measures, measured
from kg.query.sayings import Sayings
from kg.query.shared_ground import Ground, shared_ground
from kg.query.table_pools import shared_pools
from kg.text import fold
from kg.views.brief import source_words
from kg.views.report.layout import Section
from kg.views.report.report_parts import Group, Row, cited, lit, section
from kg.views.selection import EntryQuote, Selection, quoted
from kg.views.statement import ResultRow, marked, rows


def grounds(shown: Selection) -> list[Ground]:
    """The tables on shared ground of the sure results that papers obtained themselves."""
    measures = Measures(shown.graph.lexicon(), Sayings(shown.lang))
    every = (one for paper in shown.papers for one in rows(shown, paper, sure=True))
    found = [_measured(one, measures) for one in every if NOT_OWN.isdisjoint(one.result.marks)]
    return shared_ground(found, measures.is_loss)


def results(shown: Selection, part: Section, found: list[Ground]) -> dict[str, Any]:
    """A table for each metric and model that three papers or more report gains on, best first."""
    groups = [
        Group([_stated(shown, one, ground) for one in ground.rows], ground_name(shown, ground), mark=over(ground))
        for ground in found
    ]
    return section(shown, part, groups, shown.words("report.results_note")) | {"comparable": len(groups)}


def ground_name(shown: Selection, ground: Ground) -> str:
    """ "inference speed on HunyuanVideo, over the original model"."""
    metric, model = shown.label(ground.block.metric), shown.label(ground.model)
    return shown.words("report.ground", metric=metric, model=model, over=shown.words(f"report.over_{over(ground)}"))


def over(ground: Ground) -> str:
    """What its gains are over: "original", "unnamed" (or baselines that were not recognized) or "method"."""
    if not ground.is_original:
        return "method"
    return "unnamed" if ground.unnamed else "original"


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
    block = measures.block(result.metric_concept or fold(result.metric), result.unit, result.change)
    baseline = (result.baseline_concept, result.baseline)
    return measured(one, one.paper.id, block, value, baseline, result.setting, one.on)


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


def wins(shown: Selection, part: Section, found: list[Win]) -> dict[str, Any]:
    """A line a pair, of most papers first, then with a result; where papers disagree, they are a group of their own."""
    pairs: dict[tuple[str, str], dict[str, Win]] = defaultdict(dict)
    for claim in found:
        known = pairs[claim.winner, claim.loser].get(claim.paper.id)
        if known is None or (claim.results and not known.results):
            pairs[claim.winner, claim.loser][claim.paper.id] = claim
    has_none = {pair: not any(one.results for one in own.values()) for pair, own in pairs.items()}
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


def _stated(shown: Selection, one: Measured[ResultRow], ground: Ground) -> Row:
    """A result as a line of a table, without what the table's name says already."""
    row, cells = one.said, one.said.cells()
    cells["metric"] = row.metric if row.result.metric_concept != ground.block.metric else ""
    cells["setting"] = row.setting if one.setting else ""
    cells["summary"] = source_words(shown, row.paper, "S")
    return cells | {"method": cells["paper"], "quote": lit([row.quote], [row])}
