"""How far claims can be trusted: a claim of a linked record is sure when its score reaches the threshold of its type.

The thresholds are fitted to papers that the extraction had not seen, so that claims at or above one are right as often
as is wanted of their type (scripts/fit_sure.py); a type without a threshold has no sure claims.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import chain

from kg.evidence import BY_HAND
from kg.model import LISTS, Record, Statement
from kg.vocabulary import data_folder

#: Who says what is no score of these types: people, and language models, of which all claims have the same.
_GIVEN = (BY_HAND, "llm:")
#: The score below which a claim is a guess.
LIKELY = 0.5


@cache
def thresholds() -> dict[str, float]:
    """The least score of sure claims, by the list of a record that holds them, of relations by their type."""
    file = data_folder("data") / "models" / "sure.json"
    found: dict[str, float] = json.loads(file.read_text("utf-8"))
    return found


def mark(record: Record) -> None:
    """Say of each claim that the program made whether it is sure; what others claim stays as they say it."""
    least = thresholds()
    lists = ((name, getattr(record, name)) for name in (*LISTS.values(), "results", "topics"))
    relations = ((relation.type, [relation]) for relation in record.relations)
    for kind, said in chain(lists, relations):
        for one in said:
            if not one.extractor.startswith(_GIVEN):
                one.sure = kind in least and one.confidence >= least[kind]


def level(said: Statement) -> str:
    """How far a claim can be trusted, in a word: "sure", "likely" or "weak"."""
    if said.sure:
        return "sure"
    return "likely" if said.confidence >= LIKELY else "weak"
