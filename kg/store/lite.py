"""A graph in one SQLite file: where it may lie, its one writer's lock, its index of texts, its copy."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from weakref import WeakSet

from kg.model import KgError
from kg.store import derived_tables, logs
from kg.store.database import Table
from kg.store.faults import Damage, Fault, fault, remedy, told
from kg.store.logs import cache_of as cache_of
from kg.store.schema import APPLICATION, TABLES, VERSION
from kg.store.sqlite_guard import altered, for_reading, foreign, harden
from kg.store.user_sql import asked, fits

_MOUNTS = Path("/proc/mounts")
_NETWORKS = frozenset(("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs", "ceph", "lustre"))
_DRAFT = re.compile(r"[0-9a-f]{8}(?:-wal|-shm|-journal|\.cache)?")  # what follows ".NAME." in the names of drafts
_WAIT = 5.0  # seconds that a second writer waits for the first
#: What a writer keeps of the file, in KiB, and pages that it may write before they go from the log into the file: the
#: many indexes of a large graph are written all over it, again and again.
_CACHE, _LOG = 256_000, 16_000


#: Locks of this process: a process that it forks must not hold them on.
_LOCKS: WeakSet[IO[bytes]] = WeakSet()


def _let_go() -> None:
    for file in list(_LOCKS):
        file.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)


class Lite(sqlite3.Connection):
    """The connection to a graph's file, or to a graph in memory; `lite` opens one."""

    #: Several may not write at once: whoever has it open for writing is the only one.
    is_shared = False
    path: Path | None = None
    spot: Path  # the same from the root
    lock: Any = None
    file = (0, 0)  # which is open, by its device and inode
    mark: logs.Mark | None = None
    #: The tables and views with their columns.
    LISTED = """SELECT m.name AS "table", group_concat(c.name, ', ') AS columns
        FROM sqlite_master m, pragma_table_info(m.name) c
        WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'texts_search_%'
        GROUP BY m.name ORDER BY m.name"""
    TEXTS_INDEX = derived_tables.SQLITE_INDEX
    #: How many entries have a word, in any of its forms; papers whose texts have some words, with their BM25.
    COUNTED = "SELECT count(*) FROM texts_search_words WHERE texts_search_words MATCH ?"
    RANKED = """WITH w AS MATERIALIZED (SELECT rowid AS entry, bm25(texts_search_words, 3.0, 1.0, 1.0) AS rank
        FROM texts_search_words WHERE texts_search_words MATCH ?)
        SELECT e.paper, max(-w.rank) FROM w JOIN entries e ON e.id = w.entry GROUP BY e.paper"""

    @property
    def place(self) -> str:
        """Where the graph is, as messages say it."""
        return str(self.path or "in memory")

    def cache(self, graph: str) -> Path | None:
        """The folder of what is made from the file; None for a graph in memory."""
        return None if self.path is None else cache_of(self.path)

    def version(self) -> int | None:
        """The form of the file; None for an empty one. KgError for a database of something else."""
        if not self.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall():
            return None
        if self.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            raise KgError(f"{self.path} is a database of something else: name another file for the graph.")
        version = int(self.execute("PRAGMA user_version").fetchone()[0])
        if version == VERSION and (what := foreign(self)):
            raise Damage(f"The graph {self.path} holds {what}, which kg does not make: {remedy(self.path)}")
        return version

    def create(self) -> None:
        """Make the tables of an empty file, and the graph's own id."""
        self.execute("PRAGMA journal_mode = WAL")
        self.executescript(
            f"BEGIN; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; {TABLES}"
            f"INSERT INTO about VALUES ('id', '{secrets.token_hex(8)}'); COMMIT;"
        )

    def begin(self) -> None:
        """Begin a transaction that writes."""
        self.execute("BEGIN IMMEDIATE")

    def index_texts(self, texts: Iterable[tuple[int, str]], entries: Iterable[int]) -> None:
        """Let the words of texts, by number, and those of entries, be found."""
        self.executemany("INSERT INTO texts_search (rowid, raw) VALUES (?, ?)", texts)
        sql = "INSERT INTO texts_search_words (rowid, title, abstract, body) SELECT * FROM entry_words WHERE id = ?"
        self.executemany(sql, ((entry,) for entry in entries))

    def unindex_texts(self, texts: Iterable[tuple[int, str]], entry: int) -> None:
        """Let the words of an entry and its texts no longer be found."""
        self.executemany("INSERT INTO texts_search (texts_search, rowid, raw) VALUES ('delete', ?, ?)", texts)
        named = "texts_search_words, rowid, title, abstract, body"
        self.execute(
            f"INSERT INTO texts_search_words ({named}) SELECT 'delete', * FROM entry_words WHERE id = ?", (entry,)
        )

    @staticmethod
    def holding(wanted: Iterable[tuple[str, ...]]) -> tuple[str, list[str]]:
        """A condition on texts `t` that those fulfil which hold all words of one list, in any case, and its values."""
        grams = ({word[at : at + 3] for word in words for at in range(len(word) - 2)} for words in wanted)
        lists = sorted({" AND ".join('"' + g.replace('"', '""') + '"' for g in sorted(each)) for each in grams})
        return "t.id IN (SELECT rowid FROM texts_search WHERE texts_search MATCH ?)", [
            " OR ".join(map("({})".format, lists))
        ]

    def asked(self, query: str, seconds: float, rows: int, size: int) -> Table:
        """The columns and rows of a user's own SELECT. Raises KgError."""
        if self.path is None:
            raise KgError("A graph in memory has no file to ask in SQL: keep it in one.")
        return asked(self.path, query, seconds, rows, size)

    def damage(self) -> list[str]:
        """A sentence for each table of the file that is damaged, with a damaged page where SQLite names one."""
        out = []
        tables = self.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY name")
        for (name,) in tables.fetchall():
            found: list[str] = []
            try:
                found += (line for (line,) in self.execute(f"PRAGMA quick_check('{name.replace(chr(39), '')}')"))
            except sqlite3.Error as error:
                found.append(str(error))
            lines = [line for said in found for line in said.splitlines() if not line.startswith(("***", "ok"))]
            out += [f"The table {name} of {self.place} is damaged ({lines[0]}): {remedy(self.path)}"] if lines else []
        lacking = [name for name, is_there in altered(self).items() if not is_there]
        out += [f"The graph {self.place} lacks {name}, which kg makes: {remedy(self.path)}" for name in lacking]
        return out or self._damaged_searches()

    def check_schema(self) -> None:
        """Raise Damage where views or indexes of kg's own names are not those that kg makes."""
        if what := next((name for name, is_there in altered(self).items() if is_there), ""):
            raise Damage(f"The graph {self.place} holds another {what} than kg makes: {remedy(self.path)}")

    def _damaged_searches(self) -> list[str]:
        """A sentence for each index of words that does not hold those of the texts; FTS5 looks at a copy of the file.

        There a table is in the place of the view that is indexed, for the check reads no view of other tables' JSON.
        """
        out = []
        with closing(_connect("")) as copy, told(self.path):
            self.backup(copy)
            copy.executescript(
                "CREATE TABLE kept (id INTEGER PRIMARY KEY, title, abstract, body);"
                "INSERT INTO kept SELECT * FROM entry_words; DROP VIEW entry_words;"
                "ALTER TABLE kept RENAME TO entry_words;"
                "DELETE FROM texts WHERE length(field) > 1"  # of bodies, which only the other index has
            )
            for name in ("texts_search", "texts_search_words"):
                try:
                    copy.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', 1)")
                except sqlite3.Error as error:
                    out.append(
                        f"The index {name} of {self.place} is not that of its texts ({error}): {remedy(self.path)}"
                    )
        return out

    def copy_to(self, place: Path) -> None:
        """Copy the graph to a file that is not there yet, while others read and write it. Raises KgError.

        The copy is a graph of its own: what is made from the one is not taken for what is made from the other.
        """
        if place.exists():
            raise KgError(f"{place} is there already: name a new file for the copy.")
        with draft_of(place) as draft, locked(draft, named=place), told(place):
            copy = sqlite3.connect(draft)
            try:
                self.backup(copy)
                copy.execute("PRAGMA journal_mode = WAL")
                with copy:
                    copy.execute("UPDATE about SET value = ? WHERE name = 'id'", (secrets.token_hex(8),))
                    copy.execute("DELETE FROM about WHERE name = 'file'")
            finally:
                copy.close()
            os.replace(draft, place)

    def note_log(self, graph: str) -> None:
        """Keep beside the log that it is of this graph. Raises Fault where the file was replaced meanwhile."""
        if self.path:
            self.mark = logs.mark(self.spot, graph)
            if logs.place(self.spot) != self.file:
                raise Fault(f"The graph {self.path} was replaced while it was opened: do it again.")
            logs.note(self.spot, self.mark)

    def check_place(self) -> None:
        """Raise Fault where the file was removed or replaced since it was opened; what it held is in another then."""
        if not self.path or not self.mark:
            return
        if logs.place(self.spot) != self.file:
            saved = self.path.with_name(f"{self.path.stem}-{secrets.token_hex(4)}{self.path.suffix}")
            self.copy_to(saved)
            raise Fault(
                f"The graph {self.path} was removed or replaced while it was written: all it held is in {saved}."
            )
        if logs.is_overwritten(self.spot, self.mark):
            raise Fault(f"The graph {self.path} was replaced while it was written: add again what it lacks now.")
        self.mark = logs.mark(self.spot, self.mark.graph)

    def close(self) -> None:
        """Let go of the file; idempotent. What its log holds goes into it, unless others read that still."""
        with suppress(sqlite3.Error, OSError):
            if self.lock and self.mark and logs.is_overwritten(self.spot, self.mark):
                logs.set_aside(self.spot, is_open=True)  # else SQLite would write it into the other graph
            elif self.lock:
                self.execute("PRAGMA busy_timeout = 0")
                self.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with suppress(sqlite3.Error):
            super().close()
        lock, self.lock = self.lock, None
        if lock is not None:
            lock.close()


def lite(path: Path | None, read_only: bool) -> Lite:
    """Open a file, made if need be unless `read_only`; None for a graph in memory. Raises KgError."""
    if path is None:
        return _connect("")  # which SQLite writes to a file of its own where it grows
    check(path, read_only)
    lock = None if read_only else taken(path)
    file = logs.place(path) if path.exists() else None  # what is put there from now on is another file
    try:
        if not read_only:
            sweep(path)
        with told(path):
            db = _connect(for_reading(path), uri=True) if read_only else _writing(path)
    except BaseException:
        if lock is not None:
            lock.close()
        raise
    db.path, db.spot, db.lock, db.file = path, path.absolute(), lock, file or logs.place(path)
    return db


def _writing(path: Path) -> Lite:
    logs.set_aside(path)
    db = _connect(str(path))
    db.execute(f"PRAGMA cache_size = -{_CACHE}")
    db.execute(f"PRAGMA wal_autocheckpoint = {_LOG}")
    return db


def _connect(place: str, uri: bool = False) -> Lite:
    db = sqlite3.connect(place, timeout=_WAIT, isolation_level=None, uri=uri, check_same_thread=False, factory=Lite)
    harden(db)
    db.create_function("regexp", 2, fits, deterministic=True)
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA cache_size = -64000")  # KiB
    return db


def check(path: Path, read_only: bool) -> None:
    """Raise KgError where a path cannot be that of a graph."""
    if path.is_dir():
        if (path / "meta.json").exists() or (path / "oxigraph").exists():
            raise KgError(f"{path} is the graph of an older kg, which was a folder: add its files again to a new file.")
        raise KgError(f"{path} is a folder: name a file for the graph.")
    if path.exists() and not path.is_file():
        raise KgError(f"{path} is a pipe, a socket or a device: name a file for the graph.")
    if read_only and not path.exists():
        raise KgError(f"There is no graph at {path}: make one with kg add, or name another with --graph.")
    if not read_only:
        with told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        if kind := _network(path.parent):
            raise KgError(
                f"{path} lies on a network disk ({kind}), where writers and readers cannot be kept apart: "
                "keep the graph on a disk of this machine, and copy it there with `kg backup`."
            )


def _network(folder: Path) -> str:
    """The file system of a folder, where that is one of a network; "" otherwise, and where nothing tells."""
    place, found = str(folder.resolve()), ("", "")
    with suppress(OSError):
        for line in _MOUNTS.read_text("utf-8", "replace").splitlines():
            _, mount, kind, *_ = line.split(" ")
            mount = mount.replace("\\040", " ")
            inside = place == mount or place.startswith(mount.rstrip("/") + "/")
            if inside and len(mount) >= len(found[0]):
                found = mount, kind
    return found[1] if found[1] in _NETWORKS else ""


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """A new name beside a graph's file, under which another one is written before it takes its place.

    Nothing is left of it at the end; what a killed process leaves, `sweep` removes.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        yield draft
    finally:
        _remove(draft)


def sweep(path: Path) -> None:
    """Remove what killed processes left of drafts of a graph's file, which this process has locked."""
    with suppress(OSError):
        names = [entry.name for entry in os.scandir(path.absolute().parent) if entry.name.startswith(f".{path.name}.")]
        for name in {name[: len(path.name) + 10] for name in names if _DRAFT.fullmatch(name, len(path.name) + 2)}:
            draft = path.with_name(name)
            with suppress(KgError), locked(draft, wait=0.0):  # else a living process writes it
                _remove(draft)


def _remove(draft: Path) -> None:
    """Remove the file of a graph and all that stands beside it."""
    with suppress(OSError):
        for ending in ("", "-wal", "-shm", "-journal"):
            draft.with_name(draft.name + ending).unlink(missing_ok=True)
    shutil.rmtree(cache_of(draft), ignore_errors=True)


def discard(path: Path) -> None:
    """Remove a graph that holds nothing and that nobody else writes."""
    with suppress(sqlite3.Error, KgError, OSError, TypeError), locked(path, wait=0.0):
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            held = db.execute("SELECT count(*) FROM sources").fetchone()[0]
        if not held:
            _remove(path)


@contextmanager
def locked(path: Path, wait: float | None = None, named: Path | None = None) -> Iterator[None]:
    """Be the one writer of a graph's file; Fault where another process is."""
    file = taken(path, wait, named)
    try:
        yield
    finally:
        if file is not None:
            file.close()


def lock_file(path: Path) -> IO[bytes]:
    """A file to be locked. A link or a pipe in its place, which a stranger may have put there, is an OSError."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    return os.fdopen(os.open(path, flags, 0o666), "r+b", buffering=0)


def taken(path: Path, wait: float | None = None, named: Path | None = None) -> Any:
    """A lock that one writer of a graph has at a time; Fault where another does not let go of it in time.

    Errors speak of the graph `named`. SQLite's own lock holds for a transaction, while what a writer knows of the graph
    must hold as long as it writes.
    """
    try:
        import fcntl
    except ImportError:  # Windows has SQLite's own lock alone
        return None
    folder, path = cache_of(path), named or path
    with told(path):
        folder.mkdir(exist_ok=True)
        file = lock_file(folder / "writer.lock")
    end = time.monotonic() + (_WAIT if wait is None else wait)
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _LOCKS.add(file)
            return file
        except BlockingIOError:
            if time.monotonic() > end:
                file.close()
                raise Fault(f"The graph {path} is being written by another process: wait until it is done.") from None
            time.sleep(0.05)
        except OSError as error:
            file.close()
            raise fault(path, error) from None
