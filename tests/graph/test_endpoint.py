"""A graph on a SPARQL server: what is written is whole, comes back as it was, and what fails is told in a sentence."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pyoxigraph as ox
import pytest
from graph_demo import PREDICATE, SUBJECT, demo_document, demo_record, many, said, words
from hypothesis import given
from hypothesis import strategies as st
from kg.graph.endpoint import EndpointStore
from kg.graph.faults import Fault
from kg.graph.protocol import Access
from sparql_server import JSON, Handler, SparqlServer

import kg
from kg import adding
from kg.api import Graph
from kg.graph import endpoint, lock, protocol
from kg.graph.lexical import meant, sent
from kg.graph.ontology import VOCABULARY
from kg.graph.rdf import entry_triples
from kg.graph.store import Store, open_store
from kg.model import KgError
from kg.names import iri
from kg.vocabulary import Vocabulary

XSD = "http://www.w3.org/2001/XMLSchema#"


def test_address_of_a_server_opens_a_store_like_any_other(
    server: SparqlServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    papers = tmp_path / "papers.jsonl"
    rows = [
        {"id": f"p{n}", "title": f"Cache paper {n}", "abstract": f"We quantize the KV cache on an H100 in case {n}."}
        for n in range(7)
    ]
    monkeypatch.setattr(adding, "_FEW", 3)  # entries that are stored one by one
    papers.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with kg.open(server.url) as there, kg.open(str(tmp_path / "here.kg")) as here:
        for graph in (there, here):
            assert len(graph.add(papers, fast=True).added) == 7
            assert graph.remove("p3", "p6") == ["p3", "p6"]
            assert graph.add(papers, fast=True).added == ["p3", "p6"]
        assert there.store.dump("nquads") == here.store.dump("nquads")
        assert there.ask("KV cache papers on H100").to_json() == here.ask("KV cache papers on H100").to_json()
        assert there.verify().ok
    with kg.open(server.url, read_only=True) as there:
        assert len(there.entries()) == 7
        with pytest.raises(KgError, match="reading only"):
            there.remove("p3")


def test_indexes_follow_the_server(
    server: SparqlServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vocabulary: Vocabulary
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with closing(open_store(server.url)) as store:
        store.replace("entry:demo-01", entry_triples(demo_document(), demo_record(), vocabulary))
    with kg.open(server.url, read_only=True) as graph:
        assert len(graph.ask("papers on H100").rows) == 1
    assert list(tmp_path.rglob("columns.bin"))
    with closing(open_store(server.url)) as store:
        store.remove("entry:demo-01")
    with kg.open(server.url, read_only=True) as graph:
        assert len(graph.ask("papers on H100").rows) == 0


# --- what is written is whole ---------------------------------------------------------------------------------------


class _Killed(BaseException):
    """The writer is gone: nothing after this moment happens."""


def _dying(server: SparqlServer, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """The writer dies before its next update but `after`."""
    left = [after]
    update = endpoint.Connection.update

    def until(self: endpoint.Connection, sparql: str) -> None:
        if left[0] == 0:
            raise _Killed
        left[0] -= 1
        update(self, sparql)

    monkeypatch.setattr(endpoint.Connection, "update", until)
    monkeypatch.setattr(lock, "is_alive", lambda said: False)


def _dies(
    server: SparqlServer, monkeypatch: pytest.MonkeyPatch, after: int, work: Callable[[EndpointStore], None]
) -> bool:
    """Whether a writer that dies so was done before."""
    with monkeypatch.context() as patch:
        store = EndpointStore(server.url)
        _dying(server, patch, after)
        try:
            work(store)
        except _Killed:
            return False
        finally:
            store._connection.close()
        return True


def test_large_change_is_whole_wherever_the_writer_dies(server: SparqlServer, monkeypatch: pytest.MonkeyPatch):
    new = {"entry:x": many("new"), "entry:y": many("new", 3), "entry:z": []}
    monkeypatch.setattr(lock, "is_alive", lambda said: False)
    seen, done, after = set(), False, 0
    while not done:
        with EndpointStore(server.url) as store:
            store.replace_many({"entry:x": many("old", 5), "entry:y": many("old", 4), "entry:z": many("old", 2)})
        done = _dies(server, monkeypatch, after, lambda store: store.replace_many(new))
        with EndpointStore(server.url) as store:
            found = (*(frozenset(words(store, f"entry:{name}")) for name in "xyz"),)
            assert set(map(bool, found)) != {False}
            assert found in [
                ({"old 5"}, {"old 4"}, {"old 2"}),
                ({"new 4500"}, {"new 3"}, frozenset()),
            ]
            seen.add(found)
            store.replace_many(new)
            assert (words(store, "entry:x"), words(store, "entry:z")) == ({"new 4500"}, set())
            assert store.graphs() == ["entry:x", "entry:y", VOCABULARY]
        after += 1
    assert len(seen) == 2
    assert after > 6


def test_load_counts_when_it_is_staged_or_is_taken_back(server: SparqlServer, monkeypatch: pytest.MonkeyPatch):
    lines = "".join(f"{triple} .\n" for triple in many("new"))
    data = f"GRAPH <{iri('entry:x')}> {{ {lines} }} GRAPH <{iri('entry:y')}> {{ {lines} }}".encode()

    def work(store: EndpointStore) -> None:
        store.load(data)
        store.replace("entry:old", said("linked 1"))
        store.stage()

    seen, done, after = set(), False, 0
    while not done:
        with EndpointStore(server.url) as store:
            store.remove("entry:x", "entry:y")
            store.replace("entry:old", said("alone 1"))
        done = _dies(server, monkeypatch, after, work)
        monkeypatch.setattr(lock, "is_alive", lambda said: False)
        with EndpointStore(server.url) as store:
            found = words(store, "entry:x") | words(store, "entry:y"), words(store, "entry:old")
            assert found in [(set(), {"alone 1"}), ({"new 4500"}, {"linked 1"})]
            seen.add(str(found))
        after += 1
    assert len(seen) == 2
    assert after > 5


def test_load_that_is_not_staged_is_taken_back_at_the_end(server: SparqlServer):
    data = f"GRAPH <{iri('entry:x')}> {{ {said('1')[0]} }}".encode()
    with EndpointStore(server.url) as store:
        store.load(data)
        assert store.graphs() == ["entry:x", VOCABULARY]
    with EndpointStore(server.url) as store:
        assert store.graphs() == [VOCABULARY]
        store.load(data)
        store.commit()
    with EndpointStore(server.url, read_only=True) as store:
        assert store.graphs() == ["entry:x", VOCABULARY]
        assert store.triples("kg:journal") == []


def test_reader_is_told_of_a_change_that_was_left_halfway(server: SparqlServer, monkeypatch: pytest.MonkeyPatch):
    assert not _dies(server, monkeypatch, 4, lambda store: store.replace("entry:x", many("new")))
    monkeypatch.setattr(lock, "is_alive", lambda said: False)
    with pytest.raises(Fault, match="middle of a change: open it for writing"):
        EndpointStore(server.url, read_only=True)
    EndpointStore(server.url).close()
    with EndpointStore(server.url, read_only=True) as store:
        assert words(store, "entry:x") == {"new 4500"}


# --- how servers fail -----------------------------------------------------------------------------------------------


def _sending(status: int, body: bytes, kind: str = JSON, **headers: str) -> Callable[[Handler, str], bool]:
    def answer(handler: Handler, path: str) -> bool:
        handler.answer(status, body, kind, {name.replace("_", "-"): value for name, value in headers.items()})
        return True

    return answer


def _silent(handler: Handler, path: str) -> bool:
    time.sleep(1)
    return True


def _dripping(handler: Handler, path: str) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    with suppress(OSError):
        for _ in range(40):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.03)
    return True


def _gone(handler: Handler, path: str) -> bool:
    handler.close_connection = True
    return True


def _cut(handler: Handler, path: str) -> bool:
    handler.answer(200, b'{"head": {', JSON, {"Content-Length": "1000"})
    handler.close_connection = True
    return True


PAGE = b"<!DOCTYPE html><html><body><h1>Welcome\x1b[31m</h1></body></html>"


@pytest.mark.parametrize(
    ("misbehave", "told"),
    [
        (_sending(200, PAGE, "text/html"), "sends is no answer to a query .text/html.*: check the address"),
        (_sending(200, b'{"head": {"vars": ["a"]}, "results": {"bindings": [{"a"'), "is no answer"),
        (
            _sending(200, b'{"head": {"vars": ["a"]}, "results": [{"datatype": "' + XSD.encode() + b'double"}]}'),
            "is no answer",
        ),
        (_sending(200, b"[" * 3000), "is no answer"),
        (_sending(200, b""), "is no answer"),
        (_sending(200, b"x" * 5000), "sent more than 4,000 bytes"),
        (_sending(500, PAGE, "text/html"), "failed with status 500 .Welcome .31m.: look into its log"),
        (
            _sending(500, b"Virtuoso S1T00 Error SR171: Transaction timed out"),
            "gave up .*: allow its queries more time",
        ),
        (
            _sending(500, b"Virtuoso 40001 Error SR172: Transaction deadlocked"),
            "is busy .status 500.: see that it runs",
        ),
        (
            _sending(500, b"Virtuoso XXXXX Error COL..: Insert stopped because out of seg data here or elsewhere"),
            "has a damaged index .*: restore its database from a backup",
        ),
        (_sending(503, b"", Retry_After="100000"), "is busy .status 503.: see that it runs"),
        (_sending(400, b"what?"), "does not understand what it was asked .what"),
        (_sending(401, b"", WWW_Authenticate='Digest realm="x"'), "does not let this user in: check KG_SPARQL_USER"),
        (_sending(404, b"no"), "answered 404 .no.: check the address"),
        (
            _sending(302, b"", Location="http://127.0.0.1:1/"),
            "sends elsewhere .http://127.0.0.1:1/.*: name that address",
        ),
        (_silent, "no whole answer within 0.4 s: KG_SPARQL_TIMEOUT may allow more"),
        (_dripping, "no whole answer within 0.4 s"),
        (_gone, "broke off .*: see that it runs"),
        (_cut, "broke off .*: see that it runs"),
    ],
)
def test_failing_server_is_told_in_a_sentence(
    server: SparqlServer, monkeypatch: pytest.MonkeyPatch, misbehave: Callable[[Handler, str], bool], told: str
):
    monkeypatch.setenv("KG_SPARQL_TIMEOUT", "0.4")
    with EndpointStore(server.url) as store:
        monkeypatch.setattr(protocol, "MOST_BYTES", 4000)
        server.misbehave = misbehave
        with pytest.raises(KgError, match=told) as caught:
            store.select("SELECT ?s { ?s a kg:Paper }")
        server.misbehave = None
    message = str(caught.value)
    assert server.url in message
    assert message.isprintable()
    assert message.endswith(".")
    assert len(message) < 400


@pytest.mark.parametrize("misbehave", [_sending(503, b""), _sending(429, b"", Retry_After="0"), _gone])
def test_request_is_made_again_where_the_server_was_away(
    server: SparqlServer, misbehave: Callable[[Handler, str], bool]
):
    times = [0]

    def twice(handler: Handler, path: str) -> bool:
        times[0] += 1
        return times[0] % 3 != 0 and misbehave(handler, path)

    server.misbehave = twice
    with EndpointStore(server.url) as store:
        store.replace("entry:x", said("1"))
        assert words(store, "entry:x") == {"1 1"}
    assert times[0] > 10


def test_write_that_is_refused_is_told_and_leaves_the_store_usable(server: SparqlServer):
    with EndpointStore(server.url) as store:
        server.misbehave = lambda handler, path: path == "/update" and _sending(400, b"too long")(handler, path)
        for write in (
            lambda: store.replace("entry:x", said("1")),
            lambda: store.load(b"<urn:g> { <urn:s> <urn:p> 1 }"),
        ):
            with pytest.raises(KgError, match=r"does not understand what it was asked .too long"):
                write()
        server.misbehave = None
        store.replace("entry:x", said("2"))
        assert words(store, "entry:x") == {"2 1"}
        with pytest.raises(KgError, match="no TriG"):
            store.load(b"{")
    with pytest.raises(KgError, match="is closed"):
        store.select("SELECT ?s { ?s a kg:Paper }")


def test_server_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(protocol, "_PAUSE", 0.001)
    with pytest.raises(Fault, match=r"http://127\.0\.0\.1:1/sparql cannot be reached .*: see that it runs"):
        open_store("http://127.0.0.1:1/sparql")


def test_rows_that_a_server_leaves_out_are_missed(server: SparqlServer):
    few = _sending(200, b'{"head": {"vars": ["s"]}, "results": {"bindings": [{}, {}]}}', X_SPARQL_MaxRows="2")
    with EndpointStore(server.url) as store:
        store.replace("entry:x", many("new", 300))
        server.misbehave = few
        with pytest.raises(Fault, match="gives 2 rows at most: set ResultSetMaxRows"):
            store.select("SELECT ?s { ?s a kg:Paper }")
        server.misbehave = _sending(200, b'{"head": {"vars": []}, "results": {"bindings": []}}', X_SQL_State="S1TAT")
        with pytest.raises(Fault, match="gave up before its answer was whole"):
            store.select("SELECT ?s { ?s a kg:Paper }")
        lines = "".join(f"{triple} .\n" for triple in many("new", 200)).encode()
        asked = [0]

        def first(handler: Handler, path: str) -> bool:
            asked[0] += 1
            return asked[0] == 1 and _sending(200, lines, "application/n-triples")(handler, path)

        server.misbehave = first
        with pytest.raises(Fault, match="gives 200 rows at most"):
            store.triples("entry:x")
        server.misbehave = None


def test_server_without_the_union_of_its_graphs_is_told(server: SparqlServer, monkeypatch: pytest.MonkeyPatch):
    query = endpoint.Connection.query
    monkeypatch.setattr(
        endpoint.Connection, "query", lambda self, *said, whole=True: query(self, *said[:2], whole=False)
    )
    with pytest.raises(KgError, match="default graph alone: let it answer from the union"):
        EndpointStore(server.url)


# --- who asks, and where --------------------------------------------------------------------------------------------


def test_password_goes_to_the_server_that_asks_for_it_alone(server: SparqlServer, monkeypatch: pytest.MonkeyPatch):
    server.password = "secret"
    with pytest.raises(Fault, match="check KG_SPARQL_USER and KG_SPARQL_PASSWORD"):
        EndpointStore(server.url)
    monkeypatch.setenv("KG_SPARQL_USER", "writer")
    monkeypatch.setenv("KG_SPARQL_PASSWORD", "secret")
    assert "secret" not in repr(Access.of(server.url))
    EndpointStore(server.url).close()
    with SparqlServer() as other:
        server.misbehave = _sending(307, b"", Location=other.url)
        with pytest.raises(Fault, match="sends elsewhere") as caught:
            EndpointStore(server.url)
        assert "secret" not in str(caught.value)
        assert other.asked == []
        other.shutdown()


def test_nothing_is_said_to_a_server_that_does_not_ask(server: SparqlServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KG_SPARQL_USER", "writer")
    EndpointStore(server.url).close()
    assert {authorization for _, authorization in server.asked} == {""}


@pytest.mark.parametrize(
    ("query", "server", "user", "update"),
    [
        ("http://h:8890/sparql", "Virtuoso/07.20", "dba", "http://h:8890/sparql-auth"),
        ("http://h:8890/sparql", "Virtuoso/07.20", "", "http://h:8890/sparql"),
        ("http://h:8890/sparql-auth/", "Virtuoso/07.20", "dba", "http://h:8890/sparql-auth"),
        ("http://h/query", "Oxigraph", "", "http://h/update"),
        ("http://h/ds/sparql", "Jetty", "", "http://h/ds/update"),
        ("https://h/repositories/kg", "", "u", "https://h/repositories/kg/statements"),
        ("http://h/other?a=b", "", "", "http://h/other?a=b"),
    ],
)
def test_updates_go_where_each_kind_of_server_has_them(query: str, server: str, user: str, update: str):
    assert Access(query, user=user).update_at(server) == update
    assert Access(query, update="http://h/own").update_at(server) == "http://h/own"


@pytest.mark.parametrize(
    ("location", "environment", "told"),
    [
        ("http://", {}, "no http or https URL"),
        ("http://h:99999/", {}, "no http or https URL"),
        ("http://h/\nx", {}, "no http or https URL"),
        ("http://user:secret@h/sparql", {}, "holds a user or a password: put these into KG_SPARQL_USER"),
        ("http://h/", {"KG_SPARQL_UPDATE": "file:///etc"}, "KG_SPARQL_UPDATE is no http or https URL"),
        ("http://h/", {"KG_SPARQL_GRAPH_STORE": "x"}, "KG_SPARQL_GRAPH_STORE is no http or https URL"),
        ("http://h/", {"KG_SPARQL_TIMEOUT": "soon"}, "KG_SPARQL_TIMEOUT is no number of seconds"),
    ],
)
def test_wrong_setting_is_told(location: str, environment: dict[str, str], told: str):
    with pytest.raises(KgError, match=told) as caught:
        Access.of(location, environment)
    assert "secret" not in str(caught.value)


def test_graph_store_takes_what_is_much_as_one_file(server: SparqlServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KG_SPARQL_GRAPH_STORE", f"{server.root}/store")
    lines = "".join(f"{triple} .\n" for triple in many("new"))
    data = f"GRAPH <{iri('entry:x')}> {{ {lines} }} GRAPH <{iri('entry:y')}> {{ {lines} }}".encode()
    with EndpointStore(server.url) as store:
        store.load(data)
        store.commit()
        assert words(store, "entry:y") == {"new 4500"}
        server.misbehave = lambda handler, path: path == "/store" and _sending(204, b"")(handler, path)
        with pytest.raises(Fault, match="did not put N-Quads into their graphs: unset KG_SPARQL_GRAPH_STORE"):
            store.load(data.replace(b"/entry/", b"/entry/other-"))
        server.misbehave = None
    assert server.posted == 1


def test_schema_of_another_version_is_refused(server: SparqlServer, monkeypatch: pytest.MonkeyPatch):
    for schema, told in ((99, "install a newer kg"), (0, "add the papers again")):
        monkeypatch.setattr(EndpointStore, "_said", lambda self, graph, n=schema: {"kg:schema": [str(n)]})
        with pytest.raises(KgError, match=told):
            EndpointStore(server.url)


def test_empty_server_has_no_graph_to_read():
    with SparqlServer() as empty:
        with pytest.raises(KgError, match="There is no graph at"):
            open_store(empty.url, read_only=True)
        with pytest.raises(KgError, match="There is no graph at"):
            Graph(empty.url, must_exist=True)
        empty.shutdown()


# --- what comes back is what was sent -------------------------------------------------------------------------------


def typed(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


NUMBERS = [0.1 + 0.2, 1 / 3, 1e300, 1.2345678e300, 5e-324, 1.2345678e-300, -0.0, 50.0, 1234567.5, 12345678901234.5]
LITERALS = [
    *map(ox.Literal, NUMBERS),
    *(ox.Literal(number) for number in (0, -3, 2**31 - 1, 2**31, -(2**31) - 1, 10**30, float("inf"), float("nan"))),
    *(ox.Literal(text, language=tag) for text, tag in (("hi", "en"), ("汉", "zh-Hans"), ("", "en"))),
    *(typed(text, "decimal") for text in ("1.5", "1234567", "0.3")),
    *(typed(text, "integer") for text in ("7", "abc")),
    *(typed(text, "boolean") for text in ("true", "false")),
    *(typed(text, "dateTime") for text in ("2025-10-15T15:43:59", "2025-10-15T15:43:59Z")),
    *(typed(text, kind) for text, kind in (("2025-10-15", "date"), ("2025", "gYear"), ("x y", "anyURI"))),
    ox.Literal("\x00\x01\x7f\u2028\ufffe\U0010ffff <b>&amp;\r\n\t\\u0041 ?x $y %41"),
    ox.Literal("汉字😀" * 40_000),
]


@pytest.mark.parametrize("literal", LITERALS, ids=lambda literal: repr(literal.value[:20]))
def test_literal_comes_back_as_it_was(store: Store, literal: ox.Literal):
    subject = ox.NamedNode(iri(f"technique:{literal.value[:20]!r}"))
    store.replace("entry:x", [ox.Triple(subject, PREDICATE, literal)])
    assert [triple.object for triple in store.triples("entry:x")] == [literal]


def test_many_numbers_come_back_as_they_were(store: Store):
    store.replace("entry:x", [ox.Triple(SUBJECT, PREDICATE, ox.Literal(float("nan")))])  # breaks Virtuoso's indexes
    some = random.Random(5)
    numbers: list[float] = [some.uniform(-1, 1) * 10.0 ** some.randint(-30, 30) for _ in range(200)]
    numbers += [some.randint(-(10**6), 10**6) / 10 ** some.randint(0, 6) for _ in range(200)]
    numbers += [some.getrandbits(some.randint(1, 90)) for _ in range(200)]
    triples = {ox.Triple(ox.NamedNode(iri(f"technique:{n!r}")), PREDICATE, ox.Literal(n)) for n in numbers}
    store.replace("entry:x", triples)
    assert set(store.triples("entry:x")) == triples
    found = store.select(f"SELECT ?n {{ GRAPH <{iri('entry:x')}> {{ ?s ?p ?n }} }}")
    assert {row["n"] for row in found} == set(numbers)


@pytest.mark.parametrize("number", [0.333333, 1234567.5, 12_345_678_901.0, 33.333333333333336])
def test_number_of_many_digits_is_compared_as_a_number(store: Store, number: float):
    store.replace("entry:x", [ox.Triple(SUBJECT, PREDICATE, ox.Literal(number))])
    for test, times in ((">=", 1), ("<=", 1), ("<", 0), (">", 0)):
        rows = store.select(f"SELECT ?n {{ technique:a kg:canonical ?n FILTER(?n {test} {number!r}) }}")
        assert len(rows) == times


@given(st.floats() | st.integers(), st.booleans())
def test_number_that_is_sent_is_meant(number: float, short: bool):
    literal = ox.Literal(number)
    assert meant(sent(literal, short), short) == literal


@pytest.mark.parametrize("name", ["x> } ; DROP ALL #", "a b", 'q"uote', "汉字/😀", "%41", "a\\u0041", "?g $x {}"])
def test_hostile_name_of_a_graph_is_a_name(store: Store, name: str):
    store.replace_many({f"entry:{name}": said("1"), "entry:other": said("2")})
    assert f"entry:{name}" in store.graphs()
    store.remove(f"entry:{name}")
    assert store.graphs() == ["entry:other", VOCABULARY]
