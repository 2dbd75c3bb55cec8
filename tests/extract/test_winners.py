"""Comparisons that a sentence states outright."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.extract import pipeline
from kg.extract.component import make_doc
from kg.model import Document, Evidence, Result
from kg.vocabulary import Vocabulary
from tests.extract.comparing import OPENS, compared, stated_in


@pytest.mark.parametrize(
    ("text", "is_class"),
    [
        ("ZapNet outperforms existing sparse attention.", True),
        ("ZapNet outperforms existing Dunlin methods.", True),
        ("ZapNet is faster than other Dunlin variants.", True),
        ("ZapNet outperforms other methods and Plover.", False),
        ("ZapNet outperforms SOTA caching methods.", True),
    ],
)
def test_a_beaten_class_which_the_winner_may_belong_to_is_told_apart(
    entry: Callable[..., Document], text: str, is_class: bool
) -> None:
    assert [said.is_class for said in stated_in(entry, text).values()] == [is_class]


@pytest.mark.parametrize(
    ("change", "baseline", "kind"),
    [
        ("decrease", "Plover", "outperforms"),
        ("decrease", "the Plover baseline", "outperforms"),
        ("decrease", "Corvid and Plover", "outperforms"),
        ("decrease", "Corvid/Plover", "outperforms"),
        ("decrease", "the full Plover", "compared_with"),
        ("increase", "Plover", "compared_with"),
        ("absolute", "Plover latency", "compared_with"),
    ],
)
def test_a_result_is_a_comparison_with_its_named_baseline(
    entry: Callable[..., Document], change: str, baseline: str, kind: str
) -> None:
    text = "We measure ZapNet and Plover at length."
    result = Result(
        Evidence(OPENS + text), "latency", 40, "%", change, "exact", baseline, "", extractor="test", confidence=0.9
    )
    assert compared(entry, text, result) == {("ZapNet", kind, "Plover")}


@pytest.mark.parametrize(("change", "kind"), [("decrease", "compared_with"), ("increase", "outperforms")])
def test_what_saves_at_the_cost_of_quality_wins_over_nobody(
    entry: Callable[..., Document], change: str, kind: str
) -> None:
    text = "ZapNet and Plover differ by 70% in latency and by 2% in accuracy."
    evidence = Evidence(OPENS + text)
    said = (("latency", 70, "decrease"), ("accuracy", 2, change))
    results = [
        Result(evidence, metric, value, "%", side, baseline="Plover" if metric == "latency" else "", confidence=0.9)
        for metric, value, side in said
    ]
    assert compared(entry, text, *results) == {("ZapNet", kind, "Plover")}


@pytest.mark.parametrize(("subject", "is_its_own"), [("Our plain rule", False), ("Our method", True), ("It", True)])
def test_a_result_of_something_else_that_is_ours_is_no_win_of_the_main_entity(
    entry: Callable[..., Document], subject: str, is_its_own: bool
) -> None:
    text = f"{subject} cuts latency by 40% relative to Plover."
    at = make_doc(pipeline(fast=True), entry(OPENS + text), Vocabulary.load())._.text.index("40%")
    evidence = Evidence(text, start=at, end=at + 3)
    result = Result(evidence, "latency", 40, "%", "decrease", "exact", "Plover", "", extractor="test", confidence=0.9)
    assert bool(compared(entry, text, result)) is is_its_own


@pytest.mark.parametrize("said", ["is on par with", "matches or exceeds"])
def test_what_equals_a_rival_at_less_cost_does_not_win(entry: Callable[..., Document], said: str) -> None:
    text = f"ZapNet {said} Plover while it cuts latency by 40%."
    at = make_doc(pipeline(fast=True), entry(OPENS + text), Vocabulary.load())._.text.index(text)
    evidence = Evidence(text, start=at, end=at + len(text))
    result = Result(evidence, "latency", 40, "%", "decrease", "exact", "Plover", "", extractor="test", confidence=0.9)
    assert compared(entry, text, result) == {("ZapNet", "compared_with", "Plover")}
