"""Questions and the filters that they mean, in both languages."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from kg.query import Entity, Lexicon, Outcome, Phrase, read
from kg.query.dates import relative
from kg.query.empty import any_institution
from kg.query.lexicon import Named
from kg.query.patterns import any_regex, texts_regex
from kg.query.read import LIMIT
from kg.query.reading import QuestionReader
from kg.query.sayings import Sayings
from kg.store.asking import fits
from kg.text import fold, has_han
from kg.vocabulary import Vocabulary

from .shown import said

KV, H100 = "topic:kv-cache-compression", "hardware:nvidia-h100"
KD, RL, MOE = "topic:knowledge-distillation", "topic:reinforcement-learning", "topic:mixture-of-experts"
SPEC, QUANT, PRUNE = "topic:speculative-decoding", "topic:quantization", "topic:pruning"
TSINGHUA, PEKING, CAS = "ror:03cve4549", "ror:02v51f717", "ror:034t30j35"
USED, ANY = "[proposed used]", "[proposed used baseline mentioned]"
GRPO = "technique:group-relative-policy-optimization"
SPEED = "result metric:inference-speed increase"

QUESTIONS = [
    # topics
    ("KV-cache compression papers on H100", f"{KV} & {H100}"),
    ("在H100上做KV缓存压缩的论文", f"{H100} & {KV}"),
    ("Which papers are about key-value cache compression?", KV),
    ("speculative decoding", SPEC),
    ("Show me work on speculativ decoding", SPEC),
    ("mixure of experts", MOE),
    ("MoE papers", MOE),
    ("研究推测解码的论文有哪些？", SPEC),
    ("哪些论文研究知识蒸馏？", KD),
    ("剪枝论文", PRUNE),
    ("quantization methods", QUANT),
    ("model quantisation", QUANT),
    ("扩散语言模型", "topic:diffusion-language-models"),
    ("LLM serving systems", "topic:llm-serving"),
    ("long-context inference", "topic:long-context"),
    ("面向边缘设备的论文", "topic:edge-deployment | hardware:edge-device"),
    ("papers on vision-language-action models", "topic:vision-language-action"),
    ("graph neural networks", "topic:graph-learning"),
    ("图神经网络", "topic:graph-learning"),
    # joined topics
    ("quantization and pruning", f"{QUANT} & {PRUNE}"),
    ("量化和剪枝的论文", f"{QUANT} & {PRUNE}"),
    ("quantization or pruning", f"{QUANT} | {PRUNE}"),
    ("量化或剪枝", f"{QUANT} | {PRUNE}"),
    ("KV cache compression for video generation", f"{KV} & topic:video-generation"),
    # negation
    ("knowledge distillation without reinforcement learning", f"{KD} & not {RL}"),
    ("不涉及强化学习的知识蒸馏论文", f"not {RL} & {KD}"),
    ("papers on quantization but not pruning", f"{QUANT} & not {PRUNE}"),
    ("除强化学习以外的知识蒸馏论文", f"not {RL} & {KD}"),
    ("knowledge distillation without pruning or quantization", f"{KD} & not ({PRUNE} | {QUANT})"),
    ("quantization papers without code", f"{QUANT} & not code"),
    ("KV缓存压缩但不使用量化", f"{KV} & not technique:quantization{USED}"),
    # techniques
    ("Which papers use LoRA?", f"technique:lora{USED}"),
    ("哪些论文使用了LoRA？", f"technique:lora{USED}"),
    ("LoRA", "technique:lora"),
    ("papers using low-rank adaptation", f"technique:lora{USED}"),
    ("methods that use GRPO", f"{GRPO}{USED}"),
    ("采用GRPO的方法", f"{GRPO}{USED}"),
    ("Which papers use knowledge distillation?", f"technique:knowledge-distillation{USED}"),
    ("papers mentioning LoRA", f"technique:lora{ANY}"),
    ("提到LoRA的论文", f"technique:lora{ANY}"),
    ("papers that compare with EAGLE-3", f"technique:eagle-3{ANY}"),
    ("与EAGLE-3对比的论文", f"technique:eagle-3{ANY}"),
    ("papers that use speculative decoding as a baseline", "technique:speculative-decoding[baseline]"),
    ("3D Gaussian splatting", "technique:3d-gaussian-splatting"),
    (
        "post-training quantization",
        "technique:post-training-quantization | parts post-training + quantization | text post-training quantization",
    ),
    (
        "training-free visual token pruning",
        "text training-free & technique:visual-token-pruning | task:visual-token-compression"
        " | parts visual + token reduction | text visual token pruning",
    ),
    (
        "不需要训练的视觉token剪枝方法",
        "text 免训练 & technique:visual-token-pruning | task:visual-token-compression | parts 视觉 + 词元压缩"
        " | text 视觉词元剪枝",
    ),
    ("quantization that needs no calibration data", "topic:quantization & text no calibration data"),
    ("pruning, not for video or vision", "topic:pruning & not (text video | text visual)"),
    (
        "4-bit quantization without zyxgnarf, on H100",
        "technique:4-bit-quantization | parts 4-bit + quantization | text 4-bit quantization"
        " & text no zyxgnarf & hardware:nvidia-h100",
    ),
    (
        "MoE serving",
        "technique:moe-inference-system | task:moe-serving | parts mixture of experts + LLM serving"
        " | text MoE inference system",
    ),
    ("视频生成加速10倍以上", "topic:video-generation & result metric:inference-speed increase >= 10 x"),
    # relations
    ("what outperforms EAGLE-3?", "outperforms tail technique:eagle-3"),
    ("哪些方法优于EAGLE-3？", "outperforms tail technique:eagle-3"),
    ("What does dInfer outperform?", "outperforms head technique:dinfer"),
    ("KV cache compression methods that beat AsyncSpade", f"{KV} & outperforms tail technique:asyncspade"),
    # a threshold over a baseline is one condition
    ("beats EAGLE-3 by 2x", "result >= 2 x over technique:eagle-3"),
    ("systems that beat vLLM by 2x or more in throughput", "result metric:throughput >= 2 x over technique:vllm"),
    ("吞吐量比vLLM提高3倍以上的系统", "result metric:throughput increase >= 3 x over technique:vllm"),
    ("at least 1.5x faster than EAGLE-3", f"{SPEED} >= 1.5 x over technique:eagle-3"),
    ("a 2x speedup over vLLM", f"{SPEED} >= 2 x over technique:vllm"),
    ("与vLLM相比提速2倍以上", f"{SPEED} >= 2 x over technique:vllm"),
    (
        "methods that beat EAGLE-3 and cut memory by 50%",
        "outperforms tail technique:eagle-3 & result metric:memory-usage decrease >= 50 %",
    ),
    # what texts must state
    (
        "speculative decoding without a separate draft model",
        f"{SPEC} & text no draft model | technique:model-free-speculative-decoding",
    ),
    ("pruning that is trainig free", f"{PRUNE} & text training-free"),
    ("ternary (1.58-bit) pruning", f"text ternary & {PRUNE}"),
    ("sparse attention for the prefill stage", "topic:sparse-attention & text prefill"),
    ("预填充阶段的稀疏注意力", "text 预填充 & topic:sparse-attention"),
    ("quantization, not from-scratch pruning", f"{QUANT} & not {PRUNE}"),
    ("LLM quantization", f"{QUANT} & text LLM"),
    ("pruning of LLMs", f"{PRUNE} & technique:large-language-model{ANY} | text LLMs"),
    ("quantizing Mamba or state space models", f"{QUANT} & technique:mamba | topic:linear-attention"),
    # institutions
    ("What has Tsinghua University published?", TSINGHUA),
    ("浙江大学的论文", "ror:00a2xv884"),
    ("papers by Shanghai AI Lab", "ror:03wkvpx79"),
    ("上海人工智能实验室发表的论文", "ror:03wkvpx79"),
    ("CMU papers on speculative decoding", f"ror:05x2bcf33 & {SPEC}"),
    ("mixture of experts papers from Chinese Academy of Sciences or Peking University", f"{MOE} & {CAS} | {PEKING}"),
    ("北京大学或中国科学院的混合专家论文", f"{PEKING} | {CAS} & {MOE}"),
    ("Tsinghua University, Peking University or CMU", f"{TSINGHUA} | {PEKING} | ror:05x2bcf33"),
    ("papers from China on pruning", f"country = CN & {PRUNE}"),
    ("pruning papers not from Tsinghua University", f"{PRUNE} & not {TSINGHUA}"),
    # hardware, models, data sets
    ("papers running on NVIDIA H100 GPUs", H100),
    ("哪些论文在GPU上做实验？", "hardware:gpu"),
    ("papers that experiment with Qwen models", "model:qwen"),
    ("使用Qwen模型的论文", "model:qwen"),
    ("papers using Llama but not Qwen", "model:llama & not model:qwen"),
    ("papers that use ImageNet", "dataset:imagenet"),
    ("papers evaluated on ImageNet or COCO", "dataset:imagenet | dataset:coco"),
    ("在GSM8K上评测的论文", "dataset:gsm8k"),
    ("YOLO based detectors", "model:yolo"),
    # numbers
    ("Which papers report a speedup of at least 10x?", f"{SPEED} >= 10 x"),
    ("加速10倍以上的论文", f"{SPEED} >= 10 x"),
    ("加速十倍以上", f"{SPEED} >= 10 x"),
    ("more than 2 times faster", f"{SPEED} > 2 x"),
    ("推理速度提升超过5倍", f"{SPEED} > 5 x"),
    ("papers that cut latency by at least 40%", "result metric:latency decrease >= 40 %"),
    ("延迟降低40%以上的论文", "result metric:latency decrease >= 40 %"),
    ("延迟降低百分之四十以上", "result metric:latency decrease >= 40 %"),
    ("Which papers cut memory usage by more than half?", "result metric:memory-usage decrease > 50 %"),
    ("papers that improve accuracy by over 10 points", "result metric:accuracy increase > 10 points"),
    ("energy reductions of at least 20%", "result metric:energy-consumption decrease >= 20 %"),
    ("latency below 100 ms", "result metric:latency < 100 ms"),
    ("throughput over 1000 tokens/s", "result metric:throughput > 1000 tokens/s"),
    ("under 8 GB", "result < 8 GB"),
    ("quantization with a speedup of at least 3x on H100", f"{QUANT} & {SPEED} >= 3 x & {H100}"),
    # ranges: of a result the better end counts, so the first threshold is the one that is hard to reach
    ("speedup between 2x and 3x", f"{SPEED} >= 2 x <= 3"),
    ("between 2 and 3 times faster", f"{SPEED} >= 2 x <= 3"),
    ("speedup of 2x-3x", f"{SPEED} >= 2 x <= 3"),
    ("speedup from 2x to 3x", f"{SPEED} >= 2 x <= 3"),
    ("speedup of at least 2x and at most 3x", f"{SPEED} >= 2 x <= 3"),
    ("more than 2x but less than 3x speedup", f"{SPEED} > 2 x < 3"),
    ("加速2到3倍", f"{SPEED} >= 2 x <= 3"),
    ("加速2倍到3倍", f"{SPEED} >= 2 x <= 3"),
    ("加速两到三倍的论文", f"{SPEED} >= 2 x <= 3"),
    ("介于2倍和3倍之间的加速", f"{SPEED} >= 2 x <= 3"),
    ("latency reduction of 20-40%", "result metric:latency decrease >= 20 % <= 40"),
    ("latency between 50 and 100 ms", "result metric:latency <= 100 ms >= 50"),
    ("speedup of at least 2-3x", f"{SPEED} >= 2 x"),
    ("latency at most 50-100 ms", "result metric:latency <= 100 ms"),
    # countries and the pronoun
    ("papers from the US", "country = US"),
    ("papers from the US or UK", "country = US | country = GB"),
    ("show us quantization papers", QUANT),
    # dates
    ("papers after October 2025", "date > 2025-10"),
    ("papers later than October 2025", "date > 2025-10"),
    ("2025年10月之后的论文", "date > 2025-10"),
    ("自2025年10月以来的论文", "date >= 2025-10"),
    ("papers before October 2025", "date < 2025-10"),
    ("2025年10月之前的论文", "date < 2025-10"),
    ("papers until October 2025", "date <= 2025-10"),
    ("截至2025年10月的论文", "date <= 2025-10"),
    ("papers from 2025-10-15", "date = 2025-10-15"),
    ("2025年10月15日的论文", "date = 2025-10-15"),
    ("2025年10月15日之前的论文", "date < 2025-10-15"),
    ("papers on October 15th, 2025", "date = 2025-10-15"),
    ("papers after 15 October 2025", "date > 2025-10-15"),
    ("Oct 2025 papers", "date = 2025-10"),
    ("papers in 2025.", "date = 2025"),
    ("papers in October", "date = --10"),
    ("papers after October 15", "date > --10-15"),
    ("10月之后的论文", "date > --10"),
    ("十月的论文", "date = --10"),
    ("papers in May", "date = --05"),
    ("papers that may use LoRA", f"technique:lora{USED}"),
    ("May I see LoRA papers?", "technique:lora"),
    ("2024年之后2026年之前的论文", "date > 2024 & date < 2026"),
    ("papers between October 2025 and December 2025", "date >= 2025-10 & date <= 2025-12"),
    ("papers from 2024 to 2025", "date >= 2024 & date <= 2025"),
    # reports
    ("report 000 or 001", "source = 000 | source = 001"),
    ("reports 000, 001 or 002", "source = 000 | source = 001 | source = 002"),
    ("报告000或001中的论文", "source = 000 | source = 001"),
    ("papers from report 000 with speedup", "source = 000"),
    # kinds, code, dates, names
    ("surveys", "kind = survey"),
    ("联邦学习综述", "topic:federated-learning & kind = survey"),
    ("benchmark papers", "kind = benchmark"),
    ("empirical studies", "kind = study"),
    ("papers with released code on GitHub", "code = github"),
    ("GitHub上有代码的论文", "code = github"),
    ("开源代码的论文", "code"),
    ("code generation", "topic:code-generation"),
    ("papers since October 2025", "date >= 2025-10"),
    ("2025年10月的论文", "date = 2025-10"),
    ("002-22", "paper = 002-22"),
    # sloppy ones
    ("papers that distil small lms", "topic:knowledge-distillation & topic:small-language-models"),
    ("kv cache comprssion at 32k", KV),
    ("speculative decoding w/o reinforcement learning", f"{SPEC} & not topic:reinforcement-learning"),
    ("code generation w/out pruning", "topic:code-generation & not topic:pruning"),
    ("papers abt spec decode pls", SPEC),
    ("object detect", "topic:object-detection"),
    ("test time scalling not pruning", "topic:test-time-scaling & not topic:pruning"),
    ("在Vision Transformer上做实验的论文", "technique:vision-transformer"),
]


@pytest.mark.parametrize(("question", "expected"), QUESTIONS, ids=[question for question, _ in QUESTIONS])
def test_question_means_its_filter(question: str, expected: str, lexicon: Lexicon) -> None:
    assert said(read(question, lexicon).filter) == expected


def test_tokens_or_response_length_are_two_metrics_of_one_result(lexicon: Lexicon) -> None:
    found = read("papers that reduce tokens or response length by over 30%", lexicon).filter
    (condition,) = found.conditions
    (outcome,) = condition.any_of
    assert isinstance(outcome, Outcome)
    assert {"metric:response-length", "metric:token-usage"} <= set(outcome.metrics)
    assert (outcome.change, outcome.op, outcome.value, outcome.unit) == ("decrease", ">", 30.0, "%")


def test_family_of_a_model_holds_narrower_ones_and_the_graph_s_own(lexicon: Lexicon) -> None:
    (condition,) = read("Qwen models", lexicon).filter.conditions
    (term,) = condition.any_of
    assert isinstance(term, Entity)
    assert {"model:qwen", "model:qwen-image"} <= set(term.concepts)


def test_family_of_a_technique_holds_the_kinds_of_it_that_a_paper_names(vocabulary: Vocabulary) -> None:
    names = {
        "technique:a": "intra-class contrastive learning",
        "technique:b": "non-contrastive learning",
        "technique:c": "attack on contrastive learning",
        "technique:d": "contrastive learning rate",
        "problem:e": "slow contrastive learning",
    }
    own = Lexicon(vocabulary, (Named(concept, label, True) for concept, label in names.items()))
    assert names.keys() & set(own.family("technique:contrastive-learning")) == {"technique:a"}
    many = Lexicon(vocabulary, (Named(f"technique:n{n}", f"n{n} contrastive learning", True) for n in range(101)))
    assert not {f"technique:n{n}" for n in range(101)} & set(many.family("technique:contrastive-learning"))


def test_institutions_of_which_no_paper_is_together_are_read_as_one_of_them(lexicon: Lexicon) -> None:
    wanted = read("pruning papers from Tsinghua University and Peking University", lexicon).filter
    either = any_institution(wanted, Sayings("en"))
    assert said(either) == "topic:pruning & ror:03cve4549 | ror:02v51f717"
    assert either.notes == ("No paper is of all these institutions together; these are of one of them.",)
    single = read("pruning papers from Tsinghua University", lexicon).filter
    assert any_institution(single, Sayings("en")) is single


def test_hardware_class_holds_its_devices(lexicon: Lexicon) -> None:
    (condition,) = read("papers on GPUs", lexicon).filter.conditions
    (term,) = condition.any_of
    assert isinstance(term, Entity)
    assert H100 in term.concepts


def test_words_of_the_question_are_kept(lexicon: Lexicon) -> None:
    found = read("KV-cache compression papers on H100", lexicon).filter
    assert [condition.text for condition in found.conditions] == ["KV-cache compression", "H100"]
    assert found.understood()["hardware"] == [{"text": "H100", "concept": H100, "label": "NVIDIA H100"}]


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("at least 2x speedup before October 2025", ["inference speed ↑ ≥ 2x", "< 2025-10"]),
        ("papers that cut latency by over 40%", ["latency ↓ > 40%"]),
        ("latency between 50 and 100 ms", ["latency ≥ 50 ms, ≤ 100 ms"]),
        ("about 2x speedup", ["inference speed ↑ ≈ 2x"]),
        ("more than 3 times", ["> 3x"]),
        ("papers in October", ["October"]),
        ("10月之后的论文", ["> 10月"]),
    ],
)
def test_label_says_how_a_number_or_date_was_understood(question: str, labels: list[str], lexicon: Lexicon) -> None:
    understood = read(question, lexicon).filter.understood()
    assert [said["label"] for terms in understood.values() for said in terms] == labels


def test_condition_of_a_date_keeps_the_word_beside_it(lexicon: Lexicon) -> None:
    (condition,) = read("papers after October 2025", lexicon).filter.conditions
    assert condition.text == "after October 2025"


@pytest.mark.parametrize("nonsense", ["zzzzz", "zzqx", "qwerty", "asdfgh", "zyxgnarf blorbification"])
def test_nonsense_is_near_no_label(nonsense: str, lexicon: Lexicon) -> None:
    assert lexicon.nearest(nonsense) == ()


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("speculitive decodng", "speculative decoding"),
        ("atention kernels", "attention kernel"),
        ("quantisaton", "quantization"),
        ("KV cash", "KV cache compression"),
    ],
)
def test_misspelt_name_is_near_its_label(typed: str, label: str, lexicon: Lexicon) -> None:
    assert lexicon.nearest(typed)[0] == label


def test_what_is_not_understood_is_listed(lexicon: Lexicon) -> None:
    assert read("zyxgnarf speculative decoding", lexicon).filter.ignored == ("zyxgnarf",)


def test_long_question_is_cut_and_said_so(lexicon: Lexicon) -> None:
    found = read("KV cache " * 20_000, lexicon).filter
    assert said(found) == KV
    assert str(LIMIT) in found.notes[0]


@pytest.mark.parametrize(
    ("question", "latest", "value"),
    [
        ("papers from last month", "2025-10-15", "2025-09-15"),
        ("the past 2 months", "2026-01-31", "2025-11-30"),
        ("papers of the last year", "2025-10-15", "2024-10-15"),
        ("last 10 days", "2025-10-05", "2025-09-25"),
        ("最近三个月的论文", "2025-02-15", "2024-11-15"),
        ("过去一年", "2025-10", "2024-10"),
        ("上个月", "2025-10-15", "2025-09-15"),
        ("papers since yesterday", "2025-10-15", "2025-10-14"),
        ("本周的论文", "2025-10-15", "2025-10-13"),
        ("去年以来的论文", "2025-10-15", "2024-10-15"),
        ("last 99999999 years", "2025-10-15", "0001-01-01"),
    ],
)
def test_last_month_is_counted_from_the_newest_date_of_the_graph(
    question: str, latest: str, value: str, lexicon: Lexicon
) -> None:
    items = QuestionReader(question, lexicon).pieces()
    (fact,) = [item.fact for item in relative(items, question, latest) if item.fact]
    assert (fact.field, fact.op, fact.value) == ("date", ">=", value)


def test_last_month_of_a_graph_without_dates_is_not_understood(lexicon: Lexicon) -> None:
    found = read("pruning papers from last month", lexicon).filter
    assert said(found) == PRUNE
    assert found.ignored == ("last month",)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("quantization and pruning or knowledge distillation", f"{QUANT} | {KD} & {PRUNE} | {KD}"),
        ("quantization or pruning and knowledge distillation", f"{QUANT} | {PRUNE} & {QUANT} | {KD}"),
        ("quantization or pruning, and knowledge distillation", f"{QUANT} | {PRUNE} & {KD}"),
        ("quantization on H100 or pruning", f"{QUANT} | {PRUNE} & {H100} | {PRUNE}"),
        ("quantization or pruning on H100", f"{QUANT} | {PRUNE} & {H100}"),
        ("pruning without quantization or code", f"{PRUNE} & not ({QUANT} | code)"),
    ],
)
def test_and_binds_closer_than_or(question: str, expected: str, lexicon: Lexicon) -> None:
    assert said(read(question, lexicon).filter) == expected


def test_a_preferred_name_in_chinese_means_what_its_english_one_means(lexicon: Lexicon, vocabulary: Vocabulary) -> None:
    named = [one.label for one in vocabulary.concepts.values() if one.type in ("topic", "technique", "problem", "task")]
    zh = Counter(fold(label["zh"]) for label in named if has_han(label.get("zh", "")))
    pairs = [(fold(one["en"]), fold(one["zh"])) for one in named if "en" in one and zh[fold(one.get("zh", ""))] == 1]
    assert len(pairs) > 1000
    for english, chinese in pairs:
        assert set(lexicon.senses(english)) <= set(lexicon.senses(chinese)), english


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("KV cache compression for reasoning models", "推理模型的KV缓存压缩"),
        ("quantization of video diffusion models", "视频扩散模型的量化"),
        ("papers on attention sinks", "关于注意力汇聚的论文"),
        ("speculative decoding without a draft model", "不需要草稿模型的推测解码"),
    ],
)
def test_translations_are_one_question(first: str, second: str, lexicon: Lexicon) -> None:
    def things(question: str) -> set[frozenset[tuple[str, ...]]]:
        found = read(question, lexicon).filter.conditions
        return {frozenset(t.concepts for t in one.any_of if isinstance(t, Entity)) for one in found}

    assert things(first) == things(second)


def test_words_of_a_compound_that_mean_nothing_are_no_quotation(lexicon: Lexicon) -> None:
    for question in ("attention sink", "papers that are about the attention sink"):
        terms = [term for one in read(question, lexicon).filter.conditions for term in one.any_of]
        assert {type(term) for term in terms} == {Entity}


def test_what_drafts_for_itself_needs_no_draft_model(lexicon: Lexicon) -> None:
    terms = [
        t for one in read("speculative decoding with no draft model", lexicon).filter.conditions for t in one.any_of
    ]
    family = next(t.concepts for t in terms if isinstance(t, Entity) and t.field == "technique")
    assert {"technique:self-speculative-decoding", "technique:n-gram-speculative-decoding"} <= set(family)


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("papers using H$_2$O", "papers using H2O"),
        ("only 10% of the KV cache kept", "KV cache reduced by 90%"),
        ("post training quantisation", "post-training quantization"),
        ("speculatve decodng for long contxt", "speculative decoding for long context"),
        ("stuctured prunnning withot retraning", "structured pruning without retraining"),
        ("pruning of experts", "pruning experts"),
        ("stopping early", "early stopping"),
        ("distillation from multiple teachers", "multi-teacher distillation"),
        ("sharing the KV cache across layers", "cross-layer KV cache sharing"),
        ("剪枝注意力头", "注意力头剪枝"),
        ("RAG系统里的context compresion方法", "RAG系统里的context compression方法"),
        ("ＫＶ　ｃａｃｈｅ　ｃｏｍｐｒｅｓｓｉｏｎ　ｏｎ　Ｈ１００", "KV cache compression on H100"),
        ("在ＲＴＸ　３０９０上加速５倍以上的论文", "在RTX 3090上加速5倍以上的论文"),
        ("２－ｂｉｔ　quantization，not pruning", "2-bit quantization, not pruning"),
    ],
)
def test_another_spelling_is_the_same_question(question: str, same: str, lexicon: Lexicon) -> None:
    one, other = (read(asked, lexicon).filter.conditions for asked in (question, same))
    assert [each.any_of for each in one] == [each.any_of for each in other]


def test_a_known_label_is_meant_before_one_that_only_a_paper_has(vocabulary: Vocabulary) -> None:
    own = Lexicon(vocabulary, [Named("technique:language-module", "language module", True)])
    assert own.misspelt(fold("langauge modles")) == "language model"


@pytest.mark.parametrize(
    "text",
    ["KV Caches are quantized.", "It quantizes the KV-cache", "kvcache", "Quantization", "LLMs: 大模型", "US", "us"],
)
def test_words_that_a_text_must_have_change_nothing_but_the_time(text: str) -> None:
    for ways in (["KV cache"], ["LLM", "language model"], ["KV … quant*", "quant* … KV cache"], ["US"], ["大模型"]):
        assert fits(texts_regex(ways), text) == bool(re.search(any_regex(ways), text))


@pytest.mark.parametrize("question", ["multiple agents", "LLMs on Zyxgnarf chips"])
def test_a_usual_word_and_an_unknown_name_are_no_slips(question: str, lexicon: Lexicon) -> None:
    named = {term.field for one in read(question, lexicon).filter.conditions for term in one.any_of}
    assert not named & {"dataset", "model", "hardware", "institution"}


def test_a_verb_and_a_word_apart_from_it_are_one_thing(lexicon: Lexicon) -> None:
    asked = read("stopping chain-of-thought reasoning early", lexicon).filter
    assert not asked.ignored
    assert any(term.concept == "technique:early-stopping" for term in asked.conditions[-1].any_of)


def test_a_topic_is_called_by_the_names_of_its_technique(lexicon: Lexicon) -> None:
    ((vla,),) = (one.any_of for one in read("有多少篇论文是关于VLA模型的", lexicon).filter.conditions)
    assert isinstance(vla, Entity)
    assert {"VLA", "vision-language-action model"} <= set(vla.names)


def test_words_beside_an_amount_keep_their_order(lexicon: Lexicon) -> None:
    assert [type(one.any_of[0]) for one in read("思维链缩短一半", lexicon).filter.conditions] == [Entity, Outcome]


def test_a_metric_of_something_is_a_condition(lexicon: Lexicon) -> None:
    energy = read("the energy use of quantized LLMs", lexicon).filter
    assert not energy.ignored
    assert [type(term) for term in energy.conditions[0].any_of] == [Outcome, Phrase]


def test_what_is_used_to_do_a_thing_is_not_how_the_thing_is_used(lexicon: Lexicon) -> None:
    used, done = read("用强化学习做剪枝", lexicon).filter.conditions
    assert [(term.field, getattr(term, "roles", ())) for term in (*used.any_of, *done.any_of)] == [
        ("topic", ()),
        ("topic", ()),
    ]


def test_which_of_two_saves_more_is_a_comparison(lexicon: Lexicon) -> None:
    asked = read("MLA和GQA哪个更省显存？", lexicon)
    assert asked.kind == "comparison"
    assert [term.concept for one in asked.filter.conditions for term in one.any_of] == ["metric:gpu-memory"]


@pytest.mark.parametrize("question", ["能耗降低一半以上", "cut energy consumption by at least half"])
def test_energy_efficiency_is_a_saving_of_energy(question: str, lexicon: Lexicon) -> None:
    (asked,) = [term for one in read(question, lexicon).filter.conditions for term in one.any_of]
    assert isinstance(asked, Outcome)
    assert "metric:energy-efficiency" in asked.gains
    assert not asked.told
    assert "energy consumption" in asked.words


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("compress the KV cache", "KV cache compression"),
        ("methods that compress LLMs", "LLM compression methods"),
        ("压缩大模型的方法", "大语言模型压缩方法"),
        ("2026年以来用强化学习压缩思维链的论文", "2026年以来强化学习与思维链压缩的论文"),
        ("用强化学习做剪枝", "强化学习 剪枝"),
    ],
)
def test_verb_with_what_it_is_done_to_is_one_thing(question: str, same: str, lexicon: Lexicon) -> None:
    one, other = (sorted(said(read(asked, lexicon).filter).split(" & ")) for asked in (question, same))
    assert one == other


@pytest.mark.parametrize(("question", "ignored"), [("compress images", "compress"), ("压缩图像", "压缩")])
def test_verb_that_names_nothing_with_its_object_is_told(question: str, ignored: str, lexicon: Lexicon) -> None:
    assert ignored in read(question, lexicon).filter.ignored


def test_number_leaves_the_verb_its_direction(lexicon: Lexicon) -> None:
    (asked,) = [t for one in read("compress the KV cache by 10x", lexicon).filter.conditions for t in one.any_of]
    assert isinstance(asked, Outcome)
    assert (asked.change, asked.value, asked.unit) == ("decrease", 10.0, "x")


def test_compound_is_told_as_texts_say_it_in_a_sentence(lexicon: Lexicon) -> None:
    terms = [t for one in read("KV cache offloading", lexicon).filter.conditions for t in one.any_of]
    (sentence,) = [t for t in terms if isinstance(t, Phrase)]
    pattern = re.compile(any_regex(sentence.said))
    assert pattern.search("It offloads the KV cache to host memory.")
    assert pattern.search("the KV caches are offloaded")
    assert not pattern.search("weights are offloaded so that there is room for a KV cache")


def test_gerund_and_what_stands_behind_it_are_one_thing(lexicon: Lexicon) -> None:
    gerund, noun = (read(said, lexicon).filter for said in ("offloading the KV cache", "KV cache offloading"))
    assert {t for one in gerund.conditions for t in one.any_of if isinstance(t, Entity)} == {
        t for one in noun.conditions for t in one.any_of if isinstance(t, Entity)
    }


@pytest.mark.parametrize(
    "question", ["token pruning that does not rely on attention scores", "不依赖注意力分数的token剪枝"]
)
def test_not_relying_on_a_thing_is_what_texts_state(question: str, lexicon: Lexicon) -> None:
    wanted = read(question, lexicon).filter
    assert not any(one.negated for one in wanted.conditions)
    (lacks,) = [t for one in wanted.conditions for t in one.any_of if isinstance(t, Phrase)]
    assert re.search(any_regex(lacks.said), "It prunes tokens without relying on attention scores.")
    assert not re.search(any_regex(lacks.said), "It prunes tokens by attention scores.")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("largest energy saving on an FPGA", "ranking"),
        ("which topic has the most papers on energy saving", "count"),
        ("energy saving on an FPGA", "papers"),
    ],
)
def test_largest_saving_is_ranked(question: str, kind: str, lexicon: Lexicon) -> None:
    assert read(question, lexicon).kind == kind


@pytest.mark.parametrize("question", ["what is the average age of the authors?", "作者的平均年龄是多少"])
def test_what_no_paper_says_of_its_authors_is_refused(question: str, lexicon: Lexicon) -> None:
    assert read(question, lexicon).kind == "refused"


@pytest.mark.parametrize("question", ["write me a poem about pruning", "今天天气怎么样？", "Translate this for me"])
def test_question_outside_of_papers_is_refused_with_three_that_work(question: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon)
    (note,) = found.filter.notes
    assert found.kind == "refused"
    assert note.count("?") + note.count("？") == 3
    examples = [label for word in lexicon.words.meaning("example") for label in word.labels]
    assert all(read(example, lexicon).filter.conditions for example in examples)


@pytest.mark.parametrize("question", ["weather forecasting papers", "joke generation papers", "papers by Song Han"])
def test_papers_on_a_subject_outside_are_not_refused(question: str, lexicon: Lexicon) -> None:
    assert read(question, lexicon).kind == "papers"


@pytest.mark.parametrize(
    "number", ["9" * 400 + "x", "九" * 400 + "倍", "9999999999 orders of magnitude", "百分之" + "9" * 400]
)
def test_number_beyond_all_results_stays_a_number(number: str, lexicon: Lexicon) -> None:
    for condition in read(f"speedup of {number}", lexicon).filter.conditions:
        for term in condition.any_of:
            assert not isinstance(term, Outcome) or term.value is None or term.value <= 1e15
