"""Techniques, their roles and aliases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.model import ROLES, Mention, Record
from kg.trust import BY_RULES

Read = Callable[..., Record]


ABSTRACT = (
    "Long-context inference suffers from the memory bottleneck of the KV cache. "
    "To address it, we propose ZapKV, a query-aware cache eviction method. "
    "ZapKV uses low-rank adaptation (LoRA) and a novel Gated Token Router (GTR). "
    "Experiments on LongBench with Llama-3-8B on an NVIDIA A100 GPU show that ZapKV outperforms SnapKV."
)


def technique(record: Record, canonical: str) -> Mention:
    return next(m for m in record.techniques if m.canonical == canonical)


def test_the_papers_own_name_is_proposed_and_comes_first(read: Read) -> None:
    record = read(ABSTRACT, title="ZapKV: Query-Aware KV Cache Eviction")
    own = record.techniques[0]
    assert (own.surface, own.role, own.field) == ("ZapKV", "proposed", "A")


def test_own_name_in_capitals_of_the_title_is_quoted_as_it_stands(read: Read) -> None:
    record = read("We prune weights.", title="ZAPKV: PRUNING OF WEIGHTS")
    assert (record.techniques[0].surface, record.techniques[0].field) == ("ZAPKV", "T")


def test_known_technique_that_the_paper_builds_on_is_used(read: Read) -> None:
    assert technique(read(ABSTRACT), "LoRA").role == "used"


def test_what_is_outperformed_is_a_baseline(read: Read) -> None:
    assert technique(read(ABSTRACT), "SnapKV").role == "baseline"


def test_new_noun_phrase_of_a_contribution_is_proposed(read: Read) -> None:
    assert technique(read(ABSTRACT), "gated token router").role == "proposed"


def test_acronym_behind_a_phrase_is_its_alias_and_no_second_technique(read: Read) -> None:
    record = read(ABSTRACT)
    assert technique(record, "gated token router").aliases == ("GTR",)
    lora = technique(record, "LoRA")
    assert {lora.surface, *lora.aliases} >= {"LoRA", "low-rank adaptation"}
    assert "GTR" not in [m.surface for m in record.techniques]


def test_bracket_that_does_not_abbreviate_is_no_alias(read: Read) -> None:
    record = read("We propose a Gated Token Router (MIT) that is fast.")
    assert technique(record, "gated token router").aliases == ()


def test_long_form_of_the_own_name_is_its_alias(read: Read) -> None:
    record = read("We propose Quick Fox Attention (QFA), a sparse attention. QFA is fast.", title="QFA: Attention")
    own = record.techniques[0]
    assert (own.canonical, own.surface, own.aliases) == ("QFA", "Quick Fox Attention", ("QFA",))


def test_own_name_in_words_is_its_alias_though_no_bracket_says_so(read: Read) -> None:
    text = "We propose LoTiCa, a cache. LoTiCa adds a lossy tile cache and a lazy gate network."
    own, *others = read(text, title="LoTiCa: Fast Attention").techniques
    assert own.aliases == ("lossy tile cache",)
    assert "lossy tile cache" not in [m.surface for m in others]


def test_models_datasets_devices_and_words_behind_them_are_no_techniques(read: Read) -> None:
    surfaces = " | ".join(m.surface for m in read(ABSTRACT).techniques)
    assert not any(name in surfaces for name in ("Llama", "LongBench", "A100", "GPU"))
    assert read("We train with 8 A100-80GB GPUs for 32 GPU hours.").techniques == []


def test_known_technique_inside_the_own_name_is_not_named_by_it(read: Read) -> None:
    record = read("We introduce Orca-3-13B. Orca-3-13B is small.", title="Orca-3-13B: Small and Fast")
    assert [m.surface for m in record.techniques] == ["Orca-3-13B"]


def test_spellings_of_one_concept_are_one_technique(read: Read) -> None:
    record = read("KV-cache quantization is old. We like key-value cache quantisation. KV cache quantization helps.")
    assert [m.canonical for m in record.techniques].count("KV cache quantization") == 1


def test_acronym_that_the_paper_spells_out_is_not_linked_to_another_meaning(read_in_full: Read) -> None:
    record = read_in_full(
        "We propose ZapNet. We design a Collaborative Importance Metric (CIM) that scores pairs of tokens."
    )
    assert "processing-in-memory" not in [m.canonical for m in record.techniques]


def test_verb_behind_we_is_no_part_of_a_technique(read: Read) -> None:
    found = [m.surface for m in read("We survey model merging. We study sparse attention.").techniques]
    assert found == ["model merging", "sparse attention"]


@pytest.mark.parametrize(
    ("title", "text", "adjective"),
    [
        (
            "ZapSparse: Sparse Attention for Medical Images",
            "Attention is slow. We propose ZapSparse, which prunes attention maps. ZapSparse is compatible with both "
            "convolutional and transformer-based models and reduces cost by 40%.",
            "convolutional",
        ),
        (
            "NirVid: Implicit Video Networks",
            "Implicit networks store videos as weights. We propose NirVid, which treats videos as groups of frames and "
            "fits separate networks to each group, performing patch-wise prediction. The video is modeled "
            "autoregressively, with networks fit on a current group initialized using weights from the previous group.",
            "autoregressively",
        ),
    ],
)
def test_adjective_alone_is_no_technique(read_in_full: Read, title: str, text: str, adjective: str) -> None:
    assert adjective not in [m.surface for m in read_in_full(text, title=title).techniques]


def test_chinese_names_of_techniques_get_their_english_label(read: Read) -> None:
    record = read("我们提出一种结构化剪枝方法，并结合知识蒸馏。", title="模型压缩")
    assert {"structured pruning", "knowledge distillation"} <= {m.canonical for m in record.techniques}


def test_generic_words_are_no_techniques(read: Read) -> None:
    assert (
        read("We propose a novel method. The approach improves performance. Experiments show good results.").techniques
        == []
    )


def test_every_technique_has_a_role_and_a_confidence(read: Read) -> None:
    record = read(ABSTRACT, title="ZapKV: Query-Aware KV Cache Eviction")
    assert len(record.techniques) >= 5
    assert {m.role for m in record.techniques} <= set(ROLES)
    assert all(0 < m.confidence <= 1 and m.extractor == f"techniques/2{BY_RULES}" for m in record.techniques)
    assert len({m.canonical for m in record.techniques}) == len(record.techniques)
