"""The trained tagger: what it says, that it says the same always, and that the rules stand without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc

from kg.entity_types import data_folder
from kg.extract import extract, pipeline
from kg.extract.component import Tokenizer, make_doc
from kg.extract.judge import judges
from kg.extract.tagger import AHEAD, BEHIND, CHANGES, PIECE_ROLES, Output, Tagger, Tags, place, tagger, text_of
from kg.model import RELATION_TYPES, Document
from kg.text import repaired
from kg.vocabulary import Vocabulary

pytestmark = pytest.mark.usefixtures("tagged_anew")

TITLE = "Zap: Faster Decoding with Adaptive Draft Pruning"
ABSTRACT = (
    "Large language models suffer from high decoding latency. We propose Zap, a speculative decoding method with "
    "adaptive draft pruning. On the GSM8K benchmark with Llama-3-8B, Zap is 2x faster than EAGLE-3 on an A100."
)


def _document(**texts: str) -> Document:
    return Document("p-1", "p", 1, {field: repaired(text) for field, text in texts.items()})


def _doc(document: Document) -> Doc:
    nlp = spacy.blank("xx")
    nlp.tokenizer = Tokenizer(nlp.vocab)
    return make_doc(nlp, document, Vocabulary.load())


def test_the_models_ship_and_none_is_large() -> None:
    folder = data_folder("data") / "models"
    assert all(file.stat().st_size < 90_000_000 for file in folder.rglob("*"))
    types = tagger().card.types
    assert set(judges()) == {*types, "type", "role", "topic", "kind", "same", "relation"}
    assert {*judges()["type"].labels} == {"none", *types}
    assert all(0 < judge.threshold < 1 for judge in judges().values())


def test_what_the_tagger_tells_apart_is_what_the_vocabulary_has() -> None:
    card = tagger().card
    topics = {c.partition(":")[2] for c in Vocabulary.load().concepts if c.startswith("topic:")}
    assert set(card.topics) == topics
    assert tuple(card.relations) == RELATION_TYPES


def test_what_is_read_maps_back_to_the_doc() -> None:
    doc = _doc(_document(T=TITLE, A=ABSTRACT))
    text, pieces = text_of(doc)
    for word in ("Adaptive", "latency", "A100"):
        start, end = place(pieces, text.index(word), text.index(word) + len(word))
        assert doc._.text[start:end] == word
    assert place(pieces, len(TITLE), len(TITLE) + 1) == (0, 0)


def test_a_technique_is_likelier_inside_its_words_than_outside() -> None:
    doc = tagger()(_doc(_document(T=TITLE, A=ABSTRACT)))
    at = doc._.text.index("speculative decoding")
    named = doc._.tags.features("technique", at, at + len("speculative decoding"))
    verb = doc._.text.index("We propose")
    assert named["tag"] > 0.6 > 0.3 > doc._.tags.features("technique", verb, verb + 10)["tag"]
    assert doc._.tags.roles(at, at + 10).shape == (len(PIECE_ROLES),)


def test_spans_are_whole_words() -> None:
    doc = tagger()(_doc(_document(T=TITLE, A=ABSTRACT)))
    spans = doc._.tags.spans("technique")
    assert spans
    for start, end in spans:
        assert not doc._.text[start - 1 : start].isalnum() or not doc._.text[start].isalnum()
        assert not doc._.text[end : end + 1].isalnum() or not doc._.text[end - 1].isalnum()


def test_the_same_text_gives_the_same_numbers() -> None:
    first = tagger()(_doc(_document(T=TITLE, A=ABSTRACT)))._.tags
    tagger()(_doc(_document(A="Something else entirely. " * 40)))
    again = tagger()(_doc(_document(T=TITLE, A=ABSTRACT)))._.tags
    assert np.array_equal(first.inside, again.inside)
    assert np.array_equal(first.role_of, again.role_of)


def test_the_tagger_sees_which_pairs_are_related() -> None:
    tags = tagger()(_doc(_document(T=TITLE, A=ABSTRACT)))._.tags
    text = tags.text
    spans = {name: (text.index(name), text.index(name) + len(name)) for name in ("Zap", "A100", "GSM8K")}
    head = tags.side("technique", [spans["Zap"]])
    dataset, device = tags.side("dataset", [spans["GSM8K"]]), tags.side("hardware", [spans["A100"]])
    ends = [(spans["Zap"], spans["GSM8K"]), (spans["Zap"], spans["A100"]), (spans["GSM8K"], spans["A100"])]
    order = np.array([AHEAD if a < b else BEHIND for a, b in ends])
    between = tags.between(order, np.array([min(a, b)[1] for a, b in ends]), np.array([max(a, b)[0] for a, b in ends]))
    first, second = np.stack([head[0], head[0], dataset[0]]), np.stack([dataset[1], device[1], device[1]])
    likely = tags.relations(first, second, between)
    kinds = ["none", *tags.card.relations]
    assert [kinds[k] for k in likely.argmax(1)] == ["evaluated_on", "runs_on", "none"]
    assert set(tags.topics) == set(tags.card.topics)
    assert all(0 <= p <= 1 for p in tags.topics.values())


def test_a_long_text_is_read_to_the_limit_and_no_further() -> None:
    doc = tagger()(_doc(_document(A=ABSTRACT * 40)))
    assert len(doc._.tags.starts) <= 510
    assert doc._.tags.features("technique", len(doc._.text) - 10, len(doc._.text)) == {}


def test_an_empty_paper_has_no_tags() -> None:
    assert tagger()(_doc(_document(I="MIT")))._.tags is None


def test_spans_of_equal_types_begin_anew_where_the_tagger_says_so() -> None:
    bio = np.zeros((4, 6, 3), np.float32)
    bio[:, :, 0] = 1
    bio[:, tagger().card.types["technique"]] = [[0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.1, 0.8, 0.1], [0.9, 0.05, 0.05]]
    width = tagger().card.kinds.shape[1]
    topics = np.zeros(len(tagger().card.topics), np.float32)
    sizes = {"role": len(PIECE_ROLES), "outcome": len(CHANGES), "sides": 3 * width, "points": 2}
    output = Output(bio=bio, topic=topics, **{name: np.zeros((4, n), np.float32) for name, n in sizes.items()})
    tags = Tags(tagger().card, [(0, 3), (4, 8), (9, 13), (14, 17)], output, "abc defg hijk lmn")
    assert tags.spans("technique") == [(0, 8), (9, 13)]


@pytest.fixture
def without_a_model(tmp_path: Path) -> Iterator[None]:
    component = pipeline().get_pipe("kg_tagger")
    folder = component.folder
    component.folder = tmp_path
    yield
    component.folder = folder


@pytest.mark.usefixtures("without_a_model")
def test_the_rules_stand_without_a_model() -> None:
    assert Tagger(Path("nowhere"))(_doc(_document(A=ABSTRACT)))._.tags is None
    record = extract(_document(T=TITLE, A=ABSTRACT))
    assert {m.canonical for m in record.datasets} == {"GSM8K"}
    assert any(m.role == "proposed" for m in record.techniques)
