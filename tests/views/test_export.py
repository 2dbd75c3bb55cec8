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


def test_every_format_gives_the_graph(built: Graph) -> None:
    for format in formats():
        assert built.export(format, "000" if format == "digest" else None)


def test_wrong_choices_are_told(built: Graph) -> None:
    with pytest.raises(KgError, match="--source"):
        built.export("digest")
    with pytest.raises(KgError, match="choose one of"):
        built.export("docx")
    with pytest.raises(KgError, match="leave it out"):
        built.export("turtle", "000")
