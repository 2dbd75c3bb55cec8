"""Confidence levels of claims: a claim is sure when its confidence reaches the threshold of its type.

The thresholds are fitted on papers that were not used in training, so that claims at or above a threshold reach the
precision wanted for their type (scripts/fit_sure.py). A type without a threshold has no sure claims.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import chain

from kg.entity_types import LISTS, data_folder
from kg.evidence import BY_HAND
from kg.model import Record, Statement

#: Extractors with fixed confidences, which are not scores: people and language models.
_GIVEN = (BY_HAND, "llm:")
#: The score below which a claim is a guess.
LIKELY = 0.5


@cache
def thresholds() -> dict[str, float]:
    """The lowest confidence of sure claims, by the record's list that holds them; for relations, by relation type."""
    file = data_folder("data") / "models" / "sure.json"
    found: dict[str, float] = json.loads(file.read_text("utf-8"))
    return found


def mark(record: Record) -> None:
    """Set `sure` on the claims of the package's own extractors; those of people and language models are kept."""
    least = thresholds()
    lists = ((name, getattr(record, name)) for name in (*LISTS.values(), "results", "topics"))
    relations = ((relation.type, [relation]) for relation in record.relations)
    for kind, said in chain(lists, relations):
        for one in said:
            if is_scored(one):
                one.sure = kind in least and one.confidence >= least[kind]


def is_scored(said: Statement) -> bool:
    """Whether the confidence of a claim is a score: those of people and language models are fixed."""
    return not said.extractor.startswith(_GIVEN)


def level(said: Statement) -> str:
    """The confidence level of a claim: "sure", "likely" or "weak"."""
    if said.sure:
        return "sure"
    return "likely" if said.confidence >= LIKELY else "weak"
