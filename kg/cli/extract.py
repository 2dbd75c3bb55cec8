"""kg extract: what the texts say, as records, without storing anything."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from kg.cli.base import SKIPPED, Output, choose, note, progress, write
from kg.model import KgError

FORMS = ("jsonl",)


def command(
    files: Annotated[list[str], typer.Argument(help="Files, globs or folders with papers.")],
    format: Annotated[
        str | None, typer.Option("--format", "-f", help="jsonl, the form of the annotated papers.")
    ] = None,
    output: Output = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at the first file or entry that cannot be read.")
    ] = False,
) -> None:
    """Print what is extracted from papers: one JSON object a paper, in the form of the annotated papers."""
    from kg.graph.records import to_json
    from kg.pipeline import Added, Pipeline

    choose(format, output, FORMS, "jsonl")
    report = Added()
    lines: list[str] = []
    with progress("Reading") as tell:
        for _, record in Pipeline().records(files, strict=strict, progress=tell, report=report):
            lines.append(json.dumps(to_json(record), ensure_ascii=False) + "\n")
    for sentence in report.skipped:
        note(f"Skipped: {sentence}")
    if not lines:
        raise KgError("No paper could be read: see above." if report.skipped else "The files hold no paper.")
    write("".join(lines), output)
    if report.skipped:
        raise typer.Exit(SKIPPED)
