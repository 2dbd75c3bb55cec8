"""A SPARQL 1.1 server over Oxigraph for tests: queries, updates, N-Quads for the graph store; it may misbehave."""

from __future__ import annotations

import threading
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox

from kg.identifiers import iri
from kg.rdf.store import Store
from kg_publish import publishing
from kg_publish.publishing import STATE, Published
from tests.fetch.local_server import LocalServer, QuietHandler
from tests.store.graph_demo import exported

FOREIGN = ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("theirs"), ox.NamedNode("urn:g"))
JSON = "application/sparql-results+json"
#: Answers a request in the place of the server: gets its handler and its path, says whether it did.
Misbehaviour = Callable[["Handler", str], bool]


class SparqlServer(LocalServer):
    """Answers at `url` (queries), .../update and .../store; `misbehave` may answer before it does."""

    def __init__(self, password: str = "") -> None:
        """With a password it lets in the user "writer" alone, by basic authentication."""
        super().__init__(Handler)
        self.store = ox.Store()
        self.alone = threading.Lock()
        self.misbehave: Misbehaviour | None = None
        self.password = password
        self.asked: list[tuple[str, str]] = []  # path and Authorization of each request
        self.updates: list[str] = []  # as they were done
        self.posted = 0
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"{self.root}/query"


class Handler(QuietHandler):
    """One request."""

    server: SparqlServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go out apart

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urlsplit(self.path).path
        self.server.asked.append((path, self.headers.get("Authorization", "")))
        if self.server.misbehave and self.server.misbehave(self, path):
            return
        if self.server.password and not self.headers.get("Authorization", "").startswith("Basic "):
            self.answer(401, b"who are you?", "text/plain", {"WWW-Authenticate": 'Basic realm="test"'})
            return
        try:
            with self.server.alone:
                self.answer(*self._done(path, body))
        except (SyntaxError, ValueError, OSError) as error:
            self.answer(400, str(error).encode(), "text/plain")

    def _done(self, path: str, body: bytes) -> tuple[int, bytes, str]:
        store = self.server.store
        if path == "/update":
            store.update(body.decode())
            self.server.updates.append(body.decode())
            return 204, b"", "text/plain"
        if path == "/store":
            self.server.posted += 1
            store.load(body, format=ox.RdfFormat.N_QUADS)
            return 204, b"", "text/plain"
        found = store.query(parse_qs(body.decode())["query"][0])
        assert not isinstance(found, ox.QueryTriples), "triples are not asked for"
        return 200, found.serialize(format=ox.QueryResultsFormat.JSON) or b"", JSON

    def answer(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def held(server: SparqlServer) -> list[str]:
    """The quads of the graph on a server."""
    own = (STATE, "urn:g")
    return sorted(f"{q} ." for q in server.store if q.graph_name.value not in (*map(iri, own[:1]), *own[1:]))


def published(server: SparqlServer, store: Store, replace: bool = False) -> Published:
    """What a call sends, after which the server holds what the export says."""
    sent = publishing.publish(store, server.url, replace=replace)
    assert held(server) == exported(store)
    return sent


def updates(server: SparqlServer) -> int:
    return len(server.updates)


def says(status: int, body: bytes, kind: str = JSON, **headers: str) -> Callable[[Handler, str], bool]:
    """Answers the same whatever is asked."""

    def answer(handler: Handler, path: str) -> bool:
        handler.answer(status, body, kind, {name.replace("_", "-"): value for name, value in headers.items()})
        return True

    return answer
