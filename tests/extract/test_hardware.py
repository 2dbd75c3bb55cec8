"""Devices and classes of devices."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from kg.entity_types import data_folder
from kg.extract import pipeline
from kg.extract.component import make_doc
from kg.extract.hardware import Hardware, kinds_of
from kg.extract.named import WORD
from kg.model import Document, Record
from kg.vocabulary import Vocabulary

Read = Callable[..., Record]


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


@pytest.mark.parametrize(
    ("text", "found"), [("It trains on 8xH200 GPUs.", ["NVIDIA H200"]), ("Its tiles are 4x4096 pixels.", [])]
)
def test_number_written_in_one_word_with_a_device_is_no_part_of_it(read: Read, text: str, found: list[str]) -> None:
    assert [device.canonical for device in read(text).hardware] == found


def test_measure_does_not_hide_the_device_named_elsewhere(read: Read) -> None:
    record = read("It needs 32 GPU-days. It runs on a GPU.")
    assert [(m.surface, m.start) for m in record.hardware] == [("GPU", 35)]


def test_devices_of_the_institution_line_are_not_read(read: Read) -> None:
    assert named(read("We prune.", line="GPU Centre, University of Trento")) == []


def test_brief_is_read_only_where_there_is_no_abstract(read: Read) -> None:
    brief = "清华大学发布了ZapKV论文，使用KV缓存压缩技术，解决了显存瓶颈的问题，达成了在A100上加速2倍的效果。"
    assert [(m.surface, m.field) for m in read(brief=brief).hardware] == [("A100", "B")]
    assert named(read("We prune.", brief=brief)) == []


@pytest.mark.parametrize(
    ("text", "surface", "canonical"),
    [
        ("It runs on a Jetson AGX Orin 96GB.", "Jetson AGX Orin 96GB", "NVIDIA Jetson AGX Orin 96GB"),
        ("It runs on an Ascend 990X NPU.", "Ascend 990X NPU", "Huawei Ascend NPU 990X"),
        ("It runs on a Snapdragon 9 Gen 7 at 5W.", "Snapdragon 9 Gen 7", "Qualcomm Snapdragon 9 Gen 7"),
    ],
)
def test_product_that_the_vocabulary_lacks_is_named_after_its_family(
    read: Read, text: str, surface: str, canonical: str
) -> None:
    assert named(read(text)) == [(surface, canonical)]


@pytest.mark.parametrize("text", ["On an H100 2x faster.", "On an H100 8 times faster.", "The H100 3.5%."])
def test_numbers_behind_a_device_that_are_none_of_its_name(read: Read, text: str) -> None:
    assert named(read(text)) == [("H100", "NVIDIA H100")]


def test_makers_behind_a_class_are_each_a_device_of_it(read: Read) -> None:
    found = named(read("We benchmark CPUs from ARM ®, Intel ® , and AMD, not those that Apple sells."))
    assert found == [("CPUs", "CPU"), ("ARM", "ARM CPU"), ("Intel", "Intel CPU"), ("AMD", "AMD CPU")]
    assert named(read("Models from Intel and AMD.")) == []


def test_maker_marked_before_its_product_is_no_device(entry: Callable[..., Document]) -> None:
    doc = make_doc(pipeline(), entry("We run on the Nvidia ® AGX Orin, built by Nvidia."), Vocabulary.load())
    (span,) = Hardware(Vocabulary.load()).taken(doc)
    assert doc.text[slice(*span)] == "Nvidia"
    assert doc.text[span[1] :].startswith(" ® AGX")


def told_of(document: Document) -> dict[str, dict[str, float]]:
    """The features of the candidates of a paper that the tagger has read, by their words."""
    nlp = pipeline()
    doc = make_doc(nlp, document, Vocabulary.load())
    for name, component in nlp.pipeline:
        if name == "kg_hardware":
            break
        doc = component(doc)
    return {doc.text[c.start : c.end]: c.features for c in component.candidates(doc)}


def test_how_a_class_stands_is_told_to_the_judge(entry: Callable[..., Document]) -> None:
    told = told_of(entry("GPU kernels are slow. We run on 8 GPUs and an RTX 4090, or on standalone 44GB GPUs."))
    assert told["GPU"]["noun behind"] == 1
    assert told["GPU"]["product named"] == 1
    assert "noun behind" not in told["GPUs"]
    assert told["44GB GPUs"]["memory size"] == 1
    assert told["RTX 4090"]["product"] == 1


def test_words_at_a_device_are_told_to_the_judge(entry: Callable[..., Document]) -> None:
    told = told_of(entry("We prune LiDAR-based detectors and deploy them on edge devices."))
    assert told["LiDAR"][f"{WORD}based behind"] == 1
    assert told["edge devices"][f"{WORD}on before"] == 1
    assert told["edge devices"][f"{WORD}edge"] == told["edge devices"][f"{WORD}device"] == 1


def test_single_words_for_a_class_are_left_to_the_judge(read: Read, entry: Callable[..., Document]) -> None:
    text = "Detection fuses cameras with radar, for mobile use and event cameras."
    assert named(read(text)) == [("event cameras", "event camera")]
    told = told_of(entry(text))
    assert {surface for surface in told if told[surface].get("bare")} == {"cameras", "radar", "mobile"}


def test_last_word_of_a_product_begins_no_other_device(entry: Callable[..., Document]) -> None:
    heads = kinds_of(Vocabulary.load()).heads
    assert heads["accelerator"] > heads["board"] > 0
    assert not {"pi", "turtlebot", "fugaku"} & heads.keys()
    assert "PI" not in told_of(entry("Position interpolation (PI) runs on a Raspberry Pi."))


def test_number_behind_a_family_may_be_a_version(read: Read, entry: Callable[..., Document]) -> None:
    text = "It runs on a Snapdragon 9."
    assert named(read(text)) == [("Snapdragon", "Qualcomm Snapdragon")]
    assert told_of(entry(text))["Snapdragon 9"]["coded"] == 1


def test_abstracts_annotated_for_hardware_alone_are_sound() -> None:
    folder = data_folder("data") / "gold"
    records = [json.loads(line) for line in (folder / "hardware.jsonl").read_text("utf-8").splitlines()]
    assert len({record["id"] for record in records}) == len(records) > 600
    for record in records:
        assert set(record) == {"id", "hardware"}
        names = [entity["canonical"] for entity in record["hardware"]]
        assert len(set(names)) == len(names)
        assert all(entity["surface"] and entity["in"] in ("T", "A") for entity in record["hardware"])
