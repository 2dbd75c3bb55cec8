"""Files that the program keeps for itself: written whole or not at all, with a word to users where that takes long."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer

LONG = 2.0  # seconds from which on users are told what takes so long

_LOG = logging.getLogger(__name__)


def keep(path: Path, pieces: Iterable[bytes | memoryview], mode: int = 0o644) -> None:
    """Write a file of some pieces whole or not at all, for others may read meanwhile; raises OSError."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
        os.chmod(draft, mode)
        os.replace(draft, path)
    except OSError:
        with suppress(OSError):
            os.unlink(draft)
        raise


def cache_folder() -> Path:
    """Where the system keeps what can be made or fetched again: on Linux ~/.cache/kg, moved by XDG_CACHE_HOME."""
    from platformdirs import user_cache_path

    return user_cache_path("kg", appauthor=False)


def state_folder() -> Path:
    """Where the system keeps what a user did: on Linux ~/.local/state/kg, moved by XDG_STATE_HOME."""
    from platformdirs import user_state_path

    return user_state_path("kg", appauthor=False)


@contextmanager
def telling(sentence: str) -> Iterator[None]:
    """Tell the log what is done meanwhile, where that takes long."""
    timer = Timer(LONG, _LOG.info, [sentence])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
