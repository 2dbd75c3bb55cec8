"""Sections on the scope of a report, its institutions, its timeline and its bibliography."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from kg.model import Document, Paper
from kg.views.period import days
from kg.views.report.layout import Part
from kg.views.report.table import Group, by_label, cited, own, section
from kg.views.selection import Selection, code, ids, link, title

_SOURCES = 6  # sources that the scope names
_PROPOSED = 8  # techniques that a line names
#: Up to so many days, a line of the timeline is a day, or a month.
_DAYS, _MONTHS = 62, 4 * 366
_LETTERS = {"day": 10, "month": 7, "year": 4}


def scope(shown: Selection) -> str:
    """Papers, sources, period and institutions in one sentence."""
    words = shown.words
    if not shown.papers:
        return words("report.empty")
    sources = sorted({document.source for paper in shown.papers for document, _ in paper.entries})
    institutions = set().union(*(shown.institutions(paper) for paper in shown.papers))
    dates = sorted(filter(None, (shown.date(paper)[:10] for paper in shown.papers)))
    period = words("report.undated")
    if dates:
        key = "report.period_one" if dates[0] == dates[-1] else "report.period"
        period = words(key, first=dates[0], last=dates[-1])
    names = sources[:_SOURCES] + (["…"] if len(sources) > _SOURCES else [])
    return words(
        "report.scope",
        papers=words.count("count.paper", len(shown.papers)),
        sources=words.count("count.source", len(sources)),
        names=words("report.join").join(names),
        period=period,
        institutions=words.count("count.institution", len(institutions)),
    )


def institutions(shown: Selection, part: Part) -> dict[str, Any]:
    """Institutions by number of papers, each with what its papers propose."""
    found: dict[str, list[Paper]] = defaultdict(list)
    for paper in shown.papers:
        for thing in shown.things(paper, "institution"):
            found[thing.concept].append(paper)
    order = sorted(found, key=lambda c: (-len(found[c]), *by_label(shown, c)))
    rows = [
        {
            "concept": concept,
            "institution": shown.label(concept),
            "count": len(found[concept]),
            **_proposed(shown, found[concept]),
            "papers": cited(found[concept]),
        }
        for concept in order[: part.most]
    ]
    return section(shown, part, [Group(rows, all=len(order))])


def _proposed(shown: Selection, papers: list[Paper]) -> dict[str, Any]:
    """The named techniques that papers propose."""
    names = dict.fromkeys(filter(None, (own(shown, paper) for paper in papers)))
    return {"proposes": [shown.label(name) for name in names][:_PROPOSED], "more": max(0, len(names) - _PROPOSED)}


def timeline(shown: Selection, part: Part) -> dict[str, Any]:
    """Papers by day, month or year, depending on the span; papers without a date come last."""
    words = shown.words
    dates = {paper.id: shown.date(paper)[:10] for paper in shown.papers}
    unit = _unit(sorted(filter(None, dates.values())))
    found: dict[str, list[Paper]] = defaultdict(list)
    for paper in shown.papers:
        found[dates[paper.id][: _LETTERS[unit]]].append(paper)
    most = max(map(len, found.values()), default=1)
    rows = [
        {
            "period": period or words("report.undated"),
            "count": len(found[period]),
            "level": round(100 * len(found[period]) / most),
            **_proposed(shown, found[period]),
            "papers": cited(found[period]),
        }
        for period in sorted(found, key=lambda period: (not period, period))
    ]
    return section(shown, part, [Group(rows)], words(f"report.timeline_{unit}"))


def _unit(dates: list[str]) -> str:
    exact = [span for span in map(days, (day for day in dates if len(day) == _LETTERS["day"])) if span]
    if len(exact) < len(dates) / 2 or not exact:
        return "year" if dates else "day"
    span = (exact[-1][0] - exact[0][0]).days
    return "day" if span <= _DAYS else "month" if span <= _MONTHS else "year"


def bibliography(shown: Selection, part: Part) -> dict[str, Any]:
    """The papers, each with its entries, institutions, venue and links."""
    rows = [_reference(shown, paper) for paper in shown.papers[: part.most]]
    return section(shown, part, [Group(rows, all=len(shown.papers))]) | {"kind": "references"}


def _reference(shown: Selection, paper: Paper) -> dict[str, Any]:
    documents: list[Document] = [document for document, _ in paper.entries]
    first = next((d for d in documents if d.venue or d.year or d.date), documents[0])
    return {
        "id": ids(paper)[0],
        "entries": ids(paper),
        "papers": ids(paper)[:1],
        "concept": paper.id,
        "title": title(paper),
        "institutions": [thing.label for thing in shown.things(paper, "institution")],
        "authors": max((d.author_count or len(d.authors) for d in documents), default=0),
        "published": " ".join(filter(None, (first.venue, str(first.year or "") or first.date[:10]))),
        "link": link(paper),
        "code": code(paper),
    }
