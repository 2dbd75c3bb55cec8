"""An answer as a self-contained HTML page and as a notebook cell: its interpretation, the papers, their quotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from kg.identifiers import WEB
from kg.query import Answer, Row
from kg.query.answer import Cell
from kg.views.answers import (
    as_shown,
    column,
    conclusion,
    conditions,
    counted,
    ignored,
    is_number,
    lacking,
    sentences,
    short,
    shown_columns,
    text,
    what_was_read,
)
from kg.views.render import render
from kg.views.words import PageWords

#: Lines shown in a notebook, and characters of a title.
MOST, _TITLE = 50, 300
#: Characters of a column name.
_HEAD = 60


def page(answer: Answer) -> str:
    """The answer as an HTML page."""
    return render("answer.html.jinja", answer.language, answer=contents(answer))


def cell(answer: Answer) -> str:
    """The answer as an HTML fragment that inherits the surrounding colours; limited to the first lines."""
    return render("answer.cell.html.jinja", answer.language, answer=contents(answer, MOST))


def contents(answer: Answer, most: int | None = None) -> dict[str, Any]:
    """The template values of an answer, with up to `most` lines."""
    answer, words = as_shown(answer), PageWords(answer.language)
    understood = conditions(answer, words)
    rows = answer.rows[:most]
    quoted = [row for row in rows if row.evidence] or rows  # of many papers the first are quoted
    lines = _table(answer, words, most) if answer.table else _papers(quoted, words)
    others = [] if answer.table or len(quoted) == len(rows) else [row for row in rows if not row.evidence]
    every = len(answer.table.lines if answer.table else answer.rows)
    verdict, noted = conclusion(answer)
    notes = [short(note, 2 * _TITLE) for note in noted]
    if left_out := ignored(answer, words):
        notes.insert(0, left_out)
    if most and every > most:
        notes.append(words("report.left_out", shown=most, all=f"{every:,}"))
    return {
        "title": short(answer.question or "; ".join(understood), _TITLE),
        "understood": understood,
        "notes": notes,
        "verdict": verdict,
        "count": counted(answer, words),
        "read": what_was_read(answer.read, words),
        "partly": words.count("count.partly", len(answer.partly)) if answer.partly else "",
        "columns": _columns(answer, words),
        "lines": lines,
        "papers": [_named(row) for row in (rows if answer.table else others)],
        "more": words.count("count.paper_more", len(others)) if others else counted(answer, words),
        "near": [(*_named(row), lacking(row, words)) for row in answer.partly],
        "known": _known(answer, most),
    }


def _columns(answer: Answer, words: PageWords) -> list[dict[str, Any]]:
    if not answer.table:
        return [{"key": key, "name": words(f"column.{key}"), "is_number": False} for key in ("paper", "title")]
    return [
        {
            "key": answer.table.columns[n] if words.has(f"column.{answer.table.columns[n]}") else "",
            "name": short(column(words, answer.table.columns[n]), _HEAD),
            "is_number": is_number(column_values(answer, n)),
        }
        for n in shown_columns(answer)
    ]


def _papers(rows: Sequence[Row], words: PageWords) -> list[dict[str, Any]]:
    return [
        {
            "cells": [[_link(row)], [{"text": short(row.title, _TITLE), "link": ""}]],
            "said": sentences(
                sorted(row.evidence, key=lambda one: one.field == "T"), "entity", words
            ),  # the title stands beside
            "place": row.id,
            "heading": "",
        }
        for row in rows
    ]


def _link(row: Row) -> dict[str, str]:
    """How a page calls a paper, and where it leads."""
    return {
        "name": row.name or row.id,
        "id": " ".join(row.sources),
        "first": row.id,
        "link": row.link,
        "code": row.code,
        "place": "",
        "title": short(row.title, _TITLE),
    }


def _known(answer: Answer, most: int | None) -> dict[str, dict[str, str]]:
    """How a page calls entries; one without an address leads to its place in the page."""
    placed = [*answer.rows[:most], *answer.partly]
    found = {entry: _link(row) for row in answer.known for entry in row.sources}
    return found | {e: _link(row) | {"place": f"#p-{quote(row.id)}"} for row in placed for e in row.sources}


def paper_names(answer: Answer) -> dict[str, str]:
    """How texts call the papers of an answer, by entry: "SnapKV 2024"."""
    return {entry: row.name for row in answer.known if row.name for entry in row.sources}


def column_values(answer: Answer, n: int) -> list[Cell]:
    """The values of a column as pages show them: papers by their names."""
    names, lines = paper_names(answer), answer.table.lines if answer.table else ()
    return [names.get(text(line.values[n]), line.values[n]) for line in lines]


def _table(answer: Answer, words: PageWords, most: int | None) -> list[dict[str, Any]]:
    at = shown_columns(answer)
    seen: set[tuple[str, ...]] = set()
    return [
        {
            "cells": [_cell(line.values[n], line.concept if not place else "") for place, n in enumerate(at)],
            "said": sentences(line.evidence, "source", words, seen),
            "place": "",
            "heading": line.heading,
        }
        for line in (answer.table.lines[:most] if answer.table else ())
    ]


def _cell(value: Cell, concept: str) -> list[dict[str, str]]:
    """The parts of a cell, each with the address that it leads to; an institution leads to its ROR page."""
    parts = value if isinstance(value, tuple) else (value,)
    link = f"https://ror.org/{concept.partition(':')[2]}" if concept.startswith("ror:") else ""
    said = [text(part) for part in parts]
    return [{"text": part, "link": part if WEB.fullmatch(part) else link} for part in said if part]


def _named(row: Row) -> tuple[dict[str, str], str]:
    return _link(row), short(row.title, _TITLE)
