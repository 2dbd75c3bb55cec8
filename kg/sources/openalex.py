"""Works of OpenAlex: an API response, a single work, or the JSON lines of a snapshot.

Institutions are named as in ROR; the printed affiliation is used where none was recognized. Keywords are left out,
because OpenAlex computes them. Specification: https://docs.openalex.org/api-entities/works/work-object
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from kg.sources.forms import unread_of_service
from kg.sources.inputs import TEXT_LIMIT, InputFile
from kg.sources.json_records import inner, keys, objects, rows, text
from kg.sources.paper_rows import ARXIV_ID, RowReader, Skipped
from kg.sources.tags import untagged

_WORK = re.compile(r'"id"\s*:\s*"https?://openalex\.org/W\d+"')
_FIELDS = {"authorships", "abstract_inverted_index", "display_name", "publication_year", "primary_location", "ids"}
_ARXIV = re.compile(rf"arxiv(?:\.org/(?:abs|pdf)/|\.)({ARXIV_ID})", re.I)


def _sniff(file: InputFile) -> float:
    return 0.9 if keys(file) & _FIELDS and _WORK.search(file.start()) else 0.0


def _row(work: Any) -> dict[str, Any]:
    authorships = objects(work.get("authorships"))
    places = [inner(work, "primary_location"), *objects(work.get("locations"))]
    sources = [place["source"] for place in places if isinstance(place.get("source"), dict)]
    links = [work.get("doi"), *inner(work, "ids").values(), *(place.get("landing_page_url") for place in places)]
    arxiv = next((found[1] for link in links if (found := _ARXIV.search(link if isinstance(link, str) else ""))), "")
    return {
        "id": str(work.get("id") or "").rpartition("/")[2],
        "title": untagged(text(work.get("title")) or text(work.get("display_name"))),
        "abstract": abstract(work.get("abstract_inverted_index")) or work.get("abstract"),
        "institutions": [name for authorship in authorships for name in _institutions(authorship)],
        "authors": [text(inner(one, "author").get("display_name")) for one in authorships],
        "author_count": work.get("authors_count"),
        "venue": next((text(one.get("display_name")) for one in sources if one.get("type") != "repository"), ""),
        "year": work.get("publication_year"),
        "date": work.get("publication_date"),
        "arxiv": arxiv,
        "doi": work.get("doi"),
        "unread": unread_of_service("openalex", work),
        "url": next((place["landing_page_url"] for place in places if place.get("landing_page_url")), ""),
    }


def _institutions(authorship: dict[str, Any]) -> list[str]:
    names = [text(one.get("display_name")) for one in objects(authorship.get("institutions"))]
    raw = authorship.get("raw_affiliation_strings")
    return [name for name in names if name] or [text(one) for one in (raw if isinstance(raw, list) else [])]


def abstract(index: Any) -> str:
    """The text of an inverted index {"We": [0], "prune": [1, 4], ...} from words to positions; "" for anything else.

    Raises Skipped for a text that is too long.
    """
    if not isinstance(index, dict):
        return ""
    places = [(at, word) for word, ats in index.items() if isinstance(ats, list) for at in ats if isinstance(at, int)]
    if (size := sum(len(word) + 1 for _, word in places)) > TEXT_LIMIT:  # before memory is taken for it
        raise Skipped(f"its abstract has {size:,} characters, more than {TEXT_LIMIT:,}: cut it")
    return " ".join(word for _, word in sorted(places))


#: An entry is named by its OpenAlex id, "W2741809807".
READER = RowReader("openalex", _sniff, partial(rows, row=_row, lists=("results",)))
