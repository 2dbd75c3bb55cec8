"""First pages whose header is not in one column below the title: above it, beside it, with small print on its level."""

from made_pdf import BOLD, ITALIC, SANS, SANS_BOLD, Sheet
from pdf_templates import ABS, INTRO, T1, T2, T


def _small_print(s, y, lines=16):
    for number in range(lines):
        s.put(
            45,
            y + 9 * number,
            7,
            ("Permission is asked for", "by letter to the office", "of the society.")[number % 3],
            SANS,
        )


def names_above_the_title():
    """Rubric, names, title; the affiliations are notes."""
    s = Sheet(595, 842)
    s.put(380, 50, 8, "Open Systems 2024; 14: 20240988")
    s.put(45, 72, 10, "Research Article", SANS_BOLD)
    s.put(45, 95, 11, "Maria Keller^{*}, Wei Zhang, and Jun-Ho Kim", SANS)
    s.put(45, 125, 18, T1, SANS_BOLD)
    s.put(45, 146, 18, T2, SANS_BOLD)
    s.put(45, 168, 8, "received May 3, 2023; accepted January 9, 2024")
    s.put(45, 195, 9, "Abstract:", BOLD)
    words = ABS.split()
    s.put(88, 195, 9, " ".join(words[:7]))
    y = s.fill(45, 206, 245, 9, " ".join(words[7:]))
    s.put(45, y + 12, 9, "Keywords: memory, serving")
    s.put(45, y + 30, 11, "1 Introduction", SANS_BOLD)
    s.fill(305, 195, 245, 9, INTRO)
    for number, (name, place) in enumerate(
        (
            ("Maria Keller,", "University of Warsaw, Warsaw, Poland"),
            ("Wei Zhang,", "Monash University, Clayton, Australia"),
            ("Jun-Ho Kim,", "Monash University, Clayton, Australia"),
        )
    ):
        s.put(45, 780 + 9 * number, 7, name, SANS_BOLD)
        s.put(100, 780 + 9 * number, 7, place, SANS)
    return s, T, 3, ["University of Warsaw", "Monash University"]


def authors_at_the_left():
    """A column of authors with their addresses left of title and abstract."""
    s = Sheet()
    y = 70
    for name, lines in (
        (
            "Maria Keller",
            ("Department of Physics,", "University of Vienna,", "Vienna, Austria", "e-mail: mk@univie.ac.at"),
        ),
        ("Wei Zhang", ("Zhejiang University,", "Hangzhou, China", "e-mail: wz@zju.edu.cn")),
    ):
        s.put(45, y, 11, name, SANS_BOLD)
        for line in lines:
            y += 10
            s.put(45, y, 8.5, line, SANS)
        y += 20
    s.put(210, 75, 18, T1.replace(" for", ""), SANS_BOLD)
    s.put(210, 97, 18, T2, SANS_BOLD)
    end = s.fill(210, 120, 350, 10, ABS, ITALIC)
    s.put(210, end + 5, 10, "Keywords: memory, serving", ITALIC)
    top = max(end, y) + 40
    s.put(45, top, 11, "1 Introduction", BOLD)
    s.fill(45, top + 16, 245, 9.5, INTRO[:600])
    s.fill(305, top + 16, 245, 9.5, INTRO)
    return s, f"{T1.replace(' for', '')} {T2}", 2, ["University of Vienna", "Zhejiang University"]


def small_print_level_with_the_title():
    """A column of notes starts on the level of the title; the abstract has no heading."""
    s = Sheet(595, 842)
    s.put(45, 60, 12, "ROYAL ARCHIVE", SANS_BOLD)
    s.put(185, 84, 20, T1, SANS_BOLD)
    s.put(45, 97, 7.5, "royalarchive.org/journal/rsos and its office", SANS)
    s.put(185, 107, 20, T2, SANS_BOLD)
    s.put(185, 132, 11, "Maria Keller^{1}, Wei Zhang^{2} and", SANS)
    s.put(185, 145, 11, "Jun-Ho Kim^{2}", SANS)
    s.put(185, 160, 8.5, "^{1}University of Warsaw, Warsaw, Poland", SANS)
    s.put(185, 170, 8.5, "^{2}Monash University, Clayton, Australia", SANS)
    _small_print(s, 110, 40)
    y = s.fill(185, 195, 360, 9.5, ABS)
    s.put(185, y + 20, 11, "1. Introduction", SANS_BOLD)
    s.fill(185, y + 36, 360, 9.5, INTRO)
    return s, T, 3, ["University of Warsaw", "Monash University"]


def summary_in_plain_language():
    """The summary for everyone below the abstract is no part of it, nor is the state of the review one of the title."""
    s = Sheet(595, 842)
    s.put(45, 60, 9, "RESEARCH ARTICLE", SANS_BOLD)
    s.put(45, 85, 17, T1, SANS_BOLD)
    s.put(45, 106, 17, f"{T2} [version 1; peer review: 2 approved]", SANS_BOLD)
    s.put(45, 130, 10, "Maria Keller^{1}, Wei Zhang^{2}", SANS_BOLD)
    s.put(45, 146, 8, "^{1}University of Warsaw, Warsaw, Poland", SANS)
    s.put(45, 156, 8, "^{2}Monash University, Clayton, Australia", SANS)
    s.put(45, 180, 10, "Abstract", SANS_BOLD)
    y = s.fill(45, 194, 500, 9.5, ABS)
    s.put(45, y + 6, 10, "Plain Language Summary", SANS_BOLD)
    y = s.fill(45, y + 18, 500, 9.5, "Everyone can read what we did here, because we say it with few words. " * 4)
    s.put(45, y + 20, 11, "1. Introduction", SANS_BOLD)
    s.fill(45, y + 36, 500, 9.5, INTRO)
    return s, T, 2, ["University of Warsaw", "Monash University"]


SIDES = [names_above_the_title, authors_at_the_left, small_print_level_with_the_title, summary_in_plain_language]
