"""600 pairs of entries, half of them of one work: what is decided rightly of the third that nothing was tuned on."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("eval_works", ROOT / "scripts/eval_works.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_half_of_the_pairs_are_one_work_and_a_third_is_held_out(script: ModuleType) -> None:
    pairs = [json.loads(line) for line in script.PAIRS.read_text("utf-8").splitlines()]
    assert Counter(pair["same"] for pair in pairs) == {True: 300, False: 300}
    assert 180 <= sum(pair["held_out"] for pair in pairs) <= 220
    assert all(pair["how"] for pair in pairs)


def test_works_are_told_from_one_another(script: ModuleType) -> None:
    found = [(pair, verdict) for pair, verdict in script.decided() if pair["held_out"]]
    precision, recall = script.scores(found)
    assert precision >= 0.995
    assert recall >= 0.95
