"""Texts measured in the columns of a terminal: a Chinese character takes two."""

from __future__ import annotations

from rich.cells import cell_len as width

from kg.text import plain

__all__ = ["shortened", "width"]


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
