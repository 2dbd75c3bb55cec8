"""How other papers write a word: counts and spellings that are used to mend broken words and restore capitals."""

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
from kg.entity_types import data_folder
from kg.model import KgError
from kg.vocabulary import Vocabulary, ontology_files

_LABEL = 20  # papers that a label of the vocabulary counts for
_KNOWN = 20  # papers that make a part of a compound a word
_PRODUCTIVE = 12  # distinct compounds that make a part productive ("-based", "multi-")
# Factor by which one form must outnumber another to be the correct one: a compound loses its hyphen by accident once in
# several hundred papers ("realworld"); a closed form that is more frequent than that is intended ("crossmodal").
_DOMINANT = 118
_COMMON = 15_000  # papers with a word as common as "the"; two such words do not form a compound
_USUAL = 200  # papers with a form of a compound that is accepted whatever the other forms
_PREVAILING = 500  # papers with a compound so common that its unknown form without hyphen is an error
_APART = 8  # distinct compounds needed to know how a first part is written
_OPEN = 0.025  # largest share of closed words for a part that keeps its hyphen ("-based")
_RATHER_OPEN = 0.065  # the same for a first part, if the last part has hardly any closed words
_FREQUENT = 50  # papers with a compound that is not accidental, ...
_FEW = 2  # ... if at most this many closed words end with its last part
_ALWAYS_OPEN = 25  # distinct compounds of a part without any closed word ("self-", "one-")
_LONG = 15  # letters of two known words in one: longer than any closed compound
_LONG_FIRST = 7  # letters of the first of them, so that it is not a prefix
_FAMILIAR = 100  # papers with a word that can stand alone
_SHORTEST = 5  # letters of two common words joined by a lost space: "bean" and "init" are words
_CLOSING = 12  # distinct words that show that a part needs no hyphen
_LONGEST = 40  # letters of a name
_SURE = 1_000  # papers with a word that cannot be an error of hyphenation
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")


class WordCounts:
    """Word statistics of other papers: document frequency (lower case), spelling with inner capitals, other forms."""

    def __init__(self, rows: Iterable[tuple[str, int, str]]) -> None:
        self.count: dict[str, int] = {}
        self.spelling: dict[str, str] = {}
        self._forms: dict[str, str] = {}  # letters -> most frequent form
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
        self._firsts, self._lasts = self._parts()
        self._closing: dict[str, bool] = {}
        self._first = {part for part, count in left.items() if count >= _PRODUCTIVE}
        self._last = {part for part, count in right.items() if count >= _PRODUCTIVE and len(part) >= 4}

        self.sound = {word for word in self.count if self._is_sound(word)}  # correct words, which are never mended

    @staticmethod
    @cache
    def load() -> WordCounts:
        """The words of the package's table and of the vocabulary's labels, cached in the user's cache directory."""
        made_from = stamp([*_tables(), *ontology_files(), Path(__file__)])
        return WordCounts._restored(
            kept("word-counts", made_from, lambda: WordCounts([*_shipped(), *_labels(Vocabulary.load())])._state())
        )

    def _state(self) -> tuple[Any, ...]:
        """The statistics as plain data, for the cache."""
        parts = (self._first, self._last, self._firsts, self._lasts)
        return self.count, self.spelling, self._forms, self._sorted, *parts, self.sound

    @staticmethod
    def _restored(state: tuple[Any, ...]) -> WordCounts:
        """The inverse of `_state`."""
        out = WordCounts(())
        out.count, out.spelling, out._forms, out._sorted, *parts, out.sound = state
        out._first, out._last, out._firsts, out._lasts = parts
        return out

    def _is_sound(self, word: str) -> bool:
        """Whether a word has the most frequent form, or one that is not much rarer."""
        best = self._forms[word.replace("-", "")]
        return best == word or self.count[best] < _DOMINANT * self.count[word]

    def _parts(self) -> tuple[dict[str, tuple[int, int]], dict[str, tuple[int, int]]]:
        """For each first and each last part, its numbers of words with and without a hyphen: "-based" (761, 0)."""
        sides: tuple[dict[str, list[int]], ...] = (defaultdict(lambda: [0, 0]), defaultdict(lambda: [0, 0]))
        for word in self.count:
            first, _, last = word.partition("-")
            if first.isalpha() and last.isalpha():
                sides[0][first][0] += 1
                sides[1][last][0] += 1
        for word in self.count:
            if word.isalpha():
                for at in range(1, len(word)):
                    first, last = word[:at], word[at:]
                    if first in sides[0] and len(last) >= 3 and self.count.get(last, 0) >= _KNOWN:
                        sides[0][first][1] += 1
                    if last in sides[1] and len(first) >= 3 and self.count.get(first, 0) >= _KNOWN:
                        sides[1][last][1] += 1
        made = [{part: (n[0], n[1]) for part, n in side.items()} for side in sides]
        return made[0], made[1]

    def mended(self, word: str, own: Iterable[str] = ()) -> str:
        """A word (lower case) with its hyphens or one space corrected; unchanged if no correction is certain.

        `own`: other forms of the same letters in the same paper.
        """
        if word in self.sound:
            return word
        letters = word.replace("-", "")
        for form in (self._forms.get(letters), *own):
            if form and form != word and self._better(form, word, form in own):
                return form
        return word

    def _better(self, form: str, word: str, is_own: bool) -> bool:
        more = form.count("-") - word.count("-")
        if more == 0:
            return False  # both forms are broken, or one is a name: "in-formation" and "infor-mation"
        if more > 0:
            return self._lost_hyphens(form, word, is_own)
        if word in self.count or (form not in self.count and not self.joined(word)):
            return False  # other papers write the hyphen too, or nobody knows the form without it
        first, *rest = word.split("-")
        if self.is_plain(form) and rest[-1] not in self._lasts and self.count.get(rest[-1], 0) < _FAMILIAR:
            return True  # "shrink-ing": its end is no word, and joins no other
        if self._closes(first) or first in self._first or rest[-1] in self._last:
            return False  # "under-actuated", "exo-centric"
        unknown = [self.count.get(part, 0) < _KNOWN for part in (first, *rest)]
        count = self.count.get(form, 0)
        return count >= _SURE or all(unknown) or (any(unknown) and count >= _FAMILIAR)

    def joined(self, word: str) -> bool:
        """Whether no part of a hyphenated word is a known word."""
        return not any(part in self.count for part in word.split("-"))

    def _lost_hyphens(self, form: str, word: str, is_own: bool) -> bool:
        """Whether `word` is `form` with hyphens lost at a line end, and not a spelling in its own right."""
        count = self.count.get(form, 0)
        if "-" in word or form.count("-") > 1:  # an unknown piece is not a word: "state-of-theart"
            kept = set(form.split("-"))
            lost = [piece for piece in word.split("-") if piece not in kept]
            return count >= _FAMILIAR and not any(piece in self.count for piece in lost)
        first, last = form.split("-")
        if count >= _PREVAILING:
            return True
        _, closed = self._firsts.get(first, (0, 0))
        if closed >= _CLOSING or len(first) == 1:
            return False  # "multiagent", "ecommerce"
        return (is_own and count > _KNOWN and word not in self.count) or self._is_open(first, last, count)

    def _is_open(self, first: str, last: str, count: int) -> bool:
        """Whether a compound, found in `count` papers, belongs to a kind of words that is always hyphenated."""
        firsts, closed_first = self._firsts.get(first, (0, 0))
        lasts, closed_last = self._lasts.get(last, (0, 0))
        return (
            (lasts >= _PRODUCTIVE and closed_last <= _OPEN * lasts)
            or (firsts >= _APART and closed_first <= _RATHER_OPEN * firsts and closed_last * 10 <= lasts)
            or (firsts >= _ALWAYS_OPEN and not closed_first)
            or (count >= _FREQUENT and closed_last <= _FEW)
            or self._is_long(first, last)
            or (first.endswith("ly") and len(first) >= _LONG_FIRST)
        )

    def _is_long(self, first: str, last: str) -> bool:
        """Whether two independent words are too long to be written as one: "softwarehardware"."""
        if len(first) < _LONG_FIRST or len(first) + len(last) < _LONG:
            return False
        return min(self.count.get(first, 0), self.count.get(last, 0)) >= _FAMILIAR

    def _closes(self, prefix: str) -> bool:
        """Whether a prefix forms words without a hyphen ("multi", "under", "re"), so that a new one is not an error."""
        known = self._closing.get(prefix)
        if known is None:
            start = bisect_left(self._sorted, prefix)
            ends = bisect_left(self._sorted, prefix + "\uffff")
            known = sum(w[len(prefix) :] in self.count for w in self._sorted[start:ends]) >= _CLOSING
            self._closing[prefix] = known
        return known

    def divided(self, word: str, meeting: int = 0) -> str:
        """Split an unknown word (lower case) into two known ones; unchanged if that is not possible.

        "tokenbased" gives "token-based", "ofthe" gives "of the". `meeting`: where the parts meet, if the case shows it.
        """
        if "-" in word or word in self.count:
            return word
        if meeting:
            first, last = word[:meeting], word[meeting:]
            is_compound = self._lasts.get(last, (0, 0))[0] >= _ALWAYS_OPEN and self.is_plain(last)
            return f"{first}-{last}" if is_compound else word
        for at in range(2, len(word) - 1):
            first, last = word[:at], word[at:]
            if at >= 3 and self.count.get(first, 0) >= _KNOWN and first not in self.spelling:
                lasts, closed = self._lasts.get(last, (0, 0))
                if last in self._last and closed <= _OPEN * lasts and not self._closes(first):
                    return f"{first}-{last}"
            is_common = min(self.count.get(first, 0), self.count.get(last, 0)) >= _COMMON
            if is_common and len(word) >= _SHORTEST:
                return f"{first} {last}"
        return word

    def camel(self, word: str) -> str | None:
        """A name made of two known words, or a word and an acronym: "LinearSR", "FastGRPO"; else None."""
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
        """The correct form of two parts around "- ": one word, a compound, or None for two words."""
        whole, compound = first + last, f"{first}-{last}"
        if self.count.get(whole, 0) > self.count.get(compound, 0):
            return whole
        return compound if compound in self.count else None

    def is_usual(self, form: str) -> bool:
        """Whether a form is frequent enough to be accepted whatever the other forms."""
        return self.count.get(form, 0) >= _USUAL

    def is_plain(self, word: str) -> bool:
        """Whether it is an ordinary word: frequent, and without capitals of its own."""
        return self.count.get(word, 0) >= _KNOWN and word not in self.spelling


def is_slip(word: str, other: str) -> bool:
    """Whether one letter more, less or other, or two in the other order, make one word the other."""
    from rapidfuzz.distance import OSA  # needed only for words that nobody writes

    return OSA.distance(word, other, score_cutoff=1) == 1


def _tables() -> list[Path]:
    """The word table of the package, if installed; without it, the vocabulary and the paper itself remain."""
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
