"""A harvest: the paged responses of a service to one query, stored as files and resumable.

A folder holds each response unchanged ("NAME-0001.xml", or .json) and, as a hidden file, the state of the harvest
(".NAME.json"). NAME is derived from the query, so that the same call finds its harvest again. A harvest consists of
rounds: after a complete round, the next one, on a later day, requests what is new since.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from kg.fetch.client import Client
from kg.files import write
from kg.http import Again, Refused, phrase
from kg.model import KgError
from kg.sources import xml
from kg.sources.inputs import InputFile

_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d", re.ASCII)
_NAME = 40  # characters of the query in the names of its files
_EMPTY = 20  # consecutive pages without papers before a service is given up
_STATE_LIMIT = 16 << 20  # bytes

Progress = Callable[[str, int], None]  # message, papers so far


@dataclass(frozen=True, slots=True)
class Position:
    """The position of a round: what the next call requests. Services use the fields that they need."""

    since: str = ""  # ISO 8601, limits of the request
    until: str = ""
    start: int = 0  # papers before the next page
    token: str = ""  # resumption token for the next page
    expires: str = ""
    last: str = ""  # latest date among the papers so far
    ordered: bool = True  # whether the dates so far never decreased
    restarts: int = 0  # consecutive restarts without later papers
    pages: int = 0  # pages so far
    seen: str = ""  # digest of one of them
    empty: int = 0  # consecutive pages without papers


@dataclass(frozen=True, slots=True)
class ResultPage:
    """A parsed response: its number of papers, the total if given, and the next position (or None)."""

    papers: int
    total: int | None = None
    next: Position | None = None
    digest: str = ""  # of what identifies its papers; pages of one digest bring nothing new


def digest(papers: list[Any]) -> str:
    """A digest of the papers of a page, or of what identifies them, as JSON; "" for none."""
    return hashlib.sha256(json.dumps(papers).encode()).hexdigest()[:16] if papers else ""


class Service(ABC):
    """A service together with a query."""

    title: str  # name for users
    url: str
    ending: ClassVar[str] = "xml"  # form of the responses, and ending of their files

    @property
    def headers(self) -> dict[str, str]:
        """Headers of every call."""
        return {}

    @property
    @abstractmethod
    def asked(self) -> dict[str, str]:
        """The query parameters that identify the harvest."""

    @abstractmethod
    def begin(self, after: date | None, now: datetime) -> Position:
        """The first position of a new round; `after` is the day on which the previous round began."""

    def resumed(self, place: Position, now: datetime) -> Position:
        """The position from which to continue after an interruption."""
        return place

    @abstractmethod
    def parameters(self, place: Position, most: int | None) -> dict[str, str]:
        """The parameters of the call for a position; `most` limits the number of papers."""

    def texts(self, file: InputFile) -> Iterable[tuple[str, list[str]]]:
        """The papers of a response by their ids, each with the addresses of its full text, the best first."""
        raise KgError(f"{self.title} gives no full texts: leave out --full-text.")

    @abstractmethod
    def page(self, file: InputFile, place: Position) -> ResultPage:
        """Parse a response; raises Again for a faulty one, Refused when the service rejects the query."""


@dataclass(slots=True)
class Standing:
    """The state of a harvest, as stored in its hidden file."""

    asked: dict[str, str]
    day: str = ""  # when the round began; "" before the first round
    place: Position | None = None  # None: the round is complete
    papers: int = 0  # papers of the round
    total: int | None = None
    files: dict[str, int] = field(default_factory=dict)  # responses of all rounds, with their numbers of papers


@dataclass(frozen=True, slots=True)
class Harvest:
    """The result of a harvest: the stored files, and what this call fetched."""

    files: list[Path]
    papers: int  # entries in the files; a paper may occur more than once
    gone: list[str]  # files that were stored and have since been deleted
    fetched: int  # papers fetched by this call
    answers: int
    texts: Sequence[Path] = ()  # files of papers


class HarvestFolder:
    """The folder of a harvest; raises KgError when it cannot be used."""

    def __init__(self, folder: Path, service: Service) -> None:
        self.folder = folder
        self.name, self._ending = name_of(service.asked), service.ending
        self._state = folder / f".{self.name}.json"
        self.part = folder / f".{self.name}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            known = self._state.is_file()
        except OSError as error:
            raise KgError(
                f"{folder}: cannot be used ({error.strerror or error}): choose another folder with -o."
            ) from None
        self.standing = self._read(service) if known else Standing(dict(service.asked))

    def _read(self, service: Service) -> Standing:
        try:
            if self._state.stat().st_size > _STATE_LIMIT:
                raise ValueError("too large")
            standing = _standing(json.loads(self._state.read_bytes()))
            if standing.asked != service.asked:
                raise ValueError("of another question")
        except (OSError, ValueError, TypeError, LookupError, RecursionError):
            raise KgError(f"{self._state}: is damaged: delete it to start the harvest again.") from None
        return standing

    def save(self) -> None:
        """Write the state of the harvest."""
        write(self._state, json.dumps(asdict(self.standing), ensure_ascii=False, indent=1))

    def keep(self) -> str:
        """Add the response that was just written to the harvest; returns its file name."""
        name = f"{self.name}-{len(self.standing.files) + 1:04d}.{self._ending}"
        try:
            os.replace(self.part, self.folder / name)
        except OSError as error:
            raise KgError(
                f"{self.folder / name}: cannot be written ({error.strerror or error}): free disk space."
            ) from None
        return name

    def harvest(self, fetched: int, answers: int) -> Harvest:
        """Summarize the harvest and what this call fetched."""
        there = {name: n for name, n in self.standing.files.items() if (self.folder / name).is_file()}
        gone = [name for name in self.standing.files if name not in there]
        return Harvest([self.folder / name for name in there], sum(there.values()), gone, fetched, answers)


def fetch(
    service: Service,
    folder: Path,
    client: Client,
    *,
    most: int | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Progress | None = None,
) -> Harvest:
    """Fetch the responses of a service into a folder, continuing an earlier call; at most `most` papers per round.

    After a complete round, a new one starts on a later day, unless an end date was given. Fetched files are kept when
    an error or Ctrl-C ends the call. Raises KgError when the service cannot be reached, rejects the query, or keeps
    failing.
    """
    kept = HarvestFolder(folder, service)
    standing = kept.standing
    if standing.place is not None:
        standing.place = service.resumed(standing.place, now())
    fetched = answers = 0
    try:
        while (place := _next(standing, service, most, now())) is not None:
            if progress:
                progress(f"page {len(standing.files) + 1}{_of(standing.total)}", standing.papers)
            left = None if most is None else most - standing.papers
            page = client.get(
                service.parameters(place, left), kept.part, partial(_look, service, place), service.headers
            )
            after = page.next and _advanced(place, page, page.next, service)
            if page.papers:
                standing.files[kept.keep()] = page.papers
            standing.papers += page.papers
            standing.total = page.total if standing.total is None else standing.total
            standing.place = after
            kept.save()
            fetched, answers = fetched + page.papers, answers + 1
    finally:
        kept.part.unlink(missing_ok=True)
    return kept.harvest(fetched, answers)


def _next(standing: Standing, service: Service, most: int | None, now: datetime) -> Position | None:
    """The next position, or None if nothing is left for today; starts a new round when one is due."""
    if standing.place is not None and (most is None or standing.papers < most):
        return standing.place
    today = now.date().isoformat()
    until = service.asked.get("until")
    if standing.day == today or (until and standing.day >= _after(until)):
        return None
    is_known = "" < standing.day < today  # a day to come is that of a wrong clock, and says nothing
    before = date.fromisoformat(standing.day) if is_known else None
    standing.place, standing.papers, standing.total = service.begin(before, now), 0, None
    standing.day = today
    return standing.place


def _advanced(place: Position, page: ResultPage, after: Position, service: Service) -> Position:
    """The next position; raises Refused where the pages bring nothing new.

    A page is compared with an earlier one, the first, second, fourth, eighth and so on, so that every cycle is found
    (Brent's method) although only one page is remembered.
    """
    if not page.papers and not page.digest:
        if place.empty == _EMPTY:
            raise Refused(f"{service.title} sends one empty page after the other: repeat the same call later.")
        return replace(after, empty=place.empty + 1)
    if after.pages and page.digest and page.digest == place.seen:
        raise Refused(f"{service.title} sends the same pages again and again: repeat the same call later.")
    pages = after.pages + 1
    return replace(after, empty=0, pages=pages, seen=place.seen if pages & (pages - 1) else page.digest)


def _look(service: Service, place: Position, path: Path, status: int) -> ResultPage:
    """Parse a response; raises Again when it is damaged, KgError when it has another form than the service's."""
    try:
        file = InputFile(path)
        if not (xml.looks_like_xml(file) if service.ending == "xml" else file.start().lstrip()[:1] in ("{", "[")):
            if status != 200:
                said = f"{service.title} answers {status} {phrase(status)}".rstrip()
                raise Refused(f"{said}: check the URL {service.url} and the query.")
            start = " ".join(file.start()[:80].split())
            raise Refused(
                f"{service.title} responds with something other than {service.ending.upper()} ({start!r}): "
                f"check the URL {service.url}."
            )
        page = service.page(file, place)
    except Refused:
        raise
    except KgError as error:
        said = str(error).removeprefix(f"{path}: ")
        reason = said.rpartition(": ")[0] or said  # without the advice about files
        raise Again(f"sends a response that cannot be read ({reason})") from None
    if status != 200:
        raise KgError(f"{service.title} responds with status {status}: check the query.")
    return page


def day(text: str, option: str) -> str:
    """An ISO date from an option, "" for none; raises KgError for an invalid date.

    >>> day("2025-10-01", "--since"), day("", "--until")
    ('2025-10-01', '')
    """
    if not text:
        return ""
    try:
        if _DAY.fullmatch(text) is None:
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise KgError(f"{option} {text[:40]}: is not a date: write it as 2025-10-01.") from None


def count_of(text: str) -> int | None:
    """A number of papers as a service writes it; None for anything else."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def one_query(query: str, service: str, example: str, most: int) -> str:
    """A query as one line. Raises KgError for one that is empty, longer than `most`, or holds control characters."""
    query = " ".join(query.split())
    if not query or not query.isprintable():
        raise KgError(f"There is no query for {service}: write one such as {example}.")
    if len(query) > most:
        raise KgError(f"The query has {len(query):,} characters, more than {most:,}: split it.")
    return query


def days(since: str, until: str) -> tuple[str, str]:
    """The limits of a harvest; raises KgError for invalid dates or a start after the end."""
    since, until = day(since, "--since"), day(until, "--until")
    if since and until and since > until:
        raise KgError(f"--since {since} --until {until}: the start is after the end: swap them.")
    return since, until


def name_of(asked: Mapping[str, str]) -> str:
    """Name of a harvest: service, query, and a hash of all parameters.

    >>> name_of({"service": "arxiv", "query": 'cat:cs.LG AND abs:"KV cache"'})
    'arxiv-cat-cs-lg-and-abs-kv-cache-9605a827'
    """
    words = f"{asked['service']} {asked.get('query') or asked.get('set') or ''}".lower()
    slug = re.sub(r"[^a-z0-9]+", "-", words)[:_NAME].strip("-")
    return f"{slug}-{hashlib.sha256(json.dumps(dict(asked), sort_keys=True).encode()).hexdigest()[:8]}"


def _standing(kept: Any) -> Standing:
    """Parse the stored state of a harvest; raises ValueError, TypeError or LookupError for invalid JSON values."""
    values = {one.name: kept[one.name] for one in fields(Standing)}
    place = values["place"]
    values["place"] = None if place is None else Position(**place)
    standing = Standing(**values)
    if standing.place is not None:
        _same_types(standing.place, Position())
    _same_types(standing, Standing({}, place=standing.place, total=standing.total))
    if standing.day:
        date.fromisoformat(standing.day)
    if not all(isinstance(n, int) and Path(name).name == name for name, n in standing.files.items()):
        raise ValueError("files")
    return standing


def _after(iso: str) -> str:
    return (date.fromisoformat(iso) + timedelta(days=1)).isoformat()


def _same_types(one: Standing | Position, other: Standing | Position) -> None:
    for each in fields(other):
        if type(getattr(one, each.name)) is not type(getattr(other, each.name)):
            raise TypeError(each.name)


def _of(total: int | None) -> str:
    return f" ({total:,} papers in all)" if total else ""
