"""A small graph made by hand: one source, its entries with their records; and what a process of its own says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from kg.api import Graph
from kg.entity_types import LISTS
from kg.identifiers import slug
from kg.model import Document, Record, Source, Text
from kg.rdf.store import Store
from kg.records import from_json
from kg.store.entries import Entry
from kg.store.file import StoreFile
from kg.store.fingerprints import fingerprint
from kg.text import repaired

ABSTRACT = 'LongDemo cuts the KV cache ofLlama by 50% on an H100; it beats "H2O".'
RECORD: dict[str, Any] = {
    "id": "demo-01",
    "title": "LongDemo: Long Videos",
    "name": "LongDemo",
    "kind": "method",
    "institutions": [{"surface": "清华大学", "in": "I", "name": "Tsinghua University", "ror": "03cve4549"}],
    "techniques": [
        {"surface": "LongDemo", "in": "A", "canonical": "LongDemo", "role": "proposed", "aliases": ["LD", "Demo"]},
        {"surface": "H2O", "in": "A", "canonical": "H2O", "role": "baseline"},
    ],
    "problems": [{"surface": "KV cache", "in": "A"}],
    "tasks": [],
    "results": [
        {
            "surface": "cuts the KV cache ofLlama by 50%",
            "in": "A",
            "metric": "memory",
            "value": 50,
            "unit": "%",
            "change": "decrease",
            "bound": "exact",
            "baseline": "",
            "setting": "Llama",
        }
    ],
    "hardware": [{"surface": "H100", "in": "A", "canonical": "NVIDIA H100"}],
    "models": [],
    "datasets": [],
    "relations": [{"head": "LongDemo", "type": "outperforms", "tail": "H2O", "evidence": 'it beats "H2O"'}],
    "topics": ["kv-cache-compression"],
    "code_url": "",
    "brief": {"institution": ["清华大学"], "name": "LongDemo", "technique": "", "problem": "", "effect": ""},
    "key": {"proposes": ABSTRACT, "problem": "", "result": ABSTRACT, "limits": ""},
}


def demo_document(number: int = 1) -> Document:
    """An entry of the source "demo", with a repair."""
    texts = {
        "T": Text("LongDemo: Long Videos", "LongDemo: Long Videos"),
        "A": repaired(ABSTRACT, [(ABSTRACT.index("Llama"), ABSTRACT.index("Llama"), " ")]),
        "I": Text("清华大学", "清华大学"),
        "B": Text("", ""),
    }
    return Document(
        f"demo-{number:02d}", "demo", number, texts, ("Wu", "An"), 2, "ICLR", 2025, "2025-10-15", repairs=("A space.",)
    )


def demo_source(*entries: str) -> Source:
    """A source whose skeleton gives back the titles of its entries."""
    skeleton: list[str | tuple[str, str]] = ["# Demo\n"]
    for entry in entries:
        skeleton += [(entry, "T"), "\n"]
    return Source("demo", "demo.txt", "digest", "2025-10-15T15:43:59", "", tuple(skeleton))


def linked(record: Record) -> Record:
    """The simplest linking: every name is its own concept."""
    concepts: dict[str, str] = {}
    for kind, mentions in LISTS.items():
        for mention in getattr(record, mentions):
            mention.concept = mention.concept or f"{kind}:{slug(mention.canonical)}"
            mention.reason = mention.reason or "its own name"
            concepts.setdefault(mention.canonical, mention.concept)
    for result in record.results:
        result.metric_concept, result.reason = f"metric:{slug(result.metric)}", "its own name"
        result.baseline_concept = f"technique:{slug(result.baseline)}" if result.baseline else ""
    for relation in record.relations:
        relation.head_concept = concepts.get(relation.head, f"technique:{slug(relation.head)}")
        relation.tail_concept = concepts.get(relation.tail, f"technique:{slug(relation.tail)}")
    record.paper = f"paper:{slug(record.title or record.id)}"
    record.reason = "its title" if record.title else "its id"
    return record


def demo_record(number: int = 1) -> Record:
    """What the demo's entry says, linked."""
    document = demo_document(number)
    return linked(from_json(RECORD | {"id": document.id}, document))


def demo_entry(number: int = 1, record: Record | None = None) -> Entry:
    """An entry as it is stored, with the demo's record or another."""
    document = demo_document(number)
    return Entry(document, record or demo_record(number), "full", fingerprint(document, "1"))


def put(store: Store, number: int, venue: str = "ICLR") -> None:
    """Store an entry of the demo that has appeared somewhere."""
    entry = demo_entry(number)
    entry.document.venue = venue
    store.put_entry(Entry(entry.document, entry.record))


def exported(store: Store) -> list[str]:
    """The N-Quads of a graph, sorted."""
    return sorted(store.dump("nquads").decode().splitlines())


def truth(file: StoreFile | Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that is true in a graph, and by what its entries are found, in one order."""
    if isinstance(file, Path):
        with StoreFile(file, read_only=True) as opened:
            return truth(opened)
    tables = {
        "entries": "name, source, local, number, paper, document, record, way, fingerprint",
        "sources": "name, said",
        "keys JOIN entries ON id = entry": "key, name",
    }
    return {
        name: file.db.execute(f"SELECT {columns} FROM {name} ORDER BY 1, 2").fetchall()
        for name, columns in tables.items()
    }


#: With what the code of another process begins; `tell(ACTION)` in it prints what users are told of an action.
_HEAD = """
import sys
from pathlib import Path
from typing import Any
import kg.store.file
from tests.store.graph_demo import demo_entry
from kg.rdf.store import Store
from kg.model import KgError
kg.store.lite._WAIT = 0.2
def tell(action):
    try:
        action()
    except KgError as error:
        print(error)
"""


def started(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """Another process that runs some code."""
    path = os.pathsep.join(filter(None, [*sys.path, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-c", _HEAD + code, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=os.environ | {"PYTHONPATH": path})


def elsewhere(code: str, *arguments: str | Path, status: int = 0) -> str:
    """What another process prints that runs some code to its end."""
    process = started(code, *arguments)
    said, error = process.communicate()
    assert process.returncode == status, error
    return said


def cached_quads(store: Store) -> bytes:
    """All quads that SPARQL sees, as sorted N-Quads."""
    store.select("SELECT * {}")  # which brings them up to date
    return b"".join(sorted(f"{quad} .\n".encode() for quad in store.rdf.read(lambda found: list(found))))


def papers_triples(graph: Graph) -> str:
    """What a graph holds beside the vocabulary."""
    lines = graph.export("nquads").decode().splitlines()
    return "\n".join(line for line in lines if not line.endswith("ns#vocabulary> ."))
