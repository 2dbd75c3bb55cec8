"""A graph made anew from what it keeps: after damage, by a newer program, and whatever cuts it short."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

import kg
from kg.api import Graph
from kg.graph import kept, migrate, staging, store, swap
from kg.graph.contents import entry_names, load_entry
from kg.graph.faults import Damage
from kg.graph.kept import Kept, held, unread
from kg.graph.ontology import VOCABULARY
from kg.graph.reading import grouped
from kg.graph.store import SCHEMA, SOURCES, OxigraphStore
from kg.model import LISTS, Document, KgError, Source, Text

REPORT = sorted((Path(__file__).parents[2] / "data" / "reports").glob("000_*.txt"))[0]
OLD = Path(__file__).parent / "data" / "schema1.nq.gz"
PAPERS = (
    {"id": "000-01", "title": "Pruning Draft Models", "abstract": "We prune 40% of a draft model; it is 2x faster."},
    {"id": "p2", "title": "Cache Eviction", "abstract": "We evict half of the KV cache on an H100.", "year": 2025},
    {"id": "p3", "title": "Expert Routing", "abstract": "We route tokens to experts.", "authors": ["Wei Zhang"]},
    {"id": "p4", "title": "Editorial", "abstract": "No more than a word."},
)
RECORD = {
    "id": "p3",
    "title": "Expert Routing",
    "kind": "method",
    "techniques": [
        {"surface": "route tokens to experts", "in": "A", "canonical": "expert routing", "role": "proposed"}
    ],
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph of a report and a list: read fast, by annotation, changed and removed; two sources share an id."""
    place = tmp_path_factory.mktemp("built")
    papers = place / "list.jsonl"
    with kg.open(str(place / "g")) as graph:
        papers.write_text("\n".join(json.dumps(paper | {"abstract": "First."}) for paper in PAPERS))
        graph.add(papers, fast=True)
        papers.write_text("\n".join(map(json.dumps, PAPERS)) + "\nno paper\n")
        graph.remove("p2")
        graph.remove("list")
        graph.add(papers, fast=True)
        graph.add(REPORT, fast=True, wanted=lambda document: document.number < 3)
        (place / "records.jsonl").write_text(json.dumps(RECORD))
        graph.add(records=place / "records.jsonl")
        graph.remove("p4")
        assert graph.entries() == ["000-01", "000-02", "000-01@list", "p2", "p3"]
    return place / "g"


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "g"))


@pytest.fixture(scope="module")
def whole(built: Path) -> bytes:
    return dump(built)


def dump(folder: Path) -> bytes:
    """All graphs but the vocabulary's, which is the largest by far, and always this program's."""
    with OxigraphStore(folder, read_only=True) as opened:
        return b"".join(opened.dump("nquads", name) for name in opened.graphs() if name != VOCABULARY)


def test_it_is_what_adding_the_inputs_afresh_gives(folder: Path, whole: bytes):
    before = (folder / SOURCES).stat().st_size
    assert len(Graph.rebuild(folder).entries) == 5
    assert dump(folder) == whole
    assert (folder / SOURCES).stat().st_size < before  # what was changed and removed is in it no more
    assert {path.name for path in folder.iterdir()} >= {"meta.json", "oxigraph", "columns.bin", SOURCES}
    assert not any(path.name in ("new", "whole") for path in folder.iterdir())
    with kg.open(str(folder)) as graph:
        added = graph.add(folder.parent / "none.jsonl", records=_records(folder.parent))
        assert added.unchanged == []  # the entry's text is in no file of this call
        assert graph.verify().ok


def _records(place: Path) -> Path:
    path = place / "records.jsonl"
    path.write_text(json.dumps(RECORD))
    return path


def test_annotations_are_kept_as_they_were_given(folder: Path):
    Graph.rebuild(folder)
    with kg.open(str(folder)) as graph:
        assert [m.canonical for m in graph.paper("p3").entries[0][1].techniques] == ["expert routing"]
        assert graph.add(records=_records(folder.parent)).unchanged == ["p3"]


def _tables(folder: Path) -> list[Path]:
    """The tables of the data, the smallest first: those that are left over are small."""
    return sorted((folder / "oxigraph").glob("*.sst"), key=lambda path: path.stat().st_size)


def missing(folder: Path) -> None:
    _tables(folder)[-1].unlink()


def cut(folder: Path) -> None:
    os.truncate(_tables(folder)[-1], 100)


def flipped(folder: Path) -> None:
    for path in _tables(folder):
        data = bytearray(path.read_bytes())
        for at in range(50, len(data), 1000):
            data[at] ^= 0x10
        path.write_bytes(data)


def unlisted(folder: Path) -> None:
    next((folder / "oxigraph").glob("MANIFEST-*")).unlink()


def pointless(folder: Path) -> None:
    (folder / "oxigraph" / "CURRENT").unlink()


def empty(folder: Path) -> None:
    shutil.rmtree(folder / "oxigraph")


def nameless(folder: Path) -> None:
    (folder / "meta.json").unlink()


def garbled(folder: Path) -> None:
    (folder / "meta.json").write_bytes(b"\xff{")


def misdirected(folder: Path) -> None:
    (folder / "whole").write_text("../elsewhere")


DAMAGES = (missing, cut, flipped, unlisted, pointless, empty, nameless, garbled, misdirected)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_told_and_mended(folder: Path, whole: bytes, damage: Callable[[Path], None]):
    damage(folder)
    for read_only in (True, False):
        with pytest.raises(Damage, match=f"kg rebuild --graph {folder}"), OxigraphStore(folder, read_only) as opened:
            opened.dump("nquads")  # reads all that there is
    rebuilt = Graph.rebuild(folder)
    assert len(rebuilt.entries) == 5
    assert rebuilt.lost == []
    assert dump(folder) == whole


def test_data_make_up_for_a_damaged_log(folder: Path, whole: bytes):
    log = bytearray((folder / SOURCES).read_bytes())
    for at in range(0, len(log), 500):
        log[at] ^= 0xFF
    (folder / SOURCES).write_bytes(log)
    rebuilt = Graph.rebuild(folder)
    assert rebuilt.lost == []
    # What the log alone said of the annotation is read from the data: the same claims, under another mark.
    assert _but_marks(dump(folder)) == _but_marks(whole)


def _but_marks(data: bytes) -> set[bytes]:
    said = (b"kg#fingerprint", b"ns#fingerprint", b"ns#linkReason")
    return {line for line in data.splitlines() if not any(name in line for name in said)}


def test_what_neither_holds_is_told(folder: Path):
    missing(folder)
    log = (folder / SOURCES).read_bytes()
    frames = list(kept._frames(folder / SOURCES))
    at = frames[-2].at  # of the entry p3, whose annotation came last before p4 was removed
    (folder / SOURCES).write_bytes(log[:at] + b"\0\0\0" + log[at + 3 :])
    rebuilt = Graph.rebuild(folder)
    assert len(rebuilt.entries) == 5
    assert len(rebuilt.lost) == 1
    assert "bytes could not be read" in rebuilt.lost[0]


def test_graph_without_anything_to_build_from_is_left(folder: Path, tmp_path: Path):
    missing(folder)
    (folder / SOURCES).unlink()
    with pytest.raises(KgError, match="Nothing could be read"):
        Graph.rebuild(folder)
    assert not (folder / "new").exists()
    (tmp_path / "other").mkdir()
    with pytest.raises(KgError, match="There is no graph"):
        Graph.rebuild(tmp_path / "other")


def test_decisions_about_names_are_followed(folder: Path):
    (folder / "overrides.ttl").write_text(
        "@prefix kg: <https://w3id.org/paper-kg/ns#> . @prefix t: <https://w3id.org/paper-kg/technique/> .\n"
        't:expert-routing kg:merges "cache eviction" .\n'
    )
    kg.open(str(folder)).close()
    followed = dump(folder)
    Graph.rebuild(folder)
    assert dump(folder) == followed
    assert (folder / "overrides.ttl").exists()


def test_interrupted_the_old_one_counts(folder: Path, whole: bytes):
    def interrupt(name: str, done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Graph.rebuild(folder, progress=interrupt)
    assert dump(folder) == whole
    assert not (folder / "new").exists()


def _pictured(folder: Path, place: Path, patch: pytest.MonkeyPatch) -> None:
    """Copy the folder before and after each step of putting data in: what a crash leaves at that moment."""
    put_in = swap.put_in

    def picture(when: str) -> None:
        shutil.copytree(folder, place / f"{len(list(place.iterdir())):02d}-{when}")

    def steps(name: str, patch: pytest.MonkeyPatch) -> None:
        action: Callable[..., object] = getattr(Path, name)

        def act(*what: object, **how: object) -> object:
            picture(f"before-{name}")
            done = action(*what, **how)
            picture(f"after-{name}")
            return done

        patch.setattr(Path, name, act)

    def watched(new: Path, schema: int) -> None:
        with pytest.MonkeyPatch.context() as inner:
            for name in ("replace", "rename", "unlink"):
                steps(name, inner)
            put_in(new, schema)

    place.mkdir()
    patch.setattr(swap, "put_in", watched)


def test_every_moment_of_putting_it_in_leaves_a_whole_graph(
    folder: Path, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    _pictured(folder, tmp_path / "images", monkeypatch)
    Graph.rebuild(folder)
    monkeypatch.undo()
    images = sorted((tmp_path / "images").iterdir())
    assert len(images) > 10
    for image in images:
        assert dump(image) == whole
        OxigraphStore(image).close()
        assert dump(image) == whole
        assert len(list(held(image))) == 2


def _run(code: str, folder: Path) -> str:
    head = "import sys; from kg.api import Graph; from kg.model import KgError\n"
    return subprocess.run([sys.executable, "-c", head + code, folder], capture_output=True, text=True).stdout


def test_one_process_writes(folder: Path, whole: bytes):
    told = "try: {}\nexcept KgError as error: print(error)"
    with OxigraphStore(folder):
        assert "being written by another process" in _run(told.format("Graph.rebuild(sys.argv[1])"), folder)
    said = []

    def meanwhile(name: str, done: int) -> None:
        if not said:
            said.append(_run(told.format("Graph(sys.argv[1])"), folder))
            said.append(_run(told.format("Graph.rebuild(sys.argv[1])"), folder))

    missing(folder)
    Graph.rebuild(folder, progress=meanwhile)
    assert "run `kg rebuild" in said[0]  # nobody can write what is damaged
    assert "being written by another process" in said[1]
    assert dump(folder) == whole


def test_command_tells_what_it_did(folder: Path, tmp_path: Path):
    command = [sys.executable, "-m", "kg", "rebuild", "--graph"]
    out = subprocess.run([*command, folder], capture_output=True, text=True)
    assert (out.returncode, out.stdout) == (0, f"Built {folder} anew; it holds 5 entries.\n"), out.stderr
    out = subprocess.run([*command, tmp_path / "none"], capture_output=True, text=True)
    assert out.returncode == 2
    assert "There is no graph" in out.stderr


# --- the log --------------------------------------------------------------------------------------------------------


def _document(name: str, raw: str = "Some text") -> Document:
    return Document(name, "s", 1, {"T": Text(raw, raw)}, authors=("Ada Lee",), year=2025)


def _said(folder: Path) -> dict[str, str]:
    return {d.id: d.texts["T"].raw for _, entries in held(folder) for d, _ in entries}


def test_log_gives_back_what_was_put_in(tmp_path: Path):
    log = Kept(tmp_path)
    source = Source("s", "s.txt", "digest", skeleton=("a", ("e", "T")), skipped=("line 3",))
    text = Text("Sp ace \udc80 汉字", "Space \udc80 汉字", ((2, 3, ""),))
    document = Document("e@s", "s", 7, {"T": text}, repairs=("joined",), author_count=3)
    log.put_source(source)
    log.put(document, {"id": "e", "kind": "method"})
    log.close()
    [(found, entries)] = held(tmp_path)
    assert found == source
    document.id = "e"
    assert list(entries) == [(document, {"id": "e", "kind": "method"})]


def test_log_keeps_the_last_and_nothing_twice(tmp_path: Path):
    for raw in ("old", "new", "new"):
        log = Kept(tmp_path)
        log.put(_document("e", raw), "full")
        log.close()
    size = (tmp_path / SOURCES).stat().st_size
    log = Kept(tmp_path)
    log.put(_document("e", "new"), "full")
    log.drop((), {"other": "s"})
    assert (tmp_path / SOURCES).stat().st_size == size
    assert _said(tmp_path) == {"e": "new"}
    log.drop(["s"], {"e": "s"})
    assert _said(tmp_path) == {}
    log.put(_document("e", "new"), "full")
    log.close()
    assert _said(tmp_path) == {"e": "new"}


def test_log_that_is_not_needed_is_not_made(tmp_path: Path):
    Kept(tmp_path).drop(["s"], {"e": "s"})
    assert not (tmp_path / SOURCES).exists()
    assert list(held(tmp_path)) == []
    assert unread(tmp_path) == 0


@pytest.mark.parametrize("seed", range(20))
def test_damage_to_the_log_costs_what_it_hits(tmp_path: Path, seed: int):
    dice = random.Random(seed)
    log = Kept(tmp_path)
    texts = {f"e{n}": f"{n} {dice.random()}" * dice.randrange(1, 9) for n in range(30)}
    for name, text in texts.items():
        log.put(_document(name, text), "full")
    log.close()
    path = tmp_path / SOURCES
    data = bytearray(path.read_bytes())
    if seed % 2:
        del data[dice.randrange(len(data)) :]  # a killed program, or a disk that was full
    for _ in range(3):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    path.write_bytes(data)
    log = Kept(tmp_path)
    log.put(_document("later", "after it"), "full")
    log.close()
    found = _said(tmp_path)
    assert found.pop("later") == "after it"
    assert found.items() <= texts.items()
    assert unread(tmp_path) > 0
    if not seed % 2:
        assert len(found) >= 27


# --- older schemas --------------------------------------------------------------------------------------------------


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
    _pictured(old, tmp_path / "images", monkeypatch)
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


@pytest.mark.parametrize("command", ["rebuild", "migrate"])
def test_address_of_a_server_is_refused(command: str, tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "kg", command, "--graph", "http://127.0.0.1:1/sparql"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "http://127.0.0.1:1/sparql is the address of a server" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())
