"""Tasks and applications."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.model import Record

Read = Callable[..., Record]


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("We evaluate it on image classification.", "image classification"),
        ("ZapNet is a network for speech recognition.", "automatic speech recognition"),
        ("ZapKV is made for long-document question answering.", "long-document question answering"),
        ("该方法用于机器翻译。", "machine translation"),
    ],
)
def test_task_is_found_by_label_or_head_noun(read: Read, text: str, task: str) -> None:
    assert task in [m.canonical for m in read(text).tasks]


def test_at_most_four_tasks_and_the_likeliest_first(read: Read) -> None:
    record = read(
        "We evaluate ZapNet on image classification, object detection, semantic segmentation, machine translation, "
        "code generation, question answering and speech recognition."
    )
    assert len(record.tasks) == 4
    assert [m.confidence for m in record.tasks] == sorted((m.confidence for m in record.tasks), reverse=True)


def test_variants_of_one_task_are_one(read: Read) -> None:
    record = read("We study video generation. ZapNet is for video generation and for fast video generation.")
    assert [m.canonical for m in record.tasks] == ["video generation"]


def test_a_task_and_one_within_it_are_one(read: Read) -> None:
    record = read("We evaluate ZapNet on image classification tasks. It is useful for classification tasks.")
    assert [m.canonical for m in record.tasks] == ["image classification"]


def test_datasets_models_devices_and_measures_are_no_tasks(read: Read) -> None:
    record = read("We train Llama-3-8B on ImageNet with 8 A100-80GB GPUs for 32 GPU hours.")
    assert [m.surface for m in record.tasks] == []


def test_paper_without_a_task_has_none(read: Read) -> None:
    assert read("We prune weights. It is fast.").tasks == []


def test_a_word_that_leaves_its_head_to_the_end_of_a_list_is_no_task(read_in_full: Read) -> None:
    text = "We propose ZapNet. We evaluate ZapNet on language, image, and video generation, where it is 2x faster."
    assert {"language", "image"}.isdisjoint(m.surface for m in read_in_full(text).tasks)
