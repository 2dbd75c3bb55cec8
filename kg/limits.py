"""Limits of time and memory on what a process does with one item: a file, a record, a paper (limits.toml).

`begin` arms the limits in a process that may be ended. There, a `step` that takes too long raises `OverLimit` in its
midst, one that takes too much memory raises MemoryError, and the system ends the process of a step that does not stop.
Elsewhere a `step` has no limits.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import NamedTuple

_AGAIN = 5.0  # seconds until a step that went on after OverLimit is told again
_armed = False


class OverLimit(Exception):
    """A step took too long."""


class Limits(NamedTuple):
    """The limits of limits.toml."""

    seconds: float  # processor time of a step
    memory: int  # bytes in addition to those at the start
    kill: float  # processor time after which the process is ended
    wait: float  # time by the clock after which the process is ended


@cache
def limits() -> Limits:
    """The limits as configured; the environment may replace them."""
    told = tomllib.loads(Path(__file__).with_name("limits.toml").read_text("utf-8"))
    seconds = _number("KG_SECONDS", told["seconds"])
    megabytes = _number("KG_MEGABYTES", told["megabytes"])
    return Limits(seconds, int(megabytes * (1 << 20)), seconds * told["kill_after"], seconds * told["wait_after"])


def _number(name: str, usual: float) -> float:
    try:
        value = float(os.environ.get(name, ""))
    except ValueError:
        return usual
    return value if 0 < value < 1e6 else usual


def reason(error: BaseException) -> str:
    """Why a step failed, for a message: the limit that it exceeded, or the name of the error and what it says."""
    if isinstance(error, OverLimit):
        return f"it takes more than {limits().seconds:g} s of processor time; KG_SECONDS sets another limit"
    if isinstance(error, MemoryError):
        return f"it takes more than {limits().memory >> 20:,} MB of memory; KG_MEGABYTES sets another limit"
    said = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def begin() -> None:
    """Arm the limits in this process, for good; no effect on a system without them or outside the main thread."""
    global _armed
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if used := _data():
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        bound = used + limits().memory
        resource.setrlimit(resource.RLIMIT_DATA, (bound if most < 0 else min(bound, most), most))
    signal.signal(signal.SIGPROF, _over)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _armed = True


def _data() -> int:
    """Bytes of memory that count toward RLIMIT_DATA; 0 on a system that does not report them."""
    try:
        with open("/proc/self/statm", "rb") as numbers:
            return int(numbers.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _over(number: int, frame: FrameType | None) -> None:
    raise OverLimit


def _arm() -> None:
    import resource

    most = limits()
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    ends = int(time.process_time() + most.kill) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (ends if hard < 0 else min(ends, hard), hard))
    signal.setitimer(signal.ITIMER_REAL, most.wait)
    signal.setitimer(signal.ITIMER_PROF, most.seconds, _AGAIN)


def renew() -> None:
    """Give a step that is going on its whole time again: it left out what took so long."""
    if _armed and signal.getitimer(signal.ITIMER_REAL)[0]:
        _arm()


@contextmanager
def step() -> Iterator[None]:
    """Limit what is inside; raises OverLimit there."""
    if not _armed:
        yield
        return
    _arm()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
