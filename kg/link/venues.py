"""Whether two names denote the same venue: "NeurIPS", "Advances in Neural Information Processing Systems 37"."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

_NOT_PUBLISHED = re.compile(r"arxiv|corr\b|preprint|submi(?:tted|ssion)|under review|withdrawn|rejected", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")
_USUAL = re.compile(r"proceedings|annual|meeting|ieee|cvf|acm|of|the|in|on|and|for|th|st|nd|rd", re.IGNORECASE)
_SHORT = re.compile(r"[A-Z][A-Za-z]*[A-Z]|[A-Z]{2,}")
_LIKE = 88  # lowest similarity of two names, of 100


def is_published(venue: str) -> bool:
    """Whether a venue is a publication, not a preprint server or a submission.

    >>> is_published("ICML"), is_published("arXiv preprint"), is_published("Submitted to ICLR 2026")
    (True, False, False)
    """
    return bool(venue.strip()) and not _NOT_PUBLISHED.search(venue)


@lru_cache(maxsize=4096)
def one_venue(a: str, b: str) -> bool:
    """Whether two names denote the same venue by their letters; years and volumes are ignored.

    >>> one_venue("NeurIPS", "Advances in Neural Information Processing Systems 37"), one_venue("ICML", "ICLR")
    (True, False)
    """
    one, other = _words(a), _words(b)
    if not one or not other:
        return False
    if fuzz.token_sort_ratio(" ".join(one).lower(), " ".join(other).lower()) >= _LIKE:
        return True
    return _is_short_for(one, other) or _is_short_for(other, one)


def _words(name: str) -> list[str]:
    return [word for word in _WORD.findall(name) if not _USUAL.fullmatch(word)]


def _is_short_for(short: list[str], long: list[str]) -> bool:
    """Whether an acronym in the short name occurs in the long one, or abbreviates its words."""
    words = [word.lower() for word in long]
    found = [word.lower() for word in short if _SHORT.fullmatch(word)]
    spelled = {*found, *(word.removesuffix("s") for word in found if len(word) > 2)}
    return len(short) < len(long) and any(word in words or _spells(word, words) for word in spelled)


def _spells(short: str, words: list[str]) -> bool:
    """Whether prefixes of words, in order and with gaps, form an acronym: "AISTATS"."""
    if not short:
        return True
    for at, word in enumerate(words):
        same = 0
        while same < min(len(short), len(word)) and short[same] == word[same]:
            same += 1
        if any(_spells(short[taken:], words[at + 1 :]) for taken in range(same, 0, -1)):
            return True
    return False
