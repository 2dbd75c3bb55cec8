"""Results that measure the same thing: by metric, unit and change, which end is the better one, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kg.query.corpus import Corpus
from kg.query.lexicon import Lexicon
from kg.query.sayings import Sayings
from kg.text import fold
from kg.units import kin

if TYPE_CHECKING:
    import numpy.typing as npt

    from kg.query.pairs import Numbers

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

    row: int  # in "results"
    node: str  # CURIE
    paper: str
    low: float
    high: float
    said: tuple[float, float, str, str]  # low, high, unit, bound


@dataclass(frozen=True, slots=True)
class Figures:
    """The results of a block: their rows in "results", and their ends in the block's unit."""

    rows: Numbers
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rows)

    def sorted(self, rises: bool) -> Figures:
        """From the smallest low end on, or from the largest high end."""
        order = np.lexsort((self.rows, self.low if rises else -self.high))
        return Figures(self.rows[order], self.low[order], self.high[order])

    def first(self, corpus: Corpus, start: int, end: int) -> list[Figure]:
        """Those from a place on, to before another."""
        columns = corpus.columns
        out = []
        for at in range(start, min(end, len(self))):
            row = int(self.rows[at])
            unit, bound = (columns.texts.name(int(columns["results", name][row])) for name in ("unit", "bound"))
            low, high = (float(columns["results", name][row]) for name in ("low", "high"))
            paper = columns.papers.name(int(columns["entries", "paper"][columns["results", "entry"][row]]))
            ends = (float(self.low[at]), float(self.high[at]))
            out.append(Figure(row, corpus.node("results", row), paper, *ends, (low, high, unit, bound or "exact")))
        return out


def blocks(corpus: Corpus, rows: Numbers) -> dict[Block, Figures]:
    """Rows of "results" by block."""
    if not len(rows):
        return {}
    columns = corpus.columns
    metric, unit, change = (columns["results", name][rows] for name in ("metric", "unit", "change"))
    units = np.unique(unit)
    base = bases(set(columns.texts.names(units)))
    led = [base[name] for name in columns.texts.names(units)]
    names = sorted({name for name, _ in led})
    at = np.searchsorted(units, unit)
    group = np.array([names.index(name) for name, _ in led], np.int64)[at]
    factor = np.array([factor for _, factor in led])[at]
    key = (metric.astype(np.int64) * (len(names) + 1) + group) * (len(columns.texts) + 1) + change
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-2)).tolist()
    out = {}
    for first, last in zip(starts, [*starts[1:], len(order)], strict=True):
        own = order[first:last]
        said = columns.texts.name(int(change[own[0]])) or "absolute"
        block = Block(columns.things.name(int(metric[own[0]])), names[group[own[0]]], said)
        low, high = (columns["results", name][rows[own]] * factor[own] for name in ("low", "high"))
        out[block] = Figures(rows[own], low, high)
    return out


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
