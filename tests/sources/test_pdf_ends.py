"""Abstracts in PDFs: where another text, set close below or beside them, starts."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest

from tests.sources.made_pdf import ABS, BOLD, INTRO, ROMAN, SANS, T1, T2, Sheet, paper

LONG = f"{ABS} The method needs no training, and it fits any model that attends to all tokens before it, as we show."
FULL, RIGHT, LEFT = (46.0, 504.0), (190.0, 360.0), (46.0, 330.0)  # left edge and width of an abstract


def header(column: tuple[float, float]) -> Sheet:
    sheet = Sheet(595, 842)
    sheet.put(46, 80, 18, T1, BOLD)
    sheet.put(46, 100, 18, T2, BOLD)
    sheet.put(column[0], 125, 11, "Maria Keller and Wei Zhang")
    sheet.put(column[0], 140, 8, "University of Oslo, Norway")
    return sheet


def is_read(sheet: Sheet, tmp_path, text: str = LONG) -> bool:
    return SequenceMatcher(None, paper(tmp_path, sheet).texts["A"].text, text, autojunk=False).ratio() > 0.97


@pytest.mark.parametrize("heading", ["Abstract", ""])
@pytest.mark.parametrize(
    ("column", "font", "size", "text_font", "text_size", "gap", "places"),
    [
        (RIGHT, ROMAN, 9.0, ROMAN, 9.5, 1.7, [(305, 245)]),  # the left column starts lower
        (RIGHT, ROMAN, 9.0, ROMAN, 9.0, 1.4, [(305, 245)]),
        (RIGHT, SANS, 9.2, SANS, 9.0, 1.4, [(46, 245), (305, 245)]),
        (LEFT, ROMAN, 9.0, ROMAN, 8.5, 1.7, [(46, 245), (305, 245)]),
        (FULL, ROMAN, 9.5, ROMAN, 9.5, 1.4, [(46, 245)]),  # a picture at the top of the right column
    ],
)
def test_an_abstract_ends_where_the_text_below_is_set_otherwise(
    tmp_path, heading, column, font, size, text_font, text_size, gap, places
):
    sheet = header(column)
    left, wide = column
    if heading:
        sheet.put(left, 172, 10, heading, BOLD)
    low = sheet.fill(left, 186, wide, size, LONG, font)
    for x, width in places:
        sheet.fill(x, low + (gap - 1.2) * size, width, text_size, INTRO, text_font)
    assert is_read(sheet, tmp_path)
