"""Choices among candidates by weighted features: is this number an outcome, of which metric, against which baseline.

The weights are in data/models/results.json, fitted by scripts/fit_results.py to annotated papers; all features are
binary, so that a candidate's score is the sum of the weights of the features that it has.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import repeat
from typing import NamedTuple

from kg.text import fold
from kg.vocabulary import data_folder

_HOPELESS = 5.0  # behind the best score, where a candidate is no longer looked at

#: Candidates by their text, each with its features.
Candidates = dict[str, set[str]]


class Weights(NamedTuple):
    """The weights of each choice by feature; `least` is the likelihood from which a number counts as an outcome."""

    outcome: Mapping[str, float]
    metric: Mapping[str, float]
    baseline: Mapping[str, float]
    full: Mapping[str, float]  # of the log odds of each of the three, to those of a result that is right in all
    least: float


@cache
def weights() -> Weights:
    """The weights that ship."""
    return Weights(**json.loads((data_folder("data") / "models" / "results.json").read_text("utf-8")))


def total(weights: Mapping[str, float], features: Iterable[str]) -> float:
    """The score of a candidate, whatever the order of its features; those without a weight count nothing."""
    return math.fsum(map(weights.get, features, repeat(0.0)))


def likelihood(weights: Mapping[str, float], features: Iterable[str]) -> float:
    """The logistic function of a score, from 0 to 1."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total(weights, features)))))


def best(weights: Mapping[str, float], candidates: Candidates) -> tuple[str, float]:
    """The candidate that is likeliest to be right, the first of equals, and how likely it is.

    Wordings of one thing speak for each other: a candidate has the likelihoods of all that share half its words.
    """
    scores = {text: total(weights, features) for text, features in candidates.items()}
    top = max(scores.values())
    raised = {text: math.exp(score - top) for text, score in scores.items() if score > top - _HOPELESS}
    whole = math.fsum(raised.values())
    words = {text: frozenset(fold(text).split()) for text in raised}
    mass = {one: math.fsum(raised[other] for other in raised if _is_like(words[one], words[other])) for one in raised}
    found = max(raised, key=lambda text: (mass[text], raised[text]))
    return found, min(mass[found] / whole, 1.0)


def _is_like(one: frozenset[str], other: frozenset[str]) -> bool:
    return 4 * len(one & other) >= len(one) + len(other)


def odds(likelihood: float) -> float:
    """The logarithm of the odds of a likelihood, within bounds."""
    likelihood = min(max(likelihood, 0.001), 0.999)
    return math.log(likelihood / (1 - likelihood))


def of_all(weights: Mapping[str, float], outcome: float, metric: float, baseline: float) -> float:
    """How likely a result is right in all its parts, by the likelihoods of its parts."""
    parts = {"outcome": odds(outcome), "metric": odds(metric), "baseline": odds(baseline), "bias": 1.0}
    return 1 / (1 + math.exp(-math.fsum(weights.get(name, 0.0) * value for name, value in parts.items())))


def bucket(count: float, *edges: float) -> str:
    """A number as a feature: the first edge that it does not pass.

    >>> bucket(0, 0, 2, 5), bucket(4, 0, 2, 5), bucket(9, 0, 2, 5)
    ('0', '5', 'more')
    """
    for edge in edges:
        if count <= edge:
            return str(edge)
    return "more"
