"""Noun phrases, and what the rules see of them."""

from __future__ import annotations

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from kg.extract import component
from kg.extract.context import GROUPS, DocView, canonical, likelihood
from kg.extract.phrases import Phrases
from kg.model import Document
from kg.text import repaired
from kg.vocabulary import Vocabulary

NLP = spacy.blank("xx")
NLP.tokenizer = component.Tokenizer(NLP.vocab)
PHRASES = Phrases()


def read(abstract: str, title: str = "", name: str = "") -> Doc:
    texts = {f: repaired(t) for f, t in (("T", title), ("A", abstract)) if t}
    doc = component.make_doc(NLP, Document("x-1", "x", 1, texts), Vocabulary.load())
    doc._.name = name
    return PHRASES(doc)


def phrases(text: str) -> list[str]:
    return [text[p.start : p.end] for p in read(text)._.phrases]


def seen(doc: Doc, words: str) -> dict[str, float]:
    """The features of the phrase with these words."""
    view = DocView(doc, Vocabulary.load())
    return view.features(next(p for p in view.phrases if view.text[p.start : p.end] == words))


def test_phrase_is_the_nouns_with_the_adjectives_before_them() -> None:
    assert phrases("We use a sparse attention kernel with low-rank adapters.") == [
        "sparse attention kernel",
        "low-rank adapters",
    ]


def test_phrase_keeps_no_determiner_and_ends_in_a_noun() -> None:
    assert phrases("The efficient and the fast.") == []
    assert phrases("It is the cache.") == ["cache"]


def test_plural_ends_a_phrase() -> None:
    assert phrases("Large models support caching.")[0] == "Large models"


def test_verb_behind_we_begins_no_phrase() -> None:
    assert phrases("We study attention mechanisms and they survey caches.") == ["attention mechanisms", "caches"]


def test_phrases_do_not_cross_sentences_marks_or_fields() -> None:
    doc = read("Fast caches. Slow kernels, small routers.", title="Sparse attention")
    found = [doc._.text[p.start : p.end] for p in doc._.phrases]
    assert found == ["Sparse attention", "Fast caches", "Slow kernels", "small routers"]


def test_chinese_sentences_have_no_english_phrases() -> None:
    assert phrases("我们提出KV cache压缩方法。") == []


def test_sentence_of_marks_has_no_phrase() -> None:
    assert phrases("... !!! ((( )))") == []


@settings(max_examples=60)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80))
def test_words_and_phrases_stand_where_they_say(text: str) -> None:
    doc = read(text)
    for words in doc._.words:
        assert all(doc._.text[w.start : w.end] == w.text and w.tag for w in words)
    for phrase in doc._.phrases:
        assert (phrase.start, phrase.end) == (phrase.words[0].start, phrase.words[-1].end)
        assert phrase.sentence[0] <= phrase.start < phrase.end <= phrase.sentence[1]
        assert all(w.end <= phrase.start for w in phrase.before)


@pytest.mark.parametrize(
    ("surface", "name"),
    [
        ("Low-Rank Adaptation", "low-rank adaptation"),
        ("KV Cache Eviction", "KV cache eviction"),
        ("Sparse Attention for GPT-2", "sparse attention for GPT-2"),
        ("LoRA", "LoRA"),
        ("", ""),
    ],
)
def test_canonical_wording_is_lower_case_but_for_names(surface: str, name: str) -> None:
    assert canonical(surface) == name


def test_likelihood_lies_between_nothing_and_certainty() -> None:
    assert likelihood({"bias": 0.0}, {}) == 0.5
    assert likelihood({"bias": -2.0, "head": 3.0}, {"head": 1.0}) == pytest.approx(0.731, abs=0.001)
    assert likelihood({"bias": -2.0}, {"unknown": 9.0}) < 0.5


def test_every_group_of_cue_words_is_in_the_vocabulary() -> None:
    assert [g for g in GROUPS if not Vocabulary.load().cues(g)] == []


def test_phrase_of_a_title_is_seen_as_such() -> None:
    doc = read("We like sparse attention.", title="Gated Routers")
    assert seen(doc, "Gated Routers")["title"] == 1
    assert "title" not in seen(doc, "sparse attention")


def test_known_phrase_is_seen_as_such() -> None:
    doc = read("It has knowledge distillation and a purple elephant.")
    assert seen(doc, "knowledge distillation")["known"] == 1
    assert "known" not in seen(doc, "purple elephant")


def test_acronym_in_brackets_belongs_to_the_phrase_that_it_abbreviates() -> None:
    view = DocView(read("It has a Gated Token Router (GTR) and a cache line (NASA)."), Vocabulary.load())
    assert view.acronym_of == {"gated token router": "GTR"}


def test_what_stands_before_the_contribution_is_background() -> None:
    doc = read("Dense kernels are slow. We propose sparse kernels.")
    assert seen(doc, "Dense kernels")["background"] == 1
    assert seen(doc, "sparse kernels")["contribution"] == 1
    assert "background" not in seen(doc, "sparse kernels")


def test_sentence_with_the_papers_name_tells_its_contribution() -> None:
    doc = read("ZapKV has sparse kernels.", name="ZapKV")
    assert seen(doc, "sparse kernels")["contribution"] == 1


@pytest.mark.parametrize(("words", "other"), [("GPU resources", True), ("GPU kernel", False), ("8 A100 GPUs", True)])
def test_device_with_words_that_name_no_technique_is_of_another_type(words: str, other: bool) -> None:
    doc = read(f"It needs the {words}.")
    assert bool(seen(doc, words).get("other type")) is other
