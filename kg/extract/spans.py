"""The two ends of `kg.nlp()`: a text goes in as an abstract, spaCy's own Doc comes out, with the mentions as spans.

The components between them write to an Entry, without tokens (see kg.extract.component). The first one here makes it of
the Doc that spaCy gives; the last one writes what was found to that Doc: `doc.spans["kg"]`, https://spacy.io/api/spangroup
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, SpanGroup

from kg.entity_types import LISTS
from kg.extract.component import make_doc, to_record
from kg.model import Document, Mention, Text
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from spacy.training import Example

KEY = "kg"  # of doc.spans
_DOC = "doc"  # in the user data of an Entry: the Doc it was made of


class Entries:
    """Makes an Entry of a Doc, whose text is read as an abstract."""

    def __init__(self, nlp: Language, vocabulary: Vocabulary) -> None:
        self.nlp, self.vocabulary = nlp, vocabulary

    def __call__(self, doc: Doc) -> Doc:
        entry = make_doc(self.nlp, _document(doc.text), self.vocabulary)
        entry.user_data[_DOC] = doc
        return entry


class Spans:
    """Gives the Doc back, with one span a mention in the order of the text.

    A span covers whole tokens. Its label is the type of the mention, its `id_` the standard name. `attrs["scores"]` of
    the group holds how likely each is right, as spaCy's span categorizer has it.
    """

    def __init__(self, key: str) -> None:
        self.key = key

    def __call__(self, entry: Doc) -> Doc:
        doc: Doc = entry.user_data.pop(_DOC)
        record = to_record(entry, _document(doc.text))
        mentions = [mention for name in LISTS.values() for mention in getattr(record, name)]
        mentions.sort(key=lambda mention: (mention.start, mention.end, mention.type))
        scores = np.array([mention.confidence for mention in mentions], np.float32)
        spans = [_span(doc, mention) for mention in mentions]
        doc.spans[self.key] = SpanGroup(doc, name=self.key, spans=spans, attrs={"scores": scores})
        return doc

    def score(self, examples: Iterable[Example], **_: Any) -> dict[str, Any]:
        """Precision, recall and F1 of the spans, overall and by type; what `nlp.evaluate` asks."""
        from spacy.pipeline.spancat import spancat_score

        scores: dict[str, Any] = spancat_score(examples, spans_key=self.key)
        return scores


def _document(text: str) -> Document:
    return Document("", "", 1, {"A": Text(text, text)})


def _span(doc: Doc, mention: Mention) -> Any:
    place = mention.start, mention.end
    return doc.char_span(*place, label=mention.type, span_id=mention.canonical, alignment_mode="expand")


@Language.factory("kg_entries")
def make_entries(nlp: Language, name: str) -> Entries:
    return Entries(nlp, Vocabulary.load())


@Language.factory(
    "kg_spans",
    assigns=["doc.spans"],
    default_config={"key": KEY},
    default_score_weights={f"spans_{KEY}_f": 1.0, f"spans_{KEY}_p": 0.0, f"spans_{KEY}_r": 0.0},
)
def make_spans(nlp: Language, name: str, key: str) -> Spans:
    return Spans(key)
