"""Temporary folders of servers, each with a lock: those that killed servers left behind go with the next start."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

_LOCK = "lock"


def scratch(prefix: str) -> tuple[Path, tuple[int, ...]]:
    """A new folder, with the handle of its lock; folders of this prefix whose lock nobody holds are removed.

    A process that inherits the lock keeps the folder.
    """
    made = Path(tempfile.mkdtemp(prefix="kg-new-"))
    try:
        import fcntl
    except ImportError:  # no such locks on this system
        return made, ()
    lock = os.open(made / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    with suppress(OSError):  # there may be none on this disk; then nothing is removed
        fcntl.flock(lock, fcntl.LOCK_EX)
    for left in made.parent.glob(f"{prefix}*"):
        with suppress(OSError):
            if left.is_symlink() or left.stat().st_uid != made.stat().st_uid:
                continue
            with (left / _LOCK).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left)
    return made.rename(made.with_name(made.name.replace("kg-new-", prefix))), (lock,)


@cache
def keep_sockets() -> None:
    """Let `multiprocessing` keep its sockets in such a folder: its own, "pymp-*", stay behind where it is killed."""
    folder, _ = scratch("kg-run-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    vars(multiprocessing.current_process()).get("_config", {})["tempdir"] = str(folder)
