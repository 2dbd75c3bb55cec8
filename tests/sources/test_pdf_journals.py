"""First pages of journals and theses in PDFs: signs above the title, notes that go on, parts with headings, Chinese."""

from __future__ import annotations

from kg.sources import read
from kg.sources.layout.header import header
from kg.sources.layout.join import Joiner
from kg.sources.layout.pages import Char, Font, Page, _lines
from kg.wordcounts import WordCounts
from tests.sources.made_pdf import ABS, BOLD, INTRO, ITALIC, MONO, Sheet, T, columns, paper, pdf, simple
from tests.sources.test_pdf_names import KAIST, OSAKA, THREE, TWO, VIENNA, read_names

ZH, ZH_ABS = "面向长上下文的键值缓存压缩方法", "大语言模型在推理时需要大量的显存，我们提出保留重要条目的压缩方法。" * 3


def test_a_sign_whose_word_the_doi_holds_is_no_title(tmp_path):
    sheet = simple(title="Eviction of Cache Entries for Long Contexts")
    sheet.put(60, 50, 22, "Open Caches", BOLD)
    sheet.put(60, 62, 7, "Digital Object Identifier 10.1109/CACHES.2024.335")
    assert paper(tmp_path, sheet).texts["T"].text == "Eviction of Cache Entries for Long Contexts"


def test_a_name_may_begin_with_an_opening_quote(tmp_path):
    names, _ = read_names(tmp_path, "Maria Keller^{1}, Anneke van ‘t Hoff^{2}, Wei Zhang^{1}", TWO)
    assert names == ("Maria Keller", "Anneke van ‘t Hoff", "Wei Zhang")


def test_an_and_at_the_end_of_a_line_is_no_name(tmp_path):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.put(72, 125, 11, "MARIA KELLER^{1}, WEI ZHANG^{2}, AND", BOLD)
    sheet.put(72, 139, 11, "JUN-HO KIM^{1}, (Member, IEEE)", BOLD)
    sheet.put(72, 153, 8, TWO)
    columns(sheet, 220)
    assert [name.title() for name in paper(tmp_path, sheet).authors] == list(THREE)


def test_marks_that_hang_and_addresses_that_are_cut_belong_to_their_affiliations(tmp_path):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.put(72, 125, 11, "Maria Keller^{1}, Wei Zhang^{2}, Jun-Ho Kim^{3}", BOLD)
    lines = [f"{VIENNA}; keller@uni-", "vienna.at", KAIST, "Osaka University, Japan"]
    for number, (mark, line) in enumerate(zip(("1", "", "2", "3"), lines, strict=True)):
        sheet.put(150, 137 + 10 * number, 5.6, mark)
        sheet.put(165, 140 + 10 * number, 8, line)
    columns(sheet, 220)
    assert paper(tmp_path, sheet).texts["I"].text == f"{VIENNA}; {KAIST}; Osaka University, Japan"


def test_a_title_in_another_language_is_no_affiliation(tmp_path):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.put(72, 104, 11, "Compressão de modelos de linguagem para dispositivos com pouca memória: um com-", ITALIC)
    sheet.center(118, 11, "parativo", ITALIC)
    sheet.put(72, 140, 10, "Maria Keller^{1}, Wei Zhang^{2}")
    sheet.put(72, 152, 8, TWO)
    columns(sheet, 220)
    assert paper(tmp_path, sheet).texts["I"].text == f"{VIENNA}; {KAIST}"


def test_a_note_goes_on_over_several_lines(tmp_path):
    note = "This work was supported in part by the fund for research, and in part by the national foundation for"
    _, line = read_names(tmp_path, "Maria Keller^{1}, Wei Zhang^{2}", TWO, note, "Technology.")
    assert line == f"{VIENNA}; {KAIST}"


def test_an_and_before_a_mark_in_a_note_belongs_to_no_affiliation(tmp_path):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.put(72, 125, 11, "Maria Keller^{a}, Wei Zhang^{b}")
    columns(sheet, 180)
    sheet.put(54, 720, 7, "Author affiliations: ^{a}University of Vienna, Austria; and ^{b}KAIST, South Korea")
    assert paper(tmp_path, sheet).texts["I"].text == f"{VIENNA}; {KAIST}"


def test_a_line_in_the_middle_of_a_sentence_does_not_end_an_abstract(tmp_path):
    sheet = Sheet()
    sheet.center(90, 16, T, BOLD)
    sheet.center(120, 11, "Maria Keller")
    sheet.center(170, 12, "Abstract", BOLD)
    lines = ["We keep the entries of a cache that matter, and drop the rest of them at once. The", "corresponding"]
    sheet.put(120, 190, 10, lines[0])
    low = sheet.fill(120, 202, 370, 10, f"corresponding gains of throughput are told for each of the models. {ABS}")
    sheet.put(90, low + 20, 12, "1   Introduction", BOLD)
    assert paper(tmp_path, sheet).texts["A"].text.endswith(f"for each of the models. {ABS}")


def test_parts_of_an_abstract_may_have_headings_in_lines_of_their_own(tmp_path):
    sheet = Sheet()
    sheet.center(90, 16, T, BOLD)
    sheet.center(120, 11, "Maria Keller")
    sheet.put(120, 160, 14, "Abstract", BOLD)
    low = 180.0
    for heading in ("Background", "Methods", "Results"):
        sheet.put(120, low, 11.5, heading, BOLD)
        low = sheet.fill(120, low + 12, 370, 10, ABS) + 8
    sheet.put(120, low + 10, 14, "Introduction", BOLD)
    sheet.fill(120, low + 30, 370, 10, INTRO)
    assert paper(tmp_path, sheet).texts["A"].text == f"Background {ABS} Methods {ABS} Results {ABS}"


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


def test_a_chinese_paper_with_an_english_second_title_is_read_in_chinese():
    page = chinese(
        (18, 80, ZH),
        (11, 110, "王晓东_欧阳明"),
        (8, 125, "（南京大学计算机系）"),
        (9, 150, f"摘要：{ZH_ABS[:50]}"),
        (9, 161, ZH_ABS[50:]),
        (9, 180, "关键词：缓存；压缩"),
        (13, 220, "KeyValueCacheCompression-for-LongContexts"),
        (9, 250, "1引言"),
    )
    made = header([page], Joiner("", WordCounts.load()))
    assert (made.title, made.abstract) == (ZH, ZH_ABS)
    assert (made.authors, made.affiliations) == (["王晓东", "欧阳明"], ["南京大学计算机系"])


def test_the_university_behind_a_chinese_laboratory_stays():
    page = chinese(
        (18, 80, ZH), (11, 110, "王晓东"), (8, 125, "国家重点实验室(南京大学)"), (9, 150, f"摘要：{ZH_ABS[:50]}")
    )
    assert header([page], Joiner("", WordCounts.load())).affiliations == ["国家重点实验室(南京大学)"]


def test_a_wide_space_of_a_chinese_font_is_a_space(tmp_path):
    data = pdf(simple(title="Eviction\x7fof Cache Entries")).replace(
        b"/Encoding /WinAnsiEncoding", b"/Encoding << /BaseEncoding /WinAnsiEncoding /Differences [127 /uni3000] >>"
    )
    path = tmp_path / "wide.pdf"
    path.write_bytes(data)
    [document] = read(path).documents
    assert document.texts["T"].text == "Eviction of Cache Entries"


def test_small_print_beside_a_line_is_no_raised_mark(tmp_path):
    sheet = Sheet()
    sheet.center(90, 16, T, BOLD)
    sheet.center(120, 11, "Maria Keller")
    sheet.put(120, 160, 12, "Abstract", BOLD)
    for number in range(6):
        end = sheet.put(120, 176 + 12 * number, 8, ABS[56 * number : 56 * number + 56].strip() + ",", MONO)
        sheet.put(end + 8, 173 + 12 * number, 6, f"Revised {number} May 2024", MONO)
    sheet.put(120, 270, 12, "1   Introduction", BOLD)
    sheet.fill(120, 280, 370, 10, INTRO)
    assert "Revised" not in paper(tmp_path, sheet).texts["A"].text


def test_names_above_an_abstract_without_a_heading_are_no_part_of_it(tmp_path):
    sheet = Sheet()
    sheet.center(90, 20, "Eviction of Entries", BOLD)
    sheet.put(
        190,
        150,
        10,
        "Maria Keller^{1,8}, Joachim von Rabenau^{2,8}, Mirela Stoica^{1,3}, Wei Wulfenstein^{4}, Q.",
        BOLD,
    )
    sheet.put(190, 162, 10, "Zhang^{5} & Jun-Ho Kim^{1}", BOLD)
    low = sheet.fill(190, 178, 350, 9.8, ABS)
    sheet.put(72, low + 20, 12, "1   Introduction", BOLD)
    sheet.fill(72, low + 40, 468, 9.8, INTRO)
    document = paper(tmp_path, sheet)
    assert document.texts["A"].text == ABS
    assert len(document.authors) == 6


def test_a_name_below_an_open_affiliation_is_set_as_names_are(tmp_path):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    rows = [
        ("Maria Keller", "University of Vienna, Vienna, Austria"),
        ("Wei Zhang", "KAIST, Daejeon, South Korea, and"),
        ("Jun-Ho Kim", "Osaka University, Osaka, Japan"),
    ]
    for number, (name, place) in enumerate(rows):
        sheet.put(72, 125 + 26 * number, 11, name)
        sheet.put(72, 137 + 26 * number, 9.5, place, ITALIC)
    columns(sheet, 230)
    assert paper(tmp_path, sheet).authors == THREE


def test_a_group_for_which_the_authors_write_is_no_affiliation(tmp_path):
    line = "Maria Keller, MD, MPH; Wei Zhang, PhD; for the LINK Study Group"
    assert read_names(tmp_path, line, OSAKA) == (THREE[:2], OSAKA)


def test_names_in_brackets_end_the_affiliations_on_the_last_page(tmp_path):
    first, last = simple(author="Maria Keller, MD; Wei Zhang, PhD", place="Published March 2024"), Sheet()
    last.fill(
        72, 90, 240, 9, "*Author Affiliations:* University of Vienna, Austria (Keller); KAIST, South Korea (Zhang)."
    )
    assert paper(tmp_path, first, last).texts["I"].text == f"{VIENNA}; {KAIST}"


def test_paragraphs_of_an_abstract_end_above_a_column_of_text(tmp_path):
    sheet = Sheet()
    sheet.center(90, 20, "Eviction of Entries", BOLD)
    sheet.put(190, 150, 11, "Maria Keller and Wei Zhang", BOLD)
    low = sheet.fill(190, 178, 350, 9, f"{ABS.rpartition('. ')[0]}.")
    low = sheet.fill(190, low, 350, 9, ABS)
    sheet.fill(72, low + 8, 222, 9, INTRO)
    for number in range(12):
        sheet.put(314, low + 8 + 10.8 * number, 9, "tokens attend to tokens before them and their keys stay")
    assert paper(tmp_path, sheet).texts["A"].text == f"{ABS.rpartition('. ')[0]}. {ABS}"


def test_a_running_head_above_names_and_title_is_none(tmp_path):
    sheet = Sheet()
    sheet.put(72, 50, 8, "Open Systems 2024; 14: 2023")
    sheet.put(480, 50, 8, "DE GRUYTER")
    sheet.put(72, 80, 10, "Maria Keller*, Wei Zhang, and Jun-Ho Kim")
    sheet.put(72, 102, 18, "Eviction of Entries", BOLD)
    sheet.put(72, 130, 9, "Abstract:", BOLD)
    low = sheet.fill(72, 142, 240, 9, ABS)
    sheet.put(72, low + 20, 11, "1 Introduction", BOLD)
    sheet.fill(72, low + 40, 240, 9, INTRO)
    assert paper(tmp_path, sheet).authors == THREE


def test_affiliations_of_a_chinese_paper_stand_in_a_numbered_note():
    page = chinese(
        (18, 80, ZH),
        (11, 110, "诸葛明亮1_艾合买提·买买提2"),
        (9, 150, f"摘要：{ZH_ABS[:50]}"),
        (9, 161, ZH_ABS[50:]),
        (9, 180, "关键词：缓存；压缩"),
        *((9, 200 + 11 * n, ZH_ABS[n:]) for n in range(9)),
        (7, 700, "收稿日期2023 1. 南京大学 南京 2. 新疆大学 乌鲁木齐 1. Nanjing University 2. Xinjiang University"),
    )
    made = header([page], Joiner("", WordCounts.load()))
    assert made.authors == ["诸葛明亮", "艾合买提·买买提"]
    assert made.affiliations == ["南京大学 南京", "新疆大学 乌鲁木齐"]


def test_the_title_page_of_a_chinese_thesis_names_university_author_and_title():
    front = chinese(
        (26, 80, "某某科技大学"),
        (20, 110.5, "硕 士 学 位 论 文"),
        (22, 220, ZH),
        (12, 340, "学位申请人： 欧阳雪"),
        (12, 360, "指 导 教 师： 谢长生"),
    )
    abstract = chinese((16, 90, "摘_要"), *((12, 120 + 18 * n, ZH_ABS[35 * n : 35 * n + 35]) for n in range(3)))
    made = header([front, abstract], Joiner("", WordCounts.load()))
    assert (made.title, made.authors, made.affiliations) == (ZH, ["欧阳雪"], ["某某科技大学"])
    assert made.abstract == ZH_ABS


def test_a_note_behind_the_last_affiliation_is_no_part_of_it(tmp_path):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.put(72, 125, 11, "Maria Keller^{a} and Wei Zhang^{b}")
    columns(sheet, 180)
    lines = (f"^{{a}}{VIENNA}", "^{b}Karolinska Institutet, Stockholm, Sweden", "† Supplementary text is given online.")
    for number, line in enumerate(lines):
        sheet.put(54, 720 + 8 * number, 7, line)
    assert paper(tmp_path, sheet).texts["I"].text == f"{VIENNA}; Karolinska Institutet, Stockholm, Sweden"


def test_a_name_in_a_list_of_affiliations_in_brackets_goes_on_without_a_comma_on_the_next_line():
    page = chinese(
        (18, 80, ZH),
        (11, 110, "诸葛明亮1_艾合买提·买买提2"),
        (8, 130, "(1. 南京大学 计算机系, 南京 210023; 2. 中国铁道科"),
        (8, 140, "学研究院集团有限公司, 北京 100081)"),
        (9, 160, f"摘要：{ZH_ABS[:50]}"),
        (9, 171, ZH_ABS[50:]),
    )
    made = header([page], Joiner("", WordCounts.load()))
    assert made.affiliations == ["南京大学 计算机系, 南京 210023", "中国铁道科学研究院集团有限公司, 北京 100081"]
