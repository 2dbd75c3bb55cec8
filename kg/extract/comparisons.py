"""The grammar of comparisons: what a sentence sets beside something, as "outperforms", "faster than", "on par with"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import NamedTuple

from kg.extract.component import sentence_of
from kg.extract.context import DocView
from kg.extract.outcomes import Cue, OutcomeLexicon
from kg.extract.speech import FINITE, TaggedWord
from kg.text import fold
from kg.vocabulary import Vocabulary

_AHEAD = 4  # words before a verb that may turn it
_NAMED = 4  # words of a member of a list
_MOST = 14  # words between a verb and a loser
_REACH = 120  # characters between a gain and what it is had over
_CLAUSE_END = re.compile(r"[,;](?=\s)")
_JOINT = re.compile(r",| and ")
_MARKS = (":", ";", "(", "%")
_NOUNS = 5  # words between "comparable" and "to"
_BEYOND = 6  # words between "retains" and "of"
_CONTENT = ("NN", "VB", "PRP", "JJ")  # tags of the words of a clause that says something
_MARKERS = ("unlike", "gain-over", "set-against", "kept", "likened", "match", "win", "set-beside")  # groups of cues
_DRAWN = 6  # words from "comparable" to "or", from which a win is two words
_NEAR = 3  # words before a win that say how often it holds
ON_SOME = re.compile(r"\b(?:[Oo]n|[Ii]n|[Ff]or) (?P<some>\d{1,4}) (?:out )?of (?:the )?(?P<all>\d{1,4})\b")
_BETTER = ("speed", "win", "improve")  # groups of outcome words that need no metric
WIN, LIKE = "outperforms", "compared_with"


class Comparison(NamedTuple):
    """What states a comparison, and its type: the subject stands in [begin, start), `behind` leads to the rival."""

    kind: str
    begin: int
    start: int
    behind: Sequence[TaggedWord]


def compared(view: DocView, at: int, end: int, lexicon: OutcomeLexicon) -> Comparison | None:
    """What compares something with the entity at [at, end), or with a list that it belongs to; None if nothing does."""
    begin, stop = sentence_of(view.doc, at)
    phrase = view.phrase_at(begin, stop)
    words = [word for word in phrase.words if word.start < at] if phrase else []
    cues, markers = view.vocabulary.cues, _markers(view.vocabulary)
    turned = cues("negate") | cues("equate") | cues("lose") | {"or"}
    for k in range(len(words) - 1, -1, -1):
        word = fold(words[k].text)
        if word not in markers:
            continue
        before = _before(words, k)
        behind: Sequence[TaggedWord] = words[k + 1 :]
        if word in cues("unlike") and k <= 1:
            return _unlike(view, end, stop, behind)
        if word in cues("gain-over") and not (
            cues("set-against").isdisjoint(before) and cues("likened").isdisjoint(before[-1:])
        ):
            continue  # "compare ZapNet against Plover", "competitive against Plover"
        if word in cues("gain-over") and _is_none(view, word, before):
            return None
        if word in cues("set-against"):
            return _set_against(view, words[k], behind)
        if word in cues("kept") and (kept := _kept(view, behind, end)) is not None:
            return Comparison(LIKE, begin, words[k].start, kept) if cues("negate").isdisjoint(before) else None
        if word in cues("likened") or (word in cues("match") and _is_verb(words, k)):
            led = _led(view, behind)
            if led is None and word in cues("likened"):
                continue  # "compared to models of similar size, such as Plover"
            behind = behind if led is None else led
            held = _reaches(view, behind) and cues("negate").isdisjoint(before)
            return Comparison(LIKE, begin, words[k].start, behind) if held else None
        wins = word in cues("win") or (word in cues("gain-over") and not cues("gain").isdisjoint(before))
        if wins or (word == "to" and not cues("superior").isdisjoint(before[-1:])):
            held = turned.isdisjoint(before) and _reaches(view, behind)
            return Comparison(WIN, begin, words[k].start, behind) if held else None
        if word in cues("set-beside") or word in cues("gain-over"):
            if behind and fold(behind[0].text) in cues("beside-what"):
                behind = behind[1:]
            if not _reaches(view, behind):
                return None
            if any(one.tag.startswith(_CONTENT) for one in words[:k]):
                ahead = words[: k - 1] if before[-1:] == ["when"] else words[:k]  # "when compared to"
                clause = _clause(view, ahead, turned)
                best = next((one for one in clause if fold(one.text) in cues("best")), None)
                if best and word in cues("set-beside"):
                    return Comparison(WIN, begin, best.start, behind)
                gain = _gain(view.text, clause[0].start, words[k].start, lexicon, word) if clause else None
                if gain:
                    return Comparison(WIN, begin, gain.start, behind)
                return Comparison(LIKE, begin, words[k].start, behind) if word in cues("set-beside") else None
            if word in cues("set-beside"):
                return _set_beside(view, end, stop, behind, lexicon) or _unlike(view, end, stop, behind)
            return None
    return None


def is_drawn(view: DocView, at: int) -> bool:
    """Whether an entity at an offset is beaten or only equalled: "matches or exceeds Plover"."""
    words, win = _up_to_a_win(view, at)
    cues = view.vocabulary.cues
    equal = cues("equate") | {fold(f"{cue}es") for cue in cues("equate")}  # the fold of "matches" is no word
    return "or" in words[win - 2 : win] and not equal.isdisjoint(words[max(0, win - _DRAWN) : win])


def is_partial(view: DocView, at: int, end: int) -> bool:
    """Whether a win against the entity at [at, end) holds in some cases only: "often beats", "on some tasks"."""
    words, win = _up_to_a_win(view, at)
    partly = view.vocabulary.cues("partly")
    led = words[max(0, win - _NEAR) : win]
    if any(word in partly for word in led[-2:]) and ("in" in led or not partly.isdisjoint(led[-1:])):
        return True
    begin, behind = sentence_of(view.doc, at)[0], _behind(view, end)
    places = [*ON_SOME.finditer(view.text, end, behind), *ON_SOME.finditer(view.text, begin, at)]
    if any(int(found["some"]) < int(found["all"]) for found in places):
        return True
    said = [word for word in view.words(end, behind) if word not in ("a", "the")]
    return any(one in ("on", "in", "for", "at", "under") and word in partly for one, word in pairwise(said))


def _up_to_a_win(view: DocView, at: int) -> tuple[list[str], int]:
    """The folded words of a sentence before an offset, and the place of the last one that says a win; 0 without."""
    words = view.words(sentence_of(view.doc, at)[0], at)
    wins = view.vocabulary.cues("outperform") | view.vocabulary.cues("win")
    return words, next((i for i in range(len(words) - 1, -1, -1) if words[i] in wins), 0)


def _behind(view: DocView, end: int) -> int:
    """Where the clause of a loser ends: at a comma but for those around an example, or where another win is said."""
    stop, examples = sentence_of(view.doc, end - 1)[1], view.vocabulary.cues("examples")
    is_example = False
    for mark in _CLAUSE_END.finditer(view.text, end, stop):
        opens = not is_example and not examples.isdisjoint(view.words(mark.end(), stop)[:2])
        if not (opens or is_example):
            stop = mark.start()
            break
        is_example = opens
    phrase = view.phrase_at(end, stop)
    wins = view.vocabulary.cues("win")
    return next((word.start for word in (phrase.words if phrase else ()) if fold(word.text) in wins), stop)


@lru_cache(maxsize=4)
def _markers(vocabulary: Vocabulary) -> frozenset[str]:
    """The words at which a comparison may be stated."""
    return frozenset({"to"}).union(*map(vocabulary.cues, _MARKERS))


def _before(words: Sequence[TaggedWord], k: int) -> list[str]:
    """The folded words before one that may turn its sense; "not only" does not."""
    forms = [fold(one.text) for one in words[max(0, k - _AHEAD) : k]]
    return [form for i, form in enumerate(forms) if form != "not" or forms[i + 1 : i + 2] != ["only"]]


def _is_verb(words: Sequence[TaggedWord], k: int) -> bool:
    """Whether a word is a verb, as its tag or place tells: the tagger takes "ZapKV rivals Plover" for nouns alone."""
    if words[k].tag.startswith("VB") or (k + 1 < len(words) and words[k + 1].tag == "DT"):
        return True
    clause = list(takewhile(lambda one: fold(one.text) not in ("that", ","), reversed(words[:k])))
    verbs = any(one.tag.startswith(("VB", "MD", "IN")) for one in clause)
    return words[k].tag == "NNS" and bool(clause) and clause[0].tag in ("NN", "NNP", "PRP") and not verbs


def _kept(view: DocView, behind: Sequence[TaggedWord], end: int) -> Sequence[TaggedWord] | None:
    """The words behind "of" in "retains 94% of Plover's accuracy", "keeps the accuracy of Plover"; else None."""
    at = next((i for i, word in enumerate(behind[: _BEYOND + 1]) if fold(word.text) == "of"), 0)
    said, led = behind[:at], behind[at + 1 :]
    apart = any(word.tag.startswith(("VB", "IN", "TO")) or word.text == "," for word in said)
    if not said or apart or not _reaches(view, led):
        return None
    measures = (*(word.text for word in behind), *view.words(end, end + _REACH)[:_BEYOND])
    return led if any(view.vocabulary.find(word, "metric") is not None for word in measures) else None


def _is_none(view: DocView, marker: str, before: Sequence[str]) -> bool:
    """Whether a marker compares nothing: "no more than", "minimizes it over", "robust against", "built upon"."""
    cues = view.vocabulary.cues
    if marker == "upon":
        return cues("gain").isdisjoint(before)
    if marker == "against":
        return not cues("guard").isdisjoint(before[-1:])
    if marker == "than":
        return not cues("negate").isdisjoint(before[-2:])
    return not cues("optimize").isdisjoint(before)


def _set_against(view: DocView, verb: TaggedWord, behind: Sequence[TaggedWord]) -> Comparison | None:
    """What "compare ZapKV with Plover" states of what stands between; None without "with", "to" or "against"."""
    to = {"with", "to", "against"}
    at = next((i for i, word in enumerate(behind[:_MOST]) if fold(word.text) in to), None)
    if at is None or not _reaches(view, behind[at + 1 :]):
        return None
    return Comparison(LIKE, sentence_of(view.doc, verb.start)[0], behind[at].start, behind[at + 1 :])


def _led(view: DocView, behind: Sequence[TaggedWord]) -> Sequence[TaggedWord] | None:
    """The words behind "to" or "with" of "comparable to", "comparable accuracy to that of"; None without these."""
    to = view.vocabulary.cues("beside-what")
    at = next((i for i, word in enumerate(behind[:_NOUNS]) if fold(word.text) in to), None)
    if at is None or any(not word.tag.startswith((*_CONTENT, "CC", "RB")) for word in behind[:at]):
        return None
    while at < len(behind) and fold(behind[at].text) in to:
        at += 1
    return behind[at:]


def _unlike(view: DocView, end: int, stop: int, behind: Sequence[TaggedWord]) -> Comparison | None:
    """The contrast of "Unlike Plover, ZapKV is lazy", whose subject is behind a comma, or with what rivals rely on."""
    cues, said = view.vocabulary.cues, [fold(word.text) for word in behind]
    if len(behind) > _MOST or any(word.text in _MARKS for word in behind):
        return None
    if "that" in said[1:] and not cues("generic").issuperset(said[: said.index("that")]):
        return None  # of "unlike Plover that has gates" it is Plover, of "unlike methods that use gates" the gates
    at = view.text.find(",", end, stop)
    while 0 <= at < end + _REACH:
        phrase = view.phrase_at(at + 1, stop)
        subject = list(takewhile(lambda word: not word.tag.startswith(FINITE), phrase.words if phrase else ()))
        forms = {fold(word.text) for word in subject[:_MOST]}
        if not forms.isdisjoint(cues("own-work")) or view.name in forms:
            return Comparison(LIKE, at + 1, subject[-1].end, behind)
        at = view.text.find(",", at + 1, stop)
    return None


def _clause(view: DocView, words: Sequence[TaggedWord], turned: frozenset[str]) -> Sequence[TaggedWord]:
    """The words of a clause up to a comparison, without what stands before a word that turns its sense.

    Of a comparison within brackets it is what stands in them: "scalable (trade off A vs. B)".
    """
    ends = turned | view.vocabulary.cues("clause") | {"rather", "other"}
    last = max((i for i, word in enumerate(words) if fold(word.text) in ends or word.text in (";", ":")), default=-1)
    opened = max((i for i, word in enumerate(words[:-1]) if word.text == "("), default=-1)
    if all(word.text != ")" for word in words[opened:]):
        last = max(last, opened)
    return words[last + 1 :]


def _gain(text: str, start: int, end: int, lexicon: OutcomeLexicon, marker: str) -> Cue | None:
    """The outcome word in [start, end) that says what gets better, the last one; None if it gets worse."""
    start = max(start, end - _REACH)
    said = [cue for cue in lexicon.cues(text[start:end]) if cue.group != "keep"]
    if marker == "than":
        said = [cue for cue in said if cue.is_comparative]
    if not said:
        return None
    last = said[-1]
    about = _JOINT.split(text[start : start + last.start])[-1] if last.is_noun else text[start + last.end : end]
    if last.group not in _BETTER and not _is_gain(last, about, lexicon):
        return None
    return last._replace(start=start + last.start, end=start + last.end)


def _is_gain(cue: Cue, about: str, lexicon: OutcomeLexicon) -> bool:
    """Whether it is better that what a text is about goes up or down, as an outcome word says."""
    if cue.group == "increase":
        return not lexicon.is_lower_better(about)
    higher = (
        found for word in about.split() if (found := lexicon.metric(word)) and found.facts.get("better") == "higher"
    )
    return not (cue.word in lexicon.losses or cue.word in lexicon.drops or any(higher))


def _set_beside(
    view: DocView, end: int, stop: int, behind: Sequence[TaggedWord], lexicon: OutcomeLexicon
) -> Comparison | None:
    """The win of "Compared to Plover, ZapKV is faster": behind the comma, the subject and a gain."""
    comma = view.text.find(",", end, stop)
    phrase = view.phrase_at(comma + 1, stop) if 0 <= comma < end + _REACH else None
    cues = view.vocabulary.cues
    turned = cues("negate") | cues("equate") | cues("lose") | cues("clause")
    words = list(phrase.words) if phrase else []
    last = next((i for i, word in enumerate(words) if fold(word.text) in turned), len(words))
    if not words[:last]:
        return None
    said = [cue for cue in lexicon.cues(view.text[comma + 1 : words[last - 1].end]) if cue.group != "keep"]
    if not said:
        return None
    first, behind_it = said[0], comma + 1 + said[0].end
    gain = _gain(view.text, comma + 1 + first.start, behind_it + _NAMED * 8, lexicon, "")
    return Comparison(WIN, comma + 1, comma + 1 + first.start, behind) if gain else None


def _reaches(view: DocView, behind: Sequence[TaggedWord]) -> bool:
    """Whether the words between a verb and a name are a list that the name belongs to."""
    cues = view.vocabulary.cues
    stops, examples = cues("leads-away") | cues("clause"), cues("examples")
    if len(behind) > _MOST:
        return False
    since, behind = 0, _members(view, behind)
    example = max((i for i, word in enumerate(behind) if fold(word.text) in examples), default=0)
    for i, word in enumerate(behind):
        form = fold(word.text)
        measured = i > 0 and view.vocabulary.find(behind[i - 1].text, "metric") is not None
        if form == "of" and (i < example or measured):
            since = 0
            continue  # "models of its size, such as ...", "the accuracy of ..."
        if form in stops or word.text in _MARKS or word.tag == "CD" or word.tag.startswith(FINITE):
            return False
        if form in ("a", "an") and i > 0 and behind[i - 1].text == ",":
            return False  # "Plover, a typical cache"
        if word.tag == "VB" and i > 0 and fold(behind[i - 1].text) == "and":
            return False  # "than Plover and shrink the cache"
        since = 0 if word.text == "," or form in {"and", *examples} else since + 1
    return since <= _NAMED


def _members(view: DocView, words: Sequence[TaggedWord]) -> list[TaggedWord]:
    """The words of a list without what is no member: "(" and "." of "(e.g., Plover", "by 2x" of "Corvid by 2x, ..."."""
    examples = view.vocabulary.cues("examples")
    out: list[TaggedWord] = []
    skipped = False
    for i, word in enumerate(words):
        behind = words[i + 1].text if i + 1 < len(words) else ""
        ends = word.text in (",", "and") or word.tag == "IN"
        skipped = not ends if skipped else word.text == "by" and any(map(str.isdigit, behind))
        opens = word.text == "(" and fold(behind) in examples
        closes = word.text == "." and bool(out) and fold(out[-1].text) in examples
        if not (skipped or opens or closes):
            out.append(word)
    return out
