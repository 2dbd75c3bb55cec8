"""Exports by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.api import Graph
from kg.cli.export import FORMS
from kg.model import KgError


def test_digest_is_byte_identical(built: Graph, reports: Path) -> None:
    for file in sorted(reports.glob("*.txt")):
        assert built.export("digest", file.name.partition("_")[0]) == file.read_bytes()


def test_every_form_of_the_command_line_is_made(built: Graph) -> None:
    assert all(built.export(form) for form in FORMS if form != "digest")
    assert built.export("jsonl").count(b"\n") == len(built.entries())


def test_wrong_choices_are_told(built: Graph) -> None:
    with pytest.raises(KgError, match="--source"):
        built.export("digest")
    with pytest.raises(KgError, match="choose one of"):
        built.export("docx")
    with pytest.raises(KgError, match="leave it out"):
        built.export("turtle", "000")
