"""Whose log lies beside a graph's file.

SQLite reads whatever log bears a file's name. Into a file that was put in the place of another one it would write what
belongs to that. So it is kept beside a log whose it is, and looked at before SQLite opens anything.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from kg.files import content, keep

_SAID = logging.getLogger(__name__)
_STEPS = 10_000  # of SQLite's machine, in which a graph says its id


class Mark(NamedTuple):
    """A file with its log: its inode and when it was written last, the inode of the log, the graph's id."""

    file: int
    changed: int
    log: int
    graph: str


def cache_of(path: Path) -> Path:
    """The folder beside a graph's file for what is made from it."""
    return path.with_name(f"{path.name}.cache")


def place(path: Path) -> tuple[int, int]:
    """The device and the inode of a file; zeros where there is none."""
    return _stat(path)[:2]


def mark(path: Path, graph: str) -> Mark:
    """What a file is that is open, and its log."""
    return Mark(*_stat(path)[1:], place(_log(path))[1], graph)


def note(path: Path, new: Mark) -> None:
    """Keep beside a log whose it is, as far as one may write there."""
    if new.log and new != _noted(path):
        with suppress(OSError):
            cache_of(path).mkdir(exist_ok=True)
            keep(_note(path), [json.dumps(new).encode()])


def id_of(path: Path) -> str:
    """What is in a file itself, whatever its log says: its graph's id, or the one that it had before it was restored.

    "" where it has none. SQLite reads it, for to close a file lets go of all locks that a process has on it.
    """
    with (
        suppress(sqlite3.Error, TypeError),
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db,
    ):
        db.set_progress_handler(lambda: 1, _STEPS)
        return str(db.execute("SELECT value FROM about WHERE name IN ('file', 'id') ORDER BY name").fetchone()[0])
    return ""


def is_overwritten(path: Path, known: Mark) -> bool:
    """Whether another graph was written into a file."""
    return _stat(path)[2] != known.changed and id_of(path) not in ("", known.graph)


def set_aside(path: Path, is_open: bool = False) -> None:
    """Put away the log of another file than the one that is there, and say so; one that is open is left empty."""
    log, known = _log(path), _noted(path)
    if known is None or place(log)[1] != known.log:  # a log that came with its file is no other's
        return
    if place(path)[1] == known.file and not is_overwritten(path, known):
        return
    with suppress(OSError):
        log.with_name(f"{log.name[:-4]}-shm").unlink(missing_ok=True)
        if log.stat().st_size:
            aside = log.with_name(f"{log.name}-{secrets.token_hex(4)}")
            shutil.copyfile(log, aside)
            _SAID.warning(
                f"{path} was moved, removed or replaced while it was open: the log of the old file is {aside}."
            )
        if is_open:
            os.truncate(log, 0)
        else:
            log.unlink()


def _stat(path: Path) -> tuple[int, int, int]:
    with suppress(OSError):
        found = path.stat()
        return found.st_dev, found.st_ino, found.st_ctime_ns
    return 0, 0, 0


def _log(path: Path) -> Path:
    path = path.resolve()  # beside the file that a link names
    return path.with_name(f"{path.name}-wal")


def _note(path: Path) -> Path:
    return cache_of(path) / "log.json"


def _noted(path: Path) -> Mark | None:
    with suppress(OSError, ValueError, TypeError):
        return Mark(*json.loads(content(_note(path), 1000)))
    return None
