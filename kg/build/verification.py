"""Whether the graph holds: every claim borne out by words at their place in the kept texts, every identity reasoned.

Each entry is read back: its texts must be those that were read, its claims must stand in them, and the tables must hold
what it says, no more and no less. The shapes of the ontology are checked on the triples that are made of it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

import pyoxigraph as ox

from kg.build.shapes import violations
from kg.entity_types import LISTS
from kg.evidence import Bearers
from kg.extract.numbers import holds_number
from kg.identifiers import curie, iri
from kg.keptbody import raw_texts
from kg.link.overrides import Overrides
from kg.model import Document, KgError, Record, Relation, Result
from kg.rdf import ontology
from kg.rdf.ontology import VOCABULARY
from kg.rdf.store import Store
from kg.rdf.terms import value
from kg.rdf.triples import place_of
from kg.store import derived_tables
from kg.store.contents import digest
from kg.store.entries import local_id
from kg.store.faults import Fault, told
from kg.store.file import StoreFile
from kg.store.fingerprints import seal, sealed
from kg.store.rows import Rows, Writer, otherwise, rows_of
from kg.text import fold
from kg.vocabulary import Vocabulary

_KINDS = {"kg:Mention": "mention", "kg:Result": "result", "kg:Relation": "relation"}
#: The concepts that an annotation must name, and those that it may name.
_NEEDED = {"mention": ("kg:entity",), "result": ("kg:metric",), "relation": ("kg:head", "kg:tail")}
_OTHER = {"mention": (), "result": ("kg:baseline",), "relation": ()}
#: The subjects of a line in N-Triples that gives a type.
_TYPED = re.compile(rf"^<([^>]+)> <{iri('rdf:type')}> ".encode(), re.MULTILINE)
_SHOWN = 80  # characters of a value in a sentence


@dataclass(slots=True)
class Report:
    """How much was checked, by kind; what is wrong, and what is merely unfinished, a sentence each."""

    checked: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.faults


@dataclass(frozen=True, slots=True)
class _Reference:
    """What entries are checked against."""

    sources: set[str]
    concepts: frozenset[str]  # of the vocabulary
    vocabulary: Vocabulary
    store: Store
    afresh: _Afresh


#: Values of a node by predicate ("kg:quote"), as Python values, IRIs as CURIEs.
Node = dict[str, list[Any]]


@lru_cache(1)
def _typed(text: bytes) -> frozenset[str]:
    """What has a class in N-Triples."""
    return frozenset(curie(subject.decode()) for subject in _TYPED.findall(text))


def verify(store: Store, shacl: bool = True) -> Report:
    """Re-read all raw texts that the store keeps and check what is said of them.

    `shacl` adds the shapes of ontology/shapes.ttl, which take most of the time.
    """
    report = Report()
    report.faults += store.db.damage()
    concepts = _typed(ontology.text())
    vocabulary = Overrides.load(store.path).amended(Vocabulary.load())
    try:
        sources, graphs = {f"source:{name}" for name in store.source_names()}, store.graphs()
        afresh = _Afresh(store)
    except Fault as error:  # no entry can be looked for
        report.faults.append(str(error))
        return report
    known = _Reference(sources, concepts, vocabulary, store, afresh)
    for graph in graphs:
        kind, _, name = graph.partition(":")
        if graph == VOCABULARY:
            continue
        if kind == "entry":
            said = _entry_faults(name, known, report, shacl)
        else:
            said = _source_faults(store, name, report, shacl)
        report.faults += (f"{kind} {name}: {fault}." for fault in _until_damaged(store, said))
        report.checked["entries" if kind == "entry" else "sources"] += 1
    report.faults += (f"{fault}." for fault in _until_damaged(store, afresh.faults()))
    return report


def _until_damaged(store: Store, said: Iterator[str]) -> Iterator[str]:
    """What is wrong; where the file cannot be read any further, that comes last."""
    try:
        with told(store.path):
            yield from said
    except KgError as error:
        yield str(error).rstrip(".")


def _entry_faults(name: str, known: _Reference, report: Report, shacl: bool) -> Iterator[str]:
    """What is wrong with an entry; counts what was checked in the report."""
    document, record, _, mark = known.store.entry(name)
    triples = known.store.triples(f"entry:{name}")
    if sealed(mark) not in ("", seal(document)):
        yield "its texts or details are not those that were read: add its source again"
    yield from _RecordClaims(record, known.vocabulary).faults()
    yield from _body_faults(document, record)
    entry = _Entry(f"entry:{name}", triples, known)
    yield from entry.faults()
    report.checked.update(entry.checked)
    if not known.afresh.takes(document, rows_of(document, record)):
        yield "the table entries does not hold what its texts say: run kg rebuild"
    if shacl:
        yield from violations(triples)


def _body_faults(document: Document, record: Record) -> Iterator[str]:
    """What is claimed of the body and does not stand in it."""
    texts = raw_texts(document)
    claimed = (("use", place) for usage in record.uses for place in usage.places)
    cited = (("citation", one.evidence) for one in record.citations)
    setup = (("set-up", one.place) for one in record.setup)
    for kind, place in chain(claimed, cited, setup, (("limitation", one) for one in record.limitations)):
        if place.start >= 0 and texts.get(place.field, "")[place.start : place.end] != place.quote:
            yield f"{kind}: its quote {_short(place.quote)} is not at {place.field}/{place.start}-{place.end}"


class _Afresh:
    """The tables made again of the entries that are read back, to be compared with those of the graph."""

    def __init__(self, store: Store) -> None:
        """Raises Fault where the graph cannot be read."""
        self.store, self.made = store, StoreFile(None)
        self._read: set[str] = set()
        self.made.db.index_texts = lambda *_: None  # type: ignore[method-assign]
        self.writer = Writer(self.made.db, self.made.facts)
        self.made.db.begin()
        for table, columns in (("sources", 3), ("organisations", 2), ("keys", 2)):
            rows = store.rows(f"SELECT * FROM {table}")
            self.made.db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})", rows)

    def takes(self, document: Document, rows: Rows) -> bool:
        """Take in an entry; whether the table of entries has it as it says."""
        sql = "SELECT id, source, local, number, paper, document, record FROM entries WHERE name = ?"
        [(number, *held, read, said)] = self.store.rows(sql, document.id)
        row = [document.source, local_id(document.id, document.source), document.number, rows.paper]
        new = (number, document.id, *row, read, said, "", "")
        self.made.db.execute(f"INSERT INTO entries VALUES ({', '.join('?' * len(new))})", new)
        self.writer.write(number, rows)
        self._read.add(document.id)
        return list(held) == row

    def faults(self) -> Iterator[str]:
        """What tables say otherwise; where some entries cannot be read, only what they say of others alone."""
        self.writer.finish()
        of_register = "SELECT curie FROM concepts WHERE curie IN (SELECT id FROM organisations)"  # named now or before
        known, made = (set(db.execute(of_register).fetchall()) for db in (self.store.db, self.made.db))
        self.writer.add_concepts([concept for (concept,) in sorted(known - made)], {})
        is_whole = len(self._read) == self.store.count()
        for table in derived_tables.NAMES:
            for kind, name in sorted(otherwise(self.store.db, self.made.db, table)):
                if is_whole or (name in self._read and kind == "entry" and table != "citations"):
                    about = f"{kind} {name or 'that is gone'}"
                    yield f"{about}: the table {table} does not hold what entries say: run kg rebuild"


class _Entry:
    """One entry's graph, and what is wrong in it."""

    def __init__(self, name: str, triples: list[ox.Triple], known: _Reference) -> None:
        self.name, self.known = name, known
        self.nodes = grouped(triples)
        self.labelled = known.concepts | {node for node, said in self.nodes.items() if said["skos:prefLabel"]}
        self.checked: Counter[str] = Counter()

    def faults(self) -> Iterator[str]:
        """What is wrong with nodes as they stand."""
        entry = self.nodes[self.name]
        for source in entry["kg:source"]:
            if source not in self.known.sources:
                yield f"its source {source} is not in the graph"
        if not entry["kg:linkReason"]:
            yield f"no reason is recorded why it describes {_first(entry, 'kg:paper')}"
        for node, said in list(self.nodes.items()):
            place = f"{node.removeprefix(self.name + '/')}"
            if "kg:Text" in said["rdf:type"]:
                self.checked["texts"] += 1
            for kind in filter(None, map(_KINDS.get, said["rdf:type"])):
                self.checked[f"{kind}s"] += 1
                yield from (f"{place}: {fault}" for fault in self._annotation_faults(kind, said))

    def _annotation_faults(self, kind: str, said: Node) -> Iterator[str]:
        for predicate in _NEEDED[kind]:
            if not said[predicate]:
                yield f"its {predicate.partition(':')[2]} is missing"
        for predicate in (*_NEEDED[kind], *_OTHER[kind]):
            for concept in said[predicate]:
                if concept not in self.labelled:
                    yield f"its {predicate.partition(':')[2]} {concept} is not declared"
        is_topic = kind == "mention" and (_first(said, "kg:entity") or "").startswith("topic:")
        if kind != "relation" and not is_topic and not said["kg:linkReason"]:
            yield f"no reason is recorded why it is {_first(said, _NEEDED[kind][0])}"
        if not is_topic or said["kg:quote"] or said["kg:span"]:
            yield from self._quote_faults(said)

    def _quote_faults(self, said: Node) -> Iterator[str]:
        self.checked["quotes"] += 1
        quote, span = _first(said, "kg:quote"), _first(said, "kg:span") or ""
        _, start, end = place_of(span)
        text = self.nodes.get(span.partition("#char=")[0])
        if text is None or "kg:Text" not in text["rdf:type"]:
            yield f"the text of its quote {quote!r} is missing"
        elif not (quote and 0 <= start < end):
            yield f"its quote {quote!r} has no place in the text" if quote else "its evidence has no place in the text"
        elif (_first(text, "kg:raw") or "")[start:end] != quote:
            yield f"its quote {quote!r} does not stand at {start} to {end} of {_first(text, 'kg:field')}"


class _RecordClaims:
    """The results and relations of a record, and what of them has nothing behind it."""

    def __init__(self, record: Record, vocabulary: Vocabulary) -> None:
        self.record, self.vocabulary = record, vocabulary
        self.named: dict[str, set[str]] = defaultdict(set)  # what mentions call each concept, folded
        for kind in LISTS.values():
            for mention in getattr(record, kind):
                names = (mention.canonical, mention.surface, *mention.aliases)
                self.named[mention.concept].update(map(fold, names))
                if mention.role == "proposed":
                    self.named[mention.concept].add(fold(record.name))

    def faults(self) -> Iterator[str]:
        for order, result in enumerate(self.record.results, 1):
            yield from (f"result/{order}: {fault}" for fault in self._result(result))
        bearers = Bearers(self.record)
        for order, relation in enumerate(self.record.relations, 1):
            yield from (f"relation/{order}: {fault}" for fault in self._relation(relation, bearers))

    def _result(self, result: Result) -> Iterator[str]:
        if not holds_number(result):
            yield f"its evidence {_short(result.evidence.quote)} does not hold its value {result.value}"
        yield from self._unreasoned("baseline", result.baseline, result.baseline_concept)

    def _relation(self, relation: Relation, bearers: Bearers) -> Iterator[str]:
        for end in bearers.lacking(relation):
            yield f"its evidence {_short(relation.evidence.quote)} does not hold its {end} {getattr(relation, end)!r}"
        yield from self._unreasoned("head", relation.head, relation.head_concept)
        yield from self._unreasoned("tail", relation.tail, relation.tail_concept)

    def _unreasoned(self, what: str, name: str, concept: str) -> Iterator[str]:
        """The reason of what a claim names is that of a mention, or the label, that bears the name.

        What people decided otherwise for an entry is reasoned by their decisions.
        """
        if not concept or self.record.before or fold(name) in self.named[concept]:
            return
        if concept not in self.vocabulary or fold(name) not in map(fold, self.vocabulary[concept].labels()):
            yield f"no reason is recorded why its {what} {name!r} is {concept}"


def _short(said: object) -> str:
    text = repr(said)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 2]}…{text[-1]}"


def _source_faults(store: Store, name: str, report: Report, shacl: bool) -> Iterator[str]:
    source = store.source(name)
    if shacl:
        yield from violations(store.triples(f"source:{name}"))
    if not source.skeleton:
        return
    held = {local_id(entry, name) for entry in store.names(name)}
    gone = {piece[0] for piece in source.skeleton if not isinstance(piece, str)} - held
    if gone:
        report.notes.append(
            f"source {name}: {len(gone)} of its entries are not in the graph: add it again to have them."
        )
        return
    digest(store, name)


def grouped(triples: Iterable[ox.Triple]) -> dict[str, Node]:
    """Triples by subject and predicate, all IRIs as CURIEs."""
    nodes: dict[str, Node] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        nodes[value(triple.subject)][curie(triple.predicate.value)].append(value(triple.object))
    return nodes


def _first(said: Node, predicate: str) -> Any:
    return said[predicate][0] if said[predicate] else None
