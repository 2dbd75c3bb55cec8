"""The rows of entries in the tables that are made from them, and what writes them, a batch at once.

What an entry brings is made of it alone, where it is read: its `Rows` name concepts by their CURIEs. The `Writer`
keeps these until the batch ends, and then gives works and concepts their numbers, counts labels, and fills each table
by one statement, which costs a fifth of what it costs entry by entry.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, groupby, pairwise
from typing import Any, NamedTuple

from kg.entity_types import LISTS
from kg.identifiers import kind_of
from kg.link.called_names import folded_name_rows, labels_of
from kg.link.cited_works import citation_rows, link_citations, quoted
from kg.model import (
    FACETS,
    OBTAINED,
    Document,
    Evidence,
    Facts,
    Mention,
    ReadTable,
    Record,
    Relation,
    Result,
    Statement,
)
from kg.safe_output import json_line
from kg.store import codec
from kg.store.database import Database
from kg.vocabulary import Vocabulary

_SOME = 500  # values in a query
_MOST = 1000  # entries that are written at once
_TEXTS = 1024  # numbers of texts that an entry has, of which it uses as many as it has texts
_HEADERS = 32_768  # numbers of headers that an entry has, likewise
PATH = " > "  # between the levels of a header path
#: What the entries of works say of them, in the order of their sources; last the dates of these.
_SAID = """
SELECT paper, id, record ->> '$.title', record ->> '$.name', record ->> '$.kind', document ->> '$.date',
    document ->> '$.year', document ->> '$.venue', document ->> '$.arxiv', document ->> '$.doi', document ->> '$.url',
    record ->> '$.code_url', document ->> '$.author_count', document ->> '$.parts', document ->> '$.category',
    coalesce(document ->> '$.origin', s.said ->> '$.form'), s.said ->> '$.date'
FROM entries LEFT JOIN sources s ON s.name = source
WHERE paper IN ({}) ORDER BY paper, source, number, entries.name
"""
_EMPTY = (0, "", "", "method", "", None, "", "", "", "", "", None, None, "", "")
_DATE, _YEAR = 4, 5  # columns of `_COLUMNS`
_COLUMNS = """entry, title, name, kind, date, year, venue, arxiv, doi, url, code_url, author_count, parts, category,
    origin, appeared"""
_TOLD = ", ".join(f"{name} = excluded.{name}" for name in map(str.strip, _COLUMNS.split(",")))

#: The concepts that works have, each with its type and, of mentions, its role; results are found by their entries.
_HAD = """
SELECT p.curie, c.id, c.type, x.role FROM papers p JOIN mentions x ON x.paper = p.id
JOIN concepts c ON c.id = x.concept WHERE p.curie IN ({0})
UNION SELECT p.curie, x.topic, 'topic', '' FROM papers p JOIN topics x ON x.paper = p.id WHERE p.curie IN ({0})
UNION SELECT e.paper, x.metric, 'metric', '' FROM entries e JOIN results x ON x.entry = e.id
WHERE x.metric IS NOT NULL AND e.paper IN ({0})
"""
#: The roles in which a technique counts as one that a paper has.
USUAL = ("proposed", "used")

_Had = set[tuple[int, str, str]]  # concepts with their type and role
_Label = tuple[str, int, str]  # language, whether preferred, label
_Labels = dict[str, list[_Label]]  # of concepts
_Row = tuple[Any, ...]


class Rows(NamedTuple):
    """The rows of an entry, without the numbers of entry and work, and with concepts as CURIEs."""

    paper: str
    labels: _Labels  # of the concepts that the vocabulary does not know
    authors: list[_Row]
    texts: list[_Row]
    mentions: list[_Row]
    topics: list[_Row]
    results: list[_Row]
    result_on: list[_Row]  # what each result was obtained on: its number, and a concept
    relations: list[_Row]
    uses: list[_Row]
    citations: list[_Row]
    tables: list[_Row]
    headers: list[_Row]  # of rows, columns and captions: the number of their table, axis, path, facets, settings
    cells: list[_Row]  # numbers: their table, place, text, value, and the numbers of their headers among those of all

    def concepts(self) -> Iterator[str]:
        """The concepts that the rows name."""
        yield from (row[0] for row in (*self.mentions, *self.topics))
        yield from (concept for row in self.results for concept in (row[0], row[7]) if concept)
        yield from (concept for row in self.relations for concept in (row[1], row[3]) if concept)
        yield from (row[2] for row in self.uses if row[2])


#: What stands for a column that numbers an entry, a work or a concept: what that is called.
_CALLED = {
    "entry": "(SELECT name FROM entries WHERE id = x.entry)",
    "paper": "(SELECT curie FROM papers WHERE id = x.paper)",
    "country": "CASE WHEN x.id IN (SELECT concept FROM mentions) THEN x.country END",  # else one that it had before
    **{
        name: f"(SELECT curie FROM concepts WHERE id = x.{name.rpartition('.')[2]})"
        for name in ("concept", "broader", "topic", "results.metric", "baseline", "head", "tail")
    },
}


def otherwise(db: Database, made: Database, table: str) -> set[tuple[str, str]]:
    """The entries, works or concepts of which a table does not say what it says in a graph that was made again.

    Each with its kind; "" is the name of one that is not there.
    """
    columns = [one[0] for one in made.execute(f"SELECT * FROM {table} LIMIT 0").description]
    about = next(name for name in ("curie", "entry", "concept") if name in columns)
    said = (_CALLED.get(f"{table}.{c}") or _CALLED.get(c, f'x."{c}"') for c in columns[columns[0] == "id" :])
    sql = f"SELECT {_CALLED.get(about, 'x.curie')}, {', '.join(said)} FROM {table} x"
    limits: list[Any] = [[]]
    if about == "entry":  # so many at once
        sql += " WHERE x.entry > ? AND x.entry <= ?"
        ids = (number for (number,) in made.execute("SELECT id FROM entries ORDER BY id").fetchall()[_SOME::_SOME])
        limits = list(pairwise((-1, *ids, 1 << 62)))
    wrong: set[str] = set()
    for given in limits:
        held, wanted = (Counter(map(tuple, one.execute(sql, given).fetchall())) for one in (db, made))
        wrong.update(row[0] or "" for row in (held - wanted) + (wanted - held))
    kind = {"papers": "paper", "concepts": "concept"}.get(table, about)
    return {(kind, name) for name in wrong}


def rows_of(document: Document, record: Record) -> Rows:
    """The rows of an entry."""
    mentions = [mention for kind in LISTS.values() for mention in getattr(record, kind) if mention.concept]
    concepts = {mention.canonical: mention.concept for mention in mentions if mention.type in OBTAINED}
    from kg.extract.tables import read_tables  # whoever only reads a graph needs no readers of files

    tables = read_tables(document, record, Vocabulary.load()) if document.tables else []
    return Rows(
        record.paper,
        labels_of(record),
        [(name,) for name in document.authors],
        [(field, text.raw) for field, text in document.texts.items() if text.raw],
        [(m.concept, m.role, *_place(m), *_trust(m)) for m in mentions],
        [(f"topic:{t.id}", *_place(t.evidence), *_trust(t)) for t in record.topics],
        [_result(result) for result in record.results],
        [(n, concepts[name]) for n, one in enumerate(record.results, 1) for name in one.on if name in concepts],
        [_relation(relation) for relation in record.relations],
        [(*(u.type, u.name, u.concept, u.use, u.level), *quoted(u.places[0]), u.confidence) for u in record.uses]
        + [(s.name, f"{s.value} {s.unit}".strip(), "", "set", "", *quoted(s.place), 1.0) for s in record.setup],
        list(citation_rows(document, record)),
        [(t.id, t.label, t.caption, t.page, t.head_rows, t.head_columns) for t in tables],
        *_table_rows(tables),
    )


def _table_rows(tables: Iterable[ReadTable]) -> tuple[list[_Row], list[_Row]]:
    """The rows of the headers and cells of an entry's tables; headers and tables count from 1 in the entry."""
    headers: list[_Row] = []
    cells: list[_Row] = []
    for number, table in enumerate(tables, 1):
        before = len(headers) + 1
        if before + len(table.headers) > _HEADERS:
            break
        for one in table.headers:
            facets = [{f.name for f in one.facets if f.type == kind} for kind in FACETS]
            names = [min(some) if len(some) == 1 else "" for some in facets]
            settings = json_line(dict(one.settings)) if one.settings else ""
            headers.append((number, one.axis, PATH.join(one.path), *names, settings))
        for c in table.cells:
            place = number, c.row, c.column, c.text, c.value, c.unit
            cells.append(
                (*place, *map(int, (c.bold, c.sound, c.setup)), before + c.row_header, before + c.column_header)
            )
    return headers, cells


#: What a writer is yet to write: rows by entry, labels said no more, works to be told anew, and what works had before.
Waiting = tuple[dict[int, Rows], list[_Labels], set[str], dict[str, _Had]]


class Writer:
    """Writes the rows of entries when a batch of them ends."""

    def __init__(self, db: Database, facts: Callable[[str], Facts | None]) -> None:
        """`facts` is what the register says of an institution."""
        self.db, self.facts = db, facts
        self._rows: dict[int, Rows] = {}  # to be written, by entry
        self._stay: dict[int, tuple[list[_Row], list[_Row]]] = {}  # authors and texts to be written where others stay
        self._less: list[_Labels] = []  # what entries that are gone called their concepts
        self._papers: set[str] = set()  # the works of these
        self._before: dict[str, _Had] = {}  # what works of which entries are gone had before that

    @property
    def waiting(self) -> Waiting:
        """What is yet to be written, as `forget` takes it."""
        return dict(self._rows), list(self._less), set(self._papers), dict(self._before)

    def forget(self, waiting: Waiting | None = None) -> None:
        """Take back what was written since it was `waiting`, or all that waits."""
        self._rows, self._less, self._papers, self._before = waiting or ({}, [], set(), {})
        self._stay.clear()

    def write(self, entry: int, rows: Rows) -> None:
        """Write the rows of an entry, by its number, that has none; they are there when the batch ends."""
        authors, texts = self._stay.pop(entry, (rows.authors, rows.texts))
        self._rows[entry] = rows._replace(authors=authors, texts=texts)
        if len(self._rows) >= _MOST:
            self.finish()

    def erase(self, entry: int, paper: str, record: Record | None, texts_stay: bool = False) -> None:
        """Take out the rows of an entry, by its number; None for a record that cannot be read.

        Its texts and authors may stay where the same entry is written again.
        """
        self._papers.add(paper)
        waiting = self._rows.pop(entry, None)
        if waiting is None:
            if paper not in self._before:
                self._before |= self._had([paper])
            for table in (
                "mentions",
                "topics",
                "results",
                "result_on",
                "relations",
                "uses",
                "citations",
                "tables",
                "cells",
            ):
                self.db.execute(f"DELETE FROM {table} WHERE entry = ?", (entry,))
            if record is not None:
                self._less.append(labels_of(record))
        if texts_stay:
            self._stay[entry] = (waiting.authors, waiting.texts) if waiting else ([], [])
        elif waiting is None or not waiting.texts:
            sql = "SELECT id, raw FROM texts WHERE entry = ? AND length(field) = 1"
            self.db.unindex_texts(self.db.execute(sql, (entry,)).fetchall(), entry)
            for table in ("authors", "texts"):
                self.db.execute(f"DELETE FROM {table} WHERE entry = ?", (entry,))
        if waiting is None:
            self.db.execute("DELETE FROM headers WHERE entry = ?", (entry,))  # whose words were indexed

    def redescribe(self, papers: Iterable[str]) -> None:
        """Say of works anew what their entries and sources say of them, when the batch ends."""
        self._papers.update(papers)

    def finish(self) -> None:
        """Write what waits for it, before what was written counts."""
        written = sorted(self._rows.items())
        touched = {rows.paper for _, rows in written}
        before = self._had(touched - self._before.keys()) | self._before
        papers = self._described(touched | self._papers)
        numbers = self._named(written)
        of = [(entry, papers[rows.paper], rows) for entry, rows in written]

        columns_of = {"mentions": (3,), "topics": (3,), "results": (3, 10), "result_on": (4,), "relations": (4, 6)}
        for table, concepts in {
            "authors": (),
            **columns_of,
            "uses": (5,),
            "citations": (),
            "tables": (),
            "cells": (),
        }.items():
            out = []
            for entry, paper, rows in of:
                for at, row in enumerate(getattr(rows, table), 1 + (len(rows.mentions) if table == "topics" else 0)):
                    columns = [entry, at, paper, *row]
                    for column in concepts:
                        columns[column] = numbers.get(columns[column])
                    out.append(columns)
            self._insert(table, out)
        texts = [
            (_TEXTS * entry + at, entry, paper, *row) for entry, paper, rows in of for at, row in enumerate(rows.texts)
        ]
        self._insert("texts", texts)
        headers = [
            (_HEADERS * entry + at, entry, at, paper, *row)
            for entry, paper, rows in of
            for at, row in enumerate(rows.headers, 1)
        ]
        self._insert("headers", headers)
        # At once: SQLite's index of texts writes what it has to the disk at every savepoint and statement.
        found = ((text[0], text[-1]) for text in texts if len(text[3]) == 1)  # of bodies words are found alone
        self.db.index_texts(found, [entry for entry, _, rows in of if rows.texts])
        self._count(before)
        citing = [entry for entry, rows in written if rows.citations]
        link_citations(self.db, self._some, citing, touched | self._papers, _reference)
        self.forget()

    def _insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            self.db.executemany(f"INSERT INTO {table} VALUES ({_marks(len(rows[0]))})", rows)

    # --- works ----------------------------------------------------------------------------------------------------

    def _described(self, papers: Iterable[str]) -> dict[str, int]:
        """Say of works what the first of their entries says that says anything; the numbers of those that there are."""
        wanted = sorted(papers)
        rows = []
        for paper, entries in groupby(self._some(_SAID, wanted), lambda row: row[0]):
            columns = list(zip(*entries, strict=True))[1:]
            row = [next((v for v in column if v), default) for column, default in zip(columns, _EMPTY, strict=False)]
            rows.append((paper, *row, _appeared(columns[_DATE], columns[_YEAR], columns[-1])))
        self.db.executemany(
            f"INSERT INTO papers (curie, {_COLUMNS}) VALUES ({_marks(17)}) ON CONFLICT (curie) DO UPDATE SET {_TOLD}",
            rows,
        )
        there = {row[0] for row in rows}
        self.db.executemany("DELETE FROM papers WHERE curie = ?", ((p,) for p in wanted if p not in there))
        return dict(self._some("SELECT curie, id FROM papers WHERE curie IN ({})", wanted))

    def _had(self, papers: Iterable[str]) -> dict[str, _Had]:
        """What works have, techniques in each role, and "" where papers have it: of techniques the usual roles."""
        found: dict[str, _Had] = {paper: set() for paper in papers}
        for paper, concept, kind, role in self._some(_HAD, found, 3):
            if kind != "technique" or role in USUAL:
                found[paper].add((concept, kind, ""))
            if kind == "technique":
                found[paper].add((concept, kind, role or "mentioned"))
        return found

    def _count(self, before: Mapping[str, _Had]) -> None:
        """Count the papers that have a concept now and had it not before, and no more those of which it is so."""
        counted: Counter[tuple[int, str, str]] = Counter()
        for paper, had in self._had(before).items():
            counted.update(had - before[paper])
            counted.subtract(before[paper] - had)
        fewer = [(n, concept, role) for (concept, _, role), n in counted.items() if n < 0]
        self.db.executemany("UPDATE counts SET papers = papers + ? WHERE concept = ? AND role = ?", fewer)
        gone = ((concept, role) for _, concept, role in fewer)
        self.db.executemany("DELETE FROM counts WHERE concept = ? AND role = ? AND papers <= 0", gone)
        more = ((concept, role, kind, n) for (concept, kind, role), n in sorted(counted.items()) if n > 0)
        self.db.executemany(
            "INSERT INTO counts VALUES (?, ?, ?, ?) "
            "ON CONFLICT (concept, role) DO UPDATE SET papers = counts.papers + excluded.papers",
            more,
        )

    # --- concepts -------------------------------------------------------------------------------------------------

    def _named(self, written: Sequence[tuple[int, Rows]]) -> dict[str, int]:
        """The numbers of all concepts of entries; counts what these call them, and what others call them no more.

        A concept is called what most entries call it; one that none names is gone.
        """
        counts: defaultdict[str, Counter[_Label]] = defaultdict(Counter)
        for times, labels in (*((1, rows.labels) for _, rows in written), *((-1, less) for less in self._less)):
            for concept, said in labels.items():
                counted = counts[concept]
                for label in said:
                    counted[label] += times
        used = {concept for _, rows in written for concept in rows.concepts()}
        numbers = dict(self._some("SELECT curie, id FROM concepts WHERE curie IN ({})", used | counts.keys()))
        changed = {c: said for c, said in counts.items() if c in numbers and any(said.values()) and not self._facts(c)}
        self._recount({numbers[c]: said for c, said in changed.items()}, {numbers[c] for c in used if c in numbers})
        known = ((numbers[c], facts[-1]) for c in used if c in numbers and (facts := self._facts(c)))
        places = ((country, number, country) for number, country in known)  # the vocabulary's have none
        self.db.executemany("UPDATE concepts SET country = ? WHERE id = ? AND country <> ?", places)
        return numbers | self.add_concepts(sorted(used - numbers.keys()), counts)

    def add_concepts(self, concepts: Sequence[str], counts: Mapping[str, Counter[_Label]]) -> dict[str, int]:
        """Add concepts that nobody has named yet, with how often each label is said; their numbers."""
        rows, labels, names = [], [], []
        for concept in concepts:
            if facts := self._facts(concept):
                own, others, country = facts
                rows.append((concept, "institution", own.get("en", ""), own.get("zh", ""), country, 1))
                names += [(concept, n, True) for n in own.values()] + [(concept, n, False) for n, _ in others]
            else:
                counted = +counts.get(concept, Counter())
                rows.append((concept, kind_of(concept), *_preferred(counted), "", 0))
                labels += [(concept, *label, entries) for label, entries in sorted(counted.items())]
                names += [(concept, label, bool(is_first)) for _, is_first, label in counted]
        columns = "curie, type, label, label_zh, country, known"
        self.db.executemany(f"INSERT INTO concepts ({columns}) VALUES (?, ?, ?, ?, ?, ?)", rows)
        numbers = dict(self._some("SELECT curie, id FROM concepts WHERE curie IN ({})", concepts))
        self._insert("labels", [(numbers[concept], *row) for concept, *row in labels])
        vocabulary = Vocabulary.load()
        above = {concept: wider for concept in concepts if (wider := vocabulary.above(concept))}
        known = dict(self._some("SELECT curie, id FROM concepts WHERE curie IN ({})", set(chain(*above.values()))))
        self._insert("broader", [(numbers[one], known[wider]) for one, some in above.items() for wider in some])
        found = groupby(names, lambda row: row[0])
        self._insert(
            "names", [(numbers[c], *row) for c, some in found for row in folded_name_rows(s[1:] for s in some)]
        )
        return numbers

    def _recount(self, changed: Mapping[int, Counter[_Label]], used: Collection[int]) -> None:
        """Count the labels of concepts otherwise; of one that nobody names and that is not `used` nothing is left."""
        before: defaultdict[int, Counter[_Label]] = defaultdict(Counter)
        sql = "SELECT concept, language, preferred, label, entries FROM labels WHERE concept IN ({})"
        for number, *label, entries in self._some(sql, changed):
            before[number][tuple(label)] = entries
        counted: list[_Row] = []
        fewer: list[_Row] = []
        called_so, renamed, gone, names = [], [], [], []
        for number, said in changed.items():
            after = Counter(before[number])
            for label, times in said.items():
                after[label] += times
                (counted if after[label] > 0 else fewer).append((after[label], number, *label))
            after = +after
            if not after and number not in used:
                gone.append((number,))
            elif _preferred(after) != _preferred(before[number]):
                called_so.append((*_preferred(after), number))
            if after.keys() != before[number].keys():
                renamed.append((number,))
                names += [(number, *row) for row in folded_name_rows((one[2], bool(one[1])) for one in after)]
        self.db.executemany(
            "INSERT INTO labels (entries, concept, language, preferred, label) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (concept, language, preferred, label) DO UPDATE SET entries = excluded.entries",
            counted,
        )
        label = "concept = ? AND language = ? AND preferred = ? AND label = ?"
        self.db.executemany(f"DELETE FROM labels WHERE {label}", (one[1:] for one in fewer))
        self.db.executemany("UPDATE concepts SET label = ?, label_zh = ? WHERE id = ?", called_so)
        self.db.executemany("DELETE FROM concepts WHERE id = ?", gone)
        self.db.executemany("DELETE FROM broader WHERE concept = ?", gone)
        self.db.executemany("DELETE FROM names WHERE concept = ?", renamed)
        self._insert("names", names)

    def _facts(self, concept: str) -> Facts | None:
        return self.facts(concept) if kind_of(concept) == "institution" else None

    def _some(self, sql: str, values: Iterable[Any], times: int = 1) -> Iterator[Any]:
        """The rows of a query about many values, where {} stands, so many times, for the marks of some."""
        wanted = sorted(values)
        for at in range(0, len(wanted), _SOME):
            some = wanted[at : at + _SOME]
            yield from self.db.execute(sql.format(_marks(len(some))), times * some).fetchall()


def _appeared(dates: Iterable[str | None], years: Iterable[Any], reported: Iterable[str | None]) -> str:
    """When a paper appeared: its earliest date, else its year, else the earliest date of the sources that hold it."""
    return next((min(known) for said in (dates, years, reported) if (known := [str(one) for one in said if one])), "")


def _preferred(counted: Counter[_Label]) -> tuple[str, str]:
    """What most entries call a concept, in English and in Chinese."""
    said: dict[str, tuple[int, str]] = {}
    for (language, is_first, label), entries in counted.items():
        if is_first:
            said[language] = min(said.get(language, (1, "")), (-entries, label))
    return said.get("en", (0, ""))[1], said.get("zh", (0, ""))[1]


def _result(said: Result) -> _Row:
    low, high = said.value if isinstance(said.value, tuple) else (said.value, said.value)
    return (
        *(said.metric_concept, said.metric, low, high, said.unit, said.change, said.bound),
        *(said.baseline_concept, said.baseline, said.setting, " ".join(said.marks)),
        *(*_place(said.evidence), *_trust(said)),
    )


def _relation(said: Relation) -> _Row:
    ends = (said.head_concept, said.head, said.tail_concept, said.tail)
    return (said.type, *ends, " ".join(said.marks), *_place(said.evidence), *_trust(said))


def _place(said: Mention | Evidence | None) -> tuple[str, int, int]:
    return (said.field, said.start, said.end) if said else ("", -1, -1)


def _trust(said: Statement) -> tuple[float, int]:
    return said.confidence, int(said.sure)


def _reference(document: str, key: str) -> str:
    """The text of a reference in a document's JSON; "" where that cannot be read."""
    with suppress(*codec.WRONG):
        return next((one.raw for one in codec.document(document).references if one.key == key), "")
    return ""


def _marks(number: int) -> str:
    return ", ".join("?" * number)
