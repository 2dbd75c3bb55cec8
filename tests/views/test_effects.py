"""Which results of a paper one sentence tells."""

from __future__ import annotations

from typing import Any

from kg.api import Graph
from kg.model import Document, Evidence, Paper, Record, Result, Text
from kg.views.brief import brief
from tests.views.telling import said_of

SPEED: dict[str, Any] = {"metric": "inference speed", "metric_concept": "metric:inference-speed", "change": "increase"}
LEVEL: dict[str, Any] = {"metric": "accuracy", "metric_concept": "metric:accuracy", "change": "absolute", "unit": "%"}


def _told(built: Graph, text: str, *results: tuple[str, dict[str, Any]], kind: str = "") -> str:
    """The sentence on a paper with these results, each with its number as the text has it."""
    found = []
    for number, parts in results:
        at = text.index(number)
        evidence = Evidence(number, "A", at, at + len(number))
        values: dict[str, Any] = {"value": float(number.rstrip("%x")), "unit": "x", "sure": True}
        found.append(Result(evidence, **(values | parts)))
    document = Document("t-1", "t", 1, {"A": Text(text, text)})
    return brief(built, Paper("paper:t-1", [(document, Record("t-1", name="Foo", kind=kind, results=found))]), "en")


def test_of_two_levels_of_one_metric_one_alone_is_not_told(built: Graph) -> None:
    text = "Our gates have 83% accuracy on Plover. Foo has 95% accuracy."
    assert "83%" in _told(built, text, ("83%", LEVEL | {"setting": "Plover"})).partition(" states: ")[0]
    assert (
        "83%"
        not in _told(built, text, ("83%", LEVEL | {"setting": "Plover"}), ("95%", LEVEL)).partition(" states: ")[0]
    )


def test_a_sentence_is_quoted_whole(built: Graph) -> None:
    text = "We study gates. Foo reaches 83% (avg. 9% more) on non i.i.d. maps of a town."
    assert "Foo reaches 83% (avg. 9% more) on non i.i.d. maps of a town”" in _told(built, text, ("83%", LEVEL))


def test_a_mean_is_that_of_both_numbers(built: Graph) -> None:
    text = "Foo has an average inference speedup of 3x over Wren and 8x over Finch."
    said = _told(built, text, ("3x", SPEED | {"baseline": "Wren"}), ("8x", SPEED | {"baseline": "Finch"}))
    assert said.count("average") == 2


def test_one_speedup_is_told_once(built: Graph) -> None:
    text = "Foo has 3x higher inference speed. In short, Foo gives 3.0x higher decoding speed."
    other = SPEED | {"metric": "decoding speed", "metric_concept": "metric:decoding-speed"}
    assert _told(built, text, ("3x", SPEED), ("3.0x", other)).count("3x") == 1


def test_two_numbers_of_which_one_only_has_a_setting_are_not_told(built: Graph) -> None:
    text = "Foo has 3x higher inference speed. Foo has 8x higher inference speed on Plover."
    said = _told(built, text, ("3x", SPEED), ("8x", SPEED | {"setting": "Plover"}))
    assert "achiev" not in said.partition(" states: ")[0]


def test_of_two_gains_that_are_a_choice_neither_is_told(built: Graph) -> None:
    text = "Foo has 3x higher inference speed or 12x higher decoding speed."
    other = SPEED | {"metric": "decoding speed", "metric_concept": "metric:decoding-speed"}
    assert "achiev" not in _told(built, text, ("3x", SPEED), ("12x", other))
    assert "achiev" in _told(built, text.replace(" or ", " and "), ("3x", SPEED), ("12x", other))


def test_what_a_study_finds_is_quoted(built: Graph) -> None:
    text = "Foo has 3x higher inference speed."
    assert _told(built, text, ("3x", SPEED)).startswith("Foo achieves an inference speedup of 3x")
    assert _told(built, text, ("3x", SPEED), kind="study").startswith("“Foo” states: “Foo has 3x")


def test_a_gain_is_told_with_what_it_is_over_or_not(built: Graph) -> None:
    told = said_of(built, "Brindle has 41% lower latency than strong rivals.", "41%", value=41.0)
    assert told == "41% lower latency (vs. strong rivals)"
    assert said_of(built, "Brindle has 41% lower latency than these.", "41%", value=41.0) == ""
    assert said_of(built, "Brindle beats Finch with 41% lower latency.", "41%", value=41.0) == ""
    assert said_of(built, "Brindle has 41% lower latency.", "41%", value=41.0) == "41% lower latency"


def test_the_first_of_a_list_of_settings_is_not_told_alone(built: Graph) -> None:
    parts = SPEED | {"setting": "on dusk maps"}
    for text, is_told in (
        ("on dusk maps, dawn maps, and owls", False),
        ("on dusk maps, dawn maps, late gates and owls", False),
        ("on dusk maps", True),
    ):
        told = _told(built, f"Foo has 3x higher inference speed {text}.", ("3x", parts))
        assert ("speedup of 3x" in told.partition("“")[0]) is is_told


def test_a_gain_has_the_baseline_of_its_sentence_or_is_quoted(built: Graph) -> None:
    text = "Foo has 3x higher inference speed and 8x higher decoding speed, compared to Finch."
    other = SPEED | {"metric": "decoding speed", "metric_concept": "metric:decoding-speed"}
    versus = {"baseline": "Finch"}
    assert "(vs. Finch)" in _told(built, text, ("3x", SPEED | versus), ("8x", other | versus))
    beaten = "Foo beats Finch, with 3x higher inference speed."
    assert "achieves" not in _told(built, beaten, ("3x", SPEED | versus))
    shared = "Compared to Finch, Foo has 3x higher inference speed and 8x higher decoding speed."
    assert "(vs. Finch)" in _told(built, shared, ("3x", SPEED | versus), ("8x", other | versus))


def test_a_gain_that_another_one_is_told_with_is_not_told_again(built: Graph) -> None:
    text = "Foo has 3x higher inference speed with 9% less latency."
    latency = {"metric": "latency", "metric_concept": "metric:latency", "change": "decrease", "unit": "%"}
    said = _told(built, text, ("3x", SPEED | {"setting": "with 9% less latency"}), ("9%", latency))
    assert said == "Foo achieves an inference speedup of 3x (with 9% less latency)."


def test_where_one_gain_of_a_sentence_cannot_be_told_none_is(built: Graph) -> None:
    decoding = {"metric": "decoding speed", "metric_concept": "metric:decoding-speed", "setting": "on dusk maps"}
    text = "Foo has 3x higher inference speed while it reaches 8x higher decoding speed on dusk maps, {}."
    listed = text.format("dawn maps, and owls")
    assert "achieves" not in _told(built, listed, ("3x", SPEED), ("8x", SPEED | decoding))
    alone = text.format("setting a pace and scale")
    assert "speedup of 3x" in _told(built, alone, ("3x", SPEED), ("8x", SPEED | decoding))


def test_a_gain_with_a_rival_of_its_own_does_not_share_that_of_another(built: Graph) -> None:
    latency = {"metric": "latency", "metric_concept": "metric:latency", "change": "decrease", "unit": "%"}
    text = "Foo has 3x higher inference speed than Finch and reduces latency by 9% compared with baselines."
    said = _told(built, text, ("3x", SPEED | {"baseline": "Finch"}), ("9%", latency | {"baseline": "Finch"}))
    assert said == "Foo achieves an inference speedup of 3x (vs. Finch) and 9% lower latency."


def test_what_has_a_rival_or_a_setting_is_told_first(built: Graph) -> None:
    decoding = SPEED | {"metric": "decoding speed", "metric_concept": "metric:decoding-speed"}
    text = "Foo has 3x higher inference speed. Foo has 8x higher decoding speed on dusk maps."
    said = _told(built, text, ("3x", SPEED), ("8x", decoding | {"setting": "on dusk maps"}))
    assert said.index("8x") < said.index("dusk maps") < said.index("3x")


def test_a_share_is_not_kept_without_its_price(built: Graph) -> None:
    kept = {"metric": "performance", "metric_concept": "metric:performance", "change": "absolute", "unit": "%"}
    text = "Foo needs 10x fewer gates, while retaining 95% of the performance."
    assert "retained" not in _told(built, text, ("95%", kept)).partition("“")[0]
    assert "95% of the performance" in _told(built, "Foo retains 95% of the performance.", ("95%", kept))


def test_numbers_dealt_out_to_what_is_listed_elsewhere_are_not_quoted(built: Graph) -> None:
    part = SPEED | {"sure": False}
    text = (
        "We propose Foo, which decides by the keys of late blocks what to drop. "
        "On them, it gives 3x, 4x and 5x and 6x, 7x and 8x speed, respectively."
    )
    assert "respectively" not in _told(built, text, ("3x", part))
    assert "respectively" in _told(built, text.replace("On them", "On Plover, Wren and Finch"), ("3x", part))
    text = text.partition(". ")[0] + ". It runs on owls; (3) Trained on dusk maps, it has 3x higher speed."
    assert "(3)" not in _told(built, text, ("3x", part))


def test_a_rival_has_one_name_in_a_sentence(built: Graph) -> None:
    latency = {"metric": "latency", "metric_concept": "metric:latency", "change": "decrease", "unit": "%"}
    text = "Foo has 9% lower latency and 3x higher inference speed compared to state-of-the-art Finch."
    first, second = latency | {"baseline": "state-of-the-art Finch"}, SPEED | {"baseline": "Finch"}
    said = _told(built, text, ("9%", first), ("3x", second))
    assert said == "Foo achieves 9% lower latency and an inference speedup of 3x (vs. state-of-the-art Finch)."
