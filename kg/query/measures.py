"""Results that measure the same thing: by metric, unit and change, which end is the better one, and in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kg.query.lexicon import Lexicon
from kg.query.nodes import Reported
from kg.query.sayings import Sayings
from kg.query.shown import entry_of
from kg.query.units import kin
from kg.text import fold

#: Units that convert into no other.
_PLAIN = ("", "%", "x", "points")
#: The metric of all speedups, those included that do not say what gets faster.
_SPEED = "metric:inference-speed"
_OPPOSITE = {"higher": "decrease", "lower": "increase"}


@dataclass(frozen=True, slots=True)
class Block:
    """Results that measure the same thing: metric, unit (all that convert into one another as one) and change."""

    metric: str
    unit: str
    change: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A result in a block, and its ends in the block's unit."""

    said: Reported
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The results of a block."""

    figures: tuple[Figure, ...]

    def __len__(self) -> int:
        return len(self.figures)

    def sorted(self, rises: bool) -> Figures:
        """From the smallest low end on, or from the largest high end."""
        return Figures(tuple(sorted(self.figures, key=lambda one: one.low if rises else -one.high)))


def blocks(results: Iterable[Reported], read_as: Callable[[Reported], Reported] | None = None) -> dict[Block, Figures]:
    """Results on metrics that are known, by block; `read_as` says as what a result counts there.

    What several entries say of one paper is one result.
    """
    known = [(one, read_as(one) if read_as else one) for one in results if one.metric]
    base = bases({said.unit for _, said in known})
    out: dict[Block, list[Figure]] = {}
    first: dict[tuple[str, Block, float, float], str] = {}
    for one, said in known:
        unit, factor = base[said.unit]
        block = Block(said.metric, unit, said.change or "absolute")
        entry = entry_of(one.node)
        if first.setdefault((one.paper, block, one.low, one.high), entry) == entry:
            out.setdefault(block, []).append(Figure(one, one.low * factor, one.high * factor))
    return {block: Figures(tuple(out[block])) for block in sorted(out, key=lambda b: (b.metric, b.unit, b.change))}


def bases(units: set[str]) -> dict[str, tuple[str, float]]:
    """For each unit the one that stands for all that convert into one another, and the factor that leads there."""
    out = {unit: (unit, 1.0) for unit in units}
    others = units - set(_PLAIN)
    if len(others) > 1:  # to ask what converts takes long the first time
        for unit in others:
            alike = {other: factor for other, factor in kin(unit).items() if other in units}
            largest = min(alike, key=lambda other: (alike[other], other))
            out[unit] = largest, alike[largest]
    return out


class Measures:
    """What the vocabulary knows of metrics, for one language."""

    def __init__(self, lexicon: Lexicon, say: Sayings) -> None:
        self.lexicon, self.say = lexicon, say

    def better(self, metric: str) -> str:
        """Which direction of a metric is the better one: "higher" or "lower"."""
        known = self.lexicon.vocabulary
        fact = known[metric].facts.get("better", "") if metric in known else ""
        words = fold(self.lexicon.label(metric)).split(" ")
        lowers = any(cue in words for cue in known.cues("outcome-lower-is-better"))
        return fact or ("lower" if lowers else "higher")

    def is_loss(self, block: Block) -> bool:
        """Whether its results say by how much something gets worse."""
        return block.change == _OPPOSITE[self.better(block.metric)]

    def as_level(self, said: Reported) -> Reported:
        """A ratio that a text tells as a fall, "34x compression", as the level that it is."""
        is_told = said.change == "decrease" and said.unit in ("x", "%") and self._unit(said.metric) == "x"
        return said._replace(change="absolute") if is_told else said

    def is_odd(self, block: Block) -> bool:
        """Whether results on a ratio are told in another unit: what is left in megabytes."""
        return self._unit(block.metric) == "x" and block.unit not in _PLAIN

    def _unit(self, metric: str) -> str:
        known = self.lexicon.vocabulary
        return known[metric].facts.get("unit", "") if metric in known else ""

    def low_is_good(self, block: Block) -> bool:
        """Whether the smallest number of a block is the best: of a level that should be low, of a loss."""
        return self.is_loss(block) or (block.change == "absolute" and self.better(block.metric) == "lower")

    def metric(self, block: Block) -> str:
        """ "latency ↓"; of speedups, which often do not say of what, "speed ↑"."""
        label = (
            self.say("measure.speed") if block.metric == _SPEED else self.lexicon.label(block.metric, self.say.language)
        )
        return self.say(f"measure.{block.change}", metric=label)

    def name(self, block: Block) -> str:
        """ "latency ↓ (%)"."""
        metric = self.metric(block)
        return f"{metric} ({block.unit})" if block.unit else metric

    def amount(self, low: float, high: float, unit: str, bound: str = "exact") -> str:
        """ "up to 2–12x"."""
        space = "" if unit in ("", "x", "%") else " "
        ends = dict.fromkeys((f"{low:.10g}", f"{high:.10g}"))
        known = bound if self.say.has(f"value.{bound}") else "exact"
        return self.say(f"value.{known}", value="–".join(ends) + space + unit)

    def amount_of(self, said: Reported) -> str:
        """The value of a result as its paper gives it."""
        return self.amount(said.low, said.high, said.unit, said.bound or "exact")


def comparable(block: Block, node: str, baseline: str, setup: Iterable[tuple[str, ...]]) -> tuple[object, ...]:
    """What results share that may be compared: what they measure, the baseline, and what they were obtained on.

    A change against something that is not said is like no other: its `node` stands for it.
    """
    return block, baseline or ("" if block.change == "absolute" else node), *setup
