"""Users' own SQL over a graph's file: read only, and ended when it takes too long or too much."""

from __future__ import annotations

import re
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path

from kg.model import KgError
from kg.store.faults import fault

SECONDS = 30.0
ROWS = 100_000
_STEPS = 20_000  # of SQLite's machine between two looks at the clock
_HINT = re.compile(r"\(\?#has:([^)]+)\)")
_BYTES = 1 << 30  # of memory that a query may take
#: What a query may do: read.
_ALLOWED = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE))

# Sentences that more than one kind of store says.
REFUSED = "The query would change the graph or leave it: only SELECT is allowed."
LATE = "The query took longer than {seconds} s and was ended: ask for less."
MANY = "The query gives more than {n} rows: add a LIMIT."
NO_SQL = "The query is not SQL that the graph understands ({error}): `kg sql` lists its tables."
FAILED = "The query could not be answered ({error}): ask otherwise, or for less."
Table = tuple[list[str], list[tuple[object, ...]]]  # columns and rows


def asked(path: Path, query: str, seconds: float = SECONDS, rows: int = ROWS) -> Table:
    """The columns and rows of a query. Raises KgError for what is no SELECT, and for one that is ended.

    `seconds` that it may take, `rows` that it may give at most.
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
    try:
        with _alarm(seconds), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            db.execute(f"PRAGMA hard_heap_limit = {_BYTES}")
            db.execute("PRAGMA query_only = ON")
            db.create_function("regexp", 2, tried, deterministic=True)
            db.set_authorizer(_allowed)
            db.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
            found = db.execute(query)
            if found.description is None:
                raise KgError("The query gives no table: write a SELECT.")
            return [column[0] for column in found.description], list(_some(found, rows))
    except sqlite3.OperationalError as error:
        if _is_refused(error):
            raise KgError(REFUSED) from None
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
            raise KgError(REFUSED) from None
        raise KgError(FAILED, error=error) from None


def _is_refused(error: BaseException) -> bool:
    return "not authorized" in str(error) or "prohibited" in str(error)


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


def _allowed(action: int, what: str | None, *_: object) -> int:
    # What a virtual table does when it is first asked; nothing can be written through this connection.
    is_look = (action == sqlite3.SQLITE_PRAGMA and what in ("table_info", "data_version")) or (
        action == sqlite3.SQLITE_UPDATE and what == "sqlite_master"
    )
    return sqlite3.SQLITE_OK if action in _ALLOWED or is_look else sqlite3.SQLITE_DENY


def _some(found: sqlite3.Cursor, most: int) -> Iterator[tuple[object, ...]]:
    for number, row in enumerate(found, 1):
        if number > most:
            raise KgError(MANY, n=f"{most:,}")
        yield row
