"""Questions as people type them: slips in Chinese, words between a verb and its object, what no paper says."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kg.query import Lexicon, Phrase, answer, read
from kg.query.patterns import any_regex
from kg.query.unnamed import _telling
from kg.rdf.store import Store
from kg.vocabulary import Vocabulary

PAPERS = {
    "900-01": {
        "title": "AlphaDemo: A Paper",
        "A": "We propose AlphaDemo for pruning. It is 3x faster than BaseDemo.",
        "I": "Peking University",
        "techniques": [("AlphaDemo", "AlphaDemo", "proposed"), ("BaseDemo", "BaseDemo", "baseline")],
        "topics": ["pruning"],
        "results": [("3x faster than BaseDemo", "inference speed", 3, "x", "increase", "BaseDemo")],
    },
    "900-02": {
        "title": "BetaDemo: A Paper",
        "A": "We propose BetaDemo for pruning. We experiment on LLaMA-2 and Mistral-7B. It is 7x faster.",
        "I": "Peking University",
        "techniques": [("BetaDemo", "BetaDemo", "proposed")],
        "topics": ["pruning"],
        "models": ["LLaMA-2", "Mistral-7B"],
        "results": [("7x faster", "inference speed", 7, "x", "increase", "")],
    },
    "900-03": {
        "title": "GammaDemo: A Paper",
        "A": "We propose GammaDemo for pruning. It prunes LLaMA-2 and Mistral-7B. Users like it. It is 9x faster.",
        "I": "Peking University",
        "techniques": [("GammaDemo", "GammaDemo", "proposed")],
        "topics": ["pruning"],
        "models": ["LLaMA-2", "Mistral-7B"],
        "results": [("9x faster", "inference speed", 9, "x", "increase", "")],
    },
}


def _stated(question: str, lexicon: Lexicon) -> str:
    terms = [term for one in read(question, lexicon).filter.conditions for term in one.any_of]
    return any_regex(next(term for term in terms if isinstance(term, Phrase)).said)


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("training-free acceleration of diffusion models", False),
        ("免训练的扩散模型加速", False),
        ("acceleration of diffusion models without retraining", True),
        ("不用重新训练的扩散模型加速", True),
    ],
)
def test_quantization_after_training_needs_no_retraining_but_is_not_free_of_training(
    question: str, holds: bool, lexicon: Lexicon
) -> None:
    assert bool(re.search(_stated(question, lexicon), "A method of post-training quantization.")) == holds
    assert re.search(_stated(question, lexicon), "It is training-free.")


@pytest.mark.parametrize("question", ["which methods outperform BaseDemo?", "哪些方法超过了BaseDemo？"])
def test_result_over_a_thing_outperforms_it_where_no_sentence_says_so(
    question: str, world: Store, own: Lexicon, vocabulary: Vocabulary
) -> None:
    found = answer(world, vocabulary, question, lexicon=own)
    assert [row.id for row in found.rows] == ["900-01"]
    assert "BaseDemo" in found.notes[-1]


def test_result_was_obtained_on_what_the_sentence_before_names(
    world: Store, own: Lexicon, vocabulary: Vocabulary
) -> None:
    found = answer(world, vocabulary, "best speedup on LLaMA-2", lexicon=own)
    assert found.table
    at = found.table.columns.index("paper")
    assert [line.values[at] for line in found.table.lines] == ["900-02"]


def test_english_words_side_by_side_are_one_term_in_a_chinese_question(lexicon: Lexicon) -> None:
    found = read("低比特optimizer state的训练方法", lexicon).filter
    assert Phrase("optimizer state") in [t for one in found.conditions for t in one.any_of]


def test_plural_in_a_question_finds_the_singular() -> None:
    assert Phrase("point clouds").said == ("point cloud",)
    assert re.search(any_regex(Phrase("point clouds").said), "a point cloud and LLM analysis")
    assert Phrase("loss analysis of bias").said == ("loss analysis of bias",)


@pytest.mark.parametrize(
    ("question", "absent"),
    [("图像分割网络的轻量化", "topic:quantization"), ("自动搜索剪枝率的方法", "date"), ("单卡推理的论文", "多卡推理")],
)
def test_part_of_a_chinese_word_is_not_read_for_it(question: str, absent: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon).filter
    assert absent not in {
        part for one in found.conditions for t in one.any_of for part in (t.concept, t.field, t.label)
    }


@pytest.mark.parametrize("question", ["图像分割网络的轻量化", "轻量的图像分割网络"])
def test_chinese_word_for_a_kind_is_looked_for_in_english(question: str, lexicon: Lexicon, made: Any) -> None:
    said = ["A lightweight network for image segmentation.", "A network for image segmentation."]
    papers = {
        f"900-0{n}": {"title": f"Paper {n}", "A": one, "I": "Peking University", "techniques": [], "topics": []}
        for n, one in enumerate(said)
    }
    store = made(papers)
    found = answer(store, lexicon.vocabulary, question, lexicon=Lexicon.of(store, lexicon.vocabulary))
    assert [row.title for row in found.rows] == ["Paper 0"]


@pytest.mark.parametrize(
    ("question", "said"), [("2:4 sparsity", "2:4"), ("sub-4-bit KV cache", "3-bit"), ("10x compression", "compression")]
)
def test_numbers_inside_names_are_read_with_them(question: str, said: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon).filter
    terms = [t for one in found.conditions for t in one.any_of]
    assert not found.ignored
    assert any(said in part for t in terms for part in (t.label, *(t.said if isinstance(t, Phrase) else ())))
    assert not any(t.concept == "technique:4-bit-kv-cache-quantization" for t in terms)


def test_metric_on_a_data_set_is_a_metric_and_a_data_set(lexicon: Lexicon) -> None:
    found = read("highest GSM8K accuracy of a pruned LLM", lexicon)
    assert "dataset:gsm8k" in [t.concept for one in found.filter.conditions for t in one.any_of]
    assert found.metric is not None
    assert "metric:accuracy" in found.metric.metrics


def test_things_of_which_nothing_known_is_asked_have_the_words_in_their_texts(lexicon: Lexicon) -> None:
    found = read("which of these methods are patented?", lexicon).filter
    assert [t.label for one in found.conditions for t in one.any_of] == ["patented"]


def test_what_bears_the_name_of_a_person_is_told_in_other_forms_too(own: Lexicon) -> None:
    assert re.search(_stated("Hadamard变换", own), "We apply Hadamard transformations to the weights.")


@pytest.mark.parametrize(("question", "words"), [("旋转激活的剪枝", 2), ("女性作者的剪枝", 1)])
def test_chinese_words_in_a_row_are_each_what_they_are_in_english(question: str, words: int) -> None:
    assert len(list(_telling(question.partition("的")[0]))) == words


def test_name_that_a_broader_thing_ends_in_is_not_looked_for_in_sentences(own: Lexicon) -> None:
    said = "We use low-rank adaptation of the weights."  # no rank adaptation
    terms = [term for one in read("rank adaptation", own).filter.conditions for term in one.any_of]
    assert not any(re.search(any_regex(term.said), said) for term in terms if isinstance(term, Phrase))
