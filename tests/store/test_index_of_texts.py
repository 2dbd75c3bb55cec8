"""The index of texts holds what the entries say, whatever comes, goes or is taken back within a batch."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.model import Document, Record, Text
from kg.store import derived_tables
from kg.store.entries import Entry
from kg.store.file import StoreFile
from kg.store.rows import otherwise


def entry(name: str, abstract: str) -> Entry:
    return Entry(Document(name, "s", 1, {"A": Text(abstract, abstract)}), Record(name, paper=f"paper:{name}"))


def failing(store: StoreFile, *entries: Entry) -> None:
    """Store entries, then fail."""
    for one in entries:
        store.put_entry(one)
    raise ValueError("no")


def found(store: StoreFile, words: str) -> list[str]:
    """The entries whose texts have some words, by the index; which is whole."""
    store.db.execute("INSERT INTO texts_search (texts_search, rank) VALUES ('integrity-check', 1)")
    query = (
        "SELECT e.name FROM texts_search s JOIN texts t ON t.id = s.rowid JOIN entries e ON e.id = t.entry "
        "WHERE s.raw LIKE ? ORDER BY 1"
    )
    return [name for (name,) in store.db.execute(query, (f"%{words}%",))]


@pytest.fixture
def store() -> StoreFile:
    return StoreFile(None)


def test_texts_are_found_when_a_batch_ends(store):
    with store.batch():
        store.put_entry(entry("a", "caches are pruned"))
        store.put_entry(entry("b", "caches are merged"))
        store.put_entry(entry("a", "drafts are verified"))
        store.drop_entries(["b"])
    assert (found(store, "caches"), found(store, "drafts")) == ([], ["a"])
    store.put_entry(entry("a", "caches again"))
    assert (found(store, "caches"), found(store, "drafts")) == (["a"], [])


def changed(one: Entry, kind: str) -> Entry:
    """An entry whose record says something else of the same texts."""
    return one._replace(document=replace(one.document, authors=("Wu",)), record=replace(one.record, kind=kind))


def held(store: StoreFile, one: Entry) -> list[str]:
    """The tables that hold other rows of an entry than it has."""
    with StoreFile(None) as alone:
        alone.put_entry(one)
        return [table for table in derived_tables.NAMES if otherwise(store.db, alone.db, table)]


def test_texts_stay_where_only_the_record_is_another(store, monkeypatch):
    first, second, third = (changed(entry("a", "caches are pruned"), kind) for kind in ("method", "system", "study"))
    with store.batch():
        store.put_entry(first)
        store.put_entry(second)
    assert (found(store, "caches"), held(store, second)) == (["a"], [])
    monkeypatch.setattr("kg.store.lite.Lite.unindex_texts", None)  # nothing is taken out of the index
    with store.batch():
        store.put_entry(third)
        store.put_entry(first)
    assert (found(store, "caches"), held(store, first)) == (["a"], [])
    assert store.rows("SELECT kind FROM papers") == [("method",)]


def test_texts_go_with_an_entry_that_was_linked_otherwise_in_the_same_batch(store):
    store.put_entry(changed(entry("a", "caches are pruned"), "method"))
    with store.batch():
        store.put_entry(changed(entry("a", "caches are pruned"), "system"))
        store.drop_entries(["a"])
    assert found(store, "caches") == []
    assert store.rows("SELECT * FROM texts") == store.rows("SELECT * FROM authors") == []


def test_what_is_taken_back_is_not_indexed_and_what_was_there_is(store):
    store.put_entry(entry("a", "caches are pruned"))
    with store.batch():
        store.put_entry(entry("b", "drafts are verified"))
        with pytest.raises(ValueError, match="no"), store.whole_or_not():
            failing(store, entry("b", "caches are merged"), entry("a", "caches are merged"))
    assert (found(store, "caches"), found(store, "drafts"), found(store, "merged")) == (["a"], ["b"], [])
    with pytest.raises(ValueError, match="no"), store.batch():
        failing(store, entry("c", "drafts are merged"))
    store.put_entry(entry("d", "tokens are merged"))
    assert (found(store, "drafts"), found(store, "merged")) == (["b"], ["d"])


def test_many_texts_are_indexed_before_the_batch_ends(store, monkeypatch):
    monkeypatch.setattr("kg.store.rows._MOST", 2)
    with store.batch():
        for name in "abcdefg":
            store.put_entry(entry(name, f"caches of {name}"))
        store.drop_entries(["b", "g"])
    assert found(store, "caches") == ["a", "c", "d", "e", "f"]
