"""The table of a report: a line a paper, with its technique, its main result as fields, and its key sentence."""

from __future__ import annotations

from typing import Any

from kg.model import Paper
from kg.views.brief import main_results, source_words, techniques
from kg.views.readable import as_text
from kg.views.report.layout import Section
from kg.views.report.report_parts import Group, Row, lit, section
from kg.views.selection import Selection, code, ids, key_quote, title
from kg.views.statement import ResultRow

_NAMED = 3  # models, devices and data sets of a line
#: Roles in which a paper has a model of its own work.
_OWN = ("used", "evaluated")


def methods(shown: Selection, part: Section) -> dict[str, Any]:
    """A line a paper: those with a result first, then those nearest to the selection."""
    main = {paper.id: main_results(shown, paper) for paper in shown.papers}
    order = sorted(shown.papers, key=lambda paper: not main[paper.id])[: part.most]
    found = [_row(shown, paper, main[paper.id]) for paper in order]
    made = section(shown, part, [Group(found, all=len(shown.papers))], shown.words("report.methods_note"))
    return made | {"kind": "methods"}


def _row(shown: Selection, paper: Paper, main: list[ResultRow]) -> Row:
    first = main[0] if main else None
    quotes = [quote] if (quote := key_quote(paper, "result") or key_quote(paper, "proposes")) else []
    empty = dict.fromkeys(("metric", "value", "baseline", "setting", "unit", "change", "bound"), "")
    return {
        "method": as_text(title(paper)),
        "date": shown.date(paper)[:7],
        "technique": techniques(shown, paper),
        **(first.cells() if first else empty),
        "factor": round(first.factor, 4) if first else 0,
        "more": [one.cells() for one in main[1:]],
        "dataset": _has(shown, paper, "dataset", first),
        "model": _has(shown, paper, "model", first),
        "hardware": _has(shown, paper, "hardware", first),
        "code": code(paper),
        "institution": [{"concept": t.concept, "label": t.label} for t in shown.things(paper, "institution")],
        "paper": ids(paper)[0],
        "papers": ids(paper)[:1],
        "quote": lit(quotes, main),
        "summary": source_words(shown, paper, "S"),
    }


def _has(shown: Selection, paper: Paper, kind: str, first: ResultRow | None) -> list[dict[str, str]]:
    """What the main result was obtained on, else what the paper surely names of the kind."""
    if first and first.on[kind]:
        return [{"concept": concept, "label": label} for concept, label in first.on[kind].items()][:_NAMED]
    named = [one for one in shown.things(paper, kind, sure=True) if kind != "model" or one.role in _OWN]
    return [{"concept": one.concept, "label": one.label} for one in named][:_NAMED]
