"""Find where a paper was published: running heads, conference notes, the ACM reference format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, takewhile

from kg.sources.layout.blocks import body_size
from kg.sources.layout.page_words import REFERENCES
from kg.sources.layout.pages import Page

_CUE = re.compile(
    r"Published|Proceedings|Conference|Meeting|Journal|Transactions|TRANSACTIONS|Copyright|Letters|LETTERS"
)
_SUBMITTED = re.compile(
    r"under\s+review|submitted\s+to|manuscript\s+submitted|do\s+not\s+distribute|\bpreprint\b", re.I
)
_YEAR = r"(?:19|20)\d\d"
_PAPER_AT = re.compile(
    rf"published\s+(?:as\s+an?\s+.{{0,40}}?paper\s+)?(?:at|in)\s+(.{{3,90}}?),?\s+\(?(?:\d\d?/)?({_YEAR})", re.I
)
_SHORT = re.compile(
    rf"\(([A-Z][\w&/-]*(?:[ -][A-Z][\w&/-]*){{0,2}}?)\s*[’'`]?\s*({_YEAR}|(?<=[’'`])\d\d|(?<=[’'`]\s)\d\d)\)"
)
_PROCEEDINGS = re.compile(r"Proceedings\s+of\s+(?:the\s+)?(.{8,200}?)(?=,|\.\s|\s\(|\bpages\b|$)")
_ORDINAL = re.compile(
    rf"^(?:(?:\d+\s?(?:st|nd|rd|th)|{_YEAR}|[A-Z][a-z]+-?[A-Z]?[a-z]*(?:first|second|third|th))\s+)+", re.I
)
_JOURNAL = re.compile(
    r"^\W*(?:\d+\s+)?"
    r"((?:[A-Z][\w&]*\s+)?(?:Journal|JOURNAL|Transactions|TRANSACTIONS|Letters|LETTERS)\b[\w ,&-]{3,80}?)"
    rf"[\s,.]*(?:VOL\b|Vol\b|\d+\s*\(|\(\d\d?/|\d+\s*:).{{0,60}}?\b({_YEAR})"
)
_ASSOCIATION = re.compile(
    rf"Copyright\s*(?:©|\(c\))\s*({_YEAR}),?\s+Association\s+for\s+the\s+Advancement\s+of\s+Artificial"
)
_OWN_YEAR = re.compile(rf"[\s-]+{_YEAR}$")  # "SemEval-2016"
_FULL_YEAR = re.compile(rf"\b{_YEAR}\b")
_ANNUAL = re.compile(  # a running head: "2023 IEEE International Conference on Big Data (BigData)"
    rf"^({_YEAR})\s+((?=.*(?:Conference|Symposium|Workshop|Congress|Meeting)\b)[^.@]{{8,140}}?)\s*(?:\([\w\s&/’'-]{{2,20}}\))?$"
)
_LINES = 5  # lines of a note
_REACH = 16  # lines among which these stand: a note may go on in the next column
_NOTE = 0.97  # size of a note relative to the text
_EDGE = 0.12  # share of the page at its top and bottom where a line of any size counts as a note


def venue(page: Page, is_cover: bool = False) -> tuple[str, int | None]:
    """Venue and year stated on the first page; ("", None) when there are none or the paper is "under review"."""
    for text in _statements(page, is_cover):
        if _SUBMITTED.search(text):
            continue
        paper = _PAPER_AT.search(text)
        if paper:
            return _OWN_YEAR.sub("", _ORDINAL.sub("", paper[1])), int(paper[2])
        short = _SHORT.search(text)
        if short:
            return _OWN_YEAR.sub("", short[1]), int(short[2]) if len(short[2]) == 4 else 2000 + int(short[2])
        journal = _JOURNAL.match(text)
        if journal:
            name = journal[1].strip(" ,")
            return (name.title().replace("Ieee", "IEEE").replace(" On ", " on ") if name.isupper() else name), int(
                journal[2]
            )
        annual = _ANNUAL.match(text)
        if annual:
            return annual[2], int(annual[1])
        proceedings = _PROCEEDINGS.search(text)
        year = _FULL_YEAR.search(text)
        if proceedings and year:
            return _ORDINAL.sub("", " ".join(proceedings[1].split())), int(year[0])
        association = _ASSOCIATION.search(text)
        if association:
            return "AAAI", int(association[1])
    return "", None


def _statements(page: Page, is_cover: bool) -> Iterator[str]:
    """Yield the notes of a page that may name a venue, each starting at the line with the cue; a cover is one note."""
    if is_cover:
        yield " ".join(line.text for line in page.lines)
        return
    body = body_size(page.lines)
    lines = list(takewhile(lambda line: not REFERENCES.match(line.text), page.lines))
    for at, line in enumerate(lines):
        is_note = line.size <= _NOTE * body or not _EDGE < line.y / page.height < 1 - _EDGE
        if is_note and _CUE.search(line.text) and len(line.text) < 400:
            near = (li.text for li in lines[at : at + _REACH] if abs(li.size - line.size) <= 0.1 * line.size)
            yield re.sub(r"(?<=[a-z])- (?=[a-z])", "", " ".join(islice(near, _LINES)))
