"""Organisations that no register and no word of their name tells, but their place in a line does.

"Vastryx, Lyon, France" has an address, and in "ETH Zurich; Vastryx; Inria" all others are organisations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from kg.link.register import NameToken, Register, joined
from kg.text import has_han
from kg.wordcounts import WordCounts

_MOST_WORDS = 5  # of such a name
_MOST_LISTED = 3  # words of one in a list of nothing but names
_LEAST = 3  # entries of a list that shows what its members are
_FAMILIAR = 25  # papers with a word that may be of a field: "Marketing"
_WORD = re.compile(r"[^\W_]+(?:[’'.&+-][^\W_]+)*")
_INITIAL = re.compile(r"\b[A-Z]\.")
_RANGE = re.compile(r"\d-\d")
_INNER = re.compile(r"[a-z][A-Z]")
_ZIP = re.compile(r"[A-Z]{2}|[A-Z]{0,3}[- ]?\d[\dA-Z -]*|.*\s\d[\dA-Z -]*|\d[\d-]*\s.*")


def addressed(
    line: str, spans: Sequence[tuple[NameToken, ...]], entry_of: Sequence[int], taken: set[int], register: Register
) -> Iterator[int]:
    """The segments, given by their words, that are organisations by their place in entries without a known one."""
    entries = [[at for at, _ in group] for _, group in groupby(enumerate(entry_of), key=lambda pair: pair[1])]
    bare = [entry for entry in entries if len(entry) == 1]
    others = [entry for entry in entries if taken.isdisjoint(entry)]
    reader = _Placed(line, spans, register)
    is_listed = len(others) == 1 and len(entries) >= _LEAST and len(bare) > len(entries) // 2
    is_plain = len(bare) == len(entries) > len(others)  # all are names without departments, places or people
    for entry in others:
        if len(entry) == 1:
            most = _MOST_LISTED if is_plain and reader.is_marked(entry[0]) else 1
            if (is_listed or is_plain) and reader.is_name(entry[0], most):
                yield entry[0]
        elif (at := reader.before_address(entry)) is not None:
            yield at


class _Placed:
    """The parts of the entries of a line."""

    def __init__(self, line: str, spans: Sequence[tuple[NameToken, ...]], register: Register) -> None:
        self.line = line
        self.spans = spans
        self.register = register
        self._words = register.words

    def before_address(self, entry: Sequence[int]) -> int | None:
        """The part between departments and an address."""
        rest = [*entry]
        while rest and self._is_unit(rest[0]):
            del rest[0]
        del rest[1 : 1 + any(map(self._is_short_form, rest[1:2]))]  # "Vastryx Analytics (VXA)"
        if len(rest) < 2 or not self.is_name(rest[0], _MOST_WORDS):
            return None
        places = [at for at in rest[1:] if self._is_place(at)]
        if not places or not all(at in places or _ZIP.fullmatch(self._text(at)) for at in rest[1:]):
            return None
        is_country = len(rest) == 2 and self.register.country(joined(self.spans[rest[1]]))
        return None if is_country and not _INNER.search(self._text(rest[0])) else rest[0]  # "Maine, USA"

    def is_name(self, at: int, most: int) -> bool:
        """Whether a part has the form of a name and a word that is none of a field of work."""
        text, before = self._text(at), self.line[: self.spans[at][0].start].rstrip(" ")[-1:]
        words = _WORD.findall(text)
        folds = [fold for token in self.spans[at] for fold in token.folds]
        if not words or len(words) > most or has_han(text) or _INITIAL.search(text) or self._is_place(at):
            return False
        if text[-1].isdigit() or "".join(folds) in self._words.legal:
            return False
        if _RANGE.search(text) or before in {*"0123456789#\n"}:
            return False
        count = WordCounts.load().count
        return bool(_INNER.search(text)) or any(count.get(w.lower(), 0) < _FAMILIAR for w in words)

    def is_marked(self, at: int) -> bool:
        """Whether a word is written as no person's is: "Argo AI", "OpenPlover Labs", but not "Jane Plover"."""
        return any(word.isupper() or _INNER.search(word) for word in _WORD.findall(self._text(at)))

    def _text(self, at: int) -> str:
        tokens = self.spans[at]
        return self.line[tokens[0].start : tokens[-1].end]

    def _is_short_form(self, at: int) -> bool:
        """Whether a part is what the words before it are called for short, in brackets."""
        text, before = self._text(at), self.line[: self.spans[at][0].start].rstrip()
        return before.endswith("(") and text.isupper() and text.isalpha() and len(text) > 2

    def _is_unit(self, at: int) -> bool:
        """Whether a part is a department with no university in its name."""
        folds = [fold for token in self.spans[at] for fold in token.folds]
        return folds[:1] != [] and folds[0] in self._words.unit and self._words.learned.isdisjoint(folds)

    def _is_place(self, at: int) -> bool:
        key = joined(self.spans[at])
        return self.register.is_place(key) or bool(self.register.country(key))
