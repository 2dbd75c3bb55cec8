"""Which papers a report takes for those that do its topic."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.api import Graph
from tests.views.telling import section_rows

_PAPERS = {
    "titled": ("Visual Token Pruning in Zorvex", "It is fast."),
    "passing": ("Brimble: a cache", "We propose Brimble. It can be combined with visual token pruning."),
    "none": ("Quandle", "It is slow."),
}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """Papers that have a technique in their title, in passing, or not at all."""
    folder = tmp_path_factory.mktemp("named")
    papers = folder / "papers.jsonl"
    lines = [{"id": name, "title": title, "abstract": said} for name, (title, said) in _PAPERS.items()]
    papers.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with kg.open(str(folder / "named.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        yield graph


@pytest.mark.parametrize(("selection", "lang"), [("visual token pruning", "en"), ("视觉token剪枝", "zh")])
def test_a_paper_does_what_its_title_says_in_either_language(named: Graph, selection: str, lang: str) -> None:
    data = json.loads(str(named.report(selection, lang=lang).render("json")))
    assert [row["paper"] for row in section_rows(data, "methods")] == ["titled"]
    assert [row["paper"] for row in section_rows(data, "also")] == ["passing"]


def test_one_paper_is_one_and_a_selection_that_names_nothing_done_is_not_worked_on(named: Graph) -> None:
    said = str(named.report("visual token pruning").render("md"))
    assert "1 paper works on it" in said
    assert "1 more names it" in said
    assert "1 paper fits" in str(named.report("passing").render("md"))


def test_passing_mentions_stand_apart(built: Graph) -> None:
    data = json.loads(str(built.report("KV cache compression").render("json")))
    does, also = _papers(data, "methods"), _papers(data, "also")
    assert does
    assert does.isdisjoint(also)
    assert data["mentioning"] == len(also)
    for name in does | also:
        topics = [t for _, record in built.paper(name).entries for t in record.topics if t.id == "kv-cache-compression"]
        techniques = [m for _, record in built.paper(name).entries for m in record.techniques]
        sure = any(t.sure for t in topics) or any(m.sure and m.role in ("proposed", "used") for m in techniques)
        titled = any("KV cache compression" in record.title for _, record in built.paper(name).entries)
        assert sure or titled or name in also


def test_a_topic_is_not_what_else_has_its_name(built: Graph) -> None:
    data = json.loads(str(built.report("edge deployment").render("json")))
    does = {row["paper"] for row in section_rows(data, "methods")}
    assert 0 < len(does) == len(built.ask("edge deployment").rows)
    assert data["mentioning"]
    for name in does:
        topics = [t for _, record in built.paper(name).entries for t in record.topics if t.id == "edge-deployment"]
        assert any(topic.sure for topic in topics), name


def _reported(
    tmp_path: Path, papers: Mapping[str, tuple[str, str]], *selections: str, fast: bool = False
) -> list[tuple[set[str], set[str]]]:
    """Of papers with titles and abstracts, those that do what each selection names, and those that only name it."""
    file = tmp_path / "papers.jsonl"
    lines = ({"id": name, "title": title, "abstract": said} for name, (title, said) in papers.items())
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with kg.open(str(tmp_path / "papers.kg"), create=True) as graph:
        graph.add(file, fast=fast)
        found = [json.loads(str(graph.report(one).render("json"))) for one in selections]
    return [(_papers(data, "methods"), _papers(data, "also")) for data in found]


def _papers(data: Any, part: str) -> set[str]:
    return {row["paper"] for row in section_rows(data, part)} if part in data else set()


def test_a_paper_works_on_what_it_proposes_and_not_on_what_it_compares_with(tmp_path: Path) -> None:
    papers = {
        "other": (
            "Brimble: Pruning of Layers",
            "We propose Brimble, a pruning method. We compare Brimble with speculative decoding.",
        ),
        "own": ("Quandle", "We propose speculative decoding with Quandle, unlike decoding with a large draft."),
        "title": ("Zorvex: Speculative Decoding on Two Devices", "It is fast."),
    }
    assert _reported(tmp_path, papers, "speculative decoding") == [({"own", "title"}, {"other"})]


def test_two_papers_of_one_name_have_their_ids(tmp_path: Path) -> None:
    papers = tmp_path / "papers.jsonl"
    lines = [
        {"id": n, "title": f"Jib: Pruning {n}", "abstract": "We propose Jib.", "date": "2025-03-01"}
        for n in ("own", "more")
    ]
    papers.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with kg.open(str(tmp_path / "apart.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        found = graph.report("pruning")
        assert json.loads(str(found.render("json")))["called"]["own"]["name"] == "Jib 2025 (own)"
        assert "**Jib 2025 (own)**" in str(found.render("md"))
