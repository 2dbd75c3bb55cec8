"""The papers of a graph as conditions, counts and rankings see them: sets of papers and pairs of things and papers.

`Corpus.holding` means what `kg.query.sparql.select_papers` says; a test holds the one against the other. Conditions on
words are asked of the store.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kg.model import FIELDS
from kg.query.answer import Row
from kg.query.columns import RELATION, ROLE, Columns, Names
from kg.query.filter import Condition, Entity, Fact, Filter, Link, Op, Outcome, Phrase, Term
from kg.query.lexicon import Selects
from kg.query.scan import columns_of
from kg.query.sparql import (
    ABOUT,
    END,
    USUAL,
    name_regexes,
    phrase_regex,
    select_saying,
    values,
    wording_regex,
)
from kg.query.support import Supporter, appeared, independent
from kg.units import kin

if TYPE_CHECKING:
    import numpy.typing as npt

    Bools = npt.NDArray[np.bool_]
    Numbers = npt.NDArray[np.int32]

#: Papers among which words are looked for entry by entry; among more it is faster to look through all texts.
_FEW = 300
_TESTS: dict[Op, Callable[[Any, Any], Any]] = {
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
    "=": lambda a, b: a == b,
}
#: Columns of entries that papers are counted by.
_OF_ENTRIES = {"venue": "venue", "kind": "kind", "report": "source"}


class Pairs(NamedTuple):
    """Which paper has which thing, each once, by thing, then paper."""

    things: Numbers
    papers: Numbers
    names: Names  # of the things


@dataclass(slots=True)
class Backer:
    """A paper behind a line."""

    paper: str
    entries: list[str] = field(default_factory=list)  # "002-22", sorted
    when: str = ""
    institutions: frozenset[str] = frozenset()

    @property
    def supporter(self) -> Supporter:
        return Supporter(self.when, self.paper, self.institutions)


class _Tables:
    """What follows from the columns alone."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.paper_of: Numbers = columns["entries", "paper"]
        self.has_one_each = len(columns.papers) == len(columns.entries)
        self.pairs = lru_cache(maxsize=40)(self._pairs)
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

    def rows(self, thing: int) -> slice:
        """The rows of "mentions" with a thing."""
        things = self.columns["mentions", "thing"]
        return slice(*span(things, thing))

    def rows_of(self, kind: str) -> Numbers:
        """The rows of "mentions" with things of a type."""
        things = self.columns["mentions", "thing"]
        prefixes = ("institution:", "ror:") if kind == "institution" else (f"{kind}:",)
        ends = [np.array(self.columns.things.span(prefix), np.int32) for prefix in prefixes]
        spans = [np.searchsorted(things, end) for end in ends]
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

    def _distinct(self, things: Numbers, papers: Numbers, names: Names) -> Pairs:
        keys = things.astype(np.int64) * max(len(self.columns.papers), 1) + papers
        # As the rows stand, they are in order where papers and entries have one order.
        is_sorted = (keys[1:] >= keys[:-1]).all()
        keys = keys[np.flatnonzero(np.diff(keys, prepend=-1))] if is_sorted else np.unique(keys)
        one, other = np.divmod(keys, max(len(self.columns.papers), 1))
        return Pairs(one.astype(np.int32), other.astype(np.int32), names)

    @cached_property
    def by_paper(self) -> tuple[Numbers, Numbers]:
        """The entries by paper, and where those of each paper begin."""
        order = np.argsort(self.paper_of, kind="stable").astype(np.int32)
        return order, np.searchsorted(self.paper_of[order], np.arange(len(self.columns.papers) + 1)).astype(np.int32)

    @cached_property
    def places(self) -> tuple[Numbers, Numbers]:
        """The institutions of papers by paper, and where those of each paper begin."""
        pairs = self.pairs("institution")
        order = np.argsort(pairs.papers, kind="stable")
        begins = np.searchsorted(pairs.papers[order], np.arange(len(self.columns.papers) + 1)).astype(np.int32)
        return pairs.things[order], begins

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
def _tables(columns: Columns) -> _Tables:
    return _Tables(columns)


class Corpus:
    """The papers of a graph, by numbers in the order of their names; a set of them is an array of truth values."""

    def __init__(self, store: Selects, columns: Columns) -> None:
        self.store, self.columns = store, columns
        self.tables = _tables(columns)

    @staticmethod
    def of(store: Selects) -> Corpus:
        """The corpus of a graph."""
        return Corpus(store, columns_of(store))

    def __len__(self) -> int:
        return len(self.columns.papers)

    # Conditions

    def holding(self, wanted: Filter) -> Bools:
        """The set of the papers that a filter lets through."""
        out = np.ones(len(self), bool)
        for condition in sorted(wanted.conditions, key=_cost):
            if not out.any():
                break
            found = np.zeros(len(self), bool)
            for term in condition.any_of:
                found |= self._with(term, out)
            out &= ~found if condition.negated else found
        return out

    def papers(self, wanted: Filter) -> list[str]:
        """The papers (CURIEs) that a filter lets through, sorted."""
        return self.names(self.holding(wanted))

    def names(self, papers: Bools) -> list[str]:
        """The names of a set of papers, sorted."""
        return self.columns.papers.names(np.flatnonzero(papers))

    def count(self, wanted: Filter) -> int:
        """How many papers a filter lets through."""
        return int(self.holding(wanted).sum())

    def those(self, papers: Iterable[str]) -> Bools:
        """The set of papers of some names."""
        out = np.zeros(len(self), bool)
        out[[n for paper in papers if (n := self.columns.papers.number(paper)) >= 0]] = True
        return out

    def _with(self, term: Term, among: Bools) -> Bools:
        if isinstance(term, Entity):
            return self._naming(term)
        if isinstance(term, Outcome):
            return self.tables.of_papers(self.columns["results", "entry"][self.reporting(term)])
        if isinstance(term, Phrase):
            few = among.sum() <= _FEW
            entries = self.entries_of(np.flatnonzero(among)) if few else []
            return self._asked(select_saying(term.label, entries)) if entries or not few else np.zeros(len(self), bool)
        if isinstance(term, Link):
            return self.tables.of_papers(self.columns["relations", "entry"][self.relating(term)])
        return self._fact(term)

    def _asked(self, sparql: str) -> Bools:
        return self.those(str(row["paper"]) for row in self.store.select(sparql))

    def _naming(self, term: Entity) -> Bools:
        """The papers that have one of some things, techniques in some roles."""
        columns, out = self.columns, np.zeros(len(self), bool)
        numbers = self.numbers(term.concepts)
        if term.field == "metric":
            return self.tables.of_papers(columns["results", "entry"][np.isin(columns["results", "metric"], numbers)])
        roles = np.array([ROLE[role] for role in term.roles or (USUAL if term.field == "technique" else ())])
        for number in numbers:
            rows = self.tables.rows(number)
            entries = columns["mentions", "entry"][rows]
            if len(roles):
                entries = entries[np.isin(columns["mentions", "role"][rows], roles)]
            out[self.tables.paper_of[entries]] = True
        return out

    def reporting(self, term: Outcome) -> Bools:
        """Which results fulfil a condition."""
        columns = self.columns
        out = np.ones(columns.rows("results"), bool)
        unit = columns["results", "unit"]
        scales = kin(term.unit) if term.value is not None else {term.unit: 1.0}
        if term.unit and len(scales) == 1:
            out &= unit == columns.texts.number(term.unit)
        if term.change:
            out &= columns["results", "change"] == columns.texts.number(term.change)
        if term.value is not None and len(scales) > 1:
            right = np.zeros(len(out), bool)
            for name, factor in scales.items():
                if (number := columns.texts.number(name)) >= 0:
                    right |= (unit == number) & self._compared(term, factor)
            out &= right
        elif term.value is not None:
            out &= self._compared(term, 1.0)
        if term.metrics or term.words:
            right = np.isin(columns["results", "metric"], self.numbers(term.metrics))
            patterns = [re.compile(wording_regex(words), re.IGNORECASE) for words in term.words]
            if patterns:
                wording = columns["results", "wording"]
                used = np.unique(wording[out])
                said = [n for n in used.tolist() if any(p.search(columns.texts.name(n)) for p in patterns)]
                right |= np.isin(wording, said)
            out &= right
        return out

    def relating(self, term: Link) -> Bools:
        """Which relations fulfil a condition."""
        columns = self.columns
        out = columns["relations", "type"] == RELATION[term.relation]
        for side, concepts in ((term.side, term.concepts), ("tail" if term.side == "head" else "head", term.others)):
            if concepts:
                out &= self.related(side, concepts)
        return np.asarray(out)

    def related(self, side: str, things: Iterable[str]) -> Bools:
        """Which relations have one of some things as their "head" or "tail"."""
        chosen = np.zeros(len(self.columns.things), bool)  # several times as fast as to look for each
        chosen[self.numbers(things)] = True
        return np.asarray(chosen[self.columns["relations", side]])

    def numbers(self, things: Iterable[str]) -> Numbers:
        """Things by number; those that the graph does not have are left out."""
        return np.array([n for thing in things if (n := self.columns.things.number(thing)) >= 0], np.int32)

    def _compared(self, term: Outcome, factor: float) -> Bools:
        """Which results keep to a threshold that is given in a unit so many times smaller."""
        low, high = self.columns["results", "low"], self.columns["results", "high"]
        value = (term.value or 0.0) * factor
        if term.op == "=":
            return (high >= value * (1 - ABOUT)) & (low <= value * (1 + ABOUT))
        end = high if END[term.op] == "high" else low
        out: Bools = _TESTS[term.op](end, value)
        if term.limit is not None:
            out &= _TESTS[term.limit_op](end, term.limit * factor)
        return out

    def _fact(self, fact: Fact) -> Bools:
        columns, tables = self.columns, self.tables
        if fact.field == "country":
            pairs = tables.pairs("country")
            out = np.zeros(len(self), bool)
            out[pairs.papers[pairs.things == columns.texts.number(fact.value)]] = True
            return out
        if fact.field == "date":
            return self._dated(fact)
        if fact.field == "author":
            entries = columns["authors", "entry"][np.isin(columns["authors", "author"], tables.persons(fact.value))]
            return tables.of_papers(entries)
        return tables.of_papers(np.flatnonzero(self._entries_with(fact)).astype(np.int32))

    def _entries_with(self, fact: Fact) -> Bools:
        """The entries that say a fact of their paper."""
        columns, tables = self.columns, self.tables
        if fact.field == "kind":
            return tables.chosen("kind", lambda said: said == fact.value)
        if fact.field == "code":
            return tables.chosen("code", lambda said: fact.value.lower() in said.lower())
        if fact.field == "venue":
            names = [re.compile(phrase_regex(said), re.IGNORECASE) for said in {fact.value, *fact.words}]
            return tables.chosen("venue", lambda said: any(name.search(said) for name in names))
        if fact.field == "year":
            return tables.chosen("year", lambda said: bool(_TESTS[fact.op](said, fact.value)))
        if fact.field == "source":
            return np.asarray(columns["entries", "source"] == columns.things.number(fact.concept))
        if fact.field == "paper":
            return np.asarray(np.arange(len(columns.entries)) == columns.entries.number(fact.concept))
        if fact.field == "recent":
            source, when = columns["entries", "source"], columns["entries", "reported"]
            known = {n: columns.texts.name(int(when[source == n].max())) for n in np.unique(source).tolist()}
            newest = sorted((n for n in known if known[n]), key=lambda n: (known[n], columns.things.name(n)))
            return np.isin(source, newest[-int(fact.value) :])
        raise ValueError(f"no paper has a {fact.field}")

    def _dated(self, fact: Fact) -> Bools:
        """The papers of a time, by what dates them: their own date, else their year, else the date of a source."""
        tables, columns = self.tables, self.columns
        out = known = np.zeros(len(self), bool)
        for column in ("date", "year", "reported"):
            said = np.flatnonzero(columns["entries", column] >= 0).astype(np.int32)
            right = np.flatnonzero(tables.chosen(column, lambda day: _in_time(fact, day))).astype(np.int32)
            out = out | (tables.of_papers(right) & ~known)
            known = known | tables.of_papers(said)
        return out

    # What papers have

    @property
    def has_institutions(self) -> bool:
        """Whether any paper has an institution that is known."""
        return bool(len(self.tables.rows_of("institution")))

    def pairs(self, kind: str, roles: tuple[str, ...] = (), among: Bools | None = None) -> Pairs:
        """Which papers have which things of a type, of some papers or of all; techniques in some roles."""
        every = self.tables.pairs(kind, roles)
        if among is None:
            return every
        kept = among[every.papers]
        return Pairs(every.things[kept], every.papers[kept], every.names)

    def common(self, kind: str, number: int, keep: Callable[[str], bool] = bool) -> list[tuple[str, int]]:
        """What most papers have of a type, most first, then by name, with how many do."""
        pairs = self.pairs(kind)
        things, counts = np.unique(pairs.things, return_counts=True)
        ordered = np.lexsort((things, -counts)).tolist()
        named = ((pairs.names.name(int(things[at])), int(counts[at])) for at in ordered)
        return list(islice((one for one in named if keep(one[0])), number))

    def having(self, kind: str, families: Mapping[str, Iterable[str]]) -> dict[str, int]:
        """How many papers have one of a family of things of a type, for each that has any."""
        pairs = self.pairs(kind)
        found = {}
        for name, family in families.items():
            kept = np.isin(pairs.things, [pairs.names.number(one) for one in family])
            found[name] = len(np.unique(pairs.papers[kept]))
        return {name: count for name, count in found.items() if count}

    def entries_of(self, papers: Iterable[int]) -> list[str]:
        """The entries (CURIEs) of papers by number."""
        order, starts = self.tables.by_paper
        return [self.columns.entries.name(int(n)) for paper in papers for n in order[starts[paper] : starts[paper + 1]]]

    def entry_numbers(self, paper: int) -> list[int]:
        """The entries of a paper, by number: by their names."""
        order, starts = self.tables.by_paper
        return [int(n) for n in order[starts[paper] : starts[paper + 1]]]

    def titles(self, paper: int) -> list[str]:
        """The titles that the entries of a paper give it, in their order."""
        return self.columns.texts.names(self.columns["entries", "title"][self.entry_numbers(paper)])

    def row(self, paper: int) -> Row:
        """A paper by number, without its words."""
        entries = tuple(sorted(name[len("entry:") :] for name in self.entries_of([paper])))
        title = next(filter(None, self.titles(paper)), "")
        return Row(entries[0], self.columns.papers.name(paper), title, entries, 0.0, ())

    def texts(self, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """The raw texts of fields of entries, by number of both; of what an entry does not have none."""
        nodes = {f"{self.columns.entries.name(entry)}/text/{FIELDS[field]}": (entry, field) for entry, field in places}
        if not nodes:
            return {}
        found = f"{values('text', sorted(nodes))} ?text kg:raw ?raw"
        rows = self.store.select(f"SELECT ?text ?raw WHERE {{ {found} }}")
        return {nodes[str(row["text"])]: str(row["raw"]) for row in rows}

    def mentions_in(self, entries: Numbers) -> Numbers:
        """The rows of "mentions" of some entries, by number."""
        order, starts = self.tables.by_entry
        return np.concatenate([order[starts[n] : starts[n + 1]] for n in entries.tolist()] or [order[:0]])

    def mentions_of(self, things: Iterable[int]) -> Numbers:
        """The rows of "mentions" of some things, by number."""
        spans = [self.tables.rows(thing) for thing in things]
        return np.concatenate([np.arange(at.start, at.stop, dtype=np.int32) for at in spans] or [np.empty(0, np.int32)])

    def paper_of(self, rows: Numbers) -> Numbers:
        """The papers of rows of "mentions"."""
        return np.asarray(self.tables.paper_of[self.columns["mentions", "entry"][rows]])

    def node(self, table: str, row: int) -> str:
        """The name of a mention, result or relation by its row in "mentions", "results" or "relations"."""
        columns = self.columns
        entry = columns.entries.name(int(columns[table, "entry"][row]))
        return f"{entry}/{table[:-1]}/{columns[table, 'order'][row]}"

    def results_in(self, entry: int) -> range:
        """The rows of "results" of an entry, by number."""
        return range(*span(self.columns["results", "entry"], entry))

    def institutions_in(self, country: str) -> Numbers:
        """The institutions of a country, as numbers of things."""
        columns = self.columns
        right = columns["countries", "country"] == columns.texts.number(country)
        return np.asarray(columns["countries", "thing"][right])

    def backer(self, paper: int) -> Backer:
        """What is known of a paper by number."""
        tables = self.tables
        order, starts = tables.by_paper
        entries = [self.columns.entries.name(int(n))[6:] for n in order[starts[paper] : starts[paper + 1]]]
        places, begins = tables.places
        when = tables.when[paper]
        return Backer(
            self.columns.papers.name(paper),
            sorted(entries),
            tables.days[when] if when >= 0 else "",
            frozenset(self.columns.things.names(places[begins[paper] : begins[paper + 1]])),
        )

    def support(self, papers: Numbers) -> int:
        """The independent support of papers by number: see `kg.query.support`."""
        if not self.has_institutions:
            return int(len(papers) > 0)
        when = self.tables.when[papers]
        ordered = papers[np.lexsort((papers, np.where(when < 0, len(self.tables.days), when)))]
        places, begins = self.tables.places
        return independent(set(places[begins[paper] : begins[paper + 1]].tolist()) for paper in ordered)

    def backers(self, papers: Iterable[str]) -> dict[str, Backer]:
        """What is known of papers (CURIEs)."""
        numbers = (self.columns.papers.number(paper) for paper in papers)
        return {one.paper: one for number in sorted(set(numbers)) if number >= 0 for one in [self.backer(number)]}


def span(numbers: Numbers, number: int) -> tuple[int, int]:
    """Where a number stands in sorted ones: from its first place to behind the last."""
    # A plain list would have numpy copy the whole column.
    first, last = np.searchsorted(numbers, np.array([number, number + 1], np.int32)).tolist()
    return first, last


def _cost(condition: Condition) -> int:
    """What is asked of the store comes last, when few papers are left."""
    return max(isinstance(term, Phrase) for term in condition.any_of)


def _in_time(fact: Fact, day: str) -> bool:
    """Whether a date keeps to a time, as far as it is known: 2025 is not before 2025-10."""
    any_year = fact.value.startswith("--")
    value = fact.value.removeprefix("--")
    part = day[5 if any_year else 0 :][: len(value)]
    return bool(_TESTS[fact.op](part, value)) and (part == value or not value.startswith(part))
