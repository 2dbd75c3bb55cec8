"""What is sure to keep to the shapes does so by pySHACL; what breaks them, or is not understood, is left to it."""

from __future__ import annotations

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib

from kg.build.shapes import _Conformance, violations
from kg.rdf.store import Store

PREFIXES = """
@prefix : <https://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPE = PREFIXES + ":Shape a sh:NodeShape ; sh:targetClass :Thing ; sh:property [ sh:path :of ; {} ] ."
DATA = PREFIXES + ":one a :Thing . :two a :Other . :one {} ."
#: A constraint, what keeps to it, and what breaks it.
CONSTRAINTS = [
    ("sh:minCount 2", ":of 1, 2", ":of 1"),
    ("sh:maxCount 1", ":of 1", ":of 1, 2"),
    ("sh:maxCount 1", ":else 1", ":of 1, 2"),
    ("sh:datatype xsd:string", ':of "a"', ":of 1"),
    ("sh:datatype xsd:string", ':of "a", "b"', ":of :two"),
    ("sh:datatype rdf:langString", ':of "a"@en', ':of "a"'),
    ("sh:datatype xsd:integer", ":of 17", ':of "x"^^xsd:integer'),
    ("sh:datatype xsd:double", ":of 1.5e0", ":of 1.5"),
    ("sh:nodeKind sh:IRI", ":of :two", ':of "a"'),
    ("sh:nodeKind sh:IRI", ":of :two", ":of [ :else 1 ]"),
    ("sh:class :Other", ":of :two", ":of :three"),
    ('sh:pattern "^a+$"', ':of "aa"', ':of "ab"'),
    ('sh:pattern "^https://example.org/t"', ":of :two", ":of :one"),
    ("sh:minLength 2", ':of "ab"', ':of "a"'),
    ("sh:minInclusive 1", ":of 1, 2", ":of 1, 0"),
    ("sh:minInclusive 0e0", ":of 1e-2", ":of -1e0"),
    ("sh:maxInclusive 1e0", ":of 1e0", ":of 1.1e0"),
    ("sh:maxInclusive 1e0", ":of 1e0", ':of "a"'),
    ("sh:in ( :two 3 )", ":of 3, :two", ":of 4"),
    ("sh:in ( true )", ":of true", ":of false"),
    ('sh:languageIn ( "en" "zh" )', ':of "a"@zh', ':of "a"@de'),
    ('sh:languageIn ( "en" )', ':of "a"@en', ':of "a"'),
    ("sh:lessThanOrEquals :high", ":of 1 ; :high 1", ":of 2 ; :high 1"),
    ("sh:minCount 1 ; sh:maxCount 1 ; sh:minInclusive 1", ":of 1", ":of 0"),
]


def triples(data: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(DATA.format(data), format=ox.RdfFormat.TURTLE)]


def conforms(shape: str, data: str) -> bool:
    graphs = [rdflib.Graph().parse(data=text, format="turtle") for text in (DATA.format(data), SHAPE.format(shape))]
    return bool(pyshacl.validate(graphs[0], shacl_graph=graphs[1], inference="none")[0])


@pytest.mark.parametrize(("shape", "good", "bad"), CONSTRAINTS)
def test_constraint_is_kept_or_broken_as_pyshacl_says(shape: str, good: str, bad: str) -> None:
    seen = _Conformance(SHAPE.format(shape))
    assert [seen.is_sure(triples(data)) for data in (good, bad)] == [True, False]
    assert [conforms(shape, data) for data in (good, bad)] == [True, False]


@pytest.mark.parametrize(
    "shape",
    [
        "sh:maxLength 9",
        "sh:hasValue 1",
        "sh:nodeKind sh:Literal",
        "sh:datatype xsd:date",
        'sh:pattern "A" ; sh:flags "i"',
        "sh:maxCount 1 ] ; sh:property [ sh:path [ sh:inversePath :of ] ; sh:maxCount 1",
        "sh:maxCount 1 ] ; sh:closed true ; sh:property [ sh:path :else",
        "sh:maxCount 1 ] ; sh:not [ sh:path :else ; sh:minCount 1",
    ],
)
def test_what_is_not_understood_is_never_sure(shape: str) -> None:
    assert not _Conformance(SHAPE.format(shape)).is_sure(triples(":of 1"))


def test_entry_that_breaks_no_shape_is_not_given_to_pyshacl(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyshacl, "validate", None)
    assert list(violations(demo.triples("entry:demo-01"))) == []
