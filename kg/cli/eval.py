"""kg eval: score the extraction, or parts of it, against annotated papers; or draw claims of a graph for an audit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.cli.core import HERE, SKIPPED, Location, Output, choose, console, note, progress, reading, table, write
from kg.model import Document, KgError
from kg.safe_output import json_lines, json_text

if TYPE_CHECKING:
    from kg.evaluation.printed import TextTable

FORMS = ("table", "json", "csv", "md")
SHEETS = ("jsonl", "html")


def command(
    gold: Annotated[
        Path | None, typer.Argument(help="Annotated papers (JSON lines); those of the five reports without it.")
    ] = None,
    predicted: Annotated[
        Path | None, typer.Option(help="Records to score; without it the papers are extracted now.")
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
        bool,
        typer.Option("--components", help="What each part contributes: extract the papers without each part in turn."),
    ] = False,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="What whole papers use, their code and sections: score --papers or --predicted."),
    ] = False,
    audit: Annotated[
        int | None,
        typer.Option(
            "--audit", min=1, help="Draw this many claims of the graph for you to judge, evenly over the types."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Random seed of --audit: another seed draws other claims.")] = 0,
    judged: Annotated[
        Path | None, typer.Option("--judged", help="Score this sheet of --audit, once its claims are judged.")
    ] = None,
    graph: Location = HERE,
    format: Annotated[
        str | None,
        typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}; with --audit {' or '.join(SHEETS)}."),
    ] = None,
    output: Output = None,
) -> None:
    """Score records against annotated papers: precision, recall and F1 by type, and how far claims can be trusted.

    With --audit and --judged, measure a graph without annotations: judge some of its claims, and score the sheet.
    With --whole, score what is read from the bodies of papers, as docs/evaluation.md says.
    """
    if audit or judged:
        if gold or predicted or papers or without or components or whole or (audit and judged):
            raise KgError("--audit draws claims of a graph and --judged scores a sheet: give one of them alone.")
        if audit:
            _draw(graph, audit, seed, format, output)
        elif judged:
            _judged(judged, format, output)
        return
    if whole:
        _whole(gold, papers or [], predicted, format, output)
        return
    from kg.entity_types import data_folder
    from kg.evaluation.components import Variant, reader, variants
    from kg.evaluation.keys import acceptable, key_scores
    from kg.evaluation.printed import TextTable, as_csv, scores_data, scores_table, trust_table, worth_data, worth_table
    from kg.evaluation.scores import compare, records
    from kg.evaluation.trust_scores import trust
    from kg.records import read_records

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
    sentences = {name: acceptable(row) for name, row in wanted.items() if "proposes" in row}  # annotated alone
    keys = key_scores(sentences, found) if sentences else {}
    runs = runs or ([] if keys else [Variant("", compare(wanted, found))])
    trusted = {} if components or keys else trust(wanted, found)
    if form in ("json", "csv"):
        data: dict[str, Any] = keys or (worth_data(runs) if components else scores_data(runs[0].scores, trusted))
        write(json_text(data) if form == "json" else as_csv(data), output)
    else:
        title = f"{len(wanted)} papers" + "".join(f", without {part}" for part in without or ())
        rows = [(role, *map(str, score.values())) for role, score in keys.items()]
        tables = {title: TextTable(("type", *keys["proposes"]), rows) if keys else scores_table(runs[0].scores)}
        if components:
            tables["what each part is worth"] = worth_table(runs)
        elif trusted:
            tables["how far claims can be trusted"] = trust_table(trusted)
        write(_text(tables, form), output)
    if skipped:
        raise typer.Exit(SKIPPED)


def _draw(graph: str, number: int, seed: int, format: str | None, output: Path | None) -> None:
    """Write a sheet of claims to judge."""
    from kg.evaluation.audit import draw
    from kg.evaluation.audit_page import page

    form = choose(format, output, SHEETS, "jsonl")
    with reading(graph) as opened, progress("Reading") as tell:
        lines = draw(opened, number, seed, tell)
    rows = json_lines(lines)
    write(page(lines) if form == "html" else rows, output)
    if len(lines) < number:
        note(f"The graph holds no more than these {len(lines)} claims.")


def _judged(sheet: Path, format: str | None, output: Path | None) -> None:
    """Write the figures of a judged sheet."""
    from kg.evaluation.judged import as_csv, figures, read_sheet, tables

    form = choose(format, output, FORMS, "json" if output else "table")
    lines = read_sheet(sheet)
    if form in ("json", "csv"):
        found = figures(lines)
        write(json_text(found) if form == "json" else as_csv(found), output)
    else:
        write(_text(tables(lines), form), output)


def _whole(gold: Path | None, papers: list[str], predicted: Path | None, format: str | None, output: Output) -> None:
    """Write the figures of whole papers, read now or by `kg extract`."""
    from kg.build.pipeline import Added, Pipeline
    from kg.build.workers import cores
    from kg.evaluation.printed import as_csv
    from kg.evaluation.whole_papers import beside, figures, figures_table
    from kg.records import read_records

    if gold is None or bool(papers) == bool(predicted):
        needed = "annotated whole papers (docs/evaluation.md), and --papers, their files, or --predicted, their records"
        raise KgError(f"--whole needs {needed}.")
    form, report = choose(format, output, FORMS, "json" if output else "table"), Added()
    wanted = read_records(gold)
    with progress("Reading") as tell:
        lines = Pipeline(jobs=cores()).lines(papers, progress=tell, report=report)
        read = beside(wanted, read_records(predicted).values() if predicted else map(json.loads, lines))
    for sentence in report.skipped:
        note(f"Skipped: {sentence}")
    _present(wanted, read)
    found = figures(wanted, read)
    tables = {f"{len(wanted)} whole papers": figures_table(found)}
    said = {"json": json_text, "csv": as_csv}.get(form)
    write(said(found) if said else _text(tables, form), output)


def _documents(files: list[str], wanted: Mapping[str, Any], skipped: list[str]) -> list[Document]:
    """The texts of the annotated papers; prints what could not be read, and raises KgError if there are none."""
    from kg.build.pipeline import Added, Pipeline

    report = Added(skipped=skipped)
    found: dict[str, Document] = {}
    for batch in Pipeline(whole=False).batches(files, None, report, strict=False):
        found.update((document.id, document) for document in batch.documents if document.id in wanted)
        report.read(batch, strict=False)
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


def _text(tables: Mapping[str, TextTable], form: str) -> str:
    """Tables as Markdown, or as they are printed."""
    if form == "md":
        return "\n".join(f"**{title}**\n\n{found.markdown()}" for title, found in tables.items())
    out = console()
    with out.capture() as captured:
        for title, found in tables.items():
            out.print(table(title, found.columns, found.rows))
    return captured.get()
