"""What those who ask a service over HTTP share: what busy means, how often a call is made again, and after how long."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from kg.files import later
from kg.model import KgError

if TYPE_CHECKING:
    from ssl import SSLContext

#: Statuses of a service that may answer the same call later; 529 is no standard, but what several services send.
BUSY = (408, 429, 500, 502, 503, 504, 529)

Answer = TypeVar("Answer")
Waiting = Callable[[float, str], None]  # seconds, and why


class Again(Exception):
    """Why a call is to be made again, as a clause; `wait` are the seconds that the service asks for."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class Refused(KgError):
    """The service rejects the call, or has no such file; the call is not repeated."""


class TooLong(Exception):
    """Why a call would have to be made again, as a clause, after more seconds (`wait`) than its caller has."""

    def __init__(self, reason: str, wait: float) -> None:
        super().__init__(reason)
        self.wait = wait


@cache
def trusted() -> SSLContext:
    """Whose certificates httpx takes for good; to read them takes longer than most calls."""
    import httpx

    return httpx.create_ssl_context()


def until_answered(
    once: Callable[[], Answer],
    *,
    tries: int,
    pause: float,
    least: float = 0.0,
    most: float = math.inf,
    end: float = math.inf,
    waiting: Waiting | None = None,
) -> Answer:
    """What a call gives, made again where it raises Again: after the wait that it names, else after `pause`, doubled.

    No wait is shorter than `least` seconds; `waiting` is told of each. Raises the last Again when all tries are used,
    TooLong where a wait is longer than `most` seconds or lasts until `end` (of time.monotonic).
    """
    for number in range(1, tries + 1):
        try:
            return once()
        except Again as reason:
            if number == tries:
                raise
            wait = max(least, pause * 2 ** (number - 1) if reason.wait is None else reason.wait)
            if wait > most or time.monotonic() + wait >= end:
                raise TooLong(str(reason), wait) from None
            said = str(reason)
        if waiting:
            waiting(wait, said)
        time.sleep(wait)
    raise ValueError("there is at least one try")


class Deadline:
    """Ends a call after some seconds, also one whose header comes byte by byte, by shutting its connections.

    httpx limits the wait for each byte only. `extensions` are those of a request, which tell of its connections.
    """

    def __init__(self) -> None:
        self.has_passed = False
        self.extensions: Mapping[str, Any] = {"trace": self._trace}
        self._sockets: list[socket.socket] = []

    def _trace(self, event: str, said: Mapping[str, Any]) -> None:
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._sockets = [one for one in self._sockets if one.fileno() >= 0]
            self._sockets.append(said["return_value"].get_extra_info("socket"))
            if self.has_passed:  # while it was connecting
                self._cut()

    @contextmanager
    def after(self, seconds: float) -> Iterator[None]:
        """Shut the connections of the calls within after so many seconds; `has_passed` says whether that was so."""
        self.has_passed = False
        with later(seconds, self._cut):
            yield

    def _cut(self) -> None:
        self.has_passed = True
        for one in self._sockets:
            with suppress(OSError, ValueError):
                one.shutdown(socket.SHUT_RDWR)


def phrase(status: int) -> str:
    """What a status means, "" for one that no standard knows.

    >>> phrase(503), phrase(529)
    ('Service Unavailable', '')
    """
    with suppress(ValueError):
        return HTTPStatus(status).phrase
    return ""


def retry_after(said: str) -> float | None:
    """Seconds to wait according to a Retry-After header, a number or a date (RFC 9110, 10.2.3); None if invalid.

    >>> retry_after("120"), retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), retry_after("soon"), retry_after("-1")
    (120.0, 0.0, None, None)
    """
    said = said.strip()
    if said.isdecimal():
        return float(said[:10])
    with suppress(ValueError, OverflowError, TypeError, IndexError):
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    return None


def seconds_of(said: str, name: str, usual: float, most: int, least: float = 1e-6) -> float:
    """The seconds that an environment variable gives; KgError for what is no number above 0 and up to `most`."""
    try:
        seconds = float(said) if said.strip() else usual
    except ValueError:
        seconds = 0.0
    if not least <= seconds <= most:
        raise KgError(f"{name} is no number of seconds up to {most}: mend or unset it.")
    return seconds
