"""Papers of Semantic Scholar: API responses, data sets as JSON lines, and the full texts of S2ORC.

S2ORC's older format (`paper_id`, `pdf_parse` or `body_text`; also CORD-19) holds the output of GROBID, its newer one an
annotated text. Specifications: https://api.semanticscholar.org/api-docs/, https://github.com/allenai/s2orc-doc2json
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from kg.sources.body import s2body
from kg.sources.dates import submitted
from kg.sources.forms import unread_of_service
from kg.sources.inputs import InputFile
from kg.sources.json_records import inner, keys, objects, rows, text, texts
from kg.sources.paper_rows import Row, RowReader
from kg.sources.tei import is_name, organisations, without_keywords
from kg.sources.xml import stem

_API = {"externalIds", "authors", "abstract", "title", "publicationDate", "corpusId"}
_SETS = {"externalids", "title", "abstract", "openaccessinfo", "content", "body"}
_FULL = {"pdf_parse", "body_text", "bib_entries", "has_pdf_parse", "mag_id"}
_LISTS = ("data", "recommendedPapers")
_WITHIN = ("citingPaper", "citedPaper")  # citation lists wrap each paper in an object


def _sniff(file: InputFile) -> float:
    found = keys(file)
    forms = (("paperId", _API), ("corpusid", _SETS), ("paper_id", _FULL))
    return 0.9 if any(name in found and found & fields for name, fields in forms) else 0.0


def _rows(file: InputFile) -> Iterator[Row]:
    make = partial(_row, stem(file))
    return rows(file, s2body.whole(make) if file.is_whole else make, _LISTS)


def _row(file: str, paper: dict[str, Any]) -> dict[str, Any]:
    if "paper_id" in paper:
        return _full_text(paper, file)
    if "corpusid" in paper:
        return _of_a_set(paper)
    return _answer(next((inner(paper, key) for key in _WITHIN if key in paper), paper))


def _answer(paper: dict[str, Any]) -> dict[str, Any]:
    """A paper of the API."""
    people = objects(paper.get("authors"))
    numbers = inner(paper, "externalIds")
    venues = (paper.get("venue"), inner(paper, "publicationVenue").get("name"), inner(paper, "journal").get("name"))
    return {
        "id": paper.get("paperId"),
        "title": paper.get("title"),
        "abstract": paper.get("abstract"),
        "institutions": [name for one in people for name in texts(one.get("affiliations"))],
        "authors": [text(one.get("name")) for one in people],
        "venue": next((venue for venue in venues if venue), ""),
        "year": paper.get("year"),
        "date": paper.get("publicationDate"),
        "arxiv": numbers.get("ArXiv"),
        "doi": numbers.get("DOI"),
        "url": paper.get("url"),
        "unread": unread_of_service("s2", paper),
    }


def _of_a_set(paper: dict[str, Any]) -> dict[str, Any]:
    """A paper of the data sets "papers", "abstracts" and "s2orc", whose field names are in lower case."""
    numbers = inner(paper, "externalids")
    full = inner(paper, "content") or inner(paper, "body")
    names = [text(one.get("name")) for one in objects(paper.get("authors"))]
    return {
        "id": paper.get("corpusid"),
        "title": paper.get("title") or " ".join(_annotated(full, "title")[:1]),
        "abstract": paper.get("abstract") or "\n".join(_annotated(full, "abstract")),
        "institutions": [name for place in _annotated(full, "authoraffiliation") for name in organisations(place)],
        "authors": names or [name for name in _annotated(full, "author") if is_name(name)],
        "venue": paper.get("venue"),
        "year": paper.get("year"),
        "date": paper.get("publicationdate"),
        "arxiv": numbers.get("ArXiv") or numbers.get("arxiv"),
        "doi": numbers.get("DOI") or numbers.get("doi"),
        "url": paper.get("url"),
        "unread": unread_of_service("s2", paper),
    }


def _annotated(full: dict[str, Any], kind: str) -> list[str]:
    """The passages with annotations of one kind; the annotations are JSON encoded as a text."""
    whole = text(full.get("text"))
    try:
        spans = objects(json.loads(text(inner(full, "annotations").get(kind)) or "[]"))
        return [" ".join(whole[int(span["start"]) : int(span["end"])].split()) for span in spans]
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return []


def _full_text(paper: dict[str, Any], file: str) -> dict[str, Any]:
    """A paper in S2ORC's older format, or of its metadata."""
    parsed = {**paper, **inner(paper, "metadata")}
    people = objects(parsed.get("authors"))
    given = parsed.get("abstract") or inner(paper, "pdf_parse").get("abstract")
    paragraphs = [text(given)] if isinstance(given, str) else [text(one.get("text")) for one in objects(given)]
    abstract, keywords = without_keywords(paragraphs)
    name = str(paper.get("paper_id") or "")
    if file.startswith(f"{name}."):  # the name is the file name up to its first dot: "1706" of 1706.03762.pdf
        name = file
    date = text(parsed.get("year"))
    return {
        "id": name,
        "title": parsed.get("title"),
        "abstract": abstract,
        "institutions": [place for one in people for place in _institutions(inner(one, "affiliation"))],
        "authors": [person for one in people if is_name(person := _person(one))],
        "venue": parsed.get("venue") or parsed.get("journal"),
        "year": parsed.get("year"),
        "date": date if "-" in date else "" if date else submitted(name),
        "arxiv": parsed.get("arxiv_id"),
        "doi": parsed.get("doi"),
        "keywords": keywords,
    }


def _person(author: dict[str, Any]) -> str:
    parts = (
        text(author.get("first")),
        *texts(author.get("middle")),
        text(author.get("last")),
        text(author.get("suffix")),
    )
    return " ".join(part for part in parts if part)


def _institutions(place: dict[str, Any]) -> list[str]:
    return organisations(text(place.get("institution"))) or organisations(text(place.get("laboratory")))


#: An entry is named by its id there, a full text also by its file.
READER = RowReader("s2", _sniff, _rows)
