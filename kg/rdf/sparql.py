"""SPARQL as it comes from others: what a query may ask of a store, and its solutions as Python values."""

from __future__ import annotations

import re
from typing import Any

import pyoxigraph as ox

from kg.model import KgError
from kg.names import PREFIXES
from kg.rdf.terms import value

#: SERVICE and FROM as keywords: strings with their language, IRIs, comments, variables and prefixed names are passed
#: over whole.
_SPARQL_PIECES = re.compile(
    r"\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}|\"(?:\\.|[^\"\\\n\r])*\"|'(?:\\.|[^'\\\n\r])*'"
    r"|<[^<>\"{}|^`\\\s]*>|#[^\n\r]*|@[a-z]+(?:-[a-z0-9]+)*|[?$]\w+|\w*:(?:[\w.:%-]|\\.)*|(?P<service>\bSERVICE\b)|(?P<dataset>\bFROM\b)|\w+",
    re.IGNORECASE | re.DOTALL,
)

#: A solution of a query: a value for each variable, None where it is not bound.
Row = dict[str, Any]


def has_dataset(sparql: str) -> bool:
    """Whether a query names its dataset (FROM); KgError for one that asks another server."""
    keywords = {match.lastgroup for match in _SPARQL_PIECES.finditer(sparql)}
    if "service" in keywords:
        raise KgError("The query asks another server: leave SERVICE out.")
    return "dataset" in keywords


def asked(store: ox.Store, sparql: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """What a store answers over the union of its graphs, or the dataset that the query names; KgError for no query."""
    whole = not has_dataset(sparql)
    try:
        return store.query(sparql, prefixes=PREFIXES, use_default_graph_as_union=whole)
    except SyntaxError as error:
        raise KgError("The query is not SPARQL: {error}.", error=error) from None


def rows(result: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> list[Row]:
    """The solutions of a SELECT as Python values; KgError for another query."""
    if not isinstance(result, ox.QuerySolutions):
        raise KgError("The query gives no table: write a SELECT.")
    names = [variable.value for variable in result.variables]
    return [{name: value(term) for name, term in zip(names, solution, strict=True)} for solution in result]
