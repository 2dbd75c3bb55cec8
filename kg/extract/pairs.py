"""Features of entity pairs for the relation classifier: the entities, their positions, and the words between them.

One row per pair (first, second), document-level: the two may be in different sentences. Cue words count within their
scope, which is the clause; all members of a list share the words before its first member. The tagger's likelihoods of a
pair come from its single pass over the text. All pairs of a paper are computed together, as arrays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from spacy.tokens import Doc

from kg.extract.comparisons import LIKE, WIN
from kg.extract.component import field_at, sentence_of
from kg.extract.context import DocView
from kg.extract.ends import FIRST, SECOND, Placed
from kg.extract.tagger import AHEAD, APART, BEHIND
from kg.extract.winners import StatedRelation
from kg.model import RELATION_TYPES, ROLES
from kg.text import Remembered, fold, tokens
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]

#: Groups of cue words that relate a clause to what follows.
SCOPED = (
    *("outperform", "compare", "use", "evaluate", "limit", "propose", "address", "run"),
    *("negate", "contrast", "replace", "equate", "beside", "lose"),
)
PREPOSITIONS = ("on", "for", "with", "of", "by", "in", "to", "and")
MARKS = (",", ";", ":", "(")
MOST_WORDS = 5000  # of a Doc that are considered
_WE = frozenset({"we", "our"})
_FAR = 5  # distances in sentences are capped at this
_LONG = 20  # numbers of words between are capped at this
_NEVER = np.iinfo(np.int64).max  # distance of entities that share no sentence
LEAST = 1e-3  # lower bound of likelihoods in logarithms
_NEXT = 3  # words before and after an entity that are considered
_LIST_GAP = 24  # maximum number of characters between two members of a list
#: The separator between two members of a list: "A, B, and C", "A (AB) or the C".
_JOINT = re.compile(r"(?: ?\([^()]{1,12}\))?(?:,| ?[/&]|,? (?:and|or|as well as))(?: the| an?)? ?")
_CLOSE = 12  # maximum number of words between for word features

Rules = Mapping[tuple[int, int], str]  # relation types given by the rules, by a pair of indices of entities
Compared = Mapping[tuple[int, int], StatedRelation]  # pairs whose comparison is stated outright


_WORDS: Remembered[frozenset[str]] = Remembered(lambda form: frozenset(t.fold for t in tokens(form)), 50_000)


_OF_ONE = (
    *SECOND,
    *ROLES,
    *(f"likely {role}" for role in ROLES),
    *("own", "title", "often", "sure", "head", "known", "early", "motive", "contribution", "we", "near own"),
)
_BETWEEN = (*SCOPED, *PREPOSITIONS, *MARKS, "verb", "%", "edge")
#: Features of the words before and after a place of an entity: see `_at_places`.
_OF_PLACE = (
    *(f"{what} {group}" for what in ("governed by", "last is", "after", "right before", "before") for group in SCOPED),
    *("share of", "begins clause", "verb in clause", "verb before", "verb behind", "in list"),
)
#: Positions of a word relative to a pair: between its two, in either order, and next to one of them.
WHERE = ("ahead", "back", "before first", "behind first", "before second", "behind second")
NAMES: tuple[str, ...] = (
    *(f"first {what}" for what in _OF_ONE if what in FIRST or what not in SECOND),
    *(f"second {what}" for what in _OF_ONE),
    *("named", "alone", "apart", "first before"),
    *("one sentence", "near", "order", "words between", "next words", "first inside", "second inside"),
    *("entities between", "firsts between", "head between", "head beside", "head before", "nearest first"),
    *("sentences shared", "words shared", "first part", "second part", "one clause"),
    *(f"between {what}" for what in _BETWEEN),
    *(f"{side} {what}" for side in ("first", "second") for what in _OF_PLACE),
    *(f"second anywhere {what}" for what in _OF_PLACE),
    *(f"ruled {kind}" for kind in RELATION_TYPES),
    *(f"stated {kind}" for kind in (WIN, LIKE)),
    *("stated class", "stated rival"),
    *(f"tag {kind}" for kind in ("none", *RELATION_TYPES)),
    "tag back",
    *(f"tag lead {kind}" for kind in RELATION_TYPES),
    *("tag lead whole", "tag other first", "tag head first", "tag rank first", "tag rank second"),
)
FEATURE = {name: i for i, name in enumerate(NAMES)}  # column indices of a table
_SIDES = [
    [(k, FEATURE[name]) for k, what in enumerate(_OF_ONE) if (name := f"{side} {what}") in FEATURE]
    for side in ("first", "second")
]


def word_feature(where: str, word: str) -> str:
    """The name of the feature for a word at a position of WHERE."""
    return f"word {where}: {word}"


class PairTable(NamedTuple):
    """The pairs of entities of a Doc: indices (pairs,) and features (pairs, names)."""

    first: Numbers
    second: Numbers
    rows: Any

    @property
    def pairs(self) -> list[tuple[int, int]]:
        return list(zip(self.first.tolist(), self.second.tolist(), strict=True))


def table(
    doc: Doc,
    view: DocView,
    found: list[Placed],
    ruled: Rules,
    head: int,
    words: Sequence[str] = (),
    compared: Compared = MappingProxyType({}),
) -> PairTable:
    """The pairs of entities and their features; (pairs, len(NAMES) + len(WHERE) * len(words)).

    `head` is the index of the main entity proposed, -1 for none. For each of `words` there are features for its
    positions relative to the pair, in the order of `names_with`.
    """
    is_first = np.array([e.mention.type in FIRST for e in found], bool)
    i, j = np.nonzero(is_first[:, None] & ~np.eye(len(found), dtype=bool))
    out = np.zeros((len(i), len(NAMES) + len(WHERE) * len(words)), np.float32)
    told = PairTable(i, j, out)
    if not len(i):
        return told
    said: dict[int, tuple[bool, bool, bool]] = {}
    one = np.array([_of_one(doc, view, e, k == head, said) for k, e in enumerate(found)], np.float32)
    for columns, at in zip(_SIDES, (i, j), strict=True):
        out[:, [c for _, c in columns]] = one[at][:, [k for k, _ in columns]]
    out[:, FEATURE["named"]] = bool(view.name)
    out[:, FEATURE["alone"]] = is_first.sum() / 10
    _alike(doc, found, i, j, out)
    gaps = _together(doc, view, found, i, j, head, is_first, words, out)
    row_of = {pair: row for row, pair in enumerate(told.pairs)}
    for pair, kind in ruled.items():
        if pair in row_of:
            out[row_of[pair], FEATURE[f"ruled {kind}"]] = 1
    for pair, relation in compared.items():
        out[j == pair[1], FEATURE["stated rival"]] = 1
        if pair in row_of:
            out[row_of[pair], FEATURE[f"stated {relation.kind}"]] = 1
            out[row_of[pair], FEATURE["stated class"]] = relation.is_class
    if doc._.tags is not None:
        _by_tags(doc, found, i, j, gaps, head, out)
    return told


@lru_cache(maxsize=4)
def names_with(words: tuple[str, ...]) -> tuple[str, ...]:
    """The column names of a table with features for these words."""
    return (*NAMES, *(word_feature(where, word) for where in WHERE for word in words))


@lru_cache(maxsize=4)
def words_of(features: tuple[str, ...]) -> tuple[str, ...]:
    """The words for which a judge with these features has features."""
    begins = tuple(word_feature(where, "") for where in WHERE)
    return tuple(dict.fromkeys(f.removeprefix(begin) for begin in begins for f in features if f.startswith(begin)))


def _of_one(
    doc: Doc, view: DocView, entity: Placed, head: bool, said: dict[int, tuple[bool, bool, bool]]
) -> list[float]:
    """The features of one entity; (len(_OF_ONE),). `said` caches `_of_sentence` by start of the sentence."""
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
        is_motive(view, entity),
        *said[sentence[0]],
    ]


def is_motive(view: DocView, entity: Placed) -> bool:
    """Whether an entity stands in the sentences before the paper's own work alone."""
    own = max(view.first, view.abstract[0])
    return all(start < own and not view.title[0] <= start < view.title[1] for _, start, _ in entity.places)


def _of_sentence(view: DocView, sentence: tuple[int, int]) -> tuple[bool, bool, bool]:
    """Whether a sentence states a contribution, contains "we", contains the paper's own name."""
    words = view.words(*sentence)
    return (
        sentence in view.contributions,
        not _WE.isdisjoint(words),
        bool(view.name) and f" {view.name} " in f" {' '.join(words)} ",
    )


def _alike(doc: Doc, found: list[Placed], i: Numbers, j: Numbers, out: Any) -> None:
    """Set the features of the words that the names of two entities share."""
    forms = [_WORDS[doc._.text[e.mention.start : e.mention.end]] | _WORDS[e.mention.canonical] for e in found]
    number: dict[str, int] = {}
    for form in forms:
        for word in form:
            number.setdefault(word, len(number))
    has = np.zeros((len(found), len(number) + 1), np.float32)
    for row, form in zip(has, forms, strict=True):
        row[[number[word] for word in form]] = 1
    size, shared = has.sum(1), (has @ has.T)[i, j]
    out[:, FEATURE["words shared"]] = 2 * shared / np.maximum(size[i] + size[j], 1)
    out[:, FEATURE["first part"]] = (shared == size[i]) & (size[i] < size[j])
    out[:, FEATURE["second part"]] = (shared == size[j]) & (size[j] < size[i])


class Gaps(NamedTuple):
    """The closest places of each pair: their order, as the tagger encodes it, and the gap [low, high) between them."""

    order: Numbers
    low: Numbers
    high: Numbers


class _Text(NamedTuple):
    """The tagged words of a Doc: start offsets, kinds, and cumulative counts of kinds (words + 1, kinds)."""

    starts: Numbers
    has: Any
    counts: Any


@lru_cache(maxsize=4)
def _kinds(vocabulary: Vocabulary, words: tuple[str, ...]) -> Remembered[list[int]]:
    """The columns of `_BETWEEN` and of the words that a word counts for."""
    folded: dict[str, list[int]] = {}
    out: dict[str, list[int]] = {}
    for column, cue in enumerate((*SCOPED, "clause")):
        for word in vocabulary.cues(cue):
            folded.setdefault(word, []).append(column if cue in SCOPED else _BETWEEN.index("edge"))
    for column, word in enumerate((*PREPOSITIONS, *MARKS), len(SCOPED)):
        out.setdefault(word, []).append(column)
    out["%"] = [_BETWEEN.index("%")]
    for mark in MARKS:
        out[mark].append(_BETWEEN.index("edge"))
    for column, word in enumerate(words, len(_BETWEEN)):
        out.setdefault(word, []).append(column)
    return Remembered(lambda word: [*out.get(word.lower(), ()), *folded.get(fold(word), ())], 50_000)


def _read(doc: Doc, view: DocView, words: tuple[str, ...]) -> _Text:
    kinds = _kinds(view.vocabulary, words)
    flat = list(islice(chain.from_iterable(doc._.words), MOST_WORDS))
    columns = [kinds[word.text] for word in flat]
    has = np.zeros((len(flat), len(_BETWEEN) + len(words)), bool)
    has[np.repeat(np.arange(len(flat)), [len(c) for c in columns]), np.array(list(chain(*columns)), np.int64)] = True
    has[:, _BETWEEN.index("verb")] = [word.tag[:2] == "VB" for word in flat]
    counts = np.zeros((len(flat) + 1, has.shape[1]), np.int16)
    has.cumsum(0, dtype=np.int16, out=counts[1:])
    return _Text(np.array([word.start for word in flat], np.int64), has, counts)


def _lists(text: str, start: Numbers, end: Numbers) -> tuple[Numbers, Any]:
    """For each place, the first place of its list (itself if it is in none), and whether it is in a list."""
    lead = np.arange(len(start))
    listed = np.zeros(len(start), bool)
    order = np.lexsort((-end, start)).tolist()
    before = -1  # the last place that ends before the current one begins
    for k in order:
        if before >= 0 and start[k] < end[before]:
            continue
        if before >= 0 and start[k] - end[before] < _LIST_GAP and _JOINT.fullmatch(text, end[before], start[k]):
            lead[k] = lead[before]
            listed[[k, before]] = True
        before = k
    return lead, listed


def _at_places(
    doc: Doc, text: _Text, number: Numbers, start: Numbers, end: Numbers, lists: tuple[Numbers, Any], words: int
) -> tuple[Any, Any, Any]:
    """What governs each place: (places, _OF_PLACE), and which words precede and follow it; (places, words) each.

    The clause of a place begins after the last comma, bracket or conjunction. Members of a list are treated like its
    first.
    """
    spans = np.array(doc._.sentences, np.int64)[number]
    first, behind = np.searchsorted(text.starts, start), np.searchsorted(text.starts, end)
    opens, closes = np.searchsorted(text.starts, spans[:, 0]), np.searchsorted(text.starts, spans[:, 1])
    lead, listed = lists
    at = first[lead]
    steps = np.arange(1, len(text.starts) + 1)[:, None]
    last = np.zeros((len(steps) + 1, len(_BETWEEN)), np.int64)  # index + 1 of the last word of each kind before a word
    np.maximum.accumulate(np.where(text.has[:, : len(_BETWEEN)], steps, 0), 0, out=last[1:])
    edge, verb, share = (_BETWEEN.index(kind) for kind in ("edge", "verb", "%"))
    clause = np.maximum(last[at, edge], opens)
    groups = len(SCOPED)
    cue = last[at][:, :groups]
    governs = cue > clause[:, None]
    nearest = np.where(governs, cue, 0)
    edges = np.where(text.has[:, edge], np.arange(len(steps)), len(steps))
    until = np.append(np.minimum.accumulate(edges[::-1])[::-1], len(steps))[behind]
    until = np.minimum(np.minimum(until, closes), behind + _NEXT)
    until = np.maximum(until, behind)
    follows = text.counts[until] > text.counts[behind]
    verbs = last[at, verb]
    of = last[at, _BETWEEN.index("of")]
    out = np.concatenate(
        [
            np.where(governs, 1 / np.maximum(at[:, None] - cue + 1, 1), 0),
            governs & (nearest == nearest.max(1, keepdims=True)),
            cue > opens[:, None],
            follows[:, :groups],
            (text.counts[np.maximum(closes, behind)] > text.counts[behind])[:, :groups],
            np.stack(
                [
                    (of >= at - 2) & (last[at, share] >= at - 6) & (last[at, share] < of) & (last[at, share] > opens),
                    at - clause <= 1,
                    verbs > clause,
                    verbs > opens,
                    follows[:, verb],
                    listed,
                ],
                1,
            ),
        ],
        1,
    ).astype(np.float32)
    if not words:
        return out, None, None
    low, high = np.maximum(at - _NEXT, opens), np.minimum(behind + _NEXT, closes)
    kinds = slice(len(_BETWEEN), None)
    before = text.counts[at, kinds] > text.counts[np.minimum(low, at), kinds]
    after = text.counts[np.maximum(high, behind), kinds] > text.counts[behind, kinds]
    return out, before, after


def _together(
    doc: Doc,
    view: DocView,
    found: list[Placed],
    i: Numbers,
    j: Numbers,
    head: int,
    is_first: Any,
    words: Sequence[str],
    out: Any,
) -> Gaps:
    """Set the features of the distance between two entities and of the words between their closest places."""
    flat = [(k, *place) for k, e in enumerate(found) for place in e.places]
    of, number, start, end = np.array(flat, np.int64).T
    begins, many = np.searchsorted(of, np.arange(len(found))), len(flat)  # first place of each entity
    apart = np.abs(np.subtract.outer(number, number))
    nearest = np.minimum.reduceat(np.minimum.reduceat(apart, begins, 0), begins, 1)
    text = _read(doc, view, tuple(words))
    lists = _lists(doc._.text, start, end)
    places, before, after = _at_places(doc, text, number, start, end, lists, len(words))
    out[:, FEATURE["apart"]] = np.minimum(nearest[i, j], _FAR) / _FAR
    mention = np.array([e.mention.start for e in found])
    out[:, FEATURE["first before"]] = mention[i] < mention[j]
    # The pair of places with the smallest gap; the key combines the gap and the index of the pair in one integer.
    gap = np.maximum.outer(start, start) - np.minimum.outer(end, end)
    key = np.where(apart == 0, gap * many * many + np.arange(many * many).reshape(many, many), _NEVER)
    best = np.minimum.reduceat(np.minimum.reduceat(key, begins, 0), begins, 1)[i, j]
    rows = np.flatnonzero(best < _NEVER)
    # The closest places, or for pairs that share no sentence the row for all places of an entity.
    here: list[Numbers] = [len(number) + i, len(number) + j]
    for which, part in enumerate(np.divmod(best[rows] % (many * many), many)):
        here[which][rows] = part
    for side, what in zip(here, ("first", "second"), strict=True):
        _beside(places, begins, side, out, FEATURE[f"{what} {_OF_PLACE[0]}"])
    _beside(places, begins, len(number) + j, out, FEATURE[f"second anywhere {_OF_PLACE[0]}"])
    if words:
        at = len(NAMES) + 2 * len(words)
        for seen, side in ((before, here[0]), (after, here[0]), (before, here[1]), (after, here[1])):
            _beside(seen, begins, side, out, at)
            at += len(words)
    gaps = Gaps(np.full(len(i), APART), *np.zeros((2, len(i)), np.int64))
    if not len(rows):
        return gaps
    i, j, best = i[rows], j[rows], best[rows]
    a, b = np.divmod(best % (many * many), many)
    near = best // (many * many)
    ahead = start[a] < start[b]
    low, high = np.minimum(end[a], end[b]), np.maximum(start[a], start[b])
    gaps.order[rows], gaps.low[rows], gaps.high[rows] = np.where(ahead, AHEAD, BEHIND), low, high
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
        out[rows, FEATURE[name]] = values
    at = FEATURE[f"between {_BETWEEN[0]}"]
    out[rows, at : at + len(_BETWEEN)] = between[:, : len(_BETWEEN)]
    if words:
        told = between[:, len(_BETWEEN) :] & (y - x <= _CLOSE)[:, None]
        out[rows, len(NAMES) : len(NAMES) + 2 * len(words)] = np.concatenate(
            [told & ahead[:, None], told & ~ahead[:, None]], 1
        )
    return gaps


def _beside(seen: Any, begins: Numbers, at: Numbers, out: Any, column: int) -> None:
    """Set the features of a place of each pair, or, for indices after the last place, the maximum over an entity."""
    every = np.concatenate([seen, np.maximum.reduceat(seen, begins, 0)])
    out[:, column : column + every.shape[1]] = every[at]


def _by_tags(doc: Doc, found: list[Placed], i: Numbers, j: Numbers, gaps: Gaps, head: int, out: Any) -> None:
    """Set the tagger's log likelihoods of each relation type, and compare them with those of other pairs."""
    first, second = np.stack([e.sides[0] for e in found]), np.stack([e.sides[1] for e in found])
    between = doc._.tags.between(*gaps)
    likely = np.log(np.maximum(doc._.tags.relations(first[i], second[j], between), LEAST))
    at = FEATURE["tag none"]
    out[:, at : at + likely.shape[1]] = likely
    many = len(found)
    kinds = np.full((many, many, likely.shape[1]), np.log(LEAST), np.float32)
    kinds[:, :, 0] = 0
    kinds[i, j] = likely
    out[:, FEATURE["tag back"]] = kinds[j, i, 0]
    # By type: the lead over the likeliest other first; for part_of also over the likeliest other second.
    at = FEATURE[f"tag lead {RELATION_TYPES[0]}"]
    out[:, at : at + len(RELATION_TYPES)] = lead(kinds[:, :, 1:])[i, j]
    whole = kinds[:, :, 1 + RELATION_TYPES.index("part_of")].T
    out[:, FEATURE["tag lead whole"]] = lead(whole[:, :, None])[j, i, 0]
    related = np.log(np.maximum(1 - np.exp(kinds[:, :, 0]), LEAST))
    own = related[i, j]
    out[:, FEATURE["tag other first"]] = own - lead(related[:, :, None])[i, j, 0]
    out[:, FEATURE["tag head first"]] = related[head, j] if head >= 0 else np.log(LEAST)
    out[:, FEATURE["tag rank first"]] = (related[:, j] > own).sum(0) / 5
    out[:, FEATURE["tag rank second"]] = (related[i] > own[:, None]).sum(1) / 5


def lead(likely: Any) -> Any:
    """The lead of each first over the best other one; (firsts, seconds, types)."""
    if len(likely) < 2:
        return np.zeros_like(likely)
    order = np.sort(likely, 0)
    return likely - np.where(likely >= order[-1], order[-2], order[-1])
