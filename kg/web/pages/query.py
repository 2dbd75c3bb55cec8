"""Users' own SQL and SPARQL: read only, with a limit of time, rows and memory."""

from __future__ import annotations

import subprocess
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.entity_types import TABLE, data_folder
from kg.identifiers import PREFIXES, curie
from kg.model import KgError
from kg.rdf.user_sparql import asked_apart, follow_apart
from kg.store.place import is_address
from kg.views.words import PageWords
from kg.web.asked import Asked, Later, Reply, Shown

if TYPE_CHECKING:
    from kg.api import Graph

SECONDS = 12.0  # of a query: less than a page has
_PREPARING = 5.0  # seconds that a query waits for the triples to follow the graph
_following: list[subprocess.Popen[bytes]] = []  # the process that sees to it
#: Rows and bytes that a query gives at most; four workers may hold as much at once, and pages take a multiple.
_ROWS, _SIZE = 10_000, 16 << 20
_MEMORY = 1 << 30  # bytes that the process of a SPARQL query may take; four may run at once
_SHOWN, _LONGEST = 500, 20_000
_EXAMPLES = (
    "SELECT label, papers FROM topic_counts ORDER BY papers DESC LIMIT 20",
    "SELECT title, low, unit, baseline FROM paper_results\n"
    "WHERE metric = 'inference speed' AND low >= 2 AND unit = 'x' LIMIT 50",
    "SELECT paper, head, tail, quote FROM paper_relations\nWHERE type = 'outperforms' AND sure = 1 LIMIT 50",
)
_SPARQL_EXAMPLES = (
    """SELECT ?label (COUNT(DISTINCT ?paper) AS ?papers) WHERE {
  ?paper kg:topic ?topic . ?topic skos:prefLabel ?label . FILTER(lang(?label) = "en")
} GROUP BY ?label ORDER BY DESC(?papers) ?label LIMIT 20""",
    """SELECT ?paper ?title WHERE {
  ?device skos:broader* hardware:nvidia-gpu . ?paper kg:hardware ?device ; kg:title ?title
} ORDER BY ?title LIMIT 50""",
)
#: Prefixes of what has a page here.
_LED = (*TABLE, "ror", "author", "paper")
#: Media types by which a SPARQL client asks, with the form of results, the first for who takes anything.
_SOLUTIONS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
_TRIPLES = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}


def sql(graph: Graph, asked: Asked) -> Shown:
    """A form for SQL, and the rows of a query."""
    query = asked.one("query", most=_LONGEST).strip()
    words = PageWords(asked.lang)
    tables = graph.store.asked(graph.store.db.LISTED, SECONDS)[1]
    values: dict[str, Any] = {
        "query": query,
        "examples": _EXAMPLES,
        "tables": tables,
        "error": "",
        "columns": [],
        "rows": [],
    }
    if not query:
        return Shown(
            "sql.html.jinja", words("web.nav_sql"), {"tables": {str(name): columns for name, columns in tables}}, values
        )
    try:
        columns, rows = _asked(graph, query)
    except KgError as error:
        values["error"] = asked.said(error)
        return Shown("sql.html.jinja", words("web.nav_sql"), {"error": asked.said(error)}, values, None, 400)
    values |= {"columns": columns, "rows": rows[:_SHOWN], "number": len(rows)}
    data = {"columns": columns, "rows": [list(row) for row in rows]}
    return Shown("sql.html.jinja", words("web.nav_sql"), data, values, (columns, rows))


def _asked(graph: Graph, query: str) -> tuple[list[str], list[tuple[object, ...]]]:
    columns, rows = graph.store.asked(query, SECONDS, _ROWS, _SIZE)
    return columns, [tuple(f"({len(v):,} bytes)" if isinstance(v, bytes) else v for v in row) for row in rows]


def sparql(graph: Graph, asked: Asked) -> Shown | Reply:
    """The SPARQL 1.1 protocol, and a form for browsers."""
    query = asked.one("query", most=_LONGEST).strip()
    words = PageWords(asked.lang)
    is_page = asked.form == "html" and "text/html" in asked.accept
    values: dict[str, Any] = {"query": query, "examples": _SPARQL_EXAMPLES, "prefixes": PREFIXES}
    values |= {"error": "", "columns": [], "rows": [], "text": "", "editor": _editor(words) if is_page else {}}
    if not query:
        if "update" in asked.args:
            raise KgError(asked.error("read_only"))
        if not is_page and asked.form == "html" and asked.accept not in ("", "*/*"):
            raise KgError(asked.error("no_query"))
        return Shown("sparql.html.jinja", words("web.nav_sparql"), {"prefixes": PREFIXES}, values)
    if "default-graph-uri" in asked.args or "named-graph-uri" in asked.args:
        raise KgError(asked.error("dataset"))
    if is_address(asked.location):
        raise KgError(asked.error("sparql_address"))
    try:
        _prepare(graph, asked)
        result = asked_apart(asked.location, query, SECONDS, _ROWS, _SIZE, _MEMORY)
    except KgError as error:
        if not is_page and asked.form == "html":  # a program, or the editor
            status = 503 if isinstance(error, Later) else 400
            return Reply(f"{asked.said(error)}\n".encode(), "text/plain; charset=utf-8", status, is_kept=False)
        if not is_page or isinstance(error, Later):
            raise
        values["error"] = asked.said(error)
        return Shown("sparql.html.jinja", words("web.nav_sparql"), {"error": asked.said(error)}, values, None, 400)
    if not is_page:
        return _sent(result, asked)
    if isinstance(result, list):
        values["text"] = (ox.serialize(result, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES) or b"").decode()[:200_000]
        return Shown("sparql.html.jinja", words("web.nav_sparql"), {"triples": len(result)}, values)
    columns, rows = _rows(result)
    values |= {"columns": columns, "rows": rows[:_SHOWN], "number": len(rows)}
    said = [[cell["text"] for cell in row] for row in rows]
    shown = {"columns": columns, "rows": said}
    return Shown("sparql.html.jinja", words("web.nav_sparql"), shown, values, (columns, said))


def _editor(words: PageWords) -> dict[str, Any]:
    """What the editor is told: prefixes, the names that it completes, and its words."""
    return {"prefixes": PREFIXES, "terms": {**_terms(), "led": _LED}, "said": words.group("yasgui")}


@cache
def _terms() -> dict[str, list[str]]:
    """The properties and classes that the vocabulary declares, as IRIs."""
    kinds = {"property": ("ObjectProperty", "DatatypeProperty"), "class": ("Class",)}
    found: dict[str, list[str]] = {kind: [] for kind in kinds}
    schema = (data_folder("ontology") / "kg.ttl").read_bytes()
    for triple in ox.parse(schema, format=ox.RdfFormat.TURTLE):
        if triple.predicate.value == PREFIXES["rdf"] + "type":
            declared = triple.object.value.removeprefix(PREFIXES["owl"])
            for kind in (kind for kind, names in kinds.items() if declared in names):
                found[kind].append(triple.subject.value)
    return found


def _prepare(graph: Graph, asked: Asked) -> None:
    """See to it that the triples are those of the graph; Later where that takes more than some seconds."""
    end = time.monotonic() + _PREPARING
    while not graph.store.rdf.is_current:
        if graph.store.rdf.folder is None:
            raise KgError(asked.error("no_triples"))
        if not _following or _following[0].poll() is not None:
            _following[:] = [follow_apart(asked.location)]
        if time.monotonic() > end:
            raise Later(asked.error("triples"))
        time.sleep(0.2)


def _sent(result: Any, asked: Asked) -> Reply:
    """A result in the form that a client asks for."""
    known: dict[str, Any] = _TRIPLES if isinstance(result, list) else _SOLUTIONS
    endings = {"csv": "text/csv", "json": "application/sparql-results+json"}
    wanted = [endings.get(asked.form, "")] + [
        part.partition(";")[0].strip().lower() for part in asked.accept.split(",")
    ]
    media = next((one for one in wanted if one in known), next(iter(known)))
    if isinstance(result, list):
        data = ox.serialize(result, format=known[media]) or b""
    else:
        data = result.serialize(format=known[media]) or b""
    return Reply(data, media)


def _rows(result: Any) -> tuple[list[str], list[list[dict[str, str]]]]:
    if isinstance(result, ox.QueryBoolean):
        return ["answer"], [[{"text": str(bool(result)).lower(), "curie": ""}]]
    columns = [variable.value for variable in result.variables]
    return columns, [[_cell(row[name]) for name in columns] for row in result]


def _cell(term: Any) -> dict[str, str]:
    if isinstance(term, ox.NamedNode):
        short = curie(term.value)
        return {"text": short, "curie": short if short.partition(":")[0] in PREFIXES else ""}
    return {"text": getattr(term, "value", ""), "curie": ""}


PAGES = {"sql": sql, "sparql": sparql}
