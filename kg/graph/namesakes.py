"""An entry's graph in which a name means one of several things that bear it: the paper's own, or that of another.

Which uses of a name meet is decided by `kg.graph.works`, as entries come and go; see `kg.link.claims`.
"""

from __future__ import annotations

import pyoxigraph as ox

from kg.link.concepts import MINTED, NAMESAKE
from kg.names import OF, iri

_ENTITY, _REASON, _NAMESAKE = (ox.NamedNode(iri(f"kg:{name}")) for name in ("entity", "linkReason", "namesakeOf"))


def as_named(triples: list[ox.Triple], name: str, own: str, is_known: bool = False) -> list[ox.Triple]:
    """A graph in which what bears a name is the concept `own`: the one that is called so, or one of that name.

    The list itself where it is so already. `is_known`: the vocabulary has another thing of that very name, which stays.
    """
    called, to = iri(name), ox.NamedNode(iri(own))

    def bears(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> bool:
        return isinstance(term, ox.NamedNode) and (
            term.value.startswith(called + OF) or (term.value == called and not is_known)
        )

    said = [t for t in triples if not (t.predicate == _NAMESAKE and t.object == ox.NamedNode(called))]
    if not {term for t in said for term in (t.subject, t.object) if bears(term)} - {to}:
        return triples
    why = ox.Literal(MINTED if own == name else NAMESAKE)
    mentions = {t.subject for t in said if t.predicate == _ENTITY and bears(t.object)}
    out = []
    for triple in said:
        if triple.predicate == _REASON and triple.subject in mentions and str(triple.object).startswith(f'"{MINTED}'):
            triple = ox.Triple(triple.subject, _REASON, why)
        subject = to if bears(triple.subject) else triple.subject
        out.append(ox.Triple(subject, triple.predicate, to if bears(triple.object) else triple.object))
    return out if own == name else [*out, ox.Triple(to, _NAMESAKE, ox.NamedNode(called))]
