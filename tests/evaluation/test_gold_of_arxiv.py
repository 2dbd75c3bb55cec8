"""The abstracts of arXiv that were annotated for this project are sound, and those kept apart are others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kg.entity_types import LISTS, data_folder
from kg.evaluation.matching import check
from kg.model import KINDS, RELATION_TYPES, ROLES
from kg.vocabulary import Vocabulary

GOLD = data_folder("data") / "gold"


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (GOLD / f"{name}.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(("name", "least"), [("arxiv", 1700), ("unseen", 300)])
def test_annotations_follow_the_guidelines(name: str, least: int) -> None:
    records = read(name)
    assert len({record["id"] for record in records}) == len(records) > least
    for record in records:
        check(record, record["id"], annotated=True)
        entities = [entity for key in LISTS.values() for entity in record[key]]
        known = {record["name"]}
        for entity in entities:
            assert entity["in"] in ("T", "A")
            known |= {entity["surface"], entity.get("canonical"), *entity.get("aliases", [])}
        ends = [(relation["head"], relation["tail"]) for relation in record["relations"]]
        assert all(head in known and tail in known and head != tail for head, tail in ends), record["id"]
        assert {relation["type"] for relation in record["relations"]} <= set(RELATION_TYPES)
        assert {technique["role"] for technique in record["techniques"]} <= set(ROLES)
        assert record["kind"] in KINDS
        assert all(f"topic:{topic}" in Vocabulary.load().concepts for topic in record["topics"])


def test_what_is_kept_apart_is_not_learnt_from() -> None:
    learnt = {record["id"] for name in ("arxiv", "hardware") for record in read(name)}
    assert learnt.isdisjoint(record["id"] for record in read("unseen"))
