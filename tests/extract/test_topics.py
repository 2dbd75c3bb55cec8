"""Topics of papers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.model import Record
from kg.vocabulary import Vocabulary

Read = Callable[..., Record]


def ids(record: Record) -> list[str]:
    return [t.id for t in record.topics]


@pytest.mark.parametrize(
    ("title", "abstract", "topic"),
    [
        ("ZapKV: Fast KV Cache Compression", "We propose ZapKV.", "kv-cache-compression"),
        ("ZapDraft", "We propose ZapDraft, a speculative decoding method.", "speculative-decoding"),
        ("KV缓存压缩", "", "kv-cache-compression"),
        ("", "我们研究知识蒸馏。知识蒸馏使学生模型更小。", "knowledge-distillation"),
    ],
)
def test_topic_is_shown_by_its_concepts_in_both_languages(read: Read, title: str, abstract: str, topic: str) -> None:
    assert ids(read(abstract, title=title))[0] == topic


def test_title_weighs_more_than_the_abstract(read: Read) -> None:
    assert ids(read("We use pruning.", title="Faster Speculative Decoding"))[0] == "speculative-decoding"
    assert ids(read("We use speculative decoding.", title="Faster Pruning"))[0] == "pruning"


def test_narrower_concept_shows_the_topic_of_its_broader_one(read: Read) -> None:
    assert "pruning" in ids(read("We propose structured pruning.", title="Structured Pruning"))


def test_evidence_of_a_topic_is_the_words_that_show_it(read: Read) -> None:
    topic = read("We propose ZapKV.", title="ZapKV: Fast KV Cache Compression").topics[0]
    assert topic.evidence is not None
    assert (topic.evidence.field, topic.evidence.quote) == ("T", "KV Cache Compression")


def test_at_most_five_topics_each_once(read: Read) -> None:
    record = read(
        "Pruning, quantization, knowledge distillation, speculative decoding, KV cache compression, "
        "mixture of experts, model merging, sparse attention and neural architecture search."
    )
    assert len(ids(record)) == 5
    assert len(set(ids(record))) == 5


def test_central_topics_come_first(read: Read) -> None:
    record = read("We propose pruning. Pruning is good. Quantization is used.", title="Pruning for All")
    assert ids(record)[0] == "pruning"
    assert [t.confidence for t in record.topics] == sorted((t.confidence for t in record.topics), reverse=True)


def test_topics_are_those_of_the_vocabulary(read: Read) -> None:
    known = {c.removeprefix("topic:") for c in Vocabulary.load().concepts if c.startswith("topic:")}
    assert set(ids(read("We use LoRA, pruning and A100 GPUs.", title="A Survey of Pruning"))) <= known


def test_institution_line_shows_no_topic(read: Read) -> None:
    assert ids(read("We do things.", line="Center for Quantization, University of Trento")) == []


def test_paper_without_a_known_concept_has_no_topic(read: Read) -> None:
    assert ids(read("We bake bread.", title="On Bread")) == []


@pytest.mark.parametrize(
    ("title", "topic", "there"),
    [
        ("Visual Token Pruning for Long Videos", "pruning", False),
        ("Channel Pruning and Token Pruning", "pruning", True),
        ("Structured Pruning for Long Videos", "pruning", True),
        ("Gestures with Vector Quantization", "quantization", False),
        ("Weight Quantization for Gestures", "quantization", True),
        ("Gestures without Quantization", "quantization", False),
    ],
)
def test_a_topic_is_what_is_done_to_models(read: Read, title: str, topic: str, there: bool) -> None:
    assert (topic in ids(read("We study it.", title=title))) == there
