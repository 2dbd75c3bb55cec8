"""Affiliations in PDFs: how they go on from line to line, where one ends, and which notes are none."""

from __future__ import annotations

from kg.sources.layout.header import header
from kg.sources.layout.join import Joiner
from kg.wordcounts import WordCounts
from tests.sources.made_pdf import ABS, BOLD, INTRO, ITALIC, ROMAN, Sheet, T, columns, paper, simple
from tests.sources.test_pdf_journals import ZH, ZH_ABS, chinese
from tests.sources.test_pdf_magazines import NAMES, noted
from tests.sources.test_pdf_names import KAIST, OSAKA, THREE, TWO, VIENNA, read_names

BOTH = f"{VIENNA}; {KAIST}"
LAST = f"^{{2}}{KAIST}"


def test_a_name_and_the_city_below_go_on_in_a_cell(tmp_path):
    sheet = simple(author="", place="")
    sheet.grid(115, 12, ["Maria Keller", "Wei Zhang"])
    rows = (
        ("Institute of Learning", "School of Computing", ITALIC),
        ("and Neural Computation", "Uppsala University", ITALIC),
        ("University of Vienna", "Uppsala, Sweden", ROMAN),
    )
    for number, (first, second, font) in enumerate(rows):
        sheet.grid(128 + 11 * number, 10, [first, second], font)
    read = paper(tmp_path, sheet).texts["I"].text
    assert read == "Institute of Learning and Neural Computation, University of Vienna; " + (
        "School of Computing, Uppsala University, Uppsala, Sweden"
    )


def test_marks_in_a_column_are_no_line_numbers(tmp_path):
    places = [f"University of {city}, Austria" for city in ("Vienna", "Graz", "Linz", "Salzburg", "Innsbruck")]
    places += ["ETH Zurich", "KAIST", "TU Wien"]
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.put(72, 110, 11, "Maria Keller^{1,2,3,4}, Wei Zhang^{5,6,7,8}")
    for number, place in enumerate(places, 1):
        sheet.put(72, 115 + 9 * number, 7, f"^{{{number}}}{place}")
    columns(sheet, 220)
    assert paper(tmp_path, sheet).texts["I"].text == "; ".join(places)


def test_the_first_line_of_a_note_may_be_indented_and_its_words_far_apart(tmp_path):
    sheet = simple(author="Maria Keller^{1}", place="")
    for x, word in zip(range(58, 300, 34), ["^{1}Maria", "Keller", "is", "with", "the", "School"], strict=False):
        sheet.put(x, 700, 8, word)
    for x, word in zip(range(50, 250, 44), ["of", "Arts,", "Uppsala", "University,", "Sweden."], strict=False):
        sheet.put(x, 709, 8, word)
    assert paper(tmp_path, sheet).texts["I"].text == "School of Arts, Uppsala University, Sweden"


def test_a_chinese_header_ends_before_its_translation():
    page = chinese(
        (18, 80, ZH),
        (11, 110, "王晓东_欧阳明"),
        (8, 125, "（南京大学计算机系 南京）"),
        (8, 134, "（新疆大学 乌鲁木齐）"),
        (13, 150, "Compression of the Cache"),
        (10, 165, "Wang Xiaodong and Ouyang Ming"),
        (8, 175, "(Department of Computer Science, Nanjing University)"),
        (9, 190, f"摘要 {ZH_ABS[:50]}"),
        (9, 201, ZH_ABS[50:]),
    )
    made = header([page], Joiner("", WordCounts.load()))
    assert (made.authors, made.abstract) == (["王晓东", "欧阳明"], ZH_ABS)
    assert made.affiliations == ["南京大学计算机系 南京", "新疆大学 乌鲁木齐"]


def test_affiliations_in_one_bracket_are_numbered():
    page = chinese(
        (18, 80, ZH),
        (11, 110, "王晓东1_欧阳明2"),
        (8, 125, "(1. 南京大学，南京 210023；2. 新疆大学，乌鲁木齐)"),
        (9, 150, f"摘要：{ZH_ABS[:50]}"),
        (9, 161, ZH_ABS[50:]),
        (7, 700, "1. Nanjing University 2. Xinjiang University"),
    )
    made = header([page], Joiner("", WordCounts.load()))
    assert made.affiliations == ["南京大学，南京 210023", "新疆大学，乌鲁木齐"]


def test_biographies_at_the_end_tell_where_the_authors_are(tmp_path):
    last = Sheet()
    last.fill(72, 90, 430, 10, INTRO)
    last.fill(72, 300, 430, 10, "Experiments were at the University of Basel.")
    last.fill(72, 330, 430, 10, "Maria Keller is a professor at Lund University, Sweden.")
    sheet = simple(author="BY MARIA KELLER", place="")
    assert paper(tmp_path, sheet, last).texts["I"].text == "Lund University, Sweden"


def test_authors_of_a_journal_stand_above_an_abstract_set_alike(tmp_path):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    for number, line in enumerate(("MARIA KELLER, University of Vienna and the Academy of Sciences,", "Austria")):
        sheet.put(72, 110 + 11 * number, 9, line)
    sheet.put(72, 132, 9, f"WEI ZHANG, {KAIST}")
    y = sheet.fill(72, 150, 270, 9, ABS)
    sheet.put(72, y + 10, 9, "Keywords: language models, memory")
    read = paper(tmp_path, sheet)
    assert read.authors == ("MARIA KELLER", "WEI ZHANG")
    assert read.texts["A"].text == ABS


def test_the_next_column_alone_continues_a_text(tmp_path):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.center(100, 11, "Maria Keller")
    sheet.put(54, 640, 12, "Abstract", BOLD)
    words = ABS.split()
    sheet.fill(54, 656, 150, 9, " ".join(words[:40]))
    sheet.fill(220, 140, 150, 9, " ".join(words[40:]))
    sheet.fill(386, 140, 150, 9, INTRO)
    assert paper(tmp_path, sheet).texts["A"].text == ABS


def test_parts_of_an_abstract_may_be_a_line_apart(tmp_path):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.center(100, 11, "Maria Keller")
    sheet.put(72, 170, 12, "Abstract", BOLD)
    y = 190.0
    parts = ("Few language models read all that their caches hold.", ABS[:79], ABS[80:167])
    for number, text in enumerate(parts):
        sheet.put(72, y + 26 * number, 10, "Purpose:", BOLD)
        sheet.put(113, y + 26 * number, 10, text)
    sheet.put(72, y + 110, 12, "Introduction", BOLD)
    assert paper(tmp_path, sheet).texts["A"].text == " ".join(f"Purpose: {text}" for text in parts)


def test_degrees_behind_a_name_are_no_part_of_it(tmp_path):
    assert read_names(tmp_path, "Maria Keller MD PhD^{1}, Wei Zhang MPH^{2}, Yo Yo Ma^{2}", TWO) == (
        ("Maria Keller", "Wei Zhang", "Yo Yo Ma"),
        BOTH,
    )


def test_an_initial_may_start_the_next_line_of_names(tmp_path):
    lines = ("", "Maria Keller^{1}, Wei Zhang^{2}, Jun-Ho", "K. Kim^{1,2}", TWO)
    assert read_names(tmp_path, *lines) == ((*THREE[:2], "Jun-Ho K. Kim"), BOTH)


def test_links_to_orcid_are_no_text_of_a_paragraph(tmp_path):
    names = ("Maria Theresia Keller", "Wei Alexander Zhang", "Ana Sebastian Kim", "Lena van der Berg")
    lines = [f"{name} (https://orcid.org/0000-0001-1111-000{n})^{{1,2}}" for n, name in enumerate(names)]
    assert read_names(tmp_path, "", *lines, TWO) == (names, BOTH)


def test_raised_ordinals_number_authors(tmp_path):
    sheet = simple(author="", place="")
    sheet.grid(115, 11, ["1^{st} Maria Keller", "2^{nd} Wei Zhang"])
    sheet.grid(127, 10, ["University of Vienna", "Uppsala University"], ITALIC)
    sheet.grid(138, 10, ["Vienna, Austria", "West Uppsala, Sweden"])
    read = paper(tmp_path, sheet)
    assert read.authors == THREE[:2]
    assert read.texts["I"].text == "University of Vienna, Vienna, Austria; Uppsala University, West Uppsala, Sweden"


def test_a_name_in_capitals_is_no_city_below_an_affiliation(tmp_path):
    lines = [f"MARIA KELLER, {VIENNA}", "WEI ZHANG, Kestrel, Italy", f"JUN-HO KIM, {KAIST}"]
    authors, _ = read_names(tmp_path, [(line, 0, ROMAN) for line in lines[:1]], *lines[1:])
    assert authors == ("MARIA KELLER", "WEI ZHANG", "JUN-HO KIM")


def test_a_present_address_and_a_correspondence_are_no_affiliations(tmp_path):
    sheet = simple(author=NAMES, place="")
    notes = (f"^{{1}}{VIENNA}", LAST, "Correspondence", f"Maria Keller, {OSAKA}", "Present address")
    for number, note in enumerate((*notes, "Wei Zhang, Uppsala University, Sweden")):
        sheet.put(54, 690 + 9 * number, 7, note)
    assert paper(tmp_path, sheet).texts["I"].text == BOTH


def test_notes_name_their_authors_in_short_above_affiliations(tmp_path):
    notes = ("[a] Dr. M. Keller", "University of Vienna", "Austria", "E-mail: mk@univie.ac.at", "W. Zhang (*)")
    assert noted(tmp_path, *notes, "KAIST", "South Korea", names="Dr. Maria Keller, Wei Zhang") == (
        "University of Vienna, Austria; KAIST, South Korea"
    )


def test_a_line_below_the_next_cell_ends_no_name(tmp_path):
    sheet = simple(author="", place="")
    sheet.grid(115, 12, ["Maria Keller", "Wei Zhang"])
    sheet.grid(127, 10, ["University of Science", "Osaka University"])
    sheet.grid(138, 10, ["and Technology", "Quezon City, Philippines"])
    sheet.grid(149, 10, ["of China", "wz@osaka.jp"])
    read = paper(tmp_path, sheet).texts["I"].text
    assert read == "University of Science and Technology of China; Osaka University, Quezon City, Philippines"


def test_an_author_for_correspondence_may_head_the_list_of_all(tmp_path):
    notes = (
        "*Corresponding author: Maria Keller, University of Vienna, Austria, E-mail: mk@univie.ac.at",
        "Wei Zhang, Kestrel A/S, Odense, Denmark",
    )
    read = noted(tmp_path, *notes, names="Maria Keller*, Wei Zhang")
    assert read == f"{VIENNA}; Kestrel A/S, Odense, Denmark"


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


def test_a_note_tells_rank_place_and_address(tmp_path):
    notes = (
        "^{1}Associate Professor, Dept. of Arts, University of Vienna, Austria (corresponding author). Email: m@x.at",
        "^{2}Research Assistant, KAIST, South Korea. Email: wz@kaist.ac.kr",
    )
    read = noted(tmp_path, *notes, names="Maria Keller, Ph.D., P.E., M.ASCE^{1}; and Wei Zhang, A.M.ASCE^{2}")
    assert read == f"Associate Professor, Dept. of Arts, {VIENNA}; Research Assistant, {KAIST}"


def test_short_affiliations_above_a_column_of_notes_belong_to_the_header(tmp_path):
    sheet = Sheet()
    sheet.put(50, 80, 16, T)
    sheet.put(50, 100, 11, "Maria Keller^{a}, Wei Zhang^{b}")
    sheet.put(50, 115, 7, "^{a}KAIST, South Korea", ITALIC)
    sheet.put(50, 124, 7, f"^{{b}}Department of Physics and Institute of the Theory of Caches, {VIENNA}", ITALIC)
    for number, line in enumerate(
        ("ARTICLE INFO", "Received 3 May 2023", "Accepted 4 June 2024", "Keywords:", "caches")
    ):
        sheet.put(50, 150 + 10 * number, 7, line)
    sheet.put(200, 150, 8, "ABSTRACT")
    y = sheet.fill(200, 162, 340, 8.5, ABS)
    sheet.put(50, y + 20, 10, "1. Introduction", BOLD)
    sheet.fill(50, y + 34, 240, 9, INTRO)
    read = paper(tmp_path, sheet).texts["I"].text
    assert read == f"{KAIST}; Department of Physics and Institute of the Theory of Caches, {VIENNA}"


def test_a_page_for_the_header_alone_has_names_above_affiliations_below_the_abstract(tmp_path):
    cover, page = Sheet(), Sheet()
    for number, line in enumerate(("NBER WORKING PAPER SERIES", T.upper(), "Maria Keller", "Wei Zhang")):
        cover.center(100 + 60 * number, 11, line)
    top = (T, "Maria Keller, Wei Zhang, and Jun-Ho Kim", "NBER Working Paper No. 33012", "JEL No. D12,R21")
    for number, line in enumerate(top):
        page.put(72, 90 + 13 * number, 11, line)
    page.center(160, 11, "ABSTRACT")
    low = page.fill(72, 180, 460, 11, ABS)
    for left, name, place in ((72, "Maria Keller", VIENNA), (320, "Wei Zhang", KAIST)):
        for number, line in enumerate((name, "Department of Physics", *place.split(", "), "mail@example.org")):
            page.put(left, low + 40 + 13 * number, 11, line)
    document = paper(tmp_path, cover, page)
    assert (document.texts["T"].text, document.authors, document.texts["A"].text) == (T, THREE, ABS)
    assert document.texts["I"].text == f"Department of Physics, {VIENNA}; Department of Physics, {KAIST}"


def test_the_address_of_one_author_with_the_name_behind_it_is_no_further_affiliation(tmp_path):
    note = (
        f"* Corresponding author at: {VIENNA}. E-mail address: mk@univie.ac.at (M. Keller). ^{{1}}Equal contribution."
    )
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.put(72, 125, 11, "Maria Keller^{a,*}, Wei Zhang^{a,1}")
    sheet.put(72, 140, 9, f"^{{a}}{KAIST}")
    columns(sheet, 200)
    sheet.fill(54, 700, 500, 8, note)
    assert paper(tmp_path, sheet).texts["I"].text == KAIST
