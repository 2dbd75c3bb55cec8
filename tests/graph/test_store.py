from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from graph_demo import demo_document, demo_record, numbered
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kg.graph.faults import Damage

from kg.graph import ontology
from kg.graph.ontology import VOCABULARY
from kg.graph.rdf import entry_triples
from kg.graph.store import OxigraphStore, Store, open_store
from kg.model import KgError
from kg.names import iri

SUBJECT = ox.NamedNode(iri("technique:a"))
PREDICATE = ox.NamedNode(iri("kg:canonical"))
HOSTILE = ['"', "\\", "\\u0041", "\n\r\t", "\x00\x1f", "}} ; DROP ALL #", "'''", '"""', "\ufeff\ufffe", "😀", "x\\"]


def said(text: str) -> list[ox.Triple]:
    return [ox.Triple(SUBJECT, PREDICATE, ox.Literal(text))]


def texts(store: Store, graph: str = "entry:x") -> list[str]:
    return [str(t.object.value) for t in store.triples(graph) if isinstance(t.object, ox.Literal)]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_literal_survives_adding_and_replacing(store: Store, text: str):
    store.replace("entry:x", said("before"))
    store.replace("entry:x", said(text))
    assert texts(store) == [text]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_replacing(store: Store, text: str):
    store.replace("entry:x", said("before"))
    store.replace("entry:x", said(text))
    assert texts(store) == [text]


def test_replace_leaves_other_graphs_alone(store: Store):
    store.replace_many({"entry:x": said("1"), "entry:y": said("1")})
    store.replace("entry:x", said("2"))
    assert (texts(store), texts(store, "entry:y")) == (["2"], ["1"])


def test_remove_takes_graphs_out_and_passes_over_unknown_ones(store: Store):
    store.replace("entry:z", said("1"))
    store.remove("entry:z", "entry:never")
    assert store.triples("entry:z") == []
    assert "entry:z" not in store.graphs()


def test_update_request_that_fails_late_changes_nothing():
    """Replacing rests on it: one update request is one transaction."""
    store = ox.Store()
    store.update('INSERT DATA { GRAPH <http://g> { <http://s> <http://p> "old" } }')
    with pytest.raises(RuntimeError):
        store.update(
            'DELETE DATA { GRAPH <http://g> { <http://s> <http://p> "old" } } ;'
            'INSERT DATA { GRAPH <http://g> { <http://s> <http://p> "new" } } ; DROP GRAPH <http://none>'
        )
    assert [quad.object for quad in store] == [ox.Literal("old")]


def test_select_gives_python_values_and_curies(store: Store):
    query = 'SELECT ?i (2 AS ?n) (0.5 AS ?x) (true AS ?b) ("a" AS ?t) ?no { BIND(technique:a AS ?i) }'
    assert store.select(query) == [{"i": "technique:a", "n": 2, "x": 0.5, "b": True, "t": "a", "no": None}]


def test_select_sees_the_union_of_all_graphs(store: Store):
    store.replace_many({"entry:x": said("1"), "entry:y": said("2")})
    assert {row["t"] for row in store.select("SELECT ?t { technique:a kg:canonical ?t }")} >= {"1", "2"}


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
def test_wrong_query_is_told_in_a_sentence(store: Store, query: str, told: str):
    with pytest.raises(KgError, match=told):
        store.select(query)


def test_the_word_service_may_be_asked_for(store: Store):
    assert store.select('SELECT ("service <" AS ?service) { } # SERVICE') == [{"service": "service <"}]


def test_graph_is_kept_and_read_again(tmp_path: Path):
    with OxigraphStore(tmp_path / "a" / "kg") as store:
        store.replace("entry:x", said("kept"))
    reader = open_store(tmp_path / "a" / "kg", read_only=True)
    assert [t.object.value for t in reader.triples("entry:x")] == ["kept"]
    with pytest.raises(KgError, match="reading only"):
        reader.replace("entry:x", said("new"))
    with pytest.raises(KgError, match="reading only"):
        reader.remove("entry:x")


def test_reader_opens_fast(tmp_path: Path, vocabulary):
    with OxigraphStore(tmp_path / "kg") as store:
        triples = entry_triples(demo_document(), demo_record(), vocabulary)
        store.replace_many({f"entry:{n}": triples for n in range(200)})
    times = []
    for _ in range(5):
        start = time.perf_counter()
        OxigraphStore(tmp_path / "kg", read_only=True).close()
        times.append(time.perf_counter() - start)
    assert min(times) < 0.06


def test_writer_stores_eighty_papers_a_second(tmp_path: Path, vocabulary):
    triples = entry_triples(demo_document(), demo_record(), vocabulary)
    with OxigraphStore(tmp_path / "kg") as store:
        start = time.process_time()
        for number in range(100):
            store.replace(f"entry:{number}", triples)
        assert 100 / (time.process_time() - start) > 80


def test_second_writer_is_told(tmp_path: Path):
    with OxigraphStore(tmp_path / "kg"):
        code = "import sys; from kg.graph.store import OxigraphStore as S; from kg.model import KgError\n"
        code += "try: S(sys.argv[1])\nexcept KgError as error: print(error)"
        out = subprocess.run([sys.executable, "-c", code, tmp_path / "kg"], capture_output=True, text=True, check=True)
    assert "being written by another process" in out.stdout
    assert out.stdout.count("\n") == 1


def test_readers_see_whole_entries_while_a_writer_works(tmp_path: Path):
    folder = tmp_path / "kg"
    with OxigraphStore(folder) as store:
        store.replace("entry:x", numbered(0))
    code = (
        "import sys; from kg.graph.store import OxigraphStore as S; from graph_demo import numbered\n"
        "store = S(sys.argv[1])\n"
        "for n in range(400):\n store.replace('entry:x', numbered(n)); n % 40 or store._ox.flush()\nstore.close()"
    )
    path = os.pathsep.join(filter(None, [str(Path(__file__).parent), *sys.path]))
    writer = subprocess.Popen([sys.executable, "-c", code, folder], env=os.environ | {"PYTHONPATH": path})
    seen = set()
    while writer.poll() is None:
        reader = OxigraphStore(folder, read_only=True)
        rounds = {text.split()[0] for text in texts(reader)}
        assert len(rounds) == 1
        assert len(reader.triples("entry:x")) == 100
        seen |= rounds
    assert writer.returncode == 0
    assert len(seen) > 1


def test_missing_graph_is_told_to_readers(tmp_path: Path):
    with pytest.raises(KgError, match="no graph at"):
        open_store(tmp_path / "none", read_only=True)
    assert not (tmp_path / "none").exists()


def test_foreign_folder_and_file_are_left_alone(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(KgError, match="holds other files"):
        open_store(tmp_path)
    with pytest.raises(KgError, match="is a file"):
        open_store(tmp_path / "letter.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_newer_and_damaged_schema_are_refused(tmp_path: Path):
    OxigraphStore(tmp_path / "kg").close()
    meta = tmp_path / "kg" / "meta.json"
    meta.write_text(json.dumps({"schema": 99}))
    with pytest.raises(KgError, match="install a newer kg"):
        open_store(tmp_path / "kg", read_only=True)
    meta.write_text("{")
    with pytest.raises(KgError, match="is damaged"):
        open_store(tmp_path / "kg")


def test_damaged_data_is_told(tmp_path: Path):
    OxigraphStore(tmp_path / "kg").close()
    (tmp_path / "kg" / "oxigraph" / "CURRENT").write_text("rubbish")
    for read_only in (True, False):
        with pytest.raises(KgError, match="cannot be read or written"):
            open_store(tmp_path / "kg", read_only=read_only)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs to become another user")
def test_read_only_folder_is_read_but_not_written():
    with tempfile.TemporaryDirectory() as place:  # pytest's own folders are closed to other users
        _look_as_another_user(Path(place))


def _look_as_another_user(place: Path):
    folder = place / "kg"
    with OxigraphStore(folder) as store:
        store.replace("entry:x", said("kept"))
    for path in (place, folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    code = (
        "import os, sys; from kg.graph.store import OxigraphStore as S; from kg.model import KgError\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "print(len(S(sys.argv[1], True).triples('entry:x')))\n"
        "try: S(sys.argv[1])\nexcept KgError as error: print(error)\n"
        "try: S(sys.argv[1] + '/../new')\nexcept KgError as error: print(error)"
    )
    out = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True)
    assert out.stdout.startswith("1\n"), out.stderr
    assert out.stdout.count("check the folder's permissions") == 2


def test_closed_store_is_told(tmp_path: Path):
    store = OxigraphStore(tmp_path / "kg")
    store.close()
    store.close()
    with pytest.raises(KgError, match="is closed"):
        store.triples("entry:x")


def test_location_of_no_kind_is_told():
    with pytest.raises(KgError, match="name a folder, or the http address of a SPARQL server"):
        open_store("ftp://localhost/kg")


def test_ontology_is_loaded_and_renewed_when_it_changed(tmp_path: Path):
    with OxigraphStore(tmp_path / "kg") as store:
        whole = store.dump("nquads", VOCABULARY)
        assert store.select("SELECT ?l { topic:kv-cache-compression skos:prefLabel ?l }")
        node = ox.NamedNode(iri(VOCABULARY))
        store.replace(VOCABULARY, [ox.Triple(node, ox.NamedNode(iri("kg:sha256")), ox.Literal("of another version"))])
    with OxigraphStore(tmp_path / "kg") as store:
        assert store.dump("nquads", VOCABULARY) == whole
    assert b" _:" not in whole


def test_dump_is_the_same_in_any_order_of_adding(store: Store, vocabulary):
    triples = entry_triples(demo_document(), demo_record(), vocabulary)
    store.replace_many({"entry:a": triples, "entry:b": said("b")})
    first = [store.dump(format) for format in ("nquads", "turtle", "jsonld")]
    store.remove("entry:a", "entry:b")
    store.replace("entry:b", said("before"))
    store.replace("entry:b", said("b"))
    store.replace("entry:a", list(reversed(triples)))
    assert [store.dump(format) for format in ("nquads", "turtle", "jsonld")] == first
    with pytest.raises(KgError, match="choose nquads"):
        store.dump("word")


@pytest.mark.parametrize(
    ("format", "rdf"),
    [("nquads", ox.RdfFormat.N_QUADS), ("jsonld", ox.RdfFormat.JSON_LD), ("turtle", ox.RdfFormat.TURTLE)],
)
def test_dump_holds_every_triple(store: Store, vocabulary, format: str, rdf: ox.RdfFormat):
    store.replace("entry:demo-01", entry_triples(demo_document(), demo_record(), vocabulary))
    store.replace("entry:汉字 and more", [*said("\\ \n"), *said("清华")])
    dumped = {quad.triple for quad in ox.parse(store.dump(format), format=rdf)}
    assert dumped == {triple for graph in store.graphs() for triple in store.triples(graph)}


def test_damage_that_the_vocabulary_meets_first_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    OxigraphStore(tmp_path / "g").close()

    def damaged() -> ox.Triple:
        raise OSError("Corruption: block checksum mismatch")

    monkeypatch.setattr(ontology, "mark", damaged)
    with pytest.raises(Damage, match="kg rebuild"):
        OxigraphStore(tmp_path / "g")
