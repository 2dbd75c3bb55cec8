"""Where and under which condition a number holds is told with it."""

from __future__ import annotations

from typing import Any

import pytest

from kg.api import Graph
from tests.views.telling import said_of

GAIN: dict[str, Any] = {"value": 41.0, "metric": "accuracy", "metric_concept": "metric:accuracy", "change": "increase"}


@pytest.mark.parametrize(
    ("text", "setting", "told"),
    [
        (
            "It has 41% higher accuracy on the Wren remote sensing dataset.",
            "Wren remote sensing dataset",
            "on the Wren remote sensing dataset",
        ),
        ("It has 41% higher accuracy at extreme compression rates.", "at extreme compression rates", ""),
        (
            "Combined with pruning, it has 41% higher accuracy on Wren.",
            "Combined with pruning, Wren",
            "combined with pruning; on Wren",
        ),
        ("It has 41% higher accuracy at 128K and matches the others.", "at 128K and matches the others", "at 128K"),
        ("It has 41% higher accuracy on Wren - all for free.", "Wren - all", "on Wren"),
        ("It has 41% higher accuracy on Wren--Plover maps.", "Wren--Plover maps", "on Wren–Plover maps"),
        # What narrows nothing, or belongs to another statement.
        ("It has 41% higher accuracy on several benchmarks.", "several benchmarks", None),
        ("It has 41% higher accuracy on diverse benchmarks.", "diverse benchmarks", None),
        ("It has 41% higher accuracy on five benchmarks.", "five benchmarks", None),
        ("It has 41% higher accuracy on the dataset.", "dataset", None),
        ("It has 41% higher accuracy at the same quality.", "at the same quality", "at the same quality"),
        ("It has 41% higher accuracy and is strong in single-path scenarios.", "single-path scenarios", None),
    ],
)
def test_a_number_is_told_with_its_setting(built: Graph, text: str, setting: str, told: str | None) -> None:
    said = said_of(built, text, "41%", setting=setting, **GAIN)
    assert said == ("41% higher accuracy" if told is None else f"41% higher accuracy ({told or setting})")


def test_a_number_whose_setting_no_few_words_say_is_left_to_its_quotation(built: Graph) -> None:
    long = "Wren and Plover " + "and Corvid " * 6 + "data"
    assert said_of(built, f"It has 41% higher accuracy on {long}.", "41%", setting=long, **GAIN) == ""
    two = "It has 41% higher accuracy on map labelling and search tasks."
    assert said_of(built, two, "41%", setting="map labelling", **GAIN) == ""
    for other in ("under the same budget with Finch", "compared to gates on Finch"):
        assert said_of(built, f"It has 41% higher accuracy {other}.", "41%", setting="Finch", **GAIN) == ""
    assert said_of(built, "It has 41% higher accuracy using only 50%.", "41%", setting="using only 50%", **GAIN) == ""
    cut = "prompts when trained"
    assert said_of(built, f"It has 41% higher accuracy on {cut} jointly.", "41%", setting=cut, **GAIN) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("On Plover, it has 41% higher accuracy.", "41% higher accuracy (on Plover)"),
        ("Brindle with rank r=9 has 41% higher accuracy.", "41% higher accuracy (with rank r=9)"),
        ("At 4 bits on Plover (x4), it has 41% higher accuracy.", "41% higher accuracy (at 4 bits on Plover)"),
        ("It retains only 9% of the tokens and has 41% higher accuracy.", "(retaining only 9% of the tokens)"),
        ("It reaches 95% sparsity and 41% higher accuracy.", "41% higher accuracy (at 95% sparsity)"),
        ("Experiments on drawn gates show that it has 41% higher accuracy.", "41% higher accuracy (on drawn gates)"),
        ("Experiments on various gates show that it has 41% higher accuracy.", "41% higher accuracy"),
        ("Notably, when applied to Plover, it has 41% higher accuracy.", "41% higher accuracy (Plover)"),
        ("For instance, with Plover on a phone, it has 41% higher accuracy.", "(with Plover on a phone)"),
        (
            "Retaining only 9% of tokens, it has 41% higher accuracy.",
            "41% higher accuracy (retaining only 9% of tokens)",
        ),
        ("Trials on the Plover data show 41% higher accuracy.", "41% higher accuracy (on the Plover data)"),
        ("Trials on the Snark of sets Wick show 41% higher accuracy.", ""),
        ("On both Plover sets, it has 41% higher accuracy.", "41% higher accuracy (on both Plover sets)"),
        ("On domain-specific tasks, it has 41% higher accuracy.", "41% higher accuracy (on domain-specific tasks)"),
        ("At 4 bits, it is small while having 41% higher accuracy.", "41% higher accuracy (at 4 bits)"),
        ("At 4 bits, it is small while easily having 41% higher accuracy.", "41% higher accuracy (at 4 bits)"),
        ("At 4 bits, it is small while the other has 41% higher accuracy.", ""),
        ("In its fastest mode, it has 41% higher accuracy.", ""),
        ("Trials on several sets show 41% higher accuracy.", "41% higher accuracy"),
        ("With gates, it has 41% higher accuracy.", "41% higher accuracy"),
        ("Building on the 2-bit gate, it has 41% higher accuracy.", "41% higher accuracy"),
        ("In particular, it has 41% higher accuracy.", "41% higher accuracy"),
        ("When combined with gates, it has 41% higher accuracy.", "41% higher accuracy (when combined with gates)"),
        ("On Plover, it is cheap; it has 41% higher accuracy.", "41% higher accuracy"),
        ("For strong compression rates, it has 41% higher accuracy.", "(for strong compression rates)"),
        ("It averages 9% less energy with 41% higher accuracy.", "41% higher accuracy (on average)"),
        ("It has 41% higher accuracy in terms of recall.", "41% higher accuracy (in terms of recall)"),
        ("It has 41% higher accuracy and is slow in terms of recall.", "41% higher accuracy"),
        ("It has 41% higher accuracy per image.", "41% higher accuracy (per image)"),
        ("It has 41% higher accuracy on average.", "41% higher accuracy (on average)"),
        ("It improves accuracy by an average of 41%.", "41% higher accuracy (on average)"),
        ("It achieves an average gain in accuracy of 41%.", "41% higher accuracy (on average)"),
        ("It has 9% less energy on average while it has 41% higher accuracy.", "41% higher accuracy"),
    ],
)
def test_what_opens_the_sentence_and_a_mean_are_settings(built: Graph, text: str, told: str) -> None:
    assert said_of(built, text, "41%", **GAIN).endswith(told)


def test_a_number_of_what_is_done_with_the_work_is_not_told_of_it(built: Graph) -> None:
    assert not said_of(built, "Integrating Foo into Wren gives 41% higher accuracy.", "41%", **GAIN)


@pytest.mark.parametrize(("setting", "has_that_of_both"), [("", True), ("diverse tasks", False)])
def test_a_number_with_a_setting_of_its_own_has_not_that_of_another(
    built: Graph, setting: str, has_that_of_both: bool
) -> None:
    text = "On map-specific tasks, it has 9% lower latency, and up to 41% higher accuracy on diverse tasks."
    assert ("map-specific" in said_of(built, text, "41%", setting=setting, **GAIN)) == has_that_of_both


def test_trials_of_two_kinds_are_no_setting_of_what_holds_at_an_amount(built: Graph) -> None:
    text = "Trials on dusk-lit maps and sun-lit maps show 41% higher accuracy."
    assert said_of(built, text, "41%", **GAIN) == "41% higher accuracy (on dusk-lit maps and sun-lit maps)"
    at = text.replace("accuracy", "accuracy at 9k tokens")
    assert said_of(built, at, "41%", setting="at 9k tokens", **GAIN) == "41% higher accuracy (at 9k tokens)"


def test_two_numbers_share_the_setting_behind_the_second(built: Graph) -> None:
    text = "It has 41% higher accuracy and 9% higher recall on Plover."
    assert said_of(built, text, "41%", setting="Plover", **GAIN) == "41% higher accuracy (on Plover)"
    kept = "It has 41% higher accuracy with no loss in answer quality."
    assert said_of(built, kept, "41%", setting="answer quality", **GAIN) == "41% higher accuracy"
    apart = "It has 41% higher accuracy on Wren and 9% higher recall on Plover."
    assert said_of(built, apart, "41%", setting="Plover", **GAIN) == ""
    assert said_of(built, "It has 41% higher accuracy in attention on an Owl chip.", "41%", **GAIN) == (
        "41% higher accuracy (in attention; on an Owl chip)"
    )


def test_chinese_says_a_setting_in_its_own_words_or_quotes_it(built: Graph) -> None:
    def told(where: str) -> str:
        text = f"{where}, it has 41% higher accuracy." if where[0].isupper() else f"It has 41% higher accuracy {where}."
        return said_of(built, text, "41%", lang="zh", setting=where.removeprefix("on "), **GAIN)

    assert told("at 128K context") == "准确率提升41%（128K上下文下）"
    assert told("on Wren") == "准确率提升41%（在Wren上）"
    assert told("Combined with pruning") == "准确率提升41%（结合剪枝）"
    assert told("three Wren gates") == "准确率提升41%（“three Wren gates”）"
    assert told("at 64 frobnications") == "准确率提升41%（“64 frobnications”）"
    assert told("under low load") == "准确率提升41%（低负载下）"
    assert told("on average") == "准确率平均提升41%"
    assert told("in terms of Recall@5") == "准确率提升41%（以Recall@5计）"


@pytest.mark.parametrize(
    ("text", "setting", "found"),
    [
        ("It has 41% higher accuracy when combined with pruning.", "when combined with pruning", ""),
        (
            "When combined with pruning, it has 41% higher accuracy.",
            "when combined with pruning",
            "combined with pruning",
        ),
        ("It has 41% higher accuracy when applied on top of pruning.", "when applied on top of pruning", ""),
        (
            "Brindle combined with late pruning yields 41% higher accuracy.",
            "combined with late pruning",
            "combined with late pruning yields",
        ),
    ],
)
def test_what_a_method_is_combined_with_is_told_once(built: Graph, text: str, setting: str, found: str) -> None:
    found = found or setting
    assert said_of(built, text, "41%", setting=found, **GAIN) == f"41% higher accuracy ({setting})"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It has 91% accuracy on Plover.", "accuracy of 91% (on Plover)"),
        ("A rival has 91% accuracy on Plover.", ""),
        ("It has 91% accuracy.", ""),
        ("It has 91% accuracy with 2 views.", "accuracy of 91% (with 2 views)"),
        ("It has 91% accuracy at 72% sparsity.", "accuracy of 91% (at 72% sparsity)"),
        ("It has 91% accuracy on Wren with 9% fewer tokens.", "accuracy of 91% (on Wren; with 9% fewer tokens)"),
        ("It has 91% accuracy on Wren, while others fail on Plover.", "accuracy of 91% (on Wren)"),
    ],
)
def test_a_level_is_told_with_all_that_it_holds_on_or_not_at_all(built: Graph, text: str, told: str) -> None:
    assert said_of(built, text, "91%", **(GAIN | {"value": 91.0, "change": "absolute"})) == told


def test_simple_ones_of_a_kind_are_a_setting_and_a_bound_is_no_mean(built: Graph) -> None:
    assert said_of(built, "It lowers latency by 41% on simple scenes.", "41%", value=41.0, setting="simple scenes") == (
        "41% lower latency (on simple scenes)"
    )
    text = "It lowers latency by 9% on average across tasks and up to 41% for Plover."
    assert said_of(built, text, "41%", value=41.0, setting="Plover") == "up to 41% lower latency (for Plover)"
    assert said_of(built, "It lowers latency by 41% on Plover_ big.", "41%", value=41.0, setting="Plover_ big") == ""


def test_a_setting_ends_before_its_means_and_points_at_nothing(built: Graph) -> None:
    text = "It lowers latency by 41% on Plover through two rules."
    assert (
        said_of(built, text, "41%", value=41.0, setting="Plover through two rules") == "41% lower latency (on Plover)"
    )
    text = "It lowers latency by 41% when combined with such kernels."
    assert said_of(built, text, "41%", value=41.0, setting="when combined with such kernels") == ""
    text = "It lowers latency by 41% at lengths up to 65,536 tokens."
    assert said_of(built, text, "41%", value=41.0, setting="at lengths up to 65") == ""
    text = "It adapts: on easy tasks, it lowers latency by 41%, whereas on hard tasks it thinks."
    assert said_of(built, text, "41%", value=41.0) == "41% lower latency (on easy tasks)"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # What trials are on narrows their result, if it is something in particular.
        ("Tests on six widely used video models show that it has 41% lower latency.", "(video models)"),
        (
            "Tests across three gate sizes and late video tasks show that it has 41% lower latency.",
            "(late video tasks)",
        ),
        ("Tests on video models and many benchmarks show that it has 41% lower latency.", "(on video models)"),
        ("Tests on the Wide Gate (WG) benchmark show that it has 41% lower latency.", "(Wide Gate benchmark)"),
        ("Tests on many benchmarks show that it has 41% lower latency.", ""),
        # A condition of both of two numbers, of what was compared before, of the level that a number is told with.
        ("It has 41% lower latency than Finch and 9% than Wren in QA tasks.", "(vs. Finch; in QA tasks)"),
        ("It beats Finch at matched recall, reaching 41% lower latency.", "(vs. Finch; at matched recall)"),
        ("It reaches a recall of 9 at 4K tokens, with 41% lower latency.", "(at 4K tokens)"),
        ("It has 41% lower latency, 9% lower energy and 2x speedups under patch attacks.", "(under patch attacks)"),
        ("It has 41% lower latency than the kernels of Finch on average.", "(vs. kernels of Finch; on average)"),
        ("It has 41% lower latency than the baselines.", "(vs. baselines)"),
        ("It has 41% lower latency with over 95% sparsity.", "(with over 95% sparsity)"),
        ("It lowers latency during training by 41%.", "(during training)"),
        ("It has 41% lower latency and 9% lower energy with 40% data pruned.", "(with 40% data pruned)"),
    ],
)
def test_what_a_number_holds_for_is_looked_for_in_its_whole_sentence(built: Graph, text: str, told: str) -> None:
    assert said_of(built, text, "41%", value=41.0) == f"41% lower latency {told}".rstrip()
