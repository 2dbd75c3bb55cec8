"""The triples beside a graph's file: they follow it entry by entry, and nothing is lost where they are."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.model import KgError
from kg.rdf import cache as module
from kg.rdf import ontology
from kg.rdf.store import Store
from kg.store.entries import Entry
from kg.store.file import StoreFile
from kg.store.lite import cache_of
from tests.store.graph_demo import cached_quads, demo_entry, demo_record, demo_source

pytestmark = pytest.mark.usefixtures("without_ontology")
QUESTIONS = ("H100", "DeepSeek speculative decoding")


def filled(path: Path, *numbers: int) -> Path:
    with StoreFile(path) as store:
        store.put_source(demo_source(*(f"demo-{number:02d}" for number in numbers)))
        for number in numbers:
            store.put_entry(demo_entry(number))
    return path


def dump(path: Path) -> bytes:
    with Store(path, read_only=True) as store:
        assert cached_quads(store) == b"".join(sorted(store.dump("nquads").splitlines(True)))  # what is exported, too
        return cached_quads(store)


def graphs(store: Store) -> list[object]:
    return [row["g"] for row in store.select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")]


def anew(path: Path) -> bytes:
    """What the triples are where they are made of the file at once."""
    copy = path.with_name("anew.kg")
    with StoreFile(path, read_only=True) as store:
        store.backup(copy)
    try:
        return dump(copy)
    finally:
        copy.unlink()
        shutil.rmtree(cache_of(copy))


def renamed(number: int, name: str) -> Entry:
    record = demo_record(number)
    record.techniques[0].canonical = name
    return demo_entry(number, record)


#: Changes of a file.
CHANGES: dict[str, Callable[[StoreFile], object]] = {
    "an entry comes": lambda file: file.put_entry(demo_entry(4)),
    "a label changes": lambda file: file.put_entry(renamed(1, "LongDEMO")),
    "nothing changes": lambda file: file.put_entry(file.entry("demo-01")),
    "an entry goes": lambda file: file.drop_entries(["demo-02"]),
    "a source changes": lambda file: file.put_source(replace(demo_source(), date="2026-01-01")),
    "a source goes": lambda file: file.drop_source("demo"),
}


@pytest.mark.parametrize("few", [64, 1])
def test_triples_follow_each_change_as_if_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int):
    monkeypatch.setattr(module, "_FEW", few)
    path = filled(tmp_path / "g.kg", 1, 2, 3)
    with Store(path) as store:
        stamps = {store.stamp}
        for what, change in CHANGES.items():
            change(store)
            made = [anew(path), cached_quads(store)]
            assert made[0] == made[1], what
            stamps.add(store.stamp)
        assert len(stamps) == len(CHANGES) + 1
    assert dump(path) == made[0]


def test_two_names_that_change_places_leave_no_trace(tmp_path: Path):
    path = filled(tmp_path / "g.kg", 1, 2)
    assert dump(path) == anew(path)
    with StoreFile(path) as file, file.batch():
        one, two = (file.entry(name) for name in ("demo-01", "demo-02"))
        for entry, name in ((one, "demo-02"), (two, "demo-01")):
            document, record = replace(entry.document, id=name), replace(entry.record, id=name)
            file.put_entry(entry._replace(document=document, record=record))
    assert dump(path) == anew(path)
    with Store(path, read_only=True) as store:
        assert store.select("SELECT ?n { <https://w3id.org/paper-kg/entry/demo-01> kg:number ?n }") == [{"n": 2}]


def test_triples_of_a_reader_stay_as_they_were_when_it_first_asked(tmp_path: Path):
    path = filled(tmp_path / "g.kg", 1)
    with Store(path, read_only=True) as reader, Store(path) as writer:
        assert len(graphs(reader)) == 3
        stamp = reader.stamp
        writer.put_entry(demo_entry(2))
        assert len(graphs(writer)) == 4
        assert len(graphs(reader)) == 3
        assert reader.stamp == writer.stamp != stamp  # the tables of a reader follow, and what is kept of them


def test_changed_ontology_is_loaded_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = filled(tmp_path / "g.kg", 1)
    whole = dump(path)
    monkeypatch.setattr(module, "ontology_hash", lambda: "of another version")
    one = ox.Triple(ox.NamedNode("http://a"), ox.NamedNode("http://b"), ox.Literal("new"))
    monkeypatch.setattr(ontology, "text", lambda: f"{one} .\n".encode())
    changed = dump(path)
    assert changed != whole
    assert b"<http://a>" in changed
    assert changed.count(b"/entry/demo-01>") == whole.count(b"/entry/demo-01>")
    assert changed.count(b"ns#vocabulary>") == 1


def _all_gone(cache: Path) -> None:
    shutil.rmtree(cache)


def _triples_gone(cache: Path) -> None:
    shutil.rmtree(cache / "oxigraph")


def _table_gone(cache: Path) -> None:
    max((cache / "oxigraph").glob("*.sst"), key=lambda path: path.stat().st_size).unlink()


def _list_gone(cache: Path) -> None:
    (cache / "oxigraph" / "CURRENT").unlink()


def _triples_emptied(cache: Path) -> None:
    for path in (cache / "oxigraph").iterdir():
        path.write_bytes(b"")


def _triples_zeroed(cache: Path) -> None:
    for path in (cache / "oxigraph").iterdir():
        path.write_bytes(bytes(path.stat().st_size))


def _tables_zeroed_within(cache: Path) -> None:
    for path in (cache / "oxigraph").glob("*.sst"):
        data = path.read_bytes()
        path.write_bytes(data[:100] + bytes(max(len(data) - 300, 0)) + data[-200:])


def _garbage(name: str, content: bytes) -> Callable[[Path], None]:
    def write(cache: Path) -> None:
        assert (cache / name).exists()
        (cache / name).write_bytes(content)

    write.__name__ = f"{name}-{content[:9]!r}"
    return write


HARM = [
    *(_all_gone, _triples_gone, _table_gone, _list_gone, _triples_emptied, _triples_zeroed, _tables_zeroed_within),
    *(_garbage("rdf.json", said) for said in (b"", b"{", b"[]", b'{"form": 1}', b"\xff\xfe")),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = filled(tmp_path_factory.mktemp("small") / "g.kg", 1, 2)
    dump(path)
    return path


@pytest.mark.parametrize("harm", HARM, ids=lambda harm: harm.__name__.strip("_"))
def test_harm_to_the_triples_changes_no_answer(small: Path, harm: Callable[[Path], None]):
    whole = dump(small)
    harm(cache_of(small))
    assert [dump(small), dump(small)] == [whole, whole]


def test_harm_while_a_reader_is_open_is_mended(small: Path):
    with Store(small, read_only=True) as store:
        whole = cached_quads(store)
        shutil.rmtree(cache_of(small))
        store.rdf.close()
        assert cached_quads(store) == whole


def test_cache_of_another_graph_is_not_believed(tmp_path: Path):
    one, two = filled(tmp_path / "one.kg", 1, 2), filled(tmp_path / "two.kg", 2, 1)
    with StoreFile(two) as file:
        file.put_entry(renamed(1, "Another"))
        file.drop_entries(["demo-02"])
    dump(one)
    shutil.copytree(cache_of(one), cache_of(two), dirs_exist_ok=True)
    assert dump(two) == anew(two)


def test_an_entry_that_gives_no_triples_is_told_by_name(tmp_path: Path):
    path = filled(tmp_path / "g.kg", 1, 2)
    with StoreFile(path) as file:
        file.db.execute("UPDATE entries SET record = json_set(record, '$.paper', '') WHERE name = 'demo-02'")
    with Store(path, read_only=True) as store, pytest.raises(KgError, match=r"demo-02 .*add its source again"):
        graphs(store)


def test_processes_that_ask_at_once_make_the_triples_once(tmp_path: Path):
    path = filled(tmp_path / "g.kg", *range(1, 60))
    code = (
        "import sys; from kg.rdf import cache; from kg.rdf.store import Store\n"
        "update, made = cache.RdfCache._update, []\n"
        "cache.RdfCache._update = lambda self, *a: made.append(1) or update(self, *a)\n"
        "store = Store(sys.argv[1], read_only=True)\n"
        "print(len(store.select('SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }')), len(made))"
    )
    shutil.rmtree(cache_of(path), ignore_errors=True)
    started = [subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE) for _ in range(3)]
    said = sorted(process.communicate()[0].split() for process in started)
    assert said == [[b"61", b"0"], [b"61", b"0"], [b"61", b"1"]]
    assert json.loads((cache_of(path) / "rdf.json").read_bytes())["number"] > 0
