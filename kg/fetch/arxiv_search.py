"""arXiv's search API: a query, newest papers first, limited by date of submission.

Manual: https://info.arxiv.org/help/api/user-manual.html. Offsets beyond 10,000 are unreliable, so older papers are
requested by a new search that ends where the last one stopped. A page may be short or empty although more results
exist; the next page starts after the papers received.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urljoin

from kg.fetch.client import service_url
from kg.fetch.harvest import Position, ResultPage, Service, count_of, days, one_query
from kg.http import Again, Refused
from kg.sources import xml
from kg.sources.arxiv import PAPER_ID
from kg.sources.inputs import InputFile

URL = "https://export.arxiv.org/api/query"
PAGE = 200  # papers per call
WINDOW = 10_000  # papers that one search can reach
OVERLAP = 14  # days that a new round repeats: papers submitted then may have been announced later
_LONGEST = 4000  # characters of a query; longer URLs are rejected
_FIRST = "1991-07-01"  # before the first paper of arXiv
_NAMES = ("entry", "totalResults")
_ERROR = "/api/errors"


@dataclass
class Arxiv(Service):
    """A search of arXiv; `since` and `until` are dates of submission (ISO), "" for no limit."""

    title = "arXiv"

    query: str
    since: str = ""
    until: str = ""
    url: str = ""
    page_size: int = PAGE
    window: int = WINDOW

    def __post_init__(self) -> None:
        self.query = one_query(self.query, "arXiv", '"cat:cs.LG AND abs:pruning"', _LONGEST)
        self.since, self.until = days(self.since, self.until)
        self.url = service_url(self.url or os.environ.get("KG_ARXIV_URL", "").strip() or URL)

    @property
    def asked(self) -> dict[str, str]:
        return {"service": "arxiv", "url": self.url, "query": self.query, "since": self.since, "until": self.until}

    def begin(self, after: date | None, now: datetime) -> Position:
        # The end date is fixed, so that pages do not shift.
        since = self.since or _FIRST
        if after is not None:
            since = max(since, (after - timedelta(days=OVERLAP)).isoformat())
        until = f"{self.until}T23:59" if self.until else f"{now:%Y-%m-%dT%H:%M}"
        return Position(since=f"{since}T00:00", until=until)

    def parameters(self, place: Position, most: int | None) -> dict[str, str]:
        size = min(self.page_size, self.window - place.start, most or self.page_size)
        return {
            "search_query": f"({self.query}) AND submittedDate:[{_minute(place.since)} TO {_minute(place.until)}]",
            "start": str(place.start),
            "max_results": str(size),
            "sortBy": "submittedDate",
            "sortOrder": "descending",
        }

    def texts(self, file: InputFile) -> Iterator[tuple[str, list[str]]]:
        """The papers of a response, each with the addresses of its LaTeX source and its PDF."""
        for entry in xml.elements(file, ("entry",)):
            if found := PAPER_ID.search(xml.value(entry, "id")):
                yield found[1], [urljoin(self.url, f"/{kind}/{found[1]}") for kind in ("e-print", "pdf")]

    def page(self, file: InputFile, place: Position) -> ResultPage:
        """Parse a response; raises Refused with arXiv's error message, Again for an unexpected empty page."""
        papers, total, last = 0, None, ""
        for element in xml.elements(file, _NAMES):
            if xml.local(element) == "totalResults":
                total = count_of(xml.text(element))
                continue
            if _ERROR in xml.value(element, "id"):
                said = xml.value(element, "summary") or "no reason given"
                raise Refused(f'arXiv does not understand the query ("{said[:300]}"): correct it.')
            papers += 1
            last = xml.value(element, "published")[:16] or last
        if total is None:
            raise Again("sends a response that is not a list of papers")
        if not papers and total > place.start:
            raise Again(f"sends an empty page although there are {total - place.start:,} more papers")
        return ResultPage(papers, total, self._after(place, place.start + papers, total, last))

    def _after(self, place: Position, start: int, total: int, last: str) -> Position | None:
        """The position of the next page; beyond the window, a search for papers up to the minute of the last one.

        Papers of that minute are fetched again, because several may share it.
        """
        if start >= total:
            return None
        if start < self.window:
            return replace(place, start=start)
        if not place.since <= last < place.until:
            raise Refused(f"arXiv has more than {self.window:,} papers of {last or 'no date'}: narrow the query.")
        return Position(since=place.since, until=last)


def _minute(moment: str) -> str:
    """A time in arXiv's notation: 202510010000."""
    return "".join(c for c in moment[:16] if c.isdigit())
