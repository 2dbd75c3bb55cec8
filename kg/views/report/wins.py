"""Who beats whom: pairs of techniques or models, each with the papers that say which one wins, and their words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kg.model import Paper
from kg.names import kind_of
from kg.views.report.layout import Part
from kg.views.report.table import Group, Row, cited, lit, section
from kg.views.selection import EntryQuote, Selection, quoted
from kg.views.statement import ResultRow, rows

_KINDS = ("technique", "model")


@dataclass(frozen=True, slots=True)
class Win:
    """A paper's claim about a pair, and the results of its sentence against the loser."""

    winner: str
    loser: str
    paper: Paper
    quote: EntryQuote
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
                yield Win(*ends, paper, quote, tuple(beside))


def wins(shown: Selection, part: Part) -> dict[str, Any]:
    """A line a pair, pairs of most papers first; pairs on which papers disagree stand in a group of their own."""
    pairs: dict[tuple[str, str], dict[str, Win]] = defaultdict(dict)
    for claim in claims(shown):
        known = pairs[claim.winner, claim.loser].get(claim.paper.id)
        if known is None or (claim.results and not known.results):
            pairs[claim.winner, claim.loser][claim.paper.id] = claim
    order = sorted(pairs, key=lambda pair: (-len(pairs[pair]), *map(shown.label, pair), *pair))
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
    return {
        "winner": {"concept": first.winner, "label": shown.label(first.winner)},
        "loser": {"concept": first.loser, "label": shown.label(first.loser)},
        **{name: result[name] for name in ("metric", "value", "setting", "dataset")},
        "papers": cited(one.paper for one in found),
        "quote": lit((one.quote for one in found), (result for one in found for result in one.results)),
    }
