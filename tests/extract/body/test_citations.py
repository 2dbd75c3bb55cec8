"""Who cites whom in which words: read from bodies, linked to the works of a graph in any order of adding."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

import kg
from kg.build.pipeline import Pipeline
from kg.build.verification import verify
from kg.link.cited_works import MeantWork, cited_work
from kg.sources import read
from kg.store.codec import document, encoded, encoded_record, record

CITING = r"""
\documentclass{article}
\title{PloverKV: Small Caches for Long Texts}
\begin{document}
\maketitle
\begin{abstract}We propose PloverKV, which evicts entries of the KV cache of large language models.\end{abstract}
\section{Introduction}
We build on Quest \cite{quest}, which keeps pages. Caches grow as in H2O \cite{h2o}.
\section{Experiments}
The baselines include Heavy Hitters \cite{h2o}. We use LongBench \cite{bench}.
\begin{thebibliography}{9}
\bibitem{quest} A. Lark. Query-aware sparsity for long context inference. arXiv:2406.10774, 2024.
\bibitem{h2o} B. Finch. Heavy hitters: an oracle for generative inference of models. NeurIPS 2023.
\bibitem{bench} C. Wren. LongBench. ACL 2024.
\end{thebibliography}
\end{document}
"""
CITED = """[
{"title": "Quest: Query-Aware Sparsity for Long Context Inference", "arxiv": "2406.10774", "abstract": "We."},
{"title": "Heavy Hitters: An Oracle for Generative Inference of Models", "year": 2023, "abstract": "We."},
{"title": "LongBench", "year": 2010, "authors": ["D. Crow"], "abstract": "We evaluate."}]"""
LINKS = "SELECT key, type, cited, quote FROM paper_citations ORDER BY key, type"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("citing")
    (folder / "plover.tex").write_text(CITING, "utf-8")
    (folder / "others.json").write_text(CITED, "utf-8")
    return [folder / "plover.tex", folder / "others.json"]


def test_references_mean_works_in_any_order_of_adding(files: list[Path], tmp_path: Path) -> None:
    for order in permutations(files):
        with kg.open(str(tmp_path / f"{order[0].name}.kg"), create=True) as graph:
            for file in order:
                graph.add(file, fast=True)
            found = graph.sql(LINKS).values.tolist()
            assert [row[:3] for row in found] == [
                ["bench", "uses", ""],  # one title, but a short one, and other authors
                ["h2o", "compares_with", "paper:heavyhittersanoracleforgenerativeinferenceofmodels"],
                ["quest", "builds_on", "paper:2406.10774"],
            ]
            assert verify(graph.store).faults == []
            assert graph.sql("SELECT DISTINCT headings FROM parts WHERE role = 'intro'").values == [["1 Introduction"]]
            said = graph.ask("who cites Quest?").evidence["quote"].tolist()
            assert said == ["We build on Quest [1], which keeps pages."]
            assert [*graph.ask("only those with code", after="who cites Quest?").understood] == ["cites", "code"]
            assert graph.ask("who cites H2O?").evidence["quote"].tolist() == [
                row[3] for row in found if row[0] == "h2o"
            ]
            graph.remove(*(name for name in graph.entries() if not name.startswith("plover")))
            assert {row[2] for row in graph.sql(LINKS).values.tolist()} == {""}


def test_citations_are_stored_without_loss(files: list[Path]) -> None:
    [one] = read(files[0], is_whole=True).documents
    made, again = Pipeline(fast=True).record(one), document(encoded(one))
    assert [(c.key, c.name) for c in made.citations] == [("quest", ""), ("h2o", "H2O"), ("bench", "")]
    assert (again, record(encoded_record(made, one), again)) == (one, made)


@pytest.mark.parametrize(
    ("key", "title", "cited"),
    [
        ("paper:10.1/x", "Sparse Attention for Long Texts", "paper:10.1/x"),
        ("paper:10.1/x", "Frogs of the Upper Rhine Valley", ""),  # a mistyped DOI
        ("begin:sparseattention", "Sparse attention for long texts", "paper:10.1/x"),
        ("begin:sparseattention", "Sparse Attention for Long Texts, Part II", ""),
    ],
)
def test_an_id_needs_a_title_that_agrees(key: str, title: str, cited: str) -> None:
    one = MeantWork(key, "paper:10.1/x", "Sparse Attention for Long Texts", (), 2024)
    assert cited_work(title, 2024, [one], str) == cited
