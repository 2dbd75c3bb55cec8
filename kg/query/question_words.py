"""The words of questions in English and Chinese with their meanings, read from `ontology/questions.ttl`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import pyoxigraph as ox

from kg.compiled import kept, stamp
from kg.entity_types import TABLE, data_folder
from kg.identifiers import PREFIXES, curie
from kg.model import KgError
from kg.text import fold, has_han

_LABELS = {PREFIXES["skos"] + name for name in ("prefLabel", "altLabel", "hiddenLabel")}
#: Meanings of words that are not question words by themselves.
_APART = frozenset(("example", "scale", "apart", "plain", "averting"))


@dataclass(slots=True)
class QuestionWord:
    """A word with its meanings; `facts` holds its metrics, unit and value if it has them."""

    means: set[str] = field(default_factory=set)
    labels: list[str] = field(default_factory=list)
    facts: dict[str, list[str]] = field(default_factory=dict)

    def of(self, prefix: str) -> str:
        """The rest of its meaning with a prefix: of("kind:") is "survey"."""
        return next((m[len(prefix) :] for m in sorted(self.means) if m.startswith(prefix)), "")


class QuestionWords:
    """All words of questions, by folded label."""

    def __init__(self, words: list[QuestionWord], asked: dict[str, list[str]]) -> None:
        self.words = words
        #: Topics and the like by folded names that mean them in a question, even if another thing has the name.
        self.asked = {fold(label): topic for topic, labels in asked.items() for label in labels}
        self._by_fold: dict[str, list[QuestionWord]] = {}
        for word in words:
            for label in word.labels if not word.means & _APART else ():
                known = self._by_fold.setdefault(fold(label), [])
                if word not in known:
                    known.append(word)

    @staticmethod
    @cache
    def load() -> QuestionWords:
        """The words that ship with the package; raises KgError if the file is damaged."""
        path = data_folder("ontology") / "questions.ttl"
        of_types = path.with_name("kg.ttl")
        words, asked = kept("questions", stamp([path, of_types, Path(__file__)]), lambda: _read(path))
        return QuestionWords([QuestionWord(*parts) for parts in words], asked)

    def bearing(self, folded: str) -> list[QuestionWord]:
        """The words with a label that folds to `folded`."""
        return self._by_fold.get(folded, [])

    def meaning(self, meaning: str) -> list[QuestionWord]:
        """The words with a meaning."""
        return [word for word in self.words if meaning in word.means]

    @cached_property
    def plain(self) -> frozenset[str]:
        """Words that carry no meaning by themselves where they name nothing."""
        return frozenset(label for word in self.meaning("plain") for label in word.labels)

    def called(self, meaning: str, language: str) -> str:
        """The first label in a language of the words with a meaning, or ""."""
        labels = (label for word in self.meaning(meaning) for label in word.labels)
        return next((label for label in labels if has_han(label) == (language == "zh")), "")

    def folds(self, meaning: str) -> tuple[str, ...]:
        """The folded labels of the words with a meaning."""
        return tuple(sorted({fold(label) for word in self.meaning(meaning) for label in word.labels}))

    @cached_property
    def amounts(self) -> dict[str, float]:
        """The values of numbers and scales in words, by label in lower case."""
        counted = (word for word in self.words if word.means & {"number", "scale", "letter"})
        return {label.lower(): float(word.facts["value"][0]) for word in counted for label in word.labels}

    @cached_property
    def units(self) -> dict[str, str]:
        """Units by their spelling after a number, in lower case."""
        return {label.lower(): w.facts["unit"][0] for w in self.words if "unit" in w.means for label in w.labels}

    @cached_property
    def counted(self) -> frozenset[str]:
        """Units that count things, which only metrics of these things have: "tokens"."""
        return frozenset(unit for word in self.meaning("counted") for unit in word.facts["unit"])

    @cached_property
    def unit_pattern(self) -> str:
        """A regular expression for units after a number, longest first; no letter may follow."""
        return _either(self.units)

    def amount_pattern(self, meaning: str) -> str:
        """A regular expression for numbers or scales that are written as words."""
        return _either(label.lower() for word in self.meaning(meaning) for label in word.labels)


def _either(labels: Iterable[str]) -> str:
    """A regular expression for labels, longest first; no letter may follow, except after Chinese."""
    ranked = sorted(labels, key=lambda label: (-len(label), label))
    return "|".join(re.escape(label) + (r"(?![a-z0-9])" if label[-1].isascii() else "") for label in ranked)


def _read(path: Path) -> tuple[list[tuple[set[str], list[str], dict[str, list[str]]]], dict[str, list[str]]]:
    """The words of a file as plain data, and the names that mean topics."""
    words: dict[str, QuestionWord] = {}
    asked: dict[str, list[str]] = {}
    try:
        for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
            if quad.predicate.value == PREFIXES["kg"] + "asked":
                asked.setdefault(curie(quad.subject.value), []).append(quad.object.value)
            else:
                _take(words.setdefault(str(quad.subject), QuestionWord()), quad.predicate.value, quad.object)
    except SyntaxError as error:
        raise KgError(f"{path.name}: {error}: mend the Turtle there.") from None
    known = [word for word in words.values() if word.means]
    return [(word.means, word.labels, word.facts) for word in (*_of_types(known), *known)], asked


def _of_types(known: list[QuestionWord]) -> list[QuestionWord]:
    """Words for types without question words of their own: their labels, which then ask for no other type."""
    out = []
    for one in TABLE.values():
        if not any(f"type:{one.name}" in word.means for word in known):
            own = [*one.texts["label"].values(), *one.texts["plural"].values()]
            out.append(QuestionWord({"frame", f"type:{one.name}"}, list(dict.fromkeys(own))))
            folds = set(map(fold, own))
            for word in known:
                if word.of("type:"):
                    word.labels = [label for label in word.labels if fold(label) not in folds]
    return out


def _take(word: QuestionWord, predicate: str, value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> None:
    if isinstance(value, ox.Literal) and predicate in _LABELS:
        word.labels.append(value.value)
    elif predicate == PREFIXES["kg"] + "means" and isinstance(value, ox.Literal):
        word.means.add(value.value)
    elif predicate.startswith(PREFIXES["kg"]) and isinstance(value, ox.Literal | ox.NamedNode):
        said = value.value if isinstance(value, ox.Literal) else curie(value.value)
        word.facts.setdefault(predicate[len(PREFIXES["kg"]) :], []).append(said)
