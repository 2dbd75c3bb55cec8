"""OAI-PMH: all records of a set by date of last modification, paged by resumption tokens.

Specification: https://www.openarchives.org/OAI/openarchivesprotocol.html; arXiv's: https://info.arxiv.org/help/oa/
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from kg.fetch.client import service_url
from kg.fetch.harvest import Position, ResultPage, Service, count_of, days, digest
from kg.http import Again, Refused
from kg.model import KgError
from kg.sources import xml
from kg.sources.inputs import InputFile

URL = "https://oaipmh.arxiv.org/oai"
PREFIXES = ("arXiv", "arXivRaw", "oai_dc")  # metadata formats that kg.sources.oai reads
_RESTARTS = 3  # consecutive restarts before a service that rejects its own tokens is given up
_SET = re.compile(r"[\w.!~*'()-]+(?::[\w.!~*'()-]+)*", re.ASCII)
_NAMES = ("record", "resumptionToken", "error")


@dataclass
class Oai(Service):
    """The records of a set ("" for all); `since` and `until` are dates of last modification (ISO), "" for no limit."""

    title = "The repository"

    set: str = ""
    since: str = ""
    until: str = ""
    prefix: str = PREFIXES[0]
    url: str = ""

    def __post_init__(self) -> None:
        self.since, self.until = days(self.since, self.until)
        self.url = service_url(self.url or os.environ.get("KG_OAI_URL", "").strip() or URL)
        if self.prefix not in PREFIXES:
            raise KgError(f"--prefix {self.prefix[:40]}: is not supported: choose one of {', '.join(PREFIXES)}.")
        if self.set and not _SET.fullmatch(self.set):
            raise KgError(f"--set {self.set[:40]}: is not the name of a set: write it as cs or cs:cs:LG.")

    @property
    def asked(self) -> dict[str, str]:
        names = ("url", "set", "since", "until", "prefix")
        return {"service": "oai"} | {name: getattr(self, name) for name in names}

    def begin(self, after: date | None, now: datetime) -> Position:
        # The day of the previous round is repeated because it was not over.
        return Position(since=max(self.since, after.isoformat() if after else ""), until=self.until)

    def resumed(self, place: Position, now: datetime) -> Position:
        with suppress(ValueError):
            moment = datetime.fromisoformat(place.expires)
            if place.token and moment.replace(tzinfo=moment.tzinfo or UTC) <= now:
                return self._anew(place)
        return place

    def parameters(self, place: Position, most: int | None) -> dict[str, str]:
        if place.token:
            return {"verb": "ListRecords", "resumptionToken": place.token}
        asked = {"metadataPrefix": self.prefix, "set": self.set, "from": place.since, "until": place.until}
        return {"verb": "ListRecords"} | {name: value for name, value in asked.items() if value}

    def page(self, file: InputFile, place: Position) -> ResultPage:
        """Parse a response without its deleted records; raises Refused with the repository's error message."""
        papers, total, token, expires = 0, None, "", ""
        ids: list[list[str]] = []
        last, ordered, sound = place.last, place.ordered, False
        for element in xml.elements(file, _NAMES):
            name = xml.local(element)
            sound = True
            if name == "error":
                return self._error(element.get("code") or "", xml.text(element), place)
            if name == "resumptionToken":
                token = xml.text(element)
                expires = element.get("expirationDate") or element.get("expires") or ""
                total = count_of(element.get("completeListSize") or "")
            elif name == "record":
                header = xml.child(element, "header")
                if header is None:  # an element of the metadata
                    continue
                papers += header.get("status") != "deleted"
                stamp = xml.value(header, "datestamp")[:10]
                ids.append([xml.value(header, "identifier")[:200], stamp])
                ordered, last = ordered and stamp >= last, max(last, stamp)
        if not sound:
            raise Again("sends a response that is not a list of records")
        if not token:
            return ResultPage(papers, total)
        restarts = place.restarts if last == place.last else 0
        after = replace(place, token=token, expires=expires, last=last, ordered=ordered, restarts=restarts)
        return ResultPage(papers, total, after, digest(ids))

    def _error(self, code: str, said: str, place: Position) -> ResultPage:
        if code == "noRecordsMatch":
            return ResultPage(0, 0)
        if code == "badResumptionToken" and place.token and place.restarts < _RESTARTS:
            return ResultPage(0, None, self._anew(place))
        raise Refused(f'{self.title} rejects the query ({code} "{said[:300]}"): correct it, or see --help.')

    def _anew(self, place: Position) -> Position:
        """Restart the round from the date of its last records, or from the start if the records are unordered."""
        since = place.last if place.ordered and place.last else place.since
        return replace(place, token="", expires="", since=since, restarts=place.restarts + 1, pages=0)
