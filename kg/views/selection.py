"""Papers as input of views: the combined claims of all entries of a work, with labels in one language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kg.entity_types import CONCEPT_TYPES, LISTS
from kg.identifiers import WEB, address, called, is_curie
from kg.model import ROLES, Document, Evidence, Mention, Paper, Record, Result
from kg.query.support import appeared
from kg.store.contents import labels
from kg.text import fold, has_han, one_line, sentence_at, sentences
from kg.views.readable import alone, as_text, refers
from kg.views.words import PageWords, settings
from kg.vocabulary import in_language

if TYPE_CHECKING:
    from kg.views.reader import GraphReader
    from kg.views.statement import ResultRow

#: Types of entities that a paper names.
TYPES = (*LISTS, "topic")
_SEVERAL = re.compile(r".*[A-Z]s")  # "LLMs"
_MACRO = re.compile(r"\\[A-Za-z]+(?:\{\})?")  # "\modelname", which stands for a name that the text does not give
#: Normalises a text for display.
clean = one_line


@dataclass(frozen=True, slots=True)
class EntryQuote:
    """A quote of an entry's text, with the surrounding sentence."""

    entry: str
    field: str
    start: int
    end: int
    quote: str
    sentence: str


@dataclass(slots=True)
class Thing:
    """An entity named by a paper: one concept with its strongest role and all its quotes."""

    concept: str  # CURIE, or the folded wording if it is not linked
    type: str
    label: str
    role: str = ""
    fields: tuple[str, ...] = ()
    quotes: tuple[EntryQuote, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryResult:
    """A result with the entry that states it."""

    document: Document
    record: Record
    result: Result


class Selection:
    """Papers of a graph, with their labels, dates and institutions in one language."""

    def __init__(self, graph: GraphReader, selection: str | Iterable[str] = "", lang: str = "en") -> None:
        named = selection if isinstance(selection, str) else list(selection)
        self._begin(graph, graph.select(named), lang)
        self.name = self._called(named) if isinstance(named, str) else ", ".join(named)

    def _called(self, selection: str) -> str:
        """The localised label of a topic, or of what is named in the other language; else the selection as written."""
        find, is_foreign = self.graph.vocabulary.find, has_han(selection) != (self.lang == "zh")
        kinds = ("topic", *CONCEPT_TYPES) if is_foreign else ("topic",)
        known = next((found for kind in kinds if (found := find(selection, kind))), None)
        return self.label(known.curie) if known else selection

    @classmethod
    def of(cls, graph: GraphReader, papers: Iterable[Paper], lang: str = "en") -> Selection:
        """A selection of the given papers."""
        out = cls.__new__(cls)
        out._begin(graph, list(papers), lang)
        out.name = ""
        return out

    def _begin(self, graph: GraphReader, papers: list[Paper], lang: str) -> None:
        self.graph = graph
        self.papers = papers
        self.words = PageWords(lang)
        self.lang = lang
        self._labels: dict[str, str] = {}
        self._things: dict[tuple[str, str, bool], list[Thing]] = {}
        self.rows: dict[str, list[ResultRow]] = {}  # by paper, filled by kg.views.statement

    def label(self, concept: str, wording: str = "") -> str:
        """The localised label of a concept, LaTeX shown as text; `wording` is used for entities without a concept."""
        if ":" not in concept:
            return as_text(clean(wording or concept))
        if concept not in self._labels:
            self._labels[concept] = as_text(clean(self.graph.label(concept, self.lang)))
        return self._labels[concept]

    def learn_labels(self) -> None:
        """Load the labels of all concepts of the papers at once, which is several times faster than one by one."""
        self.learn(c for paper in self.papers for _, record in paper.entries for c in _concepts(record))

    def learn(self, concepts: Iterable[str]) -> None:
        """Load the labels of concepts at once."""
        for concept, found in labels(self.graph.store, set(concepts) - self.graph.vocabulary.concepts.keys()).items():
            self._labels.setdefault(concept, as_text(clean(in_language(found, self.lang))))

    @cached_property
    def source_dates(self) -> dict[str, str]:
        """The date of each source that has one."""
        return {source.name: source.date for source in self.graph.sources() if source.date}

    def date(self, paper: Paper) -> str:
        """The date of a paper as precise as its entries know it: ISO 8601, a year alone, or "".

        It is the paper's own earliest date; else its year; else the earliest date of the reports that contain it.
        """
        documents = [document for document, _ in paper.entries]
        dates = (document.date for document in documents if document.date)
        years = (document.year for document in documents if document.year)
        reports = (self.source_dates[d.source] for d in documents if d.source in self.source_dates)
        return appeared(dates, years, reports)

    def things(self, paper: Paper, kind: str, *, sure: bool = False) -> list[Thing]:
        """The entities of a type that a paper (`sure`: surely) names, once each, in text order."""
        key = (paper.id, kind, sure)
        if key not in self._things:
            self._things[key] = self._gather(paper, kind, sure)
        return self._things[key]

    def all_things(self, paper: Paper) -> list[Thing]:
        """The entities of all types that a paper names."""
        return [thing for kind in TYPES for thing in self.things(paper, kind)]

    def institutions(self, paper: Paper) -> set[str]:
        return {thing.concept for thing in self.things(paper, "institution")}

    def outcomes(self, paper: Paper, fields: Collection[str] = ()) -> list[EntryResult]:
        """The distinct results of a paper: the same number for the same metric in two texts is one result."""
        found: dict[tuple[object, ...], EntryResult] = {}
        for document, record in paper.entries:
            for result in record.results:
                if not fields or result.evidence.field in fields:
                    metric = result.metric_concept or fold(result.metric)
                    found.setdefault(
                        (metric, result.value, result.unit, result.change), EntryResult(document, record, result)
                    )
        return list(found.values())

    def _gather(self, paper: Paper, kind: str, sure: bool) -> list[Thing]:
        found: dict[str, Thing] = {}
        for document, record in paper.entries:
            for concept, wording, role, evidence in _said(record, kind, sure):
                if not concept:
                    continue
                thing = found.get(concept)
                if thing is None:
                    thing = found[concept] = Thing(concept, kind, self.label(concept, wording), role)
                elif role and _rank(role) < _rank(thing.role):
                    thing.role = role
                if evidence:
                    thing.fields = (*thing.fields, evidence.field)
                    thing.quotes = (*thing.quotes, quoted(document, evidence))
        return list(found.values())


def _concepts(record: Record) -> Iterator[str]:
    """The concepts of a record's mentions, results and relations."""
    named = [m.concept for kind in LISTS.values() for m in getattr(record, kind)]
    named += [c for result in record.results for c in (result.metric_concept, result.baseline_concept)]
    named += [c for relation in record.relations for c in (relation.head_concept, relation.tail_concept)]
    yield from filter(is_curie, named)


def _said(record: Record, kind: str, sure: bool) -> Iterator[tuple[str, str, str, Evidence | None]]:
    if kind == "topic":
        for topic in record.topics if not sure else (one for one in record.topics if one.sure):
            yield f"topic:{topic.id}", topic.id, "", topic.evidence
        return
    mentions: list[Mention] = getattr(record, LISTS[kind])
    for m in mentions if not sure else (one for one in mentions if one.sure):
        evidence = Evidence(m.surface, m.field, m.start, m.end) if m.surface else None
        yield m.concept or fold(m.canonical or m.surface), m.canonical or m.surface, m.role, evidence


def _rank(role: str) -> int:
    return ROLES.index(role) if role in ROLES else len(ROLES)


def quoted(document: Document, evidence: Evidence | Mention) -> EntryQuote:
    """A quote with its sentence; without a valid position the sentence is the quote itself."""
    if isinstance(evidence, Mention):
        evidence = Evidence(evidence.surface, evidence.field, evidence.start, evidence.end)
    sentence = evidence.quote
    text = document.texts.get(evidence.field)
    if text and 0 <= evidence.start < evidence.end <= len(text.raw):
        start, end = sentence_at(text.raw, evidence.start, evidence.end)
        sentence = text.raw[start:end]
    return EntryQuote(document.id, evidence.field, evidence.start, evidence.end, clean(evidence.quote), clean(sentence))


def ids(paper: Paper) -> list[str]:
    """The names of a paper's entries."""
    return [document.id for document, _ in paper.entries]


def title(paper: Paper) -> str:
    """The repaired title of the work, or its short name; "" if no entry has one."""
    return clean(next(filter(None, (record.title for _, record in paper.entries)), "")) or name(paper)


def name(paper: Paper) -> str:
    """The short name of what the paper proposes, or ""; several things ("LLMs") are its name only in its title."""
    records = [record for _, record in paper.entries]
    own = (one for one in (record.name for record in records) if one and not _MACRO.fullmatch(one))
    own = (one for one in own if not _SEVERAL.fullmatch(one) or any(one in record.title for record in records))
    return clean(next(own, ""))


def named(paper: Paper, date: str) -> str:
    """How texts call a paper: "SnapKV 2024", or its first entry; see `kg.identifiers.called`."""
    authors = next((document.authors for document, _ in paper.entries if document.authors), ())
    said = called(name(paper), title(paper), clean(authors[0]) if authors else "", len(authors), date)
    return as_text(said) or ids(paper)[0]


def code(paper: Paper) -> str:
    """The URL of the paper's code, or ""."""
    return next((record.code_url for _, record in paper.entries if WEB.fullmatch(record.code_url)), "")


def link(paper: Paper) -> str:
    """The URL of the paper: its DOI, arXiv page or own URL."""
    return next(filter(None, (address(d.doi, d.arxiv, d.url) for d, _ in paper.entries)), "")


def key_sentences(paper: Paper) -> dict[str, Evidence]:
    """The key sentences by role, of the first entry that has each."""
    found: dict[str, Evidence] = {}
    for _, record in paper.entries:
        for role, quote in record.key.items():
            found.setdefault(role, quote)
    return found


def is_within(key: Evidence | None, field: str, start: int) -> bool:
    """Whether a place of a text lies in a key sentence, if there is one."""
    return key is not None and key.field == field and key.start <= start < key.end


def key_quote(paper: Paper, role: str) -> EntryQuote | None:
    """The key sentence of a role with its entry."""
    for document, record in paper.entries:
        if role in record.key:
            return quoted(document, record.key[role])
    return None


def own_words(paper: Paper, role: str) -> str:
    """The key sentence of a role, else one behind it that begins with the paper's name, as it stands alone.

    Where each refers back, it is "", or the key sentence on what is proposed.
    """
    key = key_sentences(paper).get(role)
    if key is None:
        return ""
    idle, own, first = settings()["plain"]["idle"], as_text(name(paper)), alone(_shown(paper, key.quote))
    told = [first, *(one for one in map(alone, behind(paper, key.end)) if own and one.startswith(own))]
    fitting = (one for one in told if not refers(one, is_first=role == "proposes") and not re.search(idle, one))
    return next(fitting, first if role == "proposes" else "")


def behind(paper: Paper, begin: int | None = None) -> Iterator[str]:
    """The sentences of an abstract behind a place, by default in its second half."""
    raw = next((document.texts["A"].raw for document, _ in paper.entries if "A" in document.texts), "")
    least = len(raw) // 2 if begin is None else begin
    return (_shown(paper, raw[start:end]) for start, end in sentences(raw) if start >= least)


def _shown(paper: Paper, said: str) -> str:
    """The words of a paper as text, with its name for a macro of LaTeX that stands for it."""
    text, own = as_text(clean(said)), as_text(name(paper))
    return _MACRO.sub(lambda _: own, text) if own else text
