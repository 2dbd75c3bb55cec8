"""kg explain-merge as a user runs it: on the reports, on names of no graph, and after a decision by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run


def asked(one: str, other: str, graph: Path | None = None, cwd: Path | None = None) -> dict[str, Any]:
    done = run("explain-merge", one, other, "--format", "json", graph=graph, cwd=cwd)
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_names_of_one_concept_are_one_thing_with_label_quote_and_entry(built_file: Path) -> None:
    said = asked("KV-cache compression", "KV缓存压缩", built_file)
    assert said["same"]
    assert "technique:kv-cache-compression" in said["concepts"]
    steps = [step for name in said["names"] for step in name["steps"]]
    assert any("label" in step["reason"] for step in steps)
    told = [step for step in steps if step["papers"]]
    assert told
    assert all(step["entry"] and step["quote"] for step in told)


def test_text_says_the_same(built_file: Path) -> None:
    done = run("explain-merge", "KV-cache compression", "KV缓存压缩", graph=built_file)
    assert done.returncode == 0
    assert "are one thing: " in done.stdout.splitlines()[0]
    assert "similarity 0." in done.stdout


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("8-bit quantization", "4-bit quantization", "Each is a label of a concept of its own"),
        ("sparse attention", "dense attention", "Each is a label of a concept of its own"),
        ("frobnicated wobbling", "ImageNet", "Nothing is known by the name 'frobnicated wobbling'"),
    ],
)
def test_why_not_without_a_graph(tmp_path: Path, one: str, other: str, why: str) -> None:
    said = asked(one, other, cwd=tmp_path)
    assert not said["same"]
    assert why.lower() in " ".join(said["why"]).lower()
    assert -1 <= said["similarity"] <= 1


def test_acronym_of_a_paper_is_quoted_where_it_is_introduced(tmp_path: Path) -> None:
    text = "We use speculative decoding (SPDEC). SPDEC is fast."
    record = {
        "id": "p-1",
        "title": "t",
        "kind": "method",
        "techniques": [{"surface": "SPDEC", "in": "A", "role": "used"}],
    }
    (tmp_path / "p.jsonl").write_text(json.dumps({"id": "p-1", "title": "t", "abstract": text}) + "\n")
    (tmp_path / "r.jsonl").write_text(json.dumps(record) + "\n")
    graph = tmp_path / "g.kg"
    done = run("add", tmp_path / "p.jsonl", "--records", tmp_path / "r.jsonl", graph=graph)
    assert done.returncode == 0, done.stderr
    said = asked("SPDEC", "speculative decoding", graph)
    step = said["names"][0]["steps"][0]
    assert said["same"]
    assert (step["concept"], step["entry"]) == ("technique:speculative-decoding", "p-1")
    assert step["quote"] == "speculative decoding (SPDEC)"


def test_decision_by_hand_is_followed_and_named(built_file: Path, tmp_path: Path) -> None:
    graph = Path(shutil.copy(built_file, tmp_path / "g.kg"))
    head = (
        "@prefix kg: <https://w3id.org/paper-kg/ns#> .\n@prefix technique: <https://w3id.org/paper-kg/technique/> .\n"
    )
    (tmp_path / "g.overrides.ttl").write_text(head + 'technique:caching kg:splits "cache replacement" .\n')
    said = asked("cache replacement", "caching", graph)
    assert not said["same"]
    assert "By hand: technique:caching splits 'cache replacement'" in " ".join(said["why"])
    (tmp_path / "g.overrides.ttl").write_text(head + 'technique:pruning kg:merges "wobble cutting" .\n')
    said = asked("wobble cutting", "pruning", graph)
    assert said["concepts"] == ["technique:pruning"]
    assert said["names"][0]["steps"][0]["reason"] == "by hand: 'wobble cutting' is technique:pruning"


def test_faulty_decisions_are_one_sentence(built_file: Path, tmp_path: Path) -> None:
    graph = Path(shutil.copy(built_file, tmp_path / "g.kg"))
    (tmp_path / "g.overrides.ttl").write_text("this is no Turtle")
    done = run("explain-merge", "a", "b", graph=graph)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "g.overrides.ttl" in done.stderr


def test_a_heading_over_both_makes_no_one_thing(tmp_path: Path) -> None:
    said = asked("visual token pruning", "token pruning", cwd=tmp_path)
    assert not said["same"]
    assert "technique:visual-token-pruning is a kind of technique:token-pruning" in " ".join(said["why"])
