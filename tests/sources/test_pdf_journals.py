"""First pages of Chinese papers in PDFs, by their characters."""

from __future__ import annotations

from kg.sources import read
from kg.sources.layout.header import header
from kg.sources.layout.join import Joiner
from kg.sources.layout.pages import Char, Font, Page, _lines
from kg.wordcounts import WordCounts
from tests.sources.made_pdf import pdf, simple

ZH, ZH_ABS = "面向长上下文的键值缓存压缩方法", "大语言模型在推理时需要大量的显存，我们提出保留重要条目的压缩方法。" * 3


def chinese(*rows: tuple[float, float, str]) -> Page:
    """A page of lines: size, baseline, text; "_" is a wide gap."""
    lines = []
    for number, (size, y, text) in enumerate(rows):
        font, at = Font("Song", size, False, False), 72.0
        chars: list[Char] = []
        for char in text:
            if char == " ":
                at += 0.5 * size
            elif char != "_":
                wide = size if char > "\u2fff" else 0.5 * size
                is_mark = char.isdigit() and y == 110
                own = Font("Song", 0.6 * size, False, False) if is_mark else font
                chars.append(Char(char, at, at + wide, y - 0.4 * size * is_mark, own, order=1000 * number + len(chars)))
                at += wide
            else:
                at += 1.5 * size
        lines += list(_lines(chars, 0))
    return Page(0, 595, 842, tuple(lines), "")


def test_a_wide_space_of_a_chinese_font_is_a_space(tmp_path):
    data = pdf(simple(title="Eviction\x7fof Cache Entries")).replace(
        b"/Encoding /WinAnsiEncoding", b"/Encoding << /BaseEncoding /WinAnsiEncoding /Differences [127 /uni3000] >>"
    )
    path = tmp_path / "wide.pdf"
    path.write_bytes(data)
    [document] = read(path).documents
    assert document.texts["T"].text == "Eviction of Cache Entries"


def test_circled_numbers_are_marks():
    page = chinese(
        (18, 80, ZH),
        (11, 110, "濮阳皓①_欧阳明②"),
        (8, 125, "①上海科技大学，上海"),
        (8, 134, "②新疆大学，乌鲁木齐"),
        (9, 150, f"摘要：{ZH_ABS[:50]}"),
        (9, 161, ZH_ABS[50:]),
    )
    for line in page.lines:
        for char in line.chars:
            char.raised = char.text in "①②" and line.y == 110
    made = header([page], Joiner("", WordCounts.load()))
    assert (made.authors, made.affiliations) == (["濮阳皓", "欧阳明"], ["上海科技大学，上海", "新疆大学，乌鲁木齐"])
