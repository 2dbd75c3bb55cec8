"""The key sentences of a paper, as its record has them."""

from __future__ import annotations

from kg.model import Evidence, Paper, Record
from kg.views.selection import EntryQuote, quoted

#: What a key sentence says: what the paper proposes, its problem, its main result, its limits.
KEYS = ("proposes", "problem", "result", "limits")


def key_sentences(paper: Paper) -> dict[str, Evidence]:
    """The key sentences by role, of the first entry that has each."""
    found: dict[str, Evidence] = {}
    for _, record in paper.entries:
        for role, quote in _keys(record).items():
            found.setdefault(role, quote)
    return found


def key_quote(paper: Paper, role: str) -> EntryQuote | None:
    """The key sentence of a role with its entry."""
    for document, record in paper.entries:
        if role in _keys(record):
            return quoted(document, _keys(record)[role])
    return None


def _keys(record: Record) -> dict[str, Evidence]:
    found: dict[str, Evidence] = getattr(record, "key", {})
    return found
