"""Relations between the entities of a paper, document-level: the thing proposed heads most of them.

What an entity is and the role it plays give the type (a component the paper proposes is part_of it, a dataset is what
it is evaluated_on); the sentence that holds the tail, best one that also names the head, is the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.base import field_at, mentions, sentence_of
from kg.model import Evidence, Mention, Relation
from kg.text import fold, tokens
from kg.vocabulary import Vocabulary

EXTRACTOR = "relations/1"
#: What stands before a phrase that explains a name: "ZapKV, a novel", "ZapKV is an", "we propose a".
_SAYS_WHAT = re.compile(
    r"(?:\w\)?,| is| propose| introduce| present| develop) (?:an?|the first)(?: [\w-]+)?\s$", re.ASCII
)


class Relations:
    """Adds the relations of a paper; none where the paper proposes nothing that is named."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.outperform = vocabulary.cues("outperform")

    def __call__(self, doc: Doc) -> Doc:
        head = self._head(doc)
        if head is None:
            return doc
        for kind, tail, confidence in self._tails(doc, head):
            first, last = (tail, head) if kind == "part_of" else (head, tail)
            start, end = self._evidence(doc, tail, head)
            doc._.relations.append(
                Relation(
                    first.canonical,
                    kind,
                    last.canonical,
                    Evidence(doc._.text[start:end], start=start, end=end),
                    extractor=EXTRACTOR,
                    confidence=confidence,
                )
            )
        return doc

    @staticmethod
    def _head(doc: Doc) -> Mention | None:
        """The paper's own name, else the first technique that it proposes."""
        own = [m for m in mentions(doc, "technique") if m.role == "proposed"]
        named = [m for m in own if doc._.name and fold(m.surface) == fold(doc._.name)]
        return next(iter(named or own), None)

    def _tails(self, doc: Doc, head: Mention) -> Iterator[tuple[str, Mention, float]]:
        for mention in doc._.mentions:
            if mention is head or fold(mention.canonical) == fold(head.canonical):
                continue
            if mention.type == "technique":
                kind = {"proposed": "part_of", "used": "uses"}.get(mention.role, "")
                if mention.role == "baseline":
                    kind = "outperforms" if self._wins(doc, mention) else "compared_with"
                if kind == "part_of" and self._is_the_whole(doc, mention):
                    continue
                if kind and field_at(doc, mention.start) in ("A", "T", "B"):
                    yield kind, mention, 0.5
            elif mention.type == "problem":
                yield "addresses", mention, 0.6
            elif mention.type == "task" or mention.type == "model":
                yield "applied_to", mention, 0.6
            elif mention.type == "dataset":
                yield "evaluated_on", mention, 0.7
            elif mention.type == "hardware":
                yield "runs_on", mention, 0.6

    @staticmethod
    def _is_the_whole(doc: Doc, mention: Mention) -> bool:
        """Whether a phrase says what the proposed thing is, not what it has: the title's, or "X, a ... framework"."""
        text = doc._.text
        return field_at(doc, mention.start) == "T" or bool(
            _SAYS_WHAT.search(text, max(0, mention.start - 40), mention.start)
        )

    def _wins(self, doc: Doc, mention: Mention) -> bool:
        start, _ = sentence_of(doc, mention.start)
        return any(t.fold in self.outperform for t in tokens(doc._.text[start : mention.start]))

    @staticmethod
    def _evidence(doc: Doc, tail: Mention, head: Mention) -> tuple[int, int]:
        """The sentence of the tail; that it names the head too is best, and the title counts when nothing else does."""
        wanted = f" {fold(tail.surface)} "
        name = f" {fold(head.surface)} "
        first = sentence_of(doc, tail.start)
        for start, end in doc._.sentences:
            if field_at(doc, start) == "I":
                continue
            text = f" {fold(doc._.text[start:end])} "
            if wanted in text and name in text:
                return start, end
        return (min(first[0], tail.start), max(first[1], tail.end))


@Language.factory("kg_relations")
def make_relations(nlp: Language, name: str) -> Relations:
    return Relations(Vocabulary.load())
