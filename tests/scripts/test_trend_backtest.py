"""Trends of a collection whose mixture is shifted on purpose."""

from __future__ import annotations

import numpy as np
from trend_backtest import measured

from kg.views.trends.collected import Collected


def test_a_shifted_collection_gives_few_false_arrows_and_planted_trends_are_found() -> None:
    random, parts, labels = np.random.default_rng(1), 12, [f"l{n}" for n in range(40)]
    shares = np.minimum(random.uniform(0.02, 0.1, len(labels)) * np.exp(random.normal(0, 1, (parts, len(labels)))), 0.6)
    found = Collected(names={label: {"en": label} for label in labels})
    for paper in range(2000):
        part = int(random.integers(parts))
        found.papers.append(str(paper))
        found.strata.append(f"cs.{part}")
        found.periods.append(("2025-01",))
        found.things += [(paper, labels[n]) for n in np.flatnonzero(random.random(len(labels)) < shares[part])]
    shares_of = measured(found, "topic", trials=4, odds=6.0)
    assert shares_of["within strata"]["false"] <= 0.05
    assert shares_of["within strata"]["found"] >= 0.8
    assert shares_of["all papers"]["false"] > 0.05
