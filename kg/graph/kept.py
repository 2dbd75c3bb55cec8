"""The inputs of a graph, kept once more beside its data for the day when these cannot be read; see kg.graph.rebuild.

Of a database with one table missing or cut RocksDB opens nothing, and no entry can be read. A checkpoint is no help: it
shares its files with the data, and their damage. A copy of the data would double the folder. What cannot be made again
are the inputs alone: the texts as they were read, the annotations, and how each entry was read; all else follows from
them. They are a kilobyte or two an entry, packed in a fortieth of the time in which one is read and stored `--fast`.

`sources.log` is a row of frames, each with a key, its length and a checksum of key and text: the head of a source, an
entry, or that either is gone. The last frame of a key counts. A frame is written before the data are changed, so that
the log is never behind them (it may hold the papers that a killed program had in hand); a damaged frame is passed over,
and only what it says is lost. What the store holds already is not written again.
"""

from __future__ import annotations

import json
import mmap
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.graph.faults import fault
from kg.graph.rdf import local_id
from kg.graph.store import SOURCES, Store
from kg.model import Document, Source
from kg.text import repaired

if TYPE_CHECKING:
    from kg.pipeline import Way

_MAGIC = b"\xf0kg1"
_HEAD = Struct("<4s8s8sII")  # magic, source, what of it, bytes that follow, checksum
_LEVEL = 1  # of packing: more takes twice as long and saves a tenth
_ITSELF = bytes(8)  # of a source: what is known of it

Key = tuple[bytes, bytes]  # digests of a source's name, and of what it calls an entry


class Kept:
    """The log of one folder; nothing is made before something is put in."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / SOURCES
        self._file: int | None = None
        self._known: dict[Key, int] | None = None  # checksums of what counts, once they are needed

    @staticmethod
    def of(store: Store) -> Kept | None:
        """The log of a store that has a folder."""
        return Kept(store.folder) if store.folder else None

    def put_source(self, source: Source, *, is_new: bool = False) -> None:
        """Keep what is known of a source; see `put`."""
        self._put(_key(source.name), asdict(source), is_new)

    def put(self, document: Document, way: Way, *, is_new: bool = False) -> None:
        """Keep an entry and the way it is read; raises KgError when it cannot be written.

        Of what `is_new` to the store the log is not asked: to read a large one takes longer than to add a paper.
        """
        local = local_id(document.id, document.source)
        said: dict[str, Any] = {name: getattr(document, name) for name in Document.__slots__ if name != "texts"}
        texts = {name: (text.raw, text.edits) for name, text in document.texts.items()}
        self._put(_key(document.source, local), said | {"id": local, "texts": texts, "way": way}, is_new)

    def drop(self, sources: Iterable[str], entries: Mapping[str, str]) -> None:
        """Keep in mind that what is known of sources, and entries (with the source of each), are gone."""
        for source in sources:
            self._put(_key(source), None)
        for name, source in entries.items():
            self._put(_key(source, local_id(name, source)), None)
        self.close()

    def sync(self) -> None:
        """See to it that what was put in outlasts a power cut; may be called from another thread."""
        if self._file is not None:
            with self._writing():
                os.fsync(self._file)

    def close(self) -> None:
        """Sync, and be done; idempotent."""
        self.sync()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _put(self, key: Key, said: Mapping[str, Any] | None, is_new: bool = False) -> None:
        body = b"" if said is None else zlib.compress(_json(said), _LEVEL)
        checksum = _checksum(key, body)
        with self._writing():
            if self._known is None and not is_new:
                self._known = {frame.key: frame.checksum for frame in _frames(self.path, whole=False)}
            if self._known is not None and self._known.get(key, _checksum(key, b"")) == checksum:
                return
            if self._file is None:
                self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            _write(self._file, _HEAD.pack(_MAGIC, *key, len(body), checksum) + body)
            if self._known is not None:
                self._known[key] = checksum

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise fault(self.path.parent, error) from None


class Held(NamedTuple):
    """A source with its entries and the way each was read."""

    source: Source
    entries: Iterator[tuple[Document, Way]]


def held(folder: Path) -> Iterator[Held]:
    """What the log of a folder holds, source by source, in the order in which they came; nothing where there is none.

    Entries whose source is damaged come under a source of that name of which no more is known.
    """
    path = folder / SOURCES
    last = {frame.key: frame for frame in _frames(path)}
    of_source: dict[bytes, list[_Frame]] = {}
    for frame in last.values():
        if frame.length:
            of_source.setdefault(frame.key[0], []).append(frame)
    for frames in of_source.values():
        with path.open("rb") as file:
            heads = [_said(file, frame) for frame in frames if frame.key[1] == _ITSELF]
            rest = sorted((frame for frame in frames if frame.key[1] != _ITSELF), key=lambda frame: frame.at)
            if heads or rest:
                name = heads[0]["name"] if heads else _said(file, rest[0])["source"]
                yield Held(_source(heads[0]) if heads else Source(name, name, ""), _entries(path, rest))


def unread(folder: Path) -> int:
    """How many bytes of a log are no whole frame: those of a killed program, or damaged ones."""
    path = folder / SOURCES
    size = path.stat().st_size if path.exists() else 0
    return size - sum(_HEAD.size + frame.length for frame in _frames(path))


class _Frame(NamedTuple):
    key: Key
    at: int  # where its body begins
    length: int
    checksum: int


def _frames(path: Path, whole: bool = True) -> Iterator[_Frame]:
    """The frames of a log in their order, each with its checksum; what is none is passed over.

    Unless they are to be `whole`, another frame or the end behind one says enough: none that was cut short has that.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            at = data.find(_MAGIC)
            while at >= 0 and at + _HEAD.size <= len(data):
                _, *key, length, checksum = _HEAD.unpack_from(data, at)
                begin, end = at + _HEAD.size, at + _HEAD.size + length
                frame = _Frame((key[0], key[1]), begin, length, checksum)
                followed = end == len(data) or data[end : end + len(_MAGIC)] == _MAGIC
                if (followed and not whole) or (end <= len(data) and _is_whole(frame, memoryview(data)[begin:end])):
                    yield frame
                    at = data.find(_MAGIC, end)
                else:
                    at = data.find(_MAGIC, at + 1)
    except (FileNotFoundError, ValueError):  # none, or an empty one
        return


def _is_whole(frame: _Frame, body: memoryview) -> bool:
    """Whether a frame is what was written; the first logs had checksums of the text alone."""
    return frame.checksum == _checksum(frame.key, body) or frame.checksum == zlib.crc32(body)


def _checksum(key: Key, body: bytes | memoryview) -> int:
    return zlib.crc32(body, zlib.crc32(key[0] + key[1]))


def _write(file: int, data: bytes) -> None:
    while data:  # a disk takes what it has room for, and says at the next try that it is full
        data = data[os.write(file, data) :]


def _entries(path: Path, frames: list[_Frame]) -> Iterator[tuple[Document, Way]]:
    with path.open("rb") as file:
        for frame in frames:
            said = _said(file, frame)
            way = said.pop("way")
            texts = {
                name: repaired(raw, [tuple(edit) for edit in edits]) for name, (raw, edits) in said["texts"].items()
            }
            lists = {name: tuple(said[name]) for name in ("authors", "repairs")}
            yield Document(**(said | lists | {"texts": texts})), way


def _source(said: dict[str, Any]) -> Source:
    skeleton = tuple(piece if isinstance(piece, str) else (piece[0], piece[1]) for piece in said["skeleton"])
    return Source(**(said | {"skeleton": skeleton, "skipped": tuple(said["skipped"])}))


def _said(file: Any, frame: _Frame) -> Any:
    file.seek(frame.at)
    return json.loads(zlib.decompress(file.read(frame.length)))


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _key(source: str, local: str = "") -> Key:
    """Where a frame belongs: an entry of a source, or the source itself."""
    return _digest(source), _digest(local) if local else _ITSELF


def _digest(name: str) -> bytes:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
