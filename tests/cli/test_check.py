"""`kg check` as a user runs it: forms, languages, standard input, and what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command import run

DRAFT = "LongLive runs at 20.7 FPS on a single NVIDIA H100. LongLive runs at 24.7 FPS on a single NVIDIA H100.\n"


def test_a_draft_is_checked_in_every_form_and_a_contradiction_ends_with_one(built_file: Path, tmp_path: Path) -> None:
    (tmp_path / "draft.md").write_text(DRAFT)
    said = run("check", tmp_path / "draft.md", graph=built_file)
    assert said.returncode == 1
    assert "contradicted**: LongLive" in said.stdout
    assert "`002-22/A/" in said.stdout
    zh = run("check", "-", "--lang", "zh", graph=built_file, stdin=DRAFT)
    assert "与论文不符" in zh.stdout
    found = json.loads(run("check", "-", "-f", "json", graph=built_file, stdin=DRAFT).stdout)
    assert found["counts"]["contradicted"] == 1
    out = tmp_path / "checked.json"
    assert run("check", tmp_path / "draft.md", "-o", out, graph=built_file).returncode == 1
    assert json.loads(out.read_text()) == found


def test_what_is_no_draft_is_told_in_one_sentence(built_file: Path, tmp_path: Path) -> None:
    wrong = {"none.md": None, "binary.md": b"\xff\xfe\x00", "long.md": b"x" * 500_000}
    for name, data in wrong.items():
        if data is not None:
            (tmp_path / name).write_bytes(data)
        said = run("check", tmp_path / name, graph=built_file)
        assert (said.returncode, said.stdout) == (2, "")
        assert len(said.stderr.splitlines()) == 1
    assert run("check", "-", graph=built_file, stdin="A walk in the park.").returncode == 1
