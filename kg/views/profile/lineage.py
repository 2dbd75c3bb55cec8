"""Which works a paper cites and which cite it, each with the words: from references of whole papers and from names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.query.citing_papers import Citing, citing
from kg.query.corpus import Corpus
from kg.query.key_papers import prior_and_derivative
from kg.query.sayings import Sayings
from kg.views.selection import clean

if TYPE_CHECKING:
    from kg.views.reader import GraphReader


def lineage(graph: GraphReader, paper: str, lang: str) -> dict[str, list[dict[str, str]]]:
    """`cites` and `cited_by` of a work (CURIE): each other work once, what tells most first.

    Of works that the graph does not hold, those are named of which the paper says more than that it cites them.
    """
    cites = [one for one in citing(graph.store, "p.curie = ?", paper) if one.cited or one.type != "cites"]
    prior, derivative = prior_and_derivative(graph.store, paper)
    pairs = {"cites": [(one.cited, one) for one in (*cites, *prior)]}
    pairs["cited_by"] = [(one.paper, one) for one in (*citing(graph.store, "x.cited = ?", paper), *derivative)]
    rows = {
        row.paper: row for row in Corpus.of(graph.store).rows({other for some in pairs.values() for other, _ in some})
    }
    say = Sayings(lang)

    def told(other: str, one: Citing) -> dict[str, str]:
        title = (clean(row.title) or row.name) if (row := rows.get(other)) else clean(one.title)
        names = {"id": row.id if row else "", "title": title, "name": one.name * (other == one.cited)}
        said = names | {"type": one.type, "said": say(f"citing.{one.type}")}
        return said | {"quote": clean(one.quote), "entry": one.entry, "part": one.part}

    out: dict[str, list[dict[str, str]]] = {}
    for side, some in pairs.items():
        once: dict[str, dict[str, str]] = {}
        for other, one in some:
            if name := other or one.title:
                once.setdefault(name, told(other, one))
        out[side] = list(once.values())
    return out
