"""kg sparql: read-only SPARQL over the graph."""

from __future__ import annotations

import sys
from typing import Annotated

import pyoxigraph as ox
import typer

from kg.cli.base import HERE, NOTHING_FOUND, Location, Output, choose, console, reading, table, write
from kg.names import curie

Result = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
FORMS = ("table", "json", "csv", "tsv", "xml", "turtle", "nt")


def command(
    query: Annotated[
        str, typer.Argument(help="A SPARQL query; - reads it from standard input. The prefixes are declared.")
    ],
    graph: Location = HERE,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """Run a SPARQL query (SELECT, ASK, CONSTRUCT, DESCRIBE) over all entries; nothing can be changed."""
    form = choose(format, output, FORMS, "table")
    text = sys.stdin.read() if query == "-" else query
    with reading(graph) as opened:
        result = opened.sparql(text)
        if form == "table" and output is None and not isinstance(result, ox.QueryTriples):
            columns, rows = _rows(result)
            console().print(table(f"{len(rows)} rows", columns, rows))
            if not rows:
                raise typer.Exit(NOTHING_FOUND)
        else:
            write(_serialized(result, form), output)


def _rows(result: Result) -> tuple[list[str], list[list[str]]]:
    if isinstance(result, ox.QuerySolutions):
        columns = [variable.value for variable in result.variables]
        return columns, [[_cell(row[name]) for name in columns] for row in result]
    return ["answer"], [["yes" if result else "no"]]


def _cell(term: object) -> str:
    return curie(term.value) if isinstance(term, ox.NamedNode) else getattr(term, "value", "")


def _serialized(result: Result, form: str) -> bytes:
    """A result in a form that fits it; a table of triples is Turtle, a graph of solutions JSON."""
    if isinstance(result, ox.QueryTriples):
        chosen = ox.RdfFormat.N_TRIPLES if form == "nt" else ox.RdfFormat.TURTLE
        return result.serialize(format=chosen) or b""
    forms = {
        "csv": ox.QueryResultsFormat.CSV,
        "tsv": ox.QueryResultsFormat.TSV,
        "xml": ox.QueryResultsFormat.XML,
    }
    return result.serialize(format=forms.get(form, ox.QueryResultsFormat.JSON)) or b""
