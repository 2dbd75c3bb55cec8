"""A graph in a real PostgreSQL server is the same as one in a file, and several may write it at once."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import postgres_server
import pytest
from typer.testing import CliRunner

from kg.api import Graph
from kg.build.verification import verify
from kg.cli import application
from kg.model import KgError
from kg.query.patterns import phrase_regex
from kg.store.derived_tables import VIEWS
from tests.cases.kinds import case_files
from tests.extract.body.test_citations import CITING

psycopg = pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
pytestmark = pytest.mark.skipif(postgres_server.programs() is None, reason="PostgreSQL is not installed")

PAGE = (Path(__file__).parents[2] / "docs" / "schema.md").read_text("utf-8")
_CASES = {file.name: file.cases for file in case_files()}
QUESTIONS = ["papers from NVIDIA with code", *(case["text"] for case in _CASES["paraphrases"][::18])]
_TABLES = ("entries", "papers", "concepts", "labels", "names", "claims", "texts", "sources", "keys", "organisations")
_NUMBERS = ("id", "entry", "concept", "paper", "said", "whole")  # which the order of adding gives


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    with postgres_server.server("local all guarded scram-sha-256\n") as folder:
        yield folder


@pytest.fixture(scope="module")
def database(server: Path) -> Callable[..., str]:
    """Makes an empty database; gives its address."""
    made: list[str] = []

    def make(user: str = "kg") -> str:
        made.append(f"papers{len(made)}")
        with psycopg.connect(f"host={server} user=kg dbname=postgres", autocommit=True) as db:
            db.execute(f"CREATE DATABASE {made[-1]} TEMPLATE template0")
        return f"postgresql://{user}@/{made[-1]}?host={server}"

    return make


@pytest.fixture(scope="module")
def files(few_reports: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two reports and a whole paper."""
    paper = tmp_path_factory.mktemp("whole") / "plover.tex"
    paper.write_text(CITING, "utf-8")
    return [*(next(few_reports.glob(f"{name}_*.txt")) for name in ("002", "004")), paper]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, files: list[Path]) -> Iterator[Graph]:
    """Two reports in a file."""
    with Graph(tmp_path_factory.mktemp("lite") / "papers.kg", create=True) as graph:
        graph.add(*files, fast=True)
        yield graph


@pytest.fixture(scope="module")
def address(
    database: Callable[..., str],
    files: list[Path],
    own_cache: Callable[..., Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The same two in PostgreSQL, added by two processes at once that both write the entries of the first."""
    place = database()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(own_cache(tmp_path_factory.mktemp("cache"))))
        writers = [_adding(place, *given) for given in (files[:1], files[::-1])]
        assert [writer.wait() for writer in writers] == [0, 0]
        yield place


def _adding(place: str, *files: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "kg", "add", "--fast", "--graph", place, *map(str, files)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


@pytest.fixture
def graph(address: str) -> Iterator[Graph]:
    with Graph(address, read_only=True) as opened:
        yield opened


def _quads(graph: Graph) -> list[str]:
    return sorted(graph.export("nquads").decode().splitlines())


def _rows(graph: Graph, table: str, *but: str) -> list[str]:
    found = graph.sql(f"SELECT * FROM {table}")
    kept = [column for column in found.columns if column not in but]
    return sorted(str([None if value != value else value for value in row]) for row in found[kept].values.tolist())


def test_triples_are_those_of_the_file(graph: Graph, file: Graph) -> None:
    assert _quads(graph) == _quads(file)
    assert verify(graph.store, shacl=False).faults == []


@pytest.mark.parametrize("view", re.findall(r"CREATE VIEW (\w+)", VIEWS))
def test_views_have_the_rows_of_the_file(graph: Graph, file: Graph, view: str) -> None:
    rows = _rows(file, view)
    assert rows or view in ("paper_authors", "paper_tables", "paper_cells")  # of which these have nothing
    assert _rows(graph, view) == rows


@pytest.mark.parametrize("table", _TABLES)
def test_tables_have_the_rows_of_the_file(graph: Graph, file: Graph, table: str) -> None:
    rows = _rows(file, table, *_NUMBERS)
    assert rows
    assert _rows(graph, table, *_NUMBERS) == rows


def test_answers_are_those_of_the_file(graph: Graph, file: Graph) -> None:
    answered = 0
    for question in QUESTIONS:
        one, other = (each.ask(question) for each in (graph, file))
        assert {*one.papers.id} == {*other.papers.id}, question  # each store ranks by its own BM25
        assert {*one.evidence["quote"]} == {*other.evidence["quote"]}, question
        # What comes near is ranked by the words of each database.
        assert one.query == other.query, question
        answered += len(one.papers) > 0
    assert answered > 5


@pytest.mark.parametrize("query", re.findall(r'^\$ kg sql "(.*)"$', PAGE, re.MULTILINE))
def test_documented_queries_are_understood(graph: Graph, file: Graph, query: str) -> None:
    assert len(graph.sql(query)) == len(file.sql(query))


def test_commands_take_an_address(address: str, file: Graph) -> None:
    entry = file.entries()[0]
    rdf = "SELECT (COUNT(?e) AS ?n) { ?e a kg:Entry }"
    for command in (["show", entry], ["doctor"], ["sparql", rdf], ["sql"], ["sql", "SELECT count(*) FROM papers"]):
        done = CliRunner().invoke(application([command[0]]), [*command, "--graph", address])
        assert done.exit_code == 0, done.output
        assert "secret" not in done.output


def test_removed_and_rebuilt_it_comes_back(database: Callable[..., str], files: list[Path]) -> None:
    place = database()
    with Graph(place, create=True) as graph:
        graph.add(files[0], fast=True)
        quads, counts = _quads(graph), _rows(graph, "entity_counts")
        entries = graph.store.names()
        assert graph.remove(entries[0]) == entries[:1]
        assert graph.store.names() == entries[1:]
        graph.store.db.execute("DELETE FROM mentions")
    assert Graph.rebuild(place).entries == entries[1:]
    with Graph(place, create=True) as graph:
        assert graph.add(files[0], fast=True).added == entries[:1]
        assert _quads(graph) == quads
        assert _rows(graph, "entity_counts") == counts


def test_a_killed_writer_leaves_whole_entries(database: Callable[..., str], files: list[Path], file: Graph) -> None:
    place = database()
    Graph(place, create=True).close()
    writer = _adding(place, *files)
    with Graph(place, read_only=True) as reader:
        while reader.entry_count() < 3:
            assert writer.poll() is None
            time.sleep(0.01)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        there = reader.store.names()
        assert 3 <= len(there) < len(file.entries())
    with Graph(place, create=True) as graph:
        for name in there:
            assert graph.store.entry(name) == file.store.entry(name)
        graph.add(*files, fast=True)
        assert _quads(graph) == _quads(file)


def test_what_it_cannot_store_costs_that_entry_alone(database: Callable[..., str], tmp_path: Path) -> None:
    papers = tmp_path / "papers.jsonl"
    said = {"abstract": "We prune the KV cache on an H100: 100% of it, %s times? É"}
    titles = ("Pruning Éclairs", "With \0 in it", "快照 Paging")
    papers.write_text("".join(json.dumps({"id": f"p{n}", "title": t} | said) + "\n" for n, t in enumerate(titles)))
    with Graph(database(), create=True) as graph:
        done = graph.add(papers, fast=True)
        assert done.added == graph.store.names() == ["p0", "p2"]
        (sentence,) = done.skipped
        assert sentence.startswith("p1: PostgreSQL cannot store")
        for wanted, number in (
            ([("écl", "cla")], 1),
            ([("kv ", "cac")], 2),
            ([("kv ", "nop"), ("快照 ",)], 1),
            ([("nop",)], 0),
            ([("é",)], 4),
        ):
            holding, given = graph.store.db.holding(wanted)
            assert len(graph.store.rows(f"SELECT * FROM texts t WHERE {holding}", *given)) == number
        assert graph.store.rows("SELECT count(*) FROM texts WHERE regexp(?, raw)", phrase_regex("éclair")) == [(1,)]
        assert graph.quality()["entries"] == 2


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("DELETE FROM papers", "only SELECT"),
        ("WITH gone AS (DELETE FROM papers RETURNING 1) SELECT * FROM gone", "only SELECT|not SQL"),
        ("SELECT 1; DELETE FROM papers", "not SQL"),
        ("SELECT set_config('transaction_read_only', 'off', false), nextval('papers_id_seq')", "not allowed"),
        ("SELECT set_config('statement_timeout', '0', false), pg_sleep(9)", "not allowed"),
        ("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n", "longer than 0.3 s"),
        ("SELECT * FROM generate_series(1, 200000)", "more than 100,000 rows"),
        ("SELECT nothing FROM papers", "not SQL that the graph understands"),
    ],
)
def test_what_is_no_question_or_too_much_is_refused(graph: Graph, query: str, said: str) -> None:
    count = graph.store.paper_count()
    with pytest.raises(KgError, match=said):
        graph.sql(query, seconds=0.3 if "RECURSIVE" in query else 30)
    assert graph.store.paper_count() == count


def test_a_writer_waits_for_another_and_is_told(address: str) -> None:
    with Graph(address, create=True) as one, Graph(address, create=True) as other:
        other.store.db.execute("SET lock_timeout = '200ms'")
        with one.store.batch():
            one.store.say("word", "one")
            assert other.store.said("word") == ""
            with pytest.raises(KgError, match="is being written by another process"):
                other.store.say("word", "other")
        assert other.store.said("word") == "one"
        other.store.say("word", "")
        assert one.store.said("word") == ""


def test_backup_names_the_program_for_it(graph: Graph, tmp_path: Path) -> None:
    with pytest.raises(KgError, match="pg_dump"):
        graph.backup(tmp_path / "copy.kg")


def _said(place: str, **options: Any) -> str:
    with pytest.raises(KgError) as error:
        Graph(place, **options, create=True).close()
    assert "secret" not in str(error.value)
    return str(error.value)


def test_what_fails_is_told_without_the_password(database: Callable[..., str], server: Path) -> None:
    place = database()
    with psycopg.connect(place, autocommit=True) as db:
        db.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
        db.execute("GRANT CREATE ON SCHEMA public TO guarded")
    assert "There is no graph" in _said(place, read_only=True)
    assert ".pgpass or PGPASSWORD" in _said(place.replace("kg@", "guarded:secret@"))
    assert "pg_trgm" in _said(place.replace("kg@", "guarded:right@"))
    assert "createdb" in _said(f"postgresql://kg:secret@/none?host={server}")
    assert "cannot be reached" in _said("postgresql://kg:secret@/papers?host=/nowhere")
    assert "no address" in _said("postgresql://kg:secret@host/papers?wrong=1")
    with psycopg.connect(place, autocommit=True) as db:
        db.execute("CREATE TABLE entries (id int)")
    assert "something else" in _said(place)


def test_a_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "kg_postgres.database", raising=False)
    assert "install paper-kg[postgres]" in _said("postgresql://kg:secret@/papers")


def test_a_reader_goes_on_when_the_server_ends_its_connection(graph: Graph) -> None:
    count = graph.store.paper_count()
    from kg_postgres.database import Postgres

    assert isinstance(graph.store.db, Postgres)
    with psycopg.connect(graph.store.db._address, autocommit=True) as db:
        db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    with pytest.raises(KgError, match="ended the connection"):
        graph.store.paper_count()
    assert graph.store.paper_count() == count
