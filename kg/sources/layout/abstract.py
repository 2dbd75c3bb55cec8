"""Find the abstract on a page: by its heading, or as the first paragraph of running text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from kg.sources.layout.blocks import TextRow, is_running, paragraphs, rows
from kg.sources.layout.change import LOOKAHEAD, is_another_text
from kg.sources.layout.join import Joiner, plain
from kg.sources.layout.page_words import HeaderLabels, letters
from kg.sources.layout.pages import INITIAL, Page, TextLine
from kg.text import count_han

_HEADING = re.compile(r"(?:[A-Z\d]\s?[.)]\s*)?(?:abstract|summary|(?:中文)?摘要)\s*[.:：—–-]*", re.I)
_RUN_IN = re.compile(
    r"\s*\W?(?:Abstract|ABSTRACT|Summary|SUMMARY|(?:中文)?摘\s*要)\W?\s*"
    r"(?:[.:：—–-]+\s*|\s+(?=[A-Z“\"\u3400-\u9fff])|(?<=要)(?=[\u3400-\u9fff]))"
)
_LABEL = re.compile(  # of the first part of an abstract without a heading
    r"(?:Background|Introduction|Objectives?|Purpose|Aims?|Context|Motivation|Importance)(?:\s+and\s+\w+)?\s*[:.]\s+(?=[A-Z])"
)
KEYWORDS = re.compile(
    r"\s*(?:(?:key\s?-?words?(?:\s+and\s+phrases)?|index\s+terms|additional\s+key\s?words(?:\s+and\s+phrases)?)"
    r"\s*(?:[.:：—–-]+|$|(?=[A-Z]))|(?-i:D(?:escriptors|ESCRIPTORS))\s*:|keywords?\s|\W?关\s*键\s*[词字]\W*)",
    re.I,
)
_AFTER = re.compile(
    r"\s*(?:ccs\s+concepts?\b|categories\s+and\s+subject|general\s+terms|acm\s+reference\s+format|permission\s+to\s+make"
    r"|(?:\d{1,2}|[IVX]{1,4})?\s*[.:]?\s*(?:introduction|motivation|引\s*言|绪\s*论|前\s*言)\s*[.:]?\s*$|contents\s*$"
    r"|(?:figure|fig\.)\s*\d+\s*[.:]|table\s+\d+\s*[.:]|preprint\b.{0,60}$|\*?correspond(?:ing|ence)\b|equal\s+contribution)",
    re.I,
)
_OPENING = re.compile(r"(?:1|I)?[.:]?introduction[.:]?", re.I)  # in small capitals, "I NTRODUCTION"
_NUMBERED = re.compile(r"\s*(?:1|I|A)\s*[.:]?\s+[A-Z][\w -]{2,40}$")
_END = re.compile(r"[.!?][)\]\"”’']*\s*\d*$")
_FOOT = 0.88  # share of the page from which a row without letters is its number
_MOST = 90  # rows per abstract
_MOST_KEYWORDS = 9  # rows
_WHOLE, _SMALL = 300, 0.75  # letters of an abstract alone at the foot of a page, and its size relative to the names
_FEWEST, _SHORT = 3, 180  # lines of running text of an abstract without a heading, and letters of so few
_GAP, _LOW = 1.3, 0.8  # leadings between an abstract and text set alike below it, which ends in this share of all
_FEW = 25  # letters of a line that can define the width of a column
_PART, _HEADED = 1.7, 1.2  # leadings above a part of an abstract, and below a heading in a row of its own


@dataclass
class Abstract:
    """The abstract of a page, its top (y on the page), and the rows that follow it in its column."""

    text: str
    top: float
    rows: list[TextRow]
    after: list[TextRow]
    left: float = 0.0  # left edge of its column
    right: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether it breaks off in mid-sentence at the bottom of its page."""
        last = self.rows[-1]
        return _is_foot(last, self.after) and not _END.search(last.text) and is_running(last.text)


def is_heading(line: TextLine) -> bool:
    """Whether a line consists of the heading of an abstract only (also "A B S T R A C T")."""
    text = line.text.strip()
    return len(text) < 30 and bool(_HEADING.fullmatch(text) or _HEADING.fullmatch(text.replace(" ", "")))


def is_after(line: TextLine) -> bool:
    """Whether a line stands behind an abstract and in no header: "1 Introduction", "ACM Reference Format"."""
    return _AFTER.match(line.text) is not None


def _is_run_in(line: TextLine) -> bool:
    """Whether a line starts with the heading, which is followed by a mark or set in another font."""
    match = _RUN_IN.match(line.text)
    if not match:
        return False
    label = line.chars[0].font
    is_marked = not match.group().rstrip()[-1:].isalpha() or bool(count_han(match.group()))
    return is_marked or (label.bold, label.italic) != (line.font.bold, line.font.italic)


def _is_beside(heading: TextLine, line: TextLine) -> bool:
    """Whether the text starts on the line of the heading, after a gap."""
    is_level = abs(line.y - heading.y) < 0.3 * heading.size
    return is_level and 0 < line.left - heading.right < 2.5 * heading.size


def find(page: Page, below: float, joiner: Joiner) -> Abstract | None:
    """The abstract below the height `below`; None when there is none."""
    lines = [line for line in page.lines if line.y > below]
    for start, heading in _starts(lines):
        found = _collected(page, lines, start, heading, joiner, below)
        if found:
            return found
    return None


def _starts(lines: Sequence[TextLine]) -> Iterator[tuple[TextLine, TextLine | None]]:
    """Yield where an abstract may start, and the heading in a line of its own above it; the likeliest first."""
    labels = HeaderLabels.load()
    for line in lines:
        if is_heading(line) and not (line.text.islower() and any(_is_beside(li, line) for li in lines)):
            beside = next((li for li in lines if _is_beside(line, li)), None)
            yield beside or line, None if beside else line
        elif is_chinese(line):
            yield line, None
    yield from ((line, None) for line in lines if _is_run_in(line))
    yield from ((line, line) for line in lines if letters(line.text) in labels.abstracts)
    labelled = [li for li in lines if li.chars[0].font.bold and not li.font.bold]
    yield from ((li, None) for li in labelled if labels.abstract.match(li.text))
    yield from ((li, None) for li in labelled if _LABEL.match(li.text))


def is_chinese(line: TextLine) -> bool:
    """Whether an abstract in Chinese starts on a line, behind its heading."""
    return count_han(line.text) > 2 and _is_run_in(line)


def has_initial(line: TextLine) -> bool:
    """Whether a line starts with a letter that is several lines high: the text of an article, not its abstract."""
    first = line.chars[0]
    return first.text.isupper() and first.font.size > INITIAL * line.size and line.letters > 3


def first_paragraph(page: Page, below: float, joiner: Joiner) -> Abstract | None:
    """The first paragraph of running text if a heading or keywords follow it on the page; else None."""
    lines = [line for line in page.lines if line.y > below]
    labels = HeaderLabels.load()
    text = min((li.y - li.chars[0].font.size for li in lines if has_initial(li)), default=page.height)
    runs = list(paragraphs(lines, _FEWEST - 1))
    for run in runs:
        is_apart = all(li.font.italic or li.font.bold for li in run) and sum(li.letters for li in run) >= _SHORT
        if len(run) < _FEWEST and not is_apart:
            continue
        if len(run) == _FEWEST and (labels.note.match(run[0].text) or sum(li.letters for li in run) < _SHORT):
            continue
        is_alone = len(runs) == 1 and not run[0].chars[0].raised and sum(li.letters for li in run) >= _WHOLE
        lowest = 0.9 if is_alone and run[0].size >= _SMALL * max(li.size for li in lines if li.letters) else 0.7
        if run[0].y > min(lowest * page.height, text) or KEYWORDS.match(run[0].text) or _AFTER.match(run[0].text):
            return None
        above = [
            li
            for li in lines
            if 0 < run[0].y - li.y < 3 * li.size and li.left < run[0].right and li.right > run[0].left
        ]
        if any(_AFTER.match(li.text) or _NUMBERED.match(li.text) for li in above):
            return None  # belongs to the introduction
        found = _collected(page, lines, run[0], None, joiner, below)
        return found if found and not found.text[0].islower() else None  # the middle of a text whose start is unclear
    return None


def _collected(
    page: Page, lines: list[TextLine], start: TextLine, heading: TextLine | None, joiner: Joiner, below: float
) -> Abstract | None:
    column = _column(lines, start, heading)
    if not column:
        return None
    left, right = column
    own = [li for li in lines if left - 12 <= li.left and li.right <= right + 12 and li.y > start.y - 0.3 * start.size]
    if heading:
        own = [li for li in own if li is not heading and li.y > heading.y + 0.5 * heading.size]
    end = _end_of_cell(lines, start)
    kept, after = _taken(rows(li for li in own if li.y < end))
    if heading is None and start.chars[0].font == start.font and not _is_run_in(start):
        kept, after = _above_gap(kept, after, max(li.y for li in lines))
    while kept and not kept[-1].letters and kept[-1].y > _FOOT * page.height:
        kept.pop()  # the number of the page
    if not kept:
        return None
    is_low = not after or after[0].y > 0.75 * page.height or _is_foot(kept[-1], after)
    if is_low and not _END.search(kept[-1].text):
        kept, after = _continued(page, kept, after, right, below)
    text = joiner.join(plain(row.chars) for row in kept)
    if not heading:
        text = _RUN_IN.sub("", HeaderLabels.load().abstract.sub("", text, count=1), count=1)
    text, _, _ = _cut_keywords(text)
    return Abstract(text.strip(), start.y, kept, after, left, right) if len(text) > 60 else None


def _above_gap(kept: list[TextRow], after: list[TextRow], foot: float) -> tuple[list[TextRow], list[TextRow]]:
    """Split a text without headings at its only gap, which parts an abstract from paragraphs without gaps."""
    gaps = [b.y - a.y for a, b in pairwise(kept)]
    wide = [at for at, gap in enumerate(gaps, 1) if gap > _GAP * median(gaps)]
    at = wide[0] if wide else 0
    is_whole = at >= _FEWEST and bool(_END.search(kept[at - 1].text)) and kept[-1].y > _LOW * foot
    return (kept[:at], [*kept[at:], *after]) if len(wide) == 1 and is_whole else (kept, after)


def _end_of_cell(lines: Sequence[TextLine], start: TextLine) -> float:
    """Where the next cell of a table starts, if the text stands beside its heading in a column of such."""
    beside = [li for li in lines if li.right < start.left]
    head = next((li for li in beside if is_heading(li) and abs(li.y - start.y) < 0.3 * li.size), None)
    heads = (li for li in beside if head and li.y > head.y and abs(li.left - head.left) < 2 and li.font == head.font)
    return min((li.y - 0.5 * li.size for li in heads), default=math.inf)


def _is_foot(last: TextRow, after: Sequence[TextRow]) -> bool:
    """Whether only notes follow a row in its column."""
    return all(row.size < 0.95 * last.size or not row.letters for row in after)


def over_pages(found: Abstract, page: Page | None, joiner: Joiner) -> str:
    """The text of an abstract with its continuation at the top of the next page."""
    if page is None:
        return found.text
    own = rows(li for li in page.lines if found.left - 12 <= li.left and li.right <= found.right + 12)
    size = found.rows[-1].size
    first = next((at for at, row in enumerate(own) if abs(row.size - size) <= 0.07 * size and row.letters > 3), None)
    is_heading = first is not None and own[first].is_bold and not found.rows[-1].is_bold
    if first is None or is_heading or _AFTER.match(own[first].text):
        return found.text
    more, _ = _taken(own[first:])
    return joiner.join([found.text, *(plain(row.chars) for row in more)])


def _column(lines: Sequence[TextLine], start: TextLine, heading: TextLine | None) -> tuple[float, float] | None:
    """Left and right edge of the column that holds the abstract; None if there is no text."""
    if heading is None:
        near = [
            li
            for li in lines
            if 0 <= li.y - start.y < 8 * start.size
            and (li.left < start.center and li.right > start.left and li.font.bold == start.font.bold)
        ]
        near = _even([start, *sorted((li for li in near if li is not start), key=lambda li: li.y)])
        return min(li.left for li in near), max(li.right for li in near)
    near = []
    for li in lines:
        is_near = 0.5 * start.size < li.y - start.y < 14 * start.size and li.letters >= 15
        if is_near and (_is_under(li, start) or abs(li.left - start.left) < 3 * start.size):
            near.append(li)
    if not near:
        return None
    near.sort(key=lambda li: li.y)
    if _is_under(near[0], start):  # the heading is centered, possibly over two columns that begin further down
        near = [li for li in near if _is_under(li, start)]
    first = _even(near)[:8]
    if len(first) == 1 and near[1:] and near[1].left < first[0].left < near[1].right:
        first = _even(near[1:])[:8]  # a word of a line that is set with wide gaps
    left, right = median(li.left for li in first), median(li.right for li in first)
    return left, max(right, *(li.right for li in _block(lines, first) if li.left < right))


def _even(lines: Sequence[TextLine]) -> list[TextLine]:
    """The lines from the first on that are of its size, up to a gap: a note below a short abstract is none of it."""
    out = list(lines[:1])
    for line in lines[1:]:
        gap = line.y - out[-1].y
        if abs(line.size - out[0].size) > 0.07 * out[0].size or gap > 2.2 * line.size:
            break
        out.append(line)
    return out


def _block(lines: Sequence[TextLine], first: Sequence[TextLine]) -> list[TextLine]:
    """The `first` lines of a text and those below that begin at the same place: a line further down may be longer."""
    last = max(first, key=lambda li: li.y)
    left = median(li.left for li in first)
    out = list(first)
    size, low = last.size, last.y
    for line in sorted((li for li in lines if li.y > last.y and abs(li.left - left) < 2), key=lambda li: li.y):
        is_part = line.font.bold and line.letters < _FEW and not _AFTER.match(line.text)  # the heading of a part
        if (abs(line.size - size) > 0.02 * size and not is_part) or line.y - low > (3 if is_part else 2.2) * line.size:
            break
        out += [line] * (not is_part)
        low = line.y
    return out


def _is_under(line: TextLine, heading: TextLine) -> bool:
    return line.left - 3 <= heading.center <= line.right + 3


def _taken(all_rows: list[TextRow]) -> tuple[list[TextRow], list[TextRow]]:
    """Split rows into those of the abstract and those after it."""
    kept: list[TextRow] = []
    leading = 0.0
    size = next((row.size for row in all_rows if is_running(row.text)), all_rows[0].size if all_rows else 0.0)
    for at, row in enumerate(all_rows):
        if kept:
            below = all_rows[at : at + LOOKAHEAD]
            is_part = _opens_part(below, kept, leading)
            if at >= _MOST or (not is_part and _ends(row, kept, size, leading)):
                return kept, all_rows[at:]
            is_own = is_part or _is_last_line(below, kept)
            if not is_own and (_divides(below[:3], kept) or is_another_text(below, kept)):
                return kept, all_rows[at:]
            leading = leading or row.y - kept[-1].y
        kept.append(row)
    return kept, []


def _is_last_line(below: Sequence[TextRow], kept: Sequence[TextRow]) -> bool:
    """Whether a row goes on with a text, and a gap parts the next one from it."""
    gap = below[0].y - kept[-1].y
    return len(below) > 1 and below[1].y - below[0].y > _PART * gap and is_running(below[0].text)


def _opens_part(below: Sequence[TextRow], kept: Sequence[TextRow], leading: float) -> bool:
    """Whether a part begins below whose heading is set as that of the first one, before its text or alone in a row."""
    row, *after = below[:2]
    label = kept[0].chars[0].font
    if not label.bold or kept[0].is_bold or _RUN_IN.match(kept[0].text) or row.chars[0].font != label:
        return False
    is_open = not row.chars[-1].font.bold or any(
        not r.chars[0].font.bold and r.y - row.y < _HEADED * leading for r in after
    )
    return is_open and row.y - kept[-1].y < _PART * leading


def _ends(row: TextRow, kept: list[TextRow], size: float, leading: float) -> bool:
    """Whether a row lies after the end of the abstract."""
    text = row.text
    if text[:1].islower() and is_running(text) and not _END.search(kept[-1].text):
        return abs(row.size - size) > 0.07 * size  # in the middle of a sentence
    if KEYWORDS.match(text) or _AFTER.match(text) or _OPENING.fullmatch(text.replace(" ", "")):
        return True
    if HeaderLabels.load().after_abstract.match(text) or HeaderLabels.load().abstract.match(text):
        return True
    if row.font == kept[0].font and row.letters < _FEW and kept[0].letters < _FEW and kept[0].is_bold:
        return False  # each part of the abstract has a heading
    if abs(row.size - size) > 0.07 * size and row.letters > 3:
        return True
    gap = row.y - kept[-1].y
    if leading and gap > max(1.9 * leading, leading + size):
        return True
    is_spaced = bool(leading) and gap > 1.15 * leading
    full = median(r.left for r in kept) if len(kept) > 2 else None
    return full is not None and row.left < full - 6 and is_spaced and bool(_END.search(kept[-1].text))


def _divides(below: Sequence[TextRow], kept: Sequence[TextRow]) -> bool:
    """Whether two columns of text start below an abstract of full width; a single wide gap does not count."""
    middle = (min(row.left for row in kept) + max(row.right for row in kept)) / 2
    if len(kept[-1].lines) > 1 or any(line.left < middle < line.right for row in below for line in row.lines):
        return False
    cells = [[line for line in row.lines if line.letters >= _FEW // 2] for row in below]
    return sum(len(row) == 2 for row in cells) >= min(2, len(below))


def _continued(
    page: Page, kept: list[TextRow], after: list[TextRow], right: float, below: float
) -> tuple[list[TextRow], list[TextRow]]:
    """The abstract with its continuation at the top of the next column, and the rows after it."""
    size = max(kept, key=lambda row: row.letters).size
    lines = [li for li in page.lines if li.left > right + 3 and li.y > below + 2 * size]
    start = min((li.left for li in lines if is_running(li.text)), default=0.0)
    edge = max((li.right for li in lines if abs(li.left - start) < size and li.letters >= _FEW), default=0.0)
    beside = rows(li for li in lines if li.right < edge + 12)  # of the next column alone
    first = next(
        (at for at, row in enumerate(beside) if abs(row.size - size) <= 0.07 * size and is_running(row.text)), None
    )
    more, rest = _taken(beside[first:])
    return kept + more, rest


def keywords(page: Page, below: float, joiner: Joiner) -> list[str]:
    """The keywords below the height `below`; [] when there are none."""
    start = next((li for li in page.lines if li.y > below and KEYWORDS.match(li.text)), None)
    if start is None:
        return []
    right = max(
        (li.right for li in page.lines if abs(li.left - start.left) < 3 and li.letters >= _FEW), default=start.right
    )
    own = rows(li for li in page.lines if li.y > start.y - 2 and li.left > start.left - 12 and li.right < right + 12)
    is_alone = not KEYWORDS.sub("", own[0].text, count=1).strip()
    taken = own[:1]
    for row in own[1:_MOST_KEYWORDS]:
        model = own[1] if is_alone else own[0]
        leading = taken[-1].y - taken[-2].y if len(taken) > 2 else 1.4 * max(row.size, model.size)
        if row.y - taken[-1].y > 1.3 * leading or abs(row.size - model.size) > 0.07 * model.size:
            break
        taken.append(row)
    text = KEYWORDS.sub("", joiner.join(plain(row.chars) for row in taken), count=1)
    return split_keywords(text)


def split_keywords(text: str) -> list[str]:
    """Split a line of keywords at its separator, the first in order of preference that occurs."""
    for mark in re.findall(r"[;；·•∙|]", text)[:1] or re.findall(r"[,，、]", text)[:1] or (" – ", " - ", ". "):
        if mark in text:
            return [w for w in (part.strip(" .,;；·") for part in text.split(mark)) if w and len(w) < 80]
    word = text.strip(" .")
    return [word] if 0 < len(word) < 80 else []


def _cut_keywords(text: str) -> tuple[str, str, str]:
    """Cut keywords off the last paragraph of an abstract."""
    match = re.search(r"(?<=[.!?])\s+(?:Key\s?-?[Ww]ords|Index Terms|KEYWORDS|KEY WORDS|INDEX TERMS)\s*[.:—–-]", text)
    return (text[: match.start()], match.group(), text[match.end() :]) if match else (text, "", "")
