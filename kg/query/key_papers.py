"""Citations within a graph: the papers that cite a paper, or name the method that it proposes under its own name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kg.store.file import StoreFile

#: References of full papers say who cites; the names in abstracts say it of papers of which no references are known.
_SQL = (
    """SELECT x.cited, p.curie FROM citations x JOIN papers p ON p.id = x.paper
    WHERE p.curie <> x.cited AND x.cited IN ({})""",
    """SELECT p.curie, other.curie FROM papers p JOIN mentions x ON x.paper = p.id AND x.role = 'proposed'
    JOIN concepts c ON c.id = x.concept JOIN mentions y ON y.concept = c.id AND y.role <> 'proposed'
    JOIN papers other ON other.id = y.paper
    WHERE other.id <> p.id AND lower(p.title) LIKE lower(p.name) || ':%' AND lower(c.label) = lower(p.name)
    AND p.curie IN ({})""",
)


def naming_papers(store: StoreFile, papers: Iterable[str]) -> dict[str, set[str]]:
    """The papers (CURIEs) that cite or name each of some papers; those that nobody names are left out."""
    wanted, found = sorted(set(papers)), defaultdict[str, set[str]](set)
    for sql in _SQL:
        for paper, other in store.some(sql, wanted):
            found[paper].add(other)
    return dict(found)
