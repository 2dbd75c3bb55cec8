"""Wordings of one technique inside a paper are one mention: "dynamic thresholding strategy", "... scheme", "... mechanism".

Only words that leave a name what it is may differ: a general noun behind it, a general adjective before it, hyphens,
plural, order around "of", letters for a symbol, an acronym for its words, and "the router" for what was named in full.
Whatever else differs tells siblings apart: rows from columns, -S from -L, the second version from the first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from kg.model import Mention
from kg.text import fold
from kg.vocabulary import Vocabulary

_GREEK = re.compile(r"[\u0370-\u03ff]")
_LETTER = re.compile(r"GREEK (?:SMALL|CAPITAL) LETTER (\w+)$")
_TURNED = re.compile(r"(?P<head>\w+) (?:of|for) (?:the |an? )?(?P<rest>\w+(?: \w+){0,3})")
_DEFINITE = re.compile(r"\b(?:the|this|our|its)\s+(?:\w+ed\s)?$", re.IGNORECASE)
_SHORT = 12  # characters before a mention in which an article stands


def merged(techniques: list[Mention], text: str, acronym_of: Mapping[str, str], vocabulary: Vocabulary) -> None:
    """Leave one mention a technique in a list, of those in a text; the others' names are its aliases.

    `acronym_of` gives the paper's acronyms by their folded words.
    """
    for other in sorted(techniques, key=lambda m: m.start):
        for mention in techniques:
            if mention is not other and _is_one(mention, other, text, acronym_of, vocabulary):
                whole, part = _by_fullness(mention, other)
                _join(whole, part)
                techniques.remove(part)
                break


def core(name: str, vocabulary: Vocabulary) -> str:
    """What is left of a name without the words that leave it what it is, folded.

    >>> core("novel dynamic-thresholding schemes", Vocabulary.load())
    'dynamic thresholding'
    """
    return _core(name, vocabulary.cues("label-modifier"), vocabulary.cues("label-frame-technique"))


@lru_cache(maxsize=20_000)
def _core(name: str, before: frozenset[str], after: frozenset[str]) -> str:
    words = fold(_GREEK.sub(_spelt, unicodedata.normalize("NFKC", name))).split()
    while len(words) > 1 and words[-1] in after:
        words.pop()
    while len(words) > 1 and words[0] in before:
        words.pop(0)
    said = " ".join(words)
    turned = _TURNED.fullmatch(said)
    return f"{turned['rest']} {turned['head']}" if turned else said


def _spelt(symbol: re.Match[str]) -> str:
    """A Greek letter as it is called: "μBrindle" is "MuBrindle"."""
    found = _LETTER.match(unicodedata.name(symbol[0], ""))
    return found[1].lower() if found else symbol[0]


def _is_one(
    one: Mention, other: Mention, text: str, acronym_of: Mapping[str, str], vocabulary: Vocabulary
) -> bool:
    """Whether two mentions of a text are of one technique."""
    concepts = {found.curie for m in (one, other) if (found := vocabulary.find(m.canonical, "technique"))}
    if len(concepts) > 1:
        return False
    if {one.role, other.role} >= {"proposed", "baseline"}:
        return False
    a, b = core(one.surface, vocabulary), core(other.surface, vocabulary)
    if a.replace(" ", "") == b.replace(" ", ""):
        return " " in a or one.surface.islower() == other.surface.islower()
    if fold(acronym_of.get(a, "")) == b or fold(acronym_of.get(b, "")) == a:
        return True
    return _is_head(one, other, text) or _is_head(other, one, text)


def _is_head(part: Mention, whole: Mention, text: str) -> bool:
    """Whether a mention is "the router" and the other, before it, is the only one that ends so."""
    word = fold(part.surface)
    if " " in word or part.surface != part.surface.lower() or whole.start >= part.start:
        return False
    ends = f" {word}"
    return fold(whole.surface).endswith(ends) and bool(_DEFINITE.search(text[max(0, part.start - _SHORT) : part.start]))


def _by_fullness(one: Mention, other: Mention) -> tuple[Mention, Mention]:
    """The mention with more words first, of two with as many the earlier."""
    key = [(-len(fold(m.surface).split()), m.start) for m in (one, other)]
    return (one, other) if key[0] <= key[1] else (other, one)


def _join(whole: Mention, part: Mention) -> None:
    """Take what a wording is called and its role over to the fuller one."""
    names = (part.surface, *part.aliases)
    whole.aliases = tuple(dict.fromkeys(n for n in (*whole.aliases, *names) if fold(n) != fold(whole.surface)))
    whole.confidence = max(whole.confidence, part.confidence)
    if part.role == "proposed":
        whole.role = part.role
