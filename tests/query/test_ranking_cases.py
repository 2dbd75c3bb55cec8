"""Rankings over reports and papers on efficient AI: no line is on another device, model or benchmark than is asked for.

The papers that the cases name are read from the reports and from the corpus that KG_SHARED names.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.api import Graph

ROOT = Path(__file__).parents[2]
CASES = [json.loads(line) for line in (ROOT / "tests/query/ranking.jsonl").read_text("utf-8").splitlines()]
LISTED = 0.85  # share of the results on what is asked for that are listed
MOST = 100  # lines of an answer


@pytest.fixture(scope="module")
def papers(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """A graph over those papers of the corpus that the cases name."""
    corpus = shared / "data" / "arxiv-corpus" / "efficient-ai-2025-2026.jsonl.gz"
    if not corpus.is_file():
        pytest.skip("KG_SHARED does not hold the papers on efficient AI")
    named = {paper for case in CASES for paper, _ in (*case["listed"], *case["never"])}
    folder = tmp_path_factory.mktemp("rankings")
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        rows = [line for line in lines if json.loads(line)["id"] in named]
    (folder / "papers.jsonl").write_text("".join(rows), "utf-8")
    with kg.open(folder / "papers.kg", create=True) as graph:
        graph.add(folder / "papers.jsonl", jobs=None)
        yield graph


def _lines(graph: Graph, question: str) -> set[tuple[str, str]]:
    """The papers and words of the lines of an answer."""
    found = graph.ask(question, MOST)
    lines = found.table.lines if found.table else ()
    return {(quote.source, quote.quote.strip()) for line in lines for quote in line.evidence}


def _has(lines: set[tuple[str, str]], wanted: list[str]) -> bool:
    paper, words = wanted
    return any(source == paper and quote == words.strip() for source, quote in lines)


def _score(graph: Graph, is_of_report: bool) -> None:
    """Ask all cases, and look for the results of reports ("002-22") or of the corpus ("2503.18773")."""
    told: list[tuple[str, Any]] = []
    found = wanted = 0
    for case in CASES:
        listed, never = ([one for one in case[key] if ("-" in one[0]) == is_of_report] for key in ("listed", "never"))
        if listed or never:
            lines = _lines(graph, case["question"])
            told += [(case["question"], result) for result in never if _has(lines, result)]
            found += sum(_has(lines, result) for result in listed)
            wanted += len(listed)
    assert not told
    assert found >= LISTED * wanted, f"{found} of {wanted}"


def test_no_line_of_a_ranking_of_reports_is_on_something_else_than_is_asked_for(built: Graph) -> None:
    _score(built, is_of_report=True)


@pytest.mark.timeout(1200)  # 110 papers are read first
def test_no_line_of_a_ranking_is_on_something_else_than_is_asked_for(papers: Graph) -> None:
    _score(papers, is_of_report=False)
