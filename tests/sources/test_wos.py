"""Web of Science plain text: the sample, addresses, and what is wrong in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.model import Document
from kg.sources import read
from tests.sources.made_file import read_as

HEAD = "FN Clarivate Analytics Web of Science\nVR 1.0\n"


def made(tmp_path: Path, text: str | bytes, name: str = "savedrecs.txt") -> tuple[list[Document], list[str]]:
    return read_as("wos", tmp_path / name, text)


def test_sample(shared):
    batch = read(shared / "data/samples/bibliography/wos_sample.txt")
    documents = list(batch.documents)
    assert (batch.source.form, len(documents), batch.skipped) == ("wos", 8, [])
    assert [d.author_count for d in documents] == [1, 1, 2, 1, 5, 3, 4, 8]
    assert [d.year for d in documents] == [2026, 2022, 2017, 2019, 2024, 2024, 2026, 2025]
    assert [d.date for d in documents] == [
        *("2026-02-25", "", "2017-11", "2019-06", "2024-12-31", "2024-03", "2026-02-12", "2025-06")
    ]
    first, _, third, fourth = documents[:4]
    assert first.id == "wos_sample-WOS:001702577900001"
    assert first.texts["T"].raw == (
        "Mapping the application of Geographic Information System (GIS) in real estate: "
        "a bibliometric analysis using bibliometrix and QGIS"
    )
    assert (first.authors, first.doi) == (("Ming Liang Toh",), "10.1080/00396265.2026.2635057")
    assert first.venue == "SURVEY REVIEW"
    assert first.texts["I"].raw == (
        "Univ Technol Sarawak, Sch Built Environm, Jalan Univ, Sibu 96000, Sarawak, Malaysia"
    )
    assert first.texts["K"].raw == "Word; GIS; Real Estate; bibliometric analysis; bibliometrix; QGIS"
    assert third.texts["T"].raw == "bibliometrix: An R-tool for comprehensive science mapping analysis"
    assert third.authors == ("Massimo Aria", "Corrado Cuccurullo")
    assert third.texts["I"].raw == "University of Naples Federico II; Universita della Campania Vanvitelli"
    assert fourth.texts["I"].raw.endswith("; Indian Institute of Technology (IIT) - Kharagpur")  # over two lines
    assert [bool(d.texts["A"].raw) for d in documents] == [True, True, True, True, False, True, True, True]


def test_addresses_with_semicolons_between_their_authors(tmp_path):
    [document], skipped = made(
        tmp_path,
        HEAD + "PT J\nAU Smith, J\n   Doe, A\nTI T\nC1 [Smith, J; Doe, A] Univ X, Dept Y, City, Spain.\n"
        "   [Doe, A] Univ Z, Rome, Italy.\nPD NOV 12\nPY 2020\nUT WOS:1\nER\n\nEF\n",
    )
    assert skipped == []
    assert document.texts["I"].raw == "Univ X, Dept Y, City, Spain; Univ Z, Rome, Italy"
    assert (document.authors, document.date) == (("J Smith", "A Doe"), "2020-11-12")


GOOD = "PT J\nTI {0}\nUT {0}\nER\n\n"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("PT J\nTI Open\n\n", "it has no end (ER)"),
        ("PT J\nAU A\nER\n\n", "neither title nor abstract"),
        ("PT J\nTI A\nCR " + "x" * 30 + "\n   y" * 60_000 + "\nER\n\n", "50,000 lines"),
        (GOOD.format("One"), 'the id "savedrecs-One" is already used in line 3'),
    ],
)
def test_bad_record_is_told_and_the_rest_goes_on(tmp_path, bad, reason):
    documents, skipped = made(tmp_path, HEAD + GOOD.format("One") + bad + GOOD.format("Two") + "EF\n")
    assert [d.id for d in documents] == ["savedrecs-One", "savedrecs-Two"]
    [sentence] = skipped
    assert reason in sentence
    assert sentence.startswith(f"{tmp_path / 'savedrecs.txt'}: line 8 was skipped: ")
