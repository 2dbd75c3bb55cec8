"""kg eval: score what is extracted against annotated papers, and say what each part of the extraction is worth."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.cli.base import SKIPPED, Output, choose, console, note, progress, table, write
from kg.model import Document, KgError

if TYPE_CHECKING:
    from kg.evaluation.tables import Table

FORMS = ("table", "json", "csv", "md")


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
    without: Annotated[
        list[str] | None,
        typer.Option(help="Leave out a part of the extraction: tagger, vocabulary, linking, ... May be repeated."),
    ] = None,
    components: Annotated[
        bool, typer.Option("--components", help="What each part is worth: read the papers without each in turn.")
    ] = False,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """Score records against annotated papers: by type precision, recall and F1, and how far claims can be trusted."""
    from kg.evaluation import compare
    from kg.evaluation.components import Variant, reader, variants
    from kg.evaluation.scores import records
    from kg.evaluation.tables import as_csv, as_json, scores_data, scores_table, trust_table, worth_data, worth_table
    from kg.evaluation.trust import trust
    from kg.graph.records import read_records
    from kg.vocabulary import data_folder

    form = choose(format, output, FORMS, "json" if output else "table")
    wanted = read_records(gold or data_folder("data") / "gold" / "dev.jsonl")
    if predicted and (without or components or papers):
        raise KgError("--predicted scores records as they are: leave out --papers, --without and --components.")
    skipped: list[str] = []
    found: Mapping[str, Any] = {}
    runs: list[Variant] = []
    if predicted:
        found = read_records(predicted)
        _present(wanted, found)
    else:
        read = reader(without or ())
        documents = _documents(papers or [str(data_folder("data") / "reports")], wanted, skipped)
        with progress("Reading") as tell:
            if components:
                runs = list(variants(wanted, documents, without or (), progress=tell))
            else:
                found = records(wanted, documents, read, tell)
    runs = runs or [Variant("", compare(wanted, found))]
    trusted = {} if components else trust(wanted, found)
    if form in ("json", "csv"):
        data: dict[str, Any] = worth_data(runs) if components else scores_data(runs[0].scores, trusted)
        write(as_json(data) if form == "json" else as_csv(data), output)
    else:
        title = f"{len(wanted)} papers" + "".join(f", without {part}" for part in without or ())
        tables = {title: scores_table(runs[0].scores)}
        if components:
            tables["what each part is worth"] = worth_table(runs)
        else:
            tables["how far claims can be trusted"] = trust_table(trusted)
        write(_markdown(tables) if form == "md" else _drawn(tables), output)
    if skipped:
        raise typer.Exit(SKIPPED)


def _documents(files: list[str], wanted: Mapping[str, Any], skipped: list[str]) -> list[Document]:
    """The texts of the annotated papers, and a sentence for what could not be read; KgError when there are none."""
    from kg.pipeline import Added, Pipeline

    report = Added(skipped=skipped)
    found: dict[str, Document] = {}
    for batch in Pipeline().batches(files, None, report, strict=False):
        found.update((document.id, document) for document in batch.documents if document.id in wanted)
        report.skip(batch.skipped, strict=False)
    for sentence in skipped:
        note(f"Skipped: {sentence}")
    _present(wanted, found)
    return list(found.values())


def _present(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    missing = [name for name in wanted if name not in found]
    if len(missing) == len(wanted):
        raise KgError("None of the annotated papers is among those read: name their files with --papers.")
    if missing:
        note(
            f"Annotated papers that are not among those read, counted as empty: {', '.join(missing[:5])}"
            f"{f' and {len(missing) - 5} more' if len(missing) > 5 else ''}."
        )


def _markdown(tables: Mapping[str, Table]) -> str:
    return "\n".join(f"**{title}**\n\n{found.markdown()}" for title, found in tables.items())


def _drawn(tables: Mapping[str, Table]) -> str:
    """Tables as they are printed, in a string."""
    out = console()
    with out.capture() as captured:
        for title, found in tables.items():
            out.print(table(title, found.columns, found.rows))
    return captured.get()
