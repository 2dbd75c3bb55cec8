"""Mentions to concepts: by label, by the paper's own acronym, else minted once for all spellings."""

from __future__ import annotations

import pytest

from kg.link.acronyms import acronyms
from kg.link.concepts import ConceptLinker, by_name, local_name
from kg.model import Mention, Record
from kg.vocabulary import Concept, Vocabulary


@pytest.fixture
def linker() -> ConceptLinker:
    concepts = [
        Concept(
            "technique:knowledge-distillation",
            "technique",
            {"en": "knowledge distillation", "zh": "知识蒸馏"},
            {"en": ["KD"]},
        ),
        Concept("technique:tree-attention", "technique", {"en": "tree attention", "zh": "树注意力"}),
        Concept("technique:eagle-3", "technique", {"en": "EAGLE-3", "zh": "EAGLE-3"}),
        Concept("metric:accuracy", "metric", {"en": "accuracy", "zh": "准确率"}),
        Concept("metric:latency", "metric", {"en": "latency", "zh": "延迟"}),
        Concept("dataset:imagenet", "dataset", {"en": "ImageNet", "zh": "ImageNet"}),
    ]
    return ConceptLinker(Vocabulary(concepts), ["average"])


def technique(canonical: str, surface: str = "", role: str = "used", aliases: tuple[str, ...] = ()) -> Mention:
    return Mention("technique", surface or canonical, canonical, role=role, aliases=aliases)


def test_label_in_either_language_finds_the_concept(linker: ConceptLinker) -> None:
    for label in ("Knowledge-Distillation", "知识蒸馏", "KD"):
        link = linker.mention(technique(label), "", {})
        assert link.concept == "technique:knowledge-distillation"
        assert repr(label) in link.reason


def test_alias_finds_the_concept_when_canonical_does_not(linker: ConceptLinker) -> None:
    link = linker.mention(technique("draft tree attention mask", aliases=("tree attention",)), "", {})
    assert link.concept == "technique:tree-attention"


def test_acronym_of_the_paper_stands_for_its_expansion(linker: ConceptLinker) -> None:
    expansions = acronyms("We verify drafts with tree attention (TA) on two devices.")
    link = linker.mention(technique("TA"), "", expansions)
    assert link.concept == "technique:tree-attention"
    assert "in this paper" in link.reason


def test_unknown_name_is_minted_alike_in_every_spelling(linker: ConceptLinker) -> None:
    links = {linker.mention(technique(name), "", {}).concept for name in ("Fast-dLLM", "fast dLLM", "Fast-dLLMs")}
    assert links == {"technique:fast-dllm"}


def test_proposed_technique_is_minted_by_the_papers_name(linker: ConceptLinker) -> None:
    mention = technique("Group Tree Optimization", role="proposed", aliases=("GTO",))
    assert linker.mention(mention, "GTO", {}).concept == "technique:gto"


def test_proposed_technique_that_the_vocabulary_names_is_its_concept(linker: ConceptLinker) -> None:
    mention = technique("multi-layer feature fusion drafting", role="proposed", aliases=("EAGLE3",))
    assert linker.mention(mention, "EAGLE-3", {}).concept == "technique:eagle-3"


def test_metric_loses_only_words_that_leave_it_what_it_is(linker: ConceptLinker) -> None:
    record = Record("p", models=[Mention("model", "Foo-7B", "Foo-7B")])
    assert linker.metric("average accuracy", record).concept == "metric:accuracy"
    assert linker.metric("ImageNet accuracy", record).concept == "metric:accuracy"
    assert linker.metric("Foo-7B latency", record).concept == "metric:latency"
    assert linker.metric("balanced accuracy", record).concept == "metric:balanced-accuracy"


def test_baseline_is_the_records_mention_of_that_name(linker: ConceptLinker) -> None:
    quest = Mention("technique", "Quest", "Quest", role="baseline", concept="technique:quest")
    record = Record("p", techniques=[quest])
    bearing = by_name(record)
    assert linker.named("Quest", record, ("technique",), bearing) == "technique:quest"
    assert linker.named("EAGLE-3", record, ("technique",), bearing) == "technique:eagle-3"
    assert linker.named("nothing of the kind", record, ("technique",), bearing) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Group Tree Optimization (GTO)", {"gto": "Group Tree Optimization"}),
        ("mixture-of-experts (MoE) layers", {"moe": "mixture-of-experts"}),
        ("the key cache (Figure) of an A100 (SXM)", {}),
        ("Large Language Models (LLMs)", {"llm": "Large Language Models"}),
    ],
)
def test_acronyms_are_those_that_their_words_spell(text: str, expected: dict[str, str]) -> None:
    assert acronyms(text) == expected


def test_local_name_keeps_other_scripts() -> None:
    assert local_name("知识蒸馏") == "知识蒸馏"
    assert local_name("γ-Quant") == "γ-quant"


def hydra(label: str = "Hydra") -> ConceptLinker:
    topic = Concept("topic:drafting", "topic", {"en": "speculative decoding"})
    heads = Concept("technique:heads", "technique", {"en": "draft heads"}, topics=["topic:drafting"])
    known = Concept("technique:hydra", "technique", {"en": label}, topics=["topic:drafting"])
    return ConceptLinker(Vocabulary([topic, heads, known]))


def test_own_name_that_the_vocabulary_has_means_the_known_thing_where_the_text_points_to_its_topics() -> None:
    own, paper = technique("Hydra", role="proposed"), "paper:2603.28554"
    other = "Hydra: one model retrieves documents and writes answers."
    assert hydra().mention(own, "Hydra", {}, other, paper).concept == "technique:hydra.2603-28554"
    for text in ("Hydra: speculative decoding anew", "Hydra has draft heads that see one another."):
        assert hydra().mention(own, "Hydra", {}, text, paper).concept == "technique:hydra"


def test_a_known_name_is_the_vocabularys_where_nothing_tells() -> None:
    own, paper = technique("Hydra", role="proposed"), "paper:2603.28554"
    assert hydra().mention(own, "Hydra", {}, "", paper).concept == "technique:hydra"
    assert hydra().mention(technique("Hydra"), "", {}, "We use Hydra for images.", paper).concept == "technique:hydra"
    assert hydra("hydra").mention(own, "Hydra", {}, "Hydra sorts images.", paper).concept == "technique:hydra"


def test_a_label_is_no_expansion_of_itself() -> None:
    linker = ConceptLinker(Vocabulary([Concept("technique:r-kv", "technique", {"en": "R-KV"})]))
    own, words = technique("R-KV", role="proposed"), {"r kv": "Redundancy-aware KV"}
    assert linker.mention(own, "R-KV", words, "R-KV drops what is redundant.").concept == "technique:r-kv"


def star() -> ConceptLinker:
    label = {"en": "self-taught reasoning", "zh": "自学推理"}
    return ConceptLinker(Vocabulary([Concept("technique:self-taught-reasoning", "technique", label, {"en": ["STAR"]})]))


def test_own_name_whose_words_are_others_than_a_labels_is_another_thing() -> None:
    own, words = technique("STAR", role="proposed"), {"star": "Stage-wise Token Reduction"}
    assert star().mention(own, "STAR", words).concept == "technique:star"
    assert star().mention(own, "STAR", {}, "STAR: fewer visual tokens in stages").concept == "technique:star"
    known = "technique:self-taught-reasoning"
    assert star().mention(own, "STAR", {}, "STAR, which is self-taught reasoning anew").concept == known
    assert star().mention(technique("STAR"), "", {}, "We use STAR.").concept == known


@pytest.mark.parametrize(
    ("text", "identifier"),
    [("STAR skips cached pages.", "technique:star.2603-28554"), ("STAR rewards self-taught pages.", "technique:star")],
)
def test_own_name_in_other_capitals_is_another_thing_but_on_its_topic(text: str, identifier: str) -> None:
    known = Concept("technique:star", "technique", {"en": "STaR"}, topics=["topic:reinforcement-learning"])
    topic = Concept("topic:reinforcement-learning", "topic", {"en": "rewards"})
    linker, own = ConceptLinker(Vocabulary([known, topic])), technique("STAR", role="proposed")
    assert linker.mention(own, "STAR", {}, text, "paper:2603.28554").concept == identifier


def test_a_capital_s_is_no_plurals() -> None:
    names = ("TAP", "TAPs", "TAPS", "LLM", "LLMs", "KV CACHES", "KV cache", "QUADS")
    assert [local_name(name) for name in names] == ["tap", "tap", "taps", "llm", "llm", "kv-cache", "kv-cache", "quads"]


def test_acronym_that_the_paper_spells_out_otherwise_is_another_thing(linker: ConceptLinker) -> None:
    link = linker.mention(technique("KD"), "", {"kd": "kernel density"})
    assert link.concept == "technique:kd"
    link = linker.mention(technique("KD"), "", {"kd": "knowledge distilling"})
    assert link.concept == "technique:knowledge-distillation"
