"""kg read: what stands in files, in a form that is read back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kg import sources
from kg.build.pipeline import Added, Pipeline
from kg.build.workers import Workers
from kg.cli.core import tell_left_out
from kg.model import Batch, Document, KgError, Source
from tests.cli.command import run
from tests.sources.made_pdf import pdf, simple

REPORTS = Path(__file__).resolve().parents[2] / "data" / "reports"


def texts(document: Document) -> dict[str, str]:
    return {field: text.text for field, text in document.texts.items() if text.text}


def test_what_is_read_is_read_back_the_same(tmp_path: Path) -> None:
    out = tmp_path / "papers.jsonl"
    done = run("read", REPORTS, "-o", out)
    assert done.returncode == 0
    found = [d for file in sorted(REPORTS.glob("*.txt")) for d in sources.read(file).documents]
    again = list(sources.read(out).documents)
    assert len(found) == 133
    assert [d.id for d in again] == [d.id for d in found]
    for one, other in zip(found, again, strict=True):
        assert texts(one) == texts(other)
        assert (one.author_count, one.date) == (other.author_count, other.date)


def test_repairs_are_told(tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps({"id": "p", "title": "ON PRUNING", "abstract": "We evict 40% of the cache."}), "utf-8")
    (row,) = map(json.loads, run("read", file).stdout.splitlines())
    assert (row["file"], row["id"], row["abstract"]) == ("one.jsonl", "p", "We evict 40% of the cache.")
    assert "capitals" in row["repairs"][0]


def test_what_no_record_has_is_told_in_a_line_and_strict_stops_at_it(tmp_path: Path) -> None:
    file = tmp_path / "refs.bib"
    file.write_text("@article{k, title={On Caches}, mood={good}}\n@article{k, title={On Keys}}\n", "utf-8")
    done = run("read", file)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)
    [line] = done.stderr.splitlines()
    assert line.startswith(f"Left out: {file}: no rule reads the field mood (1), which no record has")
    assert "1 paper has the id of another one and got a number (refs-k-2)" in line
    done = run("read", file, "--strict")
    assert (done.returncode, "no rule reads the field mood" in done.stderr) == (2, True)


def test_many_pdfs_are_read_by_processes_in_their_order(tmp_path: Path, monkeypatch) -> None:
    for number in range(8):
        (tmp_path / f"p{number}.pdf").write_bytes(pdf(simple()))
    (tmp_path / "p3.pdf").write_bytes(b"%PDF-1.4 torn")
    (tmp_path / "p5.bib").write_text("@article{k, title={On Caches}}", "utf-8")
    one, several = Added(), Added()

    def found(jobs: int, report: Added) -> list[tuple[str, list[str]]]:
        batches = Pipeline(jobs=jobs).batches([tmp_path], None, report, strict=False)
        return [(batch.source.name, [texts(document)["T"] for document in batch.documents]) for batch in batches]

    begun: list[int] = []
    begin = Workers._begin

    def counted(workers: Workers[object, object], wanted: int, load: Callable[[], object] | None) -> None:
        begun.append(wanted)
        begin(workers, wanted, load)

    monkeypatch.setattr(Workers, "_begin", counted)
    wanted = found(1, one)
    assert (len(wanted), len(one.skipped), begun) == (8, 1, [1])
    assert found(2, several) == wanted
    assert (several.skipped, begun) == (one.skipped, [1, 1, 2])


def test_a_doubt_about_a_file_that_was_read_has_a_heading_of_its_own(capsys) -> None:
    report = Added()
    batch = Batch(Source("a", "a.pdf", "pdf"), (), ["b.bib: is empty."], ["c.bib: no rule reads the field mood (1)."])
    batch.doubts.append("a.pdf: an invoice, or looks like no paper (signs are missing).")
    report.read(batch, strict=False)
    tell_left_out(report)
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in told] == ["Skipped", "Left out", "In doubt"]
    assert repr(report).endswith("1 skipped, 1 losses, 1 doubts")
    with pytest.raises(KgError, match="an invoice"):
        Added().read(Batch(batch.source, (), doubts=batch.doubts), strict=True)
