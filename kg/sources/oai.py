"""Records of OAI-PMH (ListRecords, GetRecord) with arXiv's metadata (arXiv, arXivRaw) or Dublin Core (oai_dc).

Deleted records are skipped. Specification: https://www.openarchives.org/OAI/openarchivesprotocol.html; arXiv's formats:
https://info.arxiv.org/help/oa/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.latex import bare
from kg.model import KgError
from kg.sources import xml
from kg.sources.dates import mailed, submitted
from kg.sources.forms import is_other
from kg.sources.inputs import InputFile
from kg.sources.paper_rows import ARXIV_ID, Row, RowReader, Skipped, attempt, doi_in
from kg.sources.tags import untagged

_ROOT = re.compile(r"<(?:\w+:)?OAI-PMH\b")
_OURS = re.compile(
    r"arxiv\.org/OAI/arXiv(?:Raw)?/|openarchives\.org/OAI/2\.0/oai_dc/|<(?:\w+:)?error\b|</?(?:\w+:)?header\b"
)
_FORMS = ("arXiv", "arXivRaw", "dc")
_ARXIV = re.compile(rf"(?:oai:arXiv\.org:|https?://arxiv\.org/abs/)({ARXIV_ID})(?:v\d+)?$", re.I)
_BARE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:\w+:)?(?:record|records|ListRecords|GetRecord)\b")
_DOI = re.compile(r"(?:https?://\S*/|doi:\s*)?10\.\d{4,9}/\S", re.I)
_URL = re.compile(r"https?://\S+$", re.I)
_DATE = re.compile(r"(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?(?=T|$)")
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_BETWEEN = re.compile(r"\s*(?:,\s*(?:and\s)?|;|:|\sand\s|\s&\s)\s*")


def _sniff(file: InputFile) -> float:
    start = file.start() if xml.looks_like_xml(file) else ""
    is_ours = _ROOT.search(start) or (_BARE.match(start) and "<metadata" in start.replace("<oai:", "<"))
    return 0.8 if is_ours and _OURS.search(start) else 0.0


def _rows(file: InputFile) -> Iterator[Row]:
    number = 0
    for element in xml.elements(file, ("record", "error")):
        if xml.local(element) == "error":
            said = ": ".join(filter(None, (element.get("code"), xml.text(element))))
            raise KgError(
                f'{file.path}: is an error of an OAI-PMH repository ("{said}"): correct the call and fetch again.'
            )
        header = xml.child(element, "header")
        if header is None or header.get("status") == "deleted":  # MARC elements of the same name have no header
            continue
        number += 1
        yield f"record {number}", attempt(_row, element)
    if not number:
        raise KgError(f"{file.path}: is an answer of OAI-PMH without a paper: fetch other days or another set.")


def _row(record: xml.Element) -> dict[str, object] | Skipped:
    for metadata in xml.children(record, "metadata"):
        for found in metadata:
            if (form := xml.local(found)) in _FORMS:
                name = xml.value(record, "header", "identifier")
                return _dublin_core(found, name) if form == "dc" else _arxiv(found, name, raw=form == "arXivRaw")
    return Skipped("its metadata are of no form that is read here (arXiv, arXivRaw, oai_dc): fetch one of these")


def _arxiv(paper: xml.Element, name: str, raw: bool) -> dict[str, object] | Skipped:
    """A record with arXiv's own metadata."""
    found = _ARXIV.fullmatch(f"oai:arXiv.org:{xml.value(paper, 'id')}") or _ARXIV.fullmatch(name)
    if found is None:
        return Skipped(f'"{(xml.value(paper, "id") or name)[:100]}" is not an arXiv id: fetch it again')
    return {
        "id": found[1],
        "title": xml.value(paper, "title"),
        "abstract": xml.value(paper, "abstract"),
        "institutions": [xml.text(place) for place in xml.children(paper, "authors", "author", "affiliation")],
        "authors": written(xml.value(paper, "authors"))
        if raw
        else [_name(one) for one in xml.children(paper, "authors", "author")],
        "venue": bare(xml.value(paper, "journal-ref")),
        "comment": xml.value(paper, "comments"),
        "date": _first_version(paper, found[1]) if raw else _created(xml.value(paper, "created"), found[1]),
        "arxiv": found[1],
        "doi": xml.value(paper, "doi"),
        "url": f"https://arxiv.org/abs/{found[1]}",
        "category": xml.value(paper, "categories"),
    }


def _name(author: xml.Element) -> str:
    return bare(" ".join(part for key in ("forenames", "keyname", "suffix") if (part := xml.value(author, key))))


def written(authors: str) -> list[str]:
    """The names in an author line, without the affiliations in brackets.

    >>> written("A. Lovelace (1), B. Turing (1 and 2) and C. Xu ((1) ETH (Zurich), (2) MIT)")
    ['A. Lovelace', 'B. Turing', 'C. Xu']
    """
    before = ""
    while before != authors:
        before, authors = authors, _BRACKETS.sub("", authors)
    return [name for name in (bare(one) for one in _BETWEEN.split(authors)) if name]


def _first_version(paper: xml.Element, arxiv: str) -> str:
    versions = xml.children(paper, "version")
    first = next((one for one in versions if one.get("version") == "v1"), versions[0] if versions else None)
    return mailed(xml.value(first, "date")) if first is not None else submitted(arxiv)


def _created(created: str, arxiv: str) -> str:
    """Submission date of a paper; the month of the id replaces a later date, which belongs to a later version.

    >>> _created("2025-09-30", "2510.00001"), _created("2026-08-30", "1601.04794")
    ('2025-09-30', '2016-01')
    """
    month = submitted(arxiv)
    return created if created and created[:7] <= (month or created) else month


def _dublin_core(paper: xml.Element, name: str) -> dict[str, object]:
    """A record in Dublin Core, of arXiv or any other repository."""
    names = [xml.text(one) for one in xml.children(paper, "identifier")]
    arxiv = next((m[1] for one in (name, *names) if (m := _ARXIV.match(one))), "")
    doi = next((found for one in names if _DOI.match(one) and (found := doi_in(one))), "")
    titles = [untagged(xml.text(one)) for one in xml.children(paper, "title")] or [""]
    texts = [untagged(xml.text(one)) for one in xml.children(paper, "description")]
    abstract = max(texts, key=len, default="")  # arXiv adds its comments as another description
    subjects = [xml.text(one) for one in xml.children(paper, "subject")]
    return {
        "id": arxiv or doi or name,
        "title": titles[0],
        "abstract": abstract,
        "authors": [_turned(xml.text(one)) for one in xml.children(paper, "creator")],
        "venue": xml.value(paper, "source"),
        "date": _earliest([xml.text(one) for one in xml.children(paper, "date")]),
        "arxiv": arxiv,
        "doi": doi,
        "url": f"https://arxiv.org/abs/{arxiv}" if arxiv else next(filter(_URL.match, names), ""),
        "keywords": [] if arxiv else subjects,  # arXiv's subjects are its categories
        "unread": ["title"] * any(is_other(one, titles[0]) for one in titles[1:])
        + ["description"] * (not arxiv and any(is_other(one, abstract) for one in texts)),
    }


def _turned(name: str) -> str:
    """A name with the first name first.

    >>> _turned("Lovelace, Ada"), _turned("King Jr., Martin L."), _turned("The ATLAS Collaboration")
    ('Ada Lovelace', 'Martin L. King Jr.', 'The ATLAS Collaboration')
    """
    last, comma, first = bare(name).partition(", ")
    return f"{first} {last}" if comma and "," not in first else bare(name)


def _earliest(dates: list[str]) -> str:
    """The earliest of some dates, in the most precise form given."""
    found = sorted(match.group() for date in dates if (match := _DATE.match(date)))
    return max((one for one in found if one.startswith(found[0])), key=len, default="")


#: An entry is named by its arXiv id, else its DOI, else its OAI identifier.
READER = RowReader("oai", _sniff, _rows)
