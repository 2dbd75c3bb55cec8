"""Named pretrained models."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.extract import pipeline
from kg.extract.component import make_doc
from kg.extract.judge import Features
from kg.extract.named import WORD
from kg.model import Document, Record
from kg.vocabulary import Vocabulary

Read = Callable[..., Record]


def named(record: Record) -> list[tuple[str, str]]:
    return [(m.surface, m.canonical) for m in record.models]


def test_known_models_get_their_standard_name(read: Read) -> None:
    found = named(read("We compress CLIP, LLaMA-2 7B and GPT-4o."))
    assert found == [("CLIP", "CLIP"), ("LLaMA-2 7B", "Llama-2-7B"), ("GPT-4o", "GPT-4o")]


def test_name_with_a_size_is_a_model_though_nobody_knows_it(read: Read) -> None:
    found = named(read("We prune Zapdos-2-13B-Chat. It beats Quorra 40B and Quorra-1.5B."))
    assert [surface for surface, _ in found] == ["Zapdos-2-13B-Chat", "Quorra 40B", "Quorra-1.5B"]


@pytest.mark.parametrize(
    "text", ["The 7B model is small.", "Using 7B models helps.", "Our 70B model wins.", "Across 1B and 7B models."]
)
def test_size_behind_a_word_that_begins_a_sentence_is_no_model(read: Read, text: str) -> None:
    assert named(read(text)) == []


def test_word_that_begins_the_sentence_is_no_part_of_the_name(read: Read) -> None:
    assert named(read("On LLaMA-3-8B we are fast. With Zapdos-13B too.")) == [
        ("LLaMA-3-8B", "Llama-3-8B"),
        ("Zapdos-13B", "Zapdos-13B"),
    ]


def test_most_specific_name_is_taken_where_names_are_nested(read: Read) -> None:
    found = named(read("We fine-tune DeepSeek-R1-Distill-Qwen-7B."))
    assert [surface for surface, _ in found] == ["DeepSeek-R1-Distill-Qwen-7B"]


def test_model_is_mentioned_once_however_it_is_spelled(read: Read) -> None:
    assert len(read("We use Llama3-8B. LLaMA-3 8B is strong. llama 3 8b is used by many.").models) == 1


def test_memory_of_a_device_is_no_size_of_a_model(read: Read) -> None:
    assert named(read("We use an NVIDIA A100 80GB and 16M samples.")) == []


def test_words_inside_the_name_of_a_device_are_no_model(read: Read) -> None:
    record = read("It runs on Snapdragon 8 Gen 3 phones.")
    assert named(record) == []
    assert record.hardware[0].canonical == "Qualcomm Snapdragon 8 Gen 3"


def test_what_the_paper_proposes_is_a_technique_and_no_model(read: Read) -> None:
    record = read(
        "We introduce Orca-3-13B, a small language model. Orca-3-13B beats Llama-2-13B.",
        title="Orca-3-13B: A Small Language Model",
    )
    assert named(record) == [("Llama-2-13B", "Llama-2-13B")]
    assert ("Orca-3-13B", "proposed") in [(m.surface, m.role) for m in record.techniques]


def test_names_stand_apart_from_chinese_around_them(read: Read) -> None:
    assert [s for s, _ in named(read("我们在Llama-3-8B和Qwen3-8B上验证。"))] == ["Llama-3-8B", "Qwen3-8B"]


def told_of(document: Document) -> dict[str, Features]:
    """The features of candidates of a paper that was tagged, by surface."""
    doc = make_doc(pipeline(), document, Vocabulary.load())
    for name, component in pipeline().pipeline:
        if name == "kg_models":
            return {doc._.text[c.start : c.end]: c.features for c in component.candidates(doc)}
        doc = component(doc)
    raise AssertionError("no kg_models")


def test_family_of_a_name_that_nobody_knows_is_told_to_the_judge(entry: Callable[..., Document]) -> None:
    told = told_of(entry("We evaluate quantization on Qwen9.7-Flash, YOLOv77 and Kimi K9."))
    assert told["Qwen9.7-Flash"]["family model"] > 0.5
    assert told["YOLOv77"]["family model"] > 0.5
    assert "Kimi K9" in told


def test_company_of_a_name_is_told_to_the_judge(entry: Callable[..., Document]) -> None:
    told = told_of(entry("Experiments on LLaMA, Zapdos-XL and Qwen models show gains for LLaMA-based agents."))
    assert told["Zapdos-XL"]["beside model"] == 1
    assert told["Qwen"][f"{WORD}model behind"] == 1
    assert told["LLaMA-based"][f"{WORD}based at end"] == 1


def test_names_of_the_papers_own_family_are_told_to_the_judge(entry: Callable[..., Document]) -> None:
    text = "We introduce Zapdos-9, language models. We evaluate Zapdos-9-7B against Llama-3-8B and Qwen3-8B."
    told = told_of(entry(text, title="Zapdos-9: Open Language Models"))
    assert told["Zapdos-9-7B"]["own family"] == 1


def test_acronym_means_what_the_paper_spells_out(read: Read) -> None:
    assert named(read("We tune SAM on masks.")) == [("SAM", "Segment Anything Model")]
    assert named(read("We use Sharpness-Aware Minimization (SAM). The steps of SAM are few.")) == []


def test_name_of_a_metric_is_no_model_in_any_case(read: Read) -> None:
    assert named(read("We gain 2 points in Rouge-1 at W4A8 and Zapdos-13B is beaten.")) == [
        ("Zapdos-13B", "Zapdos-13B")
    ]
