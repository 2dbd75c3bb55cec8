"""Choices among candidates by weighted features: whether a number is an outcome, its metric, its baseline.

The weights are in data/models/results.json, fitted to annotated papers by scripts/fit_results.py. All features are
binary, so that the score of a candidate is the sum of the weights of its features.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import repeat
from typing import NamedTuple

from kg.entity_types import data_folder
from kg.text import Remembered, fold

_HOPELESS = 5.0  # candidates this far below the best score are ignored

#: Candidates by their text, each with its features.
Candidates = dict[str, set[str]]


class Weights(NamedTuple):
    """The feature weights of each choice; `least` is the likelihood from which a number counts as an outcome."""

    outcome: Mapping[str, float]
    metric: Mapping[str, float]
    baseline: Mapping[str, float]
    full: Mapping[str, float]  # combines the log-odds of the three into those of a result with all parts right
    least: float


@cache
def weights() -> Weights:
    """The weights that ship with the package."""
    return Weights(**json.loads((data_folder("data") / "models" / "results.json").read_text("utf-8")))


def total(weights: Mapping[str, float], features: Iterable[str]) -> float:
    """The score of a candidate, independent of the order of its features; unknown features weigh 0."""
    return math.fsum(map(weights.get, features, repeat(0.0)))


def likelihood(weights: Mapping[str, float], features: Iterable[str]) -> float:
    """The logistic function of a score, from 0 to 1."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total(weights, features)))))


def best(likely: Mapping[str, float]) -> tuple[str, float]:
    """The candidate that is likeliest to be right (the first of equals), and its likelihood, by the `shares` of all.

    Wordings of one metric or baseline support each other: a candidate gets the likelihoods of all candidates that share
    half of its words.
    """
    words = {one: _WORDS[one] for one in likely}
    mass = {one: math.fsum(p for other, p in likely.items() if _is_like(words[one], words[other])) for one in likely}
    found = max(likely, key=lambda text: (mass[text], likely[text]))
    return found, min(mass[found], 1.0)


def shares(weights: Mapping[str, float], candidates: Candidates) -> dict[str, float]:
    """The likelihood of each candidate that is not hopeless; together they are 1."""
    scores = {text: total(weights, features) for text, features in candidates.items()}
    top = max(scores.values())
    raised = {text: math.exp(score - top) for text, score in scores.items() if score > top - _HOPELESS}
    whole = math.fsum(raised.values())
    return {text: one / whole for text, one in raised.items()}


def alike(text: str, others: Iterable[str]) -> list[str]:
    """Those of some texts that share half of their words with one."""
    words = _WORDS[text]
    return [other for other in others if _is_like(words, _WORDS[other])]


_WORDS = Remembered(lambda text: frozenset(fold(text).split()))


def _is_like(one: frozenset[str], other: frozenset[str]) -> bool:
    return 4 * len(one & other) >= len(one) + len(other)


def odds(likelihood: float) -> float:
    """The log-odds of a likelihood, within bounds."""
    likelihood = min(max(likelihood, 0.001), 0.999)
    return math.log(likelihood / (1 - likelihood))


def of_all(weights: Mapping[str, float], outcome: float, metric: float, baseline: float) -> float:
    """The likelihood that all parts of a result are right, from the likelihoods of its parts."""
    parts = {"outcome": odds(outcome), "metric": odds(metric), "baseline": odds(baseline), "bias": 1.0}
    return 1 / (1 + math.exp(-math.fsum(weights.get(name, 0.0) * value for name, value in parts.items())))


def bucket(count: float, *edges: float) -> str:
    """A number as a categorical feature: the first edge that it does not exceed, or "more".

    >>> bucket(0, 0, 2, 5), bucket(4, 0, 2, 5), bucket(9, 0, 2, 5)
    ('0', '5', 'more')
    """
    for edge in edges:
        if count <= edge:
            return str(edge)
    return "more"
