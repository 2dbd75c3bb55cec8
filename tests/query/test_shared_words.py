"""What "or" shares, what builds on or bears the name of a thing, and where a paper without affiliations comes from."""

from __future__ import annotations

from typing import Any

import pytest

from kg.query import Lexicon, answer, read
from kg.rdf.store import Store
from kg.vocabulary import Vocabulary

from .shown import shown

QUANT, PRUNE = "topic:quantization", "topic:pruning"


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


@pytest.mark.parametrize("question", ["variants of GRPO", "what builds on GRPO?", "papers from Tencent", "腾讯的论文"])
def test_names_and_addresses_tell_what_texts_do_not(
    question: str, world: Store, own: Lexicon, vocabulary: Vocabulary
) -> None:
    found = answer(world, vocabulary, question, None, own)
    assert [row.id for row in found.rows] == ["900-03"]


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
