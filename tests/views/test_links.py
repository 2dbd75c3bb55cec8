"""Pages lead from what they call a paper to the paper: arXiv, DOI, code, institutions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

import kg
from kg.api import Graph
from kg.build.pipeline import Added
from kg.query import Answer, Lexicon, Quote, read
from kg.query.answer import Grid, Line
from kg.views.answers import quoted, render, supported
from kg.views.terminal import text
from kg.views.trends import trend
from kg.views.words import PageWords
from kg.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """Two papers with identifiers, authors and dates; one has no name of its own."""
    folder = tmp_path_factory.mktemp("linked")
    said = "We present SnapKV, which compresses the KV cache. It is 3.6x faster on an H100, where $\\times$ is a sign."
    papers: list[dict[str, Any]] = [
        {"id": "2404.14469", "title": "SnapKV: LLM Knows What You Want", "abstract": said, "date": "2024-04-22",
         "venue": "NeurIPS 2024", "year": 2024},
        {"id": "b", "doi": "10.1000/182", "title": "On KV cache compression for an H100 GPU",
         "abstract": "A KV cache is compressed on an H100.", "date": "2025-02-01"},
    ]  # fmt: skip
    file = folder / "papers.jsonl"
    lines = [json.dumps(paper | {"authors": ["Ada Lovelace", "Alan Turing"]}) + "\n" for paper in papers]
    file.write_text("".join(lines))
    with kg.open(str(folder / "linked.kg"), create=True) as graph:
        graph.add(file, fast=True)
        yield graph


@pytest.mark.parametrize("question", ["KV cache compression on H100", "highest speedup"])
def test_an_answer_calls_papers_by_name_and_year_and_leads_to_them(linked: Graph, question: str) -> None:
    page = render(linked.ask(question), "html")
    found = dict(re.findall(r'<a href="(https://[^"]+)"[^>]*><bdi>([^<]+)</bdi></a>', page))
    assert found["https://arxiv.org/abs/2404.14469"] == "SnapKV 2024"
    assert "$" not in re.sub(r"<[^>]+>", "", page.partition("<main>")[2])
    if "H100" in question:
        assert found["https://doi.org/10.1000/182"] == "Lovelace et al. 2025"
        assert "[SnapKV 2024](<https://arxiv.org/abs/2404.14469>)" in render(linked.ask(question), "md")


def test_a_page_leads_to_institutions_and_its_own_places(built: Graph) -> None:
    page = render(built.ask("who works on quantization?"), "html")
    assert re.search(r'<a href="https://ror.org/\w+"[^>]*><bdi>Carnegie Mellon University', page)
    places = set(re.findall(r'href="#([^"]+)"', page))
    assert places
    assert all(f'id="{unquote(place)}"' in page for place in places)


def test_trends_lead_to_the_newest_papers(linked: Graph) -> None:
    assert linked.store.path
    with kg.open(str(linked.store.path), read_only=True) as graph:
        made = trend(graph, of="hardware")
    page = str(made.render("html"))  # when the graph is closed
    assert re.search(r'<a href="https://doi.org/10.1000/182"[^>]*><bdi>Lovelace et al. 2025</bdi></a>', page)


def test_a_report_leads_to_papers_and_authors(linked: Graph) -> None:
    page = str(linked.report("KV cache compression").render("html"))
    assert 'href="https://arxiv.org/abs/2404.14469"' in page
    assert "NeurIPS 2024." in page
    assert "searchtype=author&amp;query=Ada%20Lovelace" in page
    assert {one["name"] for one in json.loads(str(linked.report().render("json")))["called"].values()} == {
        "SnapKV 2024",
        "Lovelace et al. 2025",
    }


def test_an_answer_prints_as_a_table_and_what_was_added_as_a_line(linked: Graph) -> None:
    answer = linked.ask("KV cache compression on H100")
    shown = str(answer)
    assert "SnapKV 2024 · " in shown
    assert "“On KV cache compression for an H100 GPU”" in shown
    assert repr(answer) == "Answer('KV cache compression on H100', 2 papers)"
    assert repr(linked).endswith("linked.kg: 2 papers from 1 source, 2024-04-22 to 2025-02-01")
    assert repr(Added(added=["a"], skipped=["no file"])) == "Added 1 entry, 0 unchanged, 1 skipped"


def test_a_long_sentence_keeps_the_words_that_show_the_match(linked: Graph) -> None:
    long = "We " + 30 * "carefully " + "measure on an H100 GPU " + 30 * "again and " + "again."
    quotes = tuple(Quote("a", "A", word, 0, 1, word, long) for word in ("H100", "GPU", "H100"))
    (said,) = supported(quotes, PageWords("en"))
    assert said.startswith("H100, GPU: “…")
    assert "measure on an H100 GPU" in said
    assert len(said) < 190


def test_a_sentence_of_two_entries_is_shown_once_whatever_its_capitals() -> None:
    said = (("a", "GATES FOR MOE MODELS", "MOE"), ("b", "Gates for MoE Models", "MoE"))
    quotes = tuple(Quote(entry, "T", word, 0, 1, word, sentence) for entry, sentence, word in said)
    assert supported(quotes, PageWords("en")) == ["MOE: “GATES FOR MOE MODELS”"]


def test_a_sentence_is_shown_once_and_its_words_where_they_differ() -> None:
    said = "We prune heads and quantize weights."
    quotes = [(Quote("a", "A", word, 0, 1, word, said),) for word in ("prune", "quantize", "prune")]
    assert quoted(quotes, {"a": "A 2025"}, PageWords("en")) == [
        [f"A 2025: “{said}”"],
        ["A 2025: “…quantize…”"],
        ["A 2025"],
    ]
    lines = tuple(Line((n,), ("a",), quote) for n, quote in enumerate(quotes))
    page = render(Answer("which?", read("", Lexicon(Vocabulary.load())), table=Grid(("papers",), lines)), "html")
    assert re.sub(r"<[^>]+>", "", page).count("quantize weights") == 1


@pytest.mark.parametrize(("sure", "mark"), [((False, False), "(not sure)"), ((False, True), "")])
def test_what_is_not_sure_is_marked_in_every_form(sure: tuple[bool, ...], mark: str) -> None:
    said = "We prune heads and quantize weights."
    quotes = tuple(
        Quote("a", "A", word, 0, 1, word, said, sure=one) for word, one in zip(("prune", "quantize"), sure, strict=True)
    )
    assert supported(quotes, PageWords("en")) == [f"prune, quantize{' ' * bool(mark)}{mark}: “{said}”"]
    table = Grid(("papers",), (Line((1,), ("a",), quotes),))
    answer = Answer("which?", read("", Lexicon(Vocabulary.load())), table=table)
    shown = (render(answer, "md"), render(answer, "html"), text(answer))
    assert ["(not sure)" in one for one in shown] == [bool(mark)] * 3
    assert render(answer, "csv").count("(not sure)") == sure.count(False)


def test_a_report_shows_names_and_titles_without_latex(tmp_path: Path) -> None:
    said = "We present $S^2$ZapKV, which compresses the KV cache. $S^2$ZapKV is 3.6x faster on an H100."
    paper = {"id": "2404.14469", "title": "$S^2$ZapKV: Caches for All", "abstract": said, "date": "2024-04-22"}
    (tmp_path / "papers.jsonl").write_text(json.dumps(paper))
    with kg.open(str(tmp_path / "papers.kg"), create=True) as graph:
        graph.add(tmp_path / "papers.jsonl", fast=True)
        page = str(graph.report("KV cache compression").render("md"))
    assert "[S²ZapKV 2024](#2404.14469)" in page
    assert "S²ZapKV: Caches for All" in page
    assert "S^2" not in page
