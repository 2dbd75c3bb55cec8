"""Documents, records and sources as triples: the named graphs that are exported, and asked with SPARQL.

Each entry is one named graph. Annotations follow the W3C Web Annotation idea of a quote with its position: `kg:quote`
stands where `kg:span` says, an IRI of the text with a fragment in the manner of RFC 5147 (`#char=11,19`), which counts
code points of the raw text. There are no blank nodes and no times of building, so that the same record is always the
same set of triples.

A store's size and the time to fill it go by the number of its triples, so that what follows from others is not said
again: the type of a mention is that of its entity, the place of an annotation among its like is the number in its
name, a mention is called what is quoted, and an end of a relation as its mention is, unless they say another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache

import pyoxigraph as ox

from kg.entity_types import LISTS, TABLE
from kg.identifiers import iri, kind_of, plain
from kg.link import called_names
from kg.model import Document, Evidence, Facts, Mention, Record, Relation, Result, Source, Statement, Text, Topic
from kg.safe_output import json_line
from kg.text import has_han, repaired
from kg.vocabulary import Vocabulary

#: The link from a paper to the entity of a mention, by the mention's type, or a technique's role.
LINKS = {one.name: one.property for one in TABLE.values() if one.name not in ("technique", "metric")} | {
    "proposed": "proposes",
    "used": "usesTechnique",
    "baseline": "comparesWith",
    "mentioned": "mentionsTechnique",
}
#: The predicate of a relation type.
RELATIONS = {
    "uses": "uses",
    "part_of": "partOf",
    "outperforms": "outperforms",
    "compared_with": "comparedWith",
    "addresses": "addresses",
    "evaluated_on": "evaluatedOn",
    "applied_to": "appliedTo",
    "runs_on": "runsOn",
}


def entry_text(
    document: Document,
    record: Record,
    vocabulary: Vocabulary,
    institution_facts: Callable[[str], Facts | None] | None = None,
) -> bytes:
    """The graph of an entry in N-Triples, each triple once; concepts that are not in the vocabulary are declared in it.

    Raises ValueError for a record that is not linked to a paper, and for repairs that do not lead to the text.
    """
    if not record.paper:
        raise ValueError(f"{record.id} is not linked to a paper")
    graph = _EntryWriter(document, record)
    graph.say_entry()
    graph.say_paper()
    for field, text in document.texts.items():
        graph.say_text(field, text)
    order = 0
    for mentions in LISTS.values():
        for mention in getattr(record, mentions):
            order += 1
            graph.say_mention(order, mention)
    for topic in record.topics:
        order += 1
        graph.say_topic(order, topic)
    for order, result in enumerate(record.results, 1):
        graph.say_result(order, result)
    for order, relation in enumerate(record.relations, 1):
        graph.say_relation(order, relation)
    for concept, wordings in called_names.called(record).items():
        if concept not in vocabulary:
            known = institution_facts(concept) if institution_facts and kind_of(concept) == "institution" else None
            graph.declare(concept, wordings, known)
            for wider in vocabulary.above(concept):
                graph.link(concept, "skos:broader", wider)
    return graph.text()


def source_text(source: Source) -> bytes:
    """The graph of a source in N-Triples: what it is, and the way to give it back byte for byte."""
    graph = _Writer()
    node = f"source:{source.name}"
    graph.link(node, "rdf:type", "kg:Source")
    for name in ("file", "form", "date", "sha256"):
        graph.say(node, f"kg:{name}", getattr(source, name))
    if source.skeleton:
        graph.say(node, "kg:skeleton", json_line(source.skeleton))
    graph.say_all(node, "kg:skipped", source.skipped)
    return graph.text()


def usually_called(concept: str, surface: str) -> str:
    """The canonical name of a mention that says none: its words, but of an institution "" for its usual name."""
    return "" if kind_of(concept) == "institution" else surface


def called(record: Record) -> dict[str, str]:
    """What the first mention of each concept of a record calls it."""
    out: dict[str, str] = {}
    for mentions in LISTS.values():
        for mention in getattr(record, mentions):
            out.setdefault(mention.concept, mention.canonical or mention.surface)
    return out


def place_of(span: str) -> tuple[str, int, int]:
    """The field, start and end that a span (CURIE) names; -1 for an end that it leaves open.

    >>> place_of("entry:002-22/text/A#char=11,19"), place_of("entry:002-22/text/A")
    (('A', 11, 19), ('A', -1, -1))
    """
    text, _, place = span.rpartition("/text/")[2].partition("#char=")
    start, _, end = place.partition(",")
    return (text, int(start), int(end)) if start.isdecimal() and end.isdecimal() else (text, -1, -1)


def triples_of(text: bytes) -> list[ox.Triple]:
    """The triples of N-Triples."""
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)]


class _Writer:
    """Collects triples, as lines of N-Triples: to make objects of them takes several times as long.

    What is empty is not said.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []

    def text(self) -> bytes:
        """All triples, each once."""
        return "".join(dict.fromkeys(self._lines)).encode()

    def say(self, node: str, predicate: str, said: str | int | float | None, language: str = "") -> None:
        """State a literal; an empty text and None are passed over."""
        if said is not None and said != "":
            self.say_anyhow(node, predicate, said, language)

    def say_anyhow(self, node: str, predicate: str, said: str | float, language: str = "") -> None:
        """State a literal, an empty one too."""
        if isinstance(said, str):
            literal = str(ox.Literal(said, language=language) if language else ox.Literal(said))
        else:
            literal = _number(said)
        self._lines.append(f"{_term(node)} {_predicate(predicate)} {literal} .\n")

    def say_all(self, node: str, predicate: str, said: Sequence[str]) -> None:
        """State texts; the whole list stands beside them where sorting would not give it back."""
        for text in said:
            self.say(node, predicate, text)
        if list(said) != sorted({text for text in said if text}):
            self.say(node, f"{predicate}List", json_line(said))

    def link(self, node: str, predicate: str, to: str) -> None:
        """State an IRI; an empty one is passed over."""
        if to:
            self._lines.append(f"{_term(node)} {_predicate(predicate)} {_term(to)} .\n")


class _EntryWriter(_Writer):
    """The triples of one entry, part by part."""

    def __init__(self, document: Document, record: Record) -> None:
        super().__init__()
        self.document, self.record = document, record
        self.entry = f"entry:{document.id}"
        self.called = called(record)

    def say_entry(self) -> None:
        self.link(self.entry, "rdf:type", "kg:Entry")
        self.link(self.entry, "kg:paper", self.record.paper)
        self.say(self.entry, "kg:linkReason", self.record.reason)
        self.link(self.entry, "kg:source", f"source:{self.document.source}")
        self.say(self.entry, "kg:number", self.document.number)
        self.say(self.entry, "kg:before", self.record.before)
        self.say_all(self.entry, "kg:repair", self.document.repairs)
        brief = self.record.brief
        self.say_all(self.entry, "kg:briefInstitution", brief.institution)
        for slot in ("name", "technique", "problem", "effect"):
            self.say(self.entry, f"kg:brief{slot.capitalize()}", getattr(brief, slot))

    def say_paper(self) -> None:
        paper, document = self.record.paper, self.document
        self.link(paper, "rdf:type", "kg:Paper")
        self.link(paper, "kg:entry", self.entry)
        for name in ("title", "name", "kind"):
            self.say(paper, f"kg:{name}", getattr(self.record, name))
        if self.record.kind_score:
            self.say(self.entry, "kg:kindConfidence", self.record.kind_score)
        for name in ("year", "date", "venue", "arxiv", "doi", "url"):
            self.say(paper, f"kg:{name}", getattr(document, name))
        self.say(paper, "kg:authorCount", document.author_count)
        self.say_all(paper, "kg:author", document.authors)
        self.say(paper, "kg:codeUrl", self.record.code_url)

    def say_text(self, field: str, text: Text) -> None:
        if repaired(text.raw, text.edits).text != text.text:
            raise ValueError(f"the edits of {field} in {self.document.id} do not lead to its text")
        node = f"{self.entry}/text/{field}"
        self.link(self.entry, "kg:text", node)
        self.link(node, "rdf:type", "kg:Text")
        self.say(node, "kg:field", field)
        self.say(node, "kg:raw", text.raw)
        if text.edits:
            self.say(node, "kg:repairs", json_line(text.edits))

    def say_mention(self, order: int, mention: Mention) -> None:
        node = self._annotation("mention", order, mention)
        self.link(self.entry, "kg:mentions", node)
        self.link(node, "kg:entity", mention.concept)
        if mention.canonical != usually_called(mention.concept, mention.surface):
            self.say_anyhow(node, "kg:canonical", mention.canonical)
        self.say_all(node, "kg:alias", mention.aliases)
        self.say(node, "kg:role", mention.role)
        self.say(node, "kg:linkReason", mention.reason)
        self._span(node, mention.surface, mention)
        kind = (mention.role or "mentioned") if mention.type == "technique" else mention.type
        self.link(self.record.paper, f"kg:{LINKS[kind]}", mention.concept)

    def say_topic(self, order: int, topic: Topic) -> None:
        node = self._annotation("mention", order, topic)
        self.link(self.entry, "kg:mentions", node)
        self.link(node, "kg:entity", f"topic:{topic.id}")
        if topic.evidence:
            self._span(node, topic.evidence.quote, topic.evidence)
        self.link(self.record.paper, "kg:topic", f"topic:{topic.id}")

    def say_result(self, order: int, result: Result) -> None:
        node = self._annotation("result", order, result)
        self.link(self.record.paper, "kg:result", node)
        self.link(node, "kg:metric", result.metric_concept)
        self.say(node, "kg:linkReason", result.reason)
        self.say(node, "kg:metricText", result.metric)
        low, high = result.value if isinstance(result.value, tuple) else (result.value, result.value)
        self.say(node, "kg:low", float(low))
        self.say(node, "kg:high", float(high))
        for name in ("unit", "change", "bound", "setting"):
            self.say(node, f"kg:{name}", getattr(result, name))
        self.link(node, "kg:baseline", result.baseline_concept)
        self.say(node, "kg:baselineText", result.baseline)
        self._span(node, result.evidence.quote, result.evidence)

    def say_relation(self, order: int, relation: Relation) -> None:
        node = self._annotation("relation", order, relation)
        predicate = f"kg:{RELATIONS[relation.type]}"
        self.link(self.entry, "kg:relation", node)
        self.link(node, "kg:relationType", predicate)
        self.link(node, "kg:head", relation.head_concept)
        self.link(node, "kg:tail", relation.tail_concept)
        for end, text, concept in (
            ("head", relation.head, relation.head_concept),
            ("tail", relation.tail, relation.tail_concept),
        ):
            if text != self.called.get(concept, ""):
                self.say_anyhow(node, f"kg:{end}Text", text)
        self._span(node, relation.evidence.quote, relation.evidence)
        if relation.head_concept:
            self.link(relation.head_concept, predicate, relation.tail_concept)

    def declare(self, concept: str, wordings: list[str], facts: Facts | None) -> None:
        """State class and labels of a concept: a register's, or the first of the paper's own wordings."""
        self.link(concept, "rdf:type", f"kg:{TABLE[kind_of(concept)].cls}")
        if plain(concept) != concept:
            self.link(concept, "kg:namesakeOf", plain(concept))
        if facts:
            labels, others, country = facts
            for language, label in labels.items():
                self.say(concept, "skos:prefLabel", label, language)
            for label, language in others:
                self.say(concept, "skos:altLabel", label, language)
            self.say(concept, "kg:country", country)
        else:
            for predicate, label in zip(("skos:prefLabel", *["skos:altLabel"] * len(wordings)), wordings, strict=False):
                self.say(concept, predicate, label, language_of(label))

    def _annotation(self, kind: str, order: int, said: Statement) -> str:
        node = f"{self.entry}/{kind}/{order}"
        self.link(node, "rdf:type", f"kg:{kind.capitalize()}")
        self.say(node, "kg:extractor", said.extractor)
        self.say(node, "kg:confidence", float(said.confidence))
        if said.sure:
            self.say(node, "kg:sure", True)
        return node

    def _span(self, node: str, quote: str, span: Mention | Evidence) -> None:
        self.say(node, "kg:quote", quote)
        if span.field:
            place = f"#char={span.start},{span.end}" if span.start >= 0 else ""
            self.link(node, "kg:span", f"{self.entry}/text/{span.field}{place}")


def language_of(text: str) -> str:
    """ "zh" for a text with a Han character, else "en"."""
    return "zh" if has_han(text) else "en"


@cache
def _predicate(name: str) -> str:
    return f"<{iri(name)}>"


@lru_cache(maxsize=20_000)
def _term(name: str) -> str:
    return f"<{iri(name)}>"


@lru_cache(maxsize=20_000, typed=True)
def _number(said: float) -> str:
    return str(ox.Literal(said))
