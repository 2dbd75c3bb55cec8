"""What the indexes of a new graph hold, taken in while its entries are stored: to look all up again takes a second a
thousand entries."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from kg.query.columns import Draft, Rows
from kg.query.near import Small, encoded, normal

if TYPE_CHECKING:
    from kg.graph.store import Store
    from kg.model import Document, Record

_LABEL = re.compile(rb"^(<[^>]*>) <http://www\.w3\.org/2004/02/skos/core#(pref|alt)Label> (.*) \.$", re.MULTILINE)


class Said(NamedTuple):
    """What one entry says for the indexes."""

    rows: Rows
    labels: list[tuple[bytes, ...]]  # a thing and its label as N-Triples spells them, with "pref" or "alt" between
    title: str = ""  # where its meaning is asked for
    meaning: Small | None = None  # of the title


def said(document: Document, record: Record, text: bytes, meanings: bool = False) -> Said:
    """What an entry says for the indexes, with `meanings` its title's too; `text` is its graph in N-Triples."""
    from kg.query.scan import rows_of

    title = normal(record.title) if meanings else ""
    meaning = encoded(title) if title else None
    return Said(rows_of(document, record), [found.groups() for found in _LABEL.finditer(text)], title, meaning)


class Fed:
    """What the entries of a graph say that was empty before the first of them came.

    `meanings` holds for any graph: of titles, what is near them.
    """

    def __init__(self) -> None:
        self.draft = Draft()
        self.labels: Counter[tuple[bytes, ...]] = Counter()
        self.meanings: dict[str, Small] = {}
        self._entries: set[str] = set()
        self._is_sound = True

    def take(self, name: str, what: Said) -> None:
        """Take in what an entry says; an entry that comes again spoils all."""
        if what.meaning:
            self.meanings[what.title] = what.meaning
        self._is_sound &= name not in self._entries
        if not self._is_sound:
            return
        self._entries.add(name)
        self.draft.add_rows(f"entry:{name}", what.rows)
        self.labels.update(what.labels)

    def spoil(self) -> None:
        """There are entries that came in another way: the rows and labels of the others are of no use."""
        self._is_sound = False

    def holds(self, store: Store) -> bool:
        """Whether it holds for a store: all its entries came this way."""
        if not (self._entries and self._is_sound):
            return False
        return {name.partition(":")[2] for name in store.graphs() if name.startswith("entry:")} == self._entries
