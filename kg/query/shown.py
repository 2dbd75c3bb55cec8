"""The quotes for nodes of the graph (mentions, results, relations), and the papers behind lines of tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from kg.query.answer import Line, Quote, Row
from kg.query.conditions import Where
from kg.query.corpus import Corpus
from kg.store.file import StoreFile
from kg.text import sentence_at


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


#: The tables of nodes by the kind in their names.
_TABLES = {"mention": ("mentions", "topics"), "result": ("results",), "relation": ("relations",)}


def entry_of(node: str) -> str:
    """The entry ("002-22") that a node belongs to ("entry:002-22/mention/3")."""
    return node.partition(":")[2].rsplit("/", 2)[0]


def quotes(store: StoreFile, named: Mapping[str, str]) -> dict[str, Quote]:
    """The quote of each node (CURIE) that has a span in a text, by node; `named` gives the label of each."""
    out: dict[str, Quote] = {}
    places = [node.removeprefix("entry:").rsplit("/", 2) for node in named]
    entries, kinds = ({place[at] for place in places} for at in (0, 1))
    for kind, table in ((one, table) for one in sorted(kinds) for table in _TABLES[one]):
        sql = f"""SELECT e.name, x.number, x.field, x.start, x."end", t.raw, x.score, x.sure
            FROM entries e JOIN {table} x ON x.entry = e.id
            LEFT JOIN texts t ON t.entry = e.id AND t.field = x.field WHERE x.start >= 0 AND e.name IN ({{}})"""
        for entry, number, field, start, end, raw, score, sure in store.some(sql, entries):
            if (label := named.get(node := f"entry:{entry}/{kind}/{number}")) is not None:
                words, trust = context(raw or "", start, end), (round(score, 4), bool(sure))
                out[node] = Quote(entry, field, (raw or "")[start:end], start, end, label, words, *trust)
    return out


@lru_cache(maxsize=4096)  # repeated questions show the same quotes
def context(raw: str, start: int, end: int) -> str:
    """The sentence around a place, white space folded; "" where no place is known."""
    if not raw or start < 0:
        return ""
    first, last = sentence_at(raw, start, end)
    return " ".join(raw[first:last].split())


def rows(store: StoreFile, lines: Iterable[Line]) -> tuple[Row, ...]:
    """The papers that lines rest on, in the order of the lines, each with all its quotes."""
    evidence: dict[str, dict[Quote, None]] = {}
    for line in lines:
        for name in line.papers:
            evidence.setdefault(name, {})
        for quote in line.evidence:
            evidence.setdefault(quote.source, {})[quote] = None
    papers = store.papers_of(evidence)
    known = {row.paper: row for row in Corpus.of(store).rows(papers.values())}
    works: dict[str, list[str]] = {}
    for name in evidence:
        if name in papers:
            works.setdefault(papers[name], []).append(name)
    said = {paper: dict.fromkeys(quote for name in own for quote in evidence[name]) for paper, own in works.items()}
    return tuple(
        replace(known[paper], id=own[0], sources=tuple(own), score=1.0, evidence=tuple(said[paper]))
        for paper, own in works.items()
    )


def sentence_part(said: Sequence[Quote], around: int) -> str:
    """The part of a sentence around its quotes, some letters before them and twice as many behind; no full stop."""
    text = said[0].context
    places = [at for quote in said if (at := text.find(" ".join(quote.quote.split()))) >= 0] or [0]
    first, last = max(min(places) - around, 0), max(places) + 2 * around
    start = text.find(" ", first) + 1 if first else 0
    end = text.rfind(" ", start, last) if last < len(text) else len(text)
    return ("…" if start else "") + text[start:end].rstrip(".。 ") + ("…" if end < len(text) else "")
