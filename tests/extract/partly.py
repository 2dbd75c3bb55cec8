"""Papers that some of the components have read."""

from __future__ import annotations

import spacy
from spacy.tokens import Doc

from kg.extract import pipeline
from kg.extract.component import Tokenizer, make_doc, to_record
from kg.extract.phrases import Phrases
from kg.extract.results import Results
from kg.extract.slots import BriefSlots
from kg.extract.weighing import weights
from kg.model import Document, Result
from kg.text import repaired
from kg.vocabulary import Vocabulary


def read_to_the_tagger(document: Document) -> Doc:
    """A paper that the components up to the tagger have read."""
    doc = make_doc(pipeline(), document, Vocabulary.load())
    for name, component in pipeline().pipeline:
        doc = component(doc)
        if name == "kg_tagger":
            break
    return doc


def outcomes(abstract: str, brief: str = "") -> list[Result]:
    """The outcomes that the grammar reads in an abstract and a brief."""
    nlp = spacy.blank("xx")
    nlp.tokenizer = Tokenizer(nlp.vocab)
    vocabulary = Vocabulary.load()
    texts = {"A": abstract, "B": brief}
    document = Document("x-1", "x", 1, {k: repaired(v) for k, v in texts.items() if v})
    doc = Phrases()(BriefSlots()(make_doc(nlp, document, vocabulary)))
    doc = Results(vocabulary, weights())(doc)
    return to_record(doc, document).results
