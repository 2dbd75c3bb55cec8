"""RocksDB's compaction is put off while much is loaded, and made up for before the store is closed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.graph import background
from kg.graph.store import OxigraphStore

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux has each thread a priority of its own")

PARTS, GRAPHS, TRIPLES = 5, 40, 250
BASE = "https://w3id.org/paper-kg"


def part(number: int) -> bytes:
    """A part of a bulk load (TriG), whose graphs lie between those of all other parts."""

    def lines() -> Iterator[str]:
        for n in range(GRAPHS):
            entry = f"{BASE}/entry/{n}-{number}"
            said = "".join(f'<{entry}/mention/{k}> <{BASE}/ns#quote> "{n} {number} {k}" .\n' for k in range(TRIPLES))
            yield f"GRAPH <{entry}> {{\n{said}}}\n"

    return "".join(lines()).encode()


def build(folder: Path) -> OxigraphStore:
    store = OxigraphStore(folder)
    for number in range(PARTS):
        store.load(part(number))
        store.stage()
    return store


def sorted_files(folder: Path) -> dict[str, int]:
    """The bytes of each file that RocksDB sorted."""
    return {path.name: path.stat().st_size for path in (folder / "oxigraph").glob("*.sst")}


def quotes(store: OxigraphStore) -> int:
    return int(str(store.select("SELECT (COUNT(*) AS ?n) { ?m kg:quote ?q }")[0]["n"]))


def test_compaction_waits_for_all_else_while_much_is_loaded(tmp_path: Path) -> None:
    with OxigraphStore(tmp_path / "graph") as store:
        store.load(part(0))
        own = os.getpriority(os.PRIO_PROCESS, 0)
        ranks = {os.getpriority(os.PRIO_PROCESS, thread) for thread in background._threads()}
        assert ranks == {background._LOW} != {own}
        store.commit()


def test_what_was_loaded_is_sorted_when_the_store_is_closed(tmp_path: Path) -> None:
    store = build(tmp_path / "graph")
    store.commit()
    store.close()
    left = sorted_files(tmp_path / "graph")
    with OxigraphStore(tmp_path / "graph") as again:
        time.sleep(0.5)  # in which compaction that is due would begin, and take files away
        gone = left.keys() - sorted_files(tmp_path / "graph").keys()
        assert sum(left[name] for name in gone) < sum(left.values()) / 10
        assert quotes(again) == PARTS * GRAPHS * TRIPLES


def test_who_waits_for_compaction_may_be_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    store = build(tmp_path / "graph")
    store.commit()
    with monkeypatch.context() as patch:
        patch.setattr(background.time, "sleep", interrupt)
        with pytest.raises(KeyboardInterrupt):
            store.close()
    with OxigraphStore(tmp_path / "graph") as again:  # it was let go of
        assert quotes(again) == PARTS * GRAPHS * TRIPLES
