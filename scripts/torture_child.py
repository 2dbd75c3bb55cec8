"""Processes that torture.py forks: they tell which entries count, until they are killed."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from kg.model import KgError
from kg.store.file import StoreFile

_FORK = multiprocessing.get_context("fork")


class Child:
    """A process that does something to a graph, and tells which entries count as soon as they do."""

    def __init__(self, work: Callable[..., object], *given: Any) -> None:
        self.held: list[str] = []
        self.told = "the process is gone"  # why it failed
        self.gave: Any = None
        self._open = True
        self._said, theirs = _FORK.Pipe(duplex=False)
        self._process = _FORK.Process(target=_watched, args=(theirs, work, given))
        self._process.start()
        theirs.close()

    def killed(self, seconds: float, after: int = 0) -> bool:
        """Kill it some time after so many entries count; whether it had ended before."""
        self.reached(after)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self._listen(left):
            pass
        ended = not self._open
        self._process.kill()
        self.ended()
        return ended

    def reached(self, entries: int) -> None:
        """Wait until so many entries count, or it has ended."""
        while len(self.held) < entries and self._listen(None):
            pass

    def so_far(self) -> int:
        """How many entries it has told of by now."""
        while self._open and self._said.poll(0) and self._listen(0):
            pass
        return len(self.held)

    def ended(self) -> str:
        """Wait until it has ended; gives why it failed."""
        while self._listen(None):
            pass
        self._process.join()
        return self.told

    def _listen(self, seconds: float | None) -> bool:
        """Take in what it tells within some time; whether it may tell more."""
        try:
            if self._open and self._said.poll(seconds):
                name, said = self._said.recv()
                setattr(self, name, said)
        except (EOFError, OSError):
            self._open = False
        return self._open


def apart(work: Callable[..., Any], *given: Any) -> Any:
    """What a function gives in a process of its own; raises KgError where it fails."""
    child = Child(work, *given)
    if told := child.ended():
        raise KgError(told)
    return child.gave


def _watched(pipe: Connection, work: Callable[..., object], given: tuple[Any, ...]) -> None:
    """Do the work of a child; tell after each commit which entries its file holds, and how it ended."""
    commit = StoreFile._commit

    def committed(self: StoreFile) -> None:
        commit(self)
        if self.path and not self.path.name.startswith("."):  # as the draft of a rebuild does
            pipe.send(("held", self.names()))

    StoreFile._commit = committed  # type: ignore[method-assign]
    try:
        pipe.send(("gave", work(*given)))
        pipe.send(("told", ""))
    except KgError as error:
        pipe.send(("told", str(error)))
    except Exception as error:
        pipe.send(("told", f"{type(error).__name__}: {error}"))
