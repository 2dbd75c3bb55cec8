"""The graph as CSV files for neo4j-admin: nodes and relationships, with the headers of its manual."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from kg.rdf.store import Store
from kg.safe_output import csv_text
from kg.text import one_line
from kg.views.export.file_sets import Files, spaced
from kg.views.export.flat_tables import paper_rows
from kg.views.network import network
from kg_exports.networks import supports

if TYPE_CHECKING:
    import networkx

_README = """\
Import into a new Neo4j database (neo4j-admin of Neo4j 5 or later), from this folder:

  neo4j-admin database import full --nodes=papers.csv --nodes=concepts.csv --relationships=relationships.csv papers

Every text stands on one line; one that a spreadsheet would take for a formula has an apostrophe before it.
"""
_PAPER = ("title", "name", "kind", "year", "date", "venue", "arxiv", "doi", "url", "code_url", "sources")
_KINDS = {"year": "year:int", "sources": "sources:string[]"}


def neo4j(store: Store) -> Files:
    """papers.csv, concepts.csv, relationships.csv and how to import them; lists are separated by ";".

    See https://neo4j.com/docs/operations-manual/current/import/ for `:ID`, `:LABEL`, `:START_ID`, `:END_ID`, `:TYPE`.
    """
    graph = network(store)
    rows = paper_rows(store)
    yield "README.txt", _README.encode()
    yield (
        "papers.csv",
        _csv(
            ("id:ID", *(_KINDS.get(column, column) for column in _PAPER), ":LABEL"),
            ([paper, *(_cell(column, rows[paper][column]) for column in _PAPER), "Paper"] for paper in sorted(rows)),
        ),
    )
    having, places = weighed(graph)
    weights = supports(store, having, places)
    concepts = ((node, data) for node, data in graph.nodes(data=True) if data["type"] != "paper")
    yield (
        "concepts.csv",
        _csv(
            ("id:ID", "label_en", "label_zh", "papers:int", "support:int", ":LABEL"),
            (
                [node, data["label_en"], data["label_zh"], *weights.get(node, (0, 0)), data["type"].capitalize()]
                for node, data in concepts
            ),
        ),
    )
    edges = sorted(graph.edges(keys=True, data=True), key=lambda edge: edge[:3])
    yield (
        "relationships.csv",
        _csv(
            (
                *(":START_ID", ":END_ID", ":TYPE", "support:int", "score:float", "sure:boolean"),
                *("entries:string[]", "quote", "quote_entry"),
            ),
            (
                [
                    head,
                    tail,
                    spaced(key).replace(" ", "_").upper(),
                    *(data["support"], data["score"], data["sure"]),
                    _listed(data["entries"].split()),
                    data["quote"],
                    data["quote_entry"],
                ]
                for head, tail, key, data in edges
            ),
        ),
    )


def weighed(graph: networkx.MultiDiGraph) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """The papers of each concept, and the institutions of each paper, of a network."""
    having: dict[str, set[str]] = defaultdict(set)
    places: dict[str, set[str]] = defaultdict(set)
    kinds = dict(graph.nodes(data="type"))
    for head, tail in graph.edges():
        if kinds[head] == "paper":
            having[tail].add(head)
            if kinds[tail] == "institution":
                places[head].add(tail)
    return having, places


def _cell(column: str, said: list[str]) -> str:
    return _listed(said) if column == "sources" else "".join(said[:1])


def _listed(said: Iterable[str]) -> str:
    return ";".join(text.replace(";", ",") for text in said)


def _csv(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A table with every text on one line, as neo4j-admin reads it without being told."""
    lines = ([one_line(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return csv_text(columns, lines).encode()
