"""A graph's file, and its triples for whoever asks in SPARQL."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from kg.model import KgError
from kg.rdf.cache import RdfCache, texts_of
from kg.rdf.ontology import VOCABULARY
from kg.rdf.solutions import Row, asked, rows
from kg.rdf.terms import serialised
from kg.rdf.triples import triples_of
from kg.store.file import StoreFile
from kg.store.place import is_address, shown


class Store(StoreFile):
    """The file of a graph with the triples that are made of it. Graphs are named by CURIEs ("entry:002-22").

    Triples are made of sources and entries where they are written out. What is asked in SPARQL is Oxigraph's: a reader
    asks those of when it first asked, a writer those of what it has written. Oxigraph has no time limit for queries.
    """

    def __init__(self, place: str | Path | None, read_only: bool = False) -> None:
        super().__init__(place, read_only)
        self.rdf = RdfCache(self)

    def select(self, sparql: str) -> list[Row]:
        """Solutions of a SELECT over the union of all graphs, as Python values, IRIs as CURIEs."""
        self._follow()
        return self.rdf.read(lambda store: rows(asked(store, sparql)))

    def query(self, sparql: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Any SPARQL query over the union of all graphs, or over the dataset that it names (FROM, FROM NAMED).

        Raises KgError where the query is wrong.
        """
        self._follow()
        return self.rdf.read(lambda store: asked(store, sparql))

    def triples(self, graph: str) -> list[ox.Triple]:
        """What a graph holds; empty when there is no such graph."""
        return next((triples for _, triples in self.read_graphs([graph])), [])

    def graphs(self) -> list[str]:
        """Names of all graphs, sorted."""
        entries, sources = (
            (f"entry:{name}" for name in self.names()),
            (f"source:{name}" for name in self.source_names()),
        )
        return sorted((*entries, *sources, VOCABULARY))

    def read_graphs(self, names: Iterable[str] | None = None) -> Iterator[tuple[str, list[ox.Triple]]]:
        """Graphs with their triples, as they are made of sources and entries; all when None is given."""
        for name, text in texts_of(self, self.graphs() if names is None else names):
            yield name, triples_of(text)

    def dump(self, format: str, graph: str | None = None) -> bytes:
        """All graphs or one as "nquads", "turtle" or "jsonld": identical bytes from identical content."""
        return b"".join(serialised(self.read_graphs(None if graph is None else [graph]), format))

    def close(self) -> None:
        """Let go of the file and of its triples; idempotent."""
        self.rdf.close()
        super().close()

    def _follow(self) -> None:
        """Let the triples be those of the file."""
        if not self.read_only or self.rdf.number < 0:
            _ = self.db  # which says whether it is closed
            self.rdf.follow()


def open_store(location: str | Path, read_only: bool = False) -> Store:
    """The graph at a location: a file, or a database at an address. Raises KgError when nothing is there to read."""
    return Store(location if is_address(location) else path_of(location), read_only)


def path_of(location: str | Path) -> Path:
    """The path of a graph's file; KgError for an address."""
    place = shown(os.fspath(location))
    if place.lower().startswith(("http://", "https://")):
        raise KgError(f"{place} is a server, and a graph is a file: `kg publish {place}` puts one on a server.")
    if "://" in place or place != os.fspath(location):
        raise KgError(f"{place} is no kind of graph: name a file, or the address of a database.")
    return Path(place)
