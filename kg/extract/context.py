"""What the rules see of a paper: its noun phrases with features of form, place and the words around them."""

from __future__ import annotations

import math
import re
from collections import Counter

from spacy.tokens import Doc

from kg.extract.base import field_at, inside
from kg.extract.phrases import Phrase, Word
from kg.text import fold, tokens
from kg.vocabulary import Vocabulary

_ACRONYM = re.compile(r"\(\s*([A-Za-z][\w-]*[A-Z\d][\w-]*)s?\s*[,;)]")
_NEAR = 5  # words that are looked at before a phrase
GROUPS = (
    *("technique-head", "technique-head-weak", "task-head", "task-frame", "problem-head"),
    *("generic", "generic-modifier", "propose", "use", "compare", "limit", "evaluate"),
)


def likelihood(weights: dict[str, float], features: dict[str, float]) -> float:
    """The logistic function of weighted features, from 0 to 1."""
    return 1 / (1 + math.exp(-weights["bias"] - sum(weights.get(f, 0.0) * v for f, v in features.items())))


def canonical(surface: str) -> str:
    """A phrase as a noun phrase of the field: lower case but for names and acronyms.

    >>> canonical("Context-Aware Low-Rank KV Cache"), canonical("Spatio-Temporal GUI-based LoRA")
    ('context-aware low-rank KV cache', 'spatio-temporal GUI-based LoRA')
    """
    return re.sub(r"[^\W_]+", lambda word: word[0] if _is_name(word[0]) else word[0].lower(), surface)


def _is_name(word: str) -> bool:
    return any(c.isupper() for c in word[1:]) or any(c.isdigit() for c in word)


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
        self.title = doc._.fields.get("T", (0, 0))
        self.name = fold(doc._.name)
        self.acronym_of: dict[str, str] = {}
        self._features: dict[tuple[int, int], dict[str, float]] = {}
        self.phrases = [p for p in map(self._trimmed, doc._.phrases) if p]
        self.count = Counter(fold(doc._.text[p.start : p.end]) for p in self.phrases)
        self._acronyms()
        self.contributions = [s for s in doc._.sentences if self._contributes(s)]
        self.first = min((s for s, _ in self.contributions if field_at(doc, s) == "A"), default=0)
        self.early = next((e for s, e in doc._.sentences if field_at(doc, s) == "A"), 0)
        self.typed = {
            (m.start, m.end): m.type for m in doc._.matches if m.type not in ("technique", "topic", "institution")
        }
        self.named = {s: e for (s, e), kind in self.typed.items() if kind in ("hardware", "model", "dataset")}
        self.known = {(m.start, m.end) for m in doc._.matches if m.type == "technique"}
        self.tasks = {(m.start, m.end) for m in doc._.matches if m.type == "task"}

    def _framed(self, phrase: Phrase) -> bool:
        """Whether the sentence goes on with "tasks", "applications", ... soon after the phrase."""
        return any(t.fold in self.cues["task-frame"] for t in tokens(self.text[phrase.end : phrase.end + 60])[:5])

    def _named_otherwise(self, phrase: Phrase) -> bool:
        """Whether a phrase is a device, model or dataset with words behind that name no technique ("GPU resources")."""
        words = [w for w in phrase.words if w.tag != "CD"]  # "8 A100 GPUs"
        end = self.named.get(words[0].start, 0) if words else 0
        if not end or (phrase.start, phrase.end) in self.known:
            return False
        heads = self.cues["technique-head"] | self.cues["technique-head-weak"]
        return not any(fold(w.text) in heads for w in words if w.start >= end)

    def _trimmed(self, phrase: Phrase) -> Phrase | None:
        words = phrase.words
        while words and (
            fold(words[0].text) in self.cues["generic-modifier"]
            or (words[0].tag in ("VBG",) and len(words) > 1 and fold(words[0].text) not in self.cues["technique-head"])
        ):
            words = words[1:]
        if not words or all(fold(w.text) in self.cues["generic"] for w in words):
            return None
        cut = len(phrase.words) - len(words)
        return Phrase(words, words[0].start, phrase.end, phrase.before + phrase.words[:cut], phrase.sentence)

    def _acronyms(self) -> None:
        for phrase in self.phrases:
            match = _ACRONYM.match(self.text, phrase.end + 1) if self.text[phrase.end : phrase.end + 1] == " " else None
            if match and _abbreviates(match[1], self.text[phrase.start : phrase.end]):
                self.acronym_of[fold(self.text[phrase.start : phrase.end])] = match[1]

    def _contributes(self, sentence: tuple[int, int]) -> bool:
        text = self.text[sentence[0] : sentence[1]]
        words = {t.fold for t in tokens(text)}
        own = bool(self.name) and self.name in fold(text)
        return own or bool(words & {"we", "our", "paper", "work"} and words & self.cues["propose"] - {"we", "our"})

    def features(self, phrase: Phrase) -> dict[str, float]:
        """The features of a phrase, remembered, for several types are judged by them; see WEIGHTS."""
        span = (phrase.start, phrase.end)
        if span not in self._features:
            self._features[span] = self._seen(phrase)
        return self._features[span]

    def _seen(self, phrase: Phrase) -> dict[str, float]:
        text = self.text[phrase.start : phrase.end]
        head = tokens(text)[-1].fold if tokens(text) else ""
        near = [fold(w.text) for w in phrase.before[-_NEAR:]]
        generic = sum(fold(w.text) in self.cues["generic"] for w in phrase.words)
        span = (phrase.start, phrase.end)
        out = {
            "head": head in self.cues["technique-head"],
            "head weak": head in self.cues["technique-head-weak"],
            "task head": head in self.cues["task-head"],
            "problem head": head in self.cues["problem-head"],
            "title": inside(span, [self.title]),
            "words": min(len(phrase.words), 4) - 1,
            "generic words": generic / len(phrase.words),
            "cased": any(_cased(w, phrase) for w in phrase.words),
            "again": min(self.count[fold(text)], 3) - 1,
            "contribution": any(s <= phrase.start < e for s, e in self.contributions),
            "background": phrase.start < self.first and not inside(span, [self.title]),
            "acronym": fold(text) in self.acronym_of,
            "known": span in self.known,
            "task known": span in self.tasks,
            "for": near[-1:] == ["for"],
            "framed": self._framed(phrase),
            "early": self.doc._.fields.get("A", (0, 0))[0] <= phrase.start < self.early,
            "other type": span not in self.tasks and (span in self.typed or self._named_otherwise(phrase)),
        }
        for group in ("propose", "use", "compare", "limit", "evaluate"):
            out[group] = any(w in self.cues[group] for w in near)
        return {k: float(v) for k, v in out.items() if v}


def _cased(word: Word, phrase: Phrase) -> bool:
    """Whether capitals in a word are a name's, not a sentence's beginning."""
    inner = sum(c.isupper() for c in word.text[1:])
    return inner > 0 or (word.text[0].isupper() and bool(phrase.before))


def _abbreviates(short: str, long: str) -> bool:
    letters = [c.lower() for c in short if c.isalnum()]
    at = 0
    for c in long.lower():
        if at < len(letters) and c == letters[at]:
            at += 1
    return at == len(letters) and long[:1].lower() == letters[0] and bool(re.search("[ -]", long))
