"""Datasets: named datasets and benchmarks of the vocabulary, and names that the sentence calls one."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.base import add_once, first_matches, inside, mentions, read_fields
from kg.text import fold
from kg.vocabulary import Vocabulary

EXTRACTOR = "datasets/1"
#: A name with a capital or digit inside and its version; atomic and bounded, so that long lists take linear time.
_NAME = (
    r"(?>[A-Z](?=\w{0,40}[A-Z\d])\w{0,60}(?:[-/+.]\w{1,40}){0,6}\+{0,3}"
    r"(?:[ -](?:v?\d(?:[\w.]{0,40}\w)?|[A-Z][\w-]{0,40}\d))?)"
)
_NAMES = rf"({_NAME})((?:, {_NAME}){{0,20}})(?:,? and ({_NAME}))?"
#: "the FooBar dataset", "FooBar and BazQux benchmarks", "on the datasets FooBar and BazQux"
_CALLED = (
    re.compile(rf"(?<![\w-]){_NAMES}[ -](?:\w{{1,30}} )?(?:datasets?|benchmarks?|corpus|corpora|suites?)\b"),
    re.compile(rf"\b(?:[Dd]atasets?|[Bb]enchmarks?|[Cc]orpora)(?: such as| including| like|:)? \(?{_NAMES}"),
)


class Datasets:
    """Adds one mention a dataset or benchmark."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __call__(self, doc: Doc) -> Doc:
        seen = {fold(doc._.name)} | {fold(m.canonical) for m in mentions(doc, "model")}
        taken = [(m.start, m.end) for m in mentions(doc, "model")]
        for concept, places in first_matches(doc, "dataset").items():
            match = places[0]
            if not inside((match.start, match.end), taken):
                add_once(
                    doc, "dataset", match.start, match.end, self.vocabulary[concept].label["en"], EXTRACTOR, 0.85, seen
                )
                taken += [(m.start, m.end) for m in places]
        for start, end in self._called(doc):
            surface = doc._.text[start:end]
            other = any(
                self.vocabulary.find(surface, kind) for kind in ("technique", "model", "metric", "task", "hardware")
            )
            if not other and not inside((start, end), taken):
                add_once(doc, "dataset", start, end, surface, EXTRACTOR, 0.6, seen)
        return doc

    @staticmethod
    def _called(doc: Doc) -> list[tuple[int, int]]:
        out = []
        name = re.compile(_NAME)
        for start, end in read_fields(doc):
            for pattern in _CALLED:
                for match in pattern.finditer(doc._.text, start, end):
                    for group in (1, 2, 3):
                        if match[group]:
                            out += [m.span() for m in name.finditer(doc._.text, *match.span(group))]
        return sorted(set(out))


@Language.factory("kg_datasets")
def make_datasets(nlp: Language, name: str) -> Datasets:
    return Datasets(Vocabulary.load())
