"""Judges: how likely a span is an entity of a type, by the rules' score and features and by the tagger's.

A judge is a logistic regression a type, fitted by scripts/train.py to what a tagger says of papers that it has not
seen; without a tagger the rules' own score stands. Named things (models, datasets, hardware) are the vocabulary's.
"""

from __future__ import annotations

import json
import math
from functools import cache
from typing import NamedTuple

from spacy.tokens import Doc

from kg.extract.context import likelihood
from kg.vocabulary import data_folder

KINDS = ("technique", "problem", "task")


class Candidate(NamedTuple):
    """A span of a Doc that may be an entity, with the rules' score from 0 to 1 and the features of its judge."""

    start: int
    end: int
    score: float
    features: dict[str, float]


@cache
def judges() -> dict[str, dict[str, float]]:
    """Weights by type, with "bias" and "threshold"; empty where the package carries none."""
    file = data_folder("data") / "models" / "judges.json"
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}


def threshold(doc: Doc, kind: str, by_rules: float) -> float:
    """The least score of an entity: the judge's where there is a tagger, else the rules'."""
    return judges()[kind]["threshold"] if doc._.tags is not None and judges() else by_rules


def judged(doc: Doc, kind: str, found: list[Candidate]) -> list[Candidate]:
    """Candidates, the tagger's own among them, with their scores by the judge; as they are without a tagger."""
    if doc._.tags is None or not judges():
        return found
    weights = judges()[kind]
    return [c._replace(score=likelihood(weights, c.features)) for c in with_tags(doc, kind, found)]


def with_tags(doc: Doc, kind: str, found: list[Candidate]) -> list[Candidate]:
    """Candidates with the tagger's spans added, and all that the tagger says among their features."""
    tags = doc._.tags
    spans = {(c.start, c.end) for c in found}
    alone = [
        Candidate(start, end, 0.1, {"tagger alone": 1.0, "long": min(doc._.text.count(" ", start, end), 8) / 8})
        for start, end in tags.spans(kind)
        if end > start and (start, end) not in spans
    ]
    out = []
    for candidate in (*found, *alone):
        score = min(max(candidate.score, 0.02), 0.98)
        features = {"rules": math.log(score / (1 - score)), **candidate.features}
        features |= tags.features(kind, candidate.start, candidate.end)
        out.append(candidate._replace(features=features))
    return out
