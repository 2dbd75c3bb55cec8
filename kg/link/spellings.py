"""An index of the register's names by word stems, full and shortened, and facts about each row.

"Inst. of Petrochem. Technol.", "Bonn University" and "Università di Firenze" are found because names are indexed as an
unordered set of words, by four letters of each, in one language. Abbreviations are expanded to the usual words of the
register, foreign words for "national" or "hospital" are translated (`ontology/words.ttl`), and foreign names of cities
are learned from the register's aliases. "Weizmann Institute" and "University of California ... Berkeley" are found
because names are also indexed without their city, their ending or a common word.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache, cached_property, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from kg.compiled import kept, stamp
from kg.link.organisation_words import OrganisationWords, fold_word
from kg.link.register import ACRONYM, Register
from kg.text import Remembered

STEM = 4  # letters of a word in the index
NO_WORD = -1  # rarity of a missing neighbour
DIGIT, FUNCTION, OF, AND, UNIT, HEAD, PLACE, CAPITAL, SMALL = range(1, 10)  # kinds of neighbouring words; 0 for none
WITHOUT_CITY, BEGINNING, WITHOUT_WORD = range(3)  # kinds of shortened names
_WAYS = 4  # a row and a kind of shortening are packed in one number
TYPES = "acefghno"  # ROR's types by their initials
LISTS = "fiw"  # the registers that know an organisation: Crossref funders, ISNI, Wikidata
_TELLING = 60  # lowest rarity of a word that a shortened name must contain
_COMMON = 45  # highest rarity of a word that may be dropped
_BEARERS = 2  # rows that may share a beginning
_SHORT = 3  # letters of an abbreviation before a full stop
_UNSPELT = 0.4  # lowest share of the most common word among those with an abbreviation's letters
_SEEN, _SURE = 3, 0.6  # lowest number of rows with another name of a city, and lowest share of its rows
_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W\d_\u3400-\u9fff\uf900-\ufaff]+|\d+")
_GLUED = re.compile(r"(?<=[a-zà-ÿ]{3})(?=[A-ZÀ-Þ][a-zà-ÿ]{2})")
_BRACKET = re.compile(r"\s*\([^()]*\)")


class WordFeatures(NamedTuple):
    """The features of a word in a string; a function word has no key, a filler no folds."""

    key: str  # folded letters, joined
    stems: int  # sum of the hashes of its stems
    folds: tuple[str, ...]
    kind: int
    rarity: int


class RowFacts(NamedTuple):
    """Facts about a row that are looked up often."""

    id: str
    country: str
    city: str  # folded words with surrounding spaces, "" if unknown
    types: tuple[int, ...]
    parents: frozenset[str]
    above: frozenset[str]
    aliases: int
    children: int
    is_stub: bool
    lists: tuple[int, ...]  # whether each register of LISTS knows it


@lru_cache(maxsize=65536)
def number(fold: str) -> int:
    """A hash of a word's stem; the sum over the words of a name does not depend on their order."""
    stem = fold.replace("ae", "a").replace("oe", "o").replace("ue", "u")[:STEM]
    return int.from_bytes(blake2b(stem.encode(), digest_size=6).digest(), "big")


def split(text: str) -> list[tuple[str, int, int]]:
    """The words of a text with their spans; glued words ("UniversityParis", "Road12") are split."""
    out = []
    for match in _WORD.finditer(text):
        word = match[0]
        at, end = match.span()
        if end - at < 7 or word[1:].islower() or word.isupper():
            out.append((word, at, end))
            continue
        for piece in _GLUED.split(word):
            out.append((piece, at, at + len(piece)))
            at += len(piece)
    return out


def folded(text: str, words: Remembered[tuple[str, ...]]) -> list[str]:
    """The folded words of a name in English; `words` is the cache of `folding`."""
    return [fold for word in _WORD.findall(text) for fold in words[word]]


def folding(words: OrganisationWords) -> Remembered[tuple[str, ...]]:
    """A cache of folded words: function words and fillers are dropped, abbreviations expanded, glued words split."""
    return Remembered(lambda word: tuple(f for piece, _, _ in split(word) for f in _folds(fold_word(piece), words)))


def _folds(fold: str, words: OrganisationWords) -> tuple[str, ...]:
    if fold in words.function or fold in words.filler:
        return ()
    return words.translation.get(fold) or words.abbreviation.get(fold) or (fold,)


class RegisterNames:
    """The register's names indexed by word stems, with the rarity of each word."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.words = register.words
        self._folding = folding(register.words)
        made_from = register.stamp + stamp([Path(__file__)])
        state = kept("institutions", blake2b(made_from, digest_size=32).digest(), self._made)
        self.by_stems: dict[int, list[int]] = state["stems"]  # also has each key of `shortened`
        self.shortened: dict[int, list[int]] = state["shortened"]
        self._cities: dict[str, str] = state["cities"]
        self._unspelt: dict[str, str] = state["unspelt"]
        self._rarity: dict[str, int] = state["rarity"]
        self._children: dict[str, int] = state["children"]
        self._rows = state["rows"]
        self.facts = lru_cache(maxsize=20000)(self._facts)
        self.word = lru_cache(maxsize=65536)(self._word)
        self.spellings = lru_cache(maxsize=20000)(self._spellings)

    def _made(self) -> dict[str, Any]:
        """The index, built from the register's rows; takes seconds."""
        by_stems: dict[int, list[int]] = {}
        seen: Counter[str] = Counter()
        children: Counter[str] = Counter()
        self._cities = _other_cities(self.register.rows, self._folding)
        spelt = [self._spelt(row) for row in self.register.rows]
        for at, (row, names) in enumerate(zip(self.register.rows, spelt, strict=True)):
            seen.update({fold for name in names for fold in name})
            children.update(row.split("\t", 5)[4].split())
            for key in {sum(map(number, name)) for name in names if len(name) > 1}:
                by_stems.setdefault(key, []).append(at)
        rows = {row[:9]: at for at, row in enumerate(self.register.rows)}
        most = math.log(len(rows) + 1)
        self._rarity = {fold: round(10 * (most - math.log(1 + n))) for fold, n in seen.items()}
        shortened = self._shortened(spelt, by_stems)
        for key in shortened:
            by_stems.setdefault(key, [])
        return {
            "stems": by_stems,
            "shortened": shortened,
            "cities": self._cities,
            "unspelt": _unspelt(seen),
            "rarity": self._rarity,
            "children": dict(children),
            "rows": rows,
        }

    def _shortened(self, spelt: list[list[list[str]]], by_stems: dict[int, list[int]]) -> dict[int, list[int]]:
        """Shortened names without their city, ending or a common word: hash -> rows times _WAYS plus the kind."""
        found: dict[tuple[str, ...], dict[int, int]] = {}
        for at, names in enumerate(spelt):
            city = self.spell(self.register.rows[at].split("\t", 3)[2])
            for name in names:
                for way, short in self._shorter(name, city):
                    ways = found.setdefault(tuple(sorted(short)), {})
                    ways[at] = min(way, ways.get(at, way))
        whole = {tuple(sorted(name)) for names in spelt for name in names}
        out: dict[int, list[int]] = {}
        for short_name, ways in found.items():
            key = sum(map(number, short_name))
            is_taken = short_name in whole or sum(way != WITHOUT_CITY for way in ways.values()) > _BEARERS
            for at, way in ways.items():
                if (way == WITHOUT_CITY or not is_taken) and at not in by_stems.get(key, ()):
                    out.setdefault(key, []).append(at * _WAYS + way)
        return out

    def _shorter(self, name: list[str], city: list[str]) -> list[tuple[int, list[str]]]:
        """The ways to shorten a name of more than two words so that it still identifies its bearer."""
        out = []
        places = [i for i in range(len(name)) if city and name[i : i + len(city)] == city]
        for i in places[:1]:
            out.append((WITHOUT_CITY, name[:i] + name[i + len(city) :]))
        heads = [i for i, fold in enumerate(name) if fold in self.words.head]
        shorter = []
        if heads and 0 < heads[0] < len(name) - 1 and name[heads[0]] not in self.words.learned:
            shorter.append((BEGINNING, name[: heads[0] + 1]))
        for i, fold in enumerate(name):
            rest = name[:i] + name[i + 1 :]
            # "Max Planck" may stand for its society, "Buenos Aires" not for its university
            is_place = not city or not set(city).isdisjoint(rest)
            if self.rarity(fold) <= _COMMON and heads and (heads != [i] or not is_place):
                shorter.append((WITHOUT_WORD, rest))
        out += [(way, short) for way, short in shorter if max(map(self.rarity, short), default=0) >= _TELLING]
        return [(way, short) for way, short in out if len(short) > 1]

    def shortened_rows(self, total: int) -> list[tuple[int, int]]:
        """The rows with a shortened name of the given hash, each with the kind of shortening."""
        return [divmod(both, _WAYS) for both in self.shortened.get(total, ())]

    def rarity(self, fold: str) -> int:
        """Ten times the logarithm of the inverse share of rows with a word."""
        return self._rarity.get(fold, 120)

    def of(self, ids: Iterable[str]) -> frozenset[int]:
        """The rows of those ROR ids that the register has."""
        return frozenset(self._rows[i] for i in ids if i in self._rows)

    def spell(self, text: str) -> list[str]:
        """`folded` with English names of cities."""
        return [self._cities.get(fold, fold) for fold in folded(text, self._folding)]

    def _spellings(self, row: int) -> list[list[str]]:
        return self._spelt(self.register.rows[row])

    def _spelt(self, row: str) -> list[list[str]]:
        """The names of a row as folded words, without acronyms; with brackets and without."""
        return [spelt for name in _full_names(row) if (spelt := self.spell(name))]

    def _facts(self, row: int) -> RowFacts:
        ror, country, city, types, parents, _, _, others, lists = self.register.rows[row].split("\t")
        above: set[str] = set()
        queue = parents.split()
        while queue:
            parent = queue.pop()
            if parent not in above:
                above.add(parent)
                if parent in self._rows:
                    queue += self.register.rows[self._rows[parent]].split("\t", 5)[4].split()
        place = f" {' '.join(self.spell(city))} " if city else ""
        letters = tuple(int(letter in types) for letter in TYPES)
        return RowFacts(
            ror,
            country,
            place,
            letters,
            frozenset(parents.split()),
            frozenset(above),
            others.count("|") + bool(others),
            self._children.get(ror, 0),
            not types,
            tuple(int(letter in lists) for letter in LISTS),
        )

    def _word(self, word: str) -> WordFeatures:
        """The features of a word; one that ends in a full stop is an abbreviation."""
        fold = fold_word(word)
        if fold[-1] == ".":
            fold = fold[:-1]
            if fold not in self.words.abbreviation and fold not in self.words.function:
                fold = self._unspelt.get(fold, fold)
        if fold in self.words.function:
            return WordFeatures("", 0, (), AND if fold == "and" else OF if fold == "of" else FUNCTION, NO_WORD)
        letters = self.words.abbreviation.get(fold, (fold,))
        folds = tuple(self._cities.get(f, f) for f in _folds(fold, self.words))
        if not folds:
            return WordFeatures("".join(letters), 0, (), FUNCTION, NO_WORD)
        kind = CAPITAL if word[0].isupper() else SMALL
        if fold.isdigit():
            kind = DIGIT
        elif folds[0] in self.words.unit:
            kind = UNIT
        elif folds[0] in self.words.head:
            kind = HEAD
        elif self.register.is_place(folds[0]):
            kind = PLACE
        return WordFeatures("".join(letters), sum(map(number, folds)), folds, kind, max(map(self.rarity, folds)))

    @cached_property
    def own(self) -> dict[str, int]:
        """The rows of the additions' names, by key; a place ("Princeton") is not a university in an address."""
        own = self.register.own_keys.items()
        return {key: self._rows[c[4:]] for key, c in own if c[4:] in self._rows and not self.register.is_place(key)}


def _full_names(row: str) -> list[str]:
    english, chinese, others = row.split("\t")[5:8]
    names = [n for n in (english, chinese, *others.split("|")) if n and not n.startswith(ACRONYM)]
    return names + [bare for n in names if (bare := _BRACKET.sub("", n).strip()) not in ("", n)]


def _other_cities(rows: list[str], words: Remembered[tuple[str, ...]]) -> dict[str, str]:
    """Other names of cities ("Firenze"): words of aliases in rows whose first name contains the city instead."""
    alike: Counter[tuple[str, str]] = Counter()
    seen: Counter[str] = Counter()
    for row in rows:
        first, *others = (folded(name, words) for name in _full_names(row))
        city = folded(row.split("\t", 3)[2], words)
        new = {fold for name in others for fold in name}.difference(first)
        seen.update(new.union(first))
        if len(city) == 1 and city[0] in first:
            lacking = {fold for name in others if city[0] not in name for fold in name}
            alike.update((fold, city[0]) for fold in lacking.intersection(new))
    return {
        fold: city
        for (fold, city), n in sorted(alike.items(), key=lambda one: one[1])
        if n >= _SEEN and n >= _SURE * seen[fold] and fold[0] == city[0]
    }


def _unspelt(seen: Counter[str]) -> dict[str, str]:
    """Expansions of abbreviations of two or three letters: the most common word with that beginning."""
    groups: dict[str, Counter[str]] = {}
    for fold, n in seen.items():
        if fold.isalpha():
            for letters in range(2, min(_SHORT, len(fold) - 1) + 1):
                groups.setdefault(fold[:letters], Counter())[fold] = n
    tops = {short: (*group.most_common(1)[0], group.total()) for short, group in groups.items()}
    return {short: fold for short, (fold, n, all_) in tops.items() if n >= _UNSPELT * all_ and n >= _SEEN * 10}


def likeness(run: list[str], name: list[str]) -> tuple[int, int]:
    """The similarity of a run of words to a name, in percent: overall, and of the least similar word.

    A word counts fully in its position, two thirds in another one or if one word is a prefix of the other, else by
    their common prefix, up to a third.
    """
    if len(run) != len(name):
        return 0, 0
    if run == name:
        return 100, 100
    there = set(run)
    scores = [
        100 if mine == theirs else 67 if theirs in there else max(_shared_letters(theirs, word) for word in run)
        for mine, theirs in zip(run, name, strict=True)
    ]
    return sum(scores) // len(scores), min(scores)


def likeness_to_part(run: list[str], names: list[list[str]]) -> tuple[int, int]:
    """The similarity of a run of words to some of a longer name's, in percent: overall, and of the worst word."""
    there = set(run)
    _, name = max((len(there.intersection(name)), name) for name in names)
    if len(run) >= len(name):
        return 0, 0
    scores = [100 if word in name else max(_shared_letters(word, theirs) for theirs in name) for word in run]
    return sum(scores) // len(scores), min(scores)


def _shared_letters(one: str, other: str) -> int:
    for same, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine != theirs:
            return 33 * same // max(len(one), len(other))
    return 67  # one is a prefix of the other


@cache
def names() -> RegisterNames:
    """The index of the register that ships with the package."""
    return RegisterNames(Register.load())
