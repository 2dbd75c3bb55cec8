"""A graph made anew from what its file keeps: after damage, by a newer program, and whatever cuts it short."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.api import Graph
from kg.model import KgError
from kg.store.file import StoreFile
from kg.store.lite import cache_of
from tests.cli.command import run
from tests.store.graph_demo import elsewhere, truth

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
    with kg.open(str(place / "g"), create=True) as graph:
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
def path(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(built, tmp_path / "g"))


@pytest.fixture(scope="module")
def whole(built: Path) -> dict[str, list[tuple[Any, ...]]]:
    return truth(built)


def test_it_is_what_adding_the_inputs_afresh_gives(path: Path, whole: dict[str, list[Any]]):
    with kg.open(str(path), read_only=True) as graph:
        triples = graph.export("nquads")
    assert len(Graph.rebuild(path).entries) == 5
    assert sorted(one.name for one in path.parent.iterdir()) == ["g", "g.cache"]
    assert truth(path) == whole
    with kg.open(str(path), create=True) as graph:
        assert graph.export("nquads") == triples
        added = graph.add(path.parent / "none.jsonl", records=_records(path.parent))
        assert added.unchanged == []  # the entry's text is in no file of this call
        assert graph.verify().ok


def _records(place: Path) -> Path:
    path = place / "records.jsonl"
    path.write_text(json.dumps(RECORD))
    return path


def test_annotations_are_kept_as_they_were_given(path: Path):
    Graph.rebuild(path)
    with kg.open(str(path), create=True) as graph:
        assert [m.canonical for m in graph.paper("p3").entries[0][1].techniques] == ["expert routing"]
        assert graph.add(records=_records(path.parent)).unchanged == ["p3"]


def test_a_reader_goes_on_with_the_old_graph(path: Path):
    with kg.open(str(path), read_only=True) as graph:
        assert len(graph.store.graphs()) == 8
        Graph.rebuild(path)
        assert len(graph.store.graphs()) == len(graph.entries()) + 3 == 8


def test_decisions_about_names_are_followed(path: Path):
    path.with_suffix(".overrides.ttl").write_text(
        "@prefix kg: <https://w3id.org/paper-kg/ns#> . @prefix t: <https://w3id.org/paper-kg/technique/> .\n"
        't:expert-routing kg:merges "cache eviction" .\n'
    )
    kg.open(str(path), create=True).close()
    followed = truth(path)
    Graph.rebuild(path)
    assert truth(path) == followed


# --- damage -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph of forty papers, on many pages."""
    place = tmp_path_factory.mktemp("long")
    dice = random.Random(3)
    papers = [
        {
            "id": f"p-{n}",
            "title": f"Wobble {n}",
            "abstract": " ".join(f"word{dice.random()}" for _ in range(20 + n * 5)),
        }
        for n in range(40)
    ]
    (place / "list.jsonl").write_text("".join(json.dumps(paper) + "\n" for paper in papers))
    with kg.open(str(place / "g"), create=True) as graph:
        assert len(graph.add(place / "list.jsonl", fast=True).added) == 40
    return place / "g"


def test_a_file_is_told_of_and_saved_whatever_page_is_damaged(long: Path, tmp_path: Path):
    """Of one page after the other, but the first, until some did harm and some none: all is saved that is not named."""
    whole = {name: document for name, *_, document, _, _, _ in truth(long)["entries"]}
    size, data = 4096, long.read_bytes()
    dice = random.Random(5)
    outcomes: set[str] = set()
    pages = range(1, len(data) // size)
    assert len(pages) > 40
    for tried, page in enumerate(dice.sample(pages, len(pages))):
        if tried >= 14 and {"whole", "part"} <= outcomes:
            break
        path = tmp_path / f"g{page}"
        rubbish = bytes(size) if page % 2 else dice.randbytes(size)
        path.write_bytes(data[: page * size] + rubbish + data[(page + 1) * size :])
        try:
            rebuilt = Graph.rebuild(path, jobs=1)
        except KgError as error:
            outcomes.add(str(error).partition(" of ")[0])
            continue
        found = {name: document for name, *_, document, _, _, _ in truth(path)["entries"]}
        assert sorted(found) == sorted(rebuilt.entries)
        assert found.items() <= whole.items()
        assert found == whole or rebuilt.lost
        outcomes.add("whole" if found == whole else "part")
        with StoreFile(path) as file:
            assert file.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert {"whole", "part"} <= outcomes <= {"whole", "part", "Nothing could be read"}


def test_damage_is_told_by_those_who_meet_it(long: Path, tmp_path: Path):
    data = long.read_bytes()
    path = tmp_path / "g"
    path.write_bytes(data[: 4096 * 2] + bytes(len(data) - 4096 * 2))
    for command in (
        ["ask", "pruning"],
        ["verify"],
        ["show", "p-3"],
        ["add", str(long.parent / "list.jsonl"), "--fast"],
    ):
        done = run(*command, "--graph", path)
        assert done.returncode == 2, command
        assert f"run `kg rebuild --graph {path}`" in done.stderr, command
        assert done.stderr.count("\n") == 1, command


def _sql(statement: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with sqlite3.connect(path) as db:
            db.execute(statement)
        db.close()

    return change


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (_sql("UPDATE entries SET document = 'rubbish' WHERE name = 'p3'"), "p3: the entry cannot be read"),
        (_sql("UPDATE entries SET document = CAST(x'7bff' AS TEXT) WHERE name = 'p3'"), "p3: the entry cannot be read"),
        (_sql("UPDATE entries SET way = '{' WHERE name = 'p3'"), "p3: the entry cannot be read"),
        (
            _sql("UPDATE entries SET document = replace(document, 'experts', 'expects') WHERE name = 'p3'"),
            "p3: the entry cannot be read (its texts or details are not those that were read): add its source again",
        ),
    ],
)
def test_what_is_lost_is_named_and_the_rest_is_whole(
    path: Path, whole: dict[str, list[Any]], damage: Callable[[Path], None], told: str
):
    damage(path)
    rebuilt = Graph.rebuild(path)
    assert [told in sentence for sentence in rebuilt.lost] == [True]
    assert truth(path)["entries"] == [row for row in whole["entries"] if row[0] != "p3"]


@pytest.mark.parametrize(
    "damage",
    [
        _sql("UPDATE entries SET record = 'rubbish'"),
        _sql("UPDATE organisations SET said = 'rubbish'"),
        _sql("DROP TABLE keys"),
        _sql("DROP TABLE changes"),
        _sql("DELETE FROM about"),
        lambda path: cache_of(path).mkdir(),
    ],
)
def test_what_is_made_of_the_texts_is_made_again(
    path: Path, whole: dict[str, list[Any]], damage: Callable[[Path], None]
):
    damage(path)
    assert Graph.rebuild(path).lost == []
    assert truth(path) == whole


def test_entries_without_their_source_are_saved(path: Path, whole: dict[str, list[Any]]):
    _sql("UPDATE sources SET said = '{' WHERE name = 'list'")(path)
    rebuilt = Graph.rebuild(path)
    assert len(rebuilt.lost) == 1
    assert "source list: what is known of it cannot be read" in rebuilt.lost[0]
    assert truth(path)["entries"] == whole["entries"]
    with kg.open(str(path), create=True) as graph:
        assert [source.file for source in graph.sources()][1:] == ["list"]


@pytest.mark.parametrize("content", [b"rubbish" * 2000, b"SQLite format 3\0" + bytes(9000)])
def test_graph_without_anything_to_build_from_is_left(path: Path, content: bytes):
    path.write_bytes(content)
    with pytest.raises(KgError, match=r"Nothing could be read of the graph .*: add its files to a new one"):
        Graph.rebuild(path)
    assert path.read_bytes() == content
    assert sorted(one.name for one in path.parent.iterdir()) == ["g", "g.cache"]
    with pytest.raises(KgError, match="There is no graph"):
        Graph.rebuild(path.parent / "none")


# --- what cuts it short -----------------------------------------------------------------------------------------------


def test_interrupted_the_old_one_counts(path: Path, whole: dict[str, list[Any]]):
    def interrupt(name: str, done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Graph.rebuild(path, progress=interrupt)
    assert truth(path) == whole
    assert not [one for one in path.parent.iterdir() if one.name.startswith(".")]


def test_killed_at_any_step_a_whole_graph_is_there(path: Path, whole: dict[str, list[Any]]):
    """Each call that changes a file is the last one once; what was written last lies beside the file."""
    code = (
        "import os, signal\nfrom kg.api import Graph\n"
        "def last(action):\n"
        " def act(*what, **how):\n"
        "  global left\n"
        "  left -= 1\n"
        "  if left < 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "  return action(*what, **how)\n"
        " return act\n"
        "os.replace, Path.unlink = last(os.replace), last(Path.unlink)\n"
        "left = 99\nGraph.rebuild(Path(sys.argv[1]) / '9' / 'g', jobs=1)\n"  # loads what all others need
        "for left in range(9):\n"
        " if not (child := os.fork()):\n"
        "  Graph.rebuild(Path(sys.argv[1]) / str(left) / 'g', jobs=1)\n"
        "  os._exit(0)\n"
        " print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    elsewhere(
        "import os, signal\nstore = Store(sys.argv[1])\nstore.say('a', 'b')\nos.kill(os.getpid(), 9)", path, status=-9
    )
    assert path.with_name("g-wal").stat().st_size
    images = path.parent / "images"
    for steps in range(10):
        image = images / str(steps)
        image.mkdir(parents=True)
        for ending in ("", "-wal", "-shm"):
            shutil.copy(path.with_name(f"g{ending}"), image)
    statuses = [int(said) for said in elsewhere(code, images).split()]
    for steps, status in enumerate(statuses):
        assert truth(images / str(steps) / "g") == whole
        with StoreFile(images / str(steps) / "g") as file:
            assert file.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert status in (0, -9)
            assert status == 0 or steps > 2 or file.said("a") == "b"
    assert statuses[0] == -9
    assert statuses[8] == 0  # all steps were met


def test_one_process_writes(path: Path, whole: dict[str, list[Any]]):
    told = "from kg.api import Graph\ntell(lambda: {})"
    with StoreFile(path):
        assert "being written by another process" in elsewhere(told.format("Graph.rebuild(sys.argv[1])"), path)
    said: list[str] = []

    def meanwhile(name: str, done: int) -> None:
        if not said:
            said.append(elsewhere(told.format("Graph(sys.argv[1])"), path))
            said.append(elsewhere(told.format("Graph.rebuild(sys.argv[1])"), path))

    Graph.rebuild(path, progress=meanwhile)
    assert all("being written by another process" in sentence for sentence in said)
    assert len(said) == 2
    assert truth(path) == whole


def test_command_tells_what_it_did(path: Path, tmp_path: Path):
    out = run("rebuild", graph=path)
    assert (out.returncode, out.stdout) == (0, f"Built {path} anew; it holds 5 entries.\n"), out.stderr
    _sql("UPDATE entries SET document = '' WHERE name = 'p3'")(path)
    out = run("rebuild", graph=path)
    assert (out.returncode, out.stdout) == (3, f"Built {path} anew; it holds 4 entries.\n"), out.stderr
    assert "Lost: p3: the entry cannot be read" in out.stderr
    out = run("rebuild", graph=tmp_path / "none")
    assert out.returncode == 2
    assert "There is no graph" in out.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs a limit for the size of files")
def test_disk_that_takes_no_more_is_told_of_the_graph_and_not_of_its_draft(path: Path) -> None:
    code = (
        "import resource, signal\n"
        "from kg.build.rebuilding import rebuild\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "tell(lambda: rebuild(sys.argv[1]))\n"
    )
    said = elsewhere(code, path)
    assert said.startswith(f"The graph {path} cannot be read or written (")
    assert [one.name for one in path.parent.iterdir() if one.name.startswith(".")] == []
