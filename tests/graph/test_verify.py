from __future__ import annotations

import pyoxigraph as ox
import pytest
from graph_demo import demo_source

from kg.graph.rdf import entry_triples, source_triples
from kg.graph.store import OxigraphStore
from kg.graph.verify import verify
from kg.model import Source
from kg.names import iri

ENTRY = "entry:demo-01"


def alter(store: OxigraphStore, subject: str, predicate: str, *new: ox.NamedNode | ox.Literal | str | int) -> None:
    """Put new values in the place of what the entry says; every alteration must find something to alter."""
    node, link = ox.NamedNode(iri(subject)), ox.NamedNode(iri(predicate))
    triples = store.triples(ENTRY)
    kept = [t for t in triples if (t.subject, t.predicate) != (node, link)]
    assert len(kept) < len(triples)
    values = [ox.Literal(value) if isinstance(value, str | int) else value for value in new]
    store.replace(ENTRY, [*kept, *(ox.Triple(node, link, value) for value in values)])


def test_what_the_program_writes_is_in_order(demo: OxigraphStore):
    report = verify(demo)
    assert report.faults == []
    assert report.checked == {
        "entries": 1,
        "sources": 1,
        "other graphs": 1,
        "texts": 4,
        "mentions": 6,
        "results": 1,
        "relations": 1,
        "quotes": 7,
    }


@pytest.mark.parametrize(
    ("node", "predicate", "new", "told"),
    [
        ("mention/2", "kg:quote", ["LongDemx"], "mention/2: its quote 'LongDemx' does not stand at 0 to 8 of A"),
        ("mention/2", "kg:start", [1], "mention/2: its quote 'LongDemo' does not stand at 1 to 8 of A"),
        ("mention/2", "kg:end", [], "mention/2: its quote 'LongDemo' has no place"),
        ("mention/2", "kg:field", ["T"], "mention/2: its quote 'LongDemo' names another field"),
        ("mention/2", "kg:text", [], "mention/2: the text of its quote 'LongDemo' is missing"),
        ("mention/2", "kg:linkReason", [], "mention/2: no reason is recorded why it is technique:longdemo"),
        ("mention/2", "kg:entity", [], "mention/2: its entity is missing"),
        ("mention/2", "kg:entity", [ox.NamedNode(iri("technique:x"))], "its entity technique:x is not declared"),
        ("mention/6", "kg:entity", [ox.NamedNode(iri("topic:x"))], "its entity topic:x is not declared"),
        ("result/1", "kg:quote", ["cuts by 60%"], "result/1: its quote 'cuts by 60%' does not stand"),
        ("result/1", "kg:metric", [], "result/1: its metric is missing"),
        ("relation/1", "kg:quote", ["it loses"], "relation/1: its quote 'it loses' does not stand"),
        ("relation/1", "kg:head", [], "relation/1: its head is missing"),
        ("relation/1", "kg:tail", [ox.NamedNode(iri("technique:x"))], "relation/1: its tail technique:x is not decl"),
        ("text/A", "kg:raw", ["LongDemo"], "quote 'H2O' does not stand"),
        ("text/A", "kg:repairs", ['[[900,901,""]]'], "text/A: its repairs do not fit"),
        ("text/A", "kg:repairs", ["rubbish"], "text/A: its repairs do not fit"),
    ],
)
def test_altered_annotation_is_found(demo: OxigraphStore, node: str, predicate: str, new: list, told: str):
    alter(demo, f"{ENTRY}/{node}", predicate, *new)
    faults = verify(demo, shacl=False).faults
    assert any(told in fault for fault in faults), faults
    assert all(fault.startswith("entry demo-01: ") for fault in faults)


@pytest.mark.parametrize(
    ("node", "predicate", "new", "told"),
    [
        (ENTRY, "kg:source", [], "it has no source"),
        (ENTRY, "kg:source", [ox.NamedNode(iri("source:none"))], "source:none is not in the graph"),
        (ENTRY, "kg:paper", [], "it has no paper"),
        (ENTRY, "rdf:type", [], "does not say that it is an entry"),
        ("paper:longdemo-long-videos", "kg:proposes", [], "is not linked from the paper by kg:proposes"),
        (
            "technique:longdemo",
            "kg:outperforms",
            [ox.NamedNode(iri("technique:x"))],
            "kg:outperforms technique:x has no",
        ),
    ],
)
def test_altered_entry_is_found(demo: OxigraphStore, node: str, predicate: str, new: list, told: str):
    alter(demo, node, predicate, *new)
    assert any(told in fault for fault in verify(demo, shacl=False).faults)


@pytest.mark.parametrize(
    ("node", "predicate", "new", "told"),
    [
        (f"{ENTRY}/result/1", "kg:low", [ox.Literal(90.0)], "kg:low"),
        (f"{ENTRY}/result/1", "kg:change", ["sideways"], "kg:change sideways breaks a shape"),
        (f"{ENTRY}/mention/2", "kg:confidence", [ox.Literal(1.5)], "kg:confidence 1.5 breaks a shape"),
        (f"{ENTRY}/mention/2", "kg:extractor", [], "kg:extractor"),
        ("paper:longdemo-long-videos", "kg:kind", ["poem"], "kg:kind poem breaks a shape"),
        ("technique:longdemo", "skos:prefLabel", ["no language"], "skos:prefLabel no language breaks a shape"),
        (ENTRY, "kg:number", ["one"], "kg:number one breaks a shape"),
    ],
)
def test_shapes_are_checked(demo: OxigraphStore, node: str, predicate: str, new: list, told: str):
    alter(demo, node, predicate, *new)
    faults = verify(demo).faults
    assert any(told in fault for fault in faults), faults
    assert not any("breaks a shape" in fault for fault in verify(demo, shacl=False).faults)


def test_foreign_graph_is_found(demo: OxigraphStore):
    demo.replace("kg:other", [ox.Triple(ox.NamedNode("http://a"), ox.NamedNode("http://b"), ox.Literal(1))])
    assert verify(demo).faults == ["kg other: it is neither an entry nor a source."]


def test_source_of_other_bytes_is_found(demo: OxigraphStore):
    source = demo_source("demo-01")
    source.sha256 = "0" * 64
    demo.replace("source:demo", source_triples(source))
    assert verify(demo).faults == ["source demo: The texts of the source demo were changed in the graph: add it again."]


def test_source_that_is_not_finished_is_no_fault(demo: OxigraphStore):
    demo.replace("source:demo", source_triples(demo_source("demo-01", "demo-02")))
    report = verify(demo)
    assert report.ok
    assert report.notes == ["source demo: 1 of its entries are not in the graph: add it again to have them."]


def test_annotated_papers_are_in_order(memory: OxigraphStore, annotated, vocabulary):
    for name in {document.source for document, _ in annotated.values()}:
        memory.replace(f"source:{name}", source_triples(Source(name, f"{name}.txt", "digest")))
    for name, (document, record) in annotated.items():
        memory.replace(f"entry:{name}", entry_triples(document, record, vocabulary))
    report = verify(memory)
    assert report.faults == []
    assert report.checked["entries"] == len(annotated)
    assert report.checked["quotes"] > 2000
