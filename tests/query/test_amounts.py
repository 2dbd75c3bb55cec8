"""Amounts that texts state beside their results count for thresholds on how much smaller something gets."""

from __future__ import annotations

import re

import pytest

from kg.query import Lexicon, Outcome, read
from kg.store.asking import fits


def told(question: str, lexicon: Lexicon) -> str:
    (found,) = (t for c in read(question, lexicon).filter.conditions for t in c.any_of if isinstance(t, Outcome))
    return found.told


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("It keeps 96% of the performance after pruning 88.9\\% of visual tokens.", True),
        ("Using only 11.1% of the original visual tokens, it is quick.", True),
        ("It is a 10$\\times$ token reduction.", True),
        ("90% of the tokens are pruned.", True),
        ("It reduces tokens by over 85%.", True),
        ("It prunes 77.8% of visual tokens.", False),
        ("It retains 96% of visual tokens.", False),
        ("Pruning helps. Accuracy is 88.9% with all tokens.", False),
        ("It drops accuracy by 90% of what is lost; tokens stay.", False),
        ("It needs 2.10x tokens and removes none.", False),
        ("Few tokens matter: it is as good at a 10% retention ratio.", True),
        ("Few tokens matter, at retention ratios down to 1%.", True),
        ("Of all tokens few stay, at an 82.8\\% compression ratio.", True),
        ("Tokens stay right at 8x compression.", True),
        ("Tokens stay at a 40% retention ratio.", False),
        ("Tokens stay right at 2x compression.", False),
    ],
)
def test_share_that_is_left_out_is_told_in_any_of_its_forms(lexicon: Lexicon, text: str, says: bool) -> None:
    for question in ("visual token pruning that removes more than 80% of tokens", "剪掉80%以上token的方法"):
        assert bool(re.search(told(question, lexicon), text)) == says, question


def test_what_does_not_get_smaller_is_not_looked_for(lexicon: Lexicon) -> None:
    assert not told("accuracy improved by at least 80%", lexicon)
    assert not told("papers that cut latency by 80%", lexicon)  # no share of it is kept
    assert not told("reduce memory by at least 10%", lexicon)  # any number could be that


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("It fits into a single 24GB GPU.", True),
        ("It runs within 16 GB of memory.", True),
        ("It works with only 11.5GB VRAM.", True),
        ("It needs an 80GB GPU.", False),
        ("It works with 48GB memory.", False),
    ],
)
def test_memory_that_must_do_is_told_as_what_is_enough(lexicon: Lexicon, text: str, says: bool) -> None:
    asked = told("fine-tuning in 24 GB of memory", lexicon)
    assert bool(re.search(asked, text)) == says


@pytest.mark.parametrize("question", ["prompt compression by 4x", "把提示词压缩4倍的方法"])
def test_factor_of_a_compression_is_its_ratio(lexicon: Lexicon, question: str) -> None:
    terms = [term for one in read(question, lexicon).filter.conditions for term in one.any_of]
    (ratio,) = (term for term in terms if isinstance(term, Outcome))
    assert "metric:compression-ratio" in ratio.metrics
    assert any("prompt-compression" in getattr(term, "concept", "") for term in terms)


def test_less_memory_of_a_cache_that_is_quantized_is_less_cache(lexicon: Lexicon) -> None:
    said = "It reduces FP16 KV cache size by 87.5% with 2-bit quantization."
    for question in ("KV cache quantization that saves at least 80% GPU memory", "KV缓存量化省下80%以上显存的方法"):
        assert re.search(told(question, lexicon), said), question
    assert not re.search(told("fine-tuning that cuts memory by 80%", lexicon), said)


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("显存减少一半以上", "metric:memory-usage"),
        ("内存减少一半以上", "metric:memory-usage"),
        ("GPU memory cut by half", "metric:memory-usage"),
        ("saving GPU memory in fine-tuning", "metric:memory-usage"),
        ("MoE models with fewer than 2B active parameters", "metric:activated-parameters"),
        ("准确率下降不到1%", "metric:accuracy"),
    ],
)
def test_a_metric_holds_what_texts_mostly_call_it(lexicon: Lexicon, question: str, metric: str) -> None:
    terms = [term for one in read(question, lexicon).filter.conditions for term in one.any_of]
    assert any(metric in term.metrics for term in terms if isinstance(term, Outcome))


@pytest.mark.parametrize(
    ("question", "text", "says"),
    [
        ("训练显存降低70%以上的方法", "It cuts peak training memory by up to 80%.", True),
        ("训练显存降低70%以上的方法", "It cuts the memory of the cache by up to 80%.", False),
        ("训练显存降低70%以上的方法", "Of the training memory little is said at an 80% compression ratio.", False),
        ("keeping at most 5% of the KV cache", "It needs only 3% of the KV cache.", True),
        ("keeping at most 5% of the KV cache", "It cuts the memory of the vocabulary by 97%.", False),
        ("fine-tuning with less than 1% of the parameters", "It trains only 0.32% of the parameters.", True),
        ("fine-tuning with less than 1% of the parameters", "It trains only 23.3% of the parameters.", False),
    ],
)
def test_amount_is_of_what_is_asked(lexicon: Lexicon, question: str, text: str, says: bool) -> None:
    assert bool(re.search(told(question, lexicon), text)) == says


@pytest.mark.parametrize(
    "question", ["models under 3B", "language models with less than 3B parameters", "小于3B的模型"]
)
def test_a_size_is_of_parameters_though_that_is_not_said(lexicon: Lexicon, question: str) -> None:
    (found,) = (t for c in read(question, lexicon).filter.conditions for t in c.any_of if isinstance(t, Outcome))
    assert (found.concept, found.op, found.value) == ("metric:parameters", "<", 3e9)


def test_a_size_may_stand_before_its_threshold(lexicon: Lexicon) -> None:
    (found,) = (t for c in read("3B以下的模型", lexicon).filter.conditions for t in c.any_of if isinstance(t, Outcome))
    assert (found.concept, found.op, found.value) == ("metric:parameters", "<=", 3e9)


def test_tokens_are_no_size_of_a_model(lexicon: Lexicon) -> None:
    (found,) = (
        t
        for c in read("pruning with less than 1B tokens", lexicon).filter.conditions
        for t in c.any_of
        if isinstance(t, Outcome)
    )
    assert found.concept != "metric:parameters"


@pytest.mark.parametrize(
    ("text", "below", "above"),
    [
        ("We quantize Qwen2.5-0.5B.", True, False),
        ("SmolLM-1.7B runs on phones.", True, False),
        ("It has 124M parameters.", True, False),
        ("It has 2.2 billion parameters.", True, False),
        ("Llama-3.1-70B is quantized.", False, True),
        ("LLaMA-7B is quantized.", False, False),
        ("It is trained on 1B tokens.", False, False),
        ("Qwen3-30B-A3B activates few experts.", False, False),
        ("It has 13.5B parameters.", False, False),
    ],
)
def test_sizes_of_models_are_told_as_texts_write_them(lexicon: Lexicon, text: str, below: bool, above: bool) -> None:
    assert fits(told("models under 3B", lexicon), text) == below
    assert fits(told("quantization of models over 34B", lexicon), text) == above


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("It prunes half of the tokens with only a 0.7% drop in average performance.", True),
        ("It costs a maximal performance drop of 0.6%.", True),
        ("It is twice as fast with less than 1% degradation.", True),
        ("It retains 99.3\\% of the original accuracy.", True),
        ("It preserves over 100.6% of the baseline performance.", True),
        ("It drops accuracy by 1.4%, no more.", False),
        ("It retains 96% of the accuracy.", False),
        ("Performance is 0.7% better, and a drop is not seen.", False),
    ],
)
def test_small_loss_is_told_as_what_is_lost_or_kept(lexicon: Lexicon, text: str, says: bool) -> None:
    for question in ("pruning with less than 1% accuracy loss", "剪枝后准确率下降不到1%"):
        assert fits(told(question, lexicon), text) == says, question


def test_change_behind_a_number_is_that_of_the_next_one(lexicon: Lexicon) -> None:
    asked = read("less than 1% accuracy loss while dropping at least half of the tokens", lexicon).filter
    found = [t for c in asked.conditions for t in c.any_of if isinstance(t, Outcome)]
    assert [(t.concept, t.change, t.op, t.value) for t in found] == [
        ("metric:accuracy", "decrease", "<", 1),
        ("metric:token-usage", "decrease", ">=", 50),
    ]
