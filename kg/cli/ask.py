"""kg ask: answer a question from the graph, each paper with the words that show it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.base import HERE, NOTHING_FOUND, Location, Output, choose, console, note, reading, table, write

if TYPE_CHECKING:
    from kg.query import Answer, Row

FORMS = ("table", "json", "jsonl", "csv", "md")


def command(
    question: Annotated[list[str], typer.Argument(help="A question in English or Chinese.")],
    graph: Location = HERE,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Show at most so many papers.")] = None,
    output: Output = None,
) -> None:
    """Answer a question in English or Chinese; exit status 1 when the answer is empty."""
    form = choose(format, output, FORMS, "table")
    with reading(graph) as opened:
        answer = opened.ask(" ".join(question), limit=limit)
    if form == "table" and output is None:
        show(answer)
    else:
        write(render(answer, "md" if form == "table" else form), output)
    for sentence in answer.notes:
        note(sentence)
    if answer.empty:
        raise typer.Exit(NOTHING_FOUND)


def render(answer: Answer, form: str) -> str:
    """The answer as JSON, JSON lines, CSV or Markdown."""
    said = answer.to_json()
    if form == "json":
        return json.dumps(said, ensure_ascii=False, indent=1)
    if form == "jsonl":
        return "".join(json.dumps(paper, ensure_ascii=False) + "\n" for paper in said["papers"])
    if form == "csv":
        from kg.tables import csv_text

        rows = [(r.id, r.title, " ".join(r.sources), f"{r.score:.3f}", " | ".join(_quotes(r))) for r in answer.rows]
        return csv_text(["id", "title", "sources", "score", "evidence"], rows)
    from kg.views.render import render as fill

    return fill("answer.md.jinja", "en", question=answer.question, rows=answer.rows)


def _quotes(row: Row) -> list[str]:
    return [f"{q.entity}: “{q.quote}”" if q.quote else q.entity for q in row.evidence]


def show(answer: Answer) -> None:
    """Print the answer for a reader: what was understood, the papers, the words in their sentences."""
    out = console()
    for line in _understood(answer):
        out.print(line, style="dim", markup=False)
    if answer.ignored:
        out.print(f"ignored: {', '.join(answer.ignored)}", style="dim", markup=False)
    rows = [
        (
            " ".join(row.sources),
            row.title,
            "\n".join(dict.fromkeys(f"{q.entity}: “{_short(q.context or q.quote)}”" for q in row.evidence[:4])),
        )
        for row in answer.rows
    ]
    if rows:
        count = "1 paper" if len(rows) == 1 else f"{len(rows)} papers"
        out.print(table(count, ("paper", "title", "words that show it"), rows))


def _understood(answer: Answer) -> list[str]:
    """A line a condition: "topic: quantization or pruning", "topic: not pruning"."""
    from kg.query import Filter

    out = []
    for condition in answer.filter.conditions:
        fields = Filter((condition,)).understood()
        if condition.negated:  # none of them holds
            out += [f"{field}: not {said['label']}" for field, all_said in fields.items() for said in all_said]
        else:
            labels = (f"{field}: " + " or ".join(str(s["label"]) for s in said) for field, said in fields.items())
            out.append(", or ".join(labels))
    return out


def _short(text: str, most: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
