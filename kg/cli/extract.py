"""kg extract: print the extracted records without storing anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.core import FILES, AbstractOnly, Fast, Jobs, Output, Strict, choose, write_lines

if TYPE_CHECKING:
    from kg.build.pipeline import Progress

FORMS = ("jsonl",)


def command(
    files: Annotated[list[str], typer.Argument(help=FILES)],
    format: Annotated[
        str | None, typer.Option("--format", "-f", help="jsonl, the form of the annotated papers.")
    ] = None,
    output: Output = None,
    strict: Strict = False,
    fast: Fast = False,
    abstract_only: AbstractOnly = False,
    jobs: Jobs = None,
) -> None:
    """Print what is extracted from papers: one JSON object per paper, in the format of the annotated papers."""
    from kg.build.pipeline import Added, Pipeline
    from kg.build.workers import cores

    choose(format, output, FORMS, "jsonl")
    report = Added()

    def lines(tell: Progress | None) -> Iterator[str]:
        pipeline = Pipeline(fast=fast, jobs=jobs or cores(), whole=not abstract_only)
        return pipeline.lines(files, strict=strict, progress=tell, report=report)

    write_lines(lines, report, output)
