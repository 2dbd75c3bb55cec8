"""A user's own SQL and SPARQL read the graph and nothing else, and end where they take or give too much."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.api import Graph
from kg.model import KgError
from kg.rdf.user_sparql import asked_apart
from kg.store.sqlite_guard import FUNCTIONS, harden
from kg.store.user_sql import Bound, asked
from tests.cli.command import run
from tests.store.graph_demo import demo_entry, demo_source

POINTER = (
    "WITH t AS MATERIALIZED (SELECT fts3_tokenizer('simple', x'4141414141414141') AS a) "
    "SELECT * FROM t, pragma_table_info(CASE WHEN length(a) = 8 THEN 'fts3tokenize' END)"
)
ADDRESS = "SELECT hex(fts3_tokenizer('simple'))"
BLOBS = (
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 90000) SELECT zeroblob(5000000) FROM c"
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("asked") / "papers.kg"
    with Graph(place, create=True) as graph:
        graph.store.put_source(demo_source("demo-01"))
        graph.store.put_entry(demo_entry(1))
    return place


def _known(pragma: str) -> list[str]:
    with sqlite3.connect(":memory:") as db:
        return sorted({row[0] for row in db.execute(f"PRAGMA {pragma}")})


@pytest.mark.parametrize("query", [POINTER, ADDRESS])
def test_no_query_reaches_a_function_pointer(path: Path, query: str) -> None:
    command = [sys.executable, "-m", "kg", "sql", "--graph", str(path), query]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "uses fts3_tokenizer, which is not allowed" in done.stderr


@pytest.mark.parametrize("name", _known("function_list"))
def test_only_functions_that_are_listed_run(path: Path, name: str) -> None:
    with sqlite3.connect(":memory:") as db:
        rows = db.execute("SELECT narg FROM pragma_function_list WHERE name = ?", (name,)).fetchall()
    for (number,) in rows:
        given = ", ".join(["1"] * (2 if number < 0 else number))
        expression = f"1 {name} 1" if name.startswith("-") else f"{name}({given})"
        try:
            asked(path, f"SELECT {expression}")
            refused = ""
        except KgError as error:
            refused = str(error)
        assert ("not allowed" in refused) == (name not in FUNCTIONS), (expression, refused)


@pytest.mark.parametrize("module", _known("module_list"))
def test_only_virtual_tables_that_are_listed_are_read(path: Path, module: str) -> None:
    if module in ("json_each", "json_tree"):
        assert asked(path, f"SELECT count(*) > 0 FROM {module}('[1]')")[1] == [(1,)]
        return
    for query in (f"SELECT * FROM {module}", f"SELECT count(*) FROM {module}"):
        with pytest.raises(KgError):
            asked(path, query)


@pytest.mark.parametrize("pragma", _known("pragma_list"))
def test_no_pragma_is_a_table_but_table_info(path: Path, pragma: str) -> None:
    for query in (f"SELECT * FROM pragma_{pragma}", f"SELECT count(*) FROM pragma_{pragma}", f"PRAGMA {pragma}"):
        if pragma == "data_version" and query.startswith("PRAGMA"):  # which the index of texts asks
            continue
        with pytest.raises(KgError):
            asked(path, f"{query}('dbstat')" if pragma == "table_info" else query)
    assert len(asked(path, "SELECT name FROM pragma_table_info('papers')")[1]) > 10


@pytest.mark.parametrize(
    "query",
    [
        "EXPLAIN SELECT rank FROM texts_search WHERE texts_search MATCH 'abc'",  # which shows an address
        "/* */ EXPLAIN SELECT 1",
        "SELECT readfile('/etc/passwd')",
        "SELECT * FROM sqlite_dbpage",
        "CREATE TEMP TABLE own (x)",
        "ATTACH ':memory:' AS other",
        "BEGIN",
        "VACUUM INTO '/tmp/copy.kg'",
        "INSERT INTO texts_search (texts_search) VALUES ('rebuild')",
    ],
)
def test_what_leaves_the_graph_is_refused(path: Path, query: str) -> None:
    with pytest.raises(KgError, match=r"not allowed|only SELECT|not SQL"):
        asked(path, query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT title, upper(title), length(title) FROM papers ORDER BY title",
        "SELECT raw, rank FROM texts_search WHERE texts_search MATCH 'vid' ORDER BY rank",
        "WITH t AS (SELECT 1 AS a) SELECT count(*) FROM t",
        "SELECT value FROM json_each('[1, 2]')",
        "SELECT document ->> '$.id' FROM entries",
        "SELECT row_number() OVER (ORDER BY title) FROM papers WHERE regexp('L', title)",
        "EXPLAIN QUERY PLAN SELECT * FROM papers",
        "PRAGMA table_info(papers)",
        "SELECT name FROM sqlite_schema",
        "SELECT * FROM paper_texts",
    ],
)
def test_what_people_ask_is_answered(path: Path, query: str) -> None:
    assert asked(path, query)[1]


def test_switches_are_set_where_python_can_set_them() -> None:
    with sqlite3.connect(":memory:") as db:
        harden(db)
        assert db.execute("PRAGMA trusted_schema").fetchall() == [(0,)]
        if get := getattr(db, "getconfig", None):
            assert get(getattr(sqlite3, "SQLITE_DBCONFIG_DEFENSIVE"))  # noqa: B009
            assert not get(getattr(sqlite3, "SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER"))  # noqa: B009


def test_rows_are_counted_while_they_are_read(path: Path) -> None:
    """Five gigabytes of blobs end in half of one, and other rows at their number."""
    code = f"import sys, pathlib; from kg.store.user_sql import asked; asked(pathlib.Path(sys.argv[1]), {BLOBS!r})"
    done = subprocess.run(
        [sys.executable, "-c", code, path],
        capture_output=True, text=True, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30)),
    )  # fmt: skip
    assert done.stderr.strip().endswith(
        "The query gives more than 128 MB: ask for fewer rows or columns, or add a LIMIT."
    )
    many = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c"
    with pytest.raises(KgError, match="more than 100,000 rows"):
        asked(path, many)
    with pytest.raises(KgError, match="more than 10 rows"):
        asked(path, many, rows=10)
    assert len(asked(path, f"{many} LIMIT 10", rows=10)[1]) == 10
    with pytest.raises(KgError, match="more than 128 MB"), Graph(path, read_only=True) as graph:
        graph.sql("SELECT hex(zeroblob(200000000))")


def test_bytes_are_counted_as_python_holds_them() -> None:
    bound = Bound(rows=10, size=10_000)
    assert bound(("é" * 1000, None)) == ("é" * 1000, None)
    with pytest.raises(KgError, match="more than 0 MB"):
        bound(("快" * 5000,))


EVERYTHING = "SELECT * { GRAPH ?g { ?s ?p ?o } }"
TRIPLES = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"
LONG = "SELECT (CONCAT(?o, ?o, ?o, ?o, ?o, ?o, ?o, ?o) AS ?long) { ?s ?p ?o }"


@pytest.mark.parametrize("query", [EVERYTHING, TRIPLES])
def test_solutions_and_triples_are_counted_while_they_are_computed(path: Path, query: str) -> None:
    with pytest.raises(KgError, match="more than 1,000 rows"):
        asked_apart(str(path), query, rows=1000)
    with pytest.raises(KgError, match="more than 1 MB"):
        asked_apart(str(path), query, size=1 << 20)
    with pytest.raises(KgError, match="more than 100,000 rows"), Graph(path, read_only=True) as graph:
        graph.sparql("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")  # which would never end


def test_results_are_those_that_were_computed(path: Path) -> None:
    values = 'VALUES (?a ?b) { (1 "x\\n\\t\\"y"@en) (UNDEF "2020-01-01"^^xsd:date) (<https://a.org/b> true) }'
    query = f"SELECT ?a ?b {{ {values} }}"
    with Graph(path, read_only=True) as graph:
        found = asked_apart(str(path), query)
        assert isinstance(found, ox.QuerySolutions)
        one, other = list(graph.sparql(query)), list(found)
        assert [tuple(row) for row in one] == [tuple(row) for row in other]
        assert one[0]["b"] == ox.Literal('x\n\t"y', language="en")
        assert one[1]["a"] is None
        assert len(list(graph.sparql("SELECT * {}"))) == 1
        assert bool(graph.sparql("ASK { ?p a kg:Paper }"))
        titles = graph.sparql("CONSTRUCT { ?p kg:title ?t } { ?p kg:title ?t }")
        assert b"LongDemo" in titles.serialize(format=ox.RdfFormat.N_TRIPLES)


def test_commands_end_in_a_sentence(path: Path) -> None:
    for command in (["sql", BLOBS], ["sql", "--format", "csv", BLOBS], ["sparql", "SELECT * { ?a ?b ?c . ?d ?e ?f }"]):
        done = run(*command, graph=path)
        assert done.returncode == 2
        assert "The query gives more than" in done.stderr
        assert done.stdout == ""


ONE_STEP = "SELECT length(printf('%.*c', 2000000000, 'x'))"
TRIED = f"SELECT regexp('(a+)+$', '{'a' * 40}b')"


@pytest.mark.parametrize("query", [ONE_STEP, TRIED])
def test_a_query_ends_in_its_time_within_one_step_of_sqlite_and_in_any_thread(path: Path, query: str) -> None:
    with ThreadPoolExecutor(1) as threads, pytest.raises(KgError, match="took longer than 1 s"):
        threads.submit(asked, path, query, 1).result(10)


SPILLED = """WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 4000),
    t AS MATERIALIZED (SELECT x, zeroblob(200000) AS y FROM n) SELECT sum(length(y)) FROM t"""


def test_temporary_tables_of_a_query_stay_in_memory(path: Path) -> None:
    done = run("sql", SPILLED, graph=path)  # in a process of its own, which holds no free memory from before
    assert done.returncode == 2
    assert "could not be answered (out of memory)" in done.stderr
