"""kg brief: one sentence on a paper."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.base import HERE, Language, Location, Output, language, reading, write


def command(
    names: Annotated[list[str], typer.Argument(help='Papers ("002-22").')],
    graph: Location = HERE,
    lang: Language = "",
    origin: Annotated[
        str, typer.Option("--from", help="What it draws on: record, or abstract (with title and institutions) alone.")
    ] = "record",
    output: Output = None,
) -> None:
    """Write one sentence on each paper in the form of the reports, from its record alone."""
    with reading(graph) as opened:
        sentences = [opened.brief(name, language(lang), origin) for name in names]
    write("\n".join(sentences) + "\n", output)
