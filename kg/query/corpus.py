"""The papers of a graph as questions see them: sets of papers, their entities, counts and dates.

Everything is computed in SQL on the graph's tables. A set of papers is a sub-select; only displayed rows are loaded.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from heapq import nlargest
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from kg.identifiers import address, called
from kg.query.answer import ReadPapers, Row
from kg.query.conditions import (
    PROPOSALS,
    Near,
    Search,
    Value,
    Where,
    concepts,
    enough,
    fitting,
    holding,
    is_often_unsaid,
    is_slow,
    marks,
    one_holding,
    proposing,
    saying,
)
from kg.query.filter import Compound, Condition, Entity, Fact, Filter, Outcome, Phrase
from kg.query.patterns import any_regex
from kg.query.support import Backer, independent
from kg.query.title_names import Titles
from kg.store.file import StoreFile
from kg.store.rows import USUAL
from kg.text import sentence_at

#: Up to this number of papers, institutions are looked up one by one.
_FEW = 1000
_EVERY = 1 << 40  # rows
#: Cache size for each kind of lookup.
_KEPT = 20_000
_Kept = dict[object, dict[object, object]]
#: The caches of open stores, each with the stamp that the store had at that time.
_KNOWN: WeakKeyDictionary[StoreFile, tuple[bytes, _Kept]] = WeakKeyDictionary()
#: Further properties that papers are counted by: the value, the paper, and the tables that join them.
_COUNTED = {
    "author": ("x.name", "x.paper", "authors x"),
    "venue": ("p.venue", "p.id", "papers p"),
    "kind": ("p.kind", "p.id", "papers p"),
    "report": ("'source:' || e.source", "p.id", "entries e JOIN papers p ON p.curie = e.paper"),
    "country": ("c.country", "x.paper", "concepts c JOIN mentions x ON x.concept = c.id"),
}
_TABLES = {"topic": ("topics", "topic"), "metric": ("results", "metric")}
_P = ParamSpec("_P")
_Value = TypeVar("_Value")


class Papers(NamedTuple):
    """A set of papers: the condition on `p`, a row of `papers`; `ALL` is all of them."""

    sql: str = ""
    given: tuple[Value, ...] = ()

    def of(self, column: str) -> Where:
        """The condition that a column of a row is the number of one of the papers."""
        return Where(f"{column} IN ({self.sql})", self.given) if self.sql else Where("TRUE")


ALL = Papers()


class DatedPaper(NamedTuple):
    """A paper and its date: ISO 8601, as exact as known, "" if unknown."""

    curie: str
    when: str


class Wording(NamedTuple):
    """A span of text that expresses a term."""

    paper: int
    entry: int
    field: str
    start: int
    end: int
    label: str
    score: float = 1.0
    sure: int = 1


def cached(made: Callable[Concatenate[Corpus, _P], _Value]) -> Callable[Concatenate[Corpus, _P], _Value]:
    """A method whose values are cached for later questions; its arguments must be hashable."""

    @wraps(made)
    def known(corpus: Corpus, /, *args: _P.args, **named: _P.kwargs) -> _Value:
        return corpus.kept(made.__qualname__, (args, tuple(named.items())), lambda: made(corpus, *args, **named))

    return known


class Corpus:
    """The papers of a graph in one state."""

    def __init__(self, store: StoreFile, kept: _Kept) -> None:
        """`kept` is the cache for this state."""
        self.store, self._kept = store, kept

    @staticmethod
    def of(store: StoreFile) -> Corpus:
        """The corpus of a graph in its current state."""
        stamp = store.stamp
        known = _KNOWN.get(store)
        if known is None or known[0] != stamp:
            known = _KNOWN[store] = stamp, {}
        return Corpus(store, known[1])

    def __len__(self) -> int:
        return self.count(ALL)

    def once(self, made: Callable[_P, _Value], *args: _P.args, **named: _P.kwargs) -> _Value:
        """The value of a function, cached for later questions; its arguments must be hashable."""
        return self.kept(made.__qualname__, (args, tuple(named.items())), lambda: made(*args, **named))

    def kept(self, name: str, key: Hashable, make: Callable[[], _Value], most: int = _KEPT) -> _Value:
        """The value of `make` for a key, cached under a name for later questions, at most so many."""
        known = self._kept.setdefault(name, {})
        if key not in known:
            if len(known) >= most:
                known.clear()
            known[key] = make()
        found: _Value = known[key]  # type: ignore[assignment]  # typed by the function that made it
        return found

    def _remembered(
        self, name: object, keys: Iterable[str], look: Callable[[list[str]], dict[str, _Value]]
    ) -> dict[str, _Value]:
        """The values of some keys, in order; missing ones are looked up together and cached for later questions."""
        known: dict[object, object] = self._kept.setdefault(name, {})
        wanted = sorted(set(keys))
        found = {key: known[key] for key in wanted if key in known}
        if unknown := [key for key in wanted if key not in found]:
            new = look(unknown)
            if len(known) >= _KEPT:
                known.clear()
            known.update(new)
            found |= new
        return {key: found[key] for key in wanted if key in found}  # type: ignore[misc]  # typed by the lookup

    def read(self) -> ReadPapers:
        """How many papers were read in full, and how many by their abstracts."""
        sql = "SELECT count(*) FROM papers WHERE parts IS NOT NULL"
        whole = self.kept("whole papers", None, lambda: int(self.store.rows(sql)[0][0]))
        return ReadPapers(whole, len(self) - whole)

    # Sets of papers

    def holding(self, wanted: Filter) -> Papers:
        """The papers that pass a filter."""
        return self.once(self._holding, replace(wanted, ignored=(), notes=()))

    @property
    def _search(self) -> Search:
        return Search(self.store.db.holding, self._titled, self._proposing, self._joint)

    def _holding(self, wanted: Filter) -> Papers:
        if not wanted.conditions:
            return ALL
        if not is_slow(wanted):
            where = holding(wanted, self._search)
            return Papers(f"SELECT p.id FROM papers p WHERE {where.sql}", where.given)
        found = frozenset.intersection(*(self._having(one, len(wanted.conditions) == 1) for one in wanted.conditions))
        return Papers(", ".join(map(str, sorted(found))) or "NULL")

    @cached
    def _having(self, condition: Condition, is_alone: bool) -> frozenset[int]:
        """The papers that fulfil a condition, alone or beside others."""
        where = one_holding(condition, self._search, is_alone)
        return frozenset(n for (n,) in self.store.rows(f"SELECT p.id FROM papers p WHERE {where.sql}", *where.given))

    def having_each(self, wanted: Filter) -> list[frozenset[str]]:
        """The papers (CURIEs) that fulfil each condition of a filter."""
        return [self._named_having(one, len(wanted.conditions) == 1) for one in wanted.conditions]

    @cached
    def _named_having(self, condition: Condition, is_alone: bool) -> frozenset[str]:
        sql = "SELECT id, curie FROM papers"
        curies: dict[int, str] = self.kept("curies", None, lambda: dict(self.store.rows(sql)))
        return frozenset(curies[number] for number in self._having(condition, is_alone))

    def silent_on(self, kind: str) -> frozenset[str]:
        """The papers (CURIEs) that mention nothing of a type."""
        sql = """SELECT curie FROM papers WHERE id NOT IN (
            SELECT x.paper FROM mentions x JOIN concepts c ON c.id = x.concept WHERE c.type = ?)"""
        return self.kept("silent", kind, lambda: frozenset(curie for (curie,) in self.store.rows(sql, kind)))

    def texts_with(self, word: str) -> int:
        """How many entries contain a word of letters and digits, in any of its forms."""
        return self.kept("texts with", word, lambda: int(self.store.rows(self.store.db.COUNTED, f'"{word}"')[0][0]))

    def ranked(self, words: Iterable[str]) -> dict[str, float]:
        """The papers (CURIEs) whose texts contain some of these words, each with its BM25 score: higher is better."""
        either = " OR ".join(map('"{}"'.format, words))
        return dict(self.store.rows(self.store.db.RANKED, either)) if either else {}

    def titles(self) -> Titles:
        """All titles, prepared for searching."""
        return self.kept("titles", None, lambda: Titles(self.store.rows("SELECT id, title FROM papers")))

    def proposals(self) -> Titles:
        """The proposal sentences of papers, prepared for searching: loaded once, for many names."""
        return self.kept("proposals", None, lambda: Titles(self.store.rows(PROPOSALS.format("TRUE"))))

    def _titled(self, names: tuple[str, ...], longer: tuple[str, ...] = ()) -> Where:
        """The papers `p` whose title has one of some names."""
        return _numbered(self.once(self.titles().having, names, longer))

    def _proposing(self, names: tuple[str, ...], longer: tuple[str, ...], near: Near) -> Where:
        """The papers `p` whose proposal sentence has one of some names."""
        if "proposals" not in self._kept:
            return proposing(names, longer, near)
        found = self.kept("proposing", (names, longer), lambda: self.proposals().having(names, longer))
        return _numbered(found)

    def _joint(self, term: Compound) -> Where:
        """The papers `p` with a sentence that has all parts of a compound."""
        return _numbered(frozenset(self.once(self.joint, term)))

    def joint(self, term: Compound, papers: Papers = ALL, *, apart: bool = False) -> dict[int, list[Wording]]:
        """Spans where papers have all parts of a compound in one sentence, or `apart` anywhere, by paper number.

        The title and the proposal sentence count as context of every sentence.
        """
        parts: list[list[Wording]] = []
        for part in sorted(term.parts, key=lambda part: any(isinstance(one, Phrase) for one in part)):
            parts.append([found for one in part for found in self._worded(one, papers)])
            papers = Papers(", ".join(sorted({str(found.paper) for found in parts[-1]})) or "NULL")
        entries = ", ".join(sorted({str(found.entry) for found in parts[-1]})) or "NULL"
        sql = f"SELECT entry, field, raw FROM texts WHERE entry IN ({entries})"
        raws = {(entry, field): raw for entry, field, raw in self.store.rows(sql)}
        keys = self.store.rows(f"SELECT e.id, e.record ->> '$.key' FROM entries e WHERE e.id IN ({entries})")
        proposed = {entry: json.loads(key or "{}").get("proposes") or {} for entry, key in keys}
        sentences: list[dict[tuple[object, ...], list[Wording]]] = []
        for own in parts:
            sentences.append(defaultdict(list))
            for found in own:
                if apart:
                    sentences[-1][(found.paper,)].append(found)
                else:
                    first, _ = sentence_at(raws.get(found[1:3], ""), found.start, found.end)
                    sentences[-1][*found[1:3], first].append(found)
        titled: list[dict[object, Wording]] = [
            {found.entry: found for found in own if not apart and _is_central(found, proposed.get(found.entry, {}))}
            for own in parts
        ]
        by_part = list(zip(sentences, titled, strict=True))
        out: dict[int, list[Wording]] = defaultdict(list)
        for said in set[tuple[object, ...]]().union(*sentences):
            if all(said in by or said[0] in named for by, named in by_part):
                for found in (one for by, named in by_part for one in by.get(said) or [named[said[0]]]):
                    out[found.paper].append(found)
        return out

    def _worded(self, term: Entity | Outcome | Phrase, papers: Papers) -> Iterator[Wording]:
        """The spans in the texts of some papers that express a term."""
        among = papers.of("t.paper")
        if isinstance(term, Phrase):
            fits, pattern = fitting(term.said), re.compile(any_regex(term.said))
            sql = f"SELECT t.paper, t.entry, t.field, t.raw FROM texts t WHERE {among.sql} AND {fits.sql}"
            yield from _matching(pattern, term.label, self.store.rows(sql, *among.given, *fits.given))
            return
        for table, where in saying(term):
            sql = f"""SELECT x.paper, x.entry, x.field, x.start, x."end", ?, x.score, x.sure FROM {table} x
                WHERE {papers.of("x.paper").sql} AND {where.sql}"""
            yield from map(Wording._make, self.store.rows(sql, term.label, *papers.given, *where.given))
        if isinstance(term, Entity) and term.titles:
            named, pattern = self._titled(term.titles, term.longer), re.compile(any_regex(term.titles))
            sql = f"""SELECT t.paper, t.entry, t.field, t.raw FROM papers p JOIN texts t ON t.paper = p.id
                WHERE t.field = 'T' AND {named.sql} AND {among.sql}"""
            yield from _matching(pattern, term.label, self.store.rows(sql, *named.given, *among.given))

    def those(self, papers: Iterable[str]) -> Papers:
        """The set of papers with some ids (CURIEs)."""
        named = sorted(set(papers))
        return Papers(f"SELECT id FROM papers WHERE curie IN ({marks(named)})", tuple(named))

    @cached
    def mentioning(self, condition: Condition) -> list[str]:
        """The papers (CURIEs) whose bodies only mention the entity of a condition: "H800" in an outlook."""
        found: set[str] = set()
        for term in condition.any_of:
            named = term.words if isinstance(term, Fact) else term.concepts if isinstance(term, Entity) else ()
            among = f"{'x.name' if isinstance(term, Fact) else 'c.curie'} IN ({marks(named)})"
            sql = f"""SELECT p.curie FROM uses x JOIN papers p ON p.id = x.paper LEFT JOIN concepts c
                ON c.id = x.concept WHERE x.use = 'mentioned' AND x.type = ? AND {among}"""
            found.update(curie for (curie,) in self.store.rows(sql, term.field, *named))
        return sorted(found.difference(self.found(Filter((condition,))) if found else ()))

    @cached
    def count(self, papers: Papers) -> int:
        """How many papers a set has."""
        where = papers.of("p.id")
        return int(self.store.rows(f"SELECT count(*) FROM papers p WHERE {where.sql}", *where.given)[0][0])

    def names(self, papers: Papers) -> list[str]:
        """The papers (CURIEs) of a set, sorted."""
        return [paper.curie for paper in self.dated(papers)]

    @cached
    def dated(self, papers: Papers) -> tuple[DatedPaper, ...]:
        """The papers of a set with their dates, by name."""
        where = papers.of("p.id")
        sql = f"SELECT p.curie, p.appeared FROM papers p WHERE {where.sql} ORDER BY p.curie"
        return tuple(DatedPaper(*row) for row in self.store.rows(sql, *where.given))

    def found(self, wanted: Filter) -> list[str]:
        """The papers (CURIEs) that pass a filter, sorted."""
        return self.names(self.holding(wanted))

    # What papers have

    @cached
    def covered(self, kind: str, papers: Papers) -> tuple[int, int]:
        """How many papers of a set have anything of a type, and how many there are."""
        pairs = self._pairs(kind, papers)
        sql = f"SELECT count(DISTINCT paper) FROM ({pairs.sql}) x"
        return int(self.store.rows(sql, *pairs.given)[0][0]), self.count(papers)

    def leads(self, kind: str, papers: Papers) -> bool:
        """Whether enough of some papers name a type to rank its entities."""
        return not is_often_unsaid(kind) or enough(kind, *self.covered(kind, papers))

    def tells_support(self, papers: Papers) -> bool:
        """Whether enough of some papers name an institution, without which independence is unknown."""
        return self.leads("institution", papers)

    def _pairs(self, kind: str, papers: Papers = ALL, roles: tuple[str, ...] = (), sure: bool = False) -> Where:
        """A SELECT of the entities of a type that papers (`sure`: surely) have, as `thing`, each with its `paper`.

        A pair may come twice.
        """
        if kind in _COUNTED:
            thing, paper, rows = _COUNTED[kind]
            among = papers.of(paper)
            sql = f"SELECT {thing} AS thing, {paper} AS paper FROM {rows} WHERE {thing} <> '' AND {among.sql}"
            return Where(sql, among.given)
        table, column = _TABLES.get(kind, ("mentions", "concept"))
        among = papers.of("x.paper")
        said = roles or (USUAL if kind == "technique" else ())
        in_role = _in_role(said, sure)
        return Where(
            f"SELECT c.curie AS thing, x.paper AS paper FROM {table} x JOIN concepts c ON c.id = x.{column}"
            f" WHERE c.type = ? AND {among.sql}{in_role}",
            (kind, *among.given, *said),
        )

    @cached
    def most(
        self, kind: str, papers: Papers = ALL, number: int = _EVERY, *, sure: bool = False
    ) -> tuple[list[tuple[str, int]], int]:
        """The entities of a type that most papers of a set (`sure`: surely) have, then by name; and their number."""
        if kind in _COUNTED:
            pairs = self._pairs(kind, papers)
            counted = Where(f"SELECT thing, count(DISTINCT paper) AS papers FROM ({pairs.sql}) x GROUP BY thing",
                            pairs.given)  # fmt: skip
        elif not papers.sql and not sure:  # what writing counts
            counted = Where("SELECT c.curie AS thing, n.papers FROM counts n JOIN concepts c ON c.id = n.concept "
                            "WHERE n.type = ? AND n.role = ''", (kind,))  # fmt: skip
        else:
            table, column = _TABLES.get(kind, ("mentions", "concept"))
            among, roles = papers.of("x.paper"), USUAL if kind == "technique" else ()
            in_role = _in_role(roles, sure)
            counted = Where(
                f"SELECT c.curie AS thing, n.papers FROM (SELECT x.{column} AS concept, count(DISTINCT x.paper) AS"
                f" papers FROM {table} x WHERE {among.sql}{in_role} GROUP BY x.{column}) n"
                " JOIN concepts c ON c.id = n.concept WHERE c.type = ?",
                (*among.given, *roles, kind),
            )
        sql = f"SELECT thing, papers FROM ({counted.sql}) x ORDER BY papers DESC, thing LIMIT ?"
        rows = self.store.rows(sql, *counted.given, number)
        if number <= len(rows):
            total = int(self.store.rows(f"SELECT count(*) FROM ({counted.sql}) x", *counted.given)[0][0])
        else:
            total = len(rows)
        return [(thing, count) for thing, count in rows], total

    @cached
    def most_of_each(self, papers: Papers, number: int) -> dict[str, list[tuple[str, int]]]:
        """The most frequent entities of each type, and topics, in a set of papers: at most `number` of each.

        Counts as in `most`, but in two passes for all types together.
        """
        among = papers.of("x.paper")
        named = f"""SELECT c.type, c.curie, n.papers, n.usual FROM (
            SELECT y.concept, count(*) AS papers, sum(y.usual) AS usual FROM (
            SELECT x.paper, x.concept, max(CASE WHEN x.role IN ({marks(USUAL)}) THEN 1 ELSE 0 END) AS usual
            FROM mentions x WHERE {among.sql} GROUP BY x.paper, x.concept) y
            GROUP BY y.concept) n JOIN concepts c ON c.id = n.concept"""
        about = f"""SELECT c.type, c.curie, n.papers FROM (SELECT x.topic, count(DISTINCT x.paper) AS papers
            FROM topics x WHERE {among.sql} GROUP BY x.topic) n JOIN concepts c ON c.id = n.topic"""
        counted: dict[str, list[tuple[str, int]]] = {}
        for kind, thing, every, usual in self.store.rows(named, *USUAL, *among.given):
            if count := usual if kind == "technique" else every:
                counted.setdefault(kind, []).append((thing, count))
        for kind, thing, count in self.store.rows(about, *among.given):
            counted.setdefault(kind, []).append((thing, count))
        return {kind: _first(rows, number) for kind, rows in counted.items()}

    def behind(self, kind: str, thing: str, papers: Papers = ALL, *, sure: bool = False) -> tuple[DatedPaper, ...]:
        """The papers of a set that (`sure`: surely) have an entity, by name."""
        return self.behind_each(kind, [thing], papers, sure=sure)[thing]

    def behind_each(
        self, kind: str, things: Iterable[str], papers: Papers = ALL, *, sure: bool = False
    ) -> dict[str, tuple[DatedPaper, ...]]:
        """The papers of a set that (`sure`: surely) have each of some entities, by name."""

        def look(unknown: list[str]) -> dict[str, tuple[DatedPaper, ...]]:
            pairs = self._pairs(kind, papers, sure=sure)
            sql = (f"SELECT DISTINCT x.thing, p.curie, p.appeared FROM ({pairs.sql}) x JOIN papers p ON p.id = x.paper"
                   f" WHERE x.thing IN ({marks(unknown)}) ORDER BY p.curie")  # fmt: skip
            found: dict[str, list[DatedPaper]] = {thing: [] for thing in unknown}
            for thing, paper, when in self.store.rows(sql, *pairs.given, *unknown):
                found[thing].append(DatedPaper(paper, when))
            return {thing: tuple(own) for thing, own in found.items()}

        return self._remembered(("behind", kind, papers, sure), things, look)

    def had(
        self, kind: str, papers: Papers, roles: tuple[str, ...] = (), *, sure: bool = False
    ) -> list[tuple[str, str]]:
        """The papers (CURIEs) of a set with their entities of a type (`sure`: sure ones), sorted."""
        pairs = self._pairs(kind, papers, roles, sure)
        sql = f"SELECT DISTINCT p.curie, x.thing FROM ({pairs.sql}) x JOIN papers p ON p.id = x.paper ORDER BY 1, 2"
        return [(paper, thing) for paper, thing in self.store.rows(sql, *pairs.given)]

    def both(
        self, kind: str, things: Iterable[str], other: str, others: Iterable[str], papers: Papers
    ) -> dict[tuple[str, str], int]:
        """How many papers have both one of some entities and one of some others."""
        rows, columns = sorted(set(things)), sorted(set(others))
        one, two = self._pairs(kind, papers), self._pairs(other, papers)
        sql = (f"SELECT a.thing, b.thing, count(DISTINCT a.paper) FROM ({one.sql}) a JOIN ({two.sql}) b"
               f" ON b.paper = a.paper WHERE a.thing IN ({marks(rows)}) AND b.thing IN ({marks(columns)})"
               " GROUP BY a.thing, b.thing")  # fmt: skip
        found = self.store.rows(sql, *one.given, *two.given, *rows, *columns)
        return {(thing, with_it): count for thing, with_it, count in found}

    def role_counts(self, things: tuple[str, ...], papers: Papers) -> dict[tuple[str, str], int]:
        """How many papers of a set have each of some techniques in each role."""
        among = papers.of("x.paper")
        sql = (f"SELECT c.curie, x.role, count(DISTINCT x.paper) FROM concepts c JOIN mentions x ON x.concept = c.id"
               f" WHERE c.curie IN ({marks(things)}) AND {among.sql} GROUP BY c.curie, x.role")  # fmt: skip
        return {(thing, role): n for thing, role, n in self.store.rows(sql, *things, *among.given)}

    def papers_with(self, things: Iterable[str]) -> Papers:
        """The papers that have one of some entities in any role."""
        among = concepts(things)
        return Papers(f"SELECT paper FROM mentions WHERE concept IN {among.sql} UNION "
                      f"SELECT paper FROM topics WHERE topic IN {among.sql}", 2 * among.given)  # fmt: skip

    def degree(self, thing: str) -> int:
        """How many entries name an entity."""
        sql = ("SELECT count(*) FROM {} WHERE {} = (SELECT id FROM concepts WHERE curie = ?)".format(
               *(("topics", "topic") if thing.startswith("topic:") else ("mentions", "concept"))))  # fmt: skip
        return int(self.store.rows(sql, thing)[0][0])

    # When papers appeared

    def days(self, papers: Papers, kind: str = "", things: Iterable[str] = ()) -> dict[str, Counter[str]]:
        """How many papers of a set appeared on each date, by entity of a type ("" for all); dates as exact as known."""
        return self.once(self._days, papers, kind, tuple(things))

    def _days(self, papers: Papers, kind: str, things: tuple[str, ...]) -> dict[str, Counter[str]]:
        if not kind:
            among = papers.of("p.id")
            sql = f"SELECT p.appeared, count(*) FROM papers p WHERE {among.sql} GROUP BY p.appeared"
            return {"": Counter(dict(self.store.rows(sql, *among.given)))}
        behind = self.behind_each(kind, things, papers)
        return {thing: Counter(paper.when for paper in own) for thing, own in behind.items()}

    @property
    @cached
    def strata(self) -> dict[str, str]:
        """Of each paper (CURIE) what part of the collection it is of: its category at arXiv or else its venue, and its
        origin. A shift of these parts is none of what their papers are about."""
        rows = self.store.rows("SELECT curie, origin, category, venue FROM papers")
        return {curie: stratum(origin, category, venue) for curie, origin, category, venue in rows}

    @cached
    def period(self) -> tuple[str, str]:
        """The dates of the first and the last paper; "" if none is known."""
        first, last = self.store.rows("SELECT min(appeared), max(appeared) FROM papers WHERE appeared <> ''")[0]
        return first or "", last or ""

    # What is known of a paper

    def pages(self, entries: Iterable[str]) -> dict[str, dict[str, int]]:
        """The page numbers of body parts and tables, by entry, if the reader knew them."""

        def look(unknown: list[str]) -> dict[str, dict[str, int]]:
            found: dict[str, dict[str, int]] = {entry: {} for entry in unknown}
            sql = "SELECT entry, id, page FROM parts WHERE page IS NOT NULL AND entry IN ({})"
            for entry, part, page in self.store.some(sql, unknown):
                found[entry] |= {part: page} | ({part.partition("/")[0]: page} if part.endswith("/caption") else {})
            return found

        return self._remembered("pages", entries, look)

    def backers(self, papers: Iterable[str]) -> dict[str, Backer]:
        """The facts about papers (CURIEs) that support depends on, by name."""
        named = sorted(set(papers))
        sql = "SELECT curie, appeared FROM papers WHERE curie IN ({}) ORDER BY curie"
        out = {paper: Backer(paper, when) for paper, when in self.store.some(sql, named)}
        for entry, paper in self.store.of_papers(named):
            out[paper].entries.append(entry)
        for paper, institutions in self.institutions_of(out).items():
            out[paper].institutions = institutions
            out[paper].entries.sort()
        return out

    def institutions_of(self, papers: Iterable[str]) -> dict[str, frozenset[str]]:
        """The institutions of papers (CURIEs)."""

        def look(unknown: list[str]) -> dict[str, frozenset[str]]:
            sql = """SELECT p.curie, c.curie FROM papers p JOIN mentions x ON x.paper = p.id
                JOIN concepts c ON c.id = x.concept WHERE c.type = 'institution' AND p.curie IN ({})"""
            found: dict[str, set[str]] = {paper: set() for paper in unknown}
            for paper, institution in self.store.some(sql, unknown if self.has_institutions else ()):
                found[paper].add(institution)
            return {paper: frozenset(own) for paper, own in found.items()}

        wanted = set(papers)
        if len(wanted) <= _FEW:
            return self._remembered("institutions", wanted, look)
        every, nothing = self._every_institution(), frozenset[str]()
        return {paper: every.get(paper, nothing) for paper in wanted}

    @cached
    def _every_institution(self) -> dict[str, frozenset[str]]:
        """The institutions of all papers that name any: faster than looking up many papers."""
        sql = """SELECT p.curie, c.curie FROM counts n JOIN mentions x ON x.concept = n.concept
            JOIN concepts c ON c.id = n.concept JOIN papers p ON p.id = x.paper
            WHERE n.type = 'institution' AND n.role = ''"""
        found: dict[str, set[str]] = {}
        for paper, institution in self.store.rows(sql):
            found.setdefault(paper, set()).add(institution)
        return {paper: frozenset(own) for paper, own in found.items()}

    @property
    @cached
    def has_institutions(self) -> bool:
        """Whether any paper has a known institution."""
        return bool(self.store.rows("SELECT 1 FROM counts WHERE type = 'institution' LIMIT 1"))

    @cached
    def support(self, papers: tuple[DatedPaper, ...]) -> int:
        """The independent support of some papers: see `kg.query.support`."""
        return self.support_of_each([papers])[0]

    def support_of_each(self, groups: Sequence[tuple[DatedPaper, ...]]) -> list[int]:
        """The independent support of each of some groups of papers."""
        if not self.has_institutions:
            return [int(len(papers) > 0) for papers in groups]
        known = self.institutions_of({paper.curie for papers in groups for paper in papers})
        ordered = (sorted(papers, key=lambda paper: (paper.when or "9", paper.curie)) for papers in groups)
        return [independent(known[paper.curie] for paper in papers) for papers in ordered]

    def listed(self, papers: Iterable[str]) -> list[str]:
        """The names of the entries of papers ("002-22"), sorted."""
        return sorted(entry for entry, _ in self.store.of_papers(papers))

    def rows(self, papers: Iterable[str]) -> list[Row]:
        """Rows for papers, by name, without quotes."""
        return list(self._remembered("rows", papers, self._rows).values())

    def _rows(self, named: list[str]) -> dict[str, Row]:
        """Rows for papers (CURIEs, sorted) that have an entry."""
        entries: dict[str, list[str]] = {}
        for entry, paper in self.store.of_papers(named):
            entries.setdefault(paper, []).append(entry)
        sql = """SELECT p.curie, p.title, p.name, p.appeared, p.doi, p.arxiv, p.url, p.code_url,
            coalesce(max(CASE a.number WHEN 1 THEN a.name END), ''), count(a.number)
            FROM papers p LEFT JOIN authors a ON a.entry = p.entry WHERE p.curie IN ({}) GROUP BY p.id"""
        known = {
            paper: (title, called(name, title, author, authors, when), address(doi, arxiv, url), address("", "", code))
            for paper, title, name, when, doi, arxiv, url, code, author, authors in self.store.some(sql, named)
        }
        return {
            paper: Row(own[0], paper, known[paper][0], own, 0.0, (), *known[paper][1:])
            for paper in named
            if (own := tuple(sorted(entries.get(paper, ()))))
        }


def stratum(origin: str, category: str, venue: str) -> str:
    """The part of a collection that a paper is of; venues count without their years."""
    place = category or " ".join(word for word in venue.split() if not any(map(str.isdigit, word)))
    return f"{place} ({origin})" if place else origin


def _is_central(found: Wording, proposed: Mapping[str, Any]) -> bool:
    """Whether a span is in the title or in the proposal sentence, or its place is unknown."""
    is_proposed = found.field == proposed.get("field") and proposed["start"] <= found.start < proposed["end"]
    return found.field in ("T", "") or is_proposed


def _matching(pattern: re.Pattern[str], label: str, rows: Iterable[tuple[int, int, str, str]]) -> Iterator[Wording]:
    """The matches of a pattern in texts; `rows` have the paper, the entry, the field and the text."""
    for paper, entry, kind, raw in rows:
        yield from (Wording(paper, entry, kind, *one.span(), label) for one in pattern.finditer(raw))


def _numbered(papers: frozenset[int]) -> Where:
    """The papers `p` with some numbers; an empty set needs no list, as "NOT p.id IN (NULL)" holds of no paper."""
    return Where(f"p.id IN ({', '.join(map(str, sorted(papers)))})") if papers else Where("FALSE")


def _in_role(roles: tuple[str, ...], sure: bool) -> str:
    """The further condition on a mention `x`: it has one of some roles, if any are given, and is sure."""
    return (f" AND x.role IN ({marks(roles)})" if roles else "") + (" AND x.sure = 1" if sure else "")


def _first(counted: list[tuple[str, int]], number: int) -> list[tuple[str, int]]:
    """The highest counts, then by name, at most `number`. Most counts are 1, and these are never sorted in full."""
    least = nlargest(number, (count for _, count in counted))
    often = [one for one in counted if one[1] >= least[-1]] if least else []
    return sorted(often, key=lambda row: (-row[1], row[0]))[:number]
