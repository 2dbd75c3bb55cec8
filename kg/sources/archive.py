"""Archives (zip, tar, compressed tar): every regular file in an archive is an input file; nothing is extracted to disk.

Names, sizes and counts stored in an archive are untrusted. Limits keep the time and memory for a malicious archive
("zip bomb", Fifield 2019) proportional to its own size.
"""

from __future__ import annotations

import posixpath
import re
import stat
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from kg.model import KgError
from kg.sources import projects, tex
from kg.sources.inputs import LIMIT, HeldFile, InputFile, source_name
from kg.sources.lines import decoded
from kg.sources.packed import DAMAGED, FREE, RATIO, DamagedData

_MOST = 100_000  # members
_TOTAL = 20 << 30  # bytes of all members
_FREE = 16 * FREE  # bytes allowed for any archive, however small, so that one malicious member does not hide the others
_MOST_SENTENCES = 90  # about skipped members; the others are only counted
_LISTING = 32 << 20  # bytes of a zip file's directory: 300,000 names
_HEADERS = 1 << 20  # bytes that a tar file may hold between two members
_PIECE = 1 << 16
_SOURCE = 64 << 20  # bytes of a paper's source
_LONGEST = 1000  # characters of a name
_BIBLIOGRAPHIES = (".bbl", ".bib")
_READMES = (f"{projects.README}.XXX", f"{projects.README}.json")
_LISTED = 4 << 20  # characters of a bibliography
_ZIP = (b"PK\3\4", b"PK\5\6")
_DOCUMENTS = frozenset({"[Content_Types].xml", "mimetype"})  # Word and Excel; OpenDocument and EPUB
#: What zipfile and tarfile raise for a damaged archive: of the sizes and names that they read they check few.
_BROKEN = (*(*DAMAGED, zipfile.BadZipFile, tarfile.TarError), *(ValueError, OverflowError, LookupError, RuntimeError))
_DRIVE = re.compile(r"[A-Za-z]:")
_NUMBER = re.compile(r"(\d+)")


def kind(file: InputFile) -> str:
    """ "zip" or "tar" for an archive, "" for any other file, including documents that are stored as zip files."""
    if file.head.startswith(_ZIP) and not file.packed:
        return "" if _is_document(file) else "zip"
    if len(file.head) < tarfile.BLOCKSIZE:
        return ""
    try:
        tarfile.TarInfo.frombuf(file.head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return ""
    return "tar"


def members(file: InputFile) -> Iterator[HeldFile]:
    """Yield the regular files of an archive lazily; a member that cannot be read carries the reason.

    Members of a zip file come in natural order of their names, those of a tar file in their stored order. Hidden files
    are left out, as in folders.
    """
    walk = _Walk(file)
    yield from _latex_sources(file, walk)
    found = _in_zip(file, walk) if kind(file) == "zip" else _in_tar(file, walk)
    try:
        yield from found
        if not walk.seen:
            yield walk.problem("the archive holds no file: give one with papers")
    except _Stop as reason:
        yield walk.problem(str(reason))
    except DamagedData as error:
        yield walk.problem(f"{error}: {error.remedy}")
    except _BROKEN as error:
        yield walk.problem(f"the archive is damaged ({_said(error)}): fetch the file again")
    if walk.untold:
        yield walk.problem(f"{walk.untold:,} more of its members were left out")


def _latex_sources(file: InputFile, walk: _Walk) -> list[HeldFile]:
    """The main files of papers in LaTeX, each with all that it includes.

    The walk passes over the parts of their projects; these are all files in the folder of a single paper.
    """
    if file.size > _SOURCE:
        return []
    first = _Walk(file, only=(".tex", ".sty", ".cls", *_BIBLIOGRAPHIES, *_READMES))
    try:
        texts = {
            held.inner: decoded(b"".join(iter(partial(held.open().read, _PIECE), b"")))
            for held in (_in_zip(file, first) if kind(file) == "zip" else _in_tar(file, first))
            if not held.problem
        }
    except (_Stop, DamagedData, *_BROKEN):
        return []
    papers, parts = projects.projects(first.names, lambda name: texts.get(name, ""))
    folders = {main: main[: main.rfind("/") + 1] for main in papers}
    walk.passed = {*papers, *parts}
    if len(papers) == 1 and all(name.startswith(folders[papers[0]]) for name in first.names):
        walk.passed |= {*first.names}
    made = []
    for main, folder in folders.items():
        held = HeldFile(file.path, _shown(main), walk.name if len(papers) == 1 else walk.source(main))
        lists = [name for name in texts if name.startswith(folder) and name.endswith(_BIBLIOGRAPHIES)]
        held.beside = {name.removeprefix(folder): texts[name][:_LISTED] for name in lists}
        held.write(tex.joined(texts[main], partial(_at, texts, folder)).encode())
        made.append(held)
    return made


def _at(texts: Mapping[str, str], folder: str, name: str) -> str | None:
    """The text of a member by its name in the folder of a main file, or in one around it."""
    around = (folder, *map(str, PurePosixPath(folder).parents)) if folder else ("",)
    paths = (posixpath.normpath(posixpath.join(one, name)) for one in around)
    return next((texts[path] for path in paths if path in texts), None)


class _Stop(Exception):
    """The reason why the rest of an archive is not read."""


class _Walk:
    """State while an archive is read: member names, bytes, skipped members."""

    def __init__(self, file: InputFile, only: str | tuple[str, ...] = "") -> None:
        self.only = only  # the endings of the members that are read, "" for all
        self.passed: set[str] = set()  # members that are read with others
        self.names: list[str] = []  # of the members
        self.archive = file.path
        self.size = file.size
        self.name = source_name(PurePosixPath(file.own_name))  # "papers" of papers.tar.gz
        self.seen = self.told = self.untold = self.bytes = 0
        self._names: set[str] = set()

    def problem(self, sentence: str, inner: str = "") -> HeldFile:
        return HeldFile(self.archive, _shown(inner), problem=f"{sentence.rstrip('.')}.")

    def left_out(self, inner: str, sentence: str) -> Iterator[HeldFile]:
        """Yield a member with the reason why it is not read, unless there are too many such members."""
        self.told += 1
        if self.told <= _MOST_SENTENCES:
            yield self.problem(sentence, inner)
        else:
            self.untold += 1

    def counted(self, inner: str) -> bool:
        """Count a member; whether it is one of those that are read."""
        self.seen += 1
        self.names.append(inner)
        if self.seen > _MOST:
            raise _Stop(f"the archive holds more than {_MOST:,} files and was read to here: split it")
        return inner.endswith(self.only) and inner not in self.passed

    def held(self, inner: str, stream: BinaryIO, packed: int) -> Iterator[HeldFile]:
        """Yield a member with its content; `packed` is its compressed size in bytes."""
        made = HeldFile(self.archive, _shown(inner), self.source(inner))
        size = 0
        while data := stream.read(_PIECE):
            size += len(data)
            self.bytes += len(data)
            if self.bytes > _TOTAL:
                raise _Stop(f"the archive holds more than {_TOTAL >> 30} GB and was read to here: split it")
            if self.bytes > _FREE and self.bytes > RATIO * self.size:
                raise _Stop(_bomb("the archive"))
            if size > FREE and size > RATIO * packed:
                yield from self.left_out(inner, _bomb("it"))
                return
            if size > LIMIT:
                yield from self.left_out(inner, _too_large())
                return
            made.write(data)
        if size:
            yield made
        else:
            yield from self.left_out(inner, "the file is empty: give a file with papers")

    def source(self, inner: str) -> str:
        """A unique source name: the file's own, extended by archive and folder names where it is taken."""
        path = PurePosixPath(_shown(inner))
        name = source_name(path)
        if name in self._names:
            name = "-".join((self.name, *path.parts[:-1], name))
        number, free = 1, name
        while free in self._names:
            number += 1
            free = f"{name}-{number}"
        self._names.add(free)
        return free


def _too_large() -> str:
    return f"holds more than {LIMIT >> 20} MB: split it into smaller files"


def _bomb(what: str) -> str:
    return f"{what} unpacks to more than {RATIO} times its size, which papers never do: unpack it first if you trust it"


def _in_zip(file: InputFile, walk: _Walk) -> Iterator[HeldFile]:
    with file.stored() as stream, zipfile.ZipFile(cast(Any, _Careful(stream))) as archive:
        for info in sorted(archive.infolist(), key=lambda info: natural(info.filename)):
            inner = info.filename.replace("\\", "/")
            mode = info.external_attr >> 16
            if info.is_dir() or _hidden(inner):
                continue
            if not walk.counted(inner):
                continue
            if reason := _unsafe(inner):
                yield from walk.left_out(inner, reason)
            elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                yield from walk.left_out(inner, _no_file("link" if stat.S_ISLNK(mode) else "device"))
            elif info.file_size > LIMIT:
                yield from walk.left_out(inner, _too_large())
            elif info.flag_bits & 1:
                yield from walk.left_out(inner, "is encrypted: unpack the archive with its password first")
            else:
                try:
                    with archive.open(info) as member:
                        yield from walk.held(inner, cast(BinaryIO, member), info.compress_size)
                except NotImplementedError:
                    yield from walk.left_out(inner, "uses an unsupported compression: unpack it first")
                except _BROKEN as error:
                    yield from walk.left_out(inner, f"is damaged in the archive ({_said(error)}): fetch it again")


def _in_tar(file: InputFile, walk: _Walk) -> Iterator[HeldFile]:
    with file.open() as stream:
        forward = _Forward(stream)
        with tarfile.TarFile(fileobj=cast(Any, forward), errorlevel=2) as archive:
            while True:
                forward.grant(_HEADERS)
                info = archive.next()
                cast(Any, archive).members = []  # otherwise tarfile keeps all members in memory
                if info is None:
                    forward.check_end()
                    return
                inner = info.name.replace("\\", "/")
                if info.isdir() or _hidden(inner):
                    continue
                if not walk.counted(inner):
                    continue
                if forward.tell() > _TOTAL:
                    raise _Stop(f"the archive holds more than {_TOTAL >> 30} GB and was read to here: split it")
                if reason := _unsafe(inner):
                    yield from walk.left_out(inner, reason)
                elif not info.isreg():
                    yield from walk.left_out(inner, _no_file("link" if info.issym() or info.islnk() else "device"))
                elif info.size > LIMIT:
                    yield from walk.left_out(inner, _too_large())
                else:
                    forward.grant(LIMIT + _HEADERS)
                    with cast(BinaryIO, archive.extractfile(info)) as member:
                        yield from walk.held(inner, member, info.size)


class _Careful:
    """A zip file that refuses to read a directory of members that is too large."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, lambda: True

    def read(self, size: int = -1) -> bytes:
        if size > _LISTING:
            raise _Stop(f"its list of members takes more than {_LISTING >> 20} MB: split it into smaller archives")
        return self._stream.read(_LISTING if size < 0 else size)


class _Forward:
    """A tar file that is read forwards only, with a limit on the bytes between two members."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._at, self._granted = 0, _HEADERS
        self._last = b""

    def grant(self, size: int) -> None:
        """Allow this many bytes until the next member; skipping does not count."""
        self._granted = size

    def tell(self) -> int:
        return self._at

    def seek(self, to: int) -> int:
        if to < self._at:
            raise _Stop("the archive is damaged (two members overlap): fetch the file again")
        while self._at < to:
            data = self._stream.read(min(_PIECE, to - self._at))
            if not data:
                break
            self._at += len(data)
        return self._at

    def read(self, size: int) -> bytes:
        self._granted -= size
        if self._granted < 0:
            raise _Stop("the archive is damaged (the header of a member does not end): fetch the file again")
        self._last = self._stream.read(size)
        self._at += len(self._last)
        return self._last

    def check_end(self) -> None:
        """Check that the archive ends with zeros or at the end of the file; tarfile also stops at a damaged header."""
        if self._last.strip(b"\0"):
            raise _Stop("the archive is damaged or cut off: fetch the file again")


def _is_document(file: InputFile) -> bool:
    try:
        with file.stored() as stream, zipfile.ZipFile(cast(Any, _Careful(stream))) as archive:
            return not _DOCUMENTS.isdisjoint(archive.namelist())
    except (_Stop, *_BROKEN):
        return False


def _unsafe(inner: str) -> str:
    """The reason why a member name is rejected; "" for a valid name."""
    parts = inner.split("/")
    if ".." in parts or inner.startswith("/") or _DRIVE.match(inner):
        return "its name leads out of the archive, so it was left out: rename it"
    if len(inner) > _LONGEST or not parts[-1]:
        return f"its name is empty or longer than {_LONGEST:,} characters, so it was left out: rename it"
    return ""


def _no_file(what: str) -> str:
    return f"is a {what} and no file, so it was left out: put the file itself into the archive"


def _hidden(inner: str) -> bool:
    return any(part.startswith(".") and part.strip(".") for part in inner.split("/"))


def _shown(inner: str) -> str:
    """A name with its unprintable characters replaced, for messages."""
    shown = "".join(c if c.isprintable() else "\ufffd" for c in inner)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST // 10]}..."


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts names in natural order, 2 before 10."""
    pieces: Iterable[str] = _NUMBER.split(name)
    return [(0, int(p), p) if p.isdecimal() and len(p) < 19 else (1, 0, p) for p in pieces if p]


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def standard_input(stream: BinaryIO | None) -> HeldFile:
    """The content of standard input, read to its end; empty when there is no standard input."""
    held, size = HeldFile(None, "stdin"), 0
    while stream is not None and (data := stream.read(_PIECE)):
        size += len(data)
        if size > LIMIT:
            return HeldFile(None, "stdin", problem=f"holds more than {LIMIT >> 20} MB: give it as a file.")
        held.write(data)
    return held


def each(paths: Iterable[Path | HeldFile]) -> Iterator[Path | HeldFile]:
    """Yield plain files unchanged and archives as the files in them, read lazily."""
    for path in paths:
        try:
            file = InputFile(path)
        except KgError:  # reported when the file is read
            yield path
            continue
        if kind(file):
            yield from members(file)
        else:
            yield path
