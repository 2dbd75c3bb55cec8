"""SPARQL as it comes from others: what a query may ask of a store, and its solutions as Python values."""

from __future__ import annotations

import re
from typing import Any

import pyoxigraph as ox

from kg.identifiers import PREFIXES
from kg.model import KgError
from kg.rdf.terms import value
from kg.store.user_sql import MANY, ROWS, SIZE, too_large

#: SERVICE and FROM as keywords: strings with their language, IRIs, comments, variables and prefixed names are passed
#: over whole.
_SPARQL_PIECES = re.compile(
    r"\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}|\"(?:\\.|[^\"\\\n\r])*\"|'(?:\\.|[^'\\\n\r])*'"
    r"|<[^<>\"{}|^`\\\s]*>|#[^\n\r]*|@[a-z]+(?:-[a-z0-9]+)*|[?$]\w+|\w*:(?:[\w.:%-]|\\.)*|(?P<service>\bSERVICE\b)|(?P<dataset>\bFROM\b)|\w+",
    re.IGNORECASE | re.DOTALL,
)

Result = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
#: How results are passed on: solutions and triples one a line.
_KINDS = {
    "boolean": ox.QueryResultsFormat.JSON,
    "solutions": ox.QueryResultsFormat.TSV,
    "triples": ox.RdfFormat.N_TRIPLES,
}
#: A solution of a query: a value for each variable, None where it is not bound.
Row = dict[str, Any]


def has_dataset(sparql: str) -> bool:
    """Whether a query names its dataset (FROM); KgError for one that asks another server."""
    keywords = {match.lastgroup for match in _SPARQL_PIECES.finditer(sparql)}
    if "service" in keywords:
        raise KgError("The query asks another server: leave SERVICE out.")
    return "dataset" in keywords


def asked(store: ox.Store, sparql: str) -> Result:
    """What a store answers over the union of its graphs, or the dataset that the query names; KgError for no query."""
    whole = not has_dataset(sparql)
    try:
        return store.query(sparql, prefixes=PREFIXES, use_default_graph_as_union=whole)
    except SyntaxError as error:
        raise KgError("The query is not SPARQL: {error}.", error=error) from None


class _Counted:
    """A file in memory that counts lines, of which a solution or a triple takes one. Raises KgError for too many."""

    def __init__(self, rows: int, size: int, head: int) -> None:
        self.data = bytearray()
        self._rows, self._size = rows, size
        self._lines = -head

    def write(self, data: bytes) -> int:
        self.data += data
        self._lines += data.count(b"\n")
        if self._lines > self._rows:
            raise KgError(MANY, n=f"{self._rows:,}")
        if len(self.data) > self._size:
            raise too_large(self._size)
        return len(data)

    def flush(self) -> None:
        """Nothing: it is in memory."""


def written(result: Result, rows: int = ROWS, size: int = SIZE) -> tuple[str, bytes]:
    """The kind of a result and the result itself, counted while it is computed: what `read_back` takes.

    Raises KgError for more than so many rows or bytes.
    """
    if isinstance(result, ox.QueryBoolean):
        return "boolean", result.serialize(format=ox.QueryResultsFormat.JSON) or b""
    is_triples = isinstance(result, ox.QueryTriples)
    out = _Counted(rows, size, head=0 if is_triples else 1)  # solutions have a line of names
    kind = "triples" if is_triples else "solutions"
    result.serialize(out, format=_KINDS[kind])  # type: ignore[arg-type]
    return kind, bytes(out.data)


def read_back(kind: str, data: bytes) -> Result:
    """A result from what `written` gives."""
    if kind != "triples":
        return ox.parse_query_results(data, format=_KINDS[kind])  # type: ignore[arg-type]
    store = ox.Store()
    store.load(data, format=ox.RdfFormat.N_TRIPLES)
    return store.query("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")


def rows(result: Result) -> list[Row]:
    """The solutions of a SELECT as Python values; KgError for another query."""
    if not isinstance(result, ox.QuerySolutions):
        raise KgError("The query gives no table: write a SELECT.")
    names = [variable.value for variable in result.variables]
    return [{name: value(term) for name, term in zip(names, solution, strict=True)} for solution in result]
