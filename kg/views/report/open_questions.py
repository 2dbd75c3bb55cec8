"""What is open in a topic: problems that papers name, and limits that they state."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from kg.model import Paper
from kg.views.report.layout import Section
from kg.views.report.report_parts import Group, by_label, cited, said, section
from kg.views.selection import EntryQuote, Selection, ids, key_quote, quoted


def problems(shown: Selection, part: Section) -> dict[str, Any]:
    """The problems that papers surely name, those of most papers first."""
    papers: dict[str, dict[str, Paper]] = defaultdict(dict)
    quotes: dict[str, list[EntryQuote]] = defaultdict(list)
    for paper in shown.papers:
        for document, record in paper.entries:
            for m in record.problems:
                if m.sure and m.concept in shown.graph.vocabulary:
                    papers[m.concept][paper.id] = paper
                    quotes[m.concept].append(quoted(document, m))
    order = sorted(papers, key=lambda c: (-len(papers[c]), *by_label(shown, c)))
    rows = [
        {
            "problem": {"concept": c, "label": shown.label(c)},
            "count": len(papers[c]),
            "papers": cited(papers[c].values()),
            "quote": said(quotes[c][:3]),
        }
        for c in order[: part.most]
    ]
    return section(shown, part, [Group(rows, all=len(order))], shown.words("report.problems_note"))


def limits(shown: Selection, part: Section) -> dict[str, Any]:
    """The sentence in which each paper states a limit or an open question, newest first."""
    newest = sorted(shown.papers, key=lambda paper: (shown.date(paper), paper.id), reverse=True)
    rows = [
        {"sentence": quote.quote, "paper": ids(paper)[0], "papers": ids(paper)[:1], "quote": said([quote])}
        for paper in newest
        if (quote := key_quote(paper, "limits"))
    ]
    return section(shown, part, [Group(rows)], shown.words("report.limits_note"))
