"""Bodies of papers by format: parts, tables, references; traps; and that the header stays as it is."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kg.model import Batch, Document, Part
from kg.sources import each, read

Whole = Callable[..., Document]

TEX = Path(__file__).with_name("bodies.tex").read_text("utf-8")


@pytest.fixture
def whole(tmp_path: Path) -> Whole:
    """Writes a file, and reads its one paper with its body."""

    def made(name: str, text: str, **beside: str) -> Document:
        (tmp_path / name).write_text(text, "utf-8")
        for other, content in beside.items():
            (tmp_path / other.replace("_", ".")).write_text(content, "utf-8")
        batch = read(tmp_path / name, is_whole=True)
        documents = list(batch.documents)
        assert not batch.losses
        assert len(documents) == 1
        return documents[0]

    return made


def shown(document: Document, *fields: str) -> list[tuple[object, ...]]:
    return [
        tuple(part.text.text if name == "text" else getattr(part, name) for name in fields) for part in document.parts
    ]


def part(document: Document, name: str) -> Part:
    return next(one for one in document.parts if one.id == name)


def test_latex_gives_parts_in_reading_order_with_ids_and_roles(whole: Whole):
    document = whole("fox.tex", TEX)
    assert shown(document, "id", "kind", "role", "text") == [
        ("su1/h", "heading", "abstract", "Abstract"),
        ("su1/p1", "paragraph", "abstract", "We make foxes fast."),
        ("s1/h", "heading", "intro", "Introduction"),
        ("s1/p1", "paragraph", "intro", "FoxCache keeps 10% of keys [1, 2]. The final one. See Section 2 and Table 1."),
        ("fn1", "footnote", "intro", "A note."),
        ("s1/p2", "paragraph", "contributions", "Our contributions are:"),
        ("s1/p3", "item", "contributions", "a cache,"),
        ("s1/p4", "item", "contributions", "a kernel."),
        ("s2/h", "heading", "results", "Experiments"),
        ("s2.1/h", "heading", "setup", "Setup"),
        ("s2.1/p1", "paragraph", "setup", "We use 8 A100 GPUs and two seeds."),
        ("s2.1/e1", "formula", "setup", "x = y"),
        ("t1/caption", "caption", "setup", "Table 1: Scores of FoxCache."),
        ("s2.1/h2", "heading", "setup", "Baselines."),
        ("s2.1/p2", "paragraph", "setup", "We compare with H2O."),
        ("sA/h", "heading", "appendix", "Proofs"),
        ("sA/p1", "paragraph", "appendix", "So."),
        ("su2/h", "heading", "references", "References"),
    ]
    assert part(document, "s2.1/p1").headings == ("2 Experiments", "2.1 Setup")


def test_latex_table_has_spans_heads_and_bold(whole: Whole):
    (table,) = whole("fox.tex", TEX).tables
    assert (table.id, table.label) == ("t1", "Table 1")
    assert [(c.row, c.column, c.text, c.rowspan, c.colspan, c.head, c.bold) for c in table.cells] == [
        (0, 0, "Method", 2, 1, True, False),
        (0, 1, "RULER", 1, 2, True, False),
        (1, 1, "4k", 1, 1, True, False),
        (1, 2, "8k tokens", 1, 1, True, False),
        (2, 0, "H2O [1]", 1, 1, True, False),
        (2, 1, "80.1", 1, 1, False, False),
        (2, 2, "70", 1, 1, False, False),
        (3, 0, "FoxCache", 1, 1, True, False),
        (3, 1, "91.2", 1, 1, False, True),
        (3, 2, "88", 1, 1, False, True),
    ]


def test_references_have_their_places_in_the_repaired_text(whole: Whole):
    document = whole("fox.tex", TEX)
    lee, fox = document.references
    assert (lee.key, lee.title, lee.arxiv, lee.year) == ("lee", "Slow foxes", "2301.00007", 2023)
    assert (fox.doi, fox.year) == ("10.1000/1", 2020)
    (name, start, end) = fox.cited[0]
    assert part(document, name).text.text[start:end] == "2"


def test_bibtex_beside_gives_the_entries_that_are_cited(whole: Whole):
    text = TEX.partition("\\begin{thebibliography}")[0] + "\\bibliography{refs}\\end{document}"
    entry = "@article{fox, title={Old Foxes}, author={Fox, Ada}, year=2020, doi={10.1000/1}}\n@book{no, title={No}}"
    (fox,) = whole("fox.tex", text, refs_bib=entry).references
    assert (fox.key, fox.title, fox.doi, fox.year, len(fox.cited)) == ("fox", "Old Foxes", "10.1000/1", 2020, 1)


def test_archive_with_two_main_files_gives_the_body_of_the_paper(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "fox.zip", "w") as archive:
        archive.writestr("main.tex", TEX.replace("So.", r"\input{proof}").partition("\\begin{thebibliography}")[0])
        archive.writestr("proof.tex", "It follows.")
        archive.writestr("poster.tex", "\\documentclass{article}\\begin{document}A poster.\\end{document}")
        archive.writestr("main.bbl", "\\begin{thebibliography}{1}\\bibitem{lee} B. Lee. Slow.\\end{thebibliography}")
    (held,) = each([tmp_path / "fox.zip"])
    (document,) = read(held, is_whole=True).documents
    assert part(document, "sA/p1").text.text == "It follows."
    assert [one.key for one in document.references] == ["lee"]


def test_chinese_headings_of_latex(whole: Whole):
    body = "\\chapter{绪论}\\section{背景}缓存。\\chapter{实验}\\section{实验设置}一块卡。\\section{结果}好。"
    text = f"\\documentclass{{ctexbook}}\\title{{缓存}}\\begin{{document}}{body}\\end{{document}}"
    document = whole("fox.tex", text)
    assert [(one.id, one.role) for one in document.parts if one.kind == "paragraph"] == [
        ("s1.1/p1", "intro"),
        ("s2.1/p1", "setup"),
        ("s2.2/p1", "results"),
    ]


JATS = """<article><front><article-meta>
<title-group><article-title>Fast Foxes</article-title></title-group></article-meta></front>
<body><sec><label>1</label><title>Methods</title>
<p>We use 10<sup>3</sup> foxes <xref ref-type="bibr" rid="b1">[1]</xref>.</p>
<table-wrap><label>Table 1</label><caption><p>Scores.</p></caption>
<table><thead><tr><th rowspan="2">Fox</th><th>A</th></tr>
<tr><th>B</th></tr></thead><tbody><tr><td><bold>x</bold></td><td>7</td></tr></tbody></table></table-wrap>
</sec></body>
<back><app-group><app><title>More</title><p>So.</p></app></app-group><ref-list><ref id="b1"><element-citation>
<article-title>Slow</article-title><year>2001</year><pub-id pub-id-type="doi">10.1000/2</pub-id>
</element-citation></ref></ref-list></back></article>"""


def test_jats(whole: Whole):
    document = whole("fox.xml", JATS)
    assert shown(document, "id", "role", "text") == [
        ("s1/h", "method", "Methods"),
        ("s1/p1", "method", "We use 10^3 foxes [1]."),
        ("t1/caption", "method", "Table 1. Scores."),
        ("su1/h", "appendix", "More"),
        ("su1/p1", "appendix", "So."),
        ("su2/h", "references", "References"),
    ]
    assert [(c.row, c.column, c.text) for c in document.tables[0].cells] == [
        *((0, 0, "Fox"), (0, 1, "A"), (1, 1, "B"), (2, 0, "x"), (2, 1, "7"))
    ]
    (slow,) = document.references
    assert (slow.title, slow.doi, slow.year, slow.cited) == ("Slow", "10.1000/2", 2001, (("s1/p1", 18, 21),))


def test_jats_that_ends_in_its_body_gives_its_header(tmp_path: Path):
    (tmp_path / "fox.xml").write_text(JATS[: JATS.index("<table-wrap")], "utf-8")
    batch = read(tmp_path / "fox.xml", is_whole=True)
    assert [one.texts["T"].text for one in batch.documents] == ["Fast Foxes"]
    assert "damaged" in batch.skipped[0]


def test_tei(whole: Whole):
    text = """<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc>
<titleStmt><title>Fast Foxes</title></titleStmt></fileDesc>
<profileDesc><abstract><p>We.</p></abstract></profileDesc></teiHeader>
<text><body><div><head n="4.1">Experimental Setup</head>
<p>We use foxes <ref type="bibr" target="#b0">(Lee)</ref>.</p><note place="foot">A note.</note></div>
<figure type="table"><head>Table 2</head><figDesc>Scores.</figDesc>
<table><row><cell>a</cell></row></table></figure></body>
<back><div type="annex"><div><head>More</head><p>So.</p></div></div>
<div><listBibl><biblStruct xml:id="b0"><monogr><title>Slow</title>
<idno type="arXiv">2301.00007</idno><imprint><date when="2023"/></imprint></monogr></biblStruct>
</listBibl></div></back></text></TEI>"""
    document = whole("fox.xml", text)
    assert shown(document, "id", "role") == [
        ("s4.1/h", "setup"),
        ("s4.1/p1", "setup"),
        ("fn1", "setup"),
        ("t2/caption", "setup"),
        ("su1/h", "appendix"),
        ("su1/p1", "appendix"),
        ("su2/h", "references"),
    ]
    assert document.tables[0].label == "Table 2"
    assert [(one.arxiv, one.year, len(one.cited)) for one in document.references] == [("2301.00007", 2023, 1)]


def test_s2orc(whole: Whole):
    cite = {"start": 14, "end": 17, "ref_id": "BIBREF0"}
    paper = {
        "paper_id": "1",
        "title": "Fast Foxes",
        "abstract": [{"text": "We."}],
        "body_text": [{"text": "We compare to [1].", "section": "Results", "sec_num": "3", "cite_spans": [cite]}],
        "ref_entries": {"TABREF0": {"text": "Scores.", "type": "table"}},
        "bib_entries": {"BIBREF0": {"title": "Slow", "year": 2023, "other_ids": {"DOI": ["10.1000/2"]}}},
    }
    document = whole("1.json", json.dumps(paper))
    assert shown(document, "id", "role")[:2] == [("s3/h", "results"), ("s3/p1", "results")]
    assert [(one.doi, one.cited) for one in document.references] == [("10.1000/2", (("s3/p1", 14, 17),))]


def test_annotated_s2orc(whole: Whole):
    text = "Method We use foxes [1]. B. Lee. Slow."

    def spans(*found: dict[str, object]) -> str:
        return json.dumps(found)

    annotations = {
        "sectionheader": spans({"start": 0, "end": 6, "attributes": {"n": "2"}}),
        "paragraph": spans({"start": 7, "end": 24}),
        "bibref": spans({"start": 20, "end": 23, "attributes": {"ref_id": "b0"}}),
        "bibentry": spans({"start": 25, "end": 38, "attributes": {"id": "b0"}}),
        "bibtitle": spans({"start": 33, "end": 37}),
    }
    paper = {"corpusid": 1, "title": "Fast Foxes", "content": {"text": text, "annotations": annotations}}
    document = whole("1.json", json.dumps(paper))
    assert shown(document, "id", "text")[:2] == [("s2/h", "Method"), ("s2/p1", "We use foxes [1].")]
    assert [(one.title, one.cited) for one in document.references] == [("Slow", (("s2/p1", 13, 16),))]


def test_page_of_latexml(whole: Whole):
    page = """<!DOCTYPE html><html><body><article class="ltx_document">
<h1 class="ltx_title ltx_title_document">Fast Foxes</h1>
<div class="ltx_abstract"><h6 class="ltx_title">Abstract</h6><p>We make foxes fast.</p></div>
<section class="ltx_section">
<h2 class="ltx_title ltx_title_section"><span class="ltx_tag">1 </span>Introduction</h2>
<div class="ltx_para"><p>Foxes [<a href="#bib.bib1">1</a>] are <math alttext="n^2"></math>.<span class="ltx_note">
<span class="ltx_note_content">A note.</span></span></p></div>
<figure class="ltx_table"><figcaption><span class="ltx_tag">Table 3: </span>Scores.</figcaption>
<table class="ltx_tabular">
<tr><td colspan="2">Budget</td></tr>
<tr><td><span class="ltx_font_bold">Fox</span></td><td>9</td></tr></table></figure></section>
<section class="ltx_bibliography"><h2>References</h2>
<ul><li id="bib.bib1"><span class="ltx_bibblock">B. Lee, 2023.</span></li></ul></section>
</article></body></html>"""
    document = whole("fox.html", page)
    assert document.texts["A"].text == "We make foxes fast."
    assert shown(document, "id", "role")[2:5] == [("s1/h", "intro"), ("s1/p1", "intro"), ("fn1", "intro")]
    assert (document.tables[0].label, document.tables[0].cells[0].colspan, document.tables[0].cells[1].bold) == (
        "Table 3",
        2,
        True,
    )
    assert [(one.year, len(one.cited)) for one in document.references] == [(2023, 1)]


def test_paper_in_markdown(whole: Whole):
    text = """# Fast Foxes

## Abstract

We make foxes fast.

## 1 Introduction

Foxes are slow [1].

## 2 Results

Table 1: Scores.

| Method | Score |
|---|---|
| **Fox** | 9 |

## References

[1] B. Lee. Slow. arXiv:2301.00007, 2023.
"""
    document = whole("fox.md", text)
    assert (document.texts["T"].text, document.texts["A"].text) == ("Fast Foxes", "We make foxes fast.")
    assert [(one.id, one.role) for one in document.parts if one.kind in ("paragraph", "caption")] == [
        ("su1/p1", "abstract"),
        ("s1/p1", "intro"),
        ("t1/caption", "results"),
    ]
    assert (document.tables[0].id, len(document.tables[0].cells)) == ("t1", 4)
    assert [(one.arxiv, len(one.cited)) for one in document.references] == [("2301.00007", 1)]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(r"\input{fox}\section{A}So.", id="a file that includes itself"),
        pytest.param(r"\begin{table}\begin{itemize}\item a" * 3_000, id="nests"),
        pytest.param(r"\footnote{a" * 5_000, id="braces that do not end"),
        pytest.param(r"\begin{tabular}{c}" + r"a & b \\" * 30_000 + r"\end{tabular}", id="30,000 cells"),
        pytest.param(r"\multicolumn{99999}{c}{\multirow{99999}{*}{x}} & \ifx " * 1_000, id="spans"),
        pytest.param(r"\section{A}" * 5_000, id="sections"),
    ],
)
def test_hostile_body_leaves_the_header(tmp_path: Path, body: str):
    head = r"\documentclass{article}\title{Fast Foxes}\newcommand{\a}{\a\a x}\begin{document}\a "
    (tmp_path / "fox.tex").write_text(f"{head}{body}\\end{{document}}", "utf-8")
    batch = read(tmp_path / "fox.tex", is_whole=True)
    assert [one.texts["T"].text for one in batch.documents] == ["Fast Foxes"]
    assert len(batch.losses) <= 1


def test_limit_of_a_body_is_told_once(tmp_path: Path):
    sections = r"\section{A}" * 5_000
    (tmp_path / "fox.tex").write_text(rf"\documentclass{{a}}\title{{Foxes}}\begin{{document}}{sections}", "utf-8")
    batch = read(tmp_path / "fox.tex", is_whole=True)
    assert len(next(iter(batch.documents)).parts) == 2_000
    assert "is not whole: it has more than 2,000 sections" in batch.losses[0]


@pytest.mark.parametrize("name", ["jats", "tei", "tex"])
def test_body_changes_nothing_of_the_header(shared: Path, name: str):
    files = [
        path
        for path in sorted((shared / "data" / "fulltext" / name).rglob("*"))
        if path.suffix in (".nxml", ".xml", ".tex")
    ]
    for path in files[:25]:
        if path.suffix != ".tex" or "\\documentclass" in path.read_text("utf-8"):
            plain, full = read(path), read(path, is_whole=True)
            made = list(full.documents)
            assert [replace(one, parts=(), tables=(), references=()) for one in made] == list(plain.documents)
            assert all(one.parts for one in made)
            assert not full.losses


def test_no_body_is_read_unless_it_is_wanted(tmp_path: Path):
    (tmp_path / "fox.tex").write_text(TEX, "utf-8")
    batch: Batch = read(tmp_path / "fox.tex")
    assert [one.parts for one in batch.documents] == [()]
