"""Independent support: the size of a greedy choice of papers of which no two share an institution."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backer:
    """A paper that supports a line."""

    paper: str  # CURIE
    when: str = ""  # its date: ISO 8601, "" if unknown
    institutions: Set[str] = frozenset()
    entries: list[str] = field(default_factory=list)  # "002-22", sorted


def support(papers: Iterable[Backer]) -> int:
    """The size of a greedy set of papers, by date, then id; papers without a known institution count as one in all."""
    return independent(paper.institutions for paper in sorted(papers, key=lambda p: (p.when or "9", p.paper)))


def independent(institutions: Iterable[Set[str]]) -> int:
    """The support of papers with some institutions, in order."""
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
    """The date of a paper: its earliest date, else its year, else the earliest date of the reports that list it."""
    for said in (dates, map(str, years), reports):
        first = min(said, default="")
        if first:
            return first
    return ""
