"""Each text of a page is of our own, a label, a number, or a span of a source: see `tests.truth`."""

from __future__ import annotations

import pytest

from kg.api import Graph
from kg.views.answers import render
from kg.views.brief import view
from kg.views.words import LANGUAGES
from tests.truth import Truth

TOPIC = "KV cache compression"
QUESTIONS = {
    "en": ("KV-cache compression papers on H100", "which techniques reduce KV cache memory?", "which papers prune?"),
    "zh": ("在H100上做KV缓存压缩的论文", "哪些技术能减少KV缓存的内存？", "量化和剪枝对比"),
}
FORMS = ("html", "md")


@pytest.fixture(scope="module")
def truth(built: Graph) -> Truth:
    return Truth(built, [TOPIC, *(question for asked in QUESTIONS.values() for question in asked)])


def test_a_text_that_nothing_bears_out_is_found(truth: Truth) -> None:
    assert truth.holds("Baidu presented “LongLive: Real-time Interactive Long Video Generation”; problem: latency.")
    assert not truth.holds("Baidu makes latency ten times lower")
    assert not truth.holds("problem: sluggish giraffes")
    assert not truth.holds("使用了飞快的长颈鹿技术")
    assert truth.unfounded("<p>41%</p><td>sluggish <b>giraffes</b></td>", "html") == ["sluggish", "giraffes"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_reports_and_digests_hold_nothing_else(built: Graph, truth: Truth, form: str, lang: str) -> None:
    whole = [built.report("", lang)] if form == "html" else []
    for page in (built.report(TOPIC, lang), built.digest(TOPIC, lang), *whole):
        assert truth.unfounded(str(page.render(form)), form) == [], page.title


@pytest.mark.parametrize("lang", LANGUAGES)
def test_briefs_hold_nothing_else(built: Graph, truth: Truth, lang: str) -> None:
    assert truth.unfounded(str(view(built, TOPIC, lang).render("txt")), "txt") == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("question", [question for asked in QUESTIONS.values() for question in asked])
def test_answers_hold_nothing_else(built: Graph, truth: Truth, question: str, form: str) -> None:
    assert truth.unfounded(render(built.ask(question), form), form) == []
