"""kg brief: who presented what, with which technique, against which problem, with which effect."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.core import HERE, Language, Location, Output, choose, language, reading, write
from kg.safe_output import json_text

FORMS = ("txt", "json")


def command(
    names: Annotated[list[str], typer.Argument(help='Papers ("002-22").')],
    graph: Location = HERE,
    lang: Language = "",
    origin: Annotated[
        str, typer.Option("--from", help="What it draws on: record, or abstract (with title and institutions) alone.")
    ] = "record",
    output: Output = None,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
) -> None:
    """Write the brief of each paper: who presented it, its technique, problem and effect, and its key sentence."""
    form = choose(format, output, FORMS, "txt")
    with reading(graph) as opened:
        found = [opened.brief_parts(name, language(lang), origin) for name in names]
    write(json_text(found) if form == "json" else "".join(f"{one['text']}\n" for one in found), output)
