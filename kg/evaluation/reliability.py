"""How far confidence can be trusted: calibration error, and how well it parts right claims from wrong ones.

Expected calibration error after Naeini, Cooper & Hauskrecht (2015), with bins of equal width and of equal mass; the
area under the ROC curve is the chance that a right claim has the higher score than a wrong one, ties counting half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from kg.evaluation.matching import Json, check, paired
from kg.model import LISTS, KgError

BINS = 10
ENTITIES, CLAIMS = "all entities", "all claims"
_SCORED = (*LISTS.values(), "results", "relations")


class Claim(NamedTuple):
    """Something a record says: its score from 0 to 1, and whether annotators say it too."""

    score: float
    right: bool


class Bin(NamedTuple):
    """Claims of like score: how many, their mean score, and the share that is right."""

    size: int
    score: float
    right: float


def claims(gold: Mapping[str, Json], predicted: Mapping[str, Json]) -> dict[str, list[Claim]]:
    """The claims of records by type, paired as they are scored, and of all entities and all claims together.

    What is known surely has no score: it counts as 1. Papers not annotated are left out. Raises KgError for a record
    that is none and for a score outside 0 to 1.
    """
    out: dict[str, list[Claim]] = {key: [] for key in _SCORED}
    for name, annotated in gold.items():
        found = predicted.get(name, {})
        check(annotated, f"The annotated paper {name}", annotated=True)
        check(found, f"The record {name}")
        for pairing in paired(annotated, found):
            if pairing.type in out:
                right = {j for i, j in pairing.pairs if _in_role(pairing.type, pairing.gold[i], pairing.found[j])}
                out[pairing.type] += [Claim(score_of(name, item), j in right) for j, item in enumerate(pairing.found)]
    out[ENTITIES] = [claim for key in LISTS.values() for claim in out[key]]
    out[CLAIMS] = [claim for key in _SCORED for claim in out[key]]
    return out


def _in_role(kind: str, gold: Json, found: Json) -> bool:
    """Whether a technique has its role, of which its score tells too; of other types no role is annotated."""
    return kind != "techniques" or gold.get("role") == found.get("role")


def score_of(name: str, item: Mapping[str, Any]) -> float:
    """The score of a claim of a record; KgError when it is none."""
    score = item.get("score", 1.0)
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        raise KgError(f"The record {name}: a score must lie between 0 and 1, not {score!r:.80}: mend it there.")
    return float(score)


def equal_width(found: Sequence[Claim], bins: int = BINS) -> list[Bin]:
    """Bins that each span as much of the scores from 0 to 1; empty ones are left out."""
    kept: list[list[Claim]] = [[] for _ in range(bins)]
    for claim in found:
        kept[min(int(claim.score * bins), bins - 1)].append(claim)
    return [_bin(claims) for claims in kept if claims]


def equal_mass(found: Sequence[Claim], bins: int = BINS) -> list[Bin]:
    """Bins that hold about as many claims each, by score; claims of one score stand in one bin."""
    out: list[list[Claim]] = [[]]
    left = len(found)
    for _, tied in groupby(sorted(found), key=lambda claim: claim.score):
        same = list(tied)
        rest = bins - len(out) + 1  # bins that share what is left
        if out[-1] and len(out) < bins and 2 * len(out[-1]) + len(same) > 2 * left / rest:
            left -= len(out[-1])
            out.append([])
        out[-1] += same
    return [_bin(claims) for claims in out if claims]


def _bin(found: Sequence[Claim]) -> Bin:
    n = len(found)
    return Bin(n, sum(c.score for c in found) / n, sum(c.right for c in found) / n)


def calibration_error(bins: Sequence[Bin]) -> float:
    """The mean distance between score and share of right claims, weighted by the size of bins; 0 without any."""
    total = sum(b.size for b in bins)
    return sum(b.size * abs(b.score - b.right) for b in bins) / total if total else 0.0


def auroc(found: Sequence[Claim]) -> float | None:
    """The chance that a right claim scores higher than a wrong one; None where all are right or all wrong."""
    rights = sum(claim.right for claim in found)
    pairs = rights * (len(found) - rights)
    won, below = 0.0, 0  # wrong claims below the score at hand
    for _, tied in groupby(sorted(found), key=lambda claim: claim.score):
        kinds = [claim.right for claim in tied]
        right, wrong = sum(kinds), len(kinds) - sum(kinds)
        won += right * (below + wrong / 2)
        below += wrong
    return won / pairs if pairs else None
