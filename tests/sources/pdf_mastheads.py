"""First pages with a journal's masthead, notes at the side, and marks and degrees after names; as `pdf_templates`."""

from made_pdf import BOLD, BOLD_ITALIC, ITALIC, SANS, SANS_BOLD, Sheet
from pdf_templates import ABS, INTRO, T1, T2, T


def _body(s, y, x1=45, x2=305, wide=245):
    s.fill(x1, y, wide, 9, INTRO[:600])
    s.fill(x2, y, wide, 9, INTRO)


def large_journal():
    """The name of the journal is larger than the title, between the lines of the publisher."""
    s = Sheet(595, 842)
    s.center(60, 7, "Contents lists available at ScienceDirect")
    s.center(85, 17, "Remote Sensing of Environment")
    s.center(100, 7, "journal homepage: www.elsevier.com/locate/rse")
    s.put(45, 115, 7, "Research paper")
    s.put(45, 135, 14, T1)
    s.put(45, 152, 14, T2)
    s.put(45, 172, 11, "Maria Keller^{a,b,*}")
    s.put(45, 188, 6.4, "^{a} University of Edinburgh, Edinburgh, United Kingdom", ITALIC)
    s.put(45, 196, 6.4, "^{b} Shanghai Jiao Tong University, Shanghai, China", ITALIC)
    s.put(45, 215, 8, "A R T I C L E   I N F O")
    s.put(45, 232, 7, "Keywords:", ITALIC)
    s.put(45, 241, 7, "Language models")
    s.put(190, 215, 8, "A B S T R A C T")
    y = s.fill(190, 232, 350, 8, ABS)
    s.put(45, y + 20, 9, "1. Introduction", BOLD)
    _body(s, y + 35)
    return s, T, 1, ["University of Edinburgh", "Shanghai Jiao Tong University"]


def notes_at_the_left():
    """The journal is known by its running foot; citation, editor and rights stand left of the affiliations."""
    s = Sheet(595, 842)
    s.put(45, 58, 20, "Applied Energy", ITALIC)
    s.put(45, 75, 10, "Article", ITALIC)
    s.put(45, 97, 18, T1, BOLD)
    s.put(45, 117, 18, T2, BOLD)
    s.put(45, 137, 10, "Maria Keller^{1,†}, Wei Zhang^{2,*} and Jun-Ho Kim^{2,†}", BOLD)
    s.put(45, 155, 7, "Citation: Keller, M.; Zhang, W.")
    s.put(45, 163, 7, "Keeping What Matters. Appl. Energy 2021.")
    s.put(45, 180, 7, "Academic Editor: Rita Neves")
    s.put(45, 188, 7, "Received: 1 May 2021")
    s.put(45, 196, 7, "Copyright: © 2021 by the authors. Licensee")
    s.put(45, 204, 7, "MDPI, University Press, Basel.")
    s.put(200, 155, 8, "^{1}   Department of Physics, University of Vienna, Vienna, Austria; mk@univie.ac.at")
    s.put(200, 165, 8, "^{2}   Zhejiang University, Hangzhou, China; wz@zju.edu.cn")
    s.put(200, 175, 8, "*   Correspondence: wz@zju.edu.cn")
    s.put(200, 200, 10, "Abstract:", BOLD)
    words = ABS.split()
    s.put(248, 200, 10, " ".join(words[:9]))
    y = s.fill(200, 212, 345, 10, " ".join(words[9:]))
    s.put(200, y + 8, 10, "Keywords: memory; serving")
    s.put(200, y + 35, 10, "1. Introduction", BOLD)
    s.fill(200, y + 50, 345, 10, INTRO)
    s.put(45, 810, 7, "Applied Energy 2021, 14, 1234. https://doi.org/10.3390/ae14051234")
    return s, T, 3, ["University of Vienna", "Zhejiang University"]


def affiliations_at_the_left():
    """The affiliations stand in a column left of the abstract and begin above it; bars divide the names."""
    s = Sheet(595, 842)
    s.put(45, 46, 6.4, "Received: 1 May 2021 | Revised: 2 June 2021 | Accepted: 5 June 2021")
    s.put(45, 60, 7, "RESEARCH ARTICLE", SANS_BOLD)
    s.put(45, 88, 17, T1, SANS_BOLD)
    s.put(45, 108, 17, T2, SANS_BOLD)
    s.put(45, 127, 10.5, "Maria Keller^{1} | Wei Zhang^{2} | Jun-Ho Kim^{1,2}", SANS_BOLD)
    s.put(45, 150, 6.4, "^{1} Department of Chemistry, University of Tokyo,")
    s.put(200, 152, 9, "Abstract", SANS_BOLD)
    s.put(45, 158, 6.4, "Tokyo, Japan")
    s.put(45, 166, 6.4, "^{2} Department of Medicine, Massachusetts General")
    s.put(45, 174, 6.4, "Hospital, Boston, MA, USA")
    s.put(45, 187, 6.4, "Correspondence", BOLD)
    s.put(45, 195, 6.4, "Wei Zhang, Massachusetts General Hospital.")
    s.put(45, 208, 6.4, "Funding information", BOLD)
    s.put(45, 216, 6.4, "National Science Foundation, Grant 123456")
    y = s.fill(200, 164, 345, 9, ABS)
    s.put(200, y + 8, 8, "KEYWORDS", SANS_BOLD)
    s.put(200, y + 19, 9, "memory, serving")
    s.put(45, y + 50, 9, "1 | INTRODUCTION", BOLD)
    _body(s, y + 65)
    return s, T, 3, ["University of Tokyo", "Massachusetts General Hospital"]


def degrees():
    """Degrees stand after the names, and the names after their affiliations at the right."""
    s = Sheet()
    s.put(45, 50, 7, "JAMA Oncology | Original Investigation", SANS_BOLD)
    s.put(45, 78, 19, T1, BOLD)
    s.put(45, 100, 19, T2, BOLD)
    s.put(45, 120, 7, "Maria Keller, MD, MPH; Wei Zhang, BS; Jun-Ho Kim, PharmD, PhD", SANS)
    s.put(440, 150, 6.3, "Supplemental content", SANS)
    for at, text in enumerate(
        (
            "Author Affiliations: Department of Medicine,",
            "Stanford University, Stanford, California",
            "(Keller, Kim); Division of Cardiology, Mayo",
            "Clinic, Rochester, Minnesota (Zhang).",
        )
    ):
        s.put(440, 200 + 7.6 * at, 6.3, text, SANS)
    s.put(440, 240, 6.3, "Corresponding Author: Maria Keller, MD, MPH.", SANS)
    y = s.fill(45, 150, 370, 9, ABS, SANS)
    s.put(45, y + 6, 6.3, "JAMA Oncol. 2021;7(3):123-130. doi:10.1001/jama.2021.123", SANS)
    s.fill(45, y + 60, 370, 9, INTRO, SANS)
    return s, T, 3, ["Stanford University", "Mayo Clinic"]


def memberships():
    """Memberships after the names are cut by the ends of lines, and so is a name; a rubric stands over the title."""
    s = Sheet()
    s.put(45, 46, 7, "Received 1 May 2021, accepted 5 June 2021, date of publication 9 June 2021.")
    s.put(45, 54, 7, "Digital Object Identifier 10.1109/ACCESS.2021.1234567", ITALIC)
    s.put(45, 80, 20, "OPEN", SANS_BOLD)
    s.put(45, 102, 20, T1, SANS_BOLD)
    s.put(45, 125, 20, T2, SANS_BOLD)
    s.put(45, 145, 11, "MARIA KELLER^{1}, (Senior Member, IEEE), WEI ZHANG^{2}, (Graduate", SANS_BOLD)
    s.put(45, 158, 11, "Student Member, IEEE), AND JUN-HO KIM^{1,2}, (Fellow, IEEE)", SANS_BOLD)
    s.put(45, 172, 7.5, "^{1}Faculty of Engineering, Kyoto University, Kyoto, Japan")
    s.put(45, 181, 7.5, "^{2}Delft University of Technology, Delft, The Netherlands")
    s.put(45, 195, 7.5, "Corresponding author: Maria Keller (mk@kyoto-u.ac.jp)")
    s.put(45, 209, 7.5, "This work was supported in part by the National Science Foundation under Grant 1234567.")
    s.put(65, 235, 10, "ABSTRACT", SANS_BOLD)
    words = ABS.split()
    s.put(125, 235, 10, " ".join(words[:9]))
    y = s.fill(65, 247, 460, 10, " ".join(words[9:]))
    s.put(65, y + 8, 10, "INDEX TERMS", SANS_BOLD)
    s.put(140, y + 8, 10, "Memory, serving.")
    s.put(45, y + 35, 10, "I. INTRODUCTION", BOLD)
    _body(s, y + 50)
    return s, T, 3, ["Kyoto University", "Delft University of Technology"]


def rights_below_the_names():
    """Dates, editor and rights stand between the affiliations and an abstract without a heading."""
    s = Sheet()
    s.put(45, 46, 8, "Hindawi")
    s.put(45, 56, 8, "Mobile Information Systems")
    s.put(45, 66, 8, "Volume 2021, Article ID 1234567, 12 pages")
    s.put(45, 90, 13, "Research Article", BOLD_ITALIC)
    s.put(45, 112, 17, T1, BOLD)
    s.put(45, 132, 17, T2, BOLD)
    s.put(45, 155, 10, "Maria Keller ,^{1} Wei Zhang,^{2} and Jun-Ho Kim ^{1,2}", BOLD)
    s.put(45, 172, 8, "^{1}Department of Physics, University of Warsaw, Warsaw, Poland", ITALIC)
    s.put(45, 182, 8, "^{2}Monash University, Clayton, Australia", ITALIC)
    s.put(45, 198, 8, "Correspondence should be addressed to Maria Keller; mk@uw.edu.pl")
    s.put(45, 212, 8, "Received 12 March 2021; Accepted 5 June 2021; Published 9 July 2021")
    s.put(45, 226, 8, "Academic Editor: Lucia Bianchi")
    rights = (
        "Copyright © 2021 Maria Keller et al. This is an open access article distributed under the Creative Commons"
    )
    s.fill(45, 240, 520, 7, f"{rights} Attribution License, which permits unrestricted use of the original work.")
    y = s.fill(45, 268, 520, 9, ABS)
    s.put(45, y + 20, 9, "1. Introduction", BOLD)
    _body(s, y + 35)
    return s, T, 3, ["University of Warsaw", "Monash University"]


MASTHEADS = [
    large_journal,
    notes_at_the_left,
    affiliations_at_the_left,
    degrees,
    memberships,
    rights_below_the_names,
]
