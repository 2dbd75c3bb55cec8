"""The results section of a report: groups that can be compared, and all other sure results."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from kg.model import Paper, Result
from kg.query.measures import Block, bases, comparable
from kg.views import measured, outcome
from kg.views.borne import borne, is_bought
from kg.views.quotation import names
from kg.views.report.layout import Part
from kg.views.report.obtained import devices, obtained_on
from kg.views.report.table import Group, Row, identity, said, section, things
from kg.views.selection import EntryQuote, EntryResult, Selection, ids, quoted


@dataclass(slots=True)
class _Measured:
    """A sure result of a paper as its sentence bears it out, with what the sentence says that it was obtained on."""

    paper: Paper
    found: EntryResult
    told: Result
    quote: EntryQuote
    hardware: dict[str, str]  # label by identity
    models: dict[str, str]
    datasets: dict[str, str]

    @property
    def baseline(self) -> str:
        """What it is compared with, if it has a name: "existing methods" are others in each paper."""
        known = self.found.result
        return identity(known.baseline_concept, known.baseline) if self.told.baseline else ""

    @property
    def is_placed(self) -> bool:
        """Whether it can be compared: against a baseline, with the model, and the data set or the hardware, told."""
        return bool(self.baseline and self.models and (self.datasets or self.hardware))


def results(shown: Selection, part: Part) -> dict[str, Any]:
    """Comparable results of two papers or more, best first, then the others by metric."""
    words = shown.words
    told = [one for paper in shown.papers for one in _measured(shown, paper)]
    units = bases({one.told.unit for one in told})
    sets: dict[tuple[object, ...], list[_Measured]] = defaultdict(list)
    for place, one in enumerate(told):
        metric = identity(one.told.metric_concept, one.told.metric)
        setup = (tuple(sorted(named)) for named in (one.hardware, one.models, one.datasets))
        block = Block(metric, units[one.told.unit][0], one.told.change)
        alike = comparable(block, str(place), one.baseline, setup)
        sets[alike if one.is_placed else (place,)].append(one)
    groups, alone = [], []
    for found in sets.values():
        if len({one.paper.id for one in found}) < 2:
            alone += found
            continue
        best = sorted(found, key=lambda one: -_size(one.told) * units[one.told.unit][1])
        named = [*best[0].datasets.values(), *best[0].models.values(), *best[0].hardware.values()]
        against = words("outcome.than", baseline=outcome.baseline(shown, best[0].told))
        label = words("report.join").join([measured.metric(shown, best[0].told), *named, against])
        groups.append(Group([_row(shown, one) for one in best], label, words("report.comparable"), "comparable"))
    groups.sort(key=lambda group: (-len(group.rows), group.label))
    rest = sorted((_row(shown, one) for one in alone), key=lambda row: (row["metric"].casefold(), row["paper"]))
    apart = words("report.apart") if groups else words("report.none_comparable")
    listed = [*groups, Group(rest, words("report.others" if groups else "report.alone"), apart, "apart")]
    return section(shown, part, listed, words("report.results_note")) | {"comparable": len(groups)}


def _size(result: Result) -> float:
    return result.value[1] if isinstance(result.value, tuple) else result.value


def _measured(shown: Selection, paper: Paper) -> list[_Measured]:
    out, own = [], names(paper)
    for found, told in borne(shown, paper):
        if told and not is_bought(shown.graph.vocabulary, found, told):
            record, quote = found.record, quoted(found.document, found.result.evidence)
            on = (obtained_on(shown, found, own, mentions) for mentions in (record.models, record.datasets))
            out.append(_Measured(paper, found, told, quote, devices(shown, found), *on))
    return out


def _row(shown: Selection, one: _Measured) -> Row:
    result, words = one.told, shown.words
    return {
        "metric": measured.metric(shown, result),
        "concept": result.metric_concept,
        "value": outcome.value(shown, result),
        "number": list(result.value) if isinstance(result.value, tuple) else result.value,
        "unit": result.unit,
        "change": result.change,
        "bound": words(f"outcome.{result.bound}", amount="").strip() if result.bound != "exact" else "",
        "baseline": outcome.baseline(shown, result),
        "setting": outcome.circumstance(shown, result),
        "hardware": things(one.hardware),
        "model": things(one.models),
        "dataset": things(one.datasets),
        "paper": ids(one.paper)[0],
        "papers": ids(one.paper)[:1],
        "entry": one.found.document.id,
        "quote": said([one.quote]),
    }
