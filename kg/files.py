"""Atomic file writes, and progress messages for slow operations."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer

LONG = 2.0  # seconds after which a slow operation is logged

_LOG = logging.getLogger(__name__)


def keep(path: Path, pieces: Iterable[bytes | memoryview], mode: int = 0o644) -> None:
    """Write a file atomically, because others may read it at the same time; raises OSError."""
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
    """Log the sentence if the body of the `with` statement takes longer than LONG."""
    timer = Timer(LONG, _LOG.info, [sentence])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
