"""A paper as abstract and as two files is one work, in any order, and says each thing once."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

import kg
from tests.extract.body.test_uses import PAPER
from tests.sources.made_file import json_lines

TITLE = PAPER.partition("\\title{")[2].partition("}")[0]
ABSTRACT = PAPER.partition("\\begin{abstract}")[2].partition("\\end{abstract}")[0]


@pytest.mark.parametrize("order", list(permutations(range(3)))[::2])
def test_abstract_and_files_of_a_paper_are_one_work_whose_claims_count_once(tmp_path: Path, order: list[int]) -> None:
    files = [tmp_path / "plover.tex", tmp_path / "other.tex", tmp_path / "abstract.jsonl"]
    files[0].write_text(PAPER, "utf-8")
    files[1].write_text(f"{PAPER}% as another file has it", "utf-8")
    json_lines(files[2], [{"id": "p", "title": TITLE, "abstract": ABSTRACT, "arxiv": "2510.00001"}])
    with kg.open(str(tmp_path / "g.kg"), create=True) as graph:
        for number in order:
            graph.add(files[number], fast=True)
        assert [paper.id for paper in graph.papers()] == ["paper:2510.00001"]
        assert len(graph.sql("SELECT * FROM uses")) == 2 * len(uses := graph.sql("SELECT * FROM paper_uses")) > 0
        assert {*uses["entry"], *graph.sql("SELECT entry FROM parts")["entry"]} == {"other-01"}
        [row] = graph.ask("papers that use LongBench").rows
        assert len(row.entries) == 3
        for entry in graph.entries():  # each takes its own words out of the index
            graph.remove(entry)
