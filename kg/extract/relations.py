"""Relations between the entities of a paper, document-level: the thing proposed heads most of them.

What an entity is and the role it plays give the type (a component the paper proposes is part_of it, a dataset is what
it is evaluated_on); the sentence that holds the tail, best one that also names the head, is the evidence.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.base import field_at, sentence_of
from kg.extract.context import view_of
from kg.extract.judge import Judge, judge_for
from kg.extract.pairs import Entity, entities, names_with, table, words_of
from kg.model import Evidence, Mention, Relation
from kg.text import fold, tokens
from kg.vocabulary import Vocabulary

EXTRACTOR = "relations/2"
_KINDS = {
    "problem": "addresses",
    "task": "applied_to",
    "model": "applied_to",
    "dataset": "evaluated_on",
    "hardware": "runs_on",
}
_RULED = 0.6  # what a relation by the rules is worth
#: What stands before a phrase that explains a name: "ZapKV, a novel", "ZapKV is an", "we propose a".
_SAYS_WHAT = re.compile(
    r"(?:\w\)?,| is| propose| introduce| present| develop) (?:an?|the first)(?: [\w-]+)?\s$", re.ASCII
)


class Relations:
    """Adds the relations of a paper, by the classifier where there is a tagger, else by the rules."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.outperform = vocabulary.cues("outperform")

    def __call__(self, doc: Doc) -> Doc:
        view = view_of(doc, self.vocabulary)
        found = entities(doc, view)
        head = self.head(doc, found)
        ruled = self.ruled(doc, found, head)
        judge = judge_for(doc, "relation")
        if judge:
            words = words_of(judge.features)
            chosen = chosen_of(*table(doc, view, found, ruled, head, words), judge, words)
        else:
            chosen = _by_rules(ruled)
        for i, j, kind, confidence in chosen:
            first, second = found[i].mention, found[j].mention
            if fold(first.canonical) == fold(second.canonical):
                continue
            tail, other = (i, j) if kind == "part_of" else (j, i)
            start, end = self._evidence(doc, found[tail], found[other])
            doc._.relations.append(
                Relation(
                    first.canonical,
                    kind,
                    second.canonical,
                    Evidence(doc._.text[start:end], start=start, end=end),
                    extractor=EXTRACTOR,
                    confidence=round(confidence, 2),
                )
            )
        return doc

    @staticmethod
    def head(doc: Doc, found: list[Entity]) -> int:
        """The paper's own name, else the first technique that it proposes; -1 for none."""
        own = [i for i, e in enumerate(found) if e.mention.type == "technique" and e.mention.role == "proposed"]
        return next(iter([i for i in own if found[i].own] or own), -1)

    def ruled(self, doc: Doc, found: list[Entity], head: int) -> dict[tuple[int, int], str]:
        """What the rules say: the head has a relation with everything else, its type by type and role."""
        if head < 0:
            return {}
        out = {}
        name = fold(found[head].mention.canonical)
        for i, entity in enumerate(found):
            if i != head and fold(entity.mention.canonical) != name:
                kind = self._kind(doc, entity.mention)
                if kind:
                    out[(i, head) if kind == "part_of" else (head, i)] = kind
        return out

    def _kind(self, doc: Doc, mention: Mention) -> str:
        if mention.type != "technique":
            return _KINDS[mention.type]
        kind = {"proposed": "part_of", "used": "uses"}.get(mention.role, "")
        if mention.role == "baseline":
            kind = "outperforms" if self._wins(doc, mention) else "compared_with"
        whole = kind == "part_of" and self._is_the_whole(doc, mention)
        return kind if not whole and field_at(doc, mention.start) in ("A", "T", "B") else ""

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
    def _evidence(doc: Doc, tail: Entity, other: Entity) -> tuple[int, int]:
        """The first sentence that names both. Where none does, the tail's for what the paper proposes, of which all
        of it speaks; for another thing all from where one is named to where the other is, if one text names both.
        """
        spans = doc._.sentences
        for number in sorted(tail.sentences & other.sentences):
            if field_at(doc, spans[number][0]) != "I":
                return tuple(spans[number])
        if not (other.own or other.mention.role == "proposed"):
            pairs = [(abs(i - j), min(i, j), max(i, j)) for i in tail.sentences for j in other.sentences]
            for _, first, last in sorted(pairs):
                if field_at(doc, spans[first][0]) == field_at(doc, spans[last][0]) != "I":
                    return spans[first][0], spans[last][1]
        start, end = sentence_of(doc, tail.mention.start)
        return min(start, tail.mention.start), max(end, tail.mention.end)


def chosen_of(
    pairs: list[tuple[int, int]], rows: Any, judge: Judge, words: tuple[str, ...]
) -> list[tuple[int, int, str, float]]:
    """Pairs with the types that the judge finds likely enough; a pair may have two."""
    if not pairs:
        return []
    likely = judge.of_table(names_with(words), rows)[:, 1:]
    # That two are compared is surer than who wins: the likelier of the two types stands for both.
    compared = [judge.labels.index(kind) - 1 for kind in ("outperforms", "compared_with")]
    both = likely[:, compared]
    likely[:, compared] = np.where(both >= both.max(1, keepdims=True), both.sum(1, keepdims=True), 0)
    found = [
        (float(likely[row, k]), *pairs[row], judge.labels[k + 1])
        for row, k in zip(*np.nonzero(likely >= judge.threshold), strict=True)
    ]
    # A thing is a component, a baseline, a problem of one thing: the likeliest.
    kept: dict[tuple[int, str], tuple[int, int, str, float]] = {}
    for p, i, j, kind in sorted(found, key=lambda f: (-f[0], f[1], f[2])):
        kept.setdefault((i if kind == "part_of" else j, kind), (i, j, kind, p))
    return sorted(kept.values())


def _by_rules(ruled: dict[tuple[int, int], str]) -> list[tuple[int, int, str, float]]:
    return [(i, j, kind, _RULED) for (i, j), kind in ruled.items()]


@Language.factory("kg_relations")
def make_relations(nlp: Language, name: str) -> Relations:
    return Relations(Vocabulary.load())
