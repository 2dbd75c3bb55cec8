"""What tests share: the five reports in a graph, a small graph made by hand, and the data that does not ship."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from graph_demo import demo_entry, demo_source, linked

import kg
from kg.api import Graph
from kg.model import Document, Record
from kg.rdf.store import Store
from kg.records import from_json
from kg.sources import read
from kg.vocabulary import Vocabulary

REPORTS = Path(__file__).parent.parent / "data" / "reports"


@pytest.fixture(scope="session", autouse=True)
def _no_language_model() -> Iterator[None]:
    """Whatever the environment names, no test but those that say so asks a language model."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("KG_LLM_BASE_URL", "KG_LLM_MODEL", "KG_LLM_API_KEY"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """What tests start can be interrupted, even where they run in the background, whose processes ignore Ctrl-C."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def reports() -> Path:
    """The folder of the five reports."""
    return REPORTS


@pytest.fixture(scope="session")
def built_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a graph over the five reports; not to be changed."""
    file = tmp_path_factory.mktemp("built") / "papers.kg"
    with kg.open(str(file)) as graph:
        report = graph.add(REPORTS)
    assert len(report.added) == 133
    assert not report.skipped
    return file


@pytest.fixture(scope="session")
def built(built_file: Path) -> Iterator[Graph]:
    """A graph over the five reports, opened for reading."""
    with kg.open(str(built_file), read_only=True) as graph:
        yield graph


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data that does not ship (environment variable KG_SHARED); skips without it."""
    folder = os.environ.get("KG_SHARED")
    if not folder or not Path(folder).is_dir():
        pytest.skip("KG_SHARED names no folder: the data that this test needs does not ship")
    return Path(folder)


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
def annotated(shared: Path) -> dict[str, tuple[Document, Record]]:
    """The annotated papers of the reports: documents as the reader makes them, records linked simply."""
    documents = {document.id: document for report in REPORTS.glob("*.txt") for document in read(report).documents}
    out = {}
    for line in (shared / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        obj = json.loads(line)
        out[obj["id"]] = (documents[obj["id"]], linked(from_json(obj, documents[obj["id"]])))
    return out
