"""The candidate ends of relations: the entities of a paper, each with all its names and places."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from spacy.tokens import Doc

from kg.extract.context import DocView, abbreviates
from kg.model import Mention
from kg.text import fold

FIRST = ("technique", "model")  # types of heads
SECOND = ("technique", "model", "problem", "task", "dataset", "hardware")
MOST = 60  # entities of a paper that are paired
#: An acronym in brackets right after a name: "adaptive token pruning (ATP)".
_BRACKETS = re.compile(r" ?\(([A-Za-z][\w-]{1,12})s?[,;)]")


@dataclass(slots=True)
class Placed:
    """A mention with all places of its entity: (sentence, start, end)."""

    mention: Mention
    places: list[tuple[int, int, int]]
    own: bool
    sides: Any = None
    sentences: set[int] = field(default_factory=set)


def entities(doc: Doc, view: DocView) -> list[Placed]:
    """The entities of a Doc that may be ends of relations, in the order of their mentions.

    Mentions of the same entity (acronym and expansion, aliases, one concept) are merged into the first of them.
    """
    starts = [s for s, _ in doc._.sentences]
    found: dict[str, Placed] = {}
    spans: dict[int, set[tuple[int, int]]] = {}
    out: list[Placed] = []
    for mention in doc._.mentions:
        if mention.type not in SECOND:
            continue
        names = list(_names(doc, view, mention))
        known = next((e for n in names if (e := found.get(n)) and _may_be_one(e.mention, mention)), None)
        if known is None and len(out) == MOST:
            continue
        if known is None:
            known = Placed(mention, [], False)
            out.append(known)
        for name in names:
            found.setdefault(name, known)
        here = spans.setdefault(id(known), set())
        here.add((mention.start, mention.end))
        for form in dict.fromkeys((doc._.text[mention.start : mention.end], *mention.aliases)):
            here.update(view.places(form))
        known.own |= mention.type == "technique" and bool(view.name) and fold(mention.surface) == view.name
    for entity in out:
        places = sorted(spans[id(entity)])
        entity.places = [(bisect_right(starts, s) - 1, s, e) for s, e in places]
        entity.sides = doc._.tags.side(entity.mention.type, places) if doc._.tags is not None else None
        entity.sentences = {s for s, _, _ in entity.places}
    return out


def _names(doc: Doc, view: DocView, mention: Mention) -> Iterator[str]:
    """The names of an entity, each folded into one word: its name, its aliases, the acronym in brackets after it."""
    surface = doc._.text[mention.start : mention.end]
    forms = [mention.canonical, surface, *mention.aliases]
    behind = _BRACKETS.match(doc._.text, mention.end)
    if behind and abbreviates(behind[1], surface):
        forms.append(behind[1])
    acronym = view.acronym_of.get(fold(surface), "")
    for form in (*forms, acronym):
        if name := fold(form).replace(" ", ""):
            yield name


def _may_be_one(a: Mention, b: Mention) -> bool:
    """Whether two mentions of one name may be one entity: same type, or a technique and a model."""
    return a.type == b.type or {a.type, b.type} == set(FIRST)
