"""The statistics of trends: confidence intervals, tests for trend, and the correction for multiple testing."""

from __future__ import annotations

from math import erfc, exp, lgamma, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

#: The quantile of the normal distribution for 95% intervals.
Z = 1.959963984540054
#: Labels with fewer papers are not tested.
LEAST = 10
#: The false discovery rate of the tests.
LEVEL = 0.05
#: With up to this many points in time, the first is compared with the last.
_FEW_TIMES = 5
#: The degrees of freedom from which on the dispersion is estimated.
_ENOUGH = 4


def wilson(count: Any, total: Any) -> tuple[Floats, Floats]:
    """The score interval of a share (Wilson 1927, J. Am. Stat. Assoc. 22:209), 95%; nan without papers.

    >>> [round(float(end), 4) for end in wilson(5, 50)]
    [0.0435, 0.2136]
    """
    k, n = np.asarray(count, float), np.asarray(total, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = k / n
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * np.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    low, high = np.where(k <= 0, 0.0, middle - half), np.where(k >= n, 1.0, middle + half)
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def difference(k1: Any, n1: Any, k2: Any, n2: Any) -> tuple[Floats, Floats]:
    """The interval of k2/n2 - k1/n1 from the two score intervals (Newcombe 1998, Statistics in Medicine 17:873)."""
    p1, p2 = np.asarray(k1, float) / n1, np.asarray(k2, float) / n2
    (l1, u1), (l2, u2) = wilson(k1, n1), wilson(k2, n2)
    apart = p2 - p1
    return apart - np.hypot(p2 - l2, u1 - p1), apart + np.hypot(u2 - p2, p1 - l1)


class Moved(NamedTuple):
    """Two shares, each the mean over strata weighted by size, and the interval of their difference."""

    early: Floats
    late: Floats
    low: Floats
    high: Floats


def moved(k1: Floats, n1: Floats, k2: Floats, n2: Floats) -> Moved:
    """The change of shares, strata by labels: early `k1` of `n1`, late `k2` of `n2`.

    Shares are standardised to the sizes of the strata, so that the growth of a venue has no effect. The interval is
    combined from those of the strata (MOVER: Zou and Donner 2008, Statistics in Medicine 27:1693).
    """
    known = (n1 > 0) & (n2 > 0)
    weight = np.where(known, n1 + n2, 0.0)
    weight = weight / np.maximum(weight.sum(0), 1.0)
    n1, n2 = np.where(known, n1, 1.0), np.where(known, n2, 1.0)
    k1, k2 = np.where(known, k1, 0.0), np.where(known, k2, 0.0)
    low, high = difference(k1, n1, k2, n2)
    early, late = (weight * k1 / n1).sum(0), (weight * k2 / n2).sum(0)
    apart = k2 / n2 - k1 / n1
    down, up = (np.sqrt((weight**2 * (apart - end) ** 2).sum(0)) for end in (low, high))
    return Moved(early, late, late - early - down, late - early + up)


def trend_test(counts: Floats, totals: Floats, scores: Floats, strata: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """A test whether shares rise or fall with the scores: z (> 0: rising) and the two-sided p of each column.

    `counts`: periods by labels; `totals`: periods, or periods by labels. Cochran-Armitage (Armitage 1955, Biometrics
    11:375) with the variance of the hypergeometric distribution, summed over strata (Mantel 1963, J. Am. Stat. Assoc.
    58:690). With enough periods, z is divided by the square root of the dispersion (Pearson; McCullagh and Nelder 1989,
    4.5), so that overdispersed counts are not taken for a trend.
    """
    totals = totals[:, None] + np.zeros_like(counts) if totals.ndim == 1 else totals
    up, variance = np.zeros(counts.shape[1]), np.zeros(counts.shape[1])
    scatter, freedom = np.zeros(counts.shape[1]), np.zeros(counts.shape[1])
    for stratum in np.unique(strata):
        at = strata == stratum
        k, n, s = counts[at], totals[at], scores[at][:, None]
        every = n.sum(0)
        with np.errstate(divide="ignore", invalid="ignore"):
            p = np.where(every > 0, k.sum(0) / every, 0.0)
            spread = (n * s * s).sum(0) - (n * s).sum(0) ** 2 / every
            up += np.nan_to_num((s * (k - n * p)).sum(0))
            variance += np.nan_to_num(p * (1 - p) * spread * every / (every - 1))
            scatter += np.nan_to_num((k - n * p) ** 2 / (n * p * (1 - p))).sum(0)
        freedom += np.maximum((n > 0).sum(0) - 1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, up / np.sqrt(variance), 0.0)
        left = freedom - 1
        dispersion = np.where(left >= _ENOUGH, (scatter - z * z) / left, 1.0)
    z = z / np.sqrt(np.maximum(np.nan_to_num(dispersion, nan=1.0), 1.0))
    return z, np.array([erfc(abs(one) / sqrt(2)) for one in z])


def early_and_late(scores: Floats, papers: Floats) -> tuple[Any, Any]:
    """Which periods are early and which late: the first and the last, or those with a quarter of the papers each.

    `scores` and `papers` are the time of each period and its number of papers, 0 if it should not count.
    """
    when = np.unique(scores[papers > 0])
    if len(when) <= _FEW_TIMES:
        return scores == when[0], scores == when[-1]
    held = np.array([papers[scores == one].sum() for one in when])
    before = held.cumsum() - held
    behind = held.sum() - before - held
    early, late = (when[side < held.sum() / 4] for side in (before, behind))
    is_early = np.isin(scores, early[early < when[-1]])
    return is_early, np.isin(scores, late[late > when[0]]) & ~is_early


def adjusted(p: Floats) -> Floats:
    """p values adjusted for multiple testing by the false discovery rate.

    Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57:289.

    >>> [round(float(q), 3) for q in adjusted(np.array([0.01, 0.04, 0.03, 0.5]))]
    [0.04, 0.053, 0.053, 0.5]
    """
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    out = np.empty(len(p))
    out[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return out


def late(papers: int, before: int, total: int) -> float:
    """The probability that none of `papers` papers is among the first `before` of `total` in random order.

    The hypergeometric probability of zero (Fisher's exact test, one-sided).

    >>> round(late(2, 5, 10), 4)
    0.2222
    """
    if papers > total - before:
        return 0.0
    return exp(_choices(total - before, papers) - _choices(total, papers))


def _choices(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


class ShareChange(NamedTuple):
    """The change of a label's share from the early to the late periods, and the result of the test."""

    label: str
    papers: int
    early: float  # shares
    late: float
    low: float  # interval of their difference
    high: float
    z: float  # > 0: the share rises
    p: float
    q: float  # p adjusted for the number of labels

    @property
    def by(self) -> float:
        """The difference of the shares."""
        return self.late - self.early
