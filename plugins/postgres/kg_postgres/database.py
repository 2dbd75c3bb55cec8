"""A graph in a PostgreSQL database, which several may write at once: what `kg.store.lite` is for a file.

Statements are SQLite's; the few words that PostgreSQL says otherwise are put in their place here. What a writer knows
of a graph must hold while it writes, so transactions that write come one after the other: an advisory lock is held
from the beginning of each to its end.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors
from psycopg.adapt import Dumper, Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kg.files import cache_folder
from kg.model import KgError
from kg.store import derived_tables
from kg.store.database import Table
from kg.store.faults import Damage, Fault, Unstorable
from kg.store.place import is_whole, shown
from kg.store.schema import APPLICATION, TABLES, VERSION
from kg.store.user_sql import FAILED, LATE, NAMED, NO_SQL, REFUSED, Bound, too_large

_WAIT = 60  # seconds that a transaction waits for others
_CONNECT = 10  # seconds that a server has to answer
_SELECT = re.compile(r"\s*(select|with|values|table)\b|\s*\(", re.IGNORECASE)
_EXTENSION = """SELECT quote_ident(nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace
    WHERE extname = 'pg_trgm'"""
#: Rows that are asked for at once: libpq gets slow where the server has sent far more than was read.
_CHUNK = 100
#: Functions that users' SELECTs may name: those of the server and of pg_trgm that compute from what they are given
#: alone (immutable), and these. All others tell of the server, its settings, roles and sessions, or do more than
#: compute: they wait, read files, end connections, run other SQL.
_FUNCTIONS = re.findall(
    r"\w+",
    """
    age array_to_json array_to_string clock_timestamp concat concat_ws convert convert_from convert_to
    current_schema date date_part date_trunc extract format gen_random_uuid generate_series in_range interval
    json_agg json_build_array json_build_object json_object_agg json_populate_record json_populate_recordset
    json_to_record json_to_recordset json_to_tsvector jsonb_agg jsonb_build_array jsonb_build_object
    jsonb_object_agg jsonb_populate_record jsonb_populate_recordset jsonb_to_record jsonb_to_recordset
    jsonb_to_tsvector length make_timestamptz money now numeric overlaps pg_column_size pg_typeof
    phraseto_tsquery plainto_tsquery quote_literal quote_nullable random regexp row_to_json statement_timestamp
    time timestamp timestamptz timetz timezone to_char to_date to_json to_jsonb to_number to_timestamp
    to_tsquery to_tsvector transaction_timestamp ts_headline version websearch_to_tsquery xml
    """,
)
#: A word that users' SELECTs may not use: another function, a table of the server, or one of `information_schema`.
_FORBIDDEN = """SELECT proname FROM pg_proc p WHERE lower(proname) = ANY(%(words)s)
    AND NOT 'internal'::regtype = ANY(proargtypes)  -- which SQL cannot call
    AND proname <> ALL(%(functions)s) AND NOT (provolatile = 'i' AND (pronamespace = 'pg_catalog'::regnamespace
        OR EXISTS (SELECT 1 FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
            WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND extname = 'pg_trgm')))
    UNION ALL SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relname = ANY(%(words)s)
    AND (nspname LIKE 'pg\\_%%' OR nspname = 'information_schema' AND nspname = ANY(%(words)s)
        AND relname NOT IN ('columns', 'tables'))
    LIMIT 1"""
_VIEWS = """SELECT definition FROM pg_views WHERE lower(viewname) = ANY(%(words)s)
    AND schemaname NOT IN ('pg_catalog', 'information_schema')"""
#: What kg does not make, and what would run code of its maker with the rights of whoever opens the graph: in the place
#: of tables or on them, and functions and operators that are found in the place of the server's.
_FOREIGN = """WITH own AS (SELECT oid, relname, relkind FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(%(own)s)),
    made AS (SELECT p.oid, proname AS name, prosrc, pronamespace AS space FROM pg_proc p WHERE NOT EXISTS (
        SELECT 1 FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')),
    here AS (SELECT oid AS space FROM pg_namespace WHERE nspname = ANY(current_schemas(false)))
    SELECT 'the trigger ' || tgname FROM pg_trigger JOIN own ON tgrelid = own.oid WHERE NOT tgisinternal
    UNION ALL SELECT 'the rule ' || rulename FROM pg_rewrite JOIN own ON ev_class = own.oid WHERE rulename <> '_RETURN'
    UNION ALL SELECT 'the policy ' || polname FROM pg_policy JOIN own ON polrelid = own.oid
    UNION ALL SELECT 'the constraint ' || conname FROM pg_constraint JOIN own ON conrelid = own.oid
        WHERE contype NOT IN ('p', 'u', 'n')
    UNION ALL SELECT 'a default of ' || relname FROM pg_attrdef JOIN own ON adrelid = own.oid
        WHERE pg_get_expr(adbin, adrelid) !~ '^''[^'']*''::text$'
    UNION ALL SELECT 'another ' || relname FROM own
        WHERE relkind <> CASE WHEN relname = ANY(%(views)s) THEN 'v' ELSE 'r' END
    UNION ALL SELECT 'the function ' || name FROM made
        JOIN pg_depend d ON refclassid = 'pg_proc'::regclass AND refobjid = made.oid
        JOIN (SELECT oid, ev_class AS own FROM pg_rewrite UNION ALL SELECT indexrelid, indrelid FROM pg_index) AS part
        ON objid = part.oid JOIN own ON part.own = own.oid
    UNION ALL SELECT 'the function ' || name FROM made JOIN here USING (space)
        WHERE name = 'regexp' AND prosrc <> %(regexp)s
        OR EXISTS (SELECT 1 FROM pg_proc s WHERE s.proname = name AND s.pronamespace = 'pg_catalog'::regnamespace)
    UNION ALL SELECT 'the operator ' || oprname FROM pg_operator o JOIN here ON space = oprnamespace WHERE NOT EXISTS (
        SELECT 1 FROM pg_depend WHERE classid = 'pg_operator'::regclass AND objid = o.oid AND deptype = 'e')
    LIMIT 1"""
#: A SELECT that ends with an error at a row that is too large to be sent.
_BOUND = """SELECT * FROM ({query}
) AS q WHERE CASE WHEN octet_length(q::text) > {size} THEN CAST('{mark}' || left(q::text, 1) AS int) ELSE 1 END = 1"""
#: Python's regular expressions are PostgreSQL's but for the boundary of a word; letters are those of Unicode.
_REGEXP = r"""CREATE OR REPLACE FUNCTION regexp(pattern text, said text) RETURNS boolean LANGUAGE sql IMMUTABLE
    AS $$ SELECT said COLLATE "und-x-icu" ~ replace(pattern, '\b', '\y') $$"""
_SETTINGS = (
    f"SET standard_conforming_strings = on; SET jit = off; SET synchronous_commit = off; SET lock_timeout = '{_WAIT}s'"
)
#: The words of a text that are ranked; of very long ones the first.
_LEXEMES = "to_tsvector('english', left(raw, 200000))"
#: Types of columns in the words of PostgreSQL. Texts are compared byte by byte, as SQLite does.
_TYPES = {
    r"\bINTEGER PRIMARY KEY( AUTOINCREMENT)?": "INTEGER GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    r"\bTEXT\b": 'TEXT COLLATE "C"',
    r"\bREAL\b": "DOUBLE PRECISION",
    r"\bBLOB\b": "BYTEA",
    r" WITHOUT ROWID": "",
}
_WORDS = {
    r"%": "%%",
    r"\?": "%s",
    r" NOT INDEXED": "",
    r"([\w.]+) ->> '\$\.(\w+)'": r"\1::json ->> '\2'",
    r"([\w.]+) ->> '\$\[(\d+)\]'": r"\1::json ->> \2",
    r"json_array_length\(([\w.]+), '\$\.(\w+)'\)": r"json_array_length(\1::json -> '\2')",
    r"json_each\(([\w.]+), '\$\.(\w+)'\) AS (\w+)": r"json_array_elements(\1::json -> '\2') AS \3 (value)",
    r"json_each\(([\w.]+), '\$\[(\d+)\]'\) AS (\w+)": r"json_array_elements(\1::json -> \2) AS \3 (value)",
    r"json_tree\(([\w.]+), '\$\[(\d+)\]'\) AS (\w+)": r"LATERAL (SELECT \1::json ->> \2 AS value) AS \3",
    r"json_each\(%s\)": "json_array_elements_text(CAST(%s AS json)) AS each (value)",
    r"\binstr\(": "strpos(",
    r"\bchar\((\d+)\)": r"chr(\1)",
}


class Postgres:
    """The connection to a graph in a PostgreSQL database."""

    #: Several may write at once: what others write is seen at the beginning of each transaction.
    is_shared = True
    path: Path | None = None
    #: The tables and views with their columns.
    LISTED = """SELECT table_name AS "table", string_agg(column_name, ', ' ORDER BY ordinal_position) AS columns
        FROM information_schema.columns WHERE table_schema = current_schema() GROUP BY table_name ORDER BY table_name"""

    #: As for a file; `ts_rank` stands in the place of BM25.
    COUNTED = f"SELECT count(*) FROM texts WHERE {_LEXEMES} @@ websearch_to_tsquery('english', ?)"
    RANKED = f"""SELECT p.curie, sum(ts_rank({_LEXEMES}, q, 1)) FROM websearch_to_tsquery('english', ?) q
        JOIN texts ON {_LEXEMES} @@ q JOIN papers p ON p.id = texts.paper GROUP BY p.curie"""

    def __init__(self, address: str, read_only: bool = False) -> None:
        """Connect to the database at an address (`postgresql://user@host/database`). Raises KgError."""
        self.place = shown(address)
        self._address, self._read_only = address, read_only
        try:
            said = conninfo_to_dict(address) if is_whole(address) else None
        except psycopg.Error:
            said = None
        if said is None:
            raise KgError(f"{self.place} is no address of PostgreSQL: write postgresql://user@host:5432/database.")
        self._password = str(said.get("password") or os.environ.get("PGPASSWORD", ""))
        self._closed = False
        self._db = self._connected()

    # --- what a transaction does ----------------------------------------------------------------------------------

    def execute(self, sql: str, given: Iterable[Any] = ()) -> Any:
        """The cursor of one statement. Raises KgError."""
        with self._told():
            return self._live().execute(_translated(sql), tuple(given))

    def executemany(self, sql: str, rows: Iterable[Iterable[Any]]) -> None:
        """Do a statement for each of some rows. Raises KgError."""
        given = [tuple(row) for row in rows]  # which may need statements of their own
        if given:
            with self._told(), self._live().cursor() as cursor:
                cursor.executemany(_translated(sql), given)

    def begin(self) -> None:
        """Begin a transaction that writes, when all others have ended theirs."""
        self.execute("BEGIN")
        try:
            self.execute(f"SELECT pg_advisory_xact_lock({APPLICATION}, hashtext(current_schema()))")
        except BaseException:
            with suppress(KgError):
                self.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Let go of the database; idempotent."""
        self._closed = True
        with suppress(psycopg.Error):
            self._db.close()

    # --- the database ---------------------------------------------------------------------------------------------

    def cache(self, graph: str) -> Path | None:
        """The folder of what is made from a graph, in this user's cache."""
        folder = cache_folder() / "graphs" / graph
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def version(self) -> int | None:
        """The form of the graph; None where there is none yet. KgError for a database of something else."""
        encoding, schema = self.execute("SELECT current_setting('server_encoding'), current_schema()").fetchone()
        if encoding != "UTF8":
            raise KgError(f"The database {self.place} keeps texts as {encoding}: make one with `createdb -E UTF8`.")
        if schema is None:
            raise KgError(f"The schema that {self.place} names is not there: make it with CREATE SCHEMA.")
        found = self.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
        here = {name for (name,) in found}
        if what := self._foreign():
            raise Damage(
                f"The graph {self.place} holds {what}, which kg does not make: take it away, or name another schema."
            )
        rows = self.execute("SELECT value FROM about WHERE name = 'form'").fetchall() if "about" in here else []
        if rows and not re.fullmatch(r"\d{1,9}", str(rows[0][0])):
            raise Damage(
                f"The graph {self.place} does not say which form it has: put a copy in its place (pg_restore)."
            )
        if rows:
            return int(rows[0][0])
        if here.isdisjoint(re.findall(r"CREATE TABLE (\w+)", TABLES)):
            return None
        raise KgError(f"The database {self.place} holds tables of something else: name another database for the graph.")

    def _foreign(self) -> str:
        """What of the schema kg does not make and will not touch ("the trigger x"); "" where nothing is."""
        made = f"{TABLES}{derived_tables.TABLES}{derived_tables.VIEWS}"
        tables, views = (re.findall(rf"CREATE {kind} (\w+)", made) for kind in ("TABLE", "VIEW"))
        given = {
            "own": [*tables, *views, "embeddings", "title_vectors"],
            "views": views,
            "regexp": _REGEXP.split("$$")[1],
        }
        with self._told():
            found = self._live().execute(_FOREIGN.encode(), given).fetchone()
        return str(found[0]) if found else ""

    def create(self) -> None:
        """Make the tables of a graph, and its id, unless another process did so meanwhile."""
        self.begin()
        try:
            if self.version() is None:
                self._make_extension()
                for statement in _statements(TABLES):
                    self.execute(statement)
                self._live().execute(_REGEXP.encode())
                said = [("form", str(VERSION)), ("id", secrets.token_hex(8))]
                self.executemany("INSERT INTO about VALUES (?, ?)", said)
            self.execute("COMMIT")
        except BaseException:
            with suppress(KgError):
                self.execute("ROLLBACK")
            raise

    def _make_extension(self) -> None:
        try:
            self._live().execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except (errors.FeatureNotSupported, errors.UndefinedFile):
            raise KgError(
                f"The server of {self.place} lacks the extension pg_trgm: install the contributed extensions of "
                "PostgreSQL there (Debian has them in `postgresql`)."
            ) from None
        except errors.InsufficientPrivilege:
            raise KgError(
                f"The graph {self.place} needs the extension pg_trgm, and its user may not add it: let the owner of "
                "the database run CREATE EXTENSION pg_trgm."
            ) from None

    # --- texts ----------------------------------------------------------------------------------------------------

    @property
    def TEXTS_INDEX(self) -> tuple[str, ...]:
        """Makes the index of texts anew; the old one is gone with the table."""
        rows = self.execute(_EXTENSION).fetchall()
        if not rows:
            raise KgError(f"The extension pg_trgm of {self.place} is gone: run CREATE EXTENSION pg_trgm there.")
        return (
            f"CREATE INDEX texts_search ON texts USING gin (raw {rows[0][0]}.gin_trgm_ops)",
            f"CREATE INDEX texts_search_words ON texts USING gin ({_LEXEMES})",
        )

    def index_texts(self, *_: object) -> None:
        """Nothing: PostgreSQL keeps its indexes itself."""

    unindex_texts = index_texts

    @staticmethod
    def holding(wanted: Iterable[tuple[str, ...]]) -> tuple[str, list[str]]:
        """A condition on texts `t` that those fulfil which hold all words of one list, in any case, and its values.

        Letters that are not ASCII have two cases that PostgreSQL need not know: such words are passed over.
        """
        likes = [[f"%{w}%" for w in words if w.isascii() or w.upper() == w.lower()] for words in wanted]
        sql = " OR ".join(" AND ".join(["t.raw ILIKE ?"] * len(words)) or "TRUE" for words in likes)
        return sql, [like for words in likes for like in words]

    # --- whole graphs ---------------------------------------------------------------------------------------------

    def damage(self) -> list[str]:
        """Nothing: pages are the server's (`pg_amcheck`)."""
        return []

    def check_schema(self) -> None:
        """Nothing: who may make tables there may do anything."""

    def copy_to(self, place: Path) -> None:
        """Always KgError: PostgreSQL has its own program for it."""
        raise KgError(
            f"The graph {self.place} is copied by PostgreSQL's own program: run `pg_dump -Fc -f {place} ...`."
        )

    def asked(self, query: str, seconds: float, rows: int, size: int) -> Table:
        """The columns and rows of a user's own SELECT, on a connection that cannot write. Raises KgError."""
        if not _SELECT.match(re.sub(r"--[^\n]*|/\*.*?\*/", " ", query, flags=re.DOTALL)):
            raise KgError(REFUSED)
        end, mark = time.monotonic() + seconds, secrets.token_hex(8)
        query = query.rstrip().rstrip(";")
        db = self._connected(read_only=True)
        try:
            with db.transaction(), db.cursor("asked") as alone, db.cursor("bound") as cursor, db.cursor() as reader:
                self._limit(db, end)
                if name := self._forbidden(db, query):
                    raise KgError(NAMED, name=name)
                alone.execute(query.encode())  # a cursor takes one SELECT and nothing else
                cursor.execute(_BOUND.format(query=query, size=size, mark=mark).encode())
                self._limit(db, end)
                bound, out, before = Bound(rows, size), list[tuple[object, ...]](), -1
                while before < len(out):
                    before = len(out)
                    found: Any = reader.stream(f"FETCH {_CHUNK} FROM bound".encode())  # row by row
                    try:
                        out += map(bound, found)
                    except BaseException:
                        db.close()  # else the rest would be waited for
                        found.close()
                        raise
                return [column.name for column in cursor.description or ()], out
        except errors.QueryCanceled:
            raise KgError(LATE, seconds=f"{seconds:g}") from None
        except errors.InvalidTextRepresentation as error:
            raise (too_large(size) if mark in str(error) else KgError(FAILED, error=self._clean(error))) from None
        except (errors.ReadOnlySqlTransaction, errors.InsufficientPrivilege, errors.InvalidCursorDefinition):
            raise KgError(REFUSED) from None
        except (psycopg.ProgrammingError, psycopg.NotSupportedError) as error:
            raise KgError(NO_SQL, error=self._clean(error)) from None
        except (psycopg.Error, ValueError, MemoryError) as error:
            raise KgError(FAILED, error=self._clean(error)) from None
        finally:
            db.close()

    @staticmethod
    def _forbidden(db: psycopg.Connection[Any], query: str) -> str:
        """A word of a query that is the name of what it may not use; "" where there is none.

        Words in strings and comments count too, and those of views that it names: what is looked for does not depend on
        how the query is read.
        """
        if re.search(r'\bu&"', query, re.IGNORECASE):
            return 'U&"'
        words, texts = set[str](), [query]
        while new := set(re.findall(r"\w+", " ".join(texts).lower())) - words:
            words |= new
            texts = [text for (text,) in db.execute(_VIEWS.encode(), {"words": list(new)})]
        found = db.execute(_FORBIDDEN.encode(), {"words": list(words), "functions": _FUNCTIONS}).fetchone()
        return str(found[0]) if found else ""

    @staticmethod
    def _limit(db: psycopg.Connection[Any], end: float) -> None:
        """Let the next statement end in time, whatever the one before it did to the limit."""
        left = max(1, int((end - time.monotonic()) * 1000))
        db.execute(f"SET LOCAL statement_timeout = {left}".encode())

    # --- the connection -------------------------------------------------------------------------------------------

    def _live(self) -> psycopg.Connection[Any]:
        """The connection; made again for a reader whose server was started again."""
        if self._db.closed and self._read_only and not self._closed:
            self._db = self._connected()
        return self._db

    def _connected(self, read_only: bool = False) -> psycopg.Connection[Any]:
        try:
            wait = conninfo_to_dict(self._address).get("connect_timeout") or _CONNECT
            said = {"client_encoding": "utf8", "application_name": "kg", "connect_timeout": wait}
            db = psycopg.connect(make_conninfo(self._address, **said), autocommit=True)
            if self._read_only or read_only:
                db.execute("SET default_transaction_read_only = on")
            db.execute(_SETTINGS.encode())
        except psycopg.Error as error:
            raise self._unreachable(error) from None
        db.adapters.register_dumper(bool, _Number)
        db.adapters.register_loader("numeric", _Plain)
        return db

    def _unreachable(self, error: psycopg.Error) -> Fault:
        said = self._clean(error)
        if re.search(r"authentication|no password|role .* does not exist", said):
            return Fault(
                f"The server does not let this user into {self.place}: put the user into the address, and the password "
                "into ~/.pgpass or PGPASSWORD."
            )
        if re.search(r"database .* does not exist", said):
            return Fault(f"There is no database {self.place}: make it with createdb.")
        return Fault(f"The server of {self.place} cannot be reached ({said}): see that it runs, and the address.")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Raise what users are told in the place of an error of PostgreSQL."""
        try:
            yield
        except psycopg.Error as error:
            raise self._fault(error) from None

    def _fault(self, error: psycopg.Error) -> KgError:
        said = self._clean(error)
        if isinstance(error, (errors.LockNotAvailable, errors.DeadlockDetected)):
            return Fault(f"The graph {self.place} is being written by another process: wait until it is done.")
        if isinstance(error, (psycopg.DataError, errors.ProgramLimitExceeded)):  # of one entry, not of the graph
            return Unstorable(f"PostgreSQL cannot store what was read ({said}): mend the text, or keep it in a file.")
        if isinstance(error, (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
            return Fault(f"The graph {self.place} may not be read or written so by this user ({said}): ask its owner.")
        if isinstance(error, errors.DiskFull):
            return Fault(f"The disk of the server of {self.place} is full: make room and do it again.")
        if isinstance(error, (errors.DataCorrupted, errors.IndexCorrupted, errors.UndefinedTable)):
            return Damage(f"The graph {self.place} is damaged ({said}): put a copy in its place (pg_restore).")
        if self._db.closed:
            return Fault(
                f"The server of {self.place} ended the connection ({said}): see that it runs, and do it again."
            )
        return Fault(f"The graph {self.place} cannot be read or written ({said}): see to the server, and do it again.")

    def _clean(self, error: Exception) -> str:
        """The first line of what a server or the library says, without a password."""
        said = _first(error)
        return said.replace(self._password, "***") if self._password else said


class _Number(Dumper):
    """True and False as SQLite has them: 1 and 0."""

    oid = psycopg.adapters.types["int4"].oid

    def dump(self, obj: bool) -> bytes:
        return b"1" if obj else b"0"


class _Plain(Loader):
    """A number of any size as a plain one."""

    def load(self, data: Any) -> int | float:
        said = bytes(data).decode()
        return int(said) if said.lstrip("-").isdigit() else float(said)


@lru_cache(maxsize=1000)
def _translated(sql: str) -> bytes:
    """A statement in the words of PostgreSQL and its driver."""
    words = _WORDS
    if sql.lstrip().startswith("CREATE TABLE"):
        sql, words = re.sub(r"--[^\n]*", "", sql), _TYPES
    for said, meant in words.items():
        sql = re.sub(said, meant, sql)
    return sql.encode()


def _statements(script: str) -> Iterator[str]:
    return filter(str.strip, re.sub(r"--[^\n]*", "", script).split(";"))


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
