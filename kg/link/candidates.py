"""Which organisations of the register a string of affiliations may name, and what speaks for each: whole numbers.

A name is looked for in two ways: by its letters (the register's keys), and by the beginnings of its words in any
order, so that "Inst. of Petrochem. Technol., Beijing" and "Bonn University" find what they mean. The feature names
stand in FEATURES; `kg.link.ror` scores them.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from functools import cache, cached_property, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from kg.compiled import kept, stamp
from kg.link.institutions import (
    ACRONYM,
    ACRONYM_RANK,
    ALIAS_RANK,
    SHORTENED,
    Register,
    Words,
    fold_word,
)

STEM = 4  # letters of a word by which names are found in any order
IN_ANY_ORDER = SHORTENED + SHORTENED  # the rank of a name found so
_LONGEST = 14  # words of the longest name
_CROSSED = 2  # separators inside a name
_READ = 500  # words of a string that are read: all of any affiliation, and a bound on what a hostile string costs
_LEAST_ALIKE = 50  # percent of words that a name found in any order shares with the string
_MARKUP = re.compile(r"<[^<>]{0,40}>|#[A-Z]{1,4}#|&#?\w{1,8};")
_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W\d_\u3400-\u9fff\uf900-\ufaff]+|\d+")
_GLUED = re.compile(r"(?<=[a-zà-ÿ]{3})(?=[A-ZÀ-Þ][a-zà-ÿ]{2})")
_BREAK = re.compile(r"[,;:()|/\[\]{}\n\t•·†‡§¶*，；、。：（）\"“”«»]|\s[-–—]\s")
_BRACKET = re.compile(r"\s*\([^()]*\)")
_DIGIT, _FUNCTION, _OF, _AND, _UNIT, _HEAD, _PLACE, _CAPITAL, _SMALL = range(
    1, 10
)  # kinds of neighbouring words; 0 none
_TYPES = "acefghno"  # ROR's types by their first letters
_NO_WORD = -1  # what stands for the rarity of a neighbour that is not there

FEATURES = (
    *("rank", "alike", "least", "bearers", "equals", "better", "ranked_before"),
    *("words", "letters", "rarest", "rarity", "learned", "heads", "lab", "units", "begins_unit", "begins_head"),
    *("ends_head", "begins_lab", "place", "digit", "crossed", "before", "after", "previous", "next"),
    *("previous_rarity", "next_rarity", "opens_unit", "part", "parts_after", "string_words", "within", "within_name"),
    *("across", "upper", "capital", "shouted"),
    *("country", "city", "countries", "compatriots", "children", "wholes", "is_whole", "times", "aliases", "stub"),
    *("has_country", "rows", *(f"type_{letter}" for letter in "acefghno")),
)


class Word(NamedTuple):
    """What a word of a string contributes; a function word has no letters."""

    key: str  # folded letters, joined
    stems: int  # sum of the numbers of its folds' beginnings
    folds: tuple[str, ...]
    kind: int
    rarity: int


class Window(NamedTuple):
    """Words first..last of a string that are a name of some rows of the register."""

    first: int
    last: int
    words: int
    key: str
    bearers: dict[int, tuple[int, int, int]]  # row -> rank of the name, its likeness, that of its least word


class Candidate(NamedTuple):
    """A row of the register that words first..last (places in the string: start, end) may name."""

    row: int
    first: int
    last: int
    features: list[int]


class Facts(NamedTuple):
    """What is asked again and again of a row."""

    id: str
    country: str
    city: str  # folded words between spaces, "" when unknown
    types: tuple[int, ...]
    parents: frozenset[str]
    above: frozenset[str]
    aliases: int
    is_stub: bool


@lru_cache(maxsize=65536)
def number(fold: str) -> int:
    """The number of a word's beginning; the sum over a name's words does not depend on their order."""
    stem = fold.replace("ae", "a").replace("oe", "o").replace("ue", "u")[:STEM]
    return int.from_bytes(blake2b(stem.encode(), digest_size=6).digest(), "big")


def split(text: str) -> list[tuple[str, int, int]]:
    """The words of a text with their places; what is glued ("UniversityParis", "Road12") is taken apart."""
    out = []
    for match in _WORD.finditer(text):
        word, at = match.group(), match.start()
        if len(word) < 7 or word[1:].islower() or word.isupper():
            out.append((word, at, match.end()))
            continue
        for piece in _GLUED.split(word):
            out.append((piece, at, at + len(piece)))
            at += len(piece)
    return out


def folded(text: str, words: Words) -> list[str]:
    """The folded words of a name, function words left out, abbreviations spelt out."""
    out: list[str] = []
    for word, _, _ in split(text):
        fold = fold_word(word)
        if fold not in words.function:
            out += words.abbreviation.get(fold, (fold,))
    return out


class Names:
    """The names of a register by the beginnings of their words, with how rare each word is."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.words = register.words
        made_from = register.stamp + stamp([Path(__file__)])
        state = kept("institutions", blake2b(made_from, digest_size=32).digest(), self._made)
        self.by_stems: dict[int, list[int]] = state["stems"]
        self._rarity: dict[str, int] = state["rarity"]
        self._children: dict[str, int] = state["children"]
        self._rows = state["rows"]
        self.facts = lru_cache(maxsize=20000)(self._facts)
        self.word = lru_cache(maxsize=65536)(self._word)
        self.spellings = lru_cache(maxsize=20000)(self._spellings)

    def _made(self) -> dict[str, Any]:
        """The index, from the register's rows; takes seconds."""
        by_stems: dict[int, list[int]] = {}
        seen: Counter[str] = Counter()
        children: Counter[str] = Counter()
        for at, row in enumerate(self.register.rows):
            names = _spelt(row, self.words)
            seen.update({fold for name in names for fold in name})
            children.update(row.split("\t", 5)[4].split())
            for key in {sum(map(number, name)) for name in names if len(name) > 1}:
                by_stems.setdefault(key, []).append(at)
        rows = {row[:9]: at for at, row in enumerate(self.register.rows)}
        most = math.log(len(rows) + 1)
        rarity = {fold: round(10 * (most - math.log(1 + n))) for fold, n in seen.items()}
        return {"stems": by_stems, "rarity": rarity, "children": dict(children), "rows": rows}

    def rarity(self, fold: str) -> int:
        """Ten times the logarithm of the inverse share of rows with a word."""
        return self._rarity.get(fold, 120)

    def children(self, row: int) -> int:
        return self._children.get(self.register.rows[row][:9], 0)

    def _spellings(self, row: int) -> list[list[str]]:
        return _spelt(self.register.rows[row], self.words)

    def _facts(self, row: int) -> Facts:
        ror, country, city, types, parents, _, _, others = self.register.rows[row].split("\t")
        above: set[str] = set()
        queue = parents.split()
        while queue:
            parent = queue.pop()
            if parent not in above:
                above.add(parent)
                if parent in self._rows:
                    queue += self.register.rows[self._rows[parent]].split("\t", 5)[4].split()
        place = f" {' '.join(folded(city, self.words))} " if city else ""
        letters = tuple(int(letter in types) for letter in _TYPES)
        return Facts(
            ror,
            country,
            place,
            letters,
            frozenset(parents.split()),
            frozenset(above),
            others.count("|") + bool(others),
            not types,
        )

    def _word(self, word: str) -> Word:
        fold = fold_word(word)
        if fold in self.words.function:
            return Word("", 0, (), _AND if fold == "and" else _OF if fold == "of" else _FUNCTION, _NO_WORD)
        folds = self.words.abbreviation.get(fold, (fold,))
        kind = _CAPITAL if word[0].isupper() else _SMALL
        if fold.isdigit():
            kind = _DIGIT
        elif folds[0] in self.words.unit:
            kind = _UNIT
        elif folds[0] in self.words.head:
            kind = _HEAD
        elif self.register.is_place(folds[0]):
            kind = _PLACE
        return Word("".join(folds), sum(map(number, folds)), folds, kind, max(map(self.rarity, folds)))

    @cached_property
    def own(self) -> dict[str, int]:
        """The rows of the additions' names, by key; a place ("Princeton") stands for no university in an address."""
        own = self.register.own_keys.items()
        return {key: self._rows[c[4:]] for key, c in own if c[4:] in self._rows and not self.register.is_place(key)}


def _spelt(row: str, words: Words) -> list[list[str]]:
    """The names of a row as folded words, acronyms left out; with brackets and without."""
    english, chinese, others = row.split("\t")[5:]
    names = [n for n in (english, chinese, *others.split("|")) if n and not n.startswith(ACRONYM)]
    names += [bare for n in names if (bare := _BRACKET.sub("", n).strip()) not in ("", n)]
    return [spelt for name in names if (spelt := folded(name, words))]


class Reading:
    """A string taken apart: its words, the parts they stand in, the countries it names, the names in it."""

    def __init__(self, text: str, names: Names) -> None:
        self.names = names
        self.register = names.register
        self.text = _MARKUP.sub(lambda m: " " * len(m[0]), text)
        pieces = split(self.text)[:_READ]
        self.raw = [word for word, _, _ in pieces]
        self.places = [(start, end) for _, start, end in pieces]
        self.words = [names.word(word) for word in self.raw]
        self.parts: list[int] = []
        part, end = 0, 0
        for _, start, after in pieces:
            if start - end > 0 and end and self.text[end:start] != " " and _BREAK.search(self.text, end, start):
                part += 1
            self.parts.append(part)
            end = after
        self.flat = f" {' '.join(f for w in self.words for f in w.folds)} "
        self.countries: set[str] = set()
        self.windows = self._windows()

    def _windows(self) -> list[Window]:
        """All runs of words that are a name of somebody, by letters or by the beginnings of the words."""
        out = []
        words, parts = self.words, self.parts
        index, own, stems = self.register.index, self.names.own, self.names.by_stems
        countries = self.register.countries
        for first, word in enumerate(words):
            if not word.key:
                continue
            key, total, count = "", 0, 0
            furthest = parts[first] + _CROSSED
            for last in range(first, min(len(words), first + _LONGEST)):
                word = words[last]
                if not word.key:
                    continue
                if parts[last] > furthest:
                    break
                key += word.key
                total += word.stems
                count += 1
                if key in countries and (len(key) > 2 or self.raw[first].isupper()):
                    self.countries.add(countries[key])
                if (key in index or key in own or (count > 1 and total in stems)) and not self._goes_on(last):
                    bearers = self._bearers(first, last, key, total if count > 1 else 0)
                    if bearers:
                        out.append(Window(first, last, count, key, bearers))
        return out

    def _goes_on(self, last: int) -> bool:
        """Whether a name's last word is one like "University" and "of" follows: "Nanjing University [of Posts]"."""
        if last + 2 >= len(self.words) or self.words[last].kind != _HEAD or self.words[last + 1].kind != _OF:
            return False
        return self.parts[last] == self.parts[last + 2]

    def _bearers(self, first: int, last: int, key: str, total: int) -> dict[int, tuple[int, int, int]]:
        """Who bears a run of words as a name."""
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
        return out

    def candidates(self) -> list[Candidate]:
        """Every row that a run of words may name, with its features."""
        facts = self.names.facts
        times = Counter(row for window in self.windows for row in window.bearers)
        ids = {facts(row).id for row in times}
        parents = {parent for row in times for parent in facts(row).parents}
        named = (w for w in self.windows if w.words > 1)
        sure = {row for w in named for row, borne in w.bearers.items() if borne[0] <= ALIAS_RANK}
        lands = Counter(facts(row).country for row in sure)
        out = []
        for window in self.windows:
            shared = self._shared(window)
            known = {row: self._known(facts(row), window) for row in window.bearers}
            for row, borne in window.bearers.items():
                fact = facts(row)
                of_string = (
                    *(len(self.countries), lands[fact.country] - (row in sure), self.names.children(row)),
                    *(len(fact.above & ids), int(fact.id in parents), times[row], fact.aliases),
                    *(int(fact.is_stub), int(bool(fact.country)), len(times)),
                )
                rivals = _rivals(row, window, known)
                features = [*borne, *rivals, *shared, *known[row], *of_string, *fact.types]
                out.append(Candidate(row, window.first, window.last, features))
        return out

    def _known(self, fact: Facts, window: Window) -> tuple[int, int]:
        """Whether the string names an organisation's country (another's: -1) and city (2 outside its name, 1 in it)."""
        country = 0
        if fact.country and self.countries:
            country = 1 if fact.country in self.countries else -1
        if not fact.city or fact.city not in self.flat:
            return country, 0
        run = f" {' '.join(f for w in self.words[window.first : window.last + 1] for f in w.folds)} "
        return country, 1 + (self.flat.count(fact.city) > run.count(fact.city))

    def _shared(self, window: Window) -> list[int]:
        """The features that all bearers of a name share: of the name itself, of what stands around it."""
        first, last = window.first, window.last
        run = [w for w in self.words[first : last + 1] if w.key]
        kinds = [w.kind for w in run]
        rarities = [w.rarity for w in run]
        ends = [w.folds[-1] for w in run]
        words = self.names.words
        raw = self.text[self.places[first][0] : self.places[last][1]]
        return [
            *(window.words, len(window.key), max(rarities), sum(rarities)),
            *(int(not words.learned.isdisjoint(ends)), kinds.count(_HEAD), int(not words.lab.isdisjoint(ends))),
            *(kinds.count(_UNIT), int(kinds[0] == _UNIT), int(kinds[0] in (_HEAD, _UNIT))),
            *(int(kinds[-1] in (_HEAD, _UNIT)), int(run[0].folds[0] in words.lab)),
            *(int(self.register.is_place(window.key)), int(_DIGIT in kinds)),
            *self._around(first, last),
            *self._overlapping(window),
            *(int(raw.isupper()), int(raw[0].isupper()), int(self.text.isupper())),
        ]

    def _around(self, first: int, last: int) -> list[int]:
        """What stands beside words first..last in their part of the string, and where that part stands."""
        words, parts = self.words, self.parts
        part, end = parts[first], parts[last]
        opening, closing = bisect_left(parts, part), bisect_right(parts, end)
        before = [w for w in words[opening:first] if w.key]
        after = [w for w in words[last + 1 : closing] if w.key]
        return [
            *(end - part, len(before), len(after)),
            words[first - 1].kind if opening < first else 0,
            words[last + 1].kind if last + 1 < closing else 0,
            before[-1].rarity if before else _NO_WORD,
            after[0].rarity if after else _NO_WORD,
            *(int(words[opening].kind == _UNIT), part, parts[-1] - end, len(words)),
        ]

    def _overlapping(self, window: Window) -> tuple[int, int, int]:
        """How many names contain a name, how many of them without a separator, how many cross it."""
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
    """How many bear a name, how many as well and in as fitting a place, how many in a better one, how many better."""
    if len(known) == 1:
        return 1, 1, 0, 0
    rank, here = window.bearers[row][0], known[row]
    others = [(known[other], borne[0]) for other, borne in window.bearers.items()]
    equals = sum(r == rank and k == here for k, r in others)
    better = sum(r == rank and k > here for k, r in others)
    return len(others), equals, better, sum(r < rank for _, r in others)


def likeness(run: list[str], name: list[str]) -> tuple[int, int]:
    """How like the words of a run are to those of a name, in percent: all of them, and the least of them.

    A word counts whole in its place, two thirds in another or when one is the beginning of the other, else by the
    letters with which both begin, a third at most.
    """
    if len(run) != len(name):
        return 0, 0
    there = set(run)
    scores = [
        100 if mine == theirs else 67 if theirs in there else max(_shared_letters(theirs, word) for word in run)
        for mine, theirs in zip(run, name, strict=True)
    ]
    return sum(scores) // len(scores), min(scores)


def _shared_letters(one: str, other: str) -> int:
    if one.startswith(other) or other.startswith(one):
        return 67
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return 33 * same // max(len(one), len(other))


@cache
def names() -> Names:
    """The names of the register that ships."""
    return Names(Register.load())
