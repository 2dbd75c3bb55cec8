"""Whether the graph holds: every quote at its place in the kept raw texts, every identity with its reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pyoxigraph as ox

from kg.graph.contents import entry_names
from kg.graph.formats import digest
from kg.graph.rdf import LINKS, RELATIONS, local_id
from kg.graph.reading import Node, grouped, read_source
from kg.graph.store import DECISIONS, VOCABULARY, Store
from kg.model import KgError
from kg.names import curie, iri
from kg.text import repaired
from kg.vocabulary import data_folder

_KINDS = {"kg:Mention": "mention", "kg:Result": "result", "kg:Relation": "relation"}
#: The concepts that an annotation must name, and those that it may name.
_NEEDED = {"mention": ("kg:entity",), "result": ("kg:metric",), "relation": ("kg:head", "kg:tail")}
_OTHER = {"mention": (), "result": ("kg:baseline",), "relation": ()}
_PAPER_LINKS = {f"kg:{name}" for name in LINKS.values()}
_DIRECT_LINKS = {f"kg:{name}" for name in RELATIONS.values()}


@dataclass(slots=True)
class Report:
    """How much was checked, by kind; what is wrong, and what is merely unfinished, a sentence each."""

    checked: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.faults


def verify(store: Store, shacl: bool = True) -> Report:
    """Re-read all raw texts that the store keeps and check what is said of them.

    `shacl` adds the shapes of ontology/shapes.ttl, which take most of the time.
    """
    report = Report()
    known = {row["c"] for row in store.select(f"SELECT DISTINCT ?c {{ GRAPH <{iri(VOCABULARY)}> {{ ?c a ?class }} }}")}
    names = store.graphs()
    for name in names:
        triples = store.triples(name)
        kind, _, local = name.partition(":")
        if kind == "entry":
            entry = _Entry(name, triples, known, set(names))
            said = list(entry.faults())
            report.checked.update(entry.checked)
        elif kind == "source":
            said = list(_source_faults(store, local, triples, report))
        else:
            said = [] if name in (VOCABULARY, DECISIONS) else ["it is neither an entry nor a source"]
        report.faults += (f"{kind} {local}: {fault}." for fault in said)
        if shacl and kind in ("entry", "source"):
            report.faults += (f"{kind} {local}: {fault}." for fault in _violations(triples))
        report.checked[{"entry": "entries", "source": "sources"}.get(kind, "other graphs")] += 1
    return report


class _Entry:
    """One entry's graph, and what is wrong in it."""

    def __init__(self, name: str, triples: Iterable[ox.Triple], known: set[str], graphs: set[str]) -> None:
        self.name, self.graphs = name, graphs
        self.nodes = grouped(triples)
        self.labelled = known | {node for node, said in self.nodes.items() if said["skos:prefLabel"]}
        self.checked: Counter[str] = Counter()

    def faults(self) -> Iterator[str]:
        entry = self.nodes.get(self.name)
        if entry is None or "kg:Entry" not in entry["rdf:type"]:
            yield "the graph does not say that it is an entry"
            return
        if not entry["kg:source"]:
            yield "it has no source"
        for source in entry["kg:source"]:
            if source not in self.graphs:
                yield f"its source {source} is not in the graph"
        if not any(paper in self.nodes for paper in entry["kg:paper"]):
            yield "it has no paper"
        for node, said in list(self.nodes.items()):
            place = f"{node.removeprefix(self.name + '/')}"
            if "kg:Text" in said["rdf:type"]:
                self.checked["texts"] += 1
                yield from _text_faults(place, said)
            for kind in filter(None, map(_KINDS.get, said["rdf:type"])):
                self.checked[f"{kind}s"] += 1
                yield from (f"{place}: {fault}" for fault in self._annotation_faults(kind, said))
        yield from self._link_faults()

    def _annotation_faults(self, kind: str, said: Node) -> Iterator[str]:
        for predicate in _NEEDED[kind]:
            if not said[predicate]:
                yield f"its {predicate.partition(':')[2]} is missing"
        for predicate in (*_NEEDED[kind], *_OTHER[kind]):
            for concept in said[predicate]:
                if concept not in self.labelled:
                    yield f"its {predicate.partition(':')[2]} {concept} is not declared"
        if kind == "mention" and not said["kg:linkReason"] and "topic" not in said["kg:type"]:
            yield f"no reason is recorded why it is {_first(said, 'kg:entity')}"
        if "topic" not in said["kg:type"] or said["kg:quote"] or said["kg:start"]:
            yield from self._quote_faults(said)

    def _quote_faults(self, said: Node) -> Iterator[str]:
        self.checked["quotes"] += 1
        quote, start, end = (_first(said, f"kg:{name}") for name in ("quote", "start", "end"))
        text = self.nodes.get(_first(said, "kg:text") or "")
        if text is None or "kg:Text" not in text["rdf:type"]:
            yield f"the text of its quote {quote!r} is missing"
        elif _first(text, "kg:field") != _first(said, "kg:field"):
            yield f"its quote {quote!r} names another field than its text"
        elif not (quote and isinstance(start, int) and isinstance(end, int) and 0 <= start < end):
            yield f"its quote {quote!r} has no place in the text"
        elif (_first(text, "kg:raw") or "")[start:end] != quote:
            yield f"its quote {quote!r} does not stand at {start} to {end} of {_first(text, 'kg:field')}"

    def _link_faults(self) -> Iterator[str]:
        """What the paper and the concepts are linked to must be said by a mention or relation, and the reverse."""
        mentioned, related = set(), set()
        for said in self.nodes.values():
            if "kg:Mention" in said["rdf:type"] and said["kg:entity"]:
                kind = _first(said, "kg:type")
                link = LINKS.get((_first(said, "kg:role") or "mentioned") if kind == "technique" else kind)
                mentioned.add((f"kg:{link}", said["kg:entity"][0]))
            if "kg:Relation" in said["rdf:type"] and said["kg:head"] and said["kg:tail"]:
                related.add((said["kg:head"][0], _first(said, "kg:relationType"), said["kg:tail"][0]))
        papers = {paper for paper in self.nodes[self.name]["kg:paper"] if paper in self.nodes}
        links = {(p, end) for paper in papers for p in _PAPER_LINKS for end in self.nodes[paper][p]}
        direct = {(node, p, end) for node, said in list(self.nodes.items()) for p in _DIRECT_LINKS for end in said[p]}
        for predicate, concept in sorted(links - mentioned):
            yield f"the link {predicate} {concept} has no mention"
        for predicate, concept in sorted(mentioned - links):
            yield f"the mention of {concept} is not linked from the paper by {predicate}"
        for head, predicate, tail in sorted(direct - related):
            yield f"the link {head} {predicate} {tail} has no relation"
        for head, predicate, tail in sorted(related - direct, key=str):
            yield f"the relation {head} {predicate} {tail} is not stated as a link"


def _text_faults(place: str, said: Node) -> Iterator[str]:
    try:
        repaired(_first(said, "kg:raw") or "", [tuple(edit) for edit in json.loads(_first(said, "kg:repairs") or "[]")])
    except (ValueError, TypeError) as error:
        yield f"{place}: its repairs do not fit its raw text ({error})"


def _source_faults(store: Store, name: str, triples: Iterable[ox.Triple], report: Report) -> Iterator[str]:
    try:
        source = read_source(triples)
    except ValueError as error:
        yield f"it cannot be read ({error})"
        return
    if not source.skeleton:
        return
    held = {local_id(entry, name) for entry in entry_names(store, name)}
    gone = {piece[0] for piece in source.skeleton if not isinstance(piece, str)} - held
    if gone:
        report.notes.append(
            f"source {name}: {len(gone)} of its entries are not in the graph: add it again to have them."
        )
        return
    try:
        digest(store, name)
    except KgError as error:
        yield str(error).rstrip(".")


def _violations(triples: Iterable[ox.Triple]) -> Iterator[str]:
    """What breaks a shape, a sentence each."""
    import pyshacl
    import rdflib

    data = rdflib.Graph()
    data.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")
    conforms, results, _ = pyshacl.validate(data, shacl_graph=_shapes(), inference="none")
    if conforms:
        return
    sh = rdflib.Namespace(iri("sh:"))
    found = {
        tuple(_said(results.value(node, sh[name])) for name in ("focusNode", "resultPath", "value", "resultMessage"))
        for node in results.subjects(rdflib.RDF.type, sh.ValidationResult)
    }
    for focus, path, value, message in sorted(found):
        yield f"{focus} {path} {value} breaks a shape ({message.rstrip('.')})"


def _said(term: Any) -> str:
    return "" if term is None else curie(str(term))


def _first(said: Node, predicate: str) -> Any:
    return said[predicate][0] if said[predicate] else None


@cache
def _shapes() -> Any:
    import rdflib

    return rdflib.Graph().parse(data_folder("ontology") / "shapes.ttl")
