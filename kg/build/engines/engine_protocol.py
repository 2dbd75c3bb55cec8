"""The engine protocol, and the registry of engines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar, Union

from kg.model import Document, KgError
from kg.plugins import registered

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


def engine(name: str = LOCAL, address: str = "") -> Engine:
    """The engine with this name, for an address if it needs one; raises KgError if it is unknown or not installed."""
    known = _engines()
    if name not in known:
        raise KgError(f"--engine {name}: there is no such engine: choose one of {', '.join(known)}.")
    return known[name](address)


@cache
def _engines() -> dict[str, Callable[[str], Engine]]:
    """All engines by name: the modules of this package that define ENGINE, then entry points."""
    return registered("kg.build.engines", "ENGINE", GROUP)
