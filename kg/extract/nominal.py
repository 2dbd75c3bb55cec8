"""Puts what is wrong as a noun phrase: "failure to capture motion" of a paper that says "fails to capture motion"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from kg.extract.speech import FINITE, TaggedWord, tagged
from kg.text import fold, has_han
from kg.vocabulary import Vocabulary

_GROUP = "nominal-"
_SUBORDINATE = ("WDT", "WP", "WP$", "WRB", "IN")  # what follows has a clause of its own
_OF = ("of", "in", "for", "on", "to", "with", "from", "between", "by", "at", "under", "across", "over", "during")
_OBJECT = ("DT", "PRP$", "JJ", "JJR", "TO", "IN", "RB", "VBG", "VBN", "CD")  # after these a word is a verb's
_NO_VERB = ("DT", "PRP", "PRP$", "CD")  # "do the rules work"
_BEHIND = ("DT", "PRP", "PRP$", "JJ", "RB", "VBG", "CD")  # the same, of verbs that may be plurals
_DOUBLED = re.compile(r"[^aeiou]*[aeiou][bdgmnprt]")  # "cut", "drop"
_SIBILANT = ("sses", "shes", "ches", "xes", "zes", "oes")


def noun_phrase(text: str, vocabulary: Vocabulary) -> str:
    """A text as a noun phrase, where it is a verb with its object, a clause, or says how something is."""
    words = [] if has_han(text) else tagged(text, 0, len(text))[0]
    if len(words) < 2:
        return text
    noun = _noun(words, 0, vocabulary)
    if noun and noun[1] < len(words) and not noun[0].endswith(f" {words[noun[1]].text}"):
        return f"{noun[0]} {text[words[noun[1]].start : _joined(words, noun[1])]}"
    at = next((i for i, word in enumerate(words[:-1]) if word.tag != "RB"), 0)  # "[quickly] adapt to it"
    first, second = words[at], words[at + 1]
    acts = second.tag in _OBJECT and second.text not in ("of", "between")  # "disconnect between them"
    if first.tag == "VBZ" and second.tag.startswith("NN") and at == 0:  # "involves training and can be costly"
        return f"{_gerund(first.text)} {noun_phrase(text[second.start :], vocabulary)}"
    if first.tag == "MD" or (first.tag in ("VBZ", "VBP", "VB") and acts):
        return _acting(text, words, at)
    if _is_predicate(words, vocabulary.cues("problem-head")):
        denied = words[0].text == "not"
        return f"{'not ' * denied}being {text[words[denied + (words[denied].text == 'been')].start :]}"
    finite = vocabulary.cues("finite")
    for i, word in enumerate(words[1:], 1):
        if word.tag in _SUBORDINATE and fold(word.text) not in _OF:
            return text
        if i + 1 == len(words) or word.tag not in (*FINITE, "VB") or words[i - 1].tag == "TO":
            continue
        before = words[i - 1].tag
        says = fold(word.text) in finite or (before.startswith(("NN", "RB", ")")) and _noun(words, i, vocabulary))
        of_many = before == "NNS" and word.tag in ("VB", "VBP")  # "branches activate experts"
        of_one = before in ("NN", "RB") and word.tag == "VBZ" and words[i + 1].tag in _BEHIND  # "size makes it costly"
        if says or of_many or of_one:
            return _acting(text, words, i)
    return text


def _acting(text: str, words: Sequence[TaggedWord], at: int) -> str:
    """A text whose verb at a place is put as a gerund, up to where a second verb joins it."""
    verb, form = at, fold(words[at].text)
    if words[at].tag == "MD" or form in ("do", "doe", "does", "did"):
        verb = next((i for i in range(at + 1, len(words)) if words[i].tag != "RB"), at)
    behind = verb + 1 + (verb + 1 < len(words) and words[verb + 1].text == "not")
    if (verb == at and form == "cannot") or behind == len(words) or words[verb].tag in _NO_VERB:
        return text
    denies = "not " * (form == "cannot" or "not" in {word.text for word in words[at:behind]})
    return (
        f"{text[: words[at].start]}{denies}{_gerund(words[verb].text)} "
        f"{text[words[behind].start : _joined(words, behind)]}"
    )


def _joined(words: Sequence[TaggedWord], at: int) -> int:
    """Where a second verb joins the first, whose object begins at a place; else the end."""
    for i in range(at + 1, len(words)):
        if words[i].tag in _SUBORDINATE and fold(words[i].text) not in _OF:
            break
        before = i - 1
        while before > at and words[before].tag == "RB":
            before -= 1
        acts = words[i].tag in (*FINITE, "VB") and i + 1 < len(words) and words[i + 1].tag in _OBJECT
        if acts and words[before].tag in ("CC", ","):
            while before > at and words[before].tag in ("CC", ","):
                before -= 1
            return words[before].end
    return words[-1].end


def _noun(words: Sequence[TaggedWord], at: int, vocabulary: Vocabulary) -> tuple[str, int] | None:
    """The noun for a verb at a place, adverbs in and before it left out, and the place behind: "failure to"."""
    while at < len(words) and words[at].tag == "RB" and words[at].text != "not":
        at += 1
    for noun, verbs in _nouns(vocabulary):
        for verb in verbs:
            i = at
            for form in verb:
                while i > at and i < len(words) and words[i].tag == "RB" and fold(words[i].text) != form:
                    i += 1
                if i == len(words) or fold(words[i].text) != form:
                    break
                i += 1
            else:
                return noun, i
    return None


@cache
def _nouns(vocabulary: Vocabulary) -> list[tuple[str, list[list[str]]]]:
    """Nouns and the folded words of the verbs for which they stand: "lack of" for "lack", "lacking"."""
    found = vocabulary.cue_groups(_GROUP)
    return [(group.replace("-", " "), sorted(map(str.split, cues))) for group, cues in sorted(found.items())]


def _is_predicate(words: Sequence[TaggedWord], heads: frozenset[str]) -> bool:
    """Whether words say how something is, and name nothing: "computationally expensive", "constrained in memory"."""
    if not heads.isdisjoint(fold(word.text) for word in words):  # "prohibitive overhead", which the tagger mistakes
        return False
    if words[0].tag == "RB" and words[1].tag in ("IN", "TO"):  # "heavily on ...", whose adjective is missing
        return False
    named = words[0].text.endswith("ing") or words[-1].text.endswith("-training")  # "code-switching by ..."
    names = (i for i, word in enumerate(words) if named or not word.tag.startswith(("JJ", "VBN", "CC", "RB", ",")))
    at = next(names, len(words))
    return at == len(words) or (at > 0 and words[at].tag in ("IN", "TO") and words[at].text != "of")


def _gerund(verb: str) -> str:
    """The form in -ing of a verb that may be in the third person.

    >>> [_gerund(verb) for verb in ("is", "has", "loses", "carries", "cut", "scale", "misses", "free")]
    ['being', 'having', 'losing', 'carrying', 'cutting', 'scaling', 'missing', 'freeing']
    """
    word = verb.lower()
    if word in ("is", "are", "was", "were", "be", "been", "am"):
        return "being"
    if word in ("has", "have", "had"):
        return "having"
    if word.endswith("ies") and len(word) > 4:
        word = f"{word[:-3]}y"
    elif word.endswith(_SIBILANT):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    if word.endswith("ie"):
        return f"{word[:-2]}ying"
    if word.endswith("e") and not word.endswith(("ee", "oe", "ye")):
        return f"{word[:-1]}ing"
    return f"{word}{word[-1]}ing" if _DOUBLED.fullmatch(word) else f"{word}ing"
