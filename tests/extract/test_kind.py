"""What kind of paper it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.model import Record


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Agents learn skills. In this survey, we examine how skills evolve.", "survey"),
        ("Models are large. This paper presents a focused and high-level review of caches for readers.", "survey"),
        ("We propose ZapKV, a cache that keeps what users review of the past.", "method"),
    ],
)
def test_a_paper_that_calls_itself_a_survey_is_one(read: Callable[..., Record], text: str, kind: str) -> None:
    assert read(text, title="Skills of Agents").kind == kind
