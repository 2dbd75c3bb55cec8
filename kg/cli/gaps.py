"""kg gaps: combinations that are likely next, with what makes them so."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.core import HERE, NOTHING_FOUND, Language, Location, Output, choose, language, note, reading, write

FORMS = ("md", "html", "json", "csv")


def command(
    selection: Annotated[
        list[str] | None, typer.Argument(help="A topic, question or technique; everything without it.")
    ] = None,
    graph: Location = HERE,
    lang: Language = "",
    until: Annotated[
        str,
        typer.Option(
            "--until",
            help="The first day that is not known: 2026-04-15 or 2026-04. What came since is shown.",
            show_default="after the newest paper",
        ),
    ] = "",
    months: Annotated[int, typer.Option("--months", min=1, max=24, help="How far to look ahead.")] = 3,
    top: Annotated[int, typer.Option("--top", min=1, max=100, help="Combinations to list.")] = 20,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """List combinations of a technique with a task, hardware or another technique that no paper makes yet and that are
    likely next, each with its evidence, and how the same method fared on the months before."""
    form, said = choose(format, output, FORMS, "md"), " ".join(selection or [])
    with reading(graph) as opened:
        view = opened.gaps(said, language(lang, said), until=until, months=months, top=top)
        write(view.render(form), output)
    if not view.papers:
        if form in ("csv", "json"):
            note("Nothing likely was found: the other forms say why.")
        raise typer.Exit(NOTHING_FOUND)
