"""What torture.py finds in a graph: hashes of all of it, and of each of its entries."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from kg.graph.ontology import VOCABULARY
from kg.graph.store import OxigraphStore
from kg.names import curie, iri

Entries = dict[str, str]  # by name, a hash of what their graphs say


def dump(folder: Path) -> str:
    """A hash of all of a graph but the vocabulary, which is the program's."""
    with OxigraphStore(folder, read_only=True) as store:
        return sha256(b"".join(store.dump("nquads", name) for name in store.graphs() if name != VOCABULARY)).hexdigest()


def entries(folder: Path) -> Entries:
    """The entries of a graph, each with a hash of its triples."""
    with OxigraphStore(folder, read_only=True) as store:
        names = set(store.graphs())
        return {
            name.partition(":")[2]: sha256("\n".join(sorted(_said(store, name, names))).encode()).hexdigest()
            for name in sorted(names)
            if name.startswith("entry:")
        }


def _said(store: OxigraphStore, name: str, graphs: set[str]) -> Iterator[str]:
    """The triples of an entry, but for its work, which depends on what else is there."""
    entry = f"<{iri(name)}>"
    work = {f"<{iri(f'kg:{said}')}>" for said in ("paper", "linkReason")}
    triples = [(str(t.subject), str(t.predicate), str(t.object)) for t in store.triples(name)]
    papers = {o for s, p, o in triples if s == entry and p == f"<{iri('kg:paper')}>"}
    for s, p, o in triples:
        if p == f"<{iri('kg:source')}>" and curie(o[1:-1]) not in graphs:
            yield "its source is missing"
        if s != entry or p not in work:
            yield " ".join("the work" if term in papers else term for term in (s, p, o))
