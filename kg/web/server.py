"""Listens: where, for whom, and how long it waits for those who send nothing."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from kg.model import KgError
from kg.serving.pool import AT_ONCE, SECONDS, Died, Pool
from kg.web import work
from kg.web.adding import routes
from kg.web.app import application
from kg.web.guard import LOCAL, Rules

_HEADERS = 10.0  # seconds in which the head of a request must have come
_BODY = 120.0  # and the whole of it
_CONNECTIONS = 200
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class _Impatient(H11Protocol):
    """HTTP that leaves who takes too long to ask: uvicorn itself waits for ever for a first line."""

    _bell: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait(_HEADERS)

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        super().data_received(data)
        if self.cycle is not None and self.cycle is not before:
            self._wait(_BODY)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._wait(_HEADERS)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._bell:
            self._bell.cancel()
        super().connection_lost(exc)

    def _wait(self, seconds: float) -> None:
        if self._bell:
            self._bell.cancel()
        self._bell = self.loop.call_later(seconds, self._leave)

    def _leave(self) -> None:
        cycle = self.cycle
        is_asked = cycle is not None and not cycle.response_complete and not cycle.more_body
        if not is_asked and not self.transport.is_closing():  # what is being answered has a limit of its own
            self.transport.close()


class _Server(uvicorn.Server):
    """A server that calls `opened` once it listens: from then on Ctrl-C ends it as it should."""

    def __init__(self, config: uvicorn.Config, opened: Callable[[], object]) -> None:
        super().__init__(config)
        self._opened = opened

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._opened()


def serve(
    location: str,
    host: str = "127.0.0.1",
    port: int = 8321,
    *,
    token: str = "",
    hosts: tuple[str, ...] = (),
    writable: bool = False,
    seconds: float = SECONDS,
    told: Any = print,
) -> None:
    """Serve the pages of a graph until it is interrupted; `told` gets the address.

    Another `host` than this machine's own wants `hosts`, the names by which it may be asked, and a token, which is made
    where none is given. Raises KgError.
    """
    is_local = host in _LOOPBACK
    if not is_local and not hosts:
        raise KgError(
            f"--host {host}: others can reach that: name the hosts by which it may be asked, --allow-host NAME."
        )
    if not is_local and not token:
        token = secrets.token_urlsafe(24)
    if token and len(token) < 16:
        raise KgError("The token is shorter than 16 characters: take a longer one, or let one be made.")
    listening = _listening(host, port)
    pool = Pool(work.begin, (location,), AT_ONCE, seconds, "kg.web.warm")
    try:
        try:
            pool.start()()
        except Died:
            raise KgError(f"{location}: the graph could not be opened: see `kg verify`.") from None
        rules = Rules((*LOCAL, *(name.lower() for name in hosts)) if is_local else tuple(map(str.lower, hosts)), token)
        app = application(location, pool, rules, writable=writable, routes=routes if writable else None)
        config = uvicorn.Config(
            app,
            http=_Impatient,
            ws="none",
            lifespan="on",
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=2,
            limit_concurrency=_CONNECTIONS,
            h11_max_incomplete_event_size=32 << 10,
        )
        named = hosts[0] if hosts and not is_local else host
        address = f"http://{f'[{named}]' if named == '::1' else named}:{listening.getsockname()[1]}/"
        address = f"{address}?token={token}" if token else address
        with suppress(KeyboardInterrupt, asyncio.CancelledError):  # asyncio gives the second for an early Ctrl-C
            _Server(config, lambda: told(address)).run(sockets=[listening])
    finally:
        pool.close()
        listening.close()


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens; KgError where the address is taken or is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # else asyncio sets no TCP_NODELAY
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(128)
    except (OSError, OverflowError) as error:
        made.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise KgError(f"{host}:{port} cannot be listened at ({reason}): choose another --port or --host.") from None
    return made
