"""What models, datasets and hardware have in common: named things, each mentioned once, the surest spans first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spacy.tokens import Doc

from kg.extract.base import add_once, mentions
from kg.extract.context import view_of
from kg.extract.judge import Candidate, chosen
from kg.text import fold
from kg.vocabulary import Vocabulary

Span = tuple[int, int]
WORD = "word: "  # begins features that stand for a word: scripts/judges.py leaves out those of rare ones
LEAST = 0.5  # score that a candidate needs where no tagger has read; those below are for the judge alone


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
    """Add one mention a named thing; of spans that overlap the likelier one, in the order of the text.

    `names` gives the name of a candidate's thing where the component knows it; `taken` are spans of other things.
    Mentions of the type `rivals` keep their names to themselves, but give way to what a judge finds likelier. The
    paper's own name is a technique's.
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
    """The spans that stay occupied once less likely mentions of another type are taken back for a candidate."""
    near = {(s, e) for s, e in occupied if s < candidate.end and candidate.start < e}
    weak = {(m.start, m.end) for m in mentions(doc, rivals) if m.confidence < candidate.score}
    if not near or not near <= weak:  # nothing in the way, or more than would go
        return occupied
    doc._.mentions = [m for m in doc._.mentions if m.type != rivals or (m.start, m.end) not in near]
    return [span for span in occupied if span not in near]
