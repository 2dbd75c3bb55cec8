"""A technique, topic, institution, device, ... and an author: what the graph knows of one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.entity_types import NAMED
from kg.identifiers import is_curie, kind_of
from kg.model import KgError
from kg.query.naming import THINGS, Naming
from kg.views.profile import concept_profile as profiles
from kg.views.words import PageWords
from kg.web.asked import Asked, Missing, Shown
from kg.web.facets import short_name
from kg.web.pages.views import has_report

if TYPE_CHECKING:
    from kg.api import Graph

_COLUMNS = (
    *("metric", "metric_concept", "change", "bound", "low", "high", "unit", "baseline", "baseline_concept", "setting"),
    *("paper", "called", "title", "date", "score", "sure", "quote", "evidence"),
)
_SORTED = {
    "metric": "metric",
    "value": "low",
    "baseline": "baseline",
    "setting": "setting",
    "paper": "called",
    "evidence": "score",
}


def concept(graph: Graph, asked: Asked) -> Shown:
    """The page of a concept, named by CURIE, or by its name alone where the address says the type."""
    curie = _named(graph, asked)
    try:
        data = profiles.profile(graph, curie, asked.lang)
    except KgError:
        raise Missing(asked.error("missing_concept", name=curie[:80])) from None
    order = asked.choice("order", (*_SORTED, *(f"-{name}" for name in _SORTED)))
    results = list(data["results"])
    if order:
        key = _SORTED[order.removeprefix("-")]
        results.sort(key=lambda row: row[key], reverse=order.startswith("-"))
    kind = data["type"]
    stated = {"shown": len(results), "n": f"{data['results_stated']:,}"}
    said = "web.results_on" if kind in NAMED else "web.results_of"
    flag = {kind: short_name(kind, curie)} if kind != "metric" else {"metric": data["label"]}
    values: dict[str, Any] = {
        "results": results,
        "papers_url": asked.url("/ask", **flag),
        "results_said": PageWords(asked.lang)(said, **stated) if data["results_stated"] > len(results) else "",
        "report_url": asked.url("/report", q=data["label"]) if has_report(graph, asked, data["label"]) else "",
        "sort_url": lambda name: asked.here(order=f"-{name}" if order == name else name),
    }
    rows = [[row[name] for name in _COLUMNS] for row in results]
    return Shown("concept.html.jinja", data["label"], data, values, (_COLUMNS, rows))


def _named(graph: Graph, asked: Asked) -> str:
    name, kind = asked.name, asked.page
    if not name:
        raise Missing(asked.error("nameless", page=kind))
    if is_curie(name) and (kind == "concept" or kind_of(name) == kind):
        return name
    naming = Naming(graph.lexicon(), graph.store)
    kinds = (kind,) if kind in THINGS else THINGS
    for one in kinds:
        sense = naming.sense(one, name)
        if sense is not None:
            return sense.concept
    raise Missing(asked.error("missing_concept", name=name[:80]))


def author(graph: Graph, asked: Asked) -> Shown:
    """The page of an author."""
    try:
        data = profiles.author(graph, asked.name, asked.lang)
    except KgError:
        raise Missing(asked.error("missing_author", name=asked.name[:80])) from None
    columns = ("id", "title", "date", "venue", "kind", "authors", "link")
    rows = [[one[name] for name in columns] for one in data["listed"]]
    return Shown("author.html.jinja", data["author"], data, {}, (columns, rows))


PAGES = dict.fromkeys(("concept", "topic", "hardware", "institution"), concept) | {"author": author}
