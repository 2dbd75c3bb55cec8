"""Which work of a graph a reference means: by DOI or arXiv id where the titles agree, else by the whole title."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from kg.link.paper_ids import arxiv_of, doi_of
from kg.link.titles import KEY_LETTERS, Title, letters
from kg.model import Document, Evidence, Record
from kg.text import fold

_ALIKE = 0.3  # share of common words in two titles of one id
_WORDS = 4  # of a title that tells its work alone
_YEARS = 2  # between two versions of a work
_CITING = """SELECT DISTINCT x.entry, x.key, x.title, x.doi, x.arxiv, x.year, p.curie FROM citations x
    JOIN papers p ON p.id = x.paper WHERE {}"""
_MEANT = """SELECT k.key, e.paper, e.record ->> '$.title', e.document ->> '$.authors',
    coalesce(e.document ->> '$.date', CAST(e.document ->> '$.year' AS TEXT))
    FROM keys k JOIN entries e ON e.id = k.entry WHERE k.key IN ({}) AND e.paper <> ?"""


class CitingTables(Protocol):
    """A connection to the tables of entries, keys and citations."""

    def execute(self, sql: str, given: Any = ..., /) -> Any: ...

    def executemany(self, sql: str, rows: Any, /) -> Any: ...


class MeantWork(NamedTuple):
    """An entry that a reference may mean, with the key that both have."""

    key: str
    paper: str
    title: str
    authors: tuple[str, ...]
    year: int | None


def begin(title: str) -> str:
    """The key of the letters that a title begins with; "" for none."""
    said = Title(title).letters[:KEY_LETTERS]
    return f"begin:{said}" if said else ""


def number_of_key(key: str) -> int | None:
    """A number of 31 bits for a key, by which references are found that may have it; None for ""."""
    return zlib.crc32(key.encode()) & 0x7FFFFFFF if key else None


def cited_work(title: str, year: int | None, candidates: Iterable[MeantWork], raw: Callable[[], str]) -> str:
    """The work (CURIE) that a reference means of some candidates; "" where none is, or several are by their titles.

    `raw` gives the whole reference, of which a short title needs authors.
    """
    said = Title(title)
    by_id, by_title = set(), set()
    for one in candidates:
        other = Title(one.title)
        is_same = bool(said.letters) and _is_title(said, other)
        if one.key.startswith("paper:"):
            if is_same or not said.letters or not other.letters or said.share(other) >= _ALIKE:
                by_id.add(one.paper)
        elif is_same and (len(said.text.split()) >= _WORDS or _is_version(raw(), year, one)):
            by_title.add(one.paper)
    found = by_id & by_title or by_id or by_title
    return min(found) if found and (by_id or len(found) == 1) else ""


def _is_title(a: Title, b: Title) -> bool:
    """Whether two titles are one, or the shorter is so long a part of the other that it means the same work."""
    if a.letters == b.letters or a.is_misprint_of(b):
        return True
    if a.counts_otherwise(b) or a.continues(b):
        return False
    short, long = sorted((a, b), key=lambda title: len(title.letters))
    return short.is_part_of(long) and short.is_surely_part_of(long)


def _is_version(raw: str, year: int | None, one: MeantWork) -> bool:
    """Whether year and an author of a work agree with a reference."""
    words = set(fold(raw).split())
    last = {letters(author.partition(",")[0] if "," in author else author.rpartition(" ")[2]) for author in one.authors}
    is_near = year is None or one.year is None or abs(year - one.year) <= _YEARS
    return is_near and bool(last & words)


def link_citations(
    db: CitingTables,
    some: Callable[[str, Iterable[Any]], Iterator[Any]],
    entries: Sequence[int],
    papers: Collection[str],
    reference: Callable[[str, str], str],
) -> None:
    """Say which works references mean: those of entries, by number, and all that mean or may mean some works.

    `some` gives the rows of a query about many values, `reference` the text of a reference of a document's JSON by key.
    """
    if not entries and not db.execute("SELECT 1 FROM citations LIMIT 1").fetchone():
        return
    sql = "SELECT DISTINCT k.key FROM entries e JOIN keys k ON k.entry = e.id WHERE e.paper IN ({})"
    names = {key for (key,) in some(sql, papers)}
    ids = {key.removeprefix("paper:") for key in names if key.startswith("paper:")}
    begins = {number_of_key(key) for key in names if key.startswith("begin:")}
    found: set[tuple[Any, ...]] = set()
    for column, values in {"cited": papers, "doi": ids, "arxiv": ids, "begin": begins, "entry": entries}.items():
        found.update(some(_CITING.format(f"x.{column} IN ({{}})"), values))
    linked = [(_cited(db, reference, *one), *one[:2]) for one in sorted(found, key=lambda one: one[:2])]
    db.executemany("UPDATE citations SET cited = ? WHERE entry = ? AND key = ?", linked)


def _cited(
    db: CitingTables,
    reference: Callable[[str, str], str],
    entry: int,
    key: str,
    title: str,
    doi: str,
    arxiv: str,
    year: int | None,
    paper: str,
) -> str:
    keys = [name for name in (doi and f"paper:{doi}", arxiv and f"paper:{arxiv}", begin(title)) if name]
    rows = db.execute(_MEANT.format(", ".join("?" * len(keys))), (*keys, paper)).fetchall() if keys else []
    given = [
        MeantWork(name, work, said or "", tuple(json.loads(authors or "[]")), int(str(when)[:4]) if when else None)
        for name, work, said, authors, when in rows
    ]

    def raw() -> str:
        return reference(db.execute("SELECT document FROM entries WHERE id = ?", (entry,)).fetchone()[0], key)

    return cited_work(title, year, given, raw) if given else ""


def citation_rows(document: Document, record: Record) -> Iterator[tuple[Any, ...]]:
    """A row for each reference and type of citation; one without a quote where no text cites it."""
    said: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for one in record.citations:
        said[one.key].append((one.type, *quoted(one.evidence), one.confidence, one.name))
    for ref in document.references:
        own = ("", ref.key, ref.title, doi_of(ref), arxiv_of(ref), ref.year, number_of_key(begin(ref.title)))
        yield from ((*own, *row) for row in said.get(ref.key, [("cites", "", -1, "", 1.0, "")]))


def quoted(said: Evidence) -> tuple[str, int, str]:
    """The place and the words of an evidence, as rows have them."""
    return said.field, said.start, said.quote
