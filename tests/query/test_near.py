"""Nearness in meaning: papers and concepts near to words, the index of titles, and what stands in for a phrase."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from label_vectors import ship

from kg.api import Graph
from kg.encoder import SIZE, encoder
from kg.query import Lexicon, Query, nearness, respond
from kg.query.nearness import Vectors, in_english, labels, shipped, shipped_file, titles
from kg.rdf.store import Store
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kg.encoder import Vector

pytestmark = pytest.mark.skipif(not encoder(), reason="the package carries no encoder here")


def counting() -> tuple[nearness.Encodes, list[str]]:
    """An encoder that notes what it encodes."""
    seen: list[str] = []

    def encode(text: str) -> Vector:
        seen.append(text)
        row: Vector = np.eye(SIZE, dtype=np.float32)[len(text) % SIZE]
        return row

    return encode, seen


def test_only_new_texts_are_encoded() -> None:
    encode, seen = counting()
    known = Vectors.of([("paper:a", "one"), ("paper:b", "three")], encode)
    seen.clear()
    keys = [("paper:b", "three"), ("paper:c", "fourteen")]
    assert Vectors.of(keys, encode, known).kept.tobytes() == Vectors.of(keys, counting()[0]).kept.tobytes()
    assert seen == ["fourteen"]


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


def test_vectors_of_titles_are_kept_and_renewed(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = tmp_path / "papers.kg"
    store.backup(graph)
    encode, seen = counting()
    monkeypatch.setattr(nearness, "encoder", lambda: encode)
    with Store(graph) as writer:
        writer.say("title_vectors", "")  # as of no encoder
    with Store(graph, read_only=True) as reader:
        first = titles(reader)
        entries = reader.names()
    assert len(seen) == len(first.keys) == len(entries)
    with Store(graph) as writer:
        writer.db.execute("UPDATE title_vectors SET vector = 'damaged' WHERE paper = ?", first.keys[:1][0][:1])
    with Store(graph, read_only=True) as reader:
        assert titles(reader).kept.tobytes() == first.kept.tobytes()
    assert seen[len(entries) :] == [first.keys[0][1]]
    with Store(graph) as writer:
        writer.drop_entries(entries[:1])
        assert len(titles(writer).keys) == len(entries) - 1
    monkeypatch.setattr(nearness, "encoder_name", lambda: "another encoder")
    with Store(graph, read_only=True) as reader:
        titles(reader)
    assert len(seen) == len(entries) + 1 + len(entries) - 1


@pytest.mark.parametrize("most", [1, 2])
def test_many_titles_without_vectors_wait_for_who_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    file = tmp_path / "papers.kg"
    monkeypatch.setattr(nearness, "_FEW", most)
    paper = '{{"id": "{0}", "title": "The {0} of many", "abstract": "We prune {0} on an H100."}}\n'
    for name, fast in (("one", True), ("two", False)):
        (tmp_path / f"{name}.jsonl").write_text(paper.format(name), "utf-8")
        with Graph(file, create=True) as graph:
            graph.add(tmp_path / f"{name}.jsonl", fast=fast)
    with Graph(file, read_only=True) as graph:
        assert bool(graph.store.said("title_vectors")) == (most > 1)
        assert len(nearness.titles(graph.store).keys) == 2


def test_shipped_vectors_are_those_of_the_labels(vocabulary: Vocabulary, tmp_path: Path) -> None:
    """Where this fails, run scripts/label_vectors.py."""
    known = shipped()
    assert known is not None
    assert known.keys == labels(vocabulary)
    assert ship(known, tmp_path / "labels.npz").read_bytes() == shipped_file().read_bytes()
