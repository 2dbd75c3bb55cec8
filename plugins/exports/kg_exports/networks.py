"""Networks for Cytoscape and VOSviewer, and what weighs a concept in them: its papers and their independent support."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Set
from itertools import combinations

from kg.model import ENTITY_TYPES, KgError
from kg.query.support import Backer, support
from kg.rdf.store import Store
from kg.safe_output import json_text
from kg.store.contents import labels
from kg.text import one_line
from kg.views.export.file_sets import Files
from kg.views.network import links, network, papers

#: What the items of a co-occurrence network are: all concepts, or those of a type.
ITEMS = ("concept", *ENTITY_TYPES, "topic")
_NO_CONCEPTS = ("ror", "institution")


def cytoscape(store: Store) -> bytes:
    """Cytoscape JSON: what `kg.views.network.network` holds; networkx reads it back.

    Nodes are named in English; `interaction` is what Cytoscape calls an edge's relation.
    """
    import networkx

    graph = network(store)
    networkx.set_node_attributes(graph, dict(graph.nodes(data="label_en")), "name")
    for head, tail, key, data in graph.edges(keys=True, data=True):
        data |= {"id": f"{head} {key} {tail}", "interaction": key}
    made = json_text(networkx.cytoscape_data(graph) | {"data": {"name": "papers"}})
    return made.replace("<", "\\u003c").encode()  # safe inside a page too


def vosviewer(store: Store, of: str = "concept", least: int = 1) -> Files:
    """A map and a network for VOSviewer: concepts (or those of a type, ITEMS), linked by the papers that have both.

    Both are tab-separated as the manual of VOSviewer says: map.txt has the columns id, label and weights, network.txt
    has two ids and the strength of their link, without a header. Items have `least` papers or more, as a large
    graph has more than can be drawn. KgError for other items.
    """
    if of not in ITEMS:
        raise KgError(f"{of!r} is nothing that papers share in a network: choose one of {', '.join(ITEMS)}.")
    everything = papers(store)
    having: dict[str, set[str]] = defaultdict(set)
    places: dict[str, set[str]] = defaultdict(set)
    for link in links(store, everything):
        kind = link.concept.partition(":")[0]
        if kind in _NO_CONCEPTS:
            places[link.paper].add(link.concept)
        if (kind not in _NO_CONCEPTS) if of == "concept" else kind in (_NO_CONCEPTS if of == "institution" else (of,)):
            having[link.concept].add(link.paper)
    number = {concept: at for at, concept in enumerate(sorted(c for c in having if len(having[c]) >= least), 1)}
    known, weights = labels(store, number), supports(store, {concept: having[concept] for concept in number}, places)
    rows = ([number[concept], _label(known, concept), *weights[concept]] for concept in number)
    yield "map.txt", _tabs([("id", "label", "weight<Papers>", "weight<Support>"), *rows])
    together: Counter[tuple[int, int]] = Counter()
    shared: dict[str, list[int]] = defaultdict(list)
    for concept, at in number.items():
        for paper in having[concept]:
            shared[paper].append(at)
    for items in shared.values():
        together.update(combinations(items, 2))  # ascending: concepts were numbered in this order
    yield "network.txt", _tabs((*ends, count) for ends, count in sorted(together.items()))


def supports(
    store: Store, having: Mapping[str, Collection[str]], places: Mapping[str, Set[str]]
) -> dict[str, tuple[int, int]]:
    """How many papers each concept has, and their independent support (see `kg.query.support`).

    `having` names the papers of each concept, `places` the institutions of each paper.
    """
    when = dict(store.rows("SELECT curie, appeared FROM papers"))
    return {
        concept: (len(own), support(Backer(p, when.get(p, ""), places.get(p, frozenset())) for p in own))
        for concept, own in having.items()
    }


def _label(known: Mapping[str, Mapping[str, str]], concept: str) -> str:
    """A label on one line, where a quote would begin a quoted field, "<" a tag and "=" a spreadsheet's formula."""
    label = known.get(concept, {})
    text = one_line(label.get("en") or label.get("zh") or "") or concept.partition(":")[2]
    text = text.replace('"', "'").replace("<", "‹").replace(">", "›")
    return f"'{text}" if text.startswith(tuple("=+-@＝＋－＠")) else text


def _tabs(rows: Iterable[Iterable[object]]) -> bytes:
    return "".join("\t".join(map(str, row)) + "\n" for row in rows).encode()
