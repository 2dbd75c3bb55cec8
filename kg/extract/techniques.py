"""Techniques: labels of the vocabulary, the paper's own names, and noun phrases whose words and context say so.

A noun phrase is judged by its head noun, the words before it, its place and its form; the weights are those of a
logistic regression on the annotated papers, rounded (scripts/tune_phrases.py prints them).
"""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.base import first_matches, inside, mentions, read_fields
from kg.extract.context import View, canonical, likelihood
from kg.model import Mention
from kg.text import fold
from kg.vocabulary import Vocabulary

EXTRACTOR = "techniques/1"
THRESHOLD = 0.57
WEIGHTS = {
    "bias": -2.3,
    "head": 2.4,
    "head weak": 1.3,
    "propose": 0.6,
    "use": 0.3,
    "compare": 0.45,
    "limit": -0.1,
    "title": 0.6,
    "words": 0.55,
    "generic words": -0.5,
    "cased": 0.9,
    "again": 0.95,
    "contribution": 0.35,
    "background": -0.05,
    "acronym": 1.5,
    "known": 2.0,
    "other type": -1.5,
    "task head": -0.7,
    "for": -0.7,
    "framed": -0.6,
    "early": -0.3,
    "problem head": -0.7,
    "evaluate": -0.6,
}


class Techniques:
    """Adds one mention a technique, with its role and the acronym or long form as alias."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __call__(self, doc: Doc) -> Doc:
        view = View(doc, self.vocabulary)
        found: dict[str, Mention] = {}
        if doc._.name:
            self._own_name(doc, found)
        for phrase in view.phrases:
            score = likelihood(WEIGHTS, view.features(phrase))
            if score >= THRESHOLD:
                self._add(view, phrase.start, phrase.end, score, found)
        self._known(view, found)
        doc._.mentions += found.values()
        return doc

    def _own_name(self, doc: Doc, found: dict[str, Mention]) -> None:
        name, places = doc._.name, _own_places(doc)
        if not places:
            return
        start, end = places[0]
        found[fold(name)] = Mention(
            "technique", name, name, start=start, end=end, role="proposed", extractor=EXTRACTOR, confidence=0.9
        )

    def _add(self, view: View, start: int, end: int, score: float, found: dict[str, Mention]) -> None:
        surface = view.text[start:end]
        concept = self.vocabulary.find(surface, "technique")
        label = concept.label["en"] if concept else canonical(surface)
        key = fold(label)
        short = view.acronym_of.get(fold(surface), "")
        if fold(short) in found and short:
            own = found[fold(short)]
            own.aliases = (*own.aliases, surface) if surface not in own.aliases else own.aliases
            return
        if key in found or not key:
            return
        found[key] = Mention(
            "technique",
            surface,
            label,
            start=start,
            end=end,
            role=role(view, start, end, bool(concept)),
            aliases=(short,) if short else (),
            extractor=EXTRACTOR,
            confidence=round(score, 2),
        )

    def _known(self, view: View, found: dict[str, Mention]) -> None:
        """Labels of the vocabulary that no phrase has brought in."""
        taken = [(m.start, m.end) for m in found.values()] + _own_places(view.doc)  # "Orca" in "Orca-3-13B" is not Orca
        taken += [(m.start, m.end) for kind in ("model", "dataset", "hardware") for m in mentions(view.doc, kind)]
        for places in first_matches(view.doc, "technique").values():
            for match in places:
                if not inside((match.start, match.end), taken):
                    self._add(view, match.start, match.end, 0.8, found)
                    break


def _own_places(doc: Doc) -> list[tuple[int, int]]:
    """Where the paper's own name stands, in any case."""
    pattern = re.compile(rf"(?<!\w){re.escape(doc._.name)}(?!\w)", re.IGNORECASE) if doc._.name else None
    return [m.span() for span in read_fields(doc) for m in pattern.finditer(doc._.text, *span)] if pattern else []


def role(view: View, start: int, end: int, known: bool) -> str:
    """proposed, used, baseline or mentioned, by the sentence and the words before."""
    if fold(view.text[start:end]) == view.name:
        return "proposed"
    before = [fold(w) for w in view.text[max(0, start - 60) : start].split()][-4:]
    if any(w in view.cues["compare"] for w in before):
        return "baseline"
    if inside((start, end), [view.title]):
        return "used" if known else "proposed"
    if start < view.first:
        return "used" if known else "mentioned"
    return "used" if known else "proposed"


@Language.factory("kg_techniques")
def make_techniques(nlp: Language, name: str) -> Techniques:
    return Techniques(Vocabulary.load())
