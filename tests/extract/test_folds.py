"""Extraction over what taggers say of papers that they have not seen: what the rules and links on top are worth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kg.entity_types import data_folder
from kg.evaluation.components import reader
from kg.evaluation.scores import evaluate
from kg.extract import pipeline
from kg.extract.component import make_doc
from kg.extract.folds import Folds, OutOfFold
from kg.extract.tagger import tagger
from kg.model import Document, KgError
from kg.sources import read
from kg.vocabulary import Vocabulary

GOLD = data_folder("data") / "gold"
FALL = 0.01  # of the headline, that is too much


@pytest.fixture(scope="module")
def folds() -> Folds:
    return Folds.load()


@pytest.fixture(scope="module")
def papers(reports: Path, shared: Path, folds: Folds) -> list[tuple[Document, dict[str, Any]]]:
    files = [(GOLD / "dev.jsonl", sorted(reports.glob("*.txt")))]
    for name in ("", ".hard"):
        files.append((shared / "gold" / f"train{name}.jsonl", [shared / "gold" / f"papers{name}.jsonl"]))
    out = []
    for gold, texts in files:
        records = {r["id"]: r for r in map(json.loads, gold.read_text("utf-8").splitlines()) if r["id"] in folds}
        out += [(d, records[d.id]) for text in texts for d in read(text).documents if d.id in records]
    return out


def test_the_reports_papers_and_a_sixth_of_the_others_are_held_out_once(
    papers: list[tuple[Document, dict[str, Any]]],
) -> None:
    reports = [document for document, _ in papers if document.id[0].isdigit()]
    assert len(reports) == 80
    assert len(papers) - len(reports) == -(-(550 + 857) // 6)


def test_the_headline_over_unseen_papers_does_not_fall(papers: list[tuple[Document, dict[str, Any]]]) -> None:
    told = json.loads((GOLD / "headline.json").read_text("utf-8"))
    now = evaluate({d.id: gold for d, gold in papers}, [d for d, _ in papers], reader()).by_type()
    fallen = {name: round(now[name].f1 - f1, 3) for name, f1 in told.items()}
    assert fallen["headline"] >= -FALL, fallen


def test_a_paper_that_is_not_annotated_is_the_taggers(papers: list[tuple[Document, dict[str, Any]]]) -> None:
    doc = make_doc(pipeline(), papers[0][0], Vocabulary.load())
    doc.user_data["entry"] = "a paper of mine"
    own = tagger().tags(doc)
    assert np.array_equal(OutOfFold()(doc)._.tags.inside, own.inside)
    doc.user_data["entry"] = papers[0][0].id
    assert not np.array_equal(OutOfFold()(doc)._.tags.inside, own.inside)


def test_a_text_that_was_not_tagged_is_refused(folds: Folds, papers: list[tuple[Document, dict[str, Any]]]) -> None:
    document = papers[0][0]
    doc = make_doc(pipeline(), papers[1][0], Vocabulary.load())
    with pytest.raises(KgError, match="not the one that was tagged"):
        folds.tags(document.id, doc)
