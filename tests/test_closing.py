"""A graph that is open for writing: it is asked meanwhile, and perhaps nobody closes it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kg.api import Graph
from kg.query import scan
from kg.rdf.store import Store
from kg.store.lite import cache_of

_PAPER = '{{"id": "{0}", "title": "Paging the Cache of {0}", "abstract": "We prune the KV cache on an H100."}}\n'


@pytest.fixture
def file(built_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A graph whose indexes must not be made anew from all of its data."""
    monkeypatch.setattr(scan, "scanned", lambda store: pytest.fail("all was read again"))
    shutil.copytree(cache_of(built_file), cache_of(tmp_path / "graph"))
    return shutil.copy(built_file, tmp_path / "graph")


def _look_up(file: Path) -> set[str]:
    """The entries, from indexes that hold for the store as it is."""
    with Store(file, read_only=True) as store:
        return set(scan.columns_of(store).entries.all())


def test_a_graph_that_nobody_holds_is_closed(file: Path, tmp_path: Path) -> None:
    before = _look_up(file)
    (tmp_path / "more.jsonl").write_text(_PAPER.format("more-1"))
    graph = Graph(file)
    del graph
    assert _look_up(file) == before
    graph = Graph(file)
    graph.add(tmp_path / "more.jsonl", fast=True)
    del graph
    assert _look_up(file) - before == {"entry:more-1"}


def test_a_graph_is_closed_when_python_ends(file: Path) -> None:
    before = _look_up(file)
    subprocess.run([sys.executable, "-c", "import kg, sys; graph = kg.open(sys.argv[1])", str(file)], check=True)
    assert _look_up(file) == before


def test_a_writer_asks_what_it_has_written(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def has(graph: Graph, name: str) -> bool:
        assert graph.ask("H100").rows
        return f"entry:{name}" in scan.columns_of(graph.store).entries.all()

    with Graph(file) as graph:
        for name in ("more-1", "more-2"):
            assert not has(graph, name)
            (tmp_path / f"{name}.jsonl").write_text(_PAPER.format(name))
            graph.add(tmp_path / f"{name}.jsonl", fast=True)
            assert has(graph, name)
        graph.remove("more-1")
        assert not has(graph, "more-1")
        graph.remove("more-2")
    monkeypatch.undo()
    with Store(file, read_only=True) as store:
        assert [bytes(part) for part in scan.columns_of(store)._parts] == scan.scanned(store)
