"""Comparability of results: `comparable` decides it for questions, for `Graph.results` and for reports.

Two results are comparable if they have the same metric, convertible units, the same direction, setting, data set,
model and device, and are changes over the same kind of baseline, or levels that share two of data set, model, device.
The kinds of baselines are defined in `comparable.toml`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from kg.files import toml_file
from kg.model import OBTAINED
from kg.query.lexicon import Lexicon
from kg.query.sayings import Sayings
from kg.query.shown import Reported
from kg.query.units import kin
from kg.text import fold

_Said = TypeVar("_Said")
#: Units that do not convert into any other.
_PLAIN = ("", "%", "x", "points")
#: The metric of all speedups, including those that do not say of what.
_SPEED = "metric:inference-speed"
_OPPOSITE = {"higher": "decrease", "lower": "increase"}
#: The kinds of baselines, and the metrics and techniques with columns of their own.
settings = partial(toml_file, __file__, "comparable.toml")


class Block(NamedTuple):
    """What a result measures: metric, unit (convertible units count as one) and change."""

    metric: str
    unit: str
    change: str


@dataclass(frozen=True, slots=True)
class Measured(Generic[_Said]):
    """A result in its caller's form, and everything that it is compared by; its range is in the unit of its block."""

    said: _Said
    paper: str
    block: Block
    low: float
    high: float
    baseline: str  # its kind, a CURIE, or folded words; "" for a level
    setting: str  # folded; "" if it only repeats the data set, model or device
    on: tuple[tuple[str, ...], ...]  # what it was obtained on, in the order of OBTAINED

    @property
    def factor(self) -> float:
        """The sort key: the factor by which a change improves or worsens the metric, else the level."""
        if self.block.change == "absolute" or self.block.unit == "x":
            return self.high
        if self.block.unit != "%":
            return 1.0
        return 1 / (1 - min(self.high, 99.99) / 100) if self.block.change == "decrease" else 1 + self.high / 100


class Comparable(NamedTuple):
    """Results that are comparable, or (not `together`) that only measure the same thing; the first comes first."""

    together: bool
    rows: list[Measured[Any]]

    @property
    def block(self) -> Block:
        """What the results measure."""
        return self.rows[0].block


def measured(
    said: _Said,
    paper: str,
    block: Block,
    value: tuple[float, float],
    baseline: tuple[str, str],
    setting: str,
    on: Mapping[str, Iterable[str]],
) -> Measured[_Said]:
    """A result with its comparison key; `baseline` is its concept and its words."""
    setup = tuple(tuple(sorted(on.get(kind, ()))) for kind in OBTAINED)
    named = {word for some in setup for one in some for word in fold(one.replace("-", " ")).split()}
    words = fold(setting)
    over = "" if block.change == "absolute" else _kind_of_baseline(*baseline)
    own = "" if named.issuperset(words.split()) else words
    return Measured(said, paper, block, *value, over, own, setup)


def _kind_of_baseline(concept: str, words: str) -> str:
    """The kind of a baseline that its label or words name, else its concept, else its words."""
    said = {concept.partition(":")[2].replace("-", " "), fold(words)}
    return next((kind for kind, own in settings()["baselines"].items() if said & set(own)), concept or fold(words))


def in_one_unit(found: Iterable[Measured[_Said]]) -> list[Measured[_Said]]:
    """Results with their range in one unit for each group of convertible units."""
    every = list(found)
    units = {one.block.unit for one in every}
    base = {unit: (unit, 1.0) for unit in units}
    others = units - set(_PLAIN)
    if len(others) > 1:  # the first conversion is slow
        for unit in others:
            alike = {other: factor for other, factor in kin(unit).items() if other in units}
            largest = min(alike, key=lambda other: (alike[other], other))
            base[unit] = largest, alike[largest]
    out = []
    for one in every:
        unit, factor = base[one.block.unit]
        is_same = factor == 1.0
        block = one.block if is_same else one.block._replace(unit=unit)
        out.append(one if is_same else replace(one, block=block, low=one.low * factor, high=one.high * factor))
    return out


def comparable(found: Iterable[Measured[_Said]], rises: Callable[[Block], bool]) -> list[Comparable]:
    """The sets of comparable results of several papers, then the others by what they measure.

    Each set is in order, the smallest first if `rises` holds of its block, with one result per paper.
    """
    sets: dict[tuple[object, ...], list[Measured[_Said]]] = defaultdict(list)
    for one in in_one_unit(found):
        is_placed = sum(map(bool, one.on)) > 1 if one.block.change == "absolute" else one.baseline
        sets[(one.block, one.baseline, one.setting, one.on) if is_placed else (one.block,)].append(one)
    out: list[Comparable] = []
    apart: dict[Block, list[Measured[_Said]]] = defaultdict(list)
    for key, some in sets.items():
        if len(key) > 1 and len({one.paper for one in some}) > 1:
            out.append(Comparable(True, first_of_each(some, rises)))
        else:
            apart[some[0].block] += some
    return [*out, *(Comparable(False, first_of_each(some, rises)) for some in apart.values())]


def first_of_each(found: Iterable[Measured[_Said]], rises: Callable[[Block], bool]) -> list[Measured[_Said]]:
    """The first result of each paper, in order."""
    out: dict[str, Measured[_Said]] = {}
    for one in sorted(found, key=lambda one: one.low if rises(one.block) else -one.high):
        out.setdefault(one.paper, one)
    return list(out.values())


class Measures:
    """The vocabulary's knowledge of metrics, for one language."""

    def __init__(self, lexicon: Lexicon, say: Sayings) -> None:
        self.lexicon, self.say = lexicon, say

    def better(self, metric: str) -> str:
        """The better direction of a metric: "higher" or "lower"."""
        known = self.lexicon.vocabulary
        fact = known[metric].facts.get("better", "") if metric in known else ""
        words = fold(self.lexicon.label(metric)).split(" ")
        lowers = any(cue in words for cue in known.cues("outcome-lower-is-better"))
        return fact or ("lower" if lowers else "higher")

    def is_loss(self, block: Block) -> bool:
        """Whether its results state how much something gets worse."""
        return block.change == _OPPOSITE[self.better(block.metric)]

    def block(self, metric: str, unit: str, change: str) -> Block:
        """What a result measures; a ratio that a text words as a fall, "34x compression", is a level."""
        is_level = not change or (change == "decrease" and unit in ("x", "%") and self._is_ratio(metric))
        return Block(metric, unit, "absolute" if is_level else change)

    def is_odd(self, metric: str, unit: str) -> bool:
        """Whether a ratio is given in an unsuitable unit: what is left in megabytes."""
        return unit not in _PLAIN and self._is_ratio(metric)

    def _is_ratio(self, metric: str) -> bool:
        known = self.lexicon.vocabulary
        return metric in known and known[metric].facts.get("unit", "") == "x"

    def low_is_good(self, block: Block) -> bool:
        """Whether the smallest number of a block is the best: a level that should be low, or a loss."""
        return self.is_loss(block) or (block.change == "absolute" and self.better(block.metric) == "lower")

    def metric(self, block: Block) -> str:
        """ "latency ↓"; of speedups, which often do not say of what, "speed ↑"."""
        label = (
            self.say("measure.speed") if block.metric == _SPEED else self.lexicon.label(block.metric, self.say.language)
        )
        return self.say(f"measure.{block.change}", metric=label)

    def name(self, block: Block) -> str:
        """ "latency ↓ (%)"."""
        return self.metric(block) + (f" ({block.unit})" if block.unit else "")

    def amount(self, said: Reported) -> str:
        """The value of a result as its paper gives it: "up to 2–12x"."""
        space = "" if said.unit in ("", "x", "%") else " "
        ends = dict.fromkeys((f"{said.low:.10g}", f"{said.high:.10g}"))
        known = said.bound if self.say.has(f"value.{said.bound}") else "exact"
        return self.say(f"value.{known}", value="–".join(ends) + space + said.unit)
