"""What of a trend may come from the corpus, not from the field: its sources, papers that only their report dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kg.query.periods import PERIODS
from kg.query.statistics import LEAST

if TYPE_CHECKING:
    from kg.views.trends.collected import Collected
    from kg.views.trends.trend_counts import Trend

#: A change of a source's share of the papers that is told, and how many such changes are.
_MIXED, _TOLD = 0.2, 2


def notes(trend: Trend, collected: Collected) -> list[str]:
    """Sentences on what may move the shares of a trend; none where periods are no points in time."""
    if trend.over not in PERIODS:
        return []
    many = [at for at, n in enumerate(trend.placed) if _is_many(trend, at, n)]
    placed = _placement(trend, many) if many else []
    return placed + _mixture(trend, collected.sources) + _within(trend)


def placed(trend: Trend, is_placed: list[bool]) -> list[int]:
    """How many papers of each period are placed there by the date of their report alone."""
    if trend.over not in PERIODS or not any(is_placed):
        return [0] * len(trend.index)
    own = trend.members["paper"].map(lambda at: is_placed[at])
    return [int(n) for n in np.bincount(trend.members["period"][own], minlength=len(trend.index))]


def _is_many(trend: Trend, at: int, papers: float) -> bool:
    """Whether so many papers are a large part of a whole period."""
    return not trend.partial[at] and papers >= max(LEAST, _MIXED * trend.corpus[at])


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


def _mixture(trend: Trend, sources: list[frozenset[str]]) -> list[str]:
    """A sentence for each source whose share of the papers changes much: it may move shares of labels too."""
    if not any(sources) or trend.whole_corpus.sum() == 0 or trend.silence:
        return []
    early, late = (set(np.flatnonzero(at)) for at in trend.ends)
    held: dict[str, list[int]] = {}
    total = [0, 0]
    for paper, period in trend.members[["paper", "period"]].itertuples(index=False):
        side = 0 if period in early else 1 if period in late else None
        if side is None:
            continue
        total[side] += 1
        for source in sources[paper]:
            held.setdefault(source, [0, 0])[side] += 1
    if not all(total):
        return []
    shares = {source: (n[0] / total[0], n[1] / total[1]) for source, n in sorted(held.items())}
    moved = [source for source, (one, other) in shares.items() if abs(other - one) >= _MIXED]
    return [
        trend.words("trends.mixture", source=one, early=f"{shares[one][0]:.0%}", late=f"{shares[one][1]:.0%}")
        for one in sorted(moved, key=lambda one: -abs(shares[one][1] - shares[one][0]))[:_TOLD]
    ]


def _within(trend: Trend) -> list[str]:
    """A sentence on the parts of the collection within which changes are tested, if there are several."""
    if trend.silence or len(trend.corpus) == 0:
        return []
    early, late = (trend.cells.summed(trend.cell_corpus[:, None], at)[:, 0] for at in trend.ends)
    every = early + late
    parts = int((every > 0).sum())
    both = every[(early > 0) & (late > 0)].sum() / max(every.sum(), 1.0)
    return [trend.words("trends.within", n=parts, share=f"{both:.0%}")] if parts > 1 else []
