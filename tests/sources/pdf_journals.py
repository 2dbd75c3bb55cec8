"""First pages as journals and word processors set them, and ones that are set in unusual ways."""

from made_pdf import BOLD, BOLD_ITALIC, ITALIC, MONO, SANS, SANS_BOLD, Sheet
from pdf_templates import ABS, INTRO, T1, T2, T, caps, columns, cut


def acm_journal():
    s = Sheet(486, 720)
    s.put(46, 80, 14.3, T1, SANS_BOLD)
    s.put(46, 97, 14.3, T2, SANS_BOLD)
    x = s.put(46, 120, 11, "MARIA KELLER", SANS)
    s.put(x, 120, 10, ", University of Michigan, USA")
    x = s.put(46, 133, 11, "WEI ZHANG", SANS)
    x = s.put(x, 133, 10, " and ")
    x = s.put(x, 133, 11, "JUN-HO KIM", SANS)
    s.put(x, 133, 10, ", Zhejiang University, China")
    y = s.fill(46, 155, 394, 9, ABS)
    s.put(46, y + 6, 9, "CCS Concepts: • Computer systems organization.")
    s.put(46, y + 20, 9, "Additional Key Words and Phrases: language models, memory")
    s.put(46, y + 34, 8, "ACM Reference Format:", BOLD)
    s.fill(
        46,
        y + 44,
        394,
        8,
        "Maria Keller, Wei Zhang, and Jun-Ho Kim. 2024. "
        + T
        + ". J. ACM 1, 1 (2024), 20 pages. https://doi.org/10.1145/1122445.1122456",
    )
    s.put(46, y + 80, 10, "1   INTRODUCTION", SANS_BOLD)
    s.fill(46, y + 95, 394, 10, INTRO)
    return s, T, 3, ["University of Michigan", "Zhejiang University"]


def ieee_journal():
    s = Sheet()
    s.put(49, 40, 7, "IEEE TRANSACTIONS ON COMPUTERS, VOL. 14, NO. 8, AUGUST 2021")
    s.center(80, 24, T1)
    s.center(106, 24, T2)
    s.center(135, 11, "Maria Keller, Member, IEEE, Wei Zhang, Student Member, IEEE, and Jun-Ho Kim, Fellow, IEEE")
    x = s.put(59, 190, 9, "Abstract", BOLD_ITALIC)
    first, rest = cut(190, BOLD)
    s.put(x, 190, 9, "—" + first, BOLD)
    y = s.fill(49, 200, 250, 9, rest, BOLD)
    x = s.put(59, y + 10, 9, "Index Terms", BOLD_ITALIC)
    s.put(x, y + 10, 9, "—Language models, memory, serving.", BOLD)
    s.center(y + 35, 10, "I. INTRODUCTION", at=174)
    s.fill(49, y + 50, 250, 10, INTRO[:500])
    s.fill(313, 190, 250, 10, INTRO)
    s.fill(
        57,
        660,
        236,
        8,
        (
            "M. Keller and W. Zhang are with the School of Computing, National University of Singapore, Singapore "
            "(e-mail: mk@nus.edu.sg)."
        ),
    )
    s.fill(
        57,
        690,
        236,
        8,
        "J.-H. Kim is with the Department of Electrical Engineering, Yonsei University, Seoul, South Korea.",
    )
    return s, T, 3, ["National University of Singapore", "Yonsei University"]


def elsevier():
    s = Sheet(595, 842)
    s.center(60, 7, "Contents lists available at ScienceDirect")
    s.put(40, 170, 13.4, T1)
    s.put(40, 187, 13.4, T2)
    s.put(40, 215, 10.5, "Maria Keller^{a}, Wei Zhang^{b,*}, Jun-Ho Kim^{a,b}")
    s.put(40, 232, 6.4, "^{a} School of Informatics, University of Edinburgh, Edinburgh, United Kingdom", ITALIC)
    s.put(40, 241, 6.4, "^{b} Department of Automation, Shanghai Jiao Tong University, Shanghai, China", ITALIC)
    s.put(40, 265, 8, "A R T I C L E   I N F O")
    s.put(40, 285, 7, "Keywords:", ITALIC)
    s.put(40, 294, 7, "Language models")
    s.put(40, 303, 7, "Memory")
    s.put(210, 265, 8, "A B S T R A C T")
    y = s.fill(210, 285, 340, 8, ABS)
    s.put(40, y + 25, 9, "1. Introduction", BOLD)
    s.fill(40, y + 45, 250, 9, INTRO[:700])
    s.fill(305, y + 45, 250, 9, INTRO[:900])
    s.put(40, 790, 7, "^{*} Corresponding author.")
    s.put(40, 800, 7, "E-mail address: wz@sjtu.edu.cn (W. Zhang).")
    s.put(40, 815, 7, "https://doi.org/10.1016/j.neucom.2023.126")
    return s, T, 3, ["University of Edinburgh", "Shanghai Jiao Tong University"]


def jmlr():
    s = Sheet()
    s.put(90, 60, 9, "Journal of Machine Learning Research 21 (2020) 1-30")
    s.put(400, 60, 9, "Submitted 4/20; Published 10/20")
    s.center(100, 14.3, T1, BOLD)
    s.center(118, 14.3, T2, BOLD)
    s.put(90, 150, 10.9, "Maria Keller", BOLD)
    s.put(420, 150, 9, "MK@CS.CORNELL.EDU")
    s.put(90, 164, 10, "Department of Computer Science", ITALIC)
    s.put(90, 176, 10, "Cornell University, Ithaca, NY 14850, USA", ITALIC)
    s.put(90, 192, 10.9, "Wei Zhang", BOLD)
    s.put(420, 192, 9, "WZ@IBM.COM")
    s.put(90, 206, 10, "IBM Research, Almaden, CA 95120, USA", ITALIC)
    s.put(90, 230, 10.9, "Editor: ", BOLD)
    s.put(135, 230, 10.9, "Francis Bach")
    s.center(260, 12, "Abstract", BOLD)
    y = s.fill(110, 280, 392, 10, ABS)
    s.put(110, y + 4, 10, "Keywords: language models, memory, serving")
    s.put(90, y + 30, 12, "1. Introduction", BOLD)
    s.fill(90, y + 50, 432, 10.9, INTRO)
    return s, T, 2, ["Cornell University", "IBM"]


def svjour():
    s = Sheet(439, 666)
    s.put(40, 90, 14, T1, BOLD)
    s.put(40, 107, 14, T2, BOLD)
    s.put(40, 140, 10, "Maria Keller · Wei Zhang · Jun-Ho Kim", BOLD)
    s.put(40, 190, 8.5, "Received: date / Accepted: date")
    x = s.put(40, 220, 10, "Abstract", BOLD)
    words = ABS.split()
    s.put(x + 10, 220, 10, " ".join(words[:8]))
    y = s.fill(40, 232, 350, 10, " ".join(words[8:]))
    x = s.put(40, y + 8, 10, "Keywords", BOLD)
    s.put(x + 10, y + 8, 10, "Language models · Memory")
    s.put(40, y + 40, 10, "1 Introduction", BOLD)
    s.fill(40, y + 60, 350, 10, INTRO[:900])
    s.put(40, 600, 8, "M. Keller · J.-H. Kim")
    s.put(40, 609, 8, "Department of Computer Science, Aalto University, Espoo, Finland")
    s.put(40, 618, 8, "E-mail: mk@aalto.fi")
    s.put(40, 630, 8, "W. Zhang")
    s.put(40, 639, 8, "School of Data Science, Fudan University, Shanghai, China")
    return s, T, 3, ["Aalto University", "Fudan University"]


def revtex():
    s = Sheet()
    s.center(80, 12, T, BOLD)
    s.center(110, 10, "Maria Keller,^{1,2} Wei Zhang,^{2} and Jun-Ho Kim^{1,*}")
    s.center(124, 9, "^{1}Department of Physics, University of Basel, 4056 Basel, Switzerland", ITALIC)
    s.center(135, 9, "^{2}Perimeter Institute, Waterloo, Ontario N2L 2Y5, Canada", ITALIC)
    s.center(146, 9, "(Dated: March 5, 2021)")
    y = s.fill(110, 165, 392, 9, ABS)
    s.center(y + 30, 9, "I. INTRODUCTION", BOLD, at=174)
    s.fill(54, y + 50, 240, 10, INTRO[:500])
    s.fill(318, y + 30, 240, 10, INTRO)
    s.put(54, 720, 8, "^{*} jhkim@unibas.ch")
    return s, T, 3, ["University of Basel", "Perimeter Institute"]


def article_class():
    s = Sheet()
    s.center(110, 17, T1)
    s.center(130, 17, T2)
    s.center(160, 12, "Maria Keller     Wei Zhang")
    s.center(175, 12, "University of Helsinki")
    s.center(190, 12, "Jun-Ho Kim")
    s.center(205, 12, "Naver Labs Europe")
    s.center(225, 12, "May 2, 2019")
    s.center(255, 11, "Abstract", BOLD)
    y = s.fill(130, 275, 352, 10, ABS)
    s.put(90, y + 20, 14.3, "1   Introduction", BOLD)
    s.fill(90, y + 40, 432, 11, INTRO)
    return s, T, 3, ["University of Helsinki", "Naver"]


def word_processor():
    s = Sheet(595, 842)
    s.center(90, 16, T, BOLD)
    s.center(120, 11, "Maria Keller")
    s.center(134, 11, "Department of Linguistics, University of Warsaw, Poland")
    s.center(148, 11, "m.keller@uw.edu.pl")
    s.center(170, 11, "Wei Zhang")
    s.center(184, 11, "Faculty of Engineering, Kyoto University, Japan")
    s.center(198, 11, "wz@kyoto-u.ac.jp")
    s.put(72, 230, 12, "Abstract", BOLD)
    y = s.fill(72, 246, 450, 11, ABS)
    s.put(72, y + 6, 11, "Keywords: language models, memory")
    s.put(72, y + 36, 12, "Introduction", BOLD)
    s.fill(72, y + 52, 450, 11, INTRO)
    return s, T, 2, ["University of Warsaw", "Kyoto University"]


def abstract_over_columns():
    s = Sheet()
    s.center(80, 17.2, T1, SANS_BOLD)
    s.center(100, 17.2, T2, SANS_BOLD)
    s.grid(130, 12, ["Maria Keller", "Wei Zhang"])
    s.grid(142, 10, ["University of Michigan", "Alibaba Group"])
    s.grid(153, 10, ["mk@umich.edu", "wz@alibaba-inc.com"])
    s.put(54, 600, 10.9, "ABSTRACT", SANS_BOLD)
    words = ABS.split()
    y = s.fill(54, 614, 240, 9, " ".join(words[:30]))
    s.put(54, 720, 7, "Permission to make digital or hard copies of all or part of this work for personal use")
    y = s.fill(318, 200, 240, 9, " ".join(words[30:]))
    s.put(318, y + 14, 10.9, "1   INTRODUCTION", SANS_BOLD)
    s.fill(318, y + 30, 240, 9, INTRO[:500])
    return s, T, 2, ["University of Michigan", "Alibaba"]


def cut_name():
    s = Sheet()
    s.center(110, 14.3, T1, BOLD)
    s.center(126, 14.3, T2, BOLD)
    s.center(150, 12, "Maria Keller^{1}, Wei Zhang^{2}, Tom A. Ortega^{1}, Lena van der", BOLD)
    s.center(164, 12, "Berg^{3}, Jun-Ho Kim^{2}, José Núñez^{1,3} and Ana-Maria O'Neill^{3}", BOLD)
    s.center(184, 11, "^{1}University of Southern California, ^{2}Tencent AI Lab, ^{3}Dublin City University")
    s.center(198, 10, "{mk,tao}@usc.edu, {wz,jhk}@tencent.com", MONO)
    columns(s, 240)
    return s, T, 7, ["University of Southern California", "Tencent", "Dublin City University"]


def teaser():
    s = Sheet()
    s.center(90, 14.3, T1, BOLD)
    s.center(108, 14.3, T2, BOLD)
    s.center(135, 12, "Maria Keller    Wei Zhang    Jun-Ho Kim")
    s.center(150, 12, "Max Planck Institute for Informatics, Germany")
    s.put(120, 200, 7, "Input Image", SANS)
    s.put(250, 200, 7, "Our Method", SANS)
    s.put(380, 200, 7, "Ground Truth", SANS)
    s.fill(
        50,
        300,
        500,
        9,
        (
            "Figure 1. Our method keeps the entries that matter and drops the rest, here shown for a model of "
            "seven billion parameters that serves requests."
        ),
    )
    columns(s, 350, x1=50, x2=309, w=236, absfont=ITALIC)
    return s, T, 3, ["Max Planck Institute for Informatics"]


def anonymous():
    s = Sheet()
    s.put(108, 40, 10, "Under review as a conference paper at ICLR 2025")
    caps(s, 108, 98, 17.2, T1)
    caps(s, 108, 118, 17.2, T2)
    s.put(113, 150, 10, "Anonymous authors", BOLD)
    s.put(113, 161, 10, "Paper under double-blind review")
    s.center(220, 12, "ABSTRACT")
    y = s.fill(144, 242, 324, 10, ABS)
    s.put(108, y + 16, 12, "1   INTRODUCTION")
    s.fill(108, y + 36, 396, 10, INTRO)
    return s, T, 0, []


JOURNALS = [
    acm_journal,
    ieee_journal,
    elsevier,
    jmlr,
    svjour,
    revtex,
    article_class,
    word_processor,
    abstract_over_columns,
    cut_name,
    teaser,
    anonymous,
]
