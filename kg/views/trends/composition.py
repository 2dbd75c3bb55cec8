"""What of a trend may come from the corpus, not from the field: its parts, papers that only their report dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kg.query.periods import PERIODS
from kg.query.statistics import LEAST

if TYPE_CHECKING:
    from kg.views.trends.trend_counts import Trend

#: The part of a period's papers from which on it is told that they are placed by their report.
_MANY = 0.2


def notes(trend: Trend) -> list[str]:
    """Sentences on what may move the shares of a trend; none where periods are no points in time."""
    if trend.over not in PERIODS:
        return []
    many = [at for at, n in enumerate(trend.placed) if _is_many(trend, at, n)]
    placed = _placement(trend, many) if many else []
    return placed + _within(trend)


def placed(trend: Trend, is_placed: list[bool]) -> list[int]:
    """How many papers of each period are placed there by the date of their report alone."""
    if trend.over not in PERIODS or not any(is_placed):
        return [0] * len(trend.index)
    own = trend.members["paper"].map(lambda at: is_placed[at])
    return [int(n) for n in np.bincount(trend.members["period"][own], minlength=len(trend.index))]


def _is_many(trend: Trend, at: int, papers: float) -> bool:
    """Whether so many papers are a large part of a whole period."""
    return not trend.partial[at] and papers >= max(LEAST, _MANY * trend.corpus[at])


def _placement(trend: Trend, many: list[int]) -> list[str]:
    """A sentence on the periods that hold many papers placed by their report."""
    order = sorted(many, key=lambda at: (-trend.placed[at] / trend.corpus[at], at))
    told = [
        trend.words(
            "trends.placed_in",
            n=f"{trend.placed[at]:,}", papers=f"{trend.corpus[at]:,.0f}", period=trend.index[at],
        )
        for at in order
    ]  # fmt: skip
    return [trend.words("trends.placed", periods=trend.named(told, trend.lang))]


def _within(trend: Trend) -> list[str]:
    """A sentence on the parts of the collection within which changes are tested, if there are several."""
    if trend.silence or len(trend.corpus) == 0:
        return []
    early, late = (trend.cells.summed(trend.cell_corpus[:, None], at)[:, 0] for at in trend.ends)
    every = early + late
    parts = int((every > 0).sum())
    both = every[(early > 0) & (late > 0)].sum() / max(every.sum(), 1.0)
    return [trend.words("trends.within", n=parts, share=f"{both:.0%}")] if parts > 1 else []
