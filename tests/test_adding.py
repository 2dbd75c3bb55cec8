"""Many papers at once: the same graph as one transaction an entry, and nothing lost whatever cuts it short."""

from __future__ import annotations

import json
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import kg.graph.bulk
import pytest

import kg
import kg.adding
from kg.graph.contents import load_entry
from kg.model import KgError

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


def built(folder: Path, *calls: list[Path]) -> bytes:
    """The graph of files that are added in some calls."""
    with kg.open(str(folder)) as graph:
        for files in calls:
            assert not graph.add(*files, fast=True).skipped
        return graph.export("nquads")


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.adding, "_FEW", 3)
    monkeypatch.setattr(kg.graph.bulk, "_TRIPLES", 4_000)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("files")
    return [papers(folder, name, 30, seed) for seed, name in enumerate("abc")]


@pytest.fixture(scope="module")
def one_by_one(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The graph of the files with a transaction an entry."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kg.adding, "_FEW", 10**9)
        return built(tmp_path_factory.mktemp("one") / "g", files)


@pytest.mark.usefixtures("small_parts")
def test_bulk_gives_the_same_bytes_as_a_transaction_an_entry(files: list[Path], one_by_one: bytes, tmp_path: Path):
    assert one_by_one.count(b"the work of") > 10  # there is something to decide
    assert built(tmp_path / "g", files) == one_by_one


@pytest.mark.usefixtures("small_parts")
def test_order_and_calls_do_not_matter_in_bulk(files: list[Path], one_by_one: bytes, tmp_path: Path):
    a, b, c = files
    assert built(tmp_path / "g", [c, b], [a, c]) == one_by_one


@pytest.mark.usefixtures("small_parts")
def test_changed_and_gone_entries_among_new_ones(files: list[Path], one_by_one: bytes, tmp_path: Path):
    lines = files[0].read_text("utf-8").splitlines(keepends=True)
    first = tmp_path / files[0].name
    first.write_text("".join([*lines[:10], lines[10].replace("half", "most"), lines[0].replace("-0", "-999")]), "utf-8")
    assert built(tmp_path / "g", [first, files[1]], files) == one_by_one


@pytest.mark.usefixtures("small_parts")
def test_entry_that_cannot_be_loaded_stops_it_with_a_sentence(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    loads = kg.graph.store.OxigraphStore.load
    times = []

    def full(self: kg.graph.store.OxigraphStore, data: bytes, graphs: Iterable[str] = ()) -> None:
        times.append(len(data))
        if len(times) == 3:
            self._abandon()
            raise kg.graph.faults.Fault("The disk is full.")
        loads(self, data, graphs)

    monkeypatch.setattr(kg.graph.store.OxigraphStore, "load", full)
    with kg.open(str(tmp_path / "g")) as graph:
        with pytest.raises(KgError, match="The disk is full"):
            graph.add(*files, fast=True)
        held = graph.entries()
        assert 3 < len(held) < 90
    monkeypatch.undo()
    with kg.open(str(tmp_path / "g")) as graph:
        assert graph.entries() == held
        assert graph.add(*files, fast=True).unchanged


def _started(files: list[Path], folder: Path) -> subprocess.Popen[str]:
    code = (
        "import kg.adding, kg.graph.bulk, runpy, sys\n"
        "kg.adding._FEW, kg.graph.bulk._TRIPLES = 3, 4_000\n"
        "sys.argv = sys.argv[1:]; runpy.run_module('kg', run_name='__main__')"
    )
    command = [COMMAND[0], "-c", code, *COMMAND[2:], *map(str, files), "--graph", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _held(folder: Path) -> set[str]:
    """The entries that the graph holds, each of them whole."""
    try:
        graph = kg.open(str(folder), read_only=True)
    except KgError as error:
        if "no graph" not in str(error):
            raise
        return set()  # not begun yet
    with graph:
        names = set(graph.entries())
        for name in names:
            document, record = load_entry(graph.store, name)
            assert document.texts
            assert record.paper
        return names


def test_kill_at_any_moment_loses_nothing_that_was_committed(files: list[Path], one_by_one: bytes, tmp_path: Path):
    dice = random.Random(7)
    held: set[str] = set()
    for _ in range(6):
        process = _started(files[:1], tmp_path / "g")
        enough = len(held) + dice.randrange(12)
        while process.poll() is None and len(_held(tmp_path / "g")) <= enough:
            time.sleep(0.01)
        time.sleep(dice.random() / 10)
        committed = _held(tmp_path / "g")
        process.kill()
        process.communicate()
        after = _held(tmp_path / "g")
        assert held <= committed <= after
        held = after
    assert held
    assert built(tmp_path / "g", files) == one_by_one


def test_interrupted_it_keeps_what_was_done(files: list[Path], one_by_one: bytes, tmp_path: Path):
    for attempt in range(5):  # on a busy machine all may be done before it is interrupted
        folder = tmp_path / str(attempt)
        process, log = _started(files, folder), folder / "sources.log"
        while process.poll() is None and not (log.exists() and log.stat().st_size > 5_000):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
        if "Interrupted" in told:
            break
    assert re.search(rf"holds {len(_held(folder))} papers?, each whole", told), told
    assert built(folder, files) == one_by_one
