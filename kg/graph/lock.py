"""Who writes to a graph on a SPARQL server: one process, which says so in the graph, again and again while it lives."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Iterable
from typing import Protocol

import pyoxigraph as ox

from kg.graph.faults import Fault
from kg.names import iri

#: The graph of what a store on a server says of itself.
ABOUT = "kg:store"
_LEASE = 300.0  # seconds after which a writer that is not heard of counts as dead
_RENEWAL = 30.0  # seconds after which a writer is heard of again when it writes


class Told(Protocol):
    """The part of a store that keeps the word of its writers."""

    location: str

    def writers(self) -> list[str]:
        """What writers say of themselves."""

    def tell(self, *updates: str) -> None:
        """Make a request about the store itself."""


class Lock:
    """The word of a writer that it is at work."""

    def __init__(self, store: Told, others: Iterable[str]) -> None:
        """Raise Fault where one of the other writers lives; those that do not are forgotten."""
        self._store = store
        if any(map(is_alive, others)):
            raise self._taken()
        self._own = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(8)}"
        self._said = ""
        self._say(*others)
        if len(store.writers()) > 1:  # two at the same moment
            self.let_go()
            raise self._taken()

    def renew(self) -> None:
        """Say it again, after a while; raise Fault where another writer took this one for dead."""
        if time.monotonic() - self._heard > _RENEWAL:
            if self._said not in self._store.writers():
                raise self._taken()
            self._say(self._said)

    def let_go(self) -> None:
        """Say it no more."""
        self._store.tell(f"DELETE DATA {{ {writer_of(self._said)} }}")

    def _say(self, *before: str) -> None:
        self._heard = time.monotonic()
        self._said = f"{self._own} {int(time.time())}"
        gone = (f"DELETE DATA {{ {writer_of(said)} }}" for said in before)
        self._store.tell(*gone, f"INSERT DATA {{ {writer_of(self._said)} }}")

    def _taken(self) -> Fault:
        return Fault(
            f"The graph {self._store.location} is being written by another process: wait until it is done "
            f"(of one that died, {_LEASE:.0f} s)."
        )


def is_alive(said: str) -> bool:
    """Whether a writer that said so is at work: here its process tells, elsewhere that it was heard of lately."""
    host, process, _, heard = [*said.split(" "), "", "", "", ""][:4]
    if not (process.isdecimal() and heard.isdecimal()):
        return False
    if host == socket.gethostname():
        try:
            os.kill(int(process), 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:
            pass
    return time.time() - int(heard) < _LEASE


def writer_of(said: str) -> str:
    """What the graph holds of a writer that says so."""
    return f"GRAPH <{iri(ABOUT)}> {{ <{iri(ABOUT)}> <{iri('kg:writer')}> {ox.Literal(said)} }}"
