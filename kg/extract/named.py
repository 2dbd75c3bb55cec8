"""Shared by models, datasets and hardware: each named entity is mentioned once, the likeliest spans first."""

from __future__ import annotations

import re
from collections.abc import Mapping

from spacy.tokens import Doc

from kg.entity_types import NAMED
from kg.extract.component import SpanIndex, add_once
from kg.extract.context import view_of
from kg.extract.judge import Candidate, chosen
from kg.text import fold
from kg.vocabulary import Vocabulary

Span = tuple[int, int]
WORD = "word: "  # prefix of word features; scripts/judges.py drops those of rare words
#: Of weights, activations and cache, in bits, and the size of groups ("W4G128"). What begins with a letter is searched
#: for much faster than what begins with an assertion.
_WIDTHS = re.compile(r"W(?<=\bW)\d{1,2}(?:A\d{1,2}(?:KV\d{1,2})?(?:[Gg]\d{1,4})?|[Gg]\d{1,4})\b")
LEAST = 0.5  # lowest score without a tagger; candidates below it are for the judge only


class NamedEntities:
    """Adds one mention per named entity of a type, in text order; of overlapping spans the likeliest is chosen.

    The paper's own name is left to the techniques.
    """

    entity: str
    extractor: str

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def found(self, doc: Doc) -> tuple[list[Candidate], Mapping[Span, str]]:
        """The candidates, and the canonical names of those that the vocabulary knows."""
        raise NotImplementedError

    def taken(self, doc: Doc) -> list[Span]:
        """The spans of other entities."""
        raise NotImplementedError

    def candidates(self, doc: Doc) -> list[Candidate]:
        """The spans that may be named entities of the type."""
        found, names = self.found(doc)
        view_of(doc, self.vocabulary).canonical[self.entity] = names
        return found

    def __call__(self, doc: Doc) -> Doc:
        view, occupied = view_of(doc, self.vocabulary), SpanIndex(self.taken(doc))
        kept: list[Candidate] = []
        for candidate in sorted(chosen(doc, self, LEAST), key=lambda c: (-c.score, c.start, -c.end)):
            start, end = candidate.start, candidate.end
            own = bool(view.name) and fold(doc._.text[start:end]) == view.name
            if not own and not occupied.touching(start, end):
                kept.append(candidate)
                occupied.add(start, end)
        done = {fold(m.canonical) for m in doc._.mentions if m.type in NAMED}
        names, title = view.canonical.get(self.entity, {}), view.title
        for start, end, score, _ in sorted(kept, key=lambda c: (title[0] <= c.start < title[1], c.start)):  # title last
            surface = doc._.text[start:end]
            concept = view.concept(surface, self.entity)
            if concept is None and self.vocabulary.find_written(surface, self.entity):
                continue  # an acronym that stands for something else here
            name = names.get((start, end)) or (concept.label["en"] if concept else surface)
            add_once(doc, self.entity, start, end, name, self.extractor, round(score, 2), done)
        return doc


def widths(doc: Doc) -> list[Span]:
    """The spans of bit widths ("W4A8", "W4G128"), which look like names."""
    return [match.span() for match in _WIDTHS.finditer(doc._.text)]
