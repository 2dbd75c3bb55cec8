"""A cache for data that is slow to build from files that seldom change, in the user's cache folder.

A cache file holds a stamp (a hash of the files that the data was built from), a checksum, and the data in Python's
marshal format, which holds no executable code. If the folder cannot be written to, the data is rebuilt in every
process.
"""

from __future__ import annotations

import gc
import hashlib
import marshal
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from kg.files import cache_folder, keep

#: Objects made before the garbage collector looks for cycles: the vocabulary has 300,000, which live until the end.
GARBAGE = 400_000
_Data = TypeVar("_Data")


def stamp(paths: Iterable[Path]) -> bytes:
    """A hash of the contents and names of files, and of the version of Python."""
    digest = hashlib.sha256(sys.version.encode())
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.digest()


def kept(name: str, made_from: bytes, make: Callable[[], _Data]) -> _Data:
    """The value of `make()`, cached under `name` until the stamp `made_from` changes.

    The value may hold numbers, strings, lists, tuples, dicts and sets, which marshal can store. A damaged or stale
    cache file is rebuilt.
    """
    place = folder_of(Path(__file__).resolve().parent) / f"{name}.bin"
    with suppress(OSError, ValueError, EOFError, TypeError):
        content = place.read_bytes()
        if content[:36] == made_from + zlib.crc32(content[36:]).to_bytes(4, "big"):
            with no_search_for_garbage():
                return marshal.loads(content[36:])  # type: ignore[no-any-return]  # by its stamp
    data = make()
    with suppress(OSError, ValueError):
        content = marshal.dumps(data)  # type: ignore[arg-type]
        place.parent.mkdir(parents=True, exist_ok=True)
        keep(place, [made_from, zlib.crc32(content).to_bytes(4, "big"), content], mode=0o600)
    return data


@contextmanager
def no_search_for_garbage() -> Iterator[None]:
    """Turn the garbage collector off while data is loaded: it takes three times as long as the loading itself."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def folder_of(package: Path) -> Path:
    """The folder for what is made of a package's files; a checkout and an installation have one each."""
    return cache_folder() / hashlib.sha256(str(package).encode()).hexdigest()[:8]
