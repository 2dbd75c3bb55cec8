"""Documents, records and sources from their triples: what `kg.graph.rdf` writes, read back without loss."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from operator import itemgetter
from typing import Any

import pyoxigraph as ox

from kg.graph.rdf import RELATIONS, called, order_of, place_of, usually_called
from kg.graph.terms import value
from kg.model import FIELDS, LISTS, Brief, Document, Evidence, Mention, Record, Relation, Result, Source, Topic
from kg.names import curie, kind_of
from kg.text import repaired

_RELATION_OF = {predicate: kind for kind, predicate in RELATIONS.items()}

#: Values of a node by predicate ("kg:start"), as Python values, IRIs as CURIEs.
Node = dict[str, list[Any]]


def read_entry(triples: Iterable[ox.Triple]) -> tuple[Document, Record]:
    """The document and record of an entry's graph; raises ValueError when it holds no whole entry."""
    nodes = grouped(triples)
    entries = [name for name, node in nodes.items() if "kg:Entry" in node["rdf:type"]]
    if len(entries) != 1:
        raise ValueError(f"the graph holds {len(entries)} entries, not one")
    entry = nodes[entries[0]]
    paper_id = _one(entry, "kg:paper")
    paper = nodes[paper_id]
    document = _document(entries[0].partition(":")[2], entry, paper, nodes)
    record = Record(
        id=document.id,
        title=_one(paper, "kg:title", ""),
        name=_one(paper, "kg:name", ""),
        kind=_one(paper, "kg:kind", ""),
        results=[_result(node) for node in _ordered(nodes, "kg:Result")],
        code_url=_one(paper, "kg:codeUrl", ""),
        brief=_brief(entry),
        paper=paper_id,
        reason=_one(entry, "kg:linkReason", ""),
        before=_one(entry, "kg:before", ""),
    )
    for node in _ordered(nodes, "kg:Mention"):
        kind = kind_of(_one(node, "kg:entity"))
        if kind == "topic":
            record.topics.append(_topic(node))
        else:
            getattr(record, LISTS[kind]).append(_mention(node, kind))
    names = called(record)
    record.relations = [_relation(node, names) for node in _ordered(nodes, "kg:Relation")]
    return document, record


def read_source(triples: Iterable[ox.Triple]) -> Source:
    """The source of a source's graph; raises ValueError when it holds none."""
    for name, node in grouped(triples).items():
        if "kg:Source" in node["rdf:type"]:
            skeleton = json.loads(_one(node, "kg:skeleton", "[]"))
            return Source(
                name=name.partition(":")[2],
                file=_one(node, "kg:file", ""),
                form=_one(node, "kg:form", ""),
                date=_one(node, "kg:date", ""),
                sha256=_one(node, "kg:sha256", ""),
                skeleton=tuple(piece if isinstance(piece, str) else (piece[0], piece[1]) for piece in skeleton),
                skipped=tuple(sorted(node["kg:skipped"])),
            )
    raise ValueError("the graph holds no source")


def grouped(triples: Iterable[ox.Triple]) -> dict[str, Node]:
    """Triples by subject and predicate, all IRIs as CURIEs."""
    nodes: dict[str, Node] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        nodes[value(triple.subject)][_name(triple.predicate.value)].append(value(triple.object))
    return nodes


def _document(name: str, entry: Node, paper: Node, nodes: dict[str, Node]) -> Document:
    texts = {}
    for text in (node for node in nodes.values() if "kg:Text" in node["rdf:type"]):
        edits = [(start, end, new) for start, end, new in json.loads(_one(text, "kg:repairs", "[]"))]
        texts[_one(text, "kg:field")] = repaired(_one(text, "kg:raw", ""), edits)
    places = {field: place for place, field in enumerate(FIELDS)}
    return Document(
        id=name,
        source=_one(entry, "kg:source").partition(":")[2],
        number=_one(entry, "kg:number"),
        texts=dict(sorted(texts.items(), key=lambda item: (places.get(item[0], len(places)), item[0]))),
        authors=_all(paper, "kg:author"),
        author_count=_one(paper, "kg:authorCount", None),
        venue=_one(paper, "kg:venue", ""),
        year=_one(paper, "kg:year", None),
        date=_one(paper, "kg:date", ""),
        arxiv=_one(paper, "kg:arxiv", ""),
        doi=_one(paper, "kg:doi", ""),
        url=_one(paper, "kg:url", ""),
        repairs=_all(entry, "kg:repair"),
    )


def _brief(entry: Node) -> Brief:
    slots = ("name", "technique", "problem", "effect")
    said = {slot: _one(entry, f"kg:brief{slot.capitalize()}", "") for slot in slots}
    return Brief(institution=_all(entry, "kg:briefInstitution"), **said)


def _mention(node: Node, kind: str) -> Mention:
    evidence, concept = _evidence(node), _one(node, "kg:entity")
    return Mention(
        type=kind,
        surface=evidence.quote,
        canonical=_one(node, "kg:canonical", usually_called(concept, evidence.quote)),
        field=evidence.field,
        start=evidence.start,
        end=evidence.end,
        role=_one(node, "kg:role", ""),
        aliases=_all(node, "kg:alias"),
        concept=concept,
        reason=_one(node, "kg:linkReason", ""),
        **_origin(node),
    )


def _topic(node: Node) -> Topic:
    evidence = _evidence(node) if node["kg:quote"] else None
    return Topic(id=_one(node, "kg:entity").partition(":")[2], evidence=evidence, **_origin(node))


def _result(node: Node) -> Result:
    low, high = _one(node, "kg:low"), _one(node, "kg:high")
    return Result(
        evidence=_evidence(node),
        metric=_one(node, "kg:metricText", ""),
        value=low if low == high else (low, high),
        unit=_one(node, "kg:unit", ""),
        change=_one(node, "kg:change", ""),
        bound=_one(node, "kg:bound", ""),
        baseline=_one(node, "kg:baselineText", ""),
        setting=_one(node, "kg:setting", ""),
        metric_concept=_one(node, "kg:metric", ""),
        reason=_one(node, "kg:linkReason", ""),
        baseline_concept=_one(node, "kg:baseline", ""),
        **_origin(node),
    )


def _relation(node: Node, names: dict[str, str]) -> Relation:
    head, tail = _one(node, "kg:head", ""), _one(node, "kg:tail", "")
    return Relation(
        head=_one(node, "kg:headText", names.get(head, "")),
        type=_RELATION_OF[_one(node, "kg:relationType").partition(":")[2]],
        tail=_one(node, "kg:tailText", names.get(tail, "")),
        evidence=_evidence(node),
        head_concept=head,
        tail_concept=tail,
        **_origin(node),
    )


def _evidence(node: Node) -> Evidence:
    field, start, end = place_of(_one(node, "kg:span", ""))
    return Evidence(quote=_one(node, "kg:quote", ""), field=field, start=start, end=end)


def _origin(node: Node) -> dict[str, Any]:
    said = {"extractor": _one(node, "kg:extractor", ""), "confidence": _one(node, "kg:confidence", 1.0)}
    return said | {"sure": _one(node, "kg:sure", False)}


def _ordered(nodes: dict[str, Node], kind: str) -> list[Node]:
    found = [(order_of(name), node) for name, node in nodes.items() if kind in node["rdf:type"]]
    return [node for _, node in sorted(found, key=itemgetter(0))]


def _one(node: Node, predicate: str, default: Any = ...) -> Any:
    """The value of a predicate; without a default, ValueError when there is none."""
    if node[predicate]:
        return node[predicate][0]
    if default is ...:
        raise ValueError(f"{predicate} is missing")
    return default


def _all(node: Node, predicate: str) -> tuple[str, ...]:
    whole = node[f"{predicate}List"]
    return tuple(json.loads(whole[0])) if whole else tuple(sorted(node[predicate]))


@cache
def _name(predicate: str) -> str:
    return curie(predicate)
