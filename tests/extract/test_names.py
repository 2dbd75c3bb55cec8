"""The paper's own name, and the URL of its code."""

from __future__ import annotations

import spacy
from spacy.tokens import Doc

from kg.extract import component
from kg.extract.names import NameComponent
from kg.model import Document
from kg.text import repaired
from kg.vocabulary import Vocabulary


def read(title: str, abstract: str, brief: str = "") -> Doc:
    nlp = spacy.blank("xx")
    nlp.tokenizer = component.Tokenizer(nlp.vocab)
    texts = {"T": title, "A": abstract, "B": brief}
    document = Document("x-1", "x", 1, {k: repaired(v) for k, v in texts.items() if v})
    vocabulary = Vocabulary.load()
    return NameComponent(vocabulary)(component.make_doc(nlp, document, vocabulary))


def test_known_technique_that_is_only_used_is_no_name() -> None:
    doc = read("A Study of Adapters", "In this work we investigate adapters with low-rank adaptation (LoRA) in depth.")
    assert doc._.name == ""


def test_paper_without_a_name_has_none() -> None:
    doc = read("Enriching Distillation with Contrastive Learning", "We add a loss to the training of the teacher.")
    assert doc._.name == ""
