"""Decides which things of a body its paper uses, and how: one decision a paper and thing, from all its places.

Boosted trees weigh where a thing is named, by which words, in which form, and what heads the rows or columns of a table
with it (data/models/uses.onnx, fitted by scripts/train_uses.py to papers whose uses were annotated by reading). More of
them weigh how likely the things beside it are (uses-beside.onnx), as members of one group share type and use. The mean
of both counts: a thing below the threshold of its type is only mentioned.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from kg.entity_types import data_folder
from kg.extract.body.citing import cited_as
from kg.extract.body.things import BodyPlace, BodyThing, Whole, evidence_of, settings
from kg.extract.judge import Features, Judge
from kg.model import Evidence, Usage
from kg.text import fold, raw_span

EXTRACTOR = "uses/2"
TYPES = ("hardware", "model", "dataset", "software", "baseline")
GROUPS = ("list", "axis", "sentence", "cited", "caption", "family")
#: The columns of the second round: likelihoods of the first one, of a thing and of what stands beside it.
MATES = tuple(
    f"{what} {kind}"
    for what in ("first", "sum", *(f"{group} {how}" for group in GROUPS for how in ("best", "mean")))
    for kind in TYPES
)
_CITED = re.compile(
    r"\s?(?:\[\d{1,3}(?:[,–\- ]+\d{1,3})*\]|\((?:[A-Z][\w'-]+[^()\d]{0,40})?(?:19|20)\d\d|"
    r"[A-Z][\w'-]+ et al)"
)
_WORD = r"[^\W\d_]+|[\u3400-\u9fff]"
_SENTENCE = 2000  # characters of a sentence that are read
_AROUND = 40  # characters beside a name that are its nearest words
_NAMED = 4  # words before a colon that are no name
_WORDS = 6  # of a name
_OPENING = 5  # characters before what an item of a list is about
_MANY = 5.0  # highest logarithm of a count of a paper
_COMMON = 2.0  # highest logarithm of a count


class UseModel(NamedTuple):
    trees: Judge  # of things; labels are none, then the types
    again: Judge  # the same with the likelihoods of what stands beside a thing
    thresholds: dict[str, float]  # of likelihoods, by type
    links: Features  # weights of links to a paper's own code


@cache
def model() -> UseModel:
    """What is fitted to annotated papers: data/models/uses.json and the trees in uses.onnx."""
    folder = data_folder("data") / "models"
    told = json.loads((folder / "uses.json").read_text("utf-8"))
    labels = {"labels": ["", *TYPES], "threshold": 0.0}
    trees = Judge({**labels, "features": told["features"], "trees": (folder / "uses.onnx").read_bytes()})
    again = [*told["features"], *MATES]
    second = Judge({**labels, "features": again, "trees": (folder / "uses-beside.onnx").read_bytes()})
    return UseModel(trees, second, told["thresholds"], told["links"])


@cache
def _signs() -> dict[str, str]:
    return {word: sign for sign, words in settings()["signs"].items() for word in words.split()}


def read_uses(whole: Whole, own: str) -> list[Usage]:
    """What a paper uses or mentions; the most likely of each type first. `own`: the name of what it proposes."""
    found: list[tuple[float, Usage]] = []
    rows = rated(whole, own)
    for (thing, _), likelies in zip(rows, _likelihoods(whole, rows), strict=True):
        kind, likely = _likeliest(thing, likelies)
        if kind:
            found.append((likely, _use(whole, thing, kind, likely)))
    ordered = [use for _, use in sorted(found, key=lambda one: (-one[0], one[1].name))]
    ordered = ordered[: settings()["limits"]["things"]]
    names = whole_names([(use.type, use.use == "mentioned", use.name) for use in ordered])
    return [use for use, is_whole in zip(ordered, names, strict=True) if is_whole]


def _likelihoods(whole: Whole, rows: list[tuple[BodyThing, Features]]) -> Any:
    """The likelihood of each type for each thing: alone, then with those of what stands beside it; (things, types)."""
    if not rows:
        return []
    by, table = model(), model().trees.table([features for _, features in rows])
    is_used = table[:, [by.trees.features.index("is used")]] > 0  # not where only the introduction names it
    first = by.trees.of_table(by.trees.features, table)[:, 1:] * is_used
    beside = beside_of(grouped(whole, [thing for thing, _ in rows]), first)
    again = by.again.of_table(by.again.features, np.hstack([table, beside]).astype(np.float32))[:, 1:]
    return (first + again * is_used) / 2


def grouped(whole: Whole, things: list[BodyThing]) -> dict[str, list[list[int]]]:
    """The groups of things that share their use, by kind: one list, one axis of a table, one sentence, one family."""
    at = {id(thing): number for number, thing in enumerate(things)}
    groups: dict[str, dict[Any, dict[int, None]]] = {kind: defaultdict(dict) for kind in GROUPS}
    for number, listed in enumerate(whole.lists):
        groups["list"][number] = dict.fromkeys(at[id(thing)] for thing in listed)
    for number, thing in enumerate(things):
        for place in thing.places:
            piece = whole.pieces[place.piece]
            if piece.axis:
                groups["axis"][piece.axis][number] = None
            elif piece.group == "caption":
                groups["caption"][place.piece][number] = None
            else:
                groups["sentence"][place.sentence][number] = None
                if piece.part and piece.part.kind == "item" and place.start < _OPENING:
                    groups["list"][piece.part.headings][number] = None
                if _CITED.match(whole.text, piece.start + place.end):
                    groups["cited"][place.sentence][number] = None
        groups["family"][_stem(thing.name)][number] = None
    return {kind: [list(some) for some in found.values() if len(some) > 1] for kind, found in groups.items()}


def beside_of(groups: dict[str, list[list[int]]], likely: Any) -> Any:
    """The columns MATES: own likelihoods, sums of the paper, by kind of group the best and the mean of the others."""
    columns = [likely, np.broadcast_to(np.log1p(likely.sum(axis=0)), likely.shape)]
    for kind in GROUPS:
        best, mean = np.zeros_like(likely), np.zeros_like(likely)
        for some in groups[kind]:
            own = likely[some]
            highest = np.sort(own, axis=0)[::-1][:2]
            others = np.where(own == highest[0], highest[1], highest[0])
            best[some] = np.maximum(best[some], others)
            mean[some] = np.maximum(mean[some], (own.sum(axis=0) - own) / (len(some) - 1))
        columns += [best, mean]
    return np.hstack(columns)


def _stem(name: str) -> str:
    """The first word of a name without what tells variants apart: "resnet" of "ResNet-50"."""
    return re.split(r"[^a-z]", fold(name), maxsplit=1)[0] or name


def whole_names(said: list[tuple[str, bool, str]]) -> list[bool]:
    """Which names are no part of another one of their type, the first of equals: "V100" beside "NVIDIA V100 16GB".

    The likeliest is first: of models and baselines it is kept beside a longer one that is less likely. What is used
    (False) hides what is mentioned (True), not the other way round.
    """
    folded = [f" {fold(name)} " for _, _, name in said]
    out: list[bool] = []
    for at, (kind, is_mentioned, _) in enumerate(said):
        mine, glued = folded[at], folded[at].replace(" ", "")
        others = [k for k, one in enumerate(said) if one[0] == kind and one[1] <= is_mentioned and folded[k] != mine]
        if kind in ("model", "baseline") and not is_mentioned:
            others = [k for k in others if k < at]
        before = [k for k in range(at) if said[k][0] == kind and said[k][1] <= is_mentioned]
        is_again = any(folded[k].replace(" ", "") == glued for k in before)
        out.append(not is_again and not any(mine in folded[k] for k in others))
    return out


def rated(whole: Whole, own: str) -> list[tuple[BodyThing, Features]]:
    """The things of a body with their features."""
    seen = SeenThings.of(whole, own)
    return [(thing, _features(whole, thing, seen) | _among(whole, thing, seen)) for thing in whole.things.values()]


class SeenThings(NamedTuple):
    """What the features of all things of a body share."""

    stem: str  # of what the paper proposes
    title: str
    said: dict[tuple[int, int], frozenset[str]]  # signs of sentences
    axes: dict[str, list[BodyThing]]  # what heads the rows or columns of a table
    captions: dict[str, frozenset[str]]  # signs of captions by table
    heads: dict[str, set[str]]  # signs of what heads rows or columns, by axis
    own: frozenset[str]  # axes with what the paper proposes
    sentences: Counter[tuple[int, int]]  # things that a sentence names
    paper: Features
    within: frozenset[str]  # what is a part of a name: "math" of "MATH-500"

    @classmethod
    def of(cls, whole: Whole, own: str) -> SeenThings:
        title = whole.doc._.text[: max(0, whole.at - 4)]
        before = title.partition(":")[0] if ":" in title else ""
        stem = fold(own or (before if len(before.split()) < _NAMED else ""))
        axes = defaultdict[str, list[BodyThing]](list)
        sentences: Counter[tuple[int, int]] = Counter()
        for thing in whole.things.values():
            sentences.update({place.sentence for place in thing.places})
            for axis in dict.fromkeys(whole.pieces[place.piece].axis for place in thing.places):
                axes[axis].append(thing)
        captions, mine = {}, set()
        heads = defaultdict[str, set[str]](set)
        for piece in whole.pieces:
            text = whole.text[piece.start : piece.end]
            if piece.group == "caption":
                captions[piece.id.split("/")[0]] = frozenset(_signs()[w] for w in _words(text) if w in _signs())
            elif piece.axis:
                heads[piece.axis].update(_signs()[w] for w in _words(text) if w in _signs())
                if "own" in map(_signs().get, _words(text)) or (stem and stem in fold(text)):
                    mine.add(piece.axis)
        things = whole.things.values()
        models = [one for one in things if "model" in one.types]
        paper = {
            "paper has own model": float(bool(stem) and any(fold(one.surface).startswith(stem) for one in models)),
            "paper has own head": float(bool(mine)),
            "paper has models": min(_MANY, math.log1p(len(models))),
            "paper has heads": min(_MANY, math.log1p(len(axes))),
        }
        within = frozenset(part for thing in things for part in _parts(thing.name))
        return cls(stem, f" {fold(title)} ", {}, axes, captions, heads, frozenset(mine), sentences, paper, within)


def _parts(name: str) -> Iterator[str]:
    """The words of a name, and more of them in sequence, but not all."""
    words = fold(name).split()[:_WORDS]
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            if end - start < len(words):
                yield " ".join(words[start:end])


def _among(whole: Whole, thing: BodyThing, seen: SeenThings) -> Features:
    """The features of a thing by what heads rows or columns with it, and by what else is said in its sentences."""
    out = defaultdict[str, float](float)
    axes = {axis for place in thing.places if (axis := whole.pieces[place.piece].axis)}
    for axis in axes:
        table, kind = axis.split("/")
        mates = [mate for mate in seen.axes[axis] if mate is not thing]
        out[f"heads {kind}"] = 1.0
        out["mates"] = max(out["mates"], min(_COMMON, math.log1p(len(mates))))
        out["own mate"] = max(out["own mate"], float(axis in seen.own))
        out |= {f"table says {sign}": 1.0 for sign in seen.captions.get(table, ())}
        for other, which in (("rows", kind == "rows"), ("columns", kind == "columns")):
            said = seen.heads.get(f"{table}/{other}", ())
            out |= {f"{'heads' if which else 'across'} say {sign}": 1.0 for sign in said}
        for type_ in {type_ for mate in mates for type_ in mate.types}:
            share = sum(type_ in mate.types for mate in mates) / len(mates)
            out[f"mates are {type_ or 'names'}"] = max(out[f"mates are {type_ or 'names'}"], share)
    made = dict(out)
    if axes:
        made["mostly cells"] = sum(bool(whole.pieces[place.piece].axis) for place in thing.places) / len(thing.places)
    crowd = sum(seen.sentences[place.sentence] for place in thing.places) / len(thing.places)
    made["crowd"] = min(_COMMON, math.log(crowd))
    first = thing.places[0].piece / max(1, len(whole.pieces))
    surface = thing.surface
    words = surface.split()
    return (
        made
        | seen.paper
        | {
            "within a name": float(fold(thing.name) in seen.within),
            "first": first,
            "sections": len({whole.pieces[place.piece].id.split("/")[0] for place in thing.places}) ** 0.5,
            "words": float(min(4, len(words))),
            "letters": min(20, len(surface)) / 10,
            "sized": float(bool(re.search(r"\d[BM]\b", surface))),
            "hyphen": float("-" in surface),
            "small": float(surface.islower()),
            "word": float(surface.istitle() and surface.isalpha()),
            "known": float(bool(thing.concept)),
        }
    )


def _features(whole: Whole, thing: BodyThing, seen: SeenThings) -> Features:
    said, stem, title = seen.said, seen.stem, seen.title
    groups: Counter[str] = Counter()
    signs: Counter[str] = Counter()
    for place in thing.places:
        piece = whole.pieces[place.piece]
        groups[piece.group] += 1
        if place.sentence not in said:
            words = _words(whole.text[slice(*place.sentence)][:_SENTENCE])
            named = ["named own"] if stem and stem in " ".join(words) else []
            said[place.sentence] = frozenset([*named, *(_signs()[w] for w in words if w in _signs())])
        start, end = piece.start + place.start, piece.start + place.end
        signs.update(said[place.sentence])
        before = _words(whole.text[max(piece.start, start - _AROUND) : start])[-2:]
        behind = _words(whole.text[end : min(piece.end, end + _AROUND)])[:2]
        signs.update({f"{_signs()[w]} before" for w in before if w in _signs()})
        signs.update({f"{_signs()[w]} behind" for w in behind if w in _signs()})
        if cited := _CITED.match(whole.text, end):
            signs["cited"] += 1
            if piece.part and piece.group != "caption":
                first, last, at, to = (one - piece.start for one in (*place.sentence, start, cited.end()))
                signs[f"cited as {cited_as(piece.part, first, last, at, to, stem)}"] += 1
    many, surface = len(thing.places), thing.surface
    out = {f"in {group}": min(_COMMON, math.log1p(n)) for group, n in groups.items()}
    out |= {f"says {sign}": n / many for sign, n in signs.items()}
    out |= {f"any {sign}": 1.0 for sign, n in signs.items() if n}
    out |= {f"is {kind or 'name'}": 1.0 for kind in thing.types}
    out |= {f"formed as {kind}": 1.0 for kind, form in settings()["forms"].items() if re.search(form, surface)}
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
        "authors": float("et al" in surface),
        "own": float(bool(stem) and folded == stem),
        "own family": float(len(stem) > 2 and folded != stem and folded.startswith(stem)),
        "in title": float(f" {folded} " in title),
    }
    return {"bias": 1.0} | out | {name: value for name, value in shape.items() if value}


def _likeliest(thing: BodyThing, likelies: Any) -> tuple[str, float]:
    """The type that a thing is most likely used as, else its own type with 0; "" where it has none."""
    best, kind = max((float(likely), kind) for likely, kind in zip(likelies, TYPES, strict=True))
    if best >= model().thresholds[kind]:
        return kind, best
    return next((kind for kind in TYPES if kind in thing.types), ""), 0.0


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
        words = set(_words(whole.text[slice(*place.sentence)][:_SENTENCE]))
        for use, said in cues.items():
            if words.intersection(said.split()):
                return str(use)
    return str(last)


def _words(text: str) -> list[str]:
    return [word.lower() for word in re.findall(_WORD, text)]


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
