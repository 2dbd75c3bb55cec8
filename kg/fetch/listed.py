"""Services that list papers in JSON, page by page: OpenAlex, Semantic Scholar, Crossref and OpenReview.

What differs between them is data (services.toml), with the address of each one's manual.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from kg.fetch.client import service_url
from kg.fetch.harvest import Position, ResultPage, Service, days, digest, one_query
from kg.files import toml_file
from kg.http import Again, Refused
from kg.model import KgError
from kg.sources.forms import at, folded_name
from kg.sources.inputs import InputFile
from kg.text import one_line

_LONGEST = 2000  # characters of a query; longer URLs are rejected
_FIRST = "1900-01-01"
_MARGIN = 0.8  # of a token's life


#: How each service is asked and answers, by the name that `kg fetch` takes.
services = partial(toml_file, __file__, "services.toml")


@dataclass
class Listed(Service):
    """The papers that a service of services.toml lists for a query; `since` and `until` are ISO dates, "" for no limit.

    Raises KgError for a query or limits that the service does not take.
    """

    ending = "json"

    name: str
    query: str
    since: str = ""
    until: str = ""
    url: str = ""
    page_size: int = 0  # 0 for the service's own
    form: Mapping[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.form = services()[self.name]
        self.title = self.form["label"]
        self.query = one_query(self.query, self.title, self.form["example"], _LONGEST)
        self.since, self.until = days(self.since, self.until)
        self.url = service_url(self.url or _set(self.name, "URL") or self.form["url"])
        self.page_size = self.page_size or self.form.get("page", 0)
        if "pattern" in self.form and not re.fullmatch(self.form["pattern"], self.query):
            raise KgError(f"{self.query[:60]}: {self.title} is asked with a venue: write {self.form['example']}.")
        if self.until and "{until}" not in self.form["limits"]:
            raise KgError(f"{self.title} takes no --until: leave it out.")

    @property
    def asked(self) -> dict[str, str]:
        return {"service": self.name, "url": self.url, "query": self.query, "since": self.since, "until": self.until}

    @property
    def headers(self) -> dict[str, str]:
        header, key = self.form.get("key", {}).get("header"), _set(self.name, "KEY")
        return {header: key} if header and key else {}

    def begin(self, after: date | None, now: datetime) -> Position:
        since = self.since
        if after is not None:
            since = max(since, (after - timedelta(days=self.form["overlap"])).isoformat())
        return Position(since=since, until=self.until or now.date().isoformat())

    def resumed(self, place: Position, now: datetime) -> Position:
        if place.token and place.expires and datetime.fromisoformat(place.expires) <= now:
            return Position(since=place.since, until=place.until)
        return place

    def parameters(self, place: Position, most: int | None) -> dict[str, str]:
        form = self.form
        asked = {form["query"]: self.query, **form.get("fixed", {})}
        if self.since or self.until or place.since:
            since = place.since or _FIRST
            moment = datetime.fromisoformat(since).replace(tzinfo=UTC).timestamp()
            asked[form["days"]] = form["limits"].format(since=since, until=place.until, since_ms=int(moment * 1000))
        if "size" in form:
            asked[form["size"]] = str(min(self.page_size, most or self.page_size))
        at = str(place.start) if form["paging"] == "offset" else place.token or form["first"]
        if at:
            asked[form["token"]] = at
        if "mail" in form and (mail := os.environ.get("KG_MAILTO", "").strip()):
            asked[form["mail"]] = mail
        if (parameter := form.get("key", {}).get("parameter")) and (key := _set(self.name, "KEY")):
            asked[parameter] = key
        return asked

    def texts(self, file: InputFile) -> Iterator[tuple[str, list[str]]]:
        """The papers of an answer, each with the addresses of its file."""
        if "files" not in self.form:
            yield from super().texts(file)
        for paper in _at(_parsed(file), self.form["list"]) or ():
            found = (_at(paper, path) for path in self.form["files"])
            yield str(_at(paper, self.form["id"])), [one for one in found if isinstance(one, str) and one]

    def page(self, file: InputFile, place: Position) -> ResultPage:
        """Parse an answer; raises Refused with the service's message or where its form is another one, else Again."""
        answer = _parsed(file)
        papers = _at(answer, self.form["list"])
        if not papers and (said := next(filter(None, map(_text, (_at(answer, p) for p in self.form["said"]))), "")):
            raise Refused(f'{self.title} rejects the query ("{said[:300]}"): correct it.')
        if not isinstance(papers, list) or not isinstance(answer, dict):
            raise Again("sends a response that is not a list of papers")
        if papers and not any(_at(paper, path) for paper in papers for path in self.form["title"]):
            raise Refused(f"{self.title} lists papers in a form that is not known here: look for a newer kg.")
        total = _at(answer, self.form["total"])
        total = total if isinstance(total, int) and total >= 0 else None
        start = place.start + len(papers)
        try:
            mark = digest(papers)
        except RecursionError:
            raise Again("sends a response that cannot be read (the JSON is nested too deeply)") from None
        token = _at(answer, self.form["next"]) if "next" in self.form else ""
        if not papers:
            if total and not place.start:
                raise Again(f"sends an empty page although there are {total:,} papers")
            return ResultPage(0, total)
        if self.form["paging"] == "offset":
            return ResultPage(len(papers), total, self._offset(place, start, len(papers), total), mark)
        if not isinstance(token, str) or not token:
            return ResultPage(len(papers), total)
        expires = ""
        if lives := self.form["lives"]:
            expires = (datetime.now(UTC) + timedelta(seconds=_MARGIN * lives)).isoformat()
        return ResultPage(len(papers), total, replace(place, token=token, start=start, expires=expires), mark)

    def _offset(self, place: Position, start: int, papers: int, total: int | None) -> Position | None:
        """The next position of a list that is counted; None behind its end, which a page that is not full tells too."""
        is_last = papers < self.page_size if total is None else start >= total
        return None if is_last else replace(place, start=start)


def _set(name: str, what: str) -> str:
    """A setting of a service from the environment, "" for none."""
    return os.environ.get(f"KG_{name.upper()}_{what}", "").strip()


def _parsed(file: InputFile) -> Any:
    """The value of an answer; raises Again if it is no JSON."""
    try:
        with file.open() as stream:
            return json.loads(b"".join(iter(lambda: stream.read(1 << 20), b"")))
    except (ValueError, RecursionError):
        raise Again("sends a response that cannot be read (the JSON is damaged)") from None


def _at(value: Any, path: str) -> Any:
    """The value under names separated by dots; None where there is none."""
    return at(value, tuple(map(folded_name, path.split("."))), is_folded=False)


def _text(value: Any) -> str:
    """What a message says: a text, or the messages of a list of objects."""
    if isinstance(value, list):
        return "; ".join(filter(None, (_text(_at(one, "message")) for one in value[:3])))
    return one_line(value) if isinstance(value, str) else ""
