"""Devices and classes of devices."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.model import Record

Read = Callable[..., Record]


@pytest.fixture
def read(by_rules: Read) -> Read:
    """What vocabulary and rules read; with the tagger: test_judged.py."""
    return by_rules


def named(record: Record) -> list[tuple[str, str]]:
    return [(m.surface, m.canonical) for m in record.hardware]


def test_class_word_behind_a_device_is_part_of_its_name(read: Read) -> None:
    assert named(read("We measure on an NVIDIA A100 GPU.")) == [("NVIDIA A100 GPU", "NVIDIA A100")]
    assert named(read("We measure on H100-GPUs.")) == [("H100-GPUs", "NVIDIA H100")]


def test_class_named_for_itself_is_a_second_device(read: Read) -> None:
    found = named(read("It runs on A100 GPUs, and slowly on any other GPU."))
    assert found == [("A100 GPUs", "NVIDIA A100"), ("GPU", "GPU")]


def test_device_is_mentioned_once_at_its_first_place_in_the_abstract(read: Read) -> None:
    record = read("An H100 is fast. Two H100s are faster.", title="Kernels for the H100")
    (device,) = record.hardware
    assert (device.surface, device.field, device.start) == ("H100", "A", 3)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("It runs on edge devices.", "edge device"),
        ("It runs on mobile phones.", "mobile phone"),
        ("It runs on FPGAs.", "FPGA"),
        ("It runs on a Jetson Orin Nano.", "NVIDIA Jetson Orin Nano"),
        ("It runs on an RTX 4090.", "NVIDIA GeForce RTX 4090"),
        ("我们在昇腾910B上部署。", "Huawei Ascend 910B"),
        ("该方法部署在手机上。", "mobile phone"),
        ("在英伟达H100 GPU上加速。", "NVIDIA H100"),
    ],
)
def test_devices_and_classes_of_both_languages_get_their_english_name(read: Read, text: str, canonical: str) -> None:
    assert [m.canonical for m in read(text).hardware] == [canonical]


@pytest.mark.parametrize(
    "text",
    [
        "Training takes 32 GPU-days.",
        "Training takes 1,000 GPU hours.",
        "It reduces peak GPU memory.",
        "The bandwidth of HBM limits decoding.",
        "Its iterates ascend the slope, and samples fall from a hopper.",
    ],
)
def test_measures_memory_and_ordinary_words_are_no_devices(read: Read, text: str) -> None:
    assert named(read(text)) == []


def test_measure_does_not_hide_the_device_named_elsewhere(read: Read) -> None:
    record = read("It needs 32 GPU-days. It runs on a GPU.")
    assert [(m.surface, m.start) for m in record.hardware] == [("GPU", 35)]


def test_devices_of_the_institution_line_are_not_read(read: Read) -> None:
    assert named(read("We prune.", line="GPU Centre, University of Trento")) == []


def test_brief_is_read_only_where_there_is_no_abstract(read: Read) -> None:
    brief = "清华大学发布了ZapKV论文，使用KV缓存压缩技术，解决了显存瓶颈的问题，达成了在A100上加速2倍的效果。"
    assert [(m.surface, m.field) for m in read(brief=brief).hardware] == [("A100", "B")]
    assert named(read("We prune.", brief=brief)) == []
