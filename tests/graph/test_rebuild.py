"""A graph made anew from what it keeps: after damage, by a newer program, and whatever cuts it short."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from kg.graph.faults import Damage
from kg.graph.kept import held
from moments import dump, pictured

import kg
from kg.api import Graph
from kg.graph import kept
from kg.graph.store import SOURCES, OxigraphStore
from kg.model import KgError

REPORT = sorted((Path(__file__).parents[2] / "data" / "reports").glob("000_*.txt"))[0]
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


def test_every_moment_of_putting_it_in_leaves_a_whole_graph(
    folder: Path, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pictured(folder, tmp_path / "images", monkeypatch)
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
