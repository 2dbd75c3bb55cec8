"""The register of organisations: a trimmed ROR with the additions of `ontology/institutions.ttl`.

The register's file has a section of rows and a section of precomputed keys, so that loading it folds no names. A key is
the form in which names are compared: "Shanghai Jiaotong Univ." and "The Shanghai Jiao Tong University" have the same
key.
"""

from __future__ import annotations

import gzip
import itertools
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from kg.entity_types import data_folder
from kg.link.organisation_words import OrganisationWords, fold_word
from kg.model import KgError
from kg.text import has_han
from kg.vocabulary import read_concepts

#: Section marks of the register's file: rows, then countries, then keys.
COUNTRIES = "#countries"
KEYS = "#keys"
ACRONYM = "^"  # prefix of an acronym
LABEL_RANK, ALIAS_RANK, ACRONYM_RANK, SHORTENED = 0, 1, 2, 3

_TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+")
BRACKET = re.compile(r"\s*[(\uff08][^()\uff08\uff09]*[)\uff09]")
_ACRONYM_LAST = re.compile(r"\s[A-Z]{2,}$")
_MANY_PARTS = 10
_MANY_OTHERS = 3
_LONGEST = 200  # letters of a name that may be misspelt; no name is longer, and each letter costs fifty look-ups
_CUT = 12  # letters that may be missing from a truncated name
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class NameToken(NamedTuple):
    """A folded word of a name with its span; a function word has no folds."""

    folds: tuple[str, ...]
    start: int
    end: int


def name_tokens(text: str, words: OrganisationWords) -> list[NameToken]:
    """The folded words of a name; each Han character is a token."""
    out = []
    for match in _TOKEN.finditer(text):
        word = fold_word(match.group())
        folds = () if word in words.function else words.abbreviation.get(word, (word,))
        out.append(NameToken(folds, match.start(), match.end()))
    return out


def joined(tokens: Iterable[NameToken]) -> str:
    """The key of a run of tokens: their folds without spaces, so that "Net- working" is "networking"."""
    return "".join(f for t in tokens for f in t.folds)


def without_legal_form(tokens: list[NameToken], words: OrganisationWords) -> list[NameToken]:
    """Tokens without "Inc", "Co., Ltd", "有限公司" at the end, unless nothing would be left."""
    out = list(tokens)
    while out:
        han = next((n for n in (6, 5, 4, 3, 2) if len(out) > n and joined(out[-n:]) in words.legal), 0)
        if han:
            del out[-han:]
        elif len(out) > 1 and (not out[-1].folds or "".join(out[-1].folds) in words.legal):
            del out[-1]
        else:
            break
    return out


@dataclass(slots=True)
class Organisation:
    """An organisation; `curie` is its ROR id, or a minted one of `ontology/institutions.ttl`."""

    curie: str
    label: dict[str, str]  # preferred name by language
    alt: dict[str, list[str]] = field(default_factory=dict)
    country: str = ""  # ISO 3166 alpha-2
    city: str = ""
    types: str = ""  # initials of its ROR types: c company, e education, f facility, ...
    parents: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.label["en"]


@dataclass(slots=True)
class NameMatch:
    """The one organisation that a name refers to, and the reason."""

    organisation: Organisation
    reason: str

    @property
    def concept(self) -> str:
        return self.organisation.curie

    @property
    def name(self) -> str:
        return self.organisation.name


class Register:
    """All known organisations; `find` resolves a name, `candidates` lists the organisations that have it."""

    def __init__(
        self,
        rows: list[str],
        index: dict[str, str],
        countries: dict[str, str],
        own: list[Organisation],
        words: OrganisationWords,
    ) -> None:
        self.words = words
        names = {**countries, **words.country}
        self.countries = {joined(name_tokens(name, words)): code for name, code in names.items()}
        self.rows = rows
        self.index = index
        self._own = {o.curie: o for o in own}
        self.own_keys: dict[str, str] = {}
        for organisation in own:
            for label in (*organisation.label.values(), *(a for alts in organisation.alt.values() for a in alts)):
                self.own_keys.setdefault(joined(name_tokens(label, words)), organisation.curie)

    @staticmethod
    @cache
    def load() -> Register:
        """The register that ships with the package."""
        return Register.read(data_folder("data") / "register.tsv.gz", data_folder("ontology") / "institutions.ttl")

    @staticmethod
    def read(register: Path, additions: Path) -> Register:
        """A register from its file and a Turtle file with additions; raises KgError if one is missing."""
        for path in (register, additions):
            if not path.is_file():
                raise KgError(f"The register of institutions lacks its file {path.name}: install kg again.")
        text = gzip.decompress(register.read_bytes()).decode()
        rows, _, rest = text.partition(f"{COUNTRIES}\n")
        countries, _, index = rest.partition(f"{KEYS}\n")
        return Register(
            rows.split("\n")[:-1],
            _pairs(index),
            _pairs(countries),
            read_additions(additions),
            OrganisationWords.load(),
        )

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, curie: str) -> Organisation:
        """The organisation of a CURIE; the additions' names take precedence over those of ROR."""
        if curie in self._own:
            own = self._own[curie]
            row = self._by_curie.get(curie)
            return own if row is None else _merged(own, self._organisation(row))
        return self._organisation(self._by_curie[curie])

    def __contains__(self, curie: str) -> bool:
        return curie in self._own or curie in self._by_curie

    def has(self, key: str) -> bool:
        return key in self.own_keys or key in self.index

    def country(self, key: str) -> str:
        """The two-letter code of a country by the key of its name, or ""."""
        return self.countries.get(key, "")

    def brand(self, organisation: Organisation) -> Organisation:
        """The additions' entry of a company: "IBM (Germany)" becomes IBM."""
        if "c" not in organisation.types and organisation.types:
            return organisation
        return self.own(joined(name_tokens(organisation.name, self.words))) or organisation

    def is_place(self, key: str) -> bool:
        """Whether a key is that of a city or country of the register."""
        return key in self._places or key in self.countries

    @property
    def additions(self) -> dict[str, Organisation]:
        """The organisations of the ontology by CURIE, not merged with ROR."""
        return self._own

    def is_umbrella(self, organisation: Organisation) -> bool:
        """Whether a non-teaching organisation has many institutes (an academy of sciences)."""
        return "e" not in organisation.types and self._parts.get(organisation.curie, 0) >= _MANY_PARTS

    def own(self, key: str) -> Organisation | None:
        """The organisation of the additions with a given key."""
        found = self.own_keys.get(key)
        return self[found] if found else None

    def candidates(self, key: str, worst: int = SHORTENED + ACRONYM_RANK) -> list[Organisation]:
        """The organisations with a given key, of the best rank only: label before alias before acronym."""
        if key in self.own_keys:
            return [self[self.own_keys[key]]]
        entry = self.index.get(key)
        if not entry:
            return []
        ranked = [(int(part[-1]), int(part[:-1], 36)) for part in entry.split(" ")]
        best = min(rank for rank, _ in ranked)
        return [self._known(row) for rank, row in ranked if rank == best] if best <= worst else []

    def rank(self, key: str) -> int:
        """The best rank of a key: 0 label, 1 alias, 2 acronym, more if shortened."""
        if key in self.own_keys:
            return LABEL_RANK
        return min((int(part[-1]) for part in self.index.get(key, "9").split(" ")), default=9)

    def find(self, name: str, country_hint: str | None = None) -> NameMatch | None:
        """The one organisation that a name refers to, or None if there is none or several.

        `country_hint` is a two-letter code that disambiguates organisations of the same name.
        """
        tokens = name_tokens(name, self.words)
        bare = name_tokens(BRACKET.sub(" ", name), self.words)
        tried: set[str] = set()
        for kind, run in (
            ("", tokens),
            ("without brackets, ", bare),
            ("without its legal form, ", without_legal_form(bare, self.words)),
        ):
            key = joined(run)
            if key in tried or not self.has(key):
                continue
            tried.add(key)
            if self._goes_on(run, name, key):
                return None
            match = None if self.is_vague(key) else self.chosen(self.candidates(key), country_hint)
            return NameMatch(match.organisation, kind + match.reason) if match else None
        is_whole = bool(_ACRONYM_LAST.search(name)) and not name.isupper()  # "Laboratoire AIM", not "Laboratoire Aimé"
        return self._misspelt(joined(bare), country_hint) or (None if is_whole else self._truncated(bare))

    def _goes_on(self, run: list[NameToken], name: str, key: str) -> bool:
        """Whether a name is the beginning of a longer one, not spelled like its bearers' ("University of North")."""
        if not any(not t.folds for t in run[1:]):
            return False
        text = _as_written(name)
        bearers = (
            n for o in self.candidates(key) for n in (*o.label.values(), *(a for alt in o.alt.values() for a in alt))
        )
        if any(_as_written(n).startswith(text) for n in bearers):
            return False
        at = bisect_left(self._sorted, key) + 1
        following = itertools.islice(self._sorted, at, at + _MANY_PARTS)
        longer = (o.name for k in following if k.startswith(key) for o in self.candidates(k))
        return any(_as_written(n).startswith(f"{text} ") for n in longer)

    def is_vague(self, key: str, *, is_abroad: bool = False) -> bool:
        """Whether an alias is also the beginning of many other names ("Institute of Science").

        So is a name itself, where an address is in another country than its bearer (`is_abroad`).
        """
        if key in self.own_keys or (self.rank(key) != ALIAS_RANK and not is_abroad):
            return False
        at = bisect_left(self._sorted, key) + 1
        return all(
            i < len(self._sorted) and self._sorted[i].startswith(key) for i in range(at, at + _MANY_OTHERS)
        ) and (is_abroad or not any(self._begins(o, key) for o in self.candidates(key)))

    def _begins(self, organisation: Organisation, key: str) -> bool:
        """Whether the name of an organisation begins with the words of a key."""
        return bool(organisation.name) and joined(name_tokens(organisation.name, self.words)).startswith(key)

    def chosen(self, found: list[Organisation], country_hint: str | None = None) -> NameMatch | None:
        """The one organisation among several: the only one, the ancestor of all others, or the one in the country."""
        if len(found) == 1:
            source = "the vocabulary" if found[0].curie in self._own else "ROR"
            return NameMatch(found[0], f"a name of {found[0].name!r} in {source}, and of no other")
        for organisation in found:
            if all(organisation is o or organisation.curie in self._ancestors(o) for o in found):
                return NameMatch(
                    organisation, f"a name of {organisation.name!r} in ROR, parent of the others that bear it"
                )
        here = [o for o in found if country_hint and o.country == country_hint]
        if len(here) == 1:
            return NameMatch(here[0], f"a name of {here[0].name!r} in ROR, and of no other in {country_hint}")
        return None

    def _misspelt(self, key: str, country_hint: str | None) -> NameMatch | None:
        """The match of a long name after one edit: a wrong, missing or extra letter, or two swapped letters."""
        if not 12 <= len(key) <= _LONGEST or not key.isascii():
            return None
        for edits in (_slips(key), _replacements(key)):
            found = {o.curie: o for k in edits if k in self.index for o in self.candidates(k, ALIAS_RANK)}
            if found:
                match = self.chosen(list(found.values()), country_hint)
                return NameMatch(match.organisation, f"one letter off, {match.reason}") if match else None
        return None

    def _truncated(self, tokens: list[NameToken]) -> NameMatch | None:
        """The match of a truncated name ("University of Hong"), if it is unique."""
        key = joined(tokens)
        if len(tokens) < 2 or len(key) < 12 or not any(f in self.words.head for t in tokens for f in t.folds):
            return None
        at = bisect_left(self._sorted, key)
        found = []
        while at < len(self._sorted) and self._sorted[at].startswith(key):
            if self.rank(self._sorted[at]) == LABEL_RANK:
                found.append(self._sorted[at])
            at += 1
        if not found or len(found[0]) > len(key) + _CUT or not all(k.startswith(found[0]) for k in found):
            return None
        match = self.chosen(self.candidates(found[0], LABEL_RANK))
        return NameMatch(match.organisation, f"cut off, only {match.name!r} begins so") if match else None

    def _known(self, row: int) -> Organisation:
        curie = f"ror:{self.rows[row][:9]}"
        return self[curie] if curie in self._own else self._organisation(row)

    def _ancestors(self, organisation: Organisation) -> set[str]:
        out: set[str] = set()
        queue = list(organisation.parents)
        while queue:
            parent = queue.pop()
            if parent not in out and parent in self:
                out.add(parent)
                queue.extend(self[parent].parents)
        return out

    def is_part(self, part: Organisation, whole: Organisation) -> bool:
        """Whether an organisation belongs to another, by the register's relations."""
        return whole.curie in self._ancestors(part)

    def _organisation(self, row: int) -> Organisation:
        ror, country, city, types, parents, english, chinese, others, _ = self.rows[row].split("\t")
        label = {"en": english}
        if chinese:
            label["zh"] = chinese
        alt: dict[str, list[str]] = {}
        for other in others.split("|") if others else ():
            name = other.removeprefix(ACRONYM)
            alt.setdefault("zh" if has_han(name) else "en", []).append(name)
        above = tuple(f"ror:{p}" for p in parents.split())
        return Organisation(f"ror:{ror}", label, alt, country, city, types, above)

    @cached_property
    def _by_curie(self) -> dict[str, int]:
        return {f"ror:{row[:9]}": at for at, row in enumerate(self.rows)}

    @cached_property
    def _parts(self) -> Counter[str]:
        """The number of child organisations of each organisation."""
        return Counter(f"ror:{p}" for row in self.rows for p in row.split("\t", 5)[4].split())

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.index)

    @cached_property
    def _places(self) -> frozenset[str]:
        cities = {row.split("\t", 3)[2] for row in self.rows}
        return frozenset(joined(name_tokens(city, self.words)) for city in cities if city)


def _as_written(name: str) -> str:
    """The words of a name in lower case, with function words, but without a leading "the"."""
    return " ".join(fold_word(m.group()) for m in _TOKEN.finditer(name)).removeprefix("the ")


def _pairs(lines: str) -> dict[str, str]:
    return dict(line.split("\t", 1) for line in lines.split("\n")[:-1])


def read_additions(path: Path) -> list[Organisation]:
    """The organisations of `ontology/institutions.ttl`."""
    out = []
    for concept in read_concepts([path]):
        facts = concept.facts
        parents = (facts["parent"],) if "parent" in facts else ()
        alt = {language: list(labels) for language, labels in concept.alt.items()}
        alt.setdefault("en", []).extend(concept.hidden)
        types = facts.get("organisationType", "")[:1]
        out.append(Organisation(concept.curie, dict(concept.label), alt, facts.get("country", ""), "", types, parents))
    return out


def _merged(own: Organisation, ror: Organisation) -> Organisation:
    """An organisation with the preferred names of the additions; those of ROR become alternatives."""
    label = {**ror.label, **own.label}
    alt: dict[str, list[str]] = {}
    for language in sorted({*ror.alt, *own.alt, *ror.label}):
        names = [*own.alt.get(language, ()), *filter(None, [ror.label.get(language)]), *ror.alt.get(language, ())]
        alt[language] = [n for n in dict.fromkeys(names) if n != label.get(language)]
    return Organisation(
        own.curie, label, alt, own.country or ror.country, ror.city, own.types or ror.types, own.parents or ror.parents
    )


def _slips(key: str) -> Iterator[str]:
    """Keys with two neighbouring letters swapped, a letter removed, or a letter inserted."""
    for i in range(len(key)):
        yield key[:i] + key[i + 1 :]
        if i + 1 < len(key):
            yield key[:i] + key[i + 1] + key[i] + key[i + 2 :]
    for i in range(len(key) + 1):
        for letter in _LETTERS:
            yield key[:i] + letter + key[i:]


def _replacements(key: str) -> Iterator[str]:
    for i in range(len(key)):
        for letter in _LETTERS:
            if letter != key[i]:
                yield key[:i] + letter + key[i + 1 :]
