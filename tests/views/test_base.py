"""Views save themselves, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kg.api import Graph
from kg.files import write
from kg.model import KgError
from kg.views import View, views
from kg.views.words import LANGUAGES, _table


def test_the_files_ending_chooses_the_form(tmp_path: Path) -> None:
    view = View("v", {"html": lambda: "<p>x</p>", "md": lambda: "x\n", "png": lambda: b"\x89"})
    assert view.save(tmp_path / "a.md").read_text() == "x\n"
    assert view.save(tmp_path / "a.HTM").read_text() == "<p>x</p>"
    assert view.save(tmp_path / "a.out", "png").read_bytes() == b"\x89"
    with pytest.raises(KgError, match="no form 'pdf'"):
        view.save(tmp_path / "a.pdf")
    with pytest.raises(KgError, match="no ending"):
        view.save(tmp_path / "a")


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"nowhere.*make the folder"):
        write(tmp_path / "nowhere" / "a.html", "x")


def test_a_folder_as_target_is_told(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="is a folder"):
        write(tmp_path, "x")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to read-only folders")
def test_a_read_only_folder_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(KgError, match="read-only"):
        write(tmp_path / "a.html", "x")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = write(tmp_path / "a.txt", "old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(KgError, match="No space left"):
        write(target, "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_written_files_have_the_users_mode(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    assert write(tmp_path / "a.txt", "x").stat().st_mode == plain.stat().st_mode


def test_every_view_is_found_and_makes_one(built: Graph) -> None:
    assert {"brief", "picture", "report", "trends"} <= set(views())
    for name, make in views().items():
        view = make(built, "002-22", "en")
        assert view.papers == 1, name
        assert view.content
        assert view._repr_html_()


def test_every_word_is_there_in_every_language() -> None:
    for group, words in _table().items():
        for name, said in words.items():
            assert set(said) == set(LANGUAGES), f"{group}.{name}"
