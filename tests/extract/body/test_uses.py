"""What a paper uses according to its body: read, stored, found, verified."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import spacy

import kg
from kg.build.pipeline import Pipeline
from kg.build.verification import verify
from kg.extract.body.body_claims import _limitations
from kg.extract.body.things import Whole
from kg.extract.body.uses import GROUPS, MATES, TYPES, beside_of, whole_names
from kg.model import Cell, Document, Part, Record, Table, Text
from kg.sources import read
from kg.store.codec import document, encoded, encoded_record, record
from kg.views.answers import render, supported
from kg.views.profile.paper_profile import profile
from kg.views.profile.screen import of_paper
from kg.views.words import PageWords
from kg.vocabulary import Vocabulary

PAPER = r"""
\documentclass{article}
\title{PloverKV: Small Caches for Long Texts}
\begin{document}
\maketitle
\begin{abstract}
We propose PloverKV, which evicts entries of the KV cache and keeps the accuracy of large language models.
Code: \url{https://github.com/plover/ploverkv}
\end{abstract}
\section{Introduction}
Caches grow with the text. Recent systems run on NVIDIA H200 GPUs.
\section{Related Work}
Quest \cite{quest} was tested on Needle-in-a-Haystack.
\section{Experiments}
\subsection{Setup}
All experiments run on one NVIDIA A100 80GB GPU with PyTorch 2.1. We evaluate Llama-3-8B on LongBench and GSM8K.
\subsection{Results}
Table \ref{t} compares PloverKV with SnapKV on LongBench. PloverKV outperforms SnapKV by 2 points.
\begin{table}
\caption{Accuracy on LongBench with Llama-3-8B.}\label{t}
\begin{tabular}{lc}
Method & LongBench \\
SnapKV & 40.1 \\
PloverKV & 42.1 \\
\end{tabular}
\end{table}
\section{Limitations}
PloverKV is slow for short texts.
\end{document}
"""


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("body") / "plover.tex"
    path.write_text(PAPER, "utf-8")
    return path


@pytest.fixture(scope="module")
def made(paper: Path) -> Record:
    [one] = read(paper, is_whole=True).documents
    return Pipeline(fast=True).record(one)


def test_what_the_set_up_names_is_used_and_what_is_only_told_of_is_mentioned(made: Record) -> None:
    uses = {(use.type, use.name): use for use in made.uses}
    assert uses["hardware", "NVIDIA A100 80GB"].use == "run"
    assert uses["dataset", "LongBench"].use == "evaluated"
    assert uses["hardware", "NVIDIA H200"].use == "mentioned"
    assert {m.canonical for m in made.datasets} >= {"LongBench", "GSM8K"}
    assert "NVIDIA H200" not in {m.canonical for m in made.hardware}


def test_each_use_is_quoted_from_its_part(paper: Path, made: Record) -> None:
    [one] = read(paper, is_whole=True).documents
    parts = {part.id: part.text.raw for part in one.parts}
    for use in made.uses:
        for place in use.places:
            assert place.field not in parts or parts[place.field][place.start : place.end] == place.quote
    device = next(use for use in made.uses if use.name == "NVIDIA A100 80GB")
    assert device.level == "setup"
    assert device.places[0].field.startswith("s3.1/")


def test_code_and_limitations_are_those_of_the_paper(made: Record) -> None:
    assert made.code == ["https://github.com/plover/ploverkv"]
    assert [one.quote for one in made.limitations] == ["PloverKV is slow for short texts."]


def test_a_graph_finds_what_a_body_uses_and_keeps_where_it_says_so(paper: Path, tmp_path: Path) -> None:
    with kg.open(str(tmp_path / "whole.kg"), create=True) as graph:
        assert graph.add(paper, fast=True).added == ["plover-01"]
        answer = graph.ask("papers on A100")
        assert len(answer.rows) == 1
        assert any("A100" in quote.quote for row in answer.rows for quote in row.evidence)
        assert "(§3.1)" in "".join(supported(answer.rows[0].evidence, PageWords("en")))
        assert "(§3.1)" in render(answer, "html")
        assert "read: 1 whole paper, 0 abstracts" in str(answer)
        counted = graph.sql("SELECT label, papers FROM entity_counts WHERE type = 'hardware'")
        assert counted.to_numpy().tolist() == [["NVIDIA A100 80GB", 1]]  # what is used, no mention
        mention = graph.ask("papers on H200")
        assert not mention.rows
        assert "1 paper only mentions NVIDIA H200 and is not counted: PloverKV." in mention.notes
        assert verify(graph.store).faults == []
        assert graph.add(paper, fast=True).unchanged == ["plover-01"]


def test_a_profile_says_what_is_used_where_the_set_up_and_the_limitations(paper: Path, tmp_path: Path) -> None:
    with kg.open(str(tmp_path / "whole.kg"), create=True) as graph:
        graph.add(paper, fast=True)
        said = profile(graph, "plover-01")
        [device] = said["used"]["hardware"]
        assert (device["name"], device["devices"], device["place"]) == ("NVIDIA A100 80GB", 1, "§3.1")
        assert [text for text, is_lit in device["pieces"] if is_lit] == ["NVIDIA A100 80GB GPU"]
        assert said["mentioned"]["hardware"] == ["NVIDIA H200"]
        assert [(one["name"], one["value"], one["unit"]) for one in said["setup"]] == [
            ("devices", "1", "NVIDIA A100 80GB")
        ]
        rows = dict(of_paper(graph, "plover-01", "zh").rows)
        assert rows["实验设置"] == "设备数：1 NVIDIA A100 80GB（第3.1节）"
        assert rows["局限"] == "“PloverKV is slow for short texts.”（第4节）"


def test_an_abstract_alone_gives_what_it_gave_before(paper: Path, tmp_path: Path) -> None:
    with kg.open(str(tmp_path / "abstract.kg"), create=True) as graph:
        graph.add(paper, fast=True, whole=False)
        assert not graph.ask("papers on A100").rows
        assert graph.add(paper, fast=True).added == ["plover-01"]  # the whole paper takes its place
        assert graph.add(paper, fast=True, whole=False).unchanged == ["plover-01"]
        assert len(graph.ask("papers on A100").rows) == 1


def test_bodies_and_uses_are_stored_without_loss(paper: Path, made: Record) -> None:
    [one] = read(paper, is_whole=True).documents
    again = document(encoded(one))
    assert (again.parts, again.tables, again.references) == (one.parts, one.tables, one.references)
    assert record(encoded_record(made, one), one).uses == made.uses


def test_lines_of_extract_have_what_a_body_says(paper: Path) -> None:
    [line] = Pipeline(fast=True).lines([paper])
    said = json.loads(line)
    assert {one["head"]: one["role"] for one in said["sections"]}["3.1 Setup"] == "setup"
    assert [one["label"] for one in said["tables"]] == ["Table 1"]
    assert {one["name"]: one["use"] for one in said["hardware"]}["NVIDIA H200"] == "mentioned"


def test_a_name_within_another_of_its_type_is_the_same_thing() -> None:
    said = [("hardware", False, "NVIDIA V100"), ("hardware", False, "V100"), ("model", False, "V100")]
    assert whole_names(said) == [True, False, True]


def test_a_likelier_model_stands_beside_a_longer_name() -> None:
    said = [("model", False, "Llama-2-7B"), ("model", False, "LoRA Llama-2-7B"), ("model", False, "LoRA")]
    assert whole_names(said) == [True, True, False]


def things_of(*texts: str, cells: Iterable[Cell] = ()) -> Whole:
    """The things that paragraphs of an experiment and the cells of a table name."""
    parts = [Part(f"s1/p{at}", "paragraph", "results", ("Results",), Text(one, one)) for at, one in enumerate(texts)]
    title = Text("A title", "A title")
    tables = (Table("t1", "Table 1", tuple(cells)),)
    return Whole(
        spacy.blank("xx"), Document("x", "x", 1, {"T": title}, parts=tuple(parts), tables=tables), Vocabulary.load()
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("For Qwen3-32B the cache is small.", "Qwen3-32B"),
        ("It beats MoE-256-h by far.", "MoE-256-h"),
        ("We train on Ima-geNet alone.", "ImageNet"),
        ("Two ZigNets were fitted.", "ZigNet"),
        ("It ran on an i7-14700K at home.", "i7-14700K"),
    ],
)
def test_a_name_is_read_whole_and_alone(text: str, name: str) -> None:
    names = {re.sub("^mixture of experts", "MoE", one.name) for one in things_of(text).things.values()}
    assert name in names


def test_rows_of_authors_keep_their_reference_and_heads_are_no_names() -> None:
    rows = ["Method", "Shou et al. [36]", "ZigNet+SPN [4]"]
    whole = things_of("We compare.", cells=[Cell(at, 0, text, head=True) for at, text in enumerate(rows)])
    names = {one.name for one in whole.things.values()}
    assert names >= {"Shou et al. [36]", "ZigNet+SPN"}
    assert "Method" not in names


def test_what_stands_beside_a_thing_counts_without_the_thing_itself() -> None:
    likely = np.zeros((3, len(TYPES)))
    likely[:, 0] = 0.9, 0.3, 0.1
    said = dict(
        zip(MATES, beside_of({kind: [[0, 1]] if kind == "list" else [] for kind in GROUPS}, likely).T, strict=True)
    )
    assert said["list best hardware"].tolist() == [0.3, 0.9, 0.0]
    assert said["axis best hardware"].tolist() == [0.0, 0.0, 0.0]


def test_a_paragraph_that_begins_with_limitations_is_about_them() -> None:
    text = "Limitations. We read English alone. Figure 3 shows the rest."
    part = Part("s1/p1", "paragraph", "results", ("Results",), Text(text, text))
    found = list(_limitations(Document("x", "x", 1, {}, parts=(part,)), Vocabulary.load()))
    assert [one.quote for one in found] == ["We read English alone."]
