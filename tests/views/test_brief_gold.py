"""Briefs from title, institutions and abstract alone, against the sentences of the reports' own authors."""

from __future__ import annotations

import pytest

from kg.api import Graph
from kg.link.linker import Linker
from kg.model import Document, Paper, Text
from kg.views.latex import as_text
from kg.views.quotation import what
from kg.views.selection import title
from kg.views.surface import stands_for
from kg.vocabulary import Vocabulary
from tests.views.brief_score import BriefScore, Scorer, foreign, numbers, same_name, summary


@pytest.fixture(scope="module")
def briefs(built: Graph) -> list[tuple[Paper, str]]:
    """Every third paper of the reports with what is composed from its abstract."""
    return [(paper, built.brief(paper.id, "zh", origin="abstract")) for paper in built.papers()[::3]]


@pytest.fixture(scope="module")
def scores(briefs: list[tuple[Paper, str]]) -> list[BriefScore]:
    scorer = Scorer(Linker(Vocabulary.load()))
    return [scorer.score(document, said) for paper, said in briefs for document, _ in paper.entries]


def test_briefs_say_what_the_references_say(scores: list[BriefScore]) -> None:
    found = summary(scores)
    assert len(scores) >= 40
    assert found["name"] >= 0.80
    assert found["institutions"] >= 0.85
    assert found["numbers"] >= 0.6  # told or quoted; of what is not sure, or lacks its setting, one sentence is quoted


def test_a_brief_has_the_name_of_its_paper(briefs: list[tuple[Paper, str]]) -> None:
    for paper, said in briefs:
        name = next((record.name for _, record in paper.entries if record.name), "")
        assert name in said or stands_for(name, what(paper)[0]) or as_text(title(paper)) in said


def test_no_brief_says_a_number_or_name_that_its_paper_lacks(scores: list[BriefScore]) -> None:
    assert {score.id: score.foreign for score in scores if score.foreign} == {}


def test_briefs_are_in_chinese(scores: list[BriefScore]) -> None:
    assert summary(scores)["chinese"] >= 0.9  # a technique without a Chinese name keeps its own


def test_foreign_numbers_and_names_are_found() -> None:
    text = "We propose Foo, 2x faster than vLLM, with 12% less memory."
    document = Document("t-1", "t", 1, {"A": Text(text, text)})
    assert not list(foreign(document, "Foo将推理速度提升至2倍（相比vLLM）、内存降低12%。"))
    assert list(foreign(document, "Foo在H100上将推理速度提升至3倍。")) == ["H100", "3"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("延迟节省1.43-2.4倍", [(1.43, "x"), (2.4, "x")]),
        ("MAE降低1.3%和4.1%", [(1.3, "%"), (4.1, "%")]),
        ("存储占用降至103GB", [(103.0, "GB")]),
        ("准确率提升10.2个百分点", [(10.2, "%")]),
        ("LLaMA2-7B在2:4稀疏的3D点云上", []),
    ],
)
def test_numbers_of_a_sentence_have_units(text: str, found: list[tuple[float, str]]) -> None:
    assert numbers(text) == found


def test_names_are_one_without_their_acronym() -> None:
    assert same_name("Progressive Weight Loading", "Progressive Weight Loading (PWL)技术")
    assert not same_name("Foo", "Bar")
    assert not same_name("", "")
