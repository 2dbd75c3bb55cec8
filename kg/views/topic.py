"""The papers that work on what a selection names, apart from those that only name it.

A paper works on a thing if its title names it, if it surely has the topic, if it surely proposes it, or if the sentence
that says what the paper proposes names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kg.entity_types import LISTS
from kg.model import Document, Mention, Paper, Record
from kg.query.filter import Compound, Condition, Entity, Phrase, Term
from kg.query.patterns import any_regex
from kg.views.selection import is_within, key_sentences

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

#: The roles by which a technique is part of a paper's own method.
OWN = ("proposed", "used")
#: What a paper can work on; the others it only has, as it has its hardware.
_DONE = ("topic", "technique", "task", "problem")
#: The least confidence of a topic that a paper works on: of papers read by hand, every other less sure one only touches
#: it, and nine of ten of these do it.
_LIKELY = 0.91


@dataclass(frozen=True)
class TopicScope:
    """What a selection names that papers can work on, as conditions of which each must hold."""

    graph: GraphReader
    text: str

    @cached_property
    def conditions(self) -> list[Condition]:
        if not self.text:
            return []
        every = self.graph.ask(self.text, limit=1).filter.conditions
        return [
            one for one in every if not one.negated and (_is_words(one) or any(t.field in _DONE for t in one.terms))
        ]

    def working(self, papers: list[Paper]) -> list[Paper]:
        """Those of some papers that work on it; all of them where it names no such thing, or where none does."""
        if len(papers) < 2 or not self.conditions:
            return papers
        return [paper for paper in papers if all(self._fits(paper, one) for one in self.conditions)] or papers

    def naming(self, papers: list[Paper]) -> list[Paper]:
        """Those of some papers that name it in any role, not only a device or another thing of that name."""
        mixed = [one.any_of for one in self.conditions if all(isinstance(term, Entity) for term in one.any_of)]
        mixed = [terms for terms in mixed if not all(term.field in _DONE for term in terms)]
        return [p for p in papers if all(any(_names(p, term) for term in terms) for terms in mixed)]

    @cached_property
    def concepts(self) -> set[str]:
        """The concepts that it names, and those that are wider (CURIEs)."""
        vocabulary = self.graph.vocabulary
        named = {term.concept for one in self.conditions for term in one.terms if term.field in _DONE}
        return (named & vocabulary.concepts.keys()).union(*map(vocabulary.broader, named & vocabulary.concepts.keys()))

    def _fits(self, paper: Paper, condition: Condition) -> bool:
        return any(_works(paper, term) for term in (Phrase(condition.text), *condition.any_of))


def _is_words(one: Condition) -> bool:
    return all(isinstance(term, Phrase) for term in one.any_of)


def _works(paper: Paper, term: Term) -> bool:
    if isinstance(term, Compound):
        return all(any(_works(paper, one) for one in part) for part in term.parts)
    if isinstance(term, Phrase):
        return _is_said(paper, term.said)
    if not isinstance(term, Entity) or term.field not in _DONE:
        return False
    return (
        _is_said(paper, term.titles)
        or any(_is_work(*one, term) for one in _mentions(paper, term))
        or any(
            topic.sure and topic.confidence >= _LIKELY and f"topic:{topic.id}" in term.concepts
            for _, record in paper.entries
            for topic in record.topics
        )
    )


def _is_work(document: Document, record: Record, mention: Mention, term: Entity) -> bool:
    """Whether a mention is what its paper works on: in the title, in the sentence on what it proposes, or its own."""
    if mention.field == "T" or (mention.role == "proposed" and mention.sure):
        return True
    is_key = is_within(record.key.get("proposes"), mention.field, mention.start)
    return is_key and mention.role in (term.roles or ("", *OWN))


def _names(paper: Paper, term: Term) -> bool:
    if not isinstance(term, Entity):
        return False
    topics = (f"topic:{topic.id}" for _, record in paper.entries for topic in record.topics)
    return (
        _is_said(paper, term.titles)
        or any(True for _ in _mentions(paper, term))
        or any(topic in term.concepts for topic in topics)
    )


def _mentions(paper: Paper, term: Entity) -> Iterator[tuple[Document, Record, Mention]]:
    """The mentions of what a term names; of a topic, those of the concepts that make it."""
    concepts = {*term.concepts, *term.shown, *term.borne}
    for document, record in paper.entries:
        for mention in _listed(record, term.field):
            if mention.concept in concepts:
                yield document, record, mention


def _listed(record: Record, kind: str) -> Iterable[Mention]:
    kinds = ("technique", "task", "problem") if kind == "topic" else (kind,)
    return (mention for one in kinds for mention in getattr(record, LISTS[one]))


def _is_said(paper: Paper, names: tuple[str, ...]) -> bool:
    """Whether the title, or the sentence on what the paper proposes, holds one of some names."""
    name = re.compile(any_regex(names)) if names else None
    key = key_sentences(paper).get("proposes")
    texts = [record.title for _, record in paper.entries] + ([key.quote] if key else [])
    return name is not None and any(name.search(" ".join(text.split())) for text in texts)
