"""Records in the form of the annotation guidelines: one JSON object a paper, written and read."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

from kg.entity_types import LISTS, TABLE
from kg.evidence import BY_HAND
from kg.files import MOST, content
from kg.identifiers import PREFIXES
from kg.model import (
    FIELDS,
    KEY_ROLES,
    KINDS,
    LARGEST,
    MARKS,
    MODEL_ROLES,
    OBTAINED,
    RELATION_TYPES,
    ROLES,
    SPANS,
    Brief,
    Document,
    Evidence,
    FieldSpan,
    KgError,
    Mention,
    Part,
    ReadTable,
    Record,
    Relation,
    Result,
    SetupNumber,
    Statement,
    Table,
    TableHeader,
    Topic,
    Usage,
)
from kg.text import fold

#: Types of what papers use, and the keys of a record that hold it.
_USED = {**{kind: LISTS[kind] for kind in OBTAINED}, "baseline": "baselines", "software": "software"}
KEYS = tuple(itertools.takewhile(lambda name: name != "paper", (one.name for one in fields(Record))))
_SETUP = ("name", "value", "unit", "surface")
_CHANGES = ("increase", "decrease", "absolute")
_ROLES = {"technique": ROLES, "model": ("", *MODEL_ROLES)}
_BOUNDS = ("exact", "up_to", "at_least", "about")
_LOCAL = re.compile(r"[\w.\-]+")
_TYPES = {name: kind for kind, name in LISTS.items()}


def to_json(record: Record) -> dict[str, Any]:
    """A record as the guidelines write it, with `ror` and `concept` where known, and how far each claim can be trusted.

    A claim that is not by hand has its `score` and whether it is `sure`; those of topics stand in `topic_scores`,
    that of the kind in `kind_score`.
    """
    out: dict[str, Any] = {}
    for key in KEYS:
        said = getattr(record, key)
        if key in _TYPES:
            out[key] = [_mention_json(mention) for mention in said]
        elif key == "results":
            out[key] = [_result_json(result) for result in said]
        elif key == "relations":
            out[key] = [_relation_json(relation) for relation in said]
        elif key == "topics":
            out[key] = [topic.id for topic in said]
        elif key == "brief":
            out[key] = {slot: getattr(said, slot) for slot in Brief.__slots__} | {"institution": list(said.institution)}
        elif key == "key":
            if said:
                out[key] = {role: said[role].quote if role in said else "" for role in KEY_ROLES}
        else:
            out[key] = said
    if trust := {topic.id: told for topic in record.topics if (told := _trust(topic))}:
        out["topic_scores"] = trust
    if record.kind_score:
        out["kind_score"] = {"score": round(record.kind_score, 4), "sure": record.kind_sure}
    return out


def body_json(document: Document, record: Record, tables: Iterable[ReadTable] = ()) -> dict[str, Any]:
    """What a body adds to a record's JSON: sections, what is used or mentioned by type, code, limitations, tables.

    `tables` are those of the document as `kg.extract.tables` reads them: each number is a row of `cells`.
    """
    if not document.parts:
        return {}
    uses = {kind: {fold(use.name): use for use in record.uses if use.type == kind} for kind in _USED}
    out: dict[str, Any] = {"sections": [_section(part) for part in document.parts if part.kind == "heading"]}
    for kind, name in _USED.items():
        found = {one["canonical"]: one for one in map(_mention_json, getattr(record, name, ()))}
        for one in found.values():
            use = uses[kind].pop(fold(one["canonical"]), None)
            one["name"] = one["canonical"]
            one |= _use_json(use) if use else {}
        others = [{"name": use.name, "surface": use.surface, **_use_json(use)} for use in uses[kind].values()]
        out[name] = [*found.values(), *others]
    out["setup"] = [{key: getattr(one, key) for key in _SETUP} | {"part": one.place.field, "quote": one.place.quote}
                    for one in record.setup]  # fmt: skip
    out |= {"code": record.code, "limitations": [one.quote for one in record.limitations]}
    read = list(tables)
    grids = {table.id: table for table in document.tables}
    out["tables"] = [_table_json(table, grids[table.id]) for table in read]
    out["cells"] = [cell for table in read for cell in _cells_json(table)]
    return out


def _table_json(read: ReadTable, table: Table) -> dict[str, Any]:
    """A table as it is printed; a column is not sound where no number in it has heads and a label of its own."""
    said = {name: getattr(read, name) for name in ("id", "label", "caption", "page", "head_rows", "head_columns")}
    rows = [[cell.text if cell else "" for cell in row] for row in table.grid()]
    columns = [column not in read.unsound for column in range(len(rows[0]) if rows else 0)]
    return {**said, **_printed_json(read.headers[:1]), "rows": rows, "sound": columns}


def _cells_json(read: ReadTable) -> Iterator[dict[str, Any]]:
    for cell in read.cells:
        headers = [read.headers[cell.row_header], read.headers[cell.column_header]]
        row, column = (" > ".join(header.path) for header in headers)
        said = {"table": read.id, "row": row, "column": column, "value": cell.text, "unit": cell.unit}
        yield {**said, **_printed_json(headers), "sound": cell.sound, "bold": cell.bold}


def _printed_json(headers: Iterable[TableHeader]) -> dict[str, Any]:
    """The names and settings that headers print, by type."""
    facets: dict[str, str] = {}
    settings: dict[str, str] = {}
    for header in headers:
        for facet in header.facets:
            facets.setdefault(facet.type, facet.name)
        settings |= dict(header.settings)
    return {"facets": facets, "settings": settings}


def _section(part: Part) -> dict[str, Any]:
    return {"head": part.headings[-1] if part.headings else part.text.text, "role": part.role, "page": part.page}


def _use_json(use: Usage) -> dict[str, Any]:
    place = use.places[0]
    said = {"use": use.use, "level": use.level, "part": place.field, "quote": place.quote, "places": use.count}
    return said | {"score": use.confidence} | ({"devices": use.devices} if use.devices else {})


def read_records(path: str | Path) -> dict[str, dict[str, Any]]:
    """Annotated records of a file of JSON lines (gzip too) by id; KgError with the line of what is wrong."""
    out: dict[str, dict[str, Any]] = {}
    try:
        data = content(path)
        if data[:2] == b"\x1f\x8b":
            with gzip.open(io.BytesIO(data)) as unpacked:
                data = unpacked.read(MOST)
        lines = data.split(b"\n")
    except (OSError, EOFError, zlib.error) as error:
        raise KgError(f"{path} cannot be read ({getattr(error, 'strerror', None) or error}).") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            obj = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise KgError(f"{path}: line {number} is not JSON in UTF-8: mend it there.") from None
        name = obj.get("id") if isinstance(obj, dict) else None
        if not isinstance(name, str) or not name:
            raise KgError(f"{path}: line {number} holds no record with an id: mend it there.")
        if name in out:
            raise KgError(f"{path}: line {number} has the id {name} again: keep one of the two.")
        out[name] = obj
    if not out:
        raise KgError(f"{path} holds no record.")
    return out


def from_json(obj: Mapping[str, Any], document: Document) -> Record:
    """The record that an annotation of a document says, with the offsets of its quotes.

    A quote that stands several times means the first place. Concepts that the annotation names are kept, the
    others are left to linking. Raises KgError with the entry's id and the words for what does not fit.
    """
    reader = _AnnotationReader(document)
    reader.check_characters(obj)
    record = Record(
        id=document.id,
        title=reader.text(obj, "title"),
        name=reader.text(obj, "name"),
        kind=reader.choice(obj, "kind", KINDS, "method"),
        **reader.kind_trust(obj),
        results=[reader.result(item) for item in reader.items(obj, "results")],
        topics=reader.topics(obj),
        code_url=reader.text(obj, "code_url"),
        brief=reader.brief(obj),
        key=reader.key(obj),
    )
    names = {record.name: record.name}
    for key, kind in _TYPES.items():
        for item in reader.items(obj, key):
            mention = reader.mention(item, kind)
            getattr(record, key).append(mention)
            for name in (mention.canonical, mention.surface, *mention.aliases):
                names.setdefault(name, mention.canonical)
    record.setup = [reader.setup_number(item) for item in reader.items(obj, "setup")]
    record.relations = [reader.relation(item, names) for item in reader.items(obj, "relations")]
    return record


def _mention_json(mention: Mention) -> dict[str, Any]:
    out: dict[str, Any] = {"surface": mention.surface, "in": mention.field}
    if mention.type == "institution":
        out["name"] = mention.canonical
    elif mention.type != "problem" or mention.canonical != mention.surface:
        out["canonical"] = mention.canonical
    if mention.role:
        out["role"] = mention.role
    if mention.aliases:
        out["aliases"] = list(mention.aliases)
    if mention.concept.startswith("ror:"):
        out["ror"] = mention.concept.removeprefix("ror:")
    elif mention.concept:
        out["concept"] = mention.concept
    return out | _trust(mention)


def _result_json(result: Result) -> dict[str, Any]:
    out: dict[str, Any] = {
        "surface": result.evidence.quote,
        "in": result.evidence.field,
        "metric": result.metric,
        "value": _value_json(result.value),
    }
    for name in ("unit", "change", "bound", "baseline", "setting"):
        out[name] = getattr(result, name)
    if result.on:
        out["on"] = list(result.on)
    if result.metric_concept:
        out["concept"] = result.metric_concept
    return out | _read(result) | _trust(result)


def _read(said: Result | Relation) -> dict[str, Any]:
    """The spans of a statement, a list of [start, end, score] for each field that has any, and its marks."""
    spans = {name: [[s, e, round(score, 4)] for n, s, e, score in said.spans if n == name] for name in SPANS}
    found = {name: places for name, places in spans.items() if places}
    return {**({"spans": found} if found else {}), **({"marks": list(said.marks)} if said.marks else {})}


def _relation_json(relation: Relation) -> dict[str, Any]:
    out = {"head": relation.head, "type": relation.type, "tail": relation.tail, "evidence": relation.evidence.quote}
    return out | _read(relation) | _trust(relation)


def _value_json(value: float | tuple[float, float]) -> int | float | list[int | float]:
    return [_number(end) for end in value] if isinstance(value, tuple) else _number(value)


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _trust(said: Statement) -> dict[str, Any]:
    """How far a claim can be trusted; what people say without a doubt needs no score."""
    if said.extractor == BY_HAND and said.sure and said.confidence >= 1:
        return {}
    return {"score": round(said.confidence, 4), "sure": said.sure}


class _AnnotationReader:
    """Reads the parts of one annotation and says what is wrong with it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.texts = {part.id: part.text for part in document.parts} | document.texts

    def fail(self, what: str) -> NoReturn:
        raise KgError(f"{self.document.id}: {what}.")

    def check_characters(self, obj: Mapping[str, Any]) -> None:
        try:
            json.dumps(obj, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            self.fail(f"the record holds half a character ({error.object[error.start]!a})")

    def text(self, obj: Mapping[str, Any], key: str, default: str = "") -> str:
        said = obj.get(key, default)
        return said if isinstance(said, str) else self.fail(f"{key} must be a text, not {said!r}")

    def whole(self, said: Any, key: str) -> str:
        return said if isinstance(said, str) and said else self.fail(f"{key} must hold texts, not {said!r}")

    def listed(self, obj: Mapping[str, Any], key: str) -> list[Any]:
        said = obj.get(key, [])
        return said if isinstance(said, list) else self.fail(f"{key} must be a list, not {said!r}")

    def mapping(self, obj: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        said = obj.get(key, {})
        return said if isinstance(said, dict) else self.fail(f"{key} must be an object, not {said!r}")

    def items(self, obj: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
        said = self.listed(obj, key)
        wrong = [item for item in said if not isinstance(item, dict)]
        return self.fail(f"{key} must hold objects, not {wrong[0]!r}") if wrong else said

    def choice(self, obj: Mapping[str, Any], key: str, choices: tuple[str, ...], default: str = "") -> str:
        said = self.text(obj, key, default)
        return said if said in choices else self.fail(f"{key} is {said!r}: choose one of {', '.join(choices)}")

    def number(self, said: Any) -> float:
        if isinstance(said, bool) or not isinstance(said, int | float) or not abs(said) <= LARGEST:
            self.fail(f"a number was expected, not {said!r:.80}")
        return float(said)

    def quote(self, quote: str, field: str = "") -> Evidence:
        """Where a quote stands first: in one field, or in the first that holds it."""
        if field and field not in (*FIELDS, *self.texts):
            self.fail(f"'in' is {field!r}: choose one of {', '.join(FIELDS)}")
        for name in (field,) if field else FIELDS:
            start = self.texts[name].raw.find(quote) if name in self.texts else -1
            if quote and start >= 0:
                return Evidence(quote, name, start, start + len(quote))
        self.fail(f"{quote!r} does not stand in {field or 'any text'} of the entry")

    def mention(self, item: Mapping[str, Any], kind: str) -> Mention:
        place = self.quote(self.text(item, "surface"), self.text(item, "in"))
        name = self.text(item, "name" if kind == "institution" else "canonical", place.quote) or place.quote
        ror = self.text(item, "ror")
        concept = f"ror:{ror.removeprefix(PREFIXES['ror'])}" if ror else self.text(item, "concept")
        self.check_concept(concept, kind)
        return Mention(
            type=kind,
            surface=place.quote,
            canonical=name,
            field=place.field,
            start=place.start,
            end=place.end,
            role=self.choice(item, "role", _ROLES[kind]) if kind in _ROLES else "",
            aliases=tuple(self.whole(alias, "aliases") for alias in self.listed(item, "aliases")),
            concept=concept,
            reason="given in the annotation" if concept else "",
            **self.origin(item),
        )

    def check_concept(self, concept: str, kind: str) -> str:
        """A CURIE of the kind that is meant; an empty one may be."""
        prefix, _, local = concept.partition(":")
        wanted = TABLE[kind].prefixes
        if concept and (prefix not in wanted or not _LOCAL.fullmatch(local)):
            self.fail(f"{concept!r} names no {kind}: write {wanted[-1]}:name")
        return concept

    def result(self, item: Mapping[str, Any]) -> Result:
        said = item.get("value")
        value: float | tuple[float, float]
        evidence = self.quote(self.text(item, "surface"), self.text(item, "in"))
        if isinstance(said, list) and len(said) == 2:
            low, high = sorted(self.number(number) for number in said)
            value = (low, high) if low < high else low
        else:
            value = self.number(said)
        return Result(
            evidence=evidence,
            metric=self.text(item, "metric"),
            value=value,
            unit=self.text(item, "unit"),
            change=self.choice(item, "change", _CHANGES),
            bound=self.choice(item, "bound", _BOUNDS, "exact"),
            baseline=self.text(item, "baseline"),
            setting=self.text(item, "setting"),
            on=tuple(self.whole(name, "on") for name in self.listed(item, "on")),
            metric_concept=self.check_concept(self.text(item, "concept"), "metric"),
            **self.read(item, evidence),
            **self.origin(item),
        )

    def relation(self, item: Mapping[str, Any], names: Mapping[str, str]) -> Relation:
        head, tail = self.text(item, "head"), self.text(item, "tail")
        for name in (head, tail):
            if not name or name not in names:
                self.fail(f"a relation names {name!r}, which is not listed in the record")
        evidence = self.quote(self.text(item, "evidence"))
        return Relation(
            head=names[head],
            type=self.choice(item, "type", RELATION_TYPES),
            tail=names[tail],
            evidence=evidence,
            **self.read(item, evidence),
            **self.origin(item),
        )

    def setup_number(self, item: Mapping[str, Any]) -> SetupNumber:
        place = self.quote(self.text(item, "quote"), self.text(item, "part"))
        return SetupNumber(**{key: self.text(item, key) for key in _SETUP}, place=place)

    def read(self, item: Mapping[str, Any], evidence: Evidence) -> dict[str, Any]:
        """The spans and marks of a statement."""
        marks, given = self.listed(item, "marks"), self.mapping(item, "spans")
        if wrong := [mark for mark in marks if mark not in MARKS]:
            self.fail(f"marks has {wrong[0]!r}: choose of {', '.join(MARKS)}")
        spans: list[FieldSpan] = []
        most = len(self.document.texts[evidence.field].raw)
        for name in given:
            for one in self.listed(given, name):
                start, end, score = map(self.number, one) if isinstance(one, list) and len(one) == 3 else (-1, -1, -1)
                if name not in SPANS or not (0 <= start < end <= most and 0 <= score <= 1):
                    self.fail(
                        f"spans has {name!r}: {one!r}, which is no [start, end, score] of a text of {most} letters"
                    )
                spans.append(FieldSpan(name, int(start), int(end), score))
        return {"spans": tuple(spans), "marks": tuple(mark for mark in MARKS if mark in marks)}

    def topics(self, obj: Mapping[str, Any]) -> list[Topic]:
        trust = obj.get("topic_scores", {})
        if not (isinstance(trust, dict) and all(isinstance(told, dict) for told in trust.values())):
            self.fail(f"topic_scores must be an object of objects, not {trust!r}")
        names = [self.whole(item, "topics") for item in self.listed(obj, "topics")]
        for name in names:
            self.check_concept(f"topic:{name}", "topic")
        return [Topic(name, **self.origin(trust.get(name, {}))) for name in names]

    def kind_trust(self, obj: Mapping[str, Any]) -> dict[str, Any]:
        told = self.mapping(obj, "kind_score")
        origin = self.origin(told)
        return {"kind_score": origin["confidence"], "kind_sure": origin["sure"]} if told else {}

    def brief(self, obj: Mapping[str, Any]) -> Brief:
        said = self.mapping(obj, "brief")
        return Brief(
            institution=tuple(self.whole(name, "institution") for name in self.listed(said, "institution")),
            **{slot: self.text(said, slot) for slot in ("name", "technique", "problem", "effect")},
        )

    def key(self, obj: Mapping[str, Any]) -> dict[str, Evidence]:
        said = self.mapping(obj, "key")
        return {role: self.quote(quote) for role in KEY_ROLES if (quote := self.text(said, role))}

    def origin(self, item: Mapping[str, Any]) -> dict[str, Any]:
        score = self.number(item.get("score", 1.0))
        if not 0 <= score <= 1:
            self.fail(f"score must lie between 0 and 1, not {score}")
        sure = item.get("sure", "score" not in item)  # what is annotated without a doubt
        if not isinstance(sure, bool):
            self.fail(f"sure must be true or false, not {sure!r}")
        return {"extractor": BY_HAND, "confidence": score, "sure": sure}
