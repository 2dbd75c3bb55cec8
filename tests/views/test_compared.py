"""What a number is told to be compared with."""

from __future__ import annotations

import pytest

from kg.api import Graph
from tests.views.telling import SPEED, said_of


def test_a_gain_that_elaborates_on_a_win_is_not_told_without_the_beaten(built: Graph) -> None:
    text = "Brindle beats Finch on all tasks. Specifically, it has 41% lower latency."
    assert said_of(built, text, "41%", value=41.0) == ""
    assert said_of(built, text.replace(" beats Finch", " is fast"), "41%", value=41.0) == "41% lower latency"
    text = "It has 41% lower latency while matching the accuracy of FinchNet."
    assert said_of(built, text, "41%", value=41.0) == ""
    assert said_of(built, text.replace("FinchNet", "others"), "41%", value=41.0) == "41% lower latency"
    text = "Brindle beats Finch in both speed (with an average 3x speedup) and recall."
    assert said_of(built, text, "3x", value=3.0, **SPEED) == ""
    said = said_of(built, text.replace("beats Finch", "is good"), "3x", value=3.0, **SPEED)
    assert said == "a speedup of 3x (on average)"


def test_a_baseline_at_the_beginning_keeps_what_makes_it_the_best(built: Graph) -> None:
    text = "Compared to the strongest Plover kernel, it has 41% lower latency, and beats all others."
    assert said_of(built, text, "41%", value=41.0, baseline="Plover kernel") == (
        "41% lower latency (vs. strongest Plover kernel)"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It has 41% lower latency than Finch decoding.", "(vs. Finch decoding)"),
        ("It has 41% lower latency than old gates without caching.", ""),
        ("It has 41% lower latency than the gates Finch (v2), Wren and Plover.", ""),
        ("It has 41% lower latency than old kernels without compromising recall.", "(vs. old kernels)"),
        ("It has 41% lower latency than the Finch 4-step model.", "(vs. Finch 4-step model)"),
        ("It has 41% lower latency than Finch with a warm start.", "(vs. Finch with a warm start)"),
        ("It cuts latency by 9% over AD and by 41% over AD with batching.", "(vs. AD with batching)"),
        ("It cuts latency by 41% and energy by 9% compared to existing kernels.", "(vs. existing kernels)"),
        ("It has 41% lower latency (in seconds) than Finch.", "(vs. Finch)"),
        ("It cuts latency by 41% compared to kernels built on Finch.", "(vs. kernels built on Finch)"),
        ("Compared to existing kernels, it has 41% lower latency.", "(vs. existing kernels)"),
        ("It outperforms Finch in latency, reaching 41% less of it.", "(vs. Finch)"),
        ("It outperforms Finch in recall, reaching 41% lower latency.", ""),
        ("It outperforms both kernels, reaching 41% lower latency.", ""),
        ("It outperforms old kernels in all the benchmarks, reaching 41% lower latency.", "(vs. old kernels)"),
        ("With late gates, compared to existing kernels, it has 41% lower latency.", "(vs. existing kernels)"),
        ("It outperforms old kernels by 9% in recall with 41% lower latency.", ""),
        ("It has 41% lower latency than baselines.", "(vs. baselines)"),
        ("It has 41% lower latency compared to a compressed Finch.", "(vs. compressed Finch)"),
        ("It has 9% more hits compared to Finch, while reducing latency by 41%.", ""),
        ("It has competitive recall compared to baselines, while reducing latency by 41%.", ""),
        ("It has 41% lower latency than SoTA.", "(vs. state-of-the-art methods)"),
    ],
)
def test_what_a_number_is_compared_with_is_told_in_the_papers_words(built: Graph, text: str, told: str) -> None:
    said = said_of(built, text, "41%", value=41.0)
    assert said.partition("latency")[2].strip() == told


def test_an_example_of_baselines_is_told_with_them(built: Graph) -> None:
    text = "It has 41% lower latency than existing kernels such as Finch."
    assert said_of(built, text, "41%", value=41.0, baseline="Finch") == (
        "41% lower latency (vs. existing kernels such as Finch)"
    )
    text = "It has 41% lower latency than Finch."
    assert said_of(built, text, "41%", value=41.0, baseline="Finch") == "41% lower latency (vs. Finch)"


def test_a_level_that_is_kept_beside_a_gain_is_not_told_alone(built: Graph) -> None:
    level = {"metric": "PSNR", "metric_concept": "metric:psnr", "unit": "dB", "change": "absolute", "value": 29.0}
    assert said_of(built, "It is fast while maintaining a PSNR of 29 dB on Plover.", "29 dB", **level) == ""
    assert said_of(built, "It reaches a PSNR of 29 dB on Plover.", "29 dB", **level)


def test_chinese_says_how_much_is_computed(built: Graph) -> None:
    parts = {"metric": "attention computation", "metric_concept": "metric:attention-flops"}
    said = said_of(built, "It reduces attention computation by 41%.", "41%", lang="zh", value=41.0, **parts)
    assert said == "注意力计算量降低41%"


def test_a_speedup_of_a_winner_is_not_over_the_beaten(built: Graph) -> None:
    for said in (
        "It outperforms Finch, reaching a 3x speedup.",
        "It outperforms Finch, being small while 3x faster.",
        "It beats Finch, with a peak speedup of 3x.",
        "It has 41% more recall than Finch, while achieving a speedup of 3x.",
    ):
        assert "Finch" not in said_of(built, said, "3x", value=3.0, **SPEED)


def test_a_higher_speedup_is_none_of_its_own(built: Graph) -> None:
    assert said_of(built, "It is 3x faster than Finch.", "3x", value=3.0, **SPEED)
    assert said_of(built, "It has 3x higher speedup than Finch.", "3x", value=3.0, **SPEED) == ""
    assert said_of(built, "It has up to two orders of magnitude faster decoding.", "two", value=100.0, **SPEED) == ""


@pytest.mark.parametrize(
    "text",
    [
        "It makes small models match or exceed far larger Wren models (e.g., 32B), while reducing latency by 41%.",
        "It surpasses full Finch in recall while reducing latency by 41%.",
    ],
)
def test_a_gain_beside_a_rival_may_be_over_that_rival(built: Graph, text: str) -> None:
    assert said_of(built, text, "41%", value=41.0) == ""
