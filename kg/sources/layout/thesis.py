"""Title pages of theses, on which "by" stands in a line of its own above the author, among degrees and a committee."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kg.sources.layout.labels import HeaderLabels, letters
from kg.sources.layout.offices import Offices
from kg.sources.layout.pages import TextLine
from kg.text import fold

_TO = re.compile(r"\s(?:of|at|to|in)\s+(?:the\s+)?", re.I)  # "presented to the University of X", "Doctor of Y at X"
_OPEN = re.compile(r"(?:,|\band|&)$")
_FIRST = 2  # words of an organisation, one of which is typical


def of_title_page(lines: Sequence[TextLine]) -> list[TextLine]:
    """The lines that name the author and organisations if a line has no more than "by"; else all lines."""
    known, offices = HeaderLabels.load(), Offices.load()
    ordered = sorted(lines, key=lambda line: line.y)
    at = next((at for at, line in enumerate(ordered) if letters(line.text) in known.by_alone), None)
    if at is None:
        return list(lines)
    end = at + 2
    while end < len(ordered) and _OPEN.search(ordered[end - 1].text):
        end += 1
    places = [_organisation(line, offices) for line in (*ordered[:at], *ordered[end:])]
    return [*ordered[at + 1 : end], *filter(None, places)]


def _organisation(line: TextLine, offices: Offices) -> TextLine | None:
    """A line from the name of an organisation on; None if it names none, or a degree first: "MSc ETH in Physics"."""
    if HeaderLabels.load().is_degree(line.text.split()[0].strip("(,")):
        return None
    at = next((m.end() for m in _TO.finditer(line.text) if _starts_with_name(line.text[m.end() :], offices)), 0)
    if not at or _starts_with_name(line.text, offices):
        return line if offices.has(line.text) else None
    chars = line.chars[sum(not c.isspace() for c in line.text[:at]) :]
    return TextLine([replace(chars[0], space=False), *chars[1:]], line.page)


def _starts_with_name(text: str, offices: Offices) -> bool:
    words = [fold(word) for word in re.findall(r"[\w'’-]+", text)]
    is_known = any(" ".join(words[:n]) in offices.names for n in range(1, 4))
    return text[:1].isupper() and (is_known or any(word in offices.words for word in words[:_FIRST]))
