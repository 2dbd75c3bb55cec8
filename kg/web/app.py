"""The addresses of the server: pages, which workers answer; scripts and styles; and what is added."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import islice, product
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kg.serving.guard import FILE, LANGUAGES, NONCE, Guard, Rules, preferred
from kg.serving.pool import Busy, CallTooLong, Died, Pool
from kg.serving.state import state_of
from kg.store.place import is_address
from kg.text import has_han
from kg.views.words import PageWords
from kg.web import first_page, page_worker
from kg.web.asked import Asked, Reply, Shown

_KEPT = 64 << 20  # bytes of pages that are kept until the graph changes
_FIELDS = 60  # fields of a form
#: Endings of addresses that name a form of a page.
FORMS = ("json", "csv", "bib", "atom", "svg", "png", "graphml", "gexf", "md", "frame")
_MEDIA = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
_ENDED = {Busy: "busy", CallTooLong: "slow", Died: "died"}
#: Pages that may take longer than others, and how many times as long.
_LONG = {"report": 3.0, "export": 3.0, "about": 3.0, "graph": 2.0, "trends": 2.0, "compare": 2.0, "": 2.0}
#: Pages that take long, and are not made with values that a link of another site gives until the user says so.
_HELD = ("sql", "sparql", "export", "report", "graph", "trends", "compare")
#: Pages that are the same for everybody and count the whole graph, and how long that must rest before they are made.
_STEADY, _RESTS = ("", "about", "trends"), 2.0


class Site:
    """The pages of one graph."""

    def __init__(self, location: str, pool: Pool, *, writable: bool = False) -> None:
        self.location, self.pool, self.writable = location, pool, writable
        self.closing = ExitStack()  # of what is to be undone when the server ends
        self._kept: OrderedDict[Asked, Reply] = OrderedDict()
        self._bytes = 0
        self._state: object = None
        self._is_asked = True

    async def keep_steady(self) -> None:
        """Make the pages that count the whole graph whenever it has changed, before anybody has to wait for them.

        A graph that nobody has asked since is left alone.
        """
        made: object = None
        while True:
            state = state_of(self.location)
            await asyncio.sleep(_RESTS)
            if state is None or state == made or not self._is_asked or state != state_of(self.location):
                continue
            made, self._is_asked = state, False
            for page, lang in product(_STEADY, LANGUAGES):
                await self._answered(self._plain(page, lang))
            await self._keep_first(state)

    def answer_first(self, replies: Mapping[tuple[str, bool], Reply]) -> None:
        """Answer with first pages that were kept, until the graph changes."""
        self._state = state_of(self.location)
        for asked in first_page.requests(self.location, version()):
            if reply := replies.get((asked.lang, asked.is_chosen)):
                self._keep(replace(asked, args=_Frozen(asked.args)), reply)

    async def _keep_first(self, state: object) -> None:
        """Keep the first pages for the next start of a server."""
        if self.writable or is_address(self.location):
            return
        asked = list(first_page.requests(self.location, version()))
        replies = {(one.lang, one.is_chosen): await self._answered(one) for one in asked}
        if state == state_of(self.location) and all(reply.status == 200 for reply in replies.values()):
            await asyncio.to_thread(first_page.keep, self.location, version(), replies)

    def _plain(self, page: str, lang: str) -> Asked:
        """A page as a browser asks for it that names nothing but its language."""
        return Asked(
            page=page, lang=lang, is_writable=self.writable, static=version(), nonce=NONCE, location=self.location
        )

    async def page(self, request: Request) -> Response:
        """A page, as the address and the header say."""
        asked = await self._asked(request)
        if asked is None:
            raise HTTPException(404, "no_page")
        self._is_asked = True
        if request.scope.get("foreign") and _is_held(asked):
            return respond(request, page_worker.given(_held(asked), replace(asked, form="html")))
        return respond(request, await self._answered(asked))

    async def _answered(self, asked: Asked) -> Reply:
        state = state_of(self.location)
        if state is None or state != self._state:
            self._kept.clear()
            self._state, self._bytes = state, 0
        key = replace(asked, args=_Frozen(asked.args))
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        try:
            reply: Reply = await self.pool.ask(asked, self.pool.seconds * _LONG.get(asked.page, 1.0))
        except (Busy, CallTooLong, Died) as error:
            said = page_worker.given(page_worker.failed(asked.error(_ENDED[type(error)]), 503), asked)
            return replace(said, headers={"Retry-After": "5"})
        if state is not None and reply.is_kept and reply.status == 200 and state == state_of(self.location):
            self._keep(key, reply)
        return reply

    async def refused(self, request: Request, error: Exception) -> Response:
        """What is said of an error of the server itself: a page to browsers, a sentence to others.

        The detail of an HTTPException is a sentence, or the key of one.
        """
        first, name, form = _named(request)
        asked = asked_of(request, self, first or "home", name, form)
        said, status = (error.detail, error.status_code) if isinstance(error, HTTPException) else ("fault", 500)
        sentence = asked.error(said) if PageWords(asked.lang).has(f"web_error.{said}") else said
        if form != "html" or "text/html" in request.headers.get("accept", ""):
            return respond(request, page_worker.given(page_worker.failed(sentence, status), asked))
        return PlainTextResponse(f"{sentence}\n", status)

    def _keep(self, key: Asked, reply: Reply) -> None:
        if len(reply.body) > _KEPT // 4 or key in self._kept:
            return
        self._kept[key] = reply
        self._bytes += len(reply.body)
        while self._bytes > _KEPT:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone.body)

    async def _asked(self, request: Request) -> Asked | None:
        """What a request asks for; None where there is no such page."""
        from kg.web.pages import pages

        first, name, form = _named(request)
        first = {"home": ""}.get(first, first)
        if (first and first not in pages()) or (name and not first):
            return None
        pairs = list(request.query_params.multi_items())
        if request.method == "POST":
            pairs += await _sent(request)
        return asked_of(request, self, first, name, form, pairs)


def _is_held(asked: Asked) -> bool:
    """Whether a link of another site does not run what it asks for: a costly page with values, or a download."""
    return asked.form != "html" or (asked.page in _HELD and bool(asked.args.keys() - {"lang"}))


def _held(asked: Asked) -> Shown:
    """A page that shows what a link of another site asks for, with a button that runs it."""
    address = asked.here("" if asked.form == "html" else asked.form)
    values = {name: values for name, values in asked.args.items() if name != "lang"}
    title = PageWords(asked.lang)("web.held_title")
    return Shown("held.html.jinja", title, {"address": address, "values": values}, is_kept=False)


def asked_of(
    request: Request,
    site: Site,
    page: str,
    name: str = "",
    form: str = "html",
    pairs: Iterable[tuple[str, str]] | None = None,
) -> Asked:
    """A request as pages take it; `pairs` are the fields of its form, those of the address where none are given."""
    args: dict[str, tuple[str, ...]] = {}
    for key, value in islice(request.query_params.multi_items() if pairs is None else pairs, _FIELDS):
        if value:
            args[key] = (*args.get(key, ()), value)
    said = args.get("lang", ("",))[0]
    if page == "ask" and said not in LANGUAGES and has_han("".join(args.get("q", ()))):
        usual = "zh"  # answers speak the language of their question
    else:
        usual = preferred(request.headers.get("accept-language", ""))
    return Asked(
        page=page,
        name=name,
        args=args,
        lang=said if said in LANGUAGES else usual,
        is_chosen=said in LANGUAGES,
        form=form,
        accept=request.headers.get("accept", "")[:500] if page == "sparql" else "",
        is_writable=site.writable,
        static=version(),
        nonce=NONCE,
        location=site.location,
    )


def _named(request: Request) -> tuple[str, str, str]:
    """The page that an address names, what stands after it, and the form."""
    first, _, name = request.path_params.get("path", "").partition("/")
    head, dot, ending = (name or first).rpartition(".")
    if dot and ending in FORMS and head:
        return (first, head, ending) if name else (head, "", ending)
    return first, name, "html"


async def _sent(request: Request) -> list[tuple[str, str]]:
    """The fields of a form, or a query that is sent as it is."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/sparql-query":
        return [("query", (await request.body()).decode("utf-8", "replace"))]
    if kind == "application/x-www-form-urlencoded":
        with suppress(HTTPException):  # Starlette's, for a form that is none
            form = await request.form(max_fields=_FIELDS, max_files=0)
            return [(key, value) for key, value in form.multi_items() if isinstance(value, str)]
    raise HTTPException(415, "no_form")


class _Frozen(dict[str, tuple[str, ...]]):
    """Values of a form that can be looked up by."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))


def respond(request: Request, reply: Reply) -> Response:
    """An answer, with a nonce of its own where it is a page."""
    body, headers = reply.body, dict(reply.headers)
    if reply.media.startswith("text/html"):
        nonce = secrets.token_urlsafe(16)
        request.scope["nonce"] = nonce
        body = body.replace(NONCE.encode(), nonce.encode())
        headers = {name: value.replace(NONCE, nonce) for name, value in headers.items()}
    return Response(body, reply.status, headers, reply.media)


# Scripts and styles


@cache
def _assets() -> dict[str, bytes]:
    """The files of kg/web/static and kg/web/vendor."""
    folders = (files("kg.web") / name for name in ("static", "vendor"))
    return {file.name: file.read_bytes() for folder in folders for file in folder.iterdir() if file.is_file()}


@cache
def version() -> str:
    """What differs when scripts or styles do."""
    return hashlib.sha256(b"".join(_assets()[name] for name in sorted(_assets()))).hexdigest()[:12]


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _assets():
        raise HTTPException(404, "no_file")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_assets()[name], 200, headers, _MEDIA.get(name.rpartition(".")[2], "application/octet-stream"))


def application(
    location: str,
    pool: Pool,
    rules: Rules,
    *,
    writable: bool = False,
    routes: Callable[[Site], list[Any]] | None = None,
    first: Mapping[tuple[str, bool], Reply] | None = None,
) -> Starlette:
    """The application; `routes` are those of what changes the graph, where that is allowed, `first` its first pages."""
    site = Site(location, pool, writable=writable)
    site.answer_first(first or {})

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        steady = asyncio.create_task(site.keep_steady())
        with site.closing:
            yield
        steady.cancel()
        pool.close()

    added = routes(site) if routes else []
    return Starlette(
        routes=[Route("/static/{name}", _static), *added, Route("/{path:path}", site.page, methods=["GET", "POST"])],
        middleware=[Middleware(Guard, rules=rules, large={"/add": FILE} if writable else {})],
        exception_handlers=dict.fromkeys((HTTPException, ClientDisconnect, Exception), site.refused),
        lifespan=life,
    )
