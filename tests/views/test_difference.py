"""What two graphs differ in, from small graphs that are changed one thing at a time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.api import Graph
from kg.model import Document, Record, Relation
from kg.rdf.store import Store
from kg.store.contents import load_entries, load_entry
from kg.views import difference as module
from kg.views.difference import Difference, difference

RECORD: dict[str, Any] = {
    "id": "p-1",
    "title": "ZapKV: Caches",
    "name": "ZapKV",
    "kind": "method",
    "techniques": [
        {"surface": "ZapKV", "in": "A", "canonical": "ZapKV", "role": "proposed"},
        {"surface": "H2O", "in": "A", "canonical": "H2O", "role": "baseline"},
    ],
    "hardware": [{"surface": "H100", "in": "A", "canonical": "NVIDIA H100"}],
    "results": [
        {"surface": "2.3x faster", "in": "A", "metric": "speedup", "value": 2.3, "unit": "x", "change": "increase"},
        {"surface": "40% less memory", "in": "A", "metric": "memory", "value": 40, "unit": "%", "change": "decrease"},
    ],
    "relations": [{"head": "ZapKV", "type": "outperforms", "tail": "H2O", "evidence": "2.3x faster than H2O"}],
    "topics": ["kv-cache-compression"],
}
ABSTRACT = "ZapKV is 2.3x faster than H2O on an H100 and takes 40% less memory on Zork-9 and MagicSet."
PAPER = {"id": "p-1", "title": "ZapKV: Caches", "abstract": ABSTRACT, "authors": ["Wu An", "Li Bo"]}
OTHER = {"id": "p-2", "title": "Draft Trees in Depth", "abstract": "We draft trees.", "authors": ["Eve Oz"]}


class Place:
    """A graph that is made of papers and records."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.graph = folder / "papers.kg"

    def add(self, *papers: dict[str, Any], name: str = "some", records: list[dict[str, Any]] | None = None) -> None:
        file = self.folder / f"{name}.jsonl"
        file.write_text("".join(json.dumps(paper) + "\n" for paper in papers), "utf-8")
        said = self.folder / "records.jsonl"
        said.write_text("".join(json.dumps(one) + "\n" for one in records or [RECORD]), "utf-8")
        with kg.open(str(self.graph), create=True) as graph:
            assert not graph.add(file, fast=True).skipped
            assert not graph.add(records=said).skipped

    def since(self, before: Path) -> Difference:
        with kg.open(str(before), read_only=True) as one, kg.open(str(self.graph), read_only=True) as other:
            return difference(one.store, other.store)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph of two papers, one of them annotated; not to be changed."""
    place = Place(tmp_path_factory.mktemp("before"))
    place.add(PAPER, OTHER)
    return place.graph


@pytest.fixture
def place(before: Path, tmp_path: Path) -> Place:
    """A copy of it."""
    shutil.copy(before, tmp_path / "papers.kg")
    return Place(tmp_path)


def claims(found: Difference) -> list[tuple[str, str, str]]:
    """Kind and words, before and after, of the claims that differ."""
    return [
        (one.kind, one.before[1].evidence.quote if one.before else "", one.after[1].evidence.quote if one.after else "")
        for one in found.claims
    ]


def record(**changed: Any) -> list[dict[str, Any]]:
    return [RECORD | changed]


def test_a_graph_and_its_copy_do_not_differ(before: Path, place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "load_entries", lambda store, names: pytest.fail("it was read") if list(names) else {})
    found = place.since(before)
    assert not found
    assert found == Difference((2, 2))


def test_new_and_removed_papers(before: Path, place: Place):
    place.add(PAPER, {"id": "p-3", "title": "Pruning by Night", "abstract": "We prune Llama-3-8B on a TPU v5e."})
    found = place.since(before)
    assert [(work.id, work.entries, work.title) for work in found.new] == [
        ("paper:pruningbynight", ("p-3",), "Pruning by Night")
    ]
    assert [work.entries for work in found.removed] == [("p-2",)]
    assert [*found.changed, *found.claims, *found.identities] == []
    assert [(one.type, one.concept, one.entries) for one in found.first if one.type != "technique"] == [
        ("hardware", "hardware:google-tpu-v5e", ("p-3",)),
        ("model", "model:llama-3-8b", ("p-3",)),
    ]
    document, quote = found.first[-1].quote or pytest.fail("without its words")
    assert (document.id, quote.quote) == ("p-3", "Llama-3-8B")


def test_the_other_way_round_new_is_removed_and_first_is_gone(before: Path, place: Place):
    place.add(PAPER, OTHER, {"id": "p-3", "title": "Pruning by Night", "abstract": "We prune on a TPU v5e."})
    there = place.since(before)
    with kg.open(str(before), read_only=True) as one, kg.open(str(place.graph), read_only=True) as other:
        back = difference(other.store, one.store)
    assert (back.removed, back.gone) == (there.new, there.first)
    assert [*back.new, *back.first] == []


def test_changed_claims_are_told_from_new_and_withdrawn_ones(before: Path, place: Place):
    results: list[dict[str, Any]] = [RECORD["results"][0] | {"value": 2.5}]
    place.add(PAPER, OTHER, records=record(results=results))
    found = place.since(before)
    assert claims(found) == [("changed", "2.3x faster", "2.3x faster"), ("withdrawn", "40% less memory", "")]
    assert [(change.work.entries, change.claims) for change in found.changed] == [(("p-1",), 2)]
    with kg.open(str(before), read_only=True) as one, kg.open(str(place.graph), read_only=True) as other:
        back = difference(other.store, one.store)
    assert [kind for kind, *_ in claims(back)] == ["changed", "new"]


def test_a_relation_of_another_type_is_changed(before: Path, place: Place):
    relation = {"head": "ZapKV", "type": "compared_with", "tail": "H2O", "evidence": "faster than H2O"}
    place.add(PAPER, OTHER, records=record(relations=[relation]))
    found = place.since(before)
    assert claims(found) == [("changed", "2.3x faster than H2O", "faster than H2O")]
    [claim] = found.claims
    relations = [side[1] for side in (claim.before, claim.after) if side]
    assert [one.type for one in relations if isinstance(one, Relation)] == ["outperforms", "compared_with"]


def test_what_is_worded_the_same_and_linked_anew_is_no_changed_claim(before: Path, place: Place):
    linked = [RECORD["techniques"][0], RECORD["techniques"][1] | {"concept": "technique:other"}]
    place.add(PAPER, OTHER, records=record(techniques=linked))
    found = place.since(before)
    assert [*found.claims, *found.changed] == []
    assert [(one.type, one.name, one.after, one.entries) for one in found.relinked] == [
        ("technique", "H2O", "technique:other", ["p-1"])
    ]
    assert found.relinked[0].reason == "given in the annotation"


def test_decisions_about_names_are_seen_though_nothing_was_read_anew(before: Path, place: Place):
    said = (
        "@prefix kg: <https://w3id.org/paper-kg/ns#> .\n@prefix technique: <https://w3id.org/paper-kg/technique/> .\n"
    )
    place.graph.with_name("papers.overrides.ttl").write_text(f'{said}technique:other-h2o kg:merges "H2O" .\n', "utf-8")
    with kg.open(str(place.graph), create=True) as graph:
        assert load_entry(graph.store, "p-1")[1].techniques[1].concept == "technique:other-h2o"
    found = place.since(before)
    assert [(one.name, one.after) for one in found.relinked] == [("H2O", "technique:other-h2o")]
    assert "by hand" in found.relinked[0].reason


def test_details_texts_and_things_of_a_changed_paper(before: Path, place: Place):
    paper = PAPER | {"venue": "ICML", "abstract": ABSTRACT.replace("Zork-9", "Zork-8")}
    hardware = [{"surface": "MagicSet", "in": "A", "canonical": "MagicSet"}]
    place.add(paper, OTHER, records=record(hardware=hardware, name="Zap"))
    (change,) = place.since(before).changed
    assert change.details == [("venue", "", "ICML"), ("name", "ZapKV", "Zap")]
    assert change.texts == ["A"]
    assert change.gained == [("hardware", "hardware:magicset")]
    assert change.lost == [("hardware", "hardware:nvidia-h100")]


def test_entries_that_one_work_joins_and_leaves(before: Path, place: Place):
    again = {"id": "q-1", "title": "ZapKV: Caches", "authors": ["Wu An", "Li Bo"]}
    with kg.open(str(place.graph), create=True) as graph:
        file = place.folder / "more.jsonl"
        file.write_text(json.dumps(again) + "\n", "utf-8")
        assert graph.add(file, fast=True).added == ["q-1"]
    (change,) = place.since(before).changed
    assert (change.work.entries, change.entries_gained) == (("q-1", "p-1"), ["q-1"])
    assert change.claims == 0


def test_merges_splits_and_new_names_of_works(before: Path, place: Place):
    said = "@prefix kg: <https://w3id.org/paper-kg/ns#> .\n@prefix paper: <https://w3id.org/paper-kg/paper/> .\n"
    decided = f"{said}paper:zapkvcaches kg:merges paper:drafttreesindepth .\n"
    place.graph.with_name("papers.overrides.ttl").write_text(decided, "utf-8")
    with kg.open(str(place.graph), create=True) as graph:
        assert len(graph) == 1
    found = place.since(before)
    (merged,) = found.identities
    assert merged.kind == "merged"
    assert [work.id for work in merged.before] == ["paper:drafttreesindepth", "paper:zapkvcaches"]
    assert [work.id for work in merged.after] == ["paper:zapkvcaches"]
    assert any("by hand" in why for _, why in merged.reasons)
    assert [*found.new, *found.removed, *found.changed, *found.claims] == []
    with kg.open(str(before), read_only=True) as one, kg.open(str(place.graph), read_only=True) as other:
        (split,) = difference(other.store, one.store).identities
    assert (split.kind, len(split.before), len(split.after)) == ("split", 1, 2)


def test_a_work_that_got_a_better_name_is_the_same_work(before: Path, place: Place):
    place.add(PAPER | {"doi": "10.1000/7"}, OTHER)
    found = place.since(before)
    (renamed,) = found.identities
    assert (renamed.kind, renamed.before[0].id, renamed.after[0].id) == (
        "renamed",
        "paper:zapkvcaches",
        "paper:10.1000/7",
    )
    assert found.new == found.removed == []
    assert found.changed[0].details == [("doi", "", "10.1000/7")]


def test_a_work_that_came_from_another_file_is_the_same_work(before: Path, tmp_path: Path):
    place = Place(tmp_path)
    place.add(PAPER | {"id": "x-1"}, OTHER | {"id": "x-2"}, name="elsewhere", records=record(id="x-1"))
    found = place.since(before)
    assert [*found.new, *found.removed, *found.claims] == []
    assert [(c.entries_gained, c.entries_lost) for c in found.changed] == [(["x-1"], ["p-1"]), (["x-2"], ["p-2"])]


def test_only_what_differs_is_read(built: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    built.backup(tmp_path / "g")
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        graph.remove("002-22")
    read: list[str] = []
    monkeypatch.setattr(module, "QUOTED", 0)

    def noted(store: Store, names: Iterable[str]) -> dict[str, tuple[Document, Record]]:
        read.extend(names := list(names))
        return load_entries(store, names)

    monkeypatch.setattr(module, "load_entries", noted)
    with kg.open(str(tmp_path / "g"), read_only=True) as graph:
        found = difference(built.store, graph.store)
    assert [work.entries for work in found.removed] == [("002-22",)]
    assert read == []
