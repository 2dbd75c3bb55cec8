"""Models: named pretrained models of the vocabulary, and names that end in a size ("Orca-2-13B")."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.base import first_matches, inside, read_fields
from kg.model import Mention
from kg.text import fold
from kg.vocabulary import Vocabulary

EXTRACTOR = "models/1"
#: A capitalised name that carries a parameter count: "Orca-2-13B", "Falcon 40B-Instruct".
_SIZED = re.compile(
    r"(?<![\w-])([A-Z][\w.]{0,40}(?:[- ][A-Z\d][\w.]{0,40}){0,3}[- ]\d+(?:\.\d+)?[BM](?:-A\d+(?:\.\d+)?B)?"
    r"(?:-[A-Za-z][\w.]*)*)(?![\w])"
)


class Models:
    """Adds one mention a model, the most specific name where names are nested."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __call__(self, doc: Doc) -> Doc:
        sized = [m.span(1) for start, end in read_fields(doc) for m in _SIZED.finditer(doc._.text, start, end)]
        known = first_matches(doc, "model")
        exact = {(m.start, m.end) for places in known.values() for m in places}
        own = fold(doc._.name)
        seen: set[str] = set()
        for start, end in sized:
            surface = doc._.text[start:end]
            if (start, end) not in exact and not inside((start, end), exact) and not self._own(surface, own):
                self._add(doc, start, end, surface, 0.7, seen)
        for concept, places in known.items():
            label = self.vocabulary[concept].label["en"]
            free = [m for m in places if (m.start, m.end) in sized or not inside((m.start, m.end), sized)]
            if free and not self._own(doc._.text[free[0].start : free[0].end], own):
                self._add(doc, free[0].start, free[0].end, label, 0.85, seen)
        return doc

    @staticmethod
    def _own(surface: str, own: str) -> bool:
        return bool(own) and fold(surface) == own

    @staticmethod
    def _add(doc: Doc, start: int, end: int, canonical: str, confidence: float, seen: set[str]) -> None:
        if fold(canonical) in seen:
            return
        seen.add(fold(canonical))
        doc._.mentions.append(
            Mention(
                type="model",
                surface=doc._.text[start:end],
                canonical=canonical,
                start=start,
                end=end,
                extractor=EXTRACTOR,
                confidence=confidence,
            )
        )


@Language.factory("kg_models")
def make_models(nlp: Language, name: str) -> Models:
    return Models(Vocabulary.load())
