"""The component that reads the Chinese brief of a paper; see `kg.extract.template`."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.base import field_text
from kg.extract.template import slots


class BriefSlots:
    """Sets `doc._.brief` from field B; see kg.model.Brief."""

    def __call__(self, doc: Doc) -> Doc:
        doc._.brief = slots(field_text(doc, "B"))
        return doc


@Language.factory("kg_brief")
def make_brief(nlp: Language, name: str) -> BriefSlots:
    return BriefSlots()
