"""Problems as noun phrases."""

from __future__ import annotations

import pytest

from kg.extract.nominal import noun_phrase
from kg.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("fail to wobble the fine maps", "failure to wobble the fine maps"),
        ("fails to wobble", "failure to wobble"),
        ("do not fully use the maps", "failure to fully use the maps"),
        ("cannot hold long maps", "inability to hold long maps"),
        ("lack theoretical grounding and rely on tuned maps", "lack of theoretical grounding"),
        ("relies heavily on wide maps", "reliance on wide maps"),
        ("overlooking the prefill and decode stages", "neglect of the prefill and decode stages"),
        ("requires costly maps", "need for costly maps"),
        ("discard informative maps", "discarding informative maps"),
        ("methods rely on long maps", "methods relying on long maps"),
        ("maps that are long and can be costly", "maps that are long and can be costly"),
        ("labels are often unavailable", "labels being often unavailable"),
        ("long prompts may degrade accuracy", "long prompts degrading accuracy"),
        ("labels cannot be shared", "labels not being shared"),
        ("is not enough for long maps", "not being enough for long maps"),
        ("not inherently compatible with maps", "not being inherently compatible with maps"),
        ("branches activate different maps", "branches activating different maps"),
        ("its size makes the map costly", "its size making the map costly"),
        ("quickly adapt to new maps", "quickly adapting to new maps"),
        ("computationally expensive and slow", "being computationally expensive and slow"),
        ("constrained in memory", "being constrained in memory"),
        ("involves map training and can be costly", "involving map training and being costly"),
        ("been sufficiently assessed for long maps", "being sufficiently assessed for long maps"),
    ],
)
def test_clause_becomes_a_noun_phrase(said: str, expected: str) -> None:
    assert noun_phrase(said, Vocabulary.load()) == expected


@pytest.mark.parametrize(
    "said",
    [
        "memory footprint",
        "lack of labels",
        "failure to wobble",
        "potential of long maps",
        "prohibitive overhead",
        "maps that are costly to hold",
        "ignored maps",
        "code-switching by callers",
        "range to be so narrow that maps fail",
        "显存占用高",
        "latency",
        "extensive post-training",
        "heavily on long maps",
        "do the two usual rules",
    ],
)
def test_what_names_something_stays_as_it_is(said: str) -> None:
    assert noun_phrase(said, Vocabulary.load()) == said
