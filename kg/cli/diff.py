"""kg diff: the differences between two graphs."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.core import NOTHING_FOUND, Language, Output, choose, language, reading, write

FORMS = ("txt", "md", "json", "html")


def command(
    before: Annotated[str, typer.Argument(help="The graph as it was: a file.")],
    after: Annotated[str, typer.Argument(help="The graph as it is: a file.")],
    lang: Language = "",
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """Compare two graphs: new, removed and changed papers, entities named for the first time, new, changed or
    withdrawn claims, merged or split works, and names that are linked to another concept."""
    form = choose(format, output, FORMS, "txt")
    with reading(before) as one, reading(after) as other:
        view = other.diff(one, language(lang))
    write(view.render(form), output)
    if not view.papers:
        raise typer.Exit(NOTHING_FOUND)
