"""The words behind nodes of the graph (mentions, results, relations), and the papers that lines of a table rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from kg.query.answer import Line, Quote, Row
from kg.query.corpus import Corpus
from kg.query.nodes import Node, nodes_at
from kg.store.file import StoreFile
from kg.text import sentence_at


def entry_of(node: str) -> str:
    """The entry ("002-22") whose graph says a node ("entry:002-22/mention/3")."""
    return node.partition(":")[2].rsplit("/", 2)[0]


def quotes(store: StoreFile, named: Mapping[str, str]) -> dict[str, Quote]:
    """The words of each node (CURIE), by node; `named` gives the label of what they name."""
    return {one.node: _quote(one, named[one.node]) for one in nodes_at(store, named) if one.start >= 0}


def _quote(node: Node, label: str) -> Quote:
    said, trust = context(node.raw, node.start, node.end), (round(node.score, 4), node.sure)
    quote = node.raw[node.start : node.end]
    return Quote(entry_of(node.node), node.field, quote, node.start, node.end, label, said, *trust)


@lru_cache(maxsize=4096)  # what is asked again and again shows the same words
def context(raw: str, start: int, end: int) -> str:
    """The sentence around a place, white space folded; "" where no place is known."""
    if not raw or start < 0:
        return ""
    first, last = sentence_at(raw, start, end)
    return " ".join(raw[first:last].split())


def rows(store: StoreFile, lines: Iterable[Line]) -> tuple[Row, ...]:
    """The papers that lines rest on, in the order in which the lines name them, each with all its quotes."""
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
