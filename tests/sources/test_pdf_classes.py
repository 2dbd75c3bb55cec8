"""First pages of PDFs as the classes of journals set them: subtitles, running heads, notes at the side."""

from __future__ import annotations

from textwrap import wrap

from kg.sources import read
from tests.sources.made_pdf import ABS, BOLD, INTRO, MONO, Sheet, T, columns, paper, pdf
from tests.sources.test_pdf_names import THREE, TWO, VIENNA


def beside(tmp_path, *notes, names="Maria Keller^{1}, Wei Zhang^{2}"):
    """The affiliations of a page with small notes left of its abstract, a list of lines each."""
    sheet = Sheet()
    sheet.put(40, 90, 17, T, BOLD)
    sheet.put(40, 115, 11, names)
    sheet.put(190, 160, 10, "Abstract", BOLD)
    sheet.fill(190, 176, 360, 10, ABS + " " + ABS)
    y = 170.0
    for note in notes:
        for line in note:
            sheet.put(40, y, 7.5, line)
            y += 9.4
    sheet.put(190, 500, 12, "1   Introduction", BOLD)
    sheet.fill(190, 520, 360, 10, INTRO)
    document = paper(tmp_path, sheet)
    return document.texts["I"].text if "I" in document.texts else ""


def test_a_note_on_correspondence_ends_at_the_next_mark(tmp_path):
    notes = ["*Correspondence:", "mk@univie.ac.at"], ["^{1}Department of Physics,", VIENNA]
    found = beside(tmp_path, *notes, ["Full list of author information is", "at the end of the article"])
    assert found == f"Department of Physics, {VIENNA}"


def test_a_picture_of_a_letter_behind_a_name_is_no_letter(tmp_path):
    sheet = Sheet()
    sheet.center(80, 16, T, BOLD)
    sheet.put(sheet.put(72, 125, 11, "Maria Keller^{1}"), 125, 11, "B", MONO)
    sheet.put(170, 125, 11, ", Wei Zhang^{2}")
    sheet.put(72, 140, 10, TWO)
    columns(sheet, 180)
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf(sheet).replace(b"/Courier", b"/bbding7"))
    [document] = read(path).documents
    assert document.authors == THREE[:2]


FAU = "Friedrich-Alexander-Universität Erlangen-Nürnberg (FAU), Erlangen, Germany"
LONG = (
    "Memory and Eviction Laboratory, Division of the Theory of Long Requests and of Their Practice, Division of Caches "
    "and Pages, Division of Everything Else, Keller School of Computing Department of Informatics, University of "
    "Vienna, 1540 Long Requests Street, Building of Memory 133, Mail Code 9003, Room 2, Floor 3, 1090, Vienna, Austria"
)


def test_an_affiliation_in_a_note_may_be_long(tmp_path):
    assert beside(tmp_path, wrap(f"^{{1}}{LONG}", 40)) == LONG
