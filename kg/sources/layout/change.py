"""Recognize where another text starts below an abstract without a heading: in another column.

One odd line is no change: a line may be short, or full of formulas. Therefore several lines must be alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from kg.sources.layout.blocks import TextRow

LOOKAHEAD = 4  # rows that are looked at
_LONG = 25  # letters of a row that shows how a text is set
_SHIFT = 0.2  # share of the width by which another column starts farther right
_NARROW = 0.78  # width of another column, relative to the first
_FULL = 0.85  # width of lines of a text that is set in one column, relative to the longest
_EVEN = 0.03  # by which lines of a column differ, relative to the width of the abstract
_IN_COLUMN = 3  # rows that show a column
_END = re.compile(r"[.!?][)\]\"”’']*$")


def is_another_text(below: Sequence[TextRow], kept: Sequence[TextRow]) -> bool:
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
