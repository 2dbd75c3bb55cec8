"""Files made to take time or memory from the readers of text, XML and pages: each is done in time that grows with its size."""
# ruff: noqa: E501

from __future__ import annotations

import gzip
import json
import zipfile
from contextlib import suppress

import pytest

from kg.model import KgError
from kg.sources import read
from kg_formats import htmltable, xlsx
from tests.sources.usual_files import sheet_of

ARXIV = "https://arxiv.org/abs/2405.00001"
TEX = "\\documentclass{article}\\title{A Title of a Paper}"
PUBMED = "<PubmedArticleSet><PubmedArticle><MedlineCitation>"

FILES = {
    "brackets.md": f"- [A Title]({ARXIV})\n- " + "[" * 200_000 + f"\n- {ARXIV} " + "[a[b]" * 50_000,
    "stars.md": f"- [A Title]({ARXIV})\n" + f"- {'*' * 20_000} {ARXIV}\n" * 20 + "- " + "a: " * 100_000,
    "links.md": f"- [A Title]({ARXIV})\n" + f"- {ARXIV}\n" * 10_000,
    "nested.md": "".join(f"{' ' * (n % 40)}- [A Title {n}]({ARXIV}{n % 10})\n" for n in range(4_000)),
    "table.md": f"|title|link|\n|---|---|\n|A Title|{ARXIV}|\n" + f"|{'|' * 5_000}\n" * 500,
    "parentheses.md": f"- [A Title]({ARXIV})\n- " + "[a](b(" * 50_000,
    "titles.tex": TEX + "\\title{" * 100_000,
    "abstracts.tex": TEX + "\\begin{abstract}" * 100_000,
    "macros.tex": TEX + "".join(f"\\newcommand{{\\a{chr(97 + n % 26)}}}{{\\ab\\ab\\ab\\ab}}" for n in range(2_000)) + "\\newcommand{\\x}{" * 50_000,
    "authors.tex": TEX + "\\author{" + "A$^{" * 10_000 + "}" + "\\thanks{" * 10_000,
    "percent.tex": TEX + "\\begin{abstract}" + "\\cite{a}\\footnote{{{{" * 2_000 + "\\end{abstract}",
    "own.md": "- **A Title of a Paper**\n  " + "*Ada Fox*, " * 2_000 + f"\n  [Paper]({ARXIV})\n" + f"- [A Title]({ARXIV}). " + "Fox. Bo Lee. " * 1_500 + "\n- " + "Ada E. Fox, " * 1_500,
    "abstracts.html": '<html><meta name="citation_title" content="A Title">' + '<div class="abstract">' * 200 + "<p>a text</p>" * 100_000,
    "names.html": '<html><meta name="citation_title" content="A Title">' + '<span class="given-name">A</span>' * 20_000 + "<h2>Abstract</h2><p>x" * 5_000,
    "deep.html": '<html><meta name="citation_title" content="A Title">' + "<div>" * 200_000,
    "tags.html": "<html>" + '<meta name="citation_title" content="A Title">' * 100_000,
    "ld.html": '<html><script type="application/ld+json">' + '[{"@graph":' * 50_000 + "</script>",
    "entities.xml": '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + PUBMED + "&b;",
    "external.xml": '<!DOCTYPE x SYSTEM "file:///etc/passwd">' + PUBMED + "<PMID>1</PMID><Article><ArticleTitle>A Title&x;",
    "authors.xml": f"{PUBMED}<Article><ArticleTitle>A Title</ArticleTitle><AuthorList>{'<Author><LastName>A</LastName></Author>' * 60_000}",
    "aliases.cff": "cff-version: 1\ntitle: A Title\n" + "".join(f"a{n}: &a{n} [{', '.join(f'*a{n - 1}' for _ in range(9)) if n else 'x'}]\n" for n in range(60)),
    "deep.cff": "cff-version: 1\ntitle: A Title\nauthors: " + "[" * 50_000,
    "tags.enw": "%0 Book\n%T A Title\n" + "%A A\n" * 40_000,
    "lines.nbib": "PMID- 1\nTI  - A Title\n" + "      more\n" * 40_000,
    "persons.json": json.dumps([{"title": "A Title", "authors": "A, " * 100_000}]),
    "lists.json": json.dumps([{"title": "A Title", "authors": "[" * 90_000 + "]"}, {"title": "B", "authors": "[-" + "-" * 90_000 + "1]"}]),
    "keys.json": json.dumps([{"title": "A Title", **{f"k{n}": {"author": [{}] * 9} for n in range(20_000)}}]),
    "wraps.json": '[{"title": "A Title", "author": ' + '{"name": ' * 900 + "1" + "}" * 900 + "}]",
    "quotes.csv": "title,year\n" + '"a\n' * 300_000,
}  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_done_in_bounded_time(tmp_path, name):
    path = tmp_path / f"{name}.gz"
    path.write_bytes(gzip.compress(FILES[name].encode(), 1))
    titles = []
    with suppress(KgError):
        batch = read(path)
        titles = [document.texts["T"].text for document in batch.documents]
        assert len(batch.skipped) < 100
    assert not any("root:" in title for title in titles)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["title"], *[["x" * 1000]] * 300], "a sheet has more than 0 MB: split it into smaller files."),
        ([["name"], ["A title"]], "no sheet has a title column: name the columns in its first row."),
    ],
)
def test_a_sheet_that_cannot_be_read_is_told_in_one_sentence(tmp_path, monkeypatch, rows, said):
    monkeypatch.setattr(xlsx, "_LARGEST", 1 << 17)  # texts are shared: 300 rows show one text of the file
    path = tmp_path / "s.xlsx"
    path.write_bytes(sheet_of(rows))
    with pytest.raises(KgError) as error:
        read(path)
    assert str(error.value) == f"{path}: {said}"


@pytest.mark.timeout(60)
def test_tables_within_tables_are_not_written_out_again_and_again(tmp_path, monkeypatch):
    monkeypatch.setattr(htmltable, "_LARGEST", 8 << 20)
    path = tmp_path / "t.xls"
    start = "<table><tr><th>Title</th><th>Authors</th></tr><tr><td>"
    path.write_text(f"<html>{start * 60}{'<p>word</p>' * 60_000}{'</td></tr></table>' * 60}</html>")
    with pytest.raises(KgError) as error:
        read(path)
    assert str(error.value) == f"{path}: a table has more than 8 MB: split it into smaller files."


def test_a_damaged_sheet_is_told_in_one_sentence(tmp_path):
    path = tmp_path / "s.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr("xl/worksheets/sheet1.xml", "".join(map(str, range(10_000))))
    data = bytearray(path.read_bytes())
    data[500:700] = bytes(200)
    path.write_bytes(data)
    with pytest.raises(KgError, match="the sheets cannot be read"):
        read(path)


@pytest.mark.timeout(60)
def test_a_sheet_that_unpacks_to_much_more_than_its_size_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "s.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{'<row/>' * 1_000_000}</sheetData></worksheet>"
        )
    with pytest.raises(KgError, match=r"s.xlsx: a sheet unpacks to \d+ times its size: export it again\.$"):
        read(path)


def test_volumes_that_refer_to_each_other_or_to_themselves_end(tmp_path):
    path = tmp_path / "c.bib"
    path.write_text(
        "@inproceedings{a, title={T}, crossref={a}}\n@book{b, title={V}, crossref={c}}\n@book{c, title={W}, crossref={b}}\n"
    )
    documents = list(read(path).documents)
    assert [(d.texts["T"].text, d.venue) for d in documents] == [
        ("T", ""),
        ("V", "W"),
        ("W", ""),
    ]  # a volume stands behind its papers
