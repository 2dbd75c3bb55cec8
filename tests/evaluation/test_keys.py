"""Key sentences are scored by role, against all that are acceptable and against the best."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.evaluation.keys import acceptable, key_scores
from tests.cli.command import run

GOLD: dict[str, dict[str, Any]] = {
    "one": {
        "sentences": ["A is slow.", "We propose B.", "B is fast.", "It has parts."],
        "proposes": [1, 3],
        "problem": [0],
    },
    "two": {"proposes": ["We make C."], "problem": []},
}


def found(proposes: str, problem: str, other: str) -> dict[str, dict[str, dict[str, str]]]:
    first = {"proposes": proposes, "problem": problem, "result": "", "limits": ""}
    return {"one": {"key": first}, "two": {"key": {"proposes": "We make  C.", "problem": other}}}


def test_shares_count_acceptable_and_best_sentences() -> None:
    gold = {name: acceptable(row) for name, row in GOLD.items()}
    scores = key_scores(gold, found("It has parts.", "A is slow. We propose", ""))
    assert [*scores["proposes"].values()] == [2, 1.0, 0.5, 0, 0]
    assert [*scores["problem"].values()] == [1, 1.0, 1.0, 1, 1]
    scores = key_scores(gold, found("B is fast.", "", "C is slow."))
    assert [*scores["proposes"].values()] == [2, 0.5, 0.5, 0, 0]
    assert [*scores["problem"].values()] == [1, 0.0, 0.0, 1, 0]
    assert [*key_scores(gold, {})["proposes"].values()] == [2, 0.0, 0.0, 0, 0]


@pytest.mark.parametrize(("form", "said"), [("csv", "proposes,2,1.0,0.5,0,0"), ("md", "| proposes | 2 | 1.0 | 0.5 |")])
def test_command_prints_them(form: str, said: str, tmp_path: Path) -> None:
    gold, records = tmp_path / "gold.jsonl", tmp_path / "records.jsonl"
    for file, rows in ((gold, GOLD), (records, found("It has parts.", "", ""))):
        file.write_text("".join(json.dumps({"id": name, **row}) + "\n" for name, row in rows.items()))
    assert said in run("eval", gold, "--predicted", records, "--format", form).stdout
