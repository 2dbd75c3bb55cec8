"""Titles in PDFs: what stands above and below them."""

from __future__ import annotations

import pytest

from tests.sources.made_pdf import BOLD, Sheet, T, columns, paper
from tests.sources.test_pdf_names import VIENNA


@pytest.mark.parametrize(("site", "title"), [("cachehorizons", T), ("memory", "cache horizons")])
def test_the_name_of_a_journal_that_its_address_holds_is_no_title(tmp_path, site, title):
    sheet = Sheet()
    sheet.put(60, 40, 9, f"www.vastryx.org/{site}")
    sheet.put(160, 100, 27, "cache horizons", BOLD)
    sheet.put(160, 150, 21, T[:22], BOLD)
    sheet.put(160, 174, 21, T[22:].strip(), BOLD)
    sheet.put(160, 210, 11, "Maria Keller")
    columns(sheet, 260)
    assert paper(tmp_path, sheet).texts["T"].text == title


@pytest.mark.parametrize(
    ("below", "title"),
    [
        ("Eviction of cache entries for long contexts with few parameters", ""),
        ("Um estudo sobre memórias pequenas", ": Um estudo sobre memórias pequenas"),
    ],
)
def test_the_translation_below_a_title_is_no_subtitle(tmp_path, below, title):
    sheet, own = Sheet(), "Mapeamento das entradas descartadas da memória"
    sheet.center(90, 18, own, BOLD)
    sheet.center(112, 14, below, BOLD)
    sheet.center(140, 10, "Maria Keller")
    sheet.center(154, 10, VIENNA)
    columns(sheet, 200)
    document = paper(tmp_path, sheet)
    assert document.texts["T"].text == f"{own}{title}"
    assert document.authors == ("Maria Keller",)
