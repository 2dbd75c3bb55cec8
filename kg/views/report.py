"""A report on a topic, question or paper: what its papers propose, measure and run on, each line with its papers.

From the graph alone, the same bytes on every run, in one file that needs no network.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kg.model import ROLES, Document, Mention, Paper, Record
from kg.text import fold
from kg.views import outcome
from kg.views.base import View
from kg.views.brief import compose
from kg.views.render import render
from kg.views.selection import Outcome, Selection, code, ids, link, quoted, title

if TYPE_CHECKING:
    from kg.api import Graph

#: The most lines of a table; what is left out is said.
_MOST_TECHNIQUES = 60
_MOST_ROWS, _MOST_COLUMNS = 12, 8
#: The roles by which a technique is a paper's own means.
OWN = ("proposed", "used")

Groups = dict[str, list[Paper]]


def report(graph: Graph, selection: str = "", lang: str = "en") -> View:
    """A report on the papers of a selection; saves itself as .html, .md or .json."""
    data = contents(Selection(graph, selection, lang))
    return View(
        data["title"],
        {
            "html": lambda: render("report.html.jinja", lang, report=data),
            "md": lambda: render("report.md.jinja", lang, report=data),
            "json": lambda: json.dumps(data, ensure_ascii=False, indent=1) + "\n",
        },
        papers=data["papers"],
    )


def contents(shown: Selection) -> dict[str, Any]:
    """All that the report says, as plain data."""
    words = shown.words
    heading = words("report.title", selection=shown.name) if shown.name else words("report.title_all")
    techniques = _techniques(shown)
    return {
        "title": heading,
        "selection": shown.name,
        "lang": shown.lang,
        "papers": len(shown.papers),
        "scope": _scope(shown),
        "briefs": [{"papers": ids(paper), "text": compose(shown, paper)} for paper in shown.papers],
        "techniques": techniques[:_MOST_TECHNIQUES],
        "all_techniques": len(techniques),
        "results": _results(shown),
        "technique_problem": _matrix(shown, "problem"),
        "technique_hardware": _matrix(shown, "hardware"),
        "institutions": _institutions(shown),
        "bibliography": [_reference(shown, paper) for paper in shown.papers],
    }


def _scope(shown: Selection) -> str:
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
    return words(
        "report.scope",
        papers=words.count("count.paper", len(shown.papers)),
        sources=words.count("count.source", len(sources)),
        names=words("report.join").join(sources),
        period=period,
        institutions=words.count("count.institution", len(institutions)),
    )


def _papers_of(shown: Selection, kind: str, roles: Iterable[str] = ()) -> Groups:
    """The papers of each concept of a type, most papers first."""
    found: Groups = defaultdict(list)
    for paper in shown.papers:
        for thing in shown.things(paper, kind):
            if not roles or thing.role in roles:
                found[thing.concept].append(paper)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), shown.label(item[0]).casefold(), item[0])))


def _techniques(shown: Selection) -> list[dict[str, Any]]:
    """The technique landscape: concepts by papers, then by independent support."""
    roles: dict[str, Counter[str]] = defaultdict(Counter)
    for paper in shown.papers:
        for thing in shown.things(paper, "technique"):
            roles[thing.concept][thing.role or "mentioned"] += 1
    rows = [
        {
            "concept": concept,
            "label": shown.label(concept),
            "count": len(papers),
            "support": shown.support(papers),
            "roles": {role: roles[concept][role] for role in ROLES if roles[concept][role]},
            "papers": _cited(papers),
        }
        for concept, papers in _papers_of(shown, "technique").items()
    ]
    return sorted(rows, key=_weight)


def _weight(row: dict[str, Any]) -> tuple[Any, ...]:
    proposed = "proposed" in row["roles"]
    return -row["count"], -row["support"], not proposed, row["label"].casefold(), row["concept"]


def _cited(papers: Iterable[Paper]) -> list[str]:
    """Papers as they are cited: by their first entry."""
    return [ids(paper)[0] for paper in papers]


def _results(shown: Selection) -> list[dict[str, Any]]:
    """Every outcome number, those of one metric and unit together."""
    rows = [
        _result(shown, paper, found, record)
        for paper in shown.papers
        for found in shown.outcomes(paper)
        for record in [next(record for document, record in paper.entries if document is found.document)]
    ]
    metrics = Counter(row["metric"] for row in rows)
    return sorted(rows, key=lambda row: (-metrics[row["metric"]], row["metric"].casefold(), row["unit"]))


def _result(shown: Selection, paper: Paper, found: Outcome, record: Record) -> dict[str, Any]:
    result, quote = found.result, quoted(found.document, found.result.evidence)
    return {
        "metric": outcome.metric(shown, result),
        "concept": result.metric_concept,
        "text": outcome.value(shown, result),
        "value": list(result.value) if isinstance(result.value, tuple) else result.value,
        "unit": result.unit,
        "change": result.change,
        "bound": result.bound,
        "baseline": outcome.baseline(shown, result),
        "setting": result.setting,
        "hardware": _named_there(shown, found, record.hardware),
        "models": _named_there(shown, found, record.models),
        "paper": ids(paper)[0],
        "entry": found.document.id,
        "field": quote.field,
        "start": quote.start,
        "end": quote.end,
        "quote": quote.quote,
    }


def _named_there(shown: Selection, found: Outcome, mentions: list[Mention]) -> list[str]:
    """What of the mentions is named in the result's setting or own sentence; a paper's other devices prove nothing."""
    sentence = _words(quoted(found.document, found.result.evidence).sentence)
    setting = _words(found.result.setting)
    named: dict[str, str] = {}
    for mention in mentions:
        wording = {_words(mention.surface), _words(mention.canonical)}
        if any(word in text for word in wording for text in (sentence, setting)):
            named[mention.concept or mention.canonical] = shown.label(mention.concept, mention.canonical)
    return list(named.values())


def _words(text: str) -> str:
    return f" {fold(text)} "


def _matrix(shown: Selection, other: str) -> dict[str, Any]:
    """How many papers have both: techniques down, things of another type across."""
    across = list(_papers_of(shown, other).items())[:_MOST_COLUMNS]
    rows = []
    for technique, papers in _papers_of(shown, "technique", OWN).items():
        holding = {paper.id: paper for paper in papers}
        both = [[p for p in columns if p.id in holding] for _, columns in across]
        if any(both):
            together = {paper.id: paper for cell in both for paper in cell}
            rows.append((technique, [len(cell) for cell in both], _cited(together.values())))
    rows.sort(key=lambda row: (-sum(row[1]), shown.label(row[0]).casefold(), row[0]))
    kept = rows[:_MOST_ROWS]
    used = [i for i in range(len(across)) if any(cells[i] for _, cells, _ in kept)]
    return {
        "columns": [shown.label(across[i][0]) for i in used],
        "rows": [
            {"label": shown.label(technique), "cells": [cells[i] for i in used], "papers": papers}
            for technique, cells, papers in kept
        ],
        "all_rows": len(rows),
    }


def _institutions(shown: Selection) -> list[dict[str, Any]]:
    return [
        {"concept": concept, "label": shown.label(concept), "count": len(papers), "papers": _cited(papers)}
        for concept, papers in _papers_of(shown, "institution").items()
    ]


def _reference(shown: Selection, paper: Paper) -> dict[str, Any]:
    documents: list[Document] = [document for document, _ in paper.entries]
    first = next((d for d in documents if d.venue or d.year or d.date), documents[0])
    return {
        "id": ids(paper)[0],
        "entries": ids(paper),
        "paper": paper.id,
        "title": title(paper),
        "institutions": [thing.label for thing in shown.things(paper, "institution")],
        "authors": max((d.author_count or len(d.authors) for d in documents), default=0),
        "published": " ".join(filter(None, (first.venue, str(first.year or "") or first.date[:10]))),
        "link": link(paper),
        "code": code(paper),
    }


VIEW = report
