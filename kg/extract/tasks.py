"""Extracts tasks: what the paper is evaluated on or meant for, by vocabulary labels and by head nouns in context.

The weights are rounded from a logistic regression on the annotated papers; `scripts/train.py phrases` prints them.
"""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from kg.entity_types import NAMED
from kg.extract.component import first_matches, inside, mentions
from kg.extract.context import DocView, canonical, view_of
from kg.extract.judge import Candidate, chosen, phrase_candidates
from kg.link.acronyms import acronyms
from kg.model import Mention
from kg.text import fold
from kg.vocabulary import Vocabulary

EXTRACTOR = "tasks/1"
THRESHOLD = 0.4
#: The rest of a list whose members share a head: ", image, and video generation" behind "language".
_SHARED = re.compile(r"(?:, [\w-]+){0,3},? (?:and|or) [\w-]+ (?P<head>[\w-]+)")
_ALIKE, _WITHIN = 0.8, 0.5  # shared words of two wordings of one task, and of a task and one within it
MOST = 4  # tasks per paper; annotators give two on average
WEIGHTS = {
    "bias": -3.5,
    "head": -0.3,
    "task head": 2.5,
    "problem head": -0.9,
    "use": -0.2,
    "limit": -0.3,
    "evaluate": 0.6,
    "title": 0.6,
    "words": 0.5,
    "generic words": 0.4,
    "cased": 0.15,
    "again": 0.25,
    "for": 1.4,
    "framed": 0.45,
    "early": 1.1,
    "task known": 1.5,
}


class Tasks:
    """Adds the likeliest mentions of tasks and applications."""

    entity = "task"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __call__(self, doc: Doc) -> Doc:
        view, tagged = view_of(doc, self.vocabulary), doc._.tags is not None
        found = chosen(doc, self, THRESHOLD)
        phrases = [(c.start, c.end) for c in found if "phrase" in c.features]
        seen: list[set[str]] = []
        for start, end, score, features in sorted(found, key=lambda c: (-c.score, c.start)):
            if not tagged and "label" in features and inside((start, end), phrases):
                continue
            start, end = view.spelled_out(start, end)
            surface = doc._.text[start:end]
            concept = view.concept(surface, "task")
            name = concept.label["en"] if concept else canonical(surface)
            words = _said(view, surface, name)
            if concept is None and _lacks_head(view, start, end):
                continue
            if len(seen) == MOST or any(_repeats(words, other) for other in seen):
                continue
            seen.append(words)
            doc._.mentions.append(
                Mention("task", surface, name, start=start, end=end, extractor=EXTRACTOR, confidence=round(score, 2))
            )
        return doc

    @staticmethod
    def taken(doc: Doc) -> list[tuple[int, int]]:
        """The spans of named entities."""
        return [(m.start, m.end) for kind in NAMED for m in mentions(doc, kind)]

    def candidates(self, doc: Doc) -> list[Candidate]:
        """Noun phrases that have no other type, then vocabulary labels at their first places."""
        view = view_of(doc, self.vocabulary)
        named = self.taken(doc)
        out = [
            c
            for c in phrase_candidates(view, self.entity, WEIGHTS, THRESHOLD)
            if "other type" not in c.features and not inside((c.start, c.end), named)
        ]
        for places in first_matches(doc, self.entity).values():
            often = min(len(places), 3)
            out.append(
                Candidate(places[0].start, places[0].end, 0.45 + 0.1 * often, {"label": 1.0, "often": often / 3})
            )
        return out


def _lacks_head(view: DocView, start: int, end: int) -> bool:
    """Whether a word leaves its head to a later one of its list: "language" of "language and image generation"."""
    rest, heads = _SHARED.match(view.text, end), view.cues["task-head"]
    said = view.words(start, end)
    return len(said) == 1 and heads.isdisjoint(said) and rest is not None and fold(rest["head"]) in heads


def _said(view: DocView, surface: str, name: str) -> set[str]:
    """The folded words of a task without acronyms: "VQA" and "visual question answering (VQA)" have the same."""
    long = acronyms(view.text)
    words = fold(long.get(fold(surface), name)).split()
    return {part for word in words for part in fold(long.get(word, word)).split()} - view.cues["task-frame"]


def _repeats(words: set[str], other: set[str]) -> bool:
    """Whether two tasks share nearly all of their words, or one is the other with a modifier more."""
    alike = _WITHIN if words <= other or other <= words else _ALIKE
    return 2 * len(words & other) >= alike * (len(words) + len(other))


@Language.factory("kg_tasks")
def make_tasks(nlp: Language, name: str) -> Tasks:
    return Tasks(Vocabulary.load())
