"""Remove what stands among names of authors and is none: notes, ORCID's sign, names in another script, memberships."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kg.sources.layout.abstract import KEYWORDS
from kg.sources.layout.blocks import is_running, without_blocks
from kg.sources.layout.offices import Offices
from kg.sources.layout.page_words import HeaderLabels, letters
from kg.sources.layout.pages import TextLine
from kg.text import count_han

ORCID = re.compile(
    r"\s*[(\[]?(?:https?://)?orcid\.org/[\dX-]+[)\]]?"
    r"|(?:(?<![^\s,|*∗†‡§¶✉])(?:iD|ORCID(?:\s*iD)?|orcid)|(?<=[a-zà-öø-ÿ])(?:iD|ID))(?![^\W\d_])"
)  # of ORCID, which some fonts write in letters
IDENTIFIER = re.compile(r"(?:\d{4}-){3}\d{3}[\dX]")
_ORDINAL = re.compile(r"^\d{1,2}\s?(?:st|nd|rd|th)\s+(?=[^\W\d_])")  # "1st Ada Fox", as IEEE's template numbers authors
_REPEATED = re.compile(
    r"(?<=[\w*∗†‡§¶])(?<![\u3400-\u9fff])\s*[(（][\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af·\s]{1,12}(?:[)）]|$)"
    r"|^[\u3400-\u9fff\uac00-\ud7af]{1,4}[)）]"
)  # "Wei Li (李伟)", also where a line ends within it
_APART = re.compile(r"(?<![\u3400-\u9fff])[\u3400-\u9fff]\s+([\u3400-\u9fff])(?![\u3400-\u9fff])")  # "李 华"

_NOBODY = re.compile(
    r"\bdoi\b|anonymous|double-?blind|under review|paper id|submission|reviewed\s+on"
    r"|^\W*(?:an?\s+)?(?:preprint|technical report|working paper)\b"
    r"|^\W*(?:\d{4}-){3}\d{3}[\dx](?:\s*·\s*\S+)*$"  # of ORCID, alone or with names of accounts
    r"|^(?:\W*[^\W\d_]{2,5}\W+(?:\d{4}-){3}\d{3}[\dx])+\W*$",  # or behind initials
    re.I,
)
_DATE = re.compile(
    r"\s*(?:\d{1,2}\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(?:\d{1,2},?\s*)?(?:19|20)\d\d\s*",
    re.I,
)
_DEGREE_OF = re.compile(r"([^,]+), .*\((?:19|20)\d\d\)$")  # "B.S., University of X (2016)"
_TO_WHOM = re.compile(r"\W*correspond", re.I)
_FULL_LINE = 20  # em


def without_notes(lines: Sequence[TextLine]) -> list[TextLine]:
    """The lines without rubrics, dates, notes, and the lines on which the sentence of a note goes on."""
    known = HeaderLabels.load()
    notes: list[TextLine] = []
    out: list[TextLine] = []
    for line in without_blocks(lines, lambda text: KEYWORDS.match(text) or known.note.fullmatch(text.rstrip(" :*∗†"))):
        goes_on = any(
            abs(note.left - line.left) < 1 and 0 < line.y - note.y < 1.5 * line.size and note.font == line.font
            for note in notes[-2:]
            if (is_running(note.text) or _TO_WHOM.match(note.text))
            and note.right - note.left > _FULL_LINE * note.size
            and note.text[-1] not in ".;"
        )
        (notes if known.note.match(line.text) or (goes_on and not line.chars[0].raised) else out).append(line)
    labels = [note for note in notes if note.text.rstrip().endswith((":", "："))]
    return [line for line in out if not (_is_note(line.text, known) or any(_is_value(line, one) for one in labels))]


def _is_value(line: TextLine, label: TextLine) -> bool:
    """Whether a line stands behind a label on one row: the supervisor on the title page of a thesis."""
    return abs(line.y - label.y) < 0.5 * line.size and line.left >= label.right


def _is_note(text: str, known: HeaderLabels) -> bool:
    degree = _DEGREE_OF.match(text)
    is_degree = bool(degree and known.is_degree(degree[1]))
    is_heading = bool(known.affiliations.fullmatch(text.rstrip(" :")))
    return (
        is_degree
        or (known.thesis.search(text) is not None and not Offices.load().has(text))
        or is_heading
        or known.is_kind(text)
        or letters(text) in known.abstracts
        or bool(_NOBODY.search(text) or _DATE.fullmatch(text))
    )


def without_signs(line: TextLine) -> TextLine | None:
    """A line without what is no part of a name; None when no more is on it."""
    line = _closed(line)
    text = line.text
    patterns = (
        [_ORDINAL] * text[0].isdigit()
        + [ORCID] * ("D" in text or "orcid" in text)
        + [_REPEATED] * bool(count_han(text) or not text.isascii())
    )
    patterns += [HeaderLabels.load().membership] * ("ember" in text or "ellow" in text or "MBER" in text)
    patterns += [HeaderLabels.load().by] * (":" in text or "：" in text)
    if not any(pattern.search(text) for pattern in patterns):
        return line
    at = _places(text)
    gone = {n for sign in patterns for match in sign.finditer(text) for n in range(*match.span())}
    if len(at) != len(line.chars):
        return line
    kept = [char for n, char in zip(at, line.chars, strict=True) if n not in gone]
    return TextLine(kept, line.page) if kept else None


def _closed(line: TextLine) -> TextLine:
    """A line on which Chinese names of two characters that are set apart are words."""
    apart = {match.start(1) for match in _APART.finditer(line.text)} if count_han(line.text) > 1 else set()
    at = _places(line.text)
    if not apart or len(at) != len(line.chars):
        return line
    chars = [replace(c, space=c.space and n not in apart) for n, c in zip(at, line.chars, strict=True)]
    return TextLine(chars, line.page)


def _places(text: str) -> list[int]:
    """Where the characters of a line stand in its text."""
    return [n for n, char in enumerate(text) if not char.isspace()]
