"""Decides which things of a body its paper uses, and how: one decision a paper and thing, from all its places.

A linear model for each type weighs where a thing is named, by which words, and in which form (data/models/uses.json,
fitted by scripts/train_uses.py to papers whose uses were annotated by reading). A thing below the threshold is only
mentioned.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from math import fsum
from typing import Any

from kg.entity_types import data_folder
from kg.extract.body.things import BodyPlace, BodyThing, Whole, settings
from kg.model import Evidence, Part, Usage
from kg.text import fold, raw_span

EXTRACTOR = "uses/1"
TYPES = ("hardware", "model", "dataset", "software", "baseline")
_CITED = re.compile(
    r"\s?(?:\[\d{1,3}(?:[,–\- ]+\d{1,3})*\]|\((?:[A-Z][\w'-]+[^()\d]{0,40})?(?:19|20)\d\d|"
    r"[A-Z][\w'-]+ et al)"
)
_WORD = r"[^\W\d_]+|[\u3400-\u9fff]"
_SENTENCE = 2000  # characters of a sentence that are read
_AROUND = 40  # characters beside a name that are its nearest words
_COMMON = 2.0  # highest logarithm of a count

Features = dict[str, float]


@cache
def weights() -> Mapping[str, Any]:
    """By type: `weights` of features, and the `threshold` of the likelihood."""
    return dict(json.loads((data_folder("data") / "models" / "uses.json").read_text("utf-8")))


@cache
def _signs() -> dict[str, str]:
    return {word: sign for sign, words in settings()["signs"].items() for word in words.split()}


def read_uses(whole: Whole, own: str) -> list[Usage]:
    """What a paper uses or mentions; the most likely of each type first. `own`: the name of what it proposes."""
    found: list[tuple[float, Usage]] = []
    for thing, features in rated(whole, own):
        kind, likely = _likeliest(thing, features)
        if kind:
            found.append((likely, _use(whole, thing, kind, likely)))
    ordered = [use for _, use in sorted(found, key=lambda one: (-one[0], one[1].name))]
    ordered = ordered[: settings()["limits"]["things"]]
    names = whole_names([(use.type, use.use == "mentioned", use.name) for use in ordered])
    return [use for use, is_whole in zip(ordered, names, strict=True) if is_whole]


def whole_names(said: list[tuple[str, bool, str]]) -> list[bool]:
    """Which names are no part of another one of their type, the first of equals: "V100" beside "NVIDIA V100 16GB".

    What is used (False) hides what is mentioned (True), not the other way round.
    """
    folded = [f" {fold(name)} " for _, _, name in said]
    out: list[bool] = []
    for at, (kind, is_mentioned, _) in enumerate(said):
        mine, glued = folded[at], folded[at].replace(" ", "")
        others = (
            k for k, (other, mentioned, _) in enumerate(said) if k != at and other == kind and mentioned <= is_mentioned
        )
        out.append(
            not any(
                (mine in folded[k] and mine != folded[k]) or (k < at and folded[k].replace(" ", "") == glued)
                for k in others
            )
        )
    return out


def rated(whole: Whole, own: str) -> list[tuple[BodyThing, Features]]:
    """The things of a body with their features."""
    said: dict[tuple[int, int], frozenset[str]] = {}
    stem, title = fold(own), f" {fold(whole.doc._.text[: max(0, whole.at - 4)])} "
    return [(thing, _features(whole, thing, stem, title, said)) for thing in whole.things.values()]


def _features(
    whole: Whole, thing: BodyThing, stem: str, title: str, said: dict[tuple[int, int], frozenset[str]]
) -> Features:
    groups: Counter[str] = Counter()
    signs: Counter[str] = Counter()
    for place in thing.places:
        piece = whole.pieces[place.piece]
        groups[piece.group] += 1
        if place.sentence not in said:
            said[place.sentence] = frozenset(_signs()[w] for w in _words_beside(whole, place) if w in _signs())
        start, end = piece.start + place.start, piece.start + place.end
        signs.update(said[place.sentence])
        before = _words(whole.text[max(piece.start, start - _AROUND) : start])[-2:]
        behind = _words(whole.text[end : min(piece.end, end + _AROUND)])[:2]
        signs.update({f"{_signs()[w]} before" for w in before if w in _signs()})
        signs.update({f"{_signs()[w]} behind" for w in behind if w in _signs()})
        signs["cited"] += bool(_CITED.match(whole.text, end))
    many, surface = len(thing.places), thing.surface
    out = {f"in {group}": min(_COMMON, math.log1p(n)) for group, n in groups.items()}
    out |= {f"says {sign}": n / many for sign, n in signs.items()}
    out |= {f"any {sign}": 1.0 for sign, n in signs.items() if n}
    out |= {f"is {kind or 'name'}": 1.0 for kind in thing.types}
    out |= {f"beside {kind or 'name'}": 1.0 for kind in thing.beside}
    mentioned = sum(groups[group] for group in settings()["levels"]["mentioned"])
    folded, concept = fold(surface), whole.vocabulary.concepts.get(thing.concept)
    is_product = "maker" in concept.facts if concept else any(map(str.isdigit, surface))
    shape = {
        "share of use": 1 - mentioned / many,
        "is used": float(mentioned < many),
        "often": min(_COMMON, math.log(many)),
        "product": float("hardware" in thing.types and is_product),
        "class": float("hardware" in thing.types and not is_product),
        "digit": float(any(map(str.isdigit, surface))),
        "capitals": float(surface.isupper()),
        "short": float(len(surface) < 4),
        "own": float(bool(stem) and folded == stem),
        "own family": float(len(stem) > 2 and folded != stem and folded.startswith(stem)),
        "in title": float(f" {folded} " in title),
    }
    return {"bias": 1.0} | out | {name: value for name, value in shape.items() if value}


def _likeliest(thing: BodyThing, features: Features) -> tuple[str, float]:
    """The type that a thing is most likely used as, else its own type with 0; "" where it has none."""
    best = max(((likelihood(kind, features), kind) for kind in TYPES), default=(0.0, ""))
    if best[0] >= weights()[best[1]]["threshold"]:
        return best[1], best[0]
    return next((kind for kind in TYPES if kind in thing.types), ""), 0.0


def likelihood(kind: str, features: Features) -> float:
    """The likelihood that a thing is used as one of a type; 0 where only the introduction or the like names it."""
    if "is used" not in features:
        return 0.0
    by = weights()[kind]["weights"]
    return 1 / (
        1 + math.exp(-max(-30.0, min(30.0, fsum(by.get(name, 0.0) * value for name, value in features.items()))))
    )


def _use(whole: Whole, thing: BodyThing, kind: str, likely: float) -> Usage:
    """The use of a thing with its quotes, the surest first."""
    levels = [*settings()["levels"]["order"], *settings()["levels"]["mentioned"]]
    places = sorted(
        thing.places, key=lambda place: (levels.index(whole.pieces[place.piece].group), place.piece, place.start)
    )
    quotes = tuple(_evidence(whole, place) for place in places[: settings()["limits"]["places"]])
    level = whole.pieces[places[0].piece].group
    use = _how(whole, kind, places) if likely else "mentioned"
    name = thing.name if kind in thing.types else thing.surface
    concept = thing.concept if thing.concept.startswith(f"{kind}:") else ""
    at = _raw(whole, places[0])
    surface = whole.raw(places[0].piece)[slice(*at)]
    return Usage(kind, name, use, quotes, level, concept, len(thing.places), surface, at, EXTRACTOR, round(likely, 2))


def _how(whole: Whole, kind: str, places: list[BodyPlace]) -> str:
    """How a thing is used: by the words of the sentences that name it, the surest first."""
    cues = settings()["use"][kind]
    last = list(cues)[-1]
    for place in places[:3]:
        words = set(_words_beside(whole, place))
        for use, said in cues.items():
            if words.intersection(said.split()):
                return str(use)
    return str(last)


def _words(text: str) -> list[str]:
    return [word.lower() for word in re.findall(_WORD, text)]


def _words_beside(whole: Whole, place: BodyPlace) -> list[str]:
    """The words of the sentence of a place."""
    return _words(whole.text[slice(*place.sentence)][:_SENTENCE])


def _raw(whole: Whole, place: BodyPlace) -> tuple[int, int]:
    """The offsets of a place in the raw text of its part."""
    part = whole.pieces[place.piece].part
    return raw_span(part.text, place.start, place.end) if part else (place.start, place.end)


def _evidence(whole: Whole, place: BodyPlace) -> Evidence:
    """The sentence of a place, with offsets in the raw text of its part; a cell as a whole."""
    piece = whole.pieces[place.piece]
    if piece.part is None:
        return Evidence(whole.text[piece.start : piece.end], piece.id, 0, piece.end - piece.start)
    start, end = (max(0, place.sentence[0] - piece.start), min(piece.end, place.sentence[1]) - piece.start)
    return evidence_of(piece.part, start, end)


def evidence_of(part: Part, start: int, end: int) -> Evidence:
    """A span of the repaired text of a part as evidence, by its place in the raw text."""
    first, last = raw_span(part.text, start, end)
    return Evidence(part.text.raw[first:last], part.id, first, last)
