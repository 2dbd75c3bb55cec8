"""What counts while much is written at once, and after whatever cuts it short."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from kg.graph.faults import Fault

from kg.graph.ontology import VOCABULARY
from kg.graph.store import OxigraphStore
from kg.model import KgError

_rmtree = shutil.rmtree


def trig(*graphs: str, text: str = "said") -> bytes:
    triples = "\n".join(f'<https://x/{n}> <https://x/says> "{text} {n}" .' for n in range(100))
    return "".join(f"GRAPH <https://w3id.org/paper-kg/entry/{g[6:]}> {{\n{triples}\n}}\n" for g in graphs).encode()


def entries(store: OxigraphStore) -> list[str]:
    found = [name for name in store.graphs() if name != VOCABULARY]
    assert all(len(store.triples(name)) == 100 for name in found)
    return sorted(found)


def held(folder: Path) -> list[str]:
    with OxigraphStore(folder, read_only=True) as store:
        return entries(store)


def at_rest(folder: Path) -> bool:
    return sorted(path.name for path in folder.iterdir()) == ["meta.json", "oxigraph"]


def image(folder: Path, to: Path) -> Path:
    """A copy of a folder as it is at one moment: what a crash leaves then."""

    def state() -> list[tuple[str, int]]:
        return sorted((path.name, path.stat().st_size) for path in folder.rglob("*"))

    while True:
        with suppress(OSError):  # RocksDB tidies up meanwhile
            before = state()
            shutil.copytree(folder, to)
            if state() == before:
                return to
        _rmtree(to, ignore_errors=True)


def test_what_is_loaded_counts_when_it_is_committed(tmp_path: Path):
    with OxigraphStore(tmp_path / "kg") as store:
        store.load(trig("entry:a"))
        assert entries(store) == ["entry:a"]
        assert held(tmp_path / "kg") == []
        store.stage()
        assert held(tmp_path / "kg") == ["entry:a"]
        store.load(trig("entry:b"))
        assert held(tmp_path / "kg") == ["entry:a"]
        store.commit()
        assert held(tmp_path / "kg") == ["entry:a", "entry:b"]
    assert at_rest(tmp_path / "kg")


def test_what_is_not_committed_is_gone(tmp_path: Path):
    with OxigraphStore(tmp_path / "kg") as store:
        store.load(trig("entry:a"))
        store.stage()
        store.load(trig("entry:b"))
    assert held(tmp_path / "kg") == ["entry:a"]
    assert at_rest(tmp_path / "kg")


def test_every_moment_of_a_bulk_build_leaves_a_whole_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder, images = tmp_path / "kg", []

    def pictured(name: str, owner: object) -> None:
        action: Callable[..., object] = getattr(owner, name)

        def act(*what: object, **how: object) -> object:
            for when in ("before", "after"):
                if when == "after":
                    out = action(*what, **how)
                if (folder / "oxigraph").exists():
                    images.append(image(folder, tmp_path / f"{len(images)}-{when}-{name}"))
            return out

        monkeypatch.setattr(owner, name, act)

    with OxigraphStore(folder) as store:
        store.replace("entry:0", [quad.triple for quad in _quads(trig("entry:0"))])
        for name in ("replace", "rename", "unlink"):
            pictured(name, Path)
        pictured("rmtree", shutil)
        for n in (1, 2):
            store.load(trig(f"entry:{n}"))
            images.append(image(folder, tmp_path / f"{n}-loaded"))
            store.stage()
        store.commit()
    monkeypatch.undo()
    assert len(images) > 10
    seen = []
    for picture in images:
        before = held(picture)
        with OxigraphStore(picture) as store:
            assert entries(store) == before
        assert at_rest(picture)
        seen.append(before)
    assert seen == sorted(seen)  # nothing that counted is lost
    assert seen[0] == ["entry:0"]
    assert seen[-1] == ["entry:0", "entry:1", "entry:2"]


def _quads(data: bytes):  # type: ignore[no-untyped-def]
    import pyoxigraph as ox

    return ox.parse(data, format=ox.RdfFormat.TRIG)


@pytest.mark.parametrize("left", ["nothing", "half"])
def test_recovering_may_be_cut_short_too(tmp_path: Path, left: str):
    folder = tmp_path / "kg"
    with OxigraphStore(folder) as store:
        store.load(trig("entry:a"))
        store.stage()
        crashed = image(folder, tmp_path / "crashed")
    if left == "nothing":
        shutil.rmtree(crashed / "oxigraph")
    else:
        for path in sorted((crashed / "oxigraph").iterdir())[::2]:
            path.unlink()
    assert held(crashed) == ["entry:a"]
    with OxigraphStore(crashed) as store:
        assert entries(store) == ["entry:a"]
    assert at_rest(crashed)


def test_second_writer_is_told_while_a_bulk_build_is_under_way(tmp_path: Path):
    code = "import sys; from kg.graph.store import OxigraphStore as S; from kg.model import KgError\n"
    code += "try: S(sys.argv[1])\nexcept KgError as error: print(error)"
    with OxigraphStore(tmp_path / "kg") as store:
        store.load(trig("entry:a"))
        command = [sys.executable, "-c", code, str(tmp_path / "kg")]
        out = subprocess.run(command, capture_output=True, text=True, check=True)
        with pytest.raises(Fault, match="written by another process"):
            OxigraphStore(tmp_path / "kg")
        store.commit()
    assert "being written by another process" in out.stdout
    assert held(tmp_path / "kg") == ["entry:a"]


def test_what_is_no_trig_leaves_the_store_as_it_was(tmp_path: Path):
    for store in (OxigraphStore(tmp_path / "kg"), OxigraphStore.in_memory()):
        with store:
            store.load(trig("entry:a"))
            store.stage()
            with pytest.raises(KgError, match="no TriG"):
                store.load(trig("entry:b") + b"rubbish")
            assert "entry:a" in entries(store)
            store.commit()
    assert held(tmp_path / "kg") == ["entry:a"]


@pytest.mark.skipif(os.name != "posix", reason="needs a limit of the size of files")
def test_full_disk_leaves_what_counted(tmp_path: Path):
    """A limit of the size of files is met as a full disk is: in the middle of writing."""
    code = (
        "import resource, sys; from kg.graph.store import OxigraphStore as S; from kg.model import KgError\n"
        "from test_staging import trig\n"
        "store = S(sys.argv[1]); store.load(trig('entry:a')); store.stage()\n"
        "hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))\n"
        "try: store.load(b''.join(trig(f'entry:{n}', text='x' * n) for n in range(2000)))\n"
        "except KgError as error: print(error)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))\n"
        "print(store.graphs()); store.commit(); store.close()"
    )
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    command = [sys.executable, "-c", code, str(tmp_path / "kg")]
    out = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path})
    told, graphs = out.stdout.splitlines()
    assert "make room" in told, out
    assert graphs == "['entry:a', 'kg:vocabulary']"
    assert held(tmp_path / "kg") == ["entry:a"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_damaged_pointer_is_told(tmp_path: Path):
    OxigraphStore(tmp_path / "kg").close()
    (tmp_path / "kg" / "whole").write_text("../elsewhere")
    for read_only in (True, False):
        with pytest.raises(KgError, match="is damaged"):
            OxigraphStore(tmp_path / "kg", read_only=read_only)


def test_pointer_to_nothing_is_passed_over(tmp_path: Path):
    with OxigraphStore(tmp_path / "kg") as store:
        store.load(trig("entry:a"))
        store.commit()
    (tmp_path / "kg" / "whole").write_text("oxigraph-7")
    assert held(tmp_path / "kg") == ["entry:a"]
    OxigraphStore(tmp_path / "kg").close()
    assert at_rest(tmp_path / "kg")
