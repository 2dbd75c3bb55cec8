"""Measure on a graph how often trends report a mere shift of the collection, and whether they find real ones.

    python scripts/trend_backtest.py GRAPH [--of topic] [--trials 40] [--odds 4]

The papers of the graph keep their labels and their part of the collection (category at arXiv, origin); their months are
drawn anew. Each part grows or shrinks at a random rate, as in a collection whose sources change. Without more, no label
has a trend within a part: each arrow is false. In the other trials some labels of at least 100 papers are planted: the
odds of their papers rise or fall by a factor from the first to the last month. Printed is the share of tested labels
with an arrow, and of planted ones that were found, with and without strata.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kg.views.trends.collected import Collected, from_graph
from kg.views.trends.trend_counts import Trend

if TYPE_CHECKING:
    import numpy.typing as npt

MONTHS, PLANTED, LEAST = 15, 4, 100
#: The rate at which a part of a collection grows over all months, as the standard deviation of its logarithm.
DRIFT = 1.5


def shifted(collected: Collected, random: np.random.Generator, planted: dict[str, float]) -> Collected:
    """The same papers in other months: parts of the collection grow or shrink; `planted` are logarithms of odds."""
    time = np.linspace(-0.5, 0.5, MONTHS)
    rates = {part: random.normal(0.0, DRIFT) for part in sorted(set(collected.strata))}
    tilt = np.array([rates[part] for part in collected.strata])
    for at, key in collected.things:
        tilt[at] += planted.get(key, 0.0)
    weights: npt.NDArray[np.float64] = np.exp(tilt[:, None] * time)
    drawn = (weights.cumsum(1) / weights.sum(1)[:, None] < random.random(len(tilt))[:, None]).sum(1)
    months = [f"{2025 + month // 12}-{month % 12 + 1:02}" for month in range(MONTHS)]
    last = f"{months[-1]}-28"
    return replace(
        collected,
        periods=[(months[n],) for n in drawn],
        placed=[],
        first="2025-01-01",
        last=last,
        rows=lambda papers: [],
    )


def arrows(collected: Collected, of: str) -> tuple[dict[str, str], int]:
    """The labels that are called rising or falling, and how many are tested."""
    trend = Trend(collected, of, "month", forms={})
    return {change.label: change.way for change in trend.changes if change.way}, len(trend.changes)


def measured(collected: Collected, of: str, trials: int, odds: float) -> dict[str, dict[str, float]]:
    """The share of false arrows and of planted trends that are found, with strata and without."""
    random = np.random.default_rng(5)
    papers = Counter(key for _, key in collected.things)
    large = sorted(key for key, n in papers.items() if LEAST <= n <= len(collected.papers) / 2)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for _ in range(trials):
        chosen = random.choice(large, min(PLANTED, len(large)), replace=False)
        planted = {str(key): float(random.choice([-1, 1]) * np.log(odds)) for key in chosen}
        for kind, effects in (("false", {}), ("found", planted)):
            made = shifted(collected, random, effects)
            for name, one in (("within strata", made), ("all papers", replace(made, strata=[]))):
                seen, tested = arrows(one, of)
                right = [key for key, effect in planted.items() if seen.get(key) == ("up" if effect > 0 else "down")]
                counts[name][kind] += len(seen) if kind == "false" else len(right)
                counts[name][f"{kind} of"] += tested if kind == "false" else len(planted)
    return {
        name: {kind: own[kind] / max(own[f"{kind} of"], 1) for kind in ("false", "found")}
        for name, own in counts.items()
    }


def main() -> None:
    import kg

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("graph")
    parser.add_argument("--of", default="topic")
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--odds", type=float, default=4.0)
    given = parser.parse_args()
    with kg.open(given.graph) as graph:
        collected = from_graph(graph, given.of, "month")
    parts = len(set(collected.strata))
    print(f"{len(collected.papers):,} papers in {parts} parts, {given.trials} trials, odds x{given.odds:g}")
    for name, shares in measured(collected, given.of, given.trials, given.odds).items():
        print(f"{name:<14} false arrows {shares['false']:6.1%}   planted found {shares['found']:6.1%}")


if __name__ == "__main__":
    main()
