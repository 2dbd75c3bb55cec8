"""Pairs of entities as the relation classifier sees them: who they are, where they stand, what stands between them.

One row a pair (first, second), document-level: the two may be sentences apart. The tagger's own view of a pair comes
from the same single pass of its encoder. All pairs of a paper are looked at together, as arrays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from spacy.tokens import Doc

from kg.extract.base import field_at, sentence_of
from kg.extract.context import View
from kg.model import RELATION_TYPES, ROLES, Mention
from kg.text import Remembered, fold, tokens
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]

FIRST = ("technique", "model")  # what a relation may begin with
SECOND = ("technique", "model", "problem", "task", "dataset", "hardware")
CUES = ("outperform", "compare", "use", "evaluate", "limit", "propose")
PREPOSITIONS = ("on", "for", "with", "of", "by", "in", "to", "and")
MARKS = (",", ";", ":", "(")
MOST = 60  # entities of a paper that are paired
MOST_WORDS = 5000  # of a Doc that are looked at
_WE = frozenset({"we", "our"})
_FAR = 5  # sentences apart that are as far as any
_LONG = 20  # words between that are as many as any
_NEVER = np.iinfo(np.int64).max  # the distance of what stands in no sentence together
_LEAST = 1e-3  # likelihoods below are as good as none
_CLOSE = 12  # words between beyond which it does not matter which they are

Rules = Mapping[tuple[int, int], str]  # what the rules say of pairs, by place in the list of entities


_WORDS: Remembered[frozenset[str]] = Remembered(lambda form: frozenset(t.fold for t in tokens(form)), 50_000)


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
            places = [(bisect_right(starts, s) - 1, s, e) for s, e in sorted(spans)]
            own = mention.type == "technique" and bool(view.name) and fold(mention.surface) == view.name
            sides = doc._.tags.side(mention.type, sorted(spans)) if doc._.tags is not None else None
            out.append(Entity(mention, places, own, sides, {s for s, _, _ in places}))
    return out


_OF_ONE = (
    *SECOND,
    *ROLES,
    *(f"likely {role}" for role in ROLES),
    *("own", "title", "often", "sure", "head", "known", "early", "contribution", "we", "near own"),
)
_BETWEEN = (*CUES, *PREPOSITIONS, *MARKS, "verb")
NAMES: tuple[str, ...] = (
    *(f"first {what}" for what in _OF_ONE if what in FIRST or what not in SECOND),
    *(f"second {what}" for what in _OF_ONE),
    *("named", "alone", "apart", "first before"),
    *("one sentence", "near", "order", "words between", "next words", "first inside", "second inside"),
    *("entities between", "firsts between", "head between", "head beside", "head before", "nearest first"),
    *("sentences shared", "words shared", "first part", "second part", "one clause"),
    *(f"between {what}" for what in _BETWEEN),
    *(f"ruled {kind}" for kind in RELATION_TYPES),
    *(f"tag {kind}" for kind in ("none", *RELATION_TYPES)),
    "tag back",
    *(f"tag lead {kind}" for kind in RELATION_TYPES),
    *("tag lead whole", "tag other first", "tag head first", "tag rank first", "tag rank second"),
)
_AT = {name: i for i, name in enumerate(NAMES)}
_SIDES = [
    [(k, _AT[name]) for k, what in enumerate(_OF_ONE) if (name := f"{side} {what}") in _AT]
    for side in ("first", "second")
]


def word_feature(word: str, ahead: bool) -> str:
    """The name of the feature that a word stands between first and second (`ahead`), or between second and first."""
    return f"word {'ahead' if ahead else 'back'} {word}"


def table(
    doc: Doc, view: View, found: list[Entity], ruled: Rules, head: int, words: Sequence[str] = ()
) -> tuple[list[tuple[int, int]], Any]:
    """The pairs of entities and their features; (pairs, len(NAMES) + 2 * len(words)).

    `head` is the main thing proposed, -1 for none; of each of `words` it is told, in the order of `names_with`,
    whether it stands between the two.
    """
    is_first = np.array([e.mention.type in FIRST for e in found], bool)
    i, j = np.nonzero(is_first[:, None] & ~np.eye(len(found), dtype=bool))
    out = np.zeros((len(i), len(NAMES) + 2 * len(words)), np.float32)
    pairs = list(zip(i.tolist(), j.tolist(), strict=True))
    if not pairs:
        return pairs, out
    said: dict[int, tuple[bool, bool, bool]] = {}
    one = np.array([_of_one(doc, view, e, k == head, said) for k, e in enumerate(found)], np.float32)
    for columns, at in zip(_SIDES, (i, j), strict=True):
        out[:, [c for _, c in columns]] = one[at][:, [k for k, _ in columns]]
    out[:, _AT["named"]] = bool(view.name)
    out[:, _AT["alone"]] = is_first.sum() / 10
    _alike(doc, found, i, j, out)
    _together(doc, view, found, i, j, head, is_first, words, out)
    row_of = dict(zip(pairs, range(len(pairs)), strict=True))
    for pair, kind in ruled.items():
        if pair in row_of:
            out[row_of[pair], _AT[f"ruled {kind}"]] = 1
    if doc._.tags is not None:
        _by_tags(doc, found, i, j, head, out)
    return pairs, out


@lru_cache(maxsize=4)
def names_with(words: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a table with these words."""
    return (*NAMES, *(word_feature(word, ahead) for ahead in (True, False) for word in words))


@lru_cache(maxsize=4)
def words_of(features: tuple[str, ...]) -> tuple[str, ...]:
    """The words that a judge with these features looks at."""
    begins = word_feature("", True), word_feature("", False)
    found = [f.removeprefix(begin) for begin in begins for f in features if f.startswith(begin)]
    return tuple(dict.fromkeys(found))


def _of_one(doc: Doc, view: View, entity: Entity, head: bool, said: dict[int, tuple[bool, bool, bool]]) -> list[float]:
    """What is known of an entity by itself; (len(_OF_ONE),). `said` remembers what `_of_sentence` gives."""
    mention = entity.mention
    start, end = mention.start, mention.end
    sentence = sentence_of(doc, start)
    if sentence[0] not in said:
        said[sentence[0]] = _of_sentence(view, sentence)
    roles = [mention.role == role for role in ROLES]
    return [
        *[mention.type == kind for kind in SECOND],
        *roles,
        *(view.roles.get((start, end)) or roles),
        entity.own,
        field_at(doc, start) == "T",
        min(len(entity.places), 4) / 4,
        mention.confidence,
        head,
        mention.type in view.labels.get((start, end), ()),
        start < view.first,
        *said[sentence[0]],
    ]


def _of_sentence(view: View, sentence: tuple[int, int]) -> tuple[bool, bool, bool]:
    """Whether a sentence states a contribution, speaks of its authors, has the paper's own name."""
    words = view.words(*sentence)
    return (
        sentence in view.contributions,
        not _WE.isdisjoint(words),
        bool(view.name) and f" {view.name} " in f" {' '.join(words)} ",
    )


def _alike(doc: Doc, found: list[Entity], i: Numbers, j: Numbers, out: Any) -> None:
    """How many words two entities share by name."""
    forms = [_WORDS[doc._.text[e.mention.start : e.mention.end]] | _WORDS[e.mention.canonical] for e in found]
    number: dict[str, int] = {}
    for form in forms:
        for word in form:
            number.setdefault(word, len(number))
    has = np.zeros((len(found), len(number) + 1), np.float32)
    for row, form in zip(has, forms, strict=True):
        row[[number[word] for word in form]] = 1
    size, shared = has.sum(1), (has @ has.T)[i, j]
    out[:, _AT["words shared"]] = 2 * shared / np.maximum(size[i] + size[j], 1)
    out[:, _AT["first part"]] = (shared == size[i]) & (size[i] < size[j])
    out[:, _AT["second part"]] = (shared == size[j]) & (size[j] < size[i])


class _Text(NamedTuple):
    """The tagged words of a Doc: where each starts, and what has stood before it, counted; (words + 1, kinds)."""

    starts: Numbers
    counts: Any


@lru_cache(maxsize=4)
def _kinds(vocabulary: Vocabulary, words: tuple[str, ...]) -> Remembered[list[int]]:
    """The columns of `_BETWEEN` and of the words that a word counts for."""
    out: dict[str, list[int]] = {}
    for column, cue in enumerate(CUES):
        for word in vocabulary.cues(cue):
            out.setdefault(word, []).append(column)
    for column, word in enumerate((*PREPOSITIONS, *MARKS), len(CUES)):
        out.setdefault(word, []).append(column)
    for column, word in enumerate(words, len(_BETWEEN)):
        out.setdefault(word, []).append(column)
    return Remembered(lambda word: out.get(word.lower(), []), 50_000)


def _read(doc: Doc, view: View, words: tuple[str, ...]) -> _Text:
    kinds = _kinds(view.vocabulary, words)
    flat = list(islice(chain.from_iterable(doc._.words), MOST_WORDS))
    columns = [kinds[word.text] for word in flat]
    counts = np.zeros((len(flat) + 1, len(_BETWEEN) + len(words)), np.int32)
    counts[
        np.repeat(np.arange(1, len(flat) + 1), [len(c) for c in columns]), np.array(list(chain(*columns)), np.int64)
    ] = 1
    counts[1:, _BETWEEN.index("verb")] = [word.tag[:2] == "VB" for word in flat]
    return _Text(np.array([word.start for word in flat], np.int64), counts.cumsum(0, dtype=np.int32))


def _together(
    doc: Doc,
    view: View,
    found: list[Entity],
    i: Numbers,
    j: Numbers,
    head: int,
    is_first: Any,
    words: Sequence[str],
    out: Any,
) -> None:
    """How far two entities are from one another, and what stands between them where they are nearest."""
    flat = [(k, *place) for k, e in enumerate(found) for place in e.places]
    of, number, start, end = np.array(flat, np.int64).T
    begins = np.searchsorted(of, np.arange(len(found)))  # of the places of each entity
    apart = np.abs(np.subtract.outer(number, number))
    nearest = np.minimum.reduceat(np.minimum.reduceat(apart, begins, 0), begins, 1)
    out[:, _AT["apart"]] = np.minimum(nearest[i, j], _FAR) / _FAR
    mention = np.array([e.mention.start for e in found])
    out[:, _AT["first before"]] = mention[i] < mention[j]
    # The pair of places with the least gap: gap and number of the pair in one whole number.
    many = len(flat)
    gap = np.maximum.outer(start, start) - np.minimum.outer(end, end)
    key = np.where(apart == 0, gap * many * many + np.arange(many * many).reshape(many, many), _NEVER)
    best = np.minimum.reduceat(np.minimum.reduceat(key, begins, 0), begins, 1)[i, j]
    rows = np.flatnonzero(best < _NEVER)
    if not len(rows):
        return
    i, j, best = i[rows], j[rows], best[rows]
    a, b = np.divmod(best % (many * many), many)
    near = best // (many * many)
    ahead = start[a] < start[b]
    low, high = np.minimum(end[a], end[b]), np.maximum(start[a], start[b])
    text = _read(doc, view, tuple(words))
    x, y = np.searchsorted(text.starts, low), np.searchsorted(text.starts, high)
    y = np.maximum(x, y)
    between = text.counts[y] > text.counts[x]
    among = (start >= low[:, None]) & (end <= high[:, None]) & (of != i[:, None]) & (of != j[:, None])
    reach = np.full((len(found), len(found)), _NEVER)
    reach[i, j] = y - x
    heads = of == head
    behind = np.full(int(number.max()) + 2, _NEVER)  # where the head first ends in each sentence
    np.minimum.at(behind, number[heads], end[heads])
    sentences = np.zeros((len(found), int(number.max()) + 2), np.float32)
    sentences[of, number] = 1
    marks = [_BETWEEN.index(mark) for mark in MARKS]
    columns = {
        "one sentence": 1,
        "near": 1 / (1 + np.maximum(near, 0) / 20),
        "order": np.where(ahead, 1, -1),
        "words between": np.minimum(y - x, _LONG) / _LONG,
        "next words": 1 / (1 + y - x),
        "first inside": (start[b] <= start[a]) & (end[a] <= end[b]),
        "second inside": (start[a] <= start[b]) & (end[b] <= end[a]),
        "entities between": np.minimum(among.sum(1), 4) / 4,
        "firsts between": (among & is_first[of]).any(1),
        "head between": (among & heads).any(1),
        "head beside": behind[number[a]] < _NEVER,
        "head before": behind[number[a]] <= np.minimum(start[a], start[b]),
        "nearest first": reach[i, j] == reach.min(0)[j],
        "sentences shared": np.minimum((sentences @ sentences.T)[i, j], 3) / 3,
        "one clause": ~between[:, marks[:-1]].any(1),
    }
    for name, values in columns.items():
        out[rows, _AT[name]] = values
    at = _AT[f"between {_BETWEEN[0]}"]
    out[rows, at : at + len(_BETWEEN)] = between[:, : len(_BETWEEN)]
    if words:
        told = between[:, len(_BETWEEN) :] & (y - x <= _CLOSE)[:, None]
        out[rows, len(NAMES) :] = np.concatenate([told & ahead[:, None], told & ~ahead[:, None]], 1)


def _by_tags(doc: Doc, found: list[Entity], i: Numbers, j: Numbers, head: int, out: Any) -> None:
    """The tagger's likelihoods of each relation, as logarithms, and how they stand beside those of other pairs."""
    first, second = np.stack([e.sides[0] for e in found]), np.stack([e.sides[1] for e in found])
    likely = np.log(np.maximum(doc._.tags.relations(first[i], second[j]), _LEAST))
    at = _AT["tag none"]
    out[:, at : at + likely.shape[1]] = likely
    many = len(found)
    kinds = np.full((many, many, likely.shape[1]), np.log(_LEAST), np.float32)
    kinds[:, :, 0] = 0
    kinds[i, j] = likely
    out[:, _AT["tag back"]] = kinds[j, i, 0]
    # Of each type: how much likelier than with the likeliest other first, or, of wholes, the likeliest other second.
    at = _AT[f"tag lead {RELATION_TYPES[0]}"]
    out[:, at : at + len(RELATION_TYPES)] = _lead(kinds[:, :, 1:])[i, j]
    whole = kinds[:, :, 1 + RELATION_TYPES.index("part_of")].T
    out[:, _AT["tag lead whole"]] = _lead(whole[:, :, None])[j, i, 0]
    related = np.log(np.maximum(1 - np.exp(kinds[:, :, 0]), _LEAST))
    own = related[i, j]
    out[:, _AT["tag other first"]] = own - _lead(related[:, :, None])[i, j, 0]
    out[:, _AT["tag head first"]] = related[head, j] if head >= 0 else np.log(_LEAST)
    out[:, _AT["tag rank first"]] = (related[:, j] > own).sum(0) / 5
    out[:, _AT["tag rank second"]] = (related[i] > own[:, None]).sum(1) / 5


def _lead(likely: Any) -> Any:
    """By how much each first leads the best other one; (firsts, seconds, types)."""
    if len(likely) < 2:
        return np.zeros_like(likely)
    order = np.sort(likely, 0)
    return likely - np.where(likely >= order[-1], order[-2], order[-1])
