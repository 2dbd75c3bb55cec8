"""Entries written for tests, read by the whole pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from kg.extract import extract
from kg.model import LISTS, Document, Record, Text
from kg.text import repaired


def entry(
    abstract: str | Text = "",
    title: str | Text = "",
    brief: str | Text = "",
    line: str | Text = "",
    keywords: str | Text = "",
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
    for evidence in (*evidences, *(t.evidence for t in record.topics)):
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


@pytest.fixture(scope="session")
def read() -> Callable[..., Record]:
    """The record of an entry made of `entry`'s arguments; fails when a quote is not where it is said to be."""

    def read_entry(*texts: str | Text, **named: str | Text) -> Record:
        document = entry(*texts, **named)  # type: ignore[arg-type]
        record = extract(document)
        assert misplaced(document, record) == []
        return record

    return read_entry
