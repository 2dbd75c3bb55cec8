"""What a paper says that its acronyms stand for, read from the brackets behind the words."""

from __future__ import annotations

import re

from kg.text import fold

_ACRONYM = re.compile(r"\(([A-Z0-9][\w+.-]{1,11})\)|（([A-Z0-9][\w+.-]{1,11})）")
_WORD = re.compile(r"[^\W_]+")
_MARK = re.compile(r"[.;:()]")
_REACH = 120  # characters before a bracket in which its words stand


def acronyms(text: str) -> dict[str, str]:
    """What a text says that its acronyms stand for: folded acronym -> the words before it.

    >>> acronyms("We propose Group Tree Optimization (GTO) for drafts.")
    {'gto': 'Group Tree Optimization'}
    """
    out: dict[str, str] = {}
    for match in _ACRONYM.finditer(text):
        short = match[1] or match[2]
        words = list(_WORD.finditer(text, max(0, match.start() - _REACH), match.start()))
        start = _expansion(short, words, text)
        if start is not None:
            out.setdefault(fold(short), text[start : match.start()].strip())
    return out


def abbreviates(short: str, text: str, whole: bool = False) -> bool:
    """Whether the last words of a text, or the whole of it, are what an acronym stands for.

    >>> abbreviates("VLA", "large vision-language-action"), abbreviates("VLA", "large vision-language-action", True)
    (True, False)
    """
    start = _expansion(short, list(_WORD.finditer(text, max(0, len(text) - _REACH))), text)
    return start == 0 if whole else start is not None


def _expansion(short: str, words: list[re.Match[str]], text: str) -> int | None:
    """Where the words begin whose first letters an acronym gives; letters inside words may be used too."""
    letters = [c.lower() for c in short.removesuffix("s") if c.isalnum()]
    for count in range(min(len(words), len(letters)), 0, -1):
        run = words[-count:]
        if _MARK.search(text, run[0].start(), run[-1].end()):
            continue
        if run[0].group()[0].lower() == letters[0] and _spells([w.group().lower() for w in run], letters):
            return run[0].start()
    return None


def _spells(words: list[str], letters: list[str]) -> bool:
    """Whether letters can be taken in order from words, each word giving its first letter."""
    if not words:
        return not letters
    if not letters or words[0][0] != letters[0]:
        return False
    at, taken = 0, 0
    while taken < len(letters):
        at = words[0].find(letters[taken], at)
        if at < 0:
            break
        taken, at = taken + 1, at + 1
    return any(_spells(words[1:], letters[n:]) for n in range(taken, 0, -1))
