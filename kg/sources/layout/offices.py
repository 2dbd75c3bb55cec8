"""The words that tell an organisation from a person, from the ontology's lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from kg.text import fold
from kg.vocabulary import data_folder, read_concepts


@dataclass(frozen=True, slots=True)
class Offices:
    """The words by which an organisation or a part of one is known, folded, and the short names of companies."""

    words: frozenset[str]
    countries: frozenset[str]
    names: frozenset[str]

    @staticmethod
    @cache
    def load() -> Offices:
        """From the lists that ship with the package."""
        lists = {
            c.curie.partition(":")[2]: list(c.labels()) for c in read_concepts([data_folder("ontology") / "words.ttl"])
        }
        words = {
            fold(w)
            for part in ("head", "learned", "unit", "lab", "legal-form")
            for w in lists.get(f"organisation-{part}", ())
        }
        for part in ("abbreviation", "translation"):
            words |= {fold(w.partition("=")[0].strip()) for w in lists.get(f"organisation-{part}", ())}
        countries = {fold(w.partition("=")[0].strip()) for w in lists.get("country-name", ())}
        names = {fold(n) for c in read_concepts([data_folder("ontology") / "institutions.ttl"]) for n in c.labels()}
        return Offices(
            frozenset(w for w in words if len(w) > 2), frozenset(countries), frozenset(n for n in names if len(n) > 2)
        )

    def has(self, text: str) -> bool:
        """Whether a text has a word of an organisation, or begins with the name of one, or is a country."""
        folded = [fold(w) for w in re.findall(r"[\w'’-]+", text)]
        if any(w in self.words for w in folded):
            return True
        return fold(text.strip(" .,")) in self.countries or any(" ".join(folded[:n]) in self.names for n in (1, 2, 3))
