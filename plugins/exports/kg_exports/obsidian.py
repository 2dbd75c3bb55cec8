"""The graph as a vault for Obsidian: one note a paper and a concept, linked, with what they are in the front matter."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kg.rdf.store import Store
from kg.store.contents import labels, load_entry, works
from kg.views.export.file_sets import Files, file_names, spaced
from kg.views.network import cleaned, network
from kg_exports.neo4j import weighed
from kg_exports.networks import supports

if TYPE_CHECKING:
    import networkx

    from kg.model import Brief, Result

#: What Markdown, Obsidian, or a plugin that runs what notes hold takes for a mark.
_MARKS = re.compile(r"([\\`*_\[\]<>|~$#^]|%(?=%)|=(?==)|&(?=#?\w+;)|(?<=http):|(?<=https):)")
_LINE_MARK = re.compile(r"^(\d*)([+.)-])(?=\s|$)")
_BRIEF = ("name", "technique", "problem", "effect")
_PAPER = ("year", "date", "venue", "arxiv", "doi", "url")


def obsidian(store: Store) -> Files:
    """papers/NAME.md, and TYPE/NAME.md for each concept ("technique/LoRA.md"); the names are safe and unique."""
    graph = network(store)
    vault = _Vault(store, graph)
    for node, data in graph.nodes(data=True):
        note = vault.paper(node) if data["type"] == "paper" else vault.concept(node)
        yield f"{vault.path(node)}.md", "".join(f"{line}\n" for line in note).encode()


class _Vault:
    """What notes take from the graph: each node's note, labels and weight."""

    def __init__(self, store: Store, graph: networkx.MultiDiGraph) -> None:
        self.store, self.graph = store, graph
        self.entries = works(store)
        self.names = file_names((node, data["label_en"]) for node, data in graph.nodes(data=True))
        self.known = labels(store, self.names)
        self.weights = supports(store, *weighed(graph))

    def path(self, node: str) -> str:
        kind = self.graph.nodes[node]["type"]
        return f"{'papers' if kind == 'paper' else kind}/{self.names[node]}"

    def paper(self, node: str) -> Iterator[str]:
        """The note of a paper: what each entry says in short, its results with their words, and its concepts."""
        label = self.graph.nodes[node]["label_en"]
        entries = [load_entry(self.store, name) for name in self.entries[node]]
        facts: dict[str, Any] = {"id": node, "type": "paper", "title": label}
        facts["aliases"] = dict.fromkeys(record.name for _, record in entries if record.name)
        for column in _PAPER:
            facts[column] = next((said for d, _ in entries if (said := getattr(d, column))), None)
        facts["kind"] = next((record.kind for _, record in entries if record.kind), None)
        facts["code_url"] = next((record.code_url for _, record in entries if record.code_url), None)
        for column in ("url", "code_url"):  # what a click would follow
            if not str(facts[column]).startswith(("https://", "http://")):
                del facts[column]
        facts["entries"] = [document.id for document, _ in entries]
        yield from _front(facts)
        yield f"# {_text(label)}"
        for _, record in entries:
            yield from _brief(record.id, record.brief)
        yield from self._links(node)
        results = [result for _, record in entries for result in record.results]
        yield from _results(results)

    def concept(self, node: str) -> Iterator[str]:
        """The note of a concept: its labels, how many papers have it, their independent support, and all links."""
        data, label = self.graph.nodes[node], self.known.get(node, {})
        count, support = self.weights.get(node, (0, 0))
        others = dict.fromkeys(said for said in (data["label_en"], *label.values()) if said)
        yield from _front({"id": node, "type": data["type"], "aliases": others, "papers": count, "support": support})
        yield f"# {_text(data['label_en'])}"
        yield from self._links(node)

    def _links(self, node: str) -> Iterator[str]:
        """Everything that a node is linked to, by relation: what it says first, then what is said of it."""
        for heading, edges, end in (
            ("", self.graph.out_edges(node, keys=True, data=True), 1),
            (" (of this)", self.graph.in_edges(node, keys=True, data=True), 0),
        ):
            grouped: dict[str, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
            for edge in edges:
                grouped[edge[2]].append((edge[end], edge[3]))
            for relation in sorted(grouped):
                yield from ("", f"## {spaced(relation)}{heading}", "")
                for other, data in sorted(grouped[relation], key=lambda one: one[0]):
                    yield f"- {self._link(other)}{_quoted(data['quote'])}{_doubt(data['sure'])}"

    def _link(self, node: str) -> str:
        label = re.sub(r"[\[\]|<>`\\$%]", " ", self.graph.nodes[node]["label_en"])
        return f"[[{self.path(node)}|{' '.join(label.split()) or self.names[node]}]]"


def _front(facts: Mapping[str, Any]) -> Iterator[str]:
    """YAML front matter; what is empty is left out. Texts are JSON's, which YAML reads the same."""
    yield "---"
    for key, said in facts.items():
        if said is None or said == "" or (not isinstance(said, (str, int)) and not said):
            continue
        yield f"{key}: {_yaml(said if isinstance(said, (str, int)) else list(said))}"
    yield "---"


def _yaml(said: object) -> str:
    if isinstance(said, list):
        return f"[{', '.join(map(_yaml, said))}]"
    return json.dumps(cleaned(said), ensure_ascii=False) if isinstance(said, str) else str(said)


def _brief(entry: str, brief: Brief) -> Iterator[str]:
    said = {slot: getattr(brief, slot) for slot in _BRIEF if getattr(brief, slot)}
    if said:
        yield from ("", f"## {_text(entry)}", "")
        yield from (f"- {slot}: {_text(text)}" for slot, text in said.items())


def _results(results: Iterable[Result]) -> Iterator[str]:
    quotes: dict[str, bool] = {}
    for result in results:
        quote = _text(result.evidence.quote)
        quotes[quote] = quotes.get(quote, False) or result.sure
    if quotes:
        yield from ("", "## results", "")
        yield from (f"- {quote}{_doubt(is_sure)}" for quote, is_sure in quotes.items() if quote)


def _quoted(quote: str) -> str:
    return f": “{_text(quote)}”" if quote else ""


def _doubt(is_sure: bool) -> str:
    """What stands behind a claim that is not sure."""
    return "" if is_sure else " (not sure)"


def _text(text: str) -> str:
    """A text on one line in which no mark of Markdown, no tag, no link and no code counts."""
    line = _MARKS.sub(lambda found: f"\\{found[0]}", cleaned(text))
    return _LINE_MARK.sub(r"\1\\\2", line)
