"""What torture.py finds in a graph's file: its entries, all that it says, and the triples that are made of it."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from kg.api import Graph
from kg.model import KgError
from kg.rdf.ontology import VOCABULARY
from kg.store.file import StoreFile

_BY_GRAPH = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
Entries = dict[str, str]  # by name, a hash of what each says
#: What an entry's record says of other entries too: its work, and which of several things of one name it means.
_OF_OTHERS = re.compile(r'"(?:paper|reason)":"(?:[^"\\]|\\.)*",?|(?<="technique:)([^".]*)\.[^"]*')
_ENTRIES = "SELECT name, source, number, document, record, way, fingerprint FROM entries ORDER BY name"
#: All that a file says, without the numbers of rows.
_ALL = (
    "SELECT name, said, whole FROM sources ORDER BY name",
    "SELECT name, source, local, number, paper, document, record, way, fingerprint FROM entries ORDER BY name",
    "SELECT key, name FROM keys LEFT JOIN entries ON id = entry ORDER BY key, name",
    "SELECT * FROM organisations ORDER BY id",
    "SELECT curie, language, preferred, l.label, entries FROM labels l JOIN concepts c ON c.id = concept "
    "ORDER BY 1, 2, 3, 4",
    "SELECT curie, type, label, label_zh, country, known FROM concepts ORDER BY curie",
    "SELECT curie, title, kind, date, year, venue, doi, e.name FROM papers p LEFT JOIN entries e ON e.id = p.entry "
    "ORDER BY curie",
    *(
        f"SELECT * FROM {view} ORDER BY entry, {column}"
        for view, column in (
            ("paper_entities", "type, role, concept, quote, score"),
            ("paper_topics", "topic, quote"),
            ("paper_results", "metric, quote, low, high, baseline"),
            ("paper_relations", "type, head, tail, quote"),
            ("paper_authors", "number"),
            ("paper_texts", "field"),
        )
    ),
)


def entries(path: Path) -> Entries:
    """The entries of a file, none where there is none yet. Raises KgError where one lacks its source."""
    if not path.exists():
        return {}
    try:
        with StoreFile(path, read_only=True) as store:
            rows = store.db.execute(_ENTRIES).fetchall()
            sources = set(store.source_names())
    except KgError as error:
        if "no graph" in str(error):  # it was not begun
            return {}
        raise
    if lacking := [name for name, source, *_ in rows if source not in sources]:
        raise KgError(f"{lacking[0]}: its source is not in the graph")
    return {name: _hash(source, number, _OF_OTHERS.sub(r"\1", repr(said))) for name, source, number, *said in rows}


def whole(path: Path) -> dict[str, str]:
    """A hash of all that each table says. Raises KgError where SQLite finds fault with the file."""
    with StoreFile(path) as store:
        store.db.execute("INSERT INTO texts_search (texts_search, rank) VALUES ('integrity-check', 1)")
        faults = store.db.execute("PRAGMA integrity_check").fetchall()
        if faults != [("ok",)]:
            raise KgError(f"{path}: {faults[0][0]}")
        return {query.split()[query.split().index("FROM") + 1]: _hash(*store.db.execute(query)) for query in _ALL}


def made(path: Path) -> dict[str, str]:
    """A hash of each thing made of a file: triples but for the vocabulary's, those of SPARQL, counts, labels."""
    with Graph(path, read_only=True) as graph:
        triples = (graph.store.dump("nquads", name) for name in graph.store.graphs() if name != VOCABULARY)
        asked = graph.store.select(_BY_GRAPH)
        return {
            "triples": _hash(*triples),
            "SPARQL": _hash(asked),
            "counts": _hash(graph.counts()),
            "labels": _hash(graph.labels()),
        }


def _hash(*said: object) -> str:
    return sha256(repr(said).encode()).hexdigest()
