"""Engines: documents and a function in, results in order out, computed by processes of this machine or elsewhere.

Other packages register engines under the entry point group "kg.engines" (a class that takes an address). An engine
knows nothing about what the function does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar, Union

from kg.build.workers import Workers, cores
from kg.model import Document, KgError
from kg.plugins import names, plugged

if TYPE_CHECKING:
    from kg.sources import Unread

GROUP = "kg.engines"
LOCAL = "local"

Done = TypeVar("Done")
DoneOut = TypeVar("DoneOut", covariant=True)
Item = Union[Document, "Unread", KgError]  # an error stands for an item that could not be read


class WorkerPool(Protocol[DoneOut]):
    """A pool of workers that apply one function to documents, used as a context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def map(self, items: Iterable[Item], load: Callable[[Item], object] | None = None) -> Iterator[DoneOut]:
        """Yield the result for each item, in order; items are consumed a few in advance.

        `load` loads what an item needs, where workers share what was loaded before they are started.
        """


class Engine(Protocol):
    """Runs a function on documents, on this machine or elsewhere."""

    def workers(self, work: Callable[[Item], Done], jobs: int | None) -> WorkerPool[Done]:
        """A pool of workers for a function: at most `jobs`, or one per core of the engine."""


class Local:
    """Reads a few papers in this process, and many in several processes of this machine."""

    def __init__(self, address: str = "") -> None:
        if address:
            raise KgError(f"--address {address}: the engine {LOCAL} has no address: name another with --engine.")

    def workers(self, work: Callable[[Item], Done], jobs: int | None) -> Workers[Item, Done]:
        """A pool of processes for a function; see `kg.build.workers`."""
        return Workers(work, jobs or cores())


def engine(name: str = LOCAL, address: str = "") -> Engine:
    """The engine with this name, for an address if it needs one; raises KgError if it is unknown or not installed."""
    if name == LOCAL:
        return Local(address)
    if name not in names(GROUP):
        known = ", ".join((LOCAL, *names(GROUP)))
        raise KgError(f"--engine {name}: there is no such engine: choose one of {known}.")
    made: Engine = plugged(GROUP, name, f"--engine {name}")(address)
    return made
