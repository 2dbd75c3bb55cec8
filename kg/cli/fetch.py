"""kg fetch: fetch papers from services into files and, optionally, into the graph."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from kg.cli.core import (
    HERE,
    NOTHING_FOUND,
    SKIPPED,
    Fast,
    Jobs,
    Location,
    interruptible,
    make_first_page,
    note,
    progress,
    tell_left_out,
)
from kg.model import KgError

if TYPE_CHECKING:
    from kg.build.pipeline import Added
    from kg.fetch import Harvest, Service

_GOES_ON = "the same command goes on from there."
_WHOLE, _STALLED, _TRIES = 300.0, 20.0, 3  # seconds for a file and without a byte of it, attempts
_MOST_SENTENCES = 10  # about files that were not fetched; the others are only counted
_LONG = 10.0  # seconds from which a wait is announced if there is no progress bar


FullText = Annotated[
    bool, typer.Option("--full-text", help="Fetch the LaTeX sources or PDFs of the papers too (arxiv, openalex, s2).")
]


def command(
    service: Annotated[
        str,
        typer.Argument(
            help="A search of arxiv, openalex, s2 (Semantic Scholar) or crossref, the papers of a venue of openreview, "
            "or oai (all records of a set, by OAI-PMH)."
        ),
    ],
    query: Annotated[
        str, typer.Argument(help="The query in the service's own words; openreview: ICLR.cc/2026/Conference.")
    ] = "",
    since: Annotated[str, typer.Option(help="From this day on, 2025-10-01; oai: of the last change.")] = "",
    until: Annotated[str, typer.Option(help="To this day.", show_default="today")] = "",
    most: Annotated[
        int | None,
        typer.Option(
            "--max", min=1, help="The first so many papers: the newest, where the service sorts them. Not for oai."
        ),
    ] = None,
    set_: Annotated[str, typer.Option("--set", help="oai: the set, cs or cs:cs:LG.")] = "",
    prefix: Annotated[
        str, typer.Option(help="oai: the form of the metadata: arXiv, arXivRaw or oai_dc.", show_default="arXiv")
    ] = "",
    url: Annotated[
        str,
        typer.Option(help="Where to ask, instead of $KG_ARXIV_URL, $KG_OPENALEX_URL …", show_default="the service's"),
    ] = "",
    folder: Annotated[Path, typer.Option("--output", "-o", help="The folder that keeps the answers.")] = Path(
        "fetched"
    ),
    graph: Location = HERE,
    add: Annotated[bool, typer.Option("--add", help="Read the papers into the graph too.")] = False,
    new: Annotated[
        bool, typer.Option("--new", help="Read only papers that the graph lacks (by arXiv id and DOI) into it.")
    ] = False,
    full_text: FullText = False,
    fast: Fast = False,
    jobs: Jobs = None,
) -> None:
    """Fetch papers from a service into a folder of files; the same command resumes an earlier run."""
    harvest = fetched(service_of(service, query, since, until, most, set_, prefix, url), folder, most, full_text)
    _tell(harvest, folder)
    if (add or new) and harvest.files:
        _add(harvest, graph, new, fast, jobs)
    if not harvest.papers and not harvest.gone:
        raise typer.Exit(NOTHING_FOUND)


def fetched(asked: Service, folder: Path, most: int | None = None, full_text: bool = False) -> Harvest:
    """The papers that a service has for its query, fetched into a folder; progress and what is missing are told."""
    from kg.fetch import Client, fetch
    from kg.fetch.full_texts import full_texts

    done = 0
    with interruptible(lambda: f"{folder} keeps what was fetched; {_GOES_ON}"), progress("Fetching") as tell:

        def told(name: str, papers: int) -> None:
            nonlocal done
            done = papers
            if tell:
                tell(name, papers)

        def waiting(seconds: float, reason: str) -> None:
            if tell:
                tell(f"(waiting {seconds:,.0f} s: the service {reason})", done)
            elif seconds >= _LONG:
                note(f"The service {reason}: waiting {seconds:,.0f} s.")

        with Client(asked.url, interval=_interval(), waiting=waiting) as client:
            harvest = fetch(asked, folder, client, most=most, progress=told)
        if not full_text or not harvest.files:
            return harvest

        def connect(url: str) -> Client:
            host = urlsplit(asked.url).netloc
            return Client(
                url, interval=_interval(), timeout=_STALLED, whole=_WHOLE, most_seconds=_WHOLE, tries=_TRIES,
                waiting=waiting, trusted_host=host,
            )  # fmt: skip

        texts = full_texts(asked, harvest, folder, connect, told)
    for problem in texts.problems[:_MOST_SENTENCES]:
        note(problem)
    if (more := len(texts.problems) - _MOST_SENTENCES) > 0:
        note(f"{more:,} more full texts were not fetched.")
    print(f"Fetched {texts.fetched:,} full texts; {folder} holds {len(texts.files):,} of this harvest.")
    return replace(harvest, texts=texts.files)


def service_of(
    service: str,
    query: str,
    since: str = "",
    until: str = "",
    most: int | None = None,
    set_: str = "",
    prefix: str = "",
    url: str = "",
) -> Service:
    """The service with its query; raises KgError for options of another service."""
    from kg.fetch import Arxiv, Listed, Oai
    from kg.fetch.listed import services

    if service == "oai":
        if query or most:
            raise KgError("A query and --max go with a search: OAI-PMH is told by --set, --since and --until.")
        return Oai(set_, since, until, url=url, **({"prefix": prefix} if prefix else {}))
    if service != "arxiv" and service not in services():
        known = ", ".join(("arxiv", *services()))
        raise KgError(f"{service[:40]}: there is no such service here: choose one of {known}, oai.")
    if set_ or prefix:
        raise KgError("--set and --prefix go with `kg fetch oai`: a search is told by its query.")
    return Arxiv(query, since, until, url) if service == "arxiv" else Listed(service, query, since, until, url)


def _interval() -> float:
    """Seconds between requests: three, unless the environment says otherwise."""
    from kg.fetch.client import INTERVAL
    from kg.http import seconds_of

    return seconds_of(os.environ.get("KG_FETCH_INTERVAL", ""), "KG_FETCH_INTERVAL", INTERVAL, 3600, 0)


def _tell(harvest: Harvest, folder: Path) -> None:
    if harvest.gone:
        state = f"{folder}/.{harvest.gone[0].rpartition('-')[0]}.json"
        note(f"{len(harvest.gone)} files of this harvest are gone from {folder}: delete {state} to fetch them again.")
    elif not harvest.papers:
        print("Found nothing.")
        return
    print(
        f"Fetched {harvest.fetched:,} papers in {harvest.answers:,} answers; "
        f"{folder} holds {harvest.papers:,} of this harvest in {len(harvest.files):,} files."
    )


def _add(harvest: Harvest, graph: str, new: bool, fast: bool, jobs: int | None) -> None:
    """Read the papers of a harvest into the graph, except those that it has."""
    with interruptible(lambda: f"{graph} holds the papers done so far, each whole; {_GOES_ON}"):
        report, there, held = added(harvest, graph, new, fast, jobs)
    tell_left_out(report)
    print(f"Added {len(report.added)} papers; {there} were in the graph already; {graph} holds {held}.")
    if report.added:
        make_first_page(graph)
    if report.skipped:
        raise typer.Exit(SKIPPED)


def added(harvest: Harvest, graph: str, new: bool, fast: bool, jobs: int | None) -> tuple[Added, int, int]:
    """Read the files of a harvest into the graph: the report, how many were there already, entries of the graph."""
    from kg.api import Graph
    from kg.build.workers import cores
    from kg.fetch.lacking import Lacking

    with Graph(graph, create=True) as opened, progress("Reading") as tell:
        lacking = Lacking(opened.store, harvest.files, new)
        report = opened.add(*harvest.files, fast=fast, jobs=jobs or cores(), wanted=lacking, progress=tell)
        if harvest.texts:
            more = opened.add(*harvest.texts, fast=fast, jobs=jobs or cores(), progress=tell)
            for one in fields(more):
                getattr(report, one.name).extend(getattr(more, one.name))
        return report, len(lacking.known) + len(report.unchanged), opened.entry_count()
