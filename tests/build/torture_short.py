"""scripts/torture.py in its short form, for a process of its own: it forks, which a process with threads may not.

Each blow a few times on few papers; then a graph is harmed, and the checks must find how.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import torture
from torture_child import apart

from kg.identifiers import iri
from kg.rdf import ontology
from kg.store.lite import cache_of

#: What is done to a graph, and how often.
BLOWS = {
    "killed": 1,
    "power_cuts": 1,
    "full_disks": 1,
    "read_only": 1,
    "two_writers": 1,
    "damaged": 1,
    "damaged_caches": 1,
    "killed_rebuilds": 1,
    "killed_caches": 1,
    "replaced": 7,
}
#: What harms a graph, and what the checks say of it.
HARMS = {
    "DELETE FROM entries WHERE name = 'one-1'": "1 entries that counted are lost, one-1",
    "UPDATE entries SET record = replace(record, '-h100', '') WHERE name = 'one-2'": "1 entries are not whole, one-2",
    "UPDATE entries SET document = substr(document, 3) WHERE name = 'two-2'": "1 entries are not whole, two-2",
    "DELETE FROM sources WHERE name = 'two'": "its source is not in the graph",
    "DELETE FROM mentions WHERE entry = 3": "undisturbed graph: paper_entities",
    "DELETE FROM keys WHERE entry = 3": "undisturbed graph: keys",
    "DELETE FROM texts_search_data WHERE id > 10": "database disk image is malformed",
}


def harmed(tried: torture.Torture) -> None:
    """The checks find what is gone, what is half, and what was made otherwise."""
    for harm, wanted in HARMS.items():
        graph = tried._new(tried.graph)
        with closing(sqlite3.connect(graph)) as db:
            db.execute(harm)
            db.commit()
        found = faults(tried, graph)
        assert any(wanted in fault for fault in found), (harm, found)
    graph = tried._new(tried.graph)
    apart(lambda: ox.Store(str(cache_of(graph) / "oxigraph")).remove_graph(ox.NamedNode(iri("entry:one-3"))))
    found = faults(tried, graph)
    assert len(found) == 1, found
    assert "undisturbed graph: SPARQL" in found[0], found
    assert "| harmed | 0 |" in tried.table()


def faults(tried: torture.Torture, graph: Path) -> list[str]:
    """What the checks say of a graph."""
    count = tried.counts.setdefault("harmed", Counter())
    tried._check(graph, set(tried.entries), count)
    tried._same(graph, count)
    found, tried.faults = tried.faults, []
    return found


def main() -> None:
    """Exit status 0 when nothing is lost, and what is lost is found; the triples are those of papers alone."""
    one = f"{ontology.mark()} .\n".encode()
    ontology.text = lambda: one
    with tempfile.TemporaryDirectory() as name:
        tried = torture.Torture(Path(name), [], 20, seed=3)
        for blow, times in BLOWS.items():
            getattr(tried, blow)(times)
        print(tried.table())
        assert tried.faults == [], tried.faults
        full = tried.counts["disk full"]
        assert full["told"] or full["passed over: no disk can be mounted here"], "each disk had room"
        harmed(tried)


if __name__ == "__main__":
    main()
