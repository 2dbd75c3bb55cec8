"""arXiv's search API: a query, newest papers first, bounded by the day of submission.

Manual: https://info.arxiv.org/help/api/user-manual.html. An offset beyond 10,000 is not answered reliably, so what is
older than the papers up to there is asked for as a search of its own. A page may come short or empty though there is
more: the next one begins where the papers of this one end.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import ClassVar

from kg.fetch.client import service_url
from kg.fetch.harvest import Page, Place, Refused, days
from kg.http import Again
from kg.model import KgError
from kg.sources import xml
from kg.sources.base import InputFile

URL = "https://export.arxiv.org/api/query"
PAGE = 200  # papers a call
WINDOW = 10_000  # papers of one search that can be reached
OVERLAP = 14  # days that a new round goes back: what was submitted then may have been announced only since
_FIRST = "1991-07-01"  # before arXiv's first paper
_LONGEST = 4000  # characters of a query: the URL of a longer one is refused
_NAMES = ("entry", "totalResults")
_ERROR = "/api/errors"


@dataclass
class Arxiv:
    """A search of arXiv; `since` and `until` are days of submission (ISO), "" for no bound."""

    title: ClassVar[str] = "arXiv"

    query: str
    since: str = ""
    until: str = ""
    url: str = ""
    page_size: int = PAGE
    window: int = WINDOW

    def __post_init__(self) -> None:
        self.query = " ".join(self.query.split())
        self.since, self.until = days(self.since, self.until)
        self.url = service_url(self.url or os.environ.get("KG_ARXIV_URL", "").strip() or URL)
        if not self.query or not self.query.isprintable():
            raise KgError('There is no query for arXiv: write one, as "cat:cs.LG AND abs:pruning".')
        if len(self.query) > _LONGEST:
            raise KgError(f"The query has {len(self.query):,} characters, more than {_LONGEST:,}: split it.")

    @cached_property
    def asked(self) -> dict[str, str]:
        """The question, which names the harvest."""
        return {"service": "arxiv", "url": self.url, "query": self.query, "since": self.since, "until": self.until}

    def begin(self, after: date | None, now: datetime) -> Place:
        """All days asked for, or those since a round before; the end is fixed, so that its pages do not shift."""
        since = self.since or _FIRST
        if after is not None:
            since = max(since, (after - timedelta(days=OVERLAP)).isoformat())
        until = f"{self.until}T23:59" if self.until else f"{now:%Y-%m-%dT%H:%M}"
        return Place(since=f"{since}T00:00", until=until)

    def resumed(self, place: Place, now: datetime) -> Place:
        """The same place: a search has no token that expires."""
        return place

    def parameters(self, place: Place, most: int | None) -> dict[str, str]:
        """The parameters of a call; `most` papers are wanted."""
        size = min(self.page_size, self.window - place.start, most or self.page_size)
        return {
            "search_query": f"({self.query}) AND submittedDate:[{_minute(place.since)} TO {_minute(place.until)}]",
            "start": str(place.start),
            "max_results": str(size),
            "sortBy": "submittedDate",
            "sortOrder": "descending",
        }

    def page(self, file: InputFile, place: Place) -> Page:
        """What an answer holds; Refused with arXiv's words for an error, Again for a page that should hold papers."""
        papers, total, last = 0, None, ""
        for element in xml.elements(file, _NAMES):
            if xml.local(element) == "totalResults":
                total = _number(xml.text(element))
                continue
            if _ERROR in xml.text(xml.child(element, "id")):
                said = xml.text(xml.child(element, "summary")) or "no reason given"
                raise Refused(f'arXiv does not understand the query ("{said[:300]}"): correct it.')
            papers += 1
            last = xml.text(xml.child(element, "published"))[:16] or last
        if total is None:
            raise Again("sends an answer that is no list of papers")
        if not papers and total > place.start:
            raise Again(f"sends an empty page though there are {total - place.start:,} more papers")
        return Page(papers, total, self._after(place, place.start + papers, total, last))

    def _after(self, place: Place, start: int, total: int, last: str) -> Place | None:
        """The next page; past the window, the papers up to the minute of the last one, which may have several."""
        if start >= total:
            return None
        if start < self.window:
            return replace(place, start=start)
        if not place.since <= last < place.until:
            raise Refused(f"arXiv has more than {self.window:,} papers of {last or 'no date'}: narrow the query.")
        return Place(since=place.since, until=last)


def _minute(moment: str) -> str:
    """As arXiv writes it: 202510010000."""
    return "".join(c for c in moment[:16] if c.isdigit())


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None
