"""The key sentences of a paper, as its record has them."""

from __future__ import annotations

from kg.model import Evidence, Paper
from kg.views.selection import EntryQuote, quoted


def key_sentences(paper: Paper) -> dict[str, Evidence]:
    """The key sentences by role, of the first entry that has each."""
    found: dict[str, Evidence] = {}
    for _, record in paper.entries:
        for role, quote in record.key.items():
            found.setdefault(role, quote)
    return found


def is_within(key: Evidence | None, field: str, start: int) -> bool:
    """Whether a place of a text lies in a key sentence, if there is one."""
    return key is not None and key.field == field and key.start <= start < key.end


def key_quote(paper: Paper, role: str) -> EntryQuote | None:
    """The key sentence of a role with its entry."""
    for document, record in paper.entries:
        if role in record.key:
            return quoted(document, record.key[role])
    return None
