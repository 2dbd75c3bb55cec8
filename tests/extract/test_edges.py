"""Where mentions may begin and end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.extract import pipeline
from kg.extract.component import make_doc
from kg.extract.context import DocView, view_of
from kg.extract.edges import barred, lists, shapes
from kg.model import Document
from kg.vocabulary import Vocabulary

Entry = Callable[..., Document]


def seen(document: Document) -> DocView:
    """What the rules see of an entry."""
    doc = make_doc(pipeline(), document, Vocabulary.load())
    for name, component in pipeline().pipeline:
        if name == "kg_tagger":
            break
        doc = component(doc)
    return view_of(doc, Vocabulary.load())


def place(view: DocView, words: str) -> tuple[int, int]:
    start = view.text.index(words)
    return start, start + len(words)


def test_problem_ends_at_the_trouble_and_and_joins_two(entry: Entry) -> None:
    view = seen(entry("Work halts, limiting slow cache refills and stale queue entries during decoding.", title="Zed"))
    span = place(view, "limiting slow cache refills and stale queue entries during decoding")
    found = {view.text[s:e] for s, e in shapes(view, "problem", span)}
    assert {"slow cache refills", "stale queue entries during decoding"} <= found


def test_general_word_is_no_part_of_a_models_name(entry: Entry) -> None:
    view = seen(entry("We start from Finch-7 checkpoints.", title="Zed"))
    assert [view.text[s:e] for s, e in shapes(view, "model", place(view, "Finch-7 checkpoints"))][:1] == ["Finch-7"]


def test_version_belongs_to_the_name_of_a_dataset(entry: Entry) -> None:
    view = seen(entry("We test on QuizBowl'31 alone.", title="Zed"))
    assert place(view, "QuizBowl'31") in list(shapes(view, "dataset", place(view, "QuizBowl")))


def test_a_phrase_with_its_acronym_is_the_concept_of_the_phrase(entry: Entry) -> None:
    view = seen(entry("We serve large language models (LLMs).", title="Zed"))
    concept = view.concept("large language models (LLMs)", "technique")
    assert concept is not None
    assert concept.label["en"] == "large language model"


def test_members_of_a_list_are_mates() -> None:
    text = "on Corvid, Plover, and Dunlin in part"
    spans = {name: (text.index(name), text.index(name) + len(name)) for name in ("Corvid", "Plover", "Dunlin", "part")}
    mates = lists(text, spans.values())
    assert set(mates[spans["Plover"]]) == {spans["Corvid"], spans["Dunlin"]}
    assert spans["part"] not in mates


def test_what_a_sentence_calls_a_model_is_no_dataset(entry: Entry) -> None:
    view = seen(entry("We test on MedFinch, a small domain-specific model, and on Corvid, a new benchmark of maps."))
    for name, other in (("MedFinch", "dataset"), ("Corvid", "model")):
        assert barred(view, other, place(view, name))
        assert not barred(view, {"model": "dataset", "dataset": "model"}[other], place(view, name))


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("Tree Codes", "Wide Tree Codes"),
        ("Tree Codes (WTC)", "Wide Tree Codes (WTC)"),
        ("Wide Tree Codes", "Wide Tree Codes"),
        ("Tree", "Tree"),  # does not reach the bracket
        ("flat codes", "flat codes"),
    ],
)
def test_name_before_an_acronym_has_all_words_that_it_stands_for(words: str, whole: str, entry: Entry) -> None:
    view = seen(entry("We use Wide Tree Codes (WTC) and flat codes (in part)."))
    start, end = view.spelled_out(*place(view, words))
    assert view.text[start:end] == whole
