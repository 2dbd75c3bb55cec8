"""Questions and the filters that they mean, in both languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from kg.query import Entity, Lexicon, Outcome, read
from kg.query.dates import relative
from kg.query.empty import any_listed
from kg.query.read import LIMIT
from kg.query.reading import QuestionReader
from kg.query.sayings import Sayings
from kg.rdf.store import Store
from kg.text import fold, has_han
from kg.vocabulary import Vocabulary
from tests.query.named import Named, labels_of

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
    # "and" binds closer than "or"
    ("quantization and pruning or knowledge distillation", f"{QUANT} & {PRUNE} | {KD}"),
    ("quantization or pruning and knowledge distillation", f"{QUANT} | {PRUNE} & {KD}"),
    ("quantization or pruning, and knowledge distillation", f"{QUANT} | {PRUNE} & {KD}"),
    ("quantization on H100 or pruning", f"{QUANT} & {H100} | {PRUNE}"),
    ("quantization or pruning on H100", f"{QUANT} | {PRUNE} & {H100}"),
    ("pruning without quantization or code", f"{PRUNE} & not ({QUANT} | code)"),
    # negation
    ("knowledge distillation without reinforcement learning", f"{KD} & not {RL}"),
    ("不涉及强化学习的知识蒸馏论文", f"not {RL} & {KD}"),
    ("papers on quantization but not pruning", f"{QUANT} & not {PRUNE}"),
    ("除强化学习以外的知识蒸馏论文", f"not {RL} & {KD}"),
    ("knowledge distillation without pruning or quantization", f"{KD} & not ({PRUNE} | {QUANT})"),
    ("quantization papers without code", f"{QUANT} & not code"),
    ("KV缓存压缩但不使用量化", f"{KV} & not topic:quantization"),
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
        "text training-free & technique:visual-token-pruning | task:visual-token-pruning"
        " | parts visual + token reduction | text visual token pruning",
    ),
    (
        "不需要训练的视觉token剪枝方法",
        "text 免训练 & technique:visual-token-pruning | task:visual-token-pruning | parts 视觉 + 词元压缩"
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
    ("SnapKV在哪些论文中被超越？", "outperforms tail technique:snapkv"),
    ("SnapKV outperformed by whom?", "outperforms tail technique:snapkv"),
    ("被SnapKV超越的方法有哪些", "outperforms head technique:snapkv"),
    ("SnapKV超越了哪些方法", "outperforms head technique:snapkv"),
    ("哪些方法被SnapKV超过", "outperforms head technique:snapkv"),
    ("SnapKV被哪些方法超越", "outperforms tail technique:snapkv"),
    ("被广泛使用的方法中哪些优于EAGLE-3", "outperforms tail technique:eagle-3"),
    ("哪些方法不如EAGLE-3", "outperforms head technique:eagle-3"),
    ("which methods are outperformed by SnapKV?", "outperforms head technique:snapkv"),
    ("by which methods is SnapKV surpassed?", "outperforms tail technique:snapkv"),
    ("what is SnapKV beaten by?", "outperforms tail technique:snapkv"),
    ("what is SnapKV inferior to?", "outperforms tail technique:snapkv"),
    ("methods beaten by SnapKV", "outperforms head technique:snapkv"),
    ("papers in which SnapKV is outperformed", "outperforms tail technique:snapkv"),
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
    (
        "quantizing Mamba or state space models",
        f"{QUANT} & technique:mamba | model:mamba | technique:state-space-model",
    ),
    ("flash attention for pruning", f"technique:flashattention & {PRUNE}"),
    ("token merging", "technique:token-merging"),
    ("semantic caching", "technique:semantic-caching | parts semantic + caching | text semantic caching"),
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
    # a property before a speed-up is what texts must state, in both languages
    (
        "training-free acceleration of diffusion language models",
        "text training-free & text speedup & topic:diffusion-language-models",
    ),
    ("免训练的扩散语言模型加速方法", "text 免训练 & topic:diffusion-language-models & text 加速"),
    # what something does without, and where it was published
    ("matmul-free token pruning", "text matmul-free & topic:token-reduction"),
    ("rehearsal-free pruning", "text rehearsal-free & topic:pruning"),
    ("无需回放的剪枝", "text 免回放 & topic:pruning"),
    ("pruning papers published in Nature", "topic:pruning & venue = Nature"),
    ("发表在Nature上的剪枝论文", "venue = Nature & topic:pruning"),
    ("pruning papers published in 2025", "topic:pruning & date = 2025"),
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


@pytest.mark.parametrize(
    ("question", "held"), [("Qwen models", {"model:qwen", "model:qwen-image"}), ("papers on GPUs", {H100})]
)
def test_family_holds_narrower_things_and_the_graph_s_own(question: str, held: set[str], lexicon: Lexicon) -> None:
    (condition,) = read(question, lexicon).filter.conditions
    (term,) = condition.any_of
    assert isinstance(term, Entity)
    assert held <= set(term.concepts)


def test_family_of_a_technique_holds_the_kinds_of_it_that_a_paper_names(vocabulary: Vocabulary) -> None:
    names = {
        "technique:a": "intra-class contrastive learning",
        "technique:b": "non-contrastive learning",
        "technique:c": "attack on contrastive learning",
        "technique:d": "contrastive learning rate",
        "problem:e": "slow contrastive learning",
    }
    own = Lexicon(vocabulary, labels_of(Named(concept, label, True) for concept, label in names.items()))
    assert names.keys() & set(own.family("technique:contrastive-learning")) == {"technique:a"}
    own_names = (Named(f"technique:n{n}", f"n{n} contrastive learning", True) for n in range(101))
    many = Lexicon(vocabulary, labels_of(own_names))
    assert not {f"technique:n{n}" for n in range(101)} & set(many.family("technique:contrastive-learning"))


def test_institutions_of_which_no_paper_is_together_are_read_as_one_of_them(lexicon: Lexicon) -> None:
    wanted = read("pruning papers from Tsinghua University and Peking University", lexicon).filter
    either = any_listed(wanted, Sayings("en"))
    assert said(either) == "topic:pruning & ror:03cve4549 | ror:02v51f717"
    assert either.notes == ("No paper has all that “and” joins; these have one of them.",)
    single = read("pruning papers from Tsinghua University", lexicon).filter
    assert any_listed(single, Sayings("en")) is single


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


def test_a_preferred_name_in_chinese_means_what_its_english_one_means(lexicon: Lexicon, vocabulary: Vocabulary) -> None:
    named = [one.label for one in vocabulary.concepts.values() if one.type in ("topic", "technique", "problem", "task")]
    zh = Counter(fold(label["zh"]) for label in named if has_han(label.get("zh", "")))
    pairs = [(fold(one["en"]), fold(one["zh"])) for one in named if "en" in one and zh[fold(one.get("zh", ""))] == 1]
    assert len(pairs) > 1000
    for english, chinese in pairs:
        assert set(lexicon.senses(english)) <= set(lexicon.senses(chinese)), english


@pytest.mark.parametrize(
    "question", ["is LoRA or dInfer better?", "LoRA还是dInfer好", "should I use LoRA or dInfer?", "LoRA还是dInfer更快"]
)
def test_which_of_two_is_better_is_a_comparison(question: str, lexicon: Lexicon) -> None:
    query = read(question, lexicon)
    assert (query.kind, len(query.things), query.filter.ignored) == ("comparison", 2, ())


def test_name_of_known_things_with_a_hyphen_is_no_own_name(made: Callable[..., Store], vocabulary: Vocabulary) -> None:
    text = {
        "title": "OneDemo",
        "A": "It is fine-tuning of foundation models.",
        "I": "Peking University",
        "tasks": ["fine-tuning of foundation models"],
    }
    store = made({"900-01": text | {"techniques": [], "topics": []}})
    found = read("fine-tuning of foundation models", Lexicon.of(store, vocabulary)).filter
    concepts = {getattr(term, "concept", "") for one in found.conditions for term in one.any_of}
    assert "technique:fine-tuning" in concepts
