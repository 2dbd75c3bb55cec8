"""Many papers at once: the same graph however often what was stored counts, and nothing lost that did."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import kg
import kg.build.adding
from kg.model import KgError
from kg.store.file import StoreFile
from kg.store.rows import Writer
from tests.store.graph_demo import truth

TITLES = ("Cache Eviction", "Sparse Attention", "Draft Models", "Weight Pruning", "Token Merging", "Expert Routing")
ABSTRACT = (
    "We study {0} in large language models, propose {1}, a method that keeps what matters of each layer, and find that "
    "it is {2}x faster than FlashAttention-2 on an H100 while it uses half of the memory that others take on {3} tasks."
)
COMMAND = [sys.executable, "-m", "kg", "add", "--fast", "--jobs", "1"]


def papers(folder: Path, name: str, count: int, seed: int) -> Path:
    """Papers of which some share an id, a title or an abstract with others, also with those of other files."""
    dice = random.Random(seed)
    lines = []
    for n in range(count):
        number = dice.randrange(count * 2) if n % 3 else n
        title = f"{dice.choice(TITLES)} for Model {number % 40}" if n % 4 else "Editorial"
        paper = {
            "id": f"{name}-{n}" if n % 5 else f"shared-{n}",
            "title": title,
            "abstract": ABSTRACT.format(title.lower(), f"Zap-{number % 30}", 2 + number % 7, number % 9),
            "authors": [f"Wei Zhang{number % 11}", f"Ada Lee{number % 13}"],
        }
        if n % 7 == 0:
            paper["doi"] = f"10.1000/{number % 25}"
        lines.append(json.dumps(paper))
    path = folder / f"{name}.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


State = dict[str, list[tuple[Any, ...]]]


def built(path: Path, *calls: list[Path]) -> State:
    """The graph of files that are added in some calls."""
    with kg.open(str(path), create=True) as graph:
        for files in calls:
            assert not graph.add(*files, fast=True).skipped
        return truth(graph.store)


@pytest.fixture
def counting_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each entry counts as soon as it is stored."""
    monkeypatch.setattr(kg.build.adding, "_SECONDS", 0.0)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("files")
    return [papers(folder, name, 20, seed) for seed, name in enumerate("abc")]


@pytest.fixture(scope="module")
def whole(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> State:
    """The graph of the files, of which all counts at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kg.build.adding, "_SECONDS", 10**9)
        return built(tmp_path_factory.mktemp("one") / "g", files)


def test_changed_and_gone_entries_among_new_ones(files: list[Path], whole: State, tmp_path: Path):
    lines = files[0].read_text("utf-8").splitlines(keepends=True)
    first = tmp_path / files[0].name
    first.write_text("".join([*lines[:10], lines[10].replace("half", "most"), lines[0].replace("-0", "-999")]), "utf-8")
    assert built(tmp_path / "g", [first, files[1]], files) == whole


def test_odd_ids_and_names_are_kept(tmp_path: Path):
    """A number sign in a DOI, papers that nothing tells apart, a file name that is no UTF-8."""
    dois = [
        {"doi": "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-#", "title": "Pruning"},
        {"id": "a#b c"},
    ]
    odd = {b"dois.jsonl": dois, b"alike.jsonl": [{"id": "u1"}, {"id": "u2"}], b"n\xff.jsonl": [{"id": "n1"}]}
    for name, some in odd.items():
        lines = (json.dumps({"title": "", "abstract": "Nothing is said here."} | paper) + "\n" for paper in some)
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("".join(lines), "utf-8")
    with kg.open(str(tmp_path / "g.kg"), create=True) as graph:
        assert not graph.add(tmp_path, fast=True).skipped
        assert len(graph.add(tmp_path, fast=True).unchanged) == len(graph.entries()) == 5
        assert [source.file for source in graph.sources()] == ["alike.jsonl", "dois.jsonl", "n\ufffd.jsonl"]
        assert not graph.verify().faults


@pytest.mark.usefixtures("counting_each")
def test_entry_that_cannot_be_stored_stops_it_with_a_sentence(files: list[Path], whole: State, tmp_path: Path):
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        pages = graph.store.db.execute("PRAGMA page_count").fetchone()[0]
        graph.store.db.execute(f"PRAGMA max_page_count = {pages + 60}")  # as on a full disk
        with pytest.raises(KgError, match=r"The disk of the graph .* is full: make room"):
            graph.add(*files, fast=True)
        held = graph.entries()
        assert 3 < len(held) < 55
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        assert graph.entries() == held
        assert graph.add(*files, fast=True).unchanged
        assert truth(graph.store) == whole


def _started(files: list[Path], path: Path) -> subprocess.Popen[str]:
    code = (
        "import kg.build.adding, runpy, sys\n"
        "kg.build.adding._SECONDS = 0.0\n"
        "sys.argv = sys.argv[1:]; runpy.run_module('kg', run_name='__main__')"
    )
    command = [COMMAND[0], "-c", code, *COMMAND[2:], *map(str, files), "--graph", str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _held(path: Path) -> set[str]:
    """The entries that the graph holds, each of them whole."""
    try:
        file = StoreFile(path, read_only=True)
    except KgError as error:
        if "no graph" not in str(error):
            raise
        return set()  # not begun yet
    with file:
        entries = list(file.every())
        assert all(entry.document.texts and entry.record.paper and entry.fingerprint for entry in entries)
        assert {entry.document.source for entry in entries} <= set(file.source_names())
        return {entry.document.id for entry in entries}


def test_kill_at_any_moment_loses_nothing_that_counted(files: list[Path], whole: State, tmp_path: Path):
    dice = random.Random(7)
    held: set[str] = set()
    for _ in range(3):
        process = _started(files[:1], tmp_path / "g")
        enough = len(held) + dice.randrange(12)
        while process.poll() is None and len(_held(tmp_path / "g")) <= enough:
            time.sleep(0.01)
        time.sleep(dice.random() / 10)
        counted = _held(tmp_path / "g")
        process.kill()
        process.communicate()
        after = _held(tmp_path / "g")
        assert held <= counted <= after
        held = after
    assert held
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        assert graph.verify().faults == []
        assert graph.store.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert built(tmp_path / "g", files) == whole


def test_interrupted_it_keeps_what_was_done(files: list[Path], whole: State, tmp_path: Path):
    for attempt in range(5):  # on a busy machine all may be done before it is interrupted
        path = tmp_path / str(attempt)
        process = _started(files, path)
        while process.poll() is None and len(_held(path)) < 5:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
        if "Interrupted" in told:
            break
    assert re.search(rf"holds {len(_held(path))} papers?, each whole", told), told
    assert built(path, files) == whole


@pytest.mark.parametrize("seconds", [0.0, 10**9], ids=["in the midst", "at the end"])
def test_an_interrupt_while_entries_are_made_to_count_loses_none(
    files: list[Path], whole: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
):
    finish, told = Writer.finish, list[str]()

    def interrupted(self: Writer) -> None:
        if told:
            signal.raise_signal(signal.SIGINT)
        finish(self)

    monkeypatch.setattr(kg.build.adding, "_SECONDS", seconds)
    monkeypatch.setattr(Writer, "finish", interrupted)
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        with pytest.raises(KeyboardInterrupt):
            graph.add(*files, fast=True, progress=lambda name, _: told.append(name))
        assert told
        assert graph.entry_count() == len(told)
    monkeypatch.undo()
    assert built(tmp_path / "g", files) == whole
