"""Rows of a graph's tables about nodes: mentions, topics, results and relations, named "entry:002-22/mention/3"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kg.query.conditions import Where
from kg.store.file import StoreFile


class NamedEntity(NamedTuple):
    """A mention or topic that names an entity."""

    node: str
    entry: str  # "002-22"
    paper: str  # CURIE
    concept: str  # CURIE
    role: str  # of a technique
    number: int  # its place among the mentions and topics of the entry


def namings(store: StoreFile, papers: Iterable[str]) -> list[NamedEntity]:
    """The mentions and topics of papers (CURIEs), by entry and place in it."""
    wanted = set(papers)
    out = []
    for table, column, role in (("mentions", "concept", "x.role"), ("topics", "topic", "''")):
        sql = f"""SELECT e.name, e.paper, c.curie, {role}, x.number FROM entries e JOIN {table} x ON x.entry = e.id
            JOIN concepts c ON c.id = x.{column} WHERE e.paper IN ({{}})"""
        out += [NamedEntity(f"entry:{row[0]}/mention/{row[-1]}", *row) for row in store.some(sql, wanted)]
    return sorted(out, key=lambda one: (one.entry, one.number))


class Reported(NamedTuple):
    """A result of a paper on a metric."""

    node: str
    paper: str  # CURIE
    metric: str  # CURIE, "" if unknown
    wording: str
    low: float
    high: float
    unit: str
    change: str
    bound: str
    baseline: str  # CURIE, "" if unknown
    baseline_text: str
    setting: str
    sure: int  # 1 or 0


def reported(store: StoreFile, where: Where) -> list[Reported]:
    """The results `x` of papers `p` that fulfil a condition, by entry and place in it."""
    sql = f"""SELECT e.name, x.number, p.curie, coalesce(m.curie, ''), x.metric_text, x.low, x.high, x.unit, x.change,
        x.bound, coalesce(b.curie, ''), x.baseline_text, x.setting, x.sure
        FROM results x JOIN entries e ON e.id = x.entry JOIN papers p ON p.id = x.paper
        LEFT JOIN concepts m ON m.id = x.metric LEFT JOIN concepts b ON b.id = x.baseline
        WHERE {where.sql} ORDER BY e.name, x.number"""
    rows = store.rows(sql, *where.given)
    return [Reported(f"entry:{entry}/result/{number}", *said) for entry, number, *said in rows]


class Related(NamedTuple):
    """A relation between two entities that a paper states."""

    node: str
    entry: str
    paper: str  # CURIE
    type: str
    head: str  # CURIE
    tail: str  # CURIE
    sure: int  # 1 or 0


def stated(store: StoreFile, where: Where) -> list[Related]:
    """The relations `x` of papers `p` that fulfil a condition, by entry and place in it."""
    sql = f"""SELECT e.name, x.number, p.curie, x.type, h.curie, t.curie, x.sure
        FROM relations x JOIN entries e ON e.id = x.entry JOIN papers p ON p.id = x.paper
        JOIN concepts h ON h.id = x.head JOIN concepts t ON t.id = x.tail
        WHERE {where.sql} ORDER BY e.name, x.number"""
    rows = store.rows(sql, *where.given)
    return [Related(f"entry:{entry}/relation/{number}", entry, *said) for entry, number, *said in rows]
