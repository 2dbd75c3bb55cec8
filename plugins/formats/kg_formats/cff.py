"""CITATION.cff, the citation of software: its preferred citation if it has one, else the software itself.

Specification: https://github.com/citation-file-format/citation-file-format
"""

from __future__ import annotations

import re
from typing import Any

from kg.model import KgError
from kg.sources import bibliography
from kg.sources.dates import iso
from kg.sources.inputs import InputFile
from kg.sources.paper_rows import Row, RowReader
from kg.sources.people import of_objects
from kg_formats.yaml_lists import loader

_SNIFF = re.compile(r"^cff-version\s*:", re.M)
_LARGEST = 100 << 10  # code points: the parser takes ten milliseconds a KB


def _sniff(file: InputFile) -> float:
    return 0.9 if _SNIFF.search(file.start()) else 0.0


def _rows(file: InputFile) -> list[Row]:
    """The one entry; raises KgError when it is no YAML."""
    import yaml

    text = file.text()
    if len(text) > _LARGEST:
        raise KgError(f"{file.path}: holds more than {_LARGEST >> 10} KB: a CITATION.cff has a few KB.")
    try:
        # values as texts; libyaml would crash on deep nesting; a second document may be a page about the first
        said = next(yaml.load_all(text, Loader=loader()), None)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise KgError(f"{file.path}: is not YAML ({reason}): check its indents and quotes.") from None
    return [("the citation", _row(said if isinstance(said, dict) else {}))]


def _row(said: dict[str, Any]) -> dict[str, Any]:
    inner = said.get("preferred-citation")
    paper = inner if isinstance(inner, dict) else said
    people = paper.get("authors")
    conference, numbers = paper.get("conference"), paper.get("identifiers")
    others = [one.get("value") for one in numbers if isinstance(one, dict)] if isinstance(numbers, list) else []
    links = [paper.get("url"), paper.get("repository-code"), *others, paper.get("doi"), paper.get("notes")]
    places = _places(people) or _places(said.get("authors"))
    venue = (
        paper.get("journal")
        or paper.get("collection-title")
        or (conference.get("name") if isinstance(conference, dict) else "")
    )
    date = iso(*(str(paper.get(key) or "") for key in ("year", "month", "day")))
    return {
        "title": paper.get("title"),
        "abstract": paper.get("abstract") or said.get("abstract"),
        "authors": of_objects(people) if people else [],
        "institutions": [place for place in places if isinstance(place, str)],
        "venue": venue,
        "year": paper.get("year"),
        "date": paper.get("date-published") or date or paper.get("date-released"),
        "doi": paper.get("doi") or next((one for one in others if isinstance(one, str) and one.startswith("10.")), ""),
        "arxiv": bibliography.arxiv_of([link for link in links if isinstance(link, str)]),
        "url": next((link for link in links[:2] if isinstance(link, str)), ""),
        "keywords": paper.get("keywords") or said.get("keywords"),
    }


def _places(people: Any) -> list[Any]:
    """The affiliations of people; those of a paper may stand with the software's alone."""
    found = [one.get("affiliation") for one in people if isinstance(one, dict)] if isinstance(people, list) else []
    return list(filter(None, found))


#: The entry is named by its file.
READER = RowReader("cff", _sniff, _rows)
