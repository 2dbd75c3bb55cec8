"""A graph's file may come from a stranger, be damaged, or be no file; its folder may be read-only or full."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kg.api import Graph
from kg.build.verification import verify
from kg.store.file import StoreFile
from kg.store.lite import cache_of, draft_of, locked
from kg.store.schema import VERSION
from tests.cli.command import run

NOBODY = 65534
PAPERS = (
    {"id": "p1", "title": "Cache Eviction", "abstract": "We evict half of the KV cache on an H100; it is 2x faster."},
    {"id": "p2", "title": "Expert Routing", "abstract": "We route tokens to experts.", "authors": ["Wei Zhang"]},
)
MORE = {"id": "p3", "title": "Draft Models", "abstract": "We prune 40% of a draft model."}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("built")
    (place / "list.jsonl").write_text("\n".join(map(json.dumps, PAPERS)))
    (place / "more.jsonl").write_text(json.dumps(MORE))
    with Graph(place / "papers.kg", create=True) as graph:
        graph.add(place / "list.jsonl", fast=True)
    return place


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return tmp_path


def _every_command(path: Path) -> dict[str, list[str | Path]]:
    return {
        "ask": ["ask", "papers on KV cache"],
        "show": ["show", "p1"],
        "verify": ["verify"],
        "sql": ["sql", "SELECT title FROM papers"],
        "sparql": ["sparql", "ASK {}"],
        "brief": ["brief", "p1"],
        "export": ["export", "-f", "nquads"],
        "add": ["add", "--fast", "-j", "1", path.with_name("more.jsonl")],
        "remove": ["remove", "p1"],
        "backup": ["backup", path.with_name("copy.kg")],
    }


# --- files of strangers -------------------------------------------------------------------------------------------

_ROW = "INSERT INTO sqlite_master VALUES ('table', 'mine', 'mine', 0, '{}')"
HOSTILE = {
    "trigger": "CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM papers; END",
    "trigger on delete": "CREATE TRIGGER t BEFORE DELETE ON entries BEGIN UPDATE entries SET document = ''; END",
    "trigger under another kind": "PRAGMA writable_schema = ON; "
    + _ROW.format("CREATE TRIGGER mine AFTER INSERT ON entries BEGIN DELETE FROM papers; END"),
    "view": "CREATE VIEW own AS SELECT * FROM papers",
    "view for a table": "DROP TABLE claims; CREATE VIEW claims AS SELECT 1 AS concept",
    "endless view": "DROP TABLE keys; CREATE VIEW keys AS WITH RECURSIVE n(key, entry) AS "
    "(SELECT 1, 1 UNION ALL SELECT key + 1, 1 FROM n) SELECT key, entry FROM n",
    "view of our name": "DROP VIEW paper_results; "
    "CREATE VIEW paper_results AS SELECT title, 'SPOOFED' AS quote FROM papers",
    "endless view of our name": "DROP VIEW entry_words; CREATE VIEW entry_words AS WITH RECURSIVE c(x) AS "
    "(SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT (SELECT max(x) FROM c) AS id, 'a' AS title, "
    "'b' AS abstract, 'c' AS body",
    "index of our name": "DROP INDEX names_by_form; CREATE INDEX names_by_form ON papers (title)",
    "table of our view's name": "DROP VIEW topic_counts; CREATE TABLE topic_counts (topic, label, label_zh, papers)",
    "virtual table": "CREATE VIRTUAL TABLE own USING fts5(x)",
    "virtual table for a table": "DROP TABLE organisations; CREATE VIRTUAL TABLE organisations USING fts5(id, said)",
    "other index of texts": "DROP TABLE texts_search; CREATE VIRTUAL TABLE texts_search USING fts4(raw)",
    "index of an expression": "CREATE INDEX own ON entries (length(hex(zeroblob(9000000))))",
    "index with a condition": "CREATE INDEX own ON entries (name) WHERE length(document) > 1",
    "generated column": "ALTER TABLE entries ADD COLUMN own AS (hex(zeroblob(9000000)))",
    "check": "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = "
    "replace(sql, 'paper TEXT NOT NULL', 'paper TEXT NOT NULL CHECK (length(hex(zeroblob(9000000))) > 0)') "
    "WHERE name = 'entries'",
    "check behind a comment": "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = "
    "replace(sql, 'paper TEXT NOT NULL', 'paper TEXT NOT NULL DEFAULT ''--'' CHECK (1)') WHERE name = 'entries'",
    "reference": "ALTER TABLE claims ADD COLUMN mine REFERENCES papers (id) ON DELETE CASCADE",
    "order of texts": "ALTER TABLE entries ADD COLUMN own TEXT COLLATE NOCASE",
}


def _changed(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(script)
    return path


#: Where the entries themselves lie in such a table, or SQLite refuses the file, nothing is taken over.
UNREADABLE = {"trigger under another kind", "generated column", "check", "check behind a comment", "order of texts"}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_schema_that_is_not_ours_is_refused_and_made_clean(folder: Path, name: str) -> None:
    path = _changed(folder / "papers.kg", HOSTILE[name])
    before = _rows(path)
    for command in ("ask", "verify", "sql", "add", "remove"):
        done = run(*_every_command(path)[command], graph=path)
        assert done.returncode == 2, command
        refused = ("which kg does not make: run `kg rebuild", "than kg makes: run `kg rebuild", "malformed")
        assert any(said in done.stderr for said in refused), (name, done.stderr)
        assert len(done.stderr.splitlines()) == 1
    assert _rows(path) == before
    done = run("rebuild", "-j", "1", graph=path)
    if name in UNREADABLE:
        assert done.returncode == 2
        assert "no table of kg" in done.stderr or "Nothing could be read" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    with Graph(path, read_only=True) as graph:
        assert graph.entries() == ["p1", "p2"]
        assert verify(graph.store).faults == []


def _rows(path: Path) -> list[object]:
    with closing(sqlite3.connect(path)) as db:
        try:
            return db.execute("SELECT name, document FROM entries ORDER BY name").fetchall()
        except sqlite3.Error:
            return []


#: What makes each table say something else than the entries do, and what `kg verify` names.
FALSE = {
    "titles": ("UPDATE papers SET title = 'Spoofed'", "the table papers does not hold"),
    "labels": ("UPDATE concepts SET label = 'Spoofed'", "the table concepts does not hold"),
    "what is broader": ("DELETE FROM broader", "the table broader does not hold"),
    "labels that entries give": (
        "INSERT INTO labels SELECT id, 'en', 1, 'Spoofed', 1 FROM concepts LIMIT 1",
        "the table labels does not hold",
    ),
    "names": (
        "INSERT INTO names SELECT id, 'spoofed', 1, NULL, NULL FROM concepts LIMIT 1",
        "the table names does not hold",
    ),
    "counts": ("UPDATE counts SET papers = papers + 1000", "the table counts does not hold"),
    "authors": ("UPDATE authors SET name = 'Mallory'", "the table authors does not hold"),
    "texts": ("UPDATE texts SET raw = 'x' WHERE field = 'A'", "the table texts does not hold"),
    "scores": ("UPDATE mentions SET score = 0.25", "the table mentions does not hold"),
    "results": ("UPDATE results SET low = low * 10, high = high * 10", "the table results does not hold"),
    "works of entries": ("UPDATE entries SET paper = 'paper:x' WHERE name = 'p1'", "the table entries does not hold"),
    "dates of sources": (
        "UPDATE sources SET said = json_set(said, '$.date', '1999-01-01')",
        "the table papers does not",
    ),
    "records": ("UPDATE entries SET record = replace(record, 'H100', 'H200')", "entry p1: "),
    "documents": ("UPDATE entries SET document = replace(document, '2x faster', '9x faster')", "entry p1: "),
    "rows of no entry": (
        "UPDATE mentions SET entry = entry + 1000",
        "entry that is gone: the table mentions does not hold",
    ),
    "no view": ("DROP VIEW paper_results", "lacks view paper_results, which kg makes"),
    "no index": ("DROP INDEX names_by_form", "lacks index names_by_form, which kg makes"),
    "no words": ("INSERT INTO texts_search_words (texts_search_words) VALUES ('delete-all')", "texts_search_words of"),
    "noise for words": (
        "UPDATE texts_search_data SET block = randomblob(length(block)) WHERE id > 10",
        "The index texts_search of",
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_verify_compares_every_table_view_and_index_with_the_entries(folder: Path, name: str) -> None:
    script, told = FALSE[name]
    with closing(sqlite3.connect(folder / "papers.kg")) as db:
        before = "".join(db.iterdump())
        db.executescript(script)
        assert "".join(db.iterdump()) != before, "nothing was changed"
    with Graph(folder / "papers.kg", read_only=True) as graph:
        assert any(told in fault for fault in verify(graph.store, shacl=False).faults)


def test_what_is_left_of_entries_that_are_gone_is_no_fault(folder: Path) -> None:
    (folder / "one.jsonl").write_text(json.dumps(MORE | {"affiliations": ["NVIDIA", "Ant Group"]}))
    with Graph(folder / "papers.kg") as graph:
        graph.add(folder / "one.jsonl", fast=True)
        graph.remove("p1", "p3")
        assert verify(graph.store, shacl=False).faults == []
        graph.store.remake()
        assert verify(graph.store, shacl=False).faults == []


def test_a_users_own_plain_tables_may_stay(folder: Path) -> None:
    script = """CREATE TABLE notes (paper TEXT, note TEXT CHECK (length(note) < 9));
        CREATE INDEX own ON notes (paper); CREATE INDEX more ON papers (title); CREATE TABLE [two words] (x);
        ANALYZE; INSERT INTO notes VALUES ('p', 'n')"""
    path = _changed(folder / "papers.kg", script)
    with Graph(path) as graph:
        assert graph.add(folder / "more.jsonl", fast=True).added == ["p3"]
        assert graph.sql("SELECT note FROM notes").values.tolist() == [["n"]]
        assert verify(graph.store).faults == []


def test_a_lock_that_is_a_link_is_not_followed(folder: Path) -> None:
    (folder / "precious").write_text("kept")
    cache = cache_of(folder / "papers.kg")
    for name in ("writer.lock", "rdf.lock"):
        (cache / name).unlink(missing_ok=True)
        (cache / name).symlink_to(folder / "precious")
    done = run("add", "--fast", "-j", "1", folder / "more.jsonl", graph=folder / "papers.kg")
    assert done.returncode == 2
    assert "cannot be read or written" in done.stderr
    assert run("sparql", "ASK {}", graph=folder / "papers.kg").returncode == 0
    assert (folder / "precious").read_text() == "kept"


@pytest.mark.parametrize("value", ["1e308", "CAST(x'EDA0BD' AS TEXT)", "'[1, {}]'", "''"])
def test_values_of_other_kinds_end_no_command(folder: Path, value: str) -> None:
    with closing(sqlite3.connect(folder / "papers.kg")) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if not table.startswith(("sqlite_", "texts_search", "about")):
                for _, column, kind, *_ in db.execute(f"PRAGMA table_info({table})").fetchall():
                    if kind == "TEXT":
                        db.execute(f"UPDATE OR IGNORE {table} SET {column} = {value}")
        db.commit()
    commands = _every_command(folder / "papers.kg") | {"rebuild": ["rebuild", "-j", "1"]}
    for name in commands:
        done = run(*commands[name], graph=folder / "papers.kg")
        assert "fault of kg" not in done.stderr, (name, done.stderr)
        assert done.returncode == 2 or name != "verify"


# --- what is no file ----------------------------------------------------------------------------------------------


@pytest.fixture(params=["pipe", "socket", "device"])
def special(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Something that is no file and never ends."""
    place = tmp_path / "special"
    if request.param == "device":
        yield Path("/dev/zero")
    elif request.param == "pipe":
        os.mkfifo(place)
        yield place
    else:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(str(place))
            yield place


def test_a_graph_that_is_no_file_is_refused_by_every_command(folder: Path, special: Path) -> None:
    commands = _every_command(folder / "papers.kg") | {
        "rebuild": ["rebuild"],
        "doctor": ["doctor"],
        "report": ["report"],
    }
    for name, command in commands.items():
        done = run(*command, graph=special)
        assert done.returncode == 2 or name == "doctor", name
        assert "is a pipe, a socket or a device: name a file for the graph." in done.stderr + done.stdout, (name, done)


@pytest.mark.parametrize("command", [["add", "--fast", "-j", "1"], ["read"], ["extract", "--fast"], ["check"]])
def test_an_input_that_is_no_file_is_refused(folder: Path, special: Path, command: list[str]) -> None:
    done = run(*command, special, graph=folder / "papers.kg")
    assert done.returncode in (2, 3)
    assert str(special) in done.stderr
    assert "fault of kg" not in done.stderr


@pytest.mark.parametrize("command", [["report", "--layout"], ["trends", "--lexicon"], ["add", "--records"], ["eval"]])
def test_an_option_that_names_no_file_is_refused(folder: Path, special: Path, command: list[str]) -> None:
    done = run(*command, special, graph=folder / "papers.kg")
    assert done.returncode == 2
    assert str(special) in done.stderr
    assert "fault of kg" not in done.stderr


# --- what a killed process leaves, and what a newer one wrote -------------------------------------------------------


def _left(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if entry.name.startswith(".papers.kg."))


def _killed_rebuild(path: Path) -> None:
    """A rebuild that is killed while it writes."""
    code = (
        "import sys, time\nfrom kg.build import rebuilding\n"
        "def stay(*_): print('there', flush=True); time.sleep(600)\n"
        "rebuilding._settle = stay\nrebuilding.rebuild(sys.argv[1])"
    )
    process = subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"there\n"
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("command", ["rebuild", "add"])
def test_what_a_killed_rebuild_leaves_is_removed_at_the_next_start(folder: Path, command: str) -> None:
    path = folder / "papers.kg"
    _killed_rebuild(path)
    assert len(_left(folder)) >= 2
    (folder / ".papers.kg.notes").write_text("mine")
    with draft_of(path) as alive, locked(alive):  # of a process that is writing
        alive.write_bytes(b"here")
        given = (_every_command(path) | {"rebuild": ["rebuild", "-j", "1"]})[command]
        assert run(*given, graph=path).returncode == 0
        assert set(_left(folder)) == {alive.name, f"{alive.name}.cache", ".papers.kg.notes"}
    assert _left(folder) == [".papers.kg.notes"]


def test_what_a_killed_backup_leaves_is_removed_by_its_next_writer(folder: Path) -> None:
    (folder / ".copy.kg.0123abcd").write_bytes(b"x" * 100)
    (folder / ".copy.kg.0123abcd-wal").write_bytes(b"x")
    assert run("backup", folder / "copy.kg", graph=folder / "papers.kg").returncode == 0
    with StoreFile(folder / "copy.kg"):
        assert not [entry for entry in folder.iterdir() if entry.name.startswith(".copy.kg.")]


def test_rebuild_never_takes_the_place_of_a_newer_form(folder: Path) -> None:
    path = _changed(folder / "papers.kg", "PRAGMA user_version = 9999; CREATE TABLE newer (x)")
    before = path.read_bytes()
    done = run("rebuild", graph=path)
    assert done.returncode == 2
    assert f"has form 9999, this program knows {VERSION}: install a newer kg" in done.stderr
    assert path.read_bytes() == before
    assert _left(folder) == []


# --- damage ---------------------------------------------------------------------------------------------------------


def _roots(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return dict(db.execute("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0"))


@pytest.mark.parametrize(
    "table", ["mentions", "concepts", "entries", "keys_by_entry", "entries_in_order", "labels", "texts"]
)
def test_verify_names_damaged_pages(folder: Path, table: str) -> None:
    path = folder / "papers.kg"
    page = _roots(path)[table]
    data = bytearray(path.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    path.write_bytes(data)
    done = run("verify", graph=path)
    assert done.returncode == 2
    assert "fault of kg" not in done.stderr
    name = {"keys_by_entry": "keys", "entries_in_order": "entries"}.get(table, table)
    assert re.search(rf"The table {name} of .* is damaged \(.+\): run `kg rebuild", done.stderr)


def test_two_rebuilds_of_a_damaged_graph_at_once(folder: Path) -> None:
    path = folder / "papers.kg"
    page = _roots(path)["mentions"]
    data = bytearray(path.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    path.write_bytes(data)
    command = [sys.executable, "-m", "kg", "rebuild", "-j", "1", "--graph", str(path)]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=250) for process in both]
    assert 0 in [process.returncode for process in both]
    for process, (_, errors) in zip(both, said, strict=True):
        assert process.returncode == 0 or "is being written by another process" in errors
        assert "fault of kg" not in errors
    with Graph(path, read_only=True) as graph:
        assert graph.entries() == ["p1", "p2"]
        assert verify(graph.store).faults == []
    assert _left(folder) == []


# --- folders --------------------------------------------------------------------------------------------------------


def _as_nobody(command: list[str | Path], path: Path) -> subprocess.CompletedProcess[str]:
    program = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.getuid() == 0 else []
    environment = os.environ | {"KG_GRAPH": str(path), "HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent"}
    return subprocess.run(
        [*program, sys.executable, "-m", "kg", *command],
        capture_output=True, text=True, env=environment, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def read_only(built: Path) -> Iterator[Path]:
    """A folder in which the user of `_as_nobody` may read, and a graph in it."""
    place = Path(tempfile.mkdtemp(prefix="kg-read-only-"))
    try:
        for name in ("papers.kg", "more.jsonl"):
            shutil.copy(built / name, place)
        for path in place.iterdir():
            path.chmod(0o444)
        place.chmod(0o555)
        if os.getuid() == 0 and shutil.which("setpriv") is None:
            pytest.skip("no other user can be taken here")
        if _as_nobody(["--version"], place / "papers.kg").returncode:
            pytest.skip("another user cannot run the program here")
        yield place / "papers.kg"
    finally:
        place.chmod(0o755)
        shutil.rmtree(place)


def test_a_read_only_folder_is_read_and_not_written(read_only: Path) -> None:
    commands = _every_command(read_only) | {"rebuild": ["rebuild"]}
    del commands["sparql"]  # whose process may not be started where Python itself is hidden from the user
    for name, command in commands.items():
        done = _as_nobody(command, read_only)
        assert "fault of kg" not in done.stderr
        assert "Traceback" not in done.stderr
        if name in ("add", "remove", "rebuild", "backup"):
            assert done.returncode == 2, (name, done)
            assert len(done.stderr.strip().splitlines()) == 1, (name, done)
            assert "permissions" in done.stderr or "read-only" in done.stderr, (name, done)
        else:
            assert done.returncode == 0, (name, done)
    assert sorted(path.name for path in read_only.parent.iterdir()) == ["more.jsonl", "papers.kg"]
