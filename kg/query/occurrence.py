"""Which papers have which things, and when they appeared: what trends count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from kg.model import KgError
from kg.names import is_curie
from kg.query.corpus import Corpus
from kg.query.empty import any_role
from kg.query.filter import Condition, Fact, Filter
from kg.query.lexicon import Lexicon
from kg.store.file import StoreFile

if TYPE_CHECKING:
    from kg.query.pairs import Bools
    from kg.vocabulary import Vocabulary

#: Things up to which all are counted; of more, those that so many papers have, and those that the vocabulary knows.
_MANY, _LEAST = 5000, 10

Tell = Callable[[str, int], None]


@dataclass(slots=True)
class Occurrences:
    """Which of some papers, by place, has which thing, each once."""

    things: list[tuple[int, str]] = field(default_factory=list)
    is_whole: bool = True  # False: rare things that the vocabulary does not know are left out


class Chosen:
    """The papers of a graph that a question, an entry ("002-22") or a paper's CURIE chooses; all of them for "".

    Raises KgError for a question that names nothing to choose papers by.
    """

    def __init__(self, store: StoreFile, vocabulary: Vocabulary, question: str = "") -> None:
        self.store, self.vocabulary = store, vocabulary
        self.corpus = Corpus.of(store)
        self._set = self._chosen(question.strip())
        self._place = np.cumsum(self._set) - 1  # of each chosen paper among them

    def __len__(self) -> int:
        return int(self._set.sum())

    @property
    def papers(self) -> list[str]:
        """The papers (CURIEs), sorted."""
        return self.corpus.names(self._set)

    @property
    def dates(self) -> list[str]:
        """When each appeared, ISO 8601 as exact as known, "" where unknown."""
        days = [*self.corpus.tables.days, ""]
        return [days[n] for n in self.corpus.tables.when[self._set].tolist()]

    def said(self, column: str) -> list[set[str]]:
        """What the entries of each paper say of it: "venue", "year", "source"."""
        columns, out = self.corpus.columns, [set[str]() for _ in range(len(self))]
        names = columns.things if column == "source" else columns.texts
        numbers, owners = columns["entries", column], self.corpus.tables.paper_of
        known = {n: names.name(n).removeprefix("source:") for n in np.unique(numbers).tolist() if n >= 0}
        for number, paper in zip(numbers.tolist(), owners.tolist(), strict=True):
            if number >= 0 and self._set[paper]:
                out[self._place[paper]].add(known[number])
        return out

    def occurrences(self, kind: str, tell: Tell | None = None) -> Occurrences:
        """What the papers have of a type; techniques where a paper proposes or uses them.

        A paper that has a concept has the broader ones of the same type too.
        """
        pairs = self.corpus.pairs(kind, among=self._set)
        numbers, counts = np.unique(pairs.things, return_counts=True)
        names = {n: pairs.names.name(n) for n in numbers.tolist()}
        is_whole = len(numbers) <= _MANY
        if not is_whole:
            kept = (n for n, count in zip(numbers.tolist(), counts.tolist(), strict=True) if count >= _LEAST)
            kept_too = (n for n, name in names.items() if name in self.vocabulary)
            names = {n: names[n] for n in {*kept, *kept_too}}
        wider = {n: [name, *self._broader(name, kind)] for n, name in names.items()}
        places = self._place[pairs.papers].tolist()
        found = {(at, name) for at, n in zip(places, pairs.things.tolist(), strict=True) for name in wider.get(n, ())}
        if tell:
            tell(kind, len(self))
        return Occurrences(sorted(found), is_whole)

    def texts(self, fields: Iterable[str]) -> Iterator[tuple[int, str, str]]:
        """The raw texts in some fields ("T", "A"): (place of the paper, field, text), sorted, each once."""
        columns = self.corpus.columns
        owners = dict(zip(columns.entries.names(range(len(columns.entries))), self.corpus.tables.paper_of, strict=True))
        wanted, found = set(fields), set()
        marks = ",".join("?" * len(wanted))
        sql = f"SELECT e.name, t.field, t.raw FROM texts t JOIN entries e ON e.id = t.entry WHERE t.field IN ({marks})"
        for entry, name, raw in self.store.rows(sql, *sorted(wanted)):
            paper = owners.get(f"entry:{entry}", -1)
            if paper >= 0 and self._set[paper]:
                found.add((int(self._place[paper]), name, raw))
        yield from sorted(found)

    def _broader(self, concept: str, kind: str) -> list[str]:
        known = self.vocabulary.broader(concept) if concept in self.vocabulary else []
        return [one for one in known if one in self.vocabulary and self.vocabulary[one].type == kind]

    def _chosen(self, question: str) -> Bools:
        if not question:
            return np.ones(len(self.corpus), bool)
        entry = question if question.startswith("entry:") else f"entry:{question}"
        if self.corpus.columns.entries.number(entry) >= 0:
            return self.corpus.holding(
                Filter((Condition(question, (Fact("paper", question, question, concept=entry),)),))
            )
        if is_curie(question) and (paper := self.corpus.those([question])).any():
            return paper
        from kg.query.question import read

        query = read(question, Lexicon.of(self.store, self.vocabulary))
        if not query.filter.conditions and query.kind != "trend":
            raise KgError(
                f'"{question[:80]}" names nothing to choose papers by: name a topic, technique, device or year.'
            )
        found = self.corpus.holding(query.filter)
        return found if found.any() else self.corpus.holding(any_role(query.filter))
