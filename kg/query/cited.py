"""Evidence by id: the span of text that a claim rests on, with an id by which anyone can find it again.

See `kg.evidence.evidence_id` for the parts of an id. Ids survive a rebuild of the graph or a newer extractor, but
are no longer valid when the text itself has changed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kg.evidence import MARK, evidence_id, mark_of
from kg.identifiers import address
from kg.keptbody import raw_texts
from kg.model import KgError
from kg.query.shown import context
from kg.store.contents import entry_named
from kg.store.file import StoreFile
from kg.text import one_line

_LONGEST = 600  # longest id that is examined, in characters
_ID = re.compile(rf"(?P<text>.+)/(?P<start>\d{{1,7}})-(?P<end>\d{{1,7}})/(?P<mark>[0-9a-f]{{{MARK}}})", re.ASCII)
_NO_ID = "write it as ENTRY/FIELD/START-END/HASH, like 002-22/A/120-180/3f9c1a2b."

#: The parts of each kind of claim, and the tables that store them; `x` is the table of the claims.
_CONCEPT = "c.type AS type, c.curie AS concept, c.label AS label, c.label_zh AS label_zh"
_RESULT = """coalesce(nullif(m.label, ''), x.metric_text) AS metric, coalesce(m.curie, '') AS metric_concept,
    x.low AS low, x.high AS high, x.unit AS unit, x.change AS change, x.bound AS bound,
    coalesce(nullif(b.label, ''), x.baseline_text) AS baseline, x.setting AS setting"""
_RELATION = """coalesce(nullif(h.label, ''), x.head_text) AS head, coalesce(h.curie, '') AS head_concept,
    x.type AS relation, coalesce(nullif(t.label, ''), x.tail_text) AS tail, coalesce(t.curie, '') AS tail_concept"""
_SAYS = {
    "mention": (f"{_CONCEPT}, x.role AS role", "mentions x JOIN concepts c ON c.id = x.concept"),
    "topic": (_CONCEPT, "topics x JOIN concepts c ON c.id = x.topic"),
    "result": (_RESULT, "results x LEFT JOIN concepts m ON m.id = x.metric LEFT JOIN concepts b ON b.id = x.baseline"),
    "relation": (
        _RELATION,
        "relations x LEFT JOIN concepts h ON h.id = x.head LEFT JOIN concepts t ON t.id = x.tail",
    ),
}
#: The kinds of claims, in the order in which they are listed.
KINDS = tuple(_SAYS)


@dataclass(frozen=True, slots=True)
class CitedClaim:
    """A claim that rests on a span: `says` holds the parts of a mention, topic, result or relation by name."""

    kind: str  # one of KINDS
    evidence: str  # the id of its evidence
    quote: str
    sentence: str
    entry: str
    field: str
    start: int
    end: int
    score: float
    sure: bool
    says: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Kind and parts, then the span with its place; empty values are left out."""
        place = {"field": self.field, "start": self.start, "end": self.end}
        said = {name: value for name, value in self.says.items() if value not in ("", None)}
        trust = {"score": round(self.score, 3), "sure": self.sure}
        return {"kind": self.kind, **said, "evidence": self.evidence, **place, "quote": self.quote,
                "sentence": self.sentence, **trust}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Passage:
    """The span that an evidence id names, in its text, and the claims that the graph derives from it."""

    id: str
    entry: str
    paper: str  # CURIE
    title: str
    link: str  # of the paper; "" if it has none
    field: str
    start: int
    end: int
    quote: str
    sentence: str
    raw: str  # the whole field
    sha256: str  # of the whole field
    claims: tuple[CitedClaim, ...]  # those that rest on exactly this span

    def to_json(self) -> dict[str, Any]:
        """All but the text of the field."""
        names = ("id", "entry", "paper", "title", "link", "field", "start", "end", "quote", "sentence", "sha256")
        return {name: getattr(self, name) for name in names} | {"claims": [one.to_json() for one in self.claims]}


def passage(store: StoreFile, name: str) -> Passage:
    """The span that an evidence id names. Raises KgError for malformed or unknown ids, and for changed texts."""
    found = _ID.fullmatch(name.strip()) if len(name) <= _LONGEST else None
    if not found:
        raise KgError(f"{one_line(name)[:80]!r} is no evidence id: {_NO_ID}")
    start, end = int(found["start"]), int(found["end"])
    entry, field = _text_named(store, found["text"])
    texts = raw_texts(store.entry(entry).document) if entry else {}
    if field not in texts:
        raise KgError(f"The graph has no text {one_line(found['text'])[:80]}.")
    sql = "SELECT curie, title, doi, arxiv, url FROM papers WHERE curie = (SELECT paper FROM entries WHERE name = ?)"
    [(paper, title, doi, arxiv, url)] = store.rows(sql, entry)
    raw = texts[field]
    quote = raw[start:end]
    if end > len(raw) or start >= end or mark_of(quote) != found["mark"]:
        raise KgError(f"The words of {one_line(name)[:120]} are others now: the text was changed since it was cited.")
    own = evidence_id(entry, field, start, end, quote)
    claims = tuple(one for one in claims_of(store, [entry]) if one.evidence == own)
    link, sha = address(doi, arxiv, url), hashlib.sha256(raw.encode()).hexdigest()
    said = context(raw, start, end)
    return Passage(own, entry, paper, title, link, field, start, end, quote, said, raw, sha, claims)


def _text_named(store: StoreFile, name: str) -> tuple[str, str]:
    """The entry of "002-22/A" or "2507.19427/s4.1/p3", and the field, part or cell in it; "" and "" if none."""
    words = name.split("/")
    for n in (1, 2):  # names of parts hold at most one slash, those of entries may hold several
        if entry := entry_named(store, "/".join(words[:-n])):
            return entry, "/".join(words[-n:])
    return "", ""


def claims_of(store: StoreFile, entries: Iterable[str], kinds: Iterable[str] = KINDS) -> Iterator[CitedClaim]:
    """The claims of entries that have evidence, by entry, kind and position."""
    wanted = sorted(set(entries))
    for kind in kinds:
        columns, tables = _SAYS[kind]
        parts = re.findall(r" AS (\w+)", columns)
        sql = f"""SELECT e.name, x.field, x.start, x."end", w.raw, x.score, x.sure, {columns}
            FROM {tables} JOIN entries e ON e.id = x.entry JOIN texts w ON w.entry = e.id AND w.field = x.field
            WHERE x.start >= 0 AND e.name IN ({{}}) ORDER BY e.name, x.number"""
        for entry, field, start, end, raw, score, sure, *said in store.some(sql, wanted):
            quote = raw[start:end]
            own = evidence_id(entry, field, start, end, quote)
            words = context(raw, start, end)
            says = dict(zip(parts, said, strict=True))
            yield CitedClaim(kind, own, quote, words, entry, field, start, end, score, bool(sure), says)
