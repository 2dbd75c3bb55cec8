"""Where a number holds is told as Chinese says it, or quoted; the terms beside it are those of the field."""

from __future__ import annotations

import pytest

from kg.api import Graph
from kg.model import Evidence, Result
from kg.views.kinds import is_bare, kind_in_words
from kg.views.outcome import baseline, phrase, value
from kg.views.placed import in_chinese
from kg.views.proposal import Proposal
from kg.views.selection import Selection
from kg.views.wording import Wording, say
from kg.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def wording() -> Wording:
    return Wording(Vocabulary.load())


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("at 2048×2048", "2048×2048分辨率"),
        ("under decoding at 256K sequence length", "256K序列长度解码时"),
        ("with over 80% effective sparsity", "有效稀疏度超过80%"),
        ("at 80% sparsity", "80%稀疏度"),
        ("when retaining only 10% of the visual tokens", "仅保留10%的视觉词元"),
        ("under a KV cache budget of 1024", "KV缓存预算为1024"),
        ("models ranging from 17M to 202M parameters", "参数量17M至202M的模型"),
        ("with just 3.1 million parameters", "参数量仅310万"),
        ("with just 1.5 billion parameters", "参数量仅15亿"),
        ("at 52% lower hardware cost", "硬件成本降低52%"),
        ("two TAD benchmarks", "两个TAD基准"),
        ("a single RTX 4090", "单张RTX 4090"),
        ("B200 GPUs", "B200 GPU"),
        ("Finch and Plover across WikiText-103 and C4", "Finch和Plover，WikiText-103和C4"),
        ("5-second text-to-video generation", "5秒文本到视频生成"),
        ("at N=300", "N=300"),
        ("9 GFLOPs", "9 GFLOPs"),
        # What only the sense tells, or what has no Chinese words, is left to the quotation.
        ("even on Finch", ""),
        ("64 experts", ""),
        ("Finch gates and what they do", ""),
        ("retaining only 10% of the plover gates", ""),
        ("two plover benchmarks", ""),
    ],
)
def test_a_setting_is_whole_in_chinese_or_untold(wording: Wording, setting: str, told: str) -> None:
    assert in_chinese(setting, wording) == told


@pytest.mark.parametrize(
    ("phrase", "told"),
    [
        ("decode speed", "解码速度"),
        ("monetary costs", "费用"),
        ("pre-filling speed", "预填充速度"),
        ("kernel-level latency", "内核级延迟"),
        ("convolution kernel", "卷积核"),
        ("cross-domain accuracy", "跨域准确率"),  # a compound of an entry is known
        ("foo-domain accuracy", ""),
        ("13B-parameter baselines", "13B参数基线"),
        ("vanilla pre-training", "标准预训练"),
        ("attention sink", "注意力汇聚点"),
        ("drafting cost", "草稿生成成本"),
        ("LoRA/PiSSA", "LoRA/PiSSA"),
        ("Self Forcing", "Self Forcing"),
    ],
)
def test_a_term_is_that_of_the_field_and_a_name_stays(wording: Wording, phrase: str, told: str) -> None:
    assert wording(phrase) == told


def test_what_is_compared_with_is_never_left_out_in_chinese(built: Graph) -> None:
    chinese = Selection.of(built, [], "zh")
    for beaten, cell, told in (
        ("dense models", "稠密模型", "准确率提升41%（相比稠密模型）"),
        ("plover gates", "“plover gates”", "“41% higher accuracy than plover gates”"),
        ("Plover", "Plover", "准确率提升41%（相比Plover）"),
    ):
        quote = Evidence("41% higher accuracy", "A", 0, 19)
        result = Result(quote, "accuracy", 41.0, "%", "increase", baseline=beaten, metric_concept="metric:accuracy")
        said = f"It has 41% higher accuracy than {beaten}."
        assert (baseline(chinese, result), phrase(chinese, result, sentence=said)) == (cell, told)


def test_a_cell_counts_what_is_counted(built: Graph) -> None:
    chinese, quote = Selection.of(built, [], "zh"), Evidence("41% fewer parameters", "A", 0, 20)
    for metric, concept, told in (("parameter count", "metric:parameter-count", "减少41%"), ("latency", "", "降低41%")):
        result = Result(quote, metric, 41.0, "%", "decrease", sure=True, metric_concept=concept)
        assert value(chinese, result) == told


def test_a_point_of_accuracy_is_one_of_percent(built: Graph) -> None:
    chinese, quote = Selection.of(built, [], "zh"), Evidence("4.1 points", "A", 0, 10)
    for metric, told in (("mathematical accuracy", "提升4.1个百分点"), ("arena score", "提升4.1分")):
        assert value(chinese, Result(quote, metric, 4.1, "points", "increase", sure=True)) == told


@pytest.mark.parametrize(
    ("concept", "words", "told"),
    [
        ("technique:speculative-decoding", "standard speculative decoding", "标准推测解码"),
        ("technique:speculative-decoding", "speculative sampling", "推测解码"),
        ("technique:speculative-decoding", "plovered speculative decoding", "推测解码"),
    ],
)
def test_what_narrows_a_technique_is_told_with_it(built: Graph, concept: str, words: str, told: str) -> None:
    assert say(Selection.of(built, [], "zh"), concept, words) == told


@pytest.mark.parametrize(
    ("what", "kind", "bare"),
    [
        ("an efficient speculative decoding framework", "高效推测解码框架", True),
        ("a lightweight pruning method", "轻量级剪枝方法", True),
        ("a fast pruning framework for mesh generation", "用于网格生成的快速剪枝框架", False),
        ("a graph-based token pruning framework", "基于图的词元剪枝框架", False),
        ("a graph-based token pruning framework for plovered finches", "基于图的词元剪枝框架", True),
        ("a token pruning framework for video MLLMs", "用于视频MLLM的词元剪枝框架", False),
        ("a new framework for efficient LLM inference", "用于大语言模型高效推理的框架", True),
    ],
)
def test_a_kind_that_many_papers_share_is_bare_in_chinese(built: Graph, what: str, kind: str, *, bare: bool) -> None:
    found = Proposal("propose", what)
    chinese = Selection.of(built, [], "zh")
    assert kind_in_words(chinese, found, "", what) == kind
    assert is_bare(chinese, found, kind) is bare
    assert not is_bare(Selection.of(built, [], "en"), found, what)
