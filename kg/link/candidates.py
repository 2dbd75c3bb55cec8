"""Candidate organisations of an affiliation string, with integer features for ranking.

A name is looked up by its letters (the keys of the register), by the stems of its words in any order, and in shortened
form (`kg.link.spellings`). The feature names are in FEATURES; `kg.link.ror` scores them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from typing import NamedTuple

from kg.link.register import ACRONYM_RANK, ALIAS_RANK, SHORTENED
from kg.link.spellings import (
    DIGIT,
    HEAD,
    LISTS,
    NO_WORD,
    OF,
    TYPES,
    UNIT,
    WITHOUT_CITY,
    RegisterNames,
    RowFacts,
    likeness,
    likeness_to_part,
    split,
)

IN_ANY_ORDER = SHORTENED + SHORTENED  # rank of a name found by stems in any order
WITHOUT = IN_ANY_ORDER + 1  # lowest rank of a shortened name; the kind of shortening is added
_LONGEST = 14  # words of the longest name
_CROSSED = 2  # separators inside a name
_READ = 500  # words of a string that are read: enough for any affiliation, and a bound on the cost of malicious input
_LEAST_ALIKE = 50  # lowest similarity in percent of a name found by stems in any order
_LIKE_A_PART = 80  # lowest similarity in percent of a shortened name
_FEW = 3  # a name without its city that has more bearers needs the city elsewhere in the string
_MARKUP = re.compile(r"<[^<>]{0,40}>|#[A-Z]{1,4}#|&#?\w{1,8};")
_BREAK = re.compile(r"[,;:()|/\[\]{}\n\t•·†‡§¶*，；、。：（）\"“”«»]|\s[-–—]\s")
_HOSPITAL, _SCHOOL = TYPES.index("h"), TYPES.index("e")
_SHORT_FORM = 4  # a word before a full stop with fewer letters is an abbreviation

FEATURES = (
    *("rank", "alike", "least", "bearers", "equals", "better", "ranked_before"),
    *("words", "letters", "rarest", "rarity", "learned", "heads", "lab", "units", "begins_unit", "begins_head"),
    *("ends_head", "begins_lab", "place", "digit", "crossed", "before", "after", "previous", "next"),
    *("previous_rarity", "next_rarity", "opens_unit", "part", "parts_after", "string_words", "within", "within_name"),
    *("across", "upper", "capital", "shouted"),
    *("country", "city", "countries", "compatriots", "children", "wholes", "is_whole", "times", "aliases", "stub"),
    *("hospitals", "schools", "sure_before", "sure_after"),
    *("has_country", "rows", *(f"type_{letter}" for letter in TYPES), *(f"list_{letter}" for letter in LISTS)),
)


class Window(NamedTuple):
    """Words first..last of a string that are a name of some rows of the register."""

    first: int
    last: int
    words: int
    key: str
    bearers: dict[int, tuple[int, int, int]]  # row -> rank of the name, its similarity, the lowest similarity of a word


class RegisterRow(NamedTuple):
    """A row of the register that words first..last may name (indices into the words of the string)."""

    row: int
    first: int
    last: int
    features: list[int]


class Affiliation:
    """A tokenised affiliation string: its words, their segments, the countries it names, the names in it."""

    def __init__(self, text: str, names: RegisterNames) -> None:
        self.names = names
        self.register = names.register
        self.text = _MARKUP.sub(lambda m: " " * len(m[0]), text)
        pieces = split(self.text)[:_READ]
        self.raw = [word for word, _, _ in pieces]
        self.places = [(start, end) for _, start, end in pieces]
        self.words = [names.word(f"{word}." if self._is_short(word, end) else word) for word, _, end in pieces]
        self.parts: list[int] = []
        part, end = 0, 0
        for _, start, after in pieces:
            if start - end > 0 and end and self.text[end:start] != " " and _BREAK.search(self.text, end, start):
                part += 1
            self.parts.append(part)
            end = after
        self.flat = f" {' '.join(f for w in self.words for f in w.folds)} "
        self.countries: set[str] = set()
        self.windows = self._whole(self._windows())

    def _is_short(self, word: str, end: int) -> bool:
        """Whether a word is an abbreviation like "Int." or "Sch."."""
        return 1 < len(word) < _SHORT_FORM and self.text[end : end + 1] == "." and word[1:].islower()

    def _windows(self) -> list[Window]:
        """All runs of words that are a name in the register, by letters or by stems."""
        out = []
        parts = self.parts
        index, own, in_any_order = self.register.index, self.names.own, self.names.by_stems
        countries = self.register.countries
        pieces = [(word.key, word.stems, bool(word.folds)) for word in self.words]
        for first, (opening, *_) in enumerate(pieces):
            if not opening:
                continue
            key, total, count = "", 0, 0
            furthest = parts[first] + _CROSSED
            for last, (letters, stems, is_telling) in enumerate(pieces[first : first + _LONGEST], first):
                if not letters:
                    continue
                if parts[last] > furthest:
                    break
                key += letters
                total += stems
                if key in countries and (len(key) > 2 or self.raw[first].isupper()):
                    self.countries.add(countries[key])
                if not is_telling:
                    continue
                count += 1
                known = (count > 1 and total in in_any_order) or key in index or key in own
                if known and not self._goes_on(last):
                    bearers = self._bearers(first, last, key, total if count > 1 else 0)
                    if bearers:
                        out.append(Window(first, last, count, key, bearers))
        return out

    def _whole(self, windows: list[Window]) -> list[Window]:
        """The windows without shortened names that overlap a full name of the same row."""
        spans: dict[int, list[tuple[int, int]]] = {}
        for window in windows:
            for row, borne in window.bearers.items():
                if borne[0] < WITHOUT:
                    spans.setdefault(row, []).append((window.first, window.last))
        out = []
        for window in windows:
            for row in [row for row, borne in window.bearers.items() if borne[0] >= WITHOUT and row in spans]:
                if any(first <= window.last and window.first <= last for first, last in spans[row]):
                    del window.bearers[row]
            if window.bearers:
                out.append(window)
        return out

    def _goes_on(self, last: int) -> bool:
        """Whether a name continues with "of" after a head word: "Nanjing University [of Posts]"."""
        if last + 2 >= len(self.words) or self.words[last].kind != HEAD or self.words[last + 1].kind != OF:
            return False
        return self.parts[last] == self.parts[last + 2]

    def _bearers(self, first: int, last: int, key: str, total: int) -> dict[int, tuple[int, int, int]]:
        """The rows that have a run of words as a name."""
        out: dict[int, tuple[int, int, int]] = {}
        if key in self.register.index:
            for part in self.register.index[key].split(" "):
                out[int(part[:-1], 36)] = (int(part[-1]), 100, 100)
            if first == last and self.raw[first].islower():
                out = {row: borne for row, borne in out.items() if borne[0] != ACRONYM_RANK}
        if key in self.names.own:
            out.setdefault(self.names.own[key], (ALIAS_RANK, 100, 100))
        run = [fold for word in self.words[first : last + 1] for fold in word.folds]
        for row in self.names.by_stems.get(total, ()):
            if row not in out or out[row][0] > ALIAS_RANK:
                alike, least = max(likeness(run, name) for name in self.names.spellings(row))
                if alike >= _LEAST_ALIKE and (row not in out or out[row][0] > SHORTENED):
                    out[row] = (IN_ANY_ORDER, alike, least)
        for row, way in self._shortened(total):
            if row not in out:
                alike, least = likeness_to_part(run, self.names.spellings(row))
                if alike >= _LIKE_A_PART:
                    out[row] = (WITHOUT + way, alike, least)
        return out

    def _shortened(self, total: int) -> list[tuple[int, int]]:
        """The rows with a shortened name; if many differ only by city, those whose city is in the string."""
        found = self.names.shortened_rows(total)
        if len(found) <= _FEW:
            return found
        facts, flat = self.names.facts, self.flat
        return [(row, way) for row, way in found if way != WITHOUT_CITY or facts(row).city in flat]

    def candidates(self) -> list[RegisterRow]:
        """All rows that some run of words may name, with their features."""
        facts = self.names.facts
        times = Counter(row for window in self.windows for row in window.bearers)
        ids = {facts(row).id for row in times}
        parents = {parent for row in times for parent in facts(row).parents}
        named = [w for w in self.windows if w.words > 1]
        sure = {row for w in named for row, borne in w.bearers.items() if borne[0] <= ALIAS_RANK}
        lands = Counter(facts(row).country for row in sure)
        kinds = [sum(letters) for letters in zip(*(facts(row).types for row in sure), strict=True)] or [0] * len(TYPES)
        plain = [w for w in named if min(w.bearers.values())[0] <= ALIAS_RANK]
        firsts, lasts = sorted(w.first for w in plain), sorted(w.last for w in plain)
        out = []
        for window in self.windows:
            shared = self._shared(window)
            before = bisect_left(lasts, window.first)
            after = len(plain) - bisect_right(firsts, window.last)
            known = {row: self._known(facts(row), window) for row in window.bearers}
            for row, borne in window.bearers.items():
                fact = facts(row)
                of_string = (
                    *(len(self.countries), lands[fact.country] - (row in sure), fact.children),
                    *(len(fact.above & ids), int(fact.id in parents), times[row], fact.aliases),
                    int(fact.is_stub),
                    *(kinds[at] - (row in sure and fact.types[at]) for at in (_HOSPITAL, _SCHOOL)),
                    *(before, after),
                    *(int(bool(fact.country)), len(times)),
                )
                rivals = _rivals(row, window, known)
                features = [*borne, *rivals, *shared, *known[row], *of_string, *fact.types, *fact.lists]
                out.append(RegisterRow(row, window.first, window.last, features))
        return out

    def _known(self, fact: RowFacts, window: Window) -> tuple[int, int]:
        """Whether the string has the organisation's country (-1: another) and city (1 in the name only, else 2)."""
        country = 0
        if fact.country and self.countries:
            country = 1 if fact.country in self.countries else -1
        if not fact.city or fact.city not in self.flat:
            return country, 0
        run = f" {' '.join(f for w in self.words[window.first : window.last + 1] for f in w.folds)} "
        return country, 1 + (self.flat.count(fact.city) > run.count(fact.city))

    def _shared(self, window: Window) -> list[int]:
        """The features shared by all rows of a window: of the name itself and of its surroundings."""
        first, last = window.first, window.last
        run = [w for w in self.words[first : last + 1] if w.folds]
        kinds = [w.kind for w in run]
        rarities = [w.rarity for w in run]
        ends = [w.folds[-1] for w in run]
        words = self.names.words
        raw = self.text[self.places[first][0] : self.places[last][1]]
        return [
            *(window.words, len(window.key), max(rarities), sum(rarities)),
            *(int(not words.learned.isdisjoint(ends)), kinds.count(HEAD), int(not words.lab.isdisjoint(ends))),
            *(kinds.count(UNIT), int(kinds[0] == UNIT), int(kinds[0] in (HEAD, UNIT))),
            *(int(kinds[-1] in (HEAD, UNIT)), int(run[0].folds[0] in words.lab)),
            *(int(self.register.is_place(window.key)), int(DIGIT in kinds)),
            *self._around(first, last),
            *self._overlapping(window),
            *(int(raw.isupper()), int(raw[0].isupper()), int(self.text.isupper())),
        ]

    def _around(self, first: int, last: int) -> list[int]:
        """Features of the words around words first..last, and of the position of their segment."""
        words, parts = self.words, self.parts
        part, end = parts[first], parts[last]
        opening, closing = bisect_left(parts, part), bisect_right(parts, end)
        before = [w for w in words[opening:first] if w.folds]
        after = [w for w in words[last + 1 : closing] if w.folds]
        return [
            *(end - part, len(before), len(after)),
            words[first - 1].kind if opening < first else 0,
            words[last + 1].kind if last + 1 < closing else 0,
            before[-1].rarity if before else NO_WORD,
            after[0].rarity if after else NO_WORD,
            *(int(words[opening].kind == UNIT), part, parts[-1] - end, len(words)),
        ]

    def _overlapping(self, window: Window) -> tuple[int, int, int]:
        """The number of windows that contain a window, of those without a separator, and of those that cross it."""
        first, last = window.first, window.last
        within = exact = across = 0
        for other in self.windows:
            if other.first > last:
                break
            if other.first <= first and last <= other.last:
                if other.words > window.words:
                    within += 1
                    is_whole = self.parts[other.first] == self.parts[other.last]
                    exact += is_whole and min(other.bearers.values())[0] <= ALIAS_RANK
            elif other.first < first <= other.last or (first < other.first and last < other.last):
                across += 1
        return within, exact, across


def _rivals(row: int, window: Window, known: dict[int, tuple[int, int]]) -> tuple[int, int, int, int]:
    """The competitors of a row for a name: four counts.

    All rows with the name; those with the same rank and equally matching country and city; those with the same rank and
    better matching country and city; those with a better rank.
    """
    if len(known) == 1:
        return 1, 1, 0, 0
    rank, here = window.bearers[row][0], known[row]
    others = [(known[other], borne[0]) for other, borne in window.bearers.items()]
    equals = sum(r == rank and k == here for k, r in others)
    better = sum(r == rank and k > here for k, r in others)
    return len(others), equals, better, sum(r < rank for _, r in others)
