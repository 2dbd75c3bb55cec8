"""Exports by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.api import Graph
from kg.model import KgError
from kg.views.export import formats


def test_digest_is_byte_identical(built: Graph, reports: Path) -> None:
    for file in sorted(reports.glob("*.txt")):
        assert built.export("digest", file.name.partition("_")[0]) == file.read_bytes()


def test_formats_are_named_with_their_endings(built: Graph) -> None:
    assert {"turtle", "jsonl", "csv", "graphml", "digest"} <= set(formats())
    assert built.export("jsonl").count(b"\n") == len(built.entries())


def test_wrong_choices_are_told(built: Graph) -> None:
    with pytest.raises(KgError, match="--source"):
        built.export("digest")
    with pytest.raises(KgError, match="choose one of"):
        built.export("docx")
    with pytest.raises(KgError, match="leave it out"):
        built.export("turtle", "000")
