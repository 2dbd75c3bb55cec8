"""Whether a thing rises, and which things do: the test of trends in the answers to questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kg.query import Answer, Lexicon, answer
from kg.rdf.store import Store
from kg.vocabulary import Vocabulary

#: Of the 20 papers of each month so many are on pruning; all others are on quantization.
MONTHS = {"2025-01": 1, "2025-02": 3, "2025-03": 6, "2025-04": 10, "2025-05": 13, "2025-06": 0}
LATEST = "2025-06-03"


def _papers() -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for month, pruning in MONTHS.items():
        for n in range(20 if month < LATEST[:7] else 2):
            topic = "pruning" if n < pruning else "quantization"
            day = f"{month}-{n + 1:02}" if month < LATEST[:7] else LATEST
            out[f"900-{len(out) + 1:02}"] = {
                "title": f"Paper {len(out)} on {topic}",
                "A": f"We study {topic} of networks.",
                "I": "Peking University",
                "techniques": [(topic, topic, "used")],
                "topics": [topic],
                "date": day,
            }
    return out


@pytest.fixture(scope="module")
def ask(made: Callable[[dict[str, Any]], Store], vocabulary: Vocabulary) -> Callable[[str], Answer]:
    store = made(_papers())
    lexicon = Lexicon.of(store, vocabulary)
    return lambda question: answer(store, vocabulary, question, lexicon=lexicon)


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("is pruning rising?", "Rising: 5.0% of all papers in 2025-01, 65.0% in 2025-05"),
        ("is quantization still popular?", "Falling: 95.0% of all papers in 2025-01, 35.0% in 2025-05"),
        ("is quantization losing interest?", "Falling: 95.0% of all papers in 2025-01, 35.0% in 2025-05"),
        ("剪枝越来越火吗", "在上升：占全部论文的比例从2025-01的5.0%升至2025-05的65.0%"),
        ("剪枝还热吗", "在上升：占全部论文的比例从2025-01的5.0%升至2025-05的65.0%"),
    ],
)
def test_share_is_tested_without_the_month_that_is_not_over(
    ask: Callable[[str], Answer], question: str, verdict: str
) -> None:
    found = ask(question)
    assert found.query.kind == "trend"
    assert found.table
    assert found.table.verdict.startswith(verdict)
    assert found.table.columns == ("month", "papers", "share")


def test_month_that_is_not_over_is_said(ask: Callable[[str], Answer]) -> None:
    assert f"2025-06 is not over: the newest paper is of {LATEST}." in ask("is quantization rising?").notes


def test_rising_things_are_those_that_the_test_finds(ask: Callable[[str], Answer]) -> None:
    rising, falling = ask("rising topics"), ask("declining topics")
    assert rising.table
    assert falling.table
    assert [line.concept for line in rising.table.lines] == ["topic:pruning"]
    assert [line.values[1:3] for line in falling.table.lines] == [("95.0%", "35.0%")]
    assert rising.table.verdict.startswith("Of 2 topics with at least ten papers one rises")


def test_too_few_papers_are_not_tested(ask: Callable[[str], Answer]) -> None:
    found = ask("is Peking University on the rise with distillation?")
    assert found.table is None or "Too little" in found.table.verdict
