"""The tables that are made from entries as these come and go: for questions, and for whoever asks the file in SQL.

Nothing is lost with them: `remake` makes them again from sources and entries. Names are those of the domain; what each
column says is told in docs/schema.md.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from kg.vocabulary import Vocabulary, ontology_hash

_OF = "entry INTEGER NOT NULL, number INTEGER NOT NULL, paper INTEGER NOT NULL"
_PLACE = 'field TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL'
_TRUST = "score REAL NOT NULL, sure INTEGER NOT NULL"
_KEY = "PRIMARY KEY (entry, number)) WITHOUT ROWID"

TABLES = f"""
CREATE TABLE papers (
    id INTEGER PRIMARY KEY, curie TEXT NOT NULL UNIQUE, entry INTEGER NOT NULL, title TEXT NOT NULL, name TEXT NOT NULL,
    kind TEXT NOT NULL, date TEXT NOT NULL, year INTEGER, venue TEXT NOT NULL, arxiv TEXT NOT NULL, doi TEXT NOT NULL,
    url TEXT NOT NULL, code_url TEXT NOT NULL, author_count INTEGER, parts INTEGER, appeared TEXT NOT NULL
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
CREATE TABLE counts (
    concept INTEGER NOT NULL, role TEXT NOT NULL, type TEXT NOT NULL, papers INTEGER NOT NULL,
    PRIMARY KEY (concept, role)
) WITHOUT ROWID;
CREATE TABLE authors ({_OF}, name TEXT NOT NULL, {_KEY};
CREATE TABLE texts (
    id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, paper INTEGER NOT NULL, field TEXT NOT NULL, raw TEXT NOT NULL
);
CREATE TABLE mentions ({_OF}, concept INTEGER NOT NULL, role TEXT NOT NULL, {_PLACE}, {_TRUST}, {_KEY};
CREATE TABLE topics ({_OF}, topic INTEGER NOT NULL, {_PLACE}, {_TRUST}, {_KEY};
CREATE TABLE results (
    {_OF}, metric INTEGER, metric_text TEXT NOT NULL, low REAL NOT NULL, high REAL NOT NULL, unit TEXT NOT NULL,
    change TEXT NOT NULL, bound TEXT NOT NULL, baseline INTEGER, baseline_text TEXT NOT NULL, setting TEXT NOT NULL,
    marks TEXT NOT NULL, {_PLACE}, {_TRUST}, {_KEY};
CREATE TABLE result_on ({_OF}, result INTEGER NOT NULL, concept INTEGER NOT NULL, {_KEY};
CREATE TABLE relations (
    {_OF}, type TEXT NOT NULL, head INTEGER, head_text TEXT NOT NULL, tail INTEGER, tail_text TEXT NOT NULL,
    marks TEXT NOT NULL, {_PLACE}, {_TRUST}, {_KEY};
CREATE TABLE uses (
    {_OF}, type TEXT NOT NULL, name TEXT NOT NULL, concept INTEGER, use TEXT NOT NULL, level TEXT NOT NULL,
    part TEXT NOT NULL, start INTEGER NOT NULL, quote TEXT NOT NULL, score REAL NOT NULL, {_KEY};
CREATE TABLE citations (
    {_OF}, cited TEXT NOT NULL, key TEXT NOT NULL, title TEXT NOT NULL, doi TEXT NOT NULL, arxiv TEXT NOT NULL,
    year INTEGER, begin INTEGER, type TEXT NOT NULL, part TEXT NOT NULL, start INTEGER NOT NULL,
    quote TEXT NOT NULL, score REAL NOT NULL, {_KEY};
"""

INDEXES = """
CREATE INDEX narrower ON broader (broader, concept);
CREATE INDEX names_by_form ON names (form, preferred);
CREATE INDEX names_by_end ON names (backwards) WHERE backwards IS NOT NULL;
CREATE INDEX names_by_size ON names (size, form) WHERE size IS NOT NULL;
CREATE INDEX papers_by_date ON papers (appeared);
CREATE INDEX whole_papers ON papers (parts) WHERE parts IS NOT NULL;
CREATE INDEX concepts_by_country ON concepts (country) WHERE country <> '';
CREATE INDEX counts_by_type ON counts (type, role, papers);
CREATE INDEX authors_by_name ON authors (name);
CREATE INDEX texts_by_entry ON texts (entry, field);
CREATE INDEX mentions_by_concept ON mentions (concept, role, paper);
CREATE INDEX mentions_by_paper ON mentions (paper, concept, role);
CREATE INDEX topics_by_paper ON topics (paper, topic);
CREATE INDEX topics_by_topic ON topics (topic, paper);
CREATE INDEX results_by_metric ON results (metric, paper);
CREATE INDEX result_on_by_concept ON result_on (concept, paper);
CREATE INDEX relations_by_head ON relations (head, type, paper);
CREATE INDEX relations_by_tail ON relations (tail, type, paper);
CREATE INDEX uses_by_concept ON uses (concept, paper) WHERE concept IS NOT NULL;
CREATE INDEX citations_by_cited ON citations (cited, type) WHERE cited <> '';
CREATE INDEX citations_by_doi ON citations (doi) WHERE doi <> '';
CREATE INDEX citations_by_arxiv ON citations (arxiv) WHERE arxiv <> '';
CREATE INDEX citations_by_begin ON citations (begin) WHERE begin IS NOT NULL;
"""

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
        x.unit, x.baseline_text AS baseline, x.setting, x.marks, {_QUOTE} AS quote, e.name AS entry, x.score, x.sure
    FROM results x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry
    LEFT JOIN concepts c ON c.id = x.metric;
CREATE VIEW paper_relations AS
    SELECT p.curie AS paper, p.title, coalesce(h.label, x.head_text) AS head, x.type,
        coalesce(t.label, x.tail_text) AS tail, x.marks, {_QUOTE} AS quote, e.name AS entry, x.score, x.sure
    FROM relations x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry
    LEFT JOIN concepts h ON h.id = x.head LEFT JOIN concepts t ON t.id = x.tail;
CREATE VIEW parts AS
    SELECT e.name AS entry, id.value AS id, coalesce(kind.value, 'paragraph') AS kind, role.value AS role,
        replace(head.value, char(10), ' > ') AS headings, CAST(page.value AS INTEGER) AS page, text.value AS text
    FROM entries e, json_each(e.document, '$.body') AS s, json_each(s.value, '$[2]') AS x,
        json_tree(s.value, '$[0]') AS head, json_tree(s.value, '$[1]') AS role, json_tree(x.value, '$[0]') AS id,
        json_tree(x.value, '$[1]') AS kind, json_tree(x.value, '$[2]') AS page, json_tree(x.value, '$[3]') AS text;
CREATE VIEW paper_uses AS
    SELECT p.curie AS paper, p.title, x.type, x.name, coalesce(c.curie, '') AS concept, x.use, x.level, x.part,
        x.quote, e.name AS entry, x.score
    FROM uses x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry
    LEFT JOIN concepts c ON c.id = x.concept;
CREATE VIEW paper_citations AS
    SELECT p.curie AS paper, p.title, x.type, x.cited, coalesce(q.title, x.title) AS cited_title, x.doi, x.arxiv,
        x.year, x.part, x.quote, e.name AS entry, x.key, x.score
    FROM citations x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry
    LEFT JOIN papers q ON q.curie = x.cited;
CREATE VIEW paper_authors AS
    SELECT p.curie AS paper, p.title, x.number, x.name AS author, e.name AS entry
    FROM authors x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry;
CREATE VIEW paper_texts AS
    SELECT p.curie AS paper, p.title, x.field, x.raw, e.name AS entry
    FROM texts x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry;
CREATE VIEW entity_counts AS
    SELECT c.type, c.curie AS concept, c.label, c.label_zh, n.papers
    FROM counts n JOIN concepts c ON c.id = n.concept WHERE n.role = '';
CREATE VIEW topic_counts AS
    SELECT concept AS topic, label, label_zh, papers FROM entity_counts WHERE type = 'topic';
CREATE VIEW topics_by_month AS
    SELECT substr(p.appeared, 1, 7) AS month, c.curie AS topic, c.label, count(DISTINCT x.paper) AS papers
    FROM topics x JOIN papers p ON p.id = x.paper JOIN concepts c ON c.id = x.topic
    WHERE length(p.appeared) >= 7 GROUP BY month, c.id;
"""


class Writable(Protocol):
    """A connection that makes tables; `TEXTS_INDEX` are the statements that index texts in its dialect."""

    @property
    def TEXTS_INDEX(self) -> tuple[str, ...]: ...

    def execute(self, sql: str, /) -> Any: ...

    def executemany(self, sql: str, rows: Any, /) -> Any: ...


@cache
def form() -> str:
    """What the tables depend on beside the entries: the vocabulary, and how they are made."""
    here = Path(__file__)
    made_by = (here, here.with_name("rows.py"), here.parents[1] / "link" / "cited_works.py")
    return hashlib.sha256(b"".join(path.read_bytes() for path in made_by)).hexdigest()[:16] + ontology_hash()[:16]


def make(db: Writable) -> None:
    """Make the tables, empty but for what the vocabulary says."""
    made = [(words[1], words[2]) for statement in (TABLES + VIEWS).split(";") if (words := statement.split()[:3])]
    for kind, name in reversed(made):
        db.execute(f"DROP {kind} IF EXISTS {name}")
    for statement in (*filter(str.strip, (TABLES + INDEXES + VIEWS).split(";")), *db.TEXTS_INDEX):
        db.execute(statement)
    rows, broader = _of_vocabulary()
    sql = "INSERT INTO concepts (curie, type, label, label_zh, country, known) VALUES (?, ?, ?, ?, '', 1)"
    db.executemany(sql, rows)
    db.executemany("INSERT INTO broader VALUES (?, ?)", broader)


@cache
def _of_vocabulary() -> tuple[list[tuple[str, str, str, str]], list[tuple[int, int]]]:
    """The rows of concepts, and which of these stand under which."""
    known = Vocabulary.load().concepts.values()
    number = {concept.curie: at for at, concept in enumerate(known, 1)}  # as the table counts
    rows = [(c.curie, c.type, c.label.get("en", ""), c.label.get("zh", "")) for c in known]
    return rows, sorted({(number[c.curie], number[other]) for c in known for other in c.broader if other in number})
