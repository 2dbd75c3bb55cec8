"""Results that measure the same thing: by metric, unit and change, which end is the better one, and in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kg.names import curie
from kg.query.lexicon import Lexicon
from kg.query.sayings import Sayings
from kg.text import fold
from kg.units import kin

#: Units that convert into no other.
_PLAIN = ("", "%", "x", "points")
_OPPOSITE = {"higher": "decrease", "lower": "increase"}


@dataclass(frozen=True, slots=True)
class Block:
    """Results that measure the same thing: metric, unit (all that convert into one another as one) and change."""

    metric: str
    unit: str
    change: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A result in a block: its ends in the block's unit, and as the paper gives them."""

    node: str  # CURIE
    paper: str
    low: float
    high: float
    said: tuple[float, float, str, str]  # low, high, unit, bound


def blocks(rows: Iterable[dict[str, Any]]) -> dict[Block, list[Figure]]:
    """Rows by block, each node once: ?node ?metric (texts of IRIs) ?low ?high ?unit ?change, maybe ?paper ?bound."""
    found = {row["node"]: row for row in rows}
    base = _bases({row["unit"] or "" for row in found.values()})
    out: dict[Block, list[Figure]] = {}
    for node, row in sorted(found.items()):
        unit, factor = base[row["unit"] or ""]
        block = Block(curie(row["metric"] or ""), unit, row["change"] or "absolute")
        said = (row["low"], row["high"], row["unit"] or "", row.get("bound") or "exact")
        figure = Figure(curie(node), row.get("paper") or "", row["low"] * factor, row["high"] * factor, said)
        out.setdefault(block, []).append(figure)
    return out


def _bases(units: set[str]) -> dict[str, tuple[str, float]]:
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

    def low_is_good(self, block: Block) -> bool:
        """Whether the smallest number of a block is the best: of a level that should be low, of a loss."""
        return self.is_loss(block) or (block.change == "absolute" and self.better(block.metric) == "lower")

    def metric(self, block: Block) -> str:
        """ "latency ↓"."""
        label = self.lexicon.label(block.metric, self.say.language)
        return self.say(f"measure.{block.change}", metric=label)

    def name(self, block: Block) -> str:
        """ "latency ↓ (%)"."""
        return f"{self.metric(block)} ({block.unit})" if block.unit else self.metric(block)

    def amount(self, low: float, high: float, unit: str, bound: str = "exact") -> str:
        """ "up to 2–12x"."""
        space = "" if unit in ("", "x", "%") else " "
        ends = dict.fromkeys((f"{low:.10g}", f"{high:.10g}"))
        known = bound if self.say.has(f"value.{bound}") else "exact"
        return self.say(f"value.{known}", value="–".join(ends) + space + unit)
