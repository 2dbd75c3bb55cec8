"""A graph that was opened for writing and that nobody closes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kg.api import Graph
from kg.graph.store import OxigraphStore
from kg.query import labels, scan

_PAPER = '{{"id": "{0}", "title": "Paging the Cache of {0}", "abstract": "We prune the KV cache on an H100."}}\n'


@pytest.fixture
def folder(built_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A graph whose indexes must not be made anew from all of its data."""
    for module, reading in ((scan, "scanned"), (labels, "_said")):
        monkeypatch.setattr(module, reading, lambda store: pytest.fail("all was read again"))
    return shutil.copytree(built_folder, tmp_path / "graph")


def _look_up(folder: Path) -> set[str]:
    """The entries, from indexes that hold for the store as it is."""
    with OxigraphStore(folder, read_only=True) as store:
        assert labels.labels_of(store, str).beginning("a")
        return set(scan.columns_of(store).entries.all())


def test_a_graph_that_nobody_holds_is_closed(folder: Path, tmp_path: Path) -> None:
    before = _look_up(folder)
    (tmp_path / "more.jsonl").write_text(_PAPER.format("more-1"))
    graph = Graph(folder)
    del graph
    assert _look_up(folder) == before
    graph = Graph(folder)
    graph.add(tmp_path / "more.jsonl", fast=True)
    del graph
    assert _look_up(folder) - before == {"entry:more-1"}


def test_a_graph_is_closed_when_python_ends(folder: Path) -> None:
    before = _look_up(folder)
    subprocess.run([sys.executable, "-c", "import kg, sys; graph = kg.open(sys.argv[1])", str(folder)], check=True)
    assert _look_up(folder) == before
