"""Reading in several processes and reading fast: the same bytes, other components."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

import kg
from kg.build import workers
from kg.build.pipeline import Added, Annotations, Pipeline
from kg.extract import extract, pipeline, tagger, version
from kg.model import Document, Record
from kg.sources import read
from tests.build.zap_papers import within, zap_papers

pytestmark = pytest.mark.usefixtures("without_ontology")


@pytest.fixture(scope="module")
def alone(few_reports: Path) -> list[str]:
    """What one process says of a report, of which most papers are short."""
    return list(Pipeline(jobs=1).lines([*few_reports.glob("002_*")]))


@pytest.mark.usefixtures("tagged_anew")
@pytest.mark.parametrize(("jobs", "chunk"), [(2, 1), (3, 5)])
def test_the_same_bytes_from_any_number_of_processes_and_chunks(
    alone: list[str], few_reports: Path, monkeypatch: pytest.MonkeyPatch, jobs: int, chunk: int
) -> None:
    monkeypatch.setattr(workers.Workers.__init__, "__defaults__", (1, chunk, 3))
    assert list(Pipeline(jobs=jobs).lines([*few_reports.glob("002_*")])) == alone


def test_the_same_graph_from_one_process_and_two(tmp_path: Path) -> None:
    papers = zap_papers(tmp_path, 40)
    exports = []
    told: list[tuple[str, int]] = []
    for jobs in (1, 2):
        told.clear()
        with kg.open(str(tmp_path / str(jobs)), create=True) as graph:
            report = graph.add(papers, jobs=jobs, fast=True, progress=lambda name, done: told.append((name, done)))
            assert report.added == [f"p-{n}" for n in range(2, 42)]
            assert told == [(name, i) for i, name in enumerate(report.added, 1)]
            again = graph.add(papers, jobs=jobs, fast=True)
            assert (again.added, again.unchanged) == ([], report.added)
            exports.append(graph.export("nquads"))
    assert exports[0] == exports[1]


def test_processes_end_whatever_the_caller_does_at_a_signal(capfd: pytest.CaptureFixture[str]) -> None:
    before = signal.signal(signal.SIGTERM, lambda *_: os.write(2, b"heard"))  # as Ray does
    try:
        with workers.Workers(time.sleep, jobs=2, few=0) as pool:
            assert next(pool.map([0.0] * 8 + [5.0] * 40)) is None  # the others are still busy
    finally:
        signal.signal(signal.SIGTERM, before)
    assert capfd.readouterr().err == ""


def test_fast_reads_without_the_tagger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def untouchable(*_: object) -> None:
        raise AssertionError("the tagger was asked")

    [document] = read(zap_papers(tmp_path, 1)).documents
    monkeypatch.setattr(tagger.Tagger, "__call__", untouchable)
    assert "kg_tagger" in pipeline().pipe_names
    assert "kg_tagger" not in pipeline(fast=True).pipe_names
    assert version(fast=True) != version()
    record = extract(document, fast=True)
    assert (record.name, bool(record.hardware)) == ("Zap2", True)
    with pytest.raises(AssertionError, match="the tagger was asked"):
        extract(document)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_entry_that_cannot_be_read_is_told_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    whole = Pipeline.record

    def record(self: Pipeline, document: Document, annotations: Annotations | None = None) -> Record:
        if document.id == "p-30":
            raise ValueError("half a number")
        return whole(self, document, annotations)

    monkeypatch.setattr(Pipeline, "record", record)
    papers, report = zap_papers(tmp_path, 40), Added()
    lines = list(Pipeline(fast=True, jobs=jobs).lines([papers], report=report))
    assert [json.loads(line)["id"] for line in lines] == [f"p-{n}" for n in range(2, 42) if n != 30]
    (said,) = report.skipped
    assert said == "p-30: the entry could not be read (ValueError: half a number): it was left out."
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        added = graph.add(papers, fast=True, jobs=jobs)
        assert (len(added.added), added.skipped) == (39, [said])


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_end_from_outside_ends_all_processes_without_a_traceback(tmp_path: Path, how: signal.Signals) -> None:
    papers, output = zap_papers(tmp_path, 5_000), tmp_path / "out.jsonl"
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "extract", str(papers), "--jobs", "2", "-o", str(output)],
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        there = within(200, lambda: children.read_text().split())
        time.sleep(0.5)
        if how == signal.SIGINT:  # as a terminal sends it: to all processes
            os.killpg(process.pid, how)
        else:
            os.kill(process.pid, how)
        _, said = process.communicate(timeout=60)
        gone = within(60, lambda: not any(Path(f"/proc/{child}").exists() for child in there))
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert there
    assert gone
    assert process.returncode not in (0, 3)
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 1
    assert not output.exists()
