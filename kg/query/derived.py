"""Files beside a graph's data that hold some of it in a form that is found faster; who finds one stale makes it anew.

A file holds a stamp (what it was made from) and sections of plain data, which are mapped into memory and read where
they are needed. Text is kept as sorted lines in blocks, each with a checksum: nothing of a file is believed that is
not whole, and nothing of it is run.
"""

from __future__ import annotations

import hashlib
import mmap
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from heapq import merge
from pathlib import Path
from struct import Struct, error

from kg.files import keep, telling

STAMP = 32  # bytes of a stamp
_MAGIC = b"kg-derived-1\n\0\0\0"
_HEAD = Struct(f"<16s{STAMP}sQ")  # magic, stamp, number of sections
_LENGTH = Struct("<Q")
_BLOCK = Struct("<QI")  # where a block ends, its checksum
_LINES = 64  # in a block
_LONGEST = 512  # bytes of a first line that are compared

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


class Lines:
    """Sorted lines of text in blocks, found by bisection; raises Damaged for a block that is not what was written."""

    def __init__(self, body: memoryview, blocks: memoryview) -> None:
        if len(blocks) % _BLOCK.size:
            raise Damaged
        self.body, self.blocks = body, blocks
        self.count = len(blocks) // _BLOCK.size
        self._first = lru_cache(maxsize=20_000)(self._first_of)
        self._block = lru_cache(maxsize=2_000)(self._lines_of)

    @staticmethod
    def packed(lines: Iterable[str]) -> tuple[bytes, bytes]:
        """The two sections of lines, which are sorted here, each once; a line holds no line break."""
        body, blocks = bytearray(), bytearray()
        ordered = sorted(set(lines))
        for at in range(0, len(ordered), _LINES):
            block = "".join(f"{line}\n" for line in ordered[at : at + _LINES]).encode("utf-8", "replace")
            body += block
            blocks += _BLOCK.pack(len(body), zlib.crc32(block))
        return bytes(body), bytes(blocks)

    def starting(self, prefix: str) -> Iterator[str]:
        """The lines that start with a prefix, in order."""
        key = prefix.encode("utf-8", "replace")
        at = max(bisect_right(range(self.count), key, key=self._first) - 1, 0)
        for n in range(at, self.count):
            for line in self._block(n):
                if line.startswith(prefix):
                    yield line
                elif line > prefix:
                    return

    def __iter__(self) -> Iterator[str]:
        for n in range(self.count):
            yield from self._lines_of(n)

    def _ends(self, n: int) -> tuple[int, int, int]:
        start = _BLOCK.unpack_from(self.blocks, (n - 1) * _BLOCK.size)[0] if n else 0
        end, checksum = _BLOCK.unpack_from(self.blocks, n * _BLOCK.size)
        if not start <= end <= len(self.body):
            raise Damaged
        return start, end, checksum

    def _first_of(self, n: int) -> bytes:
        start, end, _ = self._ends(n)
        return bytes(self.body[start : min(end, start + _LONGEST)]).partition(b"\n")[0]

    def _lines_of(self, n: int) -> list[str]:
        start, end, checksum = self._ends(n)
        block = bytes(self.body[start:end])
        if zlib.crc32(block) != checksum:
            raise Damaged
        try:
            return block.decode().split("\n")[:-1]
        except UnicodeDecodeError:
            raise Damaged from None


class Renewed:
    """Sorted lines of which those of some things hold no more, with the newer lines in their place."""

    def __init__(self, old: Lines, gone: frozenset[str], new: Lines, column: int) -> None:
        """A line names its thing in a column, between tabulators."""
        self.old, self.gone, self.new, self.column = old, gone, new, column

    def starting(self, prefix: str) -> Iterator[str]:
        """The lines that start with a prefix, in order."""
        kept = (line for line in self.old.starting(prefix) if line.split("\t")[self.column] not in self.gone)
        return merge(kept, self.new.starting(prefix))


def fresh(path: Path, stamp: bytes, make: Callable[[], Sections]) -> Parts:
    """The sections of a file, made anew where it is not there, stale or damaged."""
    found = mapped(path)
    return found[1] if found and found[0] == stamp else anew(path, stamp, make)


def anew(path: Path, stamp: bytes, make: Callable[[], Sections]) -> Parts:
    """The sections of a file that is made now; where the folder cannot be written, they are not kept."""
    with telling(f"{path} is made anew from the data, for much has changed; this is done once."):
        sections = make()
        with suppress(OSError):
            keep(path, pieces(stamp, sections))
    return [memoryview(section) for section in sections]
