"""kg eval: score what is extracted against annotated papers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from kg.cli.base import Output, choose, console, progress, table, write
from kg.model import KgError

FORMS = ("table", "json")


def command(
    gold: Annotated[
        Path | None, typer.Argument(help="Annotated papers (JSON lines); those of the five reports without it.")
    ] = None,
    predicted: Annotated[
        Path | None, typer.Option(help="Records to score; without it the papers are extracted anew.")
    ] = None,
    papers: Annotated[
        list[str] | None,
        typer.Option(help="Files with the texts of the annotated papers; the five reports without it."),
    ] = None,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """Score records against annotated papers: precision, recall and F1 by type, and the headline."""
    from kg.evaluation import score
    from kg.graph.records import read_records, to_json
    from kg.pipeline import Pipeline
    from kg.vocabulary import data_folder

    form = choose(format, output, FORMS, "table")
    wanted = read_records(gold or data_folder("data") / "gold" / "dev.jsonl")
    if predicted:
        found = read_records(predicted)
    else:
        files = papers or [str(data_folder("data") / "reports")]
        with progress("Reading") as tell:
            read = Pipeline().records(files, only=set(wanted), progress=tell)
            found = {record.id: to_json(record) for _, record in read}
    if not set(wanted) & set(found):
        raise KgError("None of the annotated papers is among those read: name their files with --papers.")
    scores = score(wanted, found)
    if form == "json" or output:
        write(json.dumps({k: s.as_dict() for k, s in scores.items()}, indent=1), output)
        return
    rows = [
        (key, f"{s.precision:.3f}", f"{s.recall:.3f}", f"{s.f1:.3f}", s.gold, s.predicted)
        for key, s in scores.items()
        if key != "headline"
    ]
    console().print(table(f"{len(wanted)} papers", ("type", "precision", "recall", "F1", "gold", "predicted"), rows))
    print(f"headline (mean F1 of ten types): {scores['headline'].f1:.3f}")
