"""A report on a topic, question or paper: what its papers propose, measure and run on, each line with its papers.

Depends on the graph only, is byte-identical on every run, and is self-contained.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kg.views.base import View
from kg.views.brief import compose
from kg.views.render import render
from kg.views.report.around import bibliography, institutions, scope, timeline
from kg.views.report.claims import contradictions
from kg.views.report.landscape import relations, techniques
from kg.views.report.layout import Layout, Part
from kg.views.report.matrices import Sides, matrix, missing, unread
from kg.views.report.results import results
from kg.views.report.table import left_out
from kg.views.selection import Selection, ids

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

_CITED = 12  # papers that a cell of a page names; the JSON format names all


def report(graph: GraphReader, selection: str = "", lang: str = "en", layout: Layout | None = None) -> View:
    """A report on the papers of a selection; saves itself as .html, .md or .json."""
    data = contents(Selection(graph, selection, lang), layout or Layout.usual())
    known = {row["id"] for group in data["bibliography"]["groups"] for row in group["rows"]} if _listed(data) else set()
    values = {"report": data, "known": known, "cited": _CITED}
    return View(
        data["title"],
        {
            "html": lambda: render("report.html.jinja", lang, **values),
            "md": lambda: render("report.md.jinja", lang, **values),
            "json": lambda: json.dumps(data, ensure_ascii=False, indent=1) + "\n",
        },
        papers=data["papers"],
    )


def _listed(data: dict[str, Any]) -> bool:
    return "bibliography" in data["sections"]


def contents(shown: Selection, layout: Layout) -> dict[str, Any]:
    """The content of the report as plain data: each section under its name, with their order in `sections`."""
    words, sides = shown.words, Sides(shown)
    make: dict[str, Callable[[Part], dict[str, Any]]] = {
        "briefs": lambda part: _briefs(shown, part),
        "techniques": lambda part: techniques(shown, part),
        "relations": lambda part: relations(shown, part),
        "results": lambda part: results(shown, part),
        "technique_problem": lambda part: matrix(shown, part, sides),
        "technique_hardware": lambda part: matrix(shown, part, sides),
        "institutions": lambda part: institutions(shown, part),
        "timeline": lambda part: timeline(shown, part),
        "contradictions": lambda part: contradictions(shown, part),
        "missing": lambda part: missing(shown, part, sides),
        "unread": lambda part: unread(shown, part),
        "bibliography": lambda part: bibliography(shown, part),
    }
    parts = layout.parts if shown.papers else ()
    shown.learn_labels()
    return {
        "title": words("report.title", selection=shown.name) if shown.name else words("report.title_all"),
        "selection": shown.name,
        "lang": shown.lang,
        "papers": len(shown.papers),
        "scope": scope(shown),
        "sections": [part.name for part in parts],
        **{part.name: make[part.name](part) for part in parts},
    }


def _briefs(shown: Selection, part: Part) -> dict[str, Any]:
    rows = [{"papers": ids(paper)[:1], "text": compose(shown, paper)} for paper in shown.papers[: part.most]]
    return {
        "kind": "briefs",
        "title": shown.words("report.briefs"),
        "note": shown.words("report.briefs_note"),
        "rows": rows,
        "shown": len(rows),
        "all": len(shown.papers),
        "left_out": left_out(shown, len(rows), len(shown.papers)),
    }


VIEW = report
