"""What SQLite may do with a graph's file, which may come from anybody, and what a file's schema may hold."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection
from contextlib import closing, suppress
from functools import cache, lru_cache
from pathlib import Path

from kg.store import derived_tables, schema
from kg.store.logs import set_aside

#: Functions that a query or a schema may name; all others are refused. Those left out run code (load_extension),
#: take or give addresses (fts3_tokenizer, fts5), read or write files (readfile, edit) or are internal to an extension.
_FUNCTIONS = """
    abs avg char coalesce concat concat_ws count cume_dist dense_rank first_value format glob group_concat
    hex if ifnull iif instr lag last_value lead length like likelihood likely lower ltrim max median min
    nth_value ntile nullif octet_length percent_rank percentile percentile_cont percentile_disc printf
    quote random randomblob rank replace round row_number rtrim sign soundex sqlite_version string_agg
    substr substring sum total trim typeof unhex unicode unistr unlikely upper zeroblob
    acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh current_date current_time
    current_timestamp date datetime degrees exp floor julianday ln log log10 log2 mod pi pow power radians
    sin sinh sqrt strftime tan tanh time timediff trunc unixepoch
    -> ->> bm25 highlight json json_array json_array_length json_error_position json_extract
    json_group_array json_group_object json_insert json_object json_patch json_pretty json_quote
    json_remove json_replace json_set json_type json_valid match regexp snippet
"""
FUNCTIONS = frozenset(re.findall(r"\S+", _FUNCTIONS))
#: Virtual tables that a query may read; `pragma_table_info` only of tables of the graph.
VIRTUAL = frozenset(("json_each", "json_tree", "texts_search", "texts_search_words", "pragma_table_info"))
_READING = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE))
_SCHEMA = frozenset(("sqlite_master", "sqlite_schema"))
#: Switches of a connection, by their names in `sqlite3` (Python 3.12 has them).
_SWITCHES = {
    "SQLITE_DBCONFIG_DEFENSIVE": True,  # no writing to shadow tables, nor to the schema
    "SQLITE_DBCONFIG_TRUSTED_SCHEMA": False,
    "SQLITE_DBCONFIG_ENABLE_TRIGGER": False,  # kg has none
    "SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER": False,
    "SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION": False,
}

_TOKEN = re.compile(r"--[^\n]*(?:\n|$)|\s+|('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\w+|<>|[(),=])")
_NAME = r"(?:\w+|\"[^\"]+\"|'[^']+')"
_COLUMN = (
    rf"{_NAME}(?: (?:integer|text|real|blob))?"
    r"(?: not null| unique| primary key(?: autoincrement)?| default '[^']*')*"
)
_NAMES = rf"\( {_NAME}(?: , {_NAME})* \)"
_PART = rf"(?:primary key {_NAMES}|{_COLUMN})"
#: Tables and indexes that compute nothing: no checks, references, generated columns, orders or expressions.
_TABLE = re.compile(rf"create table {_NAME} \( {_PART}(?: , {_PART})* \)(?: without rowid)?")
_INDEX = re.compile(rf"create (?:unique )?index {_NAME} on {_NAME} {_NAMES}(?: where {_NAME} (?:is not null|<> ''))?")
#: What kg makes: a kind and a name.
_MADE = r"CREATE (UNIQUE INDEX|INDEX|VIEW|VIRTUAL TABLE|TABLE) (\w+)[^;]*"
_ANY_NAME = rf"({_NAME}|\[[^\]]+\]|`[^`]+`)"
_HEADS = {
    "table": re.compile(rf"CREATE TABLE {_ANY_NAME}\s*\("),
    "index": re.compile(rf"CREATE (?:UNIQUE )?INDEX {_ANY_NAME}\s+ON\s+{_ANY_NAME}\s*\(", re.IGNORECASE),
    "view": re.compile(rf"CREATE VIEW {_ANY_NAME}\s+AS\s", re.IGNORECASE),
}


def for_reading(path: Path) -> str:
    """The address by which SQLite reads a file: as it is, where nobody may write beside it and so no writer can be."""
    uri = path.absolute().as_uri()
    set_aside(path)
    try:
        with closing(sqlite3.connect(f"{uri}?mode=ro", uri=True)) as db:
            db.execute("SELECT 1 FROM sqlite_master").fetchall()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
            return f"{uri}?immutable=1"
    return f"{uri}?mode=ro"


def harden(db: sqlite3.Connection) -> None:
    """Let nothing in a file's schema call a function or a table that could do harm, as far as Python can say so."""
    for name, value in _SWITCHES.items():
        with suppress(AttributeError, sqlite3.Error):
            db.setconfig(getattr(sqlite3, name), value)  # type: ignore[attr-defined, unused-ignore]
    db.execute("PRAGMA trusted_schema = OFF")


class Authorizer:
    """The authorizer of a connection for users' SELECTs: functions, pragmas and virtual tables are allowed by name."""

    def __init__(self, db: sqlite3.Connection) -> None:
        rows = db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        self._tables = frozenset(str(name).lower() for (name,) in rows)
        self._modules = frozenset(name.lower() for (name,) in db.execute("PRAGMA module_list")) - VIRTUAL
        self.refused = ""  # the function or table that was refused last

    def __call__(self, action: int, first: str | None, second: str | None, *_: object) -> int:
        one, other = (first or "").lower(), (second or "").lower()
        if action in _READING:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION:
            return self._if(other in FUNCTIONS, other)
        if action == sqlite3.SQLITE_READ:
            return self._if(self._may_read(one, other), one)
        if action == sqlite3.SQLITE_PRAGMA:
            return self._if(one == "data_version" or (one == "table_info" and other in self._tables), "")
        # What some versions say of a virtual table when it is first asked; this connection writes nothing.
        return self._if(action == sqlite3.SQLITE_UPDATE and one == "sqlite_master", "")

    def _may_read(self, table: str, column: str) -> bool:
        if table in self._tables or table in _SCHEMA or table in VIRTUAL:
            return True
        # Without a column it may be a query's own name (WITH), whose tables are looked at for themselves.
        return not column and table not in self._modules and not table.startswith("pragma_")

    def _if(self, allowed: bool, name: str) -> int:
        if allowed:
            return sqlite3.SQLITE_OK
        self.refused = self.refused or name
        return sqlite3.SQLITE_DENY


def foreign(db: sqlite3.Connection, only: Collection[str] = ()) -> str:
    """What of a file's schema kg does not make and will not touch ("the trigger x"); "" where nothing is.

    Tables under names that are not kg's may be there, with indexes: kg never reads or writes them. `only` looks at some
    of kg's tables. Raises sqlite3.Error for a damaged file.
    """
    for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_master"):
        if sql is None and kind == "index":  # of a key
            continue
        is_asked = not only or str(name).lower() in only
        if is_asked and not (isinstance(sql, str) and _is_known(str(kind), str(name).lower(), sql)):
            return f"the {kind} {ascii(str(name))[1:-1][:60]}"
    return ""


def altered(db: sqlite3.Connection) -> dict[str, bool]:
    """kg's own views, indexes and indexes of words ("view parts") that a file makes otherwise, and whether it has them.

    A file whose tables another version made has others, too, until they are made again. Raises sqlite3.Error.
    """
    held = {str(name): " ".join(str(sql).split()) for name, sql in db.execute("SELECT name, sql FROM sqlite_master")}
    return {f"{kind} {name}": name in held for name, (kind, sql) in _own()[1].items() if held.get(name) != sql}


@lru_cache(maxsize=1000)
def _is_known(kind: str, name: str, sql: str) -> bool:
    """Whether a statement, which is what SQLite goes by, makes what its row says, and that is harmless."""
    tables, others = _own()
    if others.get(name, ("",))[0] == "virtual table":
        return " ".join(sql.split()) == others[name][1]
    head = _HEADS[kind].match(sql) if kind in _HEADS else None
    if head is None or _bare(head[1]) != name:
        return False
    if kind == "view":
        return others.get(name, ("",))[0] == "view"
    if kind == "index":
        return _bare(head[2]) not in tables or _INDEX.fullmatch(_canonical(sql)) is not None
    return name not in others and (name not in tables or _TABLE.fullmatch(_canonical(sql)) is not None)


@cache
def _own() -> tuple[frozenset[str], dict[str, tuple[str, str]]]:
    """The names of kg's tables; the kinds and statements of all else that it makes, by name."""
    parts = (schema.TABLES, derived_tables.TABLES, derived_tables.INDEXES, derived_tables.VIEWS)
    script = ";".join((*parts, *derived_tables.SQLITE_INDEX))
    found = re.finditer(_MADE, re.sub(r"--[^\n]*", "", script))
    made = {one[2]: (one[1].lower(), " ".join(one[0].split())) for one in found}
    own = {name for name, (kind, _) in made.items() if kind == "table"} | {"embeddings", "title_vectors"}
    others = {name: said for name, said in made.items() if said[0] != "table"}
    shadows = ("data", "idx", "content", "docsize", "config")
    own |= {f"{name}_{part}" for name, (kind, _) in others.items() if kind == "virtual table" for part in shadows}
    return frozenset(own), others


def _bare(name: str) -> str:
    return name.strip("\"'`[]").lower()


def _canonical(sql: str) -> str:
    """A statement as its tokens in lower case, a blank between two; "" where it holds what kg never writes."""
    out, at = [], 0
    while at < len(sql):
        token = _TOKEN.match(sql, at)
        if token is None:
            return ""
        at = token.end()
        if token[1]:
            out.append(token[1].lower())
    return " ".join(out)
