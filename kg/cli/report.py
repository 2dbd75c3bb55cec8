"""kg report: a report on a topic or question."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli.core import HERE, NOTHING_FOUND, Language, Location, Output, choose, language, reading, write

FORMS = ("md", "html", "json")


def command(
    selection: Annotated[
        list[str] | None, typer.Argument(help="A topic, question or paper; everything without it.")
    ] = None,
    graph: Location = HERE,
    lang: Language = "",
    sections: Annotated[
        str, typer.Option("--sections", help="The sections wanted, in their order: families,methods,results.")
    ] = "",
    columns: Annotated[
        list[str] | None,
        typer.Option("--columns", help="The columns of a section: results=metric,value,paper. May be given again."),
    ] = None,
    layout: Annotated[
        Path | None, typer.Option("--layout", help="A YAML file of sections, each with its columns and length.")
    ] = None,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """Write a report: counted statements, papers to read first, families of methods, results on
    shared ground, all methods, limits, who beats whom. Each line cites its papers."""
    form, said = choose(format, output, FORMS, "md"), " ".join(selection or [])
    wanted = [name.strip() for name in sections.split(",") if name.strip()]
    with reading(graph) as opened:
        view = opened.report(said, language(lang, said), layout=layout or "", sections=wanted, columns=columns or ())
        write(view.render(form), output)
    if not view.papers:
        raise typer.Exit(NOTHING_FOUND)
