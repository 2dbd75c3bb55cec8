"""kg add: read papers into the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli.core import (
    FILES,
    HERE,
    SKIPPED,
    AbstractOnly,
    Fast,
    Jobs,
    Location,
    Strict,
    interruptible,
    make_first_page,
    progress,
    tell_left_out,
    without_an_empty_graph,
)
from kg.model import KgError
from kg.text import number_of


def command(
    files: Annotated[list[str] | None, typer.Argument(help=FILES)] = None,
    graph: Location = HERE,
    records: Annotated[
        Path | None, typer.Option(help="Annotated records (JSON lines) to store instead of extracting.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--as",
            help="Name of the source, instead of the one its file gives; of an archive, before those of its files.",
        ),
    ] = None,
    strict: Strict = False,
    fast: Fast = False,
    abstract_only: AbstractOnly = False,
    jobs: Jobs = None,
    engine: Annotated[
        str,
        typer.Option(help="Where papers are read: local (processes of this machine) or that of a plug-in: ray."),
    ] = "local",
    address: Annotated[str, typer.Option(help="Where that engine is: of a Ray cluster its head, HOST:PORT.")] = "",
) -> None:
    """Read papers from files, archives, globs or folders into the graph; unchanged papers are left as they are."""
    from kg.api import Graph
    from kg.build.engines import engine as engine_of

    if not files and records is None:
        raise KgError("Nothing to add: name files, globs or folders, or --records FILE.")
    if name and len(files or []) > 1:
        raise KgError("--as NAME goes with one file: add the others in calls of their own.")
    where = engine_of(engine, address)
    with (
        without_an_empty_graph(str(graph)),
        interruptible(lambda: _so_far(graph)),
        Graph(graph, create=True) as opened,
        progress("Reading") as tell,
    ):
        report = opened.add(
            *files or [],
            records=records,
            name=name,
            strict=strict,
            fast=fast,
            whole=not abstract_only,
            jobs=jobs,
            engine=where,
            progress=tell,
        )
        held = opened.entry_count()
    tell_left_out(report)
    removed = f", {len(report.removed)} removed" if report.removed else ""
    added = number_of(len(report.added), "entry", "entries")
    print(f"Added {added}, {len(report.unchanged)} unchanged{removed}; {graph} holds {held}.")
    if report.added or report.removed:
        make_first_page(str(graph))
    if report.skipped:
        raise typer.Exit(SKIPPED if report.added or report.unchanged else 2)


def _so_far(graph: str) -> str:
    """The content of the graph after an interruption, read from the graph: the run's own count may lag behind."""
    from kg.api import Graph

    try:
        with Graph(graph, read_only=True) as opened:
            held = opened.entry_count()
    except KgError:
        held = 0
    if not held:
        return "no paper was added yet."
    papers = number_of(held, "paper", "papers")
    return f"{graph} holds {papers}, each whole; the same command goes on from there."
