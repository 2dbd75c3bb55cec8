"""From files to graph: what is added, what is left as it is, what is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import kg
from kg.model import KgError
from kg.records import read_records
from tests.sources.made_file import json_lines

PAPER = {
    "id": "p-1",
    "title": "Zap: Faster Decoding",
    "abstract": "We propose Zap, a speculative decoding method. It is 2x faster on an H100.",
}


def _papers(folder: Path, *papers: object, name: str = "papers.jsonl") -> Path:
    return json_lines(folder / name, papers)


def test_what_could_not_be_read_is_kept_with_its_source_until_it_is_mended(tmp_path: Path) -> None:
    path = _papers(tmp_path, PAPER, {"id": "p-2"})
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        for _ in range(2):
            assert graph.add(path).skipped == [
                f"{path}: line 2 was skipped: it has neither title nor abstract: give it one of them."
            ]
            (source,) = graph.sources()
            assert source.skipped == ("line 2 was skipped: it has neither title nor abstract: give it one of them.",)
        graph.add(_papers(tmp_path, PAPER, {"id": "p-2", "title": "Zop"}))
        assert graph.sources()[0].skipped == ()


def test_a_changed_entry_replaces_the_old_one_whole(tmp_path: Path) -> None:
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        graph.add(_papers(tmp_path, PAPER))
        graph.add(_papers(tmp_path, PAPER | {"abstract": "We prune models on an A100."}))
        assert graph.papers_with("hardware:nvidia-h100") == []
        assert graph.papers_with("hardware:nvidia-a100") == ["p-1"]


def test_a_file_that_claims_the_name_of_another_is_refused(tmp_path: Path, reports: Path) -> None:
    first = next(iter(sorted(reports.glob("000_*"))))
    other = tmp_path / "000_other.txt"
    other.write_text(first.read_text("utf-8").replace("篇", "篇 ", 1), "utf-8")
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        graph.add(first, fast=True)
        before = graph.export("nquads")
        report = graph.add(other, fast=True)
        assert len(report.skipped) == 1
        assert "000_other.txt" in report.skipped[0]
        assert first.name in report.skipped[0]
        assert graph.export("nquads") == before
        assert len(graph.add(other, name="900", fast=True).added) == 20


def test_removing_what_is_not_there_removes_nothing(tmp_path: Path) -> None:
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        graph.add(_papers(tmp_path, PAPER))
        with pytest.raises(KgError, match="nope"):
            graph.remove("p-1", "nope")
        assert graph.entries() == ["p-1"]


def test_annotated_records_take_the_place_of_extraction(tmp_path: Path, reports: Path) -> None:
    gold = Path(kg.__file__).parent.parent / "data/gold/dev.jsonl"
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        report = graph.add(reports, records=gold)
        assert len(report.added) == 80
        assert not report.skipped
        checked = graph.verify()
        assert checked.faults == []
        assert checked.checked["quotes"] > 2000
        record = graph.paper("002-22" if "002-22" in report.added else report.added[0]).entries[0][1]
        wanted = read_records(gold)[record.id]
        assert {m.canonical for m in record.techniques} == {e["canonical"] for e in wanted["techniques"]}


def test_records_alone_replace_what_the_graph_holds(tmp_path: Path) -> None:
    record = {
        "id": "p-1",
        "title": "Zap",
        "techniques": [{"surface": "Zap", "in": "A", "canonical": "Zap", "role": "proposed"}],
    }
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        graph.add(_papers(tmp_path, PAPER))
        report = graph.add(records=_papers(tmp_path, record, {"id": "p-9"}, name="records.jsonl"))
        assert report.added == ["p-1"]
        assert "p-9" in report.skipped[0]
        assert [m.canonical for m in graph.paper("p-1").entries[0][1].techniques] == ["Zap"]


def test_nothing_is_left_behind_in_the_package(tmp_path: Path, reports: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(reports, copy)
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        graph.add(copy / "000_b034bcfaa8cc7f60.txt", fast=True)
    assert sorted(p.name for p in copy.iterdir()) == sorted(p.name for p in reports.iterdir())


def test_an_entry_of_another_source_is_never_overwritten(tmp_path: Path, reports: Path) -> None:
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        graph.add(reports / "000_b034bcfaa8cc7f60.txt", fast=True)
        before = graph.store.dump("nquads", "entry:000-02")
        report = graph.add(_papers(tmp_path, PAPER | {"id": "000-02"}, PAPER))
        assert report.added == ["000-02@papers", "p-1"]
        assert graph.store.dump("nquads", "entry:000-02") == before
        assert graph.export("digest", "000") == (reports / "000_b034bcfaa8cc7f60.txt").read_bytes()


def test_a_truncated_report_changes_nothing_of_what_is_stored(tmp_path: Path, reports: Path) -> None:
    whole = reports / "000_b034bcfaa8cc7f60.txt"
    cut = tmp_path / whole.name
    cut.write_bytes(whole.read_bytes()[:30_000])
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        graph.add(whole, fast=True)
        before = graph.export("nquads")
        report = graph.add(cut, fast=True)
        assert (report.added, report.unchanged) == ([], [])
        assert whole.name in report.skipped[0]
        assert "nothing was changed" in report.skipped[0]
        assert graph.export("nquads") == before


def test_what_a_newer_file_no_longer_has_is_removed(tmp_path: Path) -> None:
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        graph.add(_papers(tmp_path, PAPER, PAPER | {"id": "p-2", "title": "Zop"}))
        report = graph.add(_papers(tmp_path, PAPER))
        assert (report.unchanged, report.removed) == (["p-1"], ["p-2"])
        assert graph.entries() == ["p-1"]


def test_a_file_whose_first_entry_fails_leaves_no_source_behind(tmp_path: Path) -> None:
    bad = _papers(tmp_path, {"id": "p-1", "techniques": [{"surface": "nowhere", "in": "A"}]}, name="records.jsonl")
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        report = graph.add(_papers(tmp_path, PAPER), records=bad)
        assert not report.added
        assert "p-1" in report.skipped[0]
        assert graph.sources() == []


def test_one_bad_record_does_not_stop_the_others(tmp_path: Path) -> None:
    bad = {"id": "p-1", "techniques": [{"surface": "nowhere", "in": "A", "canonical": "x", "role": "used"}]}
    records = _papers(tmp_path, bad, {"id": "p-2", "title": "Zop"}, {"id": "p-9"}, name="records.jsonl")
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        report = graph.add(_papers(tmp_path, PAPER, PAPER | {"id": "p-2", "title": "Zop"}), records=records)
        assert report.added == ["p-2"]
        assert sorted(s.split(":")[0] for s in report.skipped) == ["p-1", "p-9"]


def test_the_programs_own_records_can_be_added_again(tmp_path: Path) -> None:
    path = _papers(tmp_path, PAPER | {"abstract": PAPER["abstract"] + " It is 99999999999999999999999x faster."})
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        graph.add(path)
        (tmp_path / "again.jsonl").write_bytes(graph.export("jsonl"))
    with kg.open(str(tmp_path / "h"), create=True) as graph:
        assert graph.add(path, records=tmp_path / "again.jsonl").skipped == []
        assert graph.entries() == ["p-1"]


def test_no_relation_holds_between_a_thing_and_itself(built_file: Path) -> None:
    with kg.open(str(built_file), read_only=True) as graph:
        for paper in graph:
            for _, record in paper.entries:
                for relation in record.relations:
                    assert relation.head_concept != relation.tail_concept or not relation.head_concept, record.id
