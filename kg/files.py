"""Atomic file writes, and progress messages for slow operations."""

from __future__ import annotations

import errno
import logging
import os
import stat
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from threading import Timer
from typing import Any

from kg.model import KgError

MOST = 200 << 20  # bytes of a file that is read at once
LONG = 2.0  # seconds after which a slow operation is logged

_LOG = logging.getLogger(__name__)


def content(path: str | Path, most: int = MOST) -> bytes:
    """The first `most` bytes of a regular file; raises OSError for a pipe or a device, which may never end."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        return file.read(most)


@cache
def toml_file(module: str, name: str) -> dict[str, Any]:
    """The TOML file of this name that stands beside the file of a module; nobody changes it."""
    return tomllib.loads(Path(module).with_name(name).read_text("utf-8"))


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


def write(path: str | Path, content: str | bytes) -> Path:
    """Write a file atomically; raises KgError if its folder is missing or read-only."""
    with written(path) as put:
        put(content.encode() if isinstance(content, str) else content)
    return Path(path)


@contextmanager
def written(path: str | Path) -> Iterator[Callable[[bytes], None]]:
    """A function that appends bytes to a file; the file is replaced atomically, or not at all after an exception."""
    path = Path(path)
    with write_faults(path):
        if path.is_dir():
            raise KgError(f"{path}: is a folder: give the name of a file in it.")
        if path.exists() and not path.is_file():  # /dev/stdout, a pipe
            out, temporary = path.open("wb"), None
        else:
            final = path.resolve()
            handle, name = tempfile.mkstemp(prefix=f".{final.name[:40]}.", dir=final.parent)
            out, temporary = os.fdopen(handle, "wb"), Path(name)

    def put(data: bytes) -> None:
        with write_faults(path):
            out.write(data)

    try:
        yield put
        with write_faults(path):
            out.close()
            if temporary:
                mask = os.umask(0)
                os.umask(mask)
                temporary.chmod(0o666 & ~mask)
                os.replace(temporary, final)
    except BaseException:
        with suppress(OSError):
            out.close()
        if temporary:
            temporary.unlink(missing_ok=True)
        raise


@contextmanager
def write_faults(path: Path) -> Iterator[None]:
    """Turn an OSError into a KgError that says why the file cannot be written."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise KgError(f"{path}: cannot be written ({reason}): {_what_to_do(path)}") from None


def _what_to_do(path: Path) -> str:
    folder = path.resolve().parent
    if not folder.is_dir():
        return f"make the folder {path.parent} first, or choose another."
    if not os.access(folder, os.W_OK):
        return f"the folder {path.parent} is read-only: choose another."
    return "choose another name or make room."


def cache_folder() -> Path:
    """Where the system keeps what can be made or fetched again: on Linux ~/.cache/kg, moved by XDG_CACHE_HOME."""
    from platformdirs import user_cache_path

    return user_cache_path("kg", appauthor=False)


@contextmanager
def telling(sentence: str) -> Iterator[None]:
    """Log the sentence if the body of the `with` statement takes longer than LONG."""
    with later(LONG, partial(_LOG.info, sentence)):
        yield


@contextmanager
def later(seconds: float, act: Callable[[], object]) -> Iterator[None]:
    """Act after some seconds, unless the body of the `with` statement has ended before."""
    timer = Timer(seconds, act)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
