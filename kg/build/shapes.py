"""The shapes that triples must keep to (SHACL): those of ontology/shapes.ttl, and what the table of types says.

pySHACL finds what breaks them, and takes a sixth of a second for each entry. Nearly all entries break none, which
`_Conformance` sees in a millisecond; what it does not see is left to pySHACL.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import pyoxigraph as ox

from kg.entity_types import TABLE, data_folder
from kg.model import ROLES
from kg.names import curie, iri
from kg.rdf.triples import LINKS

_OF_A_SHAPE = {"rdf:type", "sh:targetClass", "sh:property"}
#: How numbers are written that two programs cannot read in two ways.
_NUMBERS = {iri("xsd:integer"): r"[+-]?\d{1,15}", iri("xsd:double"): r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,2})?"}
_TEXTS = (iri("xsd:string"), iri("rdf:langString"))


def violations(triples: Iterable[ox.Triple]) -> Iterator[str]:
    """What breaks a shape, a sentence each."""
    triples = list(triples)
    if _conformance().is_sure(triples):
        return
    import pyshacl
    import rdflib

    data = rdflib.Graph()
    data.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")
    shapes = rdflib.Graph().parse(data=_shapes(), format="turtle")
    conforms, results, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    if conforms:
        return
    sh = rdflib.Namespace(iri("sh:"))
    found = {
        tuple(_said(results.value(node, sh[name])) for name in ("focusNode", "resultPath", "value", "resultMessage"))
        for node in results.subjects(rdflib.RDF.type, sh.ValidationResult)
    }
    for focus, path, said, message in sorted(found):
        yield f"{focus} {path} {said} breaks a shape ({message.rstrip('.')})"


def _said(term: Any) -> str:
    return "" if term is None else curie(str(term))


@cache
def _shapes() -> str:
    return (data_folder("ontology") / "shapes.ttl").read_text("utf-8") + _shapes_of_types()


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


class _Graph:
    """Triples by subject and predicate."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.nodes: dict[Any, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for triple in triples:
            self.nodes[triple.subject][triple.predicate.value].append(triple.object)

    def values(self, node: Any, predicate: str) -> list[Any]:
        """What is said of a node by a predicate, which is an IRI."""
        return self.nodes[node].get(predicate, []) if node in self.nodes else []

    def items(self, node: Any) -> Iterator[Any]:
        """The items of a list."""
        for first in self.values(node, iri("rdf:first")):
            yield first
            for rest in self.values(node, iri("rdf:rest")):
                yield from self.items(rest)


class _Conformance:
    """What shapes ask of the nodes of a class, as far as it is understood here."""

    def __init__(self, text: str) -> None:
        shapes = _Graph(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE))
        self.asked: dict[Any, list[tuple[str, dict[str, Any]]]] = defaultdict(list)  # by class: paths with constraints
        self.is_understood = True
        for shape in [*shapes.nodes]:
            classes = shapes.values(shape, iri("sh:targetClass"))
            if not classes:
                continue
            self.is_understood &= {curie(name) for name in shapes.nodes[shape]} <= _OF_A_SHAPE
            for of in shapes.values(shape, iri("sh:property")):
                said = {curie(name): objects[0] for name, objects in shapes.nodes[of].items()}
                path = said.pop("sh:path")
                self.is_understood &= isinstance(path, ox.NamedNode)
                said |= {name: [*shapes.items(said[name])] for name in ("sh:in", "sh:languageIn") if name in said}
                for cls in classes:
                    self.asked[cls].append((path.value, said))

    def is_sure(self, triples: Iterable[ox.Triple]) -> bool:
        """Whether no shape is broken, and nothing is said that only pySHACL can judge."""
        data = _Graph(triples)
        return self.is_understood and all(
            _keeps(name, wanted, said.get(path, []), node, data)
            for node, said in [*data.nodes.items()]
            for cls in said.get(iri("rdf:type"), ())
            for path, constraints in self.asked.get(cls, ())
            for name, wanted in constraints.items()
        )


@cache
def _conformance() -> _Conformance:
    return _Conformance(_shapes())


def _keeps(name: str, wanted: Any, values: list[Any], node: Any, data: _Graph) -> bool:
    """Whether values surely keep to a constraint."""
    match name:
        case "sh:minCount":
            return len(values) >= int(wanted.value)
        case "sh:maxCount":
            return len(values) <= int(wanted.value)
        case "sh:lessThanOrEquals":
            return all(_number(a) <= _number(b) for a in values for b in data.values(node, wanted.value))
        case "sh:class":
            return all(wanted in data.values(one, iri("rdf:type")) for one in values)
        case "sh:in":
            return all(one in wanted for one in values)
        case "sh:nodeKind":
            return wanted.value == iri("sh:IRI") and all(isinstance(one, ox.NamedNode) for one in values)
    if not all(isinstance(one, ox.NamedNode | ox.Literal) for one in values):
        return False
    match name:
        case "sh:datatype":
            return all(isinstance(one, ox.Literal) and one.datatype == wanted and _is_formed(one) for one in values)
        case "sh:languageIn":
            return all(isinstance(one, ox.Literal) and _language(one) in wanted for one in values)
        case "sh:pattern":
            return all(re.search(wanted.value, one.value) for one in values)
        case "sh:minLength":
            return all(len(one.value) >= int(wanted.value) for one in values)
        case "sh:minInclusive":
            return all(_number(one) >= _number(wanted) for one in values)
        case "sh:maxInclusive":
            return all(_number(one) <= _number(wanted) for one in values)
    return False


def _language(literal: ox.Literal) -> ox.Literal:
    return ox.Literal(literal.language or "")


def _is_formed(literal: ox.Literal) -> bool:
    of = literal.datatype.value
    return of in _TEXTS or (of in _NUMBERS and re.fullmatch(_NUMBERS[of], literal.value) is not None)


def _number(term: Any) -> float:
    """What a literal of a number is; NaN, which is neither more nor less than another, for any other."""
    is_number = isinstance(term, ox.Literal) and term.datatype.value in _NUMBERS and _is_formed(term)
    return float(term.value) if is_number else math.nan
