"""Questions about devices and benchmarks over whole papers, with answers by hand."""

from __future__ import annotations

import json
from pathlib import Path

import kg


def test_papers_are_found_by_what_their_bodies_use(shared: Path, tmp_path: Path) -> None:
    probes = json.loads((shared / "gold" / "fulltext" / "probes.json").read_text("utf-8"))["probes"]
    right = wrong = 0
    with kg.open(str(tmp_path / "whole.kg"), create=True) as graph:
        graph.add(shared / "data" / "fulltext" / "pdf", fast=True, jobs=2)
        sql = "SELECT e.name, s.said ->> '$.file' AS file FROM entries e JOIN sources s ON s.name = e.source"
        files = {row.name: Path(row.file).stem for row in graph.sql(sql).itertuples(index=False)}
        for name, papers in probes.items():
            found = {files[entry] for row in graph.ask(f"papers that use {name}").rows for entry in row.entries}
            right += len(found & set(papers))
            wrong += len(found - set(papers) - {"transparent-offload"})  # which nobody has looked through
    assert right >= 37
    assert wrong <= 1
