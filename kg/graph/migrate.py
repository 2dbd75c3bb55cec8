"""A graph of an older schema is brought to this program's: graph by graph into new data, which are put in whole.

Nothing is read again: what an entry says is kept, in another form. A step leads from one schema to the next, and is
registered in `STEPS`; where several lie between, each graph goes through all of them. The old data stay beside the new
ones, in `oxigraph.schema-1`, to be taken away by hand.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox

from kg.graph import schema1, staging, swap
from kg.graph.faults import FAILURES, fault
from kg.graph.kept import Kept
from kg.graph.reading import read_entry, read_source
from kg.graph.rebuild import in_folder, mark_of, way_of
from kg.graph.store import SCHEMA, SOURCES, writer
from kg.names import curie, iri
from kg.pipeline import Progress

#: What a graph of one schema is in the next: from its name ("entry:002-22") and its triples.
Step = Callable[[str, list[ox.Triple]], list[ox.Triple]]
#: What makes the step from a schema to the next, for a graph in a folder.
STEPS: dict[int, Callable[[Path], Step]] = {1: schema1.step}

_MANY = 100_000  # quads that are loaded at once


def migrate(location: str | Path, progress: Progress | None = None) -> int:
    """Bring the data of a folder to this program's schema; how many entries they have, 0 where nothing was to be done.

    Raises KgError when they cannot be read or written, or another process writes them: then they are as they were.
    """
    folder = in_folder(location)
    try:
        with staging.alone(folder):
            old: ox.Store | None = writer(folder)
        schema = swap.schema_of(folder) or SCHEMA
        if old is None or schema >= SCHEMA:
            return 0
        with swap.beside(folder) as new:
            done = _written(old, folder, new, schema, progress)
            with staging.alone(folder):
                _back_up(old, folder / f"{staging.LIVE}.schema-{schema}")
                old = None  # lets go of the files
                swap.put_in(new, SCHEMA)
        return done
    except FAILURES as error:
        raise fault(folder, error) from None


def _back_up(store: ox.Store, to: Path) -> None:
    shutil.rmtree(to, ignore_errors=True)  # of a migration that was cut short
    store.backup(str(to))


def _written(old: ox.Store, folder: Path, new: Path, schema: int, progress: Progress | None) -> int:
    """Write the graphs of old data into a new folder, in the form of this program; how many entries they are."""
    steps = [STEPS[number](folder) for number in range(schema, SCHEMA)]
    kept = None if (folder / SOURCES).exists() else _Keeping(new)
    store = ox.Store(str(new / staging.LIVE))
    quads: list[ox.Quad] = []
    done = 0
    for name, triples in _graphs(old):
        for step in steps:
            triples = step(name, triples)
        if kept:
            kept.put(name, triples)
        node = ox.NamedNode(iri(name))
        quads += (ox.Quad(triple.subject, triple.predicate, triple.object, node) for triple in triples)
        if len(quads) > _MANY:
            store.bulk_extend(quads)
            quads = []
        if name.startswith("entry:"):
            done += 1
            if progress:
                progress(name.partition(":")[2], done)
    store.bulk_extend(quads)
    store.flush()
    if kept:
        kept.kept.close()
    return done


def _graphs(store: ox.Store) -> Iterator[tuple[str, list[ox.Triple]]]:
    for node in store.named_graphs():
        yield curie(node.value), [quad.triple for quad in store.quads_for_pattern(None, None, None, node)]


class _Keeping:
    """Keeps the inputs of graphs that were made before these were kept."""

    def __init__(self, folder: Path) -> None:
        self.kept = Kept(folder)

    def put(self, name: str, triples: list[ox.Triple]) -> None:
        try:
            if name.startswith("source:"):
                self.kept.put_source(read_source(triples))
            elif name.startswith("entry:"):
                document, record = read_entry(triples)
                self.kept.put(document, way_of(document, record, mark_of(triples)))
        except ValueError:  # what cannot be read stays in the graph as it is; `kg verify` tells of it
            return
