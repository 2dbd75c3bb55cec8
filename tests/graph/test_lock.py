"""Who writes to a graph on a SPARQL server: one process, which says so while it lives."""

from __future__ import annotations

import subprocess
import sys
import time

import pyoxigraph as ox
import pytest
from graph_demo import said
from kg.graph.endpoint import EndpointStore
from kg.graph.faults import Fault
from kg.graph.lock import ABOUT
from sparql_server import SparqlServer

from kg.graph import lock
from kg.names import iri


def test_second_writer_is_told_and_a_dead_one_is_forgotten(server: SparqlServer):
    code = "import sys, time; from kg.graph.endpoint import EndpointStore as S\n"
    code += "S(sys.argv[1]); print(1, flush=True); time.sleep(99)"
    writer = subprocess.Popen([sys.executable, "-c", code, server.url], stdout=subprocess.PIPE)
    assert writer.stdout
    writer.stdout.readline()
    with pytest.raises(Fault, match="being written by another process: wait until it is done"):
        EndpointStore(server.url)
    EndpointStore(server.url, read_only=True).close()
    writer.kill()
    writer.wait()
    with EndpointStore(server.url) as store:
        store.replace("entry:x", said("1"))
        with pytest.raises(Fault, match="another process"):
            EndpointStore(server.url)
    with EndpointStore(server.url) as store:
        assert store.writers() == [store._lock._said]  # type: ignore[union-attr]


def test_writer_from_elsewhere_counts_while_it_is_heard_of(server: SparqlServer):
    with EndpointStore(server.url) as store:
        for ago, told in ((10, True), (1000, False)):
            elsewhere = f"elsewhere 1 abc {int(time.time()) - ago}"
            assert lock.is_alive(elsewhere) == told
        assert not lock.is_alive("what is this")
        store.tell(f"INSERT DATA {{ {lock.writer_of(f'elsewhere 1 abc {int(time.time())}')} }}")
    with pytest.raises(Fault, match="another process"):
        EndpointStore(server.url)
    server.store.remove_graph(ox.NamedNode(iri(ABOUT)))


def test_writer_that_was_taken_for_dead_writes_no_more(server: SparqlServer, monkeypatch: pytest.MonkeyPatch):
    store = EndpointStore(server.url)
    monkeypatch.setattr(lock, "is_alive", lambda said: False)
    monkeypatch.setattr(lock, "_RENEWAL", 0.0)
    with EndpointStore(server.url), pytest.raises(Fault, match="another process"):
        store.replace("entry:x", said("1"))
    store.close()
    with EndpointStore(server.url) as after:
        after.replace("entry:x", said("1"))
        after.replace("entry:x", said("2"))
        assert after.writers() == [after._lock._said]  # type: ignore[union-attr]
