"""Which concepts of the vocabulary papers combine, as arrays; a paper that has a concept has the wider ones too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from kg.identifiers import kind_of
from kg.query.conditions import marks
from kg.query.corpus import Corpus
from kg.store.rows import USUAL
from kg.text import fold

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

#: Types that are combined: a technique with one of any of them.
KINDS = ("technique", "task", "hardware")
#: A concept counts with so many papers, and so large a part of them; from a larger part on it is generic.
LEAST, LEAST_PART, GENERIC = 3, 1 / 2000, 0.1
#: Of a concept and a wider one that so large a part of their papers share, only the narrower counts.
_SAME = 0.8
#: A concept with so large a part of a wider one's papers is nearly that: what it is combined with is not new.
_NEARLY = 0.25
#: Days in which a paper loses half of its weight.
_HALF = 122.0

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
_Figure = TypeVar("_Figure", np.int64, np.float64, np.bool_)


def day_of(appeared: str) -> int | None:
    """The day (ordinal) of a date that tells at least the month, which then counts by its middle; None for others.

    >>> day_of("2025-10") == day_of("2025-10-15T08:00:00"), day_of("2025")
    (True, None)
    """
    try:
        return date.fromisoformat(appeared[:10] if len(appeared) > 9 else f"{appeared}-15").toordinal()
    except ValueError:
        return None


class Field:
    """The dated papers of a graph with their concepts, in arrays that a day cuts in two.

    A row of `paper`, `concept`, `used` is a concept of a paper; one of `both`, `one`, `other`, `both_used` are two of
    them. `used`: in a role in which a technique counts as one that a paper has.
    """

    def __init__(self, graph: GraphReader) -> None:
        self.graph = graph
        rows = graph.store.rows("SELECT id, curie, appeared FROM papers ORDER BY curie")
        dated = [(number, curie, day) for number, curie, said in rows if (day := day_of(said))]
        self.undated = len(rows) - len(dated)
        self.papers = [curie for _, curie, _ in dated]
        self.place = {curie: at for at, curie in enumerate(self.papers)}
        self.day = np.array([day for *_, day in dated], np.int64)
        concepts, paper, concept, used = self._had({number: at for at, (number, *_) in enumerate(dated)})
        counts = np.bincount(concept, minlength=len(concepts)) >= least_papers(len(dated))
        self.concepts = [curie for curie, is_counted in zip(concepts, counts, strict=True) if is_counted]
        self.at = {one: at for at, one in enumerate(self.concepts)}
        self.kind = np.array([KINDS.index(kind_of(one)) for one in self.concepts], np.int64)
        kept = counts[concept]
        self.paper, self.concept, self.used = paper[kept], (np.cumsum(counts) - 1)[concept[kept]], used[kept]
        self.both, first, second = _twos(self.paper)
        self.one, self.other = self.concept[first], self.concept[second]
        self.both_used = self.used[first] & self.used[second]

    @classmethod
    def of(cls, graph: GraphReader) -> Field:
        """The field of a graph, read once while the graph stays as it is."""
        return Corpus.of(graph.store).kept("field", "", lambda: cls(graph))

    @cached_property
    def having(self) -> list[Ints]:
        """The places of the papers that have each concept, in whatever role."""
        order = np.argsort(self.concept, kind="stable")
        return np.split(self.paper[order], np.cumsum(np.bincount(self.concept, minlength=len(self.concepts)))[:-1])

    def _had(self, place: dict[int, int]) -> tuple[list[str], Ints, Ints, Flags]:
        """Concepts, and the rows of papers (at a `place` by number) that have them, wider ones too, and use them."""
        names = dict(self.graph.store.rows(
            f"SELECT id, curie FROM concepts WHERE known = 1 AND type IN ({marks(KINDS)})", *KINDS
        ))  # fmt: skip
        known = self.graph.vocabulary
        chains = {
            number: [curie, *(one for one in known.broader(curie) if kind_of(one) in KINDS)]
            for number, curie in names.items()
        }
        concepts = sorted({one for own in chains.values() for one in own})
        at = {one: number for number, one in enumerate(concepts)}
        sql = f"""SELECT m.paper, m.concept,
                CASE WHEN c.type <> 'technique' OR m.role IN ({marks(USUAL)}) THEN 1 ELSE 0 END
            FROM mentions m JOIN concepts c ON c.id = m.concept WHERE c.known = 1 AND c.type IN ({marks(KINDS)})"""
        said = chain.from_iterable(self.graph.store.rows(sql, *USUAL, *KINDS))
        rows = np.fromiter(said, np.int64).reshape(-1, 3)
        papers = _places(place, rows[:, 0])[rows[:, 0]]
        rows, papers = rows[papers >= 0], papers[papers >= 0]
        which = _places({number: n for n, number in enumerate(chains)}, rows[:, 1])[rows[:, 1]]
        wider = np.array([at[one] for own in chains.values() for one in own], np.int64)
        sizes = np.array([len(own) for own in chains.values()], np.int64)
        many = sizes[which]
        starts = (np.cumsum(sizes) - sizes)[which] - (np.cumsum(many) - many)
        pairs = np.repeat(papers, many) * len(concepts) + wider[np.repeat(starts, many) + np.arange(many.sum())]
        # Of a pair that is used and not used the last one counts.
        keys = np.sort(pairs * 2 + np.repeat(rows[:, 2], many))
        pairs, used = keys // 2, keys % 2 > 0
        last = np.append(pairs[1:] != pairs[:-1], True) if len(pairs) else used
        return concepts, pairs[last] // max(1, len(concepts)), pairs[last] % max(1, len(concepts)), used[last]

    @cached_property
    def kin(self) -> Flags:
        """Two concepts of which one is the other, is wider, or has all the words of the other's label."""
        size = len(self.concepts)
        kin = np.eye(size, dtype=bool)
        words = [frozenset(fold(self.graph.label(one)).split()) for one in self.concepts]
        bearing: dict[str, set[int]] = defaultdict(set)
        for at, own in enumerate(words):
            for word in own:
                bearing[word].add(at)
        for at, concept in enumerate(self.concepts):
            near = [self.at[one] for one in self.graph.vocabulary.broader(concept) if one in self.at]
            near += set.intersection(*(bearing[word] for word in words[at])) if words[at] else ()
            kin[at, near] = kin[near, at] = True
        return kin

    def total(self, before: int, since: int = 0) -> int:
        """How many dated papers appeared in some days."""
        return int(((self.day < before) & (self.day >= since)).sum())

    def count(self, before: int, since: int = 0) -> Ints:
        """How many papers of some days have each concept."""
        return self._count(self.paper_is(before, since))

    def _count(self, chosen: Flags) -> Ints:
        rows = self.used & chosen[self.paper]
        return np.bincount(self.concept[rows], minlength=len(self.concepts))

    def paper_is(self, before: int, since: int = 0) -> Flags:
        """Which papers appeared in some days."""
        out: Flags = (self.day < before) & (self.day >= since)
        return out

    def of_kind(self, before: int) -> Ints:
        """How many papers before a day have something of each type."""
        own = self.used & self.paper_is(before)[self.paper]
        found = np.zeros((len(KINDS), len(self.papers)), bool)
        found[self.kind[self.concept[own]], self.paper[own]] = True
        out: Ints = found.sum(1)
        return out

    def belonging(self, papers: Iterable[str], before: int) -> Flags:
        """The concepts of which at least half of the papers before a day are some of these, and three or more."""
        chosen = np.zeros(len(self.papers), bool)
        chosen[[self.place[paper] for paper in papers if paper in self.place]] = True
        own = self._count(chosen & self.paper_is(before))
        out: Flags = (own >= LEAST) & (own * 2 >= self.count(before))
        return out

    def combining(self, i: int, j: int, before: int, since: int = 0) -> list[str]:
        """The papers (CURIEs) of some days that have both of two concepts, newest first."""
        low, high = min(i, j), max(i, j)
        rows = self.both_used & (self.one == low) & (self.other == high)
        found = [int(at) for at in self.both[rows] if since <= self.day[at] < before]
        return [self.papers[at] for at in sorted(found, key=lambda at: (-self.day[at], at))]

    def combined(self, before: int, since: int = 0) -> Ints:
        """How many papers of some days have each two concepts."""
        return self._both_ways(self._pairs(before, since))

    def combined_of(self, one: Ints, other: Ints, before: int, since: int = 0) -> Ints:
        """The same of some pairs alone."""
        found, size = self._pairs(before, since), len(self.concepts)
        out: Ints = found[one * size + other] + found[other * size + one]
        return out

    def _pairs(self, before: int, since: int) -> Ints:
        rows = self.both_used & self.paper_is(before, since)[self.both]
        return np.bincount(self._pair[rows], minlength=len(self.concepts) ** 2)

    def weighted(self, before: int) -> Floats:
        """The same for all days before one, by weight: a paper has lost half of it after four months."""
        rows = self.both_used & self.paper_is(before)[self.both]
        weights = 0.5 ** ((before - self.day[self.both[rows]]) / _HALF)
        found: Floats = np.bincount(self._pair[rows], weights, len(self.concepts) ** 2).astype(np.float64, copy=False)
        return self._both_ways(found)

    def named(self, before: int) -> Flags:
        """Which two concepts a paper before a day names, in whatever roles."""
        found = np.zeros(len(self.concepts) ** 2, bool)
        found[self._pair[self.paper_is(before)[self.both]]] = True
        return self._both_ways(found)

    def nearly_combined(self, papers: Ints, combined: Ints) -> Flags:
        """Which two concepts, or what these nearly are, papers combine: "quantization" is what PTQ nearly is.

        `papers` have each concept, and `combined` each two.
        """
        nearly = np.eye(len(self.concepts), dtype=np.float32)
        for at, concept in enumerate(self.concepts):
            wider = [self.at[one] for one in self.graph.vocabulary.broader(concept) if one in self.at]
            nearly[at, [wide for wide in wider if papers[at] >= _NEARLY * papers[wide] > 0]] = 1
        found: Flags = nearly @ (combined > 0).astype(np.float32) @ nearly.T > 0
        return found

    @cached_property
    def _pair(self) -> Ints:
        """Each two concepts of a paper as one number."""
        return self.one * len(self.concepts) + self.other

    def _both_ways(self, found: NDArray[_Figure]) -> NDArray[_Figure]:
        """A square of what is found of two concepts in one order, with the other order."""
        square = found.reshape(len(self.concepts), -1) if len(found) else found.reshape(0, 0)
        both: NDArray[_Figure] = square + square.T
        return both


def _places(known: dict[int, int], asked: Ints) -> Ints:
    """The place of each number, up to the largest that is known or asked for; -1 for what is not known."""
    out = np.full(1 + max(int(asked.max(initial=0)), *known, 0), -1)
    out[list(known)] = list(known.values())
    return out


def _twos(paper: Ints) -> tuple[Ints, Ints, Ints]:
    """Each two rows of one paper, where rows are sorted by paper: the paper, and the places of both."""
    sizes = np.bincount(paper)
    starts = np.cumsum(sizes) - sizes
    parts = [np.zeros((3, 0), np.int64)]
    for size in range(2, int(sizes.max(initial=0)) + 1):
        those = np.flatnonzero(sizes == size)
        first, second = np.triu_indices(size, 1)
        places = np.stack([starts[those][:, None] + first, starts[those][:, None] + second])
        parts.append(np.stack([np.repeat(those, len(first)), *places.reshape(2, -1)]))
    found = np.concatenate(parts, 1)
    of, one, other = found[:, np.argsort(found[0], kind="stable")]
    return of, one, other


def least_papers(papers: int) -> int:
    """How many papers a concept needs among so many to be counted."""
    return max(LEAST, round(papers * LEAST_PART))


@dataclass(frozen=True, slots=True)
class Past:
    """What is known before a day of the concepts that count then: arrays over these, in the order of `concepts`."""

    before: int
    concepts: Ints  # places in the field
    papers: Ints
    combined: Ints
    weighted: Floats  # zero for kin
    is_open: Flags  # a technique (row) and a concept (column) that no paper has named together

    @classmethod
    def of(cls, field: Field, before: int) -> Past:
        """The past of a day (ordinal)."""
        total, papers = field.total(before), field.count(before)
        combined = field.combined(before)
        counts = (papers >= least_papers(total)) & (papers <= GENERIC * field.of_kind(before)[field.kind])
        one, other = np.nonzero(field.kin)
        is_same = combined[one, other] > _SAME * (papers[one] + papers[other] - combined[one, other])
        for narrow, wide in zip(one[is_same], other[is_same], strict=True):
            if counts[narrow] and field.concepts[wide] in field.graph.vocabulary.broader(field.concepts[narrow]):
                counts[wide] = False
        own = np.flatnonzero(counts)
        among = np.ix_(own, own)
        kin, is_technique = field.kin[among], field.kind[own] == 0
        order = np.triu(np.ones(kin.shape, bool), 1)
        named = field.named(before) | field.nearly_combined(papers, combined)
        is_open = is_technique[:, None] & (~is_technique[None, :] | order) & ~kin & ~named[among]
        weighted = np.where(kin, 0.0, field.weighted(before)[among])
        return cls(before, own, papers[own], np.where(kin, 0, combined[among]), weighted, is_open)
