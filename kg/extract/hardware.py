"""Hardware: named devices and device classes of the vocabulary."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.base import first_matches
from kg.extract.judge import Candidate
from kg.extract.named import add_named
from kg.vocabulary import Match, Vocabulary

EXTRACTOR = "hardware/2"
_MEMORY = "hardware:memory"  # "GPU memory" is what a method spares, rarely a device that it runs on
#: A device as a measure ("32 GPU-days", "1,000 GPU hours") is not where something runs.
_MEASURE = re.compile(r"[- ](?:days?|hours?|years?|weeks?)\b", re.IGNORECASE)


class Hardware:
    """Adds one mention a device; "H100 GPU" is one device, and its class is not named again by it."""

    entity = "hardware"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __call__(self, doc: Doc) -> Doc:
        found, names = self._found(doc)
        add_named(doc, self.entity, found, names, self.vocabulary, EXTRACTOR, self.taken(doc))
        return doc

    @staticmethod
    def taken(doc: Doc) -> list[tuple[int, int]]:
        """Spans of devices in measures ("32 GPU-days")."""
        found = (m for m in doc._.matches if m.type == "hardware")
        return [(m.start, m.end) for m in found if _MEASURE.match(doc._.text, m.end)]

    def candidates(self, doc: Doc) -> list[Candidate]:
        """Labels of the vocabulary that name a device or a class of devices by themselves."""
        return self._found(doc)[0]

    def _found(self, doc: Doc) -> tuple[list[Candidate], dict[tuple[int, int], str]]:
        found = first_matches(doc, self.entity)
        joined = self._joined(doc, [m for places in found.values() for m in places])
        out, names = [], {}
        for concept, places in found.items():
            if _MEMORY in self.vocabulary.broader(concept):
                continue
            for match in places:
                apart = (match.start, match.end) not in joined and not _MEASURE.match(doc._.text, match.end)
                if apart and self._is_name(doc, match):
                    end = next((e for s, e in joined if s - match.end in (0, 1)), match.end)
                    names[match.start, end] = self.vocabulary[concept].label["en"]
                    features = {
                        "product": float("maker" in self.vocabulary[concept].facts),
                        "often": min(len(places), 3) / 3,
                    }
                    out.append(Candidate(match.start, end, 0.9, features))
        return out, names

    def _is_name(self, doc: Doc, match: Match) -> bool:
        """What a maker sells is no single word in lower case: "ascend", "hopper" and "ampere" are ordinary ones."""
        surface = doc._.text[match.start : match.end]
        ordinary = surface.islower() and surface.isascii() and surface.isalpha()
        return not (ordinary and "maker" in self.vocabulary[match.concept].facts)

    def _joined(self, doc: Doc, found: list[Match]) -> set[tuple[int, int]]:
        """The class words that only complete a device's name ("GPU" in "A100 GPU")."""
        out = set()
        for match in found:
            for device in found:
                follows = match.start - device.end == 1 and doc._.text[device.end] in " -"
                if follows and match.concept in self.vocabulary.broader(device.concept):
                    out.add((match.start, match.end))
        return out


@Language.factory("kg_hardware")
def make_hardware(nlp: Language, name: str) -> Hardware:
    return Hardware(Vocabulary.load())
