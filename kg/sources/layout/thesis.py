"""Title pages of theses, on which "by" stands in a line of its own above the author, among degrees and a committee."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kg.sources.layout.labels import HeaderLabels, letters
from kg.sources.layout.offices import Offices
from kg.sources.layout.pages import TextLine

_OPEN = re.compile(r"(?:,|\band|&)$")


def of_title_page(lines: Sequence[TextLine]) -> list[TextLine]:
    """The lines that name the author and organisations if a line has no more than "by"; else all lines."""
    known, offices = HeaderLabels.load(), Offices.load()
    ordered = sorted(lines, key=lambda line: line.y)
    at = next((at for at, line in enumerate(ordered) if letters(line.text) in known.by_alone), None)
    if at is None:
        return list(lines)
    if ordered[at + 1 : at + 2] and ordered[at + 1].text.startswith("•"):
        return ordered[at + 1 :]  # a list of authors with bullets, as Manubot sets it
    end = at + 2
    while end < len(ordered) and _OPEN.search(ordered[end - 1].text):
        end += 1
    places = [_organisation(line, offices) for line in (*ordered[:at], *ordered[end:])]
    return [*ordered[at + 1 : end], *filter(None, places)]


def _organisation(line: TextLine, offices: Offices) -> TextLine | None:
    """A line from the name of an organisation on; None if it names none, or a degree first: "MSc ETH in Physics"."""
    if HeaderLabels.load().is_degree(line.text.split()[0].strip("(,")):
        return None
    at = offices.start(line.text)
    if not at or offices.starts(line.text):
        return line if offices.has(line.text) else None
    chars = line.chars[sum(not c.isspace() for c in line.text[:at]) :]
    return TextLine([replace(chars[0], space=False), *chars[1:]], line.page)
