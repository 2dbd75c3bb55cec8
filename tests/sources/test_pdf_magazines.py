"""First pages of journals and reports in PDFs: where affiliations hide, and what stands around names and abstracts."""

from __future__ import annotations

import pytest

from kg.sources.layout.header import header
from kg.sources.layout.join import Joiner
from kg.wordcounts import WordCounts
from tests.sources.made_pdf import ABS, BOLD, INTRO, ITALIC, Sheet, T, columns, paper, simple
from tests.sources.test_pdf_journals import ZH, ZH_ABS, chinese
from tests.sources.test_pdf_names import KAIST, OSAKA, THREE, TWO, VIENNA

NAMES = "Maria Keller^{1}, Wei Zhang^{2}"
BOTH = f"{VIENNA}; {KAIST}"


def noted(tmp_path, *notes, names=NAMES):
    """The affiliations of a page with notes at its foot; a note that is a pair has its mark in a cell of its own."""
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.put(72, 125, 11, names)
    columns(sheet, 180)
    for number, note in enumerate(notes):
        mark, text = ("", note) if isinstance(note, str) else note
        sheet.put(54, 697 + 9 * number, 4.8, mark)
        sheet.put(68 if mark else 54, 700 + 9 * number, 8, text)
    texts = paper(tmp_path, sheet).texts
    return texts["I"].text if "I" in texts else ""


def test_a_note_ends_where_it_tells_of_the_work_and_an_address_of_one_author_is_none(tmp_path):
    notes = (
        f"^{{1}}{VIENNA}. mk@univie.ac.at. Part of this work was done at Boston University.",
        "^{2}KAIST, South Korea",
    )
    assert noted(tmp_path, *notes) == BOTH
    listed = f"{VIENNA} (M Keller MD); {KAIST} (W Zhang PhD)"
    assert (
        noted(tmp_path, listed, "", f"Correspondence to: Dr Maria Keller, {OSAKA}", names="Maria Keller, Wei Zhang")
        == BOTH
    )


def test_a_sentence_on_an_author_ends_before_an_address_or_the_next_mark(tmp_path):
    notes = (
        "^{1}Maria Keller is with the University of Vienna, Austria mk@univie.ac.at",
        "^{2}Wei Zhang is with Kestrel Dynamics, Waltham, USA",
        "^{3}Jun-Ho Kim is with KAIST, South Korea",
    )
    read = noted(tmp_path, *notes, names="Maria Keller^{1}, Wei Zhang^{2}, Jun-Ho Kim^{3}")
    assert read == f"{VIENNA}; Kestrel Dynamics, Waltham, USA; {KAIST}"


def test_marks_of_notes_may_stand_in_a_column_of_their_own(tmp_path):
    firm = "Kestrel Dynamics, Waltham, USA"
    assert noted(tmp_path, ("1", VIENNA), ("2", firm), ("a)", "mk@univie.ac.at")) == f"{VIENNA}; {firm}"


def test_a_note_on_where_a_paper_appeared_is_no_affiliation(tmp_path):
    first = "The original version of this paper is entitled “Caches” and was published in the Proceedings of the"
    assert noted(tmp_path, first, "ACM Symposium on Systems, Osaka University.", names="Maria Keller, Wei Zhang") == ""
    whole = "The original version is in Proceedings of the 29^{th} ACM Institute for Systems."
    assert noted(tmp_path, whole, names="Maria Keller, Wei Zhang") == ""


def test_a_list_at_the_end_without_a_heading_has_the_marks_of_the_authors(tmp_path):
    last = Sheet()
    last.fill(72, 90, 430, 10, INTRO)
    last.fill(72, 400, 430, 8, f"^{{1}}{VIENNA}. ^{{2}}{KAIST}. ^{{9}}These authors contributed equally.")
    assert paper(tmp_path, simple(author=NAMES, place=""), last).texts["I"].text == BOTH


def test_authors_and_affiliations_at_the_end_stand_below_this_heading(tmp_path):
    last = Sheet()
    last.fill(72, 90, 430, 10, INTRO)
    last.put(72, 300, 11, "Authors and Affiliations", BOLD)
    last.put(72, 316, 9, NAMES, BOLD)
    for number, (mark, place) in enumerate((("1", VIENNA), ("2", KAIST))):
        last.put(72, 330 + 9 * number, 4.8, mark)
        last.put(86, 333 + 9 * number, 8, place)
    assert paper(tmp_path, simple(author=NAMES, place=""), last).texts["I"].text == BOTH


def test_a_list_with_a_heading_at_the_end_comes_before_the_address_of_one_author(tmp_path):
    first = simple(author="Maria Keller, Wei Zhang", place="")
    first.put(440, 700, 7, "Corresponding author:", BOLD)
    first.put(440, 708, 7, "Maria Keller", BOLD)
    first.put(440, 719, 7, "Department of Applied Computing,")
    first.put(440, 727, 7, VIENNA)
    assert paper(tmp_path, first).texts["I"].text == f"Department of Applied Computing, {VIENNA}"
    last = Sheet()
    last.fill(72, 90, 430, 10, INTRO)
    last.put(72, 300, 11, "AUTHOR AFFILIATIONS", BOLD)
    for number, text in enumerate(("Maria Keller orcid.org/0000-0001-2345-6789", VIENNA, "Wei Zhang", KAIST)):
        last.put(72, 314 + 10 * number, 8.5, text)
    assert paper(tmp_path, first, last).texts["I"].text == BOTH


def test_notes_of_few_lines_above_an_abstract_without_a_heading_are_none_of_it(tmp_path):
    sheet, low = plain()
    low = sheet.fill(72, low + 10, 468, 8, "Academic Editor: Gaetano Rossi") + 6
    rights = "Copyright 2024 Maria Keller et al. This is an open access article that permits unrestricted use of it, "
    low = sheet.fill(72, low, 468, 8, rights + "and copies of its parts, if the original work is cited properly.") + 8
    low = sheet.fill(72, low, 468, 8.4, ABS) + 16
    sheet.put(72, low, 12, "1. Introduction", BOLD)
    sheet.fill(72, low + 16, 468, 9, INTRO + INTRO)
    assert paper(tmp_path, sheet).texts["A"].text == ABS


def test_a_word_of_a_line_that_is_set_wide_is_no_heading(tmp_path):
    sheet, low = plain()
    low = sheet.fill(72, low + 14, 360, 9, ABS) + 12
    end = 60.0
    for word in ("learns", "to", "abstract", "generic", "concepts"):
        end = sheet.put(end + 12, low, 9, word)
    sheet.fill(72, low + 11, 228, 9, INTRO + INTRO)
    assert paper(tmp_path, sheet).texts["A"].text == ABS


def test_a_report_names_affiliations_below_its_abstract_on_the_second_page(tmp_path):
    front, page = Sheet(), Sheet()
    front.center(200, 24, "Eviction of Cache Entries", BOLD)
    front.center(240, 12, "Maria Keller, Wei Zhang")
    front.center(600, 12, "RESEARCH REPORT")
    page.center(72, 16, "Eviction of Cache Entries", BOLD)
    page.center(100, 10, "Maria Keller^{*}, Wei Zhang^{†}")
    page.put(72, 140, 10, "Abstract:", BOLD)
    page.fill(122, 140, 400, 10, ABS)
    page.put(72, 740, 8, f"^{{*}} {VIENNA}")
    page.put(72, 750, 8, f"^{{†}} {KAIST}")
    assert paper(tmp_path, front, page).texts["I"].text == BOTH


def test_a_rubric_stands_between_the_sign_of_a_journal_and_the_title(tmp_path):
    sheet = Sheet()
    sheet.put(60, 60, 16, "CACHE CHINA", BOLD)
    sheet.put(60, 90, 10, "• RESEARCH PAPER •")
    sheet.put(60, 115, 16.5, "Eviction of Cache Entries for Long Contexts", BOLD)
    sheet.put(60, 140, 11, "Maria Keller")
    columns(sheet, 200)
    assert paper(tmp_path, sheet).texts["T"].text == "Eviction of Cache Entries for Long Contexts"


def test_an_abstract_in_a_table_ends_where_its_next_row_starts(tmp_path):
    sheet = Sheet()
    sheet.center(90, 16, T, BOLD)
    sheet.center(120, 11, "Maria Keller")
    sheet.put(72, 170, 10, "Abstract", BOLD)
    low = sheet.fill(140, 170, 400, 10, ABS)
    sheet.put(72, low + 2, 10, "Citation", BOLD)
    low = sheet.fill(
        140, low + 2, 400, 10, f"Keller M. {T}. Sci Cache, 2024, 67(3): 132101, and the pages that follow it"
    )
    sheet.put(72, low + 20, 12, "1   Introduction", BOLD)
    sheet.fill(72, low + 40, 468, 10, INTRO)
    assert paper(tmp_path, sheet).texts["A"].text == ABS


def test_a_chinese_abstract_above_an_english_one_comes_first():
    page = chinese(
        (18, 80, ZH),
        (11, 110, "王晓东1_欧阳明2"),
        (8, 125, "（南京大学计算机系_南京_210093）"),
        (9, 150, f"摘要:{ZH_ABS[:50]}"),
        (9, 161, ZH_ABS[50:]),
        (9, 180, "关键词:缓存；压缩"),
        (13, 220, "KeyValueCacheCompression-for-LongContexts"),
        (9, 250, "Abstract:_Large language models need much memory"),
        (9, 261, "and we keep the entries that matter and drop the rest of them at once"),
    )
    made = header([page], Joiner("", WordCounts.load()))
    assert (made.title, made.abstract, made.authors) == (ZH, ZH_ABS, ["王晓东", "欧阳明"])
    assert [place.partition(" ")[0] for place in made.affiliations] == ["南京大学计算机系"]


def test_a_note_with_another_sign_ends_the_last_affiliation(tmp_path):
    note = f"^{{1}}{VIENNA}. ^{{2}}{KAIST}. *A list of authors is given online."
    assert noted(tmp_path, note) == BOTH


def test_initials_in_brackets_stand_behind_affiliations_in_a_column_beside_the_abstract(tmp_path):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.center(110, 10, "M.C. Keller, W. Zhang, and J.-H. Kim")
    sheet.center(160, 9, "ABSTRACT", BOLD, at=220)
    low = 174.0
    for heading in ("BACKGROUND", "METHODS", "RESULTS"):
        sheet.put(72, low, 8, heading, BOLD)
        low = sheet.fill(72, low + 10, 300, 9.5, ABS.rpartition(" ")[0] + " ")
    lines = [
        "From the University of Vienna, Austria (M.C.K.,",
        "W.Z.); and KAIST, South Korea (J.-H.K.).",
        "Address reprint requests to Dr. Keller in the",
        "department that is told in the letter to all.",
    ]
    for number, line in enumerate(lines):
        sheet.put(400, 160 + 9 * number, 7.5, line)
    texts = paper(tmp_path, sheet).texts
    assert texts["I"].text == BOTH
    assert "reprint" not in texts["A"].text


def test_the_details_of_a_volume_stand_beside_the_sign_of_a_journal(tmp_path):
    sheet = Sheet()
    sheet.put(60, 58, 8, "C&S, 683, A105 (2024)")
    sheet.put(440, 58, 16, "Caches &", BOLD)
    sheet.put(440, 76, 16, "Stores", BOLD)
    sheet.put(60, 120, 16, "Eviction of Cache Entries for Long Contexts", BOLD)
    sheet.put(60, 140, 11, "Maria Keller")
    columns(sheet, 200)
    assert paper(tmp_path, sheet).texts["T"].text == "Eviction of Cache Entries for Long Contexts"


def test_parts_of_a_list_at_the_end_have_headings_in_bold(tmp_path):
    last = Sheet()
    last.fill(72, 90, 430, 10, INTRO)
    last.put(72, 300, 10, "AUTHOR INFORMATION", BOLD)
    for number, (name, place) in enumerate((("Maria Keller", VIENNA), ("Wei Zhang", "Kestrel nano, Vienna, Austria"))):
        last.put(72, 314 + 24 * number, 8.5, ("Corresponding Author", "Authors")[number], BOLD)
        last.put(72, 324 + 24 * number, 8.5, f"{name} – {place}", BOLD)
    last.put(72, 358, 8.5, "Complete contact information is available at the journal.")
    last.put(72, 370, 10, "REFERENCES", BOLD)
    texts = paper(tmp_path, simple(author="Maria Keller and Wei Zhang", place=""), last).texts
    assert texts["I"].text == f"{VIENNA}; Kestrel nano, Vienna, Austria"


def plain(title=T, names="Maria Keller^{1}, Wei Zhang^{2}", below=130.0):
    """A page with a title, authors and affiliations, and where a text may start on it."""
    sheet = Sheet()
    sheet.put(72, 90, 18, title, BOLD)
    sheet.put(72, 108, 10, names)
    sheet.put(72, 120, 8, TWO)
    return sheet, below


def test_pictures_and_their_captions_may_stand_above_an_abstract_without_a_heading(tmp_path):
    sheet, low = plain()
    for number, word in enumerate(("Input", "Ours", "Baseline")):
        sheet.put(80 + 100 * number, low + 10, 6.5, word)
    caption = "Fig. 1. Our method prunes a cache while it is read. From left to right, the input of the method, its"
    low = sheet.fill(
        72, 200, 468, 9, f"{caption} result, that of the baseline and that of the reference which nobody knows."
    )
    low = sheet.fill(72, low + 9, 230, 9, ABS)
    sheet.put(72, low + 4, 9, "CCS Concepts: Computing methodologies")
    sheet.put(72, low + 30, 12, "1   INTRODUCTION", BOLD)
    low = sheet.fill(72, low + 44, 230, 9, INTRO)
    texts = paper(tmp_path, sheet).texts
    assert (texts["A"].text, texts["I"].text) == (ABS, BOTH)


def test_a_wide_gap_parts_an_abstract_without_a_heading_from_text_that_is_set_alike(tmp_path):
    sheet, low = plain()
    low = sheet.fill(72, low + 14, 468, 10, ABS) + 9
    for _ in range(6):
        low = sheet.fill(72, low, 468, 10, INTRO[:640])
    assert paper(tmp_path, sheet).texts["A"].text == ABS


def test_two_wide_lines_in_italics_above_two_columns_are_an_abstract(tmp_path):
    sheet, low = plain()
    abstract = ABS[: ABS.index(" On LongBench")]
    half = abstract.index(" ", len(abstract) // 2)
    for at, line in enumerate((abstract[:half], abstract[half + 1 :])):
        sheet.put(72, low + 24 + 10 * at, 8, line, ITALIC)
    for left in (72, 312):
        sheet.fill(left, low + 60, 228, 9, INTRO + INTRO)
    assert paper(tmp_path, sheet).texts["A"].text == abstract


def test_affiliations_in_a_column_stand_in_a_note_each_and_end_at_keywords_beside(tmp_path):
    sheet, low = Sheet(), 130.0
    sheet.put(72, 90, 18, T, BOLD)
    sheet.put(72, 110, 10, f"{NAMES}, Jun-Ho Kim^{{3}}")
    for at, place in enumerate((VIENNA, KAIST, "Deltares, Delft")):
        sheet.put(72, low + 20 + 20 * at, 7, f"^{{{at + 1}}}{place}")
    sheet.put(230, low + 14, 10, "Abstract", BOLD)
    sheet.fill(230, low + 28, 310, 9, ABS[:150])
    sheet.put(230, low + 60, 8, "K E Y W O R D S", BOLD)
    low = sheet.fill(230, low + 74, 310, 8, "caches, eviction") + 20
    sheet.put(72, low, 12, "1 | INTRODUCTION", BOLD)
    sheet.fill(72, low + 20, 468, 9, INTRO + INTRO)
    assert paper(tmp_path, sheet).texts["I"].text == f"{BOTH}; Deltares, Delft"


def test_two_paragraphs_above_a_column_are_one_abstract(tmp_path):
    sheet, low = plain()
    low = sheet.fill(180, low + 14, 360, 9, f"{ABS} {ABS}") + 5
    low = sheet.fill(180, low, 360, 9, f"{ABS} {ABS}") + 8
    sheet.fill(72, low, 222, 9, INTRO + INTRO)
    assert paper(tmp_path, sheet).texts["A"].text == " ".join([ABS] * 4)


@pytest.mark.parametrize(("sign", "size"), [("Systems Horizons", 22), ("Geographic Cache Letters", 18.6)])
def test_few_large_words_far_above_a_longer_title_are_the_sign_of_a_journal(tmp_path, sign, size):
    sheet, low = plain("Eviction of Cache Entries for Long Contexts")
    sheet.put(72, 50 if size > 20 else 60, size, sign, BOLD)
    sheet.put(400, 78, 8, "RESEARCH LETTER") if size < 20 else None
    sheet.put(72, low + 20, 11, "Abstract", BOLD)
    low = sheet.fill(72, low + 34, 468, 10, ABS)
    sheet.put(72, low + 20, 12, "1   Introduction", BOLD)
    sheet.fill(72, low + 40, 468, 10, INTRO + INTRO + INTRO)
    document = paper(tmp_path, sheet)
    assert document.texts["T"].text == "Eviction of Cache Entries for Long Contexts"
    assert document.authors == THREE[:2]


@pytest.mark.parametrize("labels", [("Resumo.", "Palavras-chave:"), ("Resumen:", "Palabras clave:")])
def test_abstracts_in_other_languages_start_behind_their_name_and_end_above_keywords(tmp_path, labels):
    sheet, low = plain()
    end = sheet.put(100, low + 20, 9, labels[0], BOLD)
    sheet.put(end + 2, low + 20, 9, ABS[:70].rpartition(" ")[0])
    low = sheet.fill(100, low + 31, 400, 9, ABS[:70].rpartition(" ")[2] + ABS[70:])
    sheet.put(100, low, 9, f"{labels[1]} memory, serving, language models and what else a reader may look for here")
    sheet.put(72, low + 30, 12, "1   Introduction", BOLD)
    sheet.fill(72, low + 44, 468, 10, INTRO)
    assert paper(tmp_path, sheet).texts["A"].text == ABS


def test_an_abstract_ends_above_one_in_another_language(tmp_path):
    sheet, low = plain()
    sheet.put(72, low + 20, 11, "Abstract", BOLD)
    low = sheet.fill(100, low + 34, 400, 10, ABS)
    low = sheet.fill(100, low, 400, 10, f"Resumo. {INTRO[:300]}")
    sheet.put(72, low + 20, 12, "1   Introduction", BOLD)
    sheet.fill(72, low + 40, 468, 10, INTRO)
    assert paper(tmp_path, sheet).texts["A"].text == ABS


def test_the_university_at_the_head_of_a_title_page_is_the_affiliation(tmp_path):
    front, page = Sheet(), Sheet()
    front.center(80, 12, "UNIVERSIDADE NOVA DE LISBOA")
    front.center(96, 12, "Departamento de Física")
    front.center(250, 12, "Maria Keller")
    front.center(330, 16, "Eviction of Cache Entries", BOLD)
    front.center(700, 12, "Lisboa 2023")
    page.center(100, 16, "Abstract", BOLD)
    page.fill(90, 140, 420, 12, ABS)
    document = paper(tmp_path, front, page)
    assert document.texts["I"].text == "UNIVERSIDADE NOVA DE LISBOA, Departamento de Física"


def test_a_note_on_the_life_of_an_author_names_the_university(tmp_path):
    notes = ("Maria Keller is a lecturer in physics at the University of Vienna.", "Wei Zhang is a student at KAIST.")
    assert noted(tmp_path, *notes, names="Maria Keller, Wei Zhang") == "University of Vienna; KAIST"


def test_short_marked_lines_below_wide_affiliations_are_no_column_beside_the_abstract(tmp_path):
    sheet = Sheet()
    sheet.put(40, 90, 14, T, BOLD)
    sheet.put(40, 106, 10.5, "Maria Keller^{a}, Wei Zhang^{b}, Jun-Ho Kim^{c}")
    places = ("Osaka University, Department of Physics, Osaka, Prefecture of Osaka, Japan", VIENNA, KAIST)
    for number, (mark, place) in enumerate(zip("abc", places, strict=True)):
        sheet.put(40, 118 + 7.5 * number, 6.3, f"^{{{mark}}} {place}")
    for number, text in enumerate(("A R T I C L E  I N F O", "Keywords:", "Memory", "Serving", "Caches", "Stores")):
        sheet.put(40, 150 + 8 * number, 6.3, text)
    sheet.put(180, 150, 7.5, "A B S T R A C T")
    low = sheet.fill(180, 161, 360, 7.5, ABS)
    sheet.put(40, low + 30, 9, "1. Introduction", BOLD)
    sheet.fill(40, low + 44, 500, 9, INTRO)
    assert paper(tmp_path, sheet).texts["I"].text == "; ".join(places)
