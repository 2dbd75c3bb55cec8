"""Pairs of entities as the relation classifier sees them: who they are, where they stand, what stands between them.

One row a pair (first, second), document-level: the two may be sentences apart. The tagger's own view of a pair comes
from the same single pass of its encoder.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from spacy.tokens import Doc

from kg.extract.base import field_at, sentence_of
from kg.extract.context import View
from kg.model import RELATION_TYPES, ROLES, Mention
from kg.text import fold

FIRST = ("technique", "model")  # what a relation may begin with
SECOND = ("technique", "model", "problem", "task", "dataset", "hardware")
CUES = ("outperform", "compare", "use", "evaluate", "limit", "propose")
PREPOSITIONS = ("on", "for", "with", "of", "by", "in", "to", "and")
MOST = 60  # entities of a paper that are paired
_WE = frozenset({"we", "our"})
_FAR = 5  # sentences apart that are as far as any

Rules = Mapping[tuple[int, int], str]  # what the rules say of pairs, by place in the list of entities


@dataclass(slots=True)
class Entity:
    """A mention with all its places: (sentence, start, end)."""

    mention: Mention
    places: list[tuple[int, int, int]]
    own: bool
    sides: Any = None
    sentences: set[int] = field(default_factory=set)


def entities(doc: Doc, view: View) -> list[Entity]:
    """The entities of a Doc that relations may hold between, in the order of its mentions."""
    starts = [s for s, _ in doc._.sentences]
    out: list[Entity] = []
    for mention in doc._.mentions:
        if mention.type in SECOND and len(out) < MOST:
            spans = {(mention.start, mention.end)}
            for form in dict.fromkeys((doc._.text[mention.start : mention.end], *mention.aliases)):
                spans.update(view.places(form))
            places = [(int(np.searchsorted(starts, s, "right")) - 1, s, e) for s, e in sorted(spans)]
            own = mention.type == "technique" and bool(view.name) and fold(mention.surface) == view.name
            sides = doc._.tags.side(mention.type, sorted(spans)) if doc._.tags is not None else None
            out.append(Entity(mention, places, own, sides, {s for s, _, _ in places}))
    return out


NAMES: list[str] = [
    *(f"first {kind}" for kind in FIRST),
    *(f"second {kind}" for kind in SECOND),
    *(f"{side} {role}" for side in ("first", "second") for role in ROLES),
    *(f"{side} likely {role}" for side in ("first", "second") for role in ROLES),
    *(f"{side} {what}" for side in ("first", "second") for what in ("own", "title", "often", "sure", "head")),
    *(
        f"{side} {what}"
        for side in ("first", "second")
        for what in ("known", "early", "contribution", "we", "near own")
    ),
    *("named", "one sentence", "apart", "first before", "alone"),
    *(f"between {cue}" for cue in (*CUES, *PREPOSITIONS)),
    "near",
    *(f"ruled {kind}" for kind in RELATION_TYPES),
    *(f"tag {kind}" for kind in ("none", *RELATION_TYPES)),
    "tag back",
]
_AT = {name: i for i, name in enumerate(NAMES)}


def table(doc: Doc, view: View, found: list[Entity], ruled: Rules, head: int) -> tuple[list[tuple[int, int]], Any]:
    """The pairs of entities and their features; (pairs, len(NAMES)). `head` is the main thing proposed, -1 for none."""
    firsts = [i for i, e in enumerate(found) if e.mention.type in FIRST]
    pairs = [(i, j) for i in firsts for j in range(len(found)) if i != j]
    out = np.zeros((len(pairs), len(NAMES)))
    if not pairs:
        return pairs, out
    sides = {
        side: np.array([_of_one(doc, view, e, side, i == head) for i, e in enumerate(found)])
        for side in ("first", "second")
    }
    at = np.array(pairs)
    out += sides["first"][at[:, 0]] + sides["second"][at[:, 1]]
    out[:, _AT["named"]] = bool(view.name)
    out[:, _AT["alone"]] = len(firsts) / 10
    words = _words_by_sentence(doc)
    for row, (i, j) in zip(out, pairs, strict=True):
        _between(view, found[i], found[j], words, row)
        kind = ruled.get((i, j))
        if kind:
            row[_AT[f"ruled {kind}"]] = 1
    if doc._.tags is not None:
        _by_tags(doc, found, pairs, out)
    return pairs, out


def _of_one(doc: Doc, view: View, entity: Entity, side: str, head: bool) -> Any:
    out = np.zeros(len(NAMES))
    mention = entity.mention
    words = view.words(*sentence_of(doc, mention.start))
    likely = view.roles.get((mention.start, mention.end)) or [float(mention.role == role) for role in ROLES]
    for name, value in (
        (f"{side} {mention.type}", 1.0),
        (f"{side} {mention.role}", 1.0),
        (f"{side} own", float(entity.own)),
        (f"{side} title", float(field_at(doc, mention.start) == "T")),
        (f"{side} often", min(len(entity.places), 4) / 4),
        (f"{side} sure", mention.confidence),
        (f"{side} head", float(head)),
        (f"{side} known", float(mention.type in view.labels.get((mention.start, mention.end), ()))),
        (f"{side} early", float(mention.start < view.first)),
        (f"{side} contribution", float(any(s <= mention.start < e for s, e in view.contributions))),
        (f"{side} we", float(not _WE.isdisjoint(words))),
        (f"{side} near own", float(bool(view.name) and f" {view.name} " in f" {' '.join(words)} ")),
        *((f"{side} likely {role}", p) for role, p in zip(ROLES, likely, strict=True)),
    ):
        if name in _AT:
            out[_AT[name]] = value
    return out


def _words_by_sentence(doc: Doc) -> dict[int, list[tuple[int, str]]]:
    """(start, folded word) of the tagged words, by number of the sentence."""
    starts = [s for s, _ in doc._.sentences]
    out: dict[int, list[tuple[int, str]]] = {}
    for words in doc._.words:
        if words:
            number = int(np.searchsorted(starts, words[0].start, "right")) - 1
            out[number] = [(w.start, w.text.lower()) for w in words]
    return out


def _between(view: View, first: Entity, second: Entity, words: dict[int, list[tuple[int, str]]], row: Any) -> None:
    """How far two entities are from one another, and the words between them where they are nearest."""
    shared = first.sentences & second.sentences
    row[_AT["one sentence"]] = bool(shared)
    apart = min(abs(a - b) for a in first.sentences for b in second.sentences)
    row[_AT["apart"]] = min(apart, _FAR) / _FAR
    row[_AT["first before"]] = first.mention.start < second.mention.start
    if not shared:
        return
    gap, number, start, end = min(
        (max(a[1], b[1]) - min(a[2], b[2]), a[0], min(a[2], b[2]), max(a[1], b[1]))
        for a, b in itertools.product(first.places, second.places)
        if a[0] == b[0]
    )
    row[_AT["near"]] = 1 / (1 + max(gap, 0) / 20)
    inner = {word for at, word in words.get(number, ()) if start <= at < end}
    for cue in CUES:
        row[_AT[f"between {cue}"]] = not inner.isdisjoint(view.cues[cue])
    for word in inner.intersection(PREPOSITIONS):
        row[_AT[f"between {word}"]] = 1


def _by_tags(doc: Doc, found: list[Entity], pairs: list[tuple[int, int]], out: Any) -> None:
    """The tagger's likelihoods of each relation, as logarithms."""
    at = np.array(pairs)
    first, second = np.stack([e.sides[0] for e in found]), np.stack([e.sides[1] for e in found])
    likely = np.log(np.maximum(doc._.tags.relations(first[at[:, 0]], second[at[:, 1]]), 1e-3))
    out[:, _AT["tag none"] : _AT["tag none"] + likely.shape[1]] = likely
    row_of = {pair: row for row, pair in enumerate(pairs)}
    back = [row_of.get((j, i), -1) for i, j in pairs]
    out[:, _AT["tag back"]] = [likely[row, 0] if row >= 0 else 0.0 for row in back]
