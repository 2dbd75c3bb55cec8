"""What outcomes are compared with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.extract.baselines import Baselines
from kg.extract.outcomes import OutcomeLexicon
from kg.model import Record
from kg.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "It outperforms models such as Ardea, Pica and Sturnus.",
            ["Ardea, Pica and Sturnus", "Ardea", "Pica", "Sturnus"],
        ),
        ("It beats baselines, including Ardea 1.5 and Pica.", ["Ardea 1.5 and Pica", "Ardea 1.5", "Pica"]),
        ("It has 6.7 perplexity, compared to 55.8 for Ardea.", ["Ardea"]),
        ("It is faster than a 670B teacher.", ["670B teacher"]),
        ("It gains 33% over Ardea and +54% over Pica.", ["Ardea", "Pica"]),
        ("It keeps 93% of the Ardea's accuracy.", ["Ardea"]),
        ("It saves over 30% compared to Ardea.", ["Ardea"]),
        ("It matches the image quality achieved by the dense Ardea.", ["dense Ardea"]),
        ("It gains 2x frames than reported via an Ardea pipeline.", ["an Ardea pipeline"]),
        ("It keeps 95% of Ardea accuracy even with fewer tokens.", ["Ardea accuracy"]),
        ("It gains 2x over the strongest baseline, Ardea, on text.", ["Ardea", "strongest baseline"]),
        ("It gains 2x over the strongest baseline, Ardea by 3x.", ["Ardea", "strongest baseline"]),
        ("It gains 2x over the strongest baseline, Pica gains 3x.", ["strongest baseline"]),
        ("It gains 2x over strong baselines, Ardea, on text.", ["strong baselines"]),
    ],
)
def test_what_words_of_comparison_introduce(text: str, names: list[str]) -> None:
    found = Baselines(OutcomeLexicon(Vocabulary.load())).compared(text)
    assert [other.text for other in found] == names


@pytest.mark.parametrize(
    ("text", "metric", "baseline"),
    [
        (
            "ZapKV retains 97.3% of the original performance on nine tasks.",
            "retained performance",
            "original performance",
        ),
        ("ZapKV keeps 96% of its tuned teacher's accuracy on nine tasks.", "retained accuracy", "tuned teacher"),
        ("ZapKV recovers 96.5% of FP32 performance on nine tasks.", "retained performance", "FP32"),
        ("ZapKV recovers 96.5% of VQA performance on nine tasks.", "retained performance", ""),
        ("ZapKV reaches an accuracy of 57.6% (from 41.9%) on nine tasks.", "accuracy", "41.9%"),
        ("We add ZapKV; a kernel over the cached chunk KV yields 9--28x speedup at 8K--32K.", "inference speed", ""),
        ("ZapKV has a BLEU score of 4 compared to Ardea-4 on nine tasks.", "BLEU score", "Ardea-4"),
        ("ZapKV reaches an accuracy similar to that of Ardea-7B, but is 20% faster.", "inference speed", "Ardea-7B"),
    ],
)
def test_what_a_share_or_a_level_is_of(
    read_in_full: Callable[..., Record], text: str, metric: str, baseline: str
) -> None:
    found = read_in_full(f"We propose ZapKV, a cache. {text}", title="ZapKV: Fast Caches").results
    assert [(r.metric, r.baseline) for r in found] == [(metric, baseline)]
