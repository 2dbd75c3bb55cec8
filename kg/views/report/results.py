"""The results section of a report: groups that can be compared, and all other sure results."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from kg.query.measures import Block, bases, comparable
from kg.views.report.layout import Part
from kg.views.report.table import Group, Row, identity, lit, section
from kg.views.selection import Selection
from kg.views.statement import ON, ResultRow, rows


def results(shown: Selection, part: Part) -> dict[str, Any]:
    """Comparable results of two papers or more, best first, then the others by metric."""
    words = shown.words
    every = [one for paper in shown.papers for one in rows(shown, paper, sure=True)]
    units = bases({one.result.unit for one in every})
    sets: dict[tuple[object, ...], list[ResultRow]] = defaultdict(list)
    for place, one in enumerate(every):
        result = one.result
        block = Block(identity(result.metric_concept, result.metric), units[result.unit][0], result.change)
        setup = tuple(tuple(sorted(one.on[column])) for column in ON)
        baseline = identity(result.baseline_concept, result.baseline)
        is_placed = bool(baseline and one.on["model"] and (one.on["dataset"] or one.on["hardware"]))
        sets[comparable(block, str(place), baseline, setup) if is_placed else (place,)].append(one)
    groups, alone = [], []
    for found in sets.values():
        if len({one.paper.id for one in found}) < 2:
            alone += found
            continue
        best = sorted(found, key=lambda one: -one.high * units[one.result.unit][1])
        on = [label for column in ON for label in best[0].on[column].values()]
        against = words("statement.than", baseline=best[0].baseline)
        label = words("report.join").join([best[0].metric, *on, against])
        groups.append(Group([_row(one) for one in best], label, words("report.comparable"), "comparable"))
    groups.sort(key=lambda group: (-len(group.rows), group.label))
    rest = sorted((_row(one) for one in alone), key=lambda row: (row["metric"].casefold(), row["paper"]))
    listed = [*groups, Group(rest, words("report.others") if groups else "", "", "apart")]
    return section(shown, part, listed, words("report.results_note")) | {"comparable": len(groups)}


def _row(one: ResultRow) -> Row:
    return one.cells() | {"quote": lit([one.quote], [one])}
