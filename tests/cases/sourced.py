"""Kinds of cases of what readers of files make of pages, cells and texts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kg.latex import plain
from kg.link.affiliations import organisations
from kg.link.institutions import Register
from kg.model import Document
from kg.sources.comments import venue
from kg.sources.dates import iso_date
from kg.sources.layout.join import Joiner
from kg.sources.people import people
from kg.wordcounts import WordCounts
from tests.sources.made_pdf import ABS, BOLD, Sheet, T, columns, paper, simple
from tests.sources.test_pdf_magazines import noted
from tests.sources.test_pdf_names import read_names
from tests.sources.test_repair import repaired

Json = Any


def _within(make: Callable[[Path], Json]) -> Json:
    with tempfile.TemporaryDirectory() as folder:
        return make(Path(folder))


def _read(sheet: Sheet) -> Document:
    """A paper of a page, whose abstract is whole."""
    document: Document = _within(lambda folder: paper(folder, sheet))
    assert document.texts["A"].text == ABS
    return document


def _cells(rows: list[list[str]]) -> Json:
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    for number, row in enumerate(rows):
        sheet.grid(125 + 14 * number, 12, row)
    columns(sheet, 220)
    document = _read(sheet)
    line = document.texts["I"].text if "I" in document.texts else ""
    return [document.authors, [found.name for found in organisations(line, Register.load())]]


def _venue(lines: list[str]) -> Json:
    sheet = simple()
    for number, line in enumerate(lines):
        sheet.put(72, 730 + 9 * number, 8, line)
    document = _read(sheet)
    return [document.venue, document.year]


def _mended(text: str) -> Json:
    document = repaired("", text)
    assert bool(document.repairs) == (document.texts["A"].text != text)
    return document.texts["A"].text


#: The kinds by their names in case files.
SOURCED: dict[str, Callable[[Any], Json]] = {
    "header": lambda lines: _within(lambda folder: read_names(folder, *lines)),
    "cells": _cells,
    "foot": lambda lines: _within(lambda folder: noted(folder, *lines[1:], names=lines[0])),
    "venue": _venue,
    "joined": lambda given: Joiner(given[0], WordCounts.load()).join(given[1:]),
    "mended": _mended,
    "title": lambda given: repaired(*given).texts["T"].text,
    "persons": lambda text: people([text]),
    "date": lambda given: iso_date(*given),
    "comment": venue,
    "latex": plain,
}
