"""Entries written for tests, read by the whole pipeline."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kg import endpoint as protocol
from kg.entity_types import LISTS
from kg.extract import extract
from kg.model import Document, Record, Text
from kg.text import repaired
from tests.extract.model_server import ABSTRACT, GOOD, MODEL, TITLE, Server, completion


def entry(
    abstract: str | Text = "",
    title: str | Text = "",
    brief: str | Text = "",
    line: str | Text = "",
    keywords: str | Text = "",
    *,
    id: str = "x-1",
) -> Document:
    """An entry with the texts that are given; a plain string is a text without repairs."""
    given = {"T": title, "A": abstract, "I": line, "B": brief, "K": keywords}
    texts = {field: repaired(text) if isinstance(text, str) else text for field, text in given.items() if text}
    return Document(id, "x", 1, texts)


def quotes(record: Record) -> Iterator[tuple[str, int, int, str]]:
    """(field, start, end, quote) of everything in a record that claims to stand in the text."""
    for name in LISTS.values():
        for mention in getattr(record, name):
            yield mention.field, mention.start, mention.end, mention.surface
    evidences = [*(r.evidence for r in record.results), *(r.evidence for r in record.relations)]
    for evidence in (*evidences, *(t.evidence for t in record.topics), *record.key.values()):
        if evidence is not None:
            yield evidence.field, evidence.start, evidence.end, evidence.quote


def misplaced(document: Document, record: Record) -> list[tuple[str, int, int, str]]:
    """What does not stand, word for word, where it is said to stand in the raw texts."""
    out = []
    for field, start, end, quote in quotes(record):
        raw = document.texts[field].raw if field in document.texts else ""
        if not (0 <= start < end <= len(raw) and raw[start:end] == quote):
            out.append((field, start, end, quote))
    return out


@pytest.fixture(scope="session", name="entry")
def _entry() -> Callable[..., Document]:
    return entry


@pytest.fixture(scope="session", name="misplaced")
def _misplaced() -> Callable[[Document, Record], list[tuple[str, int, int, str]]]:
    return misplaced


def reading(fast: bool) -> Callable[..., Record]:
    def read_entry(*texts: str | Text, id: str = "x-1", **named: str | Text) -> Record:
        document = entry(*texts, id=id, **named)
        record = extract(document, fast=fast)
        assert misplaced(document, record) == []
        return record

    return read_entry


@pytest.fixture(scope="session")
def read() -> Callable[..., Record]:
    """What vocabulary and rules read in an entry of `entry`'s arguments; each quote is where it is said to be."""
    return reading(fast=True)


@pytest.fixture(scope="session")
def read_in_full() -> Callable[..., Record]:
    """The same with the tagger."""
    return reading(fast=False)


@pytest.fixture
def without_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No language model, no cache and no proxy but those of the test."""
    for name in ("BASE_URL", "MODEL", "API_KEY", "TIMEOUT"):
        monkeypatch.delenv(f"KG_LLM_{name}", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(protocol, "_folder", lambda: tmp_path / "llm")
    monkeypatch.setattr(protocol, "_PAUSE", 0.01)


@pytest.fixture
def server(without_model: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that the environment names."""
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        running.answers = [completion(GOOD)]
        monkeypatch.setenv("KG_LLM_BASE_URL", running.url)
        monkeypatch.setenv("KG_LLM_MODEL", MODEL)
        monkeypatch.setenv("KG_LLM_TIMEOUT", "30")
        yield running
        running.shutdown()


@pytest.fixture(scope="session")
def ruled() -> Record:
    """What is extracted of the paper of `model_server` without a language model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KG_LLM_BASE_URL", raising=False)
        patch.delenv("KG_LLM_MODEL", raising=False)
        return extract(entry(ABSTRACT, title=TITLE))
