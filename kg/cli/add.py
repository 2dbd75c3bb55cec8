"""kg add: read papers into the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli.base import HERE, SKIPPED, Fast, Jobs, Location, Strict, note, progress
from kg.model import KgError


def command(
    files: Annotated[list[str] | None, typer.Argument(help="Files, globs or folders with papers.")] = None,
    graph: Location = HERE,
    records: Annotated[
        Path | None, typer.Option(help="Annotated records (JSON lines) to store instead of extracting.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--as", help="Name of the source, instead of the one its file gives.")
    ] = None,
    strict: Strict = False,
    fast: Fast = False,
    jobs: Jobs = None,
) -> None:
    """Read papers from files, globs or folders into the graph; what is unchanged is left as it is."""
    from kg.api import Graph
    from kg.workers import cores

    if not files and records is None:
        raise KgError("Nothing to add: name files, globs or folders, or --records FILE.")
    if name and len(files or []) > 1:
        raise KgError("--as NAME goes with one file: add the others in calls of their own.")
    with Graph(graph) as opened, progress("Reading") as tell:
        report = opened.add(
            *files or [], records=records, name=name, strict=strict, fast=fast, jobs=jobs or cores(), progress=tell
        )
        held = len(opened.entries())
    for sentence in report.skipped:
        note(f"Skipped: {sentence}")
    removed = f", {len(report.removed)} removed" if report.removed else ""
    print(f"Added {len(report.added)} entries, {len(report.unchanged)} unchanged{removed}; {graph} holds {held}.")
    if report.skipped:
        raise typer.Exit(SKIPPED if report.added or report.unchanged else 2)
