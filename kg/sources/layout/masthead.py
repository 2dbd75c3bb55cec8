"""What stands around the header of a paper: the journal's name, rubrics, covers, and columns of notes at the side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from kg.sources.layout.abstract import Abstract, is_heading
from kg.sources.layout.blocks import is_running
from kg.sources.layout.offices import Offices
from kg.sources.layout.page_words import HeaderLabels, letters
from kg.sources.layout.pages import Page, TextLine
from kg.text import count_han, fold

_MOST_WORDS = 9  # of a journal's name
_HAN_NAME = 12  # characters of the Chinese name of a university
_SITE = re.compile(r"(?:https?://|www\.)[^\s,;()]+")
_LONG = 8  # letters of a journal's name that is part of an address
_NEAR = 3.5  # em; from a journal's name to the lines around it
_CITED = (
    r"^\W*(?:[Tt]he\s+)?{0}[,.:]?\s*(?:\d|\((?:19|20)\d\d|[Vv]ol\b|[Nn]o\b)|^\W*[Cc]ite\s+this\s*:?\s*{0}"
    r"|[.?!]\s+{0},?\s+(?:(?:19|20)\d\d\s*[;:]|\d+\s*[(:;])"
)
_FEW_ROWS = 5  # which do not show how a text is set
_WIDE = 2.6  # em; leading of a manuscript that is set for review
_LONGEST = 400  # characters of a title
_SHORT = 40  # characters of a note that is set large
_SMALL_PRINT = 0.93  # size of notes in a column at the side, relative to the abstract
_NARROW = 0.6  # width of a column at the side, relative to the abstract's
_FEW_BESIDE = 3  # lines of such a column beside the abstract
_MOST_COVER = 60  # lines of a sheet that an archive puts before a paper


def is_masthead(group: Sequence[TextLine], lines: Sequence[TextLine]) -> bool:
    """Whether large lines name a journal, a kind of article or a cover, or are running text: no title."""
    labels = HeaderLabels.load()
    text = " ".join(line.text for line in group)
    is_note = len(group) == 1 and len(text) < _SHORT and bool(labels.note.match(text))
    if is_note or is_organisation(text) or labels.is_kind(text) or labels.is_cover(text) or len(text) > _LONGEST:
        return True
    if len(group) > 2 or len(text.split()) > _MOST_WORDS:
        return False
    own = {id(line) for line in group}
    others = [line for line in lines if id(line) not in own]
    size = group[0].size
    above = max((li for li in others if 0 < group[0].y - li.y < _NEAR * size), key=lambda li: li.y, default=None)
    if above and labels.above_journal.match(above.text):
        return True
    own_name = letters(text)
    sites = [letters(part) for li in others for m in _SITE.finditer(li.text) for part in re.split(r"[/.]", m[0])]
    if len(own_name) >= _LONG and own_name in sites:
        return True  # "www.nature.com/scientificreports"
    cited = re.compile(_CITED.format(re.escape(text).replace(r"\ ", r"\s+")))
    others.sort(key=lambda line: line.order)
    pairs = (f"{a.text} {b.text}" for a, b in pairwise(others) if len(a.text) + len(b.text) < _LONGEST)
    return any(cited.search(text) for text in (*(line.text for line in others), *pairs))


def is_organisation(text: str) -> bool:
    """Whether a line is the name of an organisation and no more: the university above the title of a thesis."""
    offices = Offices.load()
    is_chinese = count_han(text) == len(text) <= _HAN_NAME and text.endswith(tuple(offices.han))
    return fold(text) in offices.names or is_chinese


def leading(lines: Sequence[TextLine]) -> float:
    """The distance of lines of a title in em at most: more on a manuscript that is set with wide spaces for review."""
    text = sorted((line for line in lines if is_running(line.text)), key=lambda line: line.order)
    gaps = [(b.y - a.y) / a.size for a, b in pairwise(text) if a.size and 0 < b.y - a.y < 4 * a.size]
    return _WIDE if len(gaps) > _FEW_ROWS and median(gaps) > 1.55 else 0.0


def _sides(lines: Sequence[TextLine], left: float, right: float) -> tuple[list[TextLine], list[TextLine]]:
    """The lines left and right of a column of text; short lines of a wide paragraph are none of them."""
    wide: list[TextLine] = []
    for line in sorted(lines, key=lambda li: li.y):
        is_next = line.right < left - 3 and line.chars[0].raised and any(_is_level(above, line) for above in wide)
        wide += [line] * (is_next or line.left < left - 3 < line.right)
    own = set(map(id, wide))
    start = [li for li in lines if li.right < left - 3 and id(li) not in own]
    start = [li for li in start if not any(_is_level(*pair) for one in wide for pair in ((one, li), (li, one)))]
    return start, [li for li in lines if li.left > right + 3]


def repeated(line: TextLine, others: Sequence[TextLine]) -> bool:
    """Whether another line says the same: the name of a journal, which stands in several places."""
    text = letters(line.text)
    return any(letters(li.text) == text for li in others if li is not line)


def columns(page: Page, found: Abstract) -> list[TextLine]:
    """The lines of a column beside the abstract; one of small print goes up to the top of the page."""
    out: list[TextLine] = []
    bottom = max(row.y for row in found.rows)
    size = max(row.size for row in found.rows)
    for side in _sides(page.lines, found.left, found.right):
        level = [li for li in side if found.top - li.size < li.y < bottom + li.size]
        small = [li for li in level if li.size <= _SMALL_PRINT * size]
        if len(small) >= _FEW_BESIDE and len(small) > 0.6 * len(level):
            out += side
        elif len(level) >= _FEW_BESIDE:
            widest = max(li.right - li.left for li in level)
            out += [li for li in side if li.y > found.top - li.size and widest < _NARROW * (found.right - found.left)]
    return out


def hanging(page: Page, below: float, column: tuple[float, float], top: float) -> list[TextLine]:
    """The lines between two heights that start a column of notes left of the text, which goes on below `top`.

    One right of it, which may be text, counts if it begins as a list of affiliations. `column`: edges of the text.
    """
    left, right = column
    out = _hung([li for li in page.lines if li.right < left - 3 and li.y > below], top)
    beyond = _hung([li for li in page.lines if li.left > right + 3 and li.y > below], top)
    return [*out, *beyond] if beyond and HeaderLabels.load().affiliations.match(beyond[-1].text) else out


def _hung(side: list[TextLine], top: float) -> list[TextLine]:
    """The lines above `top` of the column that goes on below it, from the lowest up."""
    side.sort(key=lambda li: li.y)
    out: list[TextLine] = []
    low = next((li for li in side if li.y > top), None)
    for line in reversed([li for li in side if low and li.y < low.y]):
        if low is None or not _is_level(line, low):
            break
        out.append(line)
        low = line
    return out


def _is_level(above: TextLine, below: TextLine) -> bool:
    """Whether two lines follow each other in a column of one size."""
    size = below.size
    is_near = 0 < below.y - above.y < 1.7 * size and abs(above.left - below.left) < size
    return is_near and abs(above.size - size) < 0.1 * size


def is_cover(page: Page) -> bool:
    """Whether a page stands before the paper: its highlights, its graphical abstract, the sheet of an archive."""
    labels = HeaderLabels.load()
    top = sorted(page.lines, key=lambda line: line.y)[:6]
    if any(labels.is_cover(line.text) for line in top):
        return not any(is_heading(line) for line in page.lines)  # a section of a magazine may be called so
    return len(page.lines) < _MOST_COVER and any(labels.on_cover.search(line.text) for line in page.lines)
