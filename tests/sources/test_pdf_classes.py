"""First pages of PDFs as the classes of journals set them: subtitles, running heads, notes at the side."""

from __future__ import annotations

from textwrap import wrap

import pytest

from kg.sources import read
from tests.sources.made_pdf import ABS, BOLD, INTRO, MONO, ROMAN, T1, T2, Sheet, T, columns, paper, pdf
from tests.sources.test_pdf_names import KAIST, OSAKA, THREE, TWO, VIENNA, read_names


@pytest.mark.parametrize(
    ("below", "title"),
    [
        ("II. A study of long requests", f"{T}: II. A study of long requests"),
        ("A Randomized Clinical Trial", f"{T}: A Randomized Clinical Trial"),
        ("Maria Keller, Wei Zhang", T),
    ],
)
def test_a_subtitle_is_part_of_the_title_and_a_list_of_names_is_not(tmp_path, below, title):
    sheet = Sheet()
    sheet.center(70, 16, T, BOLD)
    sheet.center(92, 13, below, BOLD)
    sheet.center(114, 11, OSAKA if below == "Maria Keller, Wei Zhang" else "Maria Keller, MD; Wei Zhang, MSc")
    columns(sheet, 180)
    document = paper(tmp_path, sheet)
    assert document.texts["T"].text == title
    assert document.authors == THREE[:2]


def test_the_running_head_above_an_abstract_on_the_third_page_is_no_title(tmp_path):
    first, second, third = Sheet(), Sheet(), Sheet()
    for number, sheet in enumerate((first, second, third), 1):
        sheet.put(72, 46, 12, "Running head: KEEPING WHAT MATTERS" if number == 1 else "KEEPING WHAT MATTERS")
        sheet.put(535, 46, 12, str(number))
    first.center(219, 12, T1, BOLD)
    first.center(243, 12, T2, BOLD)
    first.center(285, 12, "Maria Keller^{1} & Wei Zhang^{2}")
    first.center(323, 12, f"^{{1}}{VIENNA}")
    first.center(347, 12, "^{2}Department of the Theory of Long Requests and of Their Memory")
    first.center(371, 12, "and of the Practice of Their Eviction at the School of Computing")
    first.center(395, 12, KAIST)
    second.center(87, 12, "Author Note")
    second.fill(72, 111, 460, 12, "Correspondence concerning this article should be addressed to the first author.")
    third.center(87, 12, "Abstract")
    third.fill(72, 119, 460, 12, ABS, leading=2)
    document = paper(tmp_path, first, second, third)
    assert (document.texts["T"].text, document.texts["A"].text) == (T, ABS)
    assert document.authors == THREE[:2]


def beside(tmp_path, *notes, names="Maria Keller^{1}, Wei Zhang^{2}"):
    """The affiliations of a page with small notes left of its abstract, a list of lines each."""
    sheet = Sheet()
    sheet.put(40, 90, 17, T, BOLD)
    sheet.put(40, 115, 11, names)
    sheet.put(190, 160, 10, "Abstract", BOLD)
    sheet.fill(190, 176, 360, 10, ABS + " " + ABS)
    y = 170.0
    for note in notes:
        for line in note:
            sheet.put(40, y, 7.5, line)
            y += 9.4
    sheet.put(190, 500, 12, "1   Introduction", BOLD)
    sheet.fill(190, 520, 360, 10, INTRO)
    document = paper(tmp_path, sheet)
    return document.texts["I"].text if "I" in document.texts else ""


def test_a_note_on_correspondence_ends_at_the_next_mark(tmp_path):
    notes = ["*Correspondence:", "mk@univie.ac.at"], ["^{1}Department of Physics,", VIENNA]
    found = beside(tmp_path, *notes, ["Full list of author information is", "at the end of the article"])
    assert found == f"Department of Physics, {VIENNA}"


def test_numbered_notes_of_all_authors_are_affiliations_without_a_typical_word(tmp_path):
    notes = ["^{1}Kestrel Pharma, CH-4002 Basel, Switzerland"], ["^{2}Harrier Pharma, East Hanover, NJ, USA"]
    found = "Kestrel Pharma, CH-4002 Basel, Switzerland; Harrier Pharma, East Hanover, NJ, USA"
    assert beside(tmp_path, *notes) == found


def test_one_small_note_beside_the_names_divides_none(tmp_path):
    sheet = Sheet()
    sheet.put(144, 90, 17, T, BOLD)
    sheet.put(60, 120, 7, "*For correspondence:")
    sheet.put(60, 128, 7, "mk@univie.ac.at")
    sheet.put(60, 136, 7, "Both contributed equally")
    sheet.put(144, 124, 10, "Maria Keller^{1*}, Wei Zhang^{2}, Jun-Ho", BOLD)
    sheet.put(144, 136, 10, "Kim^{1}", BOLD)
    sheet.put(144, 152, 9, f"^{{1}}{VIENNA}; ^{{2}}{KAIST}")
    sheet.put(144, 184, 10, "Abstract", BOLD)
    sheet.fill(144, 200, 400, 10, ABS + " " + ABS)
    document = paper(tmp_path, sheet)
    assert (document.authors, document.texts["I"].text) == (THREE, f"{VIENNA}; {KAIST}")


def test_an_affiliation_with_addresses_in_brackets_is_read_once(tmp_path):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.put(72, 125, 11, "Maria Keller^{1}, Wei Zhang^{1}")
    columns(sheet, 180)
    sheet.put(54, 709, 8, f"^{{1}}{VIENNA} (maria.keller,zhang)@univie.ac.at")
    assert paper(tmp_path, sheet).texts["I"].text == VIENNA


def test_a_picture_of_a_letter_behind_a_name_is_no_letter(tmp_path):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.put(sheet.put(72, 125, 11, "Maria Keller^{1}"), 125, 11, "B", MONO)
    sheet.put(170, 125, 11, ", Wei Zhang^{2}")
    sheet.put(72, 140, 10, TWO)
    columns(sheet, 180)
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf(sheet).replace(b"/Courier", b"/bbding7"))
    [document] = read(path).documents
    assert document.authors == THREE[:2]


def test_a_name_may_follow_the_address_of_another_author(tmp_path):
    lines = (
        [("Maria Keller", 0, BOLD), ("mk@univie.ac.at and ", 40, ROMAN), ("Wei Zhang", 0, BOLD)],
        [("wz@kaist.ac.kr", 0, ROMAN)],
        OSAKA,
    )
    assert read_names(tmp_path, *lines) == (THREE[:2], OSAKA)


def test_the_first_line_of_an_abstract_without_heading_may_have_wide_gaps(tmp_path):
    sheet = Sheet()
    sheet.put(56, 80, 18, T)
    sheet.put(56, 110, 11, "Maria Keller")
    words = ABS.split()
    for at, x in enumerate((68, 118, 190, 250)):
        sheet.put(x, 200, 11, words[at], BOLD)
    low = sheet.fill(56, 213.2, 230, 11, " ".join(words[4:]), BOLD)
    sheet.put(56, low + 20, 13, "1  Introduction", BOLD)
    sheet.fill(308, 200, 230, 11, INTRO)
    assert paper(tmp_path, sheet).texts["A"].text == ABS


FAU = "Friedrich-Alexander-Universität Erlangen-Nürnberg (FAU), Erlangen, Germany"
LONG = (
    "Memory and Eviction Laboratory, Division of the Theory of Long Requests and of Their Practice, Division of Caches "
    "and Pages, Division of Everything Else, Keller School of Computing Department of Informatics, University of "
    "Vienna, 1540 Long Requests Street, Building of Memory 133, Mail Code 9003, Room 2, Floor 3, 1090, Vienna, Austria"
)


def test_an_affiliation_in_a_note_may_be_long(tmp_path):
    assert beside(tmp_path, wrap(f"^{{1}}{LONG}", 40)) == LONG


def test_an_affiliation_ends_with_the_line_of_its_country(tmp_path):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.grid(125, 11, list(THREE[:2]))
    sheet.grid(138, 9, ["Boston University", "KAIST"])
    sheet.grid(149, 9, ["USA", "Korea"])
    sheet.center(160, 9, "University of Leeds", at=189)
    sheet.center(171, 9, "UK", at=189)
    columns(sheet, 220)
    document = paper(tmp_path, sheet)
    assert document.authors == THREE[:2]
    assert document.texts["I"].text == "Boston University, USA; KAIST, Korea; University of Leeds, UK"
