"""The boundaries of mentions: spans to rule out, alternative boundaries of a span, and the other members of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from kg.entity_types import NAMED
from kg.extract.component import sentence_of
from kg.extract.speech import FINITE, TaggedWord, tagged
from kg.link.acronyms import acronyms
from kg.text import fold

if TYPE_CHECKING:
    from kg.extract.context import DocView

Span = tuple[int, int]
_PART_BEFORE = re.compile(r"[^\W_][\w.]*(?=-$)")
_PART_BEHIND = re.compile(r"-([^\W_][\w.]*)")
_DASH = ("DT", "CC", "IN", "TO", "W", "PRP", "VBP", "VBZ")  # before these, or after a plural, a hyphen is a dash
_BRACKETS = (("{", "}"), ("(", ")"), ("[", "]"), ("“", "”"))
_PAIRED = frozenset('$"').union(*_BRACKETS)
_QUOTE = re.compile(r"\\\"")  # an umlaut in LaTeX: "na\\\"ive"
_GLUED = re.compile(r"\([\w-]{1,12}\)\w")  # "Finch(Y)Lite"
_SIZE = re.compile(r"\d+(?:\.\d+)?[BMK]")
_BIGGER = re.compile(r"(?: [A-Z][a-z]+){1,3}")  # continuation of a name: "DeepSeek" of "DeepSeek Sparse Attention"
_VARIANT = re.compile(r"(?:-[A-Z\d][\w.]*\w|-\d)+(?![\w%])")  # "-6" after "Claude Sonnet 4", "-PL" after "CulturaX"
_YEAR = re.compile(r"(?:['’]\d\d|[ -](?:v\d+(?:\.\d+)?|(?:19|20)\d\d(?:/(?:19|20)?\d\d)?))(?![\w%])")
_SCORES = re.compile(r"(?<=\w) scores?$", re.IGNORECASE)
_CITATION = 200  # characters before a key that hold the others, or the beginning of an address
_JOINED = ("/", "-", "_", ".")  # what stands before a word inside an address
_IN_ADDRESS = re.compile(r"(?:://|\bwww\.|\b(?:github|gitlab|huggingface|bitbucket)\.\w+/)\S*$", re.IGNORECASE)
_TAIL = re.compile(r"-[a-z]+$")
_CALLED = re.compile(
    r", an? (?:[\w-]+ ){0,4}?([a-z]+)(?=[,.;:]|$| (?:that|which|with|for|of|from|trained|designed|built)\b)"
)
_TASKS = re.compile(r"(?:(?:,| and|, and) [A-Z][\w-]*){0,3} tasks?\b")  # "SER and SE tasks"
_LED = 3  # words before a phrase that say what it is
_REACH = 30  # characters that hold them
_LOOKED = 120  # characters that hold "ablations on" and a list
_PHRASE = 5  # words of the name of a device
#: The separator between two members of a list; the second pattern matches it before a member.
_JOINT = re.compile(r"(?:,? (?:and|or|as well as|vs\.?|versus) |, | ?[/&] ?)(?:the |a |an )?")
_JOINT_BEFORE = re.compile(r"(?:,? (?:and|or|as well as|vs\.?|versus) |, | ?[/&] ?)(?:the |a |an )?$")
_LIST = 6  # members of a list considered on each side
_NO_EDGE = ("DT", "IN", "CC", "TO", "PRP", "MD", "W", "EX", "RB", ",", ":", ";", ".")
_NEXT = re.compile(r" ([^\W\d_]+)")  # the word behind a span
_LEAST = 2  # words of a problem, at least
_NOUNS = ("NN", "VBG", "CD")
_ASKING = ("WDT", "WP", "WRB")


def barred(view: DocView, kind: str, span: Span) -> bool:
    """Whether a span cannot be a mention of a type: a part of a longer name, a clause, a bare number or size."""
    start, end = span
    text = view.text
    surface = text[start:end]
    if not _PAIRED.isdisjoint(surface) and _is_unpaired(surface):
        return True
    if not (surface[:1].isalpha() or any(map(str.isalpha, surface))):
        return True
    if text[start - 1 : start] in _JOINED and _IN_ADDRESS.search(text, max(0, start - _CITATION), start):
        return True  # "quantkit" of "https://github.com/corvid/quantkit"
    if kind in ("technique", "task") and (
        _is_half_an_expansion(view, end)
        or _is_unnamed(view, start, end)
        or (_lacks_noun(view, start, end) and not _labelled(view, kind, span))
    ):
        return True
    if kind == "task" and not _labelled(view, kind, span) and _is_material(view, start, end):
        return True
    if kind in ("task", "dataset", "problem") and is_adjective_alone(view, kind, start, end):
        return True
    finite = view.cues["finite"]
    if kind == "problem":
        words = view.words(start, end)
        return bool(words) and (
            words[-1] in finite
            or words[0] in view.cues["relative"]
            or _is_wished(view, start, end)
            or _is_half_a_question(view, start, end)
            or any(one in finite and other in ("its", "their") for one, other in pairwise(words))
        )
    if kind == "technique":
        words = view.words(start, end)
        if not finite.isdisjoint(words) and any(
            word in finite and before != "to" for before, word in pairwise(["", *words])
        ):
            return True
        return (
            _in_compound(view, kind, start, end)
            or _is_adjective(view, start, end)
            or _is_institution(view, kind, start, end)
            or (surface.isupper() and _is_metric(view, kind, start, end))
        )
    if kind == "model" and (_SIZE.fullmatch(view.text, start, end) or _goes_on(view, start, end)):
        return True
    if kind == "dataset" and not _labelled(view, kind, span) and _TASKS.match(text, end):
        return True
    return kind in NAMED and (
        _in_compound(view, kind, start, end)
        or _is_compound(view, start, end)
        or _is_metric(view, kind, start, end)
        or (kind != "hardware" and _is_institution(view, kind, start, end))  # "on Cerebras" is on its devices
        or _is_called_otherwise(view, kind, end)
    )


def _is_unpaired(surface: str) -> bool:
    """Whether a bracket or a quotation mark of a span stands without its other."""
    if surface.count("$") % 2 or any(surface.count(one) != surface.count(other) for one, other in _BRACKETS):
        return True
    return _QUOTE.sub("", surface).count('"') % 2 == 1


def _is_wished(view: DocView, start: int, end: int) -> bool:
    """Whether a phrase names what is wanted ("ensuring robust decoding"), what a method does without, or "how much"."""
    before = [word for word in view.words(max(0, start - _REACH), start)[-_LED:] if word not in view.cues["definite"]]
    if "without" in before or before[-1:] in (["how"], ["between"]):
        return True  # "how high costs arise", "a trade-off between costs and quality"
    troubles = view.cues["problem-head"] | view.cues["problem-sign"]
    return not view.cues["wish"].isdisjoint(before[-1:]) and troubles.isdisjoint(view.words(start, end))


def _is_half_a_question(view: DocView, start: int, end: int) -> bool:
    """Whether a phrase breaks off before the verb of a question: "understanding of how caches" of "... caches age"."""
    phrase = view.phrase_at(start, end)
    words = phrase.words if phrase else ()
    asked = next((i for i, word in enumerate(words) if i and word.tag in _ASKING and words[i - 1].tag == "IN"), None)
    return asked is not None and not any(word.tag.startswith(("VB", "MD")) for word in words[asked:])


def _is_half_an_expansion(view: DocView, end: int) -> bool:
    """Whether a span breaks off at "and" what an acronym stands for: "Light Detection" of "... and Ranging (LiDAR)"."""
    if not (joint := _JOINT.match(view.text, end)):
        return False
    begin, stop = sentence_of(view.doc, end)
    longs = (long for long in acronyms(view.text).values() if long.find(view.text[joint.start() : joint.end() + 1]) > 0)
    return any(begin <= at < end < at + len(long) for long in longs if (at := view.text.find(long, begin, stop)) >= 0)


def _is_unnamed(view: DocView, start: int, end: int) -> bool:
    """Whether a span ends in a word that names nothing: "an autoregressive one", "sensor data collected by drones"."""
    phrase = view.phrase_at(start, end)
    words = phrase.words if phrase else ()
    if words and fold(words[-1].text) in view.vocabulary.cues("stand-in"):
        return True
    behind = view.phrase_at(end, min(end + _REACH, sentence_of(view.doc, start)[1]))
    led = behind is not None and behind.words[0].tag == "IN" and not view.text[end : behind.words[0].start].strip()
    return led and len(words) > 1 and words[-1].tag == "VBN" and words[-2].tag.startswith("NN")


def _lacks_noun(view: DocView, start: int, end: int) -> bool:
    """Whether a span ends in an adjective before its noun: "multi-round [decoding]", "Monte Carlo Tree [Search]"."""
    phrase, behind = view.phrase_at(start, end), _NEXT.match(view.text, end)
    after = view.phrase_at(*behind.span(1)) if behind and phrase else None
    if phrase is None or behind is None or after is None or not after.words[0].tag.startswith("NN"):
        return False
    last, is_titled = phrase.words[-1], start >= view.abstract[0] and phrase.words[0].start < phrase.words[-1].start
    is_name = is_titled and view.text[start:end].istitle() and behind[1].istitle()
    return is_name or (last.tag.startswith("JJ") and last.text.islower())


def _is_material(view: DocView, start: int, end: int) -> bool:
    """Whether a span names what a work is tried on or looked into, and no task: "ablations on rank and batch size"."""
    if not view.cues["dataset-frame"].isdisjoint(view.words(start, end)[-1:]):
        return True
    phrase = view.phrase_at(max(sentence_of(view.doc, start)[0], start - _LOOKED), start)
    words = phrase.words if phrase else ()
    looks = view.vocabulary.cues("analysis")
    at = max((i for i, word in enumerate(words[:-1]) if fold(word.text) in looks), default=-1)
    behind = words[at + 1 :] if at >= 0 else ()
    ends = view.vocabulary.cues("leads-away")
    rest = (word.tag.startswith(FINITE) or word.text in ":;()" or fold(word.text) in ends for word in behind[1:])
    return bool(behind) and behind[0].text == "on" and not any(rest)


def _is_called_otherwise(view: DocView, kind: str, end: int) -> bool:
    """Whether the words behind a name call it something of another type: "MedFinch, a small model" is no dataset."""
    said = _CALLED.match(view.text, end)
    word = fold(said[1]) if said else ""
    other = {"model": "dataset-frame", "dataset": "model-frame"}.get(kind, "")
    return bool(word and other) and word in view.cues[other]


def _is_metric(view: DocView, kind: str, start: int, end: int) -> bool:
    """Whether a name is that of a metric alone, in any case: "Rouge-1", "BLEU-1 scores"."""
    surface, find = view.text[start:end], view.vocabulary.find
    return find(_SCORES.sub("", surface), "metric") is not None and find(surface, kind) is None


def _is_institution(view: DocView, kind: str, start: int, end: int) -> bool:
    """Whether a name is an institution's alone: "released on HuggingFace", not "the WHU dataset"."""
    surface, find = view.text[start:end], view.vocabulary.find
    if view.vocabulary.find_written(surface, "institution") is None or find(surface, kind) is not None:
        return False

    return view.cues["dataset-frame"].isdisjoint(view.words(end, end + _REACH)[:_LED])


def _in_compound(view: DocView, kind: str, start: int, end: int) -> bool:
    """Whether a hyphen or bracket makes a span part of a longer word: "Sonar" in "Sonar-Pack", not in "Sonar-based"."""
    text = view.text
    if text[end : end + 1] == "-":
        part = _PART_BEHIND.match(text, end)
        if part and not _stands_alone(view, kind, part.span(1)) and not makes_adjective(view, part[1]):
            return True
    if text[max(0, start - 1) : start] == "-":
        part = _PART_BEFORE.search(text, max(0, start - 25), start)
        if part and not ((part[0].islower() and part[0].endswith("s")) or _labelled(view, kind, part.span())):
            return True
    if text.startswith("-free", end) or text[start - 1 : start] == ")":
        return True  # "LoRA-free", "Finch(Y)Lite"
    return text[end : end + 1] == "(" and bool(_GLUED.match(text, end))


def makes_adjective(view: DocView, part: str) -> bool:
    """Whether a word behind a name and a hyphen makes an adjective of it: "based", "trained"."""
    form = fold(part)
    return form in view.cues["compound-tail"] or (part.islower() and form.endswith("ed"))


def _stands_alone(view: DocView, kind: str, span: Span) -> bool:
    """Whether the part after a hyphen is an entity of the same type, or the hyphen is a dash within the sentence."""
    words, _ = tagged(view.text, *span)
    return _labelled(view, kind, span) or bool(words and words[0].text.islower() and words[0].tag.startswith(_DASH))


def _labelled(view: DocView, kind: str, span: Span) -> bool:
    return kind in view.labels.get(span, ())


def _is_compound(view: DocView, start: int, end: int) -> bool:
    """Whether a name is part of a compound adjective: "nuScenes-trained"."""
    _, hyphen, tail = view.text[start:end].rpartition("-")
    return bool(hyphen) and tail.islower() and fold(tail) in view.cues["compound-tail"]


def _is_adjective(view: DocView, start: int, end: int) -> bool:
    """Whether a span ends in a compound adjective, whose noun it lacks: "text-guided", "deep learning-based"."""
    return _is_compound(view, start, end) and (start, end) not in view.known


def is_adjective_alone(view: DocView, kind: str, start: int, end: int) -> bool:
    """Whether a span is one plain adjective or adverb before or in place of a name: "complex", "convolutional"."""
    surface = view.text[start:end]
    if not (surface.isalpha() and surface[1:].islower()) or _labelled(view, kind, (start, end)):
        return kind == "task" and _is_adjective(view, start, end)  # "subject-driven or style-driven generation"
    phrase = view.phrase_at(start, end)
    tag = phrase.words[-1].tag if phrase else ""
    return tag.startswith("RB") or (surface.islower() and tag.startswith("JJ"))


def _goes_on(view: DocView, start: int, end: int) -> bool:
    """Whether a model's name is the beginning of a technique's name: "DeepSeek" of "DeepSeek Sparse Attention"."""
    more = _BIGGER.match(view.text, end) if start >= view.abstract[0] else None
    return bool(more and fold(more[0].rpartition(" ")[2]) in view.cues["technique-head"])


def shapes(view: DocView, kind: str, span: Span) -> Iterator[Span]:
    """Alternative boundaries of a span, by its parts of speech."""
    phrase = view.phrase_at(*span)
    words = list(phrase.words) if phrase else []
    if kind == "model":
        while len(words) > 1 and fold(words[-1].text) in view.cues["model-frame"]:
            words.pop()
            yield words[0].start, words[-1].end
    if kind in NAMED:
        yield from _longer(view, kind, span)
    elif kind == "problem":
        for part in _clauses(words):
            trimmed = _trimmed(part, view.cues["problem-lead"])
            if len(trimmed) >= _LEAST:
                yield trimmed[0].start, trimmed[-1].end


def _longer(view: DocView, kind: str, span: Span) -> Iterator[Span]:
    """A name with a version or variant, a name without a hyphenated tail, and a device with the rest of its phrase."""
    start, end = span
    if more := _VARIANT.match(view.text, end):
        yield start, more.end()
    if kind == "dataset":
        if year := _YEAR.match(view.text, end):
            yield start, year.end()
        if tail := _TAIL.search(view.text, start, end):
            yield start, tail.start()
    if kind == "hardware":
        compound = view.text[max(0, start - 1) : start] == "-"  # "8-GPU node"
        for phrase in view.phrases:
            if phrase.start < start and (phrase.end == end or (compound and end < phrase.end)):
                yield from ((word.start, phrase.end) for word in phrase.words[-_PHRASE:] if word.start < start)


def _clauses(words: Sequence[TaggedWord]) -> Iterator[Sequence[TaggedWord]]:
    """The prefixes of a span that end before a verb or preposition, and the two sides of "and"."""
    yield words
    ends = [i for i, word in enumerate(words) if i and word.tag.startswith(FINITE)][:1]
    ends += [i for i, word in enumerate(words) if i > 1 and word.tag in ("IN", "TO")][:3]
    for end in ends:
        yield words[:end]
    for i, word in enumerate(words):
        if i and word.tag == "CC":
            yield words[:i]
            yield words[i + 1 :]
            break


def _trimmed(words: Sequence[TaggedWord], leads: frozenset[str]) -> Sequence[TaggedWord]:
    """The words of a problem without leading articles and verbs ("limiting") and without trailing words but nouns."""
    first, last = 0, len(words)
    while first < last and (words[first].tag.startswith(_NO_EDGE) or fold(words[first].text) in leads):
        first += 1
    while last > first and not words[last - 1].tag.startswith(_NOUNS):
        last -= 1
    return words[first:last]


def lists(text: str, spans: Iterable[Span]) -> Mapping[Span, list[Span]]:
    """The other members of each span's list: "Plover" and "Dunlin" for "Corvid" in "Corvid, Plover, and Dunlin"."""
    every = list(spans)
    by_start: dict[int, int] = {}
    by_end: dict[int, int] = {}
    for start, end in every:
        by_start[start] = max(end, by_start.get(start, end))
        by_end[end] = min(start, by_end.get(end, start))
    out = {}
    for span in every:
        mates = [*_walk(text, span[1], by_start), *_walk_back(text, span[0], by_end)]
        if mates:
            out[span] = mates
    return out


def _walk(text: str, at: int, by_start: Mapping[int, int]) -> Iterator[Span]:
    for _ in range(_LIST):
        joint = _JOINT.match(text, at)
        if not joint or joint.end() not in by_start:
            return
        at = by_start[joint.end()]
        yield joint.end(), at


def _walk_back(text: str, at: int, by_end: Mapping[int, int]) -> Iterator[Span]:
    for _ in range(_LIST):
        joint = _JOINT_BEFORE.search(text, max(0, at - 18), at)
        if not joint or joint.start() not in by_end:
            return
        behind = joint.start()
        at = by_end[behind]
        yield at, behind
