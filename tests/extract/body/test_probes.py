"""Questions about devices and benchmarks over whole papers, with answers by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kg
from kg.entity_types import data_folder


@pytest.mark.parametrize(("folder", "least", "most"), [("pdf", 37, 1), ("tei", 27, 1)])
def test_papers_are_found_by_what_bodies_use(folder: str, least: int, most: int, shared: Path, tmp_path: Path) -> None:
    place = shared / "gold/fulltext/probes.json" if folder == "pdf" else data_folder("data") / "gold/uses-probes.json"
    probes = json.loads(place.read_text("utf-8"))["probes"]
    right = wrong = 0
    with kg.open(str(tmp_path / "whole.kg"), create=True) as graph:
        graph.add(shared / "data" / "fulltext" / folder, fast=True, jobs=2)
        sql = "SELECT e.name, s.said ->> '$.file' AS file FROM entries e JOIN sources s ON s.name = e.source"
        names = graph.sql(sql).itertuples(index=False)
        files = {row.name: Path(row.file).stem.removesuffix(".tei") for row in names}
        for name, papers in probes.items():
            found = {files[entry] for row in graph.ask(f"papers that use {name}").rows for entry in row.entries}
            right += len(found & set(papers))
            wrong += len(found - set(papers) - {"transparent-offload"})  # which nobody has looked through
    assert right >= least
    assert wrong <= most
