"""kg draw: a picture of the graph that one can explore."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.base import HERE, NOTHING_FOUND, Language, Location, Output, choose, language, reading, write

FORMS = ("html",)


def command(
    selection: Annotated[
        list[str] | None, typer.Argument(help="A question, topic or paper; everything without it.")
    ] = None,
    graph: Location = HERE,
    lang: Language = "en",
    limit: Annotated[int, typer.Option(min=1, help="Draw at most so many nodes.")] = 200,
    format: Annotated[str | None, typer.Option("--format", "-f", help="html, a page that needs no network.")] = None,
    output: Output = None,
) -> None:
    """Draw the graph around a selection as one HTML file that needs no network."""
    form = choose(format, output, FORMS, "html")
    with reading(graph) as opened:
        view = opened.draw(" ".join(selection or []), language(lang), limit)
        write(view.render(form), output)
    if not view.papers:
        raise typer.Exit(NOTHING_FOUND)
