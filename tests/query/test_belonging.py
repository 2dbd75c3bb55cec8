"""What each number of a sentence was obtained on, scored on sentences of papers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kg.query.belonging import Belonging, Extent, cues
from kg.vocabulary import Vocabulary

CASES = Path(__file__).with_name("belonging.jsonl")
RIGHT = 0.95  # share of the sentences


def _on(case: dict[str, Any], vocabulary: Vocabulary) -> set[str]:
    """What a number of a sentence was obtained on, without the types of concepts."""
    said = case["sentence"]
    start = said.index(case["number"])
    found = vocabulary.match(said)
    sentence = Belonging(said, Extent(start, start + len(case["number"])), {}, found, cues(vocabulary))
    things = [one for one in found if one.type == case["type"]]
    rivals = sentence.rivals(things) if case["type"] != "dataset" else set()
    own = sentence.of([one for one in things if one not in rivals], "respectively" in said)
    return {concept.partition(":")[2] for concept in own}


def test_each_number_of_a_sentence_has_what_it_was_obtained_on(vocabulary: Vocabulary) -> None:
    cases = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
    wrong = [(case, on) for case in cases if (on := _on(case, vocabulary)) != set(case["on"])]
    assert len(wrong) <= (1 - RIGHT) * len(cases), wrong
    assert not [case for case, on in wrong if on and not on <= set(case["on"])], "one is given to another thing"
