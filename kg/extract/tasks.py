"""Tasks: what the paper is tested on or meant for, by labels of the vocabulary and by head nouns in context.

The weights are those of a logistic regression on the annotated papers, rounded (scripts/tune_phrases.py prints them).
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.base import first_matches, inside, mentions
from kg.extract.context import View, canonical, likelihood
from kg.model import Mention
from kg.text import fold
from kg.vocabulary import Vocabulary

EXTRACTOR = "tasks/1"
THRESHOLD = 0.4
MOST = 4  # tasks a paper; annotators give two on average
WEIGHTS = {
    "bias": -3.5,
    "head": -0.3,
    "task head": 2.5,
    "problem head": -0.9,
    "use": -0.2,
    "limit": -0.3,
    "evaluate": 0.6,
    "title": 0.6,
    "words": 0.5,
    "generic words": 0.4,
    "cased": 0.15,
    "again": 0.25,
    "for": 1.4,
    "framed": 0.45,
    "early": 1.1,
    "task known": 1.5,
}


class Tasks:
    """Adds the likeliest mentions of tasks and applications."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __call__(self, doc: Doc) -> Doc:
        view = View(doc, self.vocabulary)
        named = [(m.start, m.end) for kind in ("model", "dataset", "hardware") for m in mentions(doc, kind)]
        found: list[tuple[float, int, int]] = []
        for phrase in view.phrases:
            features = view.features(phrase)
            score = likelihood(WEIGHTS, features)
            if score >= THRESHOLD and not features.get("other type") and not inside((phrase.start, phrase.end), named):
                found.append((score, phrase.start, phrase.end))
        spans = [(s, e) for _, s, e in found]
        for places in first_matches(doc, "task").values():
            match = places[0]
            if not inside((match.start, match.end), spans):
                found.append((0.45 + 0.1 * min(len(places), 3), match.start, match.end))
        seen: list[set[str]] = []
        for score, start, end in sorted(found, key=lambda f: (-f[0], f[1])):
            surface = doc._.text[start:end]
            concept = self.vocabulary.find(surface, "task")
            name = concept.label["en"] if concept else canonical(surface)
            words = set(fold(name).split())
            if len(seen) == MOST or any(2 * len(words & other) >= 0.8 * (len(words) + len(other)) for other in seen):
                continue
            seen.append(words)
            doc._.mentions.append(
                Mention("task", surface, name, start=start, end=end, extractor=EXTRACTOR, confidence=round(score, 2))
            )
        return doc


@Language.factory("kg_tasks")
def make_tasks(nlp: Language, name: str) -> Tasks:
    return Tasks(Vocabulary.load())
