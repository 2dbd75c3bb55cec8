"""What stands before every page: who may ask, from where, how much at once; and what browsers are told to forbid.

A browser sends requests to this machine for any page that it has open. So the name by which a request calls this
server must be one of its own (else a foreign name may have been pointed here, "DNS rebinding"). A request that a page
of another site makes is refused, unless it follows a link to a page of this server. Fetch metadata says which is which:
https://www.w3.org/TR/fetch-metadata/
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.views.words import PageWords

LANGUAGES = ("en", "zh")
BODY = 64 << 10  # bytes of a request
FILE = 100 << 20  # bytes of one that adds a file
ADDRESS = 8 << 10  # characters of an address
#: Names of this machine, by which it is asked where it listens to itself alone.
LOCAL = ("127.0.0.1", "localhost", "[::1]")
COOKIE = "kg-token"
#: Stands for the nonce in pages as they are kept; nobody outside of this process knows it.
NONCE = secrets.token_hex(16)
_METHODS = ("GET", "HEAD", "POST")
_OWN = ("same-origin", "none")  # Sec-Fetch-Site of our own pages, and of an address that the user typed


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may ask: `hosts` are the names of this server, with or without a port; `token` is asked for unless empty."""

    hosts: tuple[str, ...] = LOCAL
    token: str = ""


class TooLarge(Exception):
    """The body of a request is larger than it may be."""


class Guard:
    """ASGI middleware: refuses what the rules do not allow, in one sentence; bounds bodies; sets security headers."""

    def __init__(
        self, app: ASGIApp, rules: Rules, large: Mapping[str, int] | None = None, methods: tuple[str, ...] = _METHODS
    ) -> None:
        """`large`: the paths whose requests may have more bytes than BODY, with how many."""
        self.app, self.rules, self.large, self.methods = app, rules, large or {}, methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope["foreign"] = headers.get("sec-fetch-site", "none").lower() not in _OWN
        refused = self._refused(scope, headers)
        if refused:
            status, key, most = refused
            response = _said(scope, key, status, most)
            if status == 405:
                response.headers["Allow"] = ", ".join(self.methods)
            await response(scope, receive, self._sent(scope, send))
            return
        if self.rules.token and not self._is_known(headers):
            await self._ask_for_token(scope, receive, send)
            return
        most = self._most(scope)
        try:
            await self.app(scope, _bounded(receive, most), self._sent(scope, send))
        except TooLarge:
            await _said(scope, "large", 413, most >> 10)(scope, receive, self._sent(scope, send))

    def _refused(self, scope: Scope, headers: Headers) -> tuple[int, str, int] | None:
        """Why a request is refused: a status, the key of a sentence and what it may have most; None where it is not."""
        if scope["method"] not in self.methods:
            return 405, "method", 0
        host = headers.get("host", "").lower()
        if len(headers.getlist("host")) != 1 or not self._is_ours(host):
            return 421, "host", 0
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in (f"http://{host}", f"https://{host}"):
            return 403, "origin", 0
        if scope["foreign"] and scope["method"] == "POST":
            return 403, "sending", 0
        if scope["foreign"] and not _is_followed_link(headers):
            return 403, "origin", 0
        if len(scope["raw_path"]) + len(scope["query_string"]) > ADDRESS:
            return 414, "address", ADDRESS
        if any(ord(letter) < 32 for letter in scope["path"]):
            return 400, "control", 0
        said = headers.get("content-length", "0")
        most = self._most(scope)
        is_small = said.isascii() and said.isdigit() and len(said) < 16 and int(said) <= most
        return None if is_small else (413, "large", most >> 10)

    def _most(self, scope: Scope) -> int:
        """How many bytes a request may have."""
        return self.large.get(scope["path"], BODY)

    def _is_ours(self, host: str) -> bool:
        name, colon, port = host.rpartition(":")
        named = name if colon and port.isdigit() else host
        return any(host == own or named == own for own in self.rules.hosts)

    def _is_known(self, headers: Headers) -> bool:
        """Whether a request bears the token, as a header or as the cookie that it was exchanged for."""
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            try:
                morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
            except CookieError:
                morsel = None
            given = morsel.value if morsel else ""
        return hmac.compare_digest(given.strip().encode(), self.rules.token.encode())

    async def _ask_for_token(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Exchange a token in the address for a cookie, so that it does not stay there; else say that one is needed."""
        asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = dict(asked).get("token", "")
        if not hmac.compare_digest(given.encode(), self.rules.token.encode()):
            response = _said(scope, "token", 401)
            response.headers["WWW-Authenticate"] = "Bearer"
            await response(scope, receive, self._sent(scope, send))
            return
        left = urlencode([(name, value) for name, value in asked if name != "token"])
        path = "/" + scope["raw_path"].decode("latin-1").lstrip("/\\")  # never another host's
        away = RedirectResponse(f"{path}?{left}" if left else path, 303)
        away.set_cookie(COOKIE, self.rules.token, httponly=True, samesite="strict", max_age=30 * 86400)
        await away(scope, receive, self._sent(scope, send))

    def _sent(self, scope: Scope, send: Send) -> Send:
        """`send` with the headers that every answer has."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                _forbid(message, scope.get("nonce", ""))
            await send(message)

        return sent


def preferred(accepted: str) -> str:
    """The language of a browser's Accept-Language: Chinese where it comes before English.

    >>> preferred("zh-CN,zh;q=0.9,en;q=0.8"), preferred("en-GB,zh;q=0.5"), preferred("")
    ('zh', 'en', 'en')
    """
    weights = dict.fromkeys(LANGUAGES, 0.0)
    for part in accepted[:200].split(","):
        name, _, rest = part.strip().partition(";")
        lang = name.strip().lower().partition("-")[0]
        try:
            weight = float(rest.strip().removeprefix("q=")) if rest else 1.0
        except ValueError:
            continue
        if lang in weights:
            weights[lang] = max(weights[lang], weight)
    return max(LANGUAGES, key=lambda lang: weights[lang])


def _is_followed_link(headers: Headers) -> bool:
    """Whether a browser opens a page in a tab: no image, script or frame, and no guess of what is opened next."""
    place = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest"))
    return place == ("navigate", "document") and "sec-purpose" not in headers


def _said(scope: Scope, key: str, status: int, most: int = 0) -> Response:
    """The sentence of a refusal, in the language that the address or the browser asks for."""
    asked = dict(parse_qsl(scope["query_string"][:ADDRESS].decode("latin-1"))).get("lang", "")
    lang = asked if asked in LANGUAGES else preferred(Headers(scope=scope).get("accept-language", ""))
    return PlainTextResponse(PageWords(lang)(f"web_error.{key}", most=f"{most:,}") + "\n", status)


def _forbid(message: MutableMapping[str, object], nonce: str) -> None:
    """Tell the browser to load nothing from elsewhere and to run no script that is not ours."""
    headers = MutableHeaders(raw=message["headers"])  # type: ignore[arg-type]
    own = f" 'nonce-{nonce}'" if nonce else ""
    headers.setdefault(
        "content-security-policy",
        f"default-src 'none'; script-src 'self'{own}; style-src 'self'{own}; style-src-attr 'unsafe-inline'; "
        "img-src 'self' data: blob:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'self'",
    )
    headers.setdefault("x-content-type-options", "nosniff")
    headers.setdefault("referrer-policy", "same-origin")
    headers.setdefault("cross-origin-opener-policy", "same-origin")
    headers.setdefault("cross-origin-resource-policy", "same-origin")
    headers.setdefault("cache-control", "no-store")


def _bounded(receive: Receive, most: int) -> Receive:
    """`receive` that raises TooLarge when the body is."""
    read = 0

    async def bounded() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise TooLarge
        return message

    return bounded
