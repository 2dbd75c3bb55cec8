"""kg trends: papers of each topic, technique, ... by period."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.base import HERE, Language, Location, Output, choose, language, reading, write
from kg.model import KgError

FORMS = ("table", "csv", "png", "json")
OF = ("topic", "technique", "problem", "task", "hardware", "institution", "model", "dataset", "metric", "kind")
OVER = ("day", "week", "month", "year", "report")


def command(
    of: Annotated[str, typer.Option("--of", help=f"What is counted: {', '.join(OF)}.")] = "topic",
    over: Annotated[str, typer.Option("--over", help=f"By what: {', '.join(OVER)}.")] = "month",
    where: Annotated[str, typer.Option("--where", help="Only the papers that answer this question.")] = "",
    graph: Location = HERE,
    lang: Language = "en",
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """Count the papers of each topic, technique, ... by period, as a table, CSV, JSON or picture."""
    from kg.views import trends

    for option, value, values in (("--of", of, OF), ("--over", over, OVER)):
        if value not in values:
            raise KgError(f"{option} {value}: there is no such choice: take one of {', '.join(values)}.")
    form = choose(format, output, FORMS, "table")
    if form == "png" and output is None:
        raise KgError("A picture needs a file: give -o FILE.png.")
    with reading(graph) as opened:
        frame = trends.trends(opened, of, over, where, language(lang))
        write(trends.render(frame, form), output)
