"""Citations within a graph: the papers that cite a paper, or name the method that it proposes under its own name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kg.query.citing_papers import Citing
from kg.query.shown import context
from kg.store.file import StoreFile

#: References of full papers say who cites; the names in abstracts say it of papers of which no references are known.
_CITED = """SELECT x.cited, p.curie FROM citations x JOIN papers p ON p.id = x.paper
    WHERE p.curie <> x.cited AND x.cited IN ({})"""
#: A name counts if the title begins with it: "DFlash: Block Diffusion for ...".
_NAMED = """SELECT p.curie, other.curie, p.title, y.role, y.sure, e.name, y.field, y.start, y."end", t.raw, y.score,
    p.name
    FROM papers p JOIN mentions x ON x.paper = p.id AND x.role = 'proposed'
    JOIN concepts c ON c.id = x.concept JOIN mentions y ON y.concept = c.id AND y.role <> 'proposed'
    JOIN papers other ON other.id = y.paper JOIN entries e ON e.id = y.entry
    JOIN texts t ON t.entry = y.entry AND t.field = y.field WHERE other.id <> p.id
    AND lower(p.title) LIKE lower(p.name) || ':%' AND lower(c.label) = lower(p.name) AND {} IN ({{}})
    ORDER BY y.sure DESC, y.score DESC, e.name, y.start"""
#: What it means that a paper surely has another's method in a role.
_TYPES = {"used": "uses", "baseline": "compares_with"}


def naming_papers(store: StoreFile, papers: Iterable[str]) -> dict[str, set[str]]:
    """The papers (CURIEs) that cite or name each of some papers; those that nobody names are left out."""
    wanted, found = sorted(set(papers)), defaultdict[str, set[str]](set)
    for sql in (_CITED, _NAMED.format("p.curie")):
        for paper, other, *_ in store.some(sql, wanted):
            found[paper].add(other)
    return dict(found)


def prior_and_derivative(store: StoreFile, paper: str) -> tuple[list[Citing], list[Citing]]:
    """The works whose methods a paper (CURIE) names, and those that name its own, the surest mentions first."""
    prior, derivative = ([*store.some(_NAMED.format(own), [paper])] for own in ("other.curie", "p.curie"))
    return [_citing(*row) for row in prior], [_citing(*row) for row in derivative]


def _citing(
    named: str,
    other: str,
    title: str,
    role: str,
    sure: int,
    entry: str,
    field: str,
    start: int,
    end: int,
    raw: str,
    score: float,
    name: str,
) -> Citing:
    how = _TYPES.get(role, "names") if sure else "names"
    return Citing(other, named, title, how, entry, field, start, context(raw, start, end), score, name)
