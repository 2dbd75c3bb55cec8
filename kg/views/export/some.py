"""Some papers of a graph as a graph of their own, in memory, so that whatever writes out a graph writes these out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kg.model import KgError
from kg.rdf.store import Store
from kg.store.contents import works_named
from kg.store.entries import Draft

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

MOST = 2000  # papers
_AT_ONCE = 500  # entries


def some(store: Store, papers: Iterable[str]) -> Store:
    """A graph of papers (CURIEs or entries), to be closed; KgError for too many."""
    known = works_named(store, papers)
    if len(known) > MOST:
        raise KgError(
            f"{len(known):,} papers are more than the {MOST:,} that are exported here: `kg export` takes all."
        )
    return _only(store, (entry for own in known.values() for entry in own))


@contextmanager
def chosen(graph: GraphReader, selection: str) -> Iterator[Store]:
    """The entries of a source, else of the papers that a name, a topic or a question selects; without one, all."""
    if not selection:
        yield graph.store
        return
    if selection in graph.store.source_names():
        names = graph.store.names(selection)
    else:
        names = [document.id for paper in graph.select(selection) for document, _ in paper.entries]
    if not names:
        raise KgError(
            f"No paper of the graph fits {selection!r}: name a source, a topic, a paper, or ask as `kg ask` does."
        )
    with _only(graph.store, names) as part:
        yield part


def _only(store: Store, names: Iterable[str]) -> Store:
    wanted = list(names)
    out, sources = Store(None), set[str]()
    with out.batch():
        for at in range(0, len(wanted), _AT_ONCE):
            entries = store.entries(wanted[at : at + _AT_ONCE]).values()
            for name in sorted({entry.document.source for entry in entries} - sources):
                source = store.source(name)
                source.skeleton = ()
                out.put_source(source)
                sources.add(name)
            for entry in entries:
                out.put(Draft.of(entry))
    return out
