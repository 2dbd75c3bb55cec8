"""Noun phrases of English text, from the part-of-speech tags of its words."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.speech import noun_phrases, tagged
from kg.text import has_han


class Phrases:
    """Tags the English sentences of title and abstract and collects their noun phrases in doc._.phrases."""

    def __call__(self, doc: Doc) -> Doc:
        doc._.phrases, doc._.words = [], []
        for start, end in doc._.sentences:
            if has_han(doc._.text[start:end]):
                continue
            words, parts = tagged(doc._.text, start, end)
            doc._.words.append(words)
            doc._.phrases += noun_phrases(words, parts, (start, end))
        return doc


@Language.factory("kg_phrases")
def make_phrases(nlp: Language, name: str) -> Phrases:
    return Phrases()
