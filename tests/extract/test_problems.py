"""Problems that papers set out to solve."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from kg.extract.problems import UNCLEAR
from kg.model import Record

Read = Callable[..., Record]


def surfaces(record: Record) -> list[str]:
    return [m.surface for m in record.problems]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("LLMs suffer from quadratic complexity in attention, which hurts.", "quadratic complexity in attention"),
        ("To mitigate the slow decoding of long videos, we propose ZapKV.", "slow decoding of long videos"),
        ("We propose ZapKV to address the memory overhead of long contexts.", "memory overhead of long contexts"),
    ],
)
def test_what_a_cue_announces_is_a_problem_without_its_article(read: Read, text: str, problem: str) -> None:
    assert problem in surfaces(read(text))


def test_pointer_to_what_was_said_is_no_problem(read: Read) -> None:
    assert surfaces(read("We tackle these issues. We address this problem. We solve it.")) == []


def test_problem_ends_with_its_clause(read: Read) -> None:
    found = surfaces(read("Transformers suffer from high inference latency, while pruning is fast, but lossy."))
    assert found == ["high inference latency"]


def test_at_most_three_problems_in_the_order_of_the_text(read: Read) -> None:
    record = read(
        "Models suffer from high memory consumption. They suffer from slow token generation. "
        "They suffer from large communication overhead. They suffer from unstable low-bit training. "
        "They suffer from poor load balance. We propose ZapKV to fix it."
    )
    assert 1 <= len(record.problems) <= 3
    assert [m.start for m in record.problems] == sorted(m.start for m in record.problems)


def test_problems_do_not_overlap(read: Read) -> None:
    record = read("To address the challenge of the memory bottleneck of the KV cache, we propose ZapKV.")
    spans = sorted((m.start, m.end) for m in record.problems)
    assert spans
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_problem_within_another_is_said_once(read: Read) -> None:
    text = "Existing methods suffer from high memory overhead of long video runs. To solve memory overhead, we act."
    record = read(text)
    assert len(record.problems) == 1


def test_what_is_so_without_what_it_is_said_of_is_not_sure(read_in_full: Read) -> None:
    text = (
        "Existing models are slow to adapt to new users. We propose ZapKV, which reduces the memory overhead of caches."
    )
    scores = {m.canonical: m.confidence for m in read_in_full(text, title="ZapKV: Fast Caches").problems}
    assert scores["being slow to adapt to new users"] == UNCLEAR < scores["memory overhead of caches"]


def test_known_problem_has_its_english_label(read: Read) -> None:
    (problem,) = read(brief="清华大学发布了X论文，使用剪枝技术，解决了显存瓶颈的问题，达成了加速的效果。").problems
    assert (problem.surface, problem.canonical, problem.field) == ("显存瓶颈", "memory bottleneck", "B")


def test_spaces_in_the_text_do_not_cut_a_word(read: Read) -> None:
    words = "quadratic cost of dense softmax attention over very long token sequences in large video models today"
    (problem,) = read("Transformers suffer from " + words.replace(" ", "  ") + ".").problems
    found = problem.surface.split()
    assert found == words.split()[: len(found)]
    assert len(found) <= 14


def test_own_results_are_no_problem(read: Read) -> None:
    assert surfaces(read("We propose ZapKV. ZapKV is 2x faster than SnapKV on LongBench.")) == []
