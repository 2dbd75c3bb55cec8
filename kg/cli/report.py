"""kg report: a report on a topic or question."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.base import HERE, NOTHING_FOUND, Language, Location, Output, choose, language, reading, write

FORMS = ("md", "html", "json")


def command(
    selection: Annotated[
        list[str] | None, typer.Argument(help="A topic, question or paper; everything without it.")
    ] = None,
    graph: Location = HERE,
    lang: Language = "en",
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """Write a report: scope, briefs, techniques, comparable results, hardware, institutions, bibliography."""
    form = choose(format, output, FORMS, "md")
    with reading(graph) as opened:
        view = opened.report(" ".join(selection or []), language(lang))
        write(view.render(form), output)
    if not view.papers:
        raise typer.Exit(NOTHING_FOUND)
