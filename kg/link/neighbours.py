"""Finds the vocabulary label that is nearly synonymous with a name, by embeddings behind strict rules.

Sentence embeddings (Reimers and Gurevych, 2019) place "sparse attention" near "dense attention", "4-bit" near "8-bit",
and a phrase near its broader concept. A label therefore counts as a neighbour only if it has the same words in the same
order up to their endings ("causal masking", "causal mask") and its embedding is close enough, which separates different
words with a common beginning. scripts/eval_linking.py measures the threshold.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from kg.text import fold
from kg.vocabulary import Concept, Vocabulary

if TYPE_CHECKING:
    from kg.encoder import Encoder

TYPES = ("technique", "problem", "task")
THRESHOLD = 0.8  # of the cosine; evaluated on data/gold/neighbours.tsv
_START = 4  # letters by which labels are indexed, and that two forms of a word have in common
_MOST = 80  # characters of a name; longer texts are sentences
#: What may follow the common beginning of two forms of a word, including a doubled consonant.
_ENDING = re.compile(r"(?:[bdgmnprt](?=ed|ing))?(?:e|ed|ing|ion|ation|al|ally|ity|ive|ly|ment)?")
_NAME = re.compile(r"\b(?:\w+[A-Z0-9]\w*|[A-Z])")


class Neighbour(NamedTuple):
    """A label close to a name."""

    concept: Concept
    label: str
    similarity: float


class Neighbours:
    """Finds neighbours among the labels of a vocabulary; only the few that pass the rules are encoded."""

    def __init__(self, vocabulary: Vocabulary, encoder: Encoder | None = None) -> None:
        if encoder is None:
            from kg.encoder import encoder as shipped

            encoder = shipped()
        self.vocabulary, self.encoder = vocabulary, encoder
        self._modifiers = {kind: self._loose_words(kind) for kind in TYPES}
        self.similarity = lru_cache(maxsize=20_000)(self._similarity)
        self.find = lru_cache(maxsize=50_000)(self._find)

    def _find(self, name: str, kind: str) -> Neighbour | None:
        """The most similar label of a type that no rule keeps apart from a name; None below the threshold."""
        if kind not in TYPES or len(name) > _MOST or not self.encoder:
            return None
        words = self.words(name, kind)
        if not words or is_name(name):
            return None
        found = [
            Neighbour(self.vocabulary[concept], label, self.similarity(name, label))
            for concept, label in self._labels.get((kind, _starts(words)), ())
            if not self.apart(name, label, kind)
        ]
        best = max(found, key=lambda n: (n.similarity, n.label), default=None)
        return best if best and best.similarity >= THRESHOLD else None

    def _similarity(self, one: str, other: str) -> float:
        """The cosine of two names' embeddings; the encoder ignores case."""
        return float(self.encoder(one) @ self.encoder(other))

    def apart(self, one: str, other: str, kind: str) -> str:
        """The rule that keeps two names apart regardless of their similarity, or ""."""
        if is_name(one) or is_name(other):
            return "a proper name has no neighbours: it is spelled so or means something else"
        for another in TYPES:
            bearer = self.vocabulary.find(one, another) if another != kind else None
            if bearer and not self.vocabulary.find(one, kind):
                return f"{one!r} is the name of something else, {bearer.curie}"
        words, others = self.words(one, kind), self.words(other, kind)
        if len(words) != len(others):
            short, long, name = (words, others, other) if len(words) < len(others) else (others, words, one)
            more = [w for w in long if not any(same_word(w, s) for s in short)]
            what = f" by {' and '.join(map(repr, more))}" if more else ""
            return f"{name!r} says more than the other{what}: a narrower thing is not its broader one"
        for word, another in zip_longest(words, others):
            if not same_word(word, another):
                number = any(c.isdigit() for c in word + another)
                return f"the {'numbers' if number else 'words'} {word!r} and {another!r} differ"
        return ""

    def words(self, name: str, kind: str) -> list[str]:
        """The folded words of a name without leading modifiers of degree."""
        words = fold(name).split()
        while len(words) > 1 and words[0] in self._modifiers.get(kind, ()):
            del words[0]
        return words

    def _loose_words(self, kind: str) -> frozenset[str]:
        return self.vocabulary.cues("label-modifier") | self.vocabulary.cues(f"label-modifier-{kind}")

    @cached_property
    def _labels(self) -> dict[tuple[str, str], list[tuple[str, str]]]:
        """English labels that are not proper names, with their concepts, by type and word beginnings."""
        out: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for concept in self.vocabulary.concepts.values():
            if concept.type in TYPES:
                for label in dict.fromkeys((concept.label.get("en", ""), *concept.alt.get("en", ()))):
                    words = self.words(label, concept.type)
                    if words and not is_name(label):
                        out.setdefault((concept.type, _starts(words)), []).append((concept.curie, label))
        return out


def same_word(one: str, other: str) -> bool:
    """Whether two folded words are forms of one word; agent nouns and "-ization" nouns are different words.

    >>> same_word("masking", "mask"), same_word("sparse", "dense"), same_word("tokenization", "token")
    (True, False, False)
    """
    if one == other:
        return True
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if shared < _START or not (one.isalpha() and other.isalpha()):
        return False
    return bool(_ENDING.fullmatch(one[shared:]) and _ENDING.fullmatch(other[shared:]))


def _starts(words: list[str]) -> str:
    return " ".join(word[:_START] for word in words)


def is_name(text: str) -> bool:
    """Whether a text is a single word with capitals: "DeepCache", "Compacter"."""
    return " " not in text.strip() and "-" not in text and bool(_NAME.search(text))
