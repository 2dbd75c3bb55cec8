"""Tables: exports of Scopus, IEEE Xplore, Springer, Lens, OpenAlex and Web of Science, and any other with titles."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from kg.model import Document, KgError
from kg.sources import read
from tests.sources.made_file import read_as
from tests.sources.usual_files import sheet_of


def made(tmp_path: Path, text: str | bytes, name: str = "papers.csv") -> tuple[list[Document], list[str]]:
    return read_as("table", tmp_path / name, text)


def written(*rows: list[str], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def sample(shared: Path, name: str) -> list[Document]:
    batch = read(shared / "data/samples/bibliography" / name)
    documents = list(batch.documents)
    assert (batch.source.form, batch.skipped) == ("table", [])
    return documents


def test_ieee_sample(shared):
    documents = sample(shared, "ieee.csv")
    assert [d.author_count for d in documents] == [2, 6, 4, 3, 3, 5, 26, 29, 5, 3]
    assert [d.year for d in documents] == [2013, 2019, 2020, 2020, 2021, 2017, 2020, 2021, 2020, 2016]
    first, second = documents[:2]
    assert first.texts["T"].raw == (
        'Exascale Computing Trends: Adjusting to the "New Normal"\' for Computer Architecture'
    )
    assert first.texts["A"].raw.startswith("We now have 20 years of data under our belt")
    assert first.texts["I"].raw == "University of Notre Dame; Lawrence Berkeley National Laboratory"
    assert (first.authors, first.doi, first.date) == (("P. Kogge", "J. Shalf"), "10.1109/MCSE.2013.95", "2013-10-16")
    assert first.venue == "Computing in Science & Engineering"
    assert second.authors[2] == "J.-P. Nominé"
    assert second.date == ""  # put online a year after the conference
    assert documents[2].texts["I"].raw == "University of Bristol,Department of Computer Science,UK"
    assert "I" not in documents[6].texts  # 26 times "NA"


def test_springer_sample(shared):
    documents = sample(shared, "springer.csv")
    assert [d.author_count for d in documents] == [2, 6, 4, 2, 5, 5, 3, 6, 4, 4, 4, 3, 1, 3, 3, 2, 5, 1]
    assert {d.year for d in documents} == {2022}
    assert documents[0].authors == ("Araz R. Aliev", "Nigar T. Ismayilova")
    assert documents[2].authors == ("Barnabás Bede", "Martine Ceberio", "Martine De Cock", "Vladik Kreinovich")
    eighth = documents[7]
    assert eighth.texts["T"].raw == "Programming big data analysis: principles and solutions"
    assert (eighth.venue, eighth.doi) == ("Journal of Big Data", "10.1186/s40537-021-00555-2")


def test_lens_sample(shared):
    documents = sample(shared, "lens_sample.csv")
    assert [d.author_count for d in documents] == [10, 2, 5, 3, 3, 2, 1, 2]
    first, second = documents[:2]
    assert (first.id, first.date, first.year) == ("lens_sample-000-360-106-493-122", "2020-11-22", 2020)
    assert first.texts["T"].raw.startswith("Dynamic real-time risk analytics of uncontrollable states in complex")
    assert (first.authors[6], first.doi) == ("Jason R. C. Nurse", "10.1007/s10669-020-09792-x")
    assert "phenomena. An objective bibliometric analysis" in second.texts["A"].raw  # " ; ; " between them


def test_openalex_sample(shared):
    documents = sample(shared, "openalex_sample.csv")
    assert [d.author_count for d in documents] == [2, 1, 2, 3, 5, 2, 4, 1]
    first = documents[0]
    assert first.id == "openalex_sample-W2755950973"
    assert first.texts["T"].raw == "bibliometrix : An R-tool for comprehensive science mapping analysis"
    assert first.texts["I"].raw == 'University of Naples Federico II; University of Campania "Luigi Vanvitelli"'
    assert (first.date, first.doi, first.venue) == (
        "2017-09-12",
        "10.1016/j.joi.2017.08.007",
        "Journal of Informetrics",
    )
    assert documents[3].texts["I"].raw == "University of Almería"
    assert [bool(d.texts["A"].raw) for d in documents] == [False, True, False, False, True, True, True, True]


def test_scopus(tmp_path):
    header = "Authors,Author full names,Author(s) ID,Title,Year,Source title,DOI,Link,Affiliations,Abstract,"
    header += "Author Keywords,EID"
    row = [
        *(
            "Haseli G.; Sana S.S.",
            "Haseli, Gholamreza (57193254400); Sana, Shib Sankar (6602123456)",
            "1; 2",
            "A “title”, with",
        ),
        *("2020", "Journal", "10.1080/1.2", "https://www.scopus.com/1", "Dept. A, Univ. B, City, Iran; Univ. C, India"),
        *("[No abstract available]", "one; two, three", "2-s2.0-85083087417"),
    ]
    [document], skipped = made(tmp_path, ("\ufeff" + written(header.split(","), row)).encode())
    assert skipped == []
    assert (document.id, document.texts["T"].raw) == ("papers-2-s2.0-85083087417", "A “title”, with")
    assert document.authors == ("Gholamreza Haseli", "Shib Sankar Sana")
    assert document.texts["I"].raw == "Dept. A, Univ. B, City, Iran; Univ. C, India"
    assert (document.texts["A"].raw, document.texts["K"].raw) == ("", "one; two, three")
    assert (document.venue, document.year, document.doi) == ("Journal", 2020, "10.1080/1.2")


def test_web_of_science_tab_delimited_in_utf16(tmp_path):
    columns = ["PT", "AU", "AF", "TI", "SO", "DE", "AB", "C1", "PD", "PY", "DI", "UT"]
    cells = [
        *("J", "Doe, A; Roe, B", "Doe, Anna; Roe, Bo", '"Quoted" words in a title', "J TESTS", "a; b", 'It is "so".'),
        *("[Doe, Anna; Roe, Bo] Univ X, City, Spain; [Roe, Bo] Univ Y, Rome, Italy", "FEB", "2023", "10.1/x", "WOS:1"),
    ]
    text = "\t".join(columns) + "\r\n" + "\t".join(cells) + "\r\n"
    [document], skipped = made(tmp_path, text.encode("utf-16"), "savedrecs.txt")
    assert skipped == []
    assert (document.id, document.texts["T"].raw) == ("savedrecs-WOS:1", '"Quoted" words in a title')
    assert document.texts["I"].raw == "Univ X, City, Spain; Univ Y, Rome, Italy"
    assert (document.authors, document.date) == (("Anna Doe", "Bo Roe"), "2023-02")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_table_with_titles(tmp_path, delimiter):
    rows = [["Title", " Abstract", "Year"], ["Fast\ncaches", "We cache, fast.", "2023.0"], ["", "", ""], ["B", "", "x"]]
    documents, skipped = made(tmp_path, written(*rows, delimiter=delimiter))
    assert [(d.id, d.texts["T"].text, d.year) for d in documents] == [
        ("papers-01", "Fast caches", 2023),
        ("papers-02", "B", None),
    ]
    assert documents[0].texts["A"].raw == "We cache, fast."
    assert skipped == []


def test_chinese_columns_and_lines_before_the_header(tmp_path):
    documents, _ = made(
        tmp_path, "sep=;\n标题;摘要;作者;机构;年份\n缓存压缩;我们提出;张三，李四;清华大学；百度;2024年\n"
    )
    [document] = documents
    assert (document.texts["T"].raw, document.authors, document.year) == ("缓存压缩", ("张三", "李四"), 2024)
    assert document.texts["I"].raw == "清华大学; 百度"


def test_entries_of_two_files_have_names_of_their_own(tmp_path):
    one, _ = made(tmp_path, "id,title\n7,A\n", "a.csv")
    two, _ = made(tmp_path, "id,title\n7,A\n", "b.csv")
    assert (one[0].id, two[0].id) == ("a-7", "b-7")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('"Nested "quotes" here",b\n', "its quotes or cells are wrong"),
        ("a,b,c,d\n", "it has 4 columns and the header 2"),
        ("a," + "x" * 150_000 + "\n", "its quotes or cells are wrong (field larger than"),
        ("a," + "x" * 5_000_000 + "\n", "the line is longer than 4096 KB"),
        ("a,b" + ",x" * 300_000 + "\n", "it has 300,002 columns and the header 2"),
        ("," + "x" * 110_000 + "\n", "more than 100,000"),
        ('a,"open\n' + "and on\n" * 100_000, "its quotes or cells are wrong (field larger than"),
        (b"\xff\xfe,b\n", "line 3 is not valid UTF-8"),
    ],
)
def test_bad_row_is_told_in_bounded_time_and_the_rest_goes_on(tmp_path, bad, reason):
    data = bad if isinstance(bad, bytes) else bad.encode()
    documents, skipped = made(tmp_path, "title,abstract\nGröße,1\n".encode() + data + b"Two,2\n")
    assert [d.texts["T"].raw for d in documents] == ["Größe", "Two"]
    [sentence] = skipped
    assert reason in sentence
    assert sentence.startswith(f"{tmp_path / 'papers.csv'}: line 3 was skipped: ")


def test_quote_that_is_never_closed_says_so(tmp_path):
    documents, skipped = made(tmp_path, 'title,abstract\nOne,1\nTwo,"open\nThree,3\n')
    assert [d.texts["T"].raw for d in documents] == ["One", "Three"]
    assert "its quotes or cells are wrong (unexpected end of data; line 4)" in skipped[0]


@pytest.mark.timeout(60)
def test_table_that_is_far_too_wide_is_refused(tmp_path):
    header = ",".join(["title", "abstract", *(f"c{i}" for i in range(300_000))])
    with pytest.raises(KgError, match="has 300,002 columns, more than 10,000"):
        made(tmp_path, header + "\nA,B\n")


@pytest.mark.parametrize(
    "text", ["a,b\n1,2\n", "title\nOnly titles\n", "My title, and more, words\n", "name,year\nx,2020\n"]
)
def test_other_tables_are_not_papers(tmp_path, text):
    with pytest.raises(KgError, match="that no reader knows"):
        made(tmp_path, text)


def test_what_pandas_writes_where_nothing_is_is_nothing(tmp_path):
    text = "title,authors,date,abstract,doi\nA paper on caches,nan,NaT,NaN,None\nThird one,Nan Li,2024-13-45,We go.,\n"
    [first, second], _ = made(tmp_path, text)
    assert (first.authors, first.date, first.texts["A"].text, first.doi) == ((), "", "", "")
    assert (second.authors, second.date, second.year) == (("Nan Li",), "2024", 2024)


def test_each_sheet_with_a_title_column_is_read(tmp_path):
    one, other = (sheet_of([("Title", "Year"), (title, 2020)]) for title in ("Keeping Less", "Keeping More"))
    path = tmp_path / "years.xlsx"
    with zipfile.ZipFile(io.BytesIO(one)) as first, zipfile.ZipFile(io.BytesIO(other)) as second:
        texts = first.read("xl/sharedStrings.xml").replace(b"</sst>", b"<si><t>Keeping More</t></si></sst>")
        with zipfile.ZipFile(path, "w") as book:
            for name in first.namelist():
                book.writestr(name, texts if name == "xl/sharedStrings.xml" else first.read(name))
            sheet = second.read("xl/worksheets/sheet1.xml").replace(b"<v>2</v>", b"<v>3</v>", 1)
            book.writestr("xl/worksheets/sheet2.xml", sheet)
    assert [d.texts["T"].text for d in read(path).documents] == ["Keeping Less", "Keeping More"]


def test_a_table_within_a_table_of_papers_is_read_once(tmp_path):
    head = "<tr><th>Title</th><th>Year</th></tr>"
    inner = f"<table>{head}<tr><td>Keeping Less</td><td>2020</td></tr></table>"
    path = tmp_path / "pages.html"
    path.write_text(f"<html><table>{head}<tr><td>Keeping More</td><td>{inner}</td></tr></table>{inner}</html>", "utf-8")
    titles = [d.texts["T"].text for d in read(path).documents]
    assert [titles.count("Keeping Less"), titles[-1]] == [2, "Keeping Less"]
