"""What questions as people type them ask for: a comparison, a ranking, a trend, things of a type, or papers."""

from __future__ import annotations

import pytest

from kg.query import Lexicon, read

from .shown import said, shown


@pytest.mark.parametrize("question", ["今年MoE的论文比去年多吗", "are there more MoE papers this year than last year?"])
def test_years_that_are_compared_leave_no_paper_out(question: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon)
    assert (found.kind, said(found.filter), found.filter.ignored) == ("trend", "topic:mixture-of-experts", ())


def test_superlative_before_a_metric_ranks(lexicon: Lexicon) -> None:
    found = read("longest acceptance length in speculative decoding", lexicon)
    assert (found.kind, found.order) == ("ranking", "highest")
    assert found.metric is not None
    assert found.metric.concept == "metric:acceptance-length"


def test_request_before_a_metric_is_no_superlative(lexicon: Lexicon) -> None:
    assert read("request latency of LLM serving", lexicon).kind == "papers"


@pytest.mark.parametrize("question", ["ToMe or PiToMe for ViTs?", "pruning or quantization for VLMs?"])
def test_one_or_the_other_is_a_comparison(question: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon)
    assert found.kind == "comparison"
    assert len(found.filter.conditions) == 1


def test_word_that_says_how_a_metric_changes_may_stand_apart_from_it(lexicon: Lexicon) -> None:
    metric = read("how much memory does LoRA save?", lexicon).metric
    assert metric is not None
    assert (metric.concept, metric.change) == ("metric:memory-usage", "decrease")


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("does LoRA or dInfer keep more accuracy?", "metric:accuracy"),
        ("LoRA和dInfer哪个精度更高", "metric:accuracy"),
        ("LoRA和dInfer哪个精度损失小", "metric:accuracy"),
        ("LoRA和dInfer哪个精度损失更小", "metric:accuracy"),
        ("which loses less accuracy, LoRA or dInfer?", "metric:accuracy"),
        ("LoRA和dInfer哪个推理更快", "metric:inference-speed"),
    ],
)
def test_which_of_two_has_more_of_a_metric_is_a_comparison_by_it(question: str, metric: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon)
    assert (found.kind, len(found.things)) == ("comparison", 2)
    assert found.metric
    assert metric in found.metric.metrics
    assert not found.filter.conditions


@pytest.mark.parametrize(
    "question", ["LoRA和dInfer哪些数据集最多", "does any paper use LoRA or dInfer for more speed?"]
)
def test_two_things_of_which_something_else_is_asked_are_no_comparison(question: str, lexicon: Lexicon) -> None:
    assert read(question, lexicon).kind != "comparison"


@pytest.mark.parametrize("question", ["papers like EAGLE-3 but for speech recognition", "papers like LoRA, for VLMs"])
def test_what_stands_behind_the_name_of_the_like_is_asked_too(question: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon)
    assert found.like in ("EAGLE-3", "LoRA")
    assert len(found.filter.conditions) == 1


@pytest.mark.parametrize("question", ["something like SnapKV", "alternatives to SnapKV", "类似SnapKV的方法"])
def test_what_is_like_a_thing_may_be_asked_in_many_words(question: str, lexicon: Lexicon) -> None:
    assert (read(question, lexicon).kind, read(question, lexicon).like) == ("near", "SnapKV")


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("methods used for training LLMs", "papers : task:large-language-model-training"),
        ("papers used to train on an A100", "papers : hardware:nvidia-a100"),
        ("which GPUs are used to train VLA models?", "entities wants hardware among hardware:gpu"),
        ("data sets used for training VLA", "entities wants dataset : topic:vision-language-action"),
    ],
)
def test_only_hardware_and_data_sets_are_used_to_train_things(question: str, meant: str, lexicon: Lexicon) -> None:
    assert shown(read(question, lexicon)).startswith(meant)


def test_what_is_used_to_train_a_thing_stands_in_a_relation_to_it(lexicon: Lexicon) -> None:
    found = read("what is used for training VLA", lexicon)
    assert (found.kind, found.link is not None) == ("relations", True)


@pytest.mark.parametrize(
    ("question", "kind", "ignored"),
    [
        ("什么时候LoRA优于DoRA", "papers", ("什么时候",)),
        ("何时使用LoRA", "papers", ("何时",)),
        ("LoRA什么时候优于哪些方法", "relations", ("什么时候",)),
        ("LoRA是什么时候提出的", "trend", ()),
        ("VLA什么时候出现的", "trend", ()),
        ("什么时候首次出现VLA的论文", "trend", ()),
        ("何时开始研究VLA", "trend", ()),
        ("从什么时候有VLA的论文", "trend", ()),
    ],
)
def test_chinese_when_asks_for_a_trend_of_what_begins(
    question: str, kind: str, ignored: tuple[str, ...], lexicon: Lexicon
) -> None:
    found = read(question, lexicon)
    assert (found.kind, found.filter.ignored) == (kind, ignored)
