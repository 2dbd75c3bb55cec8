"""Answers to questions that go on from the one before; tests/cases/followups.jsonl has what is carried."""

from __future__ import annotations

from typing import Any

from kg.query import Entity, Lexicon, answer, read
from kg.vocabulary import Vocabulary


def test_answer_says_what_it_carries(store: Any, vocabulary: Vocabulary) -> None:
    first = answer(store, vocabulary, "KV cache compression")
    found = answer(store, vocabulary, "and on H100?", after=first)
    assert found.after == ("KV cache compression",)
    assert found.notes[0] == "Carried over from the question before: KV cache compression."
    again = answer(store, vocabulary, "only those from 2025", after=found)
    assert again.to_json() == answer(store, vocabulary, "only those from 2025", after=again.after).to_json()
    assert answer(store, vocabulary, "pruning", after=found).after == ()


def test_institution_may_sign_as_an_author(own: Lexicon) -> None:
    (condition,) = read("papers by DeepSeek", own).filter.conditions
    (term,) = condition.any_of
    assert isinstance(term, Entity)
    assert "deepseek-ai" in term.signs
