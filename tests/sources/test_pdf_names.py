"""Lists of authors in PDFs: memberships, groups that sign, wide gaps, Chinese names, links between affiliations."""

from __future__ import annotations

import pytest

from kg.sources.layout.names import is_name
from kg.sources.layout.offices import Offices
from kg.sources.layout.pages import Char, Font, _lines
from kg.sources.layout.people import people
from tests.sources.made_pdf import ABS, BOLD, INTRO, ITALIC, ROMAN, Sheet, T, columns, paper

THREE = ("Maria Keller", "Wei Zhang", "Jun-Ho Kim")
OSAKA = "Osaka University, Japan"
TWO = "^{1}University of Vienna, Austria  ^{2}KAIST, South Korea"
VIENNA, KAIST = "University of Vienna, Austria", "KAIST, South Korea"


def read_names(tmp_path, *lines):
    """Authors and affiliations; a line is a text, or parts of it: (text, points before it, font)."""
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    for number, line in enumerate(lines):
        x = 72.0
        for text, gap, font in [(line, 0, ROMAN)] if isinstance(line, str) else line:
            x = sheet.put(x + gap, 125 + 14 * number, 10 if number else 11, text, font)
    columns(sheet, 220)
    document = paper(tmp_path, sheet)
    return document.authors, document.texts["I"].text if "I" in document.texts else ""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("李 华, 王晓东, 张 伟", ["李华", "王晓东", "张伟"]),
        ("李_华，王晓东，张_伟", ["李华", "王晓东", "张伟"]),
        ("李_华_王_敏_欧阳明", ["李华", "王敏", "欧阳明"]),
        ("王晓东 李 华 赵 敏", ["王晓东", "李华", "赵敏"]),
    ],
)
def test_chinese_names_of_two_characters_are_set_apart(text, names):
    font, at = Font("Song", 10.0, False, False), 0.0
    chars: list[Char] = []
    for char in text:
        if char not in " _":
            chars.append(Char(char, at, at + 9.9, 0.0, font, order=len(chars)))
        at += {" ": 3.0, ",": 3.0}.get(char, 10.0)
    for n, char in enumerate(chars[1:], 1):
        char.space = char.left - chars[n - 1].right > 1.7
    assert people(list(_lines(chars, 0))).authors == names


def test_a_chinese_university_is_no_author():
    font = Font("Song", 10.0, False, False)
    rows = [
        [Char(c, 10.0 * n, 10.0 * n + 9.9, 14.0 * row, font, order=9 * row + n) for n, c in enumerate(text)]
        for row, text in enumerate(("王晓东", "某某大学"))
    ]
    found = people([line for row in rows for line in _lines(row, 0)])
    assert (found.authors, found.affiliations) == (["王晓东"], ["某某大学"])


def test_two_names_and_the_name_of_a_journal_are_no_name():
    offices = Offices.load()
    assert is_name("Wei Zhang", offices)
    assert not is_name("Wei Zhang and Jun-Ho Kim", offices)
    assert not is_name("Revista Brasileira de Memória", offices)


def test_numbered_notes_on_authors_whose_affiliations_stand_below_them_are_none(tmp_path):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    for at, (name, place) in enumerate((("Maria Keller^{1}", VIENNA), ("Wei Zhang^{2}", KAIST))):
        sheet.put(300, 125 + 24 * at, 11, name)
        sheet.put(300, 137 + 24 * at, 9, place, ITALIC)
    columns(sheet, 220)
    sheet.put(54, 700, 8, "^{1}Doutora em Memória. E-mail: mk@univie.ac.at")
    sheet.put(54, 710, 8, "^{2}Mestre em Caches. E-mail: wz@kaist.ac.kr")
    assert paper(tmp_path, sheet).texts["I"].text == f"{VIENNA}; {KAIST}"


def test_names_and_affiliations_may_stand_in_small_letters(tmp_path):
    names = "maria keller^{1}, jan van der berg^{2}"
    found = read_names(tmp_path, names, "^{1} university of vienna  ^{2} kaist, south korea")
    assert found == (("maria keller", "jan van der berg"), "university of vienna; kaist, south korea")


@pytest.mark.parametrize(
    ("below", "affiliations"),
    [
        (["Jane Street", "Osaka University"], "Jane Street, Prague; Osaka University"),
        (["Charles University", "Osaka University"], "Charles University; Osaka University; University of Leeds"),
    ],
)
def test_what_stands_below_names_in_cells_are_affiliations(tmp_path, below, affiliations):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.grid(125, 11, list(THREE[:2]))
    sheet.grid(138, 11, below)
    sheet.grid(151, 11, ["University of Leeds" if "Leeds" in affiliations else "Prague"], right=306)
    columns(sheet, 220)
    document = paper(tmp_path, sheet)
    assert (document.authors, document.texts["I"].text) == (THREE[:2], affiliations)


def test_a_column_of_authors_with_identifiers_stands_beside_the_abstract_below_the_name_of_the_journal(tmp_path):
    sheet = Sheet()
    sheet.put(54, 60, 7, "REVISTA BRASILEIRA DE MEMÓRIA")
    sheet.put(54, 90, 16, T, BOLD)
    for at, name in enumerate(THREE):
        sheet.put(54, 130 + 24 * at, 9, f"{name}^{{I}}")
        sheet.put(54, 140 + 24 * at, 6, "ORCID: 0000-0002-1825-0097")
    sheet.put(54, 215, 7.5, "^{I} Osaka University, Osaka,")
    sheet.put(54, 224, 7.5, "Japan")
    sheet.put(54, 250, 7.5, "How to cite this article: Keller M, Zhang W.")
    sheet.put(220, 130, 10, "ABSTRACT", BOLD)
    low = sheet.fill(220, 144, 330, 9, ABS)
    low = sheet.fill(220, low, 330, 9, "Descriptors: memory; caches")
    sheet.put(220, low + 20, 11, "RESUMO", BOLD)
    sheet.fill(220, low + 34, 330, 9, INTRO)
    document = paper(tmp_path, sheet)
    assert document.authors == THREE
    assert {key: document.texts[key].text for key in "AIK"} == {
        "A": ABS,
        "I": "Osaka University, Osaka, Japan",
        "K": "memory; caches",
    }
