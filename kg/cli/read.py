"""kg read: print what the readers find in files, without extraction."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.cli.core import FILES, Jobs, Output, Strict, choose, write_lines
from kg.model import Document, KgError

if TYPE_CHECKING:
    from kg.build.pipeline import Added, Progress

FORMS = ("jsonl",)
_TEXTS = {"title": "T", "abstract": "A", "institutions": "I", "brief": "B", "brief_title": "H", "keywords": "K",
          "summary_zh": "S"}  # fmt: skip


def command(
    files: Annotated[list[str], typer.Argument(help=FILES)],
    format: Annotated[str | None, typer.Option("--format", "-f", help="jsonl, the form of lists of papers.")] = None,
    output: Output = None,
    strict: Strict = False,
    jobs: Jobs = None,
) -> None:
    """Print the content of files: one JSON object per paper, in the `papers` format, with the repairs made."""
    from kg.build.pipeline import Added

    choose(format, output, FORMS, "jsonl")
    report = Added()
    write_lines(partial(_lines, files, strict, jobs, report), report, output)


def _lines(files: list[str], strict: bool, jobs: int | None, report: Added, tell: Progress | None) -> Iterator[str]:
    """One line of JSON for each paper that can be read."""
    from kg.build.pipeline import Pipeline
    from kg.build.workers import cores

    done = 0
    for batch in Pipeline(jobs=jobs or cores(), whole=False).batches(files, None, report, strict):
        try:
            for document in batch.documents:
                yield json.dumps(row(document, batch.source.file), ensure_ascii=False) + "\n"
                done += 1
                if tell:
                    tell(document.id, done)
            report.read(batch, strict)
        except KgError as error:
            report.skip([str(error)], strict)


def row(document: Document, file: str) -> dict[str, Any]:
    """A document in the format of lists of papers, without missing values."""
    out: dict[str, Any] = {"file": file, "id": document.id}
    out |= {name: document.texts[key].text for name, key in _TEXTS.items() if key in document.texts}
    facts = ("authors", "venue", "year", "date", "arxiv", "doi", "url", "repairs")
    out |= {name: getattr(document, name) for name in facts}
    if document.author_count != len(document.authors):
        out["author_count"] = document.author_count
    return {name: value for name, value in out.items() if value not in ("", None, ())}
