"""Affiliations at the end of a paper: addresses of mathematical papers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.sources.layout.notes import after_names, notes, of_named, spaced
from kg.sources.layout.offices import Offices, clean, is_prose
from kg.sources.layout.page_words import HeaderLabels
from kg.sources.layout.pages import Page, TextLine, written

_MAIL = re.compile(r"\s*(?:\([^()]{3,40}\)\s*)?(?:E-?mail|Email|URL)\b[^:]{0,20}:", re.I)
_OF = re.compile(r"^\s*\([A-Z][^()]{2,60}\)\s*")  # "(A. Lovelace) University of ..."
_CAPITALS = re.compile(r"csc\d|caps", re.I)  # fonts of small capitals
_MOST = 60  # lines at the end of a page
_LONGEST = 300  # code points of an affiliation


def addresses(page: Page, authors: Sequence[str] = ()) -> list[str]:
    """Addresses in small capitals or above "Email address: ...", and those behind the authors' names."""
    offices = Offices.load()
    found: list[str] = []
    last = sorted(page.lines, key=lambda line: line.order)[-_MOST:]
    for chars in notes(last):
        text = written(chars)
        found += after_names(text, authors, offices)
        found += of_named(text, authors, offices) if HeaderLabels.load().affiliations.match(text) else ()
    for block in [] if found else _blocks(last):
        mails = [at for at, line in enumerate(block) if _MAIL.match(line.text)]
        lines = block[: mails[0]] if mails else block
        text = clean(_OF.sub("", written(spaced(lines))))
        is_set_so = any(_CAPITALS.search(line.font.name) for line in lines)
        if (mails or is_set_so) and 8 < len(text) < _LONGEST and offices.has(text) and not is_prose(text):
            found.append(text)
    return list(dict.fromkeys(found))


def _blocks(lines: list[TextLine]) -> Iterator[list[TextLine]]:
    """Yield blocks of consecutive lines, each ended by an e-mail address or a gap."""
    block: list[TextLine] = []
    for line in lines:
        is_next = bool(block) and 0 <= line.y - block[-1].y < 1.5 * max(line.size, block[-1].size)
        was_mail = bool(block) and bool(_MAIL.match(block[-1].text)) and not _MAIL.match(line.text)
        if block and (not is_next or was_mail or abs(line.size - block[0].size) > 0.1 * line.size):
            yield block
            block = []
        block.append(line)
    if block:
        yield block
