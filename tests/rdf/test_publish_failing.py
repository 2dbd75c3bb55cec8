"""Servers that fail, redirect or ask for a password: each failure is told in a sentence."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from kg.model import KgError
from kg.rdf.store import Store
from kg_publish import protocol, publishing
from kg_publish.protocol import Access
from tests.fetch.local_server import dripping
from tests.rdf.sparql_server import JSON, Handler, SparqlServer, published, says, updates


def _silent(handler: Handler, path: str) -> bool:
    time.sleep(1)
    return True


def _dripping(handler: Handler, path: str) -> bool:
    dripping(f"Content-Type: {JSON}\r\nContent-Length: 1000\r\n\r\n".encode())(handler, path)
    return True


def _gone(handler: Handler, path: str) -> bool:
    handler.close_connection = True
    return True


def _cut(handler: Handler, path: str) -> bool:
    handler.answer(200, b'{"head": {', JSON, {"Content-Length": "1000"})
    return _gone(handler, path)


TWO = b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"value": "1"}}, {"x": {"value": "2"}}]}}'
PAGE = b"<!DOCTYPE html><html><body><h1>Welcome\x1b[31m</h1></body></html>"


@pytest.mark.parametrize(
    ("misbehave", "told"),
    [
        (says(200, PAGE, "text/html"), "gave no SPARQL results .text/html.*: check the address"),
        (says(200, b'{"head": {"vars": ["a"]}, "results": {"bindings": [{"a"'), "gave no SPARQL results"),
        (says(200, b'{"head": {"vars": ["a"]}, "results": [{"datatype": 1}]}'), "gave no SPARQL results"),
        (says(200, b'{"head": {"vars": ["a"]}, "results": {"bindings": [{}]}}'), "gave no SPARQL results"),
        (says(200, b"[" * 3000), "gave no SPARQL results"),
        (says(200, b""), "gave no SPARQL results"),
        (says(200, b"x" * 5000), "sent more than 4,000 bytes"),
        (says(500, PAGE, "text/html"), "failed with status 500 .Welcome .31m.: look into its log"),
        (says(500, b"Virtuoso S1T00 Error SR171: Transaction timed out"), "gave up .*: allow its queries more time"),
        (says(500, b"Virtuoso 40001 Error SR172: Transaction deadlocked"), "is busy .status 500.: see that it runs"),
        (
            says(500, b"Virtuoso XXXXX Error COL..: Insert stopped because out of seg data here or elsewhere"),
            "has a damaged index .*: restore its database from a backup",
        ),
        (says(503, b"", Retry_After="100000"), "is busy .status 503.: see that it runs"),
        (says(400, b"what?"), "does not understand what it was asked .what"),
        (says(401, b"", WWW_Authenticate='Digest realm="x"'), "does not let this user in: check KG_SPARQL_USER"),
        (says(404, b"no"), "answered 404 .no.: check the address"),
        (says(302, b"", Location="http://127.0.0.1:1/"), "sends elsewhere .http://127.0.0.1:1/.*: name that address"),
        (_silent, "no whole answer within 0.4 s: KG_SPARQL_TIMEOUT may allow more"),
        (_dripping, "no whole answer within 0.4 s"),
        (_gone, "broke off .*: see that it runs"),
        (_cut, "broke off .*: see that it runs"),
        (says(200, TWO, X_SPARQL_MaxRows="2"), "gives 2 rows at most: set ResultSetMaxRows"),
        (
            says(200, b'{"head": {"vars": []}, "results": {"bindings": []}}', X_SQL_State="S1TAT"),
            "gave up before its answer was whole",
        ),
    ],
)
def test_failing_server_is_told_in_a_sentence(
    server: SparqlServer,
    papers: Store,
    monkeypatch: pytest.MonkeyPatch,
    misbehave: Callable[[Handler, str], bool],
    told: str,
):
    monkeypatch.setenv("KG_SPARQL_TIMEOUT", "0.4")
    monkeypatch.setattr(protocol, "MOST_BYTES", 4000)
    server.misbehave = misbehave
    with pytest.raises(KgError, match=told) as caught:
        publishing.publish(papers, server.url)
    message = str(caught.value)
    assert server.url in message
    assert message.isprintable()
    assert message.endswith(".")
    assert len(message) < 400


@pytest.mark.parametrize("misbehave", [says(503, b""), says(429, b"", Retry_After="0"), _gone])
def test_request_is_made_again_where_the_server_was_away(
    server: SparqlServer, papers: Store, misbehave: Callable[[Handler, str], bool]
):
    times = [0]

    def twice(handler: Handler, path: str) -> bool:
        times[0] += 1
        return times[0] % 3 != 0 and misbehave(handler, path)

    server.misbehave = twice
    published(server, papers)
    assert times[0] > 10


def test_update_whose_answer_is_lost_counts_once(server: SparqlServer, papers: Store):
    """What was done is done again, since nobody knows that it was; the number goes on all the same."""
    number = [0]

    def lost(handler: Handler, path: str) -> bool:
        number[0] += path == "/update"
        if path != "/update" or number[0] % 2 == 0:
            return False
        handler.answer = lambda *said: None  # type: ignore[method-assign]  # it is done, and nobody is told
        handler.close_connection = True
        return False

    server.misbehave = lost
    published(server, papers)
    assert updates(server) == number[0]
    assert len(server.updates) == 2 * len(set(server.updates))


def test_update_that_is_refused_is_told_and_sent_the_next_time(server: SparqlServer, papers: Store):
    server.misbehave = lambda handler, path: path == "/update" and says(400, b"too long")(handler, path)
    with pytest.raises(KgError, match=r"/update does not understand what it was asked .too long"):
        publishing.publish(papers, server.url)
    server.misbehave = None
    published(server, papers)


def test_server_that_is_not_there_is_told(papers: Store):
    with pytest.raises(KgError, match=r"http://127\.0\.0\.1:1/sparql cannot be reached .*: see that it runs"):
        publishing.publish(papers, "http://127.0.0.1:1/sparql")


# --- who asks, and where --------------------------------------------------------------------------------------------


def test_password_goes_to_the_server_that_asks_for_it_alone(
    server: SparqlServer, papers: Store, monkeypatch: pytest.MonkeyPatch
):
    server.password = "secret"
    with pytest.raises(KgError, match="check KG_SPARQL_USER and KG_SPARQL_PASSWORD"):
        publishing.publish(papers, server.url)
    monkeypatch.setenv("KG_SPARQL_USER", "writer")
    monkeypatch.setenv("KG_SPARQL_PASSWORD", "secret")
    assert "secret" not in repr(Access.of(server.url))
    published(server, papers)
    with SparqlServer() as other:
        server.misbehave = says(307, b"", Location=other.url)
        with pytest.raises(KgError, match="sends elsewhere") as caught:
            publishing.publish(papers, server.url)
        assert "secret" not in str(caught.value)
        assert other.asked == []
        other.shutdown()


def test_nothing_is_said_to_a_server_that_does_not_ask(
    server: SparqlServer, papers: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("KG_SPARQL_USER", "writer")
    publishing.publish(papers, server.url)
    assert {authorization for _, authorization in server.asked} == {""}


def test_graph_store_that_loses_the_graphs_is_told(
    server: SparqlServer, papers: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("KG_SPARQL_GRAPH_STORE", f"{server.root}/store")
    server.misbehave = lambda handler, path: path == "/store" and says(204, b"")(handler, path)
    with pytest.raises(KgError, match="did not put N-Quads into their graphs: unset KG_SPARQL_GRAPH_STORE"):
        publishing.publish(papers, server.url)
    monkeypatch.delenv("KG_SPARQL_GRAPH_STORE")
    published(server, papers)
