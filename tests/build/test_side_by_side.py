"""Files that hold a paper each are read side by side: the same graph, and none is read again for nothing."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path

import pytest

import kg
from kg import sources
from kg.build import reading, workers
from kg.build.pipeline import Added, Pipeline
from kg.build.workers import chunked
from kg.model import Batch, KgError
from kg.sources.inputs import HeldFile, InputFile, Unread

pytestmark = pytest.mark.usefixtures("without_ontology")

PAPER = """<?xml version="1.0"?><TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc>
<titleStmt><title type="main">Zap{n}: Faster Decoding</title></titleStmt></fileDesc>
<profileDesc><abstract><p>We propose Zap{n}, a speculative decoding method with a draft model.
It is {n}x faster on an H100 than Medusa.</p></abstract></profileDesc></teiHeader></TEI>"""
NUMBERS = range(2, 26)
NAMES = [f"paper-{n}" for n in NUMBERS]


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    for n in NUMBERS:
        (folder / f"paper-{n}.xml").write_text(PAPER.format(n=n), "utf-8")
    return folder


@pytest.fixture
def graph(tmp_path: Path) -> kg.Graph:
    return kg.open(str(tmp_path / "g.kg"), create=True)


def _exported(folder: Path, *files: Path, jobs: int) -> bytes:
    with kg.open(str(folder), create=True) as graph:
        assert graph.add(*files, jobs=jobs, fast=True).added == NAMES
        return graph.export("nquads")


def test_the_same_graph_from_one_process_and_two_and_from_an_archive(tmp_path: Path, papers: Path) -> None:
    alone = _exported(tmp_path / "1", papers, jobs=1)
    assert b"Zap25" in alone
    assert _exported(tmp_path / "2", papers, jobs=2) == alone
    with zipfile.ZipFile(tmp_path / "papers.zip", "w") as archive:
        for path in papers.iterdir():
            archive.write(path, path.name)
    packed = _exported(tmp_path / "3", tmp_path / "papers.zip", jobs=2)
    assert packed.replace(b'"papers.zip:paper-', b'"paper-') == alone


def noted_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that this process reads from now on."""
    read, names = sources.read, list[str]()

    def noted(path: Path | HeldFile | str, name: str | None = None, is_whole: bool = False) -> Batch:
        names.append(str(path))
        return read(path, name, is_whole)

    monkeypatch.setattr(sources, "read", noted)
    return names


def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this process read a few files."""
    for module in (reading, workers):
        monkeypatch.setattr(module, "can_fork", lambda: False)


def test_other_processes_read_the_files(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = noted_reads(monkeypatch)
    report = Added()
    lines = list(Pipeline(fast=True, jobs=2).lines([papers], report=report))
    assert (report.added, len(lines)) == (NAMES, len(NAMES))
    assert not here
    assert list(Pipeline(fast=True, jobs=1).lines([papers])) == lines


def test_what_the_graph_has_as_it_is_is_not_read(
    graph: kg.Graph, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph.add(papers, fast=True, jobs=2)
    (papers / "paper-7.xml").write_text(PAPER.format(n=70), "utf-8")
    names = noted_reads(monkeypatch)
    read_here(monkeypatch)
    report = graph.add(papers, fast=True, jobs=1)
    assert (report.added, sorted(report.unchanged)) == (["paper-7"], sorted(set(NAMES) - {"paper-7"}))
    assert set(names) == {str(papers / "paper-7.xml")}


def test_what_cannot_be_read_is_told_and_the_others_go_on(graph: kg.Graph, papers: Path) -> None:
    broken = papers / "paper-9.xml"
    broken.write_text(PAPER.format(n=9)[:300], "utf-8")
    report = graph.add(papers, fast=True, jobs=2)
    assert report.added == [name for name in NAMES if name != "paper-9"]
    told = sorted(report.skipped)
    assert [sentence.partition(": ")[0] for sentence in told] == [str(broken)]
    again = graph.add(papers, fast=True, jobs=2)
    assert (again.added, len(again.unchanged), sorted(again.skipped)) == ([], len(report.added), told)
    with pytest.raises(KgError, match=r"paper-9\.xml"):
        graph.add(broken, fast=True, strict=True)


def test_files_of_one_name_are_all_read_and_copies_once(graph: kg.Graph, papers: Path, tmp_path: Path) -> None:
    for folder, number in (("a", 400), ("b", 401), ("c", 400)):
        (papers / folder).mkdir()
        (papers / folder / "paper-4.xml").write_text(PAPER.format(n=number), "utf-8")
    (papers / "paper-4.bib").write_text("@misc{x, title = {Fewer bits for longer contexts}, year = 2024}", "utf-8")
    files = [str(path) for path in papers.rglob("paper-4.*")]
    report = graph.add(*files, fast=True)
    assert {source.name: source.form for source in graph.sources()} == {
        "paper-4": "bibtex", "papers-paper-4": "tei", "a-paper-4": "tei", "b-paper-4": "tei",
    }  # fmt: skip
    assert len(report.added) == 4
    [copied] = report.skipped
    assert copied == f"{papers}/c/paper-4.xml: is a copy of {papers}/a/paper-4.xml: it was read once."
    assert graph.add(*reversed(files), fast=True).added == []


def test_a_file_reaches_another_process_with_its_names_and_bytes(papers: Path) -> None:
    path = papers / "paper-3.xml"
    file = sources.begin(path)
    assert isinstance(file, Unread)
    there = pickle.loads(pickle.dumps(file))
    assert InputFile(there.held).text() == path.read_text("utf-8")
    assert (there.id, there.held.name, there.source) == (str(path), "paper-3.xml", file.source)
    assert _given_away(path)
    assert there.source == sources.read(path).source
    assert sources.read(there.held).source == there.source


@pytest.mark.parametrize("text", ["{}\n", PAPER.replace("<TEI", "<teiCorpus").replace("</TEI", "</teiCorpus"), ""])
def test_files_of_many_papers_and_of_none_are_not_given_away(tmp_path: Path, text: str) -> None:
    path = tmp_path / "papers.xml"
    path.write_text(text, "utf-8")
    assert not _given_away(path)
    assert not _given_away(tmp_path / "missing.pdf")


def _given_away(path: Path) -> bool:
    try:
        return isinstance(sources.begin(path), Unread)
    except KgError:
        return False


def test_heavy_items_go_in_smaller_chunks() -> None:
    class Heavy(io.BytesIO):
        weight = 3

    heavy = Heavy()
    assert list(chunked([1, 2, heavy, 4, heavy, heavy, 7], 4)) == [[1, 2, heavy], [4, heavy], [heavy, 7]]
    assert list(chunked([], 4)) == []
