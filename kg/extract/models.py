"""Models: named pretrained models of the vocabulary, names that end in a size ("Orca-2-13B"), and the tagger's."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.base import first_matches, inside, mentions, read_fields
from kg.extract.judge import Candidate
from kg.extract.named import add_named
from kg.vocabulary import Vocabulary

EXTRACTOR = "models/3"
#: A capitalised name that carries a parameter count: "Orca-2-13B", "Falcon 40B-Instruct".
_SIZED = re.compile(
    r"(?<![\w-])([A-Z](?:[\w.]{0,40}\w)?(?:[- ][A-Z\d](?:[\w.]{0,40}\w)?){0,3}"
    r"[- ]\d+(?:\.\d+)?[BM](?:-A\d+(?:\.\d+)?B)?(?:-[A-Za-z](?:[\w.]*\w)?)*)(?![\w])"
)
#: Sizes in brackets behind a family's name: "Qwen2.5-{1.5B, 7B}", "DeiT-(Tiny,Small,Base)".
_SIZES = re.compile(
    r"-?[({\[]((?:\d{1,4}(?:\.\d{1,2})?[BM]|Tiny|Small|Base|Large|Huge|[TSBLH])"
    r"(?:\s?[,/|]\s?(?:\d{1,4}(?:\.\d{1,2})?[BM]|Tiny|Small|Base|Large|Huge|[TSBLH])){1,8})[)}\]]"
)
#: Parts of speech that no name begins with: articles, prepositions, pronouns, conjunctions, verbs, adverbs, numbers.
_NO_NAME = ("DT", "IN", "PRP", "CC", "TO", "VB", "RB", "W", "EX", "MD", "CD")


class Models:
    """Adds one mention a model, the most specific name where names are nested."""

    entity = "model"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __call__(self, doc: Doc) -> Doc:
        found, names = self._found(doc)
        add_named(doc, self.entity, found, names, self.vocabulary, EXTRACTOR, self.taken(doc))
        return doc

    @staticmethod
    def taken(doc: Doc) -> list[tuple[int, int]]:
        """Spans of devices: "Gen 3" in "Snapdragon 8 Gen 3" is no model."""
        return [(m.start, m.end) for m in mentions(doc, "hardware")]

    def candidates(self, doc: Doc) -> list[Candidate]:
        """Labels of the vocabulary that stand alone, and names with a size that it does not know."""
        return self._found(doc)[0]

    def _found(self, doc: Doc) -> tuple[list[Candidate], dict[tuple[int, int], str]]:
        sized = self._sized(doc)
        known = first_matches(doc, self.entity)
        exact = {(m.start, m.end) for places in known.values() for m in places}
        out = [
            Candidate(start, end, 0.7, {"sized": 1.0})
            for start, end in sized
            if (start, end) not in exact and not inside((start, end), exact)
        ]
        names = {}
        for concept, places in known.items():
            for match in places:
                if (match.start, match.end) in sized or not inside((match.start, match.end), sized):
                    names[match.start, match.end] = self.vocabulary[concept].label["en"]
                    often = min(len(places), 3) / 3
                    out.append(Candidate(match.start, match.end, 0.85, {"often": often}))
                    if sizes := _SIZES.match(doc._.text, match.end):
                        names[match.start, sizes.end()] = f"{names[match.start, match.end]}-{_joined(sizes[1])}"
                        out.append(Candidate(match.start, sizes.end(), 0.9, {"often": often, "sized": 1.0}))
        return out, names

    @staticmethod
    def _sized(doc: Doc) -> list[tuple[int, int]]:
        """Spans of names with a size; "With Orca-2-13B" is Orca-2-13B, and "The 7B" is none."""
        found = [match.span(1) for field in read_fields(doc) for match in _SIZED.finditer(doc._.text, *field)]
        if not found:
            return []
        no_name = {w.start: w.end for words in doc._.words for w in words if w.tag.startswith(_NO_NAME)}
        out = []
        for begin, end in found:
            start = begin
            while start in no_name and no_name[start] < end:
                start = no_name[start] + 1
            if start == begin or _SIZED.fullmatch(doc._.text, start, end):
                out.append((start, end))
        return out


def _joined(sizes: str) -> str:
    """A list of sizes with slashes: "1.5B/7B"."""
    return "/".join(re.split(r"\s?[,/|]\s?", sizes))


@Language.factory("kg_models")
def make_models(nlp: Language, name: str) -> Models:
    return Models(Vocabulary.load())
