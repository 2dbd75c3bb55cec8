"""Judges whether a sentence of a paper supports a claim: a logistic regression on the features of their alignment.

The weights are learned by scripts/train_check.py, from claims of annotators and from statements of the graph.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache

from kg.entity_types import data_folder

FILE = data_folder("data") / "models" / "check.json"


class ClaimJudge:
    """The weights of features, and the probabilities from and up to which claims are supported and contradicted.

    From `alike` on, a sentence is on what the claim is on, whatever its number.
    """

    def __init__(
        self, weights: Mapping[str, float], bias: float, supported: float, contradicted: float, alike: float
    ) -> None:
        self.weights, self.bias = weights, bias
        self.supported, self.contradicted, self.alike = supported, contradicted, alike

    @staticmethod
    @cache
    def load() -> ClaimJudge:
        """The weights that ship with the package."""
        return ClaimJudge(**json.loads(FILE.read_text("utf-8")))

    def __call__(self, features: Mapping[str, float]) -> float:
        """The probability that a claim holds."""
        total = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
