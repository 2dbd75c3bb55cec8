"""Processes that torture.py forks: they tell which entries count, until they are killed."""

from __future__ import annotations

import json
import os
import pickle
import select
import signal
import time
from collections.abc import Callable
from typing import Any

from kg.model import KgError
from kg.store.file import StoreFile


class Child:
    """A process that does something to a graph, and tells which entries count as soon as they do."""

    def __init__(self, work: Callable[..., object], *given: Any) -> None:
        self.held: list[str] = []
        self.told = ""  # why it failed
        self._rest, self._open = b"", True
        self._pid, self._pipe = _forked(lambda pipe: _watched(lambda: work(*given), pipe))

    def killed(self, seconds: float, after: int = 0) -> bool:
        """Kill it some time after so many entries count; whether it had ended before."""
        while len(self.held) < after and self._listen():
            pass
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self._listen(left):
            pass
        ended = not self._open
        if not ended:
            os.kill(self._pid, signal.SIGKILL)
        self.ended()
        return ended

    def ended(self) -> str:
        """Wait until it has ended; gives why it failed."""
        while self._listen():
            pass
        if self._pid:
            os.close(self._pipe)
            os.waitpid(self._pid, 0)
            self._pid = 0
        return self.told

    def _listen(self, seconds: float | None = None) -> bool:
        """Take in what it tells within some time; whether it may tell more."""
        if self._open and select.select([self._pipe], [], [], seconds)[0]:
            data = os.read(self._pipe, 1 << 16)
            self._open = bool(data)
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                said = json.loads(line)
                if isinstance(said, str):
                    self.told = said
                else:
                    self.held = said
        return self._open


def apart(work: Callable[..., Any], *given: Any) -> Any:
    """What a function gives in a process of its own; raises KgError as it does."""

    def answer(pipe: int) -> None:
        try:
            said = (True, work(*given))
        except KgError as error:
            said = (False, str(error))
        except Exception as error:
            said = (False, f"{type(error).__name__}: {error}")
        with os.fdopen(pipe, "wb") as file:
            pickle.dump(said, file)

    pid, pipe = _forked(answer)
    with os.fdopen(pipe, "rb") as file:
        data = file.read()
    os.waitpid(pid, 0)
    well, said = pickle.loads(data) if data else (False, "The process is gone.")
    if not well:
        raise KgError(said)
    return said


def _forked(work: Callable[[int], None]) -> tuple[int, int]:
    """A process that does something with the end of a pipe: its number, and the other end."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(ours)
            work(theirs)
        finally:
            os._exit(1)
    os.close(theirs)
    return pid, ours


def _watched(work: Callable[[], object], pipe: int) -> None:
    """Do the work of a child, and tell after each commit which entries its file holds, or why it failed."""
    commit = StoreFile._commit

    def tell(said: object) -> None:
        with os.fdopen(os.dup(pipe), "w") as file:
            file.write(json.dumps(said) + "\n")

    def committed(self: StoreFile) -> None:
        commit(self)
        if self.path and not self.path.name.startswith("."):  # as the draft of a rebuild does
            tell(self.names())

    StoreFile._commit = committed  # type: ignore[method-assign]
    try:
        work()
    except KgError as error:
        tell(str(error))
    except BaseException as error:
        tell(f"{type(error).__name__}: {error}")
