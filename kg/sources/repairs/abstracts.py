"""Remove what pages and publishers print around an abstract: captions, headings, notes, copyright notices."""

from __future__ import annotations

import re

from kg.sources.repairs.edits import Edits

_FIGURE = re.compile(r"(?:[^.?!]{0,120}?\s)?(?:Figure|Fig\.)\s?\d{1,2}\s?[:.]\s")
_OWN = r"(?=(?:We|In this (?:paper|work|article|study)|This (?:paper|work|article|study))\b)"
_OPENING = re.compile(rf"(?:Abstract\s*[:.—-]?\s*)?{_OWN}")
_SENTENCE = re.compile(r"[.?!]\s+(?=[A-Z])")
_LABEL = re.compile(
    rf"\s*(?:abstract\s*(?:[:.—–-]\s*|\n\s*)(?=\w)|(?-i:Abstract|ABSTRACT)\s+{_OWN}|摘\s*要\s*[:：]\s*)", re.I
)
_MARK = re.compile(r"(?<=[.?!)])\s\d\s*$|(?<=[a-z]{4})\s\d(?=\s\.\s*$)")
_TAIL_LENGTH = 400  # code points
_TAIL = re.compile(
    r"(?<!\s)\s+(?:[*∗†‡§]\s*(?:(?:These|The)\s[^.]{0,60})?"
    r"(?:Equal(?:ly)?\b|Corresponding\b|Co-first\b|Work done\b|Project lead)"
    r"|\d{1,3}(?:st|nd|rd|th) (?:Annual )?(?:International )?(?:Conference|Workshop) [^.]{0,150}"
    r"\b(?:19|20)\d\d\)?\.?\s*$"
    r"|Preprint\.?(?: Under review\.?)?\s*$)",
    re.I,
)
#: The stamp that arXiv prints at the side of the first page, with a complete id and nothing else.
STAMP = r"arXiv:(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?"
_LISTED = r"(?:\s*\[[\w.-]{2,20}\])?(?:\s+\d{1,2}\s+[A-Z][a-z]{2}\s+(?:19|20)\d\d)?"
_STAMP_FIRST = re.compile(rf"\s*{STAMP}{_LISTED}\s+(?=\S)", re.I)
_STAMP_LAST = re.compile(
    rf"\s+{STAMP}\s*\[[\w.-]{{2,20}}\](?:\s+\d{{1,2}}\s+[A-Z][a-z]{{2}}\s+(?:19|20)\d\d)?\s*\Z", re.I
)

# "© 2023 Elsevier B.V. All rights reserved.", "Copyright (c) 2024 IEEE", "(C) 2022 ...", "© The Author(s), under ..."
_SIGN = r"(?:(?:crown\s+)?copyright\s*(?:©|\(c\))?|©|\(c\))"
_WHOSE = r"(?:(?:19|20)\d\d\b|(?:by )?the authors?\b)"
_NOTICE = re.compile(
    rf"(?<=[.!?)\"”’\]])\s*(?:{_SIGN}\s*,?\s*{_WHOSE}|(?:copyright\s*)?©\s*(?-i:[A-Z])[^.]{{2,80}}\b(?:19|20)\d\d\b"
    r"|(?<=[.!?]\s)all rights reserved\b)",
    re.I,
)
_NOTICE_LENGTH = 500  # code points
_NOTICE_FIRST = re.compile(
    rf"\s*{_SIGN}\s*(?:19|20)\d\d\b,?[^.\n]{{0,80}}(?:\b(?:B\.V|Inc|Ltd|Co|S\.A|e\.V)\.)?[^.\n]{{0,60}}\.?"
    r"(?:\s*all rights reserved\.?)?\s*(?:\n+|(?<=\.)\s*)(?=(?-i:[A-Z](?:[a-z]|\s)))",
    re.I,
)
_GOES_ON = re.compile(r"[.!?]\s+(?:We|Our|In this|Results|Experiments|Moreover|Furthermore|However|Finally)\b")
_LEAST = 40  # code points that must remain of an abstract


def bounds(edits: Edits) -> None:
    """Remove what precedes and follows the abstract itself."""
    raw = edits.raw
    stamp = _STAMP_FIRST.match(raw)
    start = stamp.end() if stamp else 0
    if stamp:
        edits.add(0, start, "", "arXiv's stamp was removed from the {field}.")
    label = _LABEL.match(raw, start)
    if label:
        edits.add(start, label.end(), "", 'The heading "Abstract" before the text was removed.')
    _figure(edits)
    end = _notice(edits)
    tail = _TAIL.search(raw, max(0, end - _TAIL_LENGTH), end)
    if tail:
        edits.add(tail.start(), end, "", "Page notes after the {field} were removed.")
        end = tail.start()
    mark = _MARK.search(raw, max(0, end - 12), end)
    if mark:
        edits.add(mark.start(), mark.end(), "", "A footnote mark at the end of the {field} was removed.")


def _figure(edits: Edits) -> None:
    """Remove a caption before the abstract if it is followed by a typical opening of an abstract."""
    raw = edits.raw
    caption = _FIGURE.match(raw)
    if not caption:
        return
    for stop in _SENTENCE.finditer(raw, caption.end(), caption.end() + 1500):
        opening = _OPENING.match(raw, stop.end())
        if opening and len(raw) - stop.end() > 300:
            edits.add(0, opening.end(), "", "A figure's caption before the {field} was removed.")
            return


def _notice(edits: Edits) -> int:
    """Remove a publisher's copyright notice and arXiv's stamp; returns the end of the abstract."""
    raw = edits.raw
    why = "The publisher's notice of copyright was removed from the {field}."
    first = _NOTICE_FIRST.match(raw)
    if first and len(raw) - first.end() >= _LEAST:
        edits.add(0, first.end(), "", why)
    end = len(raw)
    tail = raw[-_NOTICE_LENGTH:].lower()
    if "arxiv:" in tail and (stamp := _STAMP_LAST.search(raw, max(_LEAST, end - 80))):
        edits.add(stamp.start(), end, "", "arXiv's stamp was removed from the {field}.")
        end = stamp.start()
    if "©" in tail or "(c)" in tail or "copyright" in tail or "rights reserved" in tail:
        found = _NOTICE.search(raw, max(_LEAST, end - _NOTICE_LENGTH), end)
        if found and not _GOES_ON.search(raw, found.end(), end):
            edits.add(found.start(), end, "", why)
            end = found.start()
    return end
