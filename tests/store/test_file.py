"""The file of a graph: what is written counts whole or not at all, and whatever is no graph is told in a sentence."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path

import pytest

import kg
from kg.model import KgError
from kg.store.entries import Entry
from kg.store.file import StoreFile
from kg.store.lite import Lite, cache_of
from kg.store.schema import VERSION
from tests.store.graph_demo import demo_entry, demo_source, elsewhere, started


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A graph of three entries."""
    with StoreFile(tmp_path / "papers.kg") as file:
        file.put_source(demo_source("demo-01", "demo-02", "demo-03"))
        for number in (1, 2, 3):
            file.put_entry(
                demo_entry(number), [f"key-{number}", "all"], {"ror:1": ({"en": "One"}, [("1", "en")], "CN")}
            )
    return tmp_path / "papers.kg"


def state(file: StoreFile) -> list[object]:
    """All that a file holds, but for its own id."""
    tables = ("(SELECT * FROM about WHERE name <> 'id')", "sources", "entries", "keys", "organisations", "changes")
    return [file.db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables]


def changed(path: Path, statement: str) -> None:
    """Let another program change a database."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(statement)


def read_all(path: Path, read_only: bool = True) -> None:
    with StoreFile(path, read_only) as file:
        list(map(file.source, file.source_names()))
        list(file.every())
        file.facts("ror:1")
        file.having(["all"])


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_graph_is_one_file_and_its_cache(path: Path):
    assert [one.name for one in path.parent.iterdir() if one.is_file()] == ["papers.kg"]
    with StoreFile(path, read_only=True) as file:
        assert file.names() == ["demo-01", "demo-02", "demo-03"]
        assert file.entry("demo-02") == demo_entry(2)
        assert file.source("demo") == demo_source("demo-01", "demo-02", "demo-03")
        assert file.facts("ror:1") == ({"en": "One"}, [("1", "en")], "CN")
        assert (file.count(), file.count("demo"), file.count("other"), file.paper_count()) == (3, 3, 0, 1)


def test_missing_folders_are_made(tmp_path: Path):
    with StoreFile(tmp_path / "a" / "b" / "papers.kg") as file:
        file.put_entry(demo_entry())
    assert (tmp_path / "a" / "b" / "papers.kg").exists()


def test_entries_are_found_by_their_keys_until_they_go(path: Path):
    with StoreFile(path) as file:
        assert file.holders("all", 2) == ["demo-01", "demo-02"]
        assert file.keys_of(["demo-01", "demo-02"]) == {"key-1", "key-2", "all"}
        file.put_entry(demo_entry(1), ["other"])
        file.drop_entries(["demo-02", "never"])
        assert file.having(["all", "key-1", "other"]) == [("all", "demo-03"), ("other", "demo-01")]


def test_an_entry_is_written_by_looking_at_its_own_paper_alone():
    def one(number: int) -> Entry:
        entry = demo_entry(number)
        entry.record.paper = f"paper:demo-{number}"
        entry.record.results[0].metric_concept = "metric:memory"
        return entry

    def steps(others: int) -> int:
        """Steps of the database to write an entry again beside others, but for those of its index of texts."""
        told = {True: 0, False: 0}
        running = [True]  # whether it is a statement of the writer

        def step() -> None:
            told[running[-1]] += 1

        with StoreFile(None) as file:
            with file.batch():
                for number in range(1, others + 1):
                    file.put_entry(one(number))
            assert isinstance(file.db, Lite)
            file.db.set_trace_callback(lambda statement: running.append(not statement.startswith("--")))
            file.db.set_progress_handler(step, 1)
            file.put_entry(one(1))
        return told[True]

    assert steps(600) < 1.5 * steps(30)


def test_changes_are_numbered_and_each_is_the_last_of_its_graph(path: Path):
    with StoreFile(path) as file:
        number = file.number
        assert number == 4
        file.put_source(file.source("demo"))  # as it is
        assert file.number == number
        file.put_entry(demo_entry(1))
        file.drop_entries(["demo-02"])
        file.put_entry(demo_entry(1)._replace(fingerprint="0a"))
        file.drop_source("demo")
        assert list(file.changed_since(number)) == ["entry:demo-02", "entry:demo-01", "source:demo"]
        assert len(file.changed_since(0)) == 4


def test_a_source_is_whole_until_one_of_its_entries_changes(path: Path):
    with StoreFile(path) as file:
        for change in (
            lambda: file.put_entry(demo_entry(1)._replace(fingerprint="0a")),
            lambda: file.drop_entries(["demo-01"]),
        ):
            file.note_whole("demo", '["1"]')
            assert file.whole("demo") == '["1"]'
            change()
            assert file.whole("demo") == ""


# --- whole or not at all ----------------------------------------------------------------------------------------------


def test_batch_that_raises_is_taken_back(path: Path):
    with StoreFile(path) as file:
        before = state(file)
        with pytest.raises(ZeroDivisionError), file.batch():  # noqa: PT012
            file.drop_entries(["demo-01"])
            file.put_entry(demo_entry(4), ["key"], {"ror:2": ({}, [], "")})
            file.put_source(demo_source())
            file.say("decisions", "some")
            with file.batch():  # counts with the one around it
                file.drop_source("demo")
            assert file.names() == ["demo-02", "demo-03", "demo-04"]
            raise ZeroDivisionError
        assert state(file) == before
        file.drop_entries(["demo-01"])  # and it goes on
    with StoreFile(path, read_only=True) as file:
        assert file.names() == ["demo-02", "demo-03"]


def test_part_that_raises_is_taken_back_alone(path: Path):
    with StoreFile(path) as file:
        with file.batch():
            file.put_entry(demo_entry(4))
            with pytest.raises(ZeroDivisionError), file.whole_or_not():  # noqa: PT012
                file.drop_entries(["demo-01", "demo-04"])
                raise ZeroDivisionError
            with file.whole_or_not():
                file.put_entry(demo_entry(5))
        assert file.names() == ["demo-01", "demo-02", "demo-03", "demo-04", "demo-05"]


def test_what_is_in_an_open_batch_is_seen_by_nobody_else(path: Path):
    code = "print(*Store(sys.argv[1], read_only=True).names())"
    with StoreFile(path) as file:
        with file.batch():
            file.drop_entries(["demo-01"])
            assert elsewhere(code, path) == "demo-01 demo-02 demo-03\n"
        assert elsewhere(code, path) == "demo-02 demo-03\n"


def test_reader_writes_nothing(path: Path):
    with StoreFile(path, read_only=True) as file:
        for write in (
            lambda: file.put_entry(demo_entry()),
            lambda: file.put_source(demo_source()),
            lambda: file.drop_entries(["demo-01"]),
            lambda: file.drop_source("demo"),
            lambda: file.say("a", "b"),
        ):
            with pytest.raises(KgError, match="open for reading only"):
                write()
        assert len(file.names()) == 3


# --- several processes ------------------------------------------------------------------------------------------------


def test_second_writer_waits_and_is_told(path: Path):
    code = "tell(lambda: Store(sys.argv[1]))"
    with StoreFile(path):
        told = elsewhere(code, path)
    assert told == f"The graph {path} is being written by another process: wait until it is done.\n"
    assert elsewhere(code, path) == ""


def test_second_writer_goes_on_once_the_first_is_done(path: Path):
    code = (
        "import time\n"
        "file = Store(sys.argv[1]); print('open', flush=True); time.sleep(0.5)\n"
        "file.put_entry(demo_entry(7)); file.close()"
    )
    first = started(code, path)
    assert first.stdout is not None
    first.stdout.readline()
    with StoreFile(path) as file:
        assert "demo-07" in file.names()
    first.communicate()
    assert first.returncode == 0


def test_writer_that_died_is_no_hindrance(path: Path):
    elsewhere("import os, signal; Store(sys.argv[1]); os.kill(os.getpid(), signal.SIGKILL)", path, status=-9)
    with StoreFile(path) as file:
        file.put_entry(demo_entry(4))


def test_readers_see_whole_batches_while_a_writer_works(path: Path):
    code = (
        "entries = [demo_entry(number) for number in range(1, 31)]\n"
        "with Store(sys.argv[1]) as file:\n"
        " for n in range(60):\n"
        "  with file.batch():\n"
        "   for entry in entries: file.put_entry(entry._replace(fingerprint=str(n)))\n"
    )
    with StoreFile(path) as file, file.batch():
        for number in range(1, 31):
            file.put_entry(demo_entry(number)._replace(fingerprint="first"))
    writer = started(code, path)
    seen = set()
    while writer.poll() is None:
        with StoreFile(path, read_only=True) as file:
            marks = file.marks()
        assert len(marks) == 30
        assert len(set(marks.values())) == 1
        seen |= set(marks.values())
    assert writer.returncode == 0
    assert len(seen) > 2


# --- what cannot be written -------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs to become another user")
@pytest.mark.parametrize("writing", [False, True], ids=["alone", "beside a writer"])
def test_read_only_file_and_folder_are_read_but_not_written(writing: bool):
    code = (
        "import os\nfrom kg.rdf import ontology\nfrom kg.store.derived_tables import form\n"
        "from kg.vocabulary import Vocabulary\nform()\n"
        "vocabulary, text = Vocabulary.load(), ontology.text()  # which lie where the other user sees nothing\n"
        "Vocabulary.load, ontology.text = lambda: vocabulary, lambda: text\nos.setgid(65534); os.setuid(65534)\n"
        "path = Path(sys.argv[1])\n"
        "with Store(path, read_only=True) as store:\n"
        "    print(len(store.names()), len(store.select('SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }')))\n"
        "tell(lambda: Store(path))\n"
        "tell(lambda: Store(path.parent / 'new' / 'papers.kg'))\n"
        "tell(lambda: Store(path.parent / 'new.kg'))\n"
        "with Store(path, read_only=True) as store: tell(lambda: store.backup(path.parent / 'copy.kg'))\n"
    )
    with tempfile.TemporaryDirectory() as place:  # pytest's own folders are closed to other users
        path = Path(place) / "papers.kg"
        with StoreFile(path) as file:
            file.put_entry(demo_entry())
            os.chmod(place, 0o755)
            if writing:
                file.put_entry(demo_entry(2))
                told = elsewhere(code, path)
        if not writing:
            told = elsewhere(code, path)
        assert told.splitlines()[0] == ("2 3" if writing else "1 2")
        assert told.count("check the permissions of the file and its folder") == 4, told
        assert sorted(one.name for one in Path(place).iterdir()) == ["papers.kg", "papers.kg.cache"]


# --- what is no graph -------------------------------------------------------------------------------------------------


def told(path: Path) -> set[str]:
    """What readers and writers are told of a path, where nothing changes."""
    sentences = set()
    before = path.read_bytes() if path.is_file() else None
    for read_only in (True, False):
        with pytest.raises(KgError) as error:
            StoreFile(path, read_only).close()
        sentences.add(str(error.value))
        assert "\n" not in str(error.value)
    assert (path.read_bytes() if path.is_file() else None) == before
    return sentences


def test_missing_graph_is_told_to_readers(tmp_path: Path):
    with pytest.raises(KgError, match=r"There is no graph at .*: make one with kg add"):
        StoreFile(tmp_path / "none", read_only=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sign", ["meta.json", "oxigraph"])
def test_graph_of_an_older_program_is_told(tmp_path: Path, sign: str):
    (tmp_path / sign).mkdir()
    assert told(tmp_path) == {
        f"{tmp_path} is the graph of an older kg, which was a folder: add its files again to a new file."
    }
    with pytest.raises(KgError, match="older kg"):
        kg.open(str(tmp_path), create=True)


def test_folder_is_told(tmp_path: Path):
    assert told(tmp_path) == {f"{tmp_path} is a folder: name a file for the graph."}
    assert list(tmp_path.iterdir()) == []


def test_foreign_database_is_left_alone(tmp_path: Path):
    path = tmp_path / "letters.db"
    changed(path, "CREATE TABLE letters (text)")
    assert told(path) == {f"{path} is a database of something else: name another file for the graph."}


def test_other_file_is_left_alone(tmp_path: Path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, " * 200)
    (sentence,) = told(path)
    assert str(path) in sentence


@pytest.mark.parametrize(("form", "what"), [(99, "install a newer kg"), (1, "add its files again to a new one")])
def test_other_forms_are_told(path: Path, form: int, what: str):
    changed(path, f"PRAGMA user_version = {form}")
    (sentence,) = told(path)
    assert sentence == f"The graph {path} has form {form}, this program knows {VERSION}: {what}."


def test_empty_file_becomes_a_graph_and_is_none_to_readers(tmp_path: Path):
    path = tmp_path / "papers.kg"
    path.touch()
    with pytest.raises(KgError, match=r"There is no graph at .* yet: make one with kg add"):
        StoreFile(path, read_only=True)
    with StoreFile(path) as file:
        file.put_entry(demo_entry())
        assert file.names() == ["demo-01"]


# --- damage -----------------------------------------------------------------------------------------------------------


#: What is left of the bytes of a file.
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "head": lambda data: b"rubbish!" * 64 + data[512:],
    "cut": lambda data: data[: len(data) // 2],
    "cut within a page": lambda data: data[:5000],
    "zeroed": lambda data: data[:8192] + bytes(len(data) - 8192),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("read_only", [True, False])
def test_damaged_file_is_told(path: Path, damage: str, read_only: bool):
    path.write_bytes(DAMAGE[damage](path.read_bytes()))

    with pytest.raises(KgError, match=r"kg rebuild --graph .*papers\.kg") as error:
        read_all(path, read_only)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE sources SET said = 'null'", "The source demo cannot be read"),
        ("UPDATE entries SET record = 'null' WHERE name = 'demo-02'", "The entry demo-02 cannot be read"),
        ("UPDATE entries SET document = '{' WHERE name = 'demo-02'", "The entry demo-02 cannot be read"),
        ("UPDATE entries SET way = '{' WHERE name = 'demo-02'", "The entry demo-02 cannot be read"),
        ("UPDATE entries SET record = CAST(x'ff00' AS TEXT) WHERE name = 'demo-02'", "The graph .* cannot be read"),
        ("UPDATE organisations SET said = '{'", "What is known of ror:1 cannot be read"),
        ("DELETE FROM about", "does not say which it is"),
        ("DROP TABLE keys", "no such table"),
    ],
)
def test_damaged_row_is_told(path: Path, statement: str, told: str):
    changed(path, statement)

    with pytest.raises(KgError, match=told):
        read_all(path)


# --- full disks -------------------------------------------------------------------------------------------------------


def test_full_disk_is_told(path: Path):
    with StoreFile(path) as file:
        pages = file.db.execute("PRAGMA page_count").fetchone()[0]
        file.db.execute(f"PRAGMA max_page_count = {pages + 20}")

        def fill(part: Callable[[], AbstractContextManager[None]]) -> None:
            with file.batch():
                for number in range(4, 99):
                    with part():
                        file.put_entry(demo_entry(number))

        for part in (nullcontext, file.whole_or_not):
            with pytest.raises(KgError, match=f"The disk of the graph {path} is full: make room"):
                fill(part)
            assert file.count() == 3
        file.put_entry(demo_entry(4))


@pytest.mark.skipif(os.name != "posix", reason="needs a limit for the size of files")
def test_disk_that_takes_no_more_is_told_and_what_counted_before_is_whole(path: Path):
    code = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "store = Store(sys.argv[1]); store.put_entry(demo_entry(4)); print('counts', flush=True)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))\n"
        "def fill():\n"
        " for n in range(5, 999):\n"
        "  with store.batch():\n"
        "   for m in range(20): store.put_entry(demo_entry(n * 20 + m))\n"
        "tell(fill)\nprint(len(store.names()) % 20)\n"
    )
    said = elsewhere(code, path).splitlines()
    assert said[0] == "counts"
    assert said[1] == f"The graph {path} cannot be read or written (disk I/O error): check the disk, and do it again."
    assert said[2] == "4"  # whole batches beside the four entries
    with StoreFile(path) as file:
        assert file.entry("demo-04") == demo_entry(4)
        assert file.count() % 20 == 4
        assert file.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        file.put_entry(demo_entry(5))


# --- copies -----------------------------------------------------------------------------------------------------------


def test_backup_is_the_graph(path: Path, tmp_path: Path):
    copy = tmp_path / "copy.kg"
    with StoreFile(path, read_only=True) as file:
        file.backup(copy)
        before = state(file)
        with pytest.raises(KgError, match=r"copy\.kg is there already"):
            file.backup(copy)
        with pytest.raises(KgError, match="nowhere"):
            file.backup(tmp_path / "nowhere" / "copy.kg")
    with StoreFile(copy) as file:
        assert state(file) == before
        file.put_entry(demo_entry(4))
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".")]


def test_backup_while_another_process_writes_is_whole(path: Path, tmp_path: Path):
    code = (
        "file, n = Store(sys.argv[1]), 0\n"
        "while True:\n"
        " n += 1\n"
        " with file.batch():\n"
        "  for m in range(1, 11): file.put_entry(demo_entry(m)._replace(fingerprint=str(n)))\n"
        " print(n, flush=True)\n"
    )
    writer = started(code, path)
    assert writer.stdout is not None
    writer.stdout.readline()
    try:
        for number in range(5):
            copy = tmp_path / f"copy-{number}.kg"
            with StoreFile(path, read_only=True) as file:
                file.backup(copy)
            with StoreFile(copy, read_only=True) as file:
                marks = file.marks()
                assert len(marks) == 10
                assert len(set(marks.values())) == 1
                assert file.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        writer.kill()
        writer.communicate()
    with StoreFile(path) as file:
        assert len(set(file.marks().values())) == 1


def test_what_is_said_of_the_graph_is_kept(path: Path):
    with StoreFile(path) as file:
        file.say("decisions", json.dumps({"mark": "汉"}))
    with StoreFile(path) as file:
        assert json.loads(file.said("decisions")) == {"mark": "汉"}
        assert file.id == StoreFile(path, read_only=True).id
        file.say("decisions", "")
        assert file.said("decisions") == ""
    shutil.rmtree(cache_of(path))
    with StoreFile(path) as file:
        assert file.count() == 3
