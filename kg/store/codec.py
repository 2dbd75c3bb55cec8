"""Documents, records and sources as JSON and back, without loss: an object a dataclass, without what has its default.

Texts that were not repaired are plain strings; a repaired one has its raw form, its text and its edits. A mention is
canonical as it stands, and minted where no concept bears its name, unless it says otherwise. The extractor that most of
a list have in common is told once, under `extractors`. A relation is between concepts of the mentions that it names,
unless it says others; its evidence is a sentence, and is kept by its place where it stands there. Mentions and results
keep their words, which `kg verify` holds against the texts.

Of a body, the parts are lists (kg/keptbody.py), which the view `parts` shows; its tables and references,
and what a record says of things used and of citations, are packed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import cache, partial
from operator import attrgetter
from typing import Any, TypeVar

from kg.entity_types import LISTS
from kg.identifiers import MINTED
from kg.keptbody import kept, pack, parts_of, unpacked
from kg.model import (
    Brief,
    Cell,
    Citation,
    Document,
    Evidence,
    FieldSpan,
    Mention,
    Part,
    Record,
    Reference,
    Relation,
    Result,
    SetupNumber,
    Source,
    Table,
    Text,
    Topic,
    Usage,
)
from kg.safe_output import json_line

#: What is raised for JSON that is no document, record or source.
WRONG = (ValueError, TypeError, LookupError, AttributeError, RecursionError)

_Made = TypeVar("_Made")
Json = dict[str, Any]
_ENDS = ("head", "tail")  # of relations
_LISTS = (*LISTS.values(), "results", "relations", "topics")
_PACKED, _RECORD_PACKED = ("tables", "references"), ("uses", "citations")
_AS_THEY_ARE = frozenset((str, int, float, bool, type(None)))


def encoded(said: Document | Source) -> str:
    """A document or source as JSON. A text that is a part of the body is kept there alone."""
    made = plain(said)
    if isinstance(said, Document) and said.parts:
        parts = {part.id for part in said.parts}
        made["texts"] = {name: None if name in parts else text for name, text in made["texts"].items()}
        made["parts"] = len(said.parts)
        made["body"] = kept(said.parts)
    return json_line(pack(made, _PACKED))


def encoded_record(said: Record, of: Document) -> str:
    """A record as JSON, beside the document that it is of."""
    made = plain(said)
    named = _named(made)
    for name in LISTS.values():
        for mention in made.get(name, ()):
            del mention["type"]
            if mention["canonical"] == mention["surface"]:
                del mention["canonical"]
            if mention.setdefault("reason", "") == MINTED:
                del mention["reason"]
    parts = {part.id: part.text for part in of.parts}
    for place in (*(one["evidence"] for one in made.get("relations", ())), *made.get("key", {}).values()):
        if place["quote"] == _standing(place, of.texts):
            del place["quote"]
    for use in made.get("uses", ()):
        use["places"] = [_short(place, parts) for place in use["places"]]
    for citation in made.get("citations", ()):
        citation["evidence"] = _short(citation["evidence"], parts)
    for relation in made.get("relations", ()):
        for end in _ENDS:
            concept, usual = relation.pop(f"{end}_concept", ""), named.get(relation[end], "")
            if concept != usual:
                relation[f"{end}_concept"] = concept
    extractors = {name: _usual(made[name]) for name in _LISTS if name in made}
    if told := {name: extractor for name, extractor in extractors.items() if extractor}:
        made["extractors"] = told
    return json_line(pack(made, _RECORD_PACKED))


def _usual(said: list[Json]) -> str:
    """The extractor that most of a list have in common, which they say no more; "" where several have none."""
    found = Counter(one.get("extractor", "") for one in said)
    usual = str(max(found, key=lambda name: found[name]))
    for one in said:
        if one.setdefault("extractor", "") == usual:
            del one["extractor"]
    return usual


def _named(record: Json) -> dict[str, str]:
    """The concept of the first mention of each name in the JSON of a record."""
    named: dict[str, str] = {}
    for name in LISTS.values():
        for mention in record.get(name, ()):
            named.setdefault(mention.get("canonical", mention.get("surface")), mention.get("concept", ""))
    return named


def _short(evidence: Json, texts: Mapping[str, Text]) -> list[Any]:
    """An evidence as a list: field, start, end, and its words where they do not stand there."""
    quote = [] if evidence["quote"] == _standing(evidence, texts) else [evidence["quote"]]
    return [evidence.get("field", ""), evidence.get("start", -1), evidence.get("end", -1), *quote]


def _evidence(said: Json | list[Any], texts: Mapping[str, Text]) -> Evidence:
    if isinstance(said, dict):
        return Evidence(**said)
    field, start, end, *quote = said
    return Evidence(quote[0] if quote else texts[field].raw[start:end], field, start, end)


def _standing(evidence: Json, texts: Mapping[str, Text]) -> str | None:
    """The words at the place of an evidence; None where it says no place."""
    text = texts.get(evidence.get("field", ""))
    start, end = evidence.get("start", -1), evidence.get("end", -1)
    return text.raw[start:end] if text and 0 <= start < end else None


def document(data: str) -> Document:
    """A document of its JSON. Raises one of WRONG for what is none."""
    said = unpacked(said) if "packed" in (said := json.loads(data)) else said
    listed = said.pop("parts", ())  # all parts, as they were kept before; else how many they are
    older = (_made(Part, one, headings=tuple, text=_text)() for one in listed) if isinstance(listed, list) else ()
    body: Json = {"parts": (*older, *(parts_of(said.pop("body")) if "body" in said else ()))}
    body["tables"] = tuple(_table(one) for one in said.pop("tables", ()))
    body["references"] = tuple(
        _made(Reference, one, cited=lambda at: tuple(map(tuple, at)))() for one in said.pop("references", ())
    )
    parts = {part.id: part.text for part in body["parts"]}
    texts = {f: parts[f] if text is None else _text(text) for f, text in said.pop("texts", {}).items()}
    return _made(Document, said, authors=tuple, repairs=tuple)(texts=texts, **body)


def record(data: str, of: Document) -> Record:
    """A record of its JSON, and of the document that it is of. Raises one of WRONG for what is none."""
    said = unpacked(said) if "packed" in (said := json.loads(data)) else said
    for name, extractor in said.pop("extractors", {}).items():
        for one in said[name]:
            one.setdefault("extractor", extractor)
    named = _named(said)
    for place in (*(one["evidence"] for one in said.get("relations", ())), *said.get("key", {}).values()):
        place.setdefault("quote", _standing(place, of.texts) or "")
    for relation in said.get("relations", ()):
        for end in _ENDS:
            relation.setdefault(f"{end}_concept", named.get(relation[end], ""))
    lists: dict[str, Callable[[Json], object]] = {name: partial(_mention, kind) for kind, name in LISTS.items()}
    lists |= {"results": _result, "relations": _relation, "topics": _topic}
    made: Json = {name: [make(one) for one in said.pop(name)] for name, make in lists.items() if name in said}
    if "brief" in said:
        made["brief"] = _made(Brief, said.pop("brief"), institution=tuple)()
    made["key"] = {role: Evidence(**place) for role, place in said.pop("key", {}).items()}
    parts = {part.id: part.text for part in of.parts}
    made["uses"] = [_use(one, parts) for one in said.pop("uses", ())]
    cites = said.pop("citations", ())
    made["citations"] = [Citation(evidence=_evidence(one.pop("evidence"), parts), **one) for one in cites]
    made["setup"] = [SetupNumber(place=Evidence(**one.pop("place")), **one) for one in said.pop("setup", ())]
    made["limitations"] = [Evidence(**place) for place in said.pop("limitations", ())]
    return Record(**said, **made)


def source(data: str) -> Source:
    """A source of its JSON. Raises one of WRONG for what is none."""
    said = json.loads(data)
    skeleton = tuple(piece if isinstance(piece, str) else (piece[0], piece[1]) for piece in said.pop("skeleton", ()))
    return _made(Source, said, skipped=tuple)(skeleton=skeleton)


def plain(said: Any) -> Any:
    """What JSON can say of a value."""
    if said.__class__ in _AS_THEY_ARE:
        return said
    if isinstance(said, Text):
        return said.raw if said.raw == said.text and not said.edits else [said.raw, said.text, said.edits]
    if isinstance(said, dict):
        return {key: plain(value) for key, value in said.items()}
    if isinstance(said, list | tuple):
        return [plain(value) for value in said]
    if not hasattr(said, "__slots__"):
        return said
    names, defaults, values_of = _defaults(said.__class__)
    return {
        name: value if value.__class__ in _AS_THEY_ARE else plain(value)
        for name, default, value in zip(names, defaults, values_of(said), strict=True)
        if value is not default and (value != default or value.__class__ is not default.__class__)
    }


@cache
def _defaults(kind: Any) -> tuple[tuple[str, ...], tuple[Any, ...], Callable[[Any], tuple[Any, ...]]]:
    """The fields of a dataclass of the model, what is left out of each, and what gives the values of all at once.

    Fields that a subclass adds are not kept.
    """
    model = next(base for base in kind.__mro__ if base.__module__ == Document.__module__)
    names = tuple(one.name for one in fields(model))
    defaults = tuple(
        one.default_factory() if one.default_factory is not MISSING else one.default for one in fields(model)
    )
    return names, defaults, attrgetter(*names)


def _made(kind: type[_Made], said: Json, **forms: Callable[[Any], object]) -> Callable[..., _Made]:
    """What makes a dataclass of its JSON and more; some fields take a form."""
    given = said | {name: form(said[name]) for name, form in forms.items() if name in said}
    return lambda **more: kind(**given, **more)


def _text(said: Any) -> Text:
    if isinstance(said, str):
        return Text(said, said)
    raw, text, edits = said
    return Text(raw, text, tuple((start, end, new) for start, end, new in edits))


def _table(said: Json) -> Table:
    return Table(said.pop("id"), said.pop("label"), tuple(Cell(**cell) for cell in said.pop("cells")), **said)


def _use(said: Json, parts: Mapping[str, Text]) -> Usage:
    return _made(Usage, said, at=tuple, places=lambda some: tuple(_evidence(one, parts) for one in some))()


def _mention(kind: str, said: Json) -> Mention:
    return _made(Mention, {"type": kind, "canonical": said.get("surface"), "reason": MINTED, **said}, aliases=tuple)()


def _result(said: Json) -> Result:
    value = said.pop("value")
    value = (value[0], value[1]) if isinstance(value, list) else value
    return _made(Result, said, on=tuple, evidence=lambda e: Evidence(**e), spans=_spans, marks=tuple)(value=value)


def _relation(said: Json) -> Relation:
    return _made(Relation, said, evidence=lambda e: Evidence(**e), spans=_spans, marks=tuple)()


def _spans(said: list[Any]) -> tuple[FieldSpan, ...]:
    return tuple(FieldSpan(*one) for one in said)


def _topic(said: Json) -> Topic:
    return _made(Topic, said, evidence=lambda e: Evidence(**e))()


def way_encoded(way: str | Mapping[str, Any]) -> str:
    """How an entry is read: "full" or "fast" as it is, what an annotation says as JSON."""
    return way if isinstance(way, str) else json_line(way)


def way(data: str) -> str | Json:
    """How an entry is read, of what `way_encoded` gives."""
    if not data.startswith("{"):
        return data
    said: Json = json.loads(data)
    return said
