"""600 pairs of entries, half of them of one work: what is decided rightly of the third that nothing was tuned on."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
HELD_OUT = "cedd917aaf5bc9fe17dbb41ebee1fe866fd5b644a967a7ae33ce9e1756d21162"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("eval_works", ROOT / "scripts/eval_works.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found(script: ModuleType) -> list[Any]:
    return script.decided()  # type: ignore[no-any-return]


def test_half_of_the_pairs_are_one_work_and_a_third_is_held_out(script: ModuleType) -> None:
    pairs = [json.loads(line) for line in script.PAIRS.read_text("utf-8").splitlines()]
    assert Counter((pair["part"], pair["same"]) for pair in pairs) == {
        ("tune", True): 200,
        ("tune", False): 200,
        ("held out", True): 100,
        ("held out", False): 100,
    }
    assert len({pair["id"] for pair in pairs}) == 600
    assert all(pair["how"] for pair in pairs)


def test_the_part_held_out_is_as_it_was_first_scored(script: ModuleType) -> None:
    held_out = script.PAIRS.read_bytes().splitlines(keepends=True)[400:]
    assert hashlib.sha256(b"".join(held_out)).hexdigest() == HELD_OUT


def test_works_are_told_from_one_another_where_the_rules_were_made(script: ModuleType, found: list[Any]) -> None:
    precision, recall = script.scores([one for one in found if one[0]["part"] == "tune"])
    assert precision >= 0.995
    assert recall >= 0.95


def test_works_are_told_from_one_another_in_the_part_held_out(script: ModuleType, found: list[Any]) -> None:
    precision, recall = script.scores([one for one in found if one[0]["part"] == "held out"])
    assert precision >= 0.985  # short of 0.995: one extended version of a study, by the same people
    assert recall >= 0.775  # short of 0.95: new titles, of which no abstract tells


def test_what_falls_short_are_new_titles_without_abstracts(script: ModuleType, found: list[Any]) -> None:
    renamed = ("retitled, title only", "retitled, with authors")
    others = [one for one in found if one[0]["part"] == "held out" and one[0]["kind"] not in renamed]
    assert script.scores(others)[1] >= 0.95
