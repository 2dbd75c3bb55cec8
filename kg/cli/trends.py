"""kg trends: papers of each topic, technique, ... by period."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.base import HERE, NOTHING_FOUND, Language, Location, Output, choose, language, reading, write
from kg.model import KgError

FORMS = ("table", "csv", "png", "json")


def command(
    of: Annotated[
        str,
        typer.Option(
            "--of",
            help="What is counted: topic, technique, problem, task, hardware, institution, model, dataset, metric.",
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
    form = choose(format, output, FORMS, "table")
    if form == "png" and output is None:
        raise KgError("A picture needs a file: give -o FILE.png.")
    from kg.views import trends

    with reading(graph) as opened:
        frame = trends.trends(opened, of, over, where, language(lang))
    write(trends.render(frame, form), output)
    if not frame.attrs["papers"]:
        raise typer.Exit(NOTHING_FOUND)
