"""Zotero's RDF export, whose journals may stand apart from their articles, and other RDF in Dublin Core."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.sources import bibliography, xml
from kg.sources.dates import iso_date
from kg.sources.forms import is_thesis
from kg.sources.inputs import InputFile
from kg.sources.paper_rows import Row, RowReader, attempt, doi_in
from kg.sources.people import of_objects
from kg.sources.tags import untagged

_ITEMS = (
    *("Article", "BookSection", "Book", "Document", "Manuscript", "Report", "Thesis", "Patent", "Recording"),
    *("Description", "ConferenceProceedings", "Letter", "Memo"),
)
_JOURNALS = ("Journal", "Series", "Book", "Conference")
_DUBLIN = re.compile(r"(?s)(?=.*<dc(?:terms)?:title\b).*<dc(?:terms)?:creator\b")
_NO_PAPER = frozenset({"attachment", "note", "annotation"})


def _sniff(file: InputFile) -> float:
    start = file.start() if xml.looks_like_xml(file) else ""
    if "<rdf:RDF" not in start:
        return 0.0
    return 0.9 if "http://www.zotero.org/namespaces/export#" in start else 0.3 if _DUBLIN.search(start) else 0.0


def _rows(file: InputFile) -> Iterator[Row]:
    journals = {
        name: (xml.value(one, "title"), _number(one))
        for one in xml.elements(file, _JOURNALS)
        if (name := _attribute(one, "about"))
    }
    number = 0
    for item in xml.elements(file, _ITEMS):
        kind = xml.value(item, "itemType") or (xml.value(item, "creator") and "other")
        if xml.local(item.getparent()) == "RDF" and kind and kind not in _NO_PAPER:
            number += 1
            yield f"item {number}", attempt(_row, item, journals)


def _row(item: xml.Element, journals: dict[str, tuple[str, str]]) -> dict[str, Any]:
    part = xml.child(item, "isPartOf")
    inner = next(iter(part), None) if part is not None else None
    venue, doi = journals.get(_attribute(part, "resource"), ("", ""))
    if inner is not None:
        venue, doi = xml.value(inner, "title"), _number(inner)
    conference = next(xml.descendants(item, "Conference"), None)
    people = [
        {xml.local(part): xml.text(part) for part in one}
        for one in xml.children(item, "authors", "Seq", "li", "Person")
    ]
    schools = xml.children(item, "publisher", "Organization", "name")
    links = [xml.text(one) for one in xml.children(item, "identifier", "URI", "value")]
    tags = [xml.text(one) for one in xml.children(item, "subject")]
    notes = [*links, *(xml.text(one) for one in xml.children(item, "description"))]
    return {
        "title": untagged(xml.value(item, "title")),
        "abstract": xml.value(item, "abstract"),
        "authors": of_objects(people or [xml.text(one) for one in xml.children(item, "creator")]),
        "institutions": [xml.text(one) for one in schools] if is_thesis(xml.value(item, "itemType")) else [],
        "venue": venue or xml.value(conference, "title") if conference is not None or venue else "",
        "date": iso_date(date := xml.value(item, "date")) or date,
        "year": date,
        "doi": doi_in(_number(item)) or doi_in(doi),
        "arxiv": bibliography.arxiv_of(notes),
        "url": next(iter(links), ""),
        "keywords": tags,
    }


def _attribute(element: xml.Element | None, name: str) -> str:
    """The value of an attribute of RDF."""
    found = {} if element is None else {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
    return str(found.get(name, ""))


def _number(element: xml.Element) -> str:
    """The identifiers of an element on one line: "DOI 10.1000/1 ISSN 1234-5678"."""
    return " ".join(xml.text(one) for one in xml.children(element, "identifier") if "DOI" in xml.text(one))


#: An entry is named by its file and its position.
READER = RowReader("zoterordf", _sniff, _rows, "items")
