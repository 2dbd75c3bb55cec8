"""RIS: the sample of IEEE Xplore, what other programs write, and what is wrong in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.model import Document
from kg.sources import read
from tests.sources.made_file import read_as


def made(tmp_path: Path, text: str | bytes, name: str = "refs.ris") -> tuple[list[Document], list[str]]:
    return read_as("ris", tmp_path / name, text)


def test_sample(shared):
    batch = read(shared / "data/samples/bibliography/example.ris")
    documents = list(batch.documents)
    assert (batch.source.form, len(documents), batch.skipped) == ("ris", 25, [])
    assert sum(len(d.authors) for d in documents) == 163
    assert [d.author_count for d in documents[:9]] == [2, 14, 10, 1, 2, 7, 6, 9, 51]
    second = documents[1]
    assert (second.id, second.texts["T"].raw) == ("example-02", "Reference Exascale Architecture")
    assert second.texts["A"].raw.startswith("While political commitments for building exascale systems have been made,")
    assert second.texts["A"].raw.endswith("as well as the 5 use cases pilots that it made possible.")
    assert second.venue == "2019 15th International Conference on eScience (eScience)"
    assert (second.authors[0], second.authors[-1]) == ("M. Bobák", "J. Schmidt")
    assert (second.year, second.date, second.doi) == (2019, "2019-09", "10.1109/eScience.2019.00063")
    assert second.texts["K"].raw == "exascale computing; architecture; functional design; qualitative analysis"
    assert [d.date for d in documents[:4]] == ["2019-01", "2019-09", "2021-06", "2014-07"]
    assert documents[15].doi == ""
    assert documents[-1].texts["T"].raw.startswith("Trends in High Performance Computing: Exascale Systems and Facil")


def test_tags_of_other_programs(tmp_path):
    [document], skipped = made(
        tmp_path,
        "Provider: a library\n\nTY  - CPAPER\nID  - smith 2020\nT1  - A title that goes\non in the next line\n"
        "A1  - Smith, Jane\nA1  - van Dijk, Jr., Anna\nN2  - An abstract.\nJF  - J. Tests\nY1  - 2020/06/12/\n"
        "AD  - Dept. A, University B, City; Institute C, Town\nAD  - Company D\nKW  - one\ntwo\nKW  - three\n"
        "UR  - https://arxiv.org/abs/2006.00001\nUR  - https://other.org/a;b\nL1  - x.pdf\nZZ  - unknown\nER  - \n",
    )
    assert skipped == []
    assert (document.id, document.texts["T"].raw) == ("refs-smith-2020", "A title that goes on in the next line")
    assert document.authors == ("Jane Smith", "Anna van Dijk Jr.")
    assert document.texts["I"].raw == "Dept. A, University B, City; Institute C, Town; Company D"
    assert (document.texts["A"].raw, document.texts["K"].raw) == ("An abstract.", "one; two; three")
    assert (document.venue, document.year, document.date) == ("J. Tests", 2020, "2020-06-12")
    assert (document.arxiv, document.url) == ("2006.00001", "https://arxiv.org/abs/2006.00001")


GOOD = "TY  - JOUR\r\nTI  - {}\r\nER  - \r\n\r\n"


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("TY  - JOUR\nTI  - No end\n", "it has no end (ER)"),
        ("TY  - JOUR\nAB  - \nER  - \n", "neither title nor abstract"),
        ("TY  - JOUR\nTI  - A\nAB  - " + "x\n" * 60_000 + "ER  - \n", "longer than 1,024 KB or 50,000 lines"),
        ("TY  - JOUR\nTI  - A\nAB  - " + "x" * 5_000_000 + "\nER  - \n", "longer than 4096 KB"),
        ("TY  - JOUR\nTI  - A\nAB  - " + "xx yy\n" * 40_000 + "ER  - \n", "more than 100,000"),
    ],
)
def test_bad_record_is_told_in_bounded_time_and_the_rest_goes_on(tmp_path, bad, reason):
    documents, skipped = made(tmp_path, GOOD.format("One") + bad + GOOD.format("Two"))
    assert [d.texts["T"].raw for d in documents] == ["One", "Two"]
    [sentence] = skipped
    assert reason in sentence
    assert sentence.startswith(f"{tmp_path / 'refs.ris'}: line 5 was skipped: ")


def test_file_that_is_cut_off_says_so(tmp_path):
    documents, skipped = made(tmp_path, GOOD.format("One") + "TY  - JOUR\nTI  - Two\nAB  - cut he")
    assert [d.texts["T"].raw for d in documents] == ["One"]
    assert "a file that is cut off" in skipped[0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path, encoding, end):
    text = end.join(["TY  - JOUR", "TI  - Größe", "AU  - Müller, Jörg", "ER  - ", ""])
    [document], skipped = made(tmp_path, text.encode(encoding))
    assert (document.texts["T"].raw, document.authors, skipped) == ("Größe", ("Jörg Müller",), [])
