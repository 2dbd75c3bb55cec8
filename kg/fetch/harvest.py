"""A harvest: the answers of a service to one question, page after page, kept as files, gone on with where it stopped.

A folder keeps each answer as it came ("NAME-0001.xml") and, hidden beside them, where the harvest stands
(".NAME.json"). NAME is made of what is asked, so the same call finds its harvest again. A harvest goes in rounds: when
one is complete, the next asks on a later day for what has come since.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from kg.fetch.client import Client
from kg.http import Again
from kg.model import KgError
from kg.sources import xml
from kg.sources.base import InputFile
from kg.views.base import write

_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d", re.ASCII)
_NAME = 40  # letters of a question that stand in the names of its files
_STATE_LIMIT = 16 << 20  # bytes

Progress = Callable[[str, int], None]  # what is done, papers so far


@dataclass(frozen=True, slots=True)
class Place:
    """Where a round stands: what the next call asks for. Services use what they need."""

    since: str = ""  # ISO 8601, the bounds of what is asked for
    until: str = ""
    start: int = 0  # papers before the next page
    token: str = ""  # that the service gave for the next page
    expires: str = ""
    last: str = ""  # the latest date among the papers so far
    ordered: bool = True  # whether their dates never went back
    restarts: int = 0  # in a row that led to no paper


@dataclass(frozen=True, slots=True)
class Page:
    """What an answer holds: how many papers, how many there are in all where it says so, where to go on (or None)."""

    papers: int
    total: int | None = None
    next: Place | None = None


class Service(Protocol):
    """A service and a question to it."""

    @property
    def title(self) -> str:
        """What users call it."""

    @property
    def url(self) -> str:
        """Where it is called."""

    @property
    def asked(self) -> Mapping[str, str]:
        """The question, which names the harvest."""

    def begin(self, after: date | None, now: datetime) -> Place:
        """The place of a new round; `after` is the day on which the one before began."""

    def resumed(self, place: Place, now: datetime) -> Place:
        """Where to go on after a pause."""

    def parameters(self, place: Place, most: int | None) -> dict[str, str]:
        """The parameters of the call for a place; `most` papers are wanted."""

    def page(self, file: InputFile, place: Place) -> Page:
        """What an answer holds; raises Again for a faulty one, Refused where the service will not answer."""


@dataclass(slots=True)
class Standing:
    """Where a harvest stands, as its hidden file keeps it."""

    asked: dict[str, str]
    day: str = ""  # when the round began; "" before the first
    place: Place | None = None  # None: the round is complete
    papers: int = 0  # of the round
    total: int | None = None
    files: dict[str, int] = field(default_factory=dict)  # the answers of all rounds, with their papers


@dataclass(frozen=True, slots=True)
class Harvest:
    """What is kept of a harvest, and what of it this call fetched."""

    files: list[Path]
    papers: int  # entries in the files; one paper may stand in several
    gone: list[str]  # files that were kept, and are no longer there
    fetched: int  # papers of this call
    answers: int


class Kept:
    """The folder of a harvest; KgError when it cannot be used."""

    def __init__(self, folder: Path, service: Service) -> None:
        self.folder = folder
        self.name = name_of(service.asked)
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
            raise KgError(f"{self._state}: is damaged: delete it, and the harvest begins anew.") from None
        return standing

    def save(self) -> None:
        """Write down where the harvest stands."""
        write(self._state, json.dumps(asdict(self.standing), ensure_ascii=False, indent=1))

    def keep(self) -> str:
        """Make the file of the answer that was just written; its name."""
        name = f"{self.name}-{len(self.standing.files) + 1:04d}.xml"
        try:
            os.replace(self.part, self.folder / name)
        except OSError as error:
            raise KgError(f"{self.folder / name}: cannot be written ({error.strerror or error}): make room.") from None
        return name

    def harvest(self, fetched: int, answers: int) -> Harvest:
        """What is there, and what this call fetched."""
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
    """Fetch what a service answers into a folder, from where an earlier call stopped; at most `most` papers a round.

    A round that is complete is followed by another on a later day, unless an end was asked for. What was fetched stays
    when an error or Ctrl-C ends it. KgError when the service cannot be reached, does not understand, or fails for long.
    """
    kept = Kept(folder, service)
    standing = kept.standing
    if standing.place is not None:
        standing.place = service.resumed(standing.place, now())
    fetched = answers = 0
    try:
        while (place := _next(standing, service, most, now())) is not None:
            if progress:
                progress(f"page {len(standing.files) + 1}{_of(standing.total)}", standing.papers)
            left = None if most is None else most - standing.papers
            page = client.get(service.parameters(place, left), kept.part, partial(_look, service, place))
            if page.papers:
                standing.files[kept.keep()] = page.papers
            standing.papers += page.papers
            standing.total = page.total if standing.total is None else standing.total
            standing.place = page.next
            kept.save()
            fetched, answers = fetched + page.papers, answers + 1
    finally:
        kept.part.unlink(missing_ok=True)
    return kept.harvest(fetched, answers)


def _next(standing: Standing, service: Service, most: int | None, now: datetime) -> Place | None:
    """What to ask for next, None where there is nothing for today; a new round is begun where one is due."""
    if standing.place is not None and (most is None or standing.papers < most):
        return standing.place
    today = now.date().isoformat()
    end = service.asked.get("until") or today
    if standing.day and standing.day >= min(today, _after(end)):
        return None
    before = date.fromisoformat(standing.day) if standing.day else None
    standing.place, standing.papers, standing.total = service.begin(before, now), 0, None
    standing.day = today
    return standing.place


def _look(service: Service, place: Place, path: Path, status: int) -> Page:
    """What stands in an answer; raises Again where its XML is damaged, KgError where it is none."""
    try:
        file = InputFile(path)
        if not xml.looks_like_xml(file):
            start = " ".join(file.start()[:80].split())
            raise Refused(
                f"{service.title} answers with something else than XML ({start!r}): check the URL {service.url}."
            )
        page = service.page(file, place)
    except Refused:
        raise
    except KgError as error:
        said = str(error).removeprefix(f"{path}: ")
        reason = said.rpartition(": ")[0] or said  # without what to do about a file
        raise Again(f"sends an answer that cannot be read ({reason})") from None
    if status != 200:
        raise KgError(f"{service.title} answers with status {status}: check what is asked.")
    return page


class Refused(KgError):
    """What the service said for good: it is not asked again."""


def day(text: str, option: str) -> str:
    """A day as it is asked for, "" for none; KgError for what is none.

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
        raise KgError(f"{option} {text[:40]}: is no day: write it as 2025-10-01.") from None


def days(since: str, until: str) -> tuple[str, str]:
    """The bounds of a harvest; KgError for what are no days, or stand the wrong way round."""
    since, until = day(since, "--since"), day(until, "--until")
    if since and until and since > until:
        raise KgError(f"--since {since} --until {until}: there is no day between them: swap them.")
    return since, until


def name_of(asked: Mapping[str, str]) -> str:
    """The name of a harvest: service and question, and a hash of all that is asked.

    >>> name_of({"service": "arxiv", "query": 'cat:cs.LG AND abs:"KV cache"'})
    'arxiv-cat-cs-lg-and-abs-kv-cache-9605a827'
    """
    words = f"{asked['service']} {asked.get('query') or asked.get('set') or ''}".lower()
    slug = re.sub(r"[^a-z0-9]+", "-", words)[:_NAME].strip("-")
    return f"{slug}-{hashlib.sha256(json.dumps(dict(asked), sort_keys=True).encode()).hexdigest()[:8]}"


def _standing(kept: Any) -> Standing:
    """Where a harvest stands, of JSON; ValueError, TypeError or LookupError for what is no such thing."""
    values = {one.name: kept[one.name] for one in fields(Standing)}
    place = values["place"]
    values["place"] = None if place is None else Place(**place)
    standing = Standing(**values)
    if standing.place is not None:
        _same_types(standing.place, Place())
    _same_types(standing, Standing({}, place=standing.place, total=standing.total))
    if standing.day:
        date.fromisoformat(standing.day)
    if not all(isinstance(n, int) and Path(name).name == name for name, n in standing.files.items()):
        raise ValueError("files")
    return standing


def _after(iso: str) -> str:
    return (date.fromisoformat(iso) + timedelta(days=1)).isoformat()


def _same_types(one: Standing | Place, other: Standing | Place) -> None:
    for each in fields(other):
        if type(getattr(one, each.name)) is not type(getattr(other, each.name)):
            raise TypeError(each.name)


def _of(total: int | None) -> str:
    return f" ({total:,} papers in all)" if total else ""
