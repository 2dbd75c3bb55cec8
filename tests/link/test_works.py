"""What makes two entries one work, and what keeps them apart."""

from __future__ import annotations

from typing import Any

import pytest

from kg.link.titles import Title
from kg.link.works import Described, same_work

LONG = "Scaling Sparse Attention to a Million Tokens by Asking Less"


def one(title: str = "", **known: Any) -> Described:
    return Described(known.pop("entry", "x"), title, **known)


def test_an_id_settles_it_unless_nothing_else_agrees() -> None:
    assert not same_work(one("A", arxiv="2510.1"), one("B", arxiv="2510.1")).same
    people = ("Ada Lovelace", "Alan Turing")
    assert same_work(one("A", arxiv="2510.1", authors=people), one("B", arxiv="2510.1", authors=people)).same
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
    assert set(old.keys) & set(new.keys)


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
    assert set(one(old, authors=authors).keys) & set(one(new, authors=turned).keys)


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


def test_more_people_write_fewer_works_together() -> None:
    titles = "Sparse Attention for Court Documents", "Towards Attention of Long Court Documents"
    many = tuple(f"Person{chr(65 + at)} Name{chr(65 + at)}" for at in range(7))
    assert same_work(*(one(title, authors=many) for title in titles)).same
    assert not same_work(*(one(title, authors=many[:2]) for title in titles)).same


def test_two_publications_of_the_same_people_are_two_works() -> None:
    old = "Sparse Attention for Long Documents in Court"
    new = "Towards Sparse Attention of Long Court Documents"
    here = one(old, authors=PEOPLE, venue="NeurIPS", year=2024)
    long = "Advances in Neural Information Processing Systems 37"
    assert same_work(here, one(new, authors=PEOPLE, venue=long, year=2024)).same
    assert not same_work(here, one(new, authors=PEOPLE, venue="ICML", year=2024)).same
    assert not same_work(here, one(new, authors=PEOPLE, venue=long, year=2025)).same
    assert same_work(here, one(new, authors=PEOPLE, venue="CoRR", year=2023)).same
    assert not same_work(here, one(new, authors=PEOPLE, arxiv="2601.00001", year=2026)).same


def test_a_name_that_the_abstract_coins_is_the_works() -> None:
    known = {"authors": PEOPLE, "abstract": "We propose ZapKV, which forgets what nobody asked for."}
    named = one("ZapKV: Forgetting on Demand", authors=PEOPLE)
    assert same_work(named, one("Caches That Keep Only What Is Needed", **known)).same
    assert not same_work(named, one("HopKV: Caches That Keep Only What Is Needed", **known)).same


def test_the_same_people_revise_an_abstract() -> None:
    words = [f"word{at} and{at}" for at in range(60)]
    old = one("Sparse Attention", authors=PEOPLE, abstract=" ".join(words))
    assert same_work(old, one("Fast Memory", authors=PEOPLE, abstract=" ".join(words[:40] + words[:20:-1]))).same
    assert not same_work(old, one("Fast Memory", authors=PEOPLE, abstract=" ".join(words[:10] + words[:9:-1]))).same


def test_one_short_title_over_two_abstracts_is_two_works() -> None:
    a, b = (" ".join(f"{word}{at}" for at in range(60)) for word in ("left", "right"))
    short = "Robust Dynamic Radiance Fields"
    assert not same_work(one(short, abstract=a, author_count=4), one(short, abstract=b, author_count=4)).same
    assert same_work(one(LONG, abstract=a, author_count=4), one(LONG, abstract=b, author_count=4)).same


def test_a_title_in_another_language_is_told_by_people_venue_and_year() -> None:
    known = {"authors": PEOPLE, "venue": "ICML", "year": 2023}
    english = one("A Closer Look at the Intervention Procedure", **known)
    assert same_work(one("对介入程序的更深入研究", **known), english).same
    assert not same_work(one("对介入程序的更深入研究", **{**known, "year": 2024}), english).same


def test_dimensions_and_first_versions_are_no_series() -> None:
    assert not Title("Equivariant 3D Mesh Networks").counts_otherwise(Title("Equivariant Mesh Networks"))
    assert not Title("Zap 1.0: " + LONG).counts_otherwise(Title("Zap: " + LONG))
    assert Title("Zap 2.0: " + LONG).counts_otherwise(Title("Zap: " + LONG))
    assert Title("Meshes in 2D").counts_otherwise(Title("Meshes in 3D"))
    assert Title("Zap (Extended Abstract)++").counts_otherwise(Title("Zap (Extended Abstract)"))


def test_one_address_of_code_supports_a_short_title() -> None:
    a, b = one("Attention", code="https://github.com/a/b"), one("Attention", code="http://www.github.com/A/b.git")
    assert same_work(a, b).same
    assert not same_work(a, one("Attention", code="https://github.com/c/d")).same
