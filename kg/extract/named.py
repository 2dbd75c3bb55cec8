"""What models, datasets and hardware have in common: named things, each mentioned once, the surest spans first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spacy.tokens import Doc

from kg.extract.base import add_once
from kg.extract.context import view_of
from kg.extract.judge import Candidate, chosen
from kg.text import fold
from kg.vocabulary import Vocabulary

Span = tuple[int, int]


def add_named(
    doc: Doc,
    kind: str,
    candidates: list[Candidate],
    names: Mapping[Span, str],
    vocabulary: Vocabulary,
    extractor: str,
    taken: Iterable[Span] = (),
    seen: Iterable[str] = (),
) -> None:
    """Add one mention a named thing; of spans that overlap the likelier one, in the order of the text.

    `names` gives the name of a candidate's thing where the component knows it; `taken` are spans of other things,
    `seen` folded names that are spoken for. The paper's own name is a technique's.
    """
    view = view_of(doc, vocabulary)
    occupied = list(taken)
    kept: list[Candidate] = []
    for candidate in sorted(
        chosen(doc, kind, candidates, view, 0.0, occupied), key=lambda c: (-c.score, c.start, -c.end)
    ):
        start, end = candidate.start, candidate.end
        own = bool(view.name) and fold(doc._.text[start:end]) == view.name
        if not own and not any(s < end and start < e for s, e in occupied):
            kept.append(candidate)
            occupied.append((start, end))
    done = set(seen)
    title = view.title
    for start, end, score, _ in sorted(kept, key=lambda c: (title[0] <= c.start < title[1], c.start)):  # abstract first
        surface = doc._.text[start:end]
        concept = vocabulary.find(surface, kind)
        name = names.get((start, end)) or (concept.label["en"] if concept else surface)
        add_once(doc, kind, start, end, name, extractor, round(score, 2), done)
