"""Texts measured in the columns of a terminal: a Chinese character takes two."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

from kg.text import plain


def width(text: str) -> int:
    """The width of a text in columns."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def shortened(text: str, most: int) -> str:
    """A text cut to a width, without control and bidirectional characters.

    >>> shortened("图谱 of papers", 8), shortened("papers", 8)
    ('图谱 of…', 'papers')
    """
    text = plain(text)
    if width(text) <= most:
        return text
    while width(text) >= most:
        text = text[:-1]
    return text.rstrip() + "…"
