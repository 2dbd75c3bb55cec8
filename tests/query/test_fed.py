"""What is fed to the indexes while entries are stored comes to the same bytes as what is read of the store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kg.api import Graph
from kg.query import labels, near, scan
from kg.query.columns import FILE as COLUMNS
from kg.query.fed import TITLES
from kg.query.labels import FILE as LABELS
from kg.query.near import FILE as NEAR

if TYPE_CHECKING:
    from kg.encoder import Vector


def _indexes(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in (COLUMNS, LABELS, NEAR) if (folder / name).exists()]


def _made_anew(folder: Path) -> list[bytes]:
    with_meanings = (folder / NEAR).exists()
    for name in (COLUMNS, LABELS, NEAR):
        (folder / name).unlink(missing_ok=True)
    with Graph(folder, read_only=True) as graph:
        graph.ask("H100")
        if with_meanings:
            near.titles(graph.store)
    return _indexes(folder)


@pytest.mark.parametrize("fast", [True, False], ids=["fast", "full"])
def test_a_new_graph_is_not_read_for_its_indexes(
    reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fast: bool
) -> None:
    folder = tmp_path / "g"
    with monkeypatch.context() as patch:
        for reading in ("_mentions", "_entries"):
            patch.setattr(scan, reading, lambda *_: pytest.fail("the store was read"))
        patch.setattr(labels, "_spelled", lambda *_: pytest.fail("the store was read"))
        with Graph(folder) as graph:
            graph.add(*sorted(reports.glob("*.txt"))[: 5 if fast else 1], fast=fast, jobs=2)
    fed = _indexes(folder)
    assert len(fed) == (2 if fast else 3)
    assert all(map(len, fed))
    assert _made_anew(folder) == fed


def test_titles_are_encoded_while_papers_are_read_each_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, encode, seen = tmp_path / "g", near.encoder(), []

    class Seen:
        def __call__(self, text: str) -> Vector:
            seen.append(text)
            return encode(text)

    monkeypatch.setattr(near, "encoder", Seen)
    paper = '{{"id": "{0}", "title": "The {0}  of  many", "abstract": "We prune {0} on an H100."}}\n'
    for file, number in (("many", TITLES + 8), ("few", 1)):  # the second comes to a graph that has papers
        names = [f"{file}-{n}" for n in range(number)]
        (tmp_path / f"{file}.jsonl").write_text("".join(map(paper.format, names)), "utf-8")
        titles = [f"The {name} of many" for name in names]
        with Graph(folder) as graph:
            graph.add(tmp_path / f"{file}.jsonl")
            assert seen == titles[: number // TITLES * TITLES]
        assert sorted(seen) == sorted(titles)
        seen.clear()
    assert _made_anew(folder) == _indexes(folder)


@pytest.mark.parametrize("most", [1, 2])
def test_many_titles_without_vectors_wait_for_who_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    folder = tmp_path / "g"
    monkeypatch.setattr(near, "_FEW", most)
    paper = '{{"id": "{0}", "title": "The {0} of many", "abstract": "We prune {0} on an H100."}}\n'
    for name, fast in (("one", True), ("two", False)):
        (tmp_path / f"{name}.jsonl").write_text(paper.format(name), "utf-8")
        with Graph(folder) as graph:
            graph.add(tmp_path / f"{name}.jsonl", fast=fast)
    assert (folder / NEAR).exists() == (most > 1)
    with Graph(folder, read_only=True) as graph:
        assert len(near.titles(graph.store).keys) == 2


@pytest.mark.parametrize("then", ["removed", "added", "changed"])
def test_what_comes_after_it_is_seen(reports: Path, tmp_path: Path, then: str) -> None:
    folder = tmp_path / "g"
    first, second, *_ = sorted(reports.glob("*.txt"))
    changed = tmp_path / first.name
    changed.write_text(first.read_text("utf-8").replace("H100", "H200"), "utf-8")
    with Graph(folder) as graph:
        graph.add(first, fast=True)
        if then == "removed":
            graph.remove("000-01")
        else:
            graph.add(second if then == "added" else changed, fast=True)
    fed = _indexes(folder)
    assert _made_anew(folder) == fed


def test_two_files_of_one_paper_are_seen(tmp_path: Path) -> None:
    folder = tmp_path / "g"
    paper = '{{"id": "a", "title": "{0}", "abstract": "We propose {0}, which prunes {1} on an H100."}}\n'
    for name, what in (("one", "Zap"), ("two", "Zip")):
        (tmp_path / f"{name}.jsonl").write_text(paper.format(what, name), "utf-8")
    with Graph(folder) as graph:
        graph.add(*sorted(tmp_path.glob("*.jsonl")), fast=True)
        assert len(graph.entries()) == 2
    fed = _indexes(folder)
    assert _made_anew(folder) == fed


def test_two_things_of_one_name_are_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / "g"
    paper = '{{"arxiv": "2501.{0}", "title": "DART: {1}", "abstract": "We propose DART, which {1} tokens."}}\n'
    (tmp_path / "all.jsonl").write_text(paper.format("00001", "prunes") + paper.format("00002", "drafts"), "utf-8")
    with Graph(folder) as graph:
        graph.add(tmp_path / "all.jsonl", fast=True)
    fed = _indexes(folder)
    assert all(b"technique:dart.2501-00002" in index for index in fed)
    assert _made_anew(folder) == fed


def test_what_has_a_name_of_the_vocabulary_is_told_apart_too(tmp_path: Path) -> None:
    folder = tmp_path / "g"
    said = "We propose Hydra, which answers questions on leaves. Hydra is new."
    paper = {"arxiv": "2501.00001", "title": "Hydra: Leaves Seen by Radar", "abstract": said}
    (tmp_path / "all.jsonl").write_text(json.dumps(paper) + "\n", "utf-8")
    with Graph(folder) as graph:
        graph.add(tmp_path / "all.jsonl", fast=True)
    fed = _indexes(folder)
    assert any(b"technique:hydra.2501-00001" in index for index in fed)
    assert _made_anew(folder) == fed


def test_a_text_that_looks_like_one_of_several_things_of_a_name_stays(tmp_path: Path) -> None:
    folder = tmp_path / "g"
    author = "technique:dart.2501-00009"
    said = "We propose Hydra, which answers questions on leaves. Hydra is new."
    paper = {"arxiv": "2501.00001", "title": "Hydra: Leaves Seen by Radar", "authors": [author], "abstract": said}
    (tmp_path / "all.jsonl").write_text(json.dumps(paper) + "\n", "utf-8")
    with Graph(folder) as graph:
        graph.add(tmp_path / "all.jsonl", fast=True)
    fed = _indexes(folder)
    assert author.encode() in fed[0]
    assert b"technique:hydra.2501-00001" in fed[0]
    assert _made_anew(folder) == fed


def test_a_graph_that_is_rebuilt_is_not_read_either(
    reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "g"
    with Graph(folder) as graph:
        graph.add(next(reports.glob("*.txt")), fast=True)
    with monkeypatch.context() as patch:
        for reading in ("_mentions", "_entries"):
            patch.setattr(scan, reading, lambda *_: pytest.fail("the store was read"))
        Graph.rebuild(folder)
    fed = _indexes(folder)
    assert _made_anew(folder) == fed
