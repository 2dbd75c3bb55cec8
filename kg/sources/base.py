"""What a reader is, where readers are found, and the file that they are given."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import importlib
import pkgutil
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from importlib.metadata import entry_points
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from kg.model import Batch, KgError

GROUP = "kg.sources"
LIMIT = 200 * 1024 * 1024  # bytes of a file, unpacked
TEXT_LIMIT = 100_000  # code points of one text of a paper: ten times the longest abstract, a bound for what follows
_HEAD = 64 * 1024
_GZIP = b"\x1f\x8b"
_BAD_GZIP = (EOFError, zlib.error, gzip.BadGzipFile)
_REPORT = re.compile(r"(\d{3})_")


class Reader(Protocol):
    """Makes documents of one form of file."""

    name: str  # "digest": what users see

    def sniff(self, file: InputFile) -> float:
        """How sure it is, by what the file holds, that it can read it: 0 (not at all) to 1."""

    def read(self, file: InputFile) -> Batch:
        """The entries of the file; KgError when nothing of it can be read."""


class InputFile:
    """A file to read, plain or gzip, bounded in size; KgError when it is missing, empty or unreadable."""

    def __init__(self, path: Path, name: str | None = None) -> None:
        self.path = path
        self.name = name or source_name(path)
        with self._told():
            if not path.is_file():
                raise KgError(f"{path}: {_no_file(path)}")
            with path.open("rb") as file:
                self.packed = file.read(2) == _GZIP
            with self.open() as stream:
                self.head: bytes = stream.read(_HEAD)
        if not self.head.strip():
            raise KgError(f"{path}: the file is empty: give a file with papers.")

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The bytes, unpacked. The caller keeps to LIMIT (`text`, or its own count)."""
        with self.path.open("rb") as file:
            yield cast(BinaryIO, gzip.GzipFile(fileobj=file)) if self.packed else file

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except _BAD_GZIP as error:
            raise KgError(f"{self.path}: the gzip data is damaged ({error}): fetch the file again.") from None
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
                    yield number, line if size <= longest else f"the line is longer than {longest >> 10} KB."
        except (*_BAD_GZIP, OSError) as error:
            yield number + 1, f"the file is damaged or ends early ({error}): fetch it again."

    @cached_property
    def sha256(self) -> str:
        """Of the bytes as they stand on disk."""
        with self._told(), self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def start(self) -> str:
        """The first 64 KB as text, for sniffing; what is not UTF-8 is replaced."""
        return self.head.decode(errors="replace").lstrip("\ufeff")

    def is_binary(self) -> bool:
        controls = sum(byte < 32 and byte not in b"\t\n\r\f" for byte in self.head)
        return controls * 20 > len(self.head) or b"\0" in self.head

    def is_other_text(self) -> bool:
        """Whether it is text of another encoding than UTF-8: UTF-16 by its mark, else no binary file (GBK, ...)."""
        if self.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return True
        try:
            codecs.getincrementaldecoder("utf-8")().decode(self.head)  # a character may be cut at the end
        except UnicodeDecodeError:
            return not self.is_binary()
        return False


def _no_file(path: Path) -> str:
    if path.is_dir():
        return "is a folder, not a file: give the files in it."
    if path.exists():
        return "is not a plain file: save what it gives to a file first."
    return "there is no such file: check the name."


def source_name(path: Path) -> str:
    """The three digits before the first "_" of a file name, else the name without its endings.

    >>> source_name(Path("002_1d65928815f09800.txt")), source_name(Path("papers.jsonl.gz"))
    ('002', 'papers')
    """
    report = _REPORT.match(path.name)
    if report:
        return report[1]
    stem = Path(path.stem).stem if path.suffix.lower() == ".gz" else path.stem
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
