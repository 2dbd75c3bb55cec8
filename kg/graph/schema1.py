"""Entries of schema 1, and what they are in schema 2; see kg.graph.migrate.

In schema 1 the place of an annotation was four triples, identities had nodes of their own, and much was said that
followed from the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.graph.rdf import entry_triples, seal
from kg.graph.reading import Node, grouped, read_entry
from kg.link import Linker
from kg.link.overrides import Overrides
from kg.names import iri
from kg.vocabulary import Vocabulary


def step(folder: Path) -> Callable[[str, list[ox.Triple]], list[ox.Triple]]:
    """What brings a graph of a folder to schema 2; what is no whole entry stays as it is."""
    linker = Linker(Vocabulary.load(), overrides=Overrides.load(folder))

    def second(name: str, triples: list[ox.Triple]) -> list[ox.Triple]:
        if not name.startswith("entry:"):
            return triples
        first = _First(name, triples)
        try:
            document, record = read_entry(first.in_the_new_form())
        except ValueError:
            return triples
        for result in record.results:
            if result.metric_concept:
                known = first.reasons.get((result.metric, result.metric_concept))
                result.reason = known or linker.concepts.metric(result.metric, record).reason
        record.before = first.before([(result.metric, result.reason) for result in record.results])
        mark = _said(first.nodes[name], "kg:fingerprint")
        mark = mark and mark + seal(document)  # which those of schema 1 lack
        return entry_triples(document, record, linker.vocabulary, linker.institution_facts, mark)

    return second


class _First:
    """An entry's graph of schema 1."""

    def __init__(self, name: str, triples: list[ox.Triple]) -> None:
        self.name, self.triples = name, triples
        self.nodes = grouped(triples)
        merges = [self.nodes[merge] for merge in self.nodes[name]["kg:merge"]]
        merges.sort(key=lambda merge: merge["kg:order"])
        self.work = _said(merges[0], "kg:linkReason") if merges else ""
        #: Why a label is a concept, where that is not its preferred one; the first merge is the work's own.
        self.reasons = {
            (_said(merge, "kg:label"), _said(merge, "kg:entity")): _said(merge, "kg:linkReason") for merge in merges[1:]
        }

    def in_the_new_form(self) -> list[ox.Triple]:
        """The same graph, as far as an entry is read from it."""
        out = [*self.triples, *_literal(self.name, "kg:linkReason", self.work)]
        for node, said in self.nodes.items():
            if field := _said(said, "kg:field"):
                start, end = said["kg:start"], said["kg:end"]
                place = f"#char={start[0]},{end[0]}" if start and end else ""
                if "kg:Text" not in said["rdf:type"]:
                    out.append(_triple(node, "kg:span", ox.NamedNode(iri(f"{self.name}/text/{field}{place}"))))
            # What was empty was not said; now it is what the words are, unless it is said to be empty.
            if "kg:Mention" in said["rdf:type"] and not said["kg:canonical"]:
                out += _literal(node, "kg:canonical", "", anyhow=True)
            if "kg:Relation" in said["rdf:type"]:
                for end_text in ("kg:headText", "kg:tailText"):
                    out += [] if said[end_text] else _literal(node, end_text, "", anyhow=True)
        return out

    def before(self, metrics: list[tuple[str, str]]) -> str:
        """The links before people's decisions; those of metrics have their reasons, as far as they are known."""
        text = _said(self.nodes[self.name], "kg:before")
        if not text:
            return ""
        said = json.loads(text)
        reasons = {(label, concept): why for label, concept, why in said.pop("merges")}
        said["results"] = [
            [concept, reasons.get((metric, concept), why), *rest]
            for (concept, *rest), (metric, why) in zip(said["results"], metrics, strict=True)
        ]
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _said(node: Node, predicate: str) -> Any:
    return node[predicate][0] if node[predicate] else ""


def _literal(node: str, predicate: str, text: str, anyhow: bool = False) -> list[ox.Triple]:
    return [_triple(node, predicate, ox.Literal(text))] if text or anyhow else []


def _triple(node: str, predicate: str, term: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(ox.NamedNode(iri(node)), ox.NamedNode(iri(predicate)), term)
