"""One question in other words: spellings, translations, compounds, verbs with what they are done to."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kg.query import Entity, Lexicon, Outcome, Phrase, answer, read
from kg.query.chinese_words import in_english
from kg.query.patterns import any_regex, texts_regex
from kg.query.unnamed import phrase_of
from kg.store.user_sql import fits
from kg.text import fold
from kg.vocabulary import Vocabulary
from tests.query.named import Named, labels_of


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("KV cache compression for reasoning models", "推理模型的KV缓存压缩"),
        ("quantization of video diffusion models", "视频扩散模型的量化"),
        ("papers on attention sinks", "关于注意力汇聚的论文"),
        ("speculative decoding without a draft model", "不需要草稿模型的推测解码"),
    ],
)
def test_translations_are_one_question(first: str, second: str, lexicon: Lexicon) -> None:
    def things(question: str) -> set[frozenset[tuple[str, ...]]]:
        found = read(question, lexicon).filter.conditions
        return {frozenset(t.concepts for t in one.any_of if isinstance(t, Entity)) for one in found}

    assert things(first) == things(second)


def test_a_word_that_chinese_names_begin_with_is_read_whole(lexicon: Lexicon) -> None:
    assert in_english("笔记本") == ("laptop",)
    for question in ("能在笔记本上跑的剪枝方法", "能在笔记本电脑上跑的剪枝方法"):
        found = read(question, lexicon).filter
        assert "hardware:laptop" in {t.concept for one in found.conditions for t in one.any_of if isinstance(t, Entity)}


def test_attention_without_softmax_is_what_is_named_so(lexicon: Lexicon) -> None:
    for question in ("不依赖softmax的注意力", "attention that does not rely on softmax"):
        (one, *_) = read(question, lexicon).filter.conditions
        assert "technique:linear-attention" in {c for t in one.any_of if isinstance(t, Entity) for c in t.concepts}


def test_what_drafts_for_itself_needs_no_draft_model(lexicon: Lexicon) -> None:
    terms = [
        t for one in read("speculative decoding with no draft model", lexicon).filter.conditions for t in one.any_of
    ]
    family = next(t.concepts for t in terms if isinstance(t, Entity) and t.field == "technique")
    assert {"technique:self-speculative-decoding", "technique:n-gram-speculative-decoding"} <= set(family)


def test_a_known_label_is_meant_before_one_that_only_a_paper_has(vocabulary: Vocabulary) -> None:
    own = Lexicon(vocabulary, labels_of([Named("technique:language-module", "language module", True)]))
    assert own.misspelt(fold("langauge modles")) == "language model"


@pytest.mark.parametrize(
    "text",
    ["KV Caches are quantized.", "It quantizes the KV-cache", "kvcache", "Quantization", "LLMs: 大模型", "US", "us"],
)
def test_words_that_a_text_must_have_change_nothing_but_the_time(text: str) -> None:
    for ways in (["KV cache"], ["LLM", "language model"], ["KV … quant*", "quant* … KV cache"], ["US"], ["大模型"]):
        assert fits(texts_regex(ways), text) == bool(re.search(any_regex(ways), text))


@pytest.mark.parametrize("question", ["能耗降低一半以上", "cut energy consumption by at least half"])
def test_energy_efficiency_is_a_saving_of_energy(question: str, lexicon: Lexicon) -> None:
    (asked,) = [term for one in read(question, lexicon).filter.conditions for term in one.any_of]
    assert isinstance(asked, Outcome)
    assert "metric:energy-efficiency" in asked.gains
    assert not asked.told
    assert "energy consumption" in asked.words


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("compress the KV cache by 10x", "topic:kv-cache-compression"),
        ("prompt compression by 10x or more", "topic:prompt-compression"),
        ("把提示词压缩10倍以上的方法", "topic:prompt-compression"),
    ],
)
def test_factor_of_compression_is_a_ratio_of_what_is_compressed(question: str, about: str, lexicon: Lexicon) -> None:
    terms = [t for one in read(question, lexicon).filter.conditions for t in one.any_of]
    (asked,) = [term for term in terms if isinstance(term, Outcome)]
    assert about in {term.concept for term in terms}
    assert (asked.change, asked.value, asked.unit) == ("", 10.0, "x")
    assert "metric:compression-ratio" in asked.metrics


def test_compound_is_told_as_texts_say_it_in_a_sentence(lexicon: Lexicon) -> None:
    terms = [t for one in read("KV cache offloading", lexicon).filter.conditions for t in one.any_of]
    (sentence,) = [t for t in terms if isinstance(t, Phrase)]
    pattern = re.compile(any_regex(sentence.said))
    assert pattern.search("It offloads the KV cache to host memory.")
    assert pattern.search("the KV caches are offloaded")
    assert not pattern.search("weights are offloaded so that there is room for a KV cache")


@pytest.mark.parametrize(
    "question", ["token pruning that does not rely on attention scores", "不依赖注意力分数的token剪枝"]
)
def test_not_relying_on_a_thing_is_what_texts_state(question: str, lexicon: Lexicon) -> None:
    wanted = read(question, lexicon).filter
    assert not any(one.negated for one in wanted.conditions)
    (lacks,) = [t for one in wanted.conditions for t in one.any_of if isinstance(t, Phrase)]
    assert re.search(any_regex(lacks.said), "It prunes tokens without relying on attention scores.")
    assert not re.search(any_regex(lacks.said), "It prunes tokens by attention scores.")


@pytest.mark.parametrize("question", ["write me a poem about pruning", "今天天气怎么样？", "Translate this for me"])
def test_question_outside_of_papers_is_refused_with_three_that_work(question: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon)
    (note,) = found.filter.notes
    assert found.kind == "refused"
    assert note.count("?") + note.count("？") == 3
    examples = [label for word in lexicon.words.meaning("example") for label in word.labels]
    assert all(read(example, lexicon).filter.conditions for example in examples)


@pytest.mark.parametrize(
    "number", ["9" * 400 + "x", "九" * 400 + "倍", "9999999999 orders of magnitude", "百分之" + "9" * 400]
)
def test_number_beyond_all_results_stays_a_number(number: str, lexicon: Lexicon) -> None:
    for condition in read(f"speedup of {number}", lexicon).filter.conditions:
        for term in condition.any_of:
            assert not isinstance(term, Outcome) or term.value is None or term.value <= 1e15


def test_without_training_data_is_not_without_training(lexicon: Lexicon) -> None:
    wanted = read("knowledge distillation without the original training data", lexicon).filter
    (lacks,) = [t for one in wanted.conditions for t in one.any_of if isinstance(t, Phrase)]
    assert re.search(any_regex(lacks.said), "A data-free framework for distillation.")
    assert not re.search(any_regex(lacks.said), "A training-free method with distillation.")


@pytest.mark.parametrize(("word", "forms"), [("binarized", ("binariz*",)), ("rotating", ("rotat*",))])
def test_what_is_made_something_is_not_what_is_so(word: str, forms: tuple[str, ...]) -> None:
    assert phrase_of(word).said == forms


def test_title_that_names_something_longer_is_not_on_its_end(made: Any, vocabulary: Vocabulary) -> None:
    plain = {"I": "Peking University", "techniques": [], "topics": []}
    papers = {
        "900-01": {"title": "AlphaDemo: Pruning of Networks", "A": "AlphaDemo prunes."} | plain,
        "900-02": {"title": "BetaDemo: Token Pruning", "A": "BetaDemo keeps few tokens by pruning."} | plain,
        "900-03": {"title": "GammaDemo: Pruning and Token Pruning", "A": "GammaDemo prunes both."} | plain,
    }
    store = made(papers)
    found = answer(store, vocabulary, "pruning", lexicon=Lexicon.of(store, vocabulary))
    assert sorted(row.id for row in found.rows) == ["900-01", "900-03"]
