"""A server on this machine for tests, and what servers do that they should not."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: Answers a request, of which the second argument tells.
Answer = Callable[[BaseHTTPRequestHandler, Any], None]


class LocalServer(ThreadingHTTPServer):
    """Answers at `root`."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error here."""


class QuietHandler(BaseHTTPRequestHandler):
    """Writes no log."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


def send(body: str | bytes, status: int = 200, **headers: str) -> Answer:
    """Answers with a body."""
    data = body.encode() if isinstance(body, str) else body

    def answer(handler: BaseHTTPRequestHandler, _asked: Any) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        with suppress(OSError):
            handler.wfile.write(data)

    return answer


def dripping(head: bytes) -> Answer:
    """A byte now and then behind a beginning: each comes in time, the whole never."""

    def drip(handler: BaseHTTPRequestHandler, _asked: Any) -> None:
        with suppress(OSError):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + head)
            for _ in range(100):
                handler.wfile.write(b" ")
                time.sleep(0.05)

    return drip


def endless(handler: BaseHTTPRequestHandler, _asked: Any) -> None:
    with suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            handler.wfile.write(b" " * 65536)


def hang_up(handler: BaseHTTPRequestHandler, _asked: Any) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
