"""Links arbitrary affiliation strings to ROR with a fitted score.

`organisations` of `kg.link.affiliations` parses institution lines of reports, merges parts into their organisation and
returns unknown names too. This module returns ROR records only. The score is a sum over oblivious trees (as in
CatBoost, Prokhorenkova et al. 2018) with integer leaves, fitted by scripts/fit_institutions.py. A first model scores
each candidate on its own; a second one also sees the first scores of the other candidates of the string. Both use how
often an organisation, and each of its names, was meant when it occurred in annotated strings (the commonness of entity
linking, after Mihalcea and Csomai 2007): "University of Tennessee" is nearly always the one at Knoxville.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kg.entity_types import data_folder
from kg.link.candidates import FEATURES, Affiliation, RegisterRow
from kg.link.register import Organisation
from kg.link.spellings import RegisterNames, names
from kg.model import KgError

UNIT = 1000  # leaf value of 1 in log-odds
SEEN = ("meant", "share", "name_meant", "name_share")  # features from annotated strings
CONTEXT = ("first", "overlapping", "elsewhere", "again", "others", "ahead")  # features of the second model only
_NEVER = (0, 0)  # (strings that contain a name, strings that mean it) for an unseen name
_NOBODY = -12 * UNIT  # score in place of a missing candidate
_AT_ONCE = 64  # candidates scored in one batch
_HOPELESS = -5 * UNIT // 2  # a first score below this excludes a candidate from the second model


@dataclass(frozen=True, slots=True)
class Identified:
    """An organisation named at [start, end) of a string, with its probability."""

    organisation: Organisation
    start: int
    end: int
    text: str
    probability: float


@dataclass(frozen=True)
class Trees:
    """Oblivious trees: level k of tree t tests whether feature[t, k] > limit[t, k]; integer arrays."""

    feature: Any  # trees x depth
    limit: Any  # trees x depth
    leaf: Any  # trees x 2 ** depth, in thousandths
    base: int

    def scores(self, features: Any) -> Any:
        """The scores (candidates) for features (candidates x features)."""
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
        """The distinct tests of all trees; many are shared, and evaluating them is most of the work."""
        trees, depth = self.feature.shape
        asked = np.stack([self.feature.ravel(), self.limit.ravel()], axis=1)
        different, which = np.unique(asked, axis=0, return_inverse=True)
        bits = np.zeros((len(different), trees), dtype=np.uint8)
        tree, level = np.divmod(np.arange(trees * depth), depth)
        np.bitwise_or.at(bits, (which.ravel(), tree), (1 << level).astype(np.uint8))
        feature = different[:, 0]
        starts = np.flatnonzero(np.diff(feature, prepend=-1))
        # A value that passes one limit of a feature also passes all lower limits.
        parts = [np.bitwise_or.accumulate(part, axis=0) for part in np.split(bits, starts[1:])]
        none = np.zeros((1, trees), dtype=np.uint8)
        places = np.concatenate([rows for part in parts for rows in (none, part)])
        return _Questions(feature, different[:, 1], starts, starts + np.arange(len(starts)), places)


class _Questions(NamedTuple):
    """The distinct tests of the trees, by feature and limit."""

    feature: Any  # tests
    limit: Any  # tests
    starts: Any  # tested features: index of the first test of each
    rows: Any  # tested features: index of the first row of each
    places: Any  # rows x trees: bits of the leaf index that are set when so many tests of a feature pass


@dataclass(frozen=True, slots=True)
class Seen:
    """Counts over annotated strings: how many contain a name of an organisation, and how many of these mean it.

    `counts` has two keys per candidate: its ROR id for all its names, and id and name (`Seen.name`) for one of them.
    """

    counts: dict[str, tuple[int, int]]

    @staticmethod
    def name(identifier: str, reading: Affiliation, candidate: RegisterRow) -> str:
        """The key of a candidate's name: the letters of its words, without case, accents and separators."""
        words = reading.words[candidate.first : candidate.last + 1]
        return f"{identifier} {''.join([word.key for word in words])}"

    def features(self, reading: Affiliation, candidate: RegisterRow) -> tuple[int, int, int, int]:
        """SEEN: for organisation and name, how many strings meant it, and their share in percent (50 if unseen)."""
        identifier = reading.names.facts(candidate.row).id
        held, meant = self.counts.get(identifier, _NEVER)
        if not held:
            return 0, 50, 0, 50
        name_held, name_meant = self.counts.get(self.name(identifier, reading, candidate), _NEVER)
        return meant, 100 * (meant + 1) // (held + 2), name_meant, 100 * (name_meant + 1) // (name_held + 2)


@dataclass(frozen=True, slots=True)
class RegisterJudge:
    """The two models, the counts over annotated strings, and the lowest accepted second score."""

    seen: Seen
    first: Trees
    second: Trees
    threshold: int

    @staticmethod
    def read(path: Path) -> RegisterJudge:
        """The models from their file; raises KgError if it is missing, damaged or for other features."""
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            if state["features"] == [*FEATURES, *SEEN, *CONTEXT]:
                seen = Seen({entry: (int(held), int(meant)) for entry, (held, meant) in state["seen"].items()})
                return RegisterJudge(seen, _trees(state["first"]), _trees(state["second"]), int(state["threshold"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass
        raise KgError(f"{path.name} does not hold the weights for institutions: install kg again.")

    def scores(self, reading: Affiliation, candidates: list[RegisterRow]) -> list[int]:
        """The second scores of the candidates of a string; the first scores of candidates excluded by them."""
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
    feature = np.array(state["feature"], dtype=np.intp)  # the index type of numpy, which avoids a conversion
    return Trees(feature, limit, leaf, int(state["base"]))


def described(reading: Affiliation, candidates: list[RegisterRow], seen: Seen) -> Any:
    """FEATURES and SEEN (candidates x features) of the candidates of a string."""
    return np.array([[*c.features, *seen.features(reading, c)] for c in candidates], dtype=np.int32)


def context(spans: Any, scores: Any, of: Any = slice(None)) -> Any:
    """CONTEXT (candidates x 6) from spans (candidates x 3: row, first, last) and first scores (candidates).

    `of` selects the candidates for which it is computed.
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
    """The ROR organisations of an affiliation string above the threshold, in order."""
    known = names()
    reading = Affiliation(text, known)
    out = []
    for candidate, score in chosen(reading, _judge(), threshold):
        start, end = reading.places[candidate.first][0], reading.places[candidate.last][1]
        organisation = known.register[f"ror:{known.facts(candidate.row).id}"]
        out.append(Identified(organisation, start, end, text[start:end], 1 / (1 + math.exp(-score / UNIT))))
    return sorted(out, key=lambda one: one.start)


def ids(text: str, threshold: int | None = None) -> list[str]:
    """The ROR ids of `identified`, best first."""
    known = names()
    return [known.facts(c.row).id for c, _ in chosen(Affiliation(text, known), _judge(), threshold)]


def chosen(reading: Affiliation, judge: RegisterJudge, threshold: int | None = None) -> list[tuple[RegisterRow, int]]:
    """The accepted candidates of a string, best first; no two share words or an organisation."""
    candidates = reading.candidates()
    if not candidates:
        return []
    limit = judge.threshold if threshold is None else threshold
    best = sorted(((s, -at) for at, s in enumerate(judge.scores(reading, candidates)) if s >= limit), reverse=True)
    out: list[tuple[RegisterRow, int]] = []
    for score, at in best:
        one = candidates[-at]
        if all(one.row != c.row and (one.first > c.last or one.last < c.first) for c, _ in out):
            out.append((one, score))
    return out


@cache
def _judge() -> RegisterJudge:
    return RegisterJudge.read(data_folder("data") / "institutions.json")


__all__ = ["Identified", "RegisterJudge", "RegisterNames", "Trees", "identified", "ids"]
