"""What the folder KG_SHARED knows of works, from which scripts/make_works.py draws pairs: preprints, lists, reports."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from kg import sources
from kg.entity_types import data_folder
from kg.link.titles import Title, letters
from kg.link.works import Described

DAILY = "data/arxiv-corpus/arxiv-daily-2025-03_2026-07.jsonl.gz"
EFFICIENT = "data/arxiv-corpus/efficient-ai-2025-2026.jsonl.gz"
CONFERENCES = ("cvpr-iclr-neurips-2023-2025", "icml-2023-2025", "other-venues-with-affiliations")
SEED = "works-2"
SAME = 0.3  # of the shingles of two abstracts, those of two versions of a work at least


@dataclass
class Work:
    """What the material knows of one work; `abstract` is a text or a place, `said` its shingles."""

    title: str
    authors: tuple[str, ...] = ()
    abstract: str = ""
    text: str = field(default="", repr=False)
    institutions: tuple[str, ...] = ()
    venue: str = ""
    year: int | None = None
    arxiv: str = ""
    date: str = ""
    chinese: str = ""
    line: str = ""  # where it stands
    other: str = ""  # title
    count: int | None = None
    place: str = ""

    @cached_property
    def shingles(self) -> frozenset[bytes]:
        return Described("", abstract=self.text).shingles

    @cached_property
    def heading(self) -> Title:
        return Title(self.title)

    @property
    def held_out(self) -> bool:
        return zlib.crc32(f"{SEED} {letters(self.title)}".encode()) % 3 == 0

    def under(self, title: str) -> Work:
        return replace(self, title=title)


def common(a: Work, b: Work) -> float | None:
    """The share of the shorter abstract's shingles that the other has; None when it cannot be told."""
    fewer = min(len(a.shingles), len(b.shingles))
    return len(a.shingles & b.shingles) / fewer if fewer > 30 else None


class Material:
    """Works of the folder KG_SHARED: those of conferences, of arXiv, of the reports."""

    def __init__(self, shared: Path) -> None:
        self.listed = list(_listed(shared))
        self.preprints = list(_preprints(shared))
        self.reports = list(_reports())
        by_id = {work.arxiv: work for work in self.preprints}
        self.by_title = defaultdict(list)
        for work in self.listed:
            self.by_title[letters(work.title)].append(work)
        for work in self.listed:  # what one knows, for the other
            if work.arxiv in by_id and not by_id[work.arxiv].authors:
                by_id[work.arxiv].authors = work.authors
        for work in self.preprints:
            if not work.authors and (same := self.by_title.get(letters(work.title))):
                work.authors = same[0].authors
        self.by_id = by_id
        self.known = [work for work in self.listed if len(work.shingles) > 30 and len(work.authors) > 1]

    def versions(self) -> Iterator[tuple[Work, Work]]:
        """Papers of conferences and their preprints under another title."""
        bands = defaultdict(list)
        for work in self.listed:
            if work.year and work.year >= 2025 and work.text:
                for key in abstract_keys(work.text):
                    bands[key].append(work)
        for preprint in self.preprints:
            if letters(preprint.title) in self.by_title:
                continue
            found = {id(work): work for key in abstract_keys(preprint.text) for work in bands.get(key, ())}
            for work in found.values():
                if (common(preprint, work) or 0) >= SAME:
                    yield replace(preprint, authors=preprint.authors or work.authors), replace(work, arxiv="")
        for work in self.listed:
            if (old := self.by_id.get(work.arxiv)) and letters(old.title) != letters(work.title):
                yield old, replace(work, arxiv="")

    def groups(self) -> list[list[Work]]:
        """Works by the same authors, in whatever order."""
        found: defaultdict[frozenset[str], list[Work]] = defaultdict(list)
        for work in self.known:
            found[frozenset(map(letters, work.authors))].append(work)
        return [group for group in found.values() if len(group) > 1]


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from enumerate(map(json.loads, lines), 1)


def _listed(shared: Path) -> Iterator[Work]:
    for name in CONFERENCES:
        file = f"data/conferences/{name}.jsonl.gz"
        for line, row in _rows(shared / file):
            authors = row.get("authors") or ()
            authors = re.split(r"\s*[;,]\s*", authors) if isinstance(authors, str) else authors
            if not isinstance(authors, list) or not authors:
                continue
            places = [one.strip() for text in row.get("aff") or () for one in str(text).split("+")]
            yield Work(
                row["title"],
                tuple(filter(None, (author.strip() for author in authors))),
                f"{file}#{line}" if row.get("abstract") else "",
                row.get("abstract") or "",
                tuple(dict.fromkeys(filter(None, places))),
                row["venue"],
                row["year"],
                row.get("arxiv") or "",
                chinese=row.get("title_zh") or "",
                other=row.get("alt_title") or "",
                line=f"{file}#{line}",
                place=f"{row['venue']} {row['year']}",
            )


def _preprints(shared: Path) -> Iterator[Work]:
    authors = {row["id"]: tuple(row.get("authors") or ()) for _, row in _rows(shared / EFFICIENT)}
    for line, row in _rows(shared / DAILY):
        year = 2000 + int(row["id"][:2]) if row["id"][:2].isdigit() else None
        place, date = f"arXiv {row['id']}", row.get("day", "")
        yield Work(
            row["title"],
            authors.get(row["id"], ()),
            f"{DAILY}#{line}",
            row["abstract"],
            year=year,
            arxiv=row["id"],
            date=date,
            place=place,
        )


def _reports() -> Iterator[Work]:
    for path in sorted((data_folder("data") / "reports").glob("*.txt")):
        for document in sources.read(path).documents:
            texts = {name: text.text for name, text in document.texts.items()}
            if texts.get("T") and texts.get("A"):
                places = tuple(place.strip() for place in texts.get("I", "").split(",") if place.strip())
                yield Work(
                    texts["T"],
                    abstract=texts["A"],
                    text=texts["A"],
                    institutions=places,
                    count=document.author_count,
                    place=f"entry {document.id}",
                )


def abstract_keys(text: str) -> list[str]:
    return [key for key in Described("", abstract=text).keys if key.startswith("abstract:")]
