"""kg sparql: read-only SPARQL over the graph."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from kg.cli.base import HERE, NOTHING_FOUND, Location, Output, choose, console, reading, table, write

FORMS = ("table", "json", "csv", "tsv", "xml", "turtle", "nt")


def command(
    query: Annotated[str, typer.Argument(help="A SPARQL query; - reads it from standard input. The prefixes are declared.")],
    graph: Location = HERE,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """Run a SPARQL query (SELECT, ASK, CONSTRUCT, DESCRIBE) over all entries; nothing can be changed."""
    form = choose(format, output, FORMS, "table")
    text = sys.stdin.read() if query == "-" else query
    with reading(graph) as opened:
        if form == "table" and output is None:
            columns, rows = opened.sparql_table(text)
            console().print(table(f"{len(rows)} rows", columns, rows))
            found = bool(rows)
        else:
            content = opened.sparql_serialized(text, "csv" if form == "table" else form)
            write(content, output)
            found = True
    if not found:
        raise typer.Exit(NOTHING_FOUND)
