"""Which organisations a string of affiliations names, by a fitted score: for strings in the wild, in any number.

`organisations` of `kg.link.affiliations` reads the lines of reports, folds parts into their whole and gives names that
nobody knows; this gives ROR's own records and nothing else. The score is a sum over symmetric trees (after CatBoost,
Prokhorenkova et al. 2018) with whole numbers at their leaves, fitted by scripts/fit_institutions.py. A first sum reads
each candidate for itself, a second one also what the first gives to the others of the string. Both know how often an
organisation, and a name of it, was meant where it stood in annotated strings (the commonness of entity linking, after
Mihalcea and Csomai 2007): "University of Tennessee" is nearly always the one at Knoxville.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kg.link.candidates import FEATURES, Candidate, Reading
from kg.link.institutions import Organisation
from kg.link.spellings import Names, names
from kg.model import KgError
from kg.vocabulary import data_folder

UNIT = 1000  # what a leaf of the file counts for 1 of the logarithm of the odds
SEEN = ("meant", "share", "name_meant", "name_share")  # what annotated strings say of a candidate
CONTEXT = ("first", "overlapping", "elsewhere", "again", "others", "ahead")  # what the second sum reads besides
_NEVER = (0, 0)  # in how many strings a name stood and was meant that stood in none
_NOBODY = -12 * UNIT  # the score of a candidate that is not there
_AT_ONCE = 64  # candidates whose leaves are looked up together
_HOPELESS = -5 * UNIT // 2  # a first sum that no second one makes up for


@dataclass(frozen=True, slots=True)
class Identified:
    """An organisation that a string names at [start, end), and how probable that is."""

    organisation: Organisation
    start: int
    end: int
    text: str
    probability: float


@dataclass(frozen=True)
class Trees:
    """Symmetric trees: level k of tree t asks whether feature[t, k] is above limit[t, k]; all arrays of integers."""

    feature: Any  # trees x depth
    limit: Any  # trees x depth
    leaf: Any  # trees x 2 ** depth, in thousandths
    base: int

    def scores(self, features: Any) -> Any:
        """The sums (candidates) for features (candidates x features)."""
        asked, leaf = self._questions, self.leaf.ravel()
        first_leaf = np.arange(len(self.leaf)) * self.leaf.shape[1]
        above = features.take(asked.feature, axis=1) > asked.limit
        rows = np.add.reduceat(above, asked.starts, axis=1, dtype=np.intp) + asked.rows
        out = np.empty(len(rows), dtype=np.int64)
        for at in range(0, len(rows), _AT_ONCE):
            places = np.bitwise_or.reduce(asked.places.take(rows[at : at + _AT_ONCE], axis=0), axis=1)
            out[at : at + _AT_ONCE] = leaf.take(places + first_leaf).sum(axis=1)
        return out + self.base

    @cached_property
    def _questions(self) -> _Questions:
        """What the trees ask, each thing once: many ask the same, and to look it up is most of the work."""
        trees, depth = self.feature.shape
        asked = np.stack([self.feature.ravel(), self.limit.ravel()], axis=1)
        different, which = np.unique(asked, axis=0, return_inverse=True)
        bits = np.zeros((len(different), trees), dtype=np.uint8)
        tree, level = np.divmod(np.arange(trees * depth), depth)
        np.bitwise_or.at(bits, (which.ravel(), tree), (1 << level).astype(np.uint8))
        feature = different[:, 0]
        starts = np.flatnonzero(np.diff(feature, prepend=-1))
        # Whoever answers one question of a feature with yes does so with those of lower limits.
        parts = [np.bitwise_or.accumulate(part, axis=0) for part in np.split(bits, starts[1:])]
        none = np.zeros((1, trees), dtype=np.uint8)
        places = np.concatenate([rows for part in parts for rows in (none, part)])
        return _Questions(feature, different[:, 1], starts, starts + np.arange(len(starts)), places)


class _Questions(NamedTuple):
    """The different questions of trees, by feature and limit."""

    feature: Any  # questions
    limit: Any  # questions
    starts: Any  # asked features: where the questions of each begin
    rows: Any  # asked features: where the rows of each begin
    places: Any  # rows x trees: the bits of the leaf's number that are set by so many yeses on a feature


@dataclass(frozen=True, slots=True)
class Seen:
    """How many annotated strings held a name of an organisation, and how many of them meant the organisation.

    `counts` has two entries a candidate: its ROR id for all its names, id and name (`Seen.name`) for one of them.
    """

    counts: dict[str, tuple[int, int]]

    @staticmethod
    def name(identifier: str, reading: Reading, candidate: Candidate) -> str:
        """The entry of a candidate's name: the letters of its words, whatever their case, accents and separators."""
        words = reading.words[candidate.first : candidate.last + 1]
        return f"{identifier} {''.join([word.key for word in words])}"

    def features(self, reading: Reading, candidate: Candidate) -> tuple[int, int, int, int]:
        """SEEN: for organisation and name the strings that meant it, and their share in percent, 50 if none held it."""
        identifier = reading.names.facts(candidate.row).id
        held, meant = self.counts.get(identifier, _NEVER)
        if not held:
            return 0, 50, 0, 50
        name_held, name_meant = self.counts.get(self.name(identifier, reading, candidate), _NEVER)
        return meant, 100 * (meant + 1) // (held + 2), name_meant, 100 * (name_meant + 1) // (name_held + 2)


@dataclass(frozen=True, slots=True)
class Judge:
    """The two sums, what they know of annotated strings, and the least of the second sum that is believed."""

    seen: Seen
    first: Trees
    second: Trees
    threshold: int

    @staticmethod
    def read(path: Path) -> Judge:
        """The sums from their file; raises KgError when it is missing, damaged or of other features."""
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            if state["features"] == [*FEATURES, *SEEN, *CONTEXT]:
                seen = Seen({entry: (int(held), int(meant)) for entry, (held, meant) in state["seen"].items()})
                return Judge(seen, _trees(state["first"]), _trees(state["second"]), int(state["threshold"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass
        raise KgError(f"{path.name} does not hold the weights for institutions: install kg again.")

    def scores(self, reading: Reading, candidates: list[Candidate]) -> list[int]:
        """The second sums of the candidates of a string, the first of those that have no chance."""
        features = described(reading, candidates, self.seen)
        spans = np.array([c[:3] for c in candidates], dtype=np.int32)
        scores = self.first.scores(features)
        hopeful = np.flatnonzero(scores > _HOPELESS)
        if len(hopeful):
            beside = context(spans, scores, hopeful)
            scores[hopeful] = self.second.scores(np.hstack([features[hopeful], beside]))
        out: list[int] = scores.tolist()
        return out


def _trees(state: dict[str, Any]) -> Trees:
    limit, leaf = (np.array(state[key], dtype=np.int32) for key in ("limit", "leaf"))
    feature = np.array(state["feature"], dtype=np.intp)  # what numpy takes columns by, with nothing to convert
    return Trees(feature, limit, leaf, int(state["base"]))


def described(reading: Reading, candidates: list[Candidate], seen: Seen) -> Any:
    """FEATURES and SEEN (candidates x features) of the candidates of a string."""
    return np.array([[*c.features, *seen.features(reading, c)] for c in candidates], dtype=np.int32)


def context(spans: Any, scores: Any, of: Any = slice(None)) -> Any:
    """CONTEXT (candidates x 6) for rows and places (candidates x 3: row, first, last) and first sums (candidates).

    With `of` for the candidates at these places alone.
    """
    row, first, last = spans.T
    same = row[of, None] == row
    over = (first[of, None] <= last) & (first <= last[of, None]) & ~same
    apart = ~(over | same)
    places = np.arange(len(row))
    others = same & (places[of, None] != places)
    overlapping, elsewhere, again = (np.where(which, scores, _NOBODY).max(axis=1) for which in (over, apart, others))
    sure = (UNIT / (1 + np.exp(scores * (-1 / UNIT)))).astype(np.int32)
    columns = (scores[of], overlapping, elsewhere, again, apart @ sure, scores[of] - overlapping)
    return np.stack(columns, axis=1).astype(np.int32)


def identified(text: str, threshold: int | None = None) -> list[Identified]:
    """The organisations of ROR that a string of affiliations names, in order, those that are sure enough."""
    known = names()
    reading = Reading(text, known)
    out = []
    for candidate, score in chosen(reading, _judge(), threshold):
        start, end = reading.places[candidate.first][0], reading.places[candidate.last][1]
        organisation = known.register[f"ror:{known.facts(candidate.row).id}"]
        out.append(Identified(organisation, start, end, text[start:end], 1 / (1 + math.exp(-score / UNIT))))
    return sorted(out, key=lambda one: one.start)


def ids(text: str, threshold: int | None = None) -> list[str]:
    """Only the ROR ids of `identified`, best first."""
    known = names()
    return [known.facts(c.row).id for c, _ in chosen(Reading(text, known), _judge(), threshold)]


def chosen(reading: Reading, judge: Judge, threshold: int | None = None) -> list[tuple[Candidate, int]]:
    """The best candidates of a string, best first, no two of them for the same words or of the same organisation."""
    candidates = reading.candidates()
    if not candidates:
        return []
    limit = judge.threshold if threshold is None else threshold
    best = sorted(((s, -at) for at, s in enumerate(judge.scores(reading, candidates)) if s >= limit), reverse=True)
    out: list[tuple[Candidate, int]] = []
    for score, at in best:
        one = candidates[-at]
        if all(one.row != c.row and (one.first > c.last or one.last < c.first) for c, _ in out):
            out.append((one, score))
    return out


@cache
def _judge() -> Judge:
    return Judge.read(data_folder("data") / "institutions.json")


__all__ = ["Identified", "Judge", "Names", "Trees", "identified", "ids"]
