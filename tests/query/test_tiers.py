"""The second tier: papers that fulfil what is hard and lack something soft; an empty first tier says so."""

from __future__ import annotations

from typing import Any

import pytest

from kg.query import Condition, Entity, Fact, Lexicon, Link, Outcome, Phrase, answer
from kg.query.tiers import is_hard
from kg.rdf.store import Store
from kg.vocabulary import Vocabulary


def _paper(title: str, text: str, **own: Any) -> dict[str, Any]:
    return {"title": title, "A": text, "I": "Peking University", "techniques": [], "topics": [], **own}


PAPERS = {
    "900-01": _paper("OneDemo", "We prune proteins on an A100.", topics=["pruning"], hardware=["NVIDIA A100"]),
    "900-02": _paper("TwoDemo", "We prune images.", topics=["pruning"], date="2026-02-01"),
    "900-03": _paper("SixDemo", "We read proteins.", topics=["quantization"], date="2026-03-01"),
    "900-04": _paper("TenDemo", "We draw maps.", topics=["quantization"], date="2026-04-01"),
}


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("pruning of protein models", ["900-01"], {"900-02": ("protein",), "900-03": ("pruning",)}),
        ("蛋白质模型的剪枝", ["900-01"], {"900-02": ("蛋白质",), "900-03": ("剪枝",)}),
        ("pruning of protein models since 2026", [], {"900-02": ("protein",), "900-03": ("pruning",)}),
        ("pruning on an H100", [], {"900-02": ("H100",)}),  # the other one ran on something else
        ("papers before 2020", [], {}),
    ],
)
def test_papers_that_lack_something_soft_follow(
    question: str, first: list[str], second: dict[str, tuple[str, ...]], made: Any, own: Lexicon
) -> None:
    store = made(PAPERS)
    found = answer(store, own.vocabulary, question, lexicon=Lexicon.of(store, own.vocabulary))
    assert [row.id for row in found.rows] == first
    assert {row.id: row.lacks for row in found.partly} == second
    assert found.total == len(first)
    assert [one["lacks"] for one in found.to_json()["partly"]] == [list(row.lacks) for row in found.partly]


def test_first_tier_leaves_as_much_room_as_is_asked_for(made: Any, own: Lexicon) -> None:
    store = made(PAPERS)
    lexicon = Lexicon.of(store, own.vocabulary)
    found = answer(store, own.vocabulary, "pruning of protein models", limit=2, lexicon=lexicon)
    assert (len(found.rows), len(found.partly)) == (1, 1)


@pytest.mark.parametrize(
    ("term", "hard"),
    [
        (Fact("venue", "ICLR", "ICLR"), True),
        (Fact("kind", "survey", "survey"), False),
        (Outcome("metric:latency", "latency", value=2.0), True),
        (Outcome("metric:latency", "latency"), False),
        (Link("outperforms", "tail", "technique:lora", "LoRA", ()), True),
        (Entity("hardware", "hardware:nvidia-h100", "NVIDIA H100", ()), True),
        (Entity("hardware", "hardware:gpu", "GPU", ()), False),
        (Entity("institution", "ror:1", "MIT", ()), False),
        (Phrase("protein"), False),
    ],
)
def test_what_is_hard(term: Any, hard: bool) -> None:
    assert is_hard(Condition("x", (term,))) is hard
    assert is_hard(Condition("x", (term,), negated=True))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("KV cache compression on A100", "No paper was read to fulfil all of 'KV cache compression' and 'A100'."),
        ("在A100上做KV缓存压缩的论文", "没有读到同时符合“A100”和“KV缓存压缩”的论文。"),
        ("LoRA papers on RTX 4090", "No paper was read to fulfil 'RTX 4090'."),
        ("speculative decoding without surveys", "not 'surveys'"),
        ("speedup of at least 20x", "The nearest value that a paper reports for inference speed ↑ is 12x."),
    ],
)
def test_an_empty_first_tier_says_so(question: str, told: str, store: Store, vocabulary: Vocabulary) -> None:
    found = answer(store, vocabulary, question)
    assert found.empty
    assert told in " ".join(found.notes)


def test_refused_question_names_three_that_work(store: Store, vocabulary: Vocabulary) -> None:
    found = answer(store, vocabulary, "write me a poem about pruning")
    assert found.query.kind == "refused"
    assert found.notes[-1].count("?") == 3
