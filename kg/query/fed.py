"""What the indexes of a new graph hold, taken in while its entries are stored: to look all up again takes a second a
thousand entries."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from kg.names import iri, plain
from kg.query.columns import Draft, Rows, with_things
from kg.query.labels import Labels, meant
from kg.query.near import Small, encoded, normal
from kg.query.scan import completed, named, namesakes, row_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyoxigraph as ox

    from kg.graph.store import Store
    from kg.model import Document, Record
    from kg.query.derived import Sections

#: Titles that are encoded one after the other: between two runs of another network each takes twice as long.
TITLES = 32

_SKOS = b" <http://www.w3.org/2004/02/skos/core#"
_LABEL = re.compile(rb"(<[^>]*>)" + re.escape(_SKOS) + rb"(pref|alt)Label> (.*) \.\n")


_OWN = re.compile(rb"(<" + re.escape(iri("technique:").encode()) + rb"[^.]*)\..*")
_LABELS = {iri(f"skos:{kind}Label"): kind.encode() for kind in ("pref", "alt")}


class Said(NamedTuple):
    """What one entry says for the indexes."""

    row: dict[str, str]  # in the table of entries
    rows: Rows
    labels: list[tuple[bytes, ...]]  # a thing and its label as N-Triples spells them, with "pref" or "alt" between
    title: str = ""  # where its meaning is asked for


class Made(NamedTuple):
    """The sections of the indexes' files."""

    labels: Sections
    columns: Sections


def said(document: Document, record: Record, text: bytes, meanings: bool = False) -> Said:
    """What an entry says for the indexes, with `meanings` its title too; `text` is its graph in N-Triples.

    What is one of several of a name goes by that name: `completed` and `_relabel` say which it is.
    """
    title = normal(record.title) if meanings else ""
    rows, labels = rows_of(document, record), list(_labels(text))
    if any(plain(mention.concept) != mention.concept for mention in record.techniques):
        rows = with_things(rows, plain)
        labels = [(_OWN.sub(rb"\1>", thing), *label) for thing, *label in labels]
    return Said(row_of(document, record), rows, labels, title)


def _labels(text: bytes) -> Iterator[tuple[bytes, ...]]:
    """The labels that N-Triples give; a search for whole lines takes ten times as long."""
    at = text.find(_SKOS)
    while at >= 0:
        if found := _LABEL.match(text, text.rfind(b"\n", 0, at) + 1):
            yield found.groups()
        at = text.find(_SKOS, text.find(b"\n", at))


class Fed:
    """What the entries of a graph say that was empty before the first of them came.

    `meanings` holds for any graph: the vectors of titles, but for the last few.
    """

    def __init__(self) -> None:
        self.draft = Draft()
        self.labels: Counter[tuple[bytes, ...]] = Counter()
        self.meanings: dict[str, Small] = {}
        self._titles: list[str] = []  # to be encoded
        self._entries: set[str] = set()
        self._is_sound = True

    def take(self, name: str, what: Said) -> None:
        """Take in what an entry says; an entry that comes again spoils all."""
        if what.title:
            self._titles.append(what.title)
            if len(self._titles) >= TITLES:
                self._encode()
        self._is_sound &= name not in self._entries
        if not self._is_sound:
            return
        self._entries.add(name)
        self.draft.add_entry(f"entry:{name}", **what.row)
        self.draft.add_rows(f"entry:{name}", what.rows)
        self.labels.update(what.labels)

    def spoil(self) -> None:
        """There are entries that came in another way: the rows and labels of the others are of no use."""
        self._is_sound = False

    def made(self, store: Store, spelled: Callable[[str], str]) -> Made | None:
        """The indexes of a store, None where not all its entries came this way; `spelled`: see `Labels.packed`.

        It is to be asked once.
        """
        if not self._holds(store):
            return None
        for entry, thing in namesakes(store):
            self._relabel(store.triples(named(entry)), thing)
        return Made(Labels.packed(meant(+self.labels), spelled), completed(store, self.draft))

    def _relabel(self, triples: Iterable[ox.Triple], thing: str) -> None:
        """What an entry calls a thing of its own is counted for that, not for its name alone."""
        own, by_name = (f"<{iri(one)}>".encode() for one in (thing, plain(thing)))
        for node, predicate, label in triples:
            kind = _LABELS.get(predicate.value, b"")
            if kind and str(node).encode() == own:
                self.labels[own, kind, str(label).encode()] += 1
                self.labels[by_name, kind, str(label).encode()] -= 1

    def _encode(self) -> None:
        for title in self._titles:
            if meaning := encoded(title):
                self.meanings[title] = meaning
        self._titles.clear()

    def _holds(self, store: Store) -> bool:
        if not (self._entries and self._is_sound):
            return False
        return {name.partition(":")[2] for name in store.graphs() if name.startswith("entry:")} == self._entries
