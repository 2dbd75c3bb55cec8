"""Graphs of older schemas: they are migrated whole or not at all, and the old data are kept."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from kg.graph.kept import held
from kg.graph.reading import grouped
from moments import dump, pictured

import kg
from kg.api import Graph
from kg.graph import migrate, staging, store, swap
from kg.graph.contents import entry_names, load_entry
from kg.graph.store import SCHEMA, OxigraphStore
from kg.model import LISTS, KgError

OLD = Path(__file__).parent / "data" / "schema1.nq.gz"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A graph as a program of schema 1 left it: two papers of a report, and one of them in a list."""
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "meta.json").write_text('{"schema": 1}\n')
    data = ox.Store(str(folder / "oxigraph"))
    data.bulk_load(gzip.decompress(OLD.read_bytes()), format=ox.RdfFormat.N_QUADS)
    data.flush()
    return folder


def test_older_schema_is_migrated_and_the_old_data_kept(old: Path):
    with pytest.raises(KgError, match=f"run `kg migrate --graph {old}`"):
        OxigraphStore(old, read_only=True)
    with kg.open(str(old)) as graph:
        assert graph.entries() == ["000-01", "000-02", "000-01@list"]
        assert graph.verify().faults == []
        quote = graph.paper("000-02").entries[0][1].techniques[0]
        assert graph.paper("000-02").entries[0][0].texts[quote.field].raw[quote.start : quote.end] == quote.surface
    assert json.loads((old / "meta.json").read_text()) == {"schema": SCHEMA}
    backup = ox.Store.read_only(str(old / "oxigraph.schema-1"))
    lines = sorted(f"{quad} .\n" for quad in backup)
    assert "".join(lines).encode() == gzip.decompress(OLD.read_bytes())
    assert Graph.migrate(old) == 0


def test_migrated_entries_say_what_they_said(old: Path):
    triples = [quad.triple for quad in ox.Store.read_only(str(old / "oxigraph"))]
    before = grouped(triples)
    assert Graph.migrate(old) == 3
    assert {source.name: len(list(entries)) for source, entries in held(old)} == {"000": 2, "list": 1}
    seen = 0
    with OxigraphStore(old) as opened:
        for name in entry_names(opened):
            document, record = load_entry(opened, name)
            assert record.reason == before[f"entry:{name}/merge/1"]["kg:linkReason"][0]
            for order, mention in enumerate((m for kind in LISTS.values() for m in getattr(record, kind)), 1):
                said = {key: values[0] for key, values in before[f"entry:{name}/mention/{order}"].items()}
                found = (mention.surface, mention.field, mention.start, mention.end, mention.concept, mention.type)
                assert found == tuple(said[f"kg:{key}"] for key in ("quote", "field", "start", "end", "entity", "type"))
                assert (mention.canonical, mention.role) == (said.get("kg:canonical", ""), said.get("kg:role", ""))
                assert (mention.reason, mention.confidence) == (said["kg:linkReason"], said["kg:confidence"])
                seen += 1
            for order, relation in enumerate(record.relations, 1):
                said = {key: values[0] for key, values in before[f"entry:{name}/relation/{order}"].items()}
                assert (relation.head, relation.tail) == (said["kg:headText"], said["kg:tailText"])
                seen += 1
            assert all(result.reason for result in record.results if result.metric_concept)
            assert document.texts["A"].raw == before[f"entry:{name}/text/A"]["kg:raw"][0]
    assert seen > 80


def test_every_moment_of_migrating_leaves_a_graph_of_either_schema(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    before = gzip.decompress(OLD.read_bytes())
    pictured(old, tmp_path / "images", monkeypatch)
    Graph.migrate(old)
    monkeypatch.undo()
    whole = dump(old)
    images = sorted((tmp_path / "images").iterdir())
    assert len(images) > 8
    at = [swap.schema_of(image) for image in images]
    assert at == sorted(at, key=lambda schema: schema or 0)
    assert {1, SCHEMA} == set(at)
    for image, schema in zip(images, at, strict=True):
        if schema == SCHEMA:
            assert dump(image) == whole
            assert Graph.migrate(image) == 0
            assert json.loads((image / "meta.json").read_text()) == {"schema": SCHEMA}
        else:
            data = ox.Store.read_only(str(staging.data_of(image)))
            assert "".join(sorted(f"{quad} .\n" for quad in data)).encode() == before
    last = images[at.index(SCHEMA) - 1]
    assert Graph.migrate(last) == 3
    assert dump(last) == whole


def test_migration_that_fails_leaves_the_old_data(old: Path, monkeypatch: pytest.MonkeyPatch):
    def full(folder: Path) -> migrate.Step:
        raise OSError(28, "No space left on device")

    before = gzip.decompress(OLD.read_bytes())
    monkeypatch.setitem(migrate.STEPS, 1, full)
    with pytest.raises(KgError, match="make room"):
        OxigraphStore(old)
    monkeypatch.undo()
    data = ox.Store(str(old / "oxigraph"))
    assert "".join(sorted(f"{quad} .\n" for quad in data)).encode() == before
    del data
    assert Graph.migrate(old) == 3


def test_steps_follow_one_another(old: Path, monkeypatch: pytest.MonkeyPatch):
    """A schema to come: each graph goes through all steps, and the store of this program is migrated too."""
    told: list[str] = []

    def step(folder: Path) -> migrate.Step:
        return lambda name, triples: told.append(name) or triples  # type: ignore[func-returns-value]

    for module in (migrate, store):
        monkeypatch.setattr(module, "SCHEMA", SCHEMA + 1)
    monkeypatch.setitem(migrate.STEPS, SCHEMA, step)
    assert Graph.migrate(old) == 3
    assert {name for name in told if name.startswith("entry:")} == {"entry:000-01", "entry:000-02", "entry:000-01@list"}
    assert staging.data_of(old).name == "oxigraph"
