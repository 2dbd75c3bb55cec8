"""Remove the line numbers that review copies print in the margin (LaTeX's lineno, ACL, ICLR, NeurIPS)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.sources.layout.pages import Char

_DIGITS = 4  # per number
_APART = 3.0  # points between a number and the text
_LEVEL = 0.6  # em; largest distance of baselines of one line: a raised mark touches the word behind it
_EDGE = 2.5  # points of tolerance for the right edges of the numbers in one margin
_LEAST = 8  # numbers per margin
_STEADY = 0.8  # share of the numbers that continue the series with the same step


def without_line_numbers(chars: list[Char]) -> list[Char]:
    """The characters of a page without the numbers in its margins that count lines."""
    numbers = sorted(_alone(chars), key=lambda n: chars[n.stop - 1].right)
    margin: list[range] = []
    gone: set[int] = set()
    for number in [*numbers, None]:
        if number and margin and chars[number.stop - 1].right - chars[margin[-1].stop - 1].right < _EDGE:
            margin.append(number)
            continue
        if _counts(margin, chars):
            gone.update(at for n in margin for at in n)
        margin = [number] if number else []
    return [char for at, char in enumerate(chars) if at not in gone] if gone else chars


def _alone(chars: Sequence[Char]) -> Iterator[range]:
    """Ranges of digits that are separated from their neighbors in the file."""
    start = None
    for at, char in enumerate(chars):
        if start is None and not char.text.isdecimal():
            continue
        follows = at > 0 and _touches(chars[at - 1], char)
        if not char.text.isdecimal():
            if start is not None and not follows and at - start <= _DIGITS:
                yield range(start, at)
            start = None
        elif not follows:
            if start is not None and at - start <= _DIGITS:
                yield range(start, at)
            start = at
    if start is not None and len(chars) - start <= _DIGITS:
        yield range(start, len(chars))


def _touches(before: Char, char: Char) -> bool:
    level = _LEVEL * max(before.font.size, char.font.size)
    return abs(before.y - char.y) < level and abs(char.left - before.right) < _APART


def _counts(margin: Sequence[range], chars: Sequence[Char]) -> bool:
    """Whether the numbers of a margin increase by a constant step from top to bottom."""
    if len(margin) < _LEAST:
        return False
    ordered = sorted(margin, key=lambda n: chars[n.start].y)
    values = [int("".join(chars[at].text for at in n)) for n in ordered]
    steps = [b - a for a, b in pairwise(values)]
    step = max(set(steps), key=steps.count)
    return step > 0 and steps.count(step) >= _STEADY * len(steps)
