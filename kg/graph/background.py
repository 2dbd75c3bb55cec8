"""RocksDB's compaction, which sorts in the background what was written: it is put off while much is loaded.

Then every core is wanted by what reads papers, and what is sorted early is sorted again with all that comes after it:
put off until all is there, it takes half of the processor time. Only on Linux has each thread of a process a priority
of its own; elsewhere RocksDB sorts when it likes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from kg.files import telling

_THREADS = Path("/proc/self/task")
_NAME = "rocksdb:low"
_LOW = 10  # nice: a tenth of what others get, so that a machine that is never idle sorts too
_LOOK = 0.1  # seconds between two looks at what the threads do
_RESTS = 10  # looks in a row that find them idle: between two files they wait for the disk


def put_off() -> None:
    """Let compaction run while little else wants the processor."""
    _rank(max(_LOW, _own()))


def catch_up(folder: Path) -> None:
    """Wait until compaction has nothing left to do; to be interrupted harms nothing, the next writer goes on with it.

    Left to that writer, it would slow down the few papers that are added next.
    """
    _rank(_own())
    with telling(f"{folder}: what was loaded is being put in order; this is done once."):
        done, rests = _done(), 0
        while rests < _RESTS:
            time.sleep(_LOOK)
            before, done = done, _done()
            rests = rests + 1 if done.seconds - before.seconds <= 0.2 * _LOOK and not done.waits else 0


def _own() -> int:
    return os.getpriority(os.PRIO_PROCESS, 0) if hasattr(os, "getpriority") else 0


def _rank(nice: int) -> None:
    for thread in _threads():
        with suppress(OSError):  # it may have ended; and only some may take back what they put off
            os.setpriority(os.PRIO_PROCESS, thread, nice)


def _threads() -> Iterator[int]:
    """The threads of this process that do compaction, by their numbers; none where the system does not tell."""
    with suppress(OSError):
        for thread in _THREADS.iterdir():
            with suppress(OSError):  # it may have ended
                if (thread / "comm").read_text().strip() == _NAME:
                    yield int(thread.name)


class _Done(NamedTuple):
    """What the threads have done: seconds of processor time, and whether one waits for the disk now."""

    seconds: float
    waits: bool


def _done() -> _Done:
    ticks, waits = 0, False
    for thread in _threads():
        with suppress(OSError):
            # Behind the name, which stands in brackets and may hold anything: first the state, 12th and 13th the times.
            said = (_THREADS / str(thread) / "stat").read_text().rpartition(")")[2].split()
            ticks += int(said[11]) + int(said[12])
            waits |= said[0] == "D"
    return _Done(ticks / os.sysconf("SC_CLK_TCK") if ticks else 0.0, waits)
