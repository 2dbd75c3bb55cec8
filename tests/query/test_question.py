"""Questions and the filters that they mean, in both languages."""

from __future__ import annotations

from collections import Counter

import pytest

from kg.query import Entity, Lexicon, Outcome, read
from kg.query.empty import any_listed
from kg.query.first_pass import QuestionReader
from kg.query.question_dates import relative
from kg.query.question_reader import LIMIT
from kg.query.sayings import Sayings
from kg.text import fold, has_han
from kg.vocabulary import Vocabulary
from tests.query.named import Named, labels_of

from .shown import said

KV, H100 = "topic:kv-cache-compression", "hardware:nvidia-h100"
KD, RL, MOE = "topic:knowledge-distillation", "topic:reinforcement-learning", "topic:mixture-of-experts"
SPEC, QUANT, PRUNE = "topic:speculative-decoding", "topic:quantization", "topic:pruning"
TSINGHUA, PEKING, CAS = "ror:03cve4549", "ror:02v51f717", "ror:034t30j35"
USED, ANY = "[proposed used]", "[proposed used baseline mentioned]"
GRPO = "technique:group-relative-policy-optimization"
SPEED = "result metric:inference-speed increase"


def test_tokens_or_response_length_are_two_metrics_of_one_result(lexicon: Lexicon) -> None:
    found = read("papers that reduce tokens or response length by over 30%", lexicon).filter
    (condition,) = found.conditions
    (outcome,) = condition.any_of
    assert isinstance(outcome, Outcome)
    assert {"metric:response-length", "metric:token-usage"} <= set(outcome.metrics)
    assert (outcome.change, outcome.op, outcome.value, outcome.unit) == ("decrease", ">", 30.0, "%")


@pytest.mark.parametrize(
    ("question", "held"), [("Qwen models", {"model:qwen", "model:qwen-image"}), ("papers on GPUs", {H100})]
)
def test_family_holds_narrower_things_and_the_graph_s_own(question: str, held: set[str], lexicon: Lexicon) -> None:
    (condition,) = read(question, lexicon).filter.conditions
    (term,) = condition.any_of
    assert isinstance(term, Entity)
    assert held <= set(term.concepts)


def test_family_of_a_technique_holds_the_kinds_of_it_that_a_paper_names(vocabulary: Vocabulary) -> None:
    names = {
        "technique:a": "intra-class contrastive learning",
        "technique:b": "non-contrastive learning",
        "technique:c": "attack on contrastive learning",
        "technique:d": "contrastive learning rate",
        "problem:e": "slow contrastive learning",
    }
    own = Lexicon(vocabulary, labels_of(Named(concept, label, True) for concept, label in names.items()))
    assert names.keys() & set(own.family("technique:contrastive-learning")) == {"technique:a"}
    own_names = (Named(f"technique:n{n}", f"n{n} contrastive learning", True) for n in range(101))
    many = Lexicon(vocabulary, labels_of(own_names))
    assert not {f"technique:n{n}" for n in range(101)} & set(many.family("technique:contrastive-learning"))


def test_institutions_of_which_no_paper_is_together_are_read_as_one_of_them(lexicon: Lexicon) -> None:
    wanted = read("pruning papers from Tsinghua University and Peking University", lexicon).filter
    either = any_listed(wanted, Sayings("en"))
    assert said(either) == "topic:pruning & ror:03cve4549 | ror:02v51f717"
    assert either.notes == ("No paper has all that “and” joins; these have one of them.",)
    single = read("pruning papers from Tsinghua University", lexicon).filter
    assert any_listed(single, Sayings("en")) is single


def test_words_of_the_question_are_kept(lexicon: Lexicon) -> None:
    found = read("KV-cache compression papers on H100", lexicon).filter
    assert [condition.text for condition in found.conditions] == ["KV-cache compression", "H100"]
    assert found.understood()["hardware"] == [{"text": "H100", "concept": H100, "label": "NVIDIA H100"}]


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("at least 2x speedup before October 2025", ["inference speed ↑ ≥ 2x", "< 2025-10"]),
        ("papers that cut latency by over 40%", ["latency ↓ > 40%"]),
        ("latency between 50 and 100 ms", ["latency ≥ 50 ms, ≤ 100 ms"]),
        ("about 2x speedup", ["inference speed ↑ ≈ 2x"]),
        ("more than 3 times", ["> 3x"]),
        ("papers in October", ["October"]),
        ("10月之后的论文", ["> 10月"]),
    ],
)
def test_label_says_how_a_number_or_date_was_understood(question: str, labels: list[str], lexicon: Lexicon) -> None:
    understood = read(question, lexicon).filter.understood()
    assert [said["label"] for terms in understood.values() for said in terms] == labels


@pytest.mark.parametrize("nonsense", ["zzzzz", "zzqx", "qwerty", "asdfgh", "zyxgnarf blorbification"])
def test_nonsense_is_near_no_label(nonsense: str, lexicon: Lexicon) -> None:
    assert lexicon.nearest(nonsense) == ()


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("speculitive decodng", "speculative decoding"),
        ("atention kernels", "attention kernel"),
        ("quantisaton", "quantization"),
        ("KV cash", "KV cache compression"),
    ],
)
def test_misspelt_name_is_near_its_label(typed: str, label: str, lexicon: Lexicon) -> None:
    assert lexicon.nearest(typed)[0] == label


def test_what_is_not_understood_is_listed(lexicon: Lexicon) -> None:
    assert read("zyxgnarf speculative decoding", lexicon).filter.ignored == ("zyxgnarf",)


def test_long_question_is_cut_and_said_so(lexicon: Lexicon) -> None:
    found = read("KV cache " * 20_000, lexicon).filter
    assert said(found) == KV
    assert str(LIMIT) in found.notes[0]


@pytest.mark.parametrize(
    ("question", "latest", "value"),
    [
        ("papers from last month", "2025-10-15", "2025-09-15"),
        ("the past 2 months", "2026-01-31", "2025-11-30"),
        ("papers of the last year", "2025-10-15", "2024-10-15"),
        ("last 10 days", "2025-10-05", "2025-09-26"),
        ("最近一周的论文", "2025-10-15", "2025-10-09"),
        ("the last 2 weeks", "2025-10-15", "2025-10-02"),
        ("最近三个月的论文", "2025-02-15", "2024-11-15"),
        ("过去一年", "2025-10", "2024-10"),
        ("上个月", "2025-10-15", "2025-09-15"),
        ("papers since yesterday", "2025-10-15", "2025-10-14"),
        ("本周的论文", "2025-10-15", "2025-10-13"),
        ("去年以来的论文", "2025-10-15", "2024-10-15"),
        ("last 99999999 years", "2025-10-15", "0001-01-01"),
    ],
)
def test_last_month_is_counted_from_the_newest_date_of_the_graph(
    question: str, latest: str, value: str, lexicon: Lexicon
) -> None:
    items = QuestionReader(question, lexicon).pieces()
    (fact,) = [item.fact for item in relative(items, question, latest) if item.fact]
    assert (fact.field, fact.op, fact.value) == ("date", ">=", value)


def test_last_month_of_a_graph_without_dates_is_not_understood(lexicon: Lexicon) -> None:
    found = read("pruning papers from last month", lexicon).filter
    assert said(found) == PRUNE
    assert found.ignored == ("last month",)


def test_a_preferred_name_in_chinese_means_what_its_english_one_means(lexicon: Lexicon, vocabulary: Vocabulary) -> None:
    named = [one.label for one in vocabulary.concepts.values() if one.type in ("topic", "technique", "problem", "task")]
    zh = Counter(fold(label["zh"]) for label in named if has_han(label.get("zh", "")))
    pairs = [(fold(one["en"]), fold(one["zh"])) for one in named if "en" in one and zh[fold(one.get("zh", ""))] == 1]
    assert len(pairs) > 1000
    for english, chinese in pairs:
        assert set(lexicon.senses(english)) <= set(lexicon.senses(chinese)), english
