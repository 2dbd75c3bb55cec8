"""Rankings over reports and papers on efficient AI: no line is on another device, model or benchmark than is asked for.

The papers that the cases name are read from the reports and from the corpus that KG_SHARED names.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.api import Graph

ROOT = Path(__file__).parents[2]
CASES = [json.loads(line) for line in (ROOT / "tests/cases/ranking.jsonl").read_text("utf-8").splitlines()]
LISTED = 0.85  # share of the results on what is asked for that are listed
MOST = 100  # lines of an answer


@pytest.fixture(scope="module")
def papers(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    corpus = shared / "data" / "arxiv-corpus" / "efficient-ai-2025-2026.jsonl.gz"
    if not corpus.is_file():
        pytest.skip("KG_SHARED does not hold the papers on efficient AI")
    named = {paper for case in CASES for paper, _ in (*case["listed"], *case["never"])}
    folder = tmp_path_factory.mktemp("rankings")
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        rows = [line for line in lines if json.loads(line)["id"] in named]
    (folder / "papers.jsonl").write_text("".join(rows), "utf-8")
    with kg.open(str(folder / "papers.kg")) as graph:
        graph.add(ROOT / "data" / "reports", folder / "papers.jsonl", jobs=None)
    return kg.open(str(folder / "papers.kg"), read_only=True)


def _lines(graph: Graph, question: str) -> set[tuple[str, str]]:
    """The papers and words of the lines of an answer."""
    found = graph.ask(question, MOST)
    lines = found.table.lines if found.table else ()
    return {(quote.source, quote.quote.strip()) for line in lines for quote in line.evidence}


def _has(lines: set[tuple[str, str]], wanted: list[str]) -> bool:
    paper, words = wanted
    return any(source == paper and quote == words.strip() for source, quote in lines)


def test_no_line_of_a_ranking_is_on_something_else_than_is_asked_for(papers: Graph) -> None:
    told: list[tuple[str, Any]] = []
    found = wanted = 0
    for case in CASES:
        lines = _lines(papers, case["question"])
        told += [(case["question"], result) for result in case["never"] if _has(lines, result)]
        found += sum(_has(lines, result) for result in case["listed"])
        wanted += len(case["listed"])
    assert not told
    assert found >= LISTED * wanted, f"{found} of {wanted}"
