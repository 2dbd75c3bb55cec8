"""Sheets of claims to judge: drawn evenly and the same however a graph was made; and what judged ones are scored at."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import kg
from kg.api import Graph
from kg.cli import application
from kg.evaluation.audit import TYPES, _statement, draw
from kg.evaluation.judged import as_csv, figures, read_sheet, tables
from kg.model import RELATION_TYPES, KgError


@pytest.fixture(scope="module")
def sheet(built: Graph) -> list[dict[str, Any]]:
    return draw(built, 160, seed=7)


def line(kind: str, judgement: str, of: int = 1, sure: bool | None = None, **other: Any) -> dict[str, Any]:
    return {"type": kind, "judgement": judgement, "of": of, "sure": sure} | other


# --- drawing ----------------------------------------------------------------------------------------------------------


def test_as_many_claims_of_each_type_are_drawn(built: Graph, sheet: list[dict[str, Any]]) -> None:
    counts = Counter(one["type"] for one in sheet)
    sizes = {one["type"]: one["of"] for one in sheet}
    assert len(sheet) == len({one["id"] for one in sheet}) == 160
    assert [kind for kind in TYPES if kind in counts] == list(counts)
    assert {"institutions", "techniques", "results", "uses", "topics"} <= set(counts)
    most = max(counts.values())
    assert all(count == sizes[kind] or count in (most - 1, most) for kind, count in counts.items())
    assert sizes["results"] == sum(len(record.results) for paper in built.papers() for _, record in paper.entries)


def test_a_line_has_the_words_that_show_its_claim(sheet: list[dict[str, Any]]) -> None:
    for one in sheet:
        assert one["sentence"][one["at"] :].startswith(one["quote"])
        assert one["statement"].endswith(".")
        assert 0 < one["score"] <= 1
        assert (one["judgement"], one["reason"]) == ("", "")
    assert sum(bool(one["quote"]) and bool(one["title"]) and bool(one["abstract"]) for one in sheet) > 140
    assert any(one["quote"] != one["sentence"] for one in sheet)


def test_a_larger_sheet_holds_the_smaller_one_and_another_seed_draws_others(
    built: Graph, sheet: list[dict[str, Any]]
) -> None:
    names = {one["id"] for one in sheet}
    assert {one["id"] for one in draw(built, 40, seed=7)} < names
    assert len({one["id"] for one in draw(built, 160, seed=8)} & names) < 80


def test_the_order_of_adding_does_not_matter(tmp_path: Path) -> None:
    text = "We propose {0}Net, a pruning method that is 2.{1}x faster than magnitude pruning on {2}. It runs on GPUs."
    papers = [
        {"id": f"p-{n}", "title": f"{name}Net: Pruning", "abstract": text.format(name, n, data), "doi": f"10.1000/{n}"}
        for n, (name, data) in enumerate((("Zap", "GSM8K"), ("Zip", "MMLU"), ("Zup", "ImageNet"), ("Zop", "CIFAR-10")))
    ]
    (tmp_path / "one.jsonl").write_text("".join(json.dumps(paper) + "\n" for paper in papers))
    (tmp_path / "two.jsonl").write_text(json.dumps(papers[1] | {"id": "q-1"}) + "\n")
    drawn = []
    for name, order in (("a", ("one", "two")), ("b", ("two", "one"))):
        with kg.open(str(tmp_path / f"{name}.kg"), create=True) as graph:
            for source in order:
                graph.add(tmp_path / f"{source}.jsonl", fast=True)
            drawn.append(draw(graph, 20, seed=3))
    assert drawn[0] == drawn[1]
    assert len({one["id"] for one in drawn[0]}) == 20


def test_a_graph_without_claims_is_told(tmp_path: Path) -> None:
    with kg.open(str(tmp_path / "empty.kg"), create=True) as graph, pytest.raises(KgError, match="no claim"):
        draw(graph, 10)


RESULT = {"metric": "latency", "value": 11.2, "unit": "%", "change": "decrease", "bound": "exact"}
RESULT |= {"baseline": "", "setting": ""}


@pytest.mark.parametrize(
    ("kind", "said", "statement"),
    [
        ("outperforms", {"head": "SplitQ", "tail": "FP16"}, "“SplitQ” outperforms “FP16”."),
        ("techniques", {"canonical": "LoRA", "role": "used"}, "The paper uses “LoRA” as a building block."),
        (
            "techniques",
            {"canonical": "LoRA", "role": "proposed", "aliases": ["low-rank adaptation"]},
            "The paper proposes “LoRA” (also called “low-rank adaptation”).",
        ),
        ("results", RESULT, "latency falls by 11.2%."),
        (
            "results",
            RESULT | {"bound": "up_to", "baseline": "Quest", "setting": "Qwen3-8B"},
            "latency falls by up to 11.2% against “Quest” (setting: Qwen3-8B).",
        ),
        (
            "results",
            RESULT | {"metric": "throughput", "value": [2, 3.5], "unit": "x", "change": "increase"},
            "throughput rises by a factor of 2 to 3.5.",
        ),
        ("results", RESULT | {"change": "absolute", "value": 1250000, "unit": "ms"}, "latency is 1250000 ms."),
        ("results", RESULT | {"metric": ""}, "An outcome without a metric falls by 11.2%."),
    ],
)
def test_a_claim_is_one_sentence_with_all_that_is_judged(kind: str, said: dict[str, Any], statement: str) -> None:
    assert _statement(kind, said, "") == statement


# --- scoring ----------------------------------------------------------------------------------------------------------


def test_shares_have_wilson_intervals_and_leave_out_what_is_unclear() -> None:
    judged = [line("models", how) for how in ["right"] * 5 + ["loose"] * 3 + ["wrong"] * 2 + ["unclear"] * 4]
    row = figures(judged)["all"]["models"]
    assert (row["judged"], row["right"], row["loose"], row["wrong"], row["unclear"]) == (14, 5, 3, 2, 4)
    assert (row["strict"], row["lenient"]) == (0.5, 0.8)
    assert (round(row["strict low"], 4), round(row["strict high"], 4)) == (0.2366, 0.7634)
    assert "sure" not in figures(judged)
    assert "strict" not in figures([line("models", "unclear")])["all"]["models"]


def test_types_together_weigh_as_in_the_graph() -> None:
    judged = [line("uses", "right", of=900)] * 10 + [line("runs_on", "wrong", of=100)] * 10 + [line("topics", "")] * 5
    rows = figures(judged)["all"]
    assert rows["relations"]["strict"] == pytest.approx(0.9)
    assert rows["relations"] == rows["all claims"]
    own = rows["uses"]
    assert rows["relations"]["strict high"] - rows["relations"]["strict low"] > own["strict high"] - own["strict low"]
    assert "topics" not in rows


def test_false_winners_and_sure_claims_have_figures_of_their_own() -> None:
    hows = (("right", True), ("wrong", False), ("loose", False), ("unclear", True))
    rows = figures([line("outperforms", how, sure=sure) for how, sure in hows])
    assert (rows["all"]["false winners"]["judged"], rows["sure"]["false winners"]["judged"]) == (3, 1)
    assert rows["all"]["false winners"]["wrong"] == pytest.approx(1 / 3)
    assert rows["sure"]["false winners"]["wrong"] == 0
    assert rows["sure"]["all claims"]["strict"] == 1
    assert as_csv(rows).startswith("claims,type,judged,right,loose,wrong,unclear,strict,strict low,")


def test_tables_are_of_all_claims_sure_ones_and_false_winners() -> None:
    judged = [line(kind, "right", sure=True) for kind in RELATION_TYPES] + [line("topics", "wrong")]
    found = tables(judged)
    assert list(found) == ["9 claims judged", "8 sure claims judged", "false winners"]
    assert found["9 claims judged"].rows[-1][:7] == ("all claims", "9", "8", "0", "1", "0", "0.889")
    assert [row[0] for row in found["false winners"].rows] == ["outperforms", "sure outperforms"]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([line("topics", "", id="a")], "no claim is judged"),
        ([line("topics", "maybe", id="a")], "line a has a judgement other than right, loose, wrong or unclear"),
        ([line("colours", "right", id="a")], "line a is not from a sheet"),
        ([line("topics", "right", id="a") | {"of": "many"}], "line a is not from a sheet"),
        ([line("topics", "right", id="a")] * 2, "line 2 has the id a again"),
        ([], "holds no record"),
    ],
)
def test_what_is_wrong_with_a_sheet_is_told(tmp_path: Path, lines: list[dict[str, Any]], sentence: str) -> None:
    file = tmp_path / "sheet.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in lines))
    with pytest.raises(KgError, match=sentence):
        read_sheet(file)


# --- the command ------------------------------------------------------------------------------------------------------


def test_a_sheet_is_drawn_judged_and_scored(built_file: Path, tmp_path: Path) -> None:
    run, app, file = CliRunner(), application(), tmp_path / "sheet.jsonl"
    drawn = run.invoke(app, ["eval", "--audit", "34", "--seed", "7", "--graph", str(built_file), "-o", str(file)])
    assert drawn.exit_code == 0
    lines = [json.loads(text) | {"judgement": "right"} for text in file.read_text().splitlines()]
    assert len(lines) == 34
    file.write_text("".join(json.dumps(one) + "\n" for one in lines))
    scored = run.invoke(app, ["eval", "--judged", str(file), "--format", "json"])
    assert json.loads(scored.stdout)["all"]["all claims"]["strict"] == 1
    assert "34 claims judged" in run.invoke(app, ["eval", "--judged", str(file)]).stdout


@pytest.mark.parametrize("others", [["gold.jsonl"], ["--components"], ["--judged", "sheet.jsonl"]])
def test_an_audit_stands_alone(others: list[str]) -> None:
    done = CliRunner().invoke(application(), ["eval", "--audit", "10", *others])
    assert isinstance(done.exception, KgError)
