"""How exact the number of a result is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.api import Graph
from kg.model import Evidence, Result
from kg.views.brief import brief
from tests.views.telling import said_of, stated


def test_a_bound_holds_for_the_whole_list(built: Graph) -> None:
    text = "It lowers latency and energy by up to 41% and 9%, respectively."
    energy = {"metric": "energy", "metric_concept": "metric:energy-consumption", "value": 9.0}
    assert said_of(built, text, "9%", **energy) == "up to 9% lower energy consumption"
    mixed = "It gives up to 2x speedup, 30% lower energy and 9% lower memory."
    memory = {"metric": "memory", "metric_concept": "metric:memory-usage", "value": 9.0}
    assert said_of(built, mixed, "9%", **memory).startswith("up to 9%")
    assert said_of(built, "It cuts latency by up to ~9%.", "9%", value=9.0, bound="about").startswith("up to about 9%")
    assert said_of(built, "It cuts latency by up to an additional 9%.", "9%", value=9.0) == ""  # than what?
    half = "It cuts latency by nearly half."
    assert said_of(built, half, "half", value=50.0) == "nearly 50% lower latency"
    named = "It lowers latency by up to 41% over Finch 9.13 and 9% over Wren."
    assert said_of(built, named, "9% over", value=9.0).startswith("up to 9%")
    alone = "It lowers latency by up to 41% and lowers energy by 9%."
    assert said_of(built, alone, "9%", **energy) == "9% lower energy consumption"


def test_no_range_is_told_as_a_maximum(built: Graph) -> None:
    text = "It cuts cost and latency by up to 41% and 9%-12%."
    assert said_of(built, text, "9%-12%", value=(9.0, 12.0), bound="up_to") == ""
    assert said_of(built, "It cuts latency by 9%-12%.", "9%-12%", value=(9.0, 12.0)) == "9–12% lower latency"


def test_what_is_nearly_so_small_has_an_article(built: Graph) -> None:
    text = "We propose Foo. Foo has a nearly 41% smaller KV cache size."
    at = text.index("nearly 41%")
    quote = Evidence("nearly 41%", "A", at, at + len("nearly 41%"))
    smaller = Result(quote, "KV cache size", 41.0, "%", "decrease", "about", sure=True)
    paper = stated(text, results=[replace(smaller, metric_concept="metric:kv-cache-size")])
    assert "a nearly 41% smaller KV cache size" in brief(built, paper, "en")


@pytest.mark.parametrize(
    ("text", "bound", "told"),
    [
        ("It lowers latency nearly by 41%.", "about", "nearly 41% lower latency"),
        ("It lowers latency by about 41%.", "about", "about 41% lower latency"),
        ("It lowers latency by up to ~41%.", "up_to", "up to about 41% lower latency"),
        ("It lowers latency by more than 41%.", "at_least", "over 41% lower latency"),
        ("It lowers latency by at least 41%.", "at_least", "at least 41% lower latency"),
    ],
)
def test_a_bound_is_told_as_its_words_say_it(built: Graph, text: str, bound: str, told: str) -> None:
    assert said_of(built, text, "41%", value=41.0, bound=bound) == told


@pytest.mark.parametrize(("bound", "said"), [("up to 9x", ""), ("9x", "41% lower latency")])
def test_whether_a_bound_is_that_of_what_has_an_article_too_is_not_guessed(built: Graph, bound: str, said: str) -> None:
    assert said_of(built, f"It gives {bound} speed and a 41% lower latency.", "41%", value=41.0) == said
