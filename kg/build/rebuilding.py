"""A graph made anew from the sources that its file keeps, beside the old one, and put in its place whole.

Each entry is read in the way in which it was read first: in full, fast, or by an annotation. What comes out is what
adding the same files afresh gives. Of a damaged file, all that can still be read is saved, and the rest is named.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.build.adding import Adding
from kg.build.pipeline import Annotations, Pipeline, Progress, Way
from kg.build.relink import relink
from kg.files import keep
from kg.link.overrides import Overrides, overrides_of
from kg.model import Batch, Document, KgError, Source
from kg.rdf.store import path_of
from kg.store import codec
from kg.store.contents import followed
from kg.store.database import Database
from kg.store.entries import local_id
from kg.store.faults import Damage, Fault, told
from kg.store.file import StoreFile
from kg.store.fingerprints import seal, sealed
from kg.store.lite import Lite, check, draft_of, lite, locked, sweep
from kg.store.logs import id_of, place
from kg.store.place import is_address, shown
from kg.store.schema import APPLICATION, VERSION
from kg.store.sqlite_guard import for_reading, foreign, harden

_WRONG = (sqlite3.Error, *codec.WRONG)


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild did: entries by name, and a sentence for each thing that could not be saved."""

    entries: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def rebuild(location: str | Path, *, jobs: int = 1, progress: Progress | None = None) -> Rebuilt:
    """Make a graph anew; until that is whole, and when it fails, the old one counts.

    Raises KgError where there is nothing to build from, the graph cannot be written, or another process writes it.
    """
    if is_address(location):
        return _rebuilt_in_place(str(location), jobs, progress)
    path = path_of(location)
    check(path, read_only=True)
    pipeline = _RebuildPipeline(overrides=Overrides.load(path), jobs=jobs)
    lost: list[str] = []
    with locked(path), draft_of(path) as new:
        sweep(path)
        file = place(path)
        try:
            with StoreFile(new) as store:
                skipped = _added(pipeline, store, _inputs(path, lost), lost, progress)
                entries = store.names()
        except Fault as error:  # which names the draft
            raise type(error)(str(error).replace(str(new), str(path))) from None
        if not entries and lost:
            raise KgError(f"Nothing could be read of the graph {path}: add its files to a new one.")
        if place(path) != file:
            raise Fault(f"The graph {path} was removed or replaced while it was built anew: do it again.")
        with told(path):
            _settle(path)
            for ending in ("-wal", "-shm"):  # of the old file; they would be taken for the new one's
                path.with_name(path.name + ending).unlink(missing_ok=True)
            os.replace(new, path)
    return Rebuilt(entries, [*lost, *skipped])


def restore(location: str | Path, backup: Path) -> tuple[int, str]:
    """Put a backup in the place of all that a graph holds, in one transaction, while others read; makes a new one, too.

    Gives how many entries there are, and where other decisions are now that stood beside it.
    Raises KgError where the backup is not sound, or another process writes the graph.
    """
    if is_address(location):
        raise KgError(
            f"The graph {shown(str(location))} is no file: restore it by the database's own program (docs/cluster.md)."
        )
    path = path_of(location)
    check(backup, read_only=True)
    try:
        held = lite(path, read_only=False)
    except Damage:
        raise KgError(f"The graph {path} is too damaged to be written into: move it away, and restore again.") from None
    with closing(held), draft_of(path) as draft:
        with StoreFile(backup, read_only=True) as store:
            if damage := store.db.damage():
                raise Damage(damage[0])
            store.backup(draft)
        with StoreFile(draft) as store:
            assert isinstance(store.db, Lite)
            number = store.count()
            before = id_of(path)  # by which the file is told from others, while the graph is another one
            store.say("file", before)
            with told(path):
                store.db.backup(held)
        held.note_log(before or store.id)
    return number, str(_decisions_of(path, backup) or "")


def _decisions_of(path: Path, backup: Path) -> Path | None:
    """Put the decisions beside a backup beside a graph; where others stood there, those stay under a new name."""
    held, said = overrides_of(path), overrides_of(backup)
    aside = held.with_name(f"{held.name}-{secrets.token_hex(4)}")
    with told(held):
        new = said.read_bytes() if said.is_file() else b""
        is_other = held.is_file() and held.read_bytes() != new
        if is_other:
            os.replace(held, aside)
        if new:
            keep(held, [new])
    return aside if is_other else None


def _rebuilt_in_place(address: str, jobs: int, progress: Progress | None) -> Rebuilt:
    """Make a graph in a database anew in one transaction; who reads has the old one until it ends."""
    pipeline = _RebuildPipeline(overrides=Overrides.load(), jobs=jobs)
    lost: list[str] = []
    with StoreFile(address, read_only=True) as before, StoreFile(address) as store:
        store.remake()
        with store.batch():
            store.drop_entries(store.names())
            for name in store.source_names():
                store.drop_source(name)
            skipped = _added(pipeline, store, _held(before.db, lost), lost, progress)
        return Rebuilt(store.names(), [*lost, *skipped])


def _inputs(path: Path, lost: list[str]) -> Iterator[tuple[Source, str, Iterator[_KnownDocument]]]:
    """What a file holds, as `_held` gives it."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(for_reading(path), uri=True)) as db:
        db.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        harden(db)
        if (version := _version(db)) > VERSION:
            raise KgError(f"The graph {path} has form {version}, this program knows {VERSION}: install a newer kg.")
        if what := foreign(db, ("sources", "entries")):
            raise KgError(f"The graph {path} holds {what}, which is no table of kg: add its files to a new graph.")
        yield from _held(db, lost)
        return
    lost.append(f"{path}: the file cannot be read: take a copy of it (kg backup), or add the papers again.")


def _version(db: sqlite3.Connection) -> int:
    """The form of a graph; 0 of another file, of which what looks like a graph's is saved."""
    is_graph = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION
    return int(db.execute("PRAGMA user_version").fetchone()[0]) if is_graph else 0


def _held(db: sqlite3.Connection | Database, lost: list[str]) -> Iterator[tuple[Source, str, Iterator[_KnownDocument]]]:
    """The sources of a graph, in which ways all of each was read (`StoreFile.whole`), and their entries.

    `lost` gets a sentence for each that cannot be read.
    """
    sources = {name: said for name, *said in _rows(db, "sources", "name, said, whole", lost)}
    held: dict[str, list[tuple[int, str]]] = {name: [] for name in sources}
    for number, name, source in _rows(db, "entries", "id, name, source", lost):
        held.setdefault(source, []).append((number, name))
    for name in sorted(held):
        try:
            said, whole = sources[name]
            source = codec.source(_sound(said))
        except _WRONG as error:
            called = _printable(name)
            lost.append(f"source {called}: what is known of it cannot be read ({error}): add its file again.")
            source, whole = Source(called, called, ""), ""
        yield source, whole, _entries(db, held[name], lost)


def _settle(path: Path) -> None:
    """Let a file hold by itself what its log holds, as far as it is sound: the log goes before the file does."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _rows(db: sqlite3.Connection | Database, table: str, columns: str, lost: list[str]) -> list[Any]:
    """The rows of a table; where a page is damaged those before and behind it."""
    order = columns.partition(",")[0]
    try:
        return db.execute(f"SELECT {columns} FROM {table} NOT INDEXED ORDER BY {order}").fetchall()
    except sqlite3.Error as error:
        lost.append(f"{table}: some rows cannot be read ({error}): add what is missing again.")
    out: dict[Any, Any] = {}
    for direction in ("ASC", "DESC"):
        with suppress(sqlite3.Error):
            for row in db.execute(f"SELECT {columns} FROM {table} NOT INDEXED ORDER BY {order} {direction}"):
                out[row[0]] = row
    return list(out.values())


def _entries(
    db: sqlite3.Connection | Database, rows: list[tuple[int, str]], lost: list[str]
) -> Iterator[_KnownDocument]:
    for number, name in rows:  # not by their names: the index of these may be damaged
        try:
            said = db.execute("SELECT document, way, fingerprint FROM entries WHERE id = ?", (number,)).fetchone()
            document, way = codec.document(_sound(said[0])), codec.way(_sound(said[1]))
            if sealed(said[2]) not in ("", seal(document)):
                raise ValueError("its texts or details are not those that were read")
            document.id = local_id(document.id, document.source)
        except _WRONG as error:
            lost.append(f"{_printable(name)}: the entry cannot be read ({error}): add its source again.")
            continue
        yield _KnownDocument(**{field: getattr(document, field) for field in Document.__slots__}, way=way)


def _sound(data: str) -> str:
    """Text as it is; raises ValueError where bytes of it are no characters."""
    data.encode()
    return data


def _printable(name: str) -> str:
    return name.encode("utf-8", "replace").decode()


@dataclass(slots=True)
class _KnownDocument(Document):
    """A document with the way in which it was read."""

    way: Way = "full"


class _RebuildPipeline(Pipeline):
    """Reads each document in the way in which it was read before."""

    def way(self, document: Document, annotations: Annotations | None = None) -> Way:
        return document.way if isinstance(document, _KnownDocument) else super().way(document, annotations)


def _added(
    pipeline: Pipeline,
    store: StoreFile,
    inputs: Iterator[tuple[Source, str, Iterator[_KnownDocument]]],
    lost: list[str],
    progress: Progress | None,
) -> list[str]:
    """Add what an old graph holds to a store; a sentence for each entry that could not be read."""
    if followed(store)["mark"] != pipeline.linker.overrides.mark:
        relink(store, pipeline.linker)
    with (
        pipeline.workers(pipeline.ready, pipeline.jobs) as workers,
        Adding(pipeline, store, None, False, None, progress, workers) as run,
    ):
        for source, whole, entries in inputs:
            run.batch(Batch(source, entries))
            store.put_source(source)  # of which, maybe, no entry is left
            store.note_whole(source.name, "" if lost else whole)
    return run.report.skipped
