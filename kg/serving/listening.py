"""An HTTP server that listens at one socket, and leaves clients that are slow to send their requests."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from kg.model import KgError

_HEADERS = 10.0  # seconds in which the head of a request must have come
_BODY = 120.0  # and the whole of it
_CONNECTIONS = 500
#: Connections without a whole request; beyond, those that have been so for longest are closed, if for some seconds.
_UNASKED, _PATIENCE = 100, 1.0


class Impatient(H11Protocol):
    """HTTP that closes connections whose requests are late: uvicorn itself waits for ever for a first line."""

    #: Connections that wait for their client, oldest first, with the time since when.
    _unasked: ClassVar[dict[Impatient, float]] = {}
    _bell: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait(_HEADERS)
        while len(self._unasked) > _UNASKED:
            oldest, since = next(iter(self._unasked.items()))
            if self.loop.time() - since < _PATIENCE:  # it may just not have been read yet
                break
            del self._unasked[oldest]
            oldest.transport.abort()

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        super().data_received(data)
        if self.cycle is not None and self.cycle is not before:
            self._wait(_BODY)
        if self._is_asked():
            self._unasked.pop(self, None)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._wait(_HEADERS)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._bell:
            self._bell.cancel()
        self._unasked.pop(self, None)
        super().connection_lost(exc)

    def _wait(self, seconds: float) -> None:
        if self._bell:
            self._bell.cancel()
        self._bell = self.loop.call_later(seconds, self._leave)
        self._unasked.setdefault(self, self.loop.time())

    def _leave(self) -> None:
        if not self._is_asked() and not self.transport.is_closing():
            self.transport.close()

    def _is_asked(self) -> bool:
        """Whether a whole request has come and is being answered, which has a limit of its own."""
        return self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body


class _Server(uvicorn.Server):
    """A server that calls `opened` once it listens: from then on Ctrl-C ends it as it should."""

    def __init__(self, config: uvicorn.Config, opened: Callable[[], object]) -> None:
        super().__init__(config)
        self._opened = opened

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._opened()


def run(app: ASGIApp, place: socket.socket, opened: Callable[[], object]) -> None:
    """Answer requests at a socket until interrupted; `opened` is called when it listens."""
    config = uvicorn.Config(
        app,
        http=Impatient,
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
    with suppress(KeyboardInterrupt, asyncio.CancelledError):  # asyncio gives the second for an early Ctrl-C
        _Server(config, opened).run(sockets=[place])


def listening(host: str, port: int) -> socket.socket:
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
