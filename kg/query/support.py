"""Independent support: how many of some papers can stand with no institution shared by two of them."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backer:
    """A paper behind a line, as support counts it."""

    paper: str  # CURIE
    when: str = ""  # when it appeared: ISO 8601, "" where unknown
    institutions: Set[str] = frozenset()
    entries: list[str] = field(default_factory=list)  # "002-22", sorted


def support(papers: Iterable[Backer]) -> int:
    """The size of a greedy set of papers, by date, then id; those without a known institution add one together."""
    return independent(paper.institutions for paper in sorted(papers, key=lambda p: (p.when or "9", p.paper)))


def independent(institutions: Iterable[Set[str]]) -> int:
    """The support of papers of which the institutions are given, in order."""
    seen: set[str] = set()
    count = unknown = 0
    for own in institutions:
        if not own:
            unknown = 1
        elif not own & seen:
            count += 1
            seen |= own
    return count + unknown


def appeared(dates: Iterable[str], years: Iterable[object], reports: Iterable[str]) -> str:
    """When a paper appeared: its earliest date, else its year, else the earliest date of the reports that hold it."""
    for said in (dates, map(str, years), reports):
        first = min(said, default="")
        if first:
            return first
    return ""
