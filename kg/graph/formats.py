"""What a graph is written out as: triples, tables, records, networks, and the sources themselves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

from kg.graph import network
from kg.graph.contents import entry_names, labels, load_entry, load_source
from kg.graph.rdf import local_id
from kg.graph.records import to_json
from kg.graph.store import Store
from kg.model import LISTS, Document, Evidence, KgError, Mention, Record, Relation, Result, Topic
from kg.names import iri
from kg.tables import csv_text

#: Columns of the table of papers; those of _MANY hold several values.
_PAPER_COLUMNS = (
    *("id", "title", "name", "kind", "year", "date", "venue", "author_count", "institutions"),
    *("proposes", "uses", "compares_with", "mentions", "problems", "tasks", "hardware", "models", "datasets", "topics"),
    *("results", "code_url", "arxiv", "doi", "url", "sources"),
)
_MANY = frozenset(_PAPER_COLUMNS[_PAPER_COLUMNS.index("institutions") : _PAPER_COLUMNS.index("code_url")]) | {"sources"}
_EVIDENCE_COLUMNS = (
    *("paper", "entry", "type", "entity", "label", "role"),
    *("field", "start", "end", "quote", "extractor", "confidence"),
)
_ROLE_COLUMNS = {"proposed": "proposes", "used": "uses", "baseline": "compares_with"}
_Cell = str | int | float | None


class Format(NamedTuple):
    """A form of the whole graph: the ending of its files, and what writes it."""

    ending: str
    write: Callable[[Store], bytes]


def export(store: Store, format: str) -> bytes:
    """The whole graph in one of FORMATS; KgError for another. A source is given back by `digest`."""
    if format not in FORMATS:
        raise KgError(f"{format!r} is not a form of the graph: choose one of {', '.join(FORMATS)}.")
    return FORMATS[format].write(store)


def digest(store: Store, source: str) -> bytes:
    """A source as it was read, byte for byte.

    Raises KgError for a source that is not there, whose form is not given back, or that lost an entry.
    """
    known = load_source(store, source)
    if not known.skeleton:
        raise KgError(f"The source {source} ({known.form}) was not kept whole: only reports are given back.")
    rows = store.select(
        f"SELECT ?e ?f ?raw {{ ?e kg:source <{iri(f'source:{source}')}> ; kg:text ?t . "
        "?t kg:field ?f OPTIONAL { ?t kg:raw ?raw } }"
    )
    texts = {(local_id(row["e"].partition(":")[2], source), row["f"]): row["raw"] or "" for row in rows}
    gone = sorted({piece[0] for piece in known.skeleton if not isinstance(piece, str) and piece not in texts})
    if gone:
        raise KgError(f"The source {source} lacks the entries {', '.join(gone)} in the graph: add it again.")
    whole = "".join(piece if isinstance(piece, str) else texts[piece] for piece in known.skeleton).encode()
    if known.sha256 and hashlib.sha256(whole).hexdigest() != known.sha256:
        raise KgError(f"The texts of the source {source} were changed in the graph: add it again.")
    return whole


def papers_csv(store: Store) -> bytes:
    """A row a paper; several values in one cell are separated by "; "."""
    known = labels(store)
    rows: dict[str, dict[str, list[str]]] = {}
    for document, record in _entries(store):
        row = rows.setdefault(record.paper, {column: [] for column in _PAPER_COLUMNS})
        for column, said in _cells(document, record, known):
            if said and said not in row[column]:
                row[column].append(said)
    return csv_text(
        _PAPER_COLUMNS,
        (["; ".join(said if column in _MANY else said[:1]) for column, said in row.items()] for row in rows.values()),
    ).encode()


def evidence_csv(store: Store) -> bytes:
    """A row a quote: paper, entry, entity, and the words with their field and offsets."""
    known = labels(store)
    return csv_text(
        _EVIDENCE_COLUMNS, (row for _, record in _entries(store) for row in _evidence(record, known))
    ).encode()


def jsonl(store: Store) -> bytes:
    """A line an entry: its record in the form of the annotation guidelines."""
    return "".join(f"{json.dumps(to_json(record), ensure_ascii=False)}\n" for _, record in _entries(store)).encode()


def _entries(store: Store) -> Iterator[tuple[Document, Record]]:
    return (load_entry(store, name) for name in entry_names(store))


def _label(known: dict[str, dict[str, str]], concept: str) -> str:
    label = known.get(concept, {})
    return label.get("en") or label.get("zh") or concept.partition(":")[2]


def _cells(document: Document, record: Record, known: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    """What an entry says in each column."""
    yield "id", record.paper
    for column in ("title", "name", "kind", "code_url"):
        yield column, getattr(record, column)
    for column in ("year", "date", "venue", "author_count", "arxiv", "doi", "url"):
        said = getattr(document, column)
        yield column, "" if said is None else str(said)
    for kind, column in LISTS.items():
        for mention in getattr(record, column):
            if mention.concept:
                place = _ROLE_COLUMNS.get(mention.role, "mentions") if kind == "technique" else column
                yield place, _label(known, mention.concept)
    for topic in record.topics:
        yield "topics", _label(known, f"topic:{topic.id}")
    for result in record.results:
        yield "results", result.evidence.quote
    yield "sources", record.id


def _evidence(record: Record, known: dict[str, dict[str, str]]) -> Iterator[list[_Cell]]:
    """The rows of an entry: mentions, topics, results, relations."""
    said: list[tuple[str, str, str, Evidence, Mention | Topic | Result | Relation]] = []
    for kind, column in LISTS.items():
        for mention in getattr(record, column):
            place = Evidence(mention.surface, mention.field, mention.start, mention.end)
            said.append((kind, mention.concept, mention.role, place, mention))
    said += [("topic", f"topic:{one.id}", "", one.evidence, one) for one in record.topics if one.evidence]
    said += [("result", one.metric_concept, "", one.evidence, one) for one in record.results]
    said += [("relation", one.head_concept, one.type, one.evidence, one) for one in record.relations]
    for kind, concept, role, words, one in said:
        what: list[_Cell] = [record.paper, record.id, kind, concept, _label(known, concept), role]
        yield [*what, words.field, words.start, words.end, words.quote, one.extractor, one.confidence]


#: The forms of the whole graph. All are sorted: the same graph is always the same bytes.
FORMATS = {
    "turtle": Format("ttl", lambda store: store.dump("turtle")),
    "nquads": Format("nq", lambda store: store.dump("nquads")),
    "jsonld": Format("jsonld", lambda store: store.dump("jsonld")),
    "graphml": Format("graphml", lambda store: network.graphml(network.network(store))),
    "gexf": Format("gexf", lambda store: network.gexf(network.network(store))),
    "csv": Format("csv", papers_csv),
    "evidence-csv": Format("csv", evidence_csv),
    "jsonl": Format("jsonl", jsonl),
}
