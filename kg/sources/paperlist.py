"""Conference papers as listed by Paper Copilot: a JSON array of objects with lists stored as text.

Authors, affiliations (one text per author) and keywords are separated by ";", the affiliations of one author by "+".
Format: https://github.com/papercopilot/paperlists
"""

from __future__ import annotations

import re
from typing import Any

from kg.model import Batch
from kg.sources.base import InputFile
from kg.sources.records import keys, rows, text
from kg.sources.rows import batch_of

_OWN = {"aff_unique_norm", "aff_domain", "gs_citation", "primary_area", "status", "track"}
_SEVERAL = re.compile(r"(?<=\S)\+(?=\S)")
_BOOK = re.compile(r"\bbooktitle\s*=\s*\{([^{}]{1,300})\}", re.I)
_YEAR = re.compile(r"\byear\s*=\s*\{?((?:19|20)\d\d)\b", re.I)


class PaperListReader:
    """Reads Paper Copilot lists; an entry is named by its id there, mostly that of OpenReview."""

    name = "paperlist"

    def sniff(self, file: InputFile) -> float:
        found = keys(file)
        return 0.8 if {"title", "author", "aff"} <= found and len(found & _OWN) > 1 else 0.0

    def read(self, file: InputFile) -> Batch:
        """Yield entries lazily; raises KgError when the JSON cannot be read from the start."""
        return batch_of(rows(file, _row), file, self.name)


def _row(paper: Any) -> dict[str, Any]:
    book, year = _BOOK.search(text(paper.get("bibtex"))), _YEAR.search(text(paper.get("bibtex")))
    return {
        "id": paper.get("id"),
        "title": paper.get("title"),
        "abstract": paper.get("abstract"),
        "institutions": [name.strip(" ,") for aff in _listed(paper.get("aff")) for name in _SEVERAL.split(aff)],
        "authors": _listed(paper.get("author")),
        "venue": book[1] if book else paper.get("venue") or paper.get("conference"),
        "year": year[1] if year else paper.get("year"),
        "arxiv": paper.get("arxiv"),
        "doi": paper.get("doi"),
        "url": next((url for key in ("site", "openreview", "pdf") if (url := text(paper.get(key)))), ""),
        "keywords": _listed(paper.get("keywords")),
    }


def _listed(value: Any) -> list[str]:
    return [piece for piece in map(str.strip, text(value).split(";")) if piece]


READER = PaperListReader()
