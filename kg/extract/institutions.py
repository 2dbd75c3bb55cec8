"""Extracts the publishing organisations from the institution line and from the Chinese brief.

`kg.link.affiliations` parses a line. This module combines the two fields, so that 清华大学 in the brief and "Tsinghua
University" in the line are one mention.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.component import field_text
from kg.link.affiliation_lines import Found
from kg.link.affiliations import organisations
from kg.link.register import Register
from kg.model import Mention

EXTRACTOR = "institutions/3"
_PUBLISHED = re.compile(r"(?:联合|共同|合作)?(?:发布|发表|提出|推出|公开|介绍)")
_LONGEST = 160  # characters of the list of institutions in a brief
_SURE, _AMBIGUOUS, _UNKNOWN = 0.97, 0.85, 0.7


class Institutions:
    """Adds one mention of type "institution" per organisation; `concept` is set if it is unambiguous."""

    @cached_property
    def register(self) -> Register:
        """The register, loaded for the first document."""
        return Register.load()

    def __call__(self, doc: Doc) -> Doc:
        if not doc._.fields.keys() & {"I", "B"}:
            return doc  # saves loading the register
        brief = organisations(publishers(field_text(doc, "B")), self.register)
        also = [f.concept for f in brief if f.concept]
        line = organisations(field_text(doc, "I"), self.register, also)
        again = [self._same(f, line) for f in brief]
        for at, found in enumerate(line):
            aliases = [f.text for f, same in zip(brief, again, strict=True) if same == at]
            doc._.mentions.append(mention(found, doc, "I", aliases))
        for found, same in zip(brief, again, strict=True):
            if same is None and (found.organisation or not line):
                doc._.mentions.append(mention(found, doc, "B", []))
        return doc

    def _same(self, found: Found, line: list[Found]) -> int | None:
        """The index in the line of the brief's organisation, of its part or parent, or of a variant name."""
        for at, other in enumerate(line):
            if found.concept and found.concept == other.concept:
                return at
        for at, other in enumerate(line):
            names = sorted((found.name, other.name), key=len)
            if names[1].startswith(names[0]) or self._is_related(found, other):
                return at
        return None

    def _is_related(self, one: Found, other: Found) -> bool:
        if not one.organisation or not other.organisation:
            return False
        pair = (one.organisation, other.organisation)
        return self.register.is_part(*pair) or self.register.is_part(*reversed(pair))


def publishers(brief: str) -> str:
    """The text before 发布 in a Chinese brief, or "" if it does not begin with publishers."""
    verb = _PUBLISHED.search(brief[:_LONGEST])
    return brief[: verb.start()] if verb else ""


def mention(found: Found, doc: Doc, field: str, aliases: list[str]) -> Mention:
    """The mention of an organisation found in a field."""
    begin = doc._.fields[field][0]
    confidence = _SURE if found.organisation else _AMBIGUOUS if found.is_ambiguous else _UNKNOWN
    others = dict.fromkeys(a for a in (*aliases, *found.aliases) if a not in (found.text, found.name))
    return Mention(
        "institution",
        found.text,
        found.name,
        start=begin + found.start,
        end=begin + found.end,
        aliases=tuple(others),
        concept=found.concept,
        reason=found.reason if found.organisation else "",
        extractor=EXTRACTOR,
        confidence=confidence,
    )


@Language.factory("kg_institutions")
def make_institutions(nlp: Language, name: str) -> Any:
    return Institutions()
