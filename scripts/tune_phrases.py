"""Print the weights by which noun phrases are judged: a logistic regression on the annotated papers.

    python scripts/tune_phrases.py [techniques|tasks]

The texts and annotations are those of $KG_SHARED/gold (train.jsonl with papers.jsonl); the fit is plain gradient
descent, without randomness. The weights in kg/extract/techniques.py and tasks.py are these, rounded.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kg.evaluation import overlap
from kg.extract import pipeline
from kg.extract.base import make_doc
from kg.extract.context import View
from kg.model import Document
from kg.sources import read
from kg.text import fold
from kg.vocabulary import Vocabulary

STEPS, RATE, PENALTY = 3000, 1.0, 1e-4


def examples(key: str, folder: Path) -> Iterator[tuple[dict[str, float], bool]]:
    """Features of each distinct noun phrase, and whether annotators named it under `key`."""
    lines = (folder / "train.jsonl").read_text("utf-8").splitlines()
    gold: dict[str, Mapping[str, Any]] = {r["id"]: r for r in map(json.loads, lines)}
    vocabulary, nlp = Vocabulary.load(), pipeline()
    for document in read(folder / "papers.jsonl").documents:
        yield from _of_paper(document, gold[document.id][key], vocabulary, nlp)


def _of_paper(
    document: Document, named: list[Mapping[str, Any]], vocabulary: Vocabulary, nlp: Any
) -> Iterator[tuple[dict[str, float], bool]]:
    doc = make_doc(nlp, document, vocabulary)
    for name, component in nlp.pipeline:
        if name in ("kg_names", "kg_phrases"):
            doc = component(doc)
    view = View(doc, vocabulary)
    seen: set[str] = set()
    for phrase in view.phrases:
        text = doc._.text[phrase.start : phrase.end]
        if fold(text) not in seen:
            seen.add(fold(text))
            yield view.features(phrase), any(overlap({"surface": text}, entity) >= 0.5 for entity in named)


def fit(features: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of a logistic regression; features (examples, n), wanted (examples,)."""
    weights, bias = np.zeros(features.shape[1]), 0.0
    for _ in range(STEPS):
        error = 1 / (1 + np.exp(-(features @ weights + bias))) - wanted
        weights -= RATE * (features.T @ error / len(wanted) + PENALTY * weights)
        bias -= RATE * float(error.mean())
    return weights, bias


def main() -> None:
    """Fit and print."""
    key = sys.argv[1] if len(sys.argv) > 1 else "techniques"
    folder = Path(os.environ.get("KG_SHARED", "../shared")) / "gold"
    if not (folder / "train.jsonl").is_file():
        sys.exit(f"{folder} holds no annotated papers: set KG_SHARED to the folder of the data that does not ship.")
    found = list(examples(key, folder))
    names = sorted({name for features, _ in found for name in features})
    matrix = np.array([[features.get(name, 0.0) for name in names] for features, _ in found])
    weights, bias = fit(matrix, np.array([float(wanted) for _, wanted in found]))
    print(f"{len(found)} phrases\nbias {bias:.2f}")
    for name, weight in zip(names, weights, strict=True):
        print(f"{name:16} {weight:6.2f}")


if __name__ == "__main__":
    main()
