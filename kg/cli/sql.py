"""kg sql: read-only SQL over the graph's tables."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from kg.cli.core import HERE, NOTHING_FOUND, Location, Output, choose, console, reading, table, write
from kg.safe_output import csv_text, json_text

FORMS = ("table", "json", "csv")


def command(
    query: Annotated[
        str, typer.Argument(help="A SELECT; - reads it from standard input. Without one, all tables are listed.")
    ] = "",
    graph: Location = HERE,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="How long the query may take.")] = 30.0,
) -> None:
    """Ask the graph's tables in SQL; nothing can be changed. docs/schema.md says what they hold."""
    form = choose(format, output, FORMS, "table" if output is None else "csv")
    with reading(graph) as opened:
        text = sys.stdin.read() if query == "-" else query or opened.store.db.LISTED
        columns, rows = opened.store.asked(text, seconds)
    if form == "table":
        console().print(table(f"{len(rows)} rows", columns, (["" if v is None else v for v in row] for row in rows)))
    elif form == "json":
        write(json_text([dict(zip(columns, row, strict=True)) for row in rows]), output)
    else:
        write(csv_text(columns, rows), output)
    if not rows:
        raise typer.Exit(NOTHING_FOUND)
