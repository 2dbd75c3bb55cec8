"""scripts/torture.py in its short form, for a process of its own: it forks, which a process with threads may not.

Each blow a few times on few papers; then a graph is harmed, and the checks must find how.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

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


def script() -> ModuleType:
    """The script as a module, with parts so small that few papers fill some."""
    spec = importlib.util.spec_from_file_location("torture", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["torture"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.PATHS["bulk"] = (3, 1_000)
    return module


def harmed(torture: Any, module: ModuleType, place: Path) -> None:
    """The checks find an entry that is gone, a half one, one without its source, and another graph."""
    folder = shutil.copytree(torture.place / "bulk", place / "g")

    def harm(folder: Path) -> None:
        with module.OxigraphStore(folder) as store:
            store.remove("entry:one-1", "source:two")
            store.replace("entry:one-2", store.triples("entry:one-2")[1:])

    count = torture.counts.setdefault("harmed", module.Counter())
    module.apart(harm, folder)
    torture._check(folder, set(torture.entries), count)
    torture._same(folder, count)
    found, torture.faults = torture.faults, []
    assert [next(w for w in ("lost", "whole", "another") if w in f) for f in found] == ["lost", "whole", "another"], (
        found
    )
    assert "11 entries are not whole" in found[1], found[1]
    assert "| harmed | 0 |" in torture.table()


def main() -> None:
    """Exit status 0 when nothing is lost, and what is lost is found."""
    module = script()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "torture").mkdir()
        torture = module.Torture(place / "torture", [], 20, seed=3)
        for blow, arguments in BLOWS.items():
            getattr(torture, blow)(*arguments)
        print(torture.table())
        assert torture.faults == [], torture.faults
        harmed(torture, module, place)


if __name__ == "__main__":
    main()
