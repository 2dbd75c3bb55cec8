"""Named datasets and benchmarks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.model import Record

Read = Callable[..., Record]


def named(record: Record) -> list[tuple[str, str]]:
    return [(m.surface, m.canonical) for m in record.datasets]


def test_known_datasets_get_their_standard_name(read: Read) -> None:
    assert named(read("We test on GSM8K, MATH and ImageNet-1K.")) == [
        ("GSM8K", "GSM8K"),
        ("MATH", "MATH"),
        ("ImageNet-1K", "ImageNet-1K"),
    ]


@pytest.mark.parametrize(
    ("text", "surfaces"),
    [
        ("On the FooBar dataset we win.", ["FooBar"]),
        ("On the FooBar and BazQux benchmarks we win.", ["FooBar", "BazQux"]),
        ("On FooBar, BazQux and QuxSet benchmarks we win.", ["FooBar", "BazQux", "QuxSet"]),
        ("We use the datasets FooSet, BarSet and QuxSet2.", ["FooSet", "BarSet", "QuxSet2"]),
        ("We use the FooBar 2.0 dataset.", ["FooBar 2.0"]),
        ("We use the dataset FooBar 2019.", ["FooBar 2019"]),
        ("Benchmarks such as FooBench are hard. A benchmark (BarBench) is easy.", ["FooBench", "BarBench"]),
    ],
)
def test_name_that_the_sentence_calls_a_dataset_is_one(read: Read, text: str, surfaces: list[str]) -> None:
    found = sorted(read(text).datasets, key=lambda m: m.start)
    assert [m.surface for m in found] == surfaces


@pytest.mark.parametrize(
    "text", ["The LoRA dataset.", "The GPT-4 benchmark.", "The accuracy benchmark.", "A Large dataset.", "The dataset."]
)
def test_techniques_models_and_plain_words_before_dataset_are_none(read: Read, text: str) -> None:
    assert named(read(text)) == []


def test_bit_widths_are_no_datasets(read: Read) -> None:
    assert [m.surface for m in read("We use the datasets W4A16g128, W4G128 and FooSet.").datasets] == ["FooSet"]


def test_benchmark_that_the_paper_introduces_is_not_what_it_is_tested_on(read: Read) -> None:
    record = read("We introduce ZapBench, a benchmark. The ZapBench benchmark extends COCO.", title="ZapBench: Zaps")
    assert named(record) == [("COCO", "COCO")]


def test_dataset_is_mentioned_once(read: Read) -> None:
    assert len(read("ImageNet is large. On ImageNet we win; the ImageNet dataset is old.").datasets) == 1


def test_datasets_of_chinese_text_are_read(read: Read) -> None:
    assert [m.canonical for m in read("在GSM8K、MATH和ImageNet数据集上精度不变。").datasets] == [
        "GSM8K",
        "MATH",
        "ImageNet",
    ]


@pytest.mark.timeout(60, func_only=True)
def test_long_list_that_names_no_dataset_takes_little_time(read: Read) -> None:
    read("We like " + ", ".join(f"Xyz{i}-10" for i in range(300)) + " and more.")
