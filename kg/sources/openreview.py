"""Notes of OpenReview: a response of API version 2 (or 1), a list of notes, or one note per line.

Replies (reviews, comments, decisions) are left out. Specification: https://docs.openreview.net/reference/api-v2
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial
from typing import Any

from kg.sources.forms import unread_of_service
from kg.sources.inputs import InputFile
from kg.sources.json_records import inner, keys, objects, rows, text, texts
from kg.sources.paper_rows import RowReader, Skipped

_CONTENT = re.compile(r'"content"\s*:\s*\{')
_VALUE = re.compile(r'"(?:title|abstract|authors)"\s*:\s*\{\s*"value"\s*:')
_FIELDS = {"forum", "invitation", "invitations", "signatures", "cdate", "paperhash"}
_DATES = ("pdate", "odate", "cdate", "tcdate")  # published, made public, created
_LATEST = 4e12  # milliseconds: the year 2096


def _sniff(file: InputFile) -> float:
    found = keys(file)
    if "title" not in found or not found & _FIELDS or not _CONTENT.search(file.start()):
        return 0.0
    return 0.9 if _VALUE.search(file.start()) else 0.8 if "forum" in found else 0.0


def _row(note: Any) -> dict[str, Any] | Skipped:
    if note.get("replyto") and note.get("replyto") != note.get("id"):
        return Skipped("it is a reply (a review, comment or decision), not a paper")
    content = {key: _value(field) for key, field in inner(note, "content").items()}
    name = text(note.get("forum")) or text(note.get("id"))
    people = content.get("authors")
    profiles = objects(people)
    return {
        "id": name,
        "title": content.get("title"),
        "abstract": content.get("abstract"),
        "institutions": [text(place.get("name")) for one in profiles for place in objects(one.get("institutions"))],
        "authors": [text(one.get("fullname")) or text(one.get("name")) for one in profiles] or texts(people),
        "venue": content.get("venue"),
        "year": content.get("venue"),
        "date": _day(note),
        "keywords": content.get("keywords"),
        "unread": unread_of_service("openreview", content),
        "url": f"https://openreview.net/forum?id={name}" if name else "",
    }


def _value(field: Any) -> Any:
    """The value of a field: inside an object in version 2, bare in version 1."""
    return field.get("value") if isinstance(field, dict) else field


def _day(note: dict[str, Any]) -> str:
    """ISO 8601 date (UTC) of publication, else of release, else of submission."""
    times = (note.get(key) for key in _DATES)
    first = next((time for time in times if isinstance(time, int | float) and 0 < time < _LATEST), None)
    return "" if first is None else datetime.fromtimestamp(first / 1000, UTC).date().isoformat()


#: An entry is named by its forum, "9aPd1yEGa0".
READER = RowReader("openreview", _sniff, partial(rows, row=_row, lists=("notes",)))
