"""The development questions on the graph of the annotated papers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from kg.link.linker import Linker
from kg.query import Lexicon, answer
from kg.rdf.store import Store
from kg.records import from_json
from kg.sources import read
from kg.vocabulary import Vocabulary

from .stored import put

REPORTS = Path(__file__).parents[2] / "data" / "reports"


def test_development_questions_are_answered(vocabulary: Vocabulary) -> None:
    shared = os.environ.get("KG_SHARED")
    if not shared:
        pytest.skip("the questions and annotations are found through KG_SHARED, which is not set")
    gold = Path(shared) / "gold"
    annotated = {row["id"]: row for row in _rows(gold / "dev.jsonl")}
    linker = Linker(vocabulary)
    with Store(None) as store:
        for report in sorted(REPORTS.glob("*.txt")):
            for document in read(report).documents:
                if document.id in annotated:
                    put(store, linker, document, from_json(annotated[document.id], document))
        lexicon = Lexicon.of(store, vocabulary)
        scores = {}
        for row in _rows(gold / "questions.dev.jsonl"):
            found = {name for r in answer(store, vocabulary, row["q"], lexicon=lexicon).rows for name in r.sources}
            right = len(found & set(row["answer"]))
            scores[row["q"]] = 2 * right / (len(found) + len(row["answer"]))
    assert mean(scores.values()) >= 0.95, {question: score for question, score in scores.items() if score < 1}


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
