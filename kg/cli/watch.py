"""kg watch: keep a graph up to date with a folder or a service, and write a page of what is new."""

from __future__ import annotations

import re
import time
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.core import (
    HERE,
    NOTHING_FOUND,
    SKIPPED,
    Fast,
    Jobs,
    Language,
    Location,
    interruptible,
    language,
    make_first_page,
    note,
    progress,
    tell_left_out,
)
from kg.cli.fetch import FullText, added, fetched, service_of
from kg.model import KgError

if TYPE_CHECKING:
    from kg.build.pipeline import Added
    from kg.fetch import Service

_EVERY = re.compile(r"(\d{1,4})\s*(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def command(
    source: Annotated[
        str,
        typer.Argument(help='A folder; or a service with a query: "arxiv:abs:pruning AND cat:cs.LG", oai:cs:cs:LG.'),
    ],
    graph: Location = HERE,
    every: Annotated[
        str, typer.Option(help="How often to look: 30s, 10m, 6h, 1d.", show_default="1m for a folder, else 1d")
    ] = "",
    once: Annotated[bool, typer.Option("--once", help="Look once and end, as a scheduler wants it.")] = False,
    since: Annotated[str, typer.Option(help="A service's papers from this day on, 2025-10-01.")] = "",
    folder: Annotated[Path, typer.Option("--output", "-o", help="The folder that keeps a service's answers.")] = Path(
        "fetched"
    ),
    digests: Annotated[Path, typer.Option(help="The folder of the digests.")] = Path("digests"),
    full_text: FullText = False,
    lang: Language = "",
    fast: Fast = False,
    jobs: Jobs = None,
) -> None:
    """Add what is new in a folder or a service to the graph, and write a digest of it each time, until Ctrl-C."""
    lang = language(lang)
    watched = _Watched(source, since, folder, digests, graph, lang, fast, jobs, full_text)
    pause = _seconds(every) if every else 86_400 if watched.service else 60
    with interruptible(lambda: f"{graph} holds the papers done so far, each whole; the same command goes on."):
        while True:
            try:
                report = watched.look()
            except KgError as error:
                if once:
                    raise
                note(str(error))
            else:
                if once:
                    raise typer.Exit(SKIPPED if report.skipped else 0 if report.added else NOTHING_FOUND)
            time.sleep(pause)


class _Watched:
    """What is watched, and where what is new goes; raises KgError for what is neither folder nor service."""

    def __init__(
        self, source: str, since: str, folder: Path, digests: Path, graph: str, lang: str, fast: bool, jobs: int | None,
        full_text: bool,
    ) -> None:  # fmt: skip
        self.source, self.service = Path(source).expanduser(), _service(source, since)
        self.folder, self.digests, self.graph, self.lang = folder, digests, graph, lang
        self.fast, self.jobs, self.full_text = fast, jobs, full_text
        self._told: set[str] = set()
        if self.service is None and digests.resolve().is_relative_to(self.source.resolve()):
            raise KgError(f"{digests}: lies in the watched folder and would be read again: choose another --digests.")

    def look(self) -> Added:
        """Add what is new and write its digest; sentences that were told before are not told again."""
        report = self._of_folder() if self.service is None else self._of_service(self.service)
        for listed in (report.skipped, report.losses, report.doubts):
            listed[:] = [one for one in listed if one not in self._told]
            self._told.update(listed)
        tell_left_out(report)
        if report.added:
            print(
                f"{datetime.now():%Y-%m-%d %H:%M}  added {len(report.added)}: {self._digest(report.added)}", flush=True
            )
            make_first_page(self.graph)
        return report

    def _of_folder(self) -> Added:
        from kg.api import Graph
        from kg.build.workers import cores

        with Graph(self.graph, create=True) as opened, progress("Reading") as tell:
            return opened.add(self.source, fast=self.fast, jobs=self.jobs or cores(), progress=tell)

    def _of_service(self, service: Service) -> Added:
        from kg.build.pipeline import Added

        harvest = fetched(service, self.folder, full_text=self.full_text)
        if not harvest.files:
            return Added()
        return added(harvest, self.graph, True, self.fast, self.jobs)[0]

    def _digest(self, entries: list[str]) -> Path:
        """The file of a digest of these entries."""
        from kg.api import Graph
        from kg.files import write

        with Graph(self.graph, read_only=True) as opened:
            view = opened.week(entries, self.lang)
        self.digests.mkdir(parents=True, exist_ok=True)
        day = f"new-{datetime.now():%Y-%m-%d}"
        free = (self.digests / f"{day}-{number}.md" for number in count(1))
        return write(next(path for path in free if not path.exists()), view.render("md"))


def _service(source: str, since: str) -> Service | None:
    """The service that is asked, None for a folder."""
    if Path(source).expanduser().is_dir():
        if since:
            raise KgError("--since goes with a service: a folder is read whole.")
        return None
    name, colon, query = source.partition(":")
    if not colon:
        raise KgError(f'{source[:60]}: is neither a folder nor a service: write a query as "arxiv:{source[:40]}".')
    return service_of(name, "", since, set_=query) if name == "oai" else service_of(name, query, since)


def _seconds(every: str) -> int:
    """Seconds of "10m".

    >>> _seconds("10m"), _seconds("1d")
    (600, 86400)
    """
    found = _EVERY.fullmatch(every.strip())
    if found is None or not int(found[1]):
        raise KgError(f"--every {every[:20]}: is not a time: write it as 30s, 10m, 6h or 1d.")
    return int(found[1]) * _SECONDS[found[2]]
