"""The graph as tables and records: a row a paper, a row a quote, a line an entry."""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kg.entity_types import LISTS
from kg.model import Document, Evidence, KgError, Record, Statement
from kg.rdf.store import Store
from kg.records import to_json
from kg.safe_output import csv_text, json_lines
from kg.store.contents import labels
from kg.text import one_line, plain
from kg.version import extra
from kg.views.export.file_sets import Files

#: Columns of the table of papers; those of _MANY hold several values.
_PAPER_COLUMNS = (
    *("id", "title", "name", "kind", "year", "date", "venue", "authors", "author_count", "institutions"),
    *("proposes", "uses", "compares_with", "mentions"),
    *(column for kind, column in LISTS.items() if kind not in ("institution", "technique")),
    "topics",
    *("results", "unsure", "code_url", "arxiv", "doi", "url", "sources"),
)
_MANY = frozenset(_PAPER_COLUMNS[_PAPER_COLUMNS.index("institutions") : _PAPER_COLUMNS.index("code_url")]) | {
    "authors",
    "sources",
}
_EVIDENCE_COLUMNS = (
    *("paper", "entry", "type", "entity", "label", "role"),
    *("field", "start", "end", "quote", "extractor", "confidence", "sure"),
)
_ROLE_COLUMNS = {"proposed": "proposes", "used": "uses", "baseline": "compares_with"}
_Cell = str | int | float | None


def papers_csv(store: Store) -> bytes:
    """A row a paper; several values in one cell are separated by "; ". Every text stands on one line."""
    rows = paper_rows(store)
    return csv_text(
        _PAPER_COLUMNS,
        (
            [one_line("; ".join(said if column in _MANY else said[:1])) for column, said in row.items()]
            for row in rows.values()
        ),
    ).encode()


def paper_rows(store: Store) -> dict[str, dict[str, list[str]]]:
    """What all entries of each paper say in each column, each value once; `unsure` is what none of them is sure of."""
    known = labels(store)
    rows: dict[str, dict[str, list[str]]] = {}
    sure: dict[tuple[str, str, str], bool] = {}  # by paper, column and value
    for document, record in _entries(store):
        row = rows.setdefault(record.paper, {column: [] for column in _PAPER_COLUMNS})
        row["authors"] = row["authors"] or list(document.authors)  # of one entry: others write the same names otherwise
        for column, said, is_sure in _cells(document, record, known):
            if said and said not in row[column]:
                row[column].append(said)
            key = record.paper, column, said
            sure[key] = is_sure or sure.get(key, False)
    for paper, _, said in (key for key, is_sure in sure.items() if key[2] and not is_sure):
        if said not in rows[paper]["unsure"]:
            rows[paper]["unsure"].append(said)
    return rows


def evidence_csv(store: Store) -> bytes:
    """A row a quote: paper, entry, entity, and the words with their field and offsets.

    Texts stand on one line, but for the quote: without what turns its direction, these are the words of the raw text.
    """
    quote = _EVIDENCE_COLUMNS.index("quote")
    rows = (
        [(plain if at == quote else one_line)(cell) if isinstance(cell, str) else cell for at, cell in enumerate(row)]
        for row in evidence_rows(store)
    )
    return csv_text(_EVIDENCE_COLUMNS, rows).encode()


def evidence_rows(store: Store) -> Iterator[Sequence[_Cell]]:
    """The rows of the table of quotes."""
    known = labels(store)
    return (row for _, record in _entries(store) for row in _evidence(record, known))


def jsonl(store: Store) -> bytes:
    """A line an entry: its record in the form of the annotation guidelines."""
    return json_lines(to_json(record) for _, record in _entries(store)).encode()


def parquet(store: Store) -> Files:
    """Both tables for pandas, DuckDB, Spark: papers.parquet, with a list for several values, and evidence.parquet.

    Texts stand as they are. Raises KgError when pyarrow, which writes them, is not installed.
    """
    try:
        arrow, files = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise KgError(f"Parquet files need pyarrow: run {extra('parquet')}.") from None
    texts, many, whole = arrow.string(), arrow.list_(arrow.string()), arrow.int64()
    kinds = {column: many if column in _MANY else texts for column in _PAPER_COLUMNS}
    kinds |= {"year": whole, "author_count": whole}
    papers = (
        {
            column: said if column in _MANY else (int(said[0]) if kinds[column] is whole else said[0]) if said else None
            for column, said in row.items()
        }
        for row in paper_rows(store).values()
    )
    yield "papers.parquet", _parquet(arrow, files, kinds, papers)
    kinds = dict.fromkeys(_EVIDENCE_COLUMNS, texts) | {"start": whole, "end": whole}
    kinds |= {"confidence": arrow.float64(), "sure": arrow.bool_()}
    evidence = (dict(zip(_EVIDENCE_COLUMNS, row, strict=True)) for row in evidence_rows(store))
    yield "evidence.parquet", _parquet(arrow, files, kinds, evidence)


def _parquet(arrow: Any, files: Any, kinds: dict[str, Any], rows: Iterable[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    files.write_table(arrow.Table.from_pylist(list(rows), schema=arrow.schema(list(kinds.items()))), out)
    return out.getvalue()


def _entries(store: Store) -> Iterator[tuple[Document, Record]]:
    return (entry[:2] for entry in store.every())


def _label(known: dict[str, dict[str, str]], concept: str) -> str:
    label = known.get(concept, {})
    return label.get("en") or label.get("zh") or concept.partition(":")[2]


def _cells(document: Document, record: Record, known: dict[str, dict[str, str]]) -> Iterator[tuple[str, str, bool]]:
    """What an entry says in each column, and whether it is sure; what stands in a source or names a paper is."""
    yield "id", record.paper, True
    for column in ("title", "name", "kind", "code_url"):
        yield column, getattr(record, column), True
    for column in ("year", "date", "venue", "author_count", "arxiv", "doi", "url"):
        said = getattr(document, column)
        yield column, "" if said is None else str(said), True
    for kind, column in LISTS.items():
        for mention in getattr(record, column):
            if mention.concept:
                place = _ROLE_COLUMNS.get(mention.role, "mentions") if kind == "technique" else column
                yield place, _label(known, mention.concept), mention.sure
    for topic in record.topics:
        yield "topics", _label(known, f"topic:{topic.id}"), topic.sure
    for result in record.results:
        yield "results", result.evidence.quote, result.sure
    yield "sources", record.id, True


def _evidence(record: Record, known: dict[str, dict[str, str]]) -> Iterator[list[_Cell]]:
    """The rows of an entry: mentions, topics, results, relations."""
    said: list[tuple[str, str, str, Evidence, Statement]] = []
    for kind, column in LISTS.items():
        for mention in getattr(record, column):
            place = Evidence(mention.surface, mention.field, mention.start, mention.end)
            said.append((kind, mention.concept, mention.role, place, mention))
    said += [("topic", f"topic:{one.id}", "", one.evidence, one) for one in record.topics if one.evidence]
    said += [("result", one.metric_concept, "", one.evidence, one) for one in record.results]
    said += [("relation", one.head_concept, one.type, one.evidence, one) for one in record.relations]
    for kind, concept, role, words, one in said:
        what: list[_Cell] = [record.paper, record.id, kind, concept, _label(known, concept), role]
        yield [*what, words.field, words.start, words.end, words.quote, one.extractor, one.confidence, one.sure]
