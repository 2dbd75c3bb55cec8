"""The papers of a graph as conditions, counts and rankings see them: sets of papers and pairs of things and papers.

`Corpus.holding` means what `kg.query.sparql.select_papers` says; a test holds the one against the other. Conditions on
words are asked of the store.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from kg.model import FIELDS
from kg.query.answer import Row
from kg.query.columns import RELATION, ROLE, Columns
from kg.query.filter import Condition, Entity, Fact, Filter, Link, Op, Outcome, Phrase, Term
from kg.query.nodes import place_of_node, saying
from kg.query.pairs import Pairs, span, tables_of, within
from kg.query.scan import columns_of
from kg.query.sparql import (
    ABOUT,
    END,
    USUAL,
    phrase_regex,
    wording_regex,
)
from kg.query.support import Supporter
from kg.store.file import StoreFile
from kg.units import kin

if TYPE_CHECKING:
    from kg.query.pairs import Bools, Numbers

#: Papers among which words are looked for entry by entry; among more it is faster to look through all texts.
_FEW = 300
#: Of one paper in so many and fewer, what they have is looked up; of more, all that papers have is looked through.
_MANY = 8
_MASKS = 20  # of results and of papers, a byte for each of all
#: Texts, and counts of support, that are kept for the next question.
_KEPT = 20_000
#: Papers whose independent support is looked at in the first step.
_LOOKED = 32
_TEXTS = "SELECT e.name, t.field, t.raw FROM entries e JOIN texts t ON t.entry = e.id WHERE e.name IN"
_CIRCUMSTANCES = """SELECT e.name, x.number, c.curie, x.baseline_text, x.setting FROM entries e
    JOIN results x ON x.entry = e.id LEFT JOIN concepts c ON c.id = x.baseline WHERE e.name IN"""
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_TESTS: dict[Op, Callable[[Any, Any], Any]] = {
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
    "=": lambda a, b: a == b,
}


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


class Corpus:
    """The papers of a graph, by numbers in the order of their names; a set of them is an array of truth values."""

    def __init__(self, store: StoreFile, columns: Columns) -> None:
        self.store, self.columns = store, columns
        self.tables = tables_of(columns)
        self._titles = columns["entries", "title"]

    @staticmethod
    def of(store: StoreFile) -> Corpus:
        """The corpus of a graph."""
        return Corpus(store, columns_of(store))

    def __len__(self) -> int:
        return len(self.columns.papers)

    # Conditions

    def holding(self, wanted: Filter) -> Bools:
        """The set of the papers that a filter lets through; not to be written to."""
        known, asked = self.tables.holding, wanted.conditions
        return _remembered(known, [asked], lambda _: {asked: self._holding(wanted)}, _MASKS)[asked]

    def _holding(self, wanted: Filter) -> Bools:
        out = np.ones(len(self), bool)
        for condition in sorted(wanted.conditions, key=_cost):
            if not out.any():
                break
            found = np.zeros(len(self), bool)
            for term in condition.any_of:
                found |= self._with(term, out)
            out &= ~found if condition.negated else found
        out.flags.writeable = False
        return out

    def papers(self, wanted: Filter) -> list[str]:
        """The papers (CURIEs) that a filter lets through, sorted."""
        return self.columns.papers.names(self.found(wanted))

    def names(self, papers: Bools) -> list[str]:
        """The names of a set of papers, sorted."""
        return self.columns.papers.names(np.flatnonzero(papers))

    def found(self, wanted: Filter) -> list[int]:
        """The papers that a filter lets through, by number, sorted."""
        found: list[int] = np.flatnonzero(self.holding(wanted)).tolist()
        return found

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
            entries = [name.partition(":")[2] for name in self.entries_of(np.flatnonzero(among))] if few else None
            return self.those(saying(self.store, term.label, entries))
        if isinstance(term, Link):
            return self.tables.of_papers(self.columns["relations", "entry"][self.relating(term)])
        return self._fact(term)

    def _naming(self, term: Entity) -> Bools:
        """The papers that have one of some things, techniques in some roles."""
        columns, numbers = self.columns, self.numbers(term.concepts)
        if term.field == "metric":
            return self.tables.of_papers(columns["results", "entry"][np.isin(columns["results", "metric"], numbers)])
        rows = self.mentions_of(numbers)
        if roles := [ROLE[role] for role in term.roles or (USUAL if term.field == "technique" else ())]:
            rows = rows[np.isin(columns["mentions", "role"][rows], roles)]
        return self.tables.of_papers(columns["mentions", "entry"][rows])

    def reporting(self, term: Outcome) -> Bools:
        """Which results fulfil a condition."""
        return _remembered(self.tables.reporting, [term], lambda _: {term: self._reporting(term)}, _MASKS)[term]

    def _reporting(self, term: Outcome) -> Bools:
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
        out = np.zeros(self.columns.rows("relations"), bool)
        out[self.relations_of(side, self.numbers(things))] = True
        return out

    def relations_of(self, side: str, things: Numbers) -> Numbers:
        """The rows of "relations" that have some things, by number, as their "head" or "tail"."""
        order, begins = self.tables.by_end(side)
        return order[within(begins[things], begins[things + 1])]

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
        return self.tables.has_institutions

    def pairs(self, kind: str, roles: tuple[str, ...] = (), among: Bools | None = None) -> Pairs:
        """Which papers have which things of a type, of some papers or of all; techniques in some roles."""
        every = self.tables.pairs(kind, roles)
        if among is None:
            return every
        papers = np.flatnonzero(among)
        if _MANY * len(papers) < len(among):
            order, begins = self.tables.pairs_by_paper(kind, roles)
            kept = np.sort(order[within(begins[papers], begins[papers + 1])])
        else:
            kept = np.flatnonzero(among[every.papers]).astype(np.int32)
        return Pairs(every.things[kept], every.papers[kept], every.names)

    def common(self, kind: str, number: int, keep: Callable[[str], bool] = bool) -> list[tuple[str, int]]:
        """What most papers have of a type, most first, then by name, with how many do."""
        pairs = self.pairs(kind)
        things, counts = pairs.counted()
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
        numbers = np.fromiter(papers, np.int32)
        return self.columns.entries.names(order[within(starts[numbers], starts[numbers + 1])].tolist())

    def listed(self, papers: Iterable[int]) -> list[str]:
        """The names of the entries of papers by number ("002-22"), sorted."""
        return sorted(chain.from_iterable(map(self.tables.called, papers)))

    def called(self, paper: int) -> tuple[str, ...]:
        """The names of the entries of a paper by number ("002-22"), sorted."""
        return self.tables.called(paper)

    def entry_numbers(self, paper: int) -> list[int]:
        """The entries of a paper, by number: by their names."""
        return self.tables.own(paper)

    def titled(self, paper: int) -> str:
        """The titles that the entries of a paper give it, folded, with a space before and behind each."""
        return self.tables.titled(paper)

    def titles(self, paper: int) -> list[str]:
        """The titles that the entries of a paper give it, in their order."""
        return self.columns.texts.names(self._titles[self.entry_numbers(paper)])

    def row(self, paper: int) -> Row:
        """A paper by number, without its words."""
        numbers = self.entry_numbers(paper)
        entries = self.called(paper)
        titles = (self.columns.texts.name(int(self._titles[n])) for n in numbers)
        return Row(entries[0], self.columns.papers.name(paper), next(filter(None, titles), ""), entries, 0.0, ())

    def texts(self, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """The raw texts of fields of entries, by number of both; of what an entry does not have none."""
        name = self.columns.entries.name

        def look(unknown: set[tuple[int, int]]) -> dict[tuple[int, int], str]:
            places = {(name(entry).partition(":")[2], FIELDS[field]): (entry, field) for entry, field in unknown}
            rows = self.store.some(f"{_TEXTS} ({{}})", (entry for entry, _ in places))
            return {places[entry, field]: raw for entry, field, raw in rows if (entry, field) in places}

        return _remembered(self.tables.texts, places, look)

    def circumstances(self, results: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The baselines and settings of results, by their nodes (CURIEs)."""

        def look(unknown: set[str]) -> dict[str, dict[str, Any]]:
            found: dict[str, dict[str, Any]] = {}
            rows = self.store.some(f"{_CIRCUMSTANCES} ({{}})", (place_of_node(node)[0] for node in unknown))
            for entry, number, baseline, text, setting in rows:
                if (node := f"entry:{entry}/result/{number}") in unknown:
                    said = {"baseline": baseline, "baselineText": text or None, "setting": setting or None}
                    found[node] = {"node": node, **said}
            return found

        return _remembered(self.tables.circumstances, results, look)

    def mentions_in(self, entries: Numbers) -> Numbers:
        """The rows of "mentions" of some entries, by number."""
        order, starts = self.tables.by_entry
        return order[within(starts[entries], starts[entries + 1])]

    def mentions_of(self, things: Iterable[int]) -> Numbers:
        """The rows of "mentions" of some things, by number."""
        spans = [self.tables.rows(thing) for thing in things]
        return np.concatenate([np.arange(at.start, at.stop, dtype=np.int32) for at in spans] or [np.empty(0, np.int32)])

    def naming(self, thing: int, entry: int) -> range:
        """The rows of "mentions" in which an entry names a thing, by number of both."""
        rows = self.tables.rows(thing)
        first, last = span(self.columns["mentions", "entry"][rows], entry)
        return range(rows.start + first, rows.start + last)

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
        places, begins = tables.places
        when = tables.when[paper]
        return Backer(
            self.columns.papers.name(paper),
            list(self.called(paper)),
            tables.days[when] if when >= 0 else "",
            frozenset(self.columns.things.names(places[begins[paper] : begins[paper + 1]])),
        )

    def support(self, papers: Numbers) -> int:
        """The independent support of papers by number: see `kg.query.support`."""
        if not self.has_institutions:
            return int(len(papers) > 0)
        key = blake2b(papers.tobytes(), digest_size=16).digest()
        return _remembered(self.tables.supports, [key], lambda _: {key: self._support(papers)})[key]

    def _support(self, papers: Numbers) -> int:
        order, place = self.tables.by_date
        ordered = order[np.sort(place[papers])]
        places, begins = self.tables.places
        first, last = begins[ordered], begins[ordered + 1]
        has = last > first
        count, at, size = int(not has.all()), 0, _LOOKED
        first, last = first[has], last[has]
        seen = np.zeros(len(self.columns.things), bool)
        while at < len(first):  # in growing steps, for the later a paper is, the more likely its institutions are seen
            starts, ends = first[at : at + size], last[at : at + size]
            own = places[within(starts, ends)]
            hit = np.logical_or.reduceat(seen[own], np.cumsum(ends - starts) - (ends - starts))
            new: set[int] = set()
            for start, end in zip(starts[~hit].tolist(), ends[~hit].tolist(), strict=True):
                institutions = places[start:end].tolist()
                if new.isdisjoint(institutions):
                    new.update(institutions)
                    count += 1
            seen[list(new)] = True
            at, size = at + size, 2 * size
        return count

    def backers(self, papers: Iterable[str]) -> dict[str, Backer]:
        """What is known of papers (CURIEs)."""
        numbers = (self.columns.papers.number(paper) for paper in papers)
        return {one.paper: one for number in sorted(set(numbers)) if number >= 0 for one in [self.backer(number)]}


def _remembered(
    known: dict[_Key, _Value],
    keys: Iterable[_Key],
    look: Callable[[set[_Key]], dict[_Key, _Value]],
    most: int = _KEPT,
) -> dict[_Key, _Value]:
    """What is known of some keys, the rest looked up and kept for the next question; several threads may ask."""
    wanted = set(keys)
    found = {key: known[key] for key in wanted if key in known}
    if unknown := wanted - found.keys():
        new = look(unknown)
        if len(known) >= most:
            known.clear()
        known.update(new)
        found |= new
    return found


def _cost(condition: Condition) -> int:
    """What is asked of the store comes last, when few papers are left."""
    return max(isinstance(term, Phrase) for term in condition.any_of)


def _in_time(fact: Fact, day: str) -> bool:
    """Whether a date keeps to a time, as far as it is known: 2025 is not before 2025-10."""
    any_year = fact.value.startswith("--")
    value = fact.value.removeprefix("--")
    part = day[5 if any_year else 0 :][: len(value)]
    return bool(_TESTS[fact.op](part, value)) and (part == value or not value.startswith(part))
