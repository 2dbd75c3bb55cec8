"""A graph in PostgreSQL: a user's SELECT can do nothing but read, whatever its role may do; roles with fewer rights."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import postgres_server
import pytest

from kg.api import Graph
from kg.build.verification import verify
from kg.model import KgError
from kg.store import derived_tables
from tests.cli.command import run

psycopg = pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
pytestmark = pytest.mark.skipif(postgres_server.programs() is None, reason="PostgreSQL is not installed")

PAPERS = (
    {"id": "p1", "title": "Cache Eviction", "abstract": "We evict half of the KV cache on an H100; it is 2x faster."},
    {"id": "p2", "title": "Expert Routing", "abstract": "We route tokens to experts in any operating system."},
)
MORE = {"id": "p3", "title": "Draft Models", "abstract": "We prune 40% of a draft model."}
ROLES = """CREATE ROLE reader LOGIN; CREATE ROLE writer LOGIN;
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO writer;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO writer"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A graph whose owner is the server's superuser, and two roles."""
    folder = tmp_path_factory.mktemp("asked")
    (folder / "list.jsonl").write_text("\n".join(map(json.dumps, PAPERS)))
    with pytest.MonkeyPatch.context() as patch, postgres_server.server() as server:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        with psycopg.connect(f"host={server} user=kg dbname=postgres", autocommit=True) as db:
            db.execute("CREATE DATABASE papers TEMPLATE template0")
        place = f"postgresql://kg@/papers?host={server}"
        with Graph(place, create=True) as graph:
            graph.add(folder / "list.jsonl", fast=True)
        with psycopg.connect(place, autocommit=True) as db:
            db.execute(ROLES)
        yield place


@pytest.mark.parametrize(
    "query",
    [
        "SELECT pg_sleep(9)",
        'SELECT "pg_sleep" (9)',
        "SELECT pg_catalog . pg_sleep /* /* */ */ (9)",
        r'SELECT U&"pg\005fsleep"(9)',
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM pg_ls_dir('/')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT lo_export(1, '/tmp/out')",
        "SELECT set_config('statement_timeout', '0', false)",
        "SELECT pg_advisory_lock(1)",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
        "SELECT rolpassword FROM pg_authid",
        "SELECT table_to_xml('pg_' || 'authid', true, true, '')",
        "SELECT query_to_xml('SELECT pg_' || 'sleep(9)', true, true, '')",
        "SELECT nextval('papers_id_seq')",
        "SELECT own(1)",
        "SELECT pg_stat_get_activity(NULL)",
        "SELECT * FROM pg_show_all_settings()",
        "SELECT current_setting('data_directory')",
        "SELECT current_user",
        "SELECT has_table_privilege('papers', 'SELECT')",
        "SELECT pg_get_functiondef(1)",
        "SELECT * FROM pg_toast.pg_toast_1260",
        "SELECT * FROM information_schema.user_mapping_options",
    ],
)
def test_functions_that_do_more_than_compute_are_refused(address: str, query: str) -> None:
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("CREATE OR REPLACE FUNCTION own(x int) RETURNS int LANGUAGE sql STABLE AS 'SELECT 1'")
    with (
        Graph(address, read_only=True) as graph,
        pytest.raises(KgError, match=r"The query uses .*, which is not allowed"),
    ):
        graph.sql(query)


@pytest.mark.parametrize(
    "query",
    [
        "COPY papers TO STDOUT",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "DO $$ BEGIN END $$",
        "SELECT 1 INTO x",
        "SELECT * FROM papers FOR UPDATE",
        "SELECT 1; SELECT 2",
        "SELECT 1) AS q, (SELECT 2",
        "WITH gone AS (DELETE FROM papers RETURNING 1) SELECT * FROM gone",
    ],
)
def test_what_is_no_select_is_refused(address: str, query: str) -> None:
    with Graph(address, read_only=True) as graph:
        with pytest.raises(KgError, match=r"only SELECT|not SQL"):
            graph.sql(query)
        assert graph.store.paper_count() == 2


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT repeat('x', 150000000)", "more than 128 MB"),
        ("SELECT repeat('x', 200000) FROM generate_series(1, 90000)", "more than 128 MB"),
        ("SELECT * FROM generate_series(1, 200000)", "more than 100,000 rows"),
        ("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n", "longer than 20 s"),
        ("SELECT 'kg:1'::int", "could not be answered"),
    ],
)
def test_rows_and_time_have_limits(address: str, query: str, said: str) -> None:
    with Graph(address, read_only=True) as graph, pytest.raises(KgError, match=said):
        graph.sql(query, seconds=20)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT title, random() FROM papers WHERE title ILIKE '%e%' ORDER BY title DESC -- %s",
        "SELECT raw FROM texts WHERE raw ILIKE '%system%' AND similarity(raw, 'x') < 2",
        "SELECT title FROM papers WHERE regexp('Cache|Expert', title)",
        "SELECT json_agg(title), to_char(now(), 'YYYY'), length(format('%s', max(title))) FROM papers",
        "SELECT raw FROM texts WHERE raw ILIKE '%current version of parameters and user triggers%' OR length(raw) > 1",
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'papers'",
        "SELECT 1 AS a, 2 AS a",
        "TABLE papers",
        "VALUES (1), (2);",
    ],
)
def test_what_people_ask_is_answered(address: str, query: str) -> None:
    with Graph(address, read_only=True) as graph:
        assert len(graph.sql(query))
        assert graph.sql("SELECT title FROM papers ORDER BY title DESC")["title"].tolist() == [
            "Expert Routing",
            "Cache Eviction",
        ]


def test_a_role_that_may_only_read_asks_and_writes_nothing(address: str, tmp_path: Path) -> None:
    place = address.replace("kg@", "reader@")
    (tmp_path / "more.jsonl").write_text(json.dumps(MORE))
    for command in (
        ["ask", "papers on KV cache"],
        ["verify"],
        ["sql", "SELECT 1"],
        ["sparql", "ASK {}"],
        ["show", "p1"],
    ):
        assert run(*command, "--graph", place).returncode == 0, command
    for command in (
        ["add", "--fast", "-j", "1", str(tmp_path / "more.jsonl")],
        ["remove", "p1"],
        ["rebuild", "-j", "1"],
    ):
        done = run(*command, "--graph", place)
        assert done.returncode == 2, command
        assert "may not be read or written so by this user" in done.stderr
        assert "fault of kg" not in done.stderr
    with Graph(address, read_only=True) as graph:
        assert graph.entries() == ["p1", "p2"]


def test_a_role_that_may_write_rows_adds_and_removes(address: str, tmp_path: Path) -> None:
    place = address.replace("kg@", "writer@")
    (tmp_path / "more.jsonl").write_text(json.dumps(MORE))
    for command in (["add", "--fast", "-j", "1", tmp_path / "more.jsonl"], ["remove", "p3"]):
        assert run(*command, "--graph", place).returncode == 0
    done = run("rebuild", "-j", "1", "--graph", place)  # which makes the tables
    assert done.returncode == 2
    assert "may not be read or written so by this user" in done.stderr
    with Graph(address, read_only=True) as graph:
        assert graph.entries() == ["p1", "p2"]
        assert verify(graph.store).faults == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entries SET document = '{broken' WHERE name = 'p1'",
        "UPDATE entries SET record = '[]' WHERE name = 'p1'",
        "UPDATE entries SET record = repeat('[', 100000) WHERE name = 'p1'",
        "UPDATE entries SET document = repeat('x', 50000000) WHERE name = 'p1'",
        "UPDATE sources SET said = 'x'",
        "DELETE FROM concepts",
        "UPDATE changes SET graph = ''  WHERE number = 1",
    ],
)
def test_rows_that_another_user_changed_end_in_a_sentence(address: str, change: str) -> None:
    with psycopg.connect(address) as db:
        db.execute("CREATE SCHEMA kept")
        tables = ("entries", "sources", "concepts", "changes")
        for table in tables:
            db.execute(f"CREATE TABLE kept.{table} AS TABLE {table}")
        db.execute(change)
        db.commit()
        try:
            for command in (["ask", "papers on KV cache"], ["show", "p1"], ["verify"], ["export", "-f", "nquads"]):
                done = run(*command, "--graph", address)
                assert "fault of kg" not in done.stderr, (command, done.stderr)
                assert done.returncode == 2 or command != ["verify"] or "changes" in change
        finally:
            for table in tables:
                db.execute(f"TRUNCATE {table}")
                db.execute(f"INSERT INTO {table} SELECT * FROM kept.{table}")
            db.execute("DROP SCHEMA kept CASCADE")
            db.commit()


TRAP = """CREATE TABLE caught (name text); CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO caught VALUES (current_user); RETURN NEW; END $$;
    CREATE FUNCTION own() RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$;"""


@pytest.fixture
def hostile(address: str) -> Iterator[str]:
    """A copy of the graph, to be falsified."""
    with psycopg.connect(address.replace("/papers", "/postgres"), autocommit=True) as db:
        db.execute("CREATE DATABASE hostile TEMPLATE papers")
        yield address.replace("/papers", "/hostile")
        db.execute("DROP DATABASE hostile WITH (FORCE)")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("CREATE TRIGGER t BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION trap()", "the trigger t"),
        ("CREATE RULE r AS ON INSERT TO entries DO ALSO INSERT INTO caught VALUES ('x')", "the rule r"),
        ("CREATE POLICY p ON papers USING (own() = 'y')", "the policy p"),
        ("ALTER TABLE entries ADD CONSTRAINT c CHECK (own() = 'x')", "the constraint c"),
        ("ALTER TABLE papers ALTER title SET DEFAULT own()", "a default of papers"),
        ("ALTER TABLE papers RENAME TO p; CREATE VIEW papers AS SELECT * FROM p", "another papers"),
        ("DROP VIEW paper_texts; CREATE VIEW paper_texts AS SELECT own()", "the function own"),
        ("CREATE FUNCTION hashtext(name) RETURNS int LANGUAGE sql AS 'SELECT 1'", "the function hashtext"),
        (
            "CREATE OR REPLACE FUNCTION regexp(pattern text, said text) RETURNS bool LANGUAGE sql AS 'SELECT true'",
            "regexp",
        ),
        ("CREATE OPERATOR = (LEFTARG = text, RIGHTARG = name, FUNCTION = texteqname)", "the operator ="),
        ("UPDATE about SET value = 'x' WHERE name = 'form'", "does not say which form"),
        ("UPDATE about SET value = '../../../escaped' WHERE name = 'id'", "does not say which it is"),
    ],
)
def test_a_graph_with_code_of_another_user_is_not_opened(hostile: str, change: str, what: str) -> None:
    with psycopg.connect(hostile, autocommit=True) as db:
        db.execute(f"{TRAP} {change}")
    for read_only in (True, False):
        with pytest.raises(KgError, match=re.escape(what)), Graph(hostile, read_only=read_only):
            pass


def test_views_of_another_user_are_held_to_what_a_query_may_use(hostile: str) -> None:
    with psycopg.connect(hostile, autocommit=True) as db:
        db.execute("CREATE SCHEMA other; CREATE VIEW other.deep AS SELECT pg_read_file('/etc/hostname') AS x")
        db.execute("CREATE VIEW peek AS SELECT * FROM other.deep; CREATE VIEW titles AS SELECT title FROM papers")
    with Graph(hostile, read_only=True) as graph:
        assert len(graph.sql("SELECT * FROM titles")) == 2
        with pytest.raises(KgError, match="uses pg_read_file, which is not allowed"):
            graph.sql("SELECT * FROM peek")
        for view in re.findall(r"CREATE VIEW (\w+)", derived_tables.VIEWS):
            graph.sql(f"SELECT * FROM {view}")
