"""Which results a sentence may tell, and what it tells of them."""

from __future__ import annotations

from typing import Any

import pytest

from kg.api import Graph
from kg.model import Document, Evidence, Record, Result, Text
from kg.views.borne import borne_out
from kg.views.latex import as_text, quotable
from kg.views.measured import says_metric
from kg.views.selection import EntryResult, Selection
from tests.views.telling import SPEED, said_of

ACCURACY = {"metric": "accuracy", "metric_concept": "metric:accuracy"}
PERPLEXITY = {"metric": "perplexity", "metric_concept": "metric:perplexity"}
UNKNOWN = {"metric_concept": ""}
LEVEL = {"metric": "real-time factor", "metric_concept": "", "value": 1.5, "unit": "", "change": "absolute"}


@pytest.mark.parametrize(
    ("text", "number", "parts", "told"),
    [
        ("Brindle cuts latency by 41% over Finch.", "41%", {"value": 41.0, "baseline": "Finch"}, "(vs. Finch)"),
        ("Brindle beats Finch by 3% in latency.", "3%", {"value": 3.0, "baseline": "Finch"}, "(vs. Finch)"),
        ("Compared with Finch, it cuts latency by 9%.", "9%", {"value": 9.0, "baseline": "Finch"}, "(vs. Finch)"),
        (
            "It has 41% lower latency than vanilla Finch.",
            "41%",
            {"value": 41.0, "baseline": "Finch"},
            "(vs. vanilla Finch)",
        ),
        (
            "It has 41% lower latency than existing pruning kernels.",
            "41%",
            {"value": 41.0, "baseline": "pruning kernels"},
            "(vs. existing pruning kernels)",
        ),
        # The words of comparison behind the number name another, or the baseline belongs to another number.
        (
            "It has 2x the rate of Finch and 41% lower latency than baselines.",
            "41%",
            {"value": 41.0, "baseline": "Finch"},
            "",
        ),
        ("It has 41% lower latency, but no gain over Finch.", "41%", {"value": 41.0, "baseline": "Finch"}, ""),
        (
            "It has 41% lower latency than Finch with better accuracy.",
            "41%",
            {"value": 41.0, "baseline": "Finch"},
            "(vs. Finch)",
        ),
        # A setting is told if it names something that the paper surely uses, in the same clause.
        ("It cuts latency by 41% on Plover.", "41%", {"value": 41.0, "setting": "Plover"}, "(on Plover)"),
        ("It cuts latency by 41% in efficiency.", "41%", {"value": 41.0, "setting": "efficiency"}, ""),
        ("It has 41% lower latency and outperforms Finch in recall.", "41%", {"value": 41.0, "baseline": "Finch"}, ""),
        ("It cuts latency by 41% at a quality comparable to Finch.", "41%", {"value": 41.0, "baseline": "Finch"}, ""),
        ("It cuts latency by 41%, a step for Plover.", "41%", {"value": 41.0, "setting": "Plover"}, ""),
    ],
)
def test_baseline_and_setting_are_those_of_the_clause(
    built: Graph, text: str, number: str, parts: dict[str, object], told: str
) -> None:
    said = said_of(built, text, number, **parts)
    assert said.startswith(f"{number} lower latency")
    assert said.partition(" latency")[2].strip() == told


@pytest.mark.parametrize(
    ("text", "number", "parts"),
    [
        ("It cuts the two by 41% and 9%, respectively.", "41%", {"value": 41.0}),
        ("With 50%-smaller inputs it lowers latency.", "50%", {"value": 50.0}),
        (
            "Tests on robots and real tasks show good success rates of 9% and 41%, respectively.",
            "41%",
            {"value": 41.0, "metric": "success rates", "metric_concept": "metric:success-rate", "change": "absolute"},
        ),
        ("Its latency is within 4 % of that of Finch.", "4 %", {"value": 4.0}),
        (
            "Its kernels give a 9x speedup for attention computation.",
            "9x",
            {"value": 9.0, "unit": "x", "metric": "attention computation", "metric_concept": ""},
        ),
        ("We see reductions in latency of up to 0.41.", "0.41", {"value": 0.41, "unit": ""}),
        (
            "Generic Finch is 12x faster than the key-aware strategy.",
            "12x",
            {"value": 12.0, **SPEED, "baseline": "key-aware strategy"},
        ),
        (
            "It leverages over 100x more data than others.",
            "100x",
            {"value": 100.0, "unit": "x", "metric": "data", "metric_concept": "", "change": "increase"},
        ),
        ("It updates 1.5% of the parameters.", "1.5%", {"value": 1.5, "change": "absolute", "metric": "parameters"}),
        ("Its sizes gain 2.3x, 1.9x and 1.5x in speed.", "1.9x", {"value": 1.9, **SPEED}),
        ("It achieves up to 2.26 wall-clock speedup.", "2.26", {"value": 2.26, **SPEED, "unit": "points"}),
        ("It runs 0.28x faster on old devices.", "0.28x", {"value": 0.28, **SPEED}),
        ("It keeps the speedup within 4% of Corvid.", "4%", {"value": 4.0, **SPEED, "unit": "%"}),
        ("It achieves a 3x speedup during prefilling.", "3x", {"value": 3.0, **SPEED}),
        ("Under matched latency, it improves by 4%.", "4%", {"value": 4.0}),
        ("It gives a 3x acceleration in GEMM-Q.", "3x", {"value": 3.0, **SPEED}),
        ("It has a 9% greater latency reduction.", "9%", {"value": 9.0}),
        ("It lowers latency (41% to 9%).", "41% to 9%", {"value": (41.0, 9.0)}),
        ("It lowers latency by up to 41 in all.", "41", {"value": 41.0, "unit": "x"}),
        ("It lowers latency by 9% ... 41% on phones.", "9%", {"value": 9.0}),
        (
            "Its latency reaches 41 to 9 ms.",
            "9 ms",
            {"value": 9.0, "unit": "ms", "change": "absolute", "baseline": "41"},
        ),
        ("It improves accuracy (76% to 82%).", "76% to 82%", {"value": (76.0, 82.0), **ACCURACY, "change": "increase"}),
        (
            "Two heads cut latency by 9% against the full Foo.",
            "9%",
            {"value": 9.0, "name": "Foo", "baseline": "full Foo"},
        ),
        ("It has a 9% FID improvement.", "9%", {"value": 9.0, "change": "increase", "metric": "FID improvement"}),
        ("It improves on others in accuracy (e.g., 94.1%).", "94.1%", {"value": 94.1, **ACCURACY}),
        ("It costs a 0.6% drop of accuracy.", "0.6%", {"value": 0.6, **ACCURACY}),
        ("It has only 2.4x perplexity degradation.", "2.4x", {"value": 2.4, "unit": "x", **PERPLEXITY}),
        ("It lifts the speedup from 1.4x to 2.1x.", "2.1x", {"value": (1.4, 2.1), **SPEED}),
        ("It retains 98% accuracy.", "98%", {"value": 98.0, "change": "absolute", **ACCURACY}),
        # A baseline whose words go on is another, and a number is not told without what it is compared with.
        ("It has 41% lower latency with better accuracy than Finch.", "41%", {"value": 41.0, "baseline": "Finch"}),
        # What its clause says besides: a share of what was, one example of several, a condition, the most of several.
        ("It has a 41% relative latency reduction.", "41%", {"value": 41.0}),
        ("It gives a 3x theoretical speedup.", "3x", {"value": 3.0, **SPEED}),
        # Impossible, more than was told, a price, what is kept beside a gain, one bound of several.
        ("It gives over 100% lower latency.", "100%", {"value": 100.0}),
        ("It reaches latency factors of 2.5x.", "2.5x", {"value": 2.5, "unit": "x", "change": "increase"}),
        ("It yields 41% extra latency reduction.", "41%", {"value": 41.0}),
        ("It is small, with only a 41% reduction in recall.", "41%", {"value": 41.0, **ACCURACY, "change": "decrease"}),
        ("It gains between 25% and 41% while keeping the latency.", "41%", {"value": 41.0}),
        ("It cuts the memory, cost, and latency by up to 41%.", "41%", {"value": 41.0, "bound": "up_to"}),
        ("It is sound even when using a model with 41% lower latency.", "41%", {"value": 41.0}),
        ("Foo surpasses Finch while reducing latency by 41%.", "41%", {"value": 41.0}),
        ("It has 41% lower latency and finds more, compared to Finch.", "41%", {"value": 41.0}),
        ("It has 41% lower latency with Wren 3B and 8B models.", "41%", {"value": 41.0, "setting": "with Wren 3B"}),
        ("Theoretically, it has 41% lower latency.", "41%", {"value": 41.0}),
        ("It has 41% lower latency in many cases.", "41%", {"value": 41.0}),
        ("It has 41% (dynamic pruning) and 9% (static pruning) lower latency.", "41%", {"value": 41.0}),
        ("It cuts the decoder stack's latency by 41%.", "41%", {"value": 41.0}),
        ("By carefully shrinking 9% of the layers, it has 41% lower latency.", "41%", {"value": 41.0}),
        ("It improves Plover, reaching 41% lower latency.", "41%", {"value": 41.0}),
        ("It accelerates Plover by 3x.", "3x", {"value": 3.0, **SPEED}),
        # One of several that the paper made, a part of its method, a share of two, what another has, a price.
        ("Our best model has 41% lower latency.", "41%", {"value": 41.0}),
        ("The gated variant has 41% lower latency.", "41%", {"value": 41.0}),
        ("Our 4-step distilled model has 41% lower latency.", "41%", {"value": 41.0}),
        ("Our tailored gating strategy yields 41% lower latency.", "41%", {"value": 41.0}),
        ("It also reaches 41% lower latency.", "41%", {"value": 41.0}),
        ("We also build a cache and find that it has 41% lower latency.", "41%", {"value": 41.0}),
        ("It lowers both energy and latency by 41%.", "41%", {"value": 41.0}),
        ("It has 41% lower latency (from 9.5 ms in Finch to 7).", "41%", {"value": 41.0}),
        ("It keeps 94% of the recall with a 41% latency reduction.", "41%", {"value": 41.0}),
        ("It beats Finch by 2% in recall with 41% lower latency.", "41%", {"value": 41.0}),
        ("It improves over large gates, with 41% lower latency.", "41%", {"value": 41.0}),
        ("It has 41% lower latency and 2% better recall over the Finch baseline.", "41%", {"value": 41.0}),
        ("It needs 41% lower latency on Plover (x4).", "41%", {"value": 41.0, "setting": "Plover"}),
        ("It beats Finch and Wren, with 41% and 9% lower latency, respectively.", "41%", {"value": 41.0}),
        ("It beats others (e.g., in speed with 41% lower latency).", "41%", {"value": 41.0}),
        ("It is sound in budget regimes of 41% latency.", "41%", {"value": 41.0}),
        ("It has a maximum latency reduction of 41%.", "41%", {"value": 41.0}),
        ("It needs 41% lower latency to reach the same loss.", "41%", {"value": 41.0}),
        ("This is 9x smaller.", "9x", {"value": 9.0, "unit": "x", "metric": "model size", "metric_concept": ""}),
        ("It gains 9% BLEU.", "9%", {"value": 9.0, "change": "increase", **ACCURACY}),
        ("It is 4x faster.", "4x", {"value": 4.0, "unit": "x", "change": "increase"}),
        ("It cuts the cost by 9% in acquisition time.", "9%", {"value": 9.0, "setting": "acquisition time"}),
        (
            "It has competitive perceptual quality with outputs in 5 s.",
            "5 s",
            {"value": 5.0, "unit": "s", "metric": "perceptual quality", "metric_concept": "", "change": "absolute"},
        ),
        (
            "It gives a 4 times cost reduction.",
            "4 times",
            {"value": 4.0, "unit": "x", "metric": "times cost", "metric_concept": "metric:inference-time"},
        ),
        ("It wins at an equal speedup of 1.39x.", "1.39x", {"value": 1.39, **SPEED}),
        (
            "It brings computational savings of 16%.",
            "16%",
            {"value": 16.0, "metric": "computational savings", "metric_concept": ""},
        ),
        (
            "It gives a 12% gain at same quality.",
            "12%",
            {"value": 12.0, "metric": "same quality", "metric_concept": ""},
        ),
        (
            "It gives a 12% gain on bird benchmarks.",
            "12%",
            {"value": 12.0, "metric": "benchmarks", "metric_concept": ""},
        ),
    ],
)
def test_what_its_sentence_does_not_bear_out_is_notsaid_of(
    built: Graph, text: str, number: str, parts: dict[str, object]
) -> None:
    assert said_of(built, text, number, **parts) == ""


@pytest.mark.parametrize(
    ("text", "number", "parts", "told"),
    [
        ("It gives a 3x speedup in TPS.", "3x", {"value": 3.0, **SPEED}, "a speedup of 3x"),
        ("It gives a 3x speedup with only a 0.2% drop in NDS.", "3x", {"value": 3.0, **SPEED}, "a speedup of 3x"),
        ("It gives a 3x eight-GPU speedup.", "3x", {"value": 3.0, **SPEED}, "an eight-GPU speedup of 3x"),
        (
            "It has a level of 80% in accuracy on Plover.",
            "80%",
            {"value": 80.0},
            "accuracy of 80% (on Plover)",
        ),
        ("It gives a 3x speedup of inference.", "3x", {"value": 3.0, **SPEED}, "an inference speedup of 3x"),
        (
            "It cuts by 9% the latency of cache-related components.",
            "9%",
            {"value": 9.0},
            "9% lower latency of cache-related components",
        ),
        ("It is a decoder with 3x speedup; inference.", "3x", {"value": 3.0, **SPEED}, "a speedup of 3x"),
        ("It has real-time factors below 1.5.", "1.5", {**LEVEL, "bound": "up_to"}, "real-time factor of below 1.5"),
        ("It gives 2x cost savings.", "2x", {"value": 2.0, "unit": "x", "metric": "cost savings"}, "2x lower cost"),
        (
            "It brings 16% computational savings.",
            "16%",
            {"value": 16.0, "metric": "computational savings", "metric_concept": "metric:computational-cost"},
            "16% lower computational cost",
        ),
        ("It has 9% lower training loss.", "9%", {"value": 9.0, "metric": "training loss"}, "9% lower training loss"),
    ],
)
def test_a_metric_is_no_part_and_a_level_has_no_rival(
    built: Graph, text: str, number: str, parts: dict[str, object], told: str
) -> None:
    level = {"change": "absolute", "baseline": "Finch", **ACCURACY} if "level" in text else {}
    assert said_of(built, text, number, **{**level, **parts}) == told


def test_a_kept_share_is_no_level(built: Graph) -> None:
    parts = ACCURACY | {"value": 97.0, "change": "absolute", "baseline": "original accuracy"}
    assert said_of(built, "It retains 97% of the original accuracy.", "97%", **parts) == "97% of the accuracy retained"
    won = {"value": 66.2, "metric": "win rate", "metric_concept": "metric:win-rate", "change": "increase"}
    assert not said_of(built, "It achieves a 66.2% win rate against Finch.", "66.2%", **won)
    assert said_of(built, "It improves the win rate by 66.2%.", "66.2%", **won) == "66.2% higher win rate"
    known = {**parts, "metric": "performance", "metric_concept": "metric:retained-performance"}
    assert (
        said_of(built, "It retains 97% of the original performance.", "97%", **known)
        == "97% of the performance retained"
    )
    named = {**parts, "metric": "retained accuracy"}
    assert said_of(built, "It retains 97% of the original accuracy.", "97%", **named) == "97% of the accuracy retained"
    assert said_of(built, "It retains 97% of their accuracy.", "97%", **parts) == ""  # whose?
    assert said_of(built, "It reaches 97% accuracy.", "97%", **parts) == ""  # on what?
    frames = {
        "value": 9.0,
        "unit": "FPS",
        "metric": "speed",
        "metric_concept": "metric:throughput",
        "change": "absolute",
    }
    assert said_of(built, "It reaches a throughput of 9 FPS on Wren.", "9 FPS", **frames)
    assert not said_of(built, "It reaches 832x480 videos at a throughput of 9 FPS on Wren.", "9 FPS", **frames)
    assert said_of(built, "It reaches 97% accuracy on Wren.", "97%", **parts) == "accuracy of 97% (on Wren)"
    assert said_of(built, "Others reach 97% accuracy on Wren.", "97%", **parts) == ""


def test_a_speed_has_no_kind_that_its_sentence_says_of_something_else(built: Graph) -> None:
    parts = {**SPEED, "value": 3.0, "metric": "compatible speed", "metric_concept": ""}
    text = "It is compatible with Finch, yielding a speedup of 3x."
    assert said_of(built, text, "3x", **parts) == "a speedup of 3x"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It reduces compression latency by 9%.", "9% lower compression latency"),
        ("It reduces average latency by 9%.", "9% lower average latency"),
        ("It has a 9% reduction in maximum latency.", "9% lower maximum latency"),
        ("It has a linear latency reduction of 9%.", "9% lower latency"),
        ("It reduces cold-start latency by 9%.", "9% lower cold-start latency"),
        ("It reduces end-to-end latency by 9%.", "9% lower latency"),
        ("It is one of 9 that reduces cold-start latency by 9%.", "9% lower cold-start latency"),
        ("For compression latency, it is good; it reduces latency by 9%.", "9% lower latency"),
    ],
)
def test_a_metric_is_told_with_the_noun_before_it(built: Graph, text: str, told: str) -> None:
    assert said_of(built, text, "9%", value=9.0) == told


def test_a_mean_of_average_precision_is_told_as_such(built: Graph) -> None:
    gain: dict[str, Any] = {"metric": "average precision", "metric_concept": "metric:ap", "change": "increase"}
    told = said_of(built, "It improves mean average precision by 9%.", "9%", value=9.0, **gain)
    assert told == "9% higher mean average precision"
    level = {"metric": "mAP", "metric_concept": "metric:map", "change": "absolute", "setting": "on Plover"}
    text = "It has a mean Average Precision (mAP) of 9% on Plover and an average delay of 2 ms."
    assert "average" not in said_of(built, text, "9%", value=9.0, **level)


def test_a_unit_of_a_number_is_no_part_of_its_metric(built: Graph) -> None:
    gain: dict[str, Any] = {"value": 9.0, "unit": "points", "change": "increase", **ACCURACY}
    told = said_of(built, "It gives 9 percentage point accuracy gains.", "9 percentage point", **gain)
    assert told == "9 points higher accuracy"


def test_a_rate_has_the_unit_that_the_paper_gives(built: Graph) -> None:
    rate = {**SPEED, "unit": "FPS", "change": "absolute", "value": 30.0, "setting": "on Plover"}
    assert "30 Hz" in said_of(built, "It has an inference speed of 30 Hz on Plover.", "30 Hz", **rate)


def test_a_unit_for_a_metric_is_said_once(built: Graph) -> None:
    metric = {"metric": "tokens per second", "metric_concept": "metric:tokens-per-second"}
    rate: dict[str, Any] = {**metric, "unit": "tokens/s", "value": 100.0, "change": "absolute", "bound": "at_least"}
    text = "It reaches over 100 tokens per second."
    assert said_of(built, text, "100", **rate) == "over 100 tokens per second"
    assert said_of(built, text, "100", lang="zh", **rate) == "每秒词元数为100以上"


def test_chinese_keeps_short_forms_of_metrics_and_names_a_baseline_alone(built: Graph) -> None:
    text = "It improves mAP by 9% over the LLM-derived method Finch."
    gain: dict[str, Any] = {"metric": "mAP", "metric_concept": "metric:map", "value": 9.0, "change": "increase"}
    told = said_of(built, text, "9%", lang="zh", baseline="LLM-derived method Finch", **gain)
    assert told == "mAP提升9%（相比Finch）"
    rate = {"metric": "agreement rate", "metric_concept": "metric:fidelity", "value": 9.0, "change": "increase"}
    assert said_of(built, "It gives a 9% higher agreement rate.", "9%", lang="zh", **rate) == "“agreement rate”提升9%"


def test_chinese_says_in_full_what_of_memory_is_less(built: Graph) -> None:
    less: dict[str, Any] = {"metric": "memory", "metric_concept": "metric:memory-usage", "value": 9.0}
    assert said_of(built, "It needs 9% less memory.", "9%", lang="zh", **less) == "内存占用降低9%"


def test_counted_things_are_fewer_and_sizes_smaller(built: Graph) -> None:
    parts = {"metric": "parameters", "metric_concept": "metric:parameters", "value": 9.0, "unit": "x"}
    assert said_of(built, "It needs 9x fewer parameters.", "9x", **parts) == "9x fewer parameters"
    epochs = parts | {"metric": "training epochs"}
    assert said_of(built, "It needs 9x fewer training epochs.", "9x", **epochs) == "9x fewer training epochs"
    assert said_of(built, "It needs 9x fewer parameters.", "9x", lang="zh", **parts) == "参数量降至原来的1/9"
    assert said_of(built, "It needs 9% fewer parameters.", "9%", lang="zh", **parts | {"unit": "%"}) == "参数量减少9%"
    cache = parts | {"metric": "KV cache", "metric_concept": ""}
    assert said_of(built, "It needs a 9x smaller KV cache.", "9x", **cache) == "9x smaller KV cache"
    grown = cache | {"change": "increase"}
    assert said_of(built, "It has a 9x larger KV cache.", "9x", **grown) == "9x larger KV cache"
    moved = cache | {"metric": "transmission latency of KV cache"}
    assert said_of(built, "It has a 9x lower transmission latency of KV cache.", "9x", **moved) == (
        "9x lower transmission latency of KV cache"
    )
    assert said_of(built, "It needs a KV cache of 9 GB.", "9", **cache | {"change": "absolute", "unit": "GB"}) == (
        "KV cache of 9 GB"
    )
    parts = {"metric": "frobnicated accuracy", "metric_concept": "", "value": 9.0, "change": "increase"}
    assert said_of(built, "It has 9% higher frobnicated accuracy.", "9%", lang="zh", **parts) == (
        "“frobnicated accuracy”提升9%"
    )


def test_a_speed_is_of_its_own_statement_and_no_word_of_a_bracket(built: Graph) -> None:
    sewn = {"metric": "training token speed", "metric_concept": "", "unit": "x", "change": "increase", "value": 4.0}
    text = "It achieves 4x faster training and reduces training token use by 9%."
    assert not said_of(built, text, "4x", **sewn)
    text = "Its speed (drawing + inference + learning) is 4x higher."
    assert said_of(built, text, "4x", **SPEED, value=4.0) == "a speedup of 4x"
    text = "It accelerates convergence with an average 4x speedup."
    assert said_of(built, text, "4x", **SPEED, value=4.0) == "a convergence speedup of 4x (on average)"


def test_only_sure_results_aresaid_of(built: Graph) -> None:
    text = "It cuts latency by 41%."
    result = Result(Evidence("41%", "A", 19, 22), "latency", 41.0, "%", "decrease", metric_concept="metric:latency")
    outcome = EntryResult(Document("t-1", "t", 1, {"A": Text(text, text)}), Record("t-1"), result)
    assert borne_out(Selection.of(built, [], "en"), outcome) is None


@pytest.mark.parametrize(
    ("wording", "label", "same"),
    [
        ("decoding speedup", "decoding speed", True),
        ("average accuracy", "accuracy", True),
        ("CTR", "click-through rate", True),
        ("single-batch decoding latency", "inference latency", False),
        ("memory", "memory usage", False),
        ("energy", "energy consumption", True),
        ("inference efficiency", "inference speed", False),
    ],
)
def test_a_metrics_label_is_told_where_it_says_what_the_paper_does(
    built: Graph, wording: str, label: str, same: bool
) -> None:
    assert says_metric(built.vocabulary, wording, label) is same


def test_what_a_system_must_keep_to_is_a_condition(built: Graph) -> None:
    gain = {
        "value": 1.7,
        "unit": "x",
        "change": "increase",
        "metric": "throughput",
        "metric_concept": "metric:throughput",
    }
    text = "It has a 1.7x higher throughput than Finch while meeting all latency goals, and more."
    told = said_of(built, text, "1.7x", **gain, baseline="Finch")
    assert told == "1.7x higher throughput (vs. Finch; while meeting all latency goals)"


def test_latex_is_shown_as_text() -> None:
    assert as_text(r"a $1.5\times$ speedup of H$_{2}$O at 40\% cost") == "a 1.5× speedup of H2O at 40% cost"
    assert as_text("**Foo** (**L**ate-**G**ates), *2* fast, a*b*c") == "Foo (Late-Gates), *2* fast, a*b*c"
    assert quotable("It is\n fast.") == "It is fast"
    assert quotable("x" * 1000) == ""


def test_points_of_a_metric_are_no_percentage_of_it(built: Graph) -> None:
    gain = ACCURACY | {"value": 9.0, "change": "increase"}
    assert said_of(built, "It has +9% accuracy points.", "9%", **gain) == "9 points higher accuracy"
    assert said_of(built, "It has 9% higher accuracy.", "9%", **gain) == "9% higher accuracy"


def test_things_are_fewer_and_their_number_is_not_lower(built: Graph) -> None:
    parts = UNKNOWN | {"value": 41.0, "metric": "number of output tokens", "change": "decrease"}
    assert said_of(built, "It cuts the number of output tokens by 41%.", "41%", **parts) == "41% fewer output tokens"


def test_what_is_a_deed_is_faster_and_not_higher(built: Graph) -> None:
    gain = SPEED | UNKNOWN | {"value": 2.0}
    text = "It accelerates DiT training by 2x and gives 3x practical speedup."
    assert said_of(built, text, "2x", **(gain | {"metric": "DiT training"})) == "a DiT training speedup of 2x"
    rendering = said_of(built, "It gives 2x faster rendering.", "2x", **(gain | {"metric": "speed"}))
    assert rendering == "a rendering speedup of 2x"
    evaluated = said_of(built, "It accelerates pipeline evaluation 2 times.", "2 times", **(gain | {"metric": "speed"}))
    assert evaluated == "a pipeline evaluation speedup of 2x"
    relit = said_of(built, "It gives 2x faster relighting.", "2x", **(gain | {"metric": "speed"}))
    assert relit == "a relighting speedup of 2x"
    speedup = said_of(built, "It gives 2x distillation speedup.", "2x", **(gain | {"metric": "speed"}))
    assert speedup == "a distillation speedup of 2x"
    practical = gain | {"metric": "practical speedup", "value": 3.0}
    assert said_of(built, text, "3x", **practical) == "a practical speedup of 3x"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Trials with Wren show that it cuts latency by 41%.", ""),
        ("It cuts cost by 9% with Wren, while reducing latency by 41%.", ""),
        ("It cuts latency by 41%, outperforming Wren in speed.", "41% lower latency"),
        ("It cuts latency by 41% on Plover.", "41% lower latency (on Plover)"),
    ],
)
def test_a_gain_is_told_with_the_model_that_it_was_obtained_on(built: Graph, text: str, told: str) -> None:
    parts = {"value": 41.0, "setting": "Plover" if "Plover" in text else ""}
    assert said_of(built, text, "41%", model="Wren", **parts) == told


def test_performance_alone_is_no_metric(built: Graph) -> None:
    text = "It has 41% higher performance and 41% higher accuracy on Plover."
    parts = {"value": 41.0, "change": "increase", "setting": "Plover"}
    assert said_of(built, text, "41% higher p", **parts, metric="performance", metric_concept="") == ""
    assert said_of(built, text, "41% higher a", **parts, **ACCURACY) == "41% higher accuracy (on Plover)"
