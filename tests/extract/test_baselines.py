"""What outcomes are compared with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.model import Record


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
