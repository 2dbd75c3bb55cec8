"""Shared by models, datasets and hardware: each named entity is mentioned once, the likeliest spans first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spacy.tokens import Doc

from kg.extract.base import add_once, mentions
from kg.extract.context import view_of
from kg.extract.judge import Candidate, chosen
from kg.text import fold
from kg.vocabulary import Vocabulary

Span = tuple[int, int]
WORD = "word: "  # prefix of word features; scripts/judges.py drops those of rare words
LEAST = 0.5  # lowest score without a tagger; candidates below it are for the judge only


def add_named(
    doc: Doc,
    kind: str,
    candidates: list[Candidate],
    names: Mapping[Span, str],
    vocabulary: Vocabulary,
    extractor: str,
    taken: Iterable[Span] = (),
    rivals: str = "",
) -> None:
    """Add one mention per named entity, in text order; of overlapping spans the likeliest is chosen.

    `names` gives the canonical name of a candidate where the component knows it; `taken` are spans of other entities. A
    mention of type `rivals` blocks candidates that overlap it or have its name, but is removed in favour of a candidate
    that the judge finds likelier. The paper's own name is left to the techniques.
    """
    view = view_of(doc, vocabulary)
    occupied = list(taken)
    kept: list[Candidate] = []
    for candidate in sorted(
        chosen(doc, kind, candidates, view, LEAST, occupied), key=lambda c: (-c.score, c.start, -c.end)
    ):
        start, end = candidate.start, candidate.end
        own = bool(view.name) and fold(doc._.text[start:end]) == view.name
        if rivals and not own and doc._.tags is not None:
            occupied = _yielded(doc, rivals, candidate, occupied)
        if not own and not any(s < end and start < e for s, e in occupied):
            kept.append(candidate)
            occupied.append((start, end))
    done = {fold(m.canonical) for m in mentions(doc, rivals)}
    title = view.title
    for start, end, score, _ in sorted(kept, key=lambda c: (title[0] <= c.start < title[1], c.start)):  # abstract first
        surface = doc._.text[start:end]
        concept = vocabulary.find_written(surface, kind)
        name = names.get((start, end)) or (concept.label["en"] if concept else surface)
        add_once(doc, kind, start, end, name, extractor, round(score, 2), done)


def _yielded(doc: Doc, rivals: str, candidate: Candidate, occupied: list[Span]) -> list[Span]:
    """The occupied spans after less likely mentions of type `rivals` are removed in favour of a candidate."""
    near = {(s, e) for s, e in occupied if s < candidate.end and candidate.start < e}
    weak = {(m.start, m.end) for m in mentions(doc, rivals) if m.confidence < candidate.score}
    if not near or not near <= weak:  # nothing overlaps, or a likelier mention stays in the way
        return occupied
    doc._.mentions = [m for m in doc._.mentions if m.type != rivals or (m.start, m.end) not in near]
    return [span for span in occupied if span not in near]
