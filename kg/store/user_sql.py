"""Users' own SQL over a graph's file: read only, and ended when it takes too long or too much."""

from __future__ import annotations

import re
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path

from kg.model import KgError
from kg.store.faults import fault
from kg.store.sqlite_guard import Authorizer, for_reading, harden

SECONDS = 30.0
ROWS = 100_000
#: Bytes of Python's memory that the rows of a query may take: as a table, CSV or JSON they take a multiple.
SIZE = 128 << 20
_STEPS = 20_000  # of SQLite's machine between two looks at the clock
_PROGRAM = ["addr", "opcode"]  # the first columns of an EXPLAIN, which shows addresses in memory
_HINT = re.compile(r"\(\?#has:([^)]+)\)")
#: Memory that SQLite may take for a query. It holds for the whole process, whose writer keeps up to 256 MB of the file.
_BYTES = 512 << 20

# Sentences that more than one kind of store says.
REFUSED = "The query would change the graph or leave it: only SELECT is allowed."
LATE = "The query took longer than {seconds} s and was ended: ask for less."
NAMED = "The query uses {name}, which is not allowed: docs/schema.md lists what is."
MANY = "The query gives more than {n} rows: add a LIMIT."
LARGE = "The query gives more than {n} MB: ask for fewer rows or columns, or add a LIMIT."
NO_SQL = "The query is not SQL that the graph understands ({error}): `kg sql` lists its tables."
FAILED = "The query could not be answered ({error}): ask otherwise, or for less."
Table = tuple[list[str], list[tuple[object, ...]]]  # columns and rows


class Bound:
    """Counts the rows of an answer while they are read. Raises KgError beyond `rows` or `size` bytes of memory."""

    def __init__(self, rows: int, size: int) -> None:
        self._rows, self._size = rows, size
        self._number = self._taken = 0

    def __call__(self, row: tuple[object, ...]) -> tuple[object, ...]:
        self._number += 1
        self._taken += sys.getsizeof(row) + sum(map(sys.getsizeof, row))
        if self._number > self._rows:
            raise KgError(MANY, n=f"{self._rows:,}")
        if self._taken > self._size:
            raise too_large(self._size)
        return row


def too_large(size: int) -> KgError:
    """What to tell of an answer of more than so many bytes."""
    return KgError(LARGE, n=size >> 20)


def asked(path: Path, query: str, seconds: float = SECONDS, rows: int = ROWS, size: int = SIZE) -> Table:
    """The columns and rows of a query. Raises KgError for what is no SELECT, and for one that is ended.

    It may take `seconds`, and give `rows` that take `size` bytes of memory at most.
    """
    end = time.monotonic() + seconds
    raised: list[BaseException] = []

    def tried(pattern: str, text: str | None) -> bool:
        try:
            return fits(pattern, text)
        except BaseException as error:  # which SQLite keeps to itself
            raised.append(error)
            raise

    late = KgError(LATE, seconds=f"{seconds:g}")
    reader: Authorizer | None = None
    try:
        with _alarm(seconds), closing(sqlite3.connect(for_reading(path), uri=True)) as db:
            db.execute(f"PRAGMA hard_heap_limit = {_BYTES}")
            db.execute("PRAGMA query_only = ON")
            db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, size)
            harden(db)
            db.create_function("regexp", 2, tried, deterministic=True)
            db.set_authorizer(reader := Authorizer(db))
            db.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
            found = db.execute(query)
            if found.description is None:
                raise KgError("The query gives no table: write a SELECT.")
            columns = [column[0] for column in found.description]
            if columns[:2] == _PROGRAM:
                raise KgError(NAMED, name="EXPLAIN")
            return columns, list(map(Bound(rows, size), found))
    except sqlite3.OperationalError as error:
        if _is_refused(error):
            raise _refused(reader) from None
        if raised and isinstance(raised[0], re.error):
            raise KgError(
                "The query has a regular expression that is none ({error}): mend it.", error=raised[0]
            ) from None
        if (raised or str(error) == "interrupted") and time.monotonic() > end:
            raise late from None
        if raised or str(error) == "interrupted":  # by Ctrl-C, which SQLite takes for the clock that ends a query
            raise KeyboardInterrupt from None
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CANTOPEN", "SQLITE_BUSY", "SQLITE_CORRUPT")):
            raise fault(path, error) from None
        raise KgError(NO_SQL, error=error) from None
    except TimeoutError:
        raise late from None
    except (sqlite3.Error, sqlite3.Warning, ValueError, MemoryError) as error:
        if _is_refused(error):
            raise _refused(reader) from None
        if getattr(error, "sqlite_errorname", "") == "SQLITE_TOOBIG":
            raise too_large(size) from None
        raise KgError(FAILED, error=error) from None


def _is_refused(error: BaseException) -> bool:
    return any(word in str(error) for word in ("not authorized", "authorization denied", "prohibited"))


def _refused(reader: Authorizer | None) -> KgError:
    return KgError(NAMED, name=reader.refused) if reader and reader.refused else KgError(REFUSED)


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise TimeoutError after some seconds: SQLite looks at no clock while a regular expression is tried.

    Only the main thread hears it, and only where the system has such a clock.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    begun, handler = time.monotonic(), signal.signal(signal.SIGALRM, _ring)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, handler)
        # What another one waits for still comes.
        signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - begun), 0.001) if left else 0.0, interval)


def _ring(*_: object) -> None:
    raise TimeoutError


def fits(pattern: str, text: str | None) -> bool:
    """Whether a regular expression is found in a text: SQL's `regexp(pattern, text)`, or `text REGEXP pattern`.

    A comment `(?i)(?#has:one|two words)` in it spares the search in texts that have neither "one" nor both other words;
    what follows such a comment is written in lower case.
    """
    if text is None:
        return False
    search, needed = _compiled(pattern)
    if not needed:
        return search(text) is not None
    lower = text.lower()
    for words in needed:
        for word in words:
            if word not in lower:
                break
        else:
            return search(lower if pattern.startswith("(?i)") else text) is not None
    return False


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> tuple[Callable[[str], re.Match[str] | None], tuple[tuple[str, ...], ...]]:
    hint = _HINT.search(pattern)
    if hint is None:
        return re.compile(pattern).search, ()
    needed = tuple(tuple(words.split(" ")) for words in hint[1].split("|"))
    return re.compile(pattern.removeprefix("(?i)")).search, needed
