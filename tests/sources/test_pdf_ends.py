"""Abstracts in PDFs: where another text, set close below or beside them, starts."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest

from tests.sources.made_pdf import ABS, BOLD, INTRO, ITALIC, ROMAN, SANS, T1, T2, Sheet, paper

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
        (LEFT, SANS, 9.0, ROMAN, 9.0, 1.2, [(46, 330)]),
        (FULL, ROMAN, 9.5, ROMAN, 9.5, 1.4, [(46, 245)]),  # a picture at the top of the right column
        (FULL, ROMAN, 9.5, SANS, 9.3, 1.2, [(46, 245), (303, 245)]),
        (FULL, ITALIC, 9.5, ROMAN, 9.5, 1.5, [(46, 504)]),
        (FULL, ROMAN, 9.0, ROMAN, 9.4, 1.4, [(46, 504)]),
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


def test_an_abstract_ends_where_the_leading_changes(tmp_path):
    sheet = header(FULL)
    sheet.put(46, 172, 10, "Abstract", BOLD)
    low = sheet.fill(46, 186, 504, 9, LONG, leading=1.2)
    sheet.fill(46, low + 6, 504, 9, INTRO, leading=1.35)
    assert is_read(sheet, tmp_path)


def test_parts_lists_and_lines_of_formulas_stay_in_the_abstract(tmp_path):
    sheet = header(FULL)
    sheet.put(46, 172, 10, "Abstract", BOLD)
    parts = [
        f"We ask what is lost when entries are dropped, and why. {ABS}",
        "It is small.",
        "It is fast.",
        "It is cheap.",
    ]
    y = 186.0
    for name, text in zip(("Aims.", "Size.", "Speed.", "Price."), parts, strict=True):
        end = sheet.put(46, y, 9, name, BOLD)
        sheet.put(end + 4, y, 9, text[:55])
        y = sheet.fill(46, y + 10.8, 504, 9, text[55:]) if text[55:] else y + 10.8
    sheet.put(120, y, 9, "O(n^{2}) against O(n log n) for all n", ITALIC)
    y = sheet.fill(46, y + 11, 504, 9, "These bounds hold for each of the models that we have tried so far.")
    sheet.put(46, y + 20, 11, "Introduction", BOLD)
    sheet.fill(46, y + 34, 504, 10, INTRO)
    text = paper(tmp_path, sheet).texts["A"].text
    assert text.startswith("Aims. We ask")
    assert text.endswith("tried so far.")


@pytest.mark.parametrize(("size", "wide"), [(9, 200.0), (7, 504.0)])
def test_a_heading_of_a_part_may_fill_its_row_or_be_set_smaller_than_the_text_behind_it(tmp_path, size, wide):
    sheet = header(FULL)
    sheet.put(46, 172, 10, "ABSTRACT", BOLD)
    y = 186.0
    parts = (
        ("OBJECTIVE", ABS),
        ("MAIN OUTCOMES AND MEASURES USED", "Requests held." if size < 9 else ABS),
        ("RESULTS", ABS),
    )
    for name, text in parts:
        end = sheet.put(46, y, size, name, BOLD)
        fits = wide > 400 or name != parts[1][0]
        if fits:
            sheet.put(end + 4, y, 9, text[:14])
        y = sheet.fill(46, y + 10.8, wide, 9, text[14 * fits :]) if text[14 * fits :] else y + 10.8
    sheet.put(46, y + 20, 9, "INTRODUCTION", BOLD)
    sheet.fill(46, y + 32, wide, 9, INTRO)
    assert paper(tmp_path, sheet).texts["A"].text == " ".join(f"{name} {text}" for name, text in parts)


@pytest.mark.parametrize(("size", "mark", "text"), [(10, "", ABS), (7, "", ""), (10, "^{1}", "")])
def test_a_text_alone_at_the_foot_of_the_first_page_is_an_abstract_and_a_note_or_an_introduction_is_none(
    tmp_path, size, mark, text
):
    first, second = header(FULL), Sheet(595, 842)
    first.fill(46, 700, 504, size, f"{mark}{ABS}")
    second.put(46, 80, 12, "1 Introduction", BOLD)
    second.fill(46, 100, 504, 10, INTRO)
    assert paper(tmp_path, first, second).texts["A"].text == text
