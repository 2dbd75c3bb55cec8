"""Small files that tests write and read again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from kg.model import Document
from kg.sources import read


def json_lines(path: Path, rows: Iterable[object]) -> Path:
    """A file of JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def read_as(form: str, path: Path, text: str | bytes) -> tuple[list[Document], list[str]]:
    """The papers of a file that is written now and must be of a form, and what was skipped of it."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    batch = read(path)
    assert batch.source.form == form
    documents = list(batch.documents)
    return documents, batch.skipped


def read_one(form: str, path: Path, text: str | bytes) -> Document:
    """The one paper of a file that is written now and must be of a form; nothing of it may be skipped."""
    [document], skipped = read_as(form, path, text)
    assert not skipped
    return document
