"""A graph built anew from the inputs that it keeps, beside the old one, and put in its place whole.

The inputs are those of `sources.log` (kg.graph.kept), and what the log lacks but the data hold, as far as they can be
read: a graph that was built before inputs were kept, or a log that is damaged itself. So nothing is lost that either
holds whole. Each entry is read in the way in which it was read first: in full, fast, or by an annotation. What comes
out is, byte for byte, what adding the same inputs afresh gives; the log is made anew too, without what had changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.adding import Adding
from kg.graph import kept, staging, swap
from kg.graph.contents import entry_names, load_source, source_names
from kg.graph.faults import FAILURES, Damage, fault
from kg.graph.kept import Held
from kg.graph.rdf import fingerprint, local_id, source_triples
from kg.graph.reading import read_entry
from kg.graph.records import to_json
from kg.graph.store import SCHEMA, SOURCES, OxigraphStore
from kg.graph.terms import value
from kg.link.overrides import Overrides, mentions, restore
from kg.model import Batch, Document, KgError, Record, Source
from kg.names import iri
from kg.pipeline import Added, Annotations, Pipeline, Progress, Way, version

if TYPE_CHECKING:
    from kg.query.fed import Fed

_BY_HAND = "annotation"  # the extractor of what an annotation says
_SOURCES = "SELECT ?e ?s { ?e a kg:Entry ; kg:source ?s }"


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild did: entries by name, and a sentence for each thing that could not be saved."""

    entries: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def rebuild(location: str | Path, *, jobs: int = 1, progress: Progress | None = None) -> Rebuilt:
    """Build the graph in a folder anew; until that is whole, and when it fails, the old one counts.

    Raises KgError where there is nothing to build from, the folder cannot be written, or another process writes it.
    """
    folder = in_folder(location)
    try:
        _name(folder)
        with _Old(folder) as old, swap.beside(folder) as new:
            rebuilt = _build(new, old, Overrides.load(folder), jobs, progress)
            if not rebuilt.entries and (old.store is None or rebuilt.lost):
                raise KgError(f"Nothing could be read of the graph {folder}: add its files to a new one.")
            with staging.alone(folder):
                old.close()
                swap.put_in(new, SCHEMA)
        return rebuilt
    except FAILURES as error:
        raise fault(folder, error) from None


def in_folder(location: str | Path) -> Path:
    """The folder of a graph; KgError for the address of a server."""
    if "://" in str(location):
        raise KgError(
            f"{location} is the address of a server, which keeps no sources and no older data beside the graph: "
            "name a folder, or empty the server's dataset and add the papers again."
        )
    return Path(location)


def way_of(document: Document, record: Record, mark: str) -> Way:
    """The way in which a stored entry was read, by what it says and its fingerprint; "full" where nothing tells."""
    said: list[Any] = [*mentions(record), *record.results, *record.relations, *record.topics]
    if said and all(one.extractor == _BY_HAND for one in said):
        restore(record)
        return to_json(record)
    return "fast" if mark == fingerprint(document, version("fast")) else "full"


def _name(folder: Path) -> None:
    """See to it that what is left of a graph says which data count, and in which form; KgError where nothing is."""
    if not any((folder / name).exists() for name in ("meta.json", staging.LIVE, SOURCES)):
        raise KgError(f"There is no graph at {folder}: make one with kg add, or name another with --graph.")
    try:
        staging.data_of(folder)
    except KgError:  # a damaged pointer: it pointed to the first checkpoint, for one that is being made comes later
        left = sorted(folder.glob(f"{staging.LIVE}-*"), key=lambda path: (len(path.name), path.name))
        staging.count(left[0]) if left else staging.finish(folder)
    if swap.schema_of(folder) is None:
        swap.say_schema(folder, SCHEMA)  # for want of better knowledge


class _Old:
    """What a folder holds, as far as it can be read; nobody else writes it meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lost: list[str] = []
        self.store = self._opened()
        unread = kept.unread(folder)
        if unread and self.store is None:
            self.lost.append(f"{folder / SOURCES}: {unread} bytes could not be read: add what is missing again.")

    def __enter__(self) -> _Old:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the data."""
        store, self.store = self.store, None
        if store:
            with suppress(Damage):
                store.close()

    def _opened(self) -> OxigraphStore | None:
        with suppress(Damage):
            return OxigraphStore(self.folder)
        with suppress(KgError):  # what is damaged may be read still, where it cannot be written
            return OxigraphStore(self.folder, read_only=True)
        return None

    def inputs(self) -> Iterator[Held]:
        """All sources with their entries: what the log holds, and what the data alone hold."""
        logged = set()
        for source, entries in kept.held(self.folder):
            logged.add(source.name)
            known = source if source.form else self._source(source.name) or source
            yield Held(known, self._entries(source.name, entries))
        for name in sorted(self._stored.keys() | self._sources() - logged):
            if name not in logged:
                yield Held(self._source(name) or Source(name, name, ""), self._entries(name, ()))

    def _entries(self, source: str, logged: Iterable[tuple[Document, Way]]) -> Iterator[tuple[Document, Way]]:
        met = set()
        for document, way in logged:
            met.add(document.id)
            yield document, way
        for name in self._stored.get(source, ()):
            if local_id(name, source) not in met:
                yield from self._read(name)

    def _read(self, name: str) -> Iterator[tuple[Document, Way]]:
        """An entry of the data, if it can be read."""
        try:
            triples = self._triples(name)
            document, record = read_entry(triples)
        except (Damage, ValueError) as error:
            self.lost.append(f"{name}: the entry cannot be read ({error}): add its source again.")
            return
        way = way_of(document, record, mark_of(triples))
        document.id = local_id(document.id, document.source)
        yield document, way

    @cached_property
    def _stored(self) -> dict[str, list[str]]:
        """The names of the entries in the data, by source."""
        out: dict[str, list[str]] = defaultdict(list)
        for name, source in sorted(self._with_sources()):
            out[source].append(name)
        return dict(out)

    def _with_sources(self) -> Iterator[tuple[str, str]]:
        if self.store is None:
            return
        with suppress(Damage):
            rows = self.store.select(_SOURCES)
            yield from ((row["e"].partition(":")[2], row["s"].partition(":")[2]) for row in rows)
            return
        names: list[str] = []
        with suppress(Damage):
            names = [name.partition(":")[2] for name in self.store.graphs() if name.startswith("entry:")]
        for name in names:
            with suppress(Damage):  # of an entry that the log has; else it is missed when it is read
                yield name, _said(self._triples(name), "kg:source").partition(":")[2]

    def _triples(self, name: str) -> list[ox.Triple]:
        return self.store.triples(f"entry:{name}") if self.store else []

    def _sources(self) -> set[str]:
        with suppress(Damage):
            return set(source_names(self.store)) if self.store else set()
        return set()

    def _source(self, name: str) -> Source | None:
        with suppress(KgError):
            return load_source(self.store, name) if self.store else None
        return None


def mark_of(triples: Iterable[ox.Triple]) -> str:
    """The fingerprint in an entry's graph; "" where it has none."""
    return _said(triples, "kg:fingerprint")


def _said(triples: Iterable[ox.Triple], predicate: str) -> str:
    """What is said by a predicate that an entry's graph has once; "" when nothing is."""
    node = ox.NamedNode(iri(predicate))
    return next((str(value(triple.object)) for triple in triples if triple.predicate == node), "")


@dataclass(slots=True)
class _Known(Document):
    """A document with the way in which it was read."""

    way: Way = "full"


class _Again(Pipeline):
    """Reads each document in the way in which it was read before."""

    def way(self, document: Document, annotations: Annotations | None = None) -> Way:
        return document.way if isinstance(document, _Known) else super().way(document, annotations)


def _build(new: Path, old: _Old, overrides: Overrides, jobs: int, progress: Progress | None) -> Rebuilt:
    """Make a graph of what an old one holds in an empty folder."""
    from kg.graph.relink import follows, relink
    from kg.query.fed import Fed
    from kg.query.indexes import made, renew
    from kg.query.near import FILE

    pipeline, fed = _Again(overrides=overrides, jobs=jobs), Fed()
    with OxigraphStore(new) as store:
        if not follows(store, overrides):
            relink(store, pipeline.linker)
        report = _added(pipeline, store, old, progress, fed)
        entries = entry_names(store)
        vocabulary = overrides.amended(pipeline.vocabulary)
        ready = made(store, vocabulary, fed)
    renew(store, new, (), vocabulary, fed=fed, made=ready, meanings=(old.folder / FILE).exists())
    return Rebuilt(entries, [*old.lost, *report.skipped])


def _added(pipeline: Pipeline, store: OxigraphStore, old: _Old, progress: Progress | None, fed: Fed) -> Added:
    """Add what an old graph holds to a store."""
    with (
        pipeline.workers(pipeline.written, pipeline.jobs) as workers,
        Adding(pipeline, store, None, False, None, progress, workers, fed) as run,
    ):
        for source, entries in old.inputs():
            run.batch(Batch(source, (_known(document, way) for document, way in entries)))
    held = set(source_names(store))
    for source, _ in old.inputs():  # of which no entry is left
        if source.name not in held:
            store.replace(f"source:{source.name}", source_triples(source))
    return run.report


def _known(document: Document, way: Way) -> _Known:
    return _Known(**{name: getattr(document, name) for name in Document.__slots__}, way=way)
