"""Fit the weights that rank the papers of an answer (kg/query/tiers.toml) to the annotated questions.

    KG_SHARED=FOLDER python scripts/train_tiers.py --graph GRAPH [--write]

GRAPH holds the five reports and FOLDER/data/arxiv-corpus, as made by scripts/eval_questions.py. The right papers of a
question should rank above all others: listwise cross-entropy (ListNet, Cao et al., 2007) is minimised by gradient
descent, deterministically. Questions that nothing else was tuned on count more. The set "asked once" is left out.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from eval_questions import BLIND, FRESH, OWN, SHARED, read
from numpy.typing import NDArray

import kg
from kg.api import Graph
from kg.cli.core import progress
from kg.query.corpus import Corpus
from kg.query.tiers import all_asked, signs

WEIGHTS = Path(__file__).resolve().parent.parent / "kg" / "query" / "tiers.toml"
#: The weights to fit; "near" needs a graph with embeddings.
NAMES = ("first", "fulfilled", "said", "stated", "words", "place", "silent", "denied")
STEPS, RATE, DECAY = 400, 0.5, 1e-3
#: The weight of questions that nothing else was tuned on.
UNSEEN = 20
Floats = NDArray[np.float64]


def examples(graph: Graph, questions: list[dict[str, Any]], same: dict[str, str]) -> Iterator[tuple[Floats, Floats]]:
    """The features of each question's papers (papers × features), and which papers are right."""
    corpus, lexicon = Corpus.of(graph.store), graph.lexicon()
    for asked in questions:
        answer = graph.ask(asked["question"], 1000)
        first = frozenset(row.paper for row in answer.rows)
        found = signs(corpus, lexicon, all_asked(answer.query), asked["question"], first)
        core, borderline = ({same.get(i, i) for i in asked.get(key) or ()} for key in ("expected", "also_ok"))
        rows = corpus.rows({paper for own in found.values() for paper in own})
        names = {row.paper: same.get(row.id, row.id) for row in rows}
        papers = [paper for paper in sorted(names) if names[paper] in core or names[paper] not in borderline]
        right = np.array([float(names[paper] in core) for paper in papers])
        if right.any():
            values = np.array([[found[name].get(paper, 0.0) for name in NAMES] for paper in papers])
            yield from [(values, right / right.sum())] * (UNSEEN if asked.get("split") in ("new", "blind-2") else 1)


def fitted(pairs: list[tuple[Floats, Floats]]) -> Floats:
    """The weights with the least cross-entropy, by Adam (Kingma and Ba, 2015)."""
    weights, mean, square = np.zeros((3, len(NAMES)))
    for step in range(STEPS):
        slope = DECAY * weights
        for values, right in pairs:
            score = values @ weights
            share = np.exp(score - score.max())
            slope = slope + (values.T @ (share / share.sum() - right)) / len(pairs)
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        weights = weights - RATE * (1 - step / STEPS) * mean / (np.sqrt(square) + 1e-8)
    return weights


def main() -> int:
    """Fit, print, and optionally write the weights."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--graph", required=True)
    parser.add_argument("--write", action="store_true", help="write the weights into kg/query/tiers.toml")
    arguments = parser.parse_args()
    files = (OWN, BLIND, FRESH, SHARED / "gold" / "questions.eff.dev.jsonl")
    questions = [one for file in files for one in read(file) if one.get("expected") and not one.get("after")]
    questions = [one for one in questions if one.get("split") != "asked once"]
    same = json.loads((SHARED / "gold" / "eff-aliases.json").read_text("utf-8"))
    pairs = []
    with kg.open(arguments.graph, read_only=True) as graph, progress("Asking", "questions") as tell:
        for pair in examples(graph, questions, same):
            pairs.append(pair)
            if tell:
                tell("", len(pairs))
    page = WEIGHTS.read_text("utf-8")
    for name, weight in zip(NAMES, fitted(pairs), strict=True):
        print(f"{name:10} {weight:.2f}")
        page = re.sub(rf"(?<=^{name} = )\S+", f"{weight:.2f}", page, flags=re.MULTILINE)
    if arguments.write:
        WEIGHTS.write_text(page, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
