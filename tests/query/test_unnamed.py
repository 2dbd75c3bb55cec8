"""What a question says beside what has a name: words that nothing bears, deeds, numbers of bits, the newest."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kg.query import Entity, Lexicon, Phrase, answer, read
from kg.query.patterns import any_regex
from kg.query.stating import reworded
from kg.rdf.store import Store


def _paper(title: str, text: str, **own: Any) -> dict[str, Any]:
    return {"title": title, "A": text, "I": "Peking University", "techniques": [], **own}


PAPERS = {
    "900-01": _paper("AlphaDemo", "AlphaDemo folds proteins after pruning.", topics=["pruning"], date="2026-01-05"),
    "900-02": _paper("BetaDemo", "BetaDemo quantizes a detector.", topics=["quantization"], date="2026-03-05"),
    "900-03": _paper("GammaDemo", "GammaDemo quantizes a model.", topics=["quantization"], date="2026-05-05"),
    "900-04": _paper("DeltaDemo", "DeltaDemo quantizes a network.", topics=["quantization"], date="2026-04-05"),
}


@pytest.mark.parametrize("question", ["quantization of protein models", "蛋白质模型的量化"])
def test_what_models_are_of_is_looked_for_in_texts(question: str, world: Store, own: Lexicon) -> None:
    found = answer(world, own.vocabulary, question, lexicon=own)
    assert (found.rows, {one.id for one in found.partly}) == ((), {"900-01", "900-02", "900-03", "900-04"})


@pytest.mark.parametrize("question", ["pruning of protein models", "蛋白质模型的剪枝"])
def test_what_models_are_of_is_a_condition_where_texts_have_it(question: str, world: Store, own: Lexicon) -> None:
    found = answer(world, own.vocabulary, question, lexicon=own)
    assert ([row.id for row in found.rows], found.query.filter.ignored) == (["900-01"], ())


def test_word_before_a_thing_is_looked_for_in_texts(made: Any, own: Lexicon) -> None:
    some = _paper("OneDemo", "We quantize federated clients.", topics=["quantization"])
    odd = _paper(
        "OddDemo", "We prune and call it medical.", techniques=[("medical", "medical", "used")], topics=["pruning"]
    )
    both = _paper("TwoDemo", "We prune medical networks.", topics=["pruning"])
    store = made({"900-01": some, "900-02": odd, "900-03": both, "900-04": _paper("X", "We.", topics=["quantization"])})
    lexicon = Lexicon.of(store, own.vocabulary)
    for question, papers in [
        ("federated quantization", ["900-01"]),
        ("hydroponic quantization", []),
        ("medical pruning", ["900-02", "900-03"]),
    ]:
        found = answer(store, own.vocabulary, question, lexicon=lexicon)
        assert (sorted(row.id for row in found.rows), found.query.filter.ignored) == (papers, ())


@pytest.mark.parametrize("question", ["量化里的tessellate", "把量化tessellate成"])
def test_an_english_word_in_a_chinese_question_must_stand_in_texts(question: str, made: Any, own: Lexicon) -> None:
    texts = {"900-01": "We quantize by tessellating rows.", "900-02": "We quantize rows."}
    store = made({name: _paper(f"Demo{name[-1]}", text, topics=["quantization"]) for name, text in texts.items()})
    found = answer(store, own.vocabulary, question, lexicon=Lexicon.of(store, own.vocabulary))
    assert ([row.id for row in found.rows], found.query.filter.ignored) == (["900-01"], ())


@pytest.mark.parametrize(
    ("question", "topic", "has", "lacks"),
    [
        ("pruning and swapping weights to SSD", "pruning", "We swap weights to SSD.", "We swap weights."),
        ("text-to-motion generation with pruning", "pruning", "We make text-to-motion models.", "We make text."),
        ("pruning of object trackers", "pruning", "We do object tracking.", "We do object detection."),
        ("how does pruning affect multilingual models?", "pruning", "It is multilingual.", "It is small."),
        ("low-bit quantization", "quantization", "It has 3-bit weights.", "It has 8-bit weights."),
        ("pruning on wearable sensors", "pruning", "It runs on a wearable device.", "It runs."),
    ],
)
def test_it_is_enough_that_a_text_has_the_words(
    question: str, topic: str, has: str, lacks: str, made: Any, own: Lexicon
) -> None:
    texts = {"900-01": f"On {topic}. {has}", "900-02": f"On {topic}. {lacks}"}
    store = made({name: _paper(f"Demo{name[-1]}", text, topics=[topic]) for name, text in texts.items()})
    found = answer(store, own.vocabulary, question, lexicon=Lexicon.of(store, own.vocabulary))
    assert [row.id for row in found.rows] == ["900-01"]


def test_what_texts_name_is_left_out_too(made: Any, own: Lexicon) -> None:
    named = _paper("OneDemo", "We prune, and beside it use low-rank adaptation (LoRA).", topics=["pruning"])
    store = made({"900-01": named, "900-02": _paper("TwoDemo", "We prune.", topics=["pruning"])})
    found = answer(store, own.vocabulary, "pruning without LoRA", lexicon=Lexicon.of(store, own.vocabulary))
    assert [row.id for row in found.rows] == ["900-02"]


@pytest.mark.parametrize("question", ["pruning in 8 GB of memory", "在8GB显存上剪枝"])
def test_bare_amount_of_memory_must_suffice(question: str, made: Any, own: Lexicon) -> None:
    texts = {
        "900-01": "We prune within a single 6GB GPU.",
        "900-02": "We prune on a 24GB GPU.",
        "900-03": "We prune with 7.5 GB of memory.",
    }
    store = made({name: _paper(f"Demo{name[-1]}", text, topics=["pruning"]) for name, text in texts.items()})
    found = answer(store, own.vocabulary, question, lexicon=Lexicon.of(store, own.vocabulary))
    assert sorted(row.id for row in found.rows) == ["900-01", "900-03"]


@pytest.mark.parametrize("question", ["what is the newest work on quantization?", "最新的量化论文"])
def test_newest_papers_come_first_and_that_is_told(question: str, world: Store, own: Lexicon) -> None:
    found = answer(world, own.vocabulary, question, lexicon=own)
    assert [row.id for row in found.rows] == ["900-03", "900-04", "900-02"]
    assert any("newest first" in note or "最新的在前" in note for note in found.notes)


@pytest.mark.parametrize("question", ["latest 2 papers on quantization", "最新的2篇量化论文"])
def test_so_many_of_the_newest_are_listed(question: str, world: Store, own: Lexicon) -> None:
    found = answer(world, own.vocabulary, question, lexicon=own)
    assert ([row.id for row in found.rows], found.fulfilling) == (["900-03", "900-04"], 3)


@pytest.mark.parametrize("question", ["which models are under 1 MB?", "小于1MB的模型有哪些"])
def test_number_without_a_metric_is_told_of_things_too(question: str, made: Any, own: Lexicon) -> None:
    small = _paper("SmallDemo", "A file of 0.5 MB for Mistral-7B.", models=["Mistral-7B"], topics=["pruning"])
    small |= {"results": [("0.5 MB", "memory footprint", 0.5, "MB", "absolute", "")]}
    store = made({"900-01": small})
    found = answer(store, own.vocabulary, question, lexicon=Lexicon.of(store, own.vocabulary))
    assert any("metric" in note or "指标" in note for note in found.notes)


@pytest.mark.parametrize(
    "question",
    [
        "pruning kernels written by LLMs",
        "pruning code authored by large language models",
        "pruning kernels written by high school students",
    ],
)
def test_who_did_what_nothing_bears_is_what_texts_must_say(question: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon).filter
    assert not found.ignored
    assert any(" by " in t.label for one in found.conditions for t in one.any_of if isinstance(t, Phrase))


@pytest.mark.parametrize("question", ["4-bit attention", "4比特注意力"])
def test_what_has_so_many_bits_is_quantized(question: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon).filter
    things = {term.concept for one in found.conditions for term in one.any_of if isinstance(term, Entity)}
    widths = [term for one in found.conditions for term in one.any_of if isinstance(term, Phrase) and "4" in term.label]
    assert ("technique:quantized-attention" in things, len(widths), found.ignored) == (True, 1, ())


def test_not_using_a_thing_is_doing_without_it_where_methods_are_named_so(lexicon: Lexicon) -> None:
    terms = [term for one in read("不用反向传播的微调", lexicon).filter.conditions for term in one.any_of]
    families = [term.concepts for term in terms if isinstance(term, Entity)]
    assert any("technique:zeroth-order-optimization" in family for family in families)
    assert all(not one.negated for one in read("不用反向传播的微调", lexicon).filter.conditions)


@pytest.mark.parametrize("question", ["speech recognition compression", "语音识别压缩", "语音识别模型的压缩"])
def test_what_is_done_to_a_thing_is_stated(question: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon).filter
    last = found.conditions[-1].any_of[0]
    assert isinstance(last, Phrase)
    assert found.ignored == ()
    assert re.search(any_regex(last.said), "a quantised model")


def test_a_thing_of_the_name_is_no_deed_in_another_name(lexicon: Lexicon) -> None:
    found = reworded("technique:activation-sparsity", lexicon, "en")
    assert found is not None
    assert not any("activ*" in way for way in found.said)


def test_titles_have_the_own_names_of_what_has_many_kinds(lexicon: Lexicon) -> None:
    assert "fine tuning" in lexicon.titles("technique:fine-tuning")


def test_topic_that_no_paper_is_about_may_be_named_where_the_rest_is_fulfilled(made: Any, own: Lexicon) -> None:
    text = "We quantize a diffusion model and run it on an NVIDIA A100."
    store = made({"900-01": _paper("OneDemo", text, topics=["quantization"], hardware=["NVIDIA A100"])})
    found = answer(store, own.vocabulary, "diffusion models on an A100", lexicon=Lexicon.of(store, own.vocabulary))
    assert [row.id for row in found.rows] == ["900-01"]
    assert any("only name it" in note for note in found.notes)


@pytest.mark.parametrize(
    ("stem", "has", "lacks"),
    [
        ("linear*", "Linear attention", "linearization of attention"),
        ("quantiz*", "quantised and quantization", "quantum"),
        ("token*", "tokens", "tokenization"),
        ("swap*", "swapping", "swaption"),
        ("disaggreg*", "disaggregated serving", "aggregated serving"),
        ("W4A*", "W4A16", "W3A16"),
    ],
)
def test_a_stem_has_its_endings_and_reaches_no_other_word(stem: str, has: str, lacks: str) -> None:
    assert re.search(any_regex([stem]), has)
    assert not re.search(any_regex([stem]), lacks)
