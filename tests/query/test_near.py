"""Nearness in meaning: papers and concepts near to words, the index of titles, and what stands in for a phrase."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kg.api import Graph
from kg.encoder import SIZE, encoder
from kg.query import Lexicon, Query, near, respond
from kg.query.derived import Damaged
from kg.query.near import FILE, Vectors, in_english, labels, titles
from kg.rdf.store import Store
from kg.store.lite import cache_of
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kg.encoder import Vector

pytestmark = pytest.mark.skipif(not encoder(), reason="the package carries no encoder here")


def counting() -> tuple[Callable[[str], Vector], list[str]]:
    """An encoder that notes what it encodes."""
    seen: list[str] = []

    def encode(text: str) -> Vector:
        seen.append(text)
        out = np.zeros(SIZE, np.float32)
        out[len(text) % SIZE] = 1
        return out

    return encode, seen


def test_only_new_texts_are_encoded() -> None:
    encode, seen = counting()
    known = Vectors([memoryview(part) for part in Vectors.packed([("paper:a", "one"), ("paper:b", "three")], encode)])
    seen.clear()
    parts = Vectors.packed([("paper:c", "fourteen"), ("paper:b", "three")], encode, known)
    assert seen == ["fourteen"]
    assert parts == Vectors.packed([("paper:b", "three"), ("paper:c", "fourteen")], encode)


def test_damage_is_seen() -> None:
    parts = Vectors.packed([("paper:a", "one")], counting()[0])
    for n in range(len(parts)):
        bad = [bytearray(part) for part in parts]
        bad[n][0] ^= 1
        with pytest.raises(Damaged):
            Vectors([memoryview(part) for part in bad])


def test_papers_and_concepts_near_to_words(store: Store, vocabulary: Vocabulary) -> None:
    lexicon = Lexicon.of(store, vocabulary)
    found = respond(store, lexicon, "", Query("near", words="drafts that make decoding speculative"))
    assert found.rows[0].id == "900-02"  # a survey of speculative decoding
    assert found.table is not None
    assert found.table.columns == ("text", "type", "similarity")
    assert not found.empty
    scores = [row.score for row in found.rows]
    assert scores == sorted(scores, reverse=True)
    (row,) = respond(store, lexicon, "", Query("near", words="speculative decoding"), 1).rows
    (quote,) = row.evidence
    assert quote.quote in "A Survey of Speculative Decoding This survey covers speculative decoding."


def test_chinese_goes_through_the_labels(store: Store, vocabulary: Vocabulary) -> None:
    assert in_english("关于推测解码的综述", vocabulary).startswith("speculative decoding")
    found = respond(store, Lexicon.of(store, vocabulary), "", Query("near", words="推测解码"))
    assert found.rows[0].id == "900-02"
    assert any("speculative decoding" in note for note in found.notes)
    (note,) = respond(store, Lexicon.of(store, vocabulary), "", Query("near", words="龘龘")).notes
    assert "无法比较" in note


def test_index_of_titles_is_kept_and_renewed(tmp_path: Path, store: Store) -> None:
    graph = tmp_path / "papers.kg"
    index = cache_of(graph) / FILE
    store.backup(graph)
    with Store(graph, read_only=True) as reader:
        first = titles(reader).keys
        entries = reader.names()
    content = index.read_bytes()
    assert len(first) == len(entries)
    index.write_bytes(content[:-3])
    with Store(graph, read_only=True) as reader:
        assert titles(reader).keys == first
    assert index.read_bytes() == content
    with Store(graph) as writer:
        writer.drop_entries(entries[:1])
    with Store(graph, read_only=True) as reader:
        assert len(titles(reader).keys) == len(entries) - 1


@pytest.mark.parametrize("most", [1, 2])
def test_many_titles_without_vectors_wait_for_who_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    file = tmp_path / "papers.kg"
    monkeypatch.setattr(near, "_FEW", most)
    paper = '{{"id": "{0}", "title": "The {0} of many", "abstract": "We prune {0} on an H100."}}\n'
    for name, fast in (("one", True), ("two", False)):
        (tmp_path / f"{name}.jsonl").write_text(paper.format(name), "utf-8")
        with Graph(file) as graph:
            graph.add(tmp_path / f"{name}.jsonl", fast=fast)
    assert (cache_of(file) / FILE).exists() == (most > 1)
    with Graph(file, read_only=True) as graph:
        assert len(near.titles(graph.store).keys) == 2


def test_phrase_that_is_no_concept_has_a_nearest_one(store: Store, vocabulary: Vocabulary) -> None:
    lexicon = Lexicon.of(store, vocabulary)
    nearest = lexicon.nearest_concept("compressing the key-value caches")
    assert nearest is not None
    assert nearest[0] == "topic:kv-cache-compression"
    assert lexicon.nearest_concept("zyxgnarf blorbification") is None
    assert lexicon.nearest_concept("龘") is None


def test_shipped_vectors_are_those_of_the_labels(vocabulary: Vocabulary) -> None:
    """Where this fails, run scripts/label_vectors.py."""
    from kg.query.near import _shipped

    shipped = _shipped()
    assert shipped is not None
    assert shipped.keys == labels(vocabulary)
