"""kg export: the graph in forms that other tools open."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.base import HERE, Location, Output, choose, reading, write
from kg.graph.formats import FORMATS

FORMS = (*FORMATS, "digest")
#: Forms by the endings of their files; of two with one ending, the first.
_ENDINGS = {"txt": "digest"} | {form.ending: name for name, form in reversed(FORMATS.items())}


def command(
    graph: Location = HERE,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    source: Annotated[
        str | None, typer.Option("--source", "-s", help='Only this source ("000"); digest needs one.')
    ] = None,
    output: Output = None,
) -> None:
    """Export the graph; `--format digest --source 000` gives a report back byte for byte."""
    form = choose(format, output, FORMS, "turtle", _ENDINGS)
    with reading(graph) as opened:
        write(opened.export(form, source), output)
