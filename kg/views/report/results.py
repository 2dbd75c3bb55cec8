"""The results section of a report: grouped by metric, with the results that can be compared."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kg.model import Mention, Paper, Result
from kg.query.comparable import comparable
from kg.query.lexicon import Lexicon
from kg.query.measures import Block, Measures, bases
from kg.query.sayings import Sayings
from kg.text import fold
from kg.views import outcome
from kg.views.borne import borne_out
from kg.views.report.layout import Part
from kg.views.report.table import Group, Row, identity, named_there, padded, said, section
from kg.views.selection import EntryQuote, EntryResult, Selection, clean, ids, quoted

#: How many of baseline, hardware, model and dataset must be stated for a level to be compared with another.
_LEVEL = 2


@dataclass(slots=True)
class _Measured:
    """A result of a paper with its setup."""

    paper: Paper
    found: EntryResult
    told: Result | None  # as far as its sentence bears it out; None for one that is not sure
    quote: EntryQuote
    hardware: dict[str, str]  # label by identity
    models: dict[str, str]
    datasets: dict[str, str]

    @property
    def baseline(self) -> str:
        return identity(self.told.baseline_concept, self.told.baseline) if self.told else ""

    @property
    def setup(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(sorted(named)) for named in (self.hardware, self.models, self.datasets))

    @property
    def said(self) -> int:
        """How many of baseline, hardware, model and dataset are stated."""
        return bool(self.baseline) + sum(map(bool, self.setup))

    @property
    def is_told(self) -> bool:
        """Whether it is sure and enough is stated: for a change its baseline, for a level two of the four."""
        if self.told is None:
            return False
        return bool(self.baseline) if self.found.result.change != "absolute" else self.said >= _LEVEL


@dataclass(frozen=True, slots=True)
class _BlockResult:
    """A result of a block: its index among all results, and its bounds in the common unit."""

    place: int
    low: float
    high: float
    one: _Measured


def results(shown: Selection, part: Part) -> dict[str, Any]:
    """All results by metric; those with the same baseline and setup share a letter."""
    measures = Measures(Lexicon.of(shown.graph.store, shown.graph.vocabulary), Sayings(shown.lang))
    held = _blocks([one for paper in shown.papers for one in _measured(shown, paper)])
    name = {block: outcome.metric(shown, found[0].one.found.result) for block, found in held.items()}
    several = [block for block in held if len(held[block]) > 1]
    several.sort(key=lambda b: (-_papers(held[b]), -len(held[b]), name[b].casefold(), b.unit, b.change))
    letters = _Letters()
    groups = [_group(shown, measures, block, held[block], letters) for block in several]
    single = sorted(
        (_row(shown, found[0].one, "", "") for found in held.values() if len(found) == 1),
        key=lambda row: (row["metric"].casefold(), row["paper"]),
    )
    groups.append(Group(single, shown.words("report.once"), shown.words("report.once_note"), "once"))
    return section(shown, part, groups, shown.words("report.results_note")) | {"comparable": letters.count}


def _blocks(measured: list[_Measured]) -> dict[Block, list[_BlockResult]]:
    """Results by metric, unit (convertible units are merged) and change."""
    units = bases({one.found.result.unit for one in measured})
    out: dict[Block, list[_BlockResult]] = defaultdict(list)
    for place, one in enumerate(measured):
        result = one.found.result
        unit, factor = units[result.unit]
        low, high = result.value if isinstance(result.value, tuple) else (result.value, result.value)
        block = Block(identity(result.metric_concept, result.metric), unit, result.change)
        out[block].append(_BlockResult(place, low * factor, high * factor, one))
    return out


def _measured(shown: Selection, paper: Paper) -> list[_Measured]:
    out = []
    for found in shown.outcomes(paper):
        record, quote = found.record, quoted(found.document, found.result.evidence)
        places = (padded(quote.sentence), padded(found.result.setting))
        hardware = named_there(shown, places, record.hardware)
        models = named_there(shown, places, [m for m in record.models if not _is_baseline(found, m)])
        datasets = named_there(shown, places, record.datasets)
        out.append(_Measured(paper, found, borne_out(shown, found), quote, hardware, models, datasets))
    return out


def _is_baseline(found: EntryResult, model: Mention) -> bool:
    """Whether a model is the baseline of a result, so that the result was obtained on another one."""
    result = found.result
    if model.concept and model.concept == result.baseline_concept:
        return True
    return any(padded(name) in padded(result.baseline) for name in (model.surface, model.canonical) if fold(name))


def _papers(held: Sequence[_BlockResult]) -> int:
    return len({item.one.paper.id for item in held})


class _Letters:
    """Generates A, B, ... Z, AA, AB, ..., one letter for each set of comparable results."""

    def __init__(self) -> None:
        self.count = 0

    def next(self) -> str:
        self.count += 1
        number, out = self.count, ""
        while number:
            number, place = divmod(number - 1, 26)
            out = chr(ord("A") + place) + out
        return out


def _group(shown: Selection, measures: Measures, block: Block, held: list[_BlockResult], letters: _Letters) -> Group:
    """The results of a block: comparable ones first, each set sorted best first."""
    words, rises = shown.words, measures.low_is_good(block)
    held = sorted(held, key=lambda item: (item.low if rises else -item.high, item.place))
    sets: dict[tuple[object, ...], list[_BlockResult]] = defaultdict(list)
    for item in held:
        sets[comparable(block, str(item.place), item.one.baseline, item.one.setup)].append(item)
    rows: list[Row] = []
    alone: list[_BlockResult] = []
    for found in sorted(sets.values(), key=lambda found: (-_papers(found), -len(found))):
        alike = [item for item in found if item.one.is_told]
        alone += [item for item in found if not item.one.is_told]
        if _papers(alike) > 1:
            letter = letters.next()
            rows += [_row(shown, item.one, letter, _shared(shown, item.one)) for item in alike]
        else:
            alone += alike
    alone.sort(key=held.index)
    apart = Counter(_apart(item.one, block) for item in alone)
    rows += [_row(shown, item.one, "", words(f"report.{_apart(item.one, block)}_apart")) for item in alone]
    told = [words(f"report.{why}_count", n=n) for why, n in sorted(apart.items())]
    verdict = words("report.apart", why=words("report.also").join(told)) if told else words("report.all_comparable")
    head = words.count("report.group", len(held), papers=words.count("count.paper", _papers(held)))
    name = measures.say(f"measure.{block.change}", metric=outcome.metric(shown, held[0].one.found.result))
    unit = outcome.unit_words(shown, replace(held[0].one.found.result, unit=block.unit)).strip()
    return Group(rows, f"{name} ({unit})" if unit else name, head + verdict, block.metric)


def _shared(shown: Selection, one: _Measured) -> str:
    """What the results of a letter have in common, in words."""
    result = one.found.result
    baseline = shown.words("outcome.than", baseline=outcome.baseline(shown, result)) if one.baseline else ""
    named = [baseline, *one.hardware.values(), *one.models.values(), *one.datasets.values()]
    return shown.words("report.join").join(filter(None, named))


def _apart(one: _Measured, block: Block) -> str:
    """The reason why a result cannot be compared with others of its block."""
    if one.told is None:
        return "unsure"
    if not one.baseline and block.change != "absolute":
        return "baseline"
    return "setup" if one.is_told else "nothing"


def _row(shown: Selection, one: _Measured, letter: str, why: str) -> Row:
    result = one.found.result
    words = shown.words
    return {
        "mark": letter,
        "why": why,
        "metric": outcome.metric(shown, result),
        "concept": result.metric_concept,
        "value": outcome.value(shown, result),
        "number": list(result.value) if isinstance(result.value, tuple) else result.value,
        "unit": result.unit,
        "change": result.change,
        "bound": words(f"outcome.{result.bound}", amount="").strip() if result.bound != "exact" else "",
        "baseline": outcome.baseline(shown, result),
        "setting": clean(result.setting),
        "hardware": list(one.hardware.values()),
        "model": list(one.models.values()),
        "dataset": list(one.datasets.values()),
        "paper": ids(one.paper)[0],
        "papers": [ids(one.paper)[0]],
        "entry": one.found.document.id,
        "quote": said([one.quote]),
    }
