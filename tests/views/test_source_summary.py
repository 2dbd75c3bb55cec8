"""The summary of a source: its parts keep the names that the file gives them, and pages show them with labels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kg
from kg.views.profile.paper_profile import profile
from kg.views.source_summary import approach, findings, short, summary_parts

NAMED = "tldr: 甲。\nmotivation: 慢。\nmethod: 乙。丙。\nresult: 快2倍。\nconclusion: 好。"


@pytest.mark.parametrize("raw", [NAMED, "\n".join(line.partition(": ")[2] for line in NAMED.splitlines())])
def test_usual_parts_are_known_with_and_without_their_names(raw: str) -> None:
    parts = summary_parts(raw)
    assert short(parts, 100) == "甲。"
    assert approach(parts, 100) == "乙。丙。"
    assert next(iter(findings(parts))) == "快2倍。"
    without = summary_parts("\n".join(raw.splitlines()[1:]))
    assert short(without, 100) == "乙。丙。快2倍。"


def test_words_before_a_colon_are_no_name_of_a_part() -> None:
    assert [part.name for part in summary_parts("方法: 甲。\nNote: 乙。")] == ["", ""]
    assert short(summary_parts("只有一句。"), 2) == "只有一句。"
    assert short([], 100) == ""


def test_page_of_a_paper_has_the_parts_with_their_names(tmp_path: Path) -> None:
    paper = {
        "id": "p-1",
        "title": "Foo: Gates",
        "abstract": "We propose Foo.",
        "zh": {"tldr": "甲<b>。", "method": "乙。"},
    }
    (tmp_path / "p.jsonl").write_text(json.dumps(paper), "utf-8")
    with kg.open(str(tmp_path / "g.kg"), create=True) as graph:
        graph.add(tmp_path / "p.jsonl", fast=True)
        found = next(text for text in profile(graph, "p-1", "zh")["texts"] if text["field"] == "S")
    assert [(part.name, part.text) for part in found["parts"]] == [("tldr", "甲<b>。"), ("method", "乙。")]
