"""The quotes for nodes of the graph (mentions, results, relations), and the papers behind lines of tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from kg.query.answer import Line, Quote, Row
from kg.query.corpus import Corpus
from kg.store.file import StoreFile
from kg.text import sentence_at

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
