"""An entry as the store takes it: with how it was read, and in the form that is written, made where it was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kg.model import Document, Record
from kg.store import codec
from kg.store.rows import Rows, rows_of


class Entry(NamedTuple):
    """An entry as it is stored."""

    document: Document
    record: Record
    way: str | Mapping[str, Any] = "full"  # how it was read
    fingerprint: str = ""


class ClaimRow(NamedTuple):
    """A name of a technique that an entry coins or mentions; see the table `claims`."""

    concept: str
    own: bool
    words: str
    means: str
    topics: str


class Draft(NamedTuple):
    """An entry in the form in which it is stored, made where it was read: JSON, rows, and what it is found by."""

    name: str
    source: str
    number: int
    document: str
    record: str
    way: str
    fingerprint: str
    rows: Rows
    keys: tuple[str, ...]
    claims: tuple[ClaimRow, ...]

    @classmethod
    def of(cls, entry: Entry, keys: Iterable[str] = (), claims: Iterable[ClaimRow] = ()) -> Draft:
        """The stored form of an entry."""
        document, record = entry.document, entry.record
        return cls(
            name=document.id,
            source=document.source,
            number=document.number,
            document=codec.encoded(document),
            record=codec.encoded_record(record, document),
            way=codec.way_encoded(entry.way),
            fingerprint=entry.fingerprint,
            rows=rows_of(document, record),
            keys=tuple(keys),
            claims=tuple(claims),
        )

    @property
    def entry(self) -> Entry:
        """The entry itself."""
        document = codec.document(self.document)
        return Entry(document, codec.record(self.record, document), codec.way(self.way), self.fingerprint)


def local_id(name: str, source: str) -> str:
    """What a source itself calls an entry: where sources share an id, the entries of all but one name their source.

    >>> local_id("2510.01234@refs", "refs"), local_id("002-22", "002")
    ('2510.01234', '002-22')
    """
    return name.removesuffix(f"@{source}")
