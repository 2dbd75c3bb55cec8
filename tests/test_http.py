"""How often a call is made again, and after how long."""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import httpx
import pytest

from kg.http import Again, Deadline, TooLong, until_answered
from kg.model import KgError
from kg_publish.protocol import Access, Connection


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits, in seconds, that nobody waits for."""
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    return waits


def busy(*waits: float | None) -> Callable[[], str]:
    """A call that is to be made again once a wait, then answers."""
    left = [Again("is busy", wait) for wait in waits]

    def once() -> str:
        if left:
            raise left.pop(0)
        return "answer"

    return once


def test_first_answer_is_given_at_once(slept: list[float]) -> None:
    assert until_answered(busy(), tries=1, pause=1) == "answer"
    assert slept == []


def test_pauses_double_where_no_wait_is_named(slept: list[float]) -> None:
    assert until_answered(busy(None, None, 7.0, None), tries=5, pause=0.5) == "answer"
    assert slept == [0.5, 1.0, 7.0, 4.0]


def test_no_wait_is_shorter_than_the_least_and_all_are_told(slept: list[float]) -> None:
    told: list[tuple[float, str]] = []
    until_answered(busy(0.0, None), tries=3, pause=1, least=3, waiting=lambda wait, why: told.append((wait, why)))
    assert slept == [3, 3]
    assert told == [(3, "is busy"), (3, "is busy")]


def test_last_reason_is_raised_when_all_tries_are_used(slept: list[float]) -> None:
    with pytest.raises(Again, match="is busy"):
        until_answered(busy(None, None, None), tries=2, pause=1)
    assert slept == [1]


@pytest.mark.parametrize(("most", "left"), [(59.0, math.inf), (math.inf, 60.0)])
def test_wait_beyond_the_bound_is_not_begun(slept: list[float], most: float, left: float) -> None:
    end = time.monotonic() + left
    with pytest.raises(TooLong, match="is busy") as raised:
        until_answered(busy(60.0), tries=2, pause=1, most=most, end=end)
    assert raised.value.wait == 60.0
    assert slept == []


def dripping() -> tuple[socket.socket, str]:
    """A server whose header comes byte by byte and never ends, and its address."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with suppress(OSError):
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Odd: ")
                while True:
                    connection.sendall(b"x")
                    time.sleep(0.05)

    threading.Thread(target=answer, daemon=True).start()
    return server, f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.mark.timeout(60)
def test_header_without_end_is_ended_by_the_deadline() -> None:
    server, url = dripping()
    deadline = Deadline()
    with server, httpx.Client(timeout=5) as client, pytest.raises(httpx.HTTPError), deadline.after(0.5):
        client.get(url, extensions=dict(deadline.extensions))
    assert deadline.has_passed


@pytest.mark.timeout(60)
def test_connection_made_after_the_deadline_is_ended_too() -> None:
    server, url = dripping()
    deadline = Deadline()

    def trace(event: str, said: Mapping[str, Any]) -> None:
        while event.endswith(".connect_tcp.complete") and not deadline.has_passed:
            threading.Event().wait(0.01)
        deadline.extensions["trace"](event, said)

    with server, httpx.Client(timeout=5) as client, pytest.raises(httpx.HTTPError), deadline.after(0.1):
        client.get(url, extensions={"trace": trace})


@pytest.mark.timeout(60)
def test_server_of_triples_whose_header_has_no_end_is_told() -> None:
    server, url = dripping()
    with server, pytest.raises(KgError, match=r"gave no whole answer within 0\.5 s"):
        Connection(replace(Access.of(url), seconds=0.5)).select("SELECT * {}")
