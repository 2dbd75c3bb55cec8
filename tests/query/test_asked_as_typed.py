"""What questions as people type them ask for: a comparison, a ranking, a trend, things of a type, or papers."""

from __future__ import annotations

import pytest

from kg.query import Lexicon, read

from .shown import shown


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
