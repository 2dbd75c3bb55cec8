"""Features of noun phrases for the rules and judges: form, position and surrounding words."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, cached_property, lru_cache
from itertools import islice

from spacy.tokens import Doc

from kg.entity_types import NAMED
from kg.extract.component import SpanIndex, folds, read_fields, sentence_of, word_places
from kg.extract.speech import FINITE, NounPhrase
from kg.link.acronyms import acronyms, expanded, means_another
from kg.text import Remembered, fold
from kg.vocabulary import Concept, Vocabulary

_ACRONYM = re.compile(r"\(\s*([A-Za-z][\w-]*[A-Z\d][\w-]*)s?\s*[,;)]")
_SHORT = re.compile(r"(?<=\w)\s?\([\w-]{1,12}\)$")
_COUNTED = re.compile(r"([A-Za-z])([2-4])(?!\d)")
_LETTERS = re.compile(r"[^\W_]+")
_NEAR = 5  # words considered before a phrase
_LONG = 10  # words from which a span is more likely a clause
_LOOSE = ("DT", "IN", "CC", "TO", "PRP", "W", "RB")
_SENTENCE = 1000  # characters of a span whose words are kept
_CLOSE = 2  # words before a span that may negate it
_AHEAD = 60  # characters considered after it
_WE = frozenset({"we", "our"})
_OWN = _WE | {"paper", "work"}
GROUPS = (
    *("technique-head", "technique-head-weak", "task-head", "task-frame", "problem-head"),
    *("generic", "generic-modifier", "propose", "use", "compare", "limit", "evaluate", "outperform"),
)
_VERBS = ("VBZ", "VBP", "MD")  # part-of-speech tags that make a span a clause
_CLAUSE = 0.5  # highest score of a clause
#: Groups that are looked up on their own and yield no feature of a phrase.
_MORE_GROUPS = (
    *("address", "beside", "compound-tail", "dataset-frame", "finite", "relative", "model-frame"),
    *("problem-lead", "problem-verb", "problem-sign", "without", "wish", "definite"),
)

_BIT = {group: 1 << place for place, group in enumerate(GROUPS)}
_GENERIC, _MODIFIER, _TECHNIQUE = _BIT["generic"], _BIT["generic-modifier"], _BIT["technique-head"]
_NEAR_BITS = [(group, _BIT[group]) for group in ("propose", "use", "compare", "limit", "evaluate")]
_ANY_NEAR = sum(bit for _, bit in _NEAR_BITS)
_HEADS = (
    *(("head", "technique-head"), ("head weak", "technique-head-weak")),
    *(("task head", "task-head"), ("problem head", "problem-head")),
)


@cache
def _cues(vocabulary: Vocabulary) -> dict[str, frozenset[str]]:
    """The cue words of each group."""
    return {group: vocabulary.cues(group) for group in (*GROUPS, *_MORE_GROUPS)}


@cache
def _marks(vocabulary: Vocabulary) -> Remembered[int]:
    """The groups that a word belongs to, as a bit mask, by its spelling."""
    bits: dict[str, int] = {}
    for group, bit in _BIT.items():
        for cue in vocabulary.cues(group):
            bits[cue] = bits.get(cue, 0) | bit
    return Remembered(lambda word: bits.get(fold(word), 0))


@cache
def _heads(vocabulary: Vocabulary) -> Remembered[dict[str, float]]:
    """The features of a phrase that follow from its folded last word."""
    cues = [(name, vocabulary.cues(group)) for name, group in _HEADS]
    return Remembered(lambda head: {name: 1.0 for name, words in cues if head in words})


def likelihood(weights: dict[str, float], features: dict[str, float]) -> float:
    """The logistic function of weighted features, from 0 to 1."""
    total = 0.0  # a loop, because `sum` rounds differently from Python 3.12 on
    for feature, value in features.items():
        if feature in weights:
            total += weights[feature] * value
    return 1 / (1 + math.exp(-weights["bias"] - total))


@lru_cache(maxsize=50_000)
def canonical(surface: str) -> str:
    """A phrase as a standard noun phrase: without its acronym in brackets, lower case except for names and acronyms.

    >>> canonical("Context-Aware Low-Rank KV Cache"), canonical("Spatio-Temporal GUI-based Learning (STGL)")
    ('context-aware low-rank KV cache', 'spatio-temporal GUI-based learning')
    """
    return _LETTERS.sub(lambda word: _PLAIN[word[0]], without_acronym(surface))


def without_acronym(surface: str) -> str:
    """A phrase without the acronym in brackets at its end."""
    return _SHORT.sub("", surface) if surface.endswith(")") else surface


def view_of(doc: Doc, vocabulary: Vocabulary) -> DocView:
    """The view of a Doc, shared by all components; created on first use, after names and phrases are found."""
    if doc._.view is None:
        doc._.view = DocView(doc, vocabulary)
    view: DocView = doc._.view
    return view


class DocView:
    """Features and lookups for the spans of one Doc."""

    def __init__(self, doc: Doc, vocabulary: Vocabulary) -> None:
        self.doc, self.text, self.vocabulary = doc, doc._.text, vocabulary
        self.cues = _cues(vocabulary)
        self.marks = _marks(vocabulary)
        self._heads = _heads(vocabulary)
        self._proposes = self.cues["propose"] - _WE
        self.title = doc._.fields.get("T", (0, 0))
        self.abstract: tuple[int, int] = doc._.fields.get("A", (0, -1))
        self.name = fold(doc._.name)
        self.acronym_of: dict[str, str] = {}
        self._features: dict[tuple[int, int], dict[str, float]] = {}
        self._of_phrases: dict[tuple[int, int], dict[str, float]] = {}
        self._words: dict[tuple[int, int], list[str]] = {}
        self.phrases = [p for p in map(self._trimmed, doc._.phrases) if p]
        self._folded = {(p.start, p.end): self.folded(p.start, p.end) for p in self.phrases}
        self.count = Counter([self._folded[p.start, p.end] for p in self.phrases])
        frames = self.cues["task-frame"]
        self._frames = [start for word, start in zip(doc._.forms, doc._.starts, strict=True) if word in frames]
        self._acronyms()
        self.contributions = [s for s in doc._.sentences if self._contributes(s)]
        self.first = min((s for s, _ in self.contributions if self._in_abstract(s)), default=0)
        self.early = next((e for s, e in doc._.sentences if self._in_abstract(s)), 0)
        self.typed = {
            (m.start, m.end): m.type for m in doc._.matches if m.type not in ("technique", "topic", "institution")
        }
        self.named = {s: e for (s, e), kind in self.typed.items() if kind in NAMED}
        self.known = {(m.start, m.end) for m in doc._.matches if m.type == "technique"}
        self.tasks = {(m.start, m.end) for m in doc._.matches if m.type == "task"}
        self._sentences = [words for words in doc._.words if words]
        self._starts = [words[0].start for words in self._sentences]
        self._edges: dict[int, tuple[list[int], list[int]]] = {}  # start and end offsets of the words of a sentence
        self.canonical: dict[str, Mapping[tuple[int, int], str]] = {}  # by type and span: names of the vocabulary
        self.roles: dict[tuple[int, int], list[float]] = {}  # likelihoods of the roles of techniques, once judged
        self._forms: dict[tuple[int, int], dict[str, float]] = {}
        self._arguments: dict[int, dict[str, float]] = {}  # by start of the sentence
        self._places: dict[str, list[tuple[int, int]]] = {}
        self._fields = read_fields(doc)

    @cached_property
    def labels(self) -> dict[tuple[int, int], set[str]]:
        """The types of the vocabulary labels, by span."""
        out: dict[tuple[int, int], set[str]] = {}
        for match in self.doc._.matches:
            out.setdefault((match.start, match.end), set()).add(match.type)
        return out

    @cached_property
    def near(self) -> SpanIndex:
        """The spans of `typed`, by place."""
        return SpanIndex(self.typed)

    @cached_property
    def wide(self) -> dict[tuple[int, int], float]:
        """The logarithm of the number of narrower concepts, by span of a technique: broad concepts are generic."""
        found = {(m.start, m.end): m.concept for m in self.doc._.matches if m.type == "technique"}
        return {span: math.log(len(self.vocabulary.narrower(concept))) / 5 for span, concept in found.items()}

    def concept(self, surface: str, kind: str) -> Concept | None:
        """The concept of a type that words of the text name; no acronym that stands for something else in it."""
        found = self.vocabulary.find_written(surface, kind)
        if not found and (bare := without_acronym(surface)) != surface:
            found = self.vocabulary.find_written(bare, kind)
        if found and (long := acronyms(self.text).get(fold(surface))) and means_another(surface, long, found.labels()):
            return None
        return found

    def spelled_out(self, start: int, end: int) -> tuple[int, int]:
        """A span with all words that the acronym behind it stands for: "[Heavily] Compressed Attention (HCA)"."""
        wholes = expanded(self.text).values()
        return next((first for first, *ends in wholes if first < start < ends[0] and end in ends), start), end

    def places(self, surface: str) -> list[tuple[int, int]]:
        """The spans of verbatim occurrences of a surface form in title and abstract, five at most."""
        if surface not in self._places:
            self._places[surface] = list(islice(self._find(surface), 5))
        return self._places[surface]

    def _find(self, surface: str) -> Iterator[tuple[int, int]]:
        for first, last in self._fields if surface else ():
            start = self.text.find(surface, first, last)
            while start >= 0:
                end = start + len(surface)
                if not (_joins(self.text, start) or _joins(self.text, end)):
                    yield start, end
                start = self.text.find(surface, end, last)

    def words(self, start: int, end: int) -> list[str]:
        """The folded words inside a span; not to be changed."""
        found = self._words.get((start, end))
        if found is None:
            found = folds(self.doc, start, end)
            if end - start < _SENTENCE:
                self._words[start, end] = found
        return found

    def folded(self, start: int, end: int) -> str:
        """The folded text of a span."""
        return " ".join(self.words(start, end))

    def form(self, start: int, end: int) -> dict[str, float]:
        """The features of any span: its form, its position, and the features of its words as a phrase; cached."""
        if (start, end) not in self._forms:
            self._forms[start, end] = self._form(start, end)
        return self._forms[start, end]

    def _form(self, start: int, end: int) -> dict[str, float]:
        surface = self.text[start:end]
        folded, words = fold(surface), surface.split()
        out: dict[str, float] = {}
        if words:
            out["length"] = min(len(words), 10) / 10
        if len(words) == 1:
            out["one word"] = 1.0
        if any(map(_CAPITAL_INSIDE.__getitem__, words)):
            out["name-like"] = 1.0
        if any(map(_DIGIT.__getitem__, words)):
            out["digits"] = 1.0
        if surface.islower():
            out["lower"] = 1.0
        if self.name and self.name in folded:
            if folded == self.name:
                out["own name"] = 1.0
            if f" {self.name} " in f" {folded} ":
                out["holds own name"] = 1.0
        if self.text[max(0, start - 1) : start] == "(":
            out["in brackets"] = 1.0
        place = (start - self.doc._.fields.get("A", (0, 0))[0]) / max(1, len(self.text))
        if place:
            out["place"] = place
        if (phrase := self.phrase_at(start, end)) is None:
            return out
        return out | self.features(phrase) | _shape(phrase) | self._argument(start)

    def _argument(self, at: int) -> dict[str, float]:
        """How a sentence relates to the paper's contribution, and whether the words before `at` address something."""
        begin, end = sentence_of(self.doc, at)
        if begin not in self._arguments:
            self._arguments[begin] = self._argued(begin, end)
        out = self._arguments[begin]
        addressed = not self.cues["address"].isdisjoint(self.words(max(begin, at - _AHEAD), at)[-_NEAR:])
        return {**out, "addressed": 1.0} if addressed else out

    @cached_property
    def _of_abstract(self) -> list[tuple[int, int]]:
        """The sentences of the abstract."""
        return [s for s in self.doc._.sentences if self._in_abstract(s[0])]

    def _argued(self, begin: int, end: int) -> dict[str, float]:
        """Features of a sentence in the argument of the abstract.

        A contrast before the contribution states the problem, and "to address this" refers back to it.
        """
        if not self._in_abstract(begin):
            return {}
        sentences = self._of_abstract
        here = bisect_left(sentences, (begin, end))
        turn = next((i for i, (s, _) in enumerate(sentences) if s == self.first), len(sentences) // 2)
        behind = self.words(*sentences[here + 1])[:_NEAR] if here + 1 < len(sentences) else []
        told = {
            "contrast": not self.cues["limit"].isdisjoint(self.words(begin, end)[:3]),
            "before turn": here + 1 == turn,
            "answered": not self.cues["address"].isdisjoint(behind),
        }
        out = {name: 1.0 for name, holds in told.items() if holds}
        out["behind turn"] = max(-1.0, min(1.0, (here - turn) / 5))
        return out

    @cached_property
    def _phrase_starts(self) -> list[int]:
        return [phrase.start for phrase in self.phrases]  # sorted, because phrases do not overlap

    def is_modifier(self, start: int, end: int) -> bool:
        """Whether a noun phrase holds a span and ends behind it."""
        at = bisect_right(self._phrase_starts, start) - 1
        return at >= 0 and end < self.phrases[at].end

    def is_absent(self, start: int, end: int) -> bool:
        """Whether a paper does without what a span names: "without pruning", "in place of pruning", "pruning-free"."""
        before = self.before(start, _CLOSE)
        return not self.cues["without"].isdisjoint(before) or self.text[end : end + 5] == "-free"

    def before(self, at: int, most: int) -> list[str]:
        """The folded words before an offset in its sentence, the last ones of them."""
        inside = word_places(self.doc, sentence_of(self.doc, at)[0], at)
        forms: list[str] = self.doc._.forms[max(inside.start, inside.stop - most) : inside.stop]
        return forms

    def phrase_at(self, start: int, end: int) -> NounPhrase | None:
        """The words of a span as a phrase; None if it contains no tagged word."""
        at = bisect_right(self._starts, start) - 1
        if at < 0:
            return None
        words = self._sentences[at]
        if at not in self._edges:
            self._edges[at] = [w.start for w in words], [w.end for w in words]
        starts, ends = self._edges[at]
        first = bisect_left(starts, start)
        last = bisect_right(ends, end, first)
        if first == last:
            return None
        sentence = (words[0].start, words[-1].end)
        return NounPhrase(tuple(words[first:last]), start, end, tuple(words[max(0, first - 8) : first]), sentence)

    def scored(self, start: int, end: int, likely: float) -> float:
        """The confidence of a mention with a given likelihood; a clause is capped, because it names nothing."""
        phrase = self.phrase_at(start, end)
        is_clause = phrase is not None and any(word.tag in _VERBS for word in phrase.words)
        return round(min(likely, _CLAUSE) if is_clause else likely, 2)

    def _in_abstract(self, at: int) -> bool:
        return self.abstract[0] <= at <= self.abstract[1]

    def _framed(self, phrase: NounPhrase) -> bool:
        """Whether the sentence continues with "tasks", "applications", ... soon after the phrase."""
        if not self._frames:
            return False
        end = phrase.end
        at = bisect_right(self._frames, end - _AHEAD)  # a word that the phrase cuts counts too
        if at == len(self._frames) or self._frames[at] > end + _AHEAD:
            return False
        return not self.cues["task-frame"].isdisjoint(folds(self.doc, end, end + _AHEAD, 5))

    def _named_otherwise(self, phrase: NounPhrase) -> bool:
        """Whether a phrase is a device, model or dataset followed by words that name no technique ("GPU resources")."""
        if not self.named:
            return False
        words = [w for w in phrase.words if w.tag != "CD"]  # "8 A100 GPUs"
        end = self.named.get(words[0].start, 0) if words else 0
        if not end or (phrase.start, phrase.end) in self.known:
            return False
        heads = _BIT["technique-head"] | _BIT["technique-head-weak"]
        return not any(self.marks[w.text] & heads for w in words if w.start >= end)

    def _trimmed(self, phrase: NounPhrase) -> NounPhrase | None:
        words = phrase.words
        marks = [self.marks[w.text] for w in words]
        while words and words[-1].tag == "VBG" and marks[-1] & _MODIFIER:  # "a shared cache using"
            words, marks = words[:-1], marks[:-1]
        cut = 0
        while cut < len(words) and (
            marks[cut] & _MODIFIER or (words[cut].tag == "VBG" and cut < len(words) - 1 and not marks[cut] & _TECHNIQUE)
        ):
            cut += 1
        if not [1 for mark in marks[cut:] if not mark & _GENERIC]:  # nothing specific is left
            return None
        if words[cut:] == phrase.words:
            return phrase
        return NounPhrase(words[cut:], words[cut].start, words[-1].end, phrase.before + words[:cut], phrase.sentence)

    def _acronyms(self) -> None:
        for phrase in self.phrases:
            if not self.text.startswith(" (", phrase.end):
                continue
            match = _ACRONYM.match(self.text, phrase.end + 1)
            if match is None:
                continue
            short, long = match[1], self.text[phrase.start : phrase.end]
            # The last parts of "LLM-DCP" may stand for all of the phrase: "dynamic compressing prompts".
            if any(abbreviates(part, long) for part in (short, *short.split("-")[1:]) if len(part) > 1):
                self.acronym_of[self._folded[phrase.start, phrase.end]] = short

    def _contributes(self, sentence: tuple[int, int]) -> bool:
        words = self.words(*sentence)
        if self.name and self.name in " ".join(words):
            return True
        return not _OWN.isdisjoint(words) and not self._proposes.isdisjoint(words)

    def features(self, phrase: NounPhrase) -> dict[str, float]:
        """The features of a phrase, cached because several types are judged by them; see WEIGHTS."""
        span = (phrase.start, phrase.end)
        if span not in self._features:
            self._features[span] = self._seen(phrase)
        return self._features[span]

    def features_of_phrase(self, phrase: NounPhrase) -> dict[str, float]:
        """`features` for a candidate that is itself a phrase of the view."""
        span = (phrase.start, phrase.end)
        if span not in self._of_phrases:
            self._of_phrases[span] = {**self.features(phrase), "phrase": 1.0}
        return self._of_phrases[span]

    def _seen(self, phrase: NounPhrase) -> dict[str, float]:
        words, start, end, before, _ = phrase
        span = (start, end)
        form = self._folded.get(span) or self.folded(start, end)
        marks = self.marks
        near = 0
        for word, _, _, _ in before[-_NEAR:]:
            near |= marks[word]
        generic = 0
        for word, _, _, _ in words:
            if marks[word] & _GENERIC:
                generic += 1
        in_title = self.title[0] <= start and end <= self.title[1]
        out = self._heads[form.rpartition(" ")[2]].copy()
        if in_title:
            out["title"] = 1.0
        if len(words) > 1:
            out["words"] = min(len(words), 4) - 1.0
        if generic:
            out["generic words"] = generic / len(words)
        if _is_cased(phrase):
            out["cased"] = 1.0
        count = self.count[form]
        if count != 1:
            out["again"] = min(count, 3) - 1.0
        for first, behind in self.contributions:
            if first <= start < behind:
                out["contribution"] = 1.0
        if start < self.first and not in_title:
            out["background"] = 1.0
        if form in self.acronym_of:
            out["acronym"] = 1.0
        if span in self.known:
            out["known"] = 1.0
        if span in self.tasks:
            out["task known"] = 1.0
        if before and fold(before[-1].text) == "for":
            out["for"] = 1.0
        if self._framed(phrase):
            out["framed"] = 1.0
        if self.abstract[0] <= start < self.early:
            out["early"] = 1.0
        if span not in self.tasks and (span in self.typed or self._named_otherwise(phrase)):
            out["other type"] = 1.0
        if near & _ANY_NEAR:
            for group, bit in _NEAR_BITS:
                if near & bit:
                    out[group] = 1.0
        return out


def _shape(phrase: NounPhrase) -> dict[str, float]:
    """Whether the words of a span form a noun phrase: verbs inside, parts of speech at its edges."""
    tags = [word.tag for word in phrase.words]
    told = {
        "verb inside": any(tag.startswith(FINITE) for tag in tags[1:]),
        "verb first": tags[0].startswith("VB"),
        "noun last": tags[-1].startswith("NN"),
        "adjective first": tags[0].startswith("JJ"),
        "loose first": tags[0].startswith(_LOOSE),
        "preposition inside": any(tag in ("IN", "TO") for tag in tags[1:]),
        "joined": "CC" in tags,
        "long": len(tags) > _LONG,
    }
    return {name: 1.0 for name, holds in told.items() if holds}


def _joins(text: str, at: int) -> bool:
    """Whether an offset lies inside a word."""
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _is_cased(phrase: NounPhrase) -> bool:
    """Whether a phrase is capitalised as a name, and not as the beginning of a sentence."""
    for word in phrase.words:
        text = word.text
        if not text.islower() and (_CAPITAL_INSIDE[text] or (phrase.before and text[0].isupper())):
            return True
    return False


_CAPITAL_INSIDE = Remembered(lambda word: any(map(str.isupper, word[1:])))
_DIGIT = Remembered(lambda word: any(map(str.isdigit, word)))
_PLAIN = Remembered(lambda word: word if _CAPITAL_INSIDE[word] or _DIGIT[word] else word.lower())


def abbreviates(short: str, long: str) -> bool:
    """Whether the letters of a short form occur in the long form in order, beginning with its first letter.

    A digit may count the letter before it.

    >>> abbreviates("R2Q", "Residual Refinement Quantization"), abbreviates("TAP", "token drop")
    (True, False)
    """
    counted = _COUNTED.sub(lambda two: two[1] * int(two[2]), short)
    return _stands_for(short, long) or (counted != short and _stands_for(counted, long))


def _stands_for(short: str, long: str) -> bool:
    letters = [c.lower() for c in short if c.isalnum()]
    if not letters or long[:1].lower() != letters[0] or not (" " in long or "-" in long):
        return False
    behind, at = long.lower(), 0
    return all(at := behind.find(letter, at) + 1 for letter in letters)
