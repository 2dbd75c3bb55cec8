"""What surrounds the content of a report: its scope, its chart, its bibliography."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from kg.model import Document, Paper
from kg.query.corpus import ALL, Corpus
from kg.query.periods import covered, is_partial, without_gaps
from kg.views.readable import as_text
from kg.views.report.layout import Section
from kg.views.report.report_parts import Group, section
from kg.views.selection import Selection, code, ids, link, named, title

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SOURCES = 6  # sources that the scope names
_AUTHORS = 8  # authors of a reference


def scope(shown: Selection, also: int, *, is_done: bool = True) -> list[str]:
    """What was searched, how many papers were found, and what is known of these: a sentence each.

    `is_done`: the selection names something that papers do, not only what they have.
    """
    words = shown.words
    if not shown.papers:
        return [words("report.empty")]
    corpus, dates = Corpus.of(shown.graph.store), sorted(filter(None, (shown.date(p)[:10] for p in shown.papers)))
    sources = sorted(source.name for source in shown.graph.sources())
    names = sources[:_SOURCES] + (["…"] if len(sources) > _SOURCES else [])
    period = words("report.undated")
    if dates:
        period = words(
            "report.period_one" if dates[0] == dates[-1] else "report.period", first=dates[0], last=dates[-1]
        )
    searched = words(
        "report.searched",
        papers=words.count("count.paper", len(corpus)),
        sources=words.count("count.source", len(sources)),
        names=words("report.join").join(names),
    )
    key = "report.found_all" if not shown.name else "report.found" if is_done else "report.found_some"
    found = words.count(key, len(shown.papers), period=period)
    known = {
        "institutions": sum(1 for paper in shown.papers if shown.institutions(paper)),
        "authors": sum(1 for paper in shown.papers if any(document.authors for document, _ in paper.entries)),
        "code": sum(1 for paper in shown.papers if code(paper)),
    }
    out = [searched, found]
    if also:
        out.append(words.count("report.found_also", also))
    return [*out, words("report.coverage", **{kind: f"{n:,}" for kind, n in known.items()})]


def also(shown: Selection, part: Section, papers: list[Paper]) -> dict[str, Any]:
    """The papers that only mention what the report is about."""
    rows = [{"title": as_text(title(paper)), "paper": ids(paper)[0], "papers": ids(paper)[:1]} for paper in papers]
    return section(shown, part, [Group(rows)], shown.words("report.also_note")) | {
        "title": shown.words("report.also_section")
    }


def bibliography(shown: Selection, part: Section, papers: list[Paper]) -> dict[str, Any]:
    """Papers with their entries, authors, institutions, venue and links."""
    rows = [_reference(shown, paper) for paper in papers[: part.most]]
    return section(shown, part, [Group(rows, all=len(papers))]) | {"kind": "references"}


def _reference(shown: Selection, paper: Paper) -> dict[str, Any]:
    documents: list[Document] = [document for document, _ in paper.entries]
    first = next((d for d in documents if d.venue or d.year or d.date), documents[0])
    when = str(first.year or "") or first.date[:10]
    authors = next((list(d.authors) for d in documents if d.authors), [])
    return {
        "id": ids(paper)[0],
        "entries": ids(paper),
        "papers": ids(paper)[:1],
        "concept": paper.id,
        "title": as_text(title(paper)),
        "called": named(paper, shown.date(paper)),
        "institutions": [{"concept": t.concept, "label": t.label} for t in shown.things(paper, "institution")],
        "authors": authors[:_AUTHORS],
        "more_authors": max(0, len(authors) - _AUTHORS),
        "published": " ".join(filter(None, (first.venue, "" if _YEAR.search(first.venue) else when))),
        "link": link(paper),
        "code": code(paper),
    }


_ROUND = 0.0995  # from this share on no decimals are shown
_FEW = 10  # times fewer papers than the fullest month: too few for a share


def chart(shown: Selection, part: Section) -> dict[str, Any]:
    """A bar a month of the newest ones: the share of the graph's papers, or their number where the report is on all.

    The scale is that of the months which the graph holds whole; the chart begins with such a one.
    """
    words, corpus = shown.words, Corpus.of(shown.graph.store)
    own = Counter(date[:7] for paper in shown.papers if len(date := shown.date(paper)) >= len("2025-10"))
    sql = "SELECT substr(appeared, 1, 7), count(*) FROM papers WHERE length(appeared) >= 7 GROUP BY 1 ORDER BY 1"
    every = dict(shown.graph.store.rows(sql))
    ends = covered(corpus.days(ALL)[""])
    usual = max(every.values(), default=0)
    partial = {m for m, n in every.items() if is_partial(m, *ends) or n * _FEW < usual}
    first = min(own.keys() - partial, default="") or min(own, default="")
    months = without_gaps((first, max(every)), "month")[-part.most :] if first else []
    is_share = len(shown.papers) < len(corpus)
    height = {m: own[m] / every[m] if is_share and m in every else float(own[m]) for m in months}
    whole = [height[m] for m in months if m not in partial]
    most = max(whole or height.values(), default=0) or 1
    rows = [
        {
            "period": month,
            "count": own[month],
            "all": every.get(month, 0),
            "share": f"{100 * own[month] / every[month]:.1f}%" if every.get(month) else "",
            "label": _share(own[month] / every[month]) if is_share and month in every else f"{own[month]}",
            "level": min(100.0, round(100 * height[month] / most, 1)),
            "partial": month in partial,
            "papers": [],
        }
        for month in months
    ]
    note = words("report.chart_share" if is_share else "report.chart_count")
    if any(row["partial"] for row in rows):
        note += words("report.sentence_gap") + words("report.chart_partial")
    if older := own.total() - sum(row["count"] for row in rows):
        note += words("report.sentence_gap") + words.count("report.chart_older", older)
    return {
        "kind": "chart",
        "title": words("report.chart"),
        "note": note if rows else words("report.nothing"),
        "rows": rows,
        "is_share": is_share,
        "top": f"{100 * most:.1f}%" if is_share else f"{most:g}",
        "left_out": "",
    }


def _share(share: float) -> str:
    """A share that is short enough to stand over a bar.

    >>> _share(0.0123), _share(0.123)
    ('1.2%', '12%')
    """
    return f"{100 * share:.1f}%" if share < _ROUND else f"{100 * share:.0f}%"
