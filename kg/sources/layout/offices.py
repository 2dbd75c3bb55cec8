"""Words that distinguish an organization from a person, and affiliations as texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from kg.entity_types import data_folder
from kg.sources.layout.blocks import is_running
from kg.text import count_han, fold
from kg.vocabulary import read_concepts

MAIL_LABEL = re.compile(r"[;,.({\[]?\s*\be-?mails?(?:\s+address(?:es)?)?\s*(?:[:：].*)?$", re.I)
_LINK = re.compile(r"(?:^|\s*[,;]?\s+|[,;])(?:and|&)$")
_WRAPPED = re.compile(r"^[(（]((?:[^()（）]|[(（][^()（）]*[)）])*)[)）]$")
_NUMBER = re.compile(r"(?:^|[;；,]\s*)[(（]?(\d{1,2})\s?[.．、]\s*(?=[^\W\d])")
_RUN = re.compile(r"[;,]\s+(\d{1,2})\s+(?=[^\W\d])")  # "University of X, Y, 2 ACME, Z, 3 ..."
_SHORT, _LONG = 3, 6  # letters
_TO = re.compile(r"\s(?:of|at|to|in|from|with)\s+(?:the\s+)?", re.I)
_PARTS = 3  # of an address at least, between commas
_FIRST = 3  # words of an organization's name that are looked at


@dataclass(frozen=True, slots=True)
class Offices:
    """Folded words that mark an organization or a part of one, and short names of companies."""

    words: frozenset[str]
    countries: frozenset[str]
    names: frozenset[str]
    short: frozenset[str] = frozenset()  # short words that are also surnames: "chu", "eng"
    acronyms: frozenset[str] = frozenset()  # names that are only written in capitals: "THU"
    han: frozenset[str] = frozenset()  # words in Chinese, between which stands no space
    universities: frozenset[str] = frozenset()  # words for "university"
    streets: frozenset[str] = frozenset()  # last words of the name of a street, as written

    @staticmethod
    @cache
    def load() -> Offices:
        """Load the lists that ship with the package."""
        lists = {
            c.curie.partition(":")[2]: list(c.labels()) for c in read_concepts([data_folder("ontology") / "words.ttl"])
        }
        words = {
            fold(w)
            for part in ("head", "learned", "unit", "lab", "legal-form")
            for w in lists.get(f"organisation-{part}", ())
        }
        pairs = [w.partition("=") for part in ("abbreviation", "translation") for w in lists[f"organisation-{part}"]]
        forms = {fold(form.strip()) for form, _, _ in pairs}
        universities = {"university", *(fold(form.strip()) for form, _, word in pairs if word.strip() == "university")}
        short = frozenset(w for w in forms - words if len(w) == _SHORT)
        words |= forms
        countries = {fold(w.partition("=")[0].strip()) for key in ("country", "country-name") for w in lists[key]}
        labels = [n for c in read_concepts([data_folder("ontology") / "institutions.ttl"]) for n in c.labels()]
        names = frozenset(n for n in map(fold, labels) if len(n) > 2)
        mixed = {fold(n) for n in labels if not n.isupper()}
        han = frozenset(word for w in words if count_han(w) and len(word := w.replace(" ", "")) > 1)
        return Offices(
            frozenset(w for w in words if len(w) > 2),
            frozenset(countries),
            names,
            short,
            names.difference(mixed),
            han,
            frozenset(universities),
            frozenset(lists["street"]),
        )

    def has(self, text: str) -> bool:
        """Whether a text contains a word of an organization, starts with the name of one, or is a country."""
        if count_han(text) and any(word in text for word in self.han):
            return True
        words = re.findall(r"[\w'’-]+", text)
        folded = [fold(w) for w in words]
        is_surname = len(words) > 1 and folded[-1] in self.short and (text.isupper() or not words[-1].isupper())
        is_first = len(words) > 2 and folded[0] in self.short and words[0].istitle()  # "Chu Thi Lan"
        if any(w in self.words for w in folded[is_first : len(folded) - is_surname]):
            return True
        ends = (w.rpartition(" ")[2] for w in folded)  # "Max-Planck-Institut"
        if any(len(end) > _LONG and end in self.words for end in ends):
            return True
        is_given = bool(words) and folded[0] in self.acronyms and not words[0].isupper()
        known = (" ".join(folded[:n]) in self.names for n in ((2, 3) if is_given else (1, 2, 3)))
        return self.is_country(text) or any(known)

    def is_university(self, text: str) -> bool:
        """Whether a text is the name of one university: "Charles University"."""
        return "," not in text and not self.universities.isdisjoint(map(fold, text.split())) and self.starts(text)

    def is_country(self, text: str) -> bool:
        """Whether a text is the name of a country and nothing else."""
        return fold(text.strip(" .,")) in self.countries

    def starts(self, text: str) -> bool:
        """Whether a text starts with the name of an organization: "University of X", "ETH Zurich"."""
        words = [fold(word) for word in re.findall(r"[\w'’-]+", text)[:_FIRST]]
        is_known = any(" ".join(words[:n]) in self.names for n in range(1, _FIRST + 1))
        return text[:1].isupper() and (is_known or any(word in self.words for word in words))

    def start(self, text: str) -> int:
        """Where the name of an organization starts in a text: behind "presented to the"; 0 if none is found."""
        return next((m.end() for m in _TO.finditer(text) if self.starts(text[m.end() :])), 0)


def is_prose(text: str) -> bool:
    """Whether a text is part of a sentence, not an affiliation most of whose words are small, as they are in French.

    "Département d'informatique et de recherche opérationnelle, Université de X, Montréal" is none.
    """
    parts = [part.strip() for part in text.split(",")]
    is_address = len(parts) >= _PARTS and all(part[:1].isupper() or part[:1].isdigit() for part in parts)
    return is_running(text) and not (is_address and Offices.load().starts(text))


def joined_lines(texts: Sequence[str]) -> str:
    """Join the lines of an affiliation: with a comma, or with a space where a name is divided."""
    out = ""
    for text in texts:
        text = clean(text)
        if not text:
            continue
        is_open = sum(map(out.count, "(（")) > sum(map(out.count, ")）"))
        if not out:
            out = text
        elif is_open and count_han(out[-1]) and count_han(text[0]):
            out += text  # the lines of a list in brackets are full
        elif out.endswith("-"):
            out = out[:-1] + text if text[0].islower() else out + text
        elif (
            re.search(r"(?:,|;|&|\b(?:of|and|for|the|in|at|de|für|der)|/)$", out)
            or text[0].islower()
            or text[0] in "&("
        ):
            out += f" {text}"
        else:
            out += f", {text}"
    return out


def numbered(text: str) -> list[tuple[str, str]]:
    """The affiliations of a text with their numbers, if it has these: "(1. University of X, Y; 2. ACME, Z)"."""
    text = _WRAPPED.sub(r"\1", text)
    run = _RUN.split(text)
    if len(run) > 1 and run[1::2] == [str(at) for at in range(2, len(run) // 2 + 2)]:
        return [(str(at), clean(part)) for at, part in enumerate(run[::2], 1)]  # the first number was its mark
    first, *parts = _NUMBER.split(text)
    places = list(zip(parts[::2], map(clean, parts[1::2]), strict=True))
    is_counted = not first and all(int(b) == int(a) + 1 for (a, _), (b, _) in pairwise(places))
    return places if is_counted else [("", text)]


def clean(text: str) -> str:
    """An affiliation without marks at its ends and without superfluous white space."""
    text = " ".join(text.replace("\ufffd", " ").split())
    text = MAIL_LABEL.sub("", re.sub(r"\s+([,;.])", r"\1", text)).strip(" ,;:|*†‡§¶∗✉")
    text = _WRAPPED.sub(r"\1", text)
    return "" if len(text) < 2 or not any(c.isalpha() for c in text) else text


def unlinked(text: str) -> str:
    """An affiliation without the word that leads to the next one: "University of Vienna; and"."""
    return _LINK.sub("", text)
