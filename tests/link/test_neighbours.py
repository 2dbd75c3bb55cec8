"""Neighbours by meaning: found above the threshold, and never where a guard keeps two things apart."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kg.encoder import SIZE, Encoder, encoder
from kg.link.concepts import ConceptLinker
from kg.link.neighbours import THRESHOLD, Neighbours, same_word
from kg.model import Mention
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kg.encoder import Vector

GOLD = Path(__file__).parents[2] / "data" / "gold"


@pytest.fixture(scope="module")
def near() -> Neighbours:
    return Neighbours(Vocabulary.load())


@pytest.mark.parametrize(
    ("name", "kind", "label"),
    [
        ("causal masking", "technique", "causal mask"),
        ("mixed-integer linear program", "technique", "mixed-integer linear programming"),
        ("prune visual tokens", "technique", "pruning visual tokens"),
        ("limits GPU memory capacity", "problem", "limited GPU memory capacity"),
    ],
)
def test_form_of_a_label_is_its_neighbour(near: Neighbours, name: str, kind: str, label: str) -> None:
    found = near.find(name, kind)
    assert found is not None
    assert found.label == label
    assert found.similarity >= THRESHOLD


@pytest.mark.parametrize(
    "name", ["", " ", "-", "8", "量化", "a" * 5000, "x" * 79, "\x00", "hybrid wobble caching", "LoRA++", "GPTQv9"]
)
def test_what_is_like_no_label_has_no_neighbour(near: Neighbours, name: str) -> None:
    assert near.find(name, "technique") is None


def test_named_things_have_no_neighbours(near: Neighbours) -> None:
    assert near.find("Llama-3", "model") is None
    assert near.find("ImageNets", "dataset") is None


def test_judged_names_that_pass_the_guards_are_right(near: Neighbours) -> None:
    with (GOLD / "neighbours.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) > 100
    passed = [
        row["right"] == "1"
        for row in rows
        if not near.apart(row["name"], row["label"], row["type"])
        and near.similarity(row["name"], row["label"]) >= THRESHOLD
    ]
    assert len(passed) >= 20
    assert sum(passed) / len(passed) >= 0.97


def test_linking_uses_neighbours_last_and_says_so() -> None:
    linker = ConceptLinker(Vocabulary.load())
    link = linker.mention(Mention("technique", "causal masking", "causal masking", role="used"), "", {})
    assert link.concept == "technique:causal-mask"
    assert "neighbour of the label 'causal mask', similarity 0.9" in link.reason
    minted = linker.mention(Mention("technique", "9-bit quantization", "9-bit quantization", role="used"), "", {})
    assert minted.reason.startswith("minted")


def test_few_phrases_are_encoded(near: Neighbours) -> None:
    asked: list[str] = []

    class Counting(Encoder):
        def __call__(self, text: str) -> Vector:
            asked.append(text)
            return super().__call__(text)

    counting = Neighbours(near.vocabulary, Counting(encoder().folder))
    for n in range(500):
        counting.find(f"wobbly frobnication number {n} of caches", "technique")
    assert asked == []
    counting.find("causal masking", "technique")
    counting.find("causal masking", "technique")
    assert 2 <= len(asked) <= 6


def test_without_a_model_there_are_no_neighbours(tmp_path: Path) -> None:
    without = Neighbours(Vocabulary.load(), Encoder(tmp_path))
    assert without.find("causal masking", "technique") is None


def test_same_word_needs_a_common_root() -> None:
    assert same_word("quantizing", "quantization")
    assert same_word("convolutional", "convolution")
    assert not same_word("router", "routing")
    assert not same_word("map", "mop")


def test_vectors_have_length_one_and_are_the_same_again() -> None:
    one = encoder()("KV cache compression")
    assert one.shape == (SIZE,)
    assert one.dtype == np.float32
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
    assert one.tobytes() == Encoder(encoder().folder)("KV cache compression").tobytes()
    assert (
        float(one @ encoder()("compressing key-value caches")) > float(one @ encoder()("traffic sign detection")) + 0.3
    )
    assert not encoder()("").any()


@pytest.mark.timeout(60)
def test_long_text_is_read_in_part_and_in_time() -> None:
    assert np.linalg.norm(encoder()("word " * 20_000)) == pytest.approx(1, abs=1e-5)
