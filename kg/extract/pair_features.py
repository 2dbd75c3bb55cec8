"""Features of a pair of mentions for the judge "same", which decides whether they are one technique."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from kg.extract.component import sentence_of
from kg.extract.context import abbreviates
from kg.extract.edges import lists
from kg.extract.named import WORD
from kg.model import ROLES, Mention
from kg.text import fold

if TYPE_CHECKING:
    from kg.extract.context import DocView
    from kg.extract.judge import Features

Place = tuple[int, int]
_BETWEEN = re.compile(r"[^\W_]+|[(),:;/&-]")
_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"[a-z\d][A-Z]|[A-Z]{2}")
ARTICLE = 12  # characters before a mention that may contain an article
_FAR = 40  # maximum distance in characters for features of the text between two mentions
_NEAR = 4  # maximum number of words and marks for these features


def features(view: DocView, mentions: Sequence[Mention]) -> dict[tuple[int, int], Features]:
    """The features of each pair of mentions, by their indices, the earlier mention first."""
    seen = [_Seen(view, mention) for mention in mentions]
    mates = lists(view.text, {place for one in seen for place in one.places})
    rivals, between = _rivals(seen), _between(seen)
    out = {}
    for i, j in combinations(sorted(range(len(seen)), key=lambda i: seen[i].mention.start), 2):
        others = {"rivals": rivals[i][j], "between": between[i][j]}
        out[i, j] = {**_of_pair(view, seen[i], seen[j], mates), **others}
    return out


class _Seen:
    """A mention with the properties that are compared."""

    def __init__(self, view: DocView, mention: Mention) -> None:
        self.mention = mention
        surface = view.text[mention.start : mention.end]
        forms = dict.fromkeys((surface, *mention.aliases))
        self.places = sorted({(mention.start, mention.end), *(p for form in forms for p in view.places(form))})
        self.surface, self.form = surface, fold(surface)
        self.words = self.form.split()
        self.set = frozenset(self.words)
        self.glued = "".join(self.words)
        self.digits = set(_NUMBER.findall(self.form))
        self.lower, self.is_name = surface.islower(), bool(_NAME.search(surface))
        self.letters, self.initials = _letters(surface), _initials(surface)
        self.sentences = {sentence_of(view.doc, start) for start, _ in self.places}
        concept = view.concept(surface, "technique")
        self.concept = concept.curie if concept else ""
        known = view.vocabulary.cues
        self.core = self.set - known("label-modifier") - known("label-frame-technique") - known("label-form-technique")
        tags = view.doc._.tags
        self.roles = tags.roles(*self.places[0])[: len(ROLES)]
        self.sides = np.concatenate(tags.side("technique", self.places))
        self.norm = np.linalg.norm(self.sides)
        before = view.words(max(0, mention.start - ARTICLE), mention.start)
        self.definite = bool(before) and before[-1] in known("definite")


def _of_pair(view: DocView, a: _Seen, b: _Seen, mates: Mapping[Place, list[Place]]) -> Features:
    shared = a.set & b.set
    out: Features = {
        "share": 2 * len(shared) / max(1, len(a.set) + len(b.set)),
        "core share": 2 * len(a.core & b.core) / max(1, len(a.core) + len(b.core)),
        "core equal": float(bool(a.core) and a.core == b.core),
        "glued": float(a.glued == b.glued),
        "last": float(a.words[-1:] == b.words[-1:]),
        "first": float(a.words[:1] == b.words[:1]),
        "inside": float(b.set < a.set),
        "holds": float(a.set < b.set),
        "core inside": float(b.core < a.core),
        "core holds": float(a.core < b.core),
        "length": min(len(a.words), 8) / 8,
        "length other": min(len(b.words), 8) / 8,
        "digits differ": float(a.digits != b.digits),
        "short": float(abbreviates(a.surface, b.surface) or abbreviates(b.surface, a.surface)),
        "initials": float(_is_initials(a, b) or _is_initials(b, a)),
        "part": float(a.glued in b.glued or b.glued in a.glued),
        "known": float(bool(a.concept)) + float(bool(b.concept)),
        "one concept": float(bool(a.concept) and a.concept == b.concept),
        "two concepts": float(bool(a.concept and b.concept) and a.concept != b.concept),
        "own": float(view.name in (a.form, b.form)),
        "holds own": float(bool(view.name) and (view.name in a.form) != (view.name in b.form)),
        "definite": float(b.definite),
        "lower": float(b.lower),
        "lower both": float(a.lower and b.lower),
        "names": float(a.is_name) + float(b.is_name),
        "in title": float(a.places[0][1] <= view.title[1]),
        "one sentence": len(a.sentences & b.sentences) / min(len(a.sentences), len(b.sentences)),
        "often": min(len(a.places), 4) / 4,
        "often other": min(len(b.places), 4) / 4,
        "sure": a.mention.confidence,
        "sure other": b.mention.confidence,
        "roles": float(a.roles @ b.roles),
        "near sides": float(a.sides @ b.sides / (a.norm * b.norm + 1e-6)),
    }
    out |= {role: float(min(x, y)) for role, x, y in zip(ROLES, a.roles, b.roles, strict=True)}
    out["mates"] = float(any(q in mates.get(p, ()) for p in a.places for q in b.places))
    return out | _nearest(view, a.places, b.places)


def _rivals(seen: Sequence[_Seen]) -> list[list[float]]:
    """How many others share at least as many core words with the second of a pair as the first does.

    By first and second; (mentions, mentions), scaled to 0..1.
    """
    column = {word: at for at, word in enumerate(sorted(set[str]().union(*(s.core for s in seen))))}
    holds = np.zeros((len(seen), len(column)), int)
    for row, one in zip(holds, seen, strict=True):
        row[[column[word] for word in one.core]] = 1
    shared = holds @ holds.T
    # The two mentions of a pair are counted in their column too, hence less two.
    less = [np.searchsorted(np.sort(likeness), likeness) + 2 for likeness in shared.T]
    like = np.where(shared > 0, len(seen) - np.array(less, int).reshape(shared.shape).T, 0)
    as_rows: list[list[float]] = (np.minimum(like, 4) / 4).tolist()
    return as_rows


def _between(seen: Sequence[_Seen]) -> list[list[float]]:
    """How many others begin between the two of a pair, by first and second; (mentions, mentions), scaled to 0..1."""
    starts = np.array([s.mention.start for s in seen], int)
    order = np.sort(starts)
    before, upto = np.searchsorted(order, starts), np.searchsorted(order, starts, "right")
    as_rows: list[list[float]] = (np.clip(before[None, :] - upto[:, None], 0, 8) / 8).tolist()
    return as_rows


def _nearest(view: DocView, first: Sequence[Place], second: Sequence[Place]) -> Features:
    """Features of the words and marks between the closest occurrences of two mentions."""
    gap, low, high, ahead = min(
        (max(a[0], b[0]) - min(a[1], b[1]), min(a[1], b[1]), max(a[0], b[0]), a < b) for a in first for b in second
    )
    if gap < 0:
        return {"overlap": 1.0}
    between = [m[0].lower() for m in _BETWEEN.finditer(view.text, low, min(high, low + _FAR))]
    if gap > _FAR or len(between) > _NEAR:
        return {"far": 1.0}
    said = " ".join(between)
    return {f"{WORD}{said}": 1.0, **{f"{WORD}has {w}": 1.0 for w in between}, "ahead": float(ahead), "near": 1.0}


def _letters(short: str) -> str:
    """The letters of a possible short form, without a plural s; "" if it is too short, too long or has spaces."""
    letters = re.sub(r"[^a-z0-9]", "", re.sub(r"(?<=[A-Z])s$", "", short).lower())
    return letters if 2 <= len(letters) <= 8 and " " not in short else ""


def _initials(long: str) -> str:
    return "".join(word[0] for word in re.findall(r"[a-z0-9]+", long.lower()))


def _is_initials(short: _Seen, long: _Seen) -> bool:
    """Whether a short form consists of the initials of a longer form's words."""
    return bool(short.letters) and short.letters in long.initials
