"""Processes that torture.py forks: they tell which entries count, until they are killed."""

from __future__ import annotations

import json
import os
import pickle
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kg.graph.kept import Kept

from kg.graph.store import OxigraphStore
from kg.model import KgError


class Child:
    """A process that does something to a graph, and tells which entries count as soon as they do."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.came: set[str] = set()
        self.went: set[str] = set()
        self.staged: set[str] = set()  # what a power cut may not take away either
        self.synced = 0  # bytes of the log of sources that were on the disk then
        self.told = ""
        self._rest, self._open = b"", True
        self._pid, self._pipe = _forked(lambda pipe: _work(work, pipe))

    def killed(self, seconds: float, after: int = 0) -> bool:
        """Kill it some time after it has told of some entries; whether it had ended before."""
        while len(self.came) < after and self._listen():
            pass
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self._listen(left):
            pass
        if self._open:
            os.kill(self._pid, signal.SIGKILL)
        ended = not self._open
        self.ended()
        return ended

    def ended(self) -> None:
        """Wait until it has ended."""
        while self._listen():
            pass
        if self._pid:
            os.close(self._pipe)
            os.waitpid(self._pid, 0)
            self._pid = 0

    def _listen(self, seconds: float | None = None) -> bool:
        """Take in what it tells within some time; whether it may tell more."""
        if self._open and select.select([self._pipe], [], [], seconds)[0]:
            data = os.read(self._pipe, 1 << 16)
            self._open = bool(data)
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                came, went, told, synced = json.loads(line)
                self.came = (self.came | set(came)) - set(went)
                self.went = (self.went | set(went)) - set(came)
                if synced is not None:
                    self.staged, self.synced = set(self.came), synced
                self.told = told or self.told
        return self._open


def apart(work: Callable[[Path], Any], folder: Path) -> Any:
    """What a function gives in a process of its own; raises KgError as it does."""

    def answer(pipe: int) -> None:
        try:
            said = (True, work(folder))
        except KgError as error:
            said = (False, str(error))
        with os.fdopen(pipe, "wb") as file:
            pickle.dump(said, file)

    pid, pipe = _forked(answer)
    with os.fdopen(pipe, "rb") as file:
        data = file.read()
    os.waitpid(pid, 0)
    if not data:
        raise KgError(f"{folder} cannot be looked at: the process is gone.")
    well, said = pickle.loads(data)
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


def _work(work: Callable[[], object], pipe: int) -> None:
    """Do the work of a child and end it."""

    def tell(came: list[str], went: list[str], told: str = "", synced: int | None = None) -> None:
        os.write(pipe, (json.dumps((came, went, told, synced)) + "\n").encode())

    try:
        _watch(tell)
        work()
    except KgError as error:
        tell([], [], str(error))
    except BaseException as error:
        tell([], [], f"{type(error).__name__}: {error}")


def _watch(tell: Callable[..., None]) -> None:
    """Tell of entries when they count: after their transaction, or after what they are staged with."""
    waiting: dict[str, bool] = {}
    size = 0
    sync = Kept.sync

    def synced(kept: Kept) -> None:
        nonlocal size
        before = kept.path.stat().st_size if kept.path.exists() else 0
        sync(kept)
        size = before

    def written(store: OxigraphStore, graphs: dict[str, bool]) -> None:
        waiting.update((name.partition(":")[2], there) for name, there in graphs.items() if name.startswith("entry:"))
        if not store._staged and store.folder and store.folder.name != "new":
            count()

    def count(synced: int | None = None) -> None:
        came = [name for name, there in waiting.items() if there]
        tell(came, [name for name, there in waiting.items() if not there], synced=synced)
        waiting.clear()

    def watched(name: str, said: Callable[..., dict[str, bool] | None]) -> None:
        action = getattr(OxigraphStore, name)

        def act(store: OxigraphStore, *what: Any, **how: Any) -> Any:
            done = action(store, *what, **how)
            graphs = said(*what, **how)
            if graphs is not None:
                written(store, graphs)
            elif store.folder and store.folder.name != "new":
                count(synced=size)
            return done

        setattr(OxigraphStore, name, act)

    Kept.sync = synced  # type: ignore[assignment,method-assign]
    watched("replace_many", lambda graphs: {name: bool(list(triples)) for name, triples in graphs.items()})
    watched("load", lambda data, graphs=(): dict.fromkeys(graphs, True))
    watched("stage", lambda: None)
    watched("commit", lambda: None)
