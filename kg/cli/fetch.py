"""kg fetch: fetch papers from services into files and, optionally, into the graph."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.base import HERE, NOTHING_FOUND, SKIPPED, Fast, Jobs, Location, interruptible, note, progress, tell_left_out
from kg.model import KgError

if TYPE_CHECKING:
    from kg.fetch import Harvest, Service

SERVICES = ("arxiv", "oai")
_GOES_ON = "the same command goes on from there."
_LONG = 10.0  # seconds from which a wait is announced if there is no progress bar


def command(
    service: Annotated[str, typer.Argument(help="arxiv (a search) or oai (all records of a set, by OAI-PMH).")],
    query: Annotated[str, typer.Argument(help="arxiv: the query, in arXiv's own words.")] = "",
    since: Annotated[str, typer.Option(help="From this day on, 2025-10-01; oai: of the last change.")] = "",
    until: Annotated[str, typer.Option(help="To this day.", show_default="today")] = "",
    most: Annotated[int | None, typer.Option("--max", min=1, help="arxiv: the newest so many papers.")] = None,
    set_: Annotated[str, typer.Option("--set", help="oai: the set, cs or cs:cs:LG.")] = "",
    prefix: Annotated[
        str, typer.Option(help="oai: the form of the metadata: arXiv, arXivRaw or oai_dc.", show_default="arXiv")
    ] = "",
    url: Annotated[
        str, typer.Option(help="Where to ask, instead of $KG_ARXIV_URL or $KG_OAI_URL.", show_default="arXiv's own")
    ] = "",
    folder: Annotated[Path, typer.Option("--output", "-o", help="The folder that keeps the answers.")] = Path(
        "fetched"
    ),
    graph: Location = HERE,
    add: Annotated[bool, typer.Option("--add", help="Read the papers into the graph too.")] = False,
    new: Annotated[
        bool, typer.Option("--new", help="Read only papers that the graph lacks (by arXiv id and DOI) into it.")
    ] = False,
    fast: Fast = False,
    jobs: Jobs = None,
) -> None:
    """Fetch papers from arXiv or another repository into a folder of files; the same command resumes an earlier run."""
    from kg.fetch import Client, fetch

    asked = _service(service, query, since, until, most, set_, prefix, url)
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
    _tell(harvest, folder)
    if (add or new) and harvest.files:
        _add(harvest.files, graph, new, fast, jobs)
    if not harvest.papers and not harvest.gone:
        raise typer.Exit(NOTHING_FOUND)


def _service(
    service: str, query: str, since: str, until: str, most: int | None, set_: str, prefix: str, url: str
) -> Service:
    """The service with its query; raises KgError for options of another service."""
    from kg.fetch import Arxiv, Oai

    if service == "arxiv":
        if set_ or prefix:
            raise KgError("--set and --prefix go with `kg fetch oai`: a search of arXiv is told by its query.")
        return Arxiv(query, since, until, url)
    if service == "oai":
        if query or most:
            raise KgError("A query and --max go with `kg fetch arxiv`: OAI-PMH is told by --set, --since and --until.")
        return Oai(set_, since, until, url=url, **({"prefix": prefix} if prefix else {}))
    raise KgError(f"{service[:40]}: there is no such service here: choose {' or '.join(SERVICES)}.")


def _interval() -> float:
    """Seconds between requests: three, unless the environment says otherwise."""
    from kg.fetch.client import INTERVAL

    said = os.environ.get("KG_FETCH_INTERVAL", "").strip()
    try:
        seconds = float(said) if said else INTERVAL
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise KgError("KG_FETCH_INTERVAL is no number of seconds up to 3600: mend or unset it.")
    return seconds


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


def _add(files: list[Path], graph: str, new: bool, fast: bool, jobs: int | None) -> None:
    """Read the files into the graph, except papers that it has."""
    from kg.api import Graph
    from kg.build.workers import cores
    from kg.fetch.lacking import Lacking

    so_far = f"{graph} holds the papers done so far, each whole; {_GOES_ON}"
    with interruptible(lambda: so_far), Graph(graph) as opened, progress("Reading") as tell:
        lacking = Lacking(opened.store, files, new)
        report = opened.add(*files, fast=fast, jobs=jobs or cores(), wanted=lacking, progress=tell)
        held = opened.entry_count()
    tell_left_out(report)
    there = len(lacking.known) + len(report.unchanged)
    print(f"Added {len(report.added)} papers; {there} were in the graph already; {graph} holds {held}.")
    if report.skipped:
        raise typer.Exit(SKIPPED)
