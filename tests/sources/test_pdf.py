"""Papers as PDF: real ones against what is known of them, templates set by hand, and what is read of them."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path

import eval_pdf
import pytest

from kg.link.affiliations import organisations
from kg.link.register import Register
from kg.sources import read
from kg.sources.layout.author_lines import people
from kg.sources.layout.pages import Char, Font, TextLine, _lines
from tests.sources.made_pdf import ABS, BOLD, Sheet, T, Template, layouts, paper, pdf, simple, templates

INVOICE = Sheet()
INVOICE.put(72, 90, 20, "Invoice", BOLD)
for _number, _line in enumerate(
    ["Invoice number: 2021-17", "Bill to: Maria Keller, University of Vienna", "Amount due: 1,200"]
):
    INVOICE.put(72, 130 + 14 * _number, 11, _line)
SLIDE = Sheet(720, 540)
SLIDE.put(60, 100, 32, "What We Did Last Year", BOLD)
for _number, _line in enumerate(["Hire more people", "Ship the new version", "Ask the users what they think of it"]):
    SLIDE.put(80, 180 + 40 * _number, 20, _line)


# --- real papers


@pytest.fixture(scope="module")
def samples(shared: Path) -> Path:
    return shared / "data" / "samples"


@pytest.mark.parametrize(
    ("name", "titles", "abstracts", "authors"),
    [("pdf-papers", 19, 18, 17), ("pdf-tei-json", 2, 1, 2), ("pdf-grobid-text", 4, 4, 0)],
)
def test_real_papers_are_read(samples, name, titles, abstracts, authors):
    right: Counter[str] = Counter()
    found = wanted = both = 0
    register = Register.load()
    for gold in eval_pdf.gold(samples / name):
        [document] = read(samples / name / gold["file"]).documents
        right["title"] += eval_pdf.squeezed(document.texts["T"].text) == eval_pdf.squeezed(gold["title"])
        like = SequenceMatcher(None, document.texts["A"].text, gold["abstract"], autojunk=False).ratio()
        right["abstract"] += like >= eval_pdf.SIMILAR
        right["authors"] += len(document.authors) == len(gold.get("authors", ()))
        if name == "pdf-papers":
            assert list(document.authors) == gold["authors"]
        if gold.get("arxiv"):
            assert document.arxiv == gold["arxiv"].partition("v")[0]
            assert re.fullmatch(r"20\d\d-\d\d-\d\d", document.date)
        assert document.doi == gold.get("doi", "")
        names = [o.name for o in organisations(document.texts["I"].text, register)]
        if "institutions" in gold:
            counts = eval_pdf.compared(names, gold["institutions"])
            both, found, wanted = both + counts[0], found + counts[1], wanted + counts[2]
    assert right["title"] >= titles
    assert right["abstract"] >= abstracts
    assert right["authors"] >= authors
    assert not wanted or 2 * both / (found + wanted) >= 0.85


# --- templates


@pytest.mark.parametrize("template", list(templates()), ids=lambda template: template.name)
def test_a_template_is_read(template: Template, tmp_path):
    document = paper(tmp_path, template.sheet)
    assert eval_pdf.squeezed(document.texts["T"].text) == eval_pdf.squeezed(T)
    assert SequenceMatcher(None, document.texts["A"].text, ABS, autojunk=False).ratio() >= 0.97
    assert len(document.authors) == template.authors, document.authors
    line = document.texts["I"].text if "I" in document.texts else ""
    assert len(organisations(line, Register.load())) == len(template.institutions), line


@pytest.mark.parametrize(
    ("sheets", "wanted"), [rest for _, *rest in layouts()], ids=[name.replace(" ", "-") for name, *_ in layouts()]
)
def test_a_layout_is_read(sheets: list[Sheet], wanted: dict[str, str], tmp_path):
    document = paper(tmp_path, *sheets)
    found = {field: text.text for field, text in document.texts.items()}
    found |= {field: getattr(document, field) for field in ("id", "arxiv", "date")}
    found |= {"authors": "; ".join(document.authors), "venue": f"{document.venue} {document.year or ''}".strip()}
    assert {field: found.get(field, "") for field in wanted} == wanted


@pytest.mark.parametrize("sign", ["(李明)", " （李明）", "(이민호)"])
def test_a_name_is_repeated_in_another_script(sign):
    text, font = f"Ming Li{sign}, Maria Keller", Font("x", 10.0, False, False)
    chars = [Char(c, 5.0 * n, 5.0 * n + 4.9, 0.0, font, text[n - 1] == " ") for n, c in enumerate(text) if c != " "]
    assert people([TextLine(chars)]).authors == ["Ming Li", "Maria Keller"]


def test_ligatures_of_fonts_without_character_names_are_read(tmp_path):
    document = paper(tmp_path, simple(title="Di\x1busion of \x1crst"))
    assert document.texts["T"].text == "Diffusion of first"


# --- files that are read with doubt, or not


@pytest.mark.parametrize(("sheet", "is_paper"), [(simple(), True), (INVOICE, False), (SLIDE, False)])
def test_a_file_that_looks_like_no_paper_is_told(tmp_path, sheet, is_paper):
    path = tmp_path / "file.pdf"
    path.write_bytes(pdf(sheet))
    batch = read(path)
    assert not batch.losses
    assert not batch.doubts if is_paper else "looks like no paper" in batch.doubts[0]
    assert all(str(path) in doubt and doubt.endswith(".") for doubt in batch.doubts)


def test_a_folder_of_one_s_own_has_one_row_in_the_page_of_figures():
    page = "text\n<!-- pdf-others -->\n| pages | PDFs |\n|---|---:|\n"
    page += "| ours | 1 | - |\n| more | 2 | - |\n<!-- /pdf-others -->\nend\n"
    scores = [
        eval_pdf.Score("a.pdf", True, 0.99, None, (1, 1, 1), 0.1, []),
        eval_pdf.Score("b.pdf", False, 0.9, None, (0, 1, 1), 0.1, []),
    ]
    row = "| ours | 2 | 50 % | 50 % | - | 50 % |\n"
    assert eval_pdf.with_row(page, "ours", scores) == page.replace("| ours | 1 | - |\n", row)
    assert eval_pdf.with_row(page, "new", scores) == page.replace("<!-- /pdf", row.replace("ours", "new") + "<!-- /pdf")


def test_a_chinese_word_that_is_set_wide_is_one_word():
    font = Font("Song", 10.0, False, False)
    placed = zip("摘要李娜王晓东", (0, 20, 70, 90, 120, 130, 140), strict=True)
    chars = [Char(c, at, at + 10.0, 0.0, font, order=n) for n, (c, at) in enumerate(placed)]
    assert [line.text for line in _lines(chars, 0)] == ["摘要", "李娜", "王晓东"]
