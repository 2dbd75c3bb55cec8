"""The RDF of a graph, as an Oxigraph database that is made from the graph's file and follows it entry by entry.

Nothing is kept here that cannot be made again. The cache lies in a folder beside the file; of a graph in memory, or in
a folder in which nobody may write, it is in memory too.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from copy import copy
from pathlib import Path
from typing import Any, TypeVar

import pyoxigraph as ox

from kg.files import keep, telling
from kg.identifiers import iri
from kg.model import KgError
from kg.rdf import ontology
from kg.rdf.ontology import VOCABULARY
from kg.rdf.triples import entry_text, source_text, triples_of
from kg.store.entries import Entry
from kg.store.faults import Damage
from kg.store.file import StoreFile
from kg.store.lite import lock_file
from kg.vocabulary import Vocabulary, ontology_hash

#: The form of the triples; another one makes the cache anew, and what is published.
FORM = 1
#: What pyoxigraph raises when files fail.
_FAILURES = (OSError, RuntimeError)
#: Graphs up to which each is put in by a transaction; more are loaded at once.
_FEW = 64
_READ = 64  # graphs that are read at once
_PART = 64 << 20  # bytes of N-Triples that are loaded at once

_T = TypeVar("_T")


class RdfCache:
    """The triples of a graph's file, as they were at one change of it."""

    def __init__(self, file: StoreFile) -> None:
        self.file = file
        self.number = -1  # the change of the file that it holds
        self.mark = ""  # the file's mark of that state
        self._store: ox.Store | None = None

    @property
    def folder(self) -> Path | None:
        """Where the database lies; None in memory."""
        return self.file.cache / "oxigraph" if self.file.cache else None

    def read(self, reading: Callable[[ox.Store], _T]) -> _T:
        """Read of the database, which is opened again where another process took files away, and made anew where that
        does not help: it is damaged. Raises KgError where nothing does.
        """
        for attempt in range(3):
            if self._store is None:
                self.follow()
            assert self._store is not None
            try:
                return reading(self._store)
            except _FAILURES as error:
                said = str(error)
            self.close()
            if attempt and self.folder:
                with suppress(OSError):
                    _state(self.folder).unlink(missing_ok=True)
        raise KgError(f"The triples of {self.file.path} cannot be read ({said}): take {self.file.cache} away.")

    @property
    def is_current(self) -> bool:
        """Whether the database on disk is that of the file as it is now, so that a question is answered at once."""
        return self.folder is not None and self._known(self.folder) == self.file.last

    def follow(self) -> None:
        """Bring the cache up to date with the file. Raises KgError where it cannot be written."""
        number = self.file.number
        if self.number >= 0 and self.file.mark(self.number) != self.mark:
            self.number = -1  # the file went another way
        if self._store is not None and self.number == number:
            return
        folder = self.folder
        if folder is None:
            self._store = self._store or ox.Store()
            self._update(self._store, number)
            return
        try:
            with _alone(folder.parent / "rdf.lock"):
                self._store = self._on_disk(folder, self.file.number)  # another process may have written meanwhile
        except PermissionError:
            self._store = ox.Store()
            self.number = -1
            self._update(self._store, number)

    def close(self) -> None:
        """Let go of the database; idempotent."""
        self._store = None

    def _on_disk(self, folder: Path, number: int) -> ox.Store:
        """The database on a disk, brought up to date, open for reading."""
        known = self._known(folder)
        self.number = -1 if known is None else known
        self.mark = self.file.mark(self.number)
        if self.number != number:
            self._store = None
            if known is None:
                shutil.rmtree(folder, ignore_errors=True)
            _state(folder).unlink(missing_ok=True)  # until it is whole, the next one begins anew
            store, failed, refused = None, "", None
            try:
                with telling(f"{folder}: the triples follow the graph; the first time takes a while."):
                    store = ox.Store(str(folder))
                    self._update(store, number)
                    store.flush()
            except PermissionError:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            except KgError as error:  # without its frames: they hold the database, whose threads a fork would lack
                refused = copy(error)
            except _FAILURES as error:
                failed = str(error) or type(error).__name__
            store = None  # which lets go of its files
            if refused:
                raise refused
            if failed:
                shutil.rmtree(folder, ignore_errors=True)
                if known is not None:  # maybe what was there is damaged
                    return self._on_disk(folder, number)
                raise KgError(
                    f"The triples of {self.file.path} could not be written ({failed}): make room on the disk."
                )
            said = {**self._made_from(), "number": self.number, "mark": self.mark}
            if self.mark or not self.number:  # else a batch is open, which may be taken back
                keep(_state(folder), [json.dumps(said).encode()])
        try:
            return ox.Store.read_only(str(folder))
        except _FAILURES:
            _state(folder).unlink(missing_ok=True)  # damaged: it is made anew
            if known is None:
                raise KgError(f"{folder} cannot be read: take the folder away, and ask again.") from None
            return self._on_disk(folder, number)

    def _known(self, folder: Path) -> int | None:
        """The change that the database on disk holds; None where it is to be made anew."""
        with suppress(OSError, ValueError, LookupError, TypeError):
            said = json.loads(_state(folder).read_bytes())
            number = int(said["number"])
            made_from = {**self._made_from(), "mark": self.file.mark(number)}
            if all(said[name] == value for name, value in made_from.items()):
                return number
        return None

    def _made_from(self) -> dict[str, Any]:
        return {"form": FORM, "graph": self.file.id, "ontology": ontology_hash()}

    def _update(self, store: ox.Store, number: int) -> None:
        """Put what changed into a database that may be written."""
        if self.number < 0:
            store.clear()
            store.bulk_load(ontology.text(), format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(iri(VOCABULARY)))
        changed = sorted(self.file.changed_since(self.number))
        if len(changed) <= _FEW and self.number >= 0:
            self._replace(store, changed)
        else:
            self._load(store, changed)
        self.number, self.mark = number, self.file.mark(number)

    def _replace(self, store: ox.Store, changed: Iterable[str]) -> None:
        """Put graphs in the place of those that are there."""
        for name, text in texts_of(self.file, changed):
            node = ox.NamedNode(iri(name))
            old = set(store.quads_for_pattern(None, None, None, node))
            new = {ox.Quad(t.subject, t.predicate, t.object, node) for t in triples_of(text)}
            if not new:
                store.remove_graph(node)
            for quad in old - new if new else ():
                store.remove(quad)
            store.extend(new - old)

    def _load(self, store: ox.Store, changed: Iterable[str]) -> None:
        there = {graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)}
        part, size = [], 0
        for name, text in texts_of(self.file, changed):
            if iri(name) in there:
                store.remove_graph(ox.NamedNode(iri(name)))
            if text:
                part += [f"GRAPH <{iri(name)}> {{\n".encode(), text, b"}\n"]
                size += len(text)
            if size > _PART:
                store.bulk_load(b"".join(part), format=ox.RdfFormat.TRIG)
                part, size = [], 0
        store.bulk_load(b"".join(part), format=ox.RdfFormat.TRIG)


def texts_of(file: StoreFile, graphs: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """The graphs of entries, sources and the vocabulary in N-Triples, in the order of the names; b"" for others."""
    vocabulary = Vocabulary.load()
    names = list(graphs)
    for at in range(0, len(names), _READ):
        some = [name.partition(":")[::2] for name in names[at : at + _READ]]
        found = file.entries(local for kind, local in some if kind == "entry")
        for kind, local in some:
            name = f"{kind}:{local}"
            if kind == "source":
                yield name, _source_text(file, local)
            elif name == VOCABULARY:
                yield name, ontology.text()
            else:
                yield name, _entry_text(file, local, found.get(local), vocabulary)


def _entry_text(file: StoreFile, name: str, entry: Entry | None, vocabulary: Vocabulary) -> bytes:
    if entry is None:
        return b""
    try:
        return entry_text(entry.document, entry.record, vocabulary, file.facts)
    except (ValueError, LookupError) as error:
        raise KgError(f"The entry {name} gives no triples ({error}): add its source again.") from None


def _source_text(file: StoreFile, name: str) -> bytes:
    try:
        return source_text(file.source(name))
    except Damage:
        raise
    except KgError:  # it is not there
        return b""


def _state(folder: Path) -> Path:
    """The file that says what a database holds."""
    return folder.with_name("rdf.json")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until no other process writes what is made of a graph; raises PermissionError where none may."""
    with ExitStack() as held:
        try:
            path.parent.mkdir(exist_ok=True)
            file = held.enter_context(lock_file(path))
            with suppress(ImportError):  # Windows has RocksDB's own lock alone
                import fcntl

                with telling(f"{path.parent}: another process brings it up to date; this one waits."):
                    fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:  # also of a disk that keeps no locks
            raise PermissionError(error.errno, str(error)) from None
        yield
