"""Parallel map over processes: results come in the order of the items and equal those of a single process."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, count
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kg.compiled import GARBAGE
from kg.model import KgError

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

FEW = 16  # up to so many items, no processes are started
CHUNK, MOST = 8, 32  # items sent to a process at a time, at first and once there are many
_AHEAD = 4  # chunks per process that may be computed ahead of their turn
_GIVEN = 2  # chunks that a process has: one to work on, one to go on with while the caller is busy
_LOOK = 4  # results that are used between two looks at the processes

Item = TypeVar("Item")
Done = TypeVar("Done")


def chunked(items: Iterable[Item], weight: int, most: int = 0) -> Iterator[list[Item]]:
    """Split items into lists of a given total weight, which grows up to `most`; an item weighs 1 or its `weight`."""
    chunk: list[Item] = []
    total = 0
    for item in items:
        chunk.append(item)
        total += _weight(item)
        if total >= weight:
            yield chunk
            chunk, total, weight = [], 0, max(weight, min(weight + 1, most))
    if chunk:
        yield chunk


def _weight(item: object) -> int:
    return getattr(item, "weight", 1)


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers(Generic[Item, Done]):
    """A pool of `jobs` processes that run `work`, started once there are more than a few items and ended by `with`.

    A fork (Linux) shares the data that was loaded before it. Elsewhere `work` is pickled, and each process loads its
    own data.
    """

    def __init__(self, work: Callable[[Item], Done], jobs: int = 1, chunk: int = CHUNK, few: int = FEW) -> None:
        self.work, self.jobs, self.few = work, jobs, few
        self.chunk, self.most = chunk, max(chunk, MOST)
        self._processes: dict[Connection, BaseProcess] = {}
        self._busy: dict[Connection, deque[int]] = {}  # -> indexes of its chunks
        self._done: dict[int, list[Done]] = {}  # results by index of the chunk

    def __enter__(self) -> Workers[Item, Done]:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def map(self, items: Iterable[Item], load: Callable[[Item], object] | None = None) -> Iterator[Done]:
        """The result of `work` for each item, in order; some items are consumed ahead.

        `load` is called with the first item before processes are started, to load the data that all of them need. An
        exception of `work` is raised unchanged in this process, and as KgError from another one. A lost process raises
        KgError.
        """
        items = iter(items)
        if self.jobs > 1 and not self._processes:
            first = next(chunked(items, self.few + 1), [])
            if (total := sum(map(_weight, first))) > self.few:
                if load:
                    load(first[0])
                self._begin()
            else:
                self.few -= total
            items = chain(first, items)
        if not self._processes:
            yield from map(self.work, items)
            return
        try:
            yield from self._shared(chunked(items, self.chunk, self.most))
        finally:
            if self._busy or self._done:  # the caller stopped early
                self._end()

    def _begin(self) -> None:
        context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        with _uninterrupted():
            self._start(context)

    def _start(self, context: Any) -> None:
        for _ in range(self.jobs):
            ours, theirs = context.Pipe()
            copies = [*self._processes, ours] if context.get_start_method() == "fork" else []
            process = context.Process(target=_serve, args=(self.work, theirs, copies), daemon=True)
            process.start()
            theirs.close()
            self._processes[ours] = process

    def _end(self) -> None:
        """Terminate all processes, even busy ones."""
        for connection, process in self._processes.items():
            connection.close()
            process.terminate()
        for process in self._processes.values():
            process.join()
        self._processes, self._busy, self._done = {}, {}, {}

    def _shared(self, chunks: Iterator[list[Item]]) -> Iterator[Done]:
        """The results of all chunks, in order."""
        given = 0
        for at in count():  # index of the chunk whose results come next
            while at not in self._done:
                given = self._give(chunks, given, at)
                if at == given:
                    return
                self._take(None)
            for number, result in enumerate(self._done.pop(at)):
                if number % _LOOK == 0:  # keeps the processes busy while the caller uses results
                    self._take(0)
                    given = self._give(chunks, given, at)
                yield result

    def _give(self, chunks: Iterator[list[Any]], given: int, at: int) -> int:
        """Send chunks to the processes that have too few; returns how many chunks have been sent so far."""
        for wanted in range(_GIVEN):
            for process in self._processes:
                has = self._busy.get(process, ())
                if len(has) > wanted or given >= at + _AHEAD * len(self._processes):
                    continue
                chunk = next(chunks, None)
                if chunk is None:
                    return given
                try:
                    process.send(chunk)
                except OSError:
                    raise self._lost(process) from None
                self._busy.setdefault(process, deque()).append(given)
                given += 1
        return given

    def _take(self, seconds: int | None) -> None:
        """Collect finished chunks, or wait for one; raises KgError when a process failed or is gone."""
        ready: list[Any] = wait(self._busy, seconds) if self._busy else []
        for process in ready:
            try:
                fault, results = process.recv()
            except (EOFError, OSError):
                raise self._lost(process) from None
            if fault:
                raise KgError(fault)
            self._done[self._busy[process].popleft()] = results
            if not self._busy[process]:
                del self._busy[process]

    def _lost(self, process: Connection) -> KgError:
        self._processes[process].join(1)
        code = self._processes[process].exitcode
        how = f"ended by {signal.Signals(-code).name}" if code and code < 0 else f"ended with status {code}"
        return KgError(f"A process that reads papers was lost ({how}): see to free memory, or use fewer with --jobs.")


def spare_collections() -> None:
    """Run the garbage collector seldom, and never on what has been loaded so far."""
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 100)


@contextmanager
def rarely_collected() -> Iterator[None]:
    """`spare_collections` for a while: what is read and stored makes many objects and hardly a cycle."""
    before = gc.get_threshold()
    spare_collections()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Block Ctrl-C while processes start: a new process would answer it with a traceback."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(work: Callable[[Any], Any], chunks: Connection, others: list[Connection]) -> None:
    """Process chunks until the connection is closed or the parent process is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent too, which ends this process
    for connection in others:  # copied by the fork; if they stay open here, the end of the parent is not noticed
        connection.close()
    spare_collections()
    given: SimpleQueue[list[Any] | None] = SimpleQueue()
    # So that neither side ever waits for the other to empty a pipe.
    Thread(target=_receive, args=(chunks, given), daemon=True).start()
    try:
        while (chunk := given.get()) is not None:
            try:
                answer: tuple[str, list[Any]] = ("", [work(item) for item in chunk])
            except KgError as error:
                answer = (str(error), [])
            except Exception as error:
                what = f"{type(error).__name__}: {error}"
                answer = (f"A process that reads papers failed ({what}): try --jobs 1, which needs none.", [])
            chunks.send(answer)
    except OSError:
        return


def _receive(chunks: Connection, given: SimpleQueue[list[Any] | None]) -> None:
    """Pass chunks on until the connection is closed or the parent process is gone, which None says."""
    try:
        with suppress(EOFError, OSError):
            while True:
                given.put(chunks.recv())
    finally:
        given.put(None)
