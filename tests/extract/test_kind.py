"""What kind of paper it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import spacy

from kg.extract import base
from kg.extract.kind import Kind
from kg.extract.names import NameComponent
from kg.model import Document, Record
from kg.text import repaired
from kg.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("title", "abstract", "kind"),
    [
        ("Pruning with Zeds", "We propose ZedPrune, a method that removes weights.", "method"),
        ("Quantum Learning for Networks: A Survey", "This survey explores the field.", "survey"),
        ("Under review as a conference paper at ICLR 2026 ZED: FAST PRUNING", "We propose Zed, a method.", "method"),
        ("ZedServe: Fast Inference", "We present ZedServe, a serving system that batches requests.", "system"),
        ("ZedBench: Evaluation of Graphs", "We introduce ZedBench, a benchmark for spiking networks.", "benchmark"),
        ("Objects in the Wild", "We introduce a new RGB-D object dataset called WildZed.", "dataset"),
        ("Benchmarking Convolutions on CPUs", "This work evaluates algorithms. Our results show the best.", "study"),
        ("On the Convergence of SGD", "We prove a lower bound and derive a convergence rate.", "theory"),
        ("ZedVL: Small Models", "We introduce ZedVL, a series of compact vision-language models.", "model"),
        ("ZedQA: A Multilingual Dataset Based on Books", "We present ZedQA, a suite specific to schools.", "dataset"),
        ("ZedLM: Efficiency of Models", "We test. ZedLM, a new benchmark and the first study, has tasks.", "benchmark"),
        ("ZedPrune: Fast Paths", "We propose ZedPrune, a method. ZedPaths, a new benchmark, has tasks.", "method"),
        ("ZedFill: A New Benchmark and Method for Images", "We propose ZedFill, a method.", "method"),
        ("", "", "method"),
    ],
)
def test_kind_is_told_by_title_head_noun_and_claims(title: str, abstract: str, kind: str) -> None:
    nlp = spacy.blank("xx")
    nlp.tokenizer = base.Tokenizer(nlp.vocab)
    vocabulary = Vocabulary.load()
    document = Document("x-1", "x", 1, {k: repaired(v) for k, v in (("T", title), ("A", abstract)) if v})
    doc = base.make_doc(nlp, document, vocabulary)
    assert Kind(vocabulary)(NameComponent(vocabulary)(doc))._.kind == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Agents learn skills. In this survey, we examine how skills evolve.", "survey"),
        ("Models are large. This paper presents a focused and high-level review of caches for readers.", "survey"),
        ("We propose ZapKV, a cache that keeps what users review of the past.", "method"),
    ],
)
def test_a_paper_that_calls_itself_a_survey_is_one(read: Callable[..., Record], text: str, kind: str) -> None:
    assert read(text, title="Skills of Agents").kind == kind
