"""The words that names of organisations are made of, as `ontology/words.ttl` lists them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from kg.entity_types import data_folder
from kg.text import unaccented
from kg.vocabulary import read_concepts

_STROKED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "ß": "ss"})  # letters that have no accent to lose


@dataclass(frozen=True, slots=True)
class OrganisationWords:
    """Word lists for names of organisations, from `ontology/words.ttl`; all folded."""

    function: frozenset[str]  # "the", "of": omitted from keys
    legal: frozenset[str]  # "inc", "ltd", "group": omitted from the end of keys
    head: frozenset[str]  # "university", "institute": mark an organisation or a part of one
    learned: frozenset[str]  # "university", "hospital": heads that never name a company's laboratory
    unit: frozenset[str]  # "department", "school": at the beginning, mark a part of an organisation
    lab: frozenset[str]  # "laboratory", "center": a part of a neighbouring organisation, or an organisation
    abbreviation: dict[str, tuple[str, ...]]  # "univ" -> ("university",)
    begins: frozenset[str]  # "national", "royal": before the name of one organisation, begin that of another
    filler: frozenset[str]  # "degli", "zu": omitted when words are compared in any order
    translation: dict[str, tuple[str, ...]]  # "nacional" -> ("national",)
    country: dict[str, str]  # other names of countries: "USA" -> "US"; case-sensitive
    street: frozenset[str]  # "road", "avenue": end the name of a street
    region: frozenset[str]  # "ohio", "southcarolina": stand behind the city of an address

    @staticmethod
    @cache
    def load() -> OrganisationWords:
        """The word lists of `ontology/words.ttl`."""
        path = data_folder("ontology") / "words.ttl"
        lists = {c.curie.partition(":")[2]: list(c.labels()) for c in read_concepts([path])}

        def words(name: str) -> frozenset[str]:
            return frozenset(fold_word(w) for w in lists.get(f"organisation-{name}", ()))

        def pairs(name: str) -> dict[str, tuple[str, ...]]:
            sides = map(_sides, lists.get(f"organisation-{name}", ()))
            return {fold_word(a): tuple(fold_word(w) for w in b.split()) for a, b in sides}

        countries = dict(_sides(pair) for pair in lists.get("country-name", ()))
        return OrganisationWords(
            function=words("function-word"),
            legal=words("legal-form"),
            head=words("head"),
            learned=words("learned"),
            unit=words("unit"),
            lab=words("lab"),
            abbreviation=pairs("abbreviation"),
            begins=words("begins"),
            filler=words("filler"),
            translation=pairs("translation"),
            country=countries,
            street=frozenset(map(fold_word, lists["street"])),
            region=frozenset(word.replace(" ", "") for word in words("region")),
        )


@lru_cache(20_000)  # organisations share most of their words
def fold_word(word: str) -> str:
    """A word in lower case without accents."""
    low = unaccented(word).lower()
    return low if low.isascii() else low.translate(_STROKED)


def _sides(pair: str) -> tuple[str, str]:
    left, _, right = pair.partition("=")
    return left.strip(), right.strip()
