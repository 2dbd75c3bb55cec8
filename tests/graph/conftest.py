"""A small graph made by hand, and the five reports with their annotations where these are to be had."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.graph.rdf import entry_triples, source_triples
from kg.graph.records import from_json
from kg.graph.store import OxigraphStore
from kg.model import LISTS, Document, Merge, Record, Source, Text
from kg.names import slug
from kg.text import repaired
from kg.vocabulary import Vocabulary

ABSTRACT = 'LongDemo cuts the KV cache ofLlama by 50% on an H100; it beats "H2O".'
RECORD = {
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
    concepts = {}
    for kind, mentions in LISTS.items():
        for mention in getattr(record, mentions):
            mention.concept = mention.concept or f"{kind}:{slug(mention.canonical)}"
            mention.reason = mention.reason or "its own name"
            concepts.setdefault(mention.canonical, mention.concept)
    for result in record.results:
        result.metric_concept = f"metric:{slug(result.metric)}"
        result.baseline_concept = f"technique:{slug(result.baseline)}" if result.baseline else ""
    for relation in record.relations:
        relation.head_concept = concepts.get(relation.head, f"technique:{slug(relation.head)}")
        relation.tail_concept = concepts.get(relation.tail, f"technique:{slug(relation.tail)}")
    record.paper = f"paper:{slug(record.title or record.id)}"
    record.merges = [Merge(record.title, record.paper, "its title")] if record.title else []
    return record


def demo_record(number: int = 1) -> Record:
    """What the demo's entry says, linked."""
    return linked(from_json(RECORD, demo_document(number)))


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary.load()


@pytest.fixture
def demo(vocabulary: Vocabulary) -> Iterator[OxigraphStore]:
    """A store in memory with one source and its one entry."""
    with OxigraphStore.in_memory() as store:
        store.replace("source:demo", source_triples(demo_source("demo-01")))
        store.replace("entry:demo-01", entry_triples(demo_document(), demo_record(), vocabulary, fingerprint="f00"))
        yield store


@pytest.fixture(scope="session")
def reports() -> list[Path]:
    """The five reports that ship with the program."""
    found = sorted((Path(__file__).parents[2] / "data" / "reports").glob("*.txt"))
    assert len(found) == 5
    return found


@pytest.fixture(scope="session")
def annotated(reports: list[Path]) -> dict[str, tuple[Document, Record]]:
    """The annotated papers of the reports: documents as the reader makes them, records linked simply."""
    shared = os.environ.get("KG_SHARED")
    if not shared:
        pytest.skip("the annotations are found through KG_SHARED, which is not set")
    from kg.sources import read

    documents = {document.id: document for report in reports for document in read(report).documents}
    out = {}
    for line in (Path(shared) / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        obj = json.loads(line)
        out[obj["id"]] = (documents[obj["id"]], linked(from_json(obj, documents[obj["id"]])))
    return out
