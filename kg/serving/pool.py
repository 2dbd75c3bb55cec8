"""Processes that answer requests: so many at once, each ended for good when its time is over.

A thread cannot be stopped, and neither SQLite, Oxigraph nor a regular expression looks at a clock in all that it does.
So each request is answered in a process of its own kind, and one that takes too long is killed with all its children.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from kg.model import KgError
from kg.serving.scratch import keep_sockets

AT_ONCE = 4  # requests that are answered at the same time
SECONDS = 20.0  # that one may take
_WAITING, _WAIT = 64, 15.0  # requests that wait for their turn, and seconds that each does
_BEGINNING = 120.0  # seconds for a new process to open the graph

_BEGUN = "begun"
#: What a worker runs: it is called once, and gives what answers each request.
Begin = Callable[..., Callable[[Any], Any]]


class Busy(Exception):
    """All processes are at work, and too many requests wait."""


class CallTooLong(Exception):
    """A request took longer than it may and was ended."""


class Died(Exception):
    """The process ended while it answered (it took too much memory, or was killed from outside), or could not begin.

    Its text is the sentence with which `begin` refused, else "".
    """


class Pool:
    """Worker processes; `begin(*args)` is called in each and gives the function that answers requests."""

    def __init__(
        self, begin: Begin, args: tuple[Any, ...], at_once: int = AT_ONCE, seconds: float = SECONDS, preload: str = ""
    ) -> None:
        """`preload` names a module that is imported once, by the process from which the others are forked."""
        keep_sockets()
        self.seconds = seconds
        self._waiting = 0
        self._workers = [_Worker(begin, args, preload) for _ in range(at_once)]
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="kg-worker")
        self._free: asyncio.Queue[_Worker] = asyncio.Queue()
        for worker in self._workers:
            self._free.put_nowait(worker)

    def start(self) -> Callable[[], None]:
        """Start all processes now, not with the first requests; what it gives waits for them.

        That raises Died where they cannot begin.
        """
        begun = [self._threads.submit(worker.start) for worker in self._workers]

        def wait() -> None:
            for one in begun:
                one.result()

        return wait

    async def ask(self, request: Any, seconds: float | None = None) -> Any:
        """The answer to a request; raises Busy, CallTooLong or Died."""
        if self._waiting >= _WAITING:
            raise Busy
        self._waiting += 1
        try:
            worker = await asyncio.wait_for(self._free.get(), _WAIT)
        except TimeoutError:
            raise Busy from None
        finally:
            self._waiting -= 1
        loop = asyncio.get_running_loop()
        done = loop.run_in_executor(self._threads, worker.ask, request, seconds or self.seconds)
        done.add_done_callback(lambda _: self._free.put_nowait(worker))  # also where nobody waits for it any more
        return await asyncio.shield(done)

    def close(self) -> None:
        """End all processes, also those that are only being started."""
        for worker in self._workers:
            worker.close()
        if any(worker.is_starting for worker in self._workers):
            _end_forkserver()  # it starts none before it has read what all of them need
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Worker:
    """One process and the pipe to it; it is started when it is first needed, and anew after it was ended."""

    def __init__(self, begin: Begin, args: tuple[Any, ...], preload: str) -> None:
        self._begin, self._args, self._preload = begin, args, preload
        self._process: Any = None
        self._pipe: Any = None
        self._lock = threading.Lock()
        self._is_closed = self.is_starting = False

    def start(self) -> None:
        with self._lock:
            self._start()

    def _start(self) -> Any:
        if self._pipe is not None and self._process.is_alive():
            return self._pipe
        self.end()
        context = _context(self._preload)
        ours, theirs = context.Pipe()
        process = context.Process(target=_run, args=(theirs, self._begin, self._args), daemon=False)
        self.is_starting = True
        try:
            process.start()
        except (EOFError, OSError):
            raise Died from None
        finally:
            self.is_starting = False
        theirs.close()
        self._process, self._pipe = process, ours
        if self._is_closed:
            self.end()
            raise Died
        said = _heard(ours, _BEGINNING)
        if said != _BEGUN:
            self.end()
            raise Died(said)
        return ours

    def ask(self, request: Any, seconds: float) -> Any:
        with self._lock:
            pipe = self._start()
            try:
                pipe.send(request)
                if not pipe.poll(seconds):
                    self.end()
                    raise CallTooLong
                return pipe.recv()
            except (EOFError, OSError):
                self.end()
                raise Died from None

    def close(self) -> None:
        """End the process for good."""
        self._is_closed = True
        self.end()

    def end(self) -> None:
        """End the process and what it started."""
        process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        if process is None:
            return
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
        with suppress(OSError, ValueError, AttributeError):
            process.kill()
        process.join(5)
        if pipe is not None:
            pipe.close()


def _heard(pipe: Connection, seconds: float) -> str:
    """What a new process says: that it has begun, or why it could not; "" for nothing."""
    try:
        return str(pipe.recv()) if pipe.poll(seconds) else ""
    except (EOFError, OSError):
        return ""


def _context(preload: str) -> Any:
    """Processes are forked from one that has read the vocabulary, where the system can fork."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([preload] if preload else [])
    return context


def _end_forkserver() -> None:
    """End the process from which others are forked; multiprocessing itself would wait for it."""
    from multiprocessing import forkserver

    if pid := getattr(getattr(forkserver, "_forkserver", None), "_forkserver_pid", None):
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def _run(pipe: Connection, begin: Begin, args: tuple[Any, ...]) -> None:
    """Answer requests until the pipe is closed."""
    with suppress(OSError, AttributeError):
        os.setsid()  # so that all it starts is ended with it; Ctrl-C is for the server
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        try:
            answer = begin(*args)
        except KgError as error:
            pipe.send(str(error))
            return
        pipe.send(_BEGUN)
        while True:
            pipe.send(answer(pipe.recv()))
    except (EOFError, OSError):
        return
