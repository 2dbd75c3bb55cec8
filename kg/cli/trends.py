"""kg trends: papers of each topic, technique, ... by period."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.base import HERE, NOTHING_FOUND, Language, Location, Output, choose, language, note, reading, write
from kg.model import KgError

FORMS = ("table", "csv", "png", "json")


def command(
    of: Annotated[
        str,
        typer.Option(
            "--of",
            help="What is counted: topic, technique, problem, task, hardware, institution, model, dataset, metric, "
            "kind.",
        ),
    ] = "topic",
    over: Annotated[str, typer.Option("--over", help="By what: day, week, month, year, report.")] = "month",
    where: Annotated[str, typer.Option("--where", help="Only the papers that answer this question.")] = "",
    graph: Location = HERE,
    lang: Language = "en",
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """Count the papers of each topic, technique, ... by period, as a table, CSV, JSON or picture."""
    form = choose(format, output, FORMS, "table", {"txt": "table"})
    if form == "png" and output is None:
        raise KgError("A picture needs a file: give -o FILE.png.")
    from kg.views.trends import render

    with reading(graph) as opened:
        frame = opened.trends(of, over, where, language(lang))
    write(render(frame, form), output)
    if frame.attrs["undated"] and form in ("csv", "png"):
        note(f"Papers without a date, not counted: {frame.attrs['undated']}.")
    if not len(frame):
        raise typer.Exit(NOTHING_FOUND)
