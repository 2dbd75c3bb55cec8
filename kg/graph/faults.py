"""What a store's user is told when files fail: a sentence that says what, where and what to do."""

from __future__ import annotations

import re
from pathlib import Path

from kg.model import KgError

#: What pyoxigraph raises when files fail; a file that is gone is a RuntimeError.
FAILURES = (OSError, RuntimeError)
#: What a reader is told of data that a writer has just begun to make.
_UNMADE = re.compile("Column family not found|Inserts are only possible")
#: What a reader is told of files that a writer has just taken away.
_GONE = re.compile("No such file|wal_dir not found")


class Fault(KgError):
    """The store's files cannot be read or written: no use in going on."""


class Damage(Fault):
    """The store's files are not as they were written: `kg rebuild` makes them anew."""


def fault(folder: Path | None, error: Exception) -> Fault:
    """What to tell of a failure of the file system or of RocksDB, which says it all in words."""
    said = str(error)
    if _UNMADE.search(said):
        return Fault(f"There is no graph at {folder} yet: make one with kg add.")
    if is_locked(error):
        return Fault(f"The graph {folder} is being written by another process: wait until it is done.")
    if isinstance(error, PermissionError) or "Permission denied" in said or "Read-only file system" in said:
        return Fault(f"The graph {folder} cannot be written or read here: check the folder's permissions.")
    if any(words in said for words in ("No space left", "File too large", "quota exceeded")):
        return Fault(
            f"The disk of the graph {folder} is full: make room and do it again; what counted before is whole."
        )
    what = f"The graph {folder or 'in memory'} cannot be read or written ({said.splitlines()[0]})"
    if folder is None or any(words in said for words in ("Too many open files", "Cannot allocate memory")):
        return Fault(f"{what}: end other programs and do it again.")
    return Damage(f"{what}: {remedy(folder)}")


def is_passing(error: Exception) -> bool:
    """Whether a reader met what a writer has just begun to make, or taken away: it is there a moment later."""
    return bool(_GONE.search(str(error)) or _UNMADE.search(str(error)))


def is_locked(error: Exception) -> bool:
    """Whether data could not be opened because another process has them open."""
    return re.search(r"\block\b", str(error), re.IGNORECASE) is not None


def remedy(folder: Path) -> str:
    """What to do where data are damaged."""
    return f"run `kg rebuild --graph {folder}`, which makes its data anew from the sources that it keeps."
