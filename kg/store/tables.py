"""The tables that are made from entries as these come and go: for questions, and for whoever asks the file in SQL.

Nothing is lost with them: `remake` makes them again from sources and entries. Names are those of the domain; what each
column says is told in docs/schema.md.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from kg.model import LISTS, Document, Evidence, Facts, Mention, Record, Relation, Result, Statement
from kg.names import kind_of
from kg.text import fold, has_han
from kg.vocabulary import Vocabulary, ontology_hash

_OF = "entry INTEGER NOT NULL, number INTEGER NOT NULL, paper INTEGER NOT NULL"
_PLACE = 'field TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL'
_TRUST = "score REAL NOT NULL, sure INTEGER NOT NULL"
_KEY = "PRIMARY KEY (entry, number)) WITHOUT ROWID"

TABLES = f"""
CREATE TABLE papers (
    id INTEGER PRIMARY KEY, curie TEXT NOT NULL UNIQUE, entry INTEGER NOT NULL, title TEXT NOT NULL, name TEXT NOT NULL,
    kind TEXT NOT NULL, date TEXT NOT NULL, year INTEGER, venue TEXT NOT NULL, arxiv TEXT NOT NULL, doi TEXT NOT NULL,
    url TEXT NOT NULL, code_url TEXT NOT NULL, author_count INTEGER
);
CREATE TABLE concepts (
    id INTEGER PRIMARY KEY, curie TEXT NOT NULL UNIQUE, type TEXT NOT NULL, label TEXT NOT NULL, label_zh TEXT NOT NULL,
    country TEXT NOT NULL, known INTEGER NOT NULL
);
CREATE TABLE broader (concept INTEGER NOT NULL, broader INTEGER NOT NULL, PRIMARY KEY (concept, broader)) WITHOUT ROWID;
CREATE TABLE labels (
    concept INTEGER NOT NULL, language TEXT NOT NULL, preferred INTEGER NOT NULL, label TEXT NOT NULL,
    entries INTEGER NOT NULL, PRIMARY KEY (concept, language, preferred, label)
) WITHOUT ROWID;
CREATE TABLE names (
    concept INTEGER NOT NULL, form TEXT NOT NULL, preferred INTEGER NOT NULL, backwards TEXT, size TEXT,
    PRIMARY KEY (concept, form)
) WITHOUT ROWID;
CREATE TABLE authors ({_OF}, name TEXT NOT NULL, {_KEY};
CREATE TABLE texts (
    id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, paper INTEGER NOT NULL, field TEXT NOT NULL, raw TEXT NOT NULL
);
CREATE VIRTUAL TABLE texts_search USING fts5(
    raw, content = 'texts', content_rowid = 'id', tokenize = 'trigram', detail = 'none'
);
CREATE TABLE mentions ({_OF}, concept INTEGER NOT NULL, role TEXT NOT NULL, {_PLACE}, {_TRUST}, {_KEY};
CREATE TABLE topics ({_OF}, topic INTEGER NOT NULL, {_PLACE}, {_TRUST}, {_KEY};
CREATE TABLE results (
    {_OF}, metric INTEGER, metric_text TEXT NOT NULL, low REAL NOT NULL, high REAL NOT NULL, unit TEXT NOT NULL,
    change TEXT NOT NULL, bound TEXT NOT NULL, baseline INTEGER, baseline_text TEXT NOT NULL, setting TEXT NOT NULL,
    {_PLACE}, {_TRUST}, {_KEY};
CREATE TABLE relations (
    {_OF}, type TEXT NOT NULL, head INTEGER, head_text TEXT NOT NULL, tail INTEGER, tail_text TEXT NOT NULL,
    {_PLACE}, {_TRUST}, {_KEY};
"""

INDEXES = """
CREATE INDEX names_by_form ON names (form, preferred);
CREATE INDEX names_by_end ON names (backwards) WHERE backwards IS NOT NULL;
CREATE INDEX names_by_size ON names (size, form) WHERE size IS NOT NULL;
CREATE INDEX authors_by_name ON authors (name);
CREATE INDEX texts_by_entry ON texts (entry, field);
CREATE INDEX mentions_by_concept ON mentions (concept, role, paper);
CREATE INDEX topics_by_topic ON topics (topic, paper);
CREATE INDEX results_by_metric ON results (metric, paper);
CREATE INDEX relations_by_head ON relations (head, type, paper);
CREATE INDEX relations_by_tail ON relations (tail, type, paper);
"""

_WAITING = 2000  # texts that are indexed at once
_QUOTE = """(SELECT substr(t.raw, x.start + 1, x."end" - x.start) FROM texts t
        WHERE t.entry = x.entry AND t.field = x.field AND x.start >= 0)"""
#: What people ask, in the words of the domain: names and labels in the place of numbers.
VIEWS = f"""
CREATE VIEW paper_entities AS
    SELECT p.curie AS paper, p.title, c.type, x.role, c.curie AS concept, c.label, c.label_zh, {_QUOTE} AS quote,
        e.name AS entry, x.score, x.sure
    FROM mentions x JOIN papers p ON p.id = x.paper JOIN concepts c ON c.id = x.concept
    JOIN entries e ON e.id = x.entry;
CREATE VIEW paper_topics AS
    SELECT p.curie AS paper, p.title, p.date, p.year, c.curie AS topic, c.label, c.label_zh, {_QUOTE} AS quote,
        e.name AS entry, x.score, x.sure
    FROM topics x JOIN papers p ON p.id = x.paper JOIN concepts c ON c.id = x.topic
    JOIN entries e ON e.id = x.entry;
CREATE VIEW paper_results AS
    SELECT p.curie AS paper, p.title, coalesce(c.label, x.metric_text) AS metric, x.change, x.bound, x.low, x.high,
        x.unit, x.baseline_text AS baseline, x.setting, {_QUOTE} AS quote, e.name AS entry, x.score, x.sure
    FROM results x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry
    LEFT JOIN concepts c ON c.id = x.metric;
CREATE VIEW paper_relations AS
    SELECT p.curie AS paper, p.title, coalesce(h.label, x.head_text) AS head, x.type,
        coalesce(t.label, x.tail_text) AS tail, {_QUOTE} AS quote, e.name AS entry, x.score, x.sure
    FROM relations x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry
    LEFT JOIN concepts h ON h.id = x.head LEFT JOIN concepts t ON t.id = x.tail;
CREATE VIEW paper_authors AS
    SELECT p.curie AS paper, p.title, x.number, x.name AS author, e.name AS entry
    FROM authors x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry;
CREATE VIEW paper_texts AS
    SELECT p.curie AS paper, p.title, x.field, x.raw, e.name AS entry
    FROM texts x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry;
CREATE VIEW topic_counts AS
    SELECT c.curie AS topic, c.label, c.label_zh, count(DISTINCT x.paper) AS papers
    FROM topics x JOIN concepts c ON c.id = x.topic GROUP BY x.topic;
CREATE VIEW entity_counts AS
    SELECT c.type, c.curie AS concept, c.label, c.label_zh, count(DISTINCT x.paper) AS papers
    FROM mentions x JOIN concepts c ON c.id = x.concept GROUP BY x.concept;
CREATE VIEW topics_by_month AS
    SELECT substr(p.date, 1, 7) AS month, c.curie AS topic, c.label, count(DISTINCT x.paper) AS papers
    FROM topics x JOIN papers p ON p.id = x.paper JOIN concepts c ON c.id = x.topic
    WHERE p.date <> '' GROUP BY month, x.topic;
"""

#: Letters of a label that a misspelt word may mean.
SHORTEST, LONGEST = 4, 99
_COUNT = """INSERT INTO labels VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET entries = entries + excluded.entries RETURNING entries"""
#: The tables with rows of an entry, beside its texts.
_OF_ENTRIES = ("authors", "mentions", "topics", "results", "relations")
#: What the entries of a work say of it, in the order of their sources.
_SAID = """
SELECT id, record ->> '$.title', record ->> '$.name', record ->> '$.kind', document ->> '$.date', document ->> '$.year',
    document ->> '$.venue', document ->> '$.arxiv', document ->> '$.doi', document ->> '$.url', record ->> '$.code_url',
    document ->> '$.author_count'
FROM entries WHERE paper = ? ORDER BY source, number, name
"""
_EMPTY = (0, "", "", "method", "", None, "", "", "", "", "", None)
_COLUMNS = "entry, title, name, kind, date, year, venue, arxiv, doi, url, code_url, author_count"


@cache
def form() -> str:
    """What the tables depend on beside the entries: the vocabulary, and how they are made."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16] + ontology_hash()[:16]


def make(db: sqlite3.Connection) -> None:
    """Make the tables, empty but for what the vocabulary says."""
    for name, kind in db.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')").fetchall():
        if name in _made():
            db.execute(f"DROP {kind} {name}")
    for statement in filter(str.strip, (TABLES + INDEXES + VIEWS).split(";")):
        db.execute(statement)
    known = Vocabulary.load().concepts.values()
    number = {concept.curie: at for at, concept in enumerate(known, 1)}
    rows = ((number[c.curie], c.curie, c.type, c.label.get("en", ""), c.label.get("zh", "")) for c in known)
    db.executemany("INSERT INTO concepts VALUES (?, ?, ?, ?, ?, '', 1)", rows)
    broader = {(number[c.curie], number[other]) for c in known for other in c.broader if other in number}
    db.executemany("INSERT INTO broader VALUES (?, ?)", sorted(broader))


@cache
def _made() -> frozenset[str]:
    words = (TABLES + VIEWS).split()
    kinds = {"TABLE", "VIEW"}
    return frozenset(words[at + 1] for at, word in enumerate(words) if word in kinds)


class Writer:
    """Writes the rows of entries; keeps in mind the numbers that concepts have."""

    def __init__(self, db: sqlite3.Connection, facts: Callable[[str], Facts | None]) -> None:
        """`facts` is what the register says of an institution."""
        self.db, self.facts = db, facts
        self._vocabulary = Vocabulary.load()
        self._numbers: dict[str, int] = {}
        self._waiting: dict[int, str] = {}  # texts to be indexed, by number

    @property
    def waiting(self) -> dict[int, str]:
        """The texts that are yet to be indexed, by number."""
        return dict(self._waiting)

    def forget(self, waiting: dict[int, str] | None = None) -> None:
        """Look up numbers again: what was written was taken back. `waiting` texts were to be indexed before it."""
        self._numbers.clear()
        self._waiting = waiting or {}

    def index(self) -> None:
        """Index the texts that wait for it, before what was written counts.

        Many at once: SQLite's index of texts writes what it has to the disk at every savepoint and statement.
        """
        self.db.executemany("INSERT INTO texts_search (rowid, raw) VALUES (?, ?)", self._waiting.items())
        self._waiting.clear()

    def write(self, entry: int, document: Document, record: Record) -> None:
        """Write the rows of an entry, by its number, that has none."""
        db = self.db
        self._name(record, 1)
        paper = self.describe(record.paper)
        rows: Iterator[tuple[Any, ...]]
        of = [(entry, at, paper) for at in range(1, _most(document, record) + 1)]
        rows = ((*o, name) for o, name in zip(of, document.authors, strict=False))
        db.executemany(f"INSERT INTO authors VALUES ({_marks(4)})", rows)
        for field, text in document.texts.items():
            if text.raw:
                row = (entry, paper, field, text.raw)
                at = db.execute("INSERT INTO texts VALUES (NULL, ?, ?, ?, ?)", row).lastrowid
                self._waiting[at or 0] = text.raw
        if len(self._waiting) > _WAITING:
            self.index()
        mentions = [m for kind in LISTS.values() for m in getattr(record, kind)]
        rows = (
            (*o, self._number(m.concept), m.role, *_place(m), *_trust(m)) for o, m in zip(of, mentions, strict=False)
        )
        db.executemany(f"INSERT INTO mentions VALUES ({_marks(10)})", rows)
        rows = (
            (*o, self._number(f"topic:{t.id}"), *_place(t.evidence), *_trust(t))
            for o, t in zip(of[len(mentions) :], record.topics, strict=False)
        )
        db.executemany(f"INSERT INTO topics VALUES ({_marks(9)})", rows)
        rows = ((*o, *self._result(r)) for o, r in zip(of, record.results, strict=False))
        db.executemany(f"INSERT INTO results VALUES ({_marks(18)})", rows)
        rows = ((*o, *self._relation(r)) for o, r in zip(of, record.relations, strict=False))
        db.executemany(f"INSERT INTO relations VALUES ({_marks(13)})", rows)

    def erase(self, entry: int, paper: str, record: Record | None) -> None:
        """Take out the rows of an entry, by its number, that is gone; None for a record that cannot be read."""
        db = self.db
        for table in _OF_ENTRIES:
            db.execute(f"DELETE FROM {table} WHERE entry = ?", (entry,))
        for at, raw in db.execute("SELECT id, raw FROM texts WHERE entry = ?", (entry,)).fetchall():
            if self._waiting.pop(at, None) is None:
                db.execute("INSERT INTO texts_search (texts_search, rowid, raw) VALUES ('delete', ?, ?)", (at, raw))
        db.execute("DELETE FROM texts WHERE entry = ?", (entry,))
        if record is not None:
            self._name(record, -1)
        self.describe(paper)

    def describe(self, paper: str) -> int:
        """Say of a work what the first of its entries says that says anything; its number, 0 without entries."""
        said = self.db.execute(_SAID, (paper,)).fetchall()
        if not said:
            self.db.execute("DELETE FROM papers WHERE curie = ?", (paper,))
            return 0
        columns = zip(zip(*said, strict=True), _EMPTY, strict=True)
        row = [next((v for v in column if v), default) for column, default in columns]
        told = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", "))
        found = self.db.execute(
            f"INSERT INTO papers (curie, {_COLUMNS}) VALUES ({_marks(13)}) "
            f"ON CONFLICT DO UPDATE SET {told} RETURNING id",
            (paper, *row),
        )
        return int(found.fetchone()[0])

    def _result(self, said: Result) -> tuple[Any, ...]:
        low, high = said.value if isinstance(said.value, tuple) else (said.value, said.value)
        return (
            *(self._number(said.metric_concept), said.metric, low, high, said.unit, said.change, said.bound),
            *(self._number(said.baseline_concept), said.baseline, said.setting),
            *(*_place(said.evidence), *_trust(said)),
        )

    def _relation(self, said: Relation) -> tuple[Any, ...]:
        head, tail = self._number(said.head_concept), self._number(said.tail_concept)
        return (said.type, head, said.head, tail, said.tail, *_place(said.evidence), *_trust(said))

    def _number(self, concept: str) -> int | None:
        """The number of a concept; of one that nobody has named yet a new one."""
        if not concept:
            return None
        if concept not in self._numbers:
            self._numbers[concept] = self._settled(concept, "", "", "", 0)
        return self._numbers[concept]

    def _settled(self, concept: str, label: str, label_zh: str, country: str, known: int) -> int:
        """The number of a concept that is called so."""
        rows = self.db.execute("SELECT id FROM concepts WHERE curie = ?", (concept,)).fetchall()
        if rows:
            return int(rows[0][0])
        row = (concept, kind_of(concept), label, label_zh, country, known)
        return int(self.db.execute("INSERT INTO concepts VALUES (NULL, ?, ?, ?, ?, ?, ?)", row).lastrowid or 0)

    def _name(self, record: Record, times: int) -> None:
        """Count what a record calls the concepts that the vocabulary does not know, or count it no more."""
        for concept, wordings in called(record).items():
            if concept in self._vocabulary:
                continue
            if known := self.facts(concept):
                labels, others, country = known
                if concept not in self._numbers:
                    own = (labels.get("en", ""), labels.get("zh", ""), country, 1)
                    self._numbers[concept] = self._settled(concept, *own)
                    self._find(
                        self._numbers[concept],
                        [*((n, True) for n in labels.values()), *((n, False) for n, _ in others)],
                    )
                continue
            number = self._number(concept)
            is_new = False
            for at, label in enumerate(wordings):
                row = (number, "zh" if has_han(label) else "en", int(not at), label, times)
                counted = self.db.execute(_COUNT, row).fetchone()[0]
                is_new |= counted == times or counted <= 0
            if times < 0:
                self.db.execute("DELETE FROM labels WHERE concept = ? AND entries <= 0", (number,))
            self._label(concept, number)
            if is_new:
                said = self.db.execute("SELECT label, preferred FROM labels WHERE concept = ?", (number,)).fetchall()
                self._find(number, said)

    def _find(self, number: int | None, labels: Iterable[tuple[str, bool]]) -> None:
        """Let a concept be found by some labels alone."""
        self.db.execute("DELETE FROM names WHERE concept = ?", (number,))
        rows = ((number, *row) for row in folded_name_rows(labels))
        self.db.executemany("INSERT INTO names VALUES (?, ?, ?, ?, ?)", rows)

    def _label(self, concept: str, number: int | None) -> None:
        """Call a concept what most entries call it; a concept that none names is gone."""
        rows = self.db.execute(
            "SELECT language, label FROM labels WHERE concept = ? AND preferred ORDER BY entries DESC, label", (number,)
        ).fetchall()
        if rows:
            said = dict(reversed(rows))
            row = (said.get("en", ""), said.get("zh", ""), number)
            self.db.execute("UPDATE concepts SET label = ?, label_zh = ? WHERE id = ?", row)
        else:
            self.db.execute("DELETE FROM concepts WHERE id = ?", (number,))
            self._numbers.pop(concept, None)


def folded_name_rows(labels: Iterable[tuple[str, bool]]) -> list[tuple[str, int, str | None, str | None]]:
    """The names by which a thing is found, of its labels and whether each is preferred.

    Folded form; whether it is that of a preferred label; its words from the last one on, where it has several; its
    first letter and length, by which names that are nearly alike are found.
    """
    forms: dict[str, bool] = {}
    for label, preferred in labels:
        if form := fold(label):
            forms[form] = forms.get(form, False) or bool(preferred)
    return [
        (
            *(form, int(preferred), " ".join(reversed(form.split(" "))) if " " in form else None),
            f"{form[0]}{len(form):02d}" if SHORTEST <= len(form) <= LONGEST else None,
        )
        for form, preferred in sorted(forms.items())
    ]


def _most(document: Document, record: Record) -> int:
    """The most rows that an entry has in a table."""
    mentions = sum(len(getattr(record, kind)) for kind in LISTS.values()) + len(record.topics)
    return max(mentions, *map(len, (document.authors, record.results, record.relations)))


def _place(said: Mention | Evidence | None) -> tuple[str, int, int]:
    return (said.field, said.start, said.end) if said else ("", -1, -1)


def _trust(said: Statement) -> tuple[float, int]:
    return said.confidence, int(said.sure)


def called(record: Record) -> dict[str, list[str]]:
    """The concepts of a record with the paper's own names for each, canonical ones first, without repetition."""
    named: list[tuple[str, str]] = []
    later: list[tuple[str, str]] = []
    for mentions in LISTS.values():
        for mention in getattr(record, mentions):
            named.append((mention.concept, mention.canonical or mention.surface))
            later += [(mention.concept, name) for name in (mention.surface, *mention.aliases)]
    for result in record.results:
        later += [(result.metric_concept, result.metric), (result.baseline_concept, result.baseline)]
    for relation in record.relations:
        later += [(relation.head_concept, relation.head), (relation.tail_concept, relation.tail)]
    later += [(f"topic:{topic.id}", topic.id.replace("-", " ")) for topic in record.topics]
    out: dict[str, list[str]] = {}
    for concept, name in (*named, *later):
        known = out.setdefault(concept, []) if concept else []
        if name and name not in known:
            known.append(name)
    return out


def _marks(number: int) -> str:
    return ", ".join("?" * number)
