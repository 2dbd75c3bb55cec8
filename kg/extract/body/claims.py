"""What the body of a paper adds to its record: uses, the mentions that these are, code, limitations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kg.entity_types import LISTS
from kg.extract.base import make_doc
from kg.extract.body.things import Whole, settings
from kg.extract.body.uses import read_uses
from kg.extract.names import code_url
from kg.model import Document, Evidence, Mention, Part, Record, Text
from kg.text import fold, raw_span, sentences
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from spacy.language import Language


def read_body(nlp: Language, document: Document, record: Record, vocabulary: Vocabulary) -> None:
    """Add to the record of a paper's header what its body says."""
    whole = Whole(nlp, document, vocabulary)
    record.uses = read_uses(whole, record.name)
    _add_mentions(record)
    record.limitations = list(_limitations(document, vocabulary))[: settings()["limits"]["sentences"]]
    said = [p.text.text for p in document.parts if p.kind == "footnote" or p.role in settings()["limits"]["links"]]
    text = "\n\n".join(said)
    found = code_url(make_doc(nlp, Document("", "", 1, {"A": Text(text, text)}), vocabulary))
    record.code = list(dict.fromkeys(filter(None, (record.code_url, found))))
    record.code_url = record.code_url or found


def quoted_parts(document: Document, record: Record) -> dict[str, Text]:
    """The texts of a body in which mentions of a record stand, by the ids of parts and cells."""
    parts = {part.id: part.text for part in document.parts}
    cells = {place.field: place.quote for use in record.uses for place in use.places if place.field not in parts}
    mentions = (one for kind in LISTS.values() for one in getattr(record, kind))
    fields = dict.fromkeys(one.field for one in mentions if len(one.field) > 1)
    kept = list(fields)[: settings()["limits"]["quoted"]]
    return {name: parts.get(name) or Text(cells[name], cells[name]) for name in kept}


def _add_mentions(record: Record) -> None:
    """Make a mention of each thing that is used, of a type that records hold, unless the header names it."""
    known = {
        (m.type, fold(name))
        for kind in LISTS.values()
        for m in getattr(record, kind)
        for name in (m.canonical, m.surface)
    }
    for use in record.uses:
        if use.use == "mentioned" or use.type not in LISTS or (use.type, fold(use.name)) in known:
            continue
        known.add((use.type, fold(use.name)))
        place, start, end = use.places[0], *use.at
        role = "evaluated" if use.type == "model" else ""
        getattr(record, LISTS[use.type]).append(
            Mention(
                use.type,
                use.surface,
                use.name,
                place.field,
                start,
                end,
                role,
                extractor=use.extractor,
                confidence=use.confidence,
            )
        )


def _limitations(document: Document, vocabulary: Vocabulary) -> Iterator[Evidence]:
    """The sentences of sections on limitations, and others at the end that say what is limited."""
    cues = [f" {cue} " for cue in vocabulary.cues("limits")]
    for part in document.parts:
        if part.kind in ("paragraph", "item") and part.role in ("limitations", "discussion", "conclusion"):
            for start, end in sentences(part.text.text):
                said = f" {fold(part.text.text[start:end])} "
                if part.role == "limitations" or any(cue in said for cue in cues):
                    yield _evidence(part, start, end)


def _evidence(part: Part, start: int, end: int) -> Evidence:
    first, last = raw_span(part.text, start, end)
    return Evidence(part.text.raw[first:last], part.id, first, last)
