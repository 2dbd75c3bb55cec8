"""Which combinations come next: logistic regression on how a graph of concepts grew before, tried on what it knows.

Four figures describe two concepts that no paper has combined: how much they are combined with others of late, how
often a random walk of three steps leads from one to the other, their common neighbours (Adamic & Adar, "Friends and
neighbors on the Web", 2003), and how much of what resembles the one has been combined with the other. Younger papers
count for more. The weights are fitted on what came after two earlier days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kg.query.corpus import Corpus
from kg.query.statistics import difference
from kg.views.gaps.combined import Field, Flags, Floats, Ints, Past

#: Pairs that are looked at: those of the most combined concepts, and those of the most frequent ones.
_CANDIDATES, _POPULAR = 20_000, 2_000
#: Combinations in twenty that may share a concept.
_SHARE = 3
#: Of the ridge that keeps the weights small, and combinations that must have come before weights are fitted.
_RIDGE, _FEWEST = 300.0, 10

Skip = Callable[[int, int], bool]


def _none(_: int, __: int) -> bool:
    return False


class OpenPairs(NamedTuple):
    """What is known before a day of all pairs of concepts, whatever is asked for."""

    past: Past
    one: Ints  # the sides of what is open, with how likely and how popular each pair is
    other: Ints
    likely: Floats
    popular: Floats
    walk: Floats  # a row and a column a concept
    shared: Floats
    same: Floats
    alike: Floats

    @classmethod
    def of(cls, field: Field, before: int) -> OpenPairs:
        """The spread of a day, counted once while the graph stays as it is."""
        return Corpus.of(field.graph.store).kept("spread", before, lambda: cls._of(field, before))

    @classmethod
    def _of(cls, field: Field, before: int) -> OpenPairs:
        past = Past.of(field, before)
        i, j = np.nonzero(past.is_open)
        reach = past.weighted.sum(1)
        likely, popular = np.log(reach[i] + 0.1) + np.log(reach[j] + 0.1), np.log(past.papers[i] * past.papers[j])
        return cls(past, i, j, likely, popular, *_spread(past, reach.astype(np.float32)))


@dataclass(frozen=True, slots=True)
class Candidates:
    """New combinations at a day: places in the field, the figures of each (a row), how often its sides occur."""

    past: Past
    one: Ints
    other: Ints
    figures: Floats
    popular: Floats
    resemblance: Floats  # of the concepts of the past
    usual: Flags  # what is looked at without wanted concepts: figures are standardised by these

    @classmethod
    def of(cls, field: Field, before: int, wanted: Flags | None = None) -> Candidates:
        """The new combinations at a day; of those with a `wanted` side as many again."""
        spread = OpenPairs.of(field, before)
        past, i, j, likely, popular = spread[:5]
        keep = np.zeros(len(i), bool)
        keep[_first(likely, _CANDIDATES)] = keep[_first(popular, _POPULAR)] = True
        usual = keep.copy()
        if wanted is not None:
            asked = np.flatnonzero(wanted[past.concepts[i]] | wanted[past.concepts[j]])
            keep[asked[_first(likely[asked], _CANDIDATES)]] = True
        i, j, likely, popular = i[keep], j[keep], likely[keep], popular[keep]
        columns = (
            likely,
            np.log(spread.walk[i, j] + spread.walk[j, i] + 0.01).astype(np.float64),
            np.log1p(spread.shared[i, j]).astype(np.float64),
            np.log(spread.same[i, j] + spread.same[j, i] + 0.01).astype(np.float64),
        )
        figures = np.column_stack(columns)
        return cls(past, past.concepts[i], past.concepts[j], figures, popular, spread.alike, usual[keep])

    def came(self, field: Field, until: int) -> Ints:
        """How many papers from the day on, up to another, combine each."""
        return field.combined_of(self.one, self.other, until, self.past.before)


def _first(scores: Floats, number: int) -> Ints:
    """The places of the highest scores, highest first; of equal ones the first."""
    rounded = -np.round(scores, 9)
    if number < len(rounded):
        near = np.flatnonzero(rounded <= np.partition(rounded, number)[number])
        return near[np.argsort(rounded[near], kind="stable")][:number]
    return np.argsort(rounded, kind="stable")


def _spread(past: Past, reach: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Walks, common neighbours, combined resemblances and likeness of all pairs; `reach` of a concept is its weight."""
    weight, adjacent = past.weighted.astype(np.float32), (past.combined > 0).astype(np.float32)
    step = weight / np.maximum(reach, 1e-9)[:, None]
    walk = step @ step @ step
    shared = adjacent @ (adjacent / np.log(2 + adjacent.sum(1))[:, None])
    expected = np.outer(reach, reach) / max(reach.sum(), 1.0)
    lift = np.maximum(np.log((weight + 0.2) / (expected + 0.2)), 0)
    long = np.linalg.norm(lift, axis=1) + 1e-9
    alike = lift @ lift.T / np.outer(long, long)
    np.fill_diagonal(alike, 0)
    square = alike**2
    same = square @ adjacent / (square.sum(1) + 1e-9)[:, None]
    return walk * reach[:, None], shared, same, alike.astype(np.float64)


def _standard(candidates: Candidates) -> Floats:
    usual = candidates.figures[candidates.usual]
    figures = (candidates.figures - usual.mean(0)) / np.maximum(usual.std(0), 1e-9)
    out: Floats = np.column_stack([np.ones(len(figures)), figures])
    return out


def fitted(known: list[tuple[Candidates, Ints]]) -> Floats | None:
    """The weights of what combinations of earlier days have come since (papers each); None if too few have."""
    rows = [(_standard(one)[one.usual], came[one.usual] > 0) for one, came in known if len(came)]
    if sum(int(y.sum()) for _, y in rows) < _FEWEST:
        return None
    x, y = np.concatenate([x for x, _ in rows]), np.concatenate([y for _, y in rows]).astype(float)
    ridge = np.diag([0.0] + [_RIDGE] * (x.shape[1] - 1))
    out = np.zeros(x.shape[1])
    out[0] = np.log(max(y.mean(), 1e-9) / max(1 - y.mean(), 1e-9))
    for _ in range(30):  # Newton's method
        p = 1 / (1 + np.exp(-x @ out))
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + ridge, x.T @ (p - y) + ridge @ out)
        out = out - step
        if np.abs(step).max() < 1e-9:
            break
    return out


def chances(candidates: Candidates, weights: Floats) -> Floats:
    """How likely each comes, 0 to 1."""
    out: Floats = 1 / (1 + np.exp(-_standard(candidates) @ weights))
    return out


def listed(
    field: Field, candidates: Candidates, scores: Floats, number: int, wanted: Flags | None = None, skip: Skip = _none
) -> list[int]:
    """The places of the first combinations by score: one of each family, a concept in at most three of twenty.

    With `wanted` concepts each has one of these, which may come more often. What `skip` is true of is left out.
    """
    kin, most = field.kin, max(_SHARE, _SHARE * number // 20)
    shown: Counter[int] = Counter()
    out: list[int] = []
    pairs: list[tuple[int, int]] = []
    for at in _first(scores, len(scores)):
        if len(out) == number:
            break
        i, j = int(candidates.one[at]), int(candidates.other[at])
        if wanted is not None and not (wanted[i] or wanted[j]):
            continue
        if any(shown[side] >= most and (wanted is None or not wanted[side]) for side in (i, j)):
            continue
        if any((kin[i, k] and kin[j, m]) or (kin[i, m] and kin[j, k]) for k, m in pairs) or skip(i, j):
            continue
        shown.update((i, j))
        pairs.append((i, j))
        out.append(int(at))
    return out


@dataclass(frozen=True, slots=True)
class Trial:
    """How the method fares on what is known: combinations listed at an earlier day, and papers that came since."""

    since: int
    until: int
    came: dict[tuple[int, int], int]  # papers of each that was listed
    popular: dict[tuple[int, int], int]  # the same of the most frequent concepts
    chances: list[float]  # how likely each of the listed was thought
    share: float  # how many of all new combinations came, 0 to 1; of those with a wanted side, if some are wanted

    def ahead(self) -> tuple[float, float]:
        """By how much more of the list came than of the most frequent, -1 to 1: the 95% interval.

        What stands in both lists comes in both. Those of one list alone are two samples without overlap (Newcombe 1998,
        Statistics in Medicine 17:873, method 10), which count by their part of a list (MOVER: Zou and Donner 2008,
        Statistics in Medicine 27:1693).
        """
        listed = max(len(self.came), len(self.popular))
        alone = listed - len(self.came.keys() & self.popular.keys())
        if not alone:
            return 0.0, 0.0
        sides = ((self.popular, self.came), (self.came, self.popular))
        frequent, likely = (sum(n > 0 for pair, n in one.items() if pair not in other) for one, other in sides)
        low, high = difference(frequent, alone, likely, alone)
        return float(low) * alone / listed, float(high) * alone / listed


class Forecast:
    """What comes next after days (ordinals) of a field, and how that fared; `span` is in days.

    `wanted`: the concepts of which each combination has one, as they are known on a day; None for all.
    """

    def __init__(self, field: Field, span: int, wanted: Callable[[int], Flags | None] = lambda _: None) -> None:
        self.field, self.span, self.wanted = field, span, wanted
        self._known: dict[int, tuple[Candidates, Ints]] = {}

    def after(self, day: int) -> tuple[Candidates, Ints]:
        """The new combinations of a day, and how many papers of the following span combine each."""
        if day not in self._known:
            candidates = Candidates.of(self.field, day, self.wanted(day))
            self._known[day] = candidates, candidates.came(self.field, day + self.span)
        return self._known[day]

    def weights(self, day: int) -> Floats | None:
        """The weights by what is known on a day; None if that is too little."""
        return fitted([self.after(day - self.span * back) for back in (2, 1)])

    def likely(self, day: int, scores: Floats, number: int, skip: Skip = _none) -> list[int]:
        """The places of the first combinations of a day by score; see `listed`."""
        return listed(self.field, self.after(day)[0], scores, number, self.wanted(day), skip)

    def trial(self, day: int, number: int, skip: Skip = _none) -> Trial | None:
        """What was listed a span before a day, beside what came; None if too little was known then."""
        since = day - self.span
        if (weights := self.weights(since)) is None:
            return None
        candidates, came = self.after(since)
        thought = chances(candidates, weights)
        likely, popular = (self.likely(since, scores, number, skip) for scores in (thought, candidates.popular))
        own = candidates.past.concepts
        is_open, wanted = candidates.past.is_open, self.wanted(since)
        if wanted is not None:
            is_open = is_open & (wanted[own][:, None] | wanted[own][None, :])
        every = self.field.combined(day, since)[np.ix_(own, own)][is_open]
        share = float((every > 0).mean()) if every.size else 0.0
        listing, frequent = (
            {(int(candidates.one[at]), int(candidates.other[at])): int(came[at]) for at in places}
            for places in (likely, popular)
        )
        return Trial(since, day, listing, frequent, thought[likely].tolist(), share)
