"""The ontology's files as triples: the named graph `kg:vocabulary` that every store carries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.compiled import kept, stamp
from kg.identifiers import iri
from kg.model import KgError
from kg.rdf.triples import triples_of
from kg.vocabulary import ontology_files, ontology_hash

#: The named graph of the ontology.
VOCABULARY = "kg:vocabulary"
#: Files of the ontology folder that are no part of the vocabulary.
_NOT_VOCABULARY = {"shapes.ttl"}


def mark() -> ox.Triple:
    """What the vocabulary's graph says of the files that it was made from."""
    return ox.Triple(ox.NamedNode(iri(VOCABULARY)), ox.NamedNode(iri("kg:sha256")), ox.Literal(ontology_hash()))


def triples() -> list[ox.Triple]:
    """The triples of the ontology's files."""
    return triples_of(text())


def text() -> bytes:
    """The same in N-Triples: to read the Turtle takes longer than to store what it says."""
    files = _files()
    return kept("ontology", stamp([*files, Path(__file__)]), lambda: b"".join(map(_lines, files)))


def _files() -> list[Path]:
    return [path for path in ontology_files() if path.name not in _NOT_VOCABULARY]


def _lines(path: Path) -> bytes:
    store = ox.Store()  # which writes each number in one way
    store.extend(ox.Quad(*triple) for triple in _turtle(path))
    return "".join(sorted(f"{quad.triple} .\n" for quad in store)).encode()


def _turtle(path: Path) -> Iterator[ox.Triple]:
    """The triples of a file; blank nodes get IRIs by their place, so that the same file is the same graph."""
    names: dict[str, ox.NamedNode] = {}

    def settled(term: Any) -> Any:
        if not isinstance(term, ox.BlankNode):
            return term
        return names.setdefault(term.value, ox.NamedNode(iri(f"{VOCABULARY}/{path.name}/{len(names) + 1}")))

    try:
        for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
            yield ox.Triple(settled(quad.subject), quad.predicate, settled(quad.object))
    except SyntaxError as error:
        raise KgError(f"{path.name}: {error}: mend the Turtle there.") from None
