"""What the body of a paper says that was read whole: what it uses, its set-up, its limitations, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.model import Document, Evidence, Paper
from kg.text import fold
from kg.trust import LIKELY
from kg.views.answers import pieces, place_of
from kg.views.selection import clean
from kg.views.words import PageWords

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

#: Types of what papers use, in the order in which they are shown.
TYPES = ("hardware", "model", "dataset", "software", "baseline")


def body_profile(graph: GraphReader, paper: Paper, lang: str) -> dict[str, Any]:
    """`used` and `mentioned` by type, `setup` and `limitations`; empty for a paper that was read by its abstract."""
    words = PageWords(lang)
    used: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in TYPES}
    mentioned: dict[str, dict[str, str]] = {kind: {} for kind in TYPES}
    setup: dict[tuple[str, ...], dict[str, Any]] = {}
    limits: dict[str, dict[str, Any]] = {}
    uses = [(use, document) for document, record in paper.entries for use in record.uses]
    if len({document.id for _, document in uses}) > 1:  # each thing is shown from the file that is surest of it
        uses.sort(key=lambda one: -one[0].confidence)
    for use, document in uses:
        name = clean(graph.label(use.concept, lang) if use.concept else use.name)
        if use.use == "mentioned":
            mentioned[use.type].setdefault(fold(name), name)
            continue
        told: dict[str, Any] = {"name": name, "concept": use.concept, "use": use.use, "devices": use.devices}
        told |= {"called": f"{name} ×{use.devices}" if use.devices else name, "places": use.count}
        told |= {"said": words(f"use.{use.use}"), "is_sure": use.confidence >= LIKELY}
        used[use.type].setdefault(fold(name), told | _quoted(document, use.places[0], use.surface, words))
    for document, record in paper.entries:
        for one in record.setup:
            said = {"name": one.name, "said": words(f"setup.{one.name}"), "value": one.value, "unit": clean(one.unit)}
            setup.setdefault(tuple(said.values()), said | _quoted(document, one.place, one.surface, words))
        limits = limits or {fold(one.quote): _quoted(document, one, "", words) for one in record.limitations}
    return {
        "used": {kind: list(found.values()) for kind, found in used.items() if found},
        "mentioned": {
            kind: [found[key] for key in found if key not in used[kind]] for kind, found in mentioned.items()
        },
        "setup": sorted(setup.values(), key=lambda one: list(words.group("setup")).index(one["name"])),
        "limitations": list(limits.values()),
    }


def kind_named(kind: str, words: PageWords) -> str:
    """What a type of used things is called."""
    return words(f"show.{kind}" if kind in ("software", "baseline") else f"type.{kind}")


def _quoted(document: Document, place: Evidence, lit: str, words: PageWords) -> dict[str, Any]:
    """A quote in pieces, lit or not, and where it stands."""
    found, where = pieces(place.quote, [lit] if lit else []), place_of(place.field, words, document)
    return {"quote": clean(place.quote), "pieces": found, "part": place.field, "place": where,
            "within": words("answer.in", place=where) if where else ""}  # fmt: skip
