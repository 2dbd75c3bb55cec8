"""Where the graph is kept: the interface that callers need, and the embedded Oxigraph store behind it."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypeVar

import pyoxigraph as ox

from kg.files import telling
from kg.graph import background, ontology, staging, swap
from kg.graph.faults import FAILURES, Damage, fault, is_passing, remedy
from kg.graph.ontology import VOCABULARY
from kg.graph.sparql import Row, asked, rows
from kg.graph.state import state_of
from kg.graph.terms import serialised
from kg.model import KgError
from kg.names import curie, iri
from kg.vocabulary import OVERRIDES

#: The form of the data in a graph folder; a program refuses what a newer one wrote.
SCHEMA = 2
#: The file beside the data that keeps what they were made from; see kg.graph.kept.
SOURCES = "sources.log"
#: The named graph that says which decisions about names the links follow; see kg/link/overrides.py.
DECISIONS = "kg:overrides"
#: The properties that give things their labels.
_LABELS = frozenset(map(iri, ("skos:prefLabel", "skos:altLabel")))
#: Stands for all graphs where it is not known which of them were written.
ANY = "*"

_T = TypeVar("_T")
#: Bytes that the data, their indexes and their sorting take on a disk for each byte loaded, and what is left free.
_TIMES = 3
_SPARE = 1 << 20
#: Loads from which on there is something to sort: each makes a file in every index, and RocksDB begins with the fourth.
_UNSORTED = 4


class Store(Protocol):
    """Named graphs of triples. Graphs are named by CURIEs ("entry:002-22"), terms are pyoxigraph's."""

    @staticmethod
    def accepts(location: str) -> bool:
        """Whether this kind of store is meant by a location (a folder or URL)."""

    def replace(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Put triples in the place of what a graph holds, in one transaction."""

    def replace_many(self, graphs: Mapping[str, Iterable[ox.Triple]]) -> None:
        """Replace several graphs in one transaction; those that get nothing are taken out."""

    def remove(self, *graphs: str) -> None:
        """Take graphs out in one transaction; those that are not there are passed over."""

    def select(self, sparql: str) -> list[Row]:
        """Solutions of a SELECT over the union of all graphs, as Python values, IRIs as CURIEs."""

    def query(self, sparql: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Any SPARQL query over the union of all graphs, or over the dataset that it names (FROM); lazy."""

    def triples(self, graph: str) -> list[ox.Triple]:
        """What a graph holds, in no particular order."""

    def graphs(self) -> list[str]:
        """Names of all graphs, sorted."""

    def dump(self, format: str, graph: str | None = None) -> bytes:
        """Sorted serialisation ("nquads", "turtle", "jsonld") of one graph or of all."""

    def close(self) -> None:
        """Write out what is pending and let go of the store; idempotent."""

    @property
    def folder(self) -> Path | None:
        """Where files may be kept beside the data; None for nowhere."""

    @property
    def cache(self) -> Path | None:
        """Where what is made of the data may be kept, to be made again when it is lost; None for nowhere."""

    @property
    def stamp(self) -> bytes:
        """Bytes that are others when the data may be; b"" where the store cannot tell."""


class OxigraphStore:
    """An embedded Oxigraph store in a folder: meta.json with the schema number, and the data; see kg.graph.staging.

    One process writes, any number read. A reader sees what was committed when it opened; where the writer
    takes a file away under it, it opens again. Oxigraph has no time limit for queries.
    """

    def __init__(self, folder: str | Path | None, read_only: bool = False) -> None:
        """Open a folder, or a store in memory for None; to write, the folder is made if need be."""
        self.folder = None if folder is None else Path(folder)
        self.read_only = read_only
        self._store: ox.Store | None = None
        self.changed: set[str] = set()  # the graphs that were written since it was opened; ANY where nobody knows which
        self.named: set[str] = set()  # the things whose labels were written since then; ANY where nobody knows which
        if self.folder is not None:
            _check(self.folder, read_only)
            _follow(self.folder, read_only)
        self._seen = b""  # of a reader: the state of its data before it opened
        self._staged, self._loads = False, 0
        #: The stamp of the data as they were found: to open them for writing changes the files, not what they say.
        self.found = _state(self.folder)
        self._store = self._open()
        if not read_only:
            with self._writing():  # what is damaged may be met here first
                self._load_ontology()

    @classmethod
    def in_memory(cls) -> OxigraphStore:
        """A store that is gone when it is closed."""
        return cls(None)

    @staticmethod
    def accepts(location: str) -> bool:
        """Anything that is not a URL is a folder."""
        return "://" not in location

    def replace(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Put triples in the place of what a graph holds, in one transaction; raises KgError when it cannot write."""
        self.replace_many({graph: triples})

    def replace_many(self, graphs: Mapping[str, Iterable[ox.Triple]]) -> None:
        """Replace several graphs in one transaction, taking out those that get nothing; what stays is left."""
        old: set[ox.Quad] = set()
        new: set[ox.Quad] = set()
        gone: list[str] = []
        for name, triples in graphs.items():
            node = ox.NamedNode(iri(name))
            if isinstance(triples, Sized) and not len(triples):
                gone.append(iri(name))
                self.named.update(_named(self._ox.quads_for_pattern(None, None, None, node)))
                continue
            old.update(self._ox.quads_for_pattern(None, None, None, node))
            new.update(_quad(triple, node) for triple in triples)
        if old != new or gone:
            self.changed.update(graphs)
            self.named.update(_named(old ^ new))
        self._change(old - new, new - old, gone)

    def remove(self, *graphs: str) -> None:
        """Take graphs out in one transaction; those that are not there are passed over."""
        self._writable()
        self.changed.update(graphs)
        for name in graphs:
            self.named.update(_named(self._ox.quads_for_pattern(None, None, None, ox.NamedNode(iri(name)))))
        with self._writing():
            self._ox.update(";".join(f"DROP SILENT GRAPH <{iri(name)}>" for name in graphs))

    def select(self, sparql: str) -> list[Row]:
        """Solutions of a SELECT over the union of all graphs, as Python values, IRIs as CURIEs."""
        return self._read(lambda store: rows(asked(store, sparql)))

    def query(self, sparql: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Any SPARQL query over the union of all graphs, or over the dataset that it names (FROM, FROM NAMED).

        Raises KgError where the query is wrong.
        """
        return self._read(lambda store: asked(store, sparql))

    def triples(self, graph: str) -> list[ox.Triple]:
        """What a graph holds, in no particular order; empty when there is no such graph."""
        node = ox.NamedNode(iri(graph))
        return self._read(lambda store: [q.triple for q in store.quads_for_pattern(None, None, None, node)])

    def graphs(self) -> list[str]:
        """Names of all graphs, sorted."""
        return self._read(
            lambda store: sorted(curie(g.value) for g in store.named_graphs() if isinstance(g, ox.NamedNode))
        )

    def dump(self, format: str, graph: str | None = None) -> bytes:
        """Sorted serialisation ("nquads", "turtle", "jsonld"): identical bytes from identical content."""
        node = None if graph is None else ox.NamedNode(iri(graph))
        return serialised(self._read(lambda store: list(store.quads_for_pattern(None, None, None, node))), format)

    def stage(self) -> None:
        """What is written from now on counts as a whole: all of it at the next `stage` or `commit`, or nothing.

        Raises KgError when it cannot write.
        """
        self._writable()
        if self.folder is None:
            return
        with self._writing():
            self._room(sum(log.stat().st_size for log in (self.folder / staging.LIVE).glob("*.log")))
            checkpoint = staging.next_checkpoint(self.folder)
            self._ox.backup(str(checkpoint))
            staging.count(checkpoint)
            self._staged = True

    def load(self, data: bytes, graphs: Iterable[str] = ()) -> None:
        """Put graphs in (TriG) that were not there, several times as fast as a transaction does.

        The loader is no transaction: what is not staged is staged first. Raises KgError when it cannot write; then all
        is as it was at the last `stage`.
        """
        self._writable()
        if not self._staged:
            self.stage()
        self.changed.update(graphs or (ANY,))
        self.named.add(ANY)
        try:
            self._room(_TIMES * len(data))
            background.put_off()
            self._ox.bulk_load(data, format=ox.RdfFormat.TRIG)
            self._loads += 1
        except SyntaxError as error:
            self._abandon()
            raise KgError(f"What was to be loaded is no TriG ({error}).") from None
        except FAILURES as error:
            self._abandon()
            raise fault(self.folder, error) from None

    def commit(self) -> None:
        """All that was written since `stage` counts."""
        if self._staged and self.folder is not None:
            with self._writing():
                self._ox.flush()
                staging.finish(self.folder)
                self._staged = False

    def close(self) -> None:
        """Write out what is pending, so that readers open fast, and let go of the lock; idempotent.

        What was staged and is not committed is gone.
        """
        if self._store is not None and self.folder is not None and not self.read_only:
            with self._writing():
                if self._staged:
                    self._abandon()
                self._store.flush()
            try:
                if self._loads >= _UNSORTED:
                    background.catch_up(self.folder)
            finally:
                self._store = None
        self._store = None  # lets go of the files

    @property
    def stamp(self) -> bytes:
        """What the data's files are called and how long they are: another text when the data may be another.

        A reader's is that of before it opened, so that what it makes of the data is never taken for newer than it is.
        Of a store in memory b"".
        """
        return self._seen if self.read_only or self.folder is None else state_of(self.folder / staging.LIVE)

    @property
    def cache(self) -> Path | None:
        """What is made of the data is kept beside them."""
        return self.folder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _ox(self) -> ox.Store:
        if self._store is None:
            raise KgError(f"The graph {self.folder or 'in memory'} is closed: open it again.")
        return self._store

    def _open(self) -> ox.Store:
        folder = self.folder
        if folder is None:
            return ox.Store()
        if self.read_only:
            return _patiently(lambda: self._reader(folder), folder)
        try:
            with staging.alone(folder):
                return writer(folder)
        except FAILURES as error:
            raise fault(folder, error) from None

    def _reader(self, folder: Path) -> ox.Store:
        data = staging.data_of(folder)
        self._seen = state_of(data)
        store = ox.Store.read_only(str(data))
        if staging.data_of(folder) != data:
            raise FileNotFoundError(f"No such file or directory: {data} counts no more")
        return store

    def _read(self, reading: Callable[[ox.Store], _T]) -> _T:
        """Read; a reader whose snapshot lost a file to the writer's compaction opens again."""
        store = self._ox
        try:
            return reading(store)
        except FAILURES as error:
            if self.folder is None or not self.read_only:
                raise fault(self.folder, error) from None

        def again() -> _T:
            self._store = self._open()
            return reading(self._store)

        return _patiently(again, self.folder)

    def _abandon(self) -> None:
        """Take back what was written since `stage`."""
        if self._staged:
            self._store, self._staged = None, False
            self._store = self._open()  # which finds that it was left unfinished

    def _writable(self) -> None:
        if self.read_only:
            raise KgError(f"The graph {self.folder} is open for reading only: open it for writing.")

    def _room(self, needed: int) -> None:
        """Raise OSError where the disk has not so many bytes left.

        RocksDB, once it had no room for what it does in the background, waits for some, without a word or an end.
        """
        if self.folder is not None and shutil.disk_usage(self.folder).free < needed + _SPARE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except FAILURES as error:
            raise fault(self.folder, error) from None

    def _change(self, old: set[ox.Quad], new: set[ox.Quad], gone: Iterable[str] = ()) -> None:
        """Take out and put in, in one transaction: one update request is one, and so is `extend`."""
        self._writable()
        with self._writing():
            if old or gone:
                # Oxigraph's own spelling of a term is safe in SPARQL, whatever the literal holds.
                drops = (f"DROP SILENT GRAPH <{name}>" for name in gone)
                steps = (f"DELETE DATA {{ {_blocks(old)} }}", *drops, f"INSERT DATA {{ {_blocks(new)} }}")
                self._ox.update(" ; ".join(steps))
            elif new:
                self._ox.extend(new)

    def _load_ontology(self) -> None:
        """Bring the vocabulary's graph up to date with the ontology's files."""
        node, known = ox.NamedNode(iri(VOCABULARY)), ontology.mark()
        if _quad(known, node) in self._ox:
            return
        if next(self._ox.quads_for_pattern(None, None, None, node), None) is None:
            # The bulk loader is no transaction: what is whole says so, and what is not, the next opening mends.
            self._ox.bulk_load(ontology.text(), format=ox.RdfFormat.N_TRIPLES, to_graph=node)
            self.changed.add(VOCABULARY)
            self._change(set(), {_quad(known, node)})
        else:
            self.replace(VOCABULARY, [known, *ontology.triples()])


def open_store(location: str | Path, read_only: bool = False) -> Store:
    """The store at a location: a folder, or what a class registered in the entry points "kg.stores" accepts.

    Raises KgError when nothing is there to read, or no kind of store is meant by the location.
    """
    place = os.fspath(location)
    if OxigraphStore.accepts(place):
        return OxigraphStore(place, read_only)
    for point in entry_points(group="kg.stores"):
        kind = point.load()
        if kind.accepts(place):
            store: Store = kind(place, read_only)
            return store
    raise KgError(f"{place} is no kind of graph: name a folder, or the http address of a SPARQL server.")


def _state(folder: Path | None) -> bytes:
    """The state of the data that count in a folder; b"" where none do."""
    try:
        return b"" if folder is None else state_of(staging.data_of(folder))
    except OSError:
        return b""


def _named(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """The things (CURIEs) that quads give labels."""
    labels = (quad.subject for quad in quads if quad.predicate.value in _LABELS)
    return (curie(subject.value) for subject in labels if isinstance(subject, ox.NamedNode))


def _quad(triple: ox.Triple, graph: ox.NamedNode) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def writer(folder: Path) -> ox.Store:
    """The data open for writing, in their whole state; for one process at a time."""
    data = folder / staging.LIVE
    for log in data.glob("LOG.old.*"):  # every opening leaves one behind
        log.unlink(missing_ok=True)
    if staging.is_unfinished(folder):
        swap.check_left(data)
        staging.recover(folder)
    store = ox.Store(str(data))
    staging.sweep(folder)
    swap.settle(folder)
    return store


def _blocks(quads: Iterable[ox.Quad]) -> str:
    graphs: dict[str, list[str]] = {}
    for quad in quads:
        graphs.setdefault(str(quad.graph_name), []).append(str(quad.triple))
    return "\n".join(f"GRAPH {name} {{ {' . '.join(lines)} }}" for name, lines in graphs.items())


def _check(folder: Path, read_only: bool) -> None:
    """Make the folder if it is to be written; raise KgError if it is no graph of ours, or damaged."""
    meta = folder / "meta.json"
    nothing = KgError(f"There is no graph at {folder}: make one with kg add, or name another with --graph.")
    try:
        if meta.is_file():
            if not _is_made(folder) and _has_data(folder):
                raise Damage(f"The data of the graph {folder} are not whole: {remedy(folder)}")
            if read_only and not _is_made(folder):
                raise nothing
        elif folder.exists() and not folder.is_dir():
            raise KgError(f"{folder} is a file: name a folder for the graph.")
        elif _has_data(folder):
            raise Damage(f"{meta} is missing: {remedy(folder)}")
        elif read_only:
            raise nothing
        elif folder.is_dir() and any(path.name != OVERRIDES for path in folder.iterdir()):
            raise KgError(f"{folder} holds other files: name a new or empty folder for the graph.")
        else:
            folder.mkdir(parents=True, exist_ok=True)
            swap.say_schema(folder, SCHEMA)
    except OSError as error:
        raise fault(folder, error) from None


def _is_made(folder: Path) -> bool:
    """Whether there is a database; others may take its place meanwhile."""
    try:
        data = staging.data_of(folder)
        return (data / "CURRENT").exists() or (staging.data_of(folder) != data and _is_made(folder))
    except KgError as error:
        raise Damage(f"{str(error).partition(':')[0]}: {remedy(folder)}") from None


def _has_data(folder: Path) -> bool:
    """Whether a folder has data of a graph, or what they are made from."""
    return (folder / SOURCES).exists() or next((folder / staging.LIVE).glob("*.sst"), None) is not None


def _follow(folder: Path, read_only: bool) -> None:
    """Bring data of an older schema to this program's; raise KgError where that may not be, or they are newer."""
    schema = swap.schema_of(folder)
    if schema is None:
        raise Damage(f"{folder / 'meta.json'} is damaged: {remedy(folder)}")
    if schema > SCHEMA:
        raise KgError(f"The graph {folder} has schema {schema}, this program knows {SCHEMA}: install a newer kg.")
    if schema == SCHEMA:
        return
    if read_only:
        raise KgError(
            f"The graph {folder} has schema {schema}, this program reads {SCHEMA}: run `kg migrate --graph {folder}`, "
            "which keeps the old data too."
        )
    from kg.graph.migrate import migrate

    with telling(f"{folder}: the data of schema {schema} are brought to schema {SCHEMA}; the old ones stay."):
        migrate(folder)


def _patiently(action: Callable[[], _T], folder: Path, seconds: float = 3) -> _T:
    """Try again while a writer makes the data, or takes files away between reading their names and opening them."""
    end = time.monotonic() + seconds
    while True:
        try:
            return action()
        except FAILURES as error:
            if not is_passing(error) or time.monotonic() > end:
                raise fault(folder, error) from None
        time.sleep(0.01)
