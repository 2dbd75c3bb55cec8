"""Words that no concept bears and no paper has, lists with such words, and what papers do without."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kg.query import Lexicon, Phrase, answer, read
from kg.query.chinese_words import in_english
from kg.query.patterns import any_regex, phrase_regex

from .shown import said
from .test_unnamed import _paper


def _asked(made: Any, own: Lexicon, papers: dict[str, Any], question: str) -> Any:
    store = made(papers)
    return answer(store, own.vocabulary, question, lexicon=Lexicon.of(store, own.vocabulary))


def _ids(found: Any) -> list[str]:
    return sorted(row.id for row in found.rows)


QUANTIZED = {
    "900-01": _paper("OneDemo", "OneDemo quantizes a model of rainforests.", topics=["quantization"]),
    "900-02": _paper("TwoDemo", "TwoDemo quantizes a model.", topics=["quantization"]),
}


@pytest.mark.parametrize(
    ("question", "papers"),
    [
        ("quantization papers with errata", []),
        ("quantization that symposium attendees liked", []),
        ("女性作者写的量化论文", []),
        ("火星上的量化", []),
        ("anybody who tried quantization of rainforests", ["900-01"]),
        ("quantization nowadays", ["900-01", "900-02"]),
        ("单独的量化", ["900-01", "900-02"]),
    ],
)
def test_a_word_that_no_text_has_leaves_nothing(question: str, papers: list[str], made: Any, own: Lexicon) -> None:
    found = _asked(made, own, QUANTIZED, question)
    assert _ids(found) == papers
    assert papers or [row.id for row in found.partly]  # which are shown apart


@pytest.mark.parametrize("question", ["methods that beat GPT-7", "哪些方法超过了GPT-7"])
def test_a_name_with_another_version_is_no_name(question: str, lexicon: Lexicon) -> None:
    concepts = {t.concept for one in read(question, lexicon).filter.conditions for t in one.any_of}
    assert "model:gpt-family" not in concepts


@pytest.mark.parametrize(
    "question",
    ["mixture of experts for typhoons, squalls or weather forecasting", "混合专家用在squall、typhoon或天气预报上"],
)
def test_words_that_nothing_bears_stay_in_their_list(question: str, lexicon: Lexicon) -> None:
    experts, forecast = read(question, lexicon).filter.conditions
    assert [t.concept for t in experts.any_of] == ["topic:mixture-of-experts"]
    assert {"task:weather-forecasting"} <= {t.concept for t in forecast.any_of}
    assert {t.label.removesuffix("s") for t in forecast.any_of if t.field == "text"} >= {"typhoon", "squall"}


def test_what_a_paper_runs_on_may_stand_in_its_text_alone(made: Any, own: Lexicon) -> None:
    papers = {"900-01": _paper("OneDemo", "We prune for NVIDIA H100 cards.", topics=["pruning"])}
    papers["900-02"] = _paper("TwoDemo", "We prune.", topics=["pruning"])
    assert _ids(_asked(made, own, papers, "pruning on H100")) == ["900-01"]


@pytest.mark.parametrize(
    ("chinese", "english"), [("脑电", "eeg"), ("人体姿态", "human pose"), ("小语", ""), ("火星", "")]
)
def test_chinese_words_are_those_that_labels_share(chinese: str, english: str) -> None:
    assert (*in_english(chinese), "")[0] == english


def test_what_no_paper_states_to_lack_is_left_out(made: Any, own: Lexicon) -> None:
    expert = ("expert pruning", "expert pruning", "used")
    papers = {
        "900-01": _paper("OneDemo", "We use expert pruning.", techniques=[expert], topics=["mixture-of-experts"]),
        "900-02": _paper("TwoDemo", "A mixture of experts.", topics=["mixture-of-experts"]),
    }
    found = _asked(made, own, papers, "mixture of experts without expert pruning")
    assert _ids(found) == ["900-02"]
    assert any("expert pruning" in note for note in found.notes)


def test_papers_far_from_the_nearest_are_not_like_one(made: Any, own: Lexicon) -> None:
    papers = {
        "900-01": _paper("OneDemo Prunes Experts", "Routers drop idle experts of a mixture.", topics=["pruning"]),
        "900-02": _paper("TwoDemo Prunes Experts", "Routers drop idle experts of a mixture.", topics=["pruning"]),
        "900-03": _paper("Weather", "Squalls are forecast by radar.", topics=["pruning"]),
        "900-04": _paper("Sorting", "Apples are sorted.", topics=["quantization"]),
    }
    assert _ids(_asked(made, own, papers, "papers similar to 900-01")) == ["900-02"]


def test_words_between_those_of_what_is_lacked_are_no_matter(lexicon: Lexicon) -> None:
    (lacked,) = read("load balancing without an auxiliary loss", lexicon).filter.conditions[1:]
    pattern = any_regex(w for t in lacked.any_of if isinstance(t, Phrase) for w in t.wordings)
    assert re.search(pattern, "It balances experts without auxiliary load-balancing losses.")
    assert not re.search(pattern, "It balances experts without changing the auxiliary loss.")


@pytest.mark.parametrize(("text", "is_found"), [("a training-free method", False), ("free of training", True)])
def test_what_a_text_is_free_of_is_not_in_it(text: str, is_found: bool) -> None:
    assert bool(re.search(phrase_regex("training"), text)) == is_found


@pytest.mark.parametrize("question", ["pruning on CPUs, no GPU", "CPU上不用GPU的剪枝"])
def test_hardware_that_is_left_out_is_not_named_either(question: str, made: Any, own: Lexicon) -> None:
    papers = {
        "900-01": _paper("OneDemo", "We prune on a CPU.", topics=["pruning"], hardware=["CPU"]),
        "900-02": _paper("TwoDemo", "We prune on a CPU beside a GPU.", topics=["pruning"], hardware=["CPU"]),
    }
    assert _ids(_asked(made, own, papers, question)) == ["900-01"]


@pytest.mark.parametrize("question", ["accelerating recommendation", "faster recommendation", "推荐系统加速"])
def test_a_speed_up_without_a_number_is_what_texts_must_state(question: str, made: Any, own: Lexicon) -> None:
    papers = {
        "900-01": _paper("OneDemo", "We recommend with low latency.", topics=["recommendation"]),
        "900-02": _paper("TwoDemo", "We recommend more wisely.", topics=["recommendation"]),
    }
    found = _asked(made, own, papers, question)
    assert (_ids(found), found.query.filter.ignored) == (["900-01"], ())


def test_all_that_has_a_word_and_not_a_thing_is_no_answer(made: Any, own: Lexicon) -> None:
    found = _asked(made, own, QUANTIZED, "rainforests without softmax")
    assert not found.rows


@pytest.mark.parametrize(
    ("question", "word"), [("量化的影响", "影响"), ("does quantization hurt rainforests?", "hurt")]
)
def test_what_says_little_is_told_and_no_text_must_have_it(question: str, word: str, made: Any, own: Lexicon) -> None:
    found = _asked(made, own, QUANTIZED, question)
    assert "900-01" in _ids(found)
    assert word in found.query.filter.ignored


def test_companies_and_universities_are_not_all_institutions(made: Any, own: Lexicon) -> None:
    papers = {
        "900-01": _paper("OneDemo", "We prune.", topics=["pruning"]) | {"I": "NVIDIA"},
        "900-02": _paper("TwoDemo", "We prune.", topics=["pruning"]) | {"I": "Peking University"},
    }
    for question, only in [
        ("which companies work on pruning?", ["NVIDIA"]),
        ("which company has the most pruning papers?", ["NVIDIA"]),
        ("which universities work on pruning?", ["Peking University"]),
        ("哪些高校做剪枝？", ["北京大学"]),
    ]:
        found = _asked(made, own, papers, question)
        assert found.table
        assert [line.values[0] for line in found.table.lines] == only, question


def test_papers_with_a_thing_of_the_same_kind_are_like_one_that_only_names_it(made: Any, own: Lexicon) -> None:
    papers = {
        "900-01": _paper("OneDemo", "It is better than QuaRot.", topics=[])
        | {"techniques": [("QuaRot", "QuaRot", "baseline")]},
        "900-02": _paper("TwoDemo", "A rotation smooths what SpinQuant leaves.", topics=[])
        | {"techniques": [("SpinQuant", "SpinQuant", "used")]},
        "900-03": _paper("Weather", "Squalls are forecast by radar.", topics=[]),
    }
    assert _ids(_asked(made, own, papers, "papers like QuaRot")) == ["900-01", "900-02"]


@pytest.mark.parametrize("question", ["compressing Whisper", "how to compress Whisper models"])
def test_what_is_done_to_a_thing_must_stand_in_texts(question: str, own: Lexicon) -> None:
    assert "text compression" in said(read(question, own).filter)
