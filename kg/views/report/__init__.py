"""A report on a topic, question or paper: what its papers propose, measure and run on, each line with its papers.

Depends on the graph only, is byte-identical on every run, and is self-contained.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kg.model import Paper
from kg.query.corpus import Corpus
from kg.query.filter import Filter
from kg.query.topic import only_naming, topic_named, worked_on
from kg.safe_output import json_text
from kg.views.readable import as_text
from kg.views.reader import Served
from kg.views.render import render
from kg.views.rendered import View
from kg.views.report.around import also, bibliography, chart, scope
from kg.views.report.families import families
from kg.views.report.first_screen import Counted, overview
from kg.views.report.layout import Layout, Section
from kg.views.report.methods import methods
from kg.views.report.open_questions import limits
from kg.views.report.report_results import pools, results, wins
from kg.views.selection import Selection, ids, link, named, title

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

_CITED = 8  # papers that a cell of a page names; the JSON format names all
_OPEN = ("overview", "families", "results", "methods")  # sections of a page that are not folded
_METHODS = 40  # lines of the table in Markdown
_FIRST = 20  # lines of the table that a page shows at first


def report(
    graph: GraphReader,
    selection: str = "",
    lang: str = "en",
    layout: Layout | None = None,
    served: Served | None = None,
) -> View:
    """A report on the papers of a selection; saves itself as .html, .md or .json. `served`: its names lead on."""
    data = contents(Selection(graph, selection, lang), selection, layout or Layout.usual())
    if served:
        for entry, one in data["called"].items():
            one["link"] = served.lead(entry)
    listed = data["bibliography"]["groups"] if "bibliography" in data["sections"] else []
    known = {row["id"] for group in listed for row in group["rows"]}
    groups = data["families"]["groups"] if "families" in data["sections"] else []
    places = {row["technique"]["concept"] for group in groups for row in group["rows"]}
    opened = _OPEN if len(data["sections"]) > 1 else tuple(data["sections"])
    values = {
        "report": data,
        "known": known,
        "places": places,
        "cited": _CITED,
        "open": opened,
        "most": _METHODS,
        "first": _FIRST,
    }
    values["served"] = served
    return View(
        data["title"],
        {
            "html": lambda: render("report.html.jinja", lang, **values),
            "md": lambda: render("report.md.jinja", lang, **values),
            "json": lambda: json_text(data),
        },
        papers=data["papers"],
    )


def contents(shown: Selection, selection: str, layout: Layout) -> dict[str, Any]:
    """The content of the report as plain data: each section under its name, with their order in `sections`.

    Of the usual sections those without content are left out of the order.
    """
    words, graph = shown.words, shown.graph
    shown.learn_labels()
    wanted = topic_named(selection, graph.lexicon()) or (graph.ask(selection, 1).filter if selection else Filter())
    about = worked_on(wanted, graph.vocabulary)
    others = graph.papers(only_naming(Corpus.of(graph.store), wanted)) if about else []
    found = Counted(shown, about)
    make: dict[str, Callable[[Section], dict[str, Any]]] = {
        "families": lambda part: families(shown, part, found.families, found.training_free),
        "methods": lambda part: methods(shown, part),
        "chart": lambda part: chart(shown, part),
        "wins": lambda part: wins(shown, part, found.claims),
        "results": lambda part: results(shown, part, found.grounds),
        "pools": lambda part: pools(shown, part),
        "limits": lambda part: limits(shown, part, found.limits),
        "also": lambda part: also(shown, part, others),
        "bibliography": lambda part: bibliography(shown, part, [*shown.papers, *others]),
        "overview": lambda part: overview(part, found, {one.name: one.most for one in layout.parts}),
    }
    is_chosen = layout != Layout.usual()
    made = {part.name: make[part.name](part) for part in (layout.parts if shown.papers else ())}
    called = {ids(paper)[0]: _called(shown, paper) for paper in (*shown.papers, *others)}
    _tell_apart(called)
    for group in made["bibliography"]["groups"] if "bibliography" in made else ():
        for row in group["rows"]:
            row["called"] = called[row["id"]]["name"]
    return {
        "title": words("report.title", selection=shown.name) if shown.name else words("report.title_all"),
        "selection": shown.name,
        "lang": shown.lang,
        "papers": len(shown.papers),
        "mentioning": len(others),
        "scope": scope(shown, len(others), is_done=bool(about)),
        "called": called,
        "sections": [name for name, one in made.items() if is_chosen or one.get("rows") or one.get("groups")],
        **made,
    }


def _called(shown: Selection, paper: Paper) -> dict[str, str]:
    """How a page calls a paper, and where it leads."""
    return {"name": named(paper, shown.date(paper)), "title": as_text(title(paper)), "link": link(paper)}


def _tell_apart(called: dict[str, dict[str, str]]) -> None:
    """Put the id behind a name that several papers have: there are two SSD of 2025."""
    named = Counter(one["name"] for one in called.values())
    for entry, one in called.items():
        if named[one["name"]] > 1:
            one["name"] += f" ({entry})"


VIEW = report
