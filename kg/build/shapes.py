"""The shapes that triples must keep to (SHACL): those of ontology/shapes.ttl, and what the table of types says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import pyoxigraph as ox

from kg.entity_types import TABLE, data_folder
from kg.identifiers import curie, iri
from kg.model import ROLES
from kg.rdf.triples import LINKS

_STRING = ox.NamedNode(iri("xsd:string"))


def violations(triples: Iterable[ox.Triple]) -> Iterator[str]:
    """What breaks a shape, a sentence each."""
    import pyshacl
    import rdflib

    data = rdflib.Graph()
    for one in triples:
        data.add((_term(one.subject), _term(one.predicate), _term(one.object)))
    conforms, results, _ = pyshacl.validate(data, shacl_graph=_shapes(), inference="none")
    if conforms:
        return
    sh = rdflib.Namespace(iri("sh:"))
    found = {
        tuple(_said(results.value(node, sh[name])) for name in ("focusNode", "resultPath", "value", "resultMessage"))
        for node in results.subjects(rdflib.RDF.type, sh.ValidationResult)
    }
    for focus, path, said, message in sorted(found):
        yield f"{focus} {path} {said} breaks a shape ({message.rstrip('.')})"


def _term(term: Any) -> Any:
    """A term as rdflib has it."""
    import rdflib

    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    plain = term.language or term.datatype == _STRING
    return rdflib.Literal(term.value, term.language, None if plain else term.datatype.value)


def _said(term: Any) -> str:
    return "" if term is None else curie(str(term))


@cache
def _shapes() -> Any:
    """All shapes as a graph of rdflib, read once."""
    import rdflib

    text = (data_folder("ontology") / "shapes.ttl").read_text("utf-8") + _shapes_of_types()
    return rdflib.Graph("SimpleMemory").parse(data=text, format="turtle")


def _shapes_of_types() -> str:
    """What the table of types says of a graph's form: the classes of concepts, and where links may lead to."""
    links = [(one, one.property) for one in TABLE.values() if LINKS.get(one.name)]
    links += [(TABLE["technique"], LINKS[role]) for role in ROLES]
    lines = [f"@prefix {name}: <{iri(f'{name}:')}> .\n" for name in ("kg", "sh")]
    lines += [f"kg:ConceptShape sh:targetClass kg:{one.cls} .\n" for one in TABLE.values()]
    for shape, name, of in (
        *(("PaperShape", link, one.prefixes) for one, link in links),
        ("MentionShape", "entity", [prefix for one, _ in links for prefix in one.prefixes]),
    ):
        begins = "|".join(re.escape(iri(f"{prefix}:")) for prefix in dict.fromkeys(of))
        pattern = json.dumps(f"^({begins})")
        lines.append(f"kg:{shape} sh:property [ sh:path kg:{name} ; sh:nodeKind sh:IRI ; sh:pattern {pattern} ] .\n")
    return "".join(lines)
