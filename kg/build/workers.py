"""Parallel map over processes: results come in the order of the items and equal those of a single process."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain, count
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kg import limits
from kg.compiled import GARBAGE
from kg.model import KgError

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

FEW = 16  # up to so many items, no processes are started
CHUNK, MOST = 8, 32  # items sent to a process at a time, at first and once there are many
_AHEAD = 4  # chunks per process that may be computed ahead of their turn
_GIVEN = 2  # chunks that a process has: one to work on, one to go on with while the caller is busy
_STILLBORN = 3  # processes lost in a row before an item is begun
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
    """A pool of `jobs` processes that run `work`, started when there is something to do and ended by `with`.

    A fork (Linux) shares the data that was loaded before it, and what one item does costs that item alone: it has the
    limits of `kg.limits`, and a KgError takes its place when it ends its process. Elsewhere `work` is pickled, each
    process loads its own data, and a few items are done in this process.
    """

    def __init__(self, work: Callable[[Item], Done], jobs: int = 1, chunk: int = CHUNK, few: int = FEW) -> None:
        self.work, self.jobs, self.few = work, jobs, few
        self.chunk, self.most = chunk, max(chunk, MOST)
        self._processes: dict[Connection, BaseProcess] = {}
        self._places: dict[Connection, Any] = {}  # -> where in its chunk a process is, -1 between two chunks
        self._busy: dict[Connection, deque[int]] = {}  # -> indexes of its chunks
        self._chunks: dict[int, list[Any]] = {}  # chunks that are not done, by index
        self._done: dict[int, list[Done]] = {}  # results by index of the chunk
        self._stillborn = 0  # processes that were lost in a row without an item to blame

    def __enter__(self) -> Workers[Item, Done]:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def map(self, items: Iterable[Item], load: Callable[[Item], object] | None = None) -> Iterator[Done]:
        """The result of `work` for each item, in order; some items are consumed ahead.

        `load` is called with the first item before processes are started, to load the data that all of them need. An
        item that is a KgError is its own result. Any other exception of `work` is raised as KgError.
        """
        items = iter(items)
        if len(self._processes) < self.jobs:
            few = self.few if self.jobs > 1 else 0
            first = next(chunked(items, few + 1), [])
            is_many = self.jobs > 1 and (total := sum(map(_weight, first))) > few
            if not is_many and self.jobs > 1:
                self.few -= total
            items = chain(first, items)
            wanted = self.jobs if is_many else 1 if can_fork() else 0
            if first and wanted > len(self._processes):
                self._begin(wanted, partial(load, first[0]) if load and not self._processes else None)
        if not self._processes:
            yield from map(self.work, items)
            return
        try:
            yield from self._shared(chunked(items, self.chunk, self.most))
        finally:
            if self._busy or self._done:  # the caller stopped early
                self._end()

    def _begin(self, wanted: int, load: Callable[[], object] | None) -> None:
        if load:
            load()
        while len(self._processes) < wanted:
            self._start()

    def _start(self) -> Connection:
        place = _context().RawValue("i", -1)
        others = [*self._processes] if can_fork() else []
        process, ours = started(_serve, (self.work, place, others))
        self._processes[ours], self._places[ours] = process, place
        return ours

    def _end(self) -> None:
        """End all processes, even busy ones."""
        for connection, process in self._processes.items():
            connection.close()
            process.kill()  # which no handler of the caller, as Ray has one, can answer
        for process in self._processes.values():
            process.join()
        self._processes, self._places, self._busy, self._chunks, self._done = {}, {}, {}, {}, {}

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
            for process in [*self._processes]:
                has = self._busy.get(process, ())
                if len(has) > wanted or given >= at + _AHEAD * len(self._processes):
                    continue
                chunk = next(chunks, None)
                if chunk is None:
                    return given
                self._chunks[given] = chunk
                self._send(process, given)
                given += 1
        return given

    def _send(self, process: Connection, index: int) -> None:
        self._busy.setdefault(process, deque()).append(index)
        with suppress(OSError):  # the process is gone, which is seen when its results are taken
            process.send(self._chunks[index])

    def _take(self, seconds: int | None) -> None:
        """Collect finished chunks, or wait for one; raises KgError when `work` failed."""
        ready: list[Any] = wait(self._busy, seconds) if self._busy else []
        for process in ready:
            try:
                fault, results = process.recv()
            except (EOFError, OSError):
                self._replace(process)
                continue
            if fault:
                raise KgError(fault)
            self._stillborn = 0
            index = self._busy[process].popleft()
            self._done[index] = results
            del self._chunks[index]
            if not self._busy[process]:
                del self._busy[process]

    def _replace(self, lost: Connection) -> None:
        """Start a process in the place of a lost one, for the items that it had but the one that ended it."""
        place, indexes = self._places.pop(lost).value, self._busy.pop(lost)
        how = ended(self._processes.pop(lost))
        lost.close()
        chunk = self._chunks[indexes[0]]
        if can_fork() and 0 <= place < len(chunk):
            chunk[place] = KgError(
                f"{getattr(chunk[place], 'id', chunk[place])}: cannot be read ({how}): it was left out."
            )
            self._stillborn = 0
        else:
            self._stillborn += 1
            if not can_fork() or self._stillborn > _STILLBORN:
                raise KgError(
                    f"A process that reads papers was lost ({how}): see to free memory, or use fewer with --jobs."
                )
        process = self._start()
        for index in indexes:
            self._send(process, index)


def can_fork() -> bool:
    """Whether processes can be forked from this one; elsewhere they are slow to start."""
    return sys.platform == "linux" and not multiprocessing.current_process().daemon


def _context() -> Any:
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


def started(target: Callable[..., None], args: tuple[Any, ...]) -> tuple[BaseProcess, Connection]:
    """A process that runs `target` with the other end of a connection and `args`."""
    context = _context()
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(theirs, ours if can_fork() else None, *args), daemon=True)
    with _uninterrupted(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside other threads: none of them is ours
        process.start()
    theirs.close()
    return process, ours


def ended(process: BaseProcess) -> str:
    """How a process ended that gives no more results, for a message."""
    process.join(1)
    code = process.exitcode
    if code and -code in (signal.SIGXCPU, signal.SIGALRM):
        return limits.reason(limits.OverLimit())
    return (
        f"its process ended by {signal.Signals(-code).name}"
        if code and code < 0
        else f"its process ended with status {code}"
    )


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


def serving(own: Connection | None, others: Iterable[Connection] = ()) -> None:
    """Begin the life of a process: close the copies of its parent's connections, and arm the limits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent too, which ends this process
    for connection in filter(None, (own, *others)):  # if one stays open here, the end of the parent is not noticed
        connection.close()
    spare_collections()
    if own:
        limits.begin()


def _serve(
    chunks: Connection, own: Connection | None, work: Callable[[Any], Any], place: Any, others: list[Connection]
) -> None:
    """Process chunks until the connection is closed or the parent process is gone."""
    serving(own, others)
    given: SimpleQueue[list[Any] | None] = SimpleQueue()
    # So that neither side ever waits for the other to empty a pipe.
    Thread(target=_receive, args=(chunks, given), daemon=True).start()
    try:
        while (chunk := given.get()) is not None:
            try:
                answer: tuple[str, list[Any]] = ("", [*_worked(work, chunk, place)])
            except KgError as error:
                answer = (str(error), [])
            except Exception as error:
                what = f"{type(error).__name__}: {error}"
                answer = (f"A process that reads papers failed ({what}): try --jobs 1, which needs none.", [])
            place.value = -1
            chunks.send(answer)
    except OSError:
        return


def _worked(work: Callable[[Any], Any], chunk: list[Any], place: Any) -> Iterator[Any]:
    for number, item in enumerate(chunk):
        place.value = number  # where to look for the one that ended this process
        yield item if isinstance(item, KgError) else work(item)


def _receive(chunks: Connection, given: SimpleQueue[list[Any] | None]) -> None:
    """Pass chunks on until the connection is closed or the parent process is gone, which None says."""
    try:
        with suppress(EOFError, OSError):
            while True:
                given.put(chunks.recv())
    finally:
        given.put(None)
