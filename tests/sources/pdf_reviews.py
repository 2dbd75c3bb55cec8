"""First pages in which lines are cut, numbered or go over the page, as templates cut them; each as `pdf_templates`."""

from made_pdf import BOLD, ITALIC, MONO, Sheet
from pdf_templates import ABS, INTRO, T1, T2, T, caps, columns, cut


def acm_cells():
    """ACM breaks affiliations where a cell is full, not where the author would."""
    s = Sheet()
    s.center(80, 17.2, T1, BOLD)
    s.center(100, 17.2, T2, BOLD)
    s.grid(130, 12, ["Maria Keller", "Wei Zhang", "Jun-Ho Kim"])
    s.grid(142, 10, ["mk@metu.edu.tr", "wz@zzu.edu.cn", "jhk@kaist.ac.kr"])
    s.grid(153, 10, ["Department of Computer", "School of Computer Science and", "School of Computing, Korea"])
    s.grid(
        164, 10, ["Engineering, Middle East Technical", "Artificial Intelligence, Zhengzhou", "Advanced Institute of"]
    )
    s.grid(175, 10, ["University", "University", "Science and Technology"])
    s.grid(186, 10, ["Ankara, Turkey", "Zhengzhou, China", "Daejeon, South Korea"])
    columns(s, 230, intro="1   INTRODUCTION")
    names = [
        "Middle East Technical University",
        "Zhengzhou University",
        "Korea Advanced Institute of Science and Technology",
    ]
    return s, T, 3, names


def nature():
    """The abstract is bold and has no heading, dates stand above the authors, affiliations in the notes."""
    s = Sheet()
    s.put(50, 60, 8, "Article", ITALIC)
    s.put(50, 90, 17.2, T, BOLD)
    s.put(50, 110, 8, "https://doi.org/10.1038/s41586-024-07421-0")
    s.put(50, 120, 8, "Received: 1 May 2023. Accepted: 8 April 2024. Published online: 8 May 2024")
    s.put(50, 145, 9, "Maria Keller^{1}, Wei Zhang^{2} & Jun-Ho Kim^{3}", BOLD)
    y = s.fill(50, 170, 510, 9, ABS, BOLD)
    s.fill(50, y + 12, 250, 9, INTRO)
    s.fill(312, y + 12, 250, 9, INTRO)
    s.fill(312, 730, 250, 6, "^{1}University of Oxford, Oxford, UK. ^{2}Booz Allen Hamilton, USA. e-mail: mk@ox.ac.uk")
    return s, T, 3, ["University of Oxford", "Booz Allen Hamilton"]


def small_capitals():
    """The last line of the title has no large letter, and a line end cuts one of its words."""
    s = Sheet()
    s.put(108, 40, 10, "Published as a conference paper at ICLR 2026")
    caps(s, 108, 98, 17.2, T1)
    s.put(108, 118, 13.8, "ENTRIES FOR LONG CON-")
    s.put(108, 138, 13.8, "TEXTS")
    s.put(113, 165, 10, "Maria Keller & Wei Zhang", BOLD)
    s.put(113, 176, 10, "University of Toronto")
    s.put(313, 165, 10, "Jun-Ho Kim", BOLD)
    s.put(313, 176, 10, "DeepMind")
    s.center(220, 12, "ABSTRACT")
    y = s.fill(144, 242, 324, 10, ABS)
    s.put(108, y + 16, 12, "1   INTRODUCTION")
    s.fill(108, y + 36, 396, 10, INTRO)
    return s, T, 3, ["University of Toronto", "Google"]


def cut_names():
    """Line ends cut names in a row of such, in a list with marks, and at a hyphen."""
    s = Sheet()
    s.center(90, 14.3, T, BOLD)
    for at, text in enumerate(["Maria Keller^{1}", "Wei Zhang^{2}", "Tom Ortega^{1}", "Haotian Chu^{2}", "Kiana"]):
        s.put(80 + 100 * at, 125, 11, text, BOLD)
    for at, text in enumerate(["Ehsani^{1}", "Vlad I. Morariu^{2}", "Thu Nguyen^{1}"]):
        s.put(160 + 110 * at, 138, 11, text, BOLD)
    s.center(158, 10, "^{1}University of Helsinki   ^{2}Naver Labs Europe")
    columns(s, 200)
    return s, T, 7, ["University of Helsinki", "Naver"]


def dotted_list():
    s = Sheet()
    s.put(60, 90, 14.3, T, BOLD)
    s.put(60, 120, 10, "Maria Keller · Wei Zhang · Ada Lovelace · Alan Turing · Tom Ortega · David Ahmedt-", BOLD)
    s.put(60, 132, 10, "Aristizabal · Jun-Ho Kim", BOLD)
    columns(s, 200)
    s.put(54, 715, 8, "M. Keller · W. Zhang")
    s.put(54, 724, 8, "Department of Computer Science, Aalto University, Espoo, Finland")
    return s, T, 7, ["Aalto University"]


def lncs_identifiers():
    """ORCIDs have more characters than the names that they stand behind."""
    s = Sheet()
    orcid = "[0000-0002-1825-0097]"
    s.center(120, 14.3, T, BOLD)
    s.center(165, 10, f"Maria Keller^{{1{orcid}}}, Wei Zhang^{{2{orcid}}}, Bo Wu^{{1{orcid}}}, and")
    s.center(177, 10, f"Bo Li^{{2{orcid}}}")
    s.center(197, 9, "^{1} Inria, Paris, France")
    s.center(208, 9, "^{2} University of Bologna, Italy")
    first, rest = cut(230)
    s.put(163, 245, 9, "Abstract. ", BOLD)
    s.put(206, 245, 9, first)
    y = s.fill(163, 256, 289, 9, rest)
    s.put(134, y + 40, 12, "1   Introduction", BOLD)
    s.fill(134, y + 60, 345, 10, INTRO)
    return s, T, 4, ["Inria", "University of Bologna"]


def numbered_lines():
    """A copy for review: each line has its number in the margin."""
    s = Sheet()
    s.put(75, 90, 14.3, T1, BOLD)
    s.put(75, 107, 14.3, T2, BOLD)
    s.put(75, 130, 11, "Maria Keller^{1}, Wei Zhang^{2} and Tom", BOLD)
    s.put(75, 144, 11, "Ortega^{2}", BOLD)
    s.put(75, 160, 11, "^{1}Boston University, USA ^{2}Intel Labs, USA", ITALIC)
    s.put(75, 185, 12, "ABSTRACT", BOLD)
    y = s.fill(75, 205, 440, 10, ABS)
    s.put(75, y + 20, 12, "1   INTRODUCTION", BOLD)
    s.fill(75, y + 40, 440, 10, INTRO)
    for at in range(40):
        s.put(65, 90 + 14 * at, 5, str(at + 1))
    return s, T, 3, ["Boston University", "Intel"]


def columns_without_heading():
    """Two columns of text begin below the abstract, with no heading between them."""
    s = Sheet()
    s.center(100, 17.2, T, BOLD)
    s.center(130, 12, "Maria Keller^{1}, Wei Zhang^{2}")
    s.center(146, 9, "^{1}University of Zagreb ^{2}EPFL")
    s.center(175, 12, "Abstract", BOLD)
    y = s.fill(60, 192, 490, 9.9, ABS)
    s.fill(60, y + 6, 235, 9.9, "When one asks why. " + INTRO)
    s.fill(317, y + 6, 235, 9.9, INTRO)
    return s, T, 2, ["University of Zagreb", "EPFL"]


def team():
    s = Sheet()
    s.center(100, 17.2, T, BOLD)
    s.center(130, 12, "Qwen Team", BOLD)
    s.center(146, 9, "https://huggingface.co/Qwen", MONO)
    s.center(175, 12, "Abstract", BOLD)
    y = s.fill(110, 192, 390, 10, ABS)
    s.put(72, y + 20, 12, "1   Introduction", BOLD)
    s.fill(72, y + 40, 468, 10, INTRO)
    return s, T, 1, ["Alibaba"]


REVIEWS = [
    acm_cells,
    nature,
    small_capitals,
    cut_names,
    dotted_list,
    lncs_identifiers,
    numbered_lines,
    columns_without_heading,
    team,
]
