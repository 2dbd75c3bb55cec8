"""The statistics of trends: confidence intervals, tests for trend, and the correction for multiple testing."""

from __future__ import annotations

from math import erfc, exp, lgamma, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Places = npt.NDArray[np.int64]

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


def mantel_haenszel(k1: Floats, n1: Floats, k2: Floats, n2: Floats) -> tuple[Floats, Floats, Floats]:
    """The difference of shares within strata, and its interval; early `k1` of `n1`, late `k2` of `n2` (2-D).

    Mantel and Haenszel 1959, J. Natl. Cancer Inst. 22:719, weighted as by Cochran 1954, Biometrics 10:417; the variance
    is that of Sato, Greenland and Robins 1989, Biometrics 45:1323. A single stratum has Newcombe's interval. Without a
    stratum that has early and late papers, nothing is known: the interval is that of all differences.
    """
    if len(k1) == 1:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.nan_to_num((k2 / n2 - k1 / n1)[0]), *(end[0] for end in difference(k1, n1, k2, n2))
    every = np.maximum(n1 + n2, 1.0)
    weight = (n1 * n2 / every).sum(0)
    known = np.maximum(weight, 1e-9)
    apart = ((k2 * n1 - k1 * n2) / every).sum(0) / known
    one = ((n2**2 * k1 - n1**2 * k2 + n1 * n2 * (n1 - n2) / 2) / every**2).sum(0)
    two = ((k2 * (n1 - k1) + k1 * (n2 - k2)) / (2 * every)).sum(0)
    half = Z * np.sqrt(np.maximum(apart * one + two, 0.0)) / known
    return apart, np.where(weight > 0, apart - half, -1.0), np.where(weight > 0, apart + half, 1.0)


def trend_test(
    counts: Floats, totals: Floats, scores: Floats, strata: Places, rows: Places | None = None
) -> tuple[Floats, Floats]:
    """A test whether shares rise or fall with the scores: z (> 0: rising) and the two-sided p of each column.

    `counts`: cells by labels; `totals`: cells, or cells by labels; a cell is a period, or a stratum of one.
    Cochran-Armitage (Armitage 1955, Biometrics 11:375) with the variance of the hypergeometric distribution, summed
    over strata (Mantel 1963, J. Am. Stat. Assoc. 58:690), which of two periods is the test of Cochran, Mantel and
    Haenszel. With enough `rows` (the periods of cells; else each cell is one), z is divided by the square root of their
    dispersion (Pearson; McCullagh and Nelder 1989, 4.5), so that overdispersed counts are not taken for a trend.
    """
    totals = totals[:, None] + np.zeros_like(counts) if totals.ndim == 1 else totals
    up, variance = np.zeros(counts.shape[1]), np.zeros(counts.shape[1])
    names, row = np.unique(np.arange(len(counts)) if rows is None else rows, return_inverse=True)
    residual, expected, held = (np.zeros((len(names), counts.shape[1])) for _ in range(3))
    for stratum in np.unique(strata):
        at = strata == stratum
        k, n, s = counts[at], totals[at], scores[at][:, None]
        every = n.sum(0)
        with np.errstate(divide="ignore", invalid="ignore"):
            p = np.where(every > 0, k.sum(0) / every, 0.0)
            spread = (n * s * s).sum(0) - (n * s).sum(0) ** 2 / every
            up += np.nan_to_num((s * (k - n * p)).sum(0))
            variance += np.nan_to_num(p * (1 - p) * spread * every / (every - 1))
        for table, cells in ((residual, k - n * p), (expected, n * p * (1 - p)), (held, n)):
            np.add.at(table, row[at], cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        scatter = np.nan_to_num(residual**2 / expected).sum(0)
        z = np.where(variance > 0, up / np.sqrt(variance), 0.0)
        left = (held > 0).sum(0) - (len(np.unique(strata)) if rows is None else 1) - 1
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


def late(papers: Any, before: Any, total: Any) -> float:
    """The probability that none of `papers` papers is among the first `before` of `total` in random order.

    The hypergeometric probability of zero (Fisher's exact test, one-sided); of several strata, that it is so in each.

    >>> round(late(2, 5, 10), 4), round(late([2, 0], [5, 9], [10, 9]), 4)
    (0.2222, 0.2222)
    """
    strata = list(zip(*map(np.atleast_1d, (papers, before, total)), strict=True))
    if any(k > n - first for k, first, n in strata):
        return 0.0
    return exp(sum(_choices(n - first, k) - _choices(n, k) for k, first, n in strata))


def _choices(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


class ShareChange(NamedTuple):
    """The change of a label's share from the early to the late periods, and the result of the test within strata."""

    label: str
    papers: int
    early: float  # shares of all papers
    late: float
    low: float  # interval of the difference within strata
    high: float
    z: float  # > 0: the share rises
    p: float
    q: float  # p adjusted for the number of labels
    by: float = 0.0  # the difference within strata: without what the mixture of the papers makes
    raw_low: float = 0.0  # interval of the difference of the shares
    raw_high: float = 0.0

    @property
    def raw(self) -> float:
        """The difference of the shares."""
        return self.late - self.early

    @property
    def way(self) -> str:
        """Whether a share rises ("up") or falls ("down"): what the test and the interval within strata agree on."""
        if self.q >= LEVEL:
            return ""
        return "up" if self.z > 0 and self.low > 0 else "down" if self.z < 0 and self.high < 0 else ""


class Cells(NamedTuple):
    """The periods and strata of cells of papers, numbered from 0, with the time of each period and its place."""

    periods: Places
    strata: Places
    scores: Floats  # of periods
    early: Any  # of periods: whether they are early, or late
    late: Any
    nested: bool = False  # each period has one stratum

    def summed(self, values: Floats, periods: Any) -> Floats:
        """The sums of the values of some periods by stratum."""
        at = periods[self.periods]
        out = np.zeros((int(self.strata.max(initial=0)) + 1, values.shape[1]))
        np.add.at(out, self.strata[at], values[at])
        return out


def share_changes(names: list[str], counts: Floats, totals: Floats, cells: Cells) -> list[ShareChange]:
    """The change of the share of each column of `counts` in `totals` (cells by columns), tested within strata."""
    z, p = trend_test(
        counts, totals, cells.scores[cells.periods], cells.strata, None if cells.nested else cells.periods
    )
    k1, n1, k2, n2 = (cells.summed(one, at) for at in (cells.early, cells.late) for one in (counts, totals))
    by, low, high = mantel_haenszel(k1, n1, k2, n2)
    whole = [one.sum(0) for one in (k1, n1, k2, n2)]
    early, late = whole[0] / np.maximum(whole[1], 1.0), whole[2] / np.maximum(whole[3], 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = map(np.nan_to_num, difference(*whole))
    figures = np.nan_to_num(np.array([early, late, low, high, z, p, adjusted(p), by, *ends]).T)
    papers = counts.sum(0)
    return [ShareChange(name, int(papers[n]), *map(float, figures[n])) for n, name in enumerate(names)]
