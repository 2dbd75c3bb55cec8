"""kg trends: papers per topic, technique, ... and period, with statistical tests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kg.cli.core import (
    HERE,
    NOTHING_FOUND,
    Language,
    Location,
    Output,
    choose,
    language,
    note,
    progress,
    reading,
    write,
)
from kg.entity_types import CONCEPT_TYPES
from kg.model import KgError

FORMS = ("table", "csv", "png", "svg", "html", "json")


def command(
    of: Annotated[
        str, typer.Option("--of", help=f"What is counted: {', '.join((*CONCEPT_TYPES, 'institution', 'kind'))}.")
    ] = "topic",
    over: Annotated[
        str | None,
        typer.Option(
            "--over",
            help="By what: day, week, month, year, report, venue-year.",
            show_default="month; of files venue-year",
        ),
    ] = None,
    where: Annotated[str, typer.Option("--where", help="Only the papers that answer this question.")] = "",
    within: Annotated[
        str, typer.Option("--within", help="Only the papers that have this label, as the table calls it.")
    ] = "",
    share: Annotated[
        bool, typer.Option("--share/--counts", help="Draw shares of each period's papers, or counts.")
    ] = True,
    compare: Annotated[
        list[str] | None, typer.Option("--compare", help="Show these labels alone, in one chart; repeat it.")
    ] = None,
    labels: Annotated[
        list[str] | None, typer.Argument(help="More labels to compare, after --compare.", show_default=False)
    ] = None,
    lexicon: Annotated[
        Path | None, typer.Option("--lexicon", help="Count by the labels and phrases of this YAML file.")
    ] = None,
    texts: Annotated[str, typer.Option("--in", help="Where its words are looked for: title, abstract, both.")] = "both",
    files: Annotated[
        list[str] | None,
        typer.Option("--files", help="Count in these files, archives, globs or folders, without a graph; repeat it."),
    ] = None,
    words: Annotated[bool, typer.Option("--words", help="Show the words that were counted for each label.")] = False,
    matches: Annotated[
        Path | None, typer.Option("--matches", help="Write all counted words with their papers to this CSV file.")
    ] = None,
    least: Annotated[int, typer.Option("--least", min=1, help="Labels with fewer papers are not tested.")] = 10,
    top: Annotated[int, typer.Option("--top", min=1, max=60, help="Labels that a picture shows.")] = 12,
    graph: Location = HERE,
    lang: Language = "",
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """Count papers by entity and period: a table, CSV, JSON, a picture or an interactive page.

    The table and the page also list significant rises and falls, new labels, and pairs that occur more often.
    """
    form = choose(format, output, FORMS, "table", {"txt": "table"})
    if form == "png" and output is None:
        raise KgError("A picture needs a file: give -o FILE.png.")
    if labels and not compare:
        raise KgError(f"{labels[0]}: labels to compare come after --compare.")
    if files and where:
        raise KgError("--where asks a graph: with --files, choose papers by --within LABEL.")
    if (words or matches) and not (lexicon or files):
        raise KgError("Words are counted with --lexicon FILE or --files FILE: give one of them.")
    from kg.views.trends import trend, trend_of_files
    from kg.views.trends.trend_tables import matches_csv, matches_text

    with progress("Counting") as tell:
        named: dict[str, Any] = {
            "lexicon": lexicon,
            "texts": texts,
            "within": within,
            "share": share,
            "least": least,
            "top": top,
        }
        compared = [*(compare or ()), *(labels or ())]
        lang = language(lang, where)
        if files:
            found = trend_of_files(files, of, over or "venue-year", lang, compare=compared, tell=tell, **named)
        else:
            with reading(graph) as opened:
                found = trend(opened, of, over or "month", where, lang, compare=compared, tell=tell, **named)
    if matches:
        write(matches_csv(found), matches)
    write(matches_text(found) if words else found.render("txt" if form == "table" else form), output)
    for sentence in found.notes:
        note(sentence)
    if found.undated and form != "table":
        lacking = "venue and year" if found.over == "venue-year" else "date"
        note(f"Papers without a {lacking}, not counted: {found.undated}.")
    if not found.index:
        raise typer.Exit(NOTHING_FOUND)
