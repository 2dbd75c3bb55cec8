"""What `kg add` leaves behind where it adds nothing, and what it does not read."""

from __future__ import annotations

from pathlib import Path

from kg.api import Graph
from tests.cli.command import run

PAPER = '{"id": "p-1", "title": "Pruning", "abstract": "We prune.", "date": "2025-10-01"}\n'


def test_a_failed_add_leaves_no_graph_and_keeps_one_that_was_there(tmp_path: Path) -> None:
    graph, wrong, right = tmp_path / "papers.kg", tmp_path / "nothing.pdf", tmp_path / "papers.jsonl"
    wrong.write_text("no paper")
    right.write_text(PAPER)
    assert run("add", str(wrong), graph=graph).returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["nothing.pdf", "papers.jsonl"]
    assert run("add", "--fast", str(right), graph=graph).returncode == 0
    assert run("add", str(wrong), graph=graph).returncode == 2
    with Graph(graph, read_only=True) as opened:
        assert opened.entry_count() == 1


def test_pages_that_kg_wrote_are_not_read(tmp_path: Path, built_file: Path) -> None:
    folder = tmp_path / "all"
    folder.mkdir()
    (folder / "papers.jsonl").write_text(PAPER)
    assert run("report", "quantization", "-o", str(folder / "report.html"), graph=built_file).returncode == 0
    assert (
        run("ask", "quantization", "--format", "html", "-o", str(folder / "answer.html"), graph=built_file).returncode
        == 0
    )
    graph = tmp_path / "papers.kg"
    said = run("add", "--fast", str(folder), graph=graph)
    assert said.returncode == 3
    assert said.stderr.count("a page that kg wrote") == 2
    with Graph(graph, read_only=True) as opened:
        assert opened.entry_count() == 1


def test_briefs_speak_the_language_of_the_user(built: Graph, monkeypatch: object) -> None:
    for locale, lang in (("zh_CN.UTF-8", "zh"), ("en_GB.UTF-8", "en"), ("C", "en")):
        monkeypatch.setenv("LC_ALL", locale)  # type: ignore[attr-defined]
        assert built.brief("002-22") == built.brief("002-22", lang)
