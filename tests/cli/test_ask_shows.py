"""The table of `kg ask` says how the question was understood."""

from __future__ import annotations

import pytest

from kg.cli.core import console
from kg.query import Answer, Lexicon, read
from kg.views.terminal import show
from kg.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("question", "read_as"),
    [
        ("at least 2x speedup before October 2025", "result: inference speed ↑ ≥ 2x; date: < 2025-10"),
        ("more than 3 times", "result: > 3x"),
        ("speedup between 2x and 3x", "result: inference speed ↑ ≥ 2x, ≤ 3x"),
        ("quantization or pruning", "topic: quantization or pruning"),
        ("papers not after October 2025 without code", "date: ≤ 2025-10; code: not code"),
        ("surveys except after 2024", "kind: survey; date: not > 2024"),
    ],
)
def test_thresholds_dates_and_negations_are_shown(
    question: str, read_as: str, capsys: pytest.CaptureFixture[str]
) -> None:
    show(Answer(question, read(question, Lexicon(Vocabulary.load()))), console())
    assert capsys.readouterr().out.splitlines() == [f"Read as: {read_as}"]
