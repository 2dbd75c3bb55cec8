"""A small graph made by hand, and the five reports with their annotations where these are to be had."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from graph_demo import demo_document, demo_record, demo_source, linked
from kg.graph.endpoint import EndpointStore
from kg.graph.lock import ABOUT
from sparql_server import SparqlServer
from virtuoso import MISSING, PROGRAM, Virtuoso

from kg.graph import protocol
from kg.graph.ontology import VOCABULARY
from kg.graph.rdf import entry_triples, source_triples
from kg.graph.records import from_json
from kg.graph.store import OxigraphStore, Store
from kg.model import Document, Record
from kg.names import iri
from kg.vocabulary import Vocabulary


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary.load()


@pytest.fixture(scope="session")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Virtuoso]:
    """A Virtuoso server with an empty database."""
    if not PROGRAM:
        pytest.skip(MISSING)
    server = Virtuoso(tmp_path_factory.mktemp("virtuoso"))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def _memory() -> Iterator[OxigraphStore]:
    with OxigraphStore.in_memory() as store:
        yield store


@pytest.fixture(scope="session")
def on_server(virtuoso: Virtuoso) -> Iterator[EndpointStore]:
    with pytest.MonkeyPatch.context() as patch:
        for name, said in virtuoso.environment.items():
            patch.setenv(name, said)
        with EndpointStore(virtuoso.url) as store:
            yield store


@pytest.fixture(scope="session")
def _loaded() -> Iterator[SparqlServer]:
    with SparqlServer() as server:
        EndpointStore(server.url).close()
        yield server
        server.shutdown()


@pytest.fixture
def server(_loaded: SparqlServer, monkeypatch: pytest.MonkeyPatch) -> SparqlServer:
    """A server that behaves and holds the vocabulary alone; waits are short."""
    for name in ("USER", "PASSWORD", "UPDATE", "GRAPH_STORE", "TIMEOUT"):
        monkeypatch.delenv(f"KG_SPARQL_{name}", raising=False)
    monkeypatch.setattr(protocol, "_PAUSE", 0.001)
    _loaded.misbehave, _loaded.password, _loaded.asked, _loaded.posted = None, "", [], 0
    for quad in list(_loaded.store.quads_for_pattern(None, ox.NamedNode(iri("kg:writer")), None)):
        _loaded.store.remove(quad)
    for graph in list(_loaded.store.named_graphs()):
        if graph.value not in (iri(VOCABULARY), iri(ABOUT)):
            _loaded.store.remove_graph(graph)
    return _loaded


@pytest.fixture
def memory(_memory: OxigraphStore) -> OxigraphStore:
    """A store in memory that holds the vocabulary alone; its making takes most of a second."""
    _memory.remove(*(graph for graph in _memory.graphs() if graph != VOCABULARY))
    return _memory


@pytest.fixture(params=["memory", "on_server"])
def store(request: pytest.FixtureRequest) -> Store:
    """A store without papers of each kind: in memory, and on a Virtuoso server."""
    found: Store = request.getfixturevalue(request.param)
    found.remove(*(graph for graph in found.graphs() if graph != VOCABULARY))
    return found


@pytest.fixture
def demo(memory: OxigraphStore, vocabulary: Vocabulary) -> OxigraphStore:
    """A store in memory with one source and its one entry."""
    memory.replace("source:demo", source_triples(demo_source("demo-01")))
    memory.replace("entry:demo-01", entry_triples(demo_document(), demo_record(), vocabulary, fingerprint="f00"))
    return memory


@pytest.fixture(scope="session")
def reports() -> list[Path]:
    """The five reports that ship with the program."""
    found = sorted((Path(__file__).parents[2] / "data" / "reports").glob("*.txt"))
    assert len(found) == 5
    return found


@pytest.fixture(scope="session")
def annotated(reports: list[Path]) -> dict[str, tuple[Document, Record]]:
    """The annotated papers of the reports: documents as the reader makes them, records linked simply."""
    shared = os.environ.get("KG_SHARED")
    if not shared:
        pytest.skip("the annotations are found through KG_SHARED, which is not set")
    from kg.sources import read

    documents = {document.id: document for report in reports for document in read(report).documents}
    out = {}
    for line in (Path(shared) / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        obj = json.loads(line)
        out[obj["id"]] = (documents[obj["id"]], linked(from_json(obj, documents[obj["id"]])))
    return out
