"""An entry's graph in which a name means one of several things that bear it: the paper's own, or that of another.

Which uses of a name meet is decided by `kg.graph.works`, as entries come and go; see `kg.link.claims`.
"""

from __future__ import annotations

import pyoxigraph as ox

from kg.link.concepts import MINTED
from kg.names import OF, iri

_ENTITY, _REASON, _NAMESAKE = (ox.NamedNode(iri(f"kg:{name}")) for name in ("entity", "linkReason", "namesakeOf"))
_WHY = f"{MINTED}, and other works call other things so"


def as_named(triples: list[ox.Triple], name: str, own: str) -> list[ox.Triple]:
    """A graph in which what bears a name is the concept `own`: the one that is called so, or one of that name.

    The list itself where it is so already.
    """
    called, to = iri(name), ox.NamedNode(iri(own))
    said = [t for t in triples if not (t.predicate == _NAMESAKE and _is(t.object, called))]
    met = {term.value for t in said for term in (t.subject, t.object) if isinstance(term, ox.NamedNode)}
    if not {one for one in met if one == called or one.startswith(called + OF)} - {to.value}:
        return triples
    why = ox.Literal(MINTED if own == name else _WHY)
    mentions = {t.subject for t in said if t.predicate == _ENTITY and _is(t.object, called)}
    out = []
    for triple in said:
        if triple.predicate == _REASON and triple.subject in mentions and str(triple.object).startswith(f'"{MINTED}'):
            triple = ox.Triple(triple.subject, _REASON, why)
        subject = to if _is(triple.subject, called) else triple.subject
        out.append(ox.Triple(subject, triple.predicate, to if _is(triple.object, called) else triple.object))
    return out if own == name else [*out, ox.Triple(to, _NAMESAKE, ox.NamedNode(called))]


def _is(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, called: str) -> bool:
    return isinstance(term, ox.NamedNode) and (term.value == called or term.value.startswith(called + OF))
