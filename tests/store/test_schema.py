"""docs/schema.md tells every table and column of a graph's file, and its queries run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from kg.api import Graph
from kg.model import KgError
from kg.store.file import StoreFile

PAGE = (Path(__file__).parents[2] / "docs" / "schema.md").read_text("utf-8")


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory, first_file: Path) -> Path:
    """One report, read fast."""
    return Path(shutil.copy(first_file, tmp_path_factory.mktemp("schema")))


def test_every_table_and_column_is_told() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", PAGE, re.MULTILINE))
    told = {name: re.findall(r"`(\w+)`", columns) for name, columns in rows.items()}
    with StoreFile(None) as store:
        names = [
            name
            for (name,) in store.db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
            if not name.startswith(("sqlite_", "texts_search_"))
        ]
        there = {name: [row[1] for row in store.db.execute(f"PRAGMA table_info({name})")] for name in names}
    assert told == there


def test_its_queries_give_rows(graph: Path) -> None:
    queries = re.findall(r'^\$ kg sql "(.*?)"$', PAGE, re.MULTILINE | re.DOTALL)
    assert len(queries) >= 5
    with Graph(graph, read_only=True) as opened:
        assert all(len(opened.sql(query).columns) for query in queries)
        assert len(opened.sql(queries[0])) == 3


def test_views_hold_what_the_records_say(graph: Path) -> None:
    with Graph(graph, read_only=True) as opened:
        name = opened.entries()[0]
        record = opened.store.entry(name).record
        found = opened.sql(f"SELECT concept, quote FROM paper_entities WHERE entry = '{name}'")
        said = {(m.concept, m.surface) for m in (*record.techniques, *record.problems, *record.tasks)}
        assert said
        assert said <= set(found.itertuples(index=False, name=None))
        quotes = opened.sql(f"SELECT quote FROM paper_results WHERE entry = '{name}'")["quote"].tolist()
        assert quotes == [result.evidence.quote for result in record.results]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("DELETE FROM papers", "only SELECT"),
        ("ATTACH '/tmp/other.db' AS other", "only SELECT"),
        ("PRAGMA journal_mode = DELETE", "only SELECT"),
        ("SELECT load_extension('x')", "is not allowed"),
        ("SELECT * FROM nothing", "is not SQL"),
        ("SELECT 1; SELECT 2", "could not be answered"),
        ("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n", "longer than 0.2 s"),
        ("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n", "more than 100,000|longer"),
        ("SELECT length(zeroblob(2000000000))", "more than 128 MB|longer"),
    ],
)
def test_what_is_no_question_or_too_much_is_refused(graph: Path, query: str, said: str) -> None:
    with Graph(graph, read_only=True) as opened, pytest.raises(KgError, match=said):
        opened.sql(query, seconds=0.2 if "RECURSIVE" in query else 10)


@pytest.mark.parametrize("read_only", [False, True])
def test_tables_are_made_again_when_the_vocabulary_is_another(graph: Path, read_only: bool) -> None:
    with StoreFile(graph) as store:
        before = _rows(store)
        store.say("tables", "another")
    with StoreFile(graph, read_only) as store:
        assert _rows(store) == before
        assert store.said("tables") != "another"


def _rows(store: StoreFile) -> dict[str, list[tuple[object, ...]]]:
    """What the views say, in any order."""
    views = ("paper_entities", "paper_topics", "paper_results", "paper_relations", "paper_authors", "topic_counts")
    return {view: sorted(store.rows(f"SELECT * FROM {view}"), key=repr) for view in views}
