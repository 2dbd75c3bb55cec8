"""Papers from arXiv: the Atom response of its API, and its daily feeds in Atom and RSS 2.0.

In a feed, only papers marked as new were submitted on the day of the announcement; for the others, the month is taken
from the arXiv id. Specifications: https://info.arxiv.org/help/api/user-manual.html,
https://info.arxiv.org/help/rss.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.latex import bare
from kg.model import KgError
from kg.sources import xml
from kg.sources.dates import mailed, submitted
from kg.sources.inputs import InputFile
from kg.sources.oai import written
from kg.sources.paper_rows import ARXIV_ID, Row, RowReader, Skipped, attempt

_ATOM = re.compile(r"<(?:\w+:)?feed\b[^>]{0,2000}\bhttp://www\.w3\.org/2005/Atom\b")
_RSS = re.compile(r"<rss\b|<rdf:RDF\b(?![^>]{0,2000}\bzotero\.org/)")
_OURS = re.compile(
    r"""\bxmlns:arxiv\b|<(?:link|id)>\s*https?://(?:\w+\.)?arxiv\.org/|\babout="https?://\w*\.?arxiv\.org/"""
)
PAPER_ID = re.compile(rf"(?:/abs/|oai:arXiv\.org:|^arxiv:)?({ARXIV_ID})(?:v\d+)?$", re.I)
_ANNOUNCED = re.compile(r"^arXiv:\S+\s+Announce Type:\s*[\w-]+\s+Abstract:\s*", re.I)
_ERROR = "/api/errors"
_CATEGORIES = ("primary_category", "category")  # the first is the primary one


def _sniff(file: InputFile) -> float:
    start = file.start() if xml.looks_like_xml(file) else ""
    return 0.9 if (_ATOM.search(start) or _RSS.search(start)) and _OURS.search(start) else 0.0


def _rows(file: InputFile) -> Iterator[Row]:
    number = 0
    for number, entry in enumerate(xml.elements(file, {"entry", "item"}), 1):
        name = xml.value(entry, "id") or xml.value(entry, "guid") or xml.value(entry, "link")
        if _ERROR in name:
            said = xml.value(entry, "summary") or "no reason given"
            raise KgError(f'{file.path}: is an error message of arXiv ("{said}"): correct the query and fetch again.')
        yield f"paper {number}", attempt(_feed_row if xml.value(entry, "announce_type") else _row, entry, name)
    if not number:
        raise KgError(f"{file.path}: is a response of arXiv without papers: widen the query and fetch it again.")


def _row(entry: xml.Element, name: str) -> dict[str, object] | Skipped:
    """An entry of an API response."""
    found = PAPER_ID.search(name)
    if found is None:
        return Skipped(f'"{name[:100]}" is not an arXiv id: fetch it again')
    return {
        "id": found[1],
        "title": xml.value(entry, "title"),
        "abstract": _ANNOUNCED.sub("", xml.value(entry, "summary") or xml.value(entry, "description")),
        "institutions": [xml.text(place) for place in xml.children(entry, "author", "affiliation")],
        "authors": [bare(name) for name in _authors(entry)],
        "venue": xml.value(entry, "journal_ref"),
        "comment": xml.value(entry, "comment"),
        "date": xml.value(entry, "published") or mailed(xml.value(entry, "pubDate")),
        "arxiv": found[1],
        "doi": xml.value(entry, "doi"),
        "url": f"https://arxiv.org/abs/{found[1]}",
        "category": next(
            (one.get("term") or xml.text(one) for name in _CATEGORIES for one in xml.children(entry, name)), ""
        ),
    }


def _feed_row(entry: xml.Element, name: str) -> dict[str, object] | Skipped:
    """An entry of a daily feed."""
    row = _row(entry, name)
    if isinstance(row, dict) and xml.value(entry, "announce_type") != "new":
        row["date"] = submitted(str(row["id"]))
    return row


def _authors(entry: xml.Element) -> list[str]:
    """Author names: one element each in an API response, one text for all in a feed."""
    if names := xml.children(entry, "author", "name"):
        return [xml.text(name) for name in names]
    return [name for creator in xml.children(entry, "creator") for name in written(xml.text(creator))]


#: An entry is named by its arXiv id without the version, "2508.13426".
READER = RowReader("arxiv", _sniff, _rows, "papers")
