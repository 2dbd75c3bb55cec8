"""Work in a process of its own, bounded in time and memory, where a library in C reads what a stranger made."""

from __future__ import annotations

import faulthandler
import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

SECONDS = 20  # of CPU time that a file may take
MEMORY = 800 << 20  # bytes, beyond what the process has when it begins
_WAIT = 120  # seconds by the clock, on a machine that does much else
_PIECE = 1 << 16

Done = TypeVar("Done")


class Lost(Exception):
    """The process ended without an answer: it took more time or memory than it may, or the library failed."""


def apart(work: Callable[[], Done], seconds: int = SECONDS, memory: int = MEMORY) -> Done:
    """What `work` gives, done by a fork of this process; what it raises is raised here too.

    Lost when the fork takes more than its CPU time (seconds) or memory (bytes). Where a system has no fork, the work is
    done here, without bounds.
    """
    if not hasattr(os, "fork"):
        return work()
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    # An interrupt between the fork and what follows would send the child on its parent's way, to close its store.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    child = os.fork()
    if not child:
        os.close(reading)
        _answer(work, writing, seconds, memory)
    os.close(writing)
    ended = False
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        data = _all(reading)
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
    """The fork's whole life: it works, writes its answer and ends."""
    code = 1
    try:
        faulthandler.disable()  # an end by force is no fault to be printed: the parent tells it
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        _bound(seconds, memory)
        try:
            answer = (True, work())
        except Exception as error:
            answer = (False, error)
        data = pickle.dumps(answer)
        while data:
            data = data[os.write(writing, data) :]
        code = 0
    finally:
        os._exit(code)  # nothing of the parent's is to be cleaned up here


def _bound(seconds: int, memory: int) -> None:
    import resource

    used = 0
    try:
        with open("/proc/self/statm", "rb") as numbers:
            used = int(numbers.read().split()[0]) * resource.getpagesize()
    except OSError:
        memory = 0  # a system that does not tell: bounded in time alone
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = used + memory
        resource.setrlimit(resource.RLIMIT_AS, (bound if most < 0 else min(bound, most), most))


def _all(reading: int) -> bytes:
    """What the fork writes until it ends; b"" when it is killed or takes too long."""
    out = b""
    until = time.monotonic() + _WAIT
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise Lost
        piece = os.read(reading, _PIECE)
        if not piece:
            return out
        out += piece
