"""What no sentence tells as a result of a paper, though a number stands there."""

from __future__ import annotations

from typing import Any

import pytest

from kg.api import Graph
from tests.views.telling import said_of


def test_what_a_compression_among_other_gains_is_compared_with_is_not_told(built: Graph) -> None:
    size: dict[str, Any] = {"metric": "cache", "metric_concept": "", "unit": "x", "value": 9.0, "baseline": "Finch"}
    assert said_of(built, "It has a 9x smaller cache than Finch.", "9x", **size) == "9x smaller cache (vs. Finch)"
    assert not said_of(built, "It has 9x cache compression and 2x lower cost compared to Finch.", "9x", **size)


def test_a_number_of_a_part_is_not_told_of_the_whole(built: Graph) -> None:
    parts: dict[str, Any] = {"value": 9.0, "name": "Foo"}
    assert said_of(built, "With key-aware self-tuning, our method cuts latency by 9%.", "9%", **parts)
    assert said_of(built, "Foo adds key-aware self-tuning and cuts latency by 9%.", "9%", **parts)
    assert not said_of(built, "We also add key-aware self-tuning, which cuts latency by 9%.", "9%", **parts)


def test_no_result_is_told_of_a_sentence_that_is_cut_nor_without_what_it_is_as_good_as(built: Graph) -> None:
    assert not said_of(built, "Gates idle. It has 41% lower latency than Fin", "41%", value=41.0)
    assert not said_of(built, "It is of the same recall as Finch in 41% less latency.", "41%", value=41.0)


def test_what_a_test_needs_or_an_example_gains_is_not_told_of_the_work(built: Graph) -> None:
    needed = {"metric": "memory", "metric_concept": "metric:memory-usage", "unit": "GB", "change": "absolute"}
    assert not said_of(built, "It needs just 41 GB memory to finish a test.", "41 GB", value=41.0, **needed)
    helped = "It helps others: WREN becomes 3x faster while cutting latency by 41%."
    assert not said_of(built, helped, "41%", value=41.0)
    time = {"metric": "training time", "metric_concept": "", "value": 41.0}
    assert not said_of(built, "It cuts turnaround time by 41%.", "41%", **time)
    assert not said_of(built, "It approaches the best gates while having 41% lower latency.", "41%", value=41.0)


def test_what_a_torn_range_a_lesser_model_or_a_rival_ahead_has_is_not_told(built: Graph) -> None:
    assert not said_of(built, "It cuts latency by about 41% 60%.", "41%", value=41.0)
    assert not said_of(built, "Our lite model cuts latency by 41%.", "41%", value=41.0)
    ahead = "It is a stronger model than Finch for maps, obtaining more recall while having 41% lower latency."
    assert not said_of(built, ahead, "41%", value=41.0, baseline="Finch")
    rate = {"metric": "frame rate", "metric_concept": "", "unit": "", "change": "absolute", "value": 300.0}
    assert not said_of(built, "It runs at a frame rate of 300 on a phone.", "300", setting="on a phone", **rate)


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("The number format is 2x faster than the old one.", False),
        ("The proposed method is 2x faster.", True),
        ("The latency is 2x lower.", False),
        ("Its latency is 2x lower.", True),
        ("Simple rules have 2x lower latency.", False),
        ("We show that simple rules have 2x lower latency.", False),
        ("Late gates have 9x less memory, and Finch has 2x lower latency.", False),
        ("We set up a strong baseline, Finch, giving 2x lower latency.", False),
        ("Tests show 2x lower latency.", True),
        ("Our kernels achieve 2x lower latency.", False),
        ("Our most accurate model has 2x lower latency.", False),
        ("Finch is deployed on a small camera, with 2x lower latency.", True),
        ("The method is deployed on a small camera, reducing latency by 2x.", False),
        ("Our methods achieve 2x lower latency.", True),
        ("In addition, we introduce a late gate, which has 2x lower latency.", False),
        ("It is on par with Plover while cutting latency by 2x.", False),
        ("It yields an additional 2x lower latency.", False),
    ],
)
def test_a_number_of_something_that_is_no_method_is_not_told(built: Graph, text: str, *, is_told: bool) -> None:
    parts: Any = {"value": 2.0, "unit": "x"}
    if "faster" in text:
        parts |= {"metric": "inference speed", "metric_concept": "metric:inference-speed", "change": "increase"}
    assert bool(said_of(built, text, "2x", name="Finch", **parts)) == is_told


@pytest.mark.parametrize(("behind", "said"), [("without keys", ""), ("9 keys", "41% lower latency")])
def test_what_was_measured_on_less_than_the_whole_is_not_told_of_it(built: Graph, behind: str, said: str) -> None:
    assert said_of(built, f"It gives a 41% lower latency for maps ({behind}).", "41%", value=41.0) == said
