"""Extracts datasets: datasets and benchmarks of the vocabulary, and names that the sentence calls one."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.component import SpanIndex, first_matches, mentions, read_fields
from kg.extract.judge import Candidate
from kg.extract.named import NamedEntities, widths
from kg.vocabulary import Vocabulary

EXTRACTOR = "datasets/3"
#: A name with an inner capital or digit and its version; atomic and bounded, so that long lists take linear time.
_NAME = (
    r"(?>[A-Z](?=\w{0,40}[A-Z\d])\w{0,60}(?:[-/+.]\w{1,40}){0,6}\+{0,3}(?:['’]\d\d\b)?"
    r"(?:[ -](?:v?\d(?:[\w.]{0,40}\w)?|[A-Z][\w-]{0,40}\d))?)"
)
_ONE = re.compile(_NAME)
_NAMES = rf"({_NAME})((?:, {_NAME}){{0,20}})(?:,? and ({_NAME}))?"
#: "the FooBar dataset", "FooBar and BazQux benchmarks", "on the datasets FooBar and BazQux"
_CALLED = (
    re.compile(rf"(?<![\w-]){_NAMES}[ -](?:\w{{1,30}} )?(?:datasets?|benchmarks?|corpus|corpora|suites?)\b"),
    re.compile(rf"\b(?:[Dd]atasets?|[Bb]enchmarks?|[Cc]orpora)(?: such as| including| like|:)? \(?{_NAMES}"),
)

#: Every match of `_CALLED` contains one of these; they are checked first, because many texts contain none.
_CALLED_SIGNS = ("ataset", "enchmark", "orpus", "orpora", "suite")


class Datasets(NamedEntities):
    """Adds one mention per dataset or benchmark."""

    entity = "dataset"
    extractor = EXTRACTOR

    def taken(self, doc: Doc) -> list[tuple[int, int]]:
        """The spans of models, devices and bit widths ("W4A8")."""
        return [(m.start, m.end) for kind in ("model", "hardware") for m in mentions(doc, kind)] + widths(doc)

    def found(self, doc: Doc) -> tuple[list[Candidate], dict[tuple[int, int], str]]:
        """Vocabulary labels, and names that are called a dataset and have no other type in the vocabulary."""
        out, names = [], {}
        called = dict.fromkeys(self._called(doc))
        for concept, places in first_matches(doc, self.entity).items():
            for match in places:
                span = (match.start, match.end)
                names[span] = self.vocabulary[concept].label["en"]
                out.append(Candidate(*span, 0.85, {"called": float(span in called), "often": min(len(places), 3) / 3}))
        known = SpanIndex(names)
        for start, end in called:
            surface = doc._.text[start:end]
            other = any(
                self.vocabulary.find(surface, kind) for kind in ("technique", "model", "metric", "task", "hardware")
            )
            if not other and not known.holds(start, end):
                out.append(Candidate(start, end, 0.6, {"called": 1.0}))
        return out, names

    @staticmethod
    def _called(doc: Doc) -> list[tuple[int, int]]:
        if not any(map(doc._.text.__contains__, _CALLED_SIGNS)):
            return []
        out = []
        for start, end in read_fields(doc):
            for pattern in _CALLED:
                for match in pattern.finditer(doc._.text, start, end):
                    for group in (1, 2, 3):
                        if match[group]:
                            out += [m.span() for m in _ONE.finditer(doc._.text, *match.span(group))]
        return sorted(set(out))


@Language.factory("kg_datasets")
def make_datasets(nlp: Language, name: str) -> Datasets:
    return Datasets(Vocabulary.load())
