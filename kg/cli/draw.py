"""kg draw: a picture of the graph to explore, print, or open in other tools."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.core import HERE, NOTHING_FOUND, Language, Location, Output, choose, language, reading, write

FORMS = ("html", "svg", "png", "graphml", "gexf", "json")


def command(
    selection: Annotated[
        list[str] | None, typer.Argument(help="A question, paper or concept; everything without it.")
    ] = None,
    graph: Location = HERE,
    lang: Language = "",
    depth: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Steps from the selection, from papers to what they name and on; 1 from papers, 2 from a concept.",
        ),
    ] = None,
    types: Annotated[
        str | None, typer.Option(help="Types of nodes, like technique,hardware; with paper, papers themselves.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Draw at most so many nodes: usually 120, 40 of a lineage.")
    ] = None,
    view: Annotated[
        str | None,
        typer.Option(help="lineage: which techniques build on which; collaboration: institutions that work together."),
    ] = None,
    colour: Annotated[str | None, typer.Option(help="Colour nodes by type or community.")] = None,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """Draw the graph around a selection: a self-contained page, a still picture, or a file for other tools."""
    form, said = choose(format, output, FORMS, "html"), " ".join(selection or [])
    with reading(graph) as opened:
        drawn = opened.draw(
            said,
            language(lang, said),
            limit,
            depth=depth,
            types=[kind.strip() for kind in (types or "").split(",") if kind.strip()],
            view=view or "",
            colour=colour or "",
        )
        write(drawn.render(form), output)
    if not drawn.papers:
        raise typer.Exit(NOTHING_FOUND)
