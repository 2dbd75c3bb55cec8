"""Exports by name."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

import kg
from kg.api import Graph
from kg.cli import application
from kg.cli.export import FORMS
from kg.model import KgError
from kg.views.export import save
from kg.views.export.formats import formats

MADE = [form for form in FORMS if form != "digest" and (form != "parquet" or importlib.util.find_spec("pyarrow"))]
FOLDERS = [form for form in MADE if formats()[form].files]


def test_digest_is_byte_identical(built: Graph, reports: Path) -> None:
    for file in sorted(reports.glob("*.txt")):
        assert built.export("digest", file.name.partition("_")[0]) == file.read_bytes()


def test_every_form_is_made_to_the_same_bytes_by_another_process(first_file: Path) -> None:
    code = (
        "import hashlib, json, sys, kg\n"
        "graph = kg.open(sys.argv[1], read_only=True)\n"
        "made = {form: hashlib.sha256(graph.export(form)).hexdigest() for form in sys.argv[2:]}\n"
        "print(json.dumps(made))"
    )
    other = subprocess.run([sys.executable, "-c", code, first_file, *MADE], stdout=subprocess.PIPE, check=True)
    with kg.open(str(first_file), read_only=True) as graph:
        made = {form: graph.export(form) for form in MADE}
    assert {form: hashlib.sha256(data).hexdigest() for form, data in made.items()} == json.loads(other.stdout)
    assert all(len(data) > 1000 for data in made.values())
    assert made["jsonl"].count(b"\n") == 20


def test_wrong_choices_are_told(built: Graph) -> None:
    with pytest.raises(KgError, match="--select"):
        built.export("digest")
    with pytest.raises(KgError, match="choose one of"):
        built.export("docx")
    with pytest.raises(KgError, match="No paper"):
        built.export("turtle", "zebra unicorns")
    with pytest.raises(KgError, match="only vosviewer"):
        built.export("turtle", of="technique")


@pytest.mark.parametrize("form", FOLDERS)
def test_a_folder_holds_what_its_archive_holds(hostile: Graph, tmp_path: Path, form: str) -> None:
    folder, archive = tmp_path / "out", tmp_path / "out.zip"
    save(hostile, folder, form)
    save(hostile, archive, form)
    assert archive.read_bytes() == hostile.export(form)
    with zipfile.ZipFile(archive) as packed:
        inside = {name: packed.read(name) for name in packed.namelist()}
    assert len(inside) == len(packed.infolist())
    assert all(member.date_time == (1980, 1, 1, 0, 0, 0) for member in packed.infolist())
    assert {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*.*")} == inside
    assert sorted(tmp_path.iterdir()) == [folder, archive]
    assert folder.stat().st_mode & 0o700 == 0o700


def test_a_folder_is_written_whole_or_not_at_all(
    hostile: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "mine" / "note.md"
    kept.parent.mkdir()
    kept.write_text("mine")
    with pytest.raises(KgError, match=r"choose a new folder, or a file that ends in \.zip"):
        save(hostile, kept.parent, "obsidian")
    with pytest.raises(KgError, match="cannot be written"):
        save(hostile, tmp_path / "none" / "vault", "obsidian")

    def broken(*_: object):
        yield "a.md", b"a"
        raise KgError("The entry a cannot be read.")

    monkeypatch.setitem(formats(), "obsidian", formats()["obsidian"]._replace(files=broken))
    with pytest.raises(KgError, match="cannot be read"):
        save(hostile, tmp_path / "vault", "obsidian")
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]
    assert kept.read_text() == "mine"
    (tmp_path / "empty").mkdir()
    monkeypatch.undo()
    save(hostile, tmp_path / "empty", "vosviewer", of="technique")
    assert [file.name for file in sorted((tmp_path / "empty").iterdir())] == ["map.txt", "network.txt"]


def test_command_line_writes_folders_archives_and_one_file(built_file: Path, tmp_path: Path) -> None:
    def run(*arguments: object) -> int:
        line = ["export", "--graph", str(built_file), *map(str, arguments)]
        return CliRunner().invoke(application(), line).exit_code

    assert run("-f", "vosviewer", "--of", "technique", "-o", tmp_path / "maps") == 0
    assert (tmp_path / "maps" / "map.txt").read_text().startswith("id\tlabel\tweight<Papers>")
    assert run("-f", "neo4j", "-o", tmp_path / "neo4j.zip") == 0
    with zipfile.ZipFile(io.BytesIO((tmp_path / "neo4j.zip").read_bytes())) as packed:
        assert "relationships.csv" in packed.namelist()
    assert run("-o", tmp_path / "x.cyjs") == 0
    assert run("-o", tmp_path / "x.zip") != 0  # which of the forms that are archives?
