"""Whether a paper itself says that it makes something, or that it sets out against something.

A record may hold as a paper's own what another sentence speaks of: what others use, or a problem that others solve. A
sentence on a paper tells only what the paper claims for itself: its own subject ("we", "this paper", its name) with a
verb that governs the words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from itertools import pairwise

from kg.extract.speech import TaggedWord, tagged
from kg.text import fold
from kg.views.surface import is_word, places
from kg.views.words import PageWords, listed, pattern

_OWN = r"\b(?:<clause.own>|<clause.own_marks> [\w-]+)\b|^<clause.its>\b"
#: Words that part a verb from what it governs: "we add a gate for ", "a rule that ", "which ".
_APART = r"\b<clause.apart>\b"
#: What a sentence begins with before what it tells: "We show that ", "Tests on Plover show that ".
_REPORTS = r"^.*?\b<clause.reports>s?\s(?:that\s)?"
_TRIALS = r"(?i)(?:[A-Z][\w-]* ){0,2}?(?:\w+ )?<clause.trials>\b"
_ADVERBS = r"^(?:[A-Z][a-z]+ly|<clause.adverbs>),\s"
#: Begins an item of a list: "two parts: (1) a gate", "; and (ii) a loss", "parts: a gate".
_ITEM = re.compile(r"(?:[:;,]\s*(?:and\s+)?)?\((?:\d|[ivx]+|[a-e])\)\s*|(?<=\s)\d\)\s*|:\s+(?=an?\s)")
_BRACKET = r"(?:\s\([^()]*\))?"
_CONTRAST = r"(?i)<brief.contrasts>\b"
_IS = rf"{_BRACKET}(?:\s<proposal.kinds>)?\s<clause.is>\s(?:\w+ly\s|<clause.besides>\s)?(?P<verb>\w+)"
_DETERMINER = r"\s*(?:\b<clause.determiners>\s)?$"
_MEANWHILE = r"\b<clause.while> [a-z]+ing\b[^,;]*$"
#: What narrows the words before it: "limitations in robustness when inputs are long".
_NARROWS = rf"{_BRACKET}\s<clause.narrows>\b"

#: Begins a sentence on what a part helps against.
_BESIDES = r"(?i)(?:<proposal.further>|<proposal.subjects> (?:then|also|further))\b"
_OF_LIST = re.compile(r"(?:\bincluding |\(\d\) )$")


def is_own(names: Iterable[str], said: str) -> bool:
    """Whether words speak of the paper or its method: "we", "this paper", "our", one of its `names`."""
    return pattern(f"(?i){_OWN}").search(said) is not None or _named_at(names, said) is not None


def since_own(names: Iterable[str], sentences: Sequence[str]) -> int:
    """The place of the first sentence that speaks of the paper or its method; 0 if none does: before it is background.

    >>> since_own(["Foo"], ["Caches are slow.", "Foo prunes them.", "It helps."])
    1
    """
    own = list(names)
    return next((place for place, said in enumerate(sentences) if is_own(own, said)), 0)


def _any_of(names: Iterable[str]) -> str:
    """A pattern of whole names; one that nothing matches if there are none."""
    named = "|".join(re.escape(name) for name in names if name) or "(?!)"
    return rf"(?<![\w-])(?:{named})(?![\w-])"


def subject_at(names: Iterable[str], said: str) -> int | None:
    """Where words first speak of the paper, its method or "it"; None if they do not.

    >>> subject_at(["Foo"], "On Plover, Foo cuts latency by ")
    11
    """
    found = pattern(rf"(?i:{_OWN}|\bits?\b)").search(said)
    places = (_named_at(names, said), found.start() if found else None)
    return min((at for at in places if at is not None), default=None)


def _named_at(names: Iterable[str], said: str) -> int | None:
    """Where words first have one of some names as a whole."""
    within = [name for name in names if name and name in said]  # most have none, and a pattern is slow to compile
    found = re.search(_any_of(within), said) if within else None
    return found.start() if found else None


def opening(names: Iterable[str], ahead: str) -> str | None:
    """The words before the subject of a statement that is the paper's own; None if it has no such subject.

    >>> opening(["Foo"], "Tests show that at 2 bits, Foo cuts latency by "), opening(["Foo"], "Others are slower by ")
    ('at 2 bits,', None)
    """
    told = ahead.rpartition(";")[2].lstrip()
    said = pattern(_ADVERBS).sub("", pattern(_REPORTS).sub("", told))
    at = subject_at(names, said)
    if at is not None:
        return said[:at].strip()
    has_verb = any(word.tag.startswith("VB") for word in tagged(said, 0, len(said))[0])
    return "" if said != told and pattern(_TRIALS).match(told) and not has_verb else None  # "Tests on Plover show "


def is_made(names: Collection[str], surface: str, sentences: Iterable[str]) -> bool:
    """Whether a sentence says of the paper that it makes or uses something: "we add a ", "Foo has two parts: (1) a ".

    >>> is_made(["Foo"], "late gate", ["Foo uses a late gate and a loss."])
    True
    >>> is_made(["Foo"], "late gate", ["Finch uses a late gate.", "We add a loss for a late gate."])
    False
    """
    making = forms("brief.making")
    has = pattern(rf"{_any_of(names)}{_BRACKET},?\s<clause.with>\s")
    return any(
        _governing(names, said[:at], making, own=True)
        or is_passive(said[end:], making)
        or any(_is_plain(tagged(said[:at], found.end(), at)[0]) for found in has.finditer(said, 0, at))
        for said in sentences
        for at, end in places(said, surface)
        if not is_word(said, end)
    )


def addressed_by(names: Collection[str], surface: str, sentences: Iterable[str], *, is_sure: bool) -> str | None:
    """The verb with which a paper sets out against a problem, "" if it `is_sure` and nobody else does, else None.

    Without such a verb nothing helps against the problem before the paper speaks of itself, and no "However" leads on
    to another: "Gates are slow. Scans are fast. However, they lose keys. To address this, we".

    >>> addressed_by(["Foo"], "slow decoding", ["Pruning reduces slow decoding."], is_sure=True)
    >>> addressed_by(["Foo"], "slow decoding", ["To reduce slow decoding, we propose Foo."], is_sure=False)
    'reduce'
    >>> addressed_by(["Foo"], "slow decoding", ["Models have slow decoding.", "We propose Foo."], is_sure=True)
    ''
    >>> told = ["Models have slow decoding.", "However, gates lose keys.", "We propose Foo."]
    >>> addressed_by(["Foo"], "slow decoding", told, is_sure=True)
    """
    helping, found = forms("brief.helping"), False
    causes, told = listed("brief.causes"), list(sentences)
    begins = since_own(names, told)
    for number, said in enumerate(told):
        for at, _ in places(said, surface):
            helped = _governing(names, said[:at], helping, own=False)
            if helped:
                is_aim = not (helped in forms("brief.avoiding") or pattern(_BESIDES).match(said))
                return helped if is_aim and is_own(names, said) and not _is_beside_aim(said, at, helping) else None
            if _OF_LIST.search(said[:at]):
                return None  # "several challenges including drift, noise and"
            is_left = not (number + 1 < begins and _helps(told[number + 1], helping))
            is_left = is_left and not any(map(pattern(_CONTRAST).match, told[number + 1 : begins]))
            found = found or (is_left and not pattern(_DETERMINER).sub("", said[:at]).endswith(causes))
    return "" if found and is_sure else None


def _is_beside_aim(said: str, at: int, helping: Collection[str]) -> bool:
    """Whether what a sentence helps against, at a place, is not its aim.

    It opens with another, as "To cut costs, we propose Foo, which resolves drift" does, or helps "while mitigating
    drift"; or a step is done against it: "Foo is a gate, trained on Plover to address drift".
    """
    aim, _, rest = said.partition(",")
    verb, *what = aim.removeprefix("To ").lower().split() or [""]
    is_opening = aim.startswith("To ") and fold(verb) in helping and len(aim) < at and bool(rest)
    is_opening = is_opening and set(listed("proposal.pointing")).isdisjoint(what)
    step = said[:at].rpartition(",")[2].split()
    is_step = len(step) > 1 and step[0].endswith("ed") and "to" in step and step[0] not in listed("brief.meant")
    return is_opening or is_step or pattern(_MEANWHILE).search(said[:at]) is not None


def _helps(said: str, helping: Collection[str]) -> bool:
    """Whether a sentence says that something helps against what is told before: "Pruning mitigates these costs"."""
    return any(
        fold(verb.strip(",")) in helping and behind.lower() in listed("proposal.pointing")
        for verb, behind in pairwise(said.split())
    )


def is_narrowed(surface: str, sentences: Iterable[str]) -> bool:
    """Whether words go on in the text with what they hold for: "limitations in robustness", before "when"."""
    return any(pattern(_NARROWS).match(said, end) for said in sentences for _, end in places(said, surface))


def _governing(names: Collection[str], ahead: str, verbs: Collection[str], *, own: bool) -> str:
    """The verb of these that what stands behind `ahead` is done to; by the paper, if `own`. "" if there is none."""
    items = [*_ITEM.finditer(ahead)]
    is_item = bool(items) and _is_plain(tagged(ahead, items[-1].end(), len(ahead))[0])
    if is_item:  # the verb stands before the list
        ahead = ahead[: items[0].start()]
    words = tagged(ahead, 0, len(ahead))[0]
    at = max((place for place, word in enumerate(words) if fold(word.text) in verbs), default=-1)
    if at < 0 or not (is_item or _is_plain(words[at + 1 :])):
        return ""
    return fold(words[at].text) if not own or is_own(names, ahead if is_item else ahead[: words[at].start]) else ""


def _is_plain(words: list[TaggedWord]) -> bool:
    """Whether words only lead on to a noun: no further verb, and nothing that parts them from the one before."""
    said = " ".join(word.text.lower() for word in words)
    return not pattern(_APART).search(said) and not {"VB", "VBZ", "VBP", "MD", "TO"} & {word.tag for word in words}


def is_passive(behind: str, verbs: Collection[str]) -> bool:
    """Whether words are followed by what is done to them: " is introduced"."""
    found = pattern(_IS).match(behind)
    return found is not None and found["verb"].endswith("ed") and fold(found["verb"]) in verbs


@cache
def forms(key: str) -> frozenset[str]:
    """The folded forms of the verbs of a list; folding takes the "s" away."""
    verbs = PageWords("en")(key).split()
    stems = [verb.removesuffix("e") for verb in verbs]
    ends = [f"{stem}{ending}" for stem in stems for ending in ("ed", "ing")]
    return frozenset(
        map(fold, [*verbs, *ends, *(f"{v[:-1]}{end}" for v in verbs if v[-1] == "y" for end in ("ies", "ied"))])
    )
