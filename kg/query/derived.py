"""Cache files of a graph that hold some of its data in a form that is faster to read; a stale one is made again.

A file holds a stamp (what it was made from) and sections of plain data, which are mapped into memory and read where
they are needed. Each reader checks its own sections, and nothing of a file is run.
"""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from struct import Struct, error

from kg.files import keep, telling

STAMP = 32  # bytes of a stamp
_MAGIC = b"kg-derived-1\n\0\0\0"
_HEAD = Struct(f"<16s{STAMP}sQ")  # magic, stamp, number of sections
_LENGTH = Struct("<Q")

Parts = Sequence[memoryview]
Sections = Sequence[bytes | memoryview]


class Damaged(Exception):
    """A file is not what was written."""


def stamp_of(*parts: bytes) -> bytes:
    """A stamp made of what a file depends on."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def pieces(stamp: bytes, sections: Sections) -> list[bytes | memoryview]:
    """The bytes of a file, piece by piece: the same for the same stamp and sections."""
    lengths = b"".join(_LENGTH.pack(len(section)) for section in sections)
    return [_HEAD.pack(_MAGIC, stamp, len(sections)) + lengths, *sections]


def unpacked(data: memoryview) -> tuple[bytes, Parts]:
    """The stamp and the sections of a file's bytes; raises Damaged."""
    try:
        magic, stamp, count = _HEAD.unpack_from(data)
        if magic != _MAGIC or count > 64:
            raise Damaged
        lengths = [_LENGTH.unpack_from(data, _HEAD.size + n * _LENGTH.size)[0] for n in range(count)]
    except error:
        raise Damaged from None
    at = _HEAD.size + count * _LENGTH.size
    if at + sum(lengths) != len(data):
        raise Damaged
    parts = []
    for length in lengths:
        parts.append(data[at : at + length])
        at += length
    return stamp, parts


def mapped(path: Path) -> tuple[bytes, Parts] | None:
    """The stamp and the sections of a file, mapped into memory; None where there is none or it is damaged."""
    try:
        with path.open("rb") as file:
            return unpacked(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
    except (OSError, ValueError, Damaged):  # an empty file cannot be mapped: ValueError
        return None


def fresh(path: Path, stamp: bytes, make: Callable[[], Sections]) -> Parts:
    """The sections of a file, made anew where it is not there, stale or damaged."""
    found = mapped(path)
    return found[1] if found and found[0] == stamp else anew(path, stamp, make)


def anew(path: Path, stamp: bytes, make: Callable[[], Sections]) -> Parts:
    """The sections of a file that is made now; where the folder cannot be written, they are not kept."""
    with telling(f"{path} is made anew from the data, for much has changed; this is done once."):
        with suppress(OSError):
            path.parent.mkdir(exist_ok=True)
        sections = make()
        with suppress(OSError):
            keep(path, pieces(stamp, sections))
    return [memoryview(section) for section in sections]
