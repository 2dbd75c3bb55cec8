"""`kg.nlp()`: spaCy's own tools work on what it gives."""

from __future__ import annotations

import pickle

import pytest
from spacy import displacy
from spacy.language import Language
from spacy.scorer import Scorer
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.vocab import Vocab

import kg
from kg.entity_types import LISTS
from kg.extract import extract, pipeline
from kg.model import Document, Text
from tests.extract.model_server import ABSTRACT

CHINESE = "我们在A100上研究KV缓存压缩，用Llama-3-8B评测LongBench。"


@pytest.fixture(autouse=True)
def _no_language_model(without_model: None) -> None:
    """What is read here is read by what ships."""


@pytest.fixture
def nlp() -> Language:
    return kg.nlp()


def spans(doc: Doc) -> list[tuple[str, str, str, int, int]]:
    return [(span.text, span.label_, span.id_, span.start_char, span.end_char) for span in doc.spans["kg"]]


def read_as(gold: Doc, *labels: tuple[int, str]) -> Doc:
    """A Doc of the same words with one span a (token, label)."""
    doc = Doc(gold.vocab, words=[t.text for t in gold], spaces=[bool(t.whitespace_) for t in gold])
    doc.spans["kg"] = [doc[i : i + 1].char_span(0, len(doc[i].text), label=label) for i, label in labels]
    return doc


def test_a_text_gives_a_doc_with_tokens_and_labelled_spans(nlp: Language) -> None:
    doc = nlp("We propose ZapKV, which adds KV cache compression to Llama-3-8B on NVIDIA A100 GPUs.")
    assert type(doc) is Doc
    assert [token.text for token in doc][:4] == ["We", "propose", "ZapKV", ","]
    found = {(text, label, name) for text, label, name, _, _ in spans(doc)}
    assert {
        ("ZapKV", "technique", "ZapKV"),
        ("KV cache compression", "technique", "KV cache compression"),
        ("Llama-3-8B", "model", "Llama-3-8B"),
        ("NVIDIA A100 GPUs", "hardware", "NVIDIA A100"),
    } <= found


@pytest.mark.parametrize("text", [ABSTRACT, CHINESE])
def test_spans_are_the_mentions_of_the_record_in_the_order_of_the_text(nlp: Language, text: str) -> None:
    record = extract(Document("x-1", "x", 1, {"A": Text(text, text)}))
    mentions = sorted((m for name in LISTS.values() for m in getattr(record, name)), key=lambda m: (m.start, m.end))
    doc = nlp(text)
    assert mentions
    assert [(s.label_, s.id_) for s in doc.spans["kg"]] == [(m.type, m.canonical) for m in mentions]
    for span, mention in zip(doc.spans["kg"], mentions, strict=True):
        assert span.start_char <= mention.start < mention.end <= span.end_char
    scores = doc.spans["kg"].attrs["scores"]
    assert list(scores) == pytest.approx([m.confidence for m in mentions])


@pytest.mark.parametrize("text", ["", " \n", "\n\n\n\n", "😀 \u200b", "."])
def test_text_without_sense_gives_a_doc_without_spans(nlp: Language, text: str) -> None:
    doc = nlp(text)
    assert doc.text == text
    assert list(doc.spans["kg"]) == []


def test_fast_is_without_the_tagger() -> None:
    nlp = kg.nlp(fast=True)
    assert "kg_tagger" not in nlp.pipe_names
    assert ("LongBench", "dataset") in {found[:2] for found in spans(nlp("We test on LongBench."))}


def test_displacy_draws_the_spans(nlp: Language) -> None:
    doc = nlp("We prune Llama-3-8B on NVIDIA A100.")
    page = displacy.render(doc, style="span", options={"spans_key": "kg"}, jupyter=False)
    assert {span.label_ for span in doc.spans["kg"]} >= {"model", "hardware"}
    assert all(span.label_ in page for span in doc.spans["kg"])


def test_docs_come_back_from_a_doc_bin_from_bytes_and_from_pickle(nlp: Language) -> None:
    docs = list(nlp.pipe([ABSTRACT, CHINESE, ""]))
    kept = DocBin(docs=docs, store_user_data=True).to_bytes()
    again = list(DocBin().from_bytes(kept).get_docs(Vocab()))
    assert [spans(doc) for doc in again] == [spans(doc) for doc in docs]
    assert list(again[0].spans["kg"].attrs["scores"]) == list(docs[0].spans["kg"].attrs["scores"])
    assert spans(Doc(nlp.vocab).from_bytes(docs[0].to_bytes())) == spans(docs[0])
    assert spans(pickle.loads(pickle.dumps(docs[0]))) == spans(docs[0])


def test_the_scorer_of_spacy_scores_the_spans(nlp: Language) -> None:
    gold = nlp("We test on LongBench and GSM8K.")
    example = Example(read_as(gold, (3, "dataset"), (5, "model")), read_as(gold, (3, "dataset"), (5, "dataset")))
    scores = Scorer.score_spans(
        [example], "spans_kg", getter=lambda doc, key: doc.spans[key.removeprefix("spans_")], allow_overlap=True
    )
    assert (scores["spans_kg_p"], scores["spans_kg_r"]) == (0.5, 0.5)
    assert scores["spans_kg_per_type"]["model"]["p"] == 0.0


def test_the_pipeline_is_evaluated_on_examples_of_other_annotators(nlp: Language) -> None:
    text = "We test on LongBench and GSM8K."
    gold = [(11, 20, "dataset"), (25, 30, "dataset"), (0, 2, "task")]
    example = Example.from_dict(nlp.make_doc(text), {"spans": {"kg": gold}})
    scores = nlp.evaluate([example])
    assert scores["spans_kg_p"] == 1.0
    assert scores["spans_kg_r"] == pytest.approx(2 / 3)


def test_many_texts_keep_their_order_and_what_goes_with_them(nlp: Language) -> None:
    texts = [ABSTRACT, CHINESE, "", ABSTRACT]
    docs = list(nlp.pipe([(text, i) for i, text in enumerate(texts)], as_tuples=True))
    assert [(doc.text, i) for doc, i in docs] == [(text, i) for i, text in enumerate(texts)]
    assert spans(docs[0][0]) == spans(docs[3][0]) != []


def test_reading_of_papers_makes_no_tokens() -> None:
    assert not {"kg_entries", "kg_spans"} & set(pipeline().pipe_names)
    assert kg.nlp().pipe_names[1:-1] == pipeline().pipe_names
    assert kg.nlp() is kg.nlp()
