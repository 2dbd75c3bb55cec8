"""kg extract: what the texts say, as records, without storing anything."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.base import FILES, Fast, Jobs, Output, Strict, choose, interruptible, progress, write_lines

FORMS = ("jsonl",)


def command(
    files: Annotated[list[str], typer.Argument(help=FILES)],
    format: Annotated[
        str | None, typer.Option("--format", "-f", help="jsonl, the form of the annotated papers.")
    ] = None,
    output: Output = None,
    strict: Strict = False,
    fast: Fast = False,
    jobs: Jobs = None,
) -> None:
    """Print what is extracted from papers: one JSON object a paper, in the form of the annotated papers."""
    from kg.pipeline import Added, Pipeline
    from kg.workers import cores

    choose(format, output, FORMS, "jsonl")
    report = Added()
    lines: list[str] = []
    with interruptible(lambda: "nothing was written."), progress("Reading") as tell:
        pipeline = Pipeline(fast=fast, jobs=jobs or cores())
        lines.extend(pipeline.lines(files, strict=strict, progress=tell, report=report))
    write_lines(lines, report.skipped, output)
