"""Data packed by gzip, bzip2 or xz, unpacked piece by piece, and no further than what papers shrink to."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, cast

FREE = 64 << 20  # bytes that may come out of however little
RATIO = 100  # times its packed size that anything may have beyond these: texts have ten, lists of papers up to thirty
_PIECE = 1 << 16
_XZ_MEMORY = 256 << 20  # bytes; the strongest setting of xz needs 65 MB


class Damaged(OSError):
    """Packed data that cannot be unpacked, or not to its end: why, and what to do."""

    def __init__(self, why: str, remedy: str = "fetch the file again") -> None:
        super().__init__(why)
        self.remedy = remedy


class _Gzip:
    """zlib's decoder with the methods of those of bz2 and lzma."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(31)

    def decompress(self, data: bytes, most: int) -> bytes:
        return self._decoder.decompress(self._decoder.unconsumed_tail + data, most)

    @property
    def needs_input(self) -> bool:
        return not self._decoder.unconsumed_tail

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data


_FORMS: dict[bytes, tuple[str, Callable[[], Any]]] = {
    b"\x1f\x8b": ("gzip", _Gzip),
    b"BZh": ("bzip2", bz2.BZ2Decompressor),
    b"\xfd7zXZ\0": ("xz", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)),
}
MAGIC = max(map(len, _FORMS))  # bytes that tell whether data is packed


def is_packed(head: bytes) -> bool:
    """Whether data that begins so is packed in one of the forms."""
    return head.startswith(tuple(_FORMS))


def unpacked(stream: BinaryIO, head: bytes) -> BinaryIO:
    """What a stream of packed data that begins with `head` holds; reading raises Damaged."""
    name, make = next(form for magic, form in _FORMS.items() if head.startswith(magic))
    return cast(BinaryIO, io.BufferedReader(_Unpacked(stream, name, make), _PIECE))


class _Unpacked(io.RawIOBase):
    """The unpacked bytes of one packed stream after the other."""

    def __init__(self, stream: BinaryIO, name: str, make: Callable[[], Any]) -> None:
        self._stream, self._name, self._make = stream, name, make
        self._decoder = make()
        self._rest = b""  # what was read and not yet given to the decoder
        self._read = self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._next(len(view))
        except (zlib.error, lzma.LZMAError, EOFError, OSError, MemoryError) as error:
            raise Damaged(f"the {self._name} data is damaged ({str(error) or 'too large'})") from None
        self._given += len(data)
        if self._given > FREE and self._given > RATIO * self._read:
            raise Damaged(
                f"the {self._name} data unpacks to more than {RATIO} times its size, which no papers do",
                "unpack it first if they are",
            )
        view[: len(data)] = data
        return len(data)

    def _next(self, most: int) -> bytes:
        while True:
            if self._decoder.eof:
                self._rest = (self._decoder.unused_data or self._more()).lstrip(b"\0")  # padding
                while not self._rest and (more := self._more()):
                    self._rest = more.lstrip(b"\0")
                if not self._rest:
                    return b""
                self._decoder = self._make()
            is_hungry = self._decoder.needs_input
            data = (self._rest or self._more()) if is_hungry else b""
            if is_hungry:
                self._rest = b""
            out: bytes = self._decoder.decompress(data, most)
            if out:
                return out
            if is_hungry and not data and not self._decoder.eof:
                raise EOFError("it ends early")

    def _more(self) -> bytes:
        data = self._stream.read(_PIECE)
        self._read += len(data)
        return data
