"""Amounts that texts state beside their results count for thresholds on how much smaller something gets."""

from __future__ import annotations

import re

import pytest

from kg.query import Lexicon, Outcome, read


def told(question: str, lexicon: Lexicon) -> str:
    (found,) = (t for c in read(question, lexicon).filter.conditions for t in c.any_of if isinstance(t, Outcome))
    return found.told


def test_what_does_not_get_smaller_is_not_looked_for(lexicon: Lexicon) -> None:
    assert not told("accuracy improved by at least 80%", lexicon)
    assert not told("papers that cut latency by 80%", lexicon)  # no share of it is kept
    assert not told("reduce memory by at least 10%", lexicon)  # any number could be that


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
