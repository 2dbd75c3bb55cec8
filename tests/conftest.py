"""What tests share: the five reports in a graph, a small graph made by hand, and the data that does not ship."""

from __future__ import annotations

import fcntl
import gc
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from spacy.tokens import Doc

import kg
from kg import compiled
from kg.api import Graph
from kg.extract.tagger import Output, Tagger
from kg.model import Document, Record
from kg.rdf import ontology
from kg.rdf.store import Store
from kg.records import from_json
from kg.sources import read
from kg.store import derived_tables
from kg.store.file import StoreFile
from kg.store.lite import Lite
from kg.vocabulary import Vocabulary
from tests.printed_papers import graph_of_tables
from tests.store.graph_demo import demo_entry, demo_source, linked
from tests.views.browser import Browser, chromium

REPORTS = Path(__file__).parent.parent / "data" / "reports"
#: Papers of each report that are enough for commands whose answers other tests look at; the last is the last there.
FEW = {"000": (1, 2, 3), "001": (3,), "002": (4, 10, 22), "003": (7,), "004": (1, 4, 11, 16)}
_WHOLE = ontology.text
_OUTPUT = Tagger.output
_CREATE = Lite.create

# How long an example takes says something of the machine only; a fixture that examples share is read, not changed.
settings.register_profile(
    "kg",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
settings.load_profile("kg")

gc.set_threshold(50_000, 20, 100)  # as in `kg` itself: what tests share lives until the end


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """PDFs come first: each is read in a fork of this process, which takes the longer the more others have left.

    The contract follows, whose longest test should not be the last to end.
    """
    first = ("test_pdf", "test_contract")
    items.sort(key=lambda item: [not item.path.name.startswith(name) for name in first])


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


@pytest.fixture(scope="session", autouse=True)
def _tagged_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[None]:
    """What the network says of a text is kept for all processes of a run: the same papers are read again and again."""
    folder = _base(tmp_path_factory, worker_id) / "tagged"
    folder.mkdir(exist_ok=True)

    def kept(self: Tagger, doc: Doc | None, pieces: list[int]) -> Output:
        name = hashlib.sha256(f"{self.folder} {pieces}".encode()).hexdigest()
        if not (file := folder / f"{name}.npz").exists():
            new = folder / f"{name}.{os.getpid()}.npz"
            np.savez(new, **_OUTPUT(self, doc, pieces)._asdict())
            new.rename(file)
        with np.load(file) as told:
            return Output(**told)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tagger, "output", kept)
        yield


@pytest.fixture(scope="session", autouse=True)
def _begun_once() -> Iterator[None]:
    """A new graph is a copy of an empty one: to store the vocabulary in each takes longer than the papers of most."""
    empty: dict[str, StoreFile] = {}  # by form

    def create(self: Lite) -> None:
        if derived_tables.form() not in empty:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Lite, "create", _CREATE)
                empty[derived_tables.form()] = StoreFile(None)
        source = empty[derived_tables.form()].db
        assert isinstance(source, Lite)
        self.execute("PRAGMA journal_mode = WAL")
        source.backup(self)
        self.execute("UPDATE about SET value = ? WHERE name = 'id'", (secrets.token_hex(8),))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lite, "create", create)
        yield


@pytest.fixture
def tagged_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network is asked of each text."""
    monkeypatch.setattr(Tagger, "output", _OUTPUT)


@pytest.fixture(scope="session")
def reports() -> Path:
    """The folder of the five reports."""
    return REPORTS


@pytest.fixture(scope="session")
def built_file(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The file of a graph over the five reports, made once for all processes of a run; not to be changed."""
    return _once(tmp_path_factory, worker_id, "built", [*REPORTS.glob("*.txt")], 133)


@pytest.fixture(scope="session")
def first_file(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The file of a graph over the first report, read by rules alone; not to be changed."""
    return _once(tmp_path_factory, worker_id, "first", [*REPORTS.glob("000_*.txt")], 20, fast=True)


@pytest.fixture(scope="session")
def tables_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a graph over two whole papers with tables; not to be changed."""
    return graph_of_tables(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="session")
def few_reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the five reports with few of their papers; of those between, the title and one sentence are left."""
    folder = tmp_path_factory.mktemp("few")
    for report in REPORTS.glob("*.txt"):
        kept = FEW[report.name[:3]]
        text = report.read_text("utf-8")
        head, *pieces = re.split(r"(?m)^(?=### \d+\. |## )", re.sub(r"(?<=论文数量: )\d+", str(kept[-1]), text))
        for piece in pieces:
            number = int((re.match(r"### (\d+)", piece) or "x0")[1])
            if number and number not in kept:
                _, abstract, said = piece.partition("**摘要**:\n")
                piece = "\n\n".join([piece.splitlines()[0], abstract + said.partition(". ")[0], ""])
            head += piece if number <= kept[-1] else ""
        (folder / report.name).write_text(head, "utf-8")
    return folder


@pytest.fixture(scope="session")
def few_file(tmp_path_factory: pytest.TempPathFactory, worker_id: str, few_reports: Path) -> Path:
    """The file of a graph over these; not to be changed."""
    return _once(tmp_path_factory, worker_id, "few", [few_reports], sum(max(kept) for kept in FEW.values()))


def _once(
    factory: pytest.TempPathFactory, worker_id: str, name: str, reports: list[Path], papers: int, *, fast: bool = False
) -> Path:
    """A graph that one process of a run makes, with its triples; the others wait for it."""
    folder = _base(factory, worker_id) / name
    with folder.with_suffix(".lock").open("w") as lock, pytest.MonkeyPatch.context() as patch:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            patch.setattr(ontology, "text", _WHOLE)
            new = folder.with_suffix(".new")
            shutil.rmtree(new, ignore_errors=True)  # of a process that was cut off
            new.mkdir()
            with kg.open(str(new / "papers.kg"), create=True) as graph:
                report = graph.add(*reports, fast=fast)
                assert (len(report.added), report.skipped) == (papers, [])
                graph.store.graphs()
            new.rename(folder)
    return folder / "papers.kg"


def _base(factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of temporary files that the processes of a run share."""
    base = factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def own_cache(first_file: Path) -> Callable[..., Path]:
    """Makes a folder for XDG_CACHE_HOME that holds what the reading of `first_file` compiled, for a copy of kg too."""
    package = Path(str(kg.__file__)).resolve().parent

    def make(folder: Path, package_there: Path = package) -> Path:
        here = compiled.folder_of(package)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_CACHE_HOME", str(folder))
            place = compiled.folder_of(package_there)
        place.mkdir(parents=True)
        for file in here.glob("*.bin"):
            shutil.copy(file, place)
        return folder

    return make


@pytest.fixture(scope="module")
def without_ontology() -> Iterator[None]:
    """The triples of a graph are those of its papers: to store the ontology with each takes longer than all else."""
    with pytest.MonkeyPatch.context() as patch:
        _leave_out_ontology(patch)
        yield


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store in memory without the ontology, which takes most of the time to write and to read."""
    _leave_out_ontology(monkeypatch)
    with Store(None) as store:
        yield store


def _leave_out_ontology(patch: pytest.MonkeyPatch) -> None:
    one = f"{ontology.mark()} .\n".encode()
    patch.setattr(ontology, "text", lambda: one)


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
def browser() -> Iterator[Browser]:
    """Headless Chromium; skips where it is not installed."""
    if chromium() is None:
        pytest.skip("Chromium is not installed: pages are not opened")
    with Browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary.load()


@pytest.fixture(scope="session")
def _memory() -> Iterator[Store]:
    with Store(None) as store:
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
