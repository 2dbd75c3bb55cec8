"""What an answer is looked up in follows each change, and is what is made of sources and entries alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from kg.api import Graph
from kg.model import Source
from kg.query import nearness
from kg.rdf.store import Store
from kg.store.lite import cache_of
from tests.sources.made_file import json_lines

pytestmark = pytest.mark.usefixtures("without_ontology")
Change = Callable[[Graph], object]


_TABLES = (
    "SELECT curie, form, preferred, backwards, size FROM names JOIN concepts ON id = concept",
    "SELECT curie, language, preferred, l.label, entries FROM labels l JOIN concepts ON id = concept",
    "SELECT curie, type, label, label_zh, country, known FROM concepts WHERE id IN (SELECT concept FROM names)",
    "SELECT curie, role, c.type, papers FROM counts c JOIN concepts ON id = concept",
    "SELECT curie, title, name, kind, date, year, venue, code_url, appeared FROM papers",
    "SELECT entry, concept, role, quote FROM paper_entities",
    "SELECT entry, metric, low, high, quote FROM paper_results",
)


def _indexes(file: Path) -> dict[str, object]:
    """The rows of the tables, sorted, the triples, and the vectors of titles where the graph has some."""
    with Graph(file, read_only=True) as graph:
        said: dict[str, object] = {"rows": [sorted(graph.store.rows(sql), key=repr) for sql in _TABLES]}
        said["triples"] = graph.store.dump("nquads")
        if graph.store.said("title_vectors"):
            nearness.titles(graph.store)
            said["vectors"] = graph.store.rows("SELECT * FROM title_vectors ORDER BY paper")
    return said


def _made_anew(file: Path) -> dict[str, object]:
    shutil.rmtree(cache_of(file))
    with Store(file) as store:
        store.remake()
        with_vectors = store.said("title_vectors")
        store.say("title_vectors", "")
        if with_vectors:
            nearness.titles(store)
    return _indexes(file)


@pytest.mark.parametrize("fast", [True, False], ids=["fast", "full"])
@pytest.mark.parametrize("then", ["removed", "added", "changed"])
def test_what_comes_after_is_followed(tmp_path: Path, then: str, fast: bool) -> None:
    file = tmp_path / "papers.kg"
    papers = [
        {
            "id": f"{name}-1",
            "title": f"{name}: The Pruning of Caches",
            "abstract": f"We propose {name}. It is on {gpu}.",
        }
        for name, gpu in (("Zap", "an H100"), ("Zip", "an A100"), ("Zop", "an H100"))
    ]
    other = {**papers[1], "title": "Zyp: The Pruning of Leaves", "abstract": "We propose Zyp, on an H200."}
    begin = json_lines(tmp_path / "first.jsonl", papers)
    then_do: dict[str, Change] = {
        "removed": lambda graph: graph.remove("Zip-1"),
        "added": lambda graph: graph.add(json_lines(tmp_path / "second.jsonl", [{**other, "id": "Zyp-1"}]), fast=fast),
        "changed": lambda graph: graph.add(json_lines(begin, [papers[0], other, papers[2]]), fast=fast),
    }
    with Graph(file, create=True) as graph:
        graph.add(begin, fast=fast)
    before = _indexes(file)
    with Graph(file, create=True) as graph:
        then_do[then](graph)
    followed = _indexes(file)
    assert ("vectors" in followed) == (not fast)
    assert all(followed[name] != before[name] for name in before)
    assert followed == _made_anew(file)


def test_two_files_of_one_paper_are_seen(tmp_path: Path) -> None:
    file = tmp_path / "papers.kg"
    for name, what in (("one", "Zap"), ("two", "Zip")):
        said = f"We propose {what}, which prunes {name} on an H100."
        paper = json_lines(tmp_path / f"{name}.jsonl", [{"id": "a", "title": what, "abstract": said}])
        with Graph(file, create=True) as graph:
            graph.add(paper, fast=True)
    with Graph(file, read_only=True) as graph:
        assert graph.entries() == ["a", "a@two"]
    assert _indexes(file) == _made_anew(file)


def test_two_things_of_one_name_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "papers.kg"
    for number, does in ((1, "prunes"), (2, "drafts")):
        said = {"title": f"DART: {does}", "abstract": f"We propose DART, which {does} tokens."}
        paper = json_lines(tmp_path / f"{number}.jsonl", [{"arxiv": f"2501.0000{number}", **said}])
        with Graph(file, create=True) as graph:
            graph.add(paper, fast=True)
    followed = _indexes(file)
    own = "technique:dart.2501-00002"
    assert own in str(followed["rows"])
    assert followed == _made_anew(file)


@pytest.mark.parametrize("by_hand", [True, False], ids=["cp", "backup"])
def test_copy_that_is_put_back_is_what_is_asked(tmp_path: Path, by_hand: bool) -> None:
    """The graph has gone on since the copy was made, and the copy goes on until it has as many changes."""
    file, copy = tmp_path / "papers.kg", tmp_path / "copy.kg"

    def add(*names: str) -> list[str]:
        for name in names:
            said = {"title": f"{name}: The Pruning of Caches", "abstract": f"We propose {name}. It is on an H100."}
            with Graph(file, create=True) as graph:
                graph.add(json_lines(tmp_path / f"{name}.jsonl", [{"id": name, **said}]), fast=True)
        with Graph(file, read_only=True) as graph:
            return sorted(row.entries[0] for row in graph.ask("papers on H100").rows)

    assert add("one") == ["one"]
    if by_hand:
        shutil.copy(file, copy)
    else:
        with Graph(file, read_only=True) as graph:
            graph.backup(copy)
    assert add("two") == ["one", "two"]
    shutil.copy(copy, file)
    assert add() == ["one"]
    followed = _indexes(file)
    assert add("three") == ["one", "three"]
    shutil.rmtree(cache_of(file))
    assert add() == ["one", "three"]
    shutil.copy(copy, file)
    assert add() == ["one"]
    assert _indexes(file) == followed


def test_what_was_seen_of_a_batch_that_was_taken_back_is_forgotten(tmp_path: Path) -> None:
    for location in (tmp_path / "papers.kg", None):
        with Store(location) as store:
            store.put_source(Source("one", "one.txt", "digest"))
            with suppress(RuntimeError), store.batch():
                store.put_source(Source("two", "two.txt", "digest"))
                assert "source:two" in store.graphs()
                raise RuntimeError
            store.put_source(Source("three", "three.txt", "digest"))  # under the number that "two" had
            assert [name for name in store.graphs() if name.startswith("source:")] == ["source:one", "source:three"]
