"""What users are told when a graph's file fails: a sentence that says what, where and what to do."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.model import KgError

#: Errors of a lock on a disk that has none, as that of a network may.
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)


class Fault(KgError):
    """The graph's file cannot be read or written: no use in going on."""


class Unstorable(KgError):
    """An entry holds what the graph's database cannot; others are stored."""


class Damage(Fault):
    """The graph's file is not as it was written: `kg rebuild` saves what can be read of it."""


def fault(path: Path | None, error: Exception) -> Fault:
    """What to tell of a failure of the file system or of SQLite."""
    said = str(error)
    code = getattr(error, "sqlite_errorname", "")
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Fault(f"The graph {path} is being written by another process: wait until it is done.")
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "malformed JSON" in said:
        return Damage(f"The graph {path} is damaged ({said}): {remedy(path)}")
    refused = isinstance(error, PermissionError) or (isinstance(error, OSError) and error.errno == errno.EROFS)
    if refused or code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return Fault(
            f"The graph {path} cannot be written or read here: check the permissions of the file and its folder."
        )
    if isinstance(error, OSError) and error.errno in _NO_LOCKS:
        return Fault(
            f"The disk of the graph {path} keeps no locks, without which two could write at once: "
            "keep the graph on a disk of this machine."
        )
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or code == "SQLITE_FULL":
        return Fault(f"The disk of the graph {path} is full: make room and do it again; what counted before is whole.")
    return Fault(
        f"The graph {path or 'in memory'} cannot be read or written ({said}): check the disk, and do it again."
    )


def remedy(path: Path | None) -> str:
    """What to do where a file is damaged."""
    if path is None:
        return "put a copy in its place."
    return f"run `kg rebuild --graph {path}`, which saves every source that can still be read."


@contextmanager
def told(path: Path | None) -> Iterator[None]:
    """Raise what users are told in the place of an error of SQLite or of the file system."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise fault(path, error) from None
