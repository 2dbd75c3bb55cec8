"""What "and", "or" and "than" join in a question, and names that are not taken apart."""

from __future__ import annotations

import pytest

from kg.query import Lexicon, read
from kg.query.empty import any_listed
from kg.query.filter import Compound
from kg.query.sayings import Sayings

from .shown import said


@pytest.mark.parametrize("question", ["compress or speed up Whisper", "VLA模型加速或压缩"])
def test_or_between_two_deeds_asks_for_no_trend(question: str, lexicon: Lexicon) -> None:
    assert read(question, lexicon).kind == "papers"


def test_less_than_a_thing_is_a_result_of_papers_that_compare_with_it(lexicon: Lexicon) -> None:
    result, rival = read("methods that use less memory than LoRA", lexicon).filter.conditions
    assert result.any_of[0].change == "decrease"  # type: ignore[union-attr]
    assert rival.any_of[0].roles == ("baseline",)  # type: ignore[union-attr]


def test_what_and_joins_may_be_either_where_no_paper_has_both(lexicon: Lexicon) -> None:
    either = any_listed(read("LoRA的量化和剪枝", lexicon).filter, Sayings("zh"))
    assert [len(one.any_of) > 1 for one in either.conditions] == [False, True]
    for question in ("combining quantization and pruning of Mamba", "同时做量化和剪枝的Mamba论文"):
        wanted = read(question, lexicon).filter
        assert any_listed(wanted, Sayings("en")) is wanted


def test_words_that_nothing_bears_are_one_phrase(lexicon: Lexicon) -> None:
    found = read("knowledge distillation for zyx glorb recognition", lexicon).filter
    assert [one.text for one in found.conditions] == ["knowledge distillation"]
    assert found.ignored == ("zyx glorb recognition",)


@pytest.mark.parametrize("question", ["highest speedup of video generation", "视频生成加速最高多少倍"])
def test_ranked_speedup_is_no_part_of_a_name(question: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon)
    assert found.kind == "ranking"
    assert found.metric is not None
    assert found.metric.concept == "metric:inference-speed"


@pytest.mark.parametrize("name", ["energy per token", "multi-agent"])
def test_what_has_no_parts_of_its_own_is_not_taken_apart(name: str, lexicon: Lexicon) -> None:
    assert not any(isinstance(t, Compound) for t in read(name, lexicon).filter.conditions[0].any_of)


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("shrink the KV cache for 128k context", "result metric:context-length >= 128000 tokens"),
        ("128K上下文的剪枝", "result metric:context-length >= 128000 tokens"),
        ("pruning with context longer than 100K tokens", "result metric:context-length > 100000 tokens"),
        ("比LoRA更省显存的方法", "result metric:gpu-memory decrease"),
        ("比vLLM吞吐更高的系统", "result metric:throughput increase"),
    ],
)
def test_number_and_change_are_of_the_metric_beside_them(question: str, meant: str, lexicon: Lexicon) -> None:
    assert meant in said(read(question, lexicon).filter).split(" & ")


@pytest.mark.parametrize("question", ["how does GRPO improve accuracy?", "GRPO improves reasoning"])
def test_what_a_method_improves_is_not_what_beats_it(question: str, lexicon: Lexicon) -> None:
    assert "outperforms" not in said(read(question, lexicon).filter)


@pytest.mark.parametrize("question", ["how to speed up Mamba", "如何降低MoE的显存", "how can I prune Mamba"])
def test_how_to_do_something_asks_for_papers(question: str, lexicon: Lexicon) -> None:
    assert read(question, lexicon).kind == "papers"


def test_ends_of_words_are_no_word_between_them(lexicon: Lexicon) -> None:
    found = read("阿里的推理论文", lexicon).filter
    assert (said(found), found.ignored) == ("ror:00k642b80", ("推理",))


def test_number_on_a_benchmark_asks_for_no_relation(lexicon: Lexicon) -> None:
    assert read("which methods exceed 70% on GSM8K", lexicon).link is None


def test_what_something_is_used_for_is_no_tail_of_evaluated_on(lexicon: Lexicon) -> None:
    found = read("which GPUs are used to evaluate KV cache compression?", lexicon)
    assert (found.kind, found.wants) == ("entities", "hardware")
    assert read("大模型训练用FP8的有哪些", lexicon).kind == "papers"


def test_what_brackets_explain_sets_no_condition(lexicon: Lexicon) -> None:
    found = read("federated learning of LoRA (different data or devices)", lexicon).filter
    assert len(found.conditions) == 2
    assert found.ignored == ("data",)
