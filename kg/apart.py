"""Run work in a child process with limits on time and memory, for C libraries that read what is not trusted."""

from __future__ import annotations

import faulthandler
import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

SECONDS = 20  # of CPU time per file
MEMORY = 800 << 20  # bytes, in addition to what the process uses when it starts
_WAIT = 120  # seconds of wall-clock time, allowing for a busy machine
_PIECE = 1 << 16

Done = TypeVar("Done")

#: Where Linux says how much memory a process has.
STATM = Path("/proc/self/statm")


class Lost(Exception):
    """The child process ended without an answer: it exceeded its limits, or the library crashed."""


class Late(Lost):
    """The child process was ended because it took too long by the clock."""


def apart(work: Callable[[], Done], seconds: int = SECONDS, memory: int = MEMORY, wait: float = _WAIT) -> Done:
    """Run `work` in a fork of this process and return its result; exceptions of `work` are raised here.

    Raises Lost when the fork exceeds its CPU time (seconds) or memory (bytes), Late when it takes longer than `wait`
    (seconds by the clock). On a system without fork, `work` runs in this process without limits.
    """
    if not hasattr(os, "fork"):
        return work()
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    # An interrupt right after the fork would make the child run its parent's cleanup, which closes the store.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    child = os.fork()
    if not child:
        os.close(reading)
        _answer(work, writing, seconds, memory)
    os.close(writing)
    ended = False
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        data = _all(reading, wait)
        ended = True
    finally:
        os.close(reading)
        if not ended:
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if not data:
        raise Lost
    is_done, value = pickle.loads(data)
    if is_done:
        return value  # type: ignore[no-any-return]
    raise value


def _answer(work: Callable[[], Any], writing: int, seconds: int, memory: int) -> None:
    """The whole life of the fork: run the work, write the answer, exit."""
    code = 1
    try:
        faulthandler.disable()  # the parent reports a killed child; no traceback is printed
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        bound(seconds, memory)
        try:
            answer = (True, work())
        except Exception as error:
            answer = (False, error)
        data = memoryview(pickle.dumps(answer))
        while data:
            data = data[os.write(writing, data) :]
        code = 0
    finally:
        os._exit(code)  # skip the cleanup of the parent's resources


def bound(seconds: int, memory: int) -> None:
    """Let this process take so many seconds of CPU time and bytes of memory more, where the system can say so."""
    try:
        import resource
    except ImportError:
        return
    seconds += int(time.process_time())

    used = 0
    try:
        with STATM.open("rb") as numbers:
            used = int(numbers.read().split()[0]) * resource.getpagesize()
    except OSError:
        memory = 0  # the system does not report it: limit the time only
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = used + memory
        resource.setrlimit(resource.RLIMIT_AS, (bound if most < 0 else min(bound, most), most))


def _all(reading: int, wait: float) -> bytearray:
    """Everything that the fork writes until it ends; empty when it is killed. Raises Late."""
    out = bytearray()
    until = time.monotonic() + wait
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise Late
        piece = os.read(reading, _PIECE)
        if not piece:
            return out
        out += piece
