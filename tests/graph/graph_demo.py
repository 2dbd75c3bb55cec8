"""A small graph made by hand: one source, one entry, its record; and graphs of plain triples, few or many."""

from __future__ import annotations

import pyoxigraph as ox

from kg.graph.records import from_json
from kg.graph.store import Store
from kg.model import LISTS, Document, Record, Source, Text
from kg.names import iri, slug
from kg.text import repaired

SUBJECT, PREDICATE = ox.NamedNode(iri("technique:a")), ox.NamedNode(iri("kg:canonical"))
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
    return linked(from_json(RECORD, demo_document(number)))


def numbered(n: int) -> list[ox.Triple]:
    """A hundred triples of one round of writing."""
    return said(*(f"{n} {i}" for i in range(100)))


def said(*texts: str) -> list[ox.Triple]:
    return [ox.Triple(SUBJECT, PREDICATE, ox.Literal(text)) for text in texts]


def many(word: str, number: int = 4500) -> list[ox.Triple]:
    """More triples than one request takes."""
    return said(*(f"{word} {n}" for n in range(number)))


def words(store: Store, graph: str) -> set[str]:
    """The first words of what a graph says, and how often it says something."""
    texts = [t.object.value for t in store.triples(graph) if isinstance(t.object, ox.Literal)]
    return {f"{text.split()[0]} {len(texts)}" for text in texts}
