"""How other papers write a word: counts and spellings by which broken words and lost capitals are mended."""

from __future__ import annotations

import gzip
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from kg.compiled import kept, stamp
from kg.model import KgError
from kg.vocabulary import Vocabulary, data_folder, ontology_files

_LABEL = 20  # a label of the vocabulary counts as the word of so many papers
_KNOWN = 20  # papers that make a part of a compound a word of its own
_PRODUCTIVE = 12  # distinct compounds that make a part one that joins with anything ("-based", "multi-")
_DOMINANT = 50  # times that one form must outnumber another to be the right one
_COMMON = 15_000  # papers that have a word as common as "the": two of them do not make a third
USUAL = 200  # papers whose form of a compound no other form stands against
_CLOSING = 12  # distinct words that make a part one that needs no hyphen
_LONGEST = 40  # letters of a name
_SURE = 1_000  # papers that have a word that no accident of hyphenation makes
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")


class Words:
    """Number of papers that have a word (lower case), its spelling when that has capitals inside, its other forms."""

    def __init__(self, rows: Iterable[tuple[str, int, str]]) -> None:
        self.count: dict[str, int] = {}
        self.spelling: dict[str, str] = {}
        self._forms: dict[str, str] = {}  # letters -> the form that most papers use
        left: Counter[str] = Counter()
        right: defaultdict[str, int] = defaultdict(int)
        for word, count, spelling in rows:
            if self.count.get(word, 0) >= count:
                continue
            self.count[word] = count
            if spelling:
                self.spelling[word] = spelling
            letters = word.replace("-", "") if "-" in word else word
            known = self._forms.get(letters)
            if known is None or self.count[known] < count:
                self._forms[letters] = word
            if letters != word:
                left[word[: word.index("-")]] += 1
                right[word[word.rindex("-") + 1 :]] += 1
        self._sorted = sorted(self.count)
        self._closing: dict[str, bool] = {}
        self._first = {part for part, count in left.items() if count >= _PRODUCTIVE}
        self._last = {part for part, count in right.items() if count >= _PRODUCTIVE and len(part) >= 4}

        self.sound = {word for word in self.count if self._is_sound(word)}  # those that need no mending

    @staticmethod
    @cache
    def load() -> Words:
        """The words that ship with the package and the labels of the vocabulary, kept in the user's cache."""
        made_from = stamp([*_tables(), *ontology_files(), Path(__file__)])
        return Words._restored(
            kept("words", made_from, lambda: Words([*_shipped(), *_labels(Vocabulary.load())])._state())
        )

    def _state(self) -> tuple[Any, ...]:
        """All that it holds, as plain data."""
        return self.count, self.spelling, self._forms, self._sorted, self._first, self._last, self.sound

    @staticmethod
    def _restored(state: tuple[Any, ...]) -> Words:
        """The words of such a state."""
        out = Words(())
        out.count, out.spelling, out._forms, out._sorted, out._first, out._last, out.sound = state
        return out

    def _is_sound(self, word: str) -> bool:
        """Whether a word is written as most papers write it, or nearly so many."""
        best = self._forms[word.replace("-", "")]
        return best == word or self.count[best] < _DOMINANT * self.count[word]

    def mended(self, word: str, own: Iterable[str] = ()) -> str:
        """A word (lower case) with hyphens, or once a space, put right; itself when nothing better is sure.

        `own`: other forms of these letters in the same paper.
        """
        if word in self.sound:
            return word
        letters = word.replace("-", "")
        for form in (self._forms.get(letters), *own):
            if form and form != word and self._better(form, word):
                return form
        return word

    def _better(self, form: str, word: str) -> bool:
        if form.count("-") >= word.count("-"):
            return self.count.get(form, 0) >= USUAL or "-" in word or not self._closes(form.partition("-")[0])
        if word in self.count:
            return False  # others write it with its hyphen too
        first, *rest = word.split("-")
        if self._closes(first) or first in self._first:
            return False  # "under-actuated"
        return self.count.get(form, 0) >= _SURE or any(self.count.get(part, 0) < _KNOWN for part in (first, *rest))

    def _closes(self, prefix: str) -> bool:
        """Whether it makes words without a hyphen ("multi", "under", "re"), so that a new one is nothing broken."""
        known = self._closing.get(prefix)
        if known is None:
            start = bisect_left(self._sorted, prefix)
            ends = bisect_left(self._sorted, prefix + "\uffff")
            known = sum(w[len(prefix) :] in self.count for w in self._sorted[start:ends]) >= _CLOSING
            self._closing[prefix] = known
        return known

    def divided(self, word: str) -> str:
        """A word (lower case) that nobody uses, in two that anybody knows; itself when there are none.

        "tokenbased" is "token-based", "ofthe" is "of the".
        """
        if "-" in word or word in self.count:
            return word
        for at in range(2, len(word) - 1):
            first, last = word[:at], word[at:]
            if at >= 3 and last in self._last and self.count.get(first, 0) >= _KNOWN and not self._closes(first):
                return f"{first}-{last}"
            if self.count.get(first, 0) >= _COMMON and self.count.get(last, 0) >= _COMMON:
                return f"{first} {last}"
        return word

    def camel(self, word: str) -> str | None:
        """A name made of two known words or a word and an acronym: "LinearSR", "FastGRPO"; None for others."""
        if word in self.count or len(word) > _LONGEST:
            return None
        for at in range(len(word) - 2, 3, -1):
            first, last = word[:at], word[at:]
            if self.is_plain(first) and (
                (self.is_plain(last) and len(last) > 3) or last.upper() == self.spelling.get(last)
            ):
                return first.capitalize() + self.spelling.get(last, last.capitalize())
        return None

    def joins(self, first: str, last: str) -> str | None:
        """What two parts around "- " are: one word, a compound, or (None) two words."""
        whole, compound = first + last, f"{first}-{last}"
        if self.count.get(whole, 0) > self.count.get(compound, 0):
            return whole
        return compound if compound in self.count else None

    def is_plain(self, word: str) -> bool:
        """Whether it is a word of the language: frequent, and without capitals of its own."""
        return self.count.get(word, 0) >= _KNOWN and word not in self.spelling


def _tables() -> list[Path]:
    """The table of words, if the package has it: an aid, not a need, for vocabulary and the paper itself remain."""
    with suppress(KgError):
        return [path for path in [data_folder("data") / "words.tsv.gz"] if path.is_file()]
    return []


def _shipped() -> Iterable[tuple[str, int, str]]:
    for path in _tables():
        for line in gzip.decompress(path.read_bytes()).decode().splitlines():
            word, count, *spelling = line.split("\t")
            yield word, int(count), spelling[0] if spelling else ""


def _labels(vocabulary: Vocabulary) -> Iterable[tuple[str, int, str]]:
    for concept in vocabulary.concepts.values():
        for label in (*concept.label.values(), *(a for alts in concept.alt.values() for a in alts)):
            for match in _WORD.finditer(label):
                word = match.group()
                yield word.lower(), _LABEL, word if word[1:] != word[1:].lower() else ""
