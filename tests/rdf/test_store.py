"""The triples of a graph, asked with SPARQL and written out."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.identifiers import iri
from kg.model import Document, KgError, Record, Text
from kg.rdf.store import Store, open_store
from kg.store.entries import Entry
from tests.store.graph_demo import demo_entry, demo_source

HOSTILE = ['"', "\\", "\\u0041", "\n\r\t", "\x00\x1f", "}} ; DROP ALL #", "'''", '"""', "\ufeff\ufffe", "😀", "x\\"]


def entry(title: str, name: str = "x") -> Entry:
    """An entry that says nothing but a title."""
    document = Document(name, "made", 1, {"T": Text(title, title)})
    return Entry(document, Record(name, title, paper=f"paper:{name}", reason="its id"))


def titles(store: Store, graph: str = "entry:x") -> list[str]:
    link = ox.NamedNode(iri("kg:title"))
    found = [t.object for t in store.triples(graph) if t.predicate == link]
    return [title.value for title in found if isinstance(title, ox.Literal)]


@given(st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_survives_adding_and_replacing(memory: Store, text: str):
    memory.put_entry(entry("before"))
    assert titles(memory) == ["before"]
    memory.put_entry(entry(text))
    assert titles(memory) == [text]
    assert memory.entry("x") == entry(text)


def test_replacing_and_taking_out_leaves_other_graphs_alone(memory: Store):
    for name in ("x", "y"):
        memory.put_entry(entry("1", name))
    memory.put_entry(entry("2"))
    assert (titles(memory), titles(memory, "entry:y")) == (["2"], ["1"])
    memory.drop_entries(["x", "never"])
    assert memory.triples("entry:x") == []
    assert memory.graphs() == ["entry:y", "kg:vocabulary"]


def test_select_gives_python_values_and_curies(memory: Store):
    query = 'SELECT ?i (2 AS ?n) (0.5 AS ?x) (true AS ?b) ("a" AS ?t) ?no { BIND(technique:a AS ?i) }'
    assert memory.select(query) == [{"i": "technique:a", "n": 2, "x": 0.5, "b": True, "t": "a", "no": None}]


def test_select_sees_the_union_of_all_graphs(memory: Store):
    for name in ("x", "y"):
        memory.put_entry(entry(name.upper(), name))
    assert {row["t"] for row in memory.select("SELECT ?t { ?p kg:title ?t }")} == {"X", "Y"}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT nonsense", "not SPARQL"),
        ("ASK { ?s ?p ?o }", "write a SELECT"),
        ("INSERT DATA { <http://a> <http://b> 1 }", "not SPARQL"),
        ("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "leave SERVICE out"),
        ("SELECT * { # it's\n service SILENT ?x { ?s ?p ?o } # it's\n }", "leave SERVICE out"),
    ],
)
def test_wrong_query_is_told_in_a_sentence(memory: Store, query: str, told: str):
    with pytest.raises(KgError, match=told):
        memory.select(query)


def test_the_word_service_may_be_asked_for(memory: Store):
    assert memory.select('SELECT ("service <" AS ?service) { } # SERVICE') == [{"service": "service <"}]


def test_location_of_no_kind_is_told():
    with pytest.raises(KgError, match="is no kind of graph: name a file"):
        open_store("ftp://localhost/kg")


def test_closed_store_is_told(tmp_path: Path):
    store = Store(tmp_path / "kg")
    store.close()
    store.close()
    for ask in (lambda: store.triples("entry:x"), store.names, lambda: store.put_entry(demo_entry())):
        with pytest.raises(KgError, match="is closed"):
            ask()


def test_dump_is_the_same_in_any_order_of_adding(bare: Store):
    forms = ("nquads", "turtle", "jsonld")
    for one in (demo_entry(), entry("b")):
        bare.put_entry(one)
    first = [bare.dump(format) for format in forms]
    bare.drop_entries(["demo-01", "x"])
    for one in (entry("before"), entry("b"), demo_entry()):
        bare.put_entry(one)
        bare.graphs()  # the triples follow each
    assert [bare.dump(format) for format in forms] == first
    with pytest.raises(KgError, match="choose nquads"):
        bare.dump("word")


@pytest.mark.parametrize(
    ("format", "rdf"),
    [("nquads", ox.RdfFormat.N_QUADS), ("jsonld", ox.RdfFormat.JSON_LD), ("turtle", ox.RdfFormat.TURTLE)],
)
def test_dump_holds_every_triple(memory: Store, format: str, rdf: ox.RdfFormat):
    memory.put_source(demo_source("demo-01"))
    memory.put_entry(demo_entry())
    memory.put_entry(entry("\\ \n 清华", "汉字 and more"))
    dumped = {quad.triple for quad in ox.parse(memory.dump(format), format=rdf)}
    assert len(memory.graphs()) == 4
    assert dumped == {triple for graph in memory.graphs() for triple in memory.triples(graph)}
