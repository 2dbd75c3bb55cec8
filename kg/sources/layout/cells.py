"""Rows of a list of names: merge cells that a picture parts, and lines whose end divides a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from kg.sources.layout.offices import Offices
from kg.sources.layout.pages import TextLine, written
from kg.sources.layout.personal_names import ON, is_name, is_title, last_unit, units

MAIL = re.compile(
    r"[\w.+{}()|*-]{0,80}\s?@\s*(?:[\w.-]+\.\s?\w+|[\w.]+-$)|[{(][^{}@]{0,300}[,|][^{}@]{0,300}[)}]\s*@(?:[\w.-]+\.\w+)?"
    r"|https?:|www\.|^\W*[a-z][a-z\d-]*(?:\.[a-z][a-z\d-]*)+(?:/\S*)?\W*$"  # only "name.org/path"
    r"|^[^\w{]*\{[^{}@]*,?$"  # a brace that is closed on the next line
)
_LABEL = re.compile(r"\d{1,2}|[a-z]|[*†‡§¶]")  # the mark of an affiliation
_PICTURE = 3.0  # em; room of a picture between a name and what follows it
_EVEN, _PLAY = 3, 0.5  # gaps between the words of a line that is set wide, at least, and em by which they differ


def by_rows(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Rows from top to bottom, each with the lines on one baseline from left to right."""
    out: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: line.y):
        if out and line.y - out[-1][0].y < 0.5 * line.size:
            out[-1].append(line)
        else:
            out.append([line])
    return [sorted(row, key=lambda line: line.left) for row in out]


def unparted(row: Sequence[TextLine], offices: Offices) -> list[TextLine]:
    """Merge cells of a list of names that a picture parts, such as ORCID's, or that is set with wide gaps."""
    is_stretched = _is_stretched(row)
    out = list(row[:1])
    for line in row[1:]:
        text = written([c for c in line.chars if not c.raised])
        is_near = 0 <= line.left - out[-1].right < _PICTURE * line.size
        is_mark = out[-1].y < line.y and bool(_LABEL.fullmatch(out[-1].text)) and out[-1].size < line.size
        is_open = out[-1].text.rfind("（") > out[-1].text.rfind("）")
        if is_near and (
            is_open or is_stretched or is_mark or not text or ON.match(text) or _is_half(out[-1], line, offices)
        ):
            line.chars[0].space = True
            out[-1] = TextLine([*out[-1].chars, *line.chars], line.page)
        else:
            out.append(line)
    return out


def _is_stretched(row: Sequence[TextLine]) -> bool:
    """Whether a row is a list of names whose words are all set apart evenly, to fill the line."""
    gaps = [b.left - a.right for a, b in pairwise(row)]
    if len(gaps) < _EVEN or max(gaps) - min(gaps) > _PLAY * row[0].size:
        return False
    texts = [written([c for c in line.chars if not c.raised]) for line in row]
    is_list = any(text in ("and", "&") or text.endswith(",") for text in texts)
    return is_list and sum(" " not in text for text in texts) > 0.7 * len(row)


def _is_half(before: TextLine, line: TextLine, offices: Offices) -> bool:
    """Whether a gap divides a name in a list: "Ada Fox, Jun-Ho" and "Kim, Bo Lee"."""
    last, start = last_unit(before), units(line)[0].split()
    if len(last) != 1 or not start or before.chars[-1].raised or not before.chars[-1].text.isalpha():
        return False
    is_single = len(start) == 1 or len(start[0].strip(".")) == 1
    parts = units(before)
    is_list = len(parts) > 1 and is_name(parts[0], offices) and not is_title(last[0])
    return is_single and is_list and is_name(" ".join([*last, *start]), offices)


def rejoined(lines: Sequence[Sequence[TextLine]], offices: Offices) -> list[TextLine]:
    """Merge lines of an author list where a line end divides a name ("Lena van der / Berg, ...")."""
    out: list[TextLine] = []
    alone, low = True, 0.0  # whether the preceding row has a single cell, and its baseline
    for row in lines:
        line = row[0]
        is_next = bool(out) and 0.5 * line.size < line.y - low < 1.8 * line.size
        if is_next and _is_cut(out[-1], line, offices, alone):
            before = out.pop()
            dx, dy = before.right + 0.3 * line.size - line.left, before.y - line.y
            moved = [replace(c, left=c.left + dx, right=c.right + dx, y=c.y + dy, order=c.order) for c in line.chars]
            moved[0].space = before.chars[-1].text != "-"
            out.append(TextLine([*before.chars, *moved], before.page))
        else:
            out.append(line)
        out += row[1:]
        alone, low = len(row) == 1, line.y
    return out


def _is_cut(before: TextLine, line: TextLine, offices: Offices, alone: bool) -> bool:
    """Whether a line end divides a name.

    A line with a single name qualifies only as a cell of a row; `alone` says that the row has no other cell.
    """
    is_hyphened = before.chars[-1].text == "-" and before.chars[-2:-1] != []  # which may be set in another font
    if before.chars[-1 - is_hyphened].font != line.chars[0].font or before.chars[-1].raised or line.chars[0].raised:
        return False
    if not (before.chars[-1].text.isalpha() or before.chars[-1].text in "-."):
        return False
    last, start = last_unit(before), units(line)[0].split()
    if (
        not last
        or not start
        or {last[-1], start[0]} & {"and", "AND", "&"}
        or MAIL.search(before.text + " " + line.text)
    ):
        return False
    parts = [unit for unit in units(before) if not is_title(unit.strip("() "))]
    is_initial = len(last[-1].strip(".")) == 1
    is_half = len(last) == 1 or last[-1].islower() or (is_initial and any(c.raised for c in line.chars))
    is_list = is_name(parts[0], offices) if len(parts) > 1 else is_hyphened or (not alone and is_half)
    is_mixed = any(len({word.isupper() for word in unit.split()}) > 1 for unit in parts[:-1])  # "Ada LEE, Bo XU"
    is_letter = is_initial or len(start[0].strip(".")) == 1  # which is neither
    if not is_list or (last[-1].isupper() != start[0].isupper() and not is_letter and not is_mixed):
        return False
    is_divided = is_initial and len(start[0].strip(".")) == 1  # "Ada M. / J. Lee"
    is_odd = is_initial and not any(len(unit.split()[-1].strip(".")) == 1 for unit in parts[:-1] if unit)
    is_open = len(last) == 1 or last[-1].islower() or len(start) == 1 or is_divided or is_odd
    name = " ".join([*last, *start]).replace("- ", "-")
    return is_open and not offices.has(", ".join(parts)) and is_name(name, offices)
