"""What "or" shares, what builds on or bears the name of a thing, and where a paper without affiliations comes from."""

from __future__ import annotations

from typing import Any

import pytest

from kg.query import Entity, Lexicon, answer, read
from kg.rdf.store import Store
from kg.vocabulary import Vocabulary

from .shown import said, shown

QUANT, PRUNE = "topic:quantization", "topic:pruning"


@pytest.mark.parametrize("question", ["用投机解码加速视觉语言模型", "using speculative decoding to accelerate VLMs"])
def test_what_is_sped_up_is_not_what_is_used(question: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon).filter
    used = {
        term.concept: term.roles
        for term in (one for c in found.conditions for one in c.any_of)
        if term.concept and isinstance(term, Entity)
    }
    assert used["technique:speculative-decoding"] == ("proposed", "used")
    assert not any(roles for concept, roles in used.items() if "vision-language" in concept)


def test_what_is_denied_behind_or_stays_denied(lexicon: Lexicon) -> None:
    found = read("early exit for vision or other non-LLM networks", lexicon).filter
    assert [one.text for one in found.conditions if one.negated] == ["LLM"]


def test_or_ends_at_a_comma(lexicon: Lexicon) -> None:
    texts = [
        one.text for one in read("VLA models faster or smaller, with results on LIBERO", lexicon).filter.conditions
    ]
    assert "LIBERO" in texts


@pytest.mark.parametrize("question", ["shortening chain-of-thought by at least half", "把思维链缩短一半以上"])
def test_what_gets_shorter_is_a_result_on_its_length(question: str, lexicon: Lexicon) -> None:
    meant = "topic:efficient-reasoning & result metric:reasoning-length decrease >= 50 %"
    assert said(read(question, lexicon).filter) in (meant, " & ".join(reversed(meant.split(" & "))))


@pytest.mark.parametrize("question", ["剪枝而精度基本不掉", "pruning with little or no accuracy loss"])
def test_little_or_no_loss_is_what_texts_state(question: str, lexicon: Lexicon) -> None:
    conditions = read(question, lexicon).filter.conditions
    assert [one.any_of[0].field for one in conditions if one.any_of[0].field == "text"] == ["text"]


def test_results_on_a_data_set_are_of_papers_where_more_is_asked(lexicon: Lexicon) -> None:
    assert shown(read("VLA models with results on LIBERO", lexicon)).startswith("papers")


WORKS = "ForteDemo is fully compatible with FlashAttention."
BUILDS = "CadenzaDemo is a kernel on top of FlashAttention."
VARIES = "We propose Pro-GRPO. The code is at https://github.com/Tencent/ProDemo."
PAPERS = {
    number: {"title": f"{name}: Demo", "A": text, "I": "Peking University", "topics": [], **more}
    for number, name, text, more in (
        (
            "900-01",
            "ForteDemo",
            WORKS,
            {
                "techniques": [("ForteDemo", "ForteDemo", "proposed"), ("FlashAttention", "FlashAttention", "used")],
                "relations": [("ForteDemo", "uses", "FlashAttention", WORKS)],
            },
        ),
        (
            "900-02",
            "CadenzaDemo",
            BUILDS,
            {
                "techniques": [
                    ("CadenzaDemo", "CadenzaDemo", "proposed"),
                    ("FlashAttention", "FlashAttention", "used"),
                ],
                "relations": [("CadenzaDemo", "uses", "FlashAttention", BUILDS)],
            },
        ),
        (
            "900-03",
            "Pro-GRPO",
            VARIES,
            {"techniques": [("Pro-GRPO", "Pro-GRPO", "proposed")], "code_url": "https://github.com/Tencent/ProDemo"},
        ),
    )
}


def test_what_only_works_with_a_thing_does_not_build_on_it(world: Store, own: Lexicon, vocabulary: Vocabulary) -> None:
    found = answer(world, vocabulary, "what builds on FlashAttention?", None, own)
    assert found.table is not None
    assert [line.papers for line in found.table.lines] == [("900-02",)]
    assert "1 more paper says only that it works with FlashAttention." in found.notes
    assert found.rows[0].id == "900-02"  # those of the table come first


@pytest.mark.parametrize("question", ["variants of GRPO", "what builds on GRPO?", "papers from Tencent", "腾讯的论文"])
def test_names_and_addresses_tell_what_texts_do_not(
    question: str, world: Store, own: Lexicon, vocabulary: Vocabulary
) -> None:
    found = answer(world, vocabulary, question, None, own)
    assert [row.id for row in found.rows] == ["900-03"]


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("highest KV cache compression ratio", "metric:compression-ratio"),
        ("3DGS压缩目前最高压到多少倍？", "metric:compression-ratio"),
        ("highest 3DGS speedup", "metric:inference-speed"),
    ],
)
def test_highest_figure_of_a_thing_is_a_ranking(question: str, metric: str, lexicon: Lexicon) -> None:
    found = read(question, lexicon)
    assert found.kind == "ranking"
    assert found.metric is not None
    assert found.metric.concept == metric


def test_largest_ratio_comes_first_though_it_is_told_as_a_fall(made: Any, vocabulary: Vocabulary) -> None:
    plain = {"I": "Peking University", "techniques": [("LoRA", "LoRA", "used")], "topics": []}
    said = [("900-01", "5x compression", 5.0), ("900-02", "34x compression", 34.0)]
    papers = {
        name: {
            "title": f"Demo{name[-1]}: LoRA",
            "A": f"It reaches {text} of LoRA.",
            "results": [(text, "compression ratio", value, "x", "decrease", "")],
            **plain,
        }
        for name, text, value in said
    }
    store = made(papers)
    found = answer(store, vocabulary, "highest LoRA compression ratio", None, Lexicon.of(store, vocabulary))
    assert found.table is not None
    assert [line.papers[0] for line in found.table.lines] == ["900-02", "900-01"]


def test_things_set_against_each_other_share_their_first_words(lexicon: Lexicon) -> None:
    found = read("KV cache quantization vs eviction", lexicon)
    assert [thing.concept for thing in found.things] == [
        "technique:kv-cache-quantization",
        "technique:kv-cache-eviction",
    ]


def test_nobody_proposes_what_others_used_before(made: Any, vocabulary: Vocabulary) -> None:
    def paper(day: str, role: str) -> dict[str, Any]:
        text = "We train with LoRA."
        said = {"title": f"Demo of {day}", "A": text, "I": "Peking University", "topics": [], "date": day}
        return said | {"techniques": [("LoRA", "LoRA", role)]}

    users = {f"900-0{n}": paper(f"2025-05-0{n}", "used") for n in (1, 2, 3)}
    late = made(users | {"900-09": paper("2025-06-09", "proposed")})
    found = answer(late, vocabulary, "who proposed LoRA?", None, Lexicon.of(late, vocabulary))
    assert found.notes[0].startswith("No paper of the graph proposes 'LoRA'; 4 papers use it")
    first = made(users | {"900-09": paper("2025-01-09", "proposed")})
    found = answer(first, vocabulary, "which papers propose LoRA?", None, Lexicon.of(first, vocabulary))
    assert [row.id for row in found.rows] == ["900-09"]
