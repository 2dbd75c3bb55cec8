"""A server and a graph for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.rdf import ontology
from kg.rdf.store import Store
from kg_publish import protocol
from tests.rdf.sparql_server import FOREIGN, SparqlServer
from tests.store.graph_demo import demo_source, put


@pytest.fixture
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """No address but the test's own is asked; waits are short, the vocabulary is small: many requests go through."""
    for name in ("USER", "PASSWORD", "UPDATE", "GRAPH_STORE", "TIMEOUT"):
        monkeypatch.delenv(f"KG_SPARQL_{name}", raising=False)
    monkeypatch.setattr(protocol, "_PAUSE", 0.001)
    text = b"".join(f'<urn:v> <urn:n> "{n}" .\n'.encode() for n in range(30))
    monkeypatch.setattr(ontology, "text", lambda: text)


@pytest.fixture
def server(_plain: None) -> Iterator[SparqlServer]:
    """A server that holds what somebody else put there."""
    with SparqlServer() as server:
        server.store.add(FOREIGN)
        yield server
        server.shutdown()


@pytest.fixture
def papers(_plain: None, tmp_path: Path) -> Iterator[Store]:
    """A graph with a source and five entries."""
    with Store(tmp_path / "papers.kg") as store:
        for number in range(1, 6):
            put(store, number)
        store.put_source(demo_source("demo-01"))
        yield store
