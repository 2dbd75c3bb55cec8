"""kg doctor, and the quality page that it writes."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

import kg
from kg.cli import application


def doctor(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(application(["doctor"]), ["doctor", *map(str, arguments)])
    return done.exit_code, f"{done.output}{done.exception or ''}"


def test_report_is_written_in_the_form_of_its_ending(built_file: Path, tmp_path: Path) -> None:
    for lang, title in (("en", "Quality of the graph"), ("zh", "图谱质量报告")):
        page, data = tmp_path / "q.html", tmp_path / "q.json"
        assert doctor("--report", page, "--graph", built_file, "--lang", lang)[0] == 0
        assert f"<h1>{title}</h1>" in page.read_text("utf-8")
        assert doctor("--report", data, "--graph", built_file, "--lang", lang)[0] == 0
        assert json.loads(data.read_text("utf-8"))["title"] == title


def test_what_cannot_be_reported_is_a_sentence(built_file: Path, tmp_path: Path) -> None:
    status, said = doctor("--report", tmp_path / "q.pdf", "--graph", built_file)
    assert (status, "no form here has the ending .pdf" in said) == (1, True)
    status, said = doctor("--report", tmp_path / "q.html", "--graph", tmp_path / "none.kg")
    assert (status, "there is no graph here" in said) == (1, True)
    status, said = doctor("--report", tmp_path / "no" / "q.html", "--graph", built_file)
    assert (status, "make the folder" in said) == (1, True)
    assert not list(tmp_path.iterdir())


def test_report_of_an_empty_graph_found_nothing(tmp_path: Path) -> None:
    kg.open(str(tmp_path / "empty.kg"), create=True).close()
    status, _ = doctor("--report", tmp_path / "q.html", "--graph", tmp_path / "empty.kg")
    assert status == 1
    assert (tmp_path / "q.html").is_file()


def test_without_report_the_installation_and_the_graph_are_told(built_file: Path, tmp_path: Path) -> None:
    for file, told in ((built_file, "133"), (tmp_path / "none.kg", "There is no graph")):
        status, said = doctor("--graph", file)
        assert status == 0
        assert "pyoxigraph" in said
        assert told in said
