"""The reader protocol, and the input file that readers get."""

from __future__ import annotations

import codecs
import hashlib
import io
import os
import re
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, BinaryIO, Protocol, cast

from kg.model import Batch, KgError, Source
from kg.sources.packed import MAGIC, DamagedData, is_packed, unpacked

LIMIT = 200 * 1024 * 1024  # bytes of an input file, after decompression
TEXT_LIMIT = 100_000  # code points of one text of a paper
READ_LIMIT = 30_000  # code points of a text that are read: three times the longest abstract
_HEAD = 64 * 1024
_IN_MEMORY = 8 * 1024 * 1024  # bytes held in memory; longer data is spooled to disk
_LONGEST_NAME = 200  # code points of a source's name
_PACKED = (".gz", ".bz2", ".xz")
_REPORT = re.compile(r"(\d{3})_")


class Reader(Protocol):
    """Reads the documents of one file format.

    A reader may define `is_single(file) -> bool` to say that a file holds exactly one paper; such files are read in
    parallel.
    """

    name: str  # shown to users, such as "digest"

    def sniff(self, file: InputFile) -> float:
        """Confidence from 0 to 1 that it can read the file, judged by the content."""

    def read(self, file: InputFile) -> Batch:
        """Read the entries of the file; raises KgError when none can be read."""


class HeldFile:
    """Bytes without a file of their own: an archive member or standard input.

    `str(held)` is its name in messages. `problem` is the reason why it cannot be read, "" when it can.
    """

    def __init__(self, archive: Path | HeldFile | None, inner: str, source: str = "", problem: str = "") -> None:
        self.label = f"{archive}:{inner}" if archive and inner else inner or str(archive)
        self.name: str = f"{archive.name}:{inner}" if archive and inner else inner  # file name in the source's metadata
        self.archive = str(archive) if archive and inner else ""
        self.inner = inner  # its name in the archive
        self.stem = PurePosixPath(inner).name  # file name without the archive
        self.source = source or source_name(PurePosixPath(self.stem))
        self.is_member = archive is not None
        self.beside: dict[str, str] = {}  # bibliographies of a paper's source, by name
        self.problem = problem
        self._keep()

    @classmethod
    def copy_of(cls, path: Path) -> HeldFile:
        """A copy of a file's bytes, with its names; raises OSError."""
        made = cls(None, str(path), source_name(path))
        made.name = made.stem = path.name
        with opened(path) as file:
            made.write(file.read() or b"")
        return made

    def __str__(self) -> str:
        return self.label

    def __getstate__(self) -> dict[str, Any]:
        """State for pickling, including the bytes."""
        with self.open() as file:
            return self.__dict__ | {"_data": file.read()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._keep()
        self.write(state["_data"])

    def _keep(self) -> None:
        self._data: Any = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed by weakref
        weakref.finalize(self, self._data.close)

    def write(self, data: bytes) -> None:
        """Append bytes; allowed only before the first read."""
        self._data.write(data)

    def open(self) -> BinaryIO:
        """A new stream from the first byte; streams have independent positions."""
        return cast(BinaryIO, io.BufferedReader(_View(self._data)))


class _View(io.RawIOBase):
    """A read-only stream with its own position in a shared file."""

    def __init__(self, data: BinaryIO) -> None:
        self._data, self._at = data, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, to: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at}.get(whence)
        self._at = max(0, self._data.seek(0, io.SEEK_END) + to if base is None else base + to)
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        self._data.seek(self._at)
        data = self._data.read(len(view))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


@dataclass(frozen=True, slots=True)
class Unread:
    """A file with one paper that another process will read: its bytes, and what is known without reading it."""

    held: HeldFile
    name: str | None  # of the source, if the user chose one
    source: Source  # preliminary: format and date are set when the file is read
    weight: int  # load, in documents

    @property
    def id(self) -> str:
        """Name of the file in messages."""
        return str(self.held)


class InputFile:
    """An input file, plain or compressed (gzip, bzip2, xz), limited in size.

    Raises KgError when it is missing, empty or unreadable.
    """

    def __init__(self, path: Path | HeldFile, name: str | None = None, is_whole: bool = False) -> None:
        self.path = path
        self.is_whole = is_whole  # whether bodies are read too, where the format has them
        if name and (len(name) > _LONGEST_NAME or not name.isprintable()):
            raise KgError(f"{path}: the name for it is too long or holds characters that do not print: choose another.")
        self.name = name or (path.source if isinstance(path, HeldFile) else source_name(path))
        with self._told():
            if isinstance(path, HeldFile):
                if path.problem:
                    raise KgError(f"{path}: {path.problem}")
            elif not path.is_file():
                raise KgError(f"{path}: {_no_file(path)}")
            with self.stored() as file:
                self._start = file.read(MAGIC) or b""
            self.packed = is_packed(self._start)
            with self.open() as stream:
                self.head: bytes = stream.read(_HEAD) or b""
        if not self.head.strip():
            raise KgError(f"{path}: the file is empty: give a file with papers.")

    @property
    def file_name(self) -> str:
        """File name as the graph keeps it."""
        return in_unicode(self.path.name)

    @property
    def own_name(self) -> str:
        """File name without the archive that holds the file."""
        return self.path.stem if isinstance(self.path, HeldFile) else self.path.name

    @contextmanager
    def stored(self) -> Iterator[BinaryIO]:
        """Open the bytes as stored, without decompression."""
        with self.path.open() if isinstance(self.path, HeldFile) else opened(self.path) as file:
            yield file

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the decompressed bytes. The caller enforces LIMIT (by `text`, or by counting)."""
        with self.stored() as file:
            yield unpacked(file, self._start) if self.packed else file

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DamagedData as error:
            raise KgError(f"{self.path}: {error}: {error.remedy}.") from None
        except (OSError, ValueError) as error:  # ValueError: the name contains NUL
            reason = getattr(error, "strerror", None) or str(error)
            raise KgError(f"{self.path}: cannot be read ({reason}): check the name and its permissions.") from None

    def text(self) -> str:
        """The whole text, with its line ends; raises KgError when it exceeds LIMIT or is not UTF-8."""
        with self._told(), self.open() as stream:
            data = stream.read(LIMIT + 1)
        if len(data) > LIMIT:
            raise KgError(f"{self.path}: holds more than {LIMIT >> 20} MB: split it into smaller files.")
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise KgError(
                f"{self.path}: byte {error.start} (line {line}) is not valid UTF-8: save the file as UTF-8."
            ) from None

    def chunks(self, size: int = 1 << 16) -> Iterator[bytes]:
        """Yield the bytes in chunks of at most `size`; raises KgError when the file is damaged or exceeds LIMIT."""
        total = 0
        with self._told(), self.open() as stream:
            while data := stream.read(size):
                total += len(data)
                if total > LIMIT:
                    raise KgError(f"{self.path}: holds more than {LIMIT >> 20} MB: split it into smaller files.")
                yield data

    def lines(self, longest: int) -> Iterator[tuple[int, bytes | str]]:
        """Yield numbered lines as bytes; an error message (str) replaces a line longer than `longest` bytes.

        The last item is an error message when the file is damaged or exceeds LIMIT.
        """
        number, total = 0, 0
        try:
            with self.open() as stream:
                while line := stream.readline(longest + 1):
                    number, total = number + 1, total + len(line)
                    size = len(line)
                    while not line.endswith(b"\n") and size > longest:  # skip to the end of the line
                        rest = stream.readline(1 << 20)
                        if not rest or total > LIMIT:
                            break
                        size, total, line = size + len(rest), total + len(rest), rest
                    if total > LIMIT:
                        yield number, f"the file holds more than {LIMIT >> 20} MB and was read to here: split it."
                        return
                    yield number, line if size <= longest else _too_long(longest)
        except OSError as error:
            yield number + 1, f"the file is damaged or ends early ({error}): fetch it again."

    def held(self) -> HeldFile:
        """A copy of the stored bytes that does not depend on the file."""
        with self._told():
            return self.path if isinstance(self.path, HeldFile) else HeldFile.copy_of(self.path)

    @cached_property
    def size(self) -> int:
        """Size in bytes, as stored."""
        with self._told(), self.stored() as file:
            return file.seek(0, io.SEEK_END)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the stored bytes."""
        with self._told(), self.stored() as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # a BinaryIO has all

    @lru_cache(2)  # noqa: B019 - each reader asks
    def start(self) -> str:
        """The first 64 KB as text, for sniffing; invalid UTF-8 is replaced."""
        return self.head.decode(errors="replace").lstrip("\ufeff")

    def is_binary(self) -> bool:
        controls = sum(byte < 32 and byte not in b"\t\n\r\f" for byte in self.head)
        return controls * 20 > len(self.head) or b"\0" in self.head

    def is_other_text(self) -> bool:
        """Whether the file is text in an encoding other than UTF-8: UTF-16, or any other text (GBK, ...)."""
        if self.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return True
        one, other = self.head[::2].count(0), self.head[1::2].count(0)
        if min(one, other) * 50 < max(one, other) and max(one, other) * 5 > len(self.head) * 2:  # UTF-16 without a BOM
            return True
        try:
            codecs.getincrementaldecoder("utf-8")().decode(self.head)  # the last character may be incomplete
        except UnicodeDecodeError:
            return not self.is_binary()
        return False


def opened(path: Path) -> BinaryIO:
    """A file to read, which never waits for data: some files of the system (/proc/kmsg) have no end."""
    return open(path, "rb", opener=_without_waiting)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _too_long(most: int) -> str:
    return f"the line is longer than {most >> 10} KB: write one paper a line, and see whether quotes and braces end."


def _no_file(path: Path) -> str:
    if path.is_dir():
        return "is a folder, not a file: give the files in it."
    if path.exists():
        return "is not a regular file: save its content to a file first."
    return "there is no such file: check the name."


def source_name(path: PurePath) -> str:
    """The source name of a file: three digits before the first "_", else the name without extensions.

    >>> source_name(Path("002_1d65928815f09800.txt")), source_name(Path("papers.jsonl.gz"))
    ('002', 'papers')
    """
    report = _REPORT.match(path.name)
    if report:
        return report[1]
    stem = PurePath(path.stem).stem if path.suffix.lower() in _PACKED else path.stem
    return in_unicode(stem or path.name)


def in_unicode(name: str) -> str:
    """A file name with a mark in the place of bytes that are no UTF-8, which some file systems allow."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
