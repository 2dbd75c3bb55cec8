"""Affiliations in PDFs with numbers within one text or behind degrees; divided names."""

from __future__ import annotations

from kg.sources.layout.notes import after_names
from kg.sources.layout.offices import Offices, is_prose, numbered
from tests.sources.made_pdf import ABS, BOLD, INTRO, ROMAN, Sheet, T, columns, paper, simple
from tests.sources.test_pdf_names import KAIST, THREE, TWO, VIENNA, read_names


def test_numbers_part_the_affiliations_of_one_text_only_in_order():
    assert numbered(f"{VIENNA}, 2 Kestrel, Oslo, 3 {KAIST}") == [("1", VIENNA), ("2", "Kestrel, Oslo"), ("3", KAIST)]
    assert numbered(f"{VIENNA}, 3 Ringstrasse, Austria") == [("", f"{VIENNA}, 3 Ringstrasse, Austria")]


def test_a_degree_before_an_affiliation_is_no_part_of_it():
    text = f"Maria Keller, PhD {VIENNA}, Austria Wei Zhang, MSc {KAIST}"
    found = list(after_names(text, THREE[:2], Offices.load()))
    assert found == [f"{VIENNA}, Austria", KAIST]


def test_a_double_name_divided_at_its_hyphen_is_one(tmp_path):
    lines = ("", "Maria Keller^{1}, Wei Zhang^{2},", "Niamh Gallagher-", "Quinn^{1,2}", TWO)
    assert read_names(tmp_path, *lines)[0] == (*THREE[:2], "Niamh Gallagher-Quinn")


def test_a_star_behind_a_raised_mark_and_the_sign_of_orcid_are_no_part_of_a_list(tmp_path):
    line = [("Maria Keller^{1,}*", 0, BOLD), ("iD", 0, ROMAN), (", Wei Zhang^{2}", 0, BOLD), ("iD", 3, ROMAN)]
    assert read_names(tmp_path, [*line, (" and Jun-Ho Kim^{2}", 0, BOLD)], TWO)[0] == THREE


def test_how_to_cite_a_paper_in_a_column_of_small_print_is_no_abstract(tmp_path):
    sheet = Sheet()
    box = ("EDITED BY", "Ada Fox,", "Osaka University, Japan", "REVIEWED BY", "Bo Lee,", KAIST, "CITATION")
    for number, line in enumerate(box):
        sheet.put(40, 120 + 9 * number, 7, line)
    cited = "Keller M, Zhang W and Kim J-H (2024) Keeping what matters when the memory of a model is full of entries "
    cited += "that are needed by later tokens of the same request. Caches 18:1389. This is an open article "
    sheet.fill(40, 183, 110, 7, cited + "whose use is permitted, provided its authors are named.")
    sheet.fill(190, 90, 360, 18, T, BOLD)
    sheet.put(190, 140, 10, "Maria Keller^{1}*, Wei Zhang^{2} and Jun-Ho Kim^{2}")
    sheet.put(190, 156, 8, TWO)
    low = sheet.fill(190, 190, 360, 9, ABS)
    sheet.put(190, low + 12, 7.5, "KEYWORDS")
    sheet.put(190, low + 24, 8.5, "caches, memory, eviction")
    sheet.put(190, low + 50, 12, "1 Introduction", BOLD)
    sheet.fill(190, low + 66, 360, 9.6, INTRO)
    document = paper(tmp_path, sheet)
    assert document.texts["A"].text == ABS
    assert document.authors == THREE
    assert document.texts["I"].text == f"{VIENNA}; {KAIST}"


def test_columns_of_authors_that_nearly_touch_are_parted_below_their_names(tmp_path):
    sheet = Sheet()
    sheet.center(80, 20, T, BOLD)
    rows = (
        (11, "Maria Keller", "Wei Zhang"),
        (10, "Department of Computer and Information Systems", "School of Computing and Data Sciences"),
        (10, VIENNA, KAIST),
    )
    for number, (size, *cells) in enumerate(rows):
        for at, cell in zip((220, 412), cells, strict=True):
            sheet.center(130 + 12 * number, size, cell, at=at)
    columns(sheet, 220)
    document = paper(tmp_path, sheet)
    assert document.authors == THREE[:2]
    vienna, kaist = document.texts["I"].text.split("; ")
    assert vienna == f"Department of Computer and Information Systems, {VIENNA}"
    assert kaist == f"School of Computing and Data Sciences, {KAIST}"


def test_the_university_above_the_title_of_a_thesis_stays_beside_an_abstract(tmp_path):
    sheet = Sheet()
    sheet.center(100, 11, "UNIVERSITY OF VIENNA")
    sheet.center(114, 11, "Faculty of Physics")
    sheet.center(180, 20, T, BOLD)
    sheet.center(230, 14, "Maria Keller")
    sheet.center(260, 11, "60 ECTS thesis submitted in partial fulfilment of a")
    sheet.center(274, 11, "Magister Scientiarum degree in Computer Science")
    sheet.put(72, 360, 14, "Abstract", BOLD)
    sheet.fill(72, 384, 460, 11, ABS)
    document = paper(tmp_path, sheet)
    assert document.authors == THREE[:1]
    assert document.texts["I"].text == "UNIVERSITY OF VIENNA, Faculty of Physics"


def test_an_organisation_behind_a_mark_is_no_author_beside_an_address(tmp_path):
    lines = ("Maria Keller^{1}, Wei Zhang^{2}", "^{1}Alder Kestrel, keller@kestrel.com", "^{2}KAIST, zhang@kaist.ac.kr")
    assert read_names(tmp_path, *lines) == (THREE[:2], "Alder Kestrel; KAIST")


def test_an_affiliation_most_of_whose_words_are_small_is_no_sentence(tmp_path):
    small = "Département d’informatique et de recherche opérationnelle, Université de Lyon, Lyon, France"
    assert not is_prose(small)
    assert is_prose("The department of informatics, in which we work, and the university, which paid for it")
    sheet = simple(author="Maria Keller^{1}, Wei Zhang^{2} and Jun-Ho Kim^{3}", place="")
    sheet.put(72, 700, 8, f"^{{1}}{VIENNA}. ^{{2}}{small}.")
    sheet.put(72, 710, 8, f"^{{3}}{KAIST}.")
    assert paper(tmp_path, sheet).texts["I"].text == f"{VIENNA}; {small}; {KAIST}"
