"""A graph is moved, removed, replaced, copied or restored while it is open: nothing is lost or undone in silence."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kg.api import Graph
from kg.build.verification import verify
from kg.model import KgError
from kg.serving.state import GraphPlace
from kg.store.logs import cache_of
from tests.cli.command import run

PAPER = "We evict half of the KV cache on an H100; it is 2x faster."


def _papers(path: Path, *names: str) -> Path:
    rows = ({"id": name, "title": f"Cache Eviction in {name}", "abstract": PAPER} for name in names)
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """A graph of two papers, its backup, and another graph."""
    with Graph(tmp_path / "papers.kg", create=True) as opened:
        opened.add(_papers(tmp_path / "list.jsonl", "p1", "p2"), fast=True)
        opened.backup(tmp_path / "backup.kg")
    with Graph(tmp_path / "other.kg", create=True) as opened:
        opened.add(_papers(tmp_path / "others.jsonl", "o1", "o2", "o3"), fast=True)
    _papers(tmp_path / "more.jsonl", "m1")
    return tmp_path / "papers.kg"


READER = """import sys
from kg.api import Graph
graph = Graph(sys.argv[1], read_only=True)
graph.store.db.execute("BEGIN")
print(graph.entries(), flush=True)
sys.stdin.read()"""


@pytest.fixture
def logged(graph: Path) -> Iterator[Path]:
    """The graph with a third paper, which stands in the log alone, for another process keeps the file open."""
    command = [sys.executable, "-c", READER, str(graph)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "['p1', 'p2']\n"
        assert run("add", "--fast", "-j", "1", graph.with_name("more.jsonl"), graph=graph).returncode == 0
        assert _log(graph).stat().st_size
        yield graph
        reader.kill()


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _entries(path: Path) -> list[str]:
    with Graph(path, read_only=True) as opened:
        assert verify(opened.store, shacl=False).faults == []
        return opened.entries()


def _copied_in(path: Path, other: str) -> None:
    """By a process of its own: who opens and closes a file lets go of SQLite's locks on it."""
    subprocess.run(["cp", path.with_name(other), path], check=True)


def _moved_in(path: Path, other: str) -> None:
    shutil.copyfile(path.with_name(other), path.with_name("new"))
    os.replace(path.with_name("new"), path)


#: Ways to put another graph in the place of one, by name; and what is there then.
WAYS: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "other moved": (lambda path: _moved_in(path, "other.kg"), ["o1", "o2", "o3"]),
    "other copied": (lambda path: _copied_in(path, "other.kg"), ["o1", "o2", "o3"]),
    "backup moved": (lambda path: _moved_in(path, "backup.kg"), ["p1", "p2"]),
    "backup copied": (lambda path: _copied_in(path, "backup.kg"), ["p1", "p2"]),
    "restored": (lambda path: Graph.restore(path, path.with_name("backup.kg")), ["p1", "p2"]),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_put_there_is_what_is_there(logged: Path, way: str) -> None:
    put, wanted = WAYS[way]
    put(logged)
    command = [sys.executable, "-m", "kg", "sql", "SELECT name FROM entries", "-g", str(logged)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [name for name in ("p1", "p2", "m1", "o1", "o2", "o3") if name in done.stdout] == wanted
    told = re.findall(
        r"was moved, removed or replaced while it was open: the log of the old file is (\S+)\.\n", done.stderr
    )
    assert len(told) == (way != "restored")
    assert all(Path(name).stat().st_size for name in told)
    assert _entries(logged) == wanted
    assert run("add", "--fast", "-j", "1", logged.with_name("more.jsonl"), graph=logged).returncode == 0
    assert sorted(_entries(logged)) == sorted([*wanted, "m1"])


@pytest.mark.parametrize("way", WAYS)
def test_a_server_shows_what_was_put_there(graph: Path, way: str) -> None:
    served = GraphPlace(str(graph))
    assert served.now().entries() == ["p1", "p2"]
    assert run("add", "--fast", "-j", "1", graph.with_name("more.jsonl"), graph=graph).returncode == 0
    assert served.now().entries() == ["p1", "p2", "m1"]
    put, wanted = WAYS[way]
    put(graph)
    assert served.now().entries() == wanted
    assert verify(served.now().store, shacl=False).faults == []
    served.now().close()


def test_a_file_moved_in_beside_an_idle_reader_is_whole(graph: Path) -> None:
    with closing(Graph(graph, read_only=True)) as reader:
        assert len(reader.entries()) == 2
        _moved_in(graph, "other.kg")
        assert _entries(graph) == ["o1", "o2", "o3"]
        assert reader.entries() == ["p1", "p2"]


def test_a_log_goes_with_its_file(logged: Path, tmp_path: Path) -> None:
    away, copied = tmp_path / "away", tmp_path / "copied"
    away.mkdir()
    copied.mkdir()
    for name in (logged.name, _log(logged).name):
        shutil.copy(logged.with_name(name), copied)
    shutil.copytree(cache_of(logged), copied / cache_of(logged).name)
    assert len(_entries(copied / logged.name)) == 3
    for name in (logged.name, _log(logged).name):
        os.replace(logged.with_name(name), away / name)
    assert len(_entries(away / logged.name)) == 3


def test_a_log_without_its_file_is_kept(logged: Path, caplog: pytest.LogCaptureFixture) -> None:
    logged.unlink()
    assert run("add", "--fast", "-j", "1", logged.with_name("more.jsonl"), graph=logged).returncode == 0
    assert "the log of the old file is" in caplog.text
    assert _entries(logged) == ["m1"]


def _state(path: Path) -> tuple[int, ...]:
    return (path.stat().st_ino, path.stat().st_size, path.stat().st_mtime_ns) if path.exists() else ()


def _removed(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


GOING: dict[str, Callable[[Path], object]] = {
    "removed": _removed,
    "removed alone": Path.unlink,
    "moved away": lambda path: os.replace(path, path.with_name("away.kg")),
}


@pytest.mark.parametrize("way", [*GOING, "other moved", "backup moved"])
def test_a_writer_says_that_the_graph_is_gone_and_where_its_papers_are(graph: Path, way: str) -> None:
    act = GOING[way] if way in GOING else WAYS[way][0]
    with Graph(graph) as writer:
        writer.add(graph.with_name("more.jsonl"), fast=True)
        act(graph)
        there = _state(graph)
        with pytest.raises(KgError, match="was removed or replaced while it was written: all it held is in") as told:
            writer.add(_papers(graph.with_name("last.jsonl"), "l1"), fast=True)
    saved = re.search(r"in (\S+)\.$", str(told.value))
    assert saved
    assert sorted(_entries(Path(saved[1]))) == ["l1", "m1", "p1", "p2"]
    assert _state(graph) == there
    if there:
        assert _entries(graph) == WAYS[way][1]


@pytest.mark.parametrize("way", ["other copied", "backup copied"])
@pytest.mark.parametrize("goes_on", [True, False])
def test_a_writer_writes_nothing_into_a_graph_that_was_copied_over(graph: Path, way: str, goes_on: bool) -> None:
    act, wanted = WAYS[way]
    with Graph(graph) as writer:
        writer.add(graph.with_name("more.jsonl"), fast=True)
        act(graph)
        if goes_on:
            with pytest.raises(KgError, match="was replaced while it was written: add again what it lacks now"):
                writer.add(_papers(graph.with_name("last.jsonl"), "l1"), fast=True)
    assert _entries(graph) == wanted


def test_a_command_that_adds_ends_with_2_where_its_graph_is_gone(graph: Path) -> None:
    papers = _papers(graph.with_name("many.jsonl"), *(f"n{n}" for n in range(600)))
    command = [sys.executable, "-m", "kg", "add", "--fast", "-j", "1", "-g", str(graph), str(papers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 100
    while not (_log(graph).exists() and _log(graph).stat().st_size) and time.monotonic() < end:
        time.sleep(0.005)
    assert process.poll() is None, "it had ended before"
    graph.unlink()
    out, errors = process.communicate(timeout=200)
    assert process.returncode == 2, (out, errors)
    assert "Added" not in out
    saved = re.search(r"all it held is in (\S+)\.\n", errors)
    assert saved
    assert len(_entries(Path(saved[1]))) > 2


def test_a_rebuild_does_not_take_the_place_of_a_graph_that_came_meanwhile(graph: Path) -> None:
    with pytest.raises(KgError, match="was removed or replaced while it was built anew"):
        Graph.rebuild(graph, progress=lambda *_: _moved_in(graph, "other.kg"))
    assert _entries(graph) == ["o1", "o2", "o3"]


# --- kg restore -----------------------------------------------------------------------------------------------------


def test_restore_is_seen_by_a_reader_when_it_asks_anew(logged: Path) -> None:
    with closing(Graph(logged, read_only=True)) as reader:
        assert len(reader.entries()) == 3
        done = run("restore", logged.with_name("backup.kg"), graph=logged)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.endswith("it holds 2 entries.\n")
        assert reader.entries() == ["p1", "p2"]
        before = reader.store.id
    with Graph(logged) as opened, Graph(logged.with_name("backup.kg"), read_only=True) as backup:
        assert len({opened.store.id, before, backup.store.id}) == 3, (
            "what is made of one would be taken for the others'"
        )
        assert len(opened.store.select("SELECT DISTINCT ?p { ?p a kg:Paper }")) == 2


def test_a_graph_is_restored_and_written_again_and_again(logged: Path) -> None:
    for name in ("backup.kg", "other.kg", "backup.kg"):
        assert run("restore", logged.with_name(name), graph=logged).returncode == 0
        assert _entries(logged) == _entries(logged.with_name(name))
        assert run("add", "--fast", "-j", "1", logged.with_name("more.jsonl"), graph=logged).returncode == 0
        assert len(_entries(logged)) == len(_entries(logged.with_name(name))) + 1


def test_restore_waits_for_no_writer(graph: Path) -> None:
    with Graph(graph):
        done = run("restore", graph.with_name("backup.kg"), graph=graph)
    assert done.returncode == 2
    assert "is being written by another process" in done.stderr


def _damage(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'mentions'").fetchone()
    data = bytearray(path.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    path.write_bytes(data)


def test_restore_makes_a_graph_and_mends_a_damaged_one(graph: Path) -> None:
    backup = graph.with_name("backup.kg")
    assert run("restore", backup, graph=graph.with_name("new.kg")).returncode == 0
    assert _entries(graph.with_name("new.kg")) == ["p1", "p2"]
    _damage(graph)
    assert run("restore", backup, graph=graph).returncode == 0
    assert _entries(graph) == ["p1", "p2"]
    graph.write_bytes(b"\xa5" * 5000)
    done = run("restore", backup, graph=graph)
    assert done.returncode == 2
    assert "move it away, and restore again" in done.stderr
    graph.unlink()
    assert run("restore", backup, graph=graph).returncode == 0
    assert _entries(graph) == ["p1", "p2"]


def test_a_backup_that_is_not_sound_is_not_restored(graph: Path) -> None:
    backup = graph.with_name("backup.kg")
    _damage(backup)
    for file in (backup, graph.with_name("list.jsonl"), graph.with_name("none.kg")):
        done = run("restore", file, graph=graph)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert "fault of kg" not in done.stderr
    assert _entries(graph) == ["p1", "p2"]


def test_decisions_come_back_and_those_that_stood_there_are_kept(graph: Path) -> None:
    mine, old = graph.with_name("papers.overrides.ttl"), graph.with_name("backup.overrides.ttl")
    mine.write_text("# mine\n")
    old.write_text("# old\n")
    done = run("restore", graph.with_name("backup.kg"), graph=graph)
    assert done.returncode == 0
    assert mine.read_text() == "# old\n"
    told = re.search(r"are now (\S+)\.\n", done.stderr)
    assert told
    assert Path(told[1]).read_text() == "# mine\n"
