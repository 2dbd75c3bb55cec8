"""Recognize where another text starts below an abstract without a heading: in another size, font, column or spacing.

Journals set the first lines of a paper close below its abstract, sometimes only half a point larger. One odd line is no
change: a line may be short, or full of formulas. Therefore every rule here needs several lines that are alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from kg.sources.layout.blocks import TextRow
from kg.text import count_han

LOOKAHEAD = 4  # rows that are looked at
_LONG = 25  # letters of a row that shows how a text is set
_ALIKE = 0.02  # tolerance for sizes of one text
_SHIFT = 0.2  # share of the width by which another column starts farther right
_NARROW = 0.78  # width of another column, relative to the first
_FULL = 0.85  # width of lines of a text that is set in one column, relative to the longest
_EVEN = 0.03  # by which lines of a column differ, relative to the width of the abstract
_IN_COLUMN = 3  # rows that show a column
_SPACED = 1.15  # gap between two texts, relative to the leading of the first
_LEADING = 0.05  # tolerance for the leading of one text
_END = re.compile(r"[.!?][)\]\"”’']*$")
_STYLE = re.compile(r"[-,].*|(?<=[a-z])(?:Roman|Regular|Bold|Italic|Book|Medium|MT|PS).*")


def is_another_text(below: Sequence[TextRow], kept: Sequence[TextRow]) -> bool:
    """Whether the rows `below` are set differently from the rows `kept` of an abstract."""
    return _is_set_otherwise(below, kept) or _is_other_column(below, kept) or _is_spaced_otherwise(below, kept)


def _is_set_otherwise(below: Sequence[TextRow], kept: Sequence[TextRow]) -> bool:
    """Whether two long rows are of another size, family or slant than all long rows of the abstract."""
    model = [row for row in kept if row.letters >= _LONG]
    long = [row for row in below if row.letters >= _LONG][:2]
    if len(model) < 2 or len(long) < 2 or below[0].letters < _LONG:
        return False
    size, family, italic = model[0].size, _family(model[0]), model[0].font.italic
    is_even = all(_is_alike(row.size, size) for row in model) and _is_alike(long[0].size, long[1].size)
    if is_even and not any(_is_alike(row.size, size) for row in long):
        return True
    if all(row.font.italic for row in model) and not any(row.font.italic for row in long):
        return True
    if any(row.font.italic != italic or row.is_bold != model[0].is_bold for row in (*model, *long)):
        return False  # the family is read from the name, which in TeX tells the style alone
    if any(count_han(row.text) for row in (*model, *long)):
        return False  # each script has its own font
    return {_family(row) for row in model} == {family} and all(_family(row) != family for row in long)


def _family(row: TextRow) -> str:
    """The name of a font without its style: "Helvetica" of "Helvetica-Bold"."""
    return _STYLE.sub("", row.font.name).rstrip("0123456789")


def _is_alike(size: float, other: float) -> bool:
    return abs(size - other) <= _ALIKE * other


def _is_other_column(below: Sequence[TextRow], kept: Sequence[TextRow]) -> bool:
    """Whether rows are those of a narrower column, or of one that starts farther right."""
    near = below[:_IN_COLUMN]
    if len(near) < _IN_COLUMN or len(kept) < 2 or any(row.letters < _LONG // 2 for row in near):
        return False
    left, right = median(row.left for row in kept), max(row.right for row in kept)
    wide = right - left
    short = [row for row in kept[1:-1] if row.right - left < _FULL * wide]
    if not all(_END.search(row.text) for row in (*short, kept[-1])):
        return False
    rights = [row.right for row in near]
    if short and max(rights) - min(rights) > _EVEN * wide:
        return False  # after the ends of paragraphs, only lines of equal length show a column
    if sum(bool(_END.search(row.text)) for row in near) > 1:
        return False  # short parts of an abstract, each in its line
    return all(row.left > left + _SHIFT * wide for row in near) or all(
        row.right < left + _NARROW * wide for row in near
    )


def _is_spaced_otherwise(below: Sequence[TextRow], kept: Sequence[TextRow]) -> bool:
    """Whether a gap parts the rows from the abstract, whose leading is another."""
    gaps = [b.y - a.y for a, b in pairwise(kept)]
    own = [b.y - a.y for a, b in pairwise(below)]
    if len(gaps) < 2 or len(own) < 2 or not _END.search(kept[-1].text):
        return False
    leading = median(gaps)
    is_even = max(gaps) - min(gaps) <= _LEADING * leading and max(own) - min(own) <= _LEADING * own[0]
    is_apart = below[0].y - kept[-1].y > _SPACED * max(leading, own[0])
    return is_even and is_apart and abs(own[0] - leading) > _LEADING * leading
