"""Asking a SPARQL server over HTTP: its addresses, who asks, how long and how often.

The rules are those of the SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/). Every request may be made
twice: a query changes nothing, and an update puts triples in the place of others.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kg.http import Again, Deadline, TooLong, retry_after, seconds_of, trusted, until_answered
from kg.model import KgError
from kg.version import VERSION

if TYPE_CHECKING:
    import httpx

SECONDS = 120.0  # for a request, unless KG_SPARQL_TIMEOUT says otherwise
MOST_BYTES = 1 << 27  # of an answer: the names of half a million graphs
_CONNECT = 10.0  # seconds
_TRIES = 5
_PAUSE = 0.5  # seconds before the second try; doubles
_MOST_PAUSE = 30.0  # seconds; where a server asks for more, the request fails
_BUSY = (408, 429, 502, 503, 504)
#: What a server says of a transaction that another one stood in the way of (SQLSTATE 40001).
_CLASH = re.compile(rb"\b40001\b|deadlock", re.IGNORECASE)
#: What Virtuoso says of a query that takes longer than it may.
_GAVE_UP = re.compile("timed out|exceeds the limit")
#: What Virtuoso says when the order of an index is broken; every later insert fails, and it does not start again.
_BROKEN = re.compile("out of seg data")
_BOUND = re.compile(r"\?(\w+)")
_TAG = re.compile(r"<[^>]*>")
_JSON = "application/sparql-results+json"
#: How the path of queries ends, and that of updates in its place, by usual servers.
_UPDATES = (("/query", "/update"), ("/sparql", "/update"))


@dataclass(frozen=True, slots=True)
class Access:
    """The addresses of a server and who asks it, as the environment says; the password is never shown."""

    query: str
    update: str = ""  # "" for where its kind of server usually has it
    graph_store: str = ""  # where it takes N-Quads; "" for nowhere
    user: str = ""
    password: str = field(default="", repr=False)
    seconds: float = SECONDS

    @staticmethod
    def of(url: str, environment: Mapping[str, str] | None = None) -> Access:
        """How a server is reached; KgError for what is no address."""
        said = os.environ if environment is None else environment

        def other(name: str) -> str:
            place = said.get(name, "").strip()
            return _address(place, name) if place else ""

        return Access(
            _address(url, "the server's address"),
            update=other("KG_SPARQL_UPDATE"),
            graph_store=other("KG_SPARQL_GRAPH_STORE"),
            user=said.get("KG_SPARQL_USER", ""),
            password=said.get("KG_SPARQL_PASSWORD", ""),
            seconds=seconds_of(said.get("KG_SPARQL_TIMEOUT", ""), "KG_SPARQL_TIMEOUT", SECONDS, 86_400),
        )

    def update_at(self, server: str) -> str:
        """Where updates go on a kind of server, by the name it gives itself."""
        parts = urlsplit(self.query)
        path = parts.path.rstrip("/")
        if self.update:
            return self.update
        if "virtuoso" in server.lower():
            return parts._replace(path=path + "-auth" if self.user and path.endswith("/sparql") else path).geturl()
        if "/repositories/" in path:  # RDF4J, GraphDB
            return parts._replace(path=f"{path}/statements").geturl()
        for ending, other in _UPDATES:
            if path.endswith(ending):
                return parts._replace(path=path.removesuffix(ending) + other).geturl()
        return self.query


def _address(url: str, what: str) -> str:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, sound = urlsplit(""), False
    if not sound or not url.isprintable() or " " in url:
        raise KgError(f"{what} is no http or https URL: write http://HOST:PORT/sparql.")
    if parts.username is not None or parts.password is not None:
        raise KgError(f"{what} holds a user or a password: put these into KG_SPARQL_USER and KG_SPARQL_PASSWORD.")
    return parts._replace(fragment="").geturl()


class Connection:
    """Asks one server, again where it is busy or away for a moment. Raises KgError with what went wrong."""

    def __init__(self, access: Access) -> None:
        import httpx

        # An encoded answer could be far larger than what arrives; a redirect could take the password elsewhere.
        headers = {"User-Agent": f"kg/{VERSION}", "Accept-Encoding": "identity"}
        limits = httpx.Timeout(access.seconds, connect=min(_CONNECT, access.seconds))
        self.access = access
        self._deadline = Deadline()
        self.server = ""  # the name that it gives itself, once it has answered
        self._http = httpx.Client(
            timeout=limits, headers=headers, follow_redirects=False, auth=_auth(access), verify=trusted()
        )

    def select(self, sparql: str) -> list[tuple[str, ...]]:
        """The solutions of a SELECT that binds all its variables, as the text of their terms."""
        url = self.access.query
        body, headers = self._ask(url, _JSON, data={"query": sparql})
        try:
            answer = json.loads(body)
            names = _BOUND.findall(sparql.partition("{")[0])
            rows = [tuple(str(row[name]["value"]) for name in names) for row in answer["results"]["bindings"]]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            kind = headers.get("content-type", "").partition(";")[0].strip() or "no type"
            raise KgError(
                f"The server at {url} gave no SPARQL results ({_words(kind)}: {_words(str(error))}): check the address."
            ) from None
        # Virtuoso says in the headers alone that it cut an answer short.
        most = headers.get("x-sparql-maxrows", "")
        if most.isdecimal() and len(most) < 10 and len(rows) >= int(most):
            raise KgError(
                f"The server at {url} gives {len(rows)} rows at most: set ResultSetMaxRows in its virtuoso.ini to 0."
            )
        if "x-sql-state" in headers:
            raise KgError(
                f"The server at {url} gave up before its answer was whole: "
                "set MaxQueryExecutionTime in its virtuoso.ini higher."
            )
        return rows

    def update(self, *steps: str) -> None:
        """Make an update of some steps, which must be one that may be made twice."""
        headers = {"Content-Type": "application/sparql-update"}
        self._ask(self.access.update_at(self.server), "*/*", content=" ;\n".join(steps).encode(), headers=headers)

    def post(self, nquads: bytes) -> None:
        """Add quads at the graph store's address."""
        self._ask(self.access.graph_store, "*/*", content=nquads, headers={"Content-Type": "application/n-quads"})

    def close(self) -> None:
        """Let go of the connections; idempotent."""
        self._http.close()

    def _ask(
        self, url: str, accept: str, headers: Mapping[str, str] | None = None, **sent: object
    ) -> tuple[bytes, Mapping[str, str]]:
        """The body and the headers of a good answer."""
        request = self._http.build_request("POST", url, headers={"Accept": accept, **(headers or {})}, **sent)  # type: ignore[arg-type]
        try:
            return until_answered(lambda: self._once(request), tries=_TRIES, pause=_PAUSE, most=_MOST_PAUSE)
        except (Again, TooLong) as reason:
            raise KgError(f"The server at {url} {reason}: see that it runs, and do it again.") from None

    def _once(self, request: httpx.Request) -> tuple[bytes, Mapping[str, str]]:
        import httpx

        request.extensions.update(self._deadline.extensions)
        try:
            with self._deadline.after(self.access.seconds):
                response = self._http.send(request, stream=True)
                try:
                    body = self._body(response)
                finally:
                    response.close()
        except httpx.ConnectError as error:
            raise Again(f"cannot be reached ({_words(str(error))})") from None
        except httpx.TimeoutException:
            raise self._late(request.url) from None
        except (LookupError, NotImplementedError, ValueError) as error:  # of httpx, on a way that it does not know
            raise KgError(
                f"The server at {request.url} asks who asks in a way that is not known here ({_words(str(error))}): "
                "let it take basic or digest authentication."
            ) from None
        except httpx.TransportError as error:
            if self._deadline.has_passed:
                raise self._late(request.url) from None
            raise Again(f"broke off ({_words(str(error)) or type(error).__name__})") from None
        self.server = response.headers.get("server", self.server)
        if response.status_code in _BUSY or (response.status_code == 500 and _CLASH.search(body)):
            raise Again(
                f"is busy (status {response.status_code})", retry_after(response.headers.get("retry-after", ""))
            )
        if not 200 <= response.status_code < 300:
            raise KgError(f"The server at {request.url} {_refusal(response, body)}.")
        return body, response.headers

    def _body(self, response: httpx.Response) -> bytes:
        end = time.monotonic() + self.access.seconds
        pieces, size = [], 0
        for piece in response.iter_raw():
            pieces.append(piece)
            size += len(piece)
            if size > MOST_BYTES:
                raise KgError(f"The server at {response.url} sent more than {MOST_BYTES:,} bytes: check the address.")
            if time.monotonic() > end:
                raise self._late(response.url)
        return b"".join(pieces)

    def _late(self, url: httpx.URL) -> KgError:
        return KgError(
            f"The server at {url} gave no whole answer within {self.access.seconds:g} s: "
            "KG_SPARQL_TIMEOUT may allow more."
        )


def _refusal(response: httpx.Response, body: bytes) -> str:
    """What a server did that is no answer, and what to do, as the end of a sentence."""
    status = response.status_code
    said = _words(body[:4000].decode("utf-8", "replace"))
    if status in (401, 403) or "No permission" in said:
        return "does not let this user in: check KG_SPARQL_USER and KG_SPARQL_PASSWORD"
    if _GAVE_UP.search(said):
        return f"gave up ({said}): allow its queries more time"
    if _BROKEN.search(said):
        return (
            f"has a damaged index ({said}): restore its database from a backup, "
            "or make a new one and publish the graph again"
        )
    if 300 <= status < 400:
        to = _words(response.headers.get("location", ""))
        return f"sends elsewhere ({to}): name that address if it is the right one"
    if status in (404, 405, 415, 501):
        return f"answered {status} ({said}): check the address, or name that of updates in KG_SPARQL_UPDATE"
    if status == 400:
        return f"does not understand what it was asked ({said}): see that it speaks SPARQL 1.1"
    return f"failed with status {status} ({said}): look into its log"


def _auth(access: Access) -> httpx.Auth | None:
    """Says who asks, in the way that the server wants, and only when it wants it."""
    import httpx

    class AuthOnDemand(httpx.Auth):
        def __init__(self) -> None:
            self.basic = httpx.BasicAuth(access.user, access.password)
            self.digest = httpx.DigestAuth(access.user, access.password)
            self._is_basic = False

        def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
            if not self._is_basic:
                flow = self.digest.auth_flow(request)
                response = yield next(flow)
                self._is_basic = response.status_code == 401 and _wants_basic(response.headers)
                if not self._is_basic:
                    with suppress(StopIteration):
                        yield flow.send(response)
                    return
            yield from self.basic.auth_flow(request)

    return AuthOnDemand() if access.user else None


def _wants_basic(headers: Mapping[str, str]) -> bool:
    return headers.get("www-authenticate", "").lower().startswith("basic")


def _words(text: str) -> str:
    """The beginning of what a server says, as part of a sentence."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in _TAG.sub(" ", text)).split())
    return plain if len(plain) <= 160 else plain[:160] + "..."
