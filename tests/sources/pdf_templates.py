"""First pages as the usual templates set them, each with its title, number of authors and institutions."""

from made_pdf import BOLD, BOLD_ITALIC, ITALIC, MONO, ROMAN, SANS, SANS_BOLD, Sheet, width

ABS = (
    "Large language models need much memory for their key-value cache, which grows with the length of the "
    "context. We present a method that keeps the entries that matter and drops the rest, so that a model "
    "of seven billion parameters serves four times as many requests on one accelerator. On LongBench our "
    "method loses less than one point against the full cache, and the throughput rises by 2.4 times. Code "
    "and models will be made public for others to build on."
)
INTRO = 3 * (
    "Serving language models is expensive because every token attends to all tokens before it, and their "
    "keys and values stay in memory for as long as the request runs. Prior work evicts entries by their "
    "attention scores, or stores them in fewer bits, and each of these choices trades quality for memory "
    "in its own way. In this paper we ask what is lost when entries are dropped, and how to know in "
    "advance which of them will be needed by later tokens of the same request."
)
T1, T2 = ("Keeping What Matters: Eviction of Cache", "Entries for Long Contexts")
T = T1 + " " + T2


def cut(wide, font=ROMAN):
    """The abstract in two: what fits beside its heading, and the rest."""
    words, first = ABS.split(), []
    while width(" ".join([*first, words[0]]), 9, font) < wide:
        first.append(words.pop(0))
    return " ".join(first), " ".join(words)


def columns(s, y, x1=54, x2=316, w=240, size=10, absfont=ROMAN, head=True, intro="1. Introduction", abssize=None):
    if head:
        s.center(y, 12, "Abstract", BOLD, at=x1 + w / 2)
    y1 = s.fill(x1 + 15 if head else x1, y + 20, w - 30 if head else w, abssize or size, ABS, absfont)
    s.put(x1, y1 + 14, 12, intro, BOLD)
    s.fill(x1, y1 + 30, w, size, INTRO[:600])
    s.fill(x2, y + 4, w, size, INTRO + INTRO)


def caps(s, x, y, big, text, font=ROMAN):
    for w in text.split():
        x = s.put(x, y, big, w[0].upper(), font)
        x = s.put(x, y, big * 0.8, w[1:].upper() + " ", font)
    return x


def neurips():
    s = Sheet()
    s.center(105, 17.2, T1, BOLD)
    s.center(125, 17.2, T2, BOLD)
    s.grid(170, 10, ["Maria Keller^{*}", "Wei Zhang^{*}", "Tom A. Ortega"], BOLD)
    s.grid(181, 10, ["Department of Computer Science", "Tsinghua University", "Google Research"])
    s.grid(192, 10, ["Stanford University", "Beijing, China", "Mountain View, CA"])
    s.grid(203, 10, ["keller@stanford.edu", "wz@tsinghua.edu.cn", "ortega@google.com"], MONO)
    s.grid(225, 10, ["Lena van der Berg", "Jun-Ho Kim"], BOLD)
    s.grid(236, 10, ["ETH Zurich", "KAIST"])
    s.grid(247, 10, ["lena@ethz.ch", "jhkim@kaist.ac.kr"], MONO)
    s.center(290, 12, "Abstract", BOLD)
    y = s.fill(144, 312, 324, 10, ABS)
    s.put(108, y + 16, 12, "1   Introduction", BOLD)
    s.fill(108, y + 36, 396, 10, INTRO)
    s.put(120, 720, 9, "^{*}Equal contribution.")
    s.put(108, 745, 9, "38th Conference on Neural Information Processing Systems (NeurIPS 2024).")
    return s, T, 5, ["Stanford University", "Tsinghua University", "Google", "ETH Zurich", "KAIST"]


def iclr():
    s = Sheet()
    s.put(108, 40, 10, "Published as a conference paper at ICLR 2025")
    caps(s, 108, 98, 17.2, T1)
    caps(s, 108, 118, 17.2, T2)
    s.put(
        113,
        150,
        10,
        "Maria Keller^{1}, Wei Zhang^{2}, Tom A. Ortega^{2,3}, Lena van der Berg^{1} & Jun-Ho Kim^{3}",
        BOLD,
    )
    s.put(113, 161, 10, "^{1}Carnegie Mellon University   ^{2}Microsoft Research")
    s.put(113, 172, 10, "^{3}University of Science and Technology of China")
    s.put(113, 183, 10, "{mkeller,lena}@cs.cmu.edu, weizh@microsoft.com", MONO)
    x = s.put(278, 220, 12, "A")
    s.put(x, 220, 9.6, "BSTRACT")
    y = s.fill(144, 242, 324, 10, ABS)
    x = s.put(108, y + 16, 12, "1   I")
    s.put(x, y + 16, 9.6, "NTRODUCTION")
    s.fill(108, y + 36, 396, 10, INTRO)
    return s, T, 5, ["Carnegie Mellon University", "Microsoft", "University of Science and Technology of China"]


def iclr_blocks():
    s = Sheet()
    s.put(108, 40, 10, "Published as a conference paper at ICLR 2025")
    caps(s, 108, 98, 17.2, T1)
    caps(s, 108, 118, 17.2, T2)
    s.put(113, 150, 10, "Maria Keller", BOLD)
    s.put(113, 161, 10, "Department of Computer Science")
    s.put(113, 172, 10, "University of Toronto")
    s.put(113, 183, 10, "mk@cs.toronto.edu", MONO)
    s.put(313, 150, 10, "Wei Zhang & Jun-Ho Kim", BOLD)
    s.put(313, 161, 10, "DeepMind")
    s.put(313, 172, 10, "London, UK")
    s.put(313, 183, 10, "{wz,jk}@google.com", MONO)
    s.center(220, 12, "ABSTRACT")
    y = s.fill(144, 242, 324, 10, ABS)
    s.put(108, y + 16, 12, "1   INTRODUCTION")
    s.fill(108, y + 36, 396, 10, INTRO)
    return s, T, 3, ["University of Toronto", "Google"]


def icml():
    s = Sheet()
    s.center(90, 14.3, T1, BOLD)
    s.center(107, 14.3, T2, BOLD)
    s.center(140, 10, "Maria Keller^{*1} Wei Zhang^{*2} Tom A. Ortega^{2,3} Lena van der Berg^{1}", BOLD)
    s.center(152, 10, "Jun-Ho Kim^{3}", BOLD)
    columns(s, 190, abssize=10)
    s.put(54, 660, 9, "^{*}Equal contribution ^{1}Department of Statistics, University")
    s.put(54, 671, 9, "of Oxford, Oxford, UK ^{2}NVIDIA, Santa Clara, USA ^{3}Korea")
    s.put(54, 682, 9, "University, Seoul, South Korea. Correspondence to: Maria")
    s.put(54, 693, 9, "Keller <mk@stats.ox.ac.uk>.")
    s.put(54, 715, 8, "Proceedings of the 41st International Conference on Machine")
    s.put(54, 725, 8, "Learning, Vienna, Austria. PMLR 235, 2024.")
    return s, T, 5, ["University of Oxford", "NVIDIA", "Korea University"]


def cvpr(marks=True):
    s = Sheet()
    s.center(30, 7, "This CVPR paper is the Open Access version, provided by the Computer Vision Foundation.", SANS)
    s.center(105, 14.3, T1, BOLD)
    s.center(123, 14.3, T2, BOLD)
    if marks:
        s.center(155, 12, "Maria Keller^{1}    Wei Zhang^{2}    Tom A. Ortega^{2}    Jun-Ho Kim^{1}")
        s.center(170, 12, "^{1}Seoul National University    ^{2}Adobe Research")
        s.center(184, 10, "{mk,jhkim}@snu.ac.kr  {wzhang,ortega}@adobe.com", MONO)
        inst = ["Seoul National University", "Adobe"]
    else:
        s.grid(155, 12, ["Maria Keller", "Wei Zhang", "Jun-Ho Kim"])
        s.grid(169, 12, ["Facebook AI Research", "UC Berkeley", "Seoul National University"])
        s.grid(183, 10, ["mk@fb.com", "wz@berkeley.edu", "jhkim@snu.ac.kr"], MONO)
        inst = ["Meta", "University of California, Berkeley", "Seoul National University"]
    columns(s, 225, x1=50, x2=309, w=236, absfont=ITALIC)
    return s, T, 4 if marks else 3, inst


def cvpr_without_marks():
    return cvpr(marks=False)


def ieee():
    s = Sheet()
    s.center(80, 24, T1)
    s.center(106, 24, T2)
    s.grid(150, 11, ["Maria Keller", "Wei Zhang", "Jun-Ho Kim"])
    s.grid(161, 10, ["Department of Electrical Engineering", "School of Software", "Samsung Research"], ITALIC)
    s.grid(172, 10, ["Technical University of Munich", "Beihang University", "Seoul, South Korea"], ITALIC)
    s.grid(183, 10, ["Munich, Germany", "Beijing, China", "jhkim@samsung.com"])
    s.grid(194, 10, ["mk@tum.de", "wz@buaa.edu.cn", ""])
    x = s.put(59, 230, 9, "Abstract", BOLD_ITALIC)
    first, rest = cut(190, BOLD)
    s.put(x, 230, 9, "—" + first, BOLD)
    y = s.fill(49, 240, 250, 9, rest, BOLD)
    x = s.put(59, y, 9, "Index Terms", BOLD_ITALIC)
    s.put(x, y, 9, "—language models, memory, serving", BOLD)
    s.center(y + 25, 10, "I. INTRODUCTION", at=174)
    s.fill(49, y + 40, 250, 10, INTRO[:500])
    s.fill(313, 230, 250, 10, INTRO)
    return s, T, 3, ["Technical University of Munich", "Beihang University", "Samsung"]


def acm():
    s = Sheet()
    s.center(80, 17.2, T1, SANS_BOLD)
    s.center(100, 17.2, T2, SANS_BOLD)
    s.grid(130, 12, ["Maria Keller", "Wei Zhang", "Jun-Ho Kim"])
    s.grid(142, 10, ["University of Michigan", "Alibaba Group", "Seoul National University"])
    s.grid(153, 10, ["Ann Arbor, MI, USA", "Hangzhou, China", "Seoul, Republic of Korea"])
    s.grid(164, 10, ["mk@umich.edu", "wz@alibaba-inc.com", "jhkim@snu.ac.kr"])
    s.put(54, 200, 10.9, "ABSTRACT", SANS_BOLD)
    y = s.fill(54, 214, 240, 9, ABS)
    s.put(54, y + 12, 10.9, "CCS CONCEPTS", SANS_BOLD)
    s.fill(54, y + 26, 240, 9, "• Computing methodologies → Natural language processing.")
    s.put(54, y + 56, 10.9, "KEYWORDS", SANS_BOLD)
    s.put(54, y + 70, 9, "language models, memory, serving")
    s.put(54, y + 84, 8, "ACM Reference Format:", BOLD)
    s.fill(
        54,
        y + 94,
        240,
        8,
        "Maria Keller, Wei Zhang, and Jun-Ho Kim. 2024. "
        + T
        + ". In Proceedings of X. https://doi.org/10.1145/3580305.3599999",
    )
    s.put(54, y + 140, 10.9, "1   INTRODUCTION", SANS_BOLD)
    s.fill(54, y + 154, 240, 9, INTRO[:300])
    s.fill(318, 200, 240, 9, INTRO)
    return s, T, 3, ["University of Michigan", "Alibaba", "Seoul National University"]


def usenix():
    s = Sheet()
    s.center(80, 14.3, T1, BOLD)
    s.center(97, 14.3, T2, BOLD)
    s.center(125, 12, "Maria Keller   Wei Zhang   Jun-Ho Kim")
    s.center(140, 12, "University of Wisconsin-Madison", ITALIC)
    columns(s, 190, intro="1   Introduction", x1=54, abssize=10)
    return s, T, 3, ["University of Wisconsin–Madison"]


def usenix_marks():
    s = Sheet()
    s.center(80, 14.3, T1, BOLD)
    s.center(97, 14.3, T2, BOLD)
    s.center(125, 12, "Maria Keller^{1}, Wei Zhang^{1,2}, Jun-Ho Kim^{2}")
    s.center(140, 12, "^{1}Peking University, ^{2}ByteDance Inc.", ITALIC)
    columns(s, 190, intro="1   Introduction", x1=54, abssize=10)
    return s, T, 3, ["Peking University", "ByteDance"]


def aaai():
    s = Sheet()
    s.center(80, 14.3, T1, BOLD)
    s.center(97, 14.3, T2, BOLD)
    s.center(130, 12, "Maria Keller^{1}, Wei Zhang^{2*}, Jun-Ho Kim^{1}", BOLD)
    s.center(146, 10, "^{1}Nanjing University")
    s.center(157, 10, "^{2}Institute of Computing Technology, Chinese Academy of Sciences")
    s.center(168, 10, "mk@nju.edu.cn, {wz, jk}@ict.ac.cn")
    s.center(205, 10, "Abstract", BOLD, at=174)
    y = s.fill(64, 218, 220, 9, ABS)
    s.center(y + 16, 12, "Introduction", BOLD, at=174)
    s.fill(54, y + 34, 240, 10, INTRO[:500])
    s.fill(318, 205, 240, 10, INTRO)
    s.fill(
        54,
        715,
        240,
        8,
        (
            "Copyright © 2024, Association for the Advancement of Artificial Intelligence (www.aaai.org). All "
            "rights reserved."
        ),
    )
    return s, T, 3, ["Nanjing University", "Institute of Computing Technology"]


def lncs():
    s = Sheet()
    s.center(120, 14.3, T1, BOLD)
    s.center(138, 14.3, T2, BOLD)
    s.center(170, 10, "Maria Keller^{1[0000-0002-1825-0097]} and Wei Zhang^{1,2}")
    s.center(190, 9, "^{1} Inria, Paris, France")
    s.center(201, 9, "^{2} University of Bologna, Italy")
    s.center(212, 9, "maria.keller@inria.fr", MONO)
    s.put(163, 245, 9, "Abstract. ", BOLD)
    first, rest = cut(230)
    s.put(206, 245, 9, first)
    y = s.fill(163, 256, 289, 9, rest)
    s.put(163, y + 10, 9, "Keywords: Language models · Memory · Serving")
    s.put(134, y + 40, 12, "1   Introduction", BOLD)
    s.fill(134, y + 60, 345, 10, INTRO)
    return s, T, 2, ["Inria", "University of Bologna"]


def arxiv_preprint():
    s = Sheet()
    caps(s, 150, 100, 17.2, T1, BOLD)
    caps(s, 200, 120, 17.2, T2, BOLD)
    s.center(140, 10, "A PREPRINT")
    s.grid(180, 10, ["Maria Keller", "Wei Zhang"], BOLD)
    s.grid(192, 10, ["Department of Physics", "Baidu Research"])
    s.grid(204, 10, ["University of Vienna", "Beijing"])
    s.grid(216, 10, ["mk@univie.ac.at", "wz@baidu.com"], MONO)
    s.center(245, 10, "March 5, 2021")
    s.center(275, 12, "ABSTRACT", BOLD)
    y = s.fill(108, 295, 396, 10, ABS)
    s.put(72, y + 14, 10, "Keywords", BOLD)
    s.put(120, y + 14, 10, "Language models · Memory · Serving")
    s.put(72, y + 40, 12, "1   Introduction", BOLD)
    s.fill(72, y + 60, 468, 10, INTRO)
    return s, T, 2, ["University of Vienna", "Baidu"]


def spconf():
    s = Sheet()
    s.center(80, 12, T1.upper(), BOLD)
    s.center(94, 12, T2.upper(), BOLD)
    s.center(125, 12, "Maria Keller^{1}, Wei Zhang^{2}, Jun-Ho Kim^{1}", ITALIC)
    s.center(150, 12, "^{1} Johns Hopkins University, Baltimore, USA")
    s.center(164, 12, "^{2} Amazon Alexa AI, Seattle, USA")
    s.center(200, 10, "ABSTRACT", BOLD, at=174)
    y = s.fill(54, 220, 240, 9, ABS)
    x = s.put(66, y + 6, 9, "Index Terms", ITALIC)
    s.put(x, y + 6, 9, "— language models, memory, serving")
    s.center(y + 35, 10, "1. INTRODUCTION", BOLD, at=174)
    s.fill(54, y + 50, 240, 9, INTRO[:500])
    s.fill(318, 200, 240, 9, INTRO)
    return s, T, 3, ["Johns Hopkins University", "Amazon"]


CONFERENCES = [
    neurips,
    iclr,
    iclr_blocks,
    icml,
    cvpr,
    cvpr_without_marks,
    ieee,
    acm,
    usenix,
    usenix_marks,
    aaai,
    lncs,
    arxiv_preprint,
    spconf,
]
