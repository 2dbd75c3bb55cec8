"""Affiliations in PDFs with numbers within one text or behind degrees; divided names."""

from __future__ import annotations

from kg.sources.layout.notes import after_names
from kg.sources.layout.offices import Offices, numbered
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
