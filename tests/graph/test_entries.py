"""Entries that come from the file beside the data are those that the data hold."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from graph_demo import demo_document, demo_record, demo_source
from kg.graph.entries import FILE, load_entries

from kg.graph import entries
from kg.graph.contents import entry_names, load_entry
from kg.graph.rdf import entry_triples, source_triples
from kg.graph.store import OxigraphStore
from kg.model import KgError, Topic
from kg.vocabulary import Vocabulary

COUNT = 20


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, vocabulary: Vocabulary) -> Path:
    """A graph of twenty entries on disk, to be copied."""
    folder = tmp_path_factory.mktemp("made") / "demo.kg"
    _write(folder, vocabulary, "LongDemo: Long Videos")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "demo.kg"))


def _write(folder: Path, vocabulary: Vocabulary, title: str) -> None:
    graphs = {"source:demo": source_triples(demo_source())}
    for number in range(1, COUNT + 1):
        record = demo_record(number)
        record.id, record.title = f"demo-{number:02d}", title
        record.results[0].value = (40.0, 50.0)
        record.topics.append(Topic("long-context", extractor="made"))
        graphs[f"entry:{record.id}"] = entry_triples(demo_document(number), record, vocabulary)
    with OxigraphStore(folder) as store:
        store.replace_many(graphs)


@pytest.fixture
def from_data(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the entries that are read from the data themselves."""
    names: list[str] = []

    def noted(store: OxigraphStore, name: str) -> entries.Entry:
        names.append(name)
        return load_entry(store, name)

    monkeypatch.setattr(entries, "load_entry", noted)
    return names


def _all(folder: Path) -> dict[str, entries.Entry]:
    with OxigraphStore(folder, read_only=True) as store:
        names = entry_names(store)
        found = load_entries(store, reversed(names))
        assert list(found) == names[::-1]
        assert found == {name: load_entry(store, name) for name in names}
        return found


def test_entries_are_read_once(folder: Path, from_data: list[str]) -> None:
    first = _all(folder)
    assert len(from_data) == COUNT
    assert _all(folder) == first
    assert len(from_data) == COUNT


def test_other_data_are_read_anew(folder: Path, vocabulary: Vocabulary, from_data: list[str]) -> None:
    _all(folder)
    _write(folder, vocabulary, "Another title")
    assert {record.title for _, record in _all(folder).values()} == {"Another title"}
    assert len(from_data) == 2 * COUNT
    with sqlite3.connect(folder / FILE) as file:
        assert file.execute("SELECT COUNT(*) FROM entries").fetchall() == [(COUNT,)]


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
def test_a_damaged_file_is_made_anew(folder: Path, from_data: list[str], content: bytes) -> None:
    (folder / FILE).write_bytes(content)
    for _ in range(3):
        _all(folder)
    assert len(from_data) in (COUNT, 2 * COUNT)  # where it had to be taken away first, the second reader makes it


def test_a_damaged_entry_is_read_from_the_data(folder: Path, from_data: list[str]) -> None:
    _all(folder)
    with sqlite3.connect(folder / FILE) as file:
        file.execute("UPDATE entries SET said = x'00' WHERE name = 'demo-07'")
    _all(folder)
    assert COUNT < len(from_data) <= 2 * COUNT
    assert "demo-07" in from_data[COUNT:]


def test_where_the_file_cannot_be_written_all_is_read(folder: Path) -> None:
    (folder / FILE).mkdir()
    assert len(_all(folder)) == COUNT


def test_what_a_writer_has_in_hand_is_not_kept(folder: Path) -> None:
    with OxigraphStore(folder) as store:
        assert len(load_entries(store, entry_names(store))) == COUNT
    assert not (folder / FILE).exists()


def test_an_entry_that_is_not_there_is_told(folder: Path) -> None:
    with OxigraphStore(folder, read_only=True) as store, pytest.raises(KgError, match="The entry none cannot be read"):
        load_entries(store, [*entry_names(store), "none"])
