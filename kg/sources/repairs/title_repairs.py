"""Repair titles: a venue's notice before the title, a duplicate, spaces and capitals."""

from __future__ import annotations

import re

from kg.sources.repairs.abstracts import STAMP
from kg.sources.repairs.capitals import head, in_capitals, recase
from kg.sources.repairs.edits import Edits, PaperSpellings
from kg.sources.repairs.hyphens import mend
from kg.sources.repairs.inline_tex import latex

_NOTICE = re.compile(
    r"\s*(?:(?:(?:currently\s+)?under (?:double-blind )?review"
    r"|(?:to be )?(?:published|submitted|accepted|presented)|to appear)"
    r"(?:\s+(?:as|a|an|at|in|to|by|for|the|full|short|conference|workshop|journal|paper|poster|publication))*"
    r"(?:\s+[\w&'’-]+){1,10}?[\s,]+(?:19|20)\d\d\b"
    r"|(?:a\s+)?preprint(?:[.,]?\s+(?:under review|work in progress|in submission))?"
    r"|under review|work in progress|arxiv preprint(?:\s+arxiv:\S+)?"
    rf"|{STAMP}(?:\s*\[[\w.-]{{2,20}}\])?(?:\s+\d{{1,2}} [a-z]{{3}} (?:19|20)\d\d)?)\s*[.,;–—-]*\s+",
    re.I,
)
_AFTER = re.compile(
    r"\s+(?:a\s+preprint|preprint\.?(?:\s+under review\.?)?|work in progress\.?"
    rf"|{STAMP}(?:\s*\[[\w.-]{{2,20}}\])?)\s*$",
    re.I,
)
_VENUE = re.compile(r"\s*([A-Z][A-Za-z]{0,6}[A-Z])[\s'’-]*(?:19|20)\d\d\s*[:,.–—-]?\s+(?=[A-Z])")
_STOP = re.compile(
    r"\s[\w()\[\]'’\"”-]{4,}(\.)$"
)  # PubMed, Europe PMC and DBLP write it behind every title; "Inc." is short
_NOTICES = 3  # at most so many notices in a row
_BEFORE_MARK = re.compile(r"(?<!\s)\s+(?=[:;,?!](?:\s|$))")


def title(edits: Edits, paper: PaperSpellings) -> None:
    """Add the edits of a title."""
    raw = edits.raw
    if not raw.strip():
        return
    latex(edits)
    start, end = _core(edits, paper)
    if raw[start:end] and (start, end) != (0, len(raw)):
        edits.add(end, len(raw), "", "Text after the {field} was removed.")
    capitals = in_capitals(raw[start:end], paper.words)
    head(edits, paper, start, end, capitals)
    for match in _BEFORE_MARK.finditer(raw, start, end):
        edits.add(match.start(), match.end(), "", "Spaces before a mark in the {field} were removed.")
    if capitals:
        recase(edits, paper, start, end)
    else:
        mend(edits, paper, is_title=True)


def _core(edits: Edits, paper: PaperSpellings) -> tuple[int, int]:
    """The span of the title itself, without the venue's notice and without a duplicate."""
    raw = edits.raw
    start, end = 0, len(raw.rstrip())
    for _ in range(_NOTICES):
        notice = _NOTICE.match(raw, start) or _venue(raw, start, paper)
        if not notice or len(raw[notice.end() :].split()) < 2 or raw[notice.end() :][:1].islower():
            break
        start = notice.end()
    if start:
        edits.add(0, start, "", f'"{_quoted(raw[:start])}" before the {{field}} was removed.')
    after = _AFTER.search(raw, max(start, end - 60), end)
    if after and len(raw[start : after.start()].split()) >= 2:
        end = after.start()
    if stop := _STOP.search(raw, max(start, end - 60), end):
        edits.add(stop.start(1), end, "", "The full stop after the {field} was removed.")
        end = stop.start(1)
    middle = _second(raw, start, end)
    if middle:
        first, second = raw[start:middle].rstrip(), raw[middle:end]
        why = "The {field} was printed twice; one copy was kept."
        if first.isupper() and not second.isupper():
            edits.add(start, middle, "", why)
            start = middle
        else:
            end = start + len(first)
            edits.add(end, len(raw), "", why)
    return start, end


def _quoted(text: str) -> str:
    """Quote a piece of text for a sentence that is formatted later."""
    return " ".join(text.split()).replace("{", "{{").replace("}", "}}")


def _venue(raw: str, start: int, paper: PaperSpellings) -> re.Match[str] | None:
    """Match "ICLR 2026 CAT: ..." before capitals, unless the paper is about that venue (its abstract names it)."""
    match = _VENUE.match(raw, start)
    if not match or match[1] in paper.raw.get("A", ""):
        return None
    return match if in_capitals(raw[match.end() :], paper.words) else None


def _second(raw: str, start: int, end: int) -> int | None:
    """Where the second copy of a duplicated title starts; None if there is none."""
    said = "".join(filter(str.isalnum, raw[start:end])).lower()
    if len(said) % 2 or said[: len(said) // 2] != said[len(said) // 2 :]:
        return None
    letters = [(i, c.lower()) for i, c in enumerate(raw[start:end], start) if c.isalnum()]
    half, odd = divmod(len(letters), 2)
    if odd or half < 8 or any(letters[i][1] != letters[i + half][1] for i in range(half)):
        return None
    middle = letters[half][0]
    return middle if raw[middle - 1].isspace() else None
