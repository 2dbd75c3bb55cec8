"""A graph: a database that holds sources, entries and decisions, and by what entries are found again.

It is an SQLite file (`kg.store.lite`) or lies in a database of another kind, which a plug-in opens. Any number read
while one writes.
What is written inside `batch` counts as a whole when it ends, or not at all.
"""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from kg.files import telling
from kg.model import Facts, KgError, Source
from kg.plugins import plugged
from kg.store import codec, derived_tables
from kg.store.database import Database, Table
from kg.store.entries import ClaimRow, Draft, Entry, local_id
from kg.store.faults import Damage, Fault, fault, remedy, told
from kg.store.lite import Lite, lite, taken
from kg.store.place import STORES, is_address, kind_of, shown
from kg.store.rows import Writer, rows_of
from kg.store.schema import VERSION
from kg.store.user_sql import ROWS, SECONDS, SIZE

_BATCH = 500  # names in a query
_ENTRY = """INSERT INTO entries (name, source, local, number, paper, document, record, way, fingerprint)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
_AGAIN = "UPDATE entries SET record = ?, way = ?, fingerprint = ? WHERE id = ? RETURNING id"
_KEYS = "INSERT INTO keys VALUES (?, ?) ON CONFLICT DO NOTHING"
_KNOWN = """INSERT INTO organisations VALUES (?, ?)
  ON CONFLICT (id) DO UPDATE SET said = excluded.said WHERE organisations.said <> excluded.said"""
_SOURCE = """INSERT INTO sources (name, said) VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET said = excluded.said, whole = ''"""
_STATE = """INSERT INTO states SELECT number, ? FROM changes
  WHERE number > (SELECT coalesce(max(number), 0) FROM states) ORDER BY number DESC LIMIT 1"""


def _opened(place: str | Path | None, read_only: bool) -> Database:
    if not is_address(place):
        return lite(None if place is None else Path(place), read_only)
    made: Database = plugged(STORES, kind_of(str(place)), f"The graph {shown(str(place))}")(str(place), read_only)
    return made


class StoreFile:
    """A graph in a file, in another database, or in memory."""

    def __init__(self, place: str | Path | None, read_only: bool = False) -> None:
        """Open a file or a database at an address (`postgresql://...`), made a graph if need be unless `read_only`.

        None stands for a graph in memory. Raises KgError.
        """
        self.read_only = read_only
        self._place = place
        self._depth = 0
        self._number: int | None = None
        self._seen = -1  # the last change that this writer knows of
        self.turns = 0  # how often others were seen to have written meanwhile
        self._db: Database | None = _opened(place, read_only)
        self.path = self._db.path
        try:
            self._writer = Writer(self.db, self.facts)
            self.id = self._settled()
            #: The folder of what is made from the graph, to be made again when it is lost; None in memory.
            self.cache = self.db.cache(self.id)
        except BaseException:
            StoreFile.close(self)
            raise

    def close(self) -> None:
        """Let go of the file; idempotent."""
        db, self._db = self._db, None
        if db is not None:
            db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- writing --------------------------------------------------------------------------------------------------

    @contextmanager
    def batch(self) -> Iterator[None]:
        """What is written inside counts when it ends, or, where it raises, not at all. Batches may be nested."""
        if self.read_only:
            raise KgError(f"The graph {self.db.place} is open for reading only: open it for writing.")
        if self._depth:
            yield
            return
        with told(self.path):
            self.db.begin()
        self._depth = 1
        try:
            if self.db.is_shared and self.last != self._seen:
                self.turns += 1
            yield
            with told(self.path):
                self._writer.finish()
        except BaseException:
            with suppress(sqlite3.Error, Fault):
                self.db.execute("ROLLBACK")
            self._writer.forget()
            raise
        else:
            self._commit()
        finally:
            self._depth = 0

    @contextmanager
    def writable(self) -> Iterator[StoreFile]:
        """The graph for writing: this one, or beside a reader one of its own, which waits for no other writer.

        Raises KgError where nobody may write, or another process writes.
        """
        if not self.read_only:
            yield self
            return
        if self.path and (lock := taken(self.path, wait=0.0)):
            lock.close()
        with StoreFile(self._place) as file:
            yield file

    @contextmanager
    def whole_or_not(self) -> Iterator[None]:
        """What is written inside is taken back where it raises, while the batch around it goes on."""
        with self.batch(), told(self.path):
            self.db.execute("SAVEPOINT part")
            waiting = self._writer.waiting
            try:
                yield
            except BaseException:
                with suppress(sqlite3.Error, Fault):  # of a full disk, where all is taken back already
                    self.db.execute("ROLLBACK TO part")
                self._writer.forget(waiting)
                raise
            finally:
                with suppress(sqlite3.Error, Fault):
                    self.db.execute("RELEASE part")

    def put_entry(self, entry: Entry, keys: Iterable[str] = (), facts: Mapping[str, Facts] | None = None) -> None:
        """Store an entry under its document's id; see `put`."""
        self.put(Draft.of(entry, keys), facts)

    def put(self, draft: Draft, facts: Mapping[str, Facts] | None = None) -> None:
        """Store an entry in the place of what bears its name; `facts` is what a register says of institutions, by id.

        Its rows are in the tables when the batch ends.
        """
        name, source, rows = draft.name, draft.source, draft.rows
        row: tuple[Any, ...] = (name, source, local_id(name, source), draft.number, rows.paper)
        with self.batch(), told(self.path):
            held = self.rows("SELECT id, paper, document, fingerprint FROM entries WHERE name = ?", name)
            stays = bool(held) and held[0][1:3] == (rows.paper, draft.document)
            if held:
                self._take_out(name, stays)
            for concept, known in (facts or {}).items():
                self.db.execute(_KNOWN, (concept, json.dumps(known)))
            read = (draft.record, draft.way, draft.fingerprint)
            sql, given = (_AGAIN, (*read, held[0][0])) if stays else (_ENTRY, (*row, draft.document, *read))
            (number,) = self.db.execute(sql, given).fetchone()
            self.db.executemany(_KEYS, ((key, number) for key in draft.keys))
            claims = ((c.concept, int(c.own), number, c.words, c.means, c.topics) for c in draft.claims)
            self.db.executemany("INSERT INTO claims VALUES (?, ?, ?, ?, ?, ?)", claims)
            self._writer.write(number, rows)
            self._changed(f"entry:{name}")
            if not draft.fingerprint or [one[3] for one in held] != [draft.fingerprint]:  # else it is read as before
                self.db.execute("UPDATE sources SET whole = '' WHERE name = ? AND whole <> ''", (source,))

    def drop_entries(self, names: Iterable[str]) -> None:
        """Take entries out; what is not there is passed over."""
        with self.batch(), told(self.path):
            for name in names:
                sources = self.rows("SELECT source FROM entries WHERE name = ?", name)
                self._take_out(name)
                self.db.executemany("UPDATE sources SET whole = '' WHERE name = ?", sources)
                self._changed(f"entry:{name}")

    def _take_out(self, name: str, stays: bool = False) -> None:
        """Take out an entry, if it is there, with all that was made of it; it and its texts may stay."""
        for number, paper, *said in self.rows("SELECT id, paper, document, record FROM entries WHERE name = ?", name):
            record = None
            with suppress(*codec.WRONG):  # of a damaged one, labels stay until the tables are made again
                record = codec.record(said[1], codec.document(said[0]))
            self._writer.erase(number, paper, record, stays)
            for rows in ("keys WHERE entry", "claims WHERE entry", *(() if stays else ("entries WHERE id",))):
                self.db.execute(f"DELETE FROM {rows} = ?", (number,))

    def remake(self) -> None:
        """Make the tables again that are made from entries; all of them count, or none."""
        with self.batch(), told(self.path):
            derived_tables.make(self.db)
            self._writer.forget()
            there = {name: (number, paper) for name, number, paper in self.rows("SELECT name, id, paper FROM entries")}
            for entry in self.every():
                number, paper = there[entry.document.id]
                self._writer.write(number, rows_of(entry.document, entry.record)._replace(paper=paper))
            self.say("tables", derived_tables.form())

    def put_source(self, source: Source) -> None:
        """Store what is known of a source; of one that is stored so already nothing changes."""
        said = codec.encoded(source)
        with self.batch(), told(self.path):
            known = self.rows("SELECT said, said ->> '$.date' FROM sources WHERE name = ?", source.name)
            if known and known[0][0] == said:
                return
            self.db.execute(_SOURCE, (source.name, said))
            self._changed(f"source:{source.name}")
            if (known[0][1] or "" if known else "") != source.date:  # by which its papers may be dated
                papers = self.rows("SELECT DISTINCT paper FROM entries WHERE source = ?", source.name)
                self._writer.redescribe(paper for (paper,) in papers)

    def drop_source(self, name: str) -> None:
        """Take out what is known of a source; its entries are to be taken out for themselves."""
        with self.batch(), told(self.path):
            self.db.execute("DELETE FROM sources WHERE name = ?", (name,))
            self._changed(f"source:{name}")

    def note_whole(self, source: str, ways: str) -> None:
        """Keep in mind that all of a source's file is stored, and in which ways it was read."""
        with self.batch(), told(self.path):
            self.db.execute("UPDATE sources SET whole = ? WHERE name = ?", (ways, source))

    def say(self, name: str, value: str) -> None:
        """Keep a word about the graph itself; "" takes it out."""
        with self.batch(), told(self.path):
            self.db.execute("DELETE FROM about WHERE name = ?", (name,))
            if value:
                self.db.execute("INSERT INTO about VALUES (?, ?)", (name, value))

    def backup(self, target: str | Path) -> None:
        """Copy the graph to a file that is not there yet, while others read and write it. Raises KgError."""
        self.db.copy_to(Path(target))

    # --- reading --------------------------------------------------------------------------------------------------

    def rows(self, sql: str, *given: Any) -> list[Any]:
        """The rows of a query about the tables of kg.store.schema and kg.store.derived_tables. Raises KgError."""
        try:
            found: list[Any] = self.db.execute(sql, given).fetchall()
            return found
        except UnicodeEncodeError:
            raise KgError("A name that is asked for holds half a character: write it in whole ones.") from None
        except (sqlite3.Error, OSError) as error:
            raise fault(self.path, error) from None

    def some(self, sql: str, given: Iterable[str]) -> list[Any]:
        """The rows of a query about many values, where {} stands for the marks of some. Raises KgError."""
        values = sorted(set(given))
        out: list[Any] = []
        for at in range(0, len(values), _BATCH):
            some = values[at : at + _BATCH]
            out += self.rows(sql.format(",".join("?" * len(some))), *some)
        return out

    def _word(self, sql: str, *given: Any) -> str:
        """The one value of a query; "" where there is none."""
        rows = self.rows(sql, *given)
        return str(rows[0][0]) if rows else ""

    def entry(self, name: str) -> Entry:
        """A stored entry; KgError when it is not there or not whole."""
        found = self.entries([name])
        if name not in found:
            raise KgError(f"The entry {name} is not in the graph: see `kg show`.")
        return found[name]

    def entries(self, names: Iterable[str]) -> dict[str, Entry]:
        """Stored entries by name, in order; those that are not there are left out."""
        wanted = list(dict.fromkeys(names))
        rows = self.some("SELECT name, document, record, way, fingerprint FROM entries WHERE name IN ({})", wanted)
        found = {name: self._entry(name, *said) for name, *said in rows}
        return {name: found[name] for name in wanted if name in found}

    def every(self, names: Sequence[str] | None = None) -> Iterator[Entry]:
        """All entries, by source and place in it, or those of some names in order."""
        wanted = self.names() if names is None else names
        for at in range(0, len(wanted), _BATCH):
            yield from self.entries(wanted[at : at + _BATCH]).values()

    def names(self, source: str | None = None) -> list[str]:
        """The names of all entries, or of those of a source, by source and place in it."""
        return [name for (name,) in self._in_order("name", source)]

    def _in_order(self, columns: str, source: str | None = None) -> list[Any]:
        of, given = ("", ()) if source is None else (" WHERE source = ?", (source,))
        return self.rows(f"SELECT {columns} FROM entries{of} ORDER BY source, number, name", *given)

    def works(self) -> list[tuple[str, str]]:
        """All entries with the works that they describe, by source and place in it."""
        return self._in_order("name, paper")

    def of_papers(self, papers: Iterable[str]) -> list[tuple[str, str]]:
        """The entries of some works, with these, by source and place in it."""
        return self.some("SELECT name, paper FROM entries WHERE paper IN ({}) ORDER BY source, number, name", papers)

    def papers_of(self, names: Iterable[str]) -> dict[str, str]:
        """The work of each of some entries that there is."""
        return dict(self.some("SELECT name, paper FROM entries WHERE name IN ({})", names))

    def count(self, source: str | None = None) -> int:
        """How many entries there are, or a source has."""
        of, given = ("", ()) if source is None else (" WHERE source = ?", (source,))
        return int(self.rows(f"SELECT count(*) FROM entries{of}", *given)[0][0])

    def paper_count(self) -> int:
        """How many works there are."""
        return int(self.rows("SELECT count(DISTINCT paper) FROM entries")[0][0])

    def marks(self, source: str | None = None) -> dict[str, str]:
        """The fingerprint of each entry, or of each of a source, by source and place in it."""
        return dict(self._in_order("name, fingerprint", source))

    def fingerprint(self, name: str) -> str:
        """The fingerprint of an entry; "" when there is no such entry."""
        return self._word("SELECT fingerprint FROM entries WHERE name = ?", name)

    def source_of(self, name: str) -> str:
        """The source of an entry; "" when there is no such entry."""
        return self._word("SELECT source FROM entries WHERE name = ?", name)

    def sources_of_entries(self) -> dict[str, str]:
        """The source of each entry."""
        return dict(self.rows("SELECT name, source FROM entries"))

    def source_names(self) -> list[str]:
        """All sources, sorted."""
        return [name for (name,) in self.rows("SELECT name FROM sources ORDER BY name")]

    def source(self, name: str) -> Source:
        """A source; KgError when it is not there or not whole."""
        rows = self.rows("SELECT said FROM sources WHERE name = ?", name)
        if not rows:
            known = ", ".join(self.source_names()) or "none"
            raise KgError(f"There is no source {name!r} in the graph: choose one of {known}.")
        try:
            return codec.source(rows[0][0])
        except codec.WRONG as error:
            raise Damage(f"The source {name} cannot be read ({error}): {remedy(self.path)}") from None

    def whole(self, source: str) -> str:
        """In which ways a source's entries were read, where all that its file holds is stored; "" otherwise."""
        return self._word("SELECT whole FROM sources WHERE name = ?", source)

    def said(self, name: str) -> str:
        """A word about the graph itself; "" where there is none."""
        return self._word("SELECT value FROM about WHERE name = ?", name)

    def facts(self, concept: str) -> Facts | None:
        """What the register says of an institution; None where it does not know it."""
        rows = self.rows("SELECT said FROM organisations WHERE id = ?", concept)
        if not rows:
            return None
        try:
            labels, others, country = json.loads(rows[0][0])
            return labels, [(label, language) for label, language in others], country
        except codec.WRONG as error:
            raise Damage(f"What is known of {concept} cannot be read ({error}): {remedy(self.path)}") from None

    def latest(self) -> str:
        """The newest date of a paper or a source; "" for none."""
        of_papers, of_sources = "SELECT max(appeared) FROM papers", "SELECT max(said ->> '$.date') FROM sources"
        return max(day or "" for ((day,),) in map(self.rows, (of_papers, of_sources)))

    def asked(self, query: str, seconds: float = SECONDS, rows: int = ROWS, size: int = SIZE) -> Table:
        """The columns and rows of a user's own SELECT; see `kg.store.user_sql`.

        Raises KgError for another statement, and for one that takes longer or gives more than it may.
        """
        return self.db.asked(query, seconds, rows, size)

    # --- by what entries are found --------------------------------------------------------------------------------

    def named_locally(self, local: str) -> dict[str, str]:
        """The entries that sources call so, by source."""
        return dict(self.rows("SELECT source, name FROM entries WHERE local = ?", local))

    def holders(self, key: str, most: int) -> list[str]:
        """The entries that have a key, so many at most."""
        sql = "SELECT name FROM keys JOIN entries ON id = entry WHERE key = ? LIMIT ?"
        return [name for (name,) in self.rows(sql, key, most)]

    def known(self, keys: Iterable[str]) -> set[str]:
        """Those of some keys that an entry has."""
        sql = "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM keys WHERE key = value)"
        return {key for (key,) in self.rows(sql, json.dumps(list(keys)))}

    def keys_of(self, names: Iterable[str]) -> set[str]:
        """The keys of some entries."""
        rows = self.some("SELECT DISTINCT key FROM keys JOIN entries ON id = entry WHERE name IN ({})", names)
        return {key for (key,) in rows}

    def having(self, keys: Iterable[str]) -> list[tuple[str, str]]:
        """Some keys, each with every entry that has it."""
        return self.some("SELECT key, name FROM keys JOIN entries ON id = entry WHERE key IN ({})", keys)

    def claims_of(self, names: Iterable[str]) -> list[tuple[str, str, ClaimRow]]:
        """The claims of some entries, each with entry and work."""
        return self._claims("e.name", names)

    def claims_to(self, concepts: Iterable[str], own: bool = False) -> list[tuple[str, str, ClaimRow]]:
        """The claims to some names, each with entry and work; with `own` only those that coin or expand it."""
        return self._claims("c.own = 1 AND c.concept" if own else "c.concept", concepts)

    def _claims(self, column: str, values: Iterable[str]) -> list[tuple[str, str, ClaimRow]]:
        sql = "SELECT e.name, e.paper, c.concept, c.own, c.words, c.means, c.topics FROM claims c "
        rows = self.some(f"{sql} JOIN entries e ON e.id = c.entry WHERE {column} IN ({{}})", values)
        return [(name, paper, ClaimRow(concept, bool(own), *said)) for name, paper, concept, own, *said in rows]

    # --- what was changed -----------------------------------------------------------------------------------------

    @property
    def number(self) -> int:
        """The number of the last change; for a reader, of the last one before it opened the file."""
        if not self.read_only:
            return self.last
        if self._number is None:
            self._number = self.last
        return self._number

    @property
    def last(self) -> int:
        """The number of the last change, also for a reader that opened the file before it."""
        return int(self.rows("SELECT coalesce(max(number), 0) FROM changes")[0][0])

    @property
    def stamp(self) -> bytes:
        """Bytes that are others when the data are."""
        number = self.last  # also of a reader: a server reads on while others write
        return f"{self.id}:{number}:{self.mark(number)}".encode()

    def mark(self, number: int) -> str:
        """The mark of the state after a change; "" where no batch ended with it in this file.

        What was made of a file at some change holds for it as long as the change has this mark: a file that was put
        back from a copy, and written since, has others.
        """
        return self._word("SELECT mark FROM states WHERE number = ?", number)

    def changed_since(self, number: int) -> dict[str, int]:
        """The entries and sources ("entry:002-22") written or taken out after a change, with when they were."""
        return dict(self.rows("SELECT graph, number FROM changes WHERE number > ? ORDER BY number", number))

    @property
    def db(self) -> Database:
        """The connection; KgError once it is closed."""
        if self._db is None:
            raise KgError(f"The graph {self.path or 'in memory'} is closed: open it again.")
        return self._db

    # --- the database ---------------------------------------------------------------------------------------------

    def _settled(self) -> str:
        """Make the tables of a new graph, check those of another; gives the graph's own id."""
        db = self.db
        with told(self.path):
            version = db.version()
            if version is None and self.read_only:
                raise KgError(f"There is no graph at {db.place} yet: make one with kg add.")
            if version is None:
                db.create()
            elif version != VERSION:
                newer = "install a newer kg" if version > VERSION else "add its files again to a new one"
                raise KgError(f"The graph {db.place} has form {version}, this program knows {VERSION}: {newer}.")
            said = dict(db.execute("SELECT name, value FROM about").fetchall())
            if isinstance(db, Lite):
                db.note_log(said.get("file") or said.get("id", ""))
        if not re.fullmatch(r"\w{1,64}", said.get("id", "")):  # which names a folder
            raise Damage(f"The graph {db.place} does not say which it is: {remedy(self.path)}")
        if said.get("tables") != derived_tables.form():
            with telling(f"{db.place}: its tables are made again, for the vocabulary or the program is another."):
                if not self.read_only:
                    with self.batch():
                        if self.said("tables") != derived_tables.form():  # another writer may have made them meanwhile
                            self.remake()
                elif self.path is not None:  # where nobody may write, or another writes, the tables stay as they are
                    with suppress(KgError), self.writable():
                        pass
        with told(self.path):
            db.check_schema()
        return str(said["id"])

    def _commit(self) -> None:
        try:
            self.db.execute(_STATE, (secrets.token_hex(8),))
            self._seen = self.last if self.db.is_shared else -1
            self.db.execute("COMMIT")
        except (sqlite3.Error, Fault) as error:
            with suppress(sqlite3.Error, Fault):
                self.db.execute("ROLLBACK")
            raise error if isinstance(error, Fault) else fault(self.path, error) from None
        if isinstance(self.db, Lite):
            self.db.check_place()

    def _changed(self, graph: str) -> None:
        self.db.execute("DELETE FROM changes WHERE graph = ?", (graph,))
        self.db.execute("INSERT INTO changes (graph) VALUES (?)", (graph,))

    def _entry(self, name: str, document: str, record: str, way: str, fingerprint: str) -> Entry:
        try:
            read = codec.document(document)
            return Entry(read, codec.record(record, read), codec.way(way), fingerprint)
        except codec.WRONG as error:
            raise KgError(f"The entry {name} cannot be read from the graph ({error}): add its source again.") from None
