"""The tables that are made from entries as these come and go: for questions, and for whoever asks the file in SQL.

Nothing is lost with them: `remake` makes them again from sources and entries. Names are those of the domain; what each
column says is told in docs/schema.md.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from kg.store.database import Database
from kg.vocabulary import Vocabulary, ontology_hash

_OF = "entry INTEGER NOT NULL, number INTEGER NOT NULL, paper INTEGER NOT NULL"
_PLACE = 'field TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL'
_TRUST = "score REAL NOT NULL, sure INTEGER NOT NULL"
_KEY = "PRIMARY KEY (entry, number)) WITHOUT ROWID"

TABLES = f"""
CREATE TABLE papers (
    id INTEGER PRIMARY KEY, curie TEXT NOT NULL UNIQUE, entry INTEGER NOT NULL, title TEXT NOT NULL, name TEXT NOT NULL,
    kind TEXT NOT NULL, date TEXT NOT NULL, year INTEGER, venue TEXT NOT NULL, arxiv TEXT NOT NULL, doi TEXT NOT NULL,
    url TEXT NOT NULL, code_url TEXT NOT NULL, author_count INTEGER, parts INTEGER,
    category TEXT NOT NULL, origin TEXT NOT NULL, appeared TEXT NOT NULL
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
    quote TEXT NOT NULL, score REAL NOT NULL, name TEXT NOT NULL, {_KEY};
CREATE TABLE tables (
    {_OF}, id TEXT NOT NULL, label TEXT NOT NULL, caption TEXT NOT NULL, page INTEGER, head_rows INTEGER NOT NULL,
    head_columns INTEGER NOT NULL, {_KEY};
CREATE TABLE headers (
    id INTEGER PRIMARY KEY, {_OF}, "table" INTEGER NOT NULL, axis TEXT NOT NULL, path TEXT NOT NULL,
    dataset TEXT NOT NULL, metric TEXT NOT NULL, model TEXT NOT NULL, method TEXT NOT NULL, hardware TEXT NOT NULL,
    settings TEXT NOT NULL
);
CREATE TABLE cells (
    {_OF}, "table" INTEGER NOT NULL, "row" INTEGER NOT NULL, "column" INTEGER NOT NULL, text TEXT NOT NULL, value REAL,
    unit TEXT NOT NULL, bold INTEGER NOT NULL, sound INTEGER NOT NULL, setup INTEGER NOT NULL,
    row_header INTEGER NOT NULL, column_header INTEGER NOT NULL, {_KEY};
"""
NAMES = re.findall(r"CREATE TABLE (\w+)", TABLES)

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
CREATE INDEX headers_by_entry ON headers (entry, number);
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
#: When statements x and y of one work state the same.
_ALIKE = {
    "mentions": "y.concept = x.concept AND y.role = x.role",
    "topics": "y.topic = x.topic",
    "results": "(y.metric = x.metric OR lower(y.metric_text) = lower(x.metric_text))"
    " AND (y.low, y.high, y.unit, y.change) = (x.low, x.high, x.unit, x.change)",
    "relations": "y.type = x.type AND y.head_text = x.head_text AND y.tail_text = x.tail_text",
    "uses": "y.type = x.type AND (y.concept = x.concept OR lower(y.name) = lower(x.name))",
    "citations": "(y.cited = x.cited AND y.cited <> '' OR lower(y.title) = lower(x.title) AND y.title <> '')",
}


def _once(table: str) -> str:
    """Of statements of a work that are alike, those of one entry: the surest, of equals that of the first name."""
    used = "{}.use <> 'mentioned', " * (table == "uses")
    return f"""WHERE NOT EXISTS (SELECT 1 FROM entries f CROSS JOIN {table} y
        WHERE f.paper = p.curie AND f.id <> e.id AND y.entry = f.id AND {_ALIKE[table]}
        AND ({used.format("y")}y.score, e.name) > ({used.format("x")}x.score, f.name))"""


_PACKAGE = Path(__file__).parents[1]
_TABLES_READERS = (
    _PACKAGE / "extract" / "tables" / "label_facets.py",
    *(_PACKAGE / "sources" / "body" / name for name in ("header_paths.py", "table_words.toml")),
)
_SQL = Path(__file__).with_name("views.sql")
VIEWS = _SQL.read_text("utf-8").partition("\n\n")[2].format(quote=_QUOTE, **{table: _once(table) for table in _ALIKE})

#: Makes SQLite's index of texts anew. What is indexed of an entry is its own: what others add may not change it.
SQLITE_INDEX = (
    "DROP TABLE IF EXISTS texts_search",
    """CREATE VIRTUAL TABLE texts_search USING fts5(
        raw, content = 'texts', content_rowid = 'id', tokenize = 'trigram', detail = 'none'
    )""",
    "INSERT INTO texts_search (texts_search, rank) VALUES ('pgsz', 16000)",  # fewer, larger pieces: less to merge
    "DROP TABLE IF EXISTS texts_search_words",
    "DROP VIEW IF EXISTS entry_words",
    """CREATE VIEW entry_words AS
        SELECT e.id, (SELECT raw FROM texts t WHERE t.entry = e.id AND t.field = 'T') AS title,
        (SELECT group_concat(t.raw) FROM texts t WHERE t.entry = e.id AND t.field IN ('A', 'B', 'K')) AS abstract,
        (SELECT group_concat(text.value, ' ') FROM json_each(e.document, '$.body') AS s,
            json_each(s.value, '$[2]') AS x, json_tree(x.value, '$[3]') AS text)
        || coalesce((SELECT group_concat(path, ' ') FROM headers h WHERE h.entry = e.id), '') AS body
        FROM entries e WHERE EXISTS (SELECT 1 FROM texts t WHERE t.entry = e.id)""",
    """CREATE VIRTUAL TABLE texts_search_words USING fts5(
        title, abstract, body, content = 'entry_words', content_rowid = 'id', tokenize = 'porter unicode61'
    )""",
)


@cache
def form() -> str:
    """What the tables depend on beside the entries: the vocabulary, and how they are made."""
    here = Path(__file__)
    made_by = (
        here,
        here.with_name("rows.py"),
        _SQL,
        *_TABLES_READERS,
        here.parents[1] / "link" / "cited_works.py",
    )
    return hashlib.sha256(b"".join(path.read_bytes() for path in made_by)).hexdigest()[:16] + ontology_hash()[:16]


def make(db: Database) -> None:
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
