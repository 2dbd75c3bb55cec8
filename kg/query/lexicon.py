"""The labels that a question may name: the vocabulary's concepts and what the graph itself has named."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple, Protocol

from kg.query.words import Words
from kg.text import fold
from kg.vocabulary import Concept, Vocabulary

#: Types whose names make families: "Qwen" is any model whose name begins so.
_FAMILIES = ("model", "dataset", "hardware")
_INSTITUTIONS = ("ror", "institution")

_LABELS = """SELECT DISTINCT ?concept ?label ?preferred WHERE {
  ?entry a kg:Entry .
  GRAPH ?entry {
    { ?concept skos:prefLabel ?label BIND(1 AS ?preferred) } UNION
    { ?concept skos:altLabel ?label BIND(0 AS ?preferred) }
  }
}"""


class Selects(Protocol):
    """The part of a store that questions need."""

    def select(self, sparql: str) -> list[dict[str, object]]:
        """Solutions of a SELECT as Python values, IRIs as CURIEs."""


class Named(NamedTuple):
    """A label of the graph's own: an institution's, or that of a thing the vocabulary does not know."""

    concept: str
    label: str
    preferred: bool


class Sense(NamedTuple):
    """One thing that a phrase may mean."""

    type: str
    concept: str
    preferred: bool  # the phrase is its preferred label
    known: bool  # it stands in the vocabulary


class Lexicon:
    """Senses by folded phrase."""

    def __init__(self, vocabulary: Vocabulary, named: Iterable[Named] = ()) -> None:
        self.vocabulary = vocabulary
        self.words = Words.load()
        self._named: dict[str, dict[str, Sense]] = {}
        self._labels: dict[str, dict[bool, str]] = {}
        for name in sorted(named, key=lambda n: (not n.preferred, n.concept, n.label)):
            self._add(name)

    @staticmethod
    def of(store: Selects, vocabulary: Vocabulary) -> Lexicon:
        """The lexicon of a graph, with one query."""
        rows = store.select(_LABELS)
        return Lexicon(vocabulary, (Named(str(r["concept"]), str(r["label"]), r["preferred"] == 1) for r in rows))

    def senses(self, folded: str) -> list[Sense]:
        """What a folded phrase may mean; the vocabulary's senses first."""
        out = [
            Sense(concept.type, concept.curie, _is_preferred(concept, folded), True)
            for concept in self.vocabulary.bearing(folded)
        ]
        topic = self.words.asked.get(folded)
        if topic:
            out = [Sense("topic", topic, True, True), *(sense for sense in out if sense.type != "topic")]
        seen = {sense.concept for sense in out}
        named = {**self._named.get(folded, {}), **self._named.get(self._spelled(folded), {})}
        return out + [sense for sense in named.values() if sense.concept not in seen]

    def label(self, concept: str, language: str = "en") -> str:
        """The preferred label in a language, else in English, else any, else the local name."""
        if concept in self.vocabulary:
            labels = self.vocabulary[concept].label
            return labels.get(language) or labels.get("en") or next(iter(labels.values()), concept)
        own = self._labels.get(concept, {})
        return own.get(language == "zh") or next(iter(own.values()), concept.partition(":")[2])

    def family(self, concept: str) -> tuple[str, ...]:
        """The concept, narrower ones and what is named as one of its family, sorted.

        Models, data sets and hardware belong to a family when their name begins with its name ("Qwen-Image"),
        techniques when a version number follows ("EAGLE-3").
        """
        kind = kind_of(concept)
        out = self.vocabulary.narrower(concept)
        if kind in _FAMILIES or kind == "technique":
            for prefix in sorted({fold(label) + " " for label in self._all_labels(concept)}):
                for folded, other in self._folds_of(kind):
                    if folded.startswith(prefix) and (kind != "technique" or _is_version(folded[len(prefix) :])):
                        out |= self.vocabulary.narrower(other)
        return tuple(sorted(out))

    def indicators(self, topic: str) -> frozenset[str]:
        """The concepts whose mention shows a topic."""
        out: set[str] = set()
        for concept in self.vocabulary.concepts.values():
            if topic in concept.topics:
                out |= self.vocabulary.narrower(concept.curie)
        return frozenset(out)

    def misspelt(self, folded: str, least: float = 86.0) -> str | None:
        """The folded label that a phrase nearly is, if there is one."""
        from rapidfuzz import fuzz, process  # 30 ms, needed only for words that nothing bears

        if len(folded) < 5:
            return None
        near = process.extractOne(folded, self._folds, scorer=fuzz.ratio, score_cutoff=least)
        return near[0] if near and near[0][0] == folded[0] else None

    def nearest(self, text: str, number: int = 3, least: float = 70.0) -> tuple[str, ...]:
        """The labels of the things whose names are nearest to a text; none for nonsense, whose ratio is below 68."""
        from rapidfuzz import fuzz, process

        found = process.extract(fold(text), self._folds, scorer=fuzz.ratio, limit=4 * number, score_cutoff=least)
        labels = dict.fromkeys(self.label(sense.concept) for folded, _, _ in found for sense in self.senses(folded)[:1])
        return tuple(labels)[:number]

    def _add(self, name: Named) -> None:
        kind = kind_of(name.concept)
        if name.concept in self.vocabulary and kind != "institution":
            return
        folded = fold(name.label)
        if not folded:
            return
        sense = Sense(kind, name.concept, name.preferred, False)
        forms = {folded, self._spelled(folded)} if kind == "institution" else {folded}
        for form in forms:
            self._named.setdefault(form, {}).setdefault(name.concept, sense)
        if name.preferred:
            self._labels.setdefault(name.concept, {}).setdefault(_has_han(name.label), name.label)

    def _spelled(self, folded: str) -> str:
        """A name of an organisation with abbreviations written out."""
        return " ".join(self._long_forms.get(word, word) for word in folded.split(" "))

    @cached_property
    def _long_forms(self) -> dict[str, str]:
        pairs = ((fold(label), word) for word in self.words.meaning("spells") for label in word.labels)
        return {folded: word.facts["spelled"][0] for folded, word in pairs if " " not in folded}

    @cached_property
    def _folds(self) -> list[str]:
        known = {folded for _, folded in self.vocabulary.index() if len(folded) > 3}
        return sorted(known | {folded for folded in self._named if len(folded) > 3})

    def _folds_of(self, kind: str) -> Iterable[tuple[str, str]]:
        for (other, folded), concept in self.vocabulary.index().items():
            if other == kind:
                yield folded, concept
        for folded, senses in self._named.items():
            for sense in senses.values():
                if sense.type == kind:
                    yield folded, sense.concept

    def _all_labels(self, concept: str) -> list[str]:
        if concept in self.vocabulary:
            return list(self.vocabulary[concept].labels())
        return list(self._labels.get(concept, {}).values())


def kind_of(concept: str) -> str:
    """The type of a thing by its CURIE."""
    prefix = concept.partition(":")[0]
    return "institution" if prefix in _INSTITUTIONS else prefix


def _is_preferred(concept: Concept, folded: str) -> bool:
    return any(fold(label) == folded for label in concept.label.values())


def _is_version(rest: str) -> bool:
    return rest[:1].isdigit()


def _has_han(text: str) -> bool:
    return any("\u3400" <= c <= "\u9fff" for c in text)
