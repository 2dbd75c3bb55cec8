"""A paper as the tagger leaves it, with what the components after it start from."""

from __future__ import annotations

from spacy.tokens import Doc

from kg.extract import pipeline
from kg.extract.base import make_doc
from kg.model import Document
from kg.vocabulary import Vocabulary


def read_to_the_tagger(document: Document) -> Doc:
    """A paper that the components up to the tagger have read."""
    doc = make_doc(pipeline(), document, Vocabulary.load())
    for name, component in pipeline().pipeline:
        doc = component(doc)
        if name == "kg_tagger":
            break
    return doc
