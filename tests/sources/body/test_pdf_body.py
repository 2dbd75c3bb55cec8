"""Bodies of PDFs: real papers, and pages made for traps."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from kg.model import Part, Table
from kg.sources import read
from kg.sources.body.bodyparts import Body
from kg.sources.body.pdfbody import pdf_body
from tests.sources.made_pdf import ABS, BOLD, INTRO, ITALIC, Sheet, pdf

PAPERS = Path(os.environ.get("KG_SHARED", "/nowhere")) / "data" / "fulltext" / "pdf"
ONCE = (
    "The first kernel moves each block of keys once, and the second one reads it where it lies. "
    "A scheduler decides which of the two runs, from the length of the request and from what the device holds. "
)


def whole(path: Path) -> Body:
    document = pypdfium2.PdfDocument(path)
    body = pdf_body(document)
    document.close()
    assert not body.problem
    return body


def made(tmp_path: Path, *sheets: Sheet) -> Body:
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf(*sheets))
    return whole(path)


def real(name: str) -> Body:
    path = PAPERS / name
    if not path.is_file():
        pytest.skip("needs KG_SHARED")
    return whole(path)


def headings(document: Body) -> list[str]:
    return [part.headings[-1] for part in document.parts if part.kind == "heading" and part.id.endswith("/h")]


def of(document: Body, kind: str) -> list[Part]:
    return [part for part in document.parts if part.kind == kind]


def text(document: Body) -> str:
    return "\n".join(part.text.text for part in document.parts)


def first() -> Sheet:
    """A first page in one column, which ends in the introduction."""
    sheet = Sheet()
    sheet.center(90, 16, "Keeping What Matters in Caches", BOLD)
    sheet.center(120, 11, "Maria Keller")
    sheet.center(134, 11, "Department of Physics, University of Vienna")
    sheet.center(170, 12, "Abstract", BOLD)
    low = sheet.fill(120, 190, 370, 10, ABS)
    sheet.put(90, low + 20, 12, "1   Introduction", BOLD)
    sheet.fill(90, low + 40, 430, 10, INTRO[:900])
    return sheet


def rule(sheet: Sheet, left: float, right: float, y: float) -> None:
    sheet.parts.append(f"0.5 w {left} {sheet.high - y} m {right} {sheet.high - y} l S")


def test_body_never_changes_what_the_header_gives(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf(first()))
    [header] = read(path).documents
    [document] = read(path, is_whole=True).documents
    assert not header.parts
    assert document.parts
    assert replace(document, parts=(), tables=(), references=()) == header


def test_file_of_many_pages_keeps_its_header(tmp_path: Path) -> None:
    path = tmp_path / "book.pdf"
    path.write_bytes(pdf(first(), *[Sheet()] * 700))
    batch = read(path, is_whole=True)
    [document] = batch.documents
    assert document.texts["T"].text == "Keeping What Matters in Caches"
    assert not document.parts
    assert batch.losses == [f"{path}: the body of book is not whole: it has more than 600 pages."]


def test_title_and_authors_are_no_parts_and_parts_know_their_page(tmp_path: Path) -> None:
    second = Sheet()
    second.put(90, 80, 12, "2   Method", BOLD)
    second.fill(90, 100, 430, 10, ONCE * 3)
    document = made(tmp_path, first(), second)
    assert headings(document) == ["Abstract", "1 Introduction", "2 Method"]
    assert "Keller" not in text(document)
    assert "Keeping What" not in text(document)
    assert [(part.page, part.role) for part in of(document, "heading")] == [
        (1, "abstract"),
        (1, "intro"),
        (2, "method"),
    ]
    assert of(document, "paragraph")[-1].id == "s2/p1"


def test_columns_are_read_one_after_the_other_and_a_paragraph_goes_on_over_columns_and_pages(tmp_path: Path) -> None:
    page, after = Sheet(), Sheet()
    words = [f"{a}{b}{c}ing" for a in "bcdf" for b in "aeiou" for c in "lmnprst"]
    page.put(54, 60, 12, "2   Method", BOLD)
    left = iter(words)
    for sheet, x, top in ((page, 54, 80), (page, 316, 60), (after, 54, 60), (after, 316, 60)):
        for line in range(35):
            sheet.put(x, top + 12 * line, 10, f"and the blocks of keys in {next(left)} order go to")
    document = made(tmp_path, first(), page, after)
    [paragraph] = [part for part in of(document, "paragraph") if part.headings == ("2 Method",)]
    assert [word for word in paragraph.text.text.split() if word in words] == words


def test_hyphens_at_line_ends_are_joined(tmp_path: Path) -> None:
    page = Sheet()
    page.put(90, 60, 12, "2   Method", BOLD)
    page.put(90, 80, 10, "All of the requests in the queue that need the quanti-")
    page.put(90, 92, 10, "zation of their keys wait until the state-of-the-")
    page.put(90, 104, 10, "art kernel has finished.")
    document = made(tmp_path, first(), page)
    assert of(document, "paragraph")[-1].text.text.endswith(
        "need the quantization of their keys wait until the state-of-the-art kernel has finished."
    )


def test_heads_feet_and_page_numbers_are_left_out(tmp_path: Path) -> None:
    sheets = [first()]
    for number in range(2, 7):
        sheet = Sheet()
        sheet.put(90, 40, 9, "Keller: Keeping What Matters", ITALIC)
        sheet.fill(90, 80, 430, 10, ONCE * 4)
        sheet.center(760, 9, str(number))
        sheets.append(sheet)
    document = made(tmp_path, *sheets)
    assert "Keller:" not in text(document)
    assert not any(part.text.text.strip().isdigit() for part in document.parts)


def test_footnotes_and_captions_stand_apart_from_paragraphs(tmp_path: Path) -> None:
    page = Sheet()
    page.put(90, 60, 12, "2   Method", BOLD)
    low = page.fill(90, 80, 430, 10, ONCE * 3)
    page.put(90, low + 30, 9, "Figure 1: Blocks of keys move once, and once only.")
    low = page.fill(90, low + 60, 430, 10, ONCE * 2)
    rule(page, 90, 240, 690)
    page.put(90, 704, 8, "^{1}We thank the operators of the cluster for their help.")
    document = made(tmp_path, first(), page)
    assert [(part.id, part.text.text) for part in of(document, "caption")] == [
        ("f1/caption", "Figure 1: Blocks of keys move once, and once only.")
    ]
    assert [part.id for part in of(document, "footnote")] == ["fn1"]
    assert not any("operators" in part.text.text or "Figure 1:" in part.text.text for part in of(document, "paragraph"))


def test_sentence_on_a_table_is_no_caption(tmp_path: Path) -> None:
    page = Sheet()
    page.put(90, 60, 12, "2   Method", BOLD)
    page.put(90, 80, 10, "The kernel reads every block of keys in the order that is shown in")
    page.put(90, 92, 10, "Table 2. We see that the order hardly matters for the time that it takes.")
    assert not of(made(tmp_path, first(), page), "caption")


def test_text_of_a_picture_is_left_out(tmp_path: Path) -> None:
    page = Sheet()
    page.put(90, 60, 12, "2   Method", BOLD)
    low = page.fill(90, 80, 430, 10, ONCE * 3)
    for bar in range(10):
        page.parts.append(f"{150 + 20 * bar} {792 - low - 150} 15 {20 + 8 * bar} re f")
        page.put(150 + 20 * bar, low + 60, 6, f"{bar}00 tok/s")
    page.put(90, low + 180, 9, "Figure 1: Throughput of the kernel.")
    page.fill(90, low + 210, 430, 10, ONCE * 2)
    document = made(tmp_path, first(), page)
    assert "tok/s" not in text(document)
    assert len(of(document, "caption")) == 1


def test_tables_of_contents_lists_and_questions_are_no_headings(tmp_path: Path) -> None:
    contents, exam = Sheet(), Sheet()
    contents.put(90, 60, 12, "Contents", BOLD)
    for at, line in enumerate(("1 Introduction", "2 Method", "3 Results", "A Questions")):
        contents.put(90, 90 + 20 * at, 10, f"{line} . . . . . . . . . . . . . . . . . . . . {at + 2}", BOLD)
    method, results, lists = Sheet(), Sheet(), Sheet()
    method.put(90, 60, 12, "2   Method", BOLD)
    low = method.fill(90, 80, 430, 10, ONCE * 3)
    method.put(110, low + 10, 10, "1. The first step moves the keys.")
    method.put(110, low + 22, 10, "2. The second step reads them.")
    results.put(90, 60, 12, "3   Results", BOLD)
    results.fill(90, 80, 430, 10, ONCE * 3)
    lists.put(90, 60, 12, "References", BOLD)
    for at in range(1, 6):
        lists.put(
            90, 70 + 20 * at, 10, f"[{at}] A. Lee and B. Fox. Caches of kind {at}. In Proceedings of Foxes, 202{at}."
        )
    exam.put(90, 60, 12, "A   Questions", BOLD)
    for at in range(1, 4):
        exam.put(90, 60 + 40 * at, 10, f"{at}. Which of the caches is the largest of all?")
    document = made(tmp_path, first(), contents, method, results, lists, exam)
    assert headings(document) == ["Abstract", "1 Introduction", "2 Method", "3 Results", "References", "A Questions"]
    assert [part.role for part in of(document, "heading")][-2:] == ["references", "appendix"]
    assert [(one.key, one.title, one.year) for one in document.references][:1] == [("1", "Caches of kind 1", 2021)]
    assert len(document.references) == 5


def test_lettered_headings_stand_below_roman_ones(tmp_path: Path) -> None:
    sheet = Sheet()
    y = 60.0
    for heading in ("I. INTRODUCTION", "II. DESIGN", "A. Keys", "B. Values", "III. EVALUATION", "A. Setup", "B. Speed"):
        if heading.startswith(("I", "V")):
            sheet.center(y, 10, heading)
        else:
            sheet.put(90, y, 10, heading, ITALIC)
        y = sheet.fill(90, y + 18, 430, 10, ONCE) + 14
    sheet.center(y, 10, "REFERENCES")
    sheet.put(90, y + 18, 10, "[1] A survey of caches. arXiv preprint arXiv:2404.11584.")
    document = made(tmp_path, sheet)
    assert [(part.headings[-1], len(part.headings), part.role) for part in of(document, "heading")] == [
        ("I INTRODUCTION", 1, "intro"), ("II DESIGN", 1, "method"), ("A Keys", 2, "method"), ("B Values", 2, "method"),
        ("III EVALUATION", 1, "results"), ("A Setup", 2, "setup"), ("B Speed", 2, "results"),
        ("REFERENCES", 1, "references"),
    ]  # fmt: skip


def test_numbers_of_lines_are_no_text_and_headings_may_have_two_rows(tmp_path: Path) -> None:
    second = Sheet()
    second.put(90, 80, 12, "2   DESIGN CONSIDERATIONS AND", BOLD)
    second.put(90, 94, 12, "DISCUSSION", BOLD)
    second.fill(90, 120, 430, 10, ONCE * 3)
    for at, y in enumerate((80, 120, 168), 1):
        second.put(66, y, 5, str(5 * at))
    document = made(tmp_path, first(), second)
    assert headings(document)[2:] == ["2 DESIGN CONSIDERATIONS AND DISCUSSION"]
    assert of(document, "paragraph")[-1].text.text == (ONCE * 3).strip()


def test_rules_and_gaps_give_the_cells_of_a_table(tmp_path: Path) -> None:
    page = Sheet()
    page.put(90, 60, 12, "2   Method", BOLD)
    low = page.fill(90, 80, 430, 10, ONCE * 2)
    page.put(90, low + 20, 9, "Table 1: Scores of caches.")
    top = low + 30
    columns = (150, 260, 330, 400)
    for at, row in enumerate(
        (("Method", "RULER", "GSM8K", "tok/s"), ("H2O", "70.1", "50.2", "12"), ("Ours", "91.2", "61", "30"))
    ):
        for x, cell in zip(columns, row, strict=True):
            page.put(x, top + 14 * (at + 1), 9, cell, BOLD if cell == "91.2" else "Times-Roman")
    for y in (top, top + 18, top + 50):
        rule(page, 140, 440, y)
    page.fill(90, top + 80, 430, 10, ONCE * 2)
    document = made(tmp_path, first(), page)
    [table] = document.tables
    assert (table.id, table.label, table.page) == ("t1", "Table 1", 2)
    cells = {(cell.row, cell.column): cell for cell in table.cells}
    assert [cells[0, n].text for n in range(4)] == ["Method", "RULER", "GSM8K", "tok/s"]
    assert cells[0, 1].head
    assert [cells[2, n].text for n in range(4)] == ["Ours", "91.2", "61", "30"]
    assert cells[2, 1].bold
    assert not cells[1, 1].bold
    assert cells[1, 0].head
    assert not cells[1, 1].head
    assert "70.1" not in text(document)


def test_citations_lead_to_entries(tmp_path: Path) -> None:
    page = Sheet()
    page.put(90, 60, 12, "2   Method", BOLD)
    page.put(90, 80, 10, "We build on earlier caches [2, 1] and compare them with those of others [9].")
    page.put(90, 120, 12, "References", BOLD)
    page.put(90, 140, 10, "[1] A. Lee. Slow caches of the north. arXiv:2301.00007, 2023.")
    page.put(90, 160, 10, "[2] B. Fox. Old caches of the south. In Foxes, 2020. https://doi.org/10.1000/fox.1")
    document = made(tmp_path, first(), page)
    one, two = document.references
    assert (one.arxiv, one.year, two.doi, two.title) == ("2301.00007", 2023, "10.1000/fox.1", "Old caches of the south")
    parts = {part.id: part.text.text for part in document.parts}
    assert [parts[name][start:end] for entry in (one, two) for name, start, end in entry.cited] == ["1", "2"]


def test_file_of_many_pages_has_no_body(tmp_path: Path) -> None:
    path = tmp_path / "book.pdf"
    path.write_bytes(pdf(first(), *[Sheet()] * 700))
    body = pdf_body(pypdfium2.PdfDocument(path))
    assert not body.parts
    assert body.problem == "it has more than 600 pages"


def test_sections_of_a_paper_in_two_columns() -> None:
    document = real("VPTQ.pdf")
    assert headings(document)[:6] == [
        "Abstract", "1 Introduction", "2 Background and Motivation", "2.1 Post Training Quantization in LLM",
        "2.2 Vector Quantization in Neural Networks", "2.3 Vector Quantization in LLMs",
    ]  # fmt: skip
    assert headings(document)[-2:] == ["D.1 Throughput Measurement Process", "D.2 Our Dequantization Implementation"]
    assert {part.role for part in document.parts if part.headings[:1] == ("7 Limitations",)} == {"limitations"}
    assert {table.label for table in document.tables} == {f"Table {n}" for n in range(1, 12)}
    assert len(document.references) == 36
    frantar = next(one for one in document.references if one.raw.startswith("Elias Frantar"))
    parts = {part.id: part.text.text for part in document.parts}
    assert frantar.cited
    assert all("Frantar" in parts[part][start:end] for part, start, end in frantar.cited)


def test_cells_of_real_tables() -> None:
    [table] = [one for one in real("MoBA.pdf").tables if one.label == "Table 1"]
    row = next(cell.row for cell in table.cells if cell.text == "1.1B")
    assert [cell.text for cell in table.cells if cell.row == row] == ["1.1B", "18", "18", "2304", "20.6B", "512", "3"]


@pytest.mark.parametrize("name", ["DeepSeek-V2.pdf", "MiMo-V2-Flash.pdf", "Mooncake.pdf"])
def test_numbers_of_real_headings_rise_without_a_gap(name: str) -> None:
    numbers = [heading.split()[0].rstrip(".") for heading in headings(real(name))]
    tops = [int(number) for number in numbers if number.isdigit()]
    assert tops == list(range(1, len(tops) + 1))
    assert len(tops) > 4


def grid(table: Table) -> list[list[str]]:
    """The texts of the cells, row by row."""
    rows: dict[int, list[str]] = {}
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.column)):
        rows.setdefault(cell.row, []).append(cell.text)
    return list(rows.values())


def test_heads_that_stand_close_together_are_set_over_their_columns() -> None:
    path = PAPERS.parents[2] / "cases" / "38-pdf-table-head-columns-joined" / "tight.pdf"
    if not path.is_file():
        pytest.skip("needs KG_SHARED")
    document = whole(path)
    assert [grid(table)[0] for table in document.tables[1:]] == [
        ["Model", "Per-epoch time", "# epochs (avg)"],
        ["System", "Latency-aware", "Cost-aware", "Serverless API"],
    ]


@pytest.mark.parametrize(
    ("name", "label", "row", "cells"),
    [
        ("DeepSeekMoE.pdf", "Table 7", 0, ["# Params", "# Layers", "Hidden Size", "# Attn Heads", "# Shared Experts"]),
        ("MiMo-V2-Flash.pdf", "Table 10", 0, ["Batch Size", "w/o MTP", "Acceptance Length"]),
        ("VPTQ.pdf", "Table 3", 15, ["bit", "W2↓", "C4↓", "AvgQA↑"]),
        ("VPTQ.pdf", "Table 2", 1, ["(a) 7B results"]),
        ("MoBA.pdf", "Table 3", 2, ["2K - 4K", "2.415 × C^−0.084", "2.411 × C^−0.083"]),
        ("Step3.pdf", "Table 8", 4, ["Step-3 (FP8 attention)", "4096", "32 (2A2F)", "4039"]),
    ],
)  # head of two lines; over several columns; of a table beside; title of a table above; a power; a row of two lines
def test_rows_of_real_tables(name: str, label: str, row: int, cells: list[str]) -> None:
    table = next(one for one in real(name).tables if one.label == label)
    assert grid(table)[row][: len(cells)] == cells


def test_label_at_the_middle_of_its_rows_names_all_of_them() -> None:
    table = next(one for one in real("Kimi-Linear.pdf").tables if one.label == "Table 9")
    assert [(one.text, one.rowspan) for one in table.cells if one.column == 0] == [
        ("General", 6),
        ("Math", 3),
        ("Code", 4),
    ]


def sheet_of(rows: Sequence[Sequence[str]], font: str = "Times-Roman", boxed: bool = False) -> Sheet:
    """A page with a table of these rows, between rules or with a box around each cell."""
    page = Sheet()
    page.put(90, 60, 12, "2   Method", BOLD)
    top = page.fill(90, 80, 430, 10, ONCE * 2) + 30
    page.put(90, top - 10, 9, "Table 1: Scores of caches.")
    edges = (140, 230, 300, 370, 440)
    for at, row in enumerate(rows):
        for left, right, cell in zip(edges, edges[1:], row, strict=False):
            page.put(left + 6, top + 16 * at + 12, 9, cell, font)
            if boxed:
                page.parts.append(f"0.5 w {left} {page.high - top - 16 * at - 16} {right - left} 16 re S")
    for y in () if boxed else (top, top + 16, top + 16 * len(rows) + 2):
        rule(page, 140, 440, y)
    page.fill(90, top + 120, 430, 10, ONCE * 2)
    return page


def test_boxes_around_cells_are_rules_of_a_table(tmp_path: Path) -> None:
    rows = [["Method", "RULER", "GSM8K", "tok/s"], ["H2O", "70.1", "50.2", "12"], ["Ours", "91.2", "61", "30"]]
    [table] = made(tmp_path, first(), sheet_of(rows, boxed=True)).tables
    assert grid(table) == rows


def test_table_in_a_font_without_a_map_is_not_read(tmp_path: Path) -> None:
    rows = [['!"#$', '"!$#&!', '$$"!', "#!&"], ["!$#", "70.1", "50.2", "12"], ['"!#', "91.2", "61", "30"]]
    signs = [[cell if not cell[0].isdigit() else "&#$" for cell in row] for row in rows]
    for some, count in ((signs, 0), ([["A", "B", "C", "D"], *rows[1:]], 3)):
        [table] = made(tmp_path, first(), sheet_of(some, "Courier")).tables
        assert len(grid(table)) == count


def test_captions_below_titles_of_parts_and_sizes_at_the_middle_of_rows(tmp_path: Path) -> None:
    page = Sheet()
    page.put(90, 60, 12, "2   Method", BOLD)
    top = page.fill(90, 80, 430, 10, ONCE * 2) + 30
    for label, scores in (("Table 1: Scores of caches.", "12345"), ("Table 2: Scores of long inputs.", "67890")):
        heights = [top + 12, top + 28, top + 44, top + 60, top + 76, top + 92, top + 108]
        for y in (top, top + 16, top + 32, top + 64, top + 80, top + 112):
            rule(page, 140, 440, y)
        for x, word in ((146, "Method"), (206, "Size"), (276, "RULER"), (376, "GSM8K")):
            page.put(x, heights[0], 9, word)
        page.put(262, heights[1], 9, "Closed weights")
        page.put(264, heights[4], 9, "Open weights")
        for at, score in zip((2, 3, 5, 6), scores, strict=False):
            page.put(276, heights[at], 9, f"7{score}.1")
            page.put(376, heights[at], 9, f"5{score}.2")
        for at in (2, 5):
            page.put(146, heights[at] + 8, 9, "H2O" if at == 2 else "Ours")
            page.put(206, heights[at] + 8, 9, "7B" if at == 2 else "70B")
        page.put(90, top + 124, 9, label)
        top += 134
    page.fill(90, top + 10, 430, 10, ONCE * 2)
    one, two = made(tmp_path, first(), page).tables
    assert (one.label, two.label) == ("Table 1", "Table 2")
    assert [row[:1] for row in grid(one)][1::3] == [["Closed weights"], ["Open weights"]]
    assert grid(one)[2:4] == [["H2O", "7B", "71.1", "51.2"], ["72.1", "52.2"]]
    assert [cell.rowspan for cell in two.cells if cell.text in ("H2O", "70B")] == [2, 2]
    assert grid(two)[5] == ["Ours", "70B", "78.1", "58.2"]
