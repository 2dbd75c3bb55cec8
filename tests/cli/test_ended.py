"""Queries of users are ended: by time, by memory, and by Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.model import KgError
from kg.rdf import user_sparql
from kg.store.file import StoreFile
from kg.store.user_sql import asked
from tests.store.graph_demo import demo_entry, demo_source

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?c"
COUNTING = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
JOINED = "SELECT count(*) FROM concepts a, concepts b, concepts c WHERE a.label < b.label || c.label"
GROUPED = "SELECT length(group_concat(a.label || b.label)) FROM concepts a, concepts b, concepts c"


TRIED = f"SELECT regexp('(a+)+$', '{'a' * 40}b')"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("ended") / "papers.kg"
    with StoreFile(place) as file:
        file.put_source(demo_source("demo-01"))
        file.put_entry(demo_entry(1))
    return place


def test_sparql_is_answered_in_a_process_of_its_own(path: Path):
    titles = user_sparql.asked_apart(str(path), "SELECT ?t { ?p kg:title ?t }")
    assert isinstance(titles, ox.QuerySolutions)
    assert [row["t"].value for row in titles] == ["LongDemo: Long Videos"]
    triples = user_sparql.asked_apart(str(path), "CONSTRUCT { ?p a kg:X } { ?p a kg:Paper }")
    assert isinstance(triples, list)
    assert len(triples) == 1
    with pytest.raises(KgError, match="not SPARQL"):
        user_sparql.asked_apart(str(path), "nonsense")


def test_sparql_is_ended_by_time(path: Path):
    with pytest.raises(KgError, match="took longer than 5 s and was ended"):
        user_sparql.asked_apart(str(path), ENDLESS, 5)


def test_sparql_is_ended_by_memory(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(user_sparql, "MEMORY", 256 << 20)
    with pytest.raises(KgError, match="memory and was ended"):
        user_sparql.asked_apart(str(path), LARGE, 120)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("query", [COUNTING, JOINED, GROUPED, TRIED])
def test_sql_is_ended_by_time_or_memory(path: Path, query: str):
    with pytest.raises(KgError, match=r"ended|ask otherwise, or for less"):
        asked(path, query, 1)


@pytest.mark.parametrize(
    "ask",
    [
        f"from kg.store.user_sql import asked; asked(Path(sys.argv[1]), {COUNTING!r}, 300)",
        f"from kg.store.user_sql import asked; asked(Path(sys.argv[1]), {TRIED!r}, 300)",
        f"from kg.rdf.user_sparql import asked_apart; asked_apart(sys.argv[1], {ENDLESS!r}, 300)",
    ],
    ids=["sql", "regexp", "sparql"],
)
def test_ctrl_c_ends_a_query_at_once(path: Path, ask: str):
    code = (
        "import sys\nfrom pathlib import Path\nprint('begun', flush=True)\n"
        f"try:\n    {ask}\nexcept KeyboardInterrupt:\n    print('ended')\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60)[0] == "ended\n"


def test_pattern_that_is_none_is_told(path: Path):
    with pytest.raises(KgError, match="regular expression that is none"):
        asked(path, "SELECT regexp('(', 'x')")
