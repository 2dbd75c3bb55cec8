"""A small graph made by hand, and the five reports with their annotations where these are to be had."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from graph_demo import demo_entry, demo_source, linked

from kg.graph.records import from_json
from kg.graph.store import Store
from kg.model import Document, Record
from kg.vocabulary import Vocabulary


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary.load()


@pytest.fixture(scope="session")
def _memory() -> Iterator[Store]:
    with Store.in_memory() as store:
        yield store


@pytest.fixture
def memory(_memory: Store) -> Store:
    """A store in memory that holds the vocabulary alone; its making takes most of a second."""
    _memory.drop_entries(_memory.names())
    for name in _memory.source_names():
        _memory.drop_source(name)
    return _memory


@pytest.fixture
def demo(memory: Store) -> Store:
    """A store in memory with one source and its one entry."""
    memory.put_source(demo_source("demo-01"))
    memory.put_entry(demo_entry())
    return memory


@pytest.fixture(scope="session")
def reports() -> list[Path]:
    """The five reports that ship with the program."""
    found = sorted((Path(__file__).parents[2] / "data" / "reports").glob("*.txt"))
    assert len(found) == 5
    return found


@pytest.fixture(scope="session")
def annotated(reports: list[Path]) -> dict[str, tuple[Document, Record]]:
    """The annotated papers of the reports: documents as the reader makes them, records linked simply."""
    shared = os.environ.get("KG_SHARED")
    if not shared:
        pytest.skip("the annotations are found through KG_SHARED, which is not set")
    from kg.sources import read

    documents = {document.id: document for report in reports for document in read(report).documents}
    out = {}
    for line in (Path(shared) / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        obj = json.loads(line)
        out[obj["id"]] = (documents[obj["id"]], linked(from_json(obj, documents[obj["id"]])))
    return out
