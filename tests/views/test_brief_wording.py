"""The grammar of the sentence on a paper: agreement, capitals, commas, nothing told twice or cut off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kg.api import Graph
from kg.model import Document, Evidence, Mention, Paper, Record, Relation, Result, Text
from kg.views.brief import brief
from kg.views.kinds import kind_in_words
from kg.views.outcome import ResultInWords, phrase, phrases
from kg.views.proposal import Proposal
from kg.views.selection import Selection
from kg.views.slots import doing
from kg.views.surface import uncapitalised
from kg.views.wording import Wording
from kg.vocabulary import Vocabulary
from tests.views.telling import record_parts, stated, titled
from tests.views.test_brief import ABSTRACT, FULL, _result


def test_the_verb_agrees_with_the_head_noun_of_the_name(built: Graph) -> None:
    text = "Sparse Gate Networks for models. Memory costs are high."
    parts: dict[str, Any] = {"problems": FULL["problems"]}
    for name, said in (("Sparse Gate Networks", "address"), ("Mixture of Gates", "addresses"), ("Foo", "addresses")):
        record = Record("t-1", title=f"{name}: a paper", name=name, **parts)
        record.relations.append(Relation(name, "addresses", "memory costs", Evidence(""), sure=True))
        paper = Paper("paper:t-1", [(Document("t-1", "t", 1, {"A": Text(text, text)}), record)])
        assert brief(built, paper, "en").startswith(f"{name} {said} memory costs")


def test_the_capital_of_a_beginning_is_dropped() -> None:
    assert uncapitalised("Memory costs", "Two problems: (1) Memory costs, (2) speed.") == "memory costs"
    assert uncapitalised("Subject-specific shifts", "Subject-specific shifts abound.") == "subject-specific shifts"
    assert uncapitalised("Memory costs", "We call them Memory costs.") == "Memory costs"
    assert uncapitalised("Memory costs of GPUs", "Memory costs of GPUs grow.") == "memory costs of GPUs"
    assert uncapitalised("Memory Gates", "Memory Gates grow.") == "Memory Gates"


@pytest.mark.parametrize(
    ("text", "techniques", "said"),
    [
        ("We propose step sampling, dubbed Late Gating.", ("step sampling", "Late Gating"), "uses"),
        ("We add a scaling rule, late gating, which is fast.", ("scaling rule", "late gating"), "uses"),
        ("We add a light-weight gate. Lightweight gate.", ("light-weight gate", "Lightweight gate"), "uses"),
        ("We propose a shield in Gaussian and image fields.", ("shield in Gaussian",), "shield in Gaussian"),
    ],
)
def test_a_technique_is_told_once_and_not_cut_off(
    built: Graph, text: str, techniques: tuple[str, ...], said: str
) -> None:
    found = [Mention("technique", one, one, "A", role="proposed", sure=True) for one in techniques]
    told = record_parts(built, stated(text, techniques=found)).partition("in the paper's words")[0]
    if len(techniques) > 1:
        assert (techniques[0] in told) != (techniques[1] in told)
    else:
        assert said not in told.partition("“")[0]


def test_two_of_a_list_have_no_comma(built: Graph) -> None:
    text = "Costs grow: time, memory footprint, and power costs."
    problem = "memory footprint, and power costs"
    parts: dict[str, Any] = {
        "problems": [Mention("problem", problem, problem, "A", sure=True)],
        "relations": [Relation("Foo", "addresses", problem, Evidence(""), sure=True)],
    }
    assert "addresses memory footprint and power costs" in brief(built, stated(text, **parts), "en")


def test_a_title_and_its_short_name_are_one_technique(built: Graph) -> None:
    text = "We propose a gate network (GN-2), and adaptive routing."
    found = [
        Mention("technique", name, name, "A", role="proposed", sure=True) for name in ("block gate", "adaptive routing")
    ]
    record = Record("t-1", title="Block Gate for Models", name="GN-2", techniques=found)
    paper = Paper("paper:t-1", [(Document("t-1", "t", 1, {"A": Text(text + " Block gate.", text)}), record)])
    assert "proposes GN-2 and adaptive routing" in record_parts(built, paper)
    apart = doing(Selection.of(built, [paper]), paper, is_called=True)  # in a table whose first column is the name
    assert apart.technique == "adaptive routing"


def test_a_command_that_spells_the_name_is_shown_as_the_name(built: Graph) -> None:
    text = r"We introduce \nightjar, a \lateGate that skips the blocks which few of the keys of a model need."
    record = Record("t-1", title="NIGHTJAR: Gates at Dusk", name="nightjar")
    paper = Paper("paper:t-1", [(Document("t-1", "t", 1, {"A": Text(text, text)}), record)])
    said = brief(built, paper, "en")
    assert said.startswith("“NIGHTJAR: Gates at Dusk” states: “We introduce NIGHTJAR, a lateGate that")


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("We evaluate Foo on floods with horizons over 24 hours.", False),
        ("We evaluate Foo on floods and see 24% lower latency.", True),
    ],
)
def test_a_sentence_on_the_tests_alone_is_quoted_for_no_result(built: Graph, text: str, quoted: bool) -> None:
    number = "24% lower" if quoted else "24 hours"
    at = text.index(number)
    result = Result(
        Evidence(number, "A", at, at + len(number)), "latency", 24.0, "%" if quoted else "hours", "decrease"
    )
    gate = [Mention("technique", "rain gate", "rain gate", "A", role="proposed", sure=True)]
    paper = stated(f"{text} It has a rain gate.", techniques=gate, results=[result])
    assert ("“We evaluate" in brief(built, paper, "en")) is quoted


def test_chinese_meets_a_demand_and_solves_a_problem(built: Graph) -> None:
    text = "Models face strict latency requirements, lack of latency requirements and large multimodal costs."
    for surface, said in (
        ("strict latency requirements", "旨在应对严格的延迟需求"),
        ("large multimodal costs", "旨在解决大型多模态成本问题"),
        ("lack of latency requirements", "旨在解决缺乏延迟需求的问题"),
    ):
        problem = [Mention("problem", surface, surface, "A", sure=True)]
        relations = [Relation("Foo", "addresses", surface, Evidence(""), sure=True)]
        assert said in brief(built, stated(text, problems=problem, relations=relations), "zh")


def test_a_bottleneck_has_an_article(built: Graph) -> None:
    problem = [Mention("problem", "bus transfer bottleneck", "bus transfer bottleneck", "A", sure=True)]
    relations = [Relation("Foo", "addresses", "bus transfer bottleneck", Evidence(""), sure=True)]
    paper = stated("It lifts bus transfer bottleneck.", problems=problem, relations=relations)
    assert "addresses a bus transfer bottleneck" in brief(built, paper, "en")


@pytest.mark.parametrize("problem", ["discrepancy between gate rates", "overhead caused by gates and slow caching"])
def test_what_is_cut_or_joined_in_two_ways_is_no_problem_in_chinese(built: Graph, problem: str) -> None:
    text = f"Models face a {problem} and their costs."
    found = [Mention("problem", problem, problem, "A", sure=True)]
    paper = stated(text, problems=found, relations=[Relation("Foo", "addresses", problem, Evidence(""), sure=True)])
    assert "解决" not in brief(built, paper, "zh")


def test_a_name_is_written_as_its_paper_is_called(built: Graph) -> None:
    text = "We propose Open-Gate, a late gate that skips all the idle blocks of the open gates on a map."
    paper = titled(text, title="Gates at Dusk by OpenGate", name="OpenGate")
    assert "proposes OpenGate, a late gate that skips all the idle blocks of the open gates" in brief(
        built, paper, "en"
    )


def test_what_is_proposed_along_with_a_method_is_not_the_method(built: Graph) -> None:
    text = "We propose Foo, a late gate that skips all the idle blocks of a map, along with two scans."
    assert not brief(built, titled(text), "en").startswith("Foo is")
    assert brief(built, titled(text.replace(", along with two scans", "")), "en").startswith("Foo is a late gate")


def test_a_name_before_its_short_form_is_told_whole(built: Graph) -> None:
    gate = [Mention("technique", "CAG", "CAG", "A", role="proposed", sure=True)]
    paper = stated("We add the Cell-Wise Cross-Aware Gate (CAG).", techniques=gate)
    assert "uses the Cell-Wise Cross-Aware Gate (CAG)" in brief(built, paper, "en")


@pytest.mark.parametrize(
    "english",
    [
        "expert memory queue",  # what is remembered, not a device
        "query resolution",
        "subject distribution",
        "consumer GPU system",
        "energy function",
        "regular layer",
        "branch disparity",
    ],
)
def test_a_word_of_several_senses_is_put_into_chinese_only_in_company_that_tells_which(english: str) -> None:
    assert Wording(Vocabulary.load())(english) == ""


def test_a_change_and_then_a_level_are_no_one_effect_in_chinese(built: Graph) -> None:
    level = _result(metric="accuracy", metric_concept="metric:accuracy", value=90.0, change="absolute")
    shown = Selection.of(built, [], "zh")
    one, other = (ResultInWords.of(shown, result, ABSTRACT) for result in (_result(), level))
    assert one is not None
    assert other is not None
    assert phrases(shown, [one, other]) == "延迟降低41%，准确率为90%"


def test_what_a_method_is_combined_with_is_no_baseline_beside(built: Graph) -> None:
    text = "It is fast when combined with Plover3."
    result = _result(baseline="Plover-3", setting="when combined with Plover3")
    said = ResultInWords.of(Selection.of(built, [], "en"), result, text)
    assert said is not None
    assert (said.baseline, said.setting) == ("", "when combined with Plover3")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("adaptive block size", "自适应块大小"),
        ("fixed block size assumption in semi-AR decoding", "半自回归解码中的固定块大小假设"),
        ("entropy-based framework", "基于熵的框架"),
        ("context-aware AP selection", "上下文感知AP选择"),
        ("inherent sequential decoding limits inference efficiency", "固有串行解码限制推理效率"),
        ("existing methods fail to generalize to real-world settings", "现有方法未能泛化到真实世界设置"),
        ("under the same throughput budget", "相同吞吐量预算下"),
        ("Llama-3.1-8B", "Llama-3.1-8B"),
        ("W4A4 quantization", "W4A4量化"),
        ("memory, latency and energy", "内存、延迟和能耗"),
        ("training-time regularization", "训练时正则化"),
        ("long training time", "长训练时间"),
        ("image resolution", "图像分辨率"),
        ("per-token KV memory", "每词元KV内存"),
        ("speculative key-value caching", "推测KV缓存"),
        ("strong correlation between memory and latency", "内存和延迟之间的强相关性"),
        ("multi-SLO-aware scheduler", "多SLO感知调度器"),
        ("redundant visual tokens of KV caches", "KV缓存的冗余视觉词元"),
        ("lightweight, trainable router", "轻量级可训练路由器"),
        ("hybrid entropy-based framework", "基于熵的混合框架"),
        ("insufficient memory and limited bandwidth", "内存不足和带宽有限"),
        ("excessive memory costs during training and inference", "训练和推理中的内存成本过大"),
        ("limited memory, unreliable communication", "有限的内存、不可靠通信"),
        ("training and decoding and the lack of memory", "训练和解码以及缺乏内存"),
        ("synthetic RESIDE dataset", "合成RESIDE数据集"),
        ("rapid growth in memory", "内存的快速增长"),
        ("DeepSeek series models", "DeepSeek系列模型"),
        ("frobnicated block size", ""),
        ("It is fast. It is small", ""),
        ("", ""),
        ("for of", ""),
        ("performance drop at high sparsity", "高稀疏度下的性能下降"),
        ("KV cache pressure at inference", "推理时的KV缓存压力"),
        ("redundancy at individual layers", "单个层处的冗余"),
        ("accuracy at 90% sparsity", "90%稀疏度下的准确率"),
        ("large group size", "较大的分组大小"),
        ("small block size", "较小的块大小"),
        ("memory and at", ""),
        ("highly accurate kernels", "高精度的内核"),
        ("online mapping system", "在线建图系统"),
        ("feature mapping", "特征映射"),
        ("small diffusion model", "小型扩散模型"),
        # Half of a phrase in Chinese and half of it in English is neither.
        ("hierarchical Graph-based Agentic Memory pipeline", ""),
        ("Channel-Splitting-driven framework", ""),
        ("Body-part-aware framework", ""),
        ("FP16/INT8 framework", ""),
        ("video Subtitle Erasure framework", ""),
        ("Swin-based network", "基于Swin的网络"),
        ("memory management system", ""),  # of an agent or of a GPU?
        ("GPU memory management", "显存管理"),
        ("coarse-to-fine framework", "由粗到细的框架"),
        ("recall-augmented architecture", ""),
        ("waste classification framework", "垃圾分类框架"),
        ("scalable and efficient inference", "可扩展且高效的推理"),
        ("fast and efficient multimodal training framework", "快速且高效的多模态训练框架"),
        ("training and decoding latency", "训练和解码延迟"),
        ("post-training quantization framework", "训练后量化框架"),
        ("post-training RL framework", "后训练强化学习框架"),
        ("post-training framework", ""),  # after the training, or another one?
        ("multi-agent computer-use framework", "多智能体计算机操作框架"),
        ("most challenging tasks", "最难的任务"),
        ("challenging benchmark", "具有挑战性的基准"),
        ("more flexible framework", "更灵活的框架"),
        ("more curious framework", ""),  # no quality without its degree
        ("efficient prompt-guided pruning", "提示引导的高效剪枝"),
        ("sparse prompt-guided pruning", ""),  # only the sense tells what is sparse
        ("progressive-based framework", ""),
        ("GPU-optimized framework", "针对GPU优化的框架"),
        ("self-growing agent", ""),
        ("self-evolving agent", "自进化智能体"),
        ("pruning/quantization framework", ""),
        ("stable diffusion framework", ""),  # Stable Diffusion in small letters
        ("compressed-domain-aware network", "压缩域感知网络"),
        ("computational inference cost", "推理计算成本"),
        ("privacy-preserving framework", "隐私保护框架"),
        ("physics-informed network", "物理信息网络"),
        ("detection-task-specific method", ""),
        ("Consistent4D datasets", "Consistent4D数据集"),  # a name, no word
        ("rollout framework", ""),  # no word tells its sense
        ("EHR framework", "EHR框架"),  # not that of what the vocabulary has of EHRs
        ("task-agnostic framework", "任务无关的框架"),
        ("neuron-efficient framework", ""),
        ("token-level and sequence-level baselines", "词元级和序列级的基线"),
        ("state-of-the-art graph-based baselines", "最先进的基于图的基线"),
        ("structure-free method", ""),  # without structure, or not in need of one?
        ("large feed-forward model", "大型前馈模型"),
        ("adaptive guidance-based pruning", ""),
        ("specialized–general model collaboration", ""),
        ("student accuracy", ""),  # that of a model, or of a person
        ("large batch size", "大批量"),
        ("discrete and continuous action policies", "离散和连续的动作策略"),
    ],
)
def test_phrases_are_put_into_chinese_part_by_part(english: str, chinese: str) -> None:
    assert Wording(Vocabulary.load())(english) == chinese


@pytest.mark.parametrize("phrase", ["of " * 3000, "(" * 5000, "and, " * 500, "a" * 100_000, "\u202e{a}{b}{0}"])
def test_hostile_phrases_are_answered(phrase: str) -> None:
    assert len(Wording(Vocabulary.load())(phrase)) <= len(phrase)


def test_a_title_is_no_proposal(built: Graph) -> None:
    title = "Foo: Late Gates for Deep Networks"
    text = f"We propose {title}. Foo works in two steps that skip all of the idle blocks by a late gate."
    documents = Document("t-1", "t", 1, {"T": Text(title, title), "A": Text(text, text)})
    paper = Paper("paper:t-1", [(documents, Record("t-1", title=title, name="Foo"))])
    for lang in ("en", "zh"):
        assert "“Foo works in two steps" in brief(built, paper, lang)


def test_chinese_says_before_the_verb_that_a_change_is_a_mean(built: Graph) -> None:
    shown = Selection.of(built, [], "zh")
    result = _result(setting="on average; Plover", bound="exact")
    assert "平均" in phrase(shown, result).partition("（")[0]
    assert "平均" not in phrase(shown, result).partition("（")[2]


def test_a_setting_has_its_measure_word_or_is_quoted(built: Graph) -> None:
    for setting, said in (("20 diverse datasets", "20个多样数据集"), ("20 diverse layers", "“20 diverse layers”")):
        told = ResultInWords.of(Selection.of(built, [], "zh"), _result(setting=setting), setting)
        assert (told.setting if told else f"“{setting}”") == said


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("a fast pruning framework for mesh generation that skips keys", "用于网格生成的快速剪枝框架"),
        ("a graph-based pruning framework for mesh generation", "基于图的剪枝框架"),  # one clause is enough
        ("a fast pruning framework for learning policies", "快速剪枝框架"),  # 学习策略 is a strategy
        ("an efficient Reprogramming pruning method", ""),
        ("a parameter-efficient image restoration framework", "参数高效的图像复原框架"),
        ("a resource-aware Transformer partitioning algorithm", "资源感知的Transformer划分算法"),
        ("a deterministic uncertainty pruning method", ""),  # 确定性不确定性
        ("an efficient and accurate method", ""),  # nothing but praise
        ("a multimodal and efficient tracking framework", "多模态跟踪框架"),
        ("a lightweight and fully differentiable pruning framework", ""),  # 轻量级且完全的
        ("an online quantization method for concept drift", "应对概念漂移的在线量化方法"),
        ("an autonomous large language model-based agent", "基于大语言模型的自主智能体"),
        ("a decoder only language model", "仅解码器语言模型"),
        ("a latent compression method", "潜空间压缩方法"),
        ("a latent pruning method", ""),  # 潜在 alone is "potential"
        ("a unified token pruning benchmark", "统一的词元剪枝评测基准"),
        ("a general parameter-efficient transfer learning method", "通用的参数高效迁移学习方法"),
        ("a fast pruning framework for both localization and search", "快速剪枝框架"),
        ("a comprehensive benchmark", ""),
        ("a color image classification method", "彩色图像分类方法"),
        ("a large language model based pruning framework", "基于大语言模型的剪枝框架"),
        ("a large financial document dataset", "大规模金融文档数据集"),
    ],
)
def test_a_kind_in_chinese_reads_in_one_way(built: Graph, what: str, kind: str) -> None:
    assert kind_in_words(Selection.of(built, [], "zh"), Proposal("propose", what), "", what) == kind


def test_a_metric_with_an_english_word_is_quoted_in_chinese(built: Graph) -> None:
    result = _result(metric="Japanese accuracy", metric_concept="", change="increase")
    assert ResultInWords.of(Selection.of(built, [], "zh"), result, "Japanese accuracy") is None
    assert ResultInWords.of(Selection.of(built, [], "zh"), replace(result, metric="task accuracy"), "") is not None
