"""The spaCy frame of the extraction: a bilingual tokenizer, one Doc per entry, and functions that components share."""

from __future__ import annotations

import dataclasses
import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import DummyTokenizer, get_words_and_spaces, registry
from spacy.vocab import Vocab

from kg.entity_types import LISTS
from kg.evidence import Bearers
from kg.extract.numbers import holds_number
from kg.link.acronyms import expanded, expansions, means_another
from kg.model import ROLES, Brief, Document, Evidence, FieldSpan, Mention, Record, Relation, Result, Topic
from kg.text import fold, raw_span, sentences, token_lists
from kg.trust import BY_RULES, is_scored
from kg.vocabulary import Match, Vocabulary

if TYPE_CHECKING:
    from kg.extract.context import DocView
    from kg.extract.speech import NounPhrase, TaggedWord
    from kg.extract.tagger import Tags

#: The fields that are read, in their order in the Doc.
READ = ("T", "A", "I", "B", "K")
_BEHIND = sys.maxsize  # offset behind all texts
_GAP = "\n" * 4  # longer than any gap inside a label, so that no match spans two fields
_CELL = 6  # spans are looked up by stretches of 2 ** _CELL characters
_SHORTENED = ("technique", "model")  # types whose acronyms give way to what they stand for
_VERSION = re.compile(r"[\s-][\w.-]*\d[\w.-]*(?:[\s-][\w.-]+)?")  # "-1.0-8B-Instruct", " VL-2B"
_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+|\s+|[^\w\s]|_")


@dataclasses.dataclass(slots=True)
class Parts:
    """The data that components read and write as `doc._`; offsets count code points of the Doc's text."""

    text: str = ""
    fields: dict[str, tuple[int, int]] = dataclasses.field(default_factory=dict)
    mentions: list[Mention] = dataclasses.field(default_factory=list)
    results: list[Result] = dataclasses.field(default_factory=list)
    relations: list[Relation] = dataclasses.field(default_factory=list)
    topics: list[Topic] = dataclasses.field(default_factory=list)
    name: str = ""
    kind: str = "method"
    kind_score: float = 0.0
    code_url: str = ""
    brief: Brief = dataclasses.field(default_factory=Brief)
    key: dict[str, Evidence] = dataclasses.field(default_factory=dict)
    forms: list[str] = dataclasses.field(default_factory=list)  # folded words, see kg.text.token_lists
    starts: list[int] = dataclasses.field(default_factory=list)  # start offsets of the folded words
    ends: list[int] = dataclasses.field(default_factory=list)
    matches: list[Match] = dataclasses.field(default_factory=list)  # all vocabulary labels found in the Doc
    sentences: list[tuple[int, int]] = dataclasses.field(default_factory=list)
    tags: Tags | None = None  # None without a tagger
    words: list[list[TaggedWord]] = dataclasses.field(default_factory=list)  # tagged words of each English sentence
    decided: dict[str, list[Any]] = dataclasses.field(default_factory=dict)  # candidates by type: kg.extract.types
    view: DocView | None = None  # created by the first component that needs it
    phrases: list[NounPhrase] = dataclasses.field(default_factory=list)  # base noun phrases


class EntryDoc(Doc):  # type: ignore[misc]  # spaCy has no types
    """The Doc of an entry. `_` holds Parts, because spaCy's own extensions cost a microsecond per access.

    It has a text but no spaCy tokens, which nothing here uses: creating them would take longer than everything else,
    and each new word would stay in memory. A component that needs them calls `nlp.tokenizer(doc.text)`.
    """

    __slots__ = ("_",)

    @property
    def text(self) -> str:
        return str(self._.text)


class Tokenizer(DummyTokenizer):  # type: ignore[misc]  # spaCy has no types
    """Splits text into words, numbers, marks, white space and single Han characters; no text is lost."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        words, spaces = get_words_and_spaces(_WORD.findall(text), text)
        return Doc(self.vocab, words=words, spaces=spaces)


@registry.tokenizers("kg.bilingual")
def bilingual_tokenizer() -> Any:
    return lambda nlp: Tokenizer(nlp.vocab)


def make_doc(nlp: Language, document: Document, vocabulary: Vocabulary) -> Doc:
    """The Doc of an entry: its repaired fields concatenated, with the vocabulary labels found in them."""
    pieces: list[str] = []
    fields: dict[str, tuple[int, int]] = {}
    at = 0
    for field in READ:
        # A field with an empty raw text was restored from another source; derived text is not evidence.
        text = document.texts[field].text if field in document.texts and document.texts[field].raw else ""
        if text:
            fields[field] = (at, at + len(text))
            pieces.append(text)
            at += len(text) + len(_GAP)
    text = _GAP.join(pieces)
    doc = EntryDoc(nlp.vocab)
    found = token_lists(text)
    doc._ = Parts(
        text=text,
        fields=fields,
        forms=found[0],
        starts=found[1],
        ends=found[2],
        matches=_meant(vocabulary.match(text, found), text, expansions(document), vocabulary),
        sentences=[(start + s, start + e) for start, end in fields.values() for s, e in sentences(text[start:end])],
    )
    return doc


def _meant(found: list[Match], text: str, acronyms: dict[str, str], vocabulary: Vocabulary) -> list[Match]:
    """The labels of a text without acronyms that stand for something else in it."""
    if not acronyms:
        return found
    return [
        m
        for m in found
        if not (long := acronyms.get(fold(short := text[m.start : m.end])))
        or not means_another(short, long, vocabulary[m.concept].labels())
    ]


def field_at(doc: Doc, at: int) -> str:
    """The field that contains an offset of the Doc."""
    for field, (start, end) in doc._.fields.items():
        if start <= at <= end:
            return str(field)
    return ""


def field_text(doc: Doc, field: str) -> str:
    """The repaired text of a field, or "" if the entry lacks it."""
    start, end = doc._.fields.get(field, (0, 0))
    text: str = doc._.text
    return text[start:end]


def sentence_of(doc: Doc, at: int) -> tuple[int, int]:
    """The span of the sentence that contains an offset of the Doc; (at, at) if there is none."""
    spans: list[tuple[int, int]] = doc._.sentences
    place = bisect_right(spans, (at, _BEHIND)) - 1
    return spans[place] if place >= 0 and at < spans[place][1] else (at, at)


def matches(doc: Doc, kind: str, field: str = "") -> Iterator[Match]:
    """The vocabulary labels of one type, in one field or in all fields."""
    start, end = doc._.fields.get(field, (0, 0)) if field else (0, len(doc._.text))
    return (m for m in doc._.matches if m.type == kind and start <= m.start and m.end <= end)


def mentions(doc: Doc, kind: str) -> list[Mention]:
    """The mentions of one type found so far."""
    return [m for m in doc._.mentions if m.type == kind]


def word_places(doc: Doc, start: int, end: int) -> slice:
    """The slice of `doc._.forms`, `starts` and `ends` with the folded words inside a span of the Doc."""
    parts: Parts = doc._
    first = bisect_left(parts.starts, start)
    last = bisect_left(parts.starts, end, first)
    return slice(first, last - (last > first and parts.ends[last - 1] > end))  # tokens do not overlap


def folds(doc: Doc, start: int, end: int, most: int | None = None) -> list[str]:
    """The (first `most`) folded words of a span of the Doc, from its tokens where possible."""
    parts: Parts = doc._
    text, starts, ends = parts.text, parts.starts, parts.ends
    first = bisect_left(starts, start)
    if most is not None and first + most < len(starts) and starts[first + most] < end:
        last, end = first + most, starts[first + most]
    else:
        last = bisect_left(starts, end, first)
    if (
        (first and ends[first - 1] > start)
        or (first < last and ends[last - 1] > end)
        or (text[start - 1 : start] != " " and _cuts(text[start - 1 : start + 1]))
        or (text[end : end + 1] != " " and _cuts(text[end - 1 : end + 1]))
    ):
        return token_lists(text[start:end])[0][:most]  # the span begins or ends inside a token
    return parts.forms[first:last]


def _cuts(around: str) -> bool:
    """Whether a cut between two characters may split a token: between letters and digits, or before a "+"."""
    return around[:1] == "+" or (around[:1].isalnum() and around[1:].isalnum())


def to_record(doc: Doc, document: Document) -> Record:
    """The Record of a Doc: offsets are mapped to the raw fields, results and relations are checked.

    A result whose evidence lacks its number is dropped, and so is a relation whose evidence lacks one of its ends.
    """
    record = Record(id=document.id, title=document.texts["T"].text if "T" in document.texts else "")
    record.name, record.kind, record.code_url, record.brief = doc._.name, doc._.kind, doc._.code_url, doc._.brief
    record.kind_score, record.key = doc._.kind_score, doc._.key
    judged = doc._.view.roles if doc._.view else {}
    for mention in doc._.mentions:
        if mention.type == "technique" and (roles := judged.get((mention.start, mention.end))):
            # The confidence of the record covers both the type and the role.
            mention.confidence = round(mention.confidence * roles[ROLES.index(mention.role)], 2)
        if mention.type in _SHORTENED:
            _fill_out(mention, doc._.text)
        _settle(mention, doc, document)
        getattr(record, LISTS[mention.type]).append(mention)
    results: list[Result] = doc._.results
    relations: list[Relation] = doc._.relations
    topics: list[Topic] = doc._.topics
    claims = (*(r.evidence for r in results), *(r.evidence for r in relations), *(t.evidence for t in topics))
    for evidence in (*claims, *record.key.values()):
        if evidence is not None and evidence.start >= 0:
            _settle(evidence, doc, document)
    for result in results:
        result.spans = tuple(_settled(result.spans, result.evidence.field, doc, document))
    for relation in relations:
        relation.spans = tuple(_settled(relation.spans, relation.evidence.field, doc, document))
    record.topics = topics
    record.results = [result for result in results if holds_number(result)]
    if relations:
        bearers = Bearers(record)
        record.relations = [relation for relation in relations if not bearers.lacking(relation)]
    if doc._.tags is None:
        _note_rules(record)
    doc._.view = None  # the view refers to the Doc; the cycle would wait for the garbage collector
    return record


def _fill_out(mention: Mention, text: str) -> None:
    """Move a mention to its fullest name in a text: what an acronym stands for, or the name with a version."""
    surface = mention.surface
    span = expanded(text).get(fold(surface), ())[:2]
    for alias in () if span else mention.aliases:
        if alias.startswith(surface) and _VERSION.fullmatch(alias, len(surface)) and alias in text:
            span = (text.index(alias), text.index(alias) + len(alias))
    if span:
        mention.start, mention.end = span
        full = fold(text[slice(*span)])
        mention.aliases = tuple(dict.fromkeys(n for n in (surface, *mention.aliases) if fold(n) != full))


def _note_rules(record: Record) -> None:
    """Name the extractors of what rules alone have read; the register decides on institutions either way."""
    read = (kind for kind in (*LISTS.values(), "results", "relations", "topics") if kind != "institutions")
    for one in chain.from_iterable(getattr(record, kind) for kind in read):
        if is_scored(one):
            one.extractor += BY_RULES


def _settle(span: Mention | Evidence, doc: Doc, document: Document) -> None:
    """Map Doc offsets to (field, raw offsets) and set the quote to the raw text between them."""
    field = field_at(doc, span.start)
    begin = doc._.fields[field][0]
    text = document.texts[field]
    span.field = field
    span.start, span.end = raw_span(text, span.start - begin, span.end - begin)
    quote = text.raw[span.start : span.end]
    if isinstance(span, Mention):
        span.surface = quote
    else:
        span.quote = quote


def _settled(spans: Iterable[FieldSpan], field: str, doc: Doc, document: Document) -> Iterator[FieldSpan]:
    """The spans of a statement in its raw field."""
    begin, end = doc._.fields.get(field, (0, 0))
    for one in spans:
        if begin <= one.start < one.end <= end:
            start, stop = raw_span(document.texts[field], one.start - begin, one.end - begin)
            yield one._replace(start=start, end=stop)


def read_fields(doc: Doc) -> list[tuple[int, int]]:
    """The spans of the fields that describe the work: abstract and title, or the brief when there is no abstract."""
    fields = doc._.fields
    return [fields[f] for f in (("A", "T") if "A" in fields else ("T", "B")) if f in fields]


def first_matches(doc: Doc, kind: str) -> dict[str, list[Match]]:
    """The concepts of a type named in title or abstract, each with its matches; those in the abstract come first."""
    out: dict[str, list[Match]] = {}
    found = [match for match in doc._.matches if match.type == kind]
    for start, end in read_fields(doc) if found else ():
        for match in found:
            if start <= match.start and match.end <= end:
                out.setdefault(match.concept, []).append(match)
    return out


def inside(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    """Whether a span lies inside one of the others."""
    start, end = span
    return bool([1 for s, e in others if s <= start and end <= e])  # faster than `any` for a few spans


class SpanIndex:
    """Spans of a text by place, so that the few that a span touches are found at once among many."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._cells: dict[int, set[tuple[int, int]]] = {}
        for start, end in spans:
            self.add(start, end)

    def add(self, start: int, end: int) -> None:
        for cell in range(start >> _CELL, (end >> _CELL) + 1):
            self._cells.setdefault(cell, set()).add((start, end))

    def remove(self, start: int, end: int) -> None:
        for cell in range(start >> _CELL, (end >> _CELL) + 1):
            self._cells[cell].remove((start, end))

    def touching(self, start: int, end: int) -> set[tuple[int, int]]:
        """The spans that overlap a span."""
        cells = (self._cells.get(cell, ()) for cell in range(start >> _CELL, (end >> _CELL) + 1))
        return {(s, e) for cell in cells for s, e in cell if s < end and start < e}

    def holds(self, start: int, end: int) -> bool:
        """Whether a span lies inside one of these."""
        return any(s <= start and end <= e for s, e in self._cells.get(start >> _CELL, ()))


def add_once(
    doc: Doc, kind: str, start: int, end: int, canonical: str, extractor: str, confidence: float, seen: set[str]
) -> None:
    """Add a mention of a named entity unless `seen`, a set of folded names, contains its name."""
    key = fold(canonical)
    if key not in seen:
        seen.add(key)
        surface = doc._.text[start:end]
        doc._.mentions.append(
            Mention(kind, surface, canonical, start=start, end=end, extractor=extractor, confidence=confidence)
        )
