"""Some papers of a graph as a graph of their own, in memory, so that whatever writes out a graph writes these out."""

from __future__ import annotations

from collections.abc import Iterable

from kg.model import KgError
from kg.rdf.store import Store
from kg.store.contents import works_named
from kg.store.entries import Draft

MOST = 2000  # papers


def some(store: Store, papers: Iterable[str]) -> Store:
    """A graph of papers (CURIEs or entries), to be closed; KgError for too many."""
    known = works_named(store, papers)
    if len(known) > MOST:
        raise KgError(
            f"{len(known):,} papers are more than the {MOST:,} that are exported here: `kg export` takes all."
        )
    entries = store.entries(entry for own in known.values() for entry in own)
    out = Store(None)
    with out.batch():
        for name in sorted({entry.document.source for entry in entries.values()}):
            source = store.source(name)
            source.skeleton = ()
            out.put_source(source)
        for entry in entries.values():
            out.put(Draft.of(entry))
    return out
