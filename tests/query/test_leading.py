"""Institutions are ranked only where enough papers name any."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kg
from kg.api import Graph
from kg.views.profile.concept_profile import profile
from kg.views.trends import trend

_PAPER = {"abstract": "We prune large language models with LoRA. Pruning halves the latency."}


def _graph(folder: Path, placed: int) -> Graph:
    """Eight papers on pruning, so many of them with institutions; two of these from Tsinghua University."""
    places = ["Tsinghua University", "Tsinghua University", "Stanford University", "Baidu", "ETH Zurich"][:placed]
    papers = [
        {"id": f"p-{n}", "title": f"Pruning Models, Part {n}", "date": f"2025-0{n + 1}-03", **_PAPER}
        | ({"institutions": [places[n]]} if n < placed else {})
        for n in range(8)
    ]
    file = folder / "papers.jsonl"
    file.write_text("\n".join(map(json.dumps, papers)))
    graph = kg.open(folder / "p.kg", create=True)
    graph.add(file, fast=True)
    return graph


@pytest.mark.parametrize(
    ("question", "unranked"),
    [
        ("which institutions publish most on pruning?", "not ranked: unknown for 62 % of the papers"),
        ("which institution has the most papers?", "not ranked: unknown for 62 % of the papers"),
        ("who works on pruning?", "not ranked: unknown for 62 % of the papers"),
        ("how many papers per institution?", "not ranked: unknown for 62 % of the papers"),
        ("which countries have the most papers on pruning?", "not ranked"),
        ("哪些机构的剪枝论文最多？", "不作排名：62%的论文未注明"),
    ],
)
def test_no_institution_leads_where_few_papers_name_any(tmp_path: Path, question: str, unranked: str) -> None:
    with _graph(tmp_path, 3) as graph:
        table = graph.ask(question).table
        assert table is not None
        assert unranked in table.verdict
        assert not any(word in table.verdict for word in ("leads", "most", "居首", "最多"))
        names = [str(line.values[0]) for line in table.lines]
        assert len(names) == 2
        assert names == sorted(names)


def test_an_institution_leads_where_half_of_the_papers_name_one(tmp_path: Path) -> None:
    with _graph(tmp_path, 5) as graph:
        table = graph.ask("which institutions publish most on pruning?").table
        assert table is not None
        assert "Tsinghua University leads with 2 papers" in table.verdict
        assert next(line.values[0] for line in table.lines) == "Tsinghua University"


def test_pages_and_trends_say_how_few_papers_name_one(tmp_path: Path) -> None:
    with _graph(tmp_path, 3) as graph:
        (group,) = [one for one in profile(graph, "topic:pruning")["beside"] if one["type"] == "institution"]
        assert [one["label"] for one in group["things"]] == ["Stanford University", "Tsinghua University"]
        assert group["note"] == "3 of 8 papers name an institution."
        found = trend(graph, "institution", "month")
        assert "3 of 8 papers name an institution." in found.notes
        assert [found.labels[key] for key in found.keys] == ["Stanford University", "Tsinghua University"]
        assert "institution" not in graph._repr_html_()
