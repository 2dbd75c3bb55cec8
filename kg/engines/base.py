"""What an engine is, and where engines are found."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import entry_points
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar, Union

from kg.model import Document, KgError

if TYPE_CHECKING:
    from kg.sources import Unread

GROUP = "kg.engines"
LOCAL = "local"

Done = TypeVar("Done")
DoneOut = TypeVar("DoneOut", covariant=True)
Item = Union[Document, "Unread", KgError]  # what could not be read keeps its place


class Work(Protocol[DoneOut]):
    """Workers that do one thing with documents, as long as it is open."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def map(self, items: Iterable[Item], load: Callable[[Item], object] | None = None) -> Iterator[DoneOut]:
        """What is made of each item, in order; items are taken some ahead.

        `load` loads what an item needs, where workers share what is loaded before they are made.
        """


class Engine(Protocol):
    """A place where papers are read."""

    def workers(self, work: Callable[[Item], Done], jobs: int | None) -> Work[Done]:
        """Workers for a thing to do, `jobs` at most, or one for each core that the engine has."""


def engine(name: str = LOCAL, address: str = "") -> Engine:
    """The engine of a name, at an address where it has one; KgError when there is none or it is not installed."""
    known = _engines()
    if name not in known:
        raise KgError(f"--engine {name}: there is no such engine here: choose one of {', '.join(known)}.")
    return known[name](address)


@cache
def _engines() -> dict[str, Callable[[str], Engine]]:
    """All engines by name: the files of this package that have one (ENGINE), then the entry points of others."""
    found: dict[str, Callable[[str], Engine]] = {}
    package = importlib.import_module("kg.engines")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        maker = getattr(importlib.import_module(f"kg.engines.{module.name}"), "ENGINE", None)
        if maker is not None:
            found[module.name] = maker
    for entry in entry_points(group=GROUP):
        if entry.name not in found:
            found[entry.name] = entry.load()
    return found
