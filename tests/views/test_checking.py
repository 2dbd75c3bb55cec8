"""A digest's briefs against the records of their papers, as text and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.build.pipeline import Added
from kg.model import KgError
from kg.views.digest_check import check
from tests.check.briefs import checked

ROWS = [
    {"id": "a", "title": "A B", "abstract": "We."},
    {
        "id": "b",
        "title": "ZapKV: Query-Aware KV Cache Eviction",
        "abstract": "We propose ZapKV, a query-aware cache eviction method. It cuts memory by 40%.",
        "brief": "北京大学发布了ZapKV论文，内存减少40%。",
    },
]


def test_check_of_files_gives_text_and_json(tmp_path: Path) -> None:
    papers = tmp_path / "p.jsonl"
    papers.write_text("\n".join(map(json.dumps, ROWS)), "utf-8")
    report = Added()
    view = check([str(papers), str(tmp_path / "none.txt")], "zh", report=report)
    said = json.loads(view.render("json"))
    assert (said["papers"], said["without_brief"], said["counts"]["supported"]) == (1, 1, 1)
    assert [(one["entry"], one["claim"], one["status"]) for one in said["claims"]][-1] == ("b", "北京大学", "not found")
    assert "未找到依据" in str(view.render("md"))
    assert "## b ZapKV" in str(view.render("txt"))
    assert "none.txt" in report.skipped[0]
    with pytest.raises(KgError, match=r"none\.txt"):
        check([str(tmp_path / "none.txt")], strict=True)


@pytest.mark.parametrize("text", ["1/2 ", "三", "1,", "a, ", "${", "a-", "× ", "\x00\u202e"])
def test_hostile_briefs_are_read(text: str) -> None:
    assert all(one.status != "contradicted" for one in checked(text * 1_000).verdicts)
