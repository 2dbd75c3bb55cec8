"""Many entries at once: those that were read before come from a file beside the data, in a tenth of the time.

To read an entry from the store takes some 4 ms, most of it to look up each of its terms, so that a view of a thousand
papers waits for seconds. `entries.db` keeps what was read, packed, as long as the data are what they were; who finds it
stale, damaged or not to be written reads from the store, and tells nobody.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from kg.graph.contents import load_entry
from kg.graph.store import Store
from kg.model import LISTS, Brief, Document, Evidence, Mention, Record, Relation, Result, Text, Topic

FILE = "entries.db"
#: Entries from which on it is worth while to open the file.
_MANY = 10
_BATCH = 500  # names in a query
_LARGEST = 100_000_000  # bytes of an entry
_TABLES = """
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS made_from (stamp BLOB); CREATE TABLE IF NOT EXISTS entries (name TEXT PRIMARY KEY, said BLOB)
"""
#: What a file can hold that is not what was written.
_WRONG = (sqlite3.Error, zlib.error, ValueError, TypeError, LookupError, AttributeError, RecursionError)

Entry = tuple[Document, Record]


def load_entries(store: Store, names: Iterable[str]) -> dict[str, Entry]:
    """Documents and records of entries by name, in order; raises KgError when one is not there or not whole."""
    wanted = list(dict.fromkeys(names))
    # What a writer has in hand is in no file yet: only what readers see has a stamp.
    folder = store.folder if getattr(store, "read_only", False) and len(wanted) >= _MANY else None
    stamp = store.stamp
    if folder is None or not stamp:
        return {name: load_entry(store, name) for name in wanted}
    known = dict(_read(folder / FILE, _whole(stamp), wanted))
    read = {name: load_entry(store, name) for name in wanted if name not in known}
    if read and store.stamp == stamp:
        _keep(folder / FILE, _whole(stamp), read)
    return {name: known.get(name) or read[name] for name in wanted}


def _read(path: Path, stamp: bytes, names: Sequence[str]) -> Iterator[tuple[str, Entry]]:
    """What the file has of some entries, as far as it can be read."""
    with suppress(*_WRONG), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", 0.2, uri=True)) as file:
        # None is of a file of ours, and a view may go on for ever.
        if file.execute("SELECT 1 FROM sqlite_master WHERE type IN ('view', 'trigger')").fetchall():
            return
        if file.execute("SELECT stamp FROM made_from").fetchall() != [(stamp,)]:
            return
        for at in range(0, len(names), _BATCH):
            some = names[at : at + _BATCH]
            marks = ",".join("?" * len(some))
            for name, said in file.execute(f"SELECT name, said FROM entries WHERE name IN ({marks})", some):
                yield name, _unpacked(said)


def _keep(path: Path, stamp: bytes, read: dict[str, Entry]) -> None:
    """Put entries into the file, in place of what was made from other data."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, 0.2)) as file:
        try:
            file.executescript(_TABLES)
            with file:
                if file.execute("SELECT stamp FROM made_from").fetchall() != [(stamp,)]:
                    file.execute("DELETE FROM entries")
                    file.execute("DELETE FROM made_from")
                    file.execute("INSERT INTO made_from VALUES (?)", (stamp,))
                rows = ((name, _packed(entry)) for name, entry in read.items())
                file.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?)", rows)
        except sqlite3.OperationalError:  # another is writing, or nobody may
            return
        except sqlite3.DatabaseError:  # no database: the next reader begins a new one
            path.unlink(missing_ok=True)


def _packed(entry: Entry) -> bytes:
    said = json.dumps(entry, default=_fields, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(said.encode("utf-8", "surrogatepass"), 1)


def _fields(value: Any) -> list[Any]:
    return [getattr(value, name) for name in value.__slots__]


def _unpacked(data: bytes) -> Entry:
    unpacking = zlib.decompressobj()
    said = unpacking.decompress(data, _LARGEST)
    if not unpacking.eof:
        raise ValueError("more than an entry can say")
    document, record = json.loads(said.decode("utf-8", "surrogatepass"))
    about = dict(zip(Document.__slots__, document, strict=True))
    about |= {name: tuple(about[name]) for name in ("authors", "repairs")}
    about["texts"] = {
        field: Text(raw, text, tuple((start, end, new) for start, end, new in edits))
        for field, (raw, text, edits) in about["texts"].items()
    }
    of_record = dict(zip(Record.__slots__, record, strict=True))
    parts: dict[str, Callable[[list[Any]], object]] = dict.fromkeys(LISTS.values(), _mention)
    parts |= {"results": _result, "relations": _relation, "topics": _topic}
    of_record |= {name: [make(one) for one in of_record[name]] for name, make in parts.items()}
    return Document(**about), Record(**(of_record | {"brief": _brief(of_record["brief"])}))


def _mention(said: list[Any]) -> Mention:
    mention = Mention(*said)
    mention.aliases = tuple(mention.aliases)
    return mention


def _result(said: list[Any]) -> Result:
    result = Result(Evidence(*said[0]), *said[1:])
    if isinstance(result.value, list):
        low, high = result.value
        result.value = (low, high)
    return result


def _relation(said: list[Any]) -> Relation:
    head, kind, tail, evidence, *rest = said
    return Relation(head, kind, tail, Evidence(*evidence), *rest)


def _topic(said: list[Any]) -> Topic:
    name, evidence, *rest = said
    return Topic(name, Evidence(*evidence) if evidence else None, *rest)


def _brief(said: list[Any]) -> Brief:
    institution, *rest = said
    return Brief(tuple(institution), *rest)


def _whole(stamp: bytes) -> bytes:
    """What the file depends on: the data, and how they are read and packed."""
    return sha256(stamp + _program()).digest()


@cache
def _program() -> bytes:
    here = Path(__file__).parent
    files = (here / "entries.py", here / "reading.py", here.parent / "model.py")
    return b"".join(sha256(file.read_bytes()).digest() for file in files)
