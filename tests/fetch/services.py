"""Services on this machine that answer as arXiv, OAI-PMH and the services of JSON do, and their faults."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlencode, urlsplit
from xml.sax.saxutils import escape

from tests.fetch.local_server import Answer, LocalServer, QuietHandler, dripping, endless, send

Query = dict[str, str]

ATOM = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">'
    "<id>https://arxiv.org/api/x</id><title>arXiv Query</title>"
    "<opensearch:totalResults>{total}</opensearch:totalResults>{entries}</feed>"
)
OAI = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    '<responseDate>2025-11-03T10:00:00Z</responseDate><request verb="ListRecords">http://here/oai</request>'
    "{body}</OAI-PMH>"
)


class Service(LocalServer):
    """Gives the answers of `script` first, one a call, then those of `usual`; keeps what it was asked, and when."""

    def __init__(self, usual: Callable[[Query], str]) -> None:
        super().__init__(_Handler)
        self.usual = usual
        self.script: list[Answer | None] = []  # None: as usual
        self.files: dict[str, Answer] = {}  # by path, beside the API
        self.asked: list[Query] = []
        self.times: list[float] = []
        self.agents: list[str] = []
        self.keys: list[str | None] = []

    @property
    def url(self) -> str:
        return f"{self.root}/api"


class _Handler(QuietHandler):
    server: Service

    def do_GET(self) -> None:
        server, query = self.server, dict(parse_qsl(urlsplit(self.path).query))
        server.times.append(time.monotonic())
        server.asked.append(query)
        server.agents.append(self.headers["User-Agent"])
        server.keys.append(self.headers["x-api-key"])
        path = urlsplit(self.path).path
        answer = server.script.pop(0) if server.script else None
        if "/api" not in path:
            answer = server.files.get(path, send("<html>Not found</html>", 404))
        if answer is not None:
            answer(self, query)
        else:
            send(server.usual(query))(self, query)


@contextmanager
def serving(usual: Callable[[Query], str]) -> Iterator[Service]:
    """A service that runs until the end of `with`."""
    service = Service(usual)
    threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield service
    finally:
        service.shutdown()
        service.server_close()


class Faults:
    """Answers as they should not be."""

    send = staticmethod(send)

    @staticmethod
    def cut(handler: BaseHTTPRequestHandler, _query: Query) -> None:
        """Half of what was promised."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n<feed>")
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def slow(handler: BaseHTTPRequestHandler, _query: Query) -> None:
        time.sleep(3)

    drip = staticmethod(dripping(b"\r\n<feed>"))
    drip_of_headers = staticmethod(dripping(b"X-Odd: "))
    endless = staticmethod(endless)

    @staticmethod
    def broken(handler: BaseHTTPRequestHandler, query: Query) -> None:
        """The first half of a good answer, as if it were all."""
        assert isinstance(handler.server, Service)
        whole = handler.server.usual(query)
        send(whole[: len(whole) // 2])(handler, query)

    @staticmethod
    def moved(to: str, status: int = 302) -> Answer:
        return send("", status, Location=to)


class Arxiv:
    """A service that searches made papers, one submitted every hour up to `newest`, as arXiv's API does."""

    def __init__(self, papers: int, newest: str = "2025-11-03T09:30", most: int = 2000) -> None:
        last = datetime.fromisoformat(newest)
        self.papers = [(f"2511.{n:05d}", last - timedelta(hours=papers - n)) for n in range(1, papers + 1)]
        self.most = most  # papers a page at most: fewer may come than are asked for

    def __call__(self, query: Query) -> str:
        since, _, until = query["search_query"].partition("submittedDate:[")[2].rstrip("]").partition(" TO ")
        found = [p for p in reversed(self.papers) if since <= f"{p[1]:%Y%m%d%H%M}" <= until]
        start = int(query["start"])
        page = found[start : start + min(self.most, int(query["max_results"]))]
        return ATOM.format(total=len(found), entries="".join(self.entry(*paper) for paper in page))

    @staticmethod
    def entry(name: str, when: datetime) -> str:
        return (
            f"<entry><id>http://arxiv.org/abs/{name}v2</id><published>{when:%Y-%m-%dT%H:%M:%SZ}</published>"
            f"<title>Pruning caches, part {name[5:]}</title><summary>We evict 40% of cache {name}.</summary>"
            "<author><name>Ada Lovelace</name></author></entry>"
        )


class Repository:
    """A repository of OAI-PMH with made records, two a day from 2025-10-01 on, tokens as arXiv's own."""

    def __init__(self, records: int, page: int = 4, deleted: frozenset[int] = frozenset()) -> None:
        first = datetime(2025, 10, 1)
        self.records = [(n, f"{first + timedelta(days=n // 2):%Y-%m-%d}") for n in range(records)]
        self.page, self.deleted = page, deleted
        self.size = True  # whether the length of the list is told

    def __call__(self, query: Query) -> str:
        skip = 0
        if "resumptionToken" in query:
            query = {name: value[0] for name, value in parse_qs(unquote(query["resumptionToken"])).items()}
            skip = int(query.pop("skip"))
        found = [r for r in self.records if query.get("from", "") <= r[1] <= query.get("until", "9")]
        if not found:
            return OAI.format(body='<error code="noRecordsMatch">No records match</error>')
        body = "".join(self.record(*record) for record in found[skip : skip + self.page])
        if skip + self.page < len(found):
            token = quote(urlencode(query | {"skip": skip + self.page}))
            size = f' completeListSize="{len(found)}"' if self.size else ""
            body += f'<resumptionToken cursor="{skip}"{size}>{escape(token)}</resumptionToken>'
        elif skip:
            body += "<resumptionToken/>"
        return OAI.format(body=f"<ListRecords>{body}</ListRecords>")

    def record(self, number: int, stamp: str) -> str:
        name = f"2510.{number:05d}"
        gone = ' status="deleted"' if number in self.deleted else ""
        head = f"<header{gone}><identifier>oai:arXiv.org:{name}</identifier><datestamp>{stamp}</datestamp></header>"
        if gone:
            return f"<record>{head}</record>"
        return (
            f'<record>{head}<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{name}</id>'
            f"<created>{stamp}</created><authors><author><keyname>Lovelace</keyname><forenames>Ada</forenames></author>"
            f"</authors><title>Drafting trees, part {number}</title><abstract>We draft {number} tokens.</abstract>"
            "</arXiv></metadata></record>"
        )


class Lists:
    """A service that lists made papers in JSON, as the one of this name does; one paper a day from 2025-10-01 on."""

    def __init__(self, name: str, papers: int, most: int = 1000) -> None:
        self.name, self.most = name, most
        first = datetime(2025, 10, 1)
        self.papers = [(n, f"{first + timedelta(days=n):%Y-%m-%d}") for n in range(papers)]

    def __call__(self, query: Query) -> str:
        return json.dumps(getattr(self, f"_{self.name}")(query))

    def _found(self, since: str = "", until: str = "9") -> list[tuple[int, str]]:
        return [paper for paper in self.papers if since <= paper[1] <= until]

    def _page(self, found: list[tuple[int, str]], query: Query, size: str) -> tuple[int, list[tuple[int, str]]]:
        start = 0 if query["cursor"] == "*" else int(query["cursor"])
        return start, found[start : start + min(self.most, int(query[size]))]

    def _papers(self, page: list[tuple[int, str]]) -> list[Any]:
        """The papers of a page, as the service writes them."""
        form = tomllib.loads(Path(__file__).with_name("listed.toml").read_text("utf-8"))[self.name]
        made = []
        for n, day in page:
            at = datetime.fromisoformat(f"{day}T00:00:00+00:00")
            said = {"@n": str(n), "@nnnnn": f"{n:05d}", "@day": day, "@days": f"{at:%Y,%-m,%-d}"}
            said["@ms"] = str(int(at.timestamp() * 1000))
            made.append(json.loads("".join(said.get(one, one) for one in re.split("(@[a-z]+)", form))))
        return made

    def _openalex(self, query: Query) -> Any:
        days = dict(part.split(":") for part in query.get("filter", "").split(",") if part)
        found = self._found(days.get("from_publication_date", ""), days.get("to_publication_date", "9"))
        start, page = self._page(found, query, "per_page")
        token = str(start + len(page)) if page else None
        return {"meta": {"count": len(found), "next_cursor": token}, "results": self._papers(page)}

    def _s2(self, query: Query) -> Any:
        since, _, until = query.get("publicationDateOrYear", ":9").partition(":")
        found = self._found(since, until)
        start = int(query.get("token", "0"))
        page = found[start : start + self.most]
        token = str(start + len(page)) if start + len(page) < len(found) else None
        return {"total": len(found), "token": token, "data": self._papers(page)}

    def _crossref(self, query: Query) -> Any:
        days = dict(part.split(":") for part in query.get("filter", "").split(",") if part)
        found = self._found(days.get("from-pub-date", ""), days.get("until-pub-date", "9"))
        start, page = self._page(found, query, "rows")
        told = {"total-results": len(found), "next-cursor": str(start + len(page)), "items": self._papers(page)}
        return {"status": "ok", "message-type": "work-list", "message": told}

    def _openreview(self, query: Query) -> Any:
        since = datetime.fromtimestamp(int(query.get("mintcdate", "0")) / 1000, UTC).date().isoformat()
        found = self._found(since)
        start = int(query["offset"])
        return {"notes": self._papers(found[start : start + min(self.most, int(query["limit"]))]), "count": len(found)}
