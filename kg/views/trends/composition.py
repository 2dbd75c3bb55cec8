"""What of a trend may come from the corpus, not from the field: its sources, papers that only their report dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kg.query.periods import PERIODS
from kg.query.statistics import LEAST

if TYPE_CHECKING:
    from kg.views.trends.collected import Collected
    from kg.views.trends.trend import Trend

#: A change of a source's share of the papers that is told, and how many such changes are.
_MIXED, _TOLD = 0.2, 2


def notes(trend: Trend, collected: Collected) -> list[str]:
    """Sentences on what may move the shares of a trend; none where periods are no points in time."""
    if trend.over not in PERIODS:
        return []
    many = [at for at, n in enumerate(trend.placed) if _is_many(trend, at, n)]
    placed = _placement(trend, many) if many else []
    return placed + _unlike(trend, collected.sources, many) + _mixture(trend, collected.sources)


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


def _unlike(trend: Trend, sources: list[frozenset[str]], but: list[int]) -> list[str]:
    """A sentence for each of a few periods in which a source has quite another share than in all others."""
    if not any(sources):
        return []
    held: dict[str, Any] = {}
    for paper, at in trend.members.itertuples(index=False):
        if not trend.partial[at]:
            for source in sources[paper]:
                held.setdefault(source, np.zeros(len(trend.index)))[at] += 1
    found: dict[int, tuple[float, int, str, float]] = {}
    every = trend.whole_corpus.sum()
    for source, counts in sorted(held.items()):
        for at in map(int, np.flatnonzero(trend.whole_corpus)):
            if (rest := every - trend.whole_corpus[at]) < trend.least:
                continue
            other = (counts.sum() - counts[at]) / rest
            apart = abs(counts[at] - other * trend.corpus[at])
            if _is_many(trend, at, apart) and apart > found.get(at, (0.0,))[0]:
                found[at] = apart, int(counts[at]), source, float(other)
    if 2 * len(found) > np.count_nonzero(trend.whole_corpus):  # sources come and go: no period is an exception
        return []
    order = sorted((at for at in found if at not in but), key=lambda at: (-found[at][0], at))
    return [
        trend.words(
            "trends.source_in",
            papers=f"{trend.corpus[at]:,.0f}", period=trend.index[at], n=f"{found[at][1]:,}", source=found[at][2],
            share=f"{found[at][1] / trend.corpus[at]:.0%}", other=f"{found[at][3]:.0%}",
        )
        for at in order[:_TOLD]
    ]  # fmt: skip


def _mixture(trend: Trend, sources: list[frozenset[str]]) -> list[str]:
    """A sentence for each source whose share of the papers changes much: it may move shares of labels too."""
    if not any(sources) or trend.whole_corpus.sum() == 0 or trend.silence:
        return []
    early, late = (set(np.flatnonzero(at)) for at in trend.ends)
    held: dict[str, list[int]] = {}
    total = [0, 0]
    for paper, period in trend.members.itertuples(index=False):
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
