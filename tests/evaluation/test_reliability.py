"""How far scores can be trusted: calibration error, ROC area, and the script that prints and draws them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from reliability import (
    CLAIMS,
    ENTITIES,
    Bin,
    ScoredClaim,
    auroc,
    calibration_error,
    claims,
    equal_mass,
    equal_width,
    main,
    reliability_table,
)

from kg.entity_types import LISTS
from kg.evaluation.scores import score
from kg.model import KgError
from tests.evaluation.annotation import paper, technique

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "reliability.py"


def entity(surface: str, *scores: float) -> dict[str, Any]:
    return technique(surface) | ({"score": scores[0]} if scores else {})


def dice_claims(seed: int, n: int) -> list[ScoredClaim]:
    """Claims whose scores say something, with ties."""
    dice = random.Random(seed)
    return [ScoredClaim(s, dice.random() < s) for s in (round(dice.random(), 1) for _ in range(n))]


# --- measures ---------------------------------------------------------------------------------------------------------


def test_error_is_the_distance_of_score_and_share_weighted_by_size() -> None:
    said = [ScoredClaim(0.95, True)] * 3 + [ScoredClaim(0.95, False)] + [ScoredClaim(0.15, False)] * 12
    low, high = equal_width(said)
    assert low == pytest.approx(Bin(12, 0.15, 0))
    assert high == pytest.approx(Bin(4, 0.95, 0.75))
    assert calibration_error(equal_width(said)) == pytest.approx((12 * 0.15 + 4 * 0.2) / 16)


def test_claims_of_one_score_stand_in_one_bin_in_whatever_order_they_come() -> None:
    said = dice_claims(1, 500)
    assert equal_mass(said) == equal_mass(said[::-1])
    assert len(equal_mass([ScoredClaim(0.9, i % 4 > 0) for i in range(30)])) == 1
    scores = [b.score for b in equal_mass(said)]
    assert scores == sorted(set(scores))
    assert sum(b.size for b in equal_mass(said)) == 500


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_area_is_the_chance_that_a_right_claim_scores_higher(seed: int) -> None:
    said = dice_claims(seed, 60)
    rights, wrongs = ([c.score for c in said if c.right is side] for side in (True, False))
    won = sum((a > b) + (a == b) / 2 for a in rights for b in wrongs)
    assert auroc(said) == pytest.approx(won / (len(rights) * len(wrongs)))


# --- claims -----------------------------------------------------------------------------------------------------------


def test_claims_are_right_where_the_scorer_pairs_them() -> None:
    gold = {"x": paper(techniques=[entity("pruning"), entity("sparse attention")])}
    said = {"x": {"techniques": [entity("pruning", 0.9), entity("banana", 0.2), entity("block pruning", 0.8)]}}
    found = claims(gold, said)
    assert found["techniques"] == [ScoredClaim(0.9, True), ScoredClaim(0.2, False), ScoredClaim(0.8, False)]
    assert found[ENTITIES] == found[CLAIMS] == found["techniques"]


def test_as_many_claims_are_right_as_the_scorer_counts(shared: Path) -> None:
    lines = (shared / "gold" / "dev.jsonl").read_text("utf-8").splitlines()
    gold = {record["id"]: record for record in map(json.loads, lines)}
    ids = list(gold)
    said = {a: {**gold[b], "techniques": gold[a]["techniques"]} for a, b in zip(ids, ids[1:] + ids[:1], strict=True)}
    found, scores = claims(gold, said), score(gold, said)
    for key in (*LISTS.values(), "results", "relations"):
        assert len(found[key]) == scores[key].predicted
        assert sum(c.right for c in found[key]) == round(scores[key].precision * scores[key].predicted)
    assert len(found[CLAIMS]) == len(found[ENTITIES]) + len(found["results"]) + len(found["relations"])


def test_what_is_known_surely_counts_as_one_and_institutions_as_their_names() -> None:
    gold = {"x": paper(institutions=[{"name": "Baidu"}])}
    said = {"x": {"institutions": [{"name": "Baidu", "score": 0.7}, {"name": "Baidu", "score": 0.6}, {"name": "MIT"}]}}
    assert claims(gold, said)["institutions"] == [ScoredClaim(0.7, True), ScoredClaim(1.0, False)]


@pytest.mark.parametrize("wrong", [1.5, -0.1, "0.9", True, None, float("nan"), [0.5]])
def test_a_score_that_is_none_is_named(wrong: Any) -> None:
    said = {"x": {"tasks": [entity("translation") | {"score": wrong}]}}
    with pytest.raises(KgError, match="The record x: a score must lie between 0 and 1"):
        claims({"x": paper()}, said)


def test_table_leaves_out_types_without_claims() -> None:
    table = reliability_table({"tasks": [ScoredClaim(0.8, True), ScoredClaim(0.6, False)], "models": []})
    assert table.rows == [("tasks", "2", "0.500", "0.700", "0.400", "0.400", "1.000")]


# --- the script -------------------------------------------------------------------------------------------------------


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, encoding="utf-8", check=False
    )


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Records and the annotations that they are measured on."""
    gold, records = tmp_path / "gold.jsonl", tmp_path / "records.jsonl"
    gold.write_text(json.dumps(paper(tasks=[entity("translation")]) | {"id": "x"}) + "\n", "utf-8")
    tasks = [entity("translation", 0.9), entity("banana", 0.3)]
    records.write_text(json.dumps({"id": "x", "tasks": tasks}) + "\n", "utf-8")
    return records, gold


def test_script_prints_a_row_a_type_and_draws_the_same_picture_every_time(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    pictures = [tmp_path / "one.svg", tmp_path / "two.svg"]
    for picture in pictures:
        done = run(*files, "-o", picture)
        assert done.returncode == 0, done.stderr
        assert [line.split()[1] for line in done.stdout.splitlines() if "0.200" in line] == ["tasks", "all", "all"]
    assert pictures[0].read_bytes().startswith(b"<?xml")
    assert pictures[0].read_bytes() == pictures[1].read_bytes()


def test_script_says_in_a_sentence_what_is_wrong(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    records, gold = files
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), str(tmp_path / "missing.jsonl"), str(gold)])
    assert main() == 2
    assert capsys.readouterr().err.count("\n") == 1
    records.write_text('{"id": "y"}\n', "utf-8")
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), str(records), str(gold)])
    assert main() == 2
    assert "holds no claim about a paper of" in capsys.readouterr().err
