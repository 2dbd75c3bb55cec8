"""Which organisations a string of affiliations names, by a fitted score: for strings in the wild, in any number.

`organisations` of `kg.link.affiliations` reads the lines of reports, folds parts into their whole and gives names that
nobody knows; this gives ROR's own records and nothing else. The score is a sum over symmetric trees (after CatBoost,
Prokhorenkova et al. 2018) with whole numbers at their leaves, fitted by scripts/fit_institutions.py.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from kg.link.candidates import FEATURES, Candidate, Names, Reading, names
from kg.link.institutions import Organisation
from kg.model import KgError
from kg.vocabulary import data_folder

UNIT = 1000  # what a leaf of the file counts for 1 of the logarithm of the odds


@dataclass(frozen=True, slots=True)
class Identified:
    """An organisation that a string names at [start, end), and how probable that is."""

    organisation: Organisation
    start: int
    end: int
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Trees:
    """Symmetric trees: level k of tree t asks whether feature[t, k] is above limit[t, k]; all arrays of integers."""

    feature: Any  # trees x depth
    limit: Any  # trees x depth
    leaf: Any  # trees x 2 ** depth, in thousandths
    base: int
    threshold: int  # the least sum that is believed

    @staticmethod
    def read(path: Path) -> Trees:
        """Trees from their file; raises KgError when it is missing, damaged or of other features."""
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            feature, limit, leaf = (np.array(state[key], dtype=np.int64) for key in ("feature", "limit", "leaf"))
            if state["features"] == list(FEATURES):
                return Trees(feature, limit, leaf, int(state["base"]), int(state["threshold"]))
        except (OSError, ValueError, KeyError, TypeError):
            pass
        raise KgError(f"{path.name} does not hold the weights for institutions: install kg again.")

    def scores(self, features: Any) -> Any:
        """The sums (candidates) for features (candidates x features)."""
        asked = features[:, self.feature] > self.limit
        places = asked @ (1 << np.arange(self.feature.shape[1]))
        return self.leaf[np.arange(len(self.leaf)), places].sum(axis=1) + self.base


def identified(text: str, threshold: int | None = None) -> list[Identified]:
    """The organisations of ROR that a string of affiliations names, in order, those that are sure enough."""
    known, trees = names(), _trees()
    reading = Reading(text, known)
    out = []
    for candidate, score in chosen(reading.candidates(), trees, trees.threshold if threshold is None else threshold):
        start, end = reading.places[candidate.first][0], reading.places[candidate.last][1]
        organisation = known.register[f"ror:{known.facts(candidate.row).id}"]
        out.append(Identified(organisation, start, end, text[start:end], 1 / (1 + math.exp(-score / UNIT))))
    return sorted(out, key=lambda one: one.start)


def ids(text: str, threshold: int | None = None) -> list[str]:
    """Only the ROR ids of `identified`, best first."""
    known, trees = names(), _trees()
    limit = trees.threshold if threshold is None else threshold
    return [known.facts(c.row).id for c, _ in chosen(Reading(text, known).candidates(), trees, limit)]


def chosen(candidates: list[Candidate], trees: Trees, threshold: int) -> list[tuple[Candidate, int]]:
    """The best candidates of a string, best first, no two of them for the same words or of the same organisation."""
    if not candidates:
        return []
    scores = trees.scores(np.array([c.features for c in candidates], dtype=np.int32)).tolist()
    best = sorted(((s, -at) for at, s in enumerate(scores) if s >= threshold), reverse=True)
    out: list[tuple[Candidate, int]] = []
    for score, at in best:
        one = candidates[-at]
        if all(one.row != c.row and (one.first > c.last or one.last < c.first) for c, _ in out):
            out.append((one, score))
    return out


@cache
def _trees() -> Trees:
    return Trees.read(data_folder("data") / "institutions.json")


__all__ = ["Identified", "Names", "Trees", "identified", "ids"]
