"""Restore the case of titles in capitals; names follow the paper, the vocabulary and other papers."""

from __future__ import annotations

import re
from collections import Counter

from kg.sources.repairs.edits import LATIN, LONGEST, UNIT, Edits, PaperSpellings
from kg.wordcounts import WordCounts

_CAPS_SHARE = 0.6
_SMALL = frozenset("a an the and or nor but for of in on at to by from with via as into vs per".split())  # noqa: SIM905


def in_capitals(title: str, words: WordCounts) -> bool:
    """Whether the case carries no information: most words are in capitals, including an ordinary one."""
    units = re.findall(r"[^\W\d_]{2,}", title)
    capitals = [u for u in units if u.isupper()]
    return (
        len(capitals) >= 2
        and len(capitals) >= _CAPS_SHARE * len(units)
        and any(len(u) >= 4 and words.is_plain(u.lower()) for u in capitals)
    )


def head(edits: Edits, paper: PaperSpellings, start: int, end: int, capitals: bool) -> None:
    """Write the name before the colon as the paper does ("FAST-D LLM V 2: ..." is Fast-dLLM v2)."""
    colon = edits.raw.find(":", start, end)
    name = edits.raw[start:colon].rstrip() if colon > start else ""
    letters = re.sub(r"[\W_]", "", name)
    pieces = len(re.split(r"[\s-]", name))
    # Small capitals are extracted in pieces; a single word in capitals ("HEBATRON") is intended by its authors.
    in_pieces = pieces > 2 and sum(map(str.isupper, letters)) >= _CAPS_SHARE * len(letters)
    if not 3 <= len(letters) <= 30 or not (capitals or in_pieces):
        return
    if not capitals and name in paper.raw.get("A", ""):
        return
    spelled = re.compile(rf"(?<!{LATIN})" + r"[\s-]?".join(map(re.escape, letters)) + rf"(?!{LATIN})", re.I)
    for field in "AB":
        forms = Counter(m.group() for m in spelled.finditer(paper.raw.get(field, "")) if not m.group().islower())
        mixed = [(n, f) for f, n in forms.items() if not f.isupper() and (f[1:] != f[1:].lower() or " " not in f)]
        best = max(mixed, default=(0, name))[1]
        if capitals or len(re.split(r"[\s-]", best)) < pieces:
            where = "abstract" if field == "A" else "brief"
            edits.add(start, start + len(name), best, f"The name in the {{field}} was written as in the {where}.")
        if forms:
            return


def recase(edits: Edits, paper: PaperSpellings, start: int, end: int) -> None:
    """Turn capitals into title case; names and acronyms follow the paper, the vocabulary and other papers."""
    raw = edits.raw
    for match in UNIT.finditer(raw, start, end):
        unit = match.group()
        if any(c.islower() for c in unit.replace("'s", "").replace("’s", "")) or unit.isdecimal():
            continue
        before = raw[start : match.start()].rstrip(" \"'“‘([")
        first = not before or before[-1] in ":.?!–—-"
        last = not any(c.isalnum() for c in raw[match.end() : end])
        low = unit.lower()
        if unit.isascii() and len(low) <= LONGEST and low not in paper.words.count and low not in paper.abstract:
            low = paper.words.mended(low, paper.forms(low))
        is_name = first and raw[match.end() : end].lstrip().startswith(":")
        new = (is_name and _named(low, paper)) or _cased(low, paper, first or last)
        edits.add(match.start(), match.end(), new, "The {field} was written in capitals; its case was restored.")


def _named(low: str, paper: PaperSpellings) -> str | None:
    """The spelling of a name before a colon that does not occur in the paper's own text; None if unknown."""
    if paper.spelling(low) is not None or low in paper.words.spelling:
        return None
    return low.upper() if len(low) <= 5 else paper.words.camel(low)


def _cased(low: str, paper: PaperSpellings, edge: bool) -> str:
    known = _known(low, paper)
    if known and "-" not in known:
        return known
    if known:  # the title "non-IID ..." starts with "Non-IID"
        return "-".join(p.capitalize() if p.islower() and p not in _SMALL else p for p in known.split("-"))
    parts = low.split("-")
    last = len(parts) - 1
    return "-".join(_part(part, paper, (edge and i in (0, last)) or i == 0 < last) for i, part in enumerate(parts))


def _part(low: str, paper: PaperSpellings, edge: bool) -> str:
    stem, mark, rest = _apostrophe(low)
    if stem in _SMALL and not edge:
        return low
    if len(stem) == 1 and stem != "a":
        return stem.upper() + mark + rest
    known = None if stem in _SMALL else _known(stem, paper)
    own = paper.spelling(stem)
    if known is None and not any(c in "aeiouy" for c in stem) and len(stem) <= 5:
        known = stem.upper()
    if known is None and re.fullmatch(r"[ivx]{2,4}", stem):
        known = stem.upper()
    if known is None and re.search(r"\d", stem):
        letters = re.match(r"[a-z]{3,}(?=\d)", stem)
        known = (
            (_known(letters[0], paper) or letters[0].capitalize()) + stem[len(letters[0]) :]
            if letters
            else stem.upper()
        )
    if known is None and own is None and stem.isascii() and stem not in paper.words.count:
        known = stem.upper() if len(stem) <= 5 else None  # an unknown short word is an acronym
    return (known or stem.capitalize()) + mark + rest


def _apostrophe(low: str) -> tuple[str, str, str]:
    for mark in "'’":
        if mark in low:
            return low.partition(mark)
    return low, "", ""


def _known(low: str, paper: PaperSpellings) -> str | None:
    """A spelling with inner capitals: the paper's own, else that of other papers and the vocabulary."""
    for word, ending in ((low, ""), (low[:-1], "s")):
        if ending and not (low.endswith("s") and len(low) > 3):
            break
        own = paper.spelling(word)
        if own:
            return own + ending
        if own == "":
            return None
    return paper.words.spelling.get(low)
