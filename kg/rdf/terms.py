"""RDF terms as Python values, and triples in sorted forms: the same bytes from the same content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from kg.identifiers import PREFIXES, curie, iri
from kg.model import KgError
from kg.safe_output import json_line
from kg.text import escaped

_XSD = PREFIXES["xsd"]
_WHOLE = {_XSD + name for name in ("integer", "int", "long", "short", "nonNegativeInteger", "positiveInteger", "gYear")}
_REAL = {_XSD + name for name in ("double", "decimal", "float")}


def value(term: Any) -> Any:
    """A term as Python value: IRIs as CURIEs, numbers and truth values as such, other literals as str."""
    if isinstance(term, ox.NamedNode):
        return curie(term.value)
    if not isinstance(term, ox.Literal):
        return None if term is None else str(term)
    datatype = term.datatype.value
    try:
        if datatype in _WHOLE:
            return int(term.value)
        if datatype in _REAL:
            return float(term.value)
    except ValueError:  # an ill-formed number of a foreign graph
        return term.value
    if datatype == _XSD + "boolean":
        return term.value in ("true", "1")
    return term.value


#: A graph's name (CURIE) and its triples.
Graph = tuple[str, Iterable[ox.Triple]]


def serialised(graphs: Iterable[Graph], format: str) -> Iterator[bytes]:
    """Graphs one after the other as "nquads", or as "turtle" or "jsonld" without their names, each sorted in itself.

    Control and bidirectional characters are escaped, as all three formats allow. Raises KgError for another format.
    """
    if format not in _FORMATS:
        raise KgError(f"{format!r} is not a form of triples: choose {', '.join(_FORMATS)}.")
    return (escaped(piece).encode() for piece in _FORMATS[format](graphs))


def _nquads(graphs: Iterable[Graph]) -> Iterator[str]:
    for name, triples in graphs:
        yield "".join(sorted(f"{triple} <{iri(name)}> .\n" for triple in set(triples)))


def _turtle(graphs: Iterable[Graph]) -> Iterator[str]:
    yield "".join(f"@prefix {prefix}: <{base}> .\n" for prefix, base in PREFIXES.items())
    for _, triples in graphs:
        made = ox.serialize(by_subject(set(triples)), format=ox.RdfFormat.TURTLE, prefixes=PREFIXES) or b""
        yield made[made.rindex(b"@prefix") :].partition(b"\n")[2].decode()


def _jsonld(graphs: Iterable[Graph]) -> Iterator[str]:
    """JSON-LD: one graph without a name, a line a node, CURIEs for IRIs."""
    yield f'{{"@context":{json_line(PREFIXES)},\n"@graph":['
    separator = "\n"
    for _, triples in graphs:
        for subject, some in _by_subject(set(triples)).items():
            yield f"{separator}{json_line(_jsonld_node(subject, some))}"
            separator = ",\n"
    yield "\n]}\n"


_FORMATS = {"nquads": _nquads, "turtle": _turtle, "jsonld": _jsonld}


def by_subject(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Triples in reading order."""
    return [triple for node in _by_subject(triples).values() for triple in node]


def _by_subject(triples: Iterable[ox.Triple]) -> dict[str, list[ox.Triple]]:
    """Triples in reading order: by subject, numbers in it by their value; its class first, then by predicate."""
    first = iri("rdf:type")
    nodes: dict[str, list[tuple[bool, str, str, ox.Triple]]] = {}
    for triple in triples:
        predicate = triple.predicate.value
        line = (predicate != first, predicate, str(triple.object), triple)
        nodes.setdefault(str(triple.subject)[1:-1], []).append(line)
    return {
        subject: [line[-1] for line in sorted(nodes[subject], key=lambda line: line[:-1])]
        for subject in sorted(nodes, key=_natural)
    }


def _natural(text: str) -> list[tuple[int, str]]:
    pieces = re.split(r"([0-9]+)", text)
    return [(int(piece), piece) if at % 2 else (0, piece) for at, piece in enumerate(pieces)]


def _jsonld_node(subject: str, triples: Iterable[ox.Triple]) -> dict[str, Any]:
    node: dict[str, list[Any]] = {}
    for triple in triples:
        said = _jsonld_value(triple.object)
        if triple.predicate.value == iri("rdf:type"):
            node.setdefault("@type", []).append(said["@id"])
        else:
            node.setdefault(_compact(triple.predicate.value), []).append(said)
    return {"@id": _compact(subject)} | {key: said[0] if len(said) == 1 else said for key, said in node.items()}


def _jsonld_value(term: Any) -> Any:
    """A term in JSON-LD; whole numbers as such, while other numbers keep their type beside them."""
    if isinstance(term, ox.NamedNode):
        return {"@id": _compact(term.value)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype.value == _XSD + "string":
        return term.value
    if term.datatype.value == _XSD + "integer" and str(value(term)) == term.value:
        return int(term.value)
    return {"@value": term.value, "@type": _compact(term.datatype.value)}


def _compact(name: str) -> str:
    """A CURIE that JSON-LD expands to the same IRI: percent signs stay."""
    return next((f"{prefix}:{name[len(base) :]}" for prefix, base in PREFIXES.items() if name.startswith(base)), name)
