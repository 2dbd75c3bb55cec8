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

from kg.vocabulary import data_folder

#: Candidates by their text, each with its features.
Candidates = dict[str, set[str]]


class Weights(NamedTuple):
    """The weights of each choice by feature; `least` is the likelihood from which a number counts as an outcome."""

    outcome: Mapping[str, float]
    metric: Mapping[str, float]
    baseline: Mapping[str, float]
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


def best(weights: Mapping[str, float], candidates: Candidates) -> str:
    """The candidate with the highest score, the first of equals."""
    return max(candidates, key=lambda text: total(weights, candidates[text]))


def bucket(count: int, *edges: int) -> str:
    """A number as a feature: the first edge that it does not pass.

    >>> bucket(0, 0, 2, 5), bucket(4, 0, 2, 5), bucket(9, 0, 2, 5)
    ('0', '5', 'more')
    """
    for edge in edges:
        if count <= edge:
            return str(edge)
    return "more"
