"""Users' own SQL over a graph's file: read only, and ended when it takes too long or too much."""

from __future__ import annotations

import re
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from kg.apart import STATM, Late, Lost, apart
from kg.model import KgError
from kg.store.database import Table
from kg.store.faults import fault
from kg.store.sqlite_guard import Authorizer, for_reading, harden

SECONDS = 30.0
ROWS = 100_000
#: Bytes of Python's memory that the rows of a query may take: as a table, CSV or JSON they take a multiple.
SIZE = 128 << 20
_STEPS = 20_000  # of SQLite's machine between two looks at the clock
_PROGRAM = ["addr", "opcode"]  # the first columns of an EXPLAIN, which shows addresses in memory
_HINT = re.compile(r"\(\?#has:([^)]+)\)")
#: Bytes that the process of a query may take, its temporary tables too, beyond what the process held before.
MEMORY = 512 << 20

# Sentences that more than one kind of store says.
REFUSED = "The query would change the graph or leave it: only SELECT is allowed."
LATE = "The query took longer than {seconds} s and was ended: ask for less."
NAMED = "The query uses {name}, which is not allowed: docs/schema.md lists what is."
MANY = "The query gives more than {n} rows: add a LIMIT."
LARGE = "The query gives more than {n} MB: ask for fewer rows or columns, or add a LIMIT."
NO_SQL = "The query is not SQL that the graph understands ({error}): `kg sql` lists its tables."
FAILED = "The query could not be answered ({error}): ask otherwise, or for less."
_SHORT = "out of memory"
NO_PROCESS = "No process can be started for the query ({error}): end other programs, and ask again."


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

    It may take `seconds`, and give `rows` that take `size` bytes of memory at most. It runs in a fork of this process,
    for SQLite looks at no clock within a step. The fork opens the file anew; there, SQLite takes the locks of this
    process for its own, and they are held as long as this process waits.
    """
    try:
        return apart(lambda: _found(path, query, seconds, rows, size), int(seconds) + 2, MEMORY, seconds)
    except Late:
        raise KgError(LATE, seconds=f"{seconds:g}") from None
    except Lost:
        raise KgError(FAILED, error=_SHORT) from None
    except OSError as reason:
        raise KgError(NO_PROCESS, error=reason) from None


def _found(path: Path, query: str, seconds: float, rows: int, size: int) -> Table:
    end = time.monotonic() + seconds
    raised: list[re.error] = []

    def tried(pattern: str, text: str | None) -> bool:
        try:
            return fits(pattern, text)
        except re.error as error:  # which SQLite keeps to itself
            raised.append(error)
            raise

    reader: Authorizer | None = None
    try:
        with closing(sqlite3.connect(for_reading(path), uri=True)) as db:
            if not STATM.exists():  # else the fork has a limit of its own; this one counts what the process held before
                db.execute(f"PRAGMA hard_heap_limit = {MEMORY}")
            db.execute("PRAGMA temp_store = MEMORY")
            db.execute("PRAGMA query_only = ON")
            db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, size)
            harden(db)
            db.create_function("regexp", 2, tried, deterministic=True)
            db.set_authorizer(reader := Authorizer(db))
            db.set_progress_handler(lambda: time.monotonic() > end, _STEPS)  # all that ends it on a system without fork
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
        if raised:
            raise KgError(
                "The query has a regular expression that is none ({error}): mend it.", error=raised[0]
            ) from None
        if str(error) == "interrupted":
            raise KgError(LATE, seconds=f"{seconds:g}") from None
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CANTOPEN", "SQLITE_BUSY", "SQLITE_CORRUPT")):
            raise fault(path, error) from None
        raise KgError(NO_SQL, error=error) from None
    except (sqlite3.Error, sqlite3.Warning, ValueError, MemoryError) as error:
        if _is_refused(error):
            raise _refused(reader) from None
        if getattr(error, "sqlite_errorname", "") == "SQLITE_TOOBIG":
            raise too_large(size) from None
        raise KgError(FAILED, error=str(error) or _SHORT) from None


def _is_refused(error: BaseException) -> bool:
    return any(word in str(error) for word in ("not authorized", "authorization denied", "prohibited"))


def _refused(reader: Authorizer | None) -> KgError:
    return KgError(NAMED, name=reader.refused) if reader and reader.refused else KgError(REFUSED)


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
