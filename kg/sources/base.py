"""What a reader is, where readers are found, and the file that they are given."""

from __future__ import annotations

import codecs
import hashlib
import importlib
import io
import pkgutil
import re
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import entry_points
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, BinaryIO, Protocol, cast

from kg.model import Batch, KgError, Source
from kg.sources.packed import MAGIC, Damaged, is_packed, unpacked

GROUP = "kg.sources"
LIMIT = 200 * 1024 * 1024  # bytes of a file, unpacked
TEXT_LIMIT = 100_000  # code points of one text of a paper: ten times the longest abstract, a bound for what follows
_HEAD = 64 * 1024
_IN_MEMORY = 8 * 1024 * 1024  # bytes of what lies in no file of its own; more of it is kept on disk
_PACKED = (".gz", ".bz2", ".xz")
_REPORT = re.compile(r"(\d{3})_")


class Reader(Protocol):
    """Makes documents of one form of file.

    One whose files hold a paper each may say so by `is_single(file) -> bool`: many of them are read side by side.
    """

    name: str  # "digest": what users see

    def sniff(self, file: InputFile) -> float:
        """How sure it is, by what the file holds, that it can read it: 0 (not at all) to 1."""

    def read(self, file: InputFile) -> Batch:
        """The entries of the file; KgError when nothing of it can be read."""


class Held:
    """Bytes that lie in no file of their own: a member of an archive, or standard input. Messages name it `str(held)`.

    `problem` says why it cannot be read, if it cannot.
    """

    def __init__(self, archive: Path | Held | None, inner: str, source: str = "", problem: str = "") -> None:
        self.label = f"{archive}:{inner}" if archive and inner else inner or str(archive)
        self.name: str = f"{archive.name}:{inner}" if archive and inner else inner  # what a source's file is called
        self.stem = PurePosixPath(inner).name  # what its own file was called
        self.source = source or source_name(PurePosixPath(self.stem))
        self.is_member = archive is not None
        self.problem = problem
        self._keep()

    @classmethod
    def copy_of(cls, path: Path) -> Held:
        """The bytes of a file, under its names; raises OSError."""
        made = cls(None, str(path), source_name(path))
        made.name = made.stem = path.name
        made.write(path.read_bytes())
        return made

    def __str__(self) -> str:
        return self.label

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs: the bytes themselves."""
        with self.open() as file:
            return self.__dict__ | {"_data": file.read()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._keep()
        self.write(state["_data"])

    def _keep(self) -> None:
        self._data: Any = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # as long as this lives
        weakref.finalize(self, self._data.close)

    def write(self, data: bytes) -> None:
        """Add bytes, before any are read."""
        self._data.write(data)

    def open(self) -> BinaryIO:
        """The bytes from the first on, wherever others who opened it are at."""
        return cast(BinaryIO, io.BufferedReader(_View(self._data)))


class _View(io.RawIOBase):
    """One reader's place in a file that several read."""

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
    """A file that holds one paper, for another process to read: its bytes, and what is known of it before."""

    held: Held
    name: str | None  # of the source, where a user gives one
    source: Source  # but for its form and date
    weight: int  # how many documents it counts as where work is shared out

    @property
    def id(self) -> str:
        """What messages call it."""
        return str(self.held)


class InputFile:
    """A file to read, plain or packed (gzip, bzip2, xz), bounded in size.

    KgError when it is missing, empty or unreadable.
    """

    def __init__(self, path: Path | Held, name: str | None = None) -> None:
        self.path = path
        self.name = name or (path.source if isinstance(path, Held) else source_name(path))
        with self._told():
            if isinstance(path, Held):
                if path.problem:
                    raise KgError(f"{path}: {path.problem}")
            elif not path.is_file():
                raise KgError(f"{path}: {_no_file(path)}")
            with self.stored() as file:
                self._start = file.read(MAGIC)
            self.packed = is_packed(self._start)
            with self.open() as stream:
                self.head: bytes = stream.read(_HEAD)
        if not self.head.strip():
            raise KgError(f"{path}: the file is empty: give a file with papers.")

    @property
    def own_name(self) -> str:
        """What the file is called, without the archive that it lies in."""
        return self.path.stem if isinstance(self.path, Held) else self.path.name

    @contextmanager
    def stored(self) -> Iterator[BinaryIO]:
        """The bytes as they are stored, packed or not."""
        with self.path.open() if isinstance(self.path, Held) else self.path.open("rb") as file:
            yield file

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The bytes, unpacked. The caller keeps to LIMIT (`text`, or its own count)."""
        with self.stored() as file:
            yield unpacked(file, self._start) if self.packed else file

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except Damaged as error:
            raise KgError(f"{self.path}: {error}: {error.remedy}.") from None
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            reason = getattr(error, "strerror", None) or str(error)
            raise KgError(f"{self.path}: cannot be read ({reason}): check the name and its permissions.") from None

    def text(self) -> str:
        """The whole file, line ends as they are; KgError when it is over LIMIT or not UTF-8."""
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
        """The bytes in pieces of at most `size`; KgError where the file is damaged or passes LIMIT."""
        total = 0
        with self._told(), self.open() as stream:
            while data := stream.read(size):
                total += len(data)
                if total > LIMIT:
                    raise KgError(f"{self.path}: holds more than {LIMIT >> 20} MB: split it into smaller files.")
                yield data

    def lines(self, longest: int) -> Iterator[tuple[int, bytes | str]]:
        """Numbered lines as bytes, in a stream; a sentence (str) where one is longer than `longest` bytes.

        Ends with a sentence where the file is damaged or passes LIMIT.
        """
        number, total = 0, 0
        try:
            with self.open() as stream:
                while line := stream.readline(longest + 1):
                    number, total = number + 1, total + len(line)
                    size = len(line)
                    while not line.endswith(b"\n") and size > longest:  # read on to the end of the line
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

    def held(self) -> Held:
        """The bytes as they are stored, apart from where they lie."""
        with self._told():
            return self.path if isinstance(self.path, Held) else Held.copy_of(self.path)

    @cached_property
    def size(self) -> int:
        """Bytes as they are stored."""
        with self._told(), self.stored() as file:
            return file.seek(0, io.SEEK_END)

    @cached_property
    def sha256(self) -> str:
        """Of the bytes as they are stored."""
        with self._told(), self.stored() as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # a BinaryIO has all

    def start(self) -> str:
        """The first 64 KB as text, for sniffing; what is not UTF-8 is replaced."""
        return self.head.decode(errors="replace").lstrip("\ufeff")

    def is_binary(self) -> bool:
        controls = sum(byte < 32 and byte not in b"\t\n\r\f" for byte in self.head)
        return controls * 20 > len(self.head) or b"\0" in self.head

    def is_other_text(self) -> bool:
        """Whether it is text of another encoding than UTF-8: UTF-16, else no binary file (GBK, ...)."""
        if self.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return True
        one, other = self.head[::2].count(0), self.head[1::2].count(0)
        if min(one, other) * 50 < max(one, other) and max(one, other) * 5 > len(self.head) * 2:  # UTF-16 without a mark
            return True
        try:
            codecs.getincrementaldecoder("utf-8")().decode(self.head)  # a character may be cut at the end
        except UnicodeDecodeError:
            return not self.is_binary()
        return False


def _too_long(most: int) -> str:
    return f"the line is longer than {most >> 10} KB: write one paper a line, and see whether quotes and braces end."


def _no_file(path: Path) -> str:
    if path.is_dir():
        return "is a folder, not a file: give the files in it."
    if path.exists():
        return "is not a plain file: save what it gives to a file first."
    return "there is no such file: check the name."


def source_name(path: PurePath) -> str:
    """The three digits before the first "_" of a file name, else the name without its endings.

    >>> source_name(Path("002_1d65928815f09800.txt")), source_name(Path("papers.jsonl.gz"))
    ('002', 'papers')
    """
    report = _REPORT.match(path.name)
    if report:
        return report[1]
    stem = PurePath(path.stem).stem if path.suffix.lower() in _PACKED else path.stem
    return stem or path.name


@cache
def readers() -> tuple[Reader, ...]:
    """All readers by name: the files of this package first, then the entry points "kg.sources" of others."""
    found: dict[str, Reader] = {}
    package = importlib.import_module("kg.sources")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        reader = getattr(importlib.import_module(f"kg.sources.{module.name}"), "READER", None)
        if reader is not None:
            found[reader.name] = reader
    for entry in entry_points(group=GROUP):
        if entry.name not in found:
            loaded = entry.load()
            reader = loaded() if isinstance(loaded, type) else loaded
            found.setdefault(reader.name, reader)
    return tuple(found.values())
