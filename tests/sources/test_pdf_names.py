"""Lists of authors in PDFs: memberships, groups that sign, wide gaps, Chinese names, links between affiliations."""

from __future__ import annotations

import pytest

from kg.sources.layout.author_lines import people
from kg.sources.layout.notes import after_names
from kg.sources.layout.offices import Offices, numbered
from kg.sources.layout.pages import Char, Font, _lines
from kg.sources.layout.personal_names import is_name

THREE = ("Maria Keller", "Wei Zhang", "Jun-Ho Kim")
TWO = "^{1}University of Vienna, Austria  ^{2}KAIST, South Korea"
VIENNA, KAIST = "University of Vienna, Austria", "KAIST, South Korea"


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


def test_numbers_part_the_affiliations_of_one_text_only_in_order():
    assert numbered(f"{VIENNA}, 2 Kestrel, Oslo, 3 {KAIST}") == [("1", VIENNA), ("2", "Kestrel, Oslo"), ("3", KAIST)]
    assert numbered(f"{VIENNA}, 3 Ringstrasse, Austria") == [("", f"{VIENNA}, 3 Ringstrasse, Austria")]


def test_a_degree_before_an_affiliation_is_no_part_of_it():
    text = f"Maria Keller, PhD {VIENNA}, Austria Wei Zhang, MSc {KAIST}"
    found = list(after_names(text, THREE[:2], Offices.load()))
    assert found == [f"{VIENNA}, Austria", KAIST]
