"""A SPARQL server that means harm, or is none: `kg publish` ends in one sentence and gives no password away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg_publish import protocol
from tests.cli.command import run
from tests.rdf.sparql_server import Handler, SparqlServer, says

PASSWORD = "correct-horse-battery"


def bindings(*rows: dict[str, str]) -> bytes:
    """An answer to a query."""
    listed = [{name: {"type": "literal", "value": value} for name, value in row.items()} for row in rows]
    return json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": listed}}).encode()


def forgetful(handler: Handler, path: str) -> bool:
    """Takes every update and keeps none."""
    if path == "/update":
        handler.answer(204, b"", "text/plain")
    return path == "/update"


def echoing(handler: Handler, path: str) -> bool:
    """Repeats who asks."""
    if not handler.headers.get("Authorization"):
        handler.answer(401, b"", "text/plain", {"WWW-Authenticate": 'Basic realm="x"'})
    else:
        handler.answer(500, f"the password {PASSWORD} of writer is wrong".encode(), "text/plain")
    return True


MISBEHAVIOURS = {
    "no row": says(200, bindings()),
    "two rows": says(200, bindings({"x": "1"}, {"x": "2"})),
    "no number": says(200, bindings({"x": "many"})),
    "other names": says(200, bindings({"evil": "1"})),
    "names that are objects": says(200, b'{"head": {"vars": [{}]}, "results": {"bindings": [{"x": []}]}}'),
    "a number of 5000 digits": says(200, bindings({"x": "1234567.5"}), X_SPARQL_MaxRows="9" * 5000),
    "digest of an unknown kind": says(401, b"", WWW_Authenticate='Digest realm="x", nonce="y", algorithm=EVIL'),
    "digest of an unknown quality": says(401, b"", WWW_Authenticate='Digest realm="x", nonce="y", qop="evil"'),
    "digest without anything": says(401, b"", WWW_Authenticate="Digest"),
    "a wait of 30 years": says(503, b"", Retry_After="1000000000"),
    "updates without effect": forgetful,
    "an echo of the password": echoing,
    "escapes": says(500, b"\x1b[31mred\x07\xe2\x80\xae"),
    "a bomb": says(200, b"[" * 300_000),
}


@pytest.fixture
def server() -> Iterator[SparqlServer]:
    made = SparqlServer()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_SPARQL_USER", "writer")
    monkeypatch.setenv("KG_SPARQL_PASSWORD", PASSWORD)
    monkeypatch.setenv("KG_SPARQL_TIMEOUT", "20")


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_publishing_ends_in_a_sentence(
    name: str, server: SparqlServer, first_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "_PAUSE", 0.01)
    monkeypatch.setattr(protocol, "MOST_BYTES", 200_000)
    server.misbehave = MISBEHAVIOURS[name]
    done = run("publish", server.url, graph=first_file)
    assert done.returncode == 2, done.stdout
    assert [line[:4] for line in done.stderr.splitlines() if not line.startswith("Publishing: ")] == ["kg: "]
    assert "fault of kg" not in done.stderr
    assert PASSWORD not in done.stderr
    assert done.stderr.replace("\n", "").isprintable()
    assert len(server.asked) < 100


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_takes_the_password_nowhere(status: int, server: SparqlServer, first_file: Path) -> None:
    other = SparqlServer(PASSWORD)
    try:
        server.misbehave = says(status, b"", "text/plain", Location=other.url)
        done = run("publish", server.url, graph=first_file)
        assert done.returncode == 2
        assert "sends elsewhere" in done.stderr
        assert not other.asked
    finally:
        other.shutdown()
        other.server_close()
