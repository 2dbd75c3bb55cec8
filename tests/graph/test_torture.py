"""scripts/torture.py in its short form: each blow a few times, on few papers."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "torture.py"
#: What is done to a graph, and how often.
BLOWS = {
    "killed": ("bulk", 3),
    "power_cuts": (1,),
    "full_disks": (1,),
    "read_only": (),
    "two_writers": (1,),
    "damaged": (3,),
    "killed_rebuilds": (2,),
    "killed_migrations": (2,),
}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked, and disks are mounted")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("torture", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["torture"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def torture(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(script.PATHS, "bulk", (3, 1_000))
        yield script.Torture(tmp_path_factory.mktemp("torture"), [], 20, seed=3)


@pytest.mark.parametrize("blow", BLOWS)
def test_nothing_is_lost(torture: Any, blow: str):
    getattr(torture, blow)(*BLOWS[blow])
    assert torture.faults == []


def test_what_is_lost_is_found(torture: Any, script: ModuleType, tmp_path: Path):
    """The checks find what they look for: an entry that is gone, a half one, one without its source, another graph."""
    folder = script.shutil.copytree(torture.place / "bulk", tmp_path / "g")

    def harm(folder: Path) -> None:
        with script.OxigraphStore(folder) as store:
            store.remove("entry:one-1", "source:two")
            store.replace("entry:one-2", store.triples("entry:one-2")[1:])

    count = torture.counts.setdefault("harmed", script.Counter())
    script.apart(harm, folder)
    torture._check(folder, set(torture.entries), count)
    torture._same(folder, count)
    found, torture.faults = torture.faults, []
    assert [next(w for w in ("lost", "whole", "another") if w in f) for f in found] == ["lost", "whole", "another"]
    assert "11 entries are not whole" in found[1]
    assert "| harmed | 0 |" in torture.table()
