"""Outcome numbers: the grammar of quantities, and what governs them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.extract import extract
from kg.extract.numbers import plain, quantities
from kg.extract.weighing import best, likelihood, of_all, shares, weights
from kg.model import Document
from kg.text import repaired
from tests.extract.partly import outcomes as read


@pytest.mark.parametrize(
    "text",
    [
        *("orders of magnitude faster", r"($\pm$5\%)", "2/0 of the samples", "GPT-4/5"),
        *("Llama-3", "A100", "GPT-2 and Qwen3-8B", "an 800×800 image on H100"),
    ],
)
def test_what_counts_nothing_and_numbers_of_names_have_no_unit(text: str) -> None:
    assert not [q for q in quantities(plain(text)) if q.unit]


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("up to 50% in thin maps and 25% in thick ones", ["up_to", "up_to"]),
        ("up to 95.7% for jars, 98.7% for tins, and 99.5% for cans", ["up_to"] * 3),
        ("at least 2x and 3x. 40% of maps", ["at_least", "at_least", "exact"]),
        ("up to 5x faster, and reduces memory by 40%, and about 3x", ["up_to", "exact", "about"]),
    ],
)
def test_bound_holds_for_the_numbers_that_share_it(text: str, bounds: list[str]) -> None:
    assert [quantity.bound for quantity in quantities(text)] == bounds


def test_plain_text_keeps_offsets() -> None:
    text = r"up to \textbf{$2.7 \times$} and $\sim$5\% on RTX~4090"
    assert len(plain(text)) == len(text)


def test_list_shares_its_verb() -> None:
    found = read(
        "We show gains, lowering TTFT by up to 70%, end-to-end latency by 41% and per-token energy by up to 22%."
    )
    assert [(r.metric, r.value, r.change, r.bound) for r in found] == [
        ("time to first token", 70, "decrease", "up_to"),
        ("end-to-end latency", 41, "decrease", "exact"),
        ("per-token energy", 22, "decrease", "up_to"),
    ]


def test_members_of_a_list_in_other_units_share_its_verb() -> None:
    found = read(
        "Our method reduces latency by 20% and memory by 3x, and raises recall by 3.2 points and accuracy by 2%."
    )
    assert [(r.metric, r.value, r.change) for r in found] == [
        ("latency", 20, "decrease"),
        ("memory", 3, "decrease"),
        ("recall", 3.2, "increase"),
        ("accuracy", 2, "increase"),
    ]


def test_a_model_of_a_list_is_no_metric() -> None:
    found = read("Our method accelerates the training of LLaVA-1.5 by 2.1x and LLaVA-NeXT by 4.0x.")
    assert [(result.metric, result.value) for result in found] == [("training speed", 2.1), ("training speed", 4.0)]


def test_signed_numbers_that_stand_before_their_metrics_have_them() -> None:
    found = read("Our method gains +1.67% item CTR, +2.40% buyers, and +3.22% order volume.")
    assert [(r.metric, r.value) for r in found] == [("item CTR", 1.67), ("buyers", 2.4), ("order volume", 3.22)]


def test_on_average_is_no_setting() -> None:
    assert [r.setting for r in read("Our method reduces latency by 20% on average.")] == [""]


def test_coordinated_numbers_share_what_follows() -> None:
    found = read("We bring 27% and 41% reduction in inference time on CPU and GPU.")
    assert [(r.metric, r.value, r.change) for r in found] == [
        ("inference time", 27, "decrease"),
        ("inference time", 41, "decrease"),
    ]


def test_numbers_share_their_unit() -> None:
    found = read("Our method achieves speedups of 1.5, 2.1 and 3.0x on three models.")
    assert [(r.value, r.unit, r.change) for r in found] == [
        (1.5, "x", "increase"),
        (2.1, "x", "increase"),
        (3.0, "x", "increase"),
    ]


def test_respective_numbers_keep_metric_and_baselines_in_turn(entry: Callable[..., Document]) -> None:
    found = read("Our method improves accuracy by 12.3% and 4.5% on MMLU and GSM8K, respectively.")
    assert [(r.metric, r.value, r.change) for r in found] == [
        ("accuracy", 12.3, "increase"),
        ("accuracy", 4.5, "increase"),
    ]
    document = entry(
        "Our method outperforms DFlash and DDTree by 1.36x and 1.74x, respectively.", title="Fast Drafting"
    )
    found = extract(document).results
    assert [(r.value, r.baseline) for r in found] == [(1.36, "DFlash"), (1.74, "DDTree")]


@pytest.mark.parametrize(
    "text",
    [
        "Our method achieves 46x and 2.6x speedups over a plain decoder and Fast-Plover, respectively.",
        "Compared to plain decoder and Fast-Plover systems, our method is 46x and 2.6x faster, respectively.",
    ],
)
def test_respective_rivals_need_no_capitals_and_may_stand_ahead(text: str) -> None:
    assert [(r.value, r.baseline.removesuffix(" systems")) for r in read(text)] == [
        (46, "plain decoder"),
        (2.6, "Fast-Plover"),
    ]


def test_a_loss_that_is_reduced_is_no_loss() -> None:
    (result,) = read("Our method achieves up to a 2x accuracy loss reduction compared to Plover.")
    assert (result.metric, result.change, result.baseline) == ("accuracy loss", "decrease", "Plover")


def test_what_the_number_of_the_next_clause_is_over_is_not_the_baseline_of_the_first() -> None:
    text = (
        "Our method achieves over 6x lossless acceleration on all tasks, delivering a 2.5x higher speedup than Plover."
    )
    assert [(r.value, r.baseline) for r in read(text)] == [(6, ""), (2.5, "Plover")]


def test_one_number_of_two_metrics_is_two_results() -> None:
    assert [r.metric for r in read("Our method reduces FLOPs and latency by 9x.")] == ["FLOPs", "latency"]


def test_step_from_one_value_to_another_has_the_first_as_baseline(entry: Callable[..., Document]) -> None:
    said = "We propose Fast Steps. Experiments show that it reduces decoding steps from 256 to 30 on GSM8K."
    (result,) = extract(entry(said, title="Fast Steps: Few-Step Decoding of Diffusion Language Models")).results
    assert (result.value, result.change, result.unit, result.baseline) == (30, "absolute", "steps", "256")


def test_baseline_does_not_end_in_the_word_that_joins_what_follows() -> None:
    first, *_ = read("We achieve a 10% improvement over magnitude pruning or reduce computational costs by 14%.")
    assert first.baseline == "magnitude pruning"


def test_numbers_of_two_units_are_no_list_that_is_dealt_out() -> None:
    found = read("Our method runs at 20 FPS, 25% more than Plover/Corvid.")
    assert [r.baseline for r in found] == ["", "Plover/Corvid"]


def test_baseline_of_a_number_in_brackets_is_not_that_of_the_sentence() -> None:
    first, _ = read("We achieve a 2x speedup and keep quality (0.5% loss compared to the Plover models).")
    assert first.baseline == ""


@pytest.mark.parametrize(
    "text",
    [
        "Existing models have 7B parameters and lose 20% accuracy.",  # background
        "We evaluate on 8 benchmarks with a context length of 128K and 12 layers.",
        "We train Llama-3 8B models for 3 epochs in 2025.",
        "We run on 8× H800 GPUs with 4-bit weights.",
        "We evaluate our method on Llama-2 with 7B and 13B parameters at a batch size of 32.",
        "We train our model on 2B tokens with a learning rate of 0.001 and a weight decay of 0.1.",
        "In this paper, we study 2:4 sparsity and GPT-4 from March 2024.",
    ],
)
def test_set_up_and_background_are_no_results(text: str) -> None:
    assert read(text) == []


def test_value_of_the_other_is_no_result() -> None:
    found = read("Our method reaches a PSNR of 31.2 dB, outperforming SVDQuant (PSNR 17.6 dB).")
    assert [r.value for r in found] == [31.2]


def test_operating_point_goes_into_the_setting() -> None:
    (result,) = read("We obtain 3.5x higher throughput at 32k context.")
    assert result.setting == "at 32k context"


def test_setting_ends_where_another_statement_begins() -> None:
    (result,) = read("We obtain a 1.6x speedup on mobile devices while maintaining accuracy.")
    assert result.setting == "mobile devices"


def test_what_stands_before_another_statement_does_not_end_in_a_conjunction() -> None:
    first, *_ = read("Our method achieves a 66% win rate against GPT-4O mini and maintains up to 8 FPS on an H100.")
    assert first.baseline == "GPT-4O mini"
    assert not first.setting.endswith((" up", " and"))
    assert first.setting not in ("at up", "up")
    first, *_ = read("Our method achieves a 2.3x speedup on LongBench and up to 31x on RULER.")
    assert first.setting == "LongBench"


def test_confidence_is_the_likelihood_of_a_result_that_is_right_in_all() -> None:
    (sure,) = read("Our method achieves a 2.3x speedup over vLLM.")
    (loose,) = read("Our analysis keeps 40% of attention.")
    assert loose.confidence < 0.6 < sure.confidence <= 1
    assert likelihood({"a": 1e9}, {"a"}) <= 1
    assert likelihood({"a": -1e9}, {"a"}) >= 0
    full = weights().full
    assert all(full[part] > 0 for part in ("outcome", "metric", "baseline"))
    assert of_all(full, 0.9, 0.9, 0.9) > of_all(full, 0.9, 0.9, 0.4)


def test_wordings_of_one_thing_speak_for_each_other() -> None:
    candidates = {"decoding latency": {"a"}, "latency": {"a"}, "": {"b"}}
    found, sure = best(shares({"a": 0.0, "b": 0.3}, candidates))
    assert found == "decoding latency"
    assert 0.5 < sure < 0.7


def test_what_falls_and_rises_is_dealt_out_with_its_direction() -> None:
    found = read("Our memory and latency fall by 41% and 33%, respectively. Accuracy rises by 4%.")
    assert [(r.metric.lower(), r.value, r.change) for r in found] == [
        ("memory", 41, "decrease"),
        ("latency", 33, "decrease"),
        ("accuracy", 4, "increase"),
    ]


def test_evidence_is_verbatim_in_its_field() -> None:
    text = r"We reach \textbf{$2.7 \times$} faster decoding on GPUs."
    (result,) = read(text)
    assert result.evidence.field == "A"
    assert text[result.evidence.start : result.evidence.end] == result.evidence.quote
    assert "2.7" in result.evidence.quote


def test_chinese_brief_is_read_where_there_is_no_abstract() -> None:
    brief = "百度发布了X论文，使用7B模型，解决了延迟高的问题，达成了延迟较Quest降低20%以上、吞吐量提升2.3倍的效果。"
    found = read("", brief)
    assert [(r.metric, r.value, r.unit, r.change, r.bound) for r in found] == [
        ("延迟", 20, "%", "decrease", "at_least"),
        ("吞吐量", 2.3, "x", "increase", "exact"),
    ]
    assert found[0].evidence.field == "B"
    assert read("We do things.", brief) == []


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ("推理加速15-50倍", [((15, 50), "x", "increase")]),
        ("准确率提升3个百分点", [(3, "points", "increase")]),
        ("延迟降低20%以上", [(20, "%", "decrease")]),
        ("显存占用减半", [(50, "%", "decrease")]),
        ("吞吐量提升$2.3\\times$", [(2.3, "x", "increase")]),
    ],
)
def test_chinese_outcomes_are_read(effect: str, expected: list[tuple[object, str, str]]) -> None:
    found = read("", f"百度发布了X论文，使用了量化技术，解决了延迟高的问题，达成了{effect}的效果。")
    assert [(r.value, r.unit, r.change) for r in found] == expected


def test_a_degradation_of_what_should_be_low_is_no_decrease() -> None:
    found = read("Our method has a 12% perplexity degradation.")
    assert all(result.change != "decrease" for result in found)


def test_a_list_is_dealt_out_to_the_numbers_that_it_belongs_to() -> None:
    found = read("Our method reaches an accuracy of 98.1%, 94.46% and 95.45% on Alpha, Beta and Gamma, respectively.")
    assert [(r.value, r.setting) for r in found] == [(98.1, "Alpha"), (94.46, "Beta"), (95.45, "Gamma")]
    found = read("Our method reaches 3 times and 4 times higher throughput on Finch-8B and Plover-9B at 96K context.")
    assert [(r.value, r.setting) for r in found] == [(3, "Finch-8B"), (4, "Plover-9B")]
    found = read("Our method reaches 3.1 times and 4.2 times higher throughput on birds and on other animals.")
    assert "birds" not in [r.setting for r in found[:1]]
    found = read("Our method improves accuracy and throughput by 12.3% and 41.5%, respectively.")
    assert [(r.metric, r.value) for r in found] == [("accuracy", 12.3), ("throughput", 41.5)]
    found = read(
        "Our method cuts latency and memory by up to 2.4x and 3.5x. It cuts training and loading times by 2x and 5x."
    )
    assert [r.metric for r in found] == ["latency", "memory", "training times", "loading times"]
    found = read("Our method shows gains of 10.15 and 4.77 points in BLEU and ROUGE-L, respectively.")
    assert [(r.metric, r.value) for r in found] == [("BLEU", 10.15), ("ROUGE-L", 4.77)]


def test_what_changes_by_a_later_number_of_a_list_is_its_metric_though_the_vocabulary_lacks_it() -> None:
    found = read("Our method improves the click-through rate by 3.5% and sofa turnover by 2.0%.")
    assert [(r.metric, r.value) for r in found] == [("click-through rate", 3.5), ("sofa turnover", 2.0)]


def test_each_number_is_against_the_rival_right_before_its_by() -> None:
    found = read("Our method outperforms Alpha-1B by 83.2% in accuracy, while it improves over Alpha-3B by 79.2%.")
    assert [(r.value, r.baseline) for r in found] == [(83.2, "Alpha-1B"), (79.2, "Alpha-3B")]
    found = read("Our method reaches a 6.9x speedup, surpassing Alpha-3 by 1.9x and BETA by 1.3x on Finch.")
    assert [r.baseline for r in found][1:] == ["Alpha-3", "BETA"]


@pytest.mark.parametrize("verb", ["accelerates", "speeds up", "improves existing", "enhances the"])
def test_what_is_made_better_by_a_number_is_its_baseline(verb: str) -> None:
    document = Document("x-1", "x", 1, {"A": repaired(f"We propose Pica. Our Pica {verb} FlashAttention by 19%.")})
    assert [r.baseline for r in extract(document).results] == ["FlashAttention"]


def test_a_number_is_against_what_directly_follows_it() -> None:
    found = read(
        "Our method delivers a 2.65x speedup over full attention and a 1.83x speedup over sparse attention methods."
    )
    assert [(r.value, r.baseline) for r in found] == [(2.65, "full attention"), (1.83, "sparse attention methods")]


def test_a_range_may_be_where_a_number_comes_from() -> None:
    (found,) = read("Our tuning reduced P99 latency from 31-38 seconds to 6.4-8.7 seconds.")
    assert (found.value, found.unit, found.baseline) == ((6.4, 8.7), "s", "31-38 seconds")


def test_what_is_used_by_a_winner_does_not_grow() -> None:
    (found,) = read("Our method achieves superior performance by only using 0.08% training parameters.")
    assert (found.metric, found.change) == ("training parameters", "absolute")


def test_each_factor_is_of_the_speed_that_it_names() -> None:
    first, second = read("Our method achieves a 2.1x speedup in training, and 1.8x in inference.")
    assert (first.metric, second.metric) == ("training speed", "inference speed")


def test_a_baseline_ends_where_the_next_statement_begins() -> None:
    (found,) = read("Our method reduces memory by 9 times compared to ZigZag whilst improving overall quality.")
    assert found.baseline == "ZigZag"


def test_a_bare_factor_of_speed_is_one() -> None:
    (found,) = read("Our method achieves a 2 speedup in decoding.")
    assert (found.value, found.unit) == (2, "x")


def test_rivals_of_a_list_are_dealt_out_to_as_many_numbers() -> None:
    found = read("Our method gives speedups of 12.7x, 1.7x and 1.2x over FlashFinch, ZigZag and Plover.")
    assert [r.baseline for r in found] == ["FlashFinch", "ZigZag", "Plover"]
