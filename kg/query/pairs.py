"""What follows from the columns of a graph alone: which paper has which thing, whose entries are whose, when, where."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kg.query.columns import ROLE, Columns, Names
from kg.query.filter import Condition, Outcome
from kg.query.sparql import USUAL, name_regexes
from kg.query.support import appeared
from kg.text import fold

if TYPE_CHECKING:
    import numpy.typing as npt

    Bools = npt.NDArray[np.bool_]
    Numbers = npt.NDArray[np.int32]

#: Columns of entries that papers are counted by.
_OF_ENTRIES = {"venue": "venue", "kind": "kind", "report": "source"}


class Pairs(NamedTuple):
    """Which paper has which thing, each once, by thing, then paper."""

    things: Numbers
    papers: Numbers
    names: Names  # of the things

    def counted(self) -> tuple[Numbers, Numbers]:
        """The things, each once and in order, and how many papers have each."""
        is_last = np.ones(len(self.things), bool)
        is_last[:-1] = self.things[1:] != self.things[:-1]
        ends = np.flatnonzero(is_last)
        return self.things[ends], np.diff(ends, prepend=-1).astype(np.int32)


class Tables:
    """What follows from the columns alone."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.paper_of: Numbers = columns["entries", "paper"]
        self.has_one_each = len(columns.papers) == len(columns.entries)
        self.pairs = lru_cache(maxsize=40)(self._pairs)
        self.pairs_by_paper = lru_cache(maxsize=8)(self._pairs_by_paper)
        self.by_end = lru_cache(maxsize=2)(self._by_end)
        self.rows = lru_cache(maxsize=20_000)(self._rows)
        self.called = lru_cache(maxsize=100_000)(self._called)
        self.titled = lru_cache(maxsize=20_000)(self._titled)
        self.reporting: dict[Outcome, Bools] = {}
        self.holding: dict[tuple[Condition, ...], Bools] = {}  # the papers that stand all of some conditions
        self.texts: dict[tuple[int, int], str] = {}  # that were shown, by entry and field
        self.circumstances: dict[str, dict[str, Any]] = {}  # of results that were shown, by node
        self.supports: dict[bytes, int] = {}  # by digests of papers: what is often asked of the same ones
        self.figures = lru_cache(maxsize=1)(lambda: self.paper_of[columns["results", "entry"]])

    def of_papers(self, entries: Numbers) -> Bools:
        """The set of the papers of entries."""
        out = np.zeros(len(self.columns.papers), bool)
        out[self.paper_of[entries]] = True
        return out

    def chosen(self, column: str, test: Callable[[str], bool]) -> Bools:
        """The set of the entries whose text in a column stands a test; what says nothing does not."""
        said = self.columns["entries", column]
        used = np.unique(said)
        right = [number for number in used.tolist() if number >= 0 and test(self.columns.texts.name(number))]
        return np.isin(said, right)

    def own(self, paper: int) -> list[int]:
        """The entries of a paper, by number: by their names."""
        order, starts = self.by_paper
        numbers: list[int] = order[starts[paper] : starts[paper + 1]].tolist()
        return numbers

    def _rows(self, thing: int) -> slice:
        """The rows of "mentions" with a thing."""
        return slice(*span(self.columns["mentions", "thing"], thing))

    def _called(self, paper: int) -> tuple[str, ...]:
        """The names of the entries of a paper ("002-22"), sorted."""
        return tuple(sorted(name.partition(":")[2] for name in self.columns.entries.names(self.own(paper))))

    def _titled(self, paper: int) -> str:
        """The titles that the entries of a paper give it, folded, with a space before and behind each."""
        titles = self.columns.texts.names(self.columns["entries", "title"][self.own(paper)])
        return "|".join(f" {fold(title)} " for title in titles)

    def rows_of(self, kind: str) -> Numbers:
        """The rows of "mentions" with things of a type."""
        things = self.columns["mentions", "thing"]
        prefixes = ("institution:", "ror:") if kind == "institution" else (f"{kind}:",)
        ends = [self.columns.things.span(prefix) for prefix in prefixes]
        spans = [(bisect_left(things, first), bisect_left(things, last)) for first, last in ends]
        return np.concatenate([np.arange(first, last, dtype=np.int32) for first, last in spans])

    def persons(self, name: str) -> list[int]:
        """The authors, as numbers of texts, who have all parts of a name."""
        first, *others = [re.compile(part, re.IGNORECASE) for part in name_regexes(name)]
        numbers, ends, text = self._authors
        out = {bisect_right(ends, found.start()) for found in first.finditer(text)}
        return [
            numbers[at] for at in sorted(out) if all(p.search(self.columns.texts.name(numbers[at])) for p in others)
        ]

    @cached_property
    def _authors(self) -> tuple[list[int], list[int], str]:
        """The authors as numbers of texts, where the name of each ends in a text of all names, and that text."""
        numbers = np.unique(self.columns["authors", "author"]).tolist()
        names = self.columns.texts.names(numbers)
        return numbers, list(accumulate(len(name) + 1 for name in names)), "\n".join(names)

    def _pairs(self, kind: str, roles: tuple[str, ...] = ()) -> Pairs:
        columns = self.columns
        if kind in _OF_ENTRIES:
            names = columns.things if kind == "report" else columns.texts
            things, papers = columns["entries", _OF_ENTRIES[kind]], self.paper_of
            return self._distinct(things[things >= 0], papers[things >= 0], names)
        if kind == "author":
            things, papers = columns["authors", "author"], self.paper_of[columns["authors", "entry"]]
            return self._distinct(things, papers, columns.texts)
        if kind == "metric":
            things, papers = columns["results", "metric"], self.figures()
            return self._distinct(things[things >= 0], papers[things >= 0], columns.things)
        if kind == "country":
            at = self.pairs("institution")
            where = np.searchsorted(columns["countries", "thing"], at.things)
            where = np.minimum(where, max(columns.rows("countries") - 1, 0))
            if not columns.rows("countries"):
                return Pairs(at.things[:0], at.papers[:0], columns.texts)
            known = columns["countries", "thing"][where] == at.things
            return self._distinct(columns["countries", "country"][where[known]], at.papers[known], columns.texts)
        rows = self.rows_of(kind)
        things, papers = columns["mentions", "thing"][rows], self.paper_of[columns["mentions", "entry"][rows]]
        if kind == "technique":
            among = np.isin(columns["mentions", "role"][rows], [ROLE[role] for role in roles or USUAL])
            things, papers = things[among], papers[among]
        return self._distinct(things, papers, columns.things)

    def _pairs_by_paper(self, kind: str, roles: tuple[str, ...] = ()) -> tuple[Numbers, Numbers]:
        """The places of pairs by paper, and where those of each paper begin."""
        papers = self.pairs(kind, roles).papers
        order = np.argsort(papers, kind="stable").astype(np.int32)
        return order, np.searchsorted(papers[order], np.arange(len(self.columns.papers) + 1)).astype(np.int32)

    def _by_end(self, side: str) -> tuple[Numbers, Numbers]:
        """The rows of "relations" by "head" or "tail", and where those of each thing begin."""
        things = self.columns["relations", side]
        order = np.argsort(things, kind="stable").astype(np.int32)
        return order, np.searchsorted(things[order], np.arange(len(self.columns.things) + 1)).astype(np.int32)

    def _distinct(self, things: Numbers, papers: Numbers, names: Names) -> Pairs:
        keys = things.astype(np.int64) * max(len(self.columns.papers), 1) + papers
        # As the rows stand, they are in order where papers and entries have one order.
        is_sorted = (keys[1:] >= keys[:-1]).all()
        keys = keys[np.flatnonzero(np.diff(keys, prepend=-1))] if is_sorted else np.unique(keys)
        one, other = np.divmod(keys, max(len(self.columns.papers), 1))
        return Pairs(one.astype(np.int32), other.astype(np.int32), names)

    @cached_property
    def has_institutions(self) -> bool:
        """Whether any paper has an institution that is known."""
        return bool(len(self.rows_of("institution")))

    @cached_property
    def by_paper(self) -> tuple[Numbers, Numbers]:
        """The entries by paper, and where those of each paper begin."""
        order = np.argsort(self.paper_of, kind="stable").astype(np.int32)
        return order, np.searchsorted(self.paper_of[order], np.arange(len(self.columns.papers) + 1)).astype(np.int32)

    @cached_property
    def places(self) -> tuple[Numbers, Numbers]:
        """The institutions of papers by paper, and where those of each paper begin."""
        order, begins = self.pairs_by_paper("institution")
        return self.pairs("institution").things[order], begins

    @cached_property
    def by_date(self) -> tuple[Numbers, Numbers]:
        """The papers by when they appeared, those of no known date last, then by name; and the place of each there."""
        order = np.argsort(np.where(self.when < 0, len(self.days), self.when), kind="stable").astype(np.int32)
        places = np.empty_like(order)
        places[order] = np.arange(len(order), dtype=np.int32)
        return order, places

    @cached_property
    def by_entry(self) -> tuple[Numbers, Numbers]:
        """The rows of "mentions" by entry and thing, and where those of each entry begin."""
        entry = self.columns["mentions", "entry"]
        order = np.argsort(entry, kind="stable").astype(np.int32)
        return order, np.searchsorted(entry[order], np.arange(len(self.columns.entries) + 1)).astype(np.int32)

    @cached_property
    def when(self) -> Numbers:
        """When each paper appeared, as a number of `days`."""
        days = self.days
        columns = self.columns
        place = {day: at for at, day in enumerate(days)} | {"": -1}
        date, year, reported = (columns["entries", name] for name in ("date", "year", "reported"))
        if self.has_one_each:
            first = np.where(date >= 0, date, np.where(year >= 0, year, reported))
            known = {n: place[columns.texts.name(n)] for n in np.unique(first).tolist()}
            numbers = np.array([known[n] for n in np.unique(first).tolist()], np.int32)
            out = np.full(len(columns.papers), -1, np.int32)
            out[self.paper_of] = numbers[np.searchsorted(np.unique(first), first)]
            return out
        order, starts = self.by_paper
        out = np.full(len(columns.papers), -1, np.int32)
        for paper in range(len(columns.papers)):
            own = order[starts[paper] : starts[paper + 1]]
            said = ([t for t in columns.texts.names(one[own]) if t] for one in (date, year, reported))
            out[paper] = place[appeared(*said)]
        return out

    @cached_property
    def days(self) -> list[str]:
        """All dates that are said, in order."""
        used = np.unique(np.concatenate([self.columns["entries", name] for name in ("date", "year", "reported")]))
        return sorted(self.columns.texts.name(n) for n in used.tolist() if n >= 0)


@lru_cache(maxsize=4)
def tables_of(columns: Columns) -> Tables:
    return Tables(columns)


def within(first: Numbers, last: Numbers) -> Numbers:
    """The places of some spans, one span after the other; each ends before its last."""
    sizes = last - first
    begins = np.cumsum(sizes) - sizes
    return np.repeat(first - begins, sizes) + np.arange(sizes.sum(), dtype=np.int32)


def span(numbers: Numbers, number: int) -> tuple[int, int]:
    """Where a number stands in sorted ones: from its first place to behind the last."""
    # By hand, for numpy copies a whole column that does not start at a multiple of its numbers' size.
    return bisect_left(numbers, number), bisect_left(numbers, number + 1)
