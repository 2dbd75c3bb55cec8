"""A graph on a Virtuoso server: the same answers as from a folder, and whole when the server is killed."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import pytest
from graph_demo import many, words
from kg.graph.endpoint import EndpointStore
from kg.graph.faults import Fault
from virtuoso import MISSING, PROGRAM, Virtuoso

import kg
from kg.graph import lock, ontology, protocol
from kg.graph.ontology import VOCABULARY
from kg.graph.store import Store


@contextmanager
def _virtuoso(folder: Path, monkeypatch: pytest.MonkeyPatch, settings: str = "") -> Iterator[Virtuoso]:
    """A server that lets us in; indexes are kept apart."""
    if not PROGRAM:
        pytest.skip(MISSING)
    server = Virtuoso(folder, settings)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    try:
        yield server
    finally:
        server.stop()


QUESTIONS = [
    "KV-cache compression papers on H100",
    "在H100上做KV缓存压缩的论文",
    "Which papers report a speedup of at least 10x?",
    "Which techniques outperform H2O?",
    "Papers of Tsinghua University on quantization without code",
    "Which institutions work on speculative decoding?",
    "How many papers a month on mixture of experts?",
    "Which techniques are used with FlashAttention?",
    "papers since October 2025 that say 'long context'",
    "latency under 50 ms",
    "Which papers propose a technique for LLM inference and compare with vLLM?",
    "How are quantization and pruning related?",
]


def test_reports_on_virtuoso_are_those_in_a_folder(built_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with _virtuoso(tmp_path, monkeypatch) as server, kg.open(str(built_folder), read_only=True) as here:
        with EndpointStore(server.url) as there:
            names = [name for name in here.store.graphs() if name != VOCABULARY]
            there.replace_many({name: here.store.triples(name) for name in names})
            assert there.dump("nquads") == here.store.dump("nquads")
        with kg.open(server.url, read_only=True) as graph:
            for question in QUESTIONS:
                assert graph.ask(question).to_json() == here.ask(question).to_json(), question
            assert graph.counts() == here.counts()
            assert str(graph.report("KV cache compression")) == str(here.report("KV cache compression"))
            assert graph.paper("002-22") == here.paper("002-22")


def _write_for_ever(store: Store) -> None:
    for word in cycle(("new", "old")):
        store.replace("entry:small", many(word, 900))
        store.replace("entry:large", many(word))


def test_virtuoso_that_is_killed_has_the_old_or_the_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(protocol, "_PAUSE", 0.01)
    monkeypatch.setattr(ontology, "triples", list)  # the vocabulary is not what is tested
    moments = random.Random(7)
    with _virtuoso(tmp_path, monkeypatch) as server:
        with EndpointStore(server.url) as store:
            store.replace_many({"entry:small": many("old", 900), "entry:large": many("old")})
        for _ in range(3):
            store = EndpointStore(server.url)
            threading.Timer(moments.uniform(0.02, 0.8), os.kill, (server.pid, signal.SIGKILL)).start()
            with pytest.raises(Fault, match="see that it runs"):
                _write_for_ever(store)
            store.close()
            server.stop()
            server.start()
            with monkeypatch.context() as patch:
                patch.setattr(lock, "is_alive", lambda said: False)  # the writer, which is this process, died too
                store = EndpointStore(server.url)
            with store:
                assert words(store, "entry:small") in ({"old 900"}, {"new 900"})
                assert words(store, "entry:large") in ({"old 4500"}, {"new 4500"}, {"again 4500"})
                store.replace("entry:large", many("again"))
                assert words(store, "entry:large") == {"again 4500"}


def test_virtuoso_that_leaves_out_rows_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ontology, "triples", list)
    with _virtuoso(tmp_path, monkeypatch, "ResultSetMaxRows = 150") as server, EndpointStore(server.url) as store:
        store.replace("entry:x", many("new", 500))
        for read in (lambda: store.triples("entry:x"), lambda: store.select("SELECT ?o { ?s kg:canonical ?o }")):
            with pytest.raises(Fault, match=r"gives 15[01] rows at most"):
                read()


def test_virtuoso_tells_who_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with _virtuoso(tmp_path, monkeypatch) as server:
        for user, password in (("dba", "wrong"), ("", "")):
            monkeypatch.setenv("KG_SPARQL_USER", user)
            monkeypatch.setenv("KG_SPARQL_PASSWORD", password)
            with pytest.raises(Fault, match="check KG_SPARQL_USER and KG_SPARQL_PASSWORD"):
                EndpointStore(server.url)
