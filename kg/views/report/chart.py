"""The chart of a report: which share of each month's papers does what the report is about."""

from __future__ import annotations

from collections import Counter
from typing import Any

from kg.query.corpus import ALL, Corpus
from kg.query.periods import covered, days, is_partial
from kg.views.report.layout import Part
from kg.views.selection import Selection

_ROUND = 0.0995  # from this share on no decimals are shown
_FEW = 10  # times fewer papers than the fullest month: too few for a share


def chart(shown: Selection, part: Part) -> dict[str, Any]:
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
    months = _between(first, max(every, default=""))[-part.most :] if first else []
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


def _between(first: str, last: str) -> list[str]:
    """The months from the first to the last, those without papers included."""
    out, month = [], first
    while month <= last:
        out.append(month)
        span = days(month)
        assert span
        year, number = span[0].year + (span[0].month == 12), span[0].month % 12 + 1
        month = f"{year:04}-{number:02}"
    return out
