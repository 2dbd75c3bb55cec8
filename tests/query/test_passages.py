"""Questions about what the bodies of papers say: software, baselines, set-ups, limits, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

import kg
from kg.api import Graph
from kg.build.verification import _body_faults
from kg.model import KgError
from kg.query.passages import asked
from kg.views.answers import render

PAPER = r"""\documentclass{article}
\title{%s: Small Caches for Long Texts}
\date{%s}\begin{document}\maketitle
\begin{abstract}We propose %s, which evicts entries of the KV cache of large language models.\end{abstract}
\section{Related Work}
Some serve with SGLang or run on an NVIDIA T4.
\section{Experiments}
\subsection{Setup}
%s
\section{Limitations}
%s
\end{document}"""
PLOVER = r"""We implement it in PyTorch and serve Llama-2-7B with vLLM. We evaluate on LongBench. All experiments run
on 8 NVIDIA A100 GPUs. We train with AdamW for 3 epochs at a batch size of 64. Training takes 5 days.
\subsection{Results}
We compare PloverKV with the baselines KIVI and SnapKV on LongBench.
\begin{table}\caption{Accuracy of PloverKV and the baselines on LongBench.}
\begin{tabular}{lr}
Method & LongBench \\ KIVI & 41.2 \\ SnapKV & 42.0 \\ PloverKV (ours) & 43.1 \end{tabular}\end{table}"""


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    folder = tmp_path_factory.mktemp("bodies")
    other = "Experiments run on one NVIDIA H100 GPU. We evaluate on LongBench. We use vLLM. The batch size is 16."
    for name, setup, limits in (
        ("PloverKV", PLOVER, "We only test one model. Long answers stay slow."),
        ("FinchKV", other, "Chinese texts are left out."),
    ):
        (folder / f"{len(name)}.tex").write_text(PAPER % (name, "March 2025", name, setup, limits), "utf-8")
    with kg.open(str(folder / "bodies.kg"), create=True) as made:
        made.add(*sorted(folder.glob("*.tex")), fast=True)
        yield made


def papers(graph: Graph, question: str, **flags: str) -> list[str]:
    return [row.title.partition(":")[0] for row in graph.ask(question, filter=flags or None).rows]


@pytest.mark.parametrize(
    ("question", "flags", "found"),
    [
        ("papers that use vLLM", {}, ["FinchKV", "PloverKV"]),
        ("papers that run vLLM on real servers", {}, ["FinchKV", "PloverKV"]),
        ("papers that train with AdamW", {}, ["PloverKV"]),
        ("哪些论文使用了PyTorch", {}, ["PloverKV"]),
        ("papers on LongBench without PyTorch", {}, ["FinchKV"]),
        ("papers that use SGLang", {}, []),
        ("results on NVIDIA T4", {}, []),
        ("who compares against KIVI in experiments?", {}, ["PloverKV"]),
        ("", {"software": "vLLM", "hardware": "H100"}, ["FinchKV"]),
        ("", {"baseline": "snapkv"}, ["PloverKV"]),
        ("", {"software": "vLLM", "not": "baseline:KIVI"}, ["FinchKV"]),
    ],
)
def test_software_and_baselines_hold_for_use(
    graph: Graph, question: str, flags: dict[str, str], found: list[str]
) -> None:
    assert sorted(papers(graph, question, **flags)) == found
    with pytest.raises(KgError, match="no whole paper"):
        graph.ask("", filter={"software": "Ploverware"})


def test_what_is_only_mentioned_is_told(graph: Graph) -> None:
    assert "2 papers only mention SGLang and are not counted" in " ".join(graph.ask("papers that use SGLang").notes)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("batch size of PloverKV", {("64", "s2.1/p1")}),
        ("FinchKV的批大小是多少", {("16", "s2.1/p1")}),
        ("how many GPUs and epochs did PloverKV train for", {("8 × NVIDIA A100", "s2.1/p1"), (None, "s2.1/p1")}),
        ("what software does PloverKV use", {("PyTorch, vLLM", "s2.1/p1")}),
        ("accuracy of PloverKV on LongBench", {("43.1", "t1/r4c2")}),
        ("which baselines does PloverKV compare with?", {("KIVI", "t1/r2c1"), ("SnapKV", "t1/r3c1")}),
    ],
)
def test_set_ups_are_answered_with_values_and_places(
    graph: Graph, question: str, said: set[tuple[str | None, str]]
) -> None:
    answer = graph.ask(question)
    assert answer.table is not None
    lines = {(dict(zip(answer.table.columns, line.values, strict=True))["value"], line.evidence[0].field)
             for line in answer.table.lines}  # fmt: skip
    assert lines == said
    assert any(place in render(answer, "md") for place in ("(§2.1)", "(Table 1)", "（第2.1节）"))


def test_limits_are_quoted(graph: Graph) -> None:
    for question in ("what are the limitations of PloverKV?", "PloverKV有哪些局限"):
        lines = graph.ask(question).to_json()["table"]["lines"]
        assert [line["quote"] for line in lines] == ["We only test one model.", "Long answers stay slow."]


def test_a_number_that_is_given_is_no_question() -> None:
    assert asked("vLLM with a batch size of 8") is asked("papers that extend the context length of Llama") is None


def test_trends_count_what_whole_papers_use(graph: Graph) -> None:
    counts = graph.ask("", filter={"list": "hardware"}).to_json()["table"]["lines"]
    assert {(line["hardware"], line["papers"]) for line in counts} == {("NVIDIA A100", 1), ("NVIDIA H100", 1)}
    found = graph.trends("dataset", "year")
    assert {name: found[name].tolist() for name in found} == {"LongBench": [2]}


def test_quotes_of_bodies_are_found_again_and_verified(graph: Graph) -> None:
    for question in ("papers that use vLLM", "what batch size does PloverKV use?", "papers with KIVI as a baseline"):
        answer = graph.ask(question)
        found = [quote for row in answer.rows for quote in row.evidence]
        found += [quote for line in (answer.table.lines if answer.table else ()) for quote in line.evidence]
        assert any("/" in quote.field or len(quote.field) > 1 for quote in found), question
        for quote in found:
            passage = graph.evidence(quote.id)
            assert (passage.entry, passage.field, passage.quote) == (quote.source, quote.field, quote.quote)
    entry = graph.store.entry(graph.entries()[0])
    usage = entry.record.uses[0]
    place = replace(usage.places[0], start=0, end=1, quote="?")
    altered = replace(entry.record, uses=[replace(usage, places=(place,))])
    assert [*_body_faults(entry.document, entry.record)] == []
    assert "is not at" in next(_body_faults(entry.document, altered))
    with pytest.raises(KgError, match="no text"):
        graph.evidence(f"{entry.document.id}/s99/p9/0-1/00000000")
