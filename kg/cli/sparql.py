"""kg sparql: read-only SPARQL over the graph."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Annotated

import pyoxigraph as ox
import typer

from kg.cli.core import HERE, NOTHING_FOUND, Location, Output, choose, console, reading, table, write
from kg.identifiers import curie
from kg.model import KgError
from kg.rdf.user_sparql import SECONDS, asked_apart
from kg.text import escaped

_SOLUTIONS = {
    "json": ox.QueryResultsFormat.JSON,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "xml": ox.QueryResultsFormat.XML,
}
_TRIPLES = {"turtle": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES}
FORMS = ("table", *_SOLUTIONS, *_TRIPLES)


def command(
    query: Annotated[
        str, typer.Argument(help="A SPARQL query; - reads it from standard input. The prefixes are declared.")
    ],
    graph: Location = HERE,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="How long the query may take.")] = SECONDS,
) -> None:
    """Run a SPARQL query (SELECT, ASK, CONSTRUCT, DESCRIBE) over all entries; the graph cannot be changed."""
    form = choose(format, output, FORMS, "")
    text = sys.stdin.read() if query == "-" else query
    with reading(graph) as opened:
        opened.store.rdf.follow()  # here, where it may take its time
    result = asked_apart(str(graph), text, seconds)
    found = _write_triples(result, form, output) if isinstance(result, list) else _write_solutions(result, form, output)
    if not found:
        raise typer.Exit(NOTHING_FOUND)


def _write_triples(result: list[ox.Triple], form: str, output: Output) -> bool:
    """Write the result of a CONSTRUCT or DESCRIBE; returns whether there is any."""
    data = ox.serialize(result, format=_TRIPLES[_fitting(form or "turtle", _TRIPLES, "Triples")]) or b""
    write(escaped(data.decode()), output)
    return bool(data.strip())


def _write_solutions(result: ox.QuerySolutions | ox.QueryBoolean, form: str, output: Output) -> bool:
    """Write the result of a SELECT or ASK; returns whether there is any."""
    if output is None and form in ("", "table"):
        columns, rows = _rows(result)
        console().print(table(f"{len(rows)} rows", columns, rows))
        return bool(rows)
    fitting = _SOLUTIONS if output else ("table", *_SOLUTIONS)
    form = _fitting(form or "json", fitting, "Solutions in a file" if output else "Solutions")
    data = result.serialize(format=_SOLUTIONS[form]) or b""
    write(data if form == "xml" else escaped(data.decode()), output)
    return isinstance(result, ox.QueryBoolean) or not _is_empty(data, form)


def _fitting(form: str, fitting: Iterable[str], what: str) -> str:
    if form not in fitting:
        raise KgError(f"{what} have no form {form}: choose one of {', '.join(fitting)} with --format.")
    return form


def _is_empty(data: bytes, form: str) -> bool:
    """Whether serialised solutions are empty; in CSV, which pyoxigraph does not parse, the first line is the header."""
    if form == "csv":
        return data.count(b"\n") < 2
    found = ox.parse_query_results(data, format=_SOLUTIONS[form])
    return isinstance(found, ox.QuerySolutions) and next(found, None) is None


def _rows(result: ox.QuerySolutions | ox.QueryBoolean) -> tuple[list[str], list[list[str]]]:
    if isinstance(result, ox.QuerySolutions):
        columns = [variable.value for variable in result.variables]
        return columns, [[_cell(row[name]) for name in columns] for row in result]
    return ["answer"], [["yes" if result else "no"]]


def _cell(term: object) -> str:
    return curie(term.value) if isinstance(term, ox.NamedNode) else getattr(term, "value", "")
