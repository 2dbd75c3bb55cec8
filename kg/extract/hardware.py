"""Hardware: named devices and device classes of the vocabulary."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.base import first_matches
from kg.model import Mention
from kg.vocabulary import Match, Vocabulary

EXTRACTOR = "hardware/1"
_MEMORY = "hardware:memory"  # "GPU memory" is what a method spares, rarely a device that it runs on
#: A device as a measure ("32 GPU-days", "1,000 GPU hours") is not where something runs.
_MEASURE = re.compile(r"[- ](?:days?|hours?|years?|weeks?)\b", re.IGNORECASE)


class Hardware:
    """Adds one mention a device; "H100 GPU" is one device, and its class is not named again by it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __call__(self, doc: Doc) -> Doc:
        found = first_matches(doc, "hardware")
        joined = self._joined(doc, [m for places in found.values() for m in places])
        for concept, places in found.items():
            if _MEMORY in self.vocabulary.broader(concept):
                continue
            alone = [
                m
                for m in places
                if (m.start, m.end) not in joined and not _MEASURE.match(doc._.text, m.end) and self._is_name(doc, m)
            ]
            if not alone:
                continue
            match = alone[0]
            end = next((e for s, e in joined if s - match.end in (0, 1)), match.end)
            doc._.mentions.append(
                Mention(
                    type="hardware",
                    surface=doc._.text[match.start : end],
                    canonical=self.vocabulary[concept].label["en"],
                    start=match.start,
                    end=end,
                    extractor=EXTRACTOR,
                    confidence=0.9,
                )
            )
        return doc

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
