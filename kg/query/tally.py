"""Things by how many papers have them, and the papers and words behind each.

Counting is left to the store: of 75,000 papers only what is shown is ever read out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from kg.model import ENTITY_TYPES, FIELDS, KgError
from kg.names import is_curie
from kg.query.answer import Cell, Line, Quote
from kg.query.columns import ROLE, Names
from kg.query.corpus import Backer, Corpus
from kg.query.empty import why_empty
from kg.query.filter import Entity, Fact, Filter, Link
from kg.query.lexicon import Lexicon
from kg.query.pairs import Pairs, span
from kg.query.sayings import Sayings
from kg.query.shown import words
from kg.store.file import StoreFile

if TYPE_CHECKING:
    import numpy.typing as npt

    from kg.query.pairs import Bools, Numbers

#: Types of things that papers are counted by.
TYPES = (*ENTITY_TYPES, "topic", "metric", "author", "venue", "country", "kind", "report")
#: Roles of techniques that have a column of their own.
_ROLES = ("proposed", "used", "baseline")
#: What a question about a family asks for where it wants things of the same type ("which NVIDIA GPUs").
_FAMILIES = ("model", "dataset", "hardware")
#: Things that are read out to find the first ones.
_READ = 300
#: Papers that a line lists, entries of it that are quoted, and quotes of it.
_LISTED, _QUOTED, _QUOTES = 100, 3, 3
#: Texts in the order in which their words are shown: the abstract has whole sentences.
_FIELDS = "ATHBKI"


@dataclass(slots=True)
class Count:
    """A thing and how many papers have it."""

    thing: str  # CURIE, or the words where it is none
    papers: int
    roles: dict[str, int] = field(default_factory=dict)  # techniques: papers by role
    entries: list[str] = field(default_factory=list)  # "002-22", sorted: those of the first of its papers
    support: int = 1


class Tally:
    """Counts of things among the papers that a filter lets through."""

    def __init__(self, store: StoreFile, lexicon: Lexicon, wanted: Filter, language: str) -> None:
        self.store, self.lexicon, self.wanted, self.language = store, lexicon, wanted, language
        self.corpus = Corpus.of(store)
        self.papers = self.corpus.holding(wanted)
        self._known: dict[str, Pairs] = {}

    def first(self, kind: str, number: int) -> tuple[list[Count], int]:
        """The things that most papers have, then by independent support, then label; how many things there are.

        Raises KgError for a type that is not counted.
        """
        level, total = self._level(kind, number)
        least = level[-1].papers if len(level) > number else 0
        if least == 1:  # what one paper has, one paper supports: the label decides
            surely = [count for count in level if count.papers > 1]
            level = surely + sorted((c for c in level if c.papers == 1), key=self.order)[: number - len(surely)]
        papers = {count.thing: self._papers(kind, count.thing) for count in level}
        for count in level:
            count.support = self.corpus.support(papers[count.thing])
        level.sort(key=lambda count: (-count.papers, -count.support, *self.order(count)))
        for count in level[:number]:
            count.entries = self.corpus.listed(papers[count.thing][:_LISTED].tolist())
        if kind == "technique":
            self._say_roles(level[:number])
        return level[:number], total

    def order(self, count: Count) -> tuple[str, str]:
        """The order of things that are level."""
        return self.label(count.thing).casefold(), count.thing

    def label(self, thing: str) -> str:
        """What a thing is called in the language of the question."""
        if is_curie(thing):
            return thing.partition(":")[2] if thing.startswith("source:") else self.lexicon.label(thing, self.language)
        return self._said(f"country:{thing}") or self._said(f"kind:{thing}") or thing

    def lines(self, kind: str, counts: Iterable[Count], columns: Iterable[str]) -> tuple[Line, ...]:
        """A line a thing, with what the columns name of it, its entries and its words."""
        shown = list(counts)
        said = self._quotes(kind, shown)
        out = []
        for count in shown:
            own: dict[str, Cell] = {kind: self.label(count.thing), "papers": count.papers, "count": count.papers}
            cells = own | {"support": count.support} | count.roles
            line = tuple(cells.get(column, 0) for column in columns)
            entries = tuple(count.entries[:_LISTED])
            out.append(Line(line, entries, said.get(count.thing, ()), count.thing if is_curie(count.thing) else ""))
        return tuple(out)

    def different(self, over: str, kind: str, things: Iterable[str]) -> dict[str, int]:
        """How many different things of a type there are with each of some things: techniques by institution."""
        had, by = self._pairs(kind), self._pairs(over)
        order = np.argsort(had.papers, kind="stable")
        sorted_papers, sorted_things = had.papers[order], had.things[order]
        out = {}
        for thing in things:
            first, last = span(by.things, by.names.number(thing))
            kept = np.isin(sorted_papers, by.papers[first:last])
            out[thing] = len(np.unique(sorted_things[kept]))
        return out

    def both(self, kind: str, things: Iterable[str], other: str, others: Iterable[str]) -> list[list[int]]:
        """How many papers have both: a row for each of some things of a type, a column for each of another type."""
        rows, columns = self._sets(kind, things), self._sets(other, others)
        counts: list[list[int]] = (rows @ columns.T).astype(np.int64).tolist()
        return counts

    def _sets(self, kind: str, things: Iterable[str]) -> npt.NDArray[np.float32]:
        """The papers of each of some things, as rows of ones and noughts."""
        every = list(things)
        out = np.zeros((len(every), len(self.corpus)), np.float32)  # exact for counts below 2**24
        for row, thing in zip(out, every, strict=True):
            row[self._papers(kind, thing)] = 1
        return out

    def _papers(self, kind: str, thing: str) -> Numbers:
        """The papers that have a thing, by number."""
        pairs = self._pairs(kind)
        first, last = span(pairs.things, pairs.names.number(thing))
        return pairs.papers[first:last]

    def _say_roles(self, counts: list[Count]) -> None:
        """Say of techniques how many papers have them in each role."""
        for role in _ROLES:
            pairs = self.corpus.pairs("technique", (role,))
            # As narrow as the column, or numpy copies it.
            numbers = np.array([pairs.names.number(count.thing) for count in counts], np.int32)
            ends = (np.searchsorted(pairs.things, numbers, side).tolist() for side in ("left", "right"))
            for count, first, last in zip(counts, *ends, strict=True):
                count.roles[role] = int(np.count_nonzero(self.papers[pairs.papers[first:last]]))

    def _pairs(self, kind: str) -> Pairs:
        if kind not in TYPES:
            raise KgError(f"Papers are not counted by {kind!r}: choose one of {', '.join(TYPES)}.")
        if kind not in self._known:
            self._known[kind] = self.corpus.pairs(kind, among=self.papers if self.wanted.conditions else None)
        return self._known[kind]

    def _level(self, kind: str, number: int) -> tuple[list[Count], int]:
        """The things that most papers have and those level with the last of them, most first, then by name.

        Beside them how many things there are.
        """
        pairs = self._pairs(kind)
        things, papers = pairs.counted()
        among = self._among(kind, pairs.names)
        if among is not None:
            kept = among(things)
            things, papers = things[kept], papers[kept]
        order = _most(papers, _READ)
        if len(order) > number:
            order = order[papers[order] >= papers[order[number - 1]]]
        names = pairs.names.names(things[order])
        return [Count(*one) for one in zip(names, papers[order].tolist(), strict=True)], len(things)

    def _among(self, kind: str, names: Names) -> Callable[[Numbers], Bools] | None:
        """Which things count where the question names things of the type that it asks for.

        Of a family ("which NVIDIA GPUs") its members; of any other thing ("which techniques go with LoRA") the others.
        """
        named = {
            concept
            for condition in self.wanted.conditions
            for term in condition.any_of
            if isinstance(term, Entity) and term.field == kind and not condition.negated
            for concept in (term.concepts if kind in _FAMILIES else (term.concept,))
        }
        if not named:
            return None
        numbers = [names.number(concept) for concept in named]
        return partial(np.isin, test_elements=numbers, invert=not (kind in _FAMILIES and len(named) > 1))

    def _quotes(self, kind: str, counts: list[Count]) -> dict[str, tuple[Quote, ...]]:
        """The words for each thing, from the first of its entries."""
        if kind not in (*ENTITY_TYPES, "topic", "metric", "country"):
            return {}
        table = "results" if kind == "metric" else "mentions"
        chosen = {count.thing: self._rows(kind, table, count)[:_QUOTES] for count in counts}
        labels = {thing: self.label(thing) for thing in chosen}
        said = words(self.corpus, table, {row: labels[thing] for thing, rows in chosen.items() for row in rows})
        return {
            thing: tuple(_called(said[row], labels[thing]) for row in rows if row in said)
            for thing, rows in chosen.items()
        }

    def _rows(self, kind: str, table: str, count: Count) -> list[int]:
        """The best row for a thing of each of the first entries that have it, by their names."""
        columns, out = self.corpus.columns, []
        for name in count.entries[:_QUOTED]:
            entry = columns.entries.number(f"entry:{name}")
            if table == "results":
                number = columns.things.number(count.thing)
                found = [row for row in self.corpus.results_in(entry) if columns["results", "metric"][row] == number]
            elif kind in ("topic", "country"):
                rows = self.corpus.mentions_in(np.array([entry]))
                found = [
                    row for row in rows.tolist() if self._shows(kind, int(columns["mentions", "thing"][row]), count)
                ]
            else:
                found = list(self.corpus.naming(columns.things.number(count.thing), entry))
            out += sorted(found, key=partial(self._rank, table))[:1]
        return out

    def _rank(self, table: str, row: int) -> tuple[object, ...]:
        columns = self.corpus.columns
        field, order = int(columns[table, "field"][row]), int(columns[table, "order"][row])
        place = _FIELDS.find(FIELDS[field]) if field >= 0 else len(_FIELDS)
        is_proposed = table == "mentions" and columns["mentions", "role"][row] == ROLE["proposed"]
        return columns[table, "start"][row] < 0, not is_proposed, place, order

    def _shows(self, kind: str, thing: int, count: Count) -> bool:
        """Whether the mention of a thing shows what is counted: itself, one of its topics, or its country."""
        if kind == "country":
            return thing in self.corpus.institutions_in(count.thing)
        name = self.corpus.columns.things.name(thing)
        return count.thing in self._meant(kind, name)

    def _meant(self, kind: str, thing: str) -> set[str]:
        """What the mention of a thing shows: itself, or the topics that the vocabulary gives it."""
        vocabulary = self.lexicon.vocabulary
        if kind != "topic" or thing.startswith("topic:") or thing not in vocabulary:
            return {thing}
        above = [thing, *vocabulary.broader(thing)]
        return {topic for concept in above if concept in vocabulary for topic in vocabulary[concept].topics}

    def _said(self, meaning: str) -> str:
        """The first label of a question word in the language of the question: the name of a country."""
        labels = [label for word in self.lexicon.words.meaning(meaning) for label in word.labels]
        return next((label for label in labels if label.isascii() == (self.language != "zh")), "")


def _called(quote: Quote, entity: str) -> Quote:
    """Words as those for a thing: of two topics the same words may be."""
    return quote if quote.entity == entity else replace(quote, entity=entity)


def _most(counts: Numbers, number: int) -> Numbers:
    """The places of the largest so many counts, the largest first, those that are level in order."""
    at_least = np.bincount(counts)[::-1].cumsum()  # how many are the largest, and one less, and so on; no need to sort
    least = len(at_least) - 1 - int(np.searchsorted(at_least, number)) if len(counts) > number else 0
    places = np.flatnonzero(counts >= least)
    return places[np.argsort(-counts[places], kind="stable")][:number].astype(np.int32)


def backers(store: StoreFile, papers: Iterable[str]) -> dict[str, Backer]:
    """What is known of papers (CURIEs): their entries, dates and institutions."""
    return Corpus.of(store).backers(papers)


def listed(papers: Iterable[Backer]) -> list[str]:
    """The entries of papers, sorted."""
    return sorted({entry for paper in papers for entry in paper.entries})


def found_any(store: StoreFile, wanted: Filter) -> bool:
    """Whether a filter lets any paper through."""
    return bool(Corpus.of(store).holding(wanted).any())


def nothing(store: StoreFile, lexicon: Lexicon, wanted: Filter, say: Sayings, kind: str) -> str:
    """Why nothing of a type is found: no papers, or papers that name none."""
    if wanted.conditions and not found_any(store, wanted):
        return why_empty(store, wanted, lexicon, say)
    return say("tally.none", things=say(f"things.{kind}"))


def without(wanted: Filter, concepts: Iterable[str]) -> Filter:
    """The filter without the conditions that only name some things."""
    named = set(concepts)
    kept = (
        condition
        for condition in wanted.conditions
        if condition.negated
        or not all(isinstance(t, Entity | Link | Fact) and t.concept in named for t in condition.any_of)
    )
    return replace(wanted, conditions=tuple(kept))
