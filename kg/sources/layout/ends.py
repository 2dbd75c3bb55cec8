"""Affiliations at the end of a paper: addresses of mathematical papers, and the lists that journals print there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from itertools import pairwise

from kg.sources.layout.labels import HeaderLabels, letters
from kg.sources.layout.notes import after_names, marked, notes, of_named, of_persons, spaced
from kg.sources.layout.offices import Offices, clean, is_prose
from kg.sources.layout.pages import Page, TextLine, written
from kg.sources.layout.signs import ORCID

_MAIL = re.compile(r"\s*(?:\([^()]{3,40}\)\s*)?(?:E-?mail|Email|URL)\b[^:]{0,20}:", re.I)
_OF = re.compile(r"^\s*\([A-Z][^()]{2,60}\)\s*")  # "(A. Lovelace) University of ..."
_CAPITALS = re.compile(r"csc\d|caps", re.I)  # fonts of small capitals
_DASH = re.compile(r"\s+[−–—-]\s+")
_AFTER_PLACE = re.compile(r"\s*(?:;?\s*(?:orcid|e-?mail|phone|fax)\b|https?:|\.\s+[A-Z]).*", re.I)
_COVERED = 0.7  # share of the authors' marks that a list without a heading explains
_MOST = 60  # lines at the end of a page
_AROUND = " .:■▪\r"  # signs around a heading
_SHORT = 60  # characters of a heading
_LONGEST = 300  # code points of an affiliation
_GAP = 1.8  # em from the list to a paragraph behind it
_MOST_LISTED = 80  # lines of a list of affiliations


def addresses(page: Page, authors: Sequence[str] = (), marks: Set[str] = frozenset()) -> list[str]:
    """Addresses in small capitals or above "Email address: ...", and those behind the authors' `marks`."""
    offices = Offices.load()
    found: list[str] = []
    last = sorted(page.lines, key=lambda line: line.order)[-_MOST:]
    for chars in notes(last):
        text = written(chars)
        found += after_names(text, authors, offices)
        if any(
            name.casefold() in text.casefold() for name in authors
        ):  # "Ada Fox is a professor at the University of X"
            found += of_persons(text, authors, offices)
        found += of_named(text, authors, offices) if HeaderLabels.load().affiliations.match(text) else ()
    items = [] if found else list(marked(last, offices))
    of = {mark for mark, _ in items}
    if len(of & marks) > _COVERED * len(marks):
        found += [place for mark, place in items if mark in marks]
    for block in [] if found else _blocks(last):
        mails = [at for at, line in enumerate(block) if _MAIL.match(line.text)]
        lines = block[: mails[0]] if mails else block
        text = clean(_OF.sub("", written(spaced(lines))))
        is_set_so = any(_CAPITALS.search(line.font.name) for line in lines)
        if (mails or is_set_so) and 8 < len(text) < _LONGEST and offices.has(text) and not is_prose(text):
            found.append(text)
    return list(dict.fromkeys(found))


def has_list(text: str) -> bool:
    """Whether a line of the text heads a list of affiliations."""
    labels = HeaderLabels.load()
    return any(labels.affiliations.fullmatch(line.strip(_AROUND)) for line in text.splitlines() if len(line) < _SHORT)


def listed(page: Page, authors: Sequence[str]) -> Iterator[str]:
    """Yield the affiliations below a heading ("Author details"): marked, or "Ada Fox − ACME", also in two lines."""
    labels, offices = HeaderLabels.load(), Offices.load()
    lines = sorted(page.lines, key=lambda line: line.order)
    known = {letters(name) for name in authors}
    for at, head in enumerate(lines):
        if not labels.affiliations.fullmatch(head.text.strip(_AROUND)):
            continue
        own: list[TextLine] = []
        for above, line in pairwise(lines[at : at + _MOST_LISTED]):
            is_apart = line.y - above.y > _GAP * line.size and letters(_DASH.split(line.text)[0]) not in known
            is_name = letters(line.text) in labels.headings
            is_head = (
                line.font.bold and head.font.bold and line.size >= max(own[0].size if own else 0, 0.97 * head.size)
            )
            if own and (is_apart or is_head) and not is_name:
                break
            if not is_name and not labels.note.match(line.text):
                own.append(line)
        yield from (place for _, place in marked(own, offices) if len(place) < _LONGEST)
        text = ""  # behind the name of an author
        is_behind = False
        for part in [*(line.text for line in own), ""]:
            name, *behind = _DASH.split(part, maxsplit=1)
            if part and letters(ORCID.sub("", name)) not in known:
                text = f"{text} {part}"
                continue
            for place in map(clean, _AFTER_PLACE.sub("", text).split("; ") if is_behind else ()):
                if place[:1].isupper() and not is_prose(place) and len(place) < _LONGEST:
                    yield place
            text, is_behind = "".join(behind), True


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
