"""Models: named pretrained models of the vocabulary, and names that end in a size ("Orca-2-13B")."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.base import add_once, first_matches, inside, read_fields
from kg.text import fold
from kg.vocabulary import Vocabulary

EXTRACTOR = "models/1"
#: A capitalised name that carries a parameter count: "Orca-2-13B", "Falcon 40B-Instruct".
_SIZED = re.compile(
    r"(?<![\w-])([A-Z](?:[\w.]{0,40}\w)?(?:[- ][A-Z\d](?:[\w.]{0,40}\w)?){0,3}"
    r"[- ]\d+(?:\.\d+)?[BM](?:-A\d+(?:\.\d+)?B)?(?:-[A-Za-z](?:[\w.]*\w)?)*)(?![\w])"
)
#: Parts of speech that no name begins with: articles, prepositions, pronouns, conjunctions, verbs, adverbs, numbers.
_NO_NAME = ("DT", "IN", "PRP", "CC", "TO", "VB", "RB", "W", "EX", "MD", "CD")


class Models:
    """Adds one mention a model, the most specific name where names are nested."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __call__(self, doc: Doc) -> Doc:
        sized = self._sized(doc)
        known = first_matches(doc, "model")
        exact = {(m.start, m.end) for places in known.values() for m in places}
        devices = [(m.start, m.end) for m in doc._.matches if m.type == "hardware"]  # "Gen 3" in "Snapdragon 8 Gen 3"
        taken = [*sized, *devices]
        own = fold(doc._.name)
        seen: set[str] = set()
        for start, end in sized:
            surface = doc._.text[start:end]
            if (start, end) not in exact and not inside((start, end), exact) and not self._own(surface, own):
                add_once(doc, "model", start, end, surface, EXTRACTOR, 0.7, seen)
        for concept, places in known.items():
            label = self.vocabulary[concept].label["en"]
            free = [m for m in places if (m.start, m.end) in sized or not inside((m.start, m.end), taken)]
            if free and not self._own(doc._.text[free[0].start : free[0].end], own):
                add_once(doc, "model", free[0].start, free[0].end, label, EXTRACTOR, 0.85, seen)
        return doc

    @staticmethod
    def _sized(doc: Doc) -> list[tuple[int, int]]:
        """Spans of names with a size; "With Orca-2-13B" is Orca-2-13B, and "The 7B" is none."""
        no_name = {w.start: w.end for words in doc._.words for w in words if w.tag.startswith(_NO_NAME)}
        out = []
        for field in read_fields(doc):
            for match in _SIZED.finditer(doc._.text, *field):
                start, end = match.span(1)
                while start in no_name and no_name[start] < end:
                    start = no_name[start] + 1
                if start == match.start(1) or _SIZED.fullmatch(doc._.text, start, end):
                    out.append((start, end))
        return out

    @staticmethod
    def _own(surface: str, own: str) -> bool:
        return bool(own) and fold(surface) == own


@Language.factory("kg_models")
def make_models(nlp: Language, name: str) -> Models:
    return Models(Vocabulary.load())
