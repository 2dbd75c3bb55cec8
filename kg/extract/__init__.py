"""Reading an entry into a Record: a spaCy pipeline, assembled from config.cfg, one component a file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kg.model import Document, Record

if TYPE_CHECKING:
    from spacy.language import Language

CONFIG = Path(__file__).with_name("config.cfg")
#: Raised when what is extracted changes, so that graphs built before are read again.
VERSION = "2"


@cache
def pipeline() -> Language:
    """The extraction pipeline; components come from the entry points group spacy_factories."""
    import spacy
    from spacy.util import load_config, registry

    from kg.extract import base  # noqa: F401  registers the tokenizer

    known = registry.factories
    config = load_config(CONFIG)
    for name in config["nlp"]["pipeline"]:
        if name not in known:  # a checkout that is not installed
            __import__(f"kg.extract.{name.removeprefix('kg_')}")
    return spacy.blank("xx").from_config(config)


def extract(document: Document) -> Record:
    """The Record of an entry: everything its texts say, with offsets into the raw texts."""
    from kg.extract.base import make_doc, to_record
    from kg.vocabulary import Vocabulary

    nlp = pipeline()
    doc = make_doc(nlp, document, Vocabulary.load())
    for _, component in nlp.pipeline:
        doc = component(doc)
    return to_record(doc, document)
