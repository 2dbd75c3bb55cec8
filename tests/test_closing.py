"""A graph that is open for writing: it is asked meanwhile, and perhaps nobody closes it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kg
from kg.api import Graph
from kg.model import KgError

_PAPER = '{{"id": "{0}", "title": "Paging the Cache of {0}", "abstract": "We prune the KV cache on an H100."}}\n'


@pytest.fixture
def file(first_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(first_file, tmp_path / "graph.kg"))


def _found(graph: Graph) -> set[str]:
    return {row.id for row in graph.ask("papers on H100", limit=0).rows}


def test_a_graph_that_nobody_holds_is_closed(file: Path, tmp_path: Path) -> None:
    (tmp_path / "more.jsonl").write_text(_PAPER.format("more-1"))
    graph = Graph(file)
    graph.add(tmp_path / "more.jsonl", fast=True)
    del graph
    with Graph(file) as again:  # which would wait for another writer, and then be refused
        assert "more-1" in _found(again)


def test_a_graph_is_closed_when_python_ends(file: Path) -> None:
    subprocess.run([sys.executable, "-c", "import kg, sys; graph = kg.open(sys.argv[1])", str(file)], check=True)
    with Graph(file) as again:
        assert again.entries()


def test_a_writer_asks_what_it_has_written(file: Path, tmp_path: Path) -> None:
    with Graph(file) as graph:
        before = _found(graph)
        for name in ("more-1", "more-2"):
            (tmp_path / f"{name}.jsonl").write_text(_PAPER.format(name))
            graph.add(tmp_path / f"{name}.jsonl", fast=True)
            assert name in _found(graph) - before
        graph.remove("more-1", "more-2")
        assert _found(graph) == before


def test_a_mistyped_path_makes_no_graph(tmp_path: Path) -> None:
    place = tmp_path / "folder" / "paper.kg"
    for options in ({}, {"read_only": True}):
        with pytest.raises(KgError, match="there is no graph here"):
            kg.open(place, **options)
    assert not place.parent.exists()
    with kg.open(place, create=True) as graph:
        assert not graph.entries()
