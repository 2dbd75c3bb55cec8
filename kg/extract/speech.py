"""Part-of-speech tags of English words by Brill's lexicon, and base noun phrases by a small grammar; needs no spaCy.

The tagger is that of De Smedt & Daelemans, "Pattern for Python" (2012): a lexicon, that of Brill, "A simple rule-based
part of speech tagger" (1992), and endings for the words that it lacks. The grammar is the usual base noun phrase
(adjectives, participles and nouns that end in a noun).
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kg.compiled import kept, stamp
from kg.entity_types import data_folder
from kg.model import KgError
from kg.text import Remembered, split

_WORD = re.compile(r"([^\W_][\w]*(?:[-‐‑–/.'’+@][\w]+)*\+*|\\?[$(){}\[\],;:.!?\"“”&%]|\S)")
_NUMBER = re.compile(r"[0-9\-,.:/%$]+$")
_SINGULAR = ("is", "ous", "ss")
_ENDINGS = (
    ("ing", "VBG"),
    ("ly", "RB"),
    ("s", "NNS"),
    (("able", "al", "ful", "ible", "ient", "ish", "ive", "less", "tic", "ous"), "JJ"),
    ("ed", "VBN"),
    (("ate", "ify", "ise", "ize"), "VBP"),
)
_WE = frozenset(form for word in ("we", "they") for form in (word, word.title(), word.upper()))
_BEFORE = 8  # words to its left that a phrase keeps


class TaggedWord(NamedTuple):
    """A word with its part-of-speech tag (Penn Treebank) and its span in the Doc."""

    text: str
    tag: str
    start: int
    end: int


class NounPhrase(NamedTuple):
    """A base noun phrase: its words and its span in the Doc; `before` are the words to its left in the sentence."""

    words: tuple[TaggedWord, ...]
    start: int
    end: int
    before: tuple[TaggedWord, ...]
    sentence: tuple[int, int]


def tagged(text: str, start: int, end: int) -> tuple[list[TaggedWord], str]:
    """The tagged words of a sentence, and one letter per word for its part in a noun phrase, see `_part`."""
    words, starts, ends = split(_WORD, text, start, end)
    if not words:
        return [], ""
    told = [_FIRST_TAGS[words[0]], *map(_TAGS.__getitem__, words[1:])]
    for i in [i for i, word in enumerate(words[:-1], 1) if word in _WE]:
        if told[i][0] == "NN" and words[i].islower():  # "we survey": the tagger takes these verbs for nouns
            told[i] = _VERB
    tags, parts = zip(*told, strict=True)
    make = tuple.__new__  # see kg.text.tokens
    return [make(TaggedWord, word) for word in zip(words, tags, starts, ends, strict=True)], "".join(parts)


def _tagged(word: str, begins: bool = False) -> tuple[str, str]:
    """Tag and part of a word, see `tag_of` and `_part`."""
    tag = tag_of(word, _lexicon(), begins)
    return tag, _part(word, tag)


_TAGS = Remembered(_tagged)
_FIRST_TAGS = Remembered(lambda word: _tagged(word, begins=True))


def tag_of(word: str, lexicon: Mapping[str, str], begins: bool = False) -> str:
    """The tag of a word: by the lexicon (in lower case too where a sentence begins), else by its form."""
    tag = lexicon.get(word) or (lexicon.get(word.lower()) if begins else None)
    if not tag:
        tag = "NNP" if word.istitle() else "CD" if _NUMBER.match(word) else _by_ending(word)
    return _tag(word, tag)


@cache
def _lexicon() -> dict[str, str]:
    """Tags by word, made by scripts/tags.py."""
    path = data_folder("data") / "tags.tsv.gz"
    if not path.is_file():
        raise KgError(f"{path} is missing: install kg again.")
    return kept("tags", stamp([path]), lambda: _read_lexicon(path))


def _read_lexicon(path: Path) -> dict[str, str]:
    return dict(line.split("\t") for line in gzip.decompress(path.read_bytes()).decode().splitlines())


def _by_ending(word: str) -> str:
    """The tag of a word that is not in the lexicon, by its ending; the last matching ending counts."""
    tag = "NN"
    for endings, other in _ENDINGS:
        if word.endswith(endings) and not (other == "NNS" and word.endswith(_SINGULAR)):
            tag = other
        if other == "JJ" and "-" in word:
            tag = "JJ"
    return tag


def _tag(word: str, tag: str) -> str:
    if not word[0].isalnum():
        return word[0]
    if word.islower() and word.isalpha():
        return tag
    if any(map(str.isdigit, word)) and any(map(str.isalpha, word)):
        return "NNP"
    if sum(map(str.isupper, word)) > 1 and tag not in ("DT", "IN", "CC"):
        return "NNP"
    return tag


_INSIDE = ("JJ", "NN", "NNS", "NNP", "NNPS", "VBN", "VBG", "FW", "CD", "JJR", "JJS", "NNP-PERS", "NNP-ORG", "NNP-LOC")
_NOUN = ("NN", "NNS", "NNP", "NNPS", "FW", "VBG")
FINITE = ("VBZ", "VBP", "VBD", "MD")  # tags of finite verbs


#: Matched against the letters of `_part`, one per word: a phrase ends in a noun. It ends at a plural, because in
#: "models support caching" a verb follows that the tagger takes for a noun.
#: What holds no noun is passed over at once.
_RUN = re.compile(r"([inv]*p)v?|([inv]*[nv])|i+")
_LOWER_PARTS = {"NNS": "p", "NN": "v"}  # of lower-case words: a plural, a likely verb
_VERB = ("VBP", "o")


def _part(word: str, tag: str) -> str:
    """The part of a word in a noun phrase: a plural (p), a likely verb (v), a noun (n), inside (i), or none (o)."""
    if tag in _LOWER_PARTS and word.islower():
        return _LOWER_PARTS[tag]
    return "n" if tag.startswith(_NOUN) else "i" if tag.startswith(_INSIDE) else "o"


def noun_phrases(words: list[TaggedWord], parts: str, sentence: tuple[int, int]) -> list[NounPhrase]:
    """The base noun phrases of a tagged sentence, left to right; `parts` has one letter per word."""
    out: list[NounPhrase] = []
    make = tuple.__new__
    line = tuple(words)
    for run in _RUN.finditer(parts):
        if not run.lastindex:
            continue
        first, last = run.span(run.lastindex)
        before = line[max(0, first - _BEFORE) : first]
        out.append(make(NounPhrase, (line[first:last], line[first].start, line[last - 1].end, before, sentence)))
    return out
