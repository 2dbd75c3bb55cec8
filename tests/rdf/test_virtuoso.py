"""A graph on a Virtuoso server: the triples of the export, numbers as they were, whole when the server is killed."""

from __future__ import annotations

import math
import os
import random
import shutil
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.api import Graph
from kg.entity_types import BASE
from kg.http import trusted
from kg.identifiers import PREFIXES, iri
from kg.model import KgError, Source
from kg.rdf import ontology
from kg.rdf.store import Store
from kg.rdf.triples import triples_of
from kg_publish import protocol, publishing
from kg_publish.lexical import KEPT, PROBE, sent
from kg_publish.protocol import Access, Connection
from kg_publish.publishing import STATE, Published
from tests.rdf.virtuoso import MISSING, PROGRAM, Virtuoso, make
from tests.store.graph_demo import demo_source, exported, put

XSD = PREFIXES["xsd"]
PREDICATE = ox.NamedNode(iri("kg:canonical"))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an empty database."""
    if not PROGRAM:
        pytest.skip(MISSING)
    folder = tmp_path_factory.mktemp("virtuoso")
    make(folder)
    return folder


@pytest.fixture(scope="module")
def _virtuoso(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Virtuoso]:
    server = Virtuoso(tmp_path_factory.mktemp("virtuoso") / "server", empty)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def _small_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ontology is tens of thousands of triples: one test sends a part of it."""
    monkeypatch.setattr(ontology, "text", lambda: b'<urn:v> <urn:n> "1" .\n')


def _part_of_ontology() -> bytes:
    """Some triples of each predicate and kind of object, still more than three requests take."""
    kinds: dict[tuple[str, ...], list[bytes]] = {}
    text = ontology.text()
    for triple, line in zip(triples_of(text), text.splitlines(keepends=True), strict=True):
        kinds.setdefault(_kind(triple.predicate, triple.object), []).append(line)
    return b"".join(line for lines in kinds.values() for line in lines[:: 1 + len(lines) // 300])


def _kind(predicate: ox.NamedNode, said: Any) -> tuple[str, ...]:
    is_literal = isinstance(said, ox.Literal)
    return (predicate.value, said.datatype.value, said.language or "") if is_literal else (predicate.value,)


def _let_in(server: Virtuoso, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UPDATE", "GRAPH_STORE", "TIMEOUT"):
        monkeypatch.delenv(f"KG_SPARQL_{name}", raising=False)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def virtuoso(_virtuoso: Virtuoso, monkeypatch: pytest.MonkeyPatch) -> Virtuoso:
    """A server without a graph of ours that lets us in."""
    _let_in(_virtuoso, monkeypatch)
    connection = Connection(Access.of(_virtuoso.url))
    connection.select(PROBE)  # it has to say first what kind of server it is
    for name in _names(_virtuoso):
        connection.update(f"CLEAR SILENT GRAPH <{name}>")
    connection.close()
    return _virtuoso


def _asked(server: Virtuoso, query: str, accept: str) -> bytes:
    headers = {"Accept": accept}
    answer = httpx.post(server.url, data={"query": query}, headers=headers, timeout=60, verify=trusted())
    assert answer.status_code == 200, answer.text
    return answer.content


def _names(server: Virtuoso) -> list[str]:
    # Without the filter Virtuoso takes half a minute, with it a second.
    query = f'SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{BASE}")) }}'
    body = _asked(server, query, "application/sparql-results+json")
    rows = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    assert isinstance(rows, ox.QuerySolutions)
    return [row["g"].value for row in rows]


def held(server: Virtuoso) -> list[str]:
    """The quads of a graph as they were sent, sorted, and without what the server says of them."""
    store = ox.Store()  # which spells decimals in its own way, as in the export
    for name in _names(server):
        if name != iri(STATE):
            query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}"
            for quad in ox.parse(_asked(server, query, "application/n-triples"), format=ox.RdfFormat.N_TRIPLES):
                store.add(ox.Quad(quad.subject, quad.predicate, meant(quad.object), ox.NamedNode(name)))
    return sorted(f"{quad} ." for quad in store)


def meant(term: Any) -> Any:
    """What Virtuoso shows of a term, as it was sent."""
    if not isinstance(term, ox.Literal) or term.language:
        return term
    text, datatype = term.value, term.datatype.value
    if datatype.startswith(KEPT):
        return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype.removeprefix(KEPT)))
    if datatype == XSD + "boolean":
        return ox.Literal({"1": "true", "0": "false"}.get(text, text), datatype=term.datatype)
    if datatype in (XSD + "double", XSD + "decimal"):
        with suppress(ValueError):
            return ox.Literal(float(text))
    return term


def large_source(lines: int = 6000) -> Source:
    """A source of more triples than one request takes."""
    return replace(demo_source("demo-01"), skipped=tuple(f"line {n}: 没有读懂" for n in range(lines)))


def test_five_reports_on_virtuoso_are_the_triples_of_the_export(
    virtuoso: Virtuoso, built_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    part = _part_of_ontology()
    assert part.count(b"\n") > 3 * publishing._TRIPLES
    monkeypatch.setattr(ontology, "text", lambda: part)
    with Graph(shutil.copy(built_file, tmp_path), create=True) as graph:  # without the triples that lie beside it
        assert publishing.publish(graph.store, virtuoso.url) == Published(133 + 5 + 1, 0)
        assert held(virtuoso) == exported(graph.store)
        assert publishing.publish(graph.store, virtuoso.url) == Published(0, 0)


@pytest.mark.usefixtures("_small_vocabulary")
def test_virtuoso_follows_changes(virtuoso: Virtuoso, tmp_path: Path):
    with Store(tmp_path / "papers.kg") as store:
        for number in range(1, 6):
            put(store, number)
        store.put_source(large_source())
        assert publishing.publish(store, virtuoso.url) == Published(7, 0)
        assert held(virtuoso) == exported(store)
        put(store, 2, "ICML")
        store.drop_entries(["demo-04"])
        store.put_source(large_source(4500))
        assert publishing.publish(store, virtuoso.url) == Published(2, 1)
        assert held(virtuoso) == exported(store)
    with Store(None) as other:
        put(other, 9)
        with pytest.raises(KgError, match="holds another graph of kg"):
            publishing.publish(other, virtuoso.url)
        assert publishing.publish(other, virtuoso.url, replace=True) == Published(2, 5)
        assert held(virtuoso) == exported(other)


@pytest.mark.usefixtures("_small_vocabulary")
def test_virtuoso_notes_that_another_call_came_in_between(
    virtuoso: Virtuoso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with Store(tmp_path / "papers.kg") as store:
        put(store, 1)
        publishing.publish(store, virtuoso.url)
        put(store, 1, "old")
        slow = publishing._Publisher(store, Connection(Access.of(virtuoso.url)))
        number = slow._held(False)
        slow._claim(number)
        monkeypatch.setattr(slow, "_check_alone", lambda: None)
        stale = list(slow._changes(number))
        put(store, 1, "new")
        put(store, 2, "new")
        update = Connection.update

        def interrupted(self: Connection, *steps: str) -> None:
            if "CLEAR" in steps[0]:
                update(self, *steps)
                monkeypatch.setattr(Connection, "update", update)
                slow._update(stale, number)
            else:
                update(self, *steps)

        monkeypatch.setattr(publishing, "_TRIPLES", 100)
        monkeypatch.setattr(Connection, "update", interrupted)
        publishing.publish(store, virtuoso.url)
        assert held(virtuoso) == exported(store)


def _publish_for_ever(store: Store, url: str) -> None:
    for turn in count():
        publishing.publish(store, url)
        put(store, 1, f"turn {turn}")


@pytest.mark.usefixtures("_small_vocabulary")
def test_virtuoso_that_is_killed_is_gone_on_with(empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(protocol, "_PAUSE", 0.01)
    moments = random.Random(7)
    server = Virtuoso(tmp_path / "server", empty)
    _let_in(server, monkeypatch)
    try:
        with Store(tmp_path / "papers.kg") as store:
            for number in range(1, 12):
                put(store, number)
            store.put_source(large_source())
            for venue in ("", "ICML"):
                for number in range(1, 12) if venue else ():
                    put(store, number, venue)
                killer = threading.Timer(moments.uniform(0.05, 0.6), os.kill, (server.pid, signal.SIGKILL))
                killer.start()
                with pytest.raises(KgError, match="see that it runs"):
                    _publish_for_ever(store, server.url)
                server.stop()
                server.start()
                publishing.publish(store, server.url)
                assert held(server) == exported(store)
    finally:
        server.stop()


@pytest.mark.usefixtures("_small_vocabulary")
def test_virtuoso_that_leaves_out_rows_is_told(empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    server = Virtuoso(tmp_path / "server", empty, "ResultSetMaxRows = 20")
    _let_in(server, monkeypatch)
    try:
        with Store(None) as store, Store(None) as other:
            for number in range(1, 31):
                put(store, number)
            publishing.publish(store, server.url)
            with pytest.raises(KgError, match=r"gives 2[01] rows at most: set ResultSetMaxRows"):
                publishing.publish(other, server.url, replace=True)
    finally:
        server.stop()


@pytest.mark.usefixtures("_small_vocabulary")
def test_virtuoso_tells_who_may_write(virtuoso: Virtuoso, monkeypatch: pytest.MonkeyPatch):
    for user, password in (("dba", "wrong"), ("", "")):
        monkeypatch.setenv("KG_SPARQL_USER", user)
        monkeypatch.setenv("KG_SPARQL_PASSWORD", password)
        with Store(None) as store, pytest.raises(KgError, match="check KG_SPARQL_USER and KG_SPARQL_PASSWORD"):
            publishing.publish(store, virtuoso.url)


# --- literals -------------------------------------------------------------------------------------------------------


def typed(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


NUMBERS = [0.1 + 0.2, 1 / 3, 1e300, 1.2345678e300, 5e-324, 1.2345678e-300, -0.0, 50.0, 1234567.5, 12345678901234.5]
LITERALS = [
    *map(ox.Literal, NUMBERS),
    *(ox.Literal(number) for number in (0, -3, 2**31 - 1, 2**31, -(2**31) - 1, 10**30, math.inf, math.nan)),
    *(ox.Literal(text, language=tag) for text, tag in (("hi", "en"), ("汉", "zh-Hans"), ("", "en"))),
    *(typed(text, "decimal") for text in ("1.5", "1234567", "0.3")),
    *(typed(text, "integer") for text in ("7", "abc")),
    *(typed(text, "boolean") for text in ("true", "false")),
    *(typed(text, "dateTime") for text in ("2025-10-15T15:43:59", "2025-10-15T15:43:59Z")),
    *(typed(text, kind) for text, kind in (("2025-10-15", "date"), ("2025", "gYear"), ("x y", "anyURI"))),
    ox.Literal("\x00\x01\x7f\u2028\ufffe\U0010ffff <b>&amp;\r\n\t\\u0041 ?x $y %41"),
    ox.Literal("汉字😀" * 40_000),
]


def _sent(server: Virtuoso, monkeypatch: pytest.MonkeyPatch, literals: Iterable[ox.Literal]) -> list[str]:
    """Publish a graph that says some literals, one of each subject, and gives its quads."""
    lines = [f"<{iri(f'technique:n{n}')}> {PREDICATE} {literal}" for n, literal in enumerate(literals)]
    text = "".join(f"{line} .\n" for line in lines).encode()
    monkeypatch.setattr(publishing, "texts_of", lambda file, graphs: [(name, text) for name in graphs])
    with Store(None) as store:
        put(store, 1)
        publishing.publish(store, server.url, replace=True)
    return sorted(f"{line} <{iri('entry:demo-01')}> ." for line in lines)


@pytest.mark.usefixtures("_small_vocabulary")
def test_literals_are_on_virtuoso_as_they_were(virtuoso: Virtuoso, monkeypatch: pytest.MonkeyPatch):
    some = random.Random(5)
    numbers: list[float] = [some.uniform(-1, 1) * 10.0 ** some.randint(-30, 30) for _ in range(200)]
    numbers += [some.randint(-(10**6), 10**6) / 10 ** some.randint(0, 6) for _ in range(200)]
    numbers += [some.getrandbits(some.randint(1, 90)) for _ in range(200)]
    # The NaN comes first: stored as such, it would break the index for what comes after it.
    for literals in ([ox.Literal(math.nan)], LITERALS, list(map(ox.Literal, numbers))):
        quads = _sent(virtuoso, monkeypatch, literals)
        assert [quad for quad in held(virtuoso) if "/technique/n" in quad.split()[0]] == quads


@pytest.mark.usefixtures("_small_vocabulary")
@pytest.mark.parametrize("number", [0.333333, 1234567.5, 12_345_678_901.0, 33.333333333333336])
def test_number_of_many_digits_is_compared_as_a_number(
    virtuoso: Virtuoso, monkeypatch: pytest.MonkeyPatch, number: float
):
    _sent(virtuoso, monkeypatch, [ox.Literal(number)])
    connection = Connection(Access.of(virtuoso.url))
    for test, times in ((">=", 1), ("<=", 1), ("<", 0), (">", 0)):
        query = f"SELECT ?n {{ <{iri('technique:n0')}> {PREDICATE} ?n FILTER(?n {test} {number!r}) }}"
        assert len(connection.select(query)) == times
    connection.close()


@given(st.floats() | st.integers())
def test_number_that_is_sent_is_meant(number: float):
    literal = ox.Literal(number)
    assert meant(sent(literal)) == literal
