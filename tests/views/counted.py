"""Trends of made papers, for tests to look at."""

from __future__ import annotations

from typing import Any

from kg.views.trends import FORMS, Trend
from kg.views.trends.collected import Collected


def made(counts: dict[str, list[int]], corpus: list[int], over: str = "year", **options: Any) -> Trend:
    """A trend of labels with so many papers in each period."""
    found = Collected()
    for at, n in enumerate(corpus):
        first = len(found.papers)
        period = (
            ["A 2023", "A 2024", "A 2025", "B 2023", "B 2024", "B 2025"][at] if over == "venue-year" else f"{2020 + at}"
        )
        found.papers += [f"p{first + i}" for i in range(n)]
        found.periods += [(period,)] * n
        found.things += [(first + i, label) for label, each in counts.items() for i in range(each[at])]
    found.names = {label: {"en": label} for label in counts}
    found.above = options.pop("above", {})
    return Trend(found, "technique", over, forms=FORMS, **options)


def monthly(last: str, counts: list[int], sources: list[frozenset[str]]) -> Trend:
    """Twenty papers a month, of which so many have the label; the corpus ends on a day."""
    months = [f"2025-{n:02}" for n in range(1, len(counts) + 1)]
    found = Collected(names={"up": {"en": "up"}}, first="2025-01-01", last=last, sources=sources)
    for month, count in zip(months, counts, strict=True):
        for n in range(20):
            found.things += [(len(found.papers), "up")] if n < count else []
            found.papers.append(f"{month}-{n}")
            found.periods.append((month,))
    return Trend(found, "topic", "month", forms=FORMS)
