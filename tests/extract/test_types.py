"""A name has one type or none: what is decided of all its wordings and places together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from spacy.tokens import Doc

from kg.extract import pipeline
from kg.extract.context import view_of
from kg.extract.judge import Candidate, Features
from kg.extract.types import Group, decided, features, groups, judged
from kg.model import Document
from kg.vocabulary import Vocabulary
from tests.extract.partly import read_to_the_tagger

TEXT = (
    "Sparse attention is slow. We propose ZapKV, a dynamic thresholding scheme on Zapdos-7B, which cuts memory. "
    "Dynamic thresholding (DT) is fast: DT keeps what the dynamic thresholding mechanism selects on FooBench-2."
)
TYPES = ("hardware", "model", "dataset", "technique", "problem", "task")


class Says:
    """A judge that gives each group the likelihoods that it is told, and keeps the rows that it saw."""

    def __init__(self, likely: Sequence[dict[str, float]], thresholds: dict[str, float]) -> None:
        self.labels = ["none", *TYPES]
        self.likely = [[row.get(label, 0.0) for label in self.labels] for row in likely]
        self.thresholds = [thresholds.get(kind, 0.3) for kind in TYPES]

    def __call__(self, rows: Sequence[Features]) -> Any:
        assert len(rows) == len(self.likely)
        return np.array(self.likely)


def read(entry: Callable[..., Document], text: str = TEXT) -> Doc:
    return read_to_the_tagger(entry(text, title="ZapKV: Thresholds"))


def candidate(doc: Doc, words: str, score: float = 0.6) -> Candidate:
    start = doc._.text.index(words)
    return Candidate(start, start + len(words), score, {"tag": 0.5})


def decide(doc: Doc, found: list[Group], likely: Sequence[dict[str, float]], **least: float) -> dict[str, set[str]]:
    judge: Any = Says(likely, least)
    out = decided(found, view_of(doc, Vocabulary.load()), judge)
    return {kind: {doc._.text[c.start : c.end] for c in of_type} for kind, of_type in out.items() if of_type}


def test_wordings_of_one_name_are_one_group(entry: Callable[..., Document]) -> None:
    doc = read(entry)
    view = view_of(doc, Vocabulary.load())
    found = groups(doc, view, judged(pipeline(), doc))
    said = [{doc._.text[c.start : c.end] for of_type in group.values() for c in of_type} for group in found]
    (own,) = (words for words in said if "DT" in words)
    assert any("thresholding" in words.lower() for words in own)
    assert not any("Sparse attention" in words for words in said if words & own)


def test_a_group_has_the_likeliest_type_that_reaches_its_threshold(entry: Callable[..., Document]) -> None:
    doc = read(entry)
    found: list[Group] = [{kind: [candidate(doc, "Sparse attention")] for kind in ("technique", "task")}]
    assert decide(doc, found, [{"technique": 0.5, "task": 0.4}]) == {"technique": {"Sparse attention"}}
    assert decide(doc, found, [{"technique": 0.5, "task": 0.4}], technique=0.6) == {"task": {"Sparse attention"}}
    assert decide(doc, found, [{"technique": 0.2, "task": 0.2}]) == {}


def test_a_group_is_of_no_type_that_nothing_proposed(entry: Callable[..., Document]) -> None:
    doc = read(entry)
    found: list[Group] = [{"task": [candidate(doc, "memory")]}]
    assert decide(doc, found, [{"problem": 0.9}]) == {}


def test_of_named_things_that_overlap_the_likelier_stays(entry: Callable[..., Document]) -> None:
    doc = read(entry)
    found: list[Group] = [{"model": [candidate(doc, "Zapdos-7B")]}, {"dataset": [candidate(doc, "Zapdos")]}]
    assert decide(doc, found, [{"model": 0.8}, {"dataset": 0.7}]) == {"model": {"Zapdos-7B"}}
    assert decide(doc, found, [{"model": 0.6}, {"dataset": 0.7}]) == {"dataset": {"Zapdos"}}
    found[1] = {"technique": found[1]["dataset"]}
    likely = [{"model": 0.8}, {"technique": 0.7}]
    assert decide(doc, found, likely) == {"model": {"Zapdos-7B"}, "technique": {"Zapdos"}}


def test_the_judge_sees_what_was_said_for_every_type_and_what_overlaps(entry: Callable[..., Document]) -> None:
    doc = read(entry)
    both = [candidate(doc, "dynamic thresholding scheme", 0.6), candidate(doc, "Dynamic thresholding", 0.5)]
    found: list[Group] = [
        {"technique": both, "task": [candidate(doc, "dynamic thresholding scheme", 0.2)]},
        {"problem": [candidate(doc, "a dynamic thresholding scheme on Zapdos-7B", 0.4)]},
    ]
    name, problem = features(view_of(doc, Vocabulary.load()), found)
    assert name["technique said"] > 0 > name["task said"]
    assert name["technique tag"] == 0.5
    assert name["inside problem"] == pytest.approx(0.4)
    assert problem["holds technique"] == pytest.approx(0.6)
    assert "technique said" not in problem
