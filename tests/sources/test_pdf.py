"""Papers as PDF: real ones against what is known of them, templates set by hand, and what is read of them."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path

import eval_pdf
import pytest

from kg.link.affiliations import organisations
from kg.link.institutions import Register
from kg.sources import read
from kg.sources.layout.pages import Char, Font, TextLine, _lines
from kg.sources.layout.people import people
from tests.sources.made_pdf import ABS, BOLD, Sheet, T, Template, paper, pdf, simple, templates

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


MARKS = ["Maria Keller^{1}  Wei Zhang^{2}  Jun-Ho Kim^{1,2}"]
THREE = ("Maria Keller", "Wei Zhang", "Jun-Ho Kim")


@pytest.mark.parametrize(
    ("note", "affiliation"),
    [
        (
            "* Keller: Department of Physics, University of Vienna (email: mk@x.at). We thank them.",
            "University of Vienna",
        ),
        (
            "Sent in May. We thank Ford Foundation. M. Keller is with the Aalborg University (e-mail: keller@x.dk).",
            "Aalborg University",
        ),
    ],
)
def test_a_note_on_an_author_holds_no_more_than_the_affiliation(tmp_path, note, affiliation):
    sheet = simple(place="")
    sheet.fill(90, 700, 430, 7, note)
    names = [o.name for o in organisations(paper(tmp_path, sheet).texts["I"].text, Register.load())]
    assert names == [affiliation]


@pytest.mark.parametrize("sign", ["(李明)", " （李明）", "(이민호)"])
def test_a_name_is_repeated_in_another_script(sign):
    text, font = f"Ming Li{sign}, Maria Keller", Font("x", 10.0, False, False)
    chars = [Char(c, 5.0 * n, 5.0 * n + 4.9, 0.0, font, text[n - 1] == " ") for n, c in enumerate(text) if c != " "]
    assert people([TextLine(chars)]).authors == ["Ming Li", "Maria Keller"]


def test_ligatures_of_fonts_without_character_names_are_read(tmp_path):
    document = paper(tmp_path, simple(title="Di\x1busion of \x1crst"))
    assert document.texts["T"].text == "Diffusion of first"


def test_a_page_before_the_paper_is_passed_over(tmp_path):
    cover = Sheet()
    cover.put(72, 100, 11, "This is the accepted version of a paper. Please cite the published version.")
    assert paper(tmp_path, cover, simple()).texts["T"].text == "A Title That Says Something"


@pytest.mark.parametrize(
    "lines",
    [
        ("USENIX", "This paper is included in the Proceedings of the", "22nd Conference on Files."),
        ("HAL is a multi-disciplinary open access archive", "Keeping What Matters", "To cite this version:"),
        ("Article", "Preprints.org is a free multidisciplinary platform providing preprint service", "Maria Keller *"),
        ("Journal Pre-proof", "This is a PDF file of an article that has undergone enhancements", "Maria Keller"),
    ],
)
def test_the_sheet_of_an_archive_is_passed_over(tmp_path, lines):
    cover = Sheet()
    cover.center(90, 24, "Keeping What Matters", BOLD)
    for number, line in enumerate(lines):
        cover.put(72, 150 + 40 * number, 11, line)
    document = paper(tmp_path, cover, simple())
    assert document.texts["T"].text == "A Title That Says Something"
    assert document.texts["A"].text == ABS
    alone = paper(tmp_path, cover, name="cover.pdf")
    assert alone.texts["T"].text == "Keeping What Matters"


def test_a_title_page_of_a_thesis_names_its_university(tmp_path):
    title, next_page = Sheet(), Sheet()
    title.center(120, 22, "Keeping What Matters", BOLD)
    title.center(170, 12, "by")
    title.center(190, 14, "Maria Keller")
    title.center(270, 12, "A thesis submitted in partial fulfilment of the requirements")
    title.center(284, 12, "for the degree of")
    title.center(298, 12, "Doctor of Philosophy in Physics")
    title.center(420, 12, "University of Vienna")
    next_page.put(72, 90, 16, "Abstract", BOLD)
    next_page.fill(72, 120, 440, 11, ABS)
    document = paper(tmp_path, title, next_page)
    assert document.texts["T"].text == "Keeping What Matters"
    assert document.authors == ("Maria Keller",)
    assert document.texts["I"].text == "University of Vienna"
    assert document.texts["A"].text == ABS


def test_an_abstract_stands_beside_its_heading_below_the_keywords(tmp_path):
    sheet = Sheet()
    sheet.center(90, 16, T, BOLD)
    sheet.center(120, 11, "Maria Keller*")
    sheet.center(134, 11, "University of Vienna")
    sheet.put(60, 170, 9, "Keywords:")
    sheet.put(140, 170, 9, "Memory, serving, long contexts and what is kept of them.")
    sheet.put(60, 190, 9, "Abstract:")
    y = sheet.fill(140, 190, 400, 9, ABS)
    sheet.put(60, y + 20, 11, "1 INTRODUCTION", BOLD)
    sheet.fill(60, y + 40, 235, 9.5, "Every token attends to all tokens before it, and they stay. " * 8)
    sheet.fill(305, y + 36, 235, 9.5, "No token is read twice unless the model asks for it again. " * 8)
    document = paper(tmp_path, sheet)
    assert document.texts["A"].text == ABS
    assert document.authors == ("Maria Keller",)


def test_a_short_abstract_above_notes_on_rights_keeps_its_full_lines(tmp_path):
    sheet = Sheet()
    sheet.center(90, 17, T, BOLD)
    sheet.center(120, 12, "Maria Keller")
    sheet.center(134, 9, "University of Vienna, Vienna, Austria")
    sheet.put(45, 160, 9.5, "Abstract", BOLD)
    y = sheet.fill(45, 172, 520, 9, ABS[:330])
    for number, line in enumerate(("© 2024 The Authors.", "This is an open access article.", "Peer-review is done.")):
        sheet.put(45, y + 6 + 10 * number, 8, line)
    sheet.put(45, y + 40, 9, "Keywords: memory; serving")
    sheet.put(45, y + 70, 10, "1. Introduction", BOLD)
    sheet.fill(45, y + 90, 520, 9.5, "Every token attends to all tokens before it, and they stay. " * 12)
    assert SequenceMatcher(None, paper(tmp_path, sheet).texts["A"].text, ABS[:330]).ratio() > 0.97


def test_a_page_on_its_side_is_read(tmp_path):
    sheet = Sheet()
    for y, size, text in ((90, 16, T), (120, 11, "Maria Keller"), (170, 12, "Abstract")):
        sheet.put(y, 600, size, text, turned=True)
    for number in range(8):
        sheet.put(
            190 + 12 * number, 700, 10, f"we say in line {number} of what we did and how it was done", turned=True
        )
    document = paper(tmp_path, sheet)
    assert document.texts["T"].text == T
    assert document.authors == ("Maria Keller",)


def test_an_abstract_goes_on_over_the_page(tmp_path):
    first, second = Sheet(), Sheet()
    first.center(90, 16, T, BOLD)
    first.center(120, 11, "Maria Keller")
    first.center(134, 11, "University of Vienna")
    first.center(600, 12, "Abstract", BOLD)
    words = ABS.split()
    first.fill(120, 700, 370, 10, " ".join(words[:45]))
    first.put(300, 770, 10, "1")
    second.put(72, 40, 8, "Keeping What Matters")
    y = second.fill(120, 80, 370, 10, " ".join(words[45:]))
    second.put(72, y + 30, 12, "1   Introduction", BOLD)
    second.fill(72, y + 50, 468, 10, "Every token attends to all tokens before it, and they stay. " * 9)
    assert paper(tmp_path, first, second).texts["A"].text == ABS


def test_addresses_at_the_end_are_affiliations(tmp_path):
    last = Sheet()
    last.fill(72, 90, 430, 10, "Every token attends to all tokens before it, and they stay. " * 9)
    last.put(90, 300, 8, "(M. Keller) Department of Mathematics, University of Vienna, Austria")
    last.put(90, 310, 8, "Email address: mk@univie.ac.at")
    last.put(90, 330, 8, "Inria, France")
    last.put(90, 340, 8, "E-mail address: wz@inria.fr")
    document = paper(tmp_path, simple(place=""), last)
    names = [o.name for o in organisations(document.texts["I"].text, Register.load())]
    assert names == ["University of Vienna", "Inria"]


def test_a_list_at_the_end_has_the_affiliations_of_marked_authors(tmp_path):
    last = Sheet()
    last.fill(72, 90, 430, 10, "Every token attends to all tokens before it, and they stay. " * 9)
    last.put(72, 300, 10, "Author details", BOLD)
    last.fill(
        72, 312, 430, 8, "^{1}Department of Physics, University of Vienna, Austria. ^{2}Mayo Clinic, Rochester, USA."
    )
    last.put(72, 340, 10, "References", BOLD)
    document = paper(tmp_path, simple(author="Maria Keller^{1}, Wei Zhang^{2}", place=""), last)
    names = [o.name for o in organisations(document.texts["I"].text, Register.load())]
    assert names == ["University of Vienna", "Mayo Clinic"]


def test_names_at_the_end_stand_before_their_affiliations(tmp_path):
    last = Sheet()
    last.fill(72, 90, 430, 10, "Every token attends to all tokens before it, and they stay. " * 9)
    last.fill(
        72, 300, 200, 8, "Maria Keller (mk@univie.ac.at), Department of Mathematics, University of Vienna, Austria."
    )
    document = paper(tmp_path, simple(place=""), last)
    names = [o.name for o in organisations(document.texts["I"].text, Register.load())]
    assert names == ["University of Vienna"]


def test_a_section_called_highlights_is_no_cover(tmp_path):
    sheet = simple()
    sheet.put(72, 50, 20, "research highlights", BOLD)
    assert paper(tmp_path, sheet).texts["A"].text == ABS


def test_highlights_before_the_paper_are_passed_over(tmp_path):
    cover = Sheet()
    cover.put(72, 90, 20, "Highlights", BOLD)
    cover.put(72, 120, 11, "A Title That Says Something", BOLD)
    cover.fill(72, 150, 430, 10, "We keep what matters and we drop what does not, and so on and so forth. " * 9)
    document = paper(tmp_path, cover, cover, simple())
    assert document.texts["T"].text == "A Title That Says Something"
    assert document.texts["A"].text == ABS


# --- files that are read with doubt, or not


@pytest.mark.parametrize(("sheet", "is_paper"), [(simple(), True), (INVOICE, False), (SLIDE, False)])
def test_a_file_that_looks_like_no_paper_is_told(tmp_path, sheet, is_paper):
    path = tmp_path / "file.pdf"
    path.write_bytes(pdf(sheet))
    batch = read(path)
    assert not batch.losses
    assert not batch.doubts if is_paper else "looks like no paper" in batch.doubts[0]
    assert all(str(path) in doubt and doubt.endswith(".") for doubt in batch.doubts)


# --- where it was published


def test_a_venue_that_the_text_speaks_of_is_not_its_own(tmp_path):
    document = paper(tmp_path, simple(body="We follow what was published as a paper at ICLR 2019 by others. " * 9))
    assert (document.venue, document.year) == ("", None)


# --- identifiers


def test_the_stamp_in_the_margin_gives_id_and_date(tmp_path):
    sheet = simple()
    sheet.put(30, 600, 20, "arXiv:1602.00172v2  [cs.CV]  2 Feb 2016", turned=True)
    document = paper(tmp_path, sheet)
    assert (document.id, document.arxiv, document.date) == ("1602.00172", "1602.00172", "2016-02-02")
    assert document.texts["T"].text == "A Title That Says Something"


def test_a_cited_preprint_gives_no_id(tmp_path):
    document = paper(tmp_path, simple(body="We follow the work of arXiv:1412.6980 in all that we do here. " * 9))
    assert (document.id, document.arxiv) == ("paper", "")


def test_a_doi_names_a_paper_without_a_stamp_and_those_of_references_do_not(tmp_path):
    sheet = simple()
    sheet.put(90, 700, 8, "https://doi.org/10.1145/3580305.3599999")
    assert paper(tmp_path, sheet).id == "10.1145/3580305.3599999"
    sheet = simple()
    sheet.put(90, 690, 12, "References", BOLD)
    sheet.put(90, 700, 8, "[1] https://doi.org/10.1145/3580305.3599999")
    assert paper(tmp_path, sheet).id == "paper"


def test_a_domain_names_the_company_where_nothing_else_does(tmp_path):
    document = paper(tmp_path, simple(place="maria@google.com"))
    assert document.texts["I"].text == "Google"
    document = paper(tmp_path, simple(place="maria@gmail.com"))
    assert "I" not in document.texts


# --- hyphens


def test_marks_of_notes_leave_the_abstract_and_exponents_stay(tmp_path):
    text = "We halve the memory^{1}. It needs 10^{5} steps and has n^{2} parts, as all of the others have had. " * 3
    abstract = paper(tmp_path, simple(text)).texts["A"].text
    assert abstract.startswith("We halve the memory. It needs 105 steps and has n2 parts,")


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


def test_parts_of_an_abstract_without_a_heading_are_found_by_their_names(tmp_path):
    sheet = Sheet()
    sheet.put(54, 90, 18, T, BOLD)
    sheet.put(54, 120, 10, "Maria Keller and Wei Zhang")
    sheet.put(54, 134, 10, "University of Vienna, Austria")
    parts = ("Introduction: ", "Methods: ", "Results: ")
    texts = ("Inference spends more energy than training", "We measure fourteen models.", "Batches explain it.")
    for number, (part, text) in enumerate(zip(parts, texts, strict=True)):
        end = sheet.put(54, 170 + 15 * number, 9, part, BOLD)
        sheet.put(end, 170 + 15 * number, 9, f"{text} and whatever else is on the line.")
    sheet.put(54, 240, 9, "KEYWORDS: inference, energy")
    sheet.fill(54, 280, 460, 10, "Every token attends to all tokens before it, and they stay. " * 12)
    abstract = paper(tmp_path, sheet).texts["A"].text
    assert abstract.startswith("Introduction: Inference")
    assert abstract.endswith("Batches explain it. and whatever else is on the line.")
