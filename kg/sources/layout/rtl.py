"""Put lines of Arabic and Hebrew into reading order; PDFs give characters by their places on the page."""

from __future__ import annotations

import unicodedata
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.sources.layout.pages import Char

_RIGHT = frozenset(("R", "AL"))
_LEFT = frozenset(("L", "EN", "AN"))
_WORD = 0.17  # em; least gap between two words


def reading_order(chars: list[Char]) -> list[Char]:
    """Characters from left to right in reading order; a line without letters of Arabic or Hebrew is left as it is.

    A line with more of these letters than others runs from right to left, and words of other scripts and numbers in it
    from left to right: what Unicode's bidirectional algorithm (UAX 9) does, the other way around.
    """
    kinds = [_kind(char) for char in chars]
    if "R" not in kinds:
        return chars
    base = "R" if kinds.count("R") >= kinds.count("L") else "L"
    directions = _with_signs(kinds, base)
    runs = [list(run) for _, run in groupby(range(len(chars)), key=lambda at: directions[at])]
    if base == "R":
        runs.reverse()
    order = [at for run in runs for at in (reversed(run) if directions[run[0]] == "R" else run)]
    gaps = [False, *(b.left - a.right > _WORD * b.font.size for a, b in pairwise(chars)), False]
    for before, at in pairwise(order):
        if directions[before] == base:  # the gap on the side of `before` to which the line goes on
            chars[at].space = gaps[before] if base == "R" else gaps[before + 1]
        elif directions[at] == base:
            chars[at].space = gaps[at + 1] if base == "R" else gaps[at]
        else:
            chars[at].space = gaps[max(before, at)]
    for at in order:
        if kinds[at] == "R":  # forms of letters at the ends of words, and ligatures, are letters
            chars[at].text = unicodedata.normalize("NFKC", chars[at].text)
    return [chars[at] for at in order]


def _with_signs(kinds: list[str], base: str) -> list[str]:
    """Directions of all characters: a sign has that of its neighbors if they agree, else that of the line."""
    after = [base] * (len(kinds) + 1)
    for at in range(len(kinds) - 1, -1, -1):
        after[at] = kinds[at] or after[at + 1]
    out: list[str] = []
    before = base
    for at, kind in enumerate(kinds):
        before = kind or before
        out.append(kind or (before if before == after[at] else base))
    return out


def _kind(char: Char) -> str:
    """The direction of a character: "R", "L", or "" for signs."""
    kind = unicodedata.bidirectional(char.text[:1])
    return "R" if kind in _RIGHT else "L" if kind in _LEFT else ""
