"""Rows of a graph's tables about nodes: mentions, topics, results and relations, named "entry:002-22/mention/3"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from kg.query.sparql import is_acronym, phrase_regex

if TYPE_CHECKING:
    from kg.store.file import StoreFile

#: The tables of nodes by the kind that their names say.
_TABLES = {"mention": ("mentions", "topics"), "result": ("results",), "relation": ("relations",)}
_TRIGRAM = 3


class Node(NamedTuple):
    """Where the words of a node stand, and how far it can be trusted."""

    node: str
    field: str
    start: int
    end: int
    raw: str  # the text of the field
    score: float
    sure: bool


def place_of_node(node: str) -> tuple[str, str, int]:
    """The entry, kind and number that a node is named by.

    >>> place_of_node("entry:002-22/mention/3")
    ('002-22', 'mention', 3)
    """
    entry, kind, number = node.partition(":")[2].rsplit("/", 2)
    return entry, kind, int(number)


def nodes_at(store: StoreFile, nodes: Iterable[str]) -> Iterator[Node]:
    """What is known of nodes; what is not there is left out."""
    wanted = set(nodes)
    kinds = {place_of_node(node)[1] for node in wanted}
    entries = {place_of_node(node)[0] for node in wanted}
    for kind, table in ((one, table) for one in sorted(kinds) for table in _TABLES[one]):
        sql = f"""SELECT e.name, x.number, x.field, x.start, x."end", t.raw, x.score, x.sure
            FROM entries e JOIN {table} x ON x.entry = e.id
            LEFT JOIN texts t ON t.entry = e.id AND t.field = x.field WHERE e.name IN ({{}})"""
        for entry, number, field, start, end, raw, score, sure in store.some(sql, entries):
            if (node := f"entry:{entry}/{kind}/{number}") in wanted:
                yield Node(node, field, start, end, raw or "", score, bool(sure))


def saying(store: StoreFile, words: str, entries: Iterable[str] | None = None) -> set[str]:
    """The papers with words in one of their texts, or those of some entries ("002-22").

    Trigrams, else a part of the words, leave a few texts; a regular expression decides on these.
    """
    pattern = re.compile(phrase_regex(words), 0 if is_acronym(words) else re.IGNORECASE)
    pieces = re.findall(r"[^\W_]+", words)
    grams = sorted({p[at : at + _TRIGRAM].lower() for p in pieces for at in range(len(p) - _TRIGRAM + 1)})
    of = "SELECT p.curie, t.raw FROM texts t JOIN papers p ON p.id = t.paper"
    if entries is not None:
        rows = store.some(f"{of} JOIN entries e ON e.id = t.entry WHERE e.name IN ({{}})", entries)
    elif grams:
        holding, values = store.db.holding(grams)
        rows = store.rows(f"{of} WHERE {holding}", *values)
    else:
        rows = store.rows(f"{of} WHERE instr(lower(t.raw), ?)", min(pieces, key=len, default=words).lower())
    return {paper for paper, raw in rows if pattern.search(raw)}
