"""scripts/torture.py in its short form, for a process of its own: it forks, which a process with threads may not.

Each blow a few times on few papers; then a graph is harmed, and the checks must find how.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import torture
from torture_child import apart

from kg.graph.store import OxigraphStore

#: What is done to a graph, and how often.
BLOWS = {
    "killed": ("bulk", 3),
    "power_cuts": (1,),
    "full_disks": (4,),
    "read_only": (),
    "two_writers": (1,),
    "damaged": (3,),
    "killed_rebuilds": (2,),
    "killed_migrations": (2,),
}


def harmed(tried: torture.Torture, place: Path) -> None:
    """The checks find an entry that is gone, a half one, one without its source, and another graph."""
    folder = shutil.copytree(tried.place / "bulk", place / "g")

    def harm(folder: Path) -> None:
        with OxigraphStore(folder) as store:
            store.remove("entry:one-1", "source:two")
            store.replace("entry:one-2", store.triples("entry:one-2")[1:])

    count = tried.counts.setdefault("harmed", Counter())
    apart(harm, folder)
    tried._check(folder, set(tried.entries), count)
    tried._same(folder, count)
    found, tried.faults = tried.faults, []
    assert [next(w for w in ("lost", "whole", "another") if w in f) for f in found] == ["lost", "whole", "another"], (
        found
    )
    assert "11 entries are not whole" in found[1], found[1]
    assert "| harmed | 0 |" in tried.table()


def main() -> None:
    """Exit status 0 when nothing is lost, and what is lost is found."""
    torture.PATHS["bulk"] = (3, 1_000)  # parts so small that few papers fill some
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "torture").mkdir()
        tried = torture.Torture(place / "torture", [], 20, seed=3)
        for blow, arguments in BLOWS.items():
            getattr(tried, blow)(*arguments)
        print(tried.table())
        assert tried.faults == [], tried.faults
        full = tried.counts["disk full"]
        assert full["told"] or full["passed over: no disk can be mounted here"], "each disk had room"
        harmed(tried, place)


if __name__ == "__main__":
    main()
