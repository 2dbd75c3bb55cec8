"""One question in other words: spellings, translations, compounds, verbs with what they are done to."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kg.query import Entity, Lexicon, Outcome, Phrase, answer, read
from kg.query.patterns import any_regex, texts_regex
from kg.query.unnamed import phrase_of
from kg.query.wordings import in_english
from kg.store.asking import fits
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


def test_an_amount_per_thing_is_one_metric_in_both_languages(lexicon: Lexicon) -> None:
    def metrics(question: str) -> set[str]:
        found = read(question, lexicon).filter
        assert not found.ignored
        return {t.concept for one in found.conditions for t in one.any_of if isinstance(t, Outcome)}

    for question in ("energy per token of LLM inference", "大模型推理每个token的能耗", "大模型推理的每token能耗"):
        assert metrics(question) == {"metric:energy-per-token"}


def test_a_word_that_chinese_names_begin_with_is_read_whole(lexicon: Lexicon) -> None:
    assert in_english("笔记本") == ("laptop",)
    for question in ("能在笔记本上跑的剪枝方法", "能在笔记本电脑上跑的剪枝方法"):
        found = read(question, lexicon).filter
        assert "hardware:laptop" in {t.concept for one in found.conditions for t in one.any_of if isinstance(t, Entity)}


def test_two_things_that_are_parted_are_the_noun_of_both(lexicon: Lexicon) -> None:
    for question in ("separating prefill and decode", "prefill-decode separation", "PD分离"):
        (one,) = read(question, lexicon).filter.conditions
        assert one.any_of[0].concept == "technique:prefill-decode-disaggregation"


def test_attention_without_softmax_is_what_is_named_so(lexicon: Lexicon) -> None:
    for question in ("不依赖softmax的注意力", "attention that does not rely on softmax"):
        (one, *_) = read(question, lexicon).filter.conditions
        assert "technique:linear-attention" in {c for t in one.any_of if isinstance(t, Entity) for c in t.concepts}


def test_a_kind_of_network_in_the_words_for_a_topic_is_a_condition_too(lexicon: Lexicon) -> None:
    def fields(question: str) -> list[str]:
        return [one.any_of[0].field for one in read(question, lexicon).filter.conditions]

    assert fields("on-device language models") == ["topic", "text"]
    assert fields("small language models") == ["topic"]


def test_what_a_thing_is_used_for_is_also_said_in_a_sentence(lexicon: Lexicon) -> None:
    def reworded(question: str) -> set[str]:
        terms = (t for one in read(question, lexicon).filter.conditions for t in one.any_of)
        return {t.concept for t in terms if isinstance(t, Phrase) and t.concept}

    assert reworded("papers that use KV cache offloading") == {"technique:kv-cache-offloading"}
    assert not reworded("papers that propose KV cache offloading")


def test_words_of_a_compound_that_mean_nothing_are_no_quotation(lexicon: Lexicon) -> None:
    for question in ("attention sink", "papers that are about the attention sink"):
        terms = [term for one in read(question, lexicon).filter.conditions for term in one.any_of]
        assert {type(term) for term in terms} == {Entity}


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


@pytest.mark.parametrize("question", ["multiple agents", "LLMs on Zyxgnarf chips"])
def test_a_usual_word_and_an_unknown_name_are_no_slips(question: str, lexicon: Lexicon) -> None:
    named = {term.field for one in read(question, lexicon).filter.conditions for term in one.any_of}
    assert not named & {"dataset", "model", "hardware", "institution"}


def test_a_verb_and_a_word_apart_from_it_are_one_thing(lexicon: Lexicon) -> None:
    asked = read("stopping chain-of-thought reasoning early", lexicon).filter
    assert not asked.ignored
    assert any(term.concept == "technique:early-stopping" for term in asked.conditions[-1].any_of)


def test_a_topic_is_called_by_the_names_of_its_technique(lexicon: Lexicon) -> None:
    ((vla,),) = (one.any_of for one in read("有多少篇论文是关于VLA模型的", lexicon).filter.conditions)
    assert isinstance(vla, Entity)
    assert {"VLA", "vision-language-action model"} <= set(vla.names)


def test_words_beside_an_amount_keep_their_order(lexicon: Lexicon) -> None:
    assert [type(one.any_of[0]) for one in read("思维链缩短一半", lexicon).filter.conditions] == [Entity, Outcome]


def test_a_metric_of_something_is_a_condition(lexicon: Lexicon) -> None:
    energy = read("the energy use of quantized LLMs", lexicon).filter
    assert not energy.ignored
    assert [type(term) for term in energy.conditions[0].any_of] == [Outcome, Phrase]


def test_what_is_used_to_do_a_thing_is_not_how_the_thing_is_used(lexicon: Lexicon) -> None:
    used, done = read("用强化学习做剪枝", lexicon).filter.conditions
    assert [(term.field, getattr(term, "roles", ())) for term in (*used.any_of, *done.any_of)] == [
        ("topic", ()),
        ("topic", ()),
    ]


def test_which_of_two_saves_more_is_a_comparison(lexicon: Lexicon) -> None:
    asked = read("MLA和GQA哪个更省显存？", lexicon)
    assert asked.kind == "comparison"
    assert asked.metric is not None
    assert asked.metric.concept == "metric:gpu-memory"
    assert asked.filter.conditions == ()  # papers that have both count, whatever they report


@pytest.mark.parametrize("question", ["能耗降低一半以上", "cut energy consumption by at least half"])
def test_energy_efficiency_is_a_saving_of_energy(question: str, lexicon: Lexicon) -> None:
    (asked,) = [term for one in read(question, lexicon).filter.conditions for term in one.any_of]
    assert isinstance(asked, Outcome)
    assert "metric:energy-efficiency" in asked.gains
    assert not asked.told
    assert "energy consumption" in asked.words


@pytest.mark.parametrize(("question", "ignored"), [("compress images", "compress"), ("压缩图像", "压缩")])
def test_verb_that_names_nothing_with_its_object_is_told(question: str, ignored: str, lexicon: Lexicon) -> None:
    assert ignored in read(question, lexicon).filter.ignored


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


def test_gerund_and_what_stands_behind_it_are_one_thing(lexicon: Lexicon) -> None:
    gerund, noun = (read(said, lexicon).filter for said in ("offloading the KV cache", "KV cache offloading"))
    assert {t for one in gerund.conditions for t in one.any_of if isinstance(t, Entity)} == {
        t for one in noun.conditions for t in one.any_of if isinstance(t, Entity)
    }


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


def test_word_between_two_of_a_compound_belongs_to_the_first(lexicon: Lexicon) -> None:
    (condition,) = read("quantization aware training", lexicon).filter.conditions
    assert [words.label for words in condition.by_words] == ["quantization aware + training"]


def test_words_before_or_share_the_head_of_what_stands_behind(lexicon: Lexicon) -> None:
    (condition,) = read("image or video generation", lexicon).filter.conditions
    assert {"task:image-generation", "topic:video-generation"} <= {term.concept for term in condition.any_of}
    (same,) = read("图像或视频生成", lexicon).filter.conditions
    assert {term.concept for term in same.any_of} == {term.concept for term in condition.any_of}


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


@pytest.mark.parametrize("question", ["who outperforms LoRA", "who beats LoRA?", "谁优于LoRA", "谁超过了LoRA"])
def test_who_is_better_than_a_technique_asks_for_techniques(question: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon)
    assert (found.kind, found.wants) == ("relations", "technique")
    assert found.link is not None
    assert (found.link.relation, found.link.side, found.link.concept) == ("outperforms", "tail", "technique:lora")
    assert read("who works on LoRA", lexicon).kind == read("谁研究LoRA", lexicon).kind == "who"


def test_where_something_improves_is_no_rival(lexicon: Lexicon) -> None:
    found = read("what does LoRA improve on an A100", lexicon)
    assert (found.kind, found.wants) == ("entities", "metric")
    assert {term.field for one in found.filter.conditions for term in one.any_of} == {"technique", "hardware"}
    assert read("which methods improve on LoRA", lexicon).kind == "relations"


@pytest.mark.parametrize("question", ["methods beaten by LoRA", "被LoRA超越的方法"])
def test_methods_that_are_beaten_are_those_at_the_other_end(question: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon)
    assert found.link is not None
    assert (found.kind, found.link.side) == ("relations", "head")


def test_who_of_two_has_more_papers_is_a_comparison(lexicon: Lexicon) -> None:
    for question in ("who has more papers, Tsinghua University or Peking University?", "清华和北大谁的论文多"):
        found = read(question, lexicon)
        assert (found.kind, len(found.things)) == ("comparison", 2)


@pytest.mark.parametrize(
    ("question", "metric"),
    [("量化会让准确率下降多少", "accuracy"), ("量化能把延迟降低多少", "latency")],
)
def test_by_how_much_a_metric_changes_asks_for_its_results(question: str, metric: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon)
    assert found.metric is not None
    assert (found.kind, found.metric.concept, found.metric.change) == ("ranking", f"metric:{metric}", "decrease")
    assert [term.concept for one in found.filter.conditions for term in one.any_of] == ["topic:quantization"]


def test_size_that_no_paper_ranks_by_is_told_as_ignored(lexicon: Lexicon) -> None:
    assert "largest" in read("what is the largest model compressed to 2 bits", lexicon).filter.ignored
    assert "最大的" in read("最大的量化模型是什么", lexicon).filter.ignored
    assert not read("which models are used the most for quantization", lexicon).filter.ignored
