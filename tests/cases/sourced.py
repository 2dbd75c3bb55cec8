"""Kinds of cases of what readers of files make of pages, cells and texts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kg.latex import plain
from kg.link.affiliations import organisations
from kg.link.register import Register
from kg.model import Document
from kg.sources.comments import venue
from kg.sources.dates import iso_date
from kg.sources.layout.header import header
from kg.sources.layout.join import Joiner
from kg.sources.people import people
from kg.text import has_han
from kg.views import readable
from kg.views.readable import alone
from kg.wordcounts import WordCounts
from tests.sources.made_pdf import ABS, BOLD, ROMAN, Sheet, T, columns, paper, simple
from tests.sources.test_pdf_journals import chinese
from tests.sources.test_repair import repaired

Json = Any


def _read(sheet: Sheet) -> Document:
    """A paper of a page, whose abstract is whole."""
    with tempfile.TemporaryDirectory() as folder:
        document = paper(Path(folder), sheet)
    assert document.texts["A"].text == ABS
    return document


def _affiliations(document: Document) -> str:
    return document.texts["I"].text if "I" in document.texts else ""


def _header(lines: list[Any]) -> Json:
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    for number, line in enumerate(lines):
        x = 72.0
        for text, gap, font in [(line, 0, ROMAN)] if isinstance(line, str) else line:
            x = sheet.put(x + gap, 125 + 14 * number, 10 if number else 11, text, font)
    columns(sheet, 220)
    document = _read(sheet)
    return [document.authors, _affiliations(document)]


def _foot(lines: list[str]) -> Json:
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.put(72, 125, 11, lines[0])
    columns(sheet, 180)
    for number, line in enumerate(lines[1:]):
        sheet.put(54, 700 + 9 * number, 8, line)
    return _affiliations(_read(sheet))


def _chinese(pages: list[list[tuple[float, float, str]]]) -> Json:
    made = header([chinese(*page) for page in pages], Joiner("", WordCounts.load()))
    return [made.title, made.authors, made.affiliations, made.abstract]


def _cells(rows: list[list[str]]) -> Json:
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    for number, row in enumerate(rows):
        sheet.grid(125 + 14 * number, 12, row)
    columns(sheet, 220)
    document = _read(sheet)
    return [document.authors, [found.name for found in organisations(_affiliations(document), Register.load())]]


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
    "header": _header,
    "cells": _cells,
    "foot": _foot,
    "chinese header": _chinese,
    "venue": _venue,
    "joined": lambda given: Joiner(given[0], WordCounts.load()).join(given[1:]),
    "mended": _mended,
    "title": lambda given: repaired(*given).texts["T"].text,
    "persons": lambda text: people([text]),
    "date": lambda given: iso_date(*given),
    "comment": venue,
    "latex": plain,
    "readable": lambda given: getattr(readable, given[0])(*given[1:]),
    "alone": lambda text: alone(text, "zh" if has_han(text) else "en"),
}
