"""Decides what each name of a paper is: of one type or of none, with all its wordings and places, in one decision.

A judge of each type has said of its candidates how likely they are (kg.extract.judge). Those that are left are put into
groups: what has the same words, or is an acronym and its expansion. One more judge sees a group with all that was said
of it for every type, and what is named beside it, and chooses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from kg.entity_types import NAMED
from kg.extract.component import SpanIndex
from kg.extract.context import DocView, view_of, without_acronym
from kg.extract.judge import Candidate, Component, Features, Judge, judge_for, odds_of, survivors
from kg.extract.named import WORD
from kg.extract.same import core
from kg.text import fold
from kg.vocabulary import Vocabulary

NAME = "type"  # of the judge; its labels are "none" and the types
Group = dict[str, list[Candidate]]  # the candidates of a name by type, likeliest first


class Types:
    """Sets doc._.decided, the candidates that are entities by type; empty without a tagger."""

    def __init__(self, nlp: Language, vocabulary: Vocabulary) -> None:
        self.nlp, self.vocabulary = nlp, vocabulary

    def __call__(self, doc: Doc) -> Doc:
        if (judge := judge_for(doc, NAME)) is not None:
            view = view_of(doc, self.vocabulary)
            doc._.decided = decided(groups(doc, view, judged(self.nlp, doc)), view, judge)
        return doc


def judged(nlp: Language, doc: Doc) -> list[Any]:
    """The components whose candidates have a judge, in the order of the pipeline."""
    return [component for _, component in nlp.pipeline if judge_for(doc, getattr(component, "entity", ""))]


def groups(doc: Doc, view: DocView, components: Sequence[Component]) -> list[Group]:
    """The candidates of a Doc that their judges let through, by what they name."""
    out: dict[str, Group] = {}
    for component in components:
        for candidate in survivors(doc, component, view):
            group = out.setdefault(_key(view, component.entity, candidate), {})
            group.setdefault(component.entity, []).append(candidate)
    return list(out.values())


def _key(view: DocView, kind: str, candidate: Candidate) -> str:
    """What the wordings of one name have in common: its words without frames, or the acronym that stands for them."""
    surface = view.text[candidate.start : candidate.end]
    concept = view.concept(surface, kind)
    said = core(concept.label["en"] if concept else without_acronym(surface), view.vocabulary)
    return fold(view.acronym_of.get(said, "")) or said


def features(view: DocView, found: Sequence[Group]) -> list[Features]:
    """The features of each group for the judge: its form, what was said of it as each type, what overlaps it."""
    places = [(n, kind, c) for n, group in enumerate(found) for kind, of_type in group.items() for c in of_type]
    index = SpanIndex((c.start, c.end) for _, _, c in places)
    at: dict[tuple[int, int], list[tuple[int, str, Candidate]]] = {}
    for place in places:
        at.setdefault((place[2].start, place[2].end), []).append(place)
    out = []
    for n, group in enumerate(found):
        best = max((of_type[0] for of_type in group.values()), key=lambda c: c.score)
        form = view.form(best.start, best.end)
        told = {**form, "types": len(group) / 3, "places": min(sum(map(len, group.values())), 6) / 6}
        for kind, (first, *_) in group.items():
            told[f"{kind} said"] = odds_of(first.score)
            own = {n: v for n, v in first.features.items() if n not in form and not n.startswith(WORD)}
            told |= {f"{kind} {name}": value for name, value in own.items()}
        for span in index.touching(best.start, best.end):
            for other, kind, c in at[span]:
                if other != n:
                    name = f"{_relation(c, best)} {kind}"
                    told[name] = max(told.get(name, 0.0), c.score)
        out.append(told)
    return out


def _relation(one: Candidate, other: Candidate) -> str:
    """How a span that touches another one stands to it."""
    if one.start <= other.start and other.end <= one.end:
        return "inside"
    return "holds" if other.start <= one.start and one.end <= other.end else "crosses"


def decided(found: Sequence[Group], view: DocView, judge: Judge) -> dict[str, list[Candidate]]:
    """The candidates that are entities, by type, likeliest first; of named ones that overlap the likeliest."""
    out: dict[str, list[Candidate]] = {kind: [] for kind in judge.labels[1:]}
    likely = judge(features(view, found)).tolist() if found else []
    for group, (_, *of_types) in zip(found, likely, strict=True):
        pairs = zip(judge.labels[1:], of_types, judge.thresholds, strict=True)
        passing = {kind: p for kind, p, least in pairs if kind in group and p >= least}
        if passing:
            kind = max(passing, key=passing.__getitem__)
            out[kind] += [c._replace(score=passing[kind]) for c in group[kind]]
    for of_type in out.values():
        of_type.sort(key=lambda c: -c.score)
    occupied, kinds = SpanIndex(), [kind for kind in NAMED if kind in out]
    named = sorted(((c, kind) for kind in kinds for c in out[kind]), key=lambda one: -one[0].score)
    out |= {kind: [] for kind in kinds}
    for c, kind in named:
        if not occupied.touching(c.start, c.end):
            occupied.add(c.start, c.end)
            out[kind].append(c)
    return out


@Language.factory("kg_types")
def make_types(nlp: Language, name: str) -> Types:
    return Types(nlp, Vocabulary.load())
