"""Reliability of confidence scores: calibration error, and separation of right from wrong claims.

Expected calibration error after Naeini, Cooper & Hauskrecht (2015), with bins of equal width and of equal mass. The
area under the ROC curve is the probability that a right claim scores higher than a wrong one; ties count half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from kg.entity_types import LISTS
from kg.evaluation.matching import Json, beside, paired
from kg.model import KgError

BINS = 10
ENTITIES, CLAIMS = "all entities", "all claims"
_SCORED = (*LISTS.values(), "results", "relations")


class ScoredClaim(NamedTuple):
    """The score of a claim from 0 to 1, and whether it matches an annotation."""

    score: float
    right: bool


class Bin(NamedTuple):
    """Claims with similar scores: their number, mean score, and share of right claims."""

    size: int
    score: float
    right: float


def claims(gold: Mapping[str, Json], predicted: Mapping[str, Json]) -> dict[str, list[ScoredClaim]]:
    """The claims of records by type, matched as in scoring, and for all entities and all claims together.

    A claim without a score counts as certain (1). Papers without annotation are ignored. Raises KgError for an invalid
    record and for a score outside 0 to 1.
    """
    out: dict[str, list[ScoredClaim]] = {key: [] for key in _SCORED}
    for name, annotated, found in beside(gold, predicted):
        for pairing in paired(annotated, found):
            if pairing.type in out:
                right = {j for i, j in pairing.pairs if _in_role(pairing.type, pairing.gold[i], pairing.found[j])}
                out[pairing.type] += [
                    ScoredClaim(score_of(name, item), j in right) for j, item in enumerate(pairing.found)
                ]
    out[ENTITIES] = [claim for key in LISTS.values() for claim in out[key]]
    out[CLAIMS] = [claim for key in _SCORED for claim in out[key]]
    return out


def _in_role(kind: str, gold: Json, found: Json) -> bool:
    """Whether a technique has the annotated role, which its score covers too; true for types without a role."""
    return kind != "techniques" or gold.get("role") == found.get("role")


def score_of(name: str, item: Mapping[str, Any]) -> float:
    """The score of a claim of a record; raises KgError when it is invalid."""
    score = item.get("score", 1.0)
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        raise KgError(f"The record {name}: a score must lie between 0 and 1, not {score!r:.80}: correct it.")
    return float(score)


def equal_width(found: Sequence[ScoredClaim], bins: int = BINS) -> list[Bin]:
    """Bins of equal width over the scores from 0 to 1, without empty ones."""
    kept: list[list[ScoredClaim]] = [[] for _ in range(bins)]
    for claim in found:
        kept[min(int(claim.score * bins), bins - 1)].append(claim)
    return [_bin(claims) for claims in kept if claims]


def equal_mass(found: Sequence[ScoredClaim], bins: int = BINS) -> list[Bin]:
    """Bins with about equal numbers of claims, by score; claims with the same score share a bin."""
    out: list[list[ScoredClaim]] = [[]]
    left = len(found)
    for _, tied in groupby(sorted(found), key=lambda claim: claim.score):
        same = list(tied)
        rest = bins - len(out) + 1  # bins left for the remaining claims
        if out[-1] and len(out) < bins and 2 * len(out[-1]) + len(same) > 2 * left / rest:
            left -= len(out[-1])
            out.append([])
        out[-1] += same
    return [_bin(claims) for claims in out if claims]


def _bin(found: Sequence[ScoredClaim]) -> Bin:
    n = len(found)
    return Bin(n, sum(c.score for c in found) / n, sum(c.right for c in found) / n)


def calibration_error(bins: Sequence[Bin]) -> float:
    """The mean distance between score and share of right claims, weighted by bin size; 0 without bins."""
    total = sum(b.size for b in bins)
    return sum(b.size * abs(b.score - b.right) for b in bins) / total if total else 0.0


def auroc(found: Sequence[ScoredClaim]) -> float | None:
    """The probability that a right claim scores higher than a wrong one; None if all are right or all are wrong."""
    rights = sum(claim.right for claim in found)
    pairs = rights * (len(found) - rights)
    won, below = 0.0, 0  # wrong claims with a lower score
    for _, tied in groupby(sorted(found), key=lambda claim: claim.score):
        kinds = [claim.right for claim in tied]
        right, wrong = sum(kinds), len(kinds) - sum(kinds)
        won += right * (below + wrong / 2)
        below += wrong
    return won / pairs if pairs else None
