"""Where each statement comes from, in the words of W3C PROV-O, beside the graph's own: source, text and extractor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from kg.identifiers import iri
from kg.rdf.store import Store


def with_prov(store: Store) -> Iterator[tuple[str, list[ox.Triple]]]:
    """All graphs with their triples, those of entries with their provenance also in PROV-O."""
    for name, triples in store.read_graphs():
        yield name, [*triples, *(prov(triples) if name.startswith("entry:") else ())]


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


def _named(name: str) -> ox.NamedNode:
    return ox.NamedNode(iri(name))


_TYPE, _ENTRY, _SOURCE, _TEXT, _SPAN, _EXTRACTOR = map(
    _named, ("rdf:type", "kg:entry", "kg:source", "kg:text", "kg:span", "kg:extractor")
)
_DERIVED, _ATTRIBUTED = map(_named, ("prov:wasDerivedFrom", "prov:wasAttributedTo"))
