"""Decompress gzip, bzip2 or xz data as a stream, up to the compression ratio that papers can reach."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, cast

FREE = 64 << 20  # bytes that any input may decompress to
RATIO = 100  # largest compression ratio beyond that; texts reach 10, lists of papers up to 30
#: What Python's decoders raise for damaged data.
DAMAGED = (zlib.error, lzma.LZMAError, EOFError, OSError, MemoryError)
_PIECE = 1 << 16
_XZ_MEMORY = 256 << 20  # bytes; the strongest setting of xz needs 65 MB


class DamagedData(OSError):
    """Compressed data that is damaged or incomplete; `remedy` says what to do."""

    def __init__(self, why: str, remedy: str = "fetch the file again") -> None:
        super().__init__(why)
        self.remedy = remedy


class _Gzip:
    """zlib's decompressor with the interface of bz2 and lzma."""

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
MAGIC = max(map(len, _FORMS))  # bytes needed to recognize compressed data


def is_packed(head: bytes) -> bool:
    """Whether data that starts with `head` is compressed in a supported format."""
    return head.startswith(tuple(_FORMS))


def unpacked(stream: BinaryIO, head: bytes) -> BinaryIO:
    """Decompress a stream that starts with `head`; reading from the result raises DamagedData."""
    name, make = next(form for magic, form in _FORMS.items() if head.startswith(magic))
    return cast(BinaryIO, io.BufferedReader(_Unpacked(stream, name, make), _PIECE))


class _Unpacked(io.RawIOBase):
    """The decompressed bytes of one or more concatenated streams."""

    def __init__(self, stream: BinaryIO, name: str, make: Callable[[], Any]) -> None:
        self._stream, self._name, self._make = stream, name, make
        self._decoder = make()
        self._rest = b""  # read but not yet decompressed
        self._read = self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._next(len(view))
        except DAMAGED as error:
            raise DamagedData(f"the {self._name} data is damaged ({str(error) or 'too large'})") from None
        self._given += len(data)
        if self._given > FREE and self._given > RATIO * self._read:
            raise DamagedData(
                f"the {self._name} data unpacks to more than {RATIO} times its size, which papers never do",
                "unpack it first if you trust it",
            )
        view[: len(data)] = data
        return len(data)

    def _next(self, most: int) -> bytes:
        while True:
            if self._decoder.eof:
                self._rest = (self._decoder.unused_data or self._more()).lstrip(b"\0")  # skip padding
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
