"""Noun phrases of English text: part-of-speech tags of TextBlob's Brill tagger, joined by a small grammar.

The tagger is the one of De Smedt & Daelemans, "Pattern for Python" (2012); the grammar is the usual base noun
phrase (adjectives, participles and nouns that end in a noun).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

_WORD = re.compile(r"[^\W_][\w]*(?:[-‐‑–/.'’+@][\w]+)*\+*|\\?[$(){}\[\],;:.!?\"“”&%]|\S")
_HAN = re.compile(r"[\u3400-\u9fff]")
_BEFORE = 8  # words that a phrase remembers of what stands to its left


class Word(NamedTuple):
    """A word with its part of speech (Penn Treebank) and its span in the Doc."""

    text: str
    tag: str
    start: int
    end: int


class Phrase(NamedTuple):
    """A base noun phrase: its words and its span in the Doc; `before` are the words to its left in the sentence."""

    words: tuple[Word, ...]
    start: int
    end: int
    before: tuple[Word, ...]
    sentence: tuple[int, int]

    @property
    def head(self) -> str:
        return self.words[-1].text.lower()


class Phrases:
    """Tags the English sentences of title and abstract and collects their noun phrases in doc._.phrases."""

    def __init__(self) -> None:
        from textblob.en.taggers import PatternTagger

        self._tag = PatternTagger().tag

    def __call__(self, doc: Doc) -> Doc:
        doc._.phrases, doc._.words = [], []
        for start, end in doc._.sentences:
            if _HAN.search(doc._.text, start, end):
                continue
            words = self.words(doc._.text, start, end)
            doc._.words.append(words)
            doc._.phrases += noun_phrases(words, (start, end))
        return doc

    def words(self, text: str, start: int, end: int) -> list[Word]:
        """The tagged words of a sentence."""
        spans = [(m.start(), m.end()) for m in _WORD.finditer(text, start, end)]
        if not spans:
            return []
        surface = [text[s:e] for s, e in spans]
        tags = self._tag(" ".join(surface), tokenize=False)
        if len(tags) != len(surface):  # the tagger drops some marks: go on by its own order
            tags = self._align(surface, tags)
        words = [Word(w, _tag(w, t), s, e) for w, (_, t), (s, e) in zip(surface, tags, spans, strict=True)]
        for i, word in enumerate(words[1:], 1):  # "we survey", "we study": the tagger takes these verbs for nouns
            if word.tag == "NN" and word.text.islower() and words[i - 1].text.lower() in ("we", "they"):
                words[i] = word._replace(tag="VBP")
        return words

    @staticmethod
    def _align(surface: list[str], tags: list[tuple[str, str]]) -> list[tuple[str, str]]:
        out, at = [], 0
        for word in surface:
            if at < len(tags) and tags[at][0] == word:
                out.append(tags[at])
                at += 1
            else:
                out.append((word, "NN" if word[0].isalnum() else "."))
        return out


def _tag(word: str, tag: str) -> str:
    if not word[0].isalnum():
        return word[0]
    if any(c.isdigit() for c in word) and any(c.isalpha() for c in word):
        return "NNP"
    if sum(c.isupper() for c in word) > 1 and tag not in ("DT", "IN", "CC"):
        return "NNP"
    return tag


_INSIDE = ("JJ", "NN", "NNS", "NNP", "NNPS", "VBN", "VBG", "FW", "CD", "JJR", "JJS", "NNP-PERS", "NNP-ORG", "NNP-LOC")
_NOUN = ("NN", "NNS", "NNP", "NNPS", "FW", "VBG")


def noun_phrases(words: list[Word], sentence: tuple[int, int]) -> list[Phrase]:
    """Base noun phrases of a tagged sentence, left to right."""
    out: list[Phrase] = []
    i = 0
    while i < len(words):
        j = i
        while j < len(words) and words[j].tag.startswith(_INSIDE):
            j += 1
            if words[j - 1].tag == "NNS" and words[j - 1].text.islower():
                break
        k = j
        while k > i and not words[k - 1].tag.startswith(_NOUN):
            k -= 1
        if k > i:
            before = tuple(words[max(0, i - _BEFORE) : i])
            out.append(Phrase(tuple(words[i:k]), words[i].start, words[k - 1].end, before, sentence))
        # In "models support caching" a plural is followed by a verb that the tagger takes for a noun.
        plural = j > i and words[j - 1].tag == "NNS"
        i = max(j, i + 1) + (plural and j < len(words) and words[j].tag == "NN" and words[j].text.islower())
    return out


@Language.factory("kg_phrases")
def make_phrases(nlp: Language, name: str) -> Phrases:
    return Phrases()
