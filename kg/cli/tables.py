"""kg tables: numbers of the tables of whole papers, as they are printed."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.core import HERE, NOTHING_FOUND, Language, Location, Output, choose, console, language, note, reading, write

FORMS = ("table", "json", "csv", "md", "latex", "html")


def command(
    question: Annotated[
        list[str] | None, typer.Argument(help="What a number is of: methods, models, data sets, metrics, other words.")
    ] = None,
    graph: Location = HERE,
    lang: Language = "",
    dataset: Annotated[str, typer.Option("--dataset", help="Only numbers on this data set.")] = "",
    metric: Annotated[str, typer.Option("--metric", help="Only numbers of this metric.")] = "",
    model: Annotated[str, typer.Option("--model", help="Only numbers on this model.")] = "",
    method: Annotated[str, typer.Option("--method", help="Only numbers of this method.")] = "",
    hardware: Annotated[str, typer.Option("--hardware", help="Only numbers on this hardware.")] = "",
    bits: Annotated[str, typer.Option("--bits", help="Only numbers at so many bits.")] = "",
    paper: Annotated[
        str,
        typer.Option("--paper", help="Only this paper; without words, the part of its tables with the other names."),
    ] = "",
    pool: Annotated[
        bool,
        typer.Option("--pool", help="The numbers of one data set or metric over all papers, unranked, a row each."),
    ] = False,
    limit: Annotated[
        int, typer.Option("--limit", min=0, max=20_000, help="Numbers to list.", show_default="20; 1,000 of a pool")
    ] = 0,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """Find numbers in the tables of whole papers, each in its row under its heads. Where none fits, none is shown, but
    what is missing and the nearest tables."""
    from kg.views.printed import show, tables_page, tables_view

    form = choose(format, output, FORMS, "table", {"tex": "latex", "txt": "table"})
    said = " ".join(question or [])
    names = {"dataset": dataset, "metric": metric, "model": model, "method": method, "hardware": hardware, "bits": bits}
    with reading(graph) as opened:
        speaks = language(lang, said or dataset)
        page = tables_page(opened, said, speaks, only=names, paper=paper, is_pool=pool, limit=limit)
    if form == "table" and output is None:
        show(page, console())
    else:
        write(tables_view(page).render(form), output)
    if not page.is_found:
        if form in ("csv", "json"):
            note(page.sentence)
        raise typer.Exit(NOTHING_FOUND)
