"""What the body of a paper adds to its record: uses, the mentions that these are, code, limitations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kg.entity_types import LISTS
from kg.extract.body.citing import read_citations
from kg.extract.body.own_code import own_code
from kg.extract.body.setup_numbers import read_setup
from kg.extract.body.things import Whole, evidence_of, settings
from kg.extract.body.uses import model, read_uses
from kg.model import FIELDS, Document, Evidence, Mention, Record, Text
from kg.text import fold, sentences
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from spacy.language import Language


def read_body(nlp: Language, document: Document, record: Record, vocabulary: Vocabulary) -> None:
    """Add to the record of a paper's header what its body says."""
    whole = Whole(nlp, document, vocabulary)
    record.setup, record.uses = read_setup(whole, read_uses(whole, record.name))
    _add_mentions(record)
    record.limitations = list(_limitations(document, vocabulary))[: settings()["limits"]["sentences"]]
    record.citations = read_citations(document, record.name)
    found = own_code(document, record.name, model().links)
    record.code_url = record.code_url or next(iter(found), "")
    others = [url for url in found if url.lower() != record.code_url.lower().rstrip("/")]
    record.code = [record.code_url, *others] if record.code_url else []


def entry_texts(document: Document, record: Record) -> dict[str, Text]:
    """The texts of a header by field, and those of a body in which mentions stand, by the ids of parts and cells."""
    own = {field: text for field, text in document.texts.items() if field in FIELDS}
    parts = {part.id: part.text for part in document.parts}
    cells = {place.field: place.quote for use in record.uses for place in use.places if place.field not in parts}
    mentions = (one for kind in LISTS.values() for one in getattr(record, kind))
    fields = dict.fromkeys(one.field for one in mentions if one.field and one.field not in FIELDS)
    kept = list(fields)[: settings()["limits"]["quoted"]]
    return own | {name: parts.get(name) or Text(cells[name], cells[name]) for name in kept}


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
    cues, said_so = [f" {cue} " for cue in vocabulary.cues("limits")], settings()["limitations"]
    for part in document.parts:
        text = part.text.text
        head = re.match(said_so["head"], text)
        is_all = part.role == "limitations" or head is not None
        if part.kind in ("paragraph", "item") and (is_all or part.role in ("discussion", "conclusion")):
            for start, end in sentences(text):
                start = max(start, head.end() if head else 0)
                said = f" {fold(text[start:end])} "
                is_cued = is_all or any(cue in said for cue in cues)
                if start < end and is_cued and not re.match(said_so["against"], text[start:end]):
                    yield evidence_of(part, start, end)
