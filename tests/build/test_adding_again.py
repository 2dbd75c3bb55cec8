"""A file that is added again: not read where all of it is in the graph, and read wherever that is not sure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import kg
from kg import sources
from kg.build import reading
from kg.model import Batch, Document
from kg.sources import HeldFile
from tests.sources.made_file import json_lines

pytestmark = pytest.mark.usefixtures("without_ontology")

PAPERS = [
    {"id": f"p-{n}", "title": f"Wobble {n}: a frobnicator", "abstract": f"We propose Wobble{n}. It uses pruning."}
    for n in range(4)
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return json_lines(tmp_path / "list.jsonl", PAPERS)


@pytest.fixture
def graph(tmp_path: Path, file: Path) -> Path:
    with kg.Graph(tmp_path / "g", create=True) as graph:
        graph.add(file, fast=True)
    return tmp_path / "g"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that are read from now on."""
    names: list[str] = []
    plain = sources.begin

    def told(documents: Iterator[Document]) -> Iterator[Document]:
        for document in documents:
            names.append(document.id)
            yield document

    def watched(path: Path | HeldFile | str, name: str | None = None, is_whole: bool = False) -> Batch:
        batch = plain(path, name, is_whole)
        assert isinstance(batch, Batch)
        return replace(batch, documents=told(iter(batch.documents)))

    monkeypatch.setattr(sources, "begin", watched)
    monkeypatch.setattr(reading, "can_fork", lambda: False)  # this process reads
    return names


def test_unchanged_file_is_not_read_again(graph: Path, file: Path, read: list[str]) -> None:
    with kg.Graph(graph, create=True) as opened:
        before = opened.store.dump("nquads")
        added = opened.add(file, fast=True)
        assert (added.added, added.unchanged, read) == ([], ["p-0", "p-1", "p-2", "p-3"], [])
        assert opened.store.dump("nquads") == before


def test_changed_file_is_read(graph: Path, file: Path, read: list[str]) -> None:
    json_lines(file, [*PAPERS[:3], PAPERS[3] | {"abstract": "We propose something else."}])
    with kg.Graph(graph, create=True) as opened:
        assert opened.add(file, fast=True).added == ["p-3"]
    assert len(read) == 4


def test_what_was_removed_comes_back(graph: Path, file: Path, read: list[str]) -> None:
    with kg.Graph(graph, create=True) as opened:
        opened.remove("p-1")
        added = opened.add(file, fast=True)
        assert (added.added, added.unchanged) == (["p-1"], ["p-0", "p-2", "p-3"])
        assert opened.add(file, fast=True).unchanged == ["p-0", "p-1", "p-2", "p-3"]


def test_what_was_read_fast_is_read_in_full(graph: Path, file: Path, read: list[str]) -> None:
    with kg.Graph(graph, create=True) as opened:
        assert opened.add(file).added == ["p-0", "p-1", "p-2", "p-3"]
        assert len(read) == 4
        full = opened.store.dump("nquads")
        assert opened.add(file, fast=True).unchanged == ["p-0", "p-1", "p-2", "p-3"]  # nothing is given up for less
        assert opened.store.dump("nquads") == full
        assert opened.add(file).unchanged == ["p-0", "p-1", "p-2", "p-3"]
        assert len(read) == 4


@pytest.mark.parametrize("said", ["[]", '{"list": 3}', '["1", 2]', "3", "rubbish"])
def test_nothing_is_believed_of_a_damaged_note(graph: Path, file: Path, read: list[str], said: str) -> None:
    with kg.Graph(graph, create=True) as opened:
        opened.store.note_whole("list", said)
        assert opened.add(file, fast=True).unchanged == ["p-0", "p-1", "p-2", "p-3"]
    assert len(read) == 4
