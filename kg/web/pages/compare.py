"""Two things side by side: what papers say of each, and which of them they say is better."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from kg.identifiers import is_curie, kind_of
from kg.model import KgError
from kg.query import Query, respond
from kg.query.answer import Grid
from kg.query.corpus import Corpus
from kg.query.naming import THINGS, Naming
from kg.query.question import Parser
from kg.views.answers import as_shown
from kg.views.profile.concept_profile import over_time
from kg.views.selection import clean
from kg.views.words import PageWords
from kg.web.asked import Asked, Shown
from kg.web.pages.questions import columns, listed, pool_links

if TYPE_CHECKING:
    from kg.api import Graph
    from kg.query import Entity

_ROWS = 60


def compare(graph: Graph, asked: Asked) -> Shown:
    """The comparison of two things, named by CURIE or label in either language."""
    words = PageWords(asked.lang)
    things = [_thing(graph, asked, name) for name in (asked.one(side, most=300) for side in ("a", "b")) if name]
    for thing in things:
        object.__setattr__(thing, "label", clean(graph.label(thing.concept, asked.lang)))
    values: dict[str, Any] = {
        "given": [clean(graph.label(t.concept, asked.lang)) for t in things],
        "rows": [],
        "sides": [],
    }
    if len(things) < 2:
        values["rivals"] = _rivals(graph, things[0], asked.lang) if things else []
        return Shown("compare.html.jinja", words("web.nav_compare"), {"things": [t.concept for t in things]}, values)
    asked_ = Query("comparison", things=tuple(things), language=asked.lang)
    found, corpus = respond(graph.store, graph.lexicon(), "", asked_, _ROWS), Corpus.of(graph.store)
    table = found.table or Grid(())
    of_both = [corpus.papers_with(thing.concepts) for thing in things]
    days = [corpus.days(papers)[""] for papers in of_both]
    axis = sum(days, Counter[str]())
    for thing, papers, own in zip(things, of_both, days, strict=True):
        values["sides"].append(
            {"concept": thing.concept, "label": thing.label, "type": kind_of(thing.concept),
             "papers": corpus.count(papers), "over_time": over_time(own, corpus, axis)}
        )  # fmt: skip
    values["charted"] = all(_bars(side) > 1 for side in values["sides"])
    given = as_shown(found), asked, words, asked.one("order")
    values |= {"columns": columns(*given), "rows": listed(*given), "verdict": table.verdict}
    values["pools"] = pool_links(found, asked)
    values["notes"] = [clean(note) for note in found.notes]
    rows = table.columns, [list(line.values) for line in table.lines]
    return Shown("compare.html.jinja", " – ".join(thing.label for thing in things[:2]), found.to_json(), values, rows)


def _bars(side: dict[str, Any]) -> int:
    """How many bars the chart of a side has."""
    return sum(one["papers"] > 0 for one in side["over_time"]["periods"])


def _thing(graph: Graph, asked: Asked, name: str) -> Entity:
    """What a name means: its CURIE's thing, or a technique before things of other types."""
    naming = Naming(graph.lexicon(), graph.store)
    kinds = (kind_of(name),) if is_curie(name) else ("technique", *(kind for kind in THINGS if kind != "technique"))
    for kind in kinds:
        sense = naming.sense(kind, name)
        if sense is not None:
            return Parser(name, [], graph.lexicon(), asked.lang).entity(sense)
    near = ", ".join(graph.lexicon().nearest(name))
    raise KgError(asked.error("missing_near" if near else "missing_concept", name=name[:80], near=near))


def _rivals(graph: Graph, thing: Entity, lang: str) -> list[dict[str, str]]:
    """What papers compare it with most."""
    marks_ = ",".join("?" * len(thing.concepts))
    sql = f"""SELECT o.curie, count(DISTINCT x.paper) AS n FROM concepts c JOIN relations x ON c.id IN (x.head, x.tail)
        JOIN concepts o ON o.id = CASE c.id WHEN x.head THEN x.tail ELSE x.head END
        WHERE x.type IN ('outperforms', 'compared_with') AND c.curie IN ({marks_}) AND o.curie NOT IN ({marks_})
        GROUP BY o.curie ORDER BY n DESC, o.curie LIMIT 16"""
    found = graph.store.rows(sql, *thing.concepts, *thing.concepts)
    return [{"concept": curie, "label": clean(graph.label(curie, lang))} for curie, _ in found]


PAGES = {"compare": compare}
