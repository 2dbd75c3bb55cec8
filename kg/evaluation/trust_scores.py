"""Trust in claims: precision of the sure ones, and recall at a given precision.

The protocol is that of the annotated papers. A result is right in full when value, unit, change, metric and baseline
are right; a relation only with its own type. A winner is false when the annotation states neither that it wins nor that
it loses. A claim without a flag counts as sure from a score of 0.8.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

from kg.entity_types import LISTS
from kg.evaluation.matching import Json, Pairing, beside, distinct, paired, pairs, same_relation, same_result, same_slot
from kg.model import RELATION_TYPES, KgError

FULL = "result full"
WINS = "outperforms"
_SURE = 0.8
_LEAST = 0.5  # similarity of the ends of relations
_TYPES = (*LISTS.values(), "results", "relations", "topics", "kind")
#: The order of the types; an unknown type comes last.
_ORDER = (*LISTS.values(), "results", FULL, "relations", *RELATION_TYPES, "topics", "kind")


class Judged(NamedTuple):
    """A claim: its score from 0 to 1, whether it is marked as sure, and whether it matches an annotation."""

    score: float
    sure: bool
    right: bool


@dataclass(slots=True)
class Claims:
    """The claims of one type, in the order of papers and records, and the number of annotated ones."""

    said: list[Judged] = field(default_factory=list)
    wanted: int = 0


@dataclass(frozen=True, slots=True)
class Trust:
    """Figures of one type. `false_winners`: the share of "outperforms" claims annotated in neither direction."""

    gold: int
    predicted: int
    precision: float
    recall: float
    f1: float
    sure: int
    sure_precision: float
    sure_recall: float
    recall_at_80: float  # the highest over all thresholds with this precision
    recall_at_90: float
    false_winners: float | None = None

    def as_dict(self) -> dict[str, float]:
        """The figures as plain JSON."""
        found = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in found.items() if value is not None}


def claims(gold: Mapping[str, Json], predicted: Mapping[str, Json]) -> dict[str, Claims]:
    """Claims of records by type: the lists of a record, results right in full, relations by their own type.

    A paper missing from `predicted` counts as an empty record. Raises KgError for an invalid record.
    """
    out: dict[str, Claims] = {}
    for name, annotated, found in beside(gold, predicted):
        for pairing in _pairings(annotated, found):
            right = {j for _, j in pairing.pairs}
            of_type = out.setdefault(pairing.type, Claims())
            said = ((_told(pairing.type, found, item), j in right) for j, item in enumerate(pairing.found))
            of_type.said += [_judged(name, told, is_right) for told, is_right in said]
            of_type.wanted += len(pairing.gold)
    return {key: out[key] for key in sorted(out, key=lambda kind: (*_ORDER, kind).index(kind))}


def trust(gold: Mapping[str, Json], predicted: Mapping[str, Json]) -> dict[str, Trust]:
    """The figures of each type."""
    winners = [
        is_false for name, annotated in gold.items() for is_false in _winners(annotated, predicted.get(name, {}))
    ]
    share = sum(winners) / max(1, len(winners))
    return {kind: figures(found, share if kind == WINS else None) for kind, found in claims(gold, predicted).items()}


def figures(found: Claims, false_winners: float | None = None) -> Trust:
    """The figures of the claims of one type."""
    said, wanted = found.said, max(1, found.wanted)
    right = sum(one.right for one in said)
    precision, recall = right / max(1, len(said)), right / wanted
    sure = [one.right for one in said if one.sure]
    hits = list(accumulate(one.right for one in sorted(said, key=lambda one: -one.score)))
    at80, at90 = (
        max((n / wanted for k, n in enumerate(hits, 1) if n / k >= least), default=0.0) for least in (0.8, 0.9)
    )
    return Trust(
        found.wanted,
        len(said),
        precision,
        recall,
        2 * precision * recall / (precision + recall) if right else 0.0,
        len(sure),
        sum(sure) / max(1, len(sure)),
        sum(sure) / wanted,
        at80,
        at90,
        false_winners,
    )


def _pairings(gold: Json, found: Json) -> Iterator[Pairing]:
    """Yield the pairings of one paper: for its lists, results in full, and each relation type."""
    for pairing in paired(gold, found):
        if pairing.type in _TYPES:
            yield pairing
        if pairing.type == "results":
            yield _again(FULL, pairing.gold, pairing.found, lambda a, b: float(_in_full(a, b)), 1)
        elif pairing.type == "relations":
            for kind in sorted({str(one.get("type")) for one in (*pairing.gold, *pairing.found)}):
                some = [[one for one in side if one.get("type") == kind] for side in (pairing.gold, pairing.found)]
                yield _again(kind, some[0], some[1], lambda a, b: same_relation(gold, a, found, b), _LEAST)


def _again(kind: str, gold: Sequence[Any], found: Sequence[Any], same: Any, least: float) -> Pairing:
    return Pairing(kind, gold, found, pairs(gold, found, same, least))


def _in_full(a: Json, b: Json) -> bool:
    return same_result(a, b) >= 1 and all(same_slot(a.get(slot), b.get(slot)) for slot in ("metric", "baseline"))


def score_of(name: str, item: Mapping[str, Any]) -> float:
    """The score of a claim of a record; raises KgError when it is invalid."""
    score = item.get("score", 1.0)
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        raise KgError(f"The record {name}: a score must lie between 0 and 1, not {score!r:.80}: correct it.")
    return float(score)


def _told(kind: str, record: Json, item: Json | str) -> Json:
    """What a record tells of how far a claim can be trusted."""
    if not isinstance(item, str):
        return item
    return record.get("kind_score") or {} if kind == "kind" else (record.get("topic_scores") or {}).get(item, {})


def _judged(name: str, said: Json, right: bool) -> Judged:
    score = score_of(name, said)
    return Judged(score, bool(said.get("sure", score >= _SURE)), right)


def _winners(gold: Json, found: Json) -> Iterator[bool]:
    """For each "outperforms" claim, whether the annotation states neither it nor its reverse."""
    wins = [one for one in gold.get("relations") or [] if one.get("type") == WINS]
    for one in distinct(found.get("relations")):
        if one.get("type") == WINS:
            turned = {**one, "head": one.get("tail"), "tail": one.get("head")}
            both = (same_relation(gold, win, found, said) for win in wins for said in (one, turned))
            yield all(likeness < _LEAST for likeness in both)
