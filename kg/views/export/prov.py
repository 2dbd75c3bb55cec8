"""Where each statement comes from, in the words of W3C PROV-O, beside the graph's own: source, text and extractor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from kg.names import iri
from kg.rdf.store import Store
from kg.rdf.terms import serialised


def with_prov(store: Store, format: str) -> bytes:
    """The whole graph as "turtle" or "jsonld", with its provenance also in PROV-O."""
    return serialised(_quads(store), format)


def prov(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """The provenance that the graph of one entry states, in PROV-O; it may say a triple more than once.

    A paper derives from its entries, an entry and its texts from their source, an annotation from the text that it
    quotes (or the entry); an annotation is attributed to its extractor. See https://www.w3.org/TR/prov-o/.
    """
    sources: list[tuple[ox.NamedNode, ox.NamedNode]] = []
    texts: dict[ox.NamedNode, list[ox.NamedNode]] = {}
    made: dict[ox.NamedNode, str] = {}
    for triple in triples:
        subject, said = triple.subject, triple.object
        if not isinstance(subject, ox.NamedNode):
            continue
        if triple.predicate == _EXTRACTOR and isinstance(said, ox.Literal):
            made[subject] = said.value
        elif isinstance(said, ox.NamedNode):
            if triple.predicate == _ENTRY:
                yield ox.Triple(subject, _DERIVED, said)
            elif triple.predicate == _SOURCE:
                sources.append((subject, said))
            elif triple.predicate == _TEXT:
                texts.setdefault(subject, []).append(said)
            elif triple.predicate == _SPAN:
                texts.setdefault(subject, []).append(ox.NamedNode(said.value.partition("#char=")[0]))
    for entry, source in sources:
        for node in (entry, *texts.get(entry, ())):
            yield ox.Triple(node, _DERIVED, source)
            yield ox.Triple(node, _TYPE, _named("prov:Entity"))
        yield ox.Triple(source, _TYPE, _named("prov:Entity"))
    for node, name in made.items():
        agent = _named(f"extractor:{name}")
        yield ox.Triple(node, _ATTRIBUTED, agent)
        # A name without a version is of no program: what people annotated.
        yield ox.Triple(agent, _TYPE, _named("prov:SoftwareAgent" if "/" in name else "prov:Agent"))
        yield ox.Triple(agent, _named("rdfs:label"), ox.Literal(name))
        for origin in texts.get(node, [entry for entry, _ in sources]):
            yield ox.Triple(node, _DERIVED, origin)


def _quads(store: Store) -> Iterator[ox.Quad]:
    for name in sorted(store.graphs()):
        graph = ox.NamedNode(iri(name))
        triples = store.triples(name)
        yield from (ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples)
        if name.startswith("entry:"):
            known = set(triples)
            yield from (
                ox.Quad(triple.subject, triple.predicate, triple.object, graph)
                for triple in dict.fromkeys(prov(triples))
                if triple not in known
            )


def _named(name: str) -> ox.NamedNode:
    return ox.NamedNode(iri(name))


_TYPE, _ENTRY, _SOURCE, _TEXT, _SPAN, _EXTRACTOR = map(
    _named, ("rdf:type", "kg:entry", "kg:source", "kg:text", "kg:span", "kg:extractor")
)
_DERIVED, _ATTRIBUTED = map(_named, ("prov:wasDerivedFrom", "prov:wasAttributedTo"))
