"""Confidence levels of claims: a claim is sure when its confidence reaches the threshold of its type.

The thresholds are fitted on papers that were not used in training, so that claims at or above a threshold reach the
precision wanted for their type (scripts/fit_sure.py). What is read by rules alone, without the tagger, is right less
often and has thresholds of its own (scripts/fit_rules.py). A type without a threshold has no sure claims.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import chain
from typing import Any

from kg.entity_types import LISTS, data_folder
from kg.evidence import BY_HAND
from kg.model import Record, Statement

#: Extractors with fixed confidences, which are not scores: people and language models.
_GIVEN = (BY_HAND, "llm:")
#: The score below which a claim is a guess.
LIKELY = 0.5
#: The end of an extractor's name where no tagger has read the text.
BY_RULES = "-rules"


@cache
def thresholds(by_rules: bool = False) -> dict[str, float]:
    """The lowest confidence of sure claims, by the record's list that holds them; for relations, by relation type."""
    found: dict[str, float] = _read("rules.json")["sure"] if by_rules else _read("sure.json")
    return found


@cache
def ruled_relations() -> dict[str, float]:
    """The share of relations made by rules alone that is right, by type."""
    found: dict[str, float] = _read("rules.json")["relations"]
    return found


@cache
def measured() -> dict[str, dict[str, float]]:
    """The shares of claims that are right, "precision" and "sure_precision", by the record's list or relation type.

    Of annotated papers that the tagger had not seen (scripts/evaluation.py), with how many "claims" and "sure" ones.
    """
    return _read("measured.json")


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data_folder("data") / "models" / name).read_text("utf-8"))
    return found


def mark(record: Record) -> None:
    """Set `sure` on the claims of the package's own extractors; those of people and language models are kept."""
    lists = ((name, getattr(record, name)) for name in (*LISTS.values(), "results", "topics"))
    relations = ((relation.type, [relation]) for relation in record.relations)
    for kind, said in chain(lists, relations):
        for one in said:
            if is_scored(one):
                least = thresholds(one.extractor.endswith(BY_RULES))
                one.sure = kind in least and one.confidence >= least[kind]
    if record.kind_score:
        record.kind_sure = record.kind_score >= thresholds().get("kind", 1.0)


def is_scored(said: Statement) -> bool:
    """Whether the confidence of a claim is a score: those of people and language models are fixed."""
    return not said.extractor.startswith(_GIVEN)


def level(said: Statement) -> str:
    """The confidence level of a claim: "sure", "likely" or "weak"."""
    if said.sure:
        return "sure"
    return "likely" if said.confidence >= LIKELY else "weak"
