"""Slips of English in the words of a paper, which are then quoted and not told in a sentence of its own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import takewhile

from kg.extract.speech import TaggedWord, tagged
from kg.views.surface import article
from kg.views.words import listed, pattern
from kg.wordcounts import WordCounts, is_slip

_SEVERAL = r"(?<![\w-])(?:two|three|four|five) (?![\w-]*s\b)"
_ONE_THAT = re.compile(
    r"an? (?:[\w-]+, )?(?:(?!of\b|that\b|which\b|whose\b)[\w-]+ )+(?:that|which) "
    r"(?:(?!apply\b)[a-z]+ly )?(?P<verb>[a-z]+)\b"
)
_OF_PHRASE, _FAR = ("JJ", "JJR", "NN", "NNS", "NNP", "NNPS", "VBN", "VBG"), 80  # tags, letters of a noun phrase
_IN_BRACKETS = re.compile(r" ?\([^()]*\)")
_ARTICLE = re.compile(r"\b(an?) ([a-z][\w-]+)")
#: A dash that the source has as a hyphen: "a gate-which skips", but not "end-to-end".
_DASH = re.compile(r"\w-(?:where|which|that|an?|the|by|to|and) (?!-)|[a-z]{5}-[a-z]+ing an? |; (?:an? |[A-Z][a-z]+ )")
_THAT_DOING = r"\b<proposal.kinds> (?:that|which) (?:[a-z]+ly )?(?!bring\b)[a-z]+ing "
_PLURALS = re.compile(r"\b(?:[A-Z]+[a-z]*[A-Z]+s|Transformers) (?P<head>[a-z]+)\b")  # "VLMs quantization"
_NO_LINK = re.compile(r"(?:tion|sion|ment) (?:various|several|multiple) ")  # "for selection various rates"
_TWICE = re.compile(r"\b(?P<short>[A-Z]{2,})-(?P<full>[A-Z]\w+(?: [A-Z]\w+)+)")  # "LG-Late Gates", of a dash
_HAS = re.compile(r"\b[a-z]{3,}(?<!s)s, which (?:has|is|was)\b")
_PLAIN = re.compile(r"(?<![\w-])[a-z]{7,}(?![\w-])")
_COMMON = 100  # papers with a word that others may be slips of
_PART = 5  # letters of two words that have lost the space between them


def has_slip(said: str) -> bool:
    """Whether words have a slip: of spelling, number, article or verb, or a hyphen in the place of a dash.

    >>> has_slip("a gate that skip all keys"), has_slip("two late gate for maps"), has_slip("a gate that skips keys")
    (True, True, False)
    >>> has_slip("a gate desinged for maps"), has_slip("a frameworkbuilt on maps"), has_slip("an unified gate")
    (True, True, True)
    >>> has_slip("a rule-which skips keys"), has_slip("a rule for VLMs quantization")
    (True, True)
    >>> has_slip("a rule for large language model"), has_slip("a rule for large language model pruning")
    (True, False)
    """
    bare = _IN_BRACKETS.sub("", said)
    words = tagged(bare, 0, len(bare))[0]
    return (
        _is_torn(said)
        or _disagrees(said)
        or any(article(found[2]) != found[1] for found in _ARTICLE.finditer(bare))
        or any(map(_is_misspelt, _PLAIN.findall(bare)))
        or _lacks_article(words)
    )


def _is_torn(said: str) -> bool:
    plural, twice = _PLURALS.search(said), _TWICE.search(said)
    if plural and tagged(said, plural.start("head"), len(said))[0][0].tag.startswith("NN"):
        return True
    if twice and "".join(word[0] for word in twice["full"].split()).startswith(twice["short"]):
        return True
    bare = (
        r"\A[A-Z][\w-]* an? |\A[A-Z][\w-]*, (?!an?\b|the\b|one\b|[a-z]+(?:ed|ing|ilt)\b|wh|that\b)"
        r"(?:[\w-]+ ){1,5}?<proposal.kinds>\b"
    )
    return pattern(bare).match(said) is not None or any(
        one.search(said) for one in (_DASH, _HAS, _NO_LINK, pattern(_THAT_DOING))
    )


def _disagrees(said: str) -> bool:
    """Whether a verb or a noun has the wrong number: "a gate that skip all keys", "two late gate for maps"."""
    if any(_is_one_of_several(said, found.end()) for found in pattern(_SEVERAL).finditer(said)):
        return True
    found = _ONE_THAT.match(said)
    words = tagged(said, found.start("verb"), len(said))[0] if found else []
    return bool(words) and words[0].tag in ("VB", "VBP")


def _is_one_of_several(said: str, at: int) -> bool:
    """Whether what stands behind "two" is but one: "late gate", in brackets or not, before what is no noun."""
    phrase = [*takewhile(lambda word: word.tag in _OF_PHRASE, tagged(_IN_BRACKETS.sub("", said[at:]), 0, _FAR)[0])]
    return len(phrase) > 1 and not any(word.tag == "VBG" or word.text.endswith("s") for word in phrase)


def _lacks_article(words: Sequence[TaggedWord]) -> bool:
    """Whether one of a thing that can be counted stands without an article: "for edge device", "skips small model"."""
    countable = {*listed("proposal.countable")}
    for at, word in enumerate(words):
        if not {word.text, word.text.lower()} & countable:
            continue
        behind = words[at + 1 : at + 2]
        if behind and (
            behind[0].tag.startswith(("NN", "VBG", "VBN", "CC", "JJ", "CD")) or behind[0].text in (",", "/", ":")
        ):
            continue  # "model pruning", "model and data"
        ahead = [*takewhile(lambda one: one.tag in _OF_PHRASE, reversed(words[:at]))]
        before = words[at - len(ahead) - 1 : at - len(ahead)]
        if not ahead and not (word.text.isupper() and at and words[at - 1].text in ("by", "from", "of")):
            continue  # "powered by LLM"
        if any(one.text.endswith("s") for one in ahead):  # "a mixture of experts model"
            continue
        if ahead and ahead[-1].tag == "VBG" and [one.text for one in before] == [","]:  # "allowing smaller model"
            return True
        if before and before[0].tag in ("IN", "TO", "VB", "VBZ") and before[0].text not in ("as", "per"):
            return True
    return False


def _is_misspelt(word: str) -> bool:
    """Whether nobody writes a word, and many write one that is a slip away, or the two that it is made of."""
    counts = WordCounts.load().count
    if word in counts or word.removesuffix("ed") in counts or f"{word.removesuffix('ed')}e" in counts:
        return False
    near = (one for size in (-1, 0, 1) for one in _common().get((word[0], len(word) + size), ()))
    parts = ((word[:at], word[at:]) for at in range(_PART, len(word) - _PART + 1))
    return any(is_slip(word, one) for one in near) or any(
        min(counts.get(first, 0), counts.get(last, 0)) >= _COMMON for first, last in parts
    )


@cache
def _common() -> dict[tuple[str, int], list[str]]:
    """The words that many papers have, by first letter and length."""
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for word, count in WordCounts.load().count.items():
        if count >= _COMMON:
            found[word[0], len(word)].append(word)
    return found
