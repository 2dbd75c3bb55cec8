"""What makes two entries one work, and what keeps them apart."""

from __future__ import annotations

import pytest

from kg.link.titles import Title
from kg.link.works import Described, keys, same_work

LONG = "Scaling Sparse Attention to a Million Tokens by Asking Less"


def one(title: str = "", **known: object) -> Described:
    return Described(str(known.pop("entry", "x")), title, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Zap: " + LONG, "ZAP: SCALING SPARSE ATTEN-\nTION TO A MILLION TOKENS BY ASKING LESS"),
        ("Zap: " + LONG, LONG),
        (LONG + ": A Study of Many Models", LONG),
        ("Zap: " + LONG, "Zap: Scaling Sparse Attention to a..."),
        (r"$\mu$Zap: " + LONG, "μZap: " + LONG),
        (LONG.replace("Tokens", "Token"), LONG),
    ],
)
def test_titles_alone_tell_that_it_is_one_work(a: str, b: str) -> None:
    assert same_work(one(a), one(b)).same
    assert same_work(one(b), one(a)) == same_work(one(a), one(b))
    assert set(keys(one(a))) & set(keys(one(b)))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (LONG, LONG + " II"),
        (LONG, LONG + ": Part II"),
        ("Zap 2.5: " + LONG, "Zap 3.5: " + LONG),
        ("Zap: " + LONG, "Zap++: " + LONG),
        ("Overview of the Zap Challenge 2025: " + LONG, "Overview of the Zap Challenge 2026: " + LONG),
        (LONG.replace("Sparse", "Dense"), LONG),
        ("A Survey on Efficient Vision-Language Models", "A Survey on Efficient Vision-Language-Action Models"),
        ("Attention", "Attention"),
        ("Zap: Faster Decoding", "Zap: Segmenting Roads from the Air"),
    ],
)
def test_titles_that_are_nearly_one_are_two_works(a: str, b: str) -> None:
    assert not same_work(one(a), one(b)).same
    assert not same_work(one(b), one(a)).same


def test_ids_settle_it() -> None:
    assert same_work(one("A", arxiv="2510.1"), one("B", arxiv="2510.1")).same
    assert same_work(one(LONG, arxiv="2510.1"), one(LONG, doi="10.1/2")).same
    assert same_work(one(LONG, arxiv="2510.1"), one(LONG, arxiv="2510.2")).weight < 0


def test_authors_of_whom_none_is_common_keep_works_apart() -> None:
    ada, lovelace = one(LONG, authors=("Ada Lovelace",)), one(LONG, authors=("Lovelace, A.",))
    assert same_work(ada, lovelace).same
    assert same_work(ada, one(LONG, authors=("Alan Turing",))).weight < 0
    assert same_work(ada, one(LONG, authors=("艾达",))).same
    assert same_work(one("Attention", authors=("Ada Lovelace",)), one("Attention", authors=("Ada Lovelace",))).same


def test_a_new_title_is_told_by_the_abstract() -> None:
    abstract = " ".join(f"word{at} and{at}" for at in range(60))
    old, new = one("Zap: Sparse Attention for All", abstract=abstract), one("Sparser, Faster", abstract=abstract)
    assert same_work(old, new).same
    assert set(keys(old)) & set(keys(new))


def test_a_translated_title_is_told_by_its_name_and_what_else_is_known() -> None:
    known = {"institutions": ("Tsinghua University",), "author_count": 4}
    english = one("KIVI: Asymmetric Quantization of the KV Cache", **known)
    assert same_work(one("KIVI：KV缓存的非对称量化", **known), english).same
    assert not same_work(one("KIVI：道路的航拍分割"), english).same


PEOPLE = ("Ada Lovelace", "Alan Turing", "Grace Hopper")


@pytest.mark.parametrize(
    ("old", "new", "authors"),
    [
        ("Sparse Attention for Long Documents in Court", "Towards Sparse Attention of Long Court Documents", PEOPLE),
        ("Zap: Decoding Is All You Need", "Zap: Reconsidering Fast Inference with Drafts", PEOPLE),
        ("Zap-X: Fair Routing via Noise Injection in Encoders", "Zap-X: Routing via Noise Injection in Encoders", ()),
    ],
)
def test_a_new_version_may_have_another_title(old: str, new: str, authors: tuple[str, ...]) -> None:
    turned = tuple(", ".join(reversed(name.split())) for name in authors)
    assert same_work(one(old, authors=authors), one(new, authors=turned)).same
    assert set(keys(one(old, authors=authors))) & set(keys(one(new, authors=turned)))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Pruning Layers of Speech Models by Attention", "Quantizing Drafts for Faster Decoding of Text"),
        ("ZapQ: Pruning Layers of Speech Models", "HopQ: Merging Layers of Speech Encoders"),
    ],
)
def test_the_same_people_write_more_than_one_work(a: str, b: str) -> None:
    assert not same_work(one(a, authors=PEOPLE), one(b, authors=PEOPLE)).same


@pytest.mark.parametrize("head", ["Response", "A Comment", "Erratum"])
def test_an_answer_to_a_work_is_another_work(head: str) -> None:
    assert same_work(one(LONG), one(f"{head}: {LONG}")).weight < 0


def test_a_coined_name_is_not_translated() -> None:
    chinese = one("ZapKV：KV缓存量化与推测解码", author_count=4)
    assert not same_work(chinese, one("Speculative Decoding with KV Cache Quantization", author_count=4)).same
    assert same_work(chinese, one("ZapKV: KV Cache Quantization and Speculative Decoding", author_count=4)).same


def test_institutions_in_two_scripts_are_not_compared() -> None:
    chinese = one("KIVI：KV缓存的非对称量化", institutions=("清华大学",), author_count=4)
    english = one("KIVI: Asymmetric Quantization", institutions=("Tsinghua University",), author_count=4)
    assert same_work(chinese, english).same


def test_titles_are_compared_by_letters_names_and_numbers() -> None:
    title = Title("Fast-dLLM v2: Efficient Block-Diffusion LLM")
    assert (title.main_letters, title.rest_letters) == ("fastdllmv2", "efficientblockdiffusionllm")
    assert title.name == "fastdllmv2"
    assert title.numbers == {"2": 1}
