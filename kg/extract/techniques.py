"""Techniques: labels of the vocabulary, the paper's own names, and noun phrases whose words and context say so.

A noun phrase is judged by its head noun, the words before it, its place and its form; the weights are those of a
logistic regression on the annotated papers, rounded (`scripts/train.py phrases` prints them).
"""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.base import first_matches, inside, mentions, read_fields
from kg.extract.context import View, canonical, likelihood, view_of
from kg.extract.judge import Candidate, judged, threshold
from kg.model import ROLES, Mention
from kg.text import fold
from kg.vocabulary import Vocabulary

EXTRACTOR = "techniques/1"
THRESHOLD = 0.57
RULED = 0.5  # what the rules' role counts for beside the tagger's likelihoods
WEIGHTS = {
    "bias": -2.3,
    "head": 2.4,
    "head weak": 1.3,
    "propose": 0.6,
    "use": 0.3,
    "compare": 0.45,
    "limit": -0.1,
    "title": 0.6,
    "words": 0.55,
    "generic words": -0.5,
    "cased": 0.9,
    "again": 0.95,
    "contribution": 0.35,
    "background": -0.05,
    "acronym": 1.5,
    "known": 2.0,
    "other type": -1.5,
    "task head": -0.7,
    "for": -0.7,
    "framed": -0.6,
    "early": -0.3,
    "problem head": -0.7,
    "evaluate": -0.6,
}


class Techniques:
    """Adds one mention a technique, with its role and the acronym or long form as alias."""

    entity = "technique"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __call__(self, doc: Doc) -> Doc:
        view = view_of(doc, self.vocabulary)
        found: dict[str, Mention] = {}
        if doc._.name:
            self._own_name(doc, found)
        least = threshold(doc, self.entity, THRESHOLD)
        accepted: list[tuple[int, int]] = []
        taken = _own_places(doc)  # "Orca" in "Orca-3-13B" is not Orca
        taken += [(m.start, m.end) for kind in ("model", "dataset", "hardware") for m in mentions(doc, kind)]
        for start, end, score, features in self._ordered(doc, judged(doc, self.entity, self.candidates(doc))):
            apart = doc._.tags is not None and any(s < end and start < e for s, e in accepted)
            if score >= least and not apart and ("phrase" in features or not inside((start, end), taken)):
                self._add(view, start, end, score, found)
                taken.append((start, end))
                accepted.append((start, end))
        own = list(found.values())[: bool(doc._.name and fold(doc._.name) in found)]
        doc._.mentions += own + sorted((m for m in found.values() if m not in own), key=lambda m: m.start)
        return doc

    @staticmethod
    def _ordered(doc: Doc, found: list[Candidate]) -> list[Candidate]:
        """The tagger's candidates overlap one another: the likeliest first; the rules' stand as they come."""
        return found if doc._.tags is None else sorted(found, key=lambda c: (-c.score, c.start, -c.end))

    def candidates(self, doc: Doc) -> list[Candidate]:
        """Noun phrases, then labels of the vocabulary: each place, for a first one may be inside something else."""
        view = view_of(doc, self.vocabulary)
        out = []
        for phrase in view.phrases:
            features = view.features(phrase)
            out.append(Candidate(phrase.start, phrase.end, likelihood(WEIGHTS, features), {**features, "phrase": 1.0}))
        spans = {(c.start, c.end) for c in out}
        for places in first_matches(doc, self.entity).values():
            out += [Candidate(m.start, m.end, 0.8, {"label": 1.0}) for m in places if (m.start, m.end) not in spans]
        return out

    def _own_name(self, doc: Doc, found: dict[str, Mention]) -> None:
        name, places = doc._.name, _own_places(doc)
        if not places:
            return
        start, end = places[0]
        found[fold(name)] = Mention(
            "technique", name, name, start=start, end=end, role="proposed", extractor=EXTRACTOR, confidence=0.9
        )

    def _add(self, view: View, start: int, end: int, score: float, found: dict[str, Mention]) -> None:
        surface = view.text[start:end]
        concept = self.vocabulary.find(surface, "technique")
        label = concept.label["en"] if concept else canonical(surface)
        key = fold(label)
        short = view.acronym_of.get(fold(surface), "")
        if fold(short) in found and short:
            own = found[fold(short)]
            own.aliases = (*own.aliases, surface) if surface not in own.aliases else own.aliases
            return
        aliases = {fold(alias) for mention in found.values() for alias in mention.aliases}
        if key in found or not key or fold(surface) in aliases:
            return
        found[key] = Mention(
            "technique",
            surface,
            label,
            start=start,
            end=end,
            role=role(view, start, end, bool(concept)),
            aliases=(short,) if short else (),
            extractor=EXTRACTOR,
            confidence=round(score, 2),
        )


def _own_places(doc: Doc) -> list[tuple[int, int]]:
    """Where the paper's own name stands, in any case."""
    pattern = re.compile(rf"(?<!\w){re.escape(doc._.name)}(?!\w)", re.IGNORECASE) if doc._.name else None
    return [m.span() for span in read_fields(doc) for m in pattern.finditer(doc._.text, *span)] if pattern else []


def role(view: View, start: int, end: int, known: bool) -> str:
    """proposed, used, baseline or mentioned, by the rules and, where there is one, the tagger."""
    if fold(view.text[start:end]) == view.name:
        return "proposed"
    ruled = role_by_rules(view, start, end, known)
    if view.doc._.tags is None:
        return ruled
    likely = dict(zip(ROLES, view.doc._.tags.roles(start, end), strict=True))
    return max(ROLES, key=lambda r: likely[r] + RULED * (r == ruled))


def role_by_rules(view: View, start: int, end: int, known: bool) -> str:
    """The role by the sentence and the words before."""
    before = [fold(w) for w in view.text[max(0, start - 60) : start].split()][-4:]
    if any(w in view.cues["compare"] for w in before):
        return "baseline"
    if inside((start, end), [view.title]):
        return "used" if known else "proposed"
    if start < view.first:
        return "used" if known else "mentioned"
    return "used" if known else "proposed"


@Language.factory("kg_techniques")
def make_techniques(nlp: Language, name: str) -> Techniques:
    return Techniques(Vocabulary.load())
