"""Numbers of a set-up: what sentences state, and what a record keeps of them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from kg.extract.body.setup_numbers import stated_numbers
from kg.model import Document, Evidence, KgError, Part, Record, SetupNumber, Text
from kg.records import body_json, from_json
from kg.store.codec import encoded_record, record

CASES = Path(__file__).parents[2] / "cases" / "setup_numbers.jsonl"
SAID = "We train on 8 A100 GPUs."
PART = Part("s4.1/p1", "paragraph", "setup", ("4.1 Setup",), Text(SAID, SAID))
DOCUMENT = Document("x-01", "x", 1, {"T": Text("A title", "A title")}, parts=(PART,))


def test_most_numbers_are_found_and_nearly_all_are_right() -> None:
    counts = Counter[str]()
    for line in CASES.read_text("utf-8").splitlines()[1:]:
        case = json.loads(line)
        found = {one[:3] for one in stated_numbers(*case["text"])}
        wanted = {tuple(one) for one in case["expected"]}
        counts.update(right=len(found & wanted), found=len(found), wanted=len(wanted))
    assert counts["right"] >= 0.97 * counts["found"]
    assert counts["right"] >= 0.93 * counts["wanted"]


def test_a_number_is_kept_with_its_place() -> None:
    place = Evidence(SAID, "s4.1/p1", 0, len(SAID))
    made = Record("x-01", setup=[SetupNumber("devices", "8", "NVIDIA A100", "8 A100", place)])
    assert record(encoded_record(made, DOCUMENT), DOCUMENT).setup == made.setup
    said = {"id": "x-01", **body_json(DOCUMENT, made)}
    assert from_json({"setup": said["setup"]}, DOCUMENT).setup == made.setup
    with pytest.raises(KgError, match="'in' is"):
        from_json({"setup": [said["setup"][0] | {"part": "s9/p1"}]}, DOCUMENT)
