"""kg read: what the readers found in files, before anything is extracted."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from kg.cli.base import FILES, Output, Strict, choose, interruptible, progress, write_lines
from kg.model import Document, KgError

FORMS = ("jsonl",)
_TEXTS = {"title": "T", "abstract": "A", "institutions": "I", "brief": "B", "brief_title": "H", "keywords": "K"}


def command(
    files: Annotated[list[str], typer.Argument(help=FILES)],
    format: Annotated[str | None, typer.Option("--format", "-f", help="jsonl, the form of lists of papers.")] = None,
    output: Output = None,
    strict: Strict = False,
) -> None:
    """Print what stands in files: one JSON object a paper, in the `papers` form, with the repairs that were made."""
    from kg.pipeline import Added, Pipeline

    choose(format, output, FORMS, "jsonl")
    report, lines = Added(), []
    with interruptible(lambda: "nothing was written."), progress("Reading") as tell:
        for batch in Pipeline().batches(files, None, report, strict):
            try:
                for document in batch.documents:
                    lines.append(json.dumps(row(document, batch.source.file), ensure_ascii=False) + "\n")
                    if tell:
                        tell(document.id, len(lines))
                report.skip(batch.skipped, strict)
            except KgError as error:
                report.skip([str(error)], strict)
    write_lines(lines, report.skipped, output)


def row(document: Document, file: str) -> dict[str, Any]:
    """A document in the form of lists of papers; what it lacks is left out."""
    out: dict[str, Any] = {"file": file, "id": document.id}
    out |= {name: document.texts[key].text for name, key in _TEXTS.items() if key in document.texts}
    facts = ("authors", "venue", "year", "date", "arxiv", "doi", "url", "repairs")
    out |= {name: getattr(document, name) for name in facts}
    if document.author_count != len(document.authors):
        out["author_count"] = document.author_count
    return {name: value for name, value in out.items() if value not in ("", None, ())}
