"""Outcome numbers: the grammar of quantities, and what governs them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.extract import extract
from kg.extract.numbers import plain
from kg.extract.weighing import best, likelihood, of_all, shares, weights
from kg.model import Document
from tests.extract.partly import outcomes as read


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


def test_step_from_one_value_to_another_has_the_first_as_baseline(entry: Callable[..., Document]) -> None:
    said = "We propose Fast Steps. Experiments show that it reduces decoding steps from 256 to 30 on GSM8K."
    (result,) = extract(entry(said, title="Fast Steps: Few-Step Decoding of Diffusion Language Models")).results
    assert (result.value, result.change, result.unit, result.baseline) == (30, "absolute", "steps", "256")


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
