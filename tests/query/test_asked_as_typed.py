"""What questions as people type them ask for: a comparison, a ranking, a trend, things of a type, or papers."""

from __future__ import annotations

import pytest

from kg.query import Lexicon, read

from .shown import said, shown


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("状态空间模型是不是没人做了", "trend"),
        ("今年MoE的论文比去年多吗", "trend"),
        ("how do I install vLLM?", "refused"),
        ("哪家公司的显卡最便宜", "refused"),
        ("哪篇量化论文写得最好", "refused"),
        ("cheapest way to fine-tune on an A100", "ranking"),
        ("how does LoRA differ from dInfer?", "comparison"),
        ("how is LoRA different from dInfer?", "comparison"),
        ("why do experts collapse?", "papers"),
    ],
)
def test_what_a_question_as_typed_asks_for(question: str, kind: str, lexicon: Lexicon) -> None:
    assert read(question, lexicon).kind == kind


@pytest.mark.parametrize("question", ["今年MoE的论文比去年多吗", "are there more MoE papers this year than last year?"])
def test_years_that_are_compared_leave_no_paper_out(question: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon)
    assert (found.kind, said(found.filter), found.filter.ignored) == ("trend", "topic:mixture-of-experts", ())


@pytest.mark.parametrize(
    "question",
    ["which pruning method is the cleanest?", "which pruning paper has the prettiest figures?", "哪个剪枝方法最可爱"],
)
def test_what_nothing_can_be_ranked_by_is_refused(question: str, lexicon: Lexicon) -> None:
    assert read(question, lexicon).kind == "refused"


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


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("硬件友好的剪枝", "papers"),
        ("思维链太长怎么办", "papers"),
        ("which MoE paper has the most references?", "refused"),
        ("哪篇MoE论文的参考文献最多", "refused"),
        ("which institution has the most papers on MoE?", "count"),
        ("量化论文里谁的h指数最高", "refused"),
        ("量化论文谁写得最多", "who"),
        ("which LLMs are used most in KV cache papers?", "entities"),
        ("which benchmarks do VLA papers use the most", "entities"),
        ("which video generation models do sparse attention papers use most?", "entities"),
        ("which quantization methods work without training?", "papers"),
        ("扩散模型量化的论文多起来了吗", "trend"),
        ("since when are there papers on VLA?", "trend"),
        ("when was speculative decoding first mentioned?", "trend"),
        ("从什么时候开始有扩散语言模型的论文", "trend"),
        ("清华和北大谁的论文多", "comparison"),
        ("哪些GPU被用于训练扩散语言模型", "entities"),
        ("does AWQ work better than GPTQ on Llama?", "comparison"),
        ("highest GSM8K accuracy of a pruned LLM", "ranking"),
    ],
)
def test_what_is_asked_for(question: str, kind: str, lexicon: Lexicon) -> None:
    assert read(question, lexicon).kind == kind


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


@pytest.mark.parametrize(
    ("question", "kind"),
    [("most used optimizers", "entities"), ("最常用的优化器", "entities"), ("最热门的剪枝论文", "papers")],
)
def test_most_used_of_several_are_things_of_a_kind(question: str, kind: str, lexicon: Lexicon) -> None:
    assert read(question, lexicon).kind == kind


@pytest.mark.parametrize("question", ["hardware friendly softmax", "hardware-aware pruning", "硬件友好的softmax"])
def test_kind_of_thing_inside_a_word_is_not_asked_for(question: str, lexicon: Lexicon) -> None:
    assert read(question, lexicon).kind == "papers"


@pytest.mark.parametrize("question", ["something like SnapKV", "alternatives to SnapKV", "类似SnapKV的方法"])
def test_what_is_like_a_thing_may_be_asked_in_many_words(question: str, lexicon: Lexicon) -> None:
    assert (read(question, lexicon).kind, read(question, lexicon).like) == ("near", "SnapKV")


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("is LoRA worse than DoRA", "comparison things technique:lora, technique:dora"),
        ("LoRA不如DoRA吗", "comparison things technique:lora, technique:dora"),
        ("papers where LoRA is worse than DoRA", "papers : technique:lora & outperforms head technique:dora"),
        ("LoRA不如DoRA的论文", "papers : technique:lora & outperforms head technique:dora"),
        ("methods worse than LoRA", "papers : outperforms head technique:lora"),
        ("哪些论文不如LoRA", "papers : outperforms head technique:lora"),
        (
            "which methods are inferior to LoRA?",
            "relations wants technique link outperforms head technique:lora : outperforms head technique:lora",
        ),
        ("what does LoRA lose to?", "relations link outperforms tail technique:lora : outperforms tail technique:lora"),
    ],
)
def test_worse_is_better_the_other_way_round(question: str, meant: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon)
    assert shown(found) == meant
    assert found.filter.ignored == ()


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
