"""What the rules see of a paper: its noun phrases with features of form, place and the words around them."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice

from spacy.tokens import Doc

from kg.extract.base import folds, read_fields
from kg.extract.phrases import Phrase, Word
from kg.text import Remembered, fold
from kg.vocabulary import Vocabulary

_ACRONYM = re.compile(r"\(\s*([A-Za-z][\w-]*[A-Z\d][\w-]*)s?\s*[,;)]")
_NEAR = 5  # words that are looked at before a phrase
_AHEAD = 60  # characters that are looked at behind it
_WE = frozenset({"we", "our"})
_OWN = _WE | {"paper", "work"}
GROUPS = (
    *("technique-head", "technique-head-weak", "task-head", "task-frame", "problem-head"),
    *("generic", "generic-modifier", "propose", "use", "compare", "limit", "evaluate", "outperform"),
)

_BIT = {group: 1 << place for place, group in enumerate(GROUPS)}


@cache
def _marks(vocabulary: Vocabulary) -> Remembered[int]:
    """The groups that a word belongs to, as bits, by its spelling."""
    groups = [(bit, vocabulary.cues(group)) for group, bit in _BIT.items()]
    return Remembered(lambda word: sum(bit for bit, cues in groups if fold(word) in cues))


def likelihood(weights: dict[str, float], features: dict[str, float]) -> float:
    """The logistic function of weighted features, from 0 to 1."""
    total = 0.0  # added up in order: `sum` gives other last digits from Python 3.12 on
    for feature, value in features.items():
        total += weights.get(feature, 0.0) * value
    return 1 / (1 + math.exp(-weights["bias"] - total))


def canonical(surface: str) -> str:
    """A phrase as a noun phrase of the field: lower case but for names and acronyms.

    >>> canonical("Context-Aware Low-Rank KV Cache"), canonical("Spatio-Temporal GUI-based LoRA")
    ('context-aware low-rank KV cache', 'spatio-temporal GUI-based LoRA')
    """
    return re.sub(r"[^\W_]+", lambda word: word[0] if _is_name(word[0]) else word[0].lower(), surface)


def _is_name(word: str) -> bool:
    return _capital_inside(word) or any(c.isdigit() for c in word)


def view_of(doc: Doc, vocabulary: Vocabulary) -> View:
    """The view of a Doc: made once, after names and phrases are found, for all components that look."""
    if doc._.view is None:
        doc._.view = View(doc, vocabulary)
    view: View = doc._.view
    return view


class View:
    """What the rules look at in one Doc."""

    def __init__(self, doc: Doc, vocabulary: Vocabulary) -> None:
        self.doc, self.text, self.vocabulary = doc, doc._.text, vocabulary
        self.cues = {group: vocabulary.cues(group) for group in GROUPS}
        self.marks = _marks(vocabulary)
        self._proposes = self.cues["propose"] - _WE
        self.title = doc._.fields.get("T", (0, 0))
        self.abstract: tuple[int, int] = doc._.fields.get("A", (0, -1))
        self.name = fold(doc._.name)
        self.acronym_of: dict[str, str] = {}
        self._features: dict[tuple[int, int], dict[str, float]] = {}
        self.phrases = [p for p in map(self._trimmed, doc._.phrases) if p]
        self._folds = {(p.start, p.end): folds(doc, p.start, p.end) for p in self.phrases}
        self.count = Counter(" ".join(self._folds[p.start, p.end]) for p in self.phrases)
        self._acronyms()
        self.contributions = [s for s in doc._.sentences if self._contributes(s)]
        self.first = min((s for s, _ in self.contributions if self._in_abstract(s)), default=0)
        self.early = next((e for s, e in doc._.sentences if self._in_abstract(s)), 0)
        self.typed = {
            (m.start, m.end): m.type for m in doc._.matches if m.type not in ("technique", "topic", "institution")
        }
        self.named = {s: e for (s, e), kind in self.typed.items() if kind in ("hardware", "model", "dataset")}
        self.known = {(m.start, m.end) for m in doc._.matches if m.type == "technique"}
        self.tasks = {(m.start, m.end) for m in doc._.matches if m.type == "task"}
        self.labels: dict[tuple[int, int], frozenset[str]] = {}
        for m in doc._.matches:
            self.labels[m.start, m.end] = self.labels.get((m.start, m.end), frozenset()) | {m.type}
        self._sentences = [words for words in doc._.words if words]
        self._starts = [words[0].start for words in self._sentences]
        self.roles: dict[tuple[int, int], list[float]] = {}  # likelihoods of techniques' roles, once judged
        self._forms: dict[tuple[int, int], dict[str, float]] = {}
        self._places: dict[str, list[tuple[int, int]]] = {}

    def places(self, surface: str) -> list[tuple[int, int]]:
        """Where the very words stand in title and abstract, at most five places."""
        if surface not in self._places:
            self._places[surface] = list(islice(self._find(surface), 5))
        return self._places[surface]

    def _find(self, surface: str) -> Iterator[tuple[int, int]]:
        for first, last in read_fields(self.doc) if surface else ():
            start = self.text.find(surface, first, last)
            while start >= 0:
                end = start + len(surface)
                if not (_joins(self.text, start) or _joins(self.text, end)):
                    yield start, end
                start = self.text.find(surface, end, last)

    def words(self, start: int, end: int) -> list[str]:
        """The folded words inside a span."""
        return list(folds(self.doc, start, end))

    def folded(self, start: int, end: int) -> str:
        """The folded text of a span."""
        return " ".join(folds(self.doc, start, end))

    def form(self, start: int, end: int) -> dict[str, float]:
        """What any span looks like and where it stands, with the features of its words as a phrase; remembered."""
        if (start, end) not in self._forms:
            self._forms[start, end] = self._form(start, end)
        return self._forms[start, end]

    def _form(self, start: int, end: int) -> dict[str, float]:
        surface = self.text[start:end]
        folded, words = fold(surface), surface.split()
        out = {
            "length": min(len(words), 10) / 10,
            "one word": len(words) == 1,
            "name-like": any(c.isupper() for w in words for c in w[1:]),
            "digits": any(c.isdigit() for c in surface),
            "lower": surface.islower(),
            "own name": bool(self.name) and folded == self.name,
            "holds own name": bool(self.name) and f" {self.name} " in f" {folded} ",
            "in brackets": self.text[max(0, start - 1) : start] == "(",
            "place": (start - self.doc._.fields.get("A", (0, 0))[0]) / max(1, len(self.text)),
        }
        phrase = self.phrase_at(start, end)
        return {k: float(v) for k, v in out.items() if v} | (self.features(phrase) if phrase else {})

    def phrase_at(self, start: int, end: int) -> Phrase | None:
        """The words of a span as a phrase; None where no tagged word lies inside."""
        at = bisect_right(self._starts, start) - 1
        words = self._sentences[at] if at >= 0 else []
        first = bisect_left(words, start, key=lambda w: w.start)
        last = bisect_right(words, end, first, key=lambda w: w.end)
        if first == last:
            return None
        sentence = (words[0].start, words[-1].end)
        return Phrase(tuple(words[first:last]), start, end, tuple(words[max(0, first - 8) : first]), sentence)

    def _in_abstract(self, at: int) -> bool:
        return self.abstract[0] <= at <= self.abstract[1]

    def _framed(self, phrase: Phrase) -> bool:
        """Whether the sentence goes on with "tasks", "applications", ... soon after the phrase."""
        return not self.cues["task-frame"].isdisjoint(folds(self.doc, phrase.end, phrase.end + _AHEAD, 5))

    def _named_otherwise(self, phrase: Phrase) -> bool:
        """Whether a phrase is a device, model or dataset with words behind that name no technique ("GPU resources")."""
        words = [w for w in phrase.words if w.tag != "CD"]  # "8 A100 GPUs"
        end = self.named.get(words[0].start, 0) if words else 0
        if not end or (phrase.start, phrase.end) in self.known:
            return False
        heads = _BIT["technique-head"] | _BIT["technique-head-weak"]
        return not any(self.marks[w.text] & heads for w in words if w.start >= end)

    def _trimmed(self, phrase: Phrase) -> Phrase | None:
        words = phrase.words
        marks = [self.marks[w.text] for w in words]
        cut = 0
        while cut < len(words) and (
            marks[cut] & _BIT["generic-modifier"]
            or (words[cut].tag == "VBG" and cut < len(words) - 1 and not marks[cut] & _BIT["technique-head"])
        ):
            cut += 1
        if all(mark & _BIT["generic"] for mark in marks[cut:]):  # or nothing is left
            return None
        if not cut:
            return phrase
        return Phrase(words[cut:], words[cut].start, phrase.end, phrase.before + words[:cut], phrase.sentence)

    def _acronyms(self) -> None:
        for phrase in self.phrases:
            if not self.text.startswith(" (", phrase.end):
                continue
            match = _ACRONYM.match(self.text, phrase.end + 1)
            if match and _abbreviates(match[1], self.text[phrase.start : phrase.end]):
                self.acronym_of[" ".join(self._folds[phrase.start, phrase.end])] = match[1]

    def _contributes(self, sentence: tuple[int, int]) -> bool:
        words = folds(self.doc, *sentence)
        if self.name and self.name in " ".join(words):
            return True
        return not _OWN.isdisjoint(words) and not self._proposes.isdisjoint(words)

    def features(self, phrase: Phrase) -> dict[str, float]:
        """The features of a phrase, remembered, for several types are judged by them; see WEIGHTS."""
        span = (phrase.start, phrase.end)
        if span not in self._features:
            self._features[span] = self._seen(phrase)
        return self._features[span]

    def _seen(self, phrase: Phrase) -> dict[str, float]:
        start, end = span = (phrase.start, phrase.end)
        words = self._folds.get(span) or folds(self.doc, start, end)
        form = " ".join(words)
        head = words[-1] if words else ""
        near = 0
        for word in phrase.before[-_NEAR:]:
            near |= self.marks[word.text]
        generic = [w for w in phrase.words if self.marks[w.text] & _BIT["generic"]]
        in_title = self.title[0] <= start and end <= self.title[1]
        out = {
            "head": head in self.cues["technique-head"],
            "head weak": head in self.cues["technique-head-weak"],
            "task head": head in self.cues["task-head"],
            "problem head": head in self.cues["problem-head"],
            "title": in_title,
            "words": min(len(phrase.words), 4) - 1,
            "generic words": len(generic) / len(phrase.words),
            "cased": any(_cased(w, phrase) for w in phrase.words),
            "again": min(self.count[form], 3) - 1,
            "contribution": any(s <= start < e for s, e in self.contributions),
            "background": start < self.first and not in_title,
            "acronym": form in self.acronym_of,
            "known": span in self.known,
            "task known": span in self.tasks,
            "for": bool(phrase.before) and fold(phrase.before[-1].text) == "for",
            "framed": self._framed(phrase),
            "early": self.abstract[0] <= start < self.early,
            "other type": span not in self.tasks and (span in self.typed or self._named_otherwise(phrase)),
        }
        for group in ("propose", "use", "compare", "limit", "evaluate"):
            out[group] = bool(near & _BIT[group])
        return {k: float(v) for k, v in out.items() if v}


def _joins(text: str, at: int) -> bool:
    """Whether an offset lies inside a word."""
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _cased(word: Word, phrase: Phrase) -> bool:
    """Whether capitals in a word are a name's, not a sentence's beginning."""
    return _capital_inside(word.text) or (word.text[0].isupper() and bool(phrase.before))


@lru_cache(maxsize=100_000)
def _capital_inside(word: str) -> bool:
    return any(c.isupper() for c in word[1:])


def _abbreviates(short: str, long: str) -> bool:
    letters = [c.lower() for c in short if c.isalnum()]
    at = 0
    for c in long.lower():
        if at < len(letters) and c == letters[at]:
            at += 1
    return at == len(letters) and long[:1].lower() == letters[0] and bool(re.search("[ -]", long))
