"""Conference papers as listed by Paper Copilot: a JSON array of objects with lists stored as text.

Authors, affiliations (one text per author) and keywords are separated by ";", the affiliations of one author by "+".
Format: https://github.com/papercopilot/paperlists
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from kg.sources.inputs import InputFile
from kg.sources.json_records import keys, rows, text
from kg.sources.paper_rows import Row, RowReader
from kg.sources.xml import stem

_OWN = {"aff", "aff_unique_norm", "aff_domain", "gs_citation", "primary_area", "status", "track", "author_site", "oa"}
_TEXT = re.compile(r'"author"\s*:\s*(?:"|null)')  # elsewhere a list
_SEVERAL = re.compile(r"(?<=\S)\+(?=\S)")
_BOOK = re.compile(r"\bbooktitle\s*=\s*\{([^{}]{1,300})\}", re.I)
_EDITION = re.compile(r"(?<![A-Za-z])([A-Za-z]{3,12})(?:\.cc/|[-_ .])?((?:19|20)\d\d)(?!\d)")
_YEAR = re.compile(r"\byear\s*=\s*\{?((?:19|20)\d\d)\b", re.I)


def _sniff(file: InputFile) -> float:
    found = keys(file)
    is_ours = {"title", "author"} <= found and len(found & _OWN) > 1
    return 0.8 if is_ours and _TEXT.search(file.start()) else 0.0


def _rows(file: InputFile) -> Iterator[Row]:
    return rows(file, partial(_row, of_file=_edition(stem(file))))


def _row(paper: Any, of_file: tuple[str, str]) -> dict[str, Any]:
    links = " ".join(text(paper.get(key)) for key in ("site", "openreview", "oa", "pdf", "proceeding"))
    edition = next((found for found in (_edition(links), of_file) if found[1]), of_file)
    book, year = _BOOK.search(text(paper.get("bibtex"))), _YEAR.search(text(paper.get("bibtex")))
    return {
        "id": paper.get("id"),
        "title": paper.get("title"),
        "abstract": paper.get("abstract"),
        "institutions": [name.strip(" ,") for aff in _listed(paper.get("aff")) for name in _SEVERAL.split(aff)],
        "authors": _listed(paper.get("author")),
        "venue": book[1] if book else paper.get("venue") or paper.get("conference") or edition[0],
        "year": year[1] if year else paper.get("year") or edition[1],
        "arxiv": paper.get("arxiv"),
        "doi": paper.get("doi"),
        "url": next((url for key in ("site", "openreview", "pdf") if (url := text(paper.get(key)))), ""),
        "keywords": _listed(paper.get("keywords")),
    }


def _edition(said: str) -> tuple[str, str]:
    """Conference and year in a file's name or a link.

    >>> _edition("iclr2024"), _edition("https://openaccess.thecvf.com/content/CVPR2023/html/A.html"), _edition("x")
    (('ICLR', '2024'), ('CVPR', '2023'), ('', ''))
    """
    found = _EDITION.search(said)
    return (found[1].upper() if found[1].islower() else found[1], found[2]) if found else ("", "")


def _listed(value: Any) -> list[str]:
    return [piece for piece in map(str.strip, text(value).split(";")) if piece]


#: An entry is named by its id there, mostly that of OpenReview.
READER = RowReader("paperlist", _sniff, _rows)
